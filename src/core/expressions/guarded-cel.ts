// The CEL library behind a guard: whatever an expression is, compiling and evaluating it ends soon. The guard counts what
// an evaluation does and what it looks at, and patterns run in linear time; a clock would not be pure, and a hostile
// expression must not hold the only thread there is.
import {
  Environment,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
  type ASTNode,
} from "@marcbachmann/cel-js";
import { compilePattern, type Pattern } from "./pattern.ts";
import { findMatches, readsOf, tooDeepLoop, type Read } from "./expression-tree.ts";
import { sizeOf, type CelValue } from "./cel-values.ts";

/** Longest text of an expression. */
export const mostCharacters = 4_096;

/** What one evaluation may do: steps, and things looked at. A rule over a thousand pods needs half of it. */
const budget = 300_000;
/** Loops within loops multiply. */
const deepestLoops = 3;
/** The library searches texts in a time that grows with both, and reads durations in one that grows faster still. */
const longestNeedle = 256;
const longestDuration = 64;

/** `text` speaks of the expression and of types, never of a value. `offset` counts from 0. */
export type CelProblem = { readonly code: string; readonly text: string; readonly offset?: number };

export type CompiledCel =
  | {
      readonly ok: true;
      /** The type as far as it is known beforehand; `dyn` where it is not. */
      readonly type: string;
      readonly evaluate: (
        variables: ReadonlyMap<string, CelValue>,
      ) => { readonly value: unknown } | { readonly problem: CelProblem };
    }
  | { readonly ok: false; readonly problem: CelProblem };

export type GuardedCel = { readonly compile: (text: string) => CompiledCel };

/** The part of the library's evaluator that a macro is handed. */
type Evaluator = {
  run: (node: ASTNode, context: unknown) => unknown;
  /** As run, but an error is the value: loops and logic go on behind one. */
  tryEval: (node: ASTNode, context: unknown) => unknown;
};

type Program = { readonly root: ASTNode; readonly reads: ReadonlyMap<ASTNode, Read> };

const entryName = "headwayEntry";
const exhausted = new Error("the expression looks at too much");

/** CEL over these variables, each of any type. */
export function makeGuardedCel(names: readonly string[]): GuardedCel {
  let left = 0;
  let program: Program | undefined;
  const spend = (cost: number): void => {
    left -= cost;
    if (left < 0) throw exhausted;
  };

  const guard = (evaluator: Evaluator): Evaluator["run"] => {
    const plain = evaluator.run.bind(evaluator);
    const patterns = new Map<string, Pattern>();
    return (node, context) => {
      spend(1);
      const isPattern = node.op === "rcall" && node.args[0] === "matches";
      const value = isPattern ? runMatches(node, context, evaluator, patterns, spend) : plain(node, context);
      const read = program?.reads.get(node);
      if (read !== undefined) spend(priceOf(read, value, left));
      return value;
    };
  };

  // A macro is the library's own way in: it is handed the evaluator, and what runs through that is counted.
  let guarded: Evaluator | undefined;
  const environment = new Environment({
    enableOptionalTypes: true,
    limits: {
      maxAstNodes: 2_000,
      maxDepth: 64,
      maxListElements: 256,
      maxMapEntries: 256,
      maxCallArguments: 8,
    },
  });
  for (const name of names) environment.registerVariable(name, "dyn");
  environment.registerFunction(`${entryName}(ast): dyn`, () => ({
    typeCheck: (checker: { getType: (name: string) => unknown }) => checker.getType("dyn"),
    evaluate: (evaluator: Evaluator, _macro: unknown, context: unknown) => {
      if (guarded !== evaluator) {
        evaluator.run = guard(evaluator);
        evaluator.tryEval = (node, inner) => {
          try {
            return evaluator.run(node, inner);
          } catch (error) {
            if (left < 0) throw exhausted;
            // Making an error with all its words costs as much as many steps.
            spend(100);
            return error;
          }
        };
      }
      guarded = evaluator;
      return program === undefined ? undefined : evaluator.run(program.root, context);
    },
  }));
  const entry = environment.parse(`${entryName}(0)`);

  return {
    compile: (text) => {
      const parsed = attempt(() => environment.parse(text));
      if ("problem" in parsed) return { ok: false, problem: parsed.problem };
      const { ast } = parsed.value;
      const refused = refuse(ast);
      if (refused !== undefined) return { ok: false, problem: refused };
      const checked = parsed.value.check();
      if (!checked.valid) return { ok: false, problem: staticProblem(checked.error) };
      const compiled: Program = { root: ast, reads: readsOf(ast) };
      return {
        ok: true,
        type: checked.type ?? "dyn",
        evaluate: (variables) => {
          left = budget;
          program = compiled;
          const result = attempt(() => entry(new Map(variables)) as unknown, text);
          program = undefined;
          // An error may be swallowed on the way, as in `x || true`; that the budget is spent may not.
          return left < 0 ? { problem: tooMuch } : result;
        },
      };
    },
  };
}

const tooMuch: CelProblem = { code: "too_much", text: "it looks at too much; narrow it down" };
const tooDeep: CelProblem = { code: "too_deep", text: "it is nested too deep" };

/** What can be refused by the look of an expression alone. */
function refuse(ast: ASTNode): CelProblem | undefined {
  const loop = tooDeepLoop(ast, deepestLoops);
  if (loop !== undefined)
    return {
      code: "too_deep",
      text: `more than ${deepestLoops} loops stand within each other`,
      offset: loop.start,
    };
  const { matches, calls } = findMatches(ast);
  const own = calls.find((call) => call.args[0] === entryName);
  if (own !== undefined)
    return { code: "unknown_function", text: `there is no function ${entryName}`, offset: own.start };
  for (const { args, start } of matches) {
    const [pattern] = args[2];
    if (pattern?.op !== "value" || typeof pattern.args !== "string") continue;
    const compiled = compilePattern(pattern.args);
    if ("problem" in compiled) return { code: "bad_pattern", text: compiled.problem, offset: start };
  }
  return undefined;
}

function runMatches(
  node: Extract<ASTNode, { op: "rcall" }>,
  context: unknown,
  evaluator: Evaluator,
  patterns: Map<string, Pattern>,
  spend: (cost: number) => void,
): boolean {
  const [, receiver, [argument]] = node.args;
  const text = evaluator.run(receiver, context);
  const source = argument === undefined ? undefined : evaluator.run(argument, context);
  if (typeof text !== "string" || typeof source !== "string")
    throw new PatternError("types do not fit: matches() compares a text with a pattern");
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    // Compiling costs more than most matches.
    spend(2_000);
    const compiled = compilePattern(source);
    if ("problem" in compiled) throw new PatternError(compiled.problem);
    pattern = compiled.pattern;
    if (patterns.size >= 64) patterns.clear();
    patterns.set(source, pattern);
  }
  spend(1 + text.length * pattern.cost);
  return pattern.test(text);
}

class PatternError extends Error {}

/** What it costs to hand a value on to something that looks at all of it. */
function priceOf(read: Read, value: unknown, limit: number): number {
  switch (read) {
    case "whole":
      return sizeOf(value, limit);
    case "searched":
      return typeof value === "string" ? 1 + value.length : sizeOf(value, limit);
    case "needle":
      if (typeof value === "string" && value.length > longestNeedle) throw exhausted;
      return sizeOf(value, limit);
    case "duration":
      if (typeof value === "string" && value.length > longestDuration) throw exhausted;
      return 100;
    case "time-zone":
      return 2_000;
  }
}

function attempt<T>(work: () => T, text?: string): { readonly value: T } | { readonly problem: CelProblem } {
  try {
    return { value: work() };
  } catch (error) {
    if (error === exhausted) return { problem: tooMuch };
    if (error instanceof RangeError) return { problem: tooDeep };
    return { problem: text === undefined ? staticProblem(error) : runTimeProblem(error, text) };
  }
}

/** The library's errors, as far as they are looked at. */
function fieldsOf(error: unknown): {
  readonly code: string;
  readonly summary: string;
  readonly range?: { readonly start: number; readonly end: number };
} {
  if (error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError) {
    const { code, summary, range } = error;
    return { code, summary, ...(range === undefined ? {} : { range }) };
  }
  return { code: "unknown", summary: "it can't be evaluated" };
}

/** Found before any value was there, so it speaks of the text alone. */
function staticProblem(error: unknown): CelProblem {
  if (error instanceof RangeError) return tooDeep;
  const { code, summary, range } = fieldsOf(error);
  const words = typesDoNotFit(code, summary) ?? `${summary.slice(0, 1).toLowerCase()}${summary.slice(1)}`;
  return {
    code,
    text: words.replaceAll("EOF", "the end"),
    ...(range === undefined ? {} : { offset: range.start }),
  };
}

/** A summary may quote a value, so only what is known of types and the expression's own text is told. */
function runTimeProblem(error: unknown, text: string): CelProblem {
  if (error instanceof PatternError) return { code: "bad_pattern", text: error.message };
  const { code, summary, range } = fieldsOf(error);
  const words = (): string => {
    switch (code) {
      case "no_such_key":
        return `no such field ${pathAt(text, range)}`;
      case "index_out_of_bounds":
        return `no such element ${pathAt(text, range)}`;
      case "division_by_zero":
      case "modulo_by_zero":
        return "it divides by zero";
      default:
        return typesDoNotFit(code, summary) ?? `it can't be evaluated (${code.replaceAll("_", " ")})`;
    }
  };
  return { code, text: words().trimEnd(), ...(range === undefined ? {} : { offset: range.start }) };
}

function typesDoNotFit(code: string, summary: string): string | undefined {
  if (code !== "no_such_overload" && code !== "no_matching_overload") return undefined;
  const what = summary
    .replace(/^found no matching overload for |^no such overload: /, "")
    .replace(/dyn<((?:[^<>]|<[^<>]*>)*)>/g, "$1");
  return `types do not fit: ${what}`;
}

/** What is written at a place, with the path of fields before it: `status.conditions` for the `conditions` in it. */
function pathAt(text: string, range: { readonly start: number; readonly end: number } | undefined): string {
  if (range === undefined) return "";
  const before = /[\w.?[\]"'-]*$/.exec(text.slice(Math.max(0, range.start - 200), range.start))?.[0] ?? "";
  return `${before}${text.slice(range.start, Math.min(range.end, range.start + 100))}`;
}
