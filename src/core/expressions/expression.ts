// CEL expressions that a person wrote into a declaration: compiled once with everything that can be told beforehand, then
// evaluated to true, false or a problem. How evaluation is kept short is guarded-cel.ts; what the answers mean, and to
// whom, is compile-rules.ts.
import { didYouMean } from "../diagnostic.ts";
import type { Json } from "../declaration.ts";
import { toCelValue } from "./cel-values.ts";
import { makeGuardedCel, mostCharacters, type CelProblem, type GuardedCel } from "./guarded-cel.ts";

/** A problem is no answer: a missing field, types that do not fit, too much to look at. Its text holds no values. */
export type Answer =
  | { readonly kind: "true" }
  | { readonly kind: "false" }
  | { readonly kind: "problem"; readonly text: string };

/** Evaluates over these variables; one that is left out is an empty mapping. Bounded in time, never throws. */
export type Expression = (variables: Readonly<Record<string, Json | undefined>>) => Answer;

/** What is wrong with an expression, and where in its text, counted from 0. */
export type Mistake = { readonly message: string; readonly suggestion?: string; readonly offset: number };

export type Compiled =
  { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly mistake: Mistake };

/** Makes a compiler of expressions over variables of these names; `hint` is told where another name is used. */
export function makeCompiler(names: readonly string[], hint: string): (text: string) => Compiled {
  let cel: GuardedCel | undefined;
  return (text) => {
    if (text.length > mostCharacters)
      return wrong({ message: `it is longer than ${mostCharacters} characters`, offset: 0 });
    cel ??= makeGuardedCel(names);
    const compiled = cel.compile(text);
    if (!compiled.ok) return wrong(describeMistake(compiled.problem, text, names, hint));
    const { evaluate, type } = compiled;
    if (type !== "bool" && type !== "dyn")
      return wrong({
        message: `it gives ${nameOfType(type)}, not true or false`,
        suggestion: "compare it with something, as in self.spec.replicas > 0",
        offset: 0,
      });
    return {
      ok: true,
      expression: (variables) => {
        const values = new Map(names.map((name) => [name, toCelValue(variables[name] ?? {})]));
        const result = evaluate(values);
        if ("problem" in result) return { kind: "problem", text: result.problem.text };
        if (typeof result.value === "boolean") return { kind: result.value ? "true" : "false" };
        return { kind: "problem", text: "it gives neither true nor false" };
      },
    };
  };
}

function wrong(mistake: Mistake): Compiled {
  return { ok: false, mistake };
}

function describeMistake(problem: CelProblem, text: string, names: readonly string[], hint: string): Mistake {
  const offset = problem.offset ?? 0;
  if (problem.code !== "unknown_variable") return { message: problem.text, offset };
  const name = /^\w+/.exec(text.slice(offset))?.[0] ?? "";
  const near = didYouMean(name, names);
  return {
    message: `there is no variable ${name}`,
    suggestion: near === undefined ? hint : `did you mean ${near}?`,
    offset,
  };
}

function nameOfType(type: string): string {
  const [outer = type] = type.split("<");
  switch (outer) {
    case "int":
    case "uint":
    case "double":
      return "a number";
    case "null":
    case "null_type":
      return "null";
    case "optional":
      return "something that may be absent";
    default:
      return `a ${outer}`;
  }
}
