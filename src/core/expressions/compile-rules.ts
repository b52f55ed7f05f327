// The expressions of a stack's declarations, compiled, with every mistake at its place: health rules and conditions on
// dependencies. What follows from their answers is health/object-health.ts and run/.
import type { Declaration, HealthRule, WrittenExpression } from "../declaration.ts";
import type { Checked, Diagnostic, SourceRange } from "../diagnostic.ts";
import { existenceSuffices } from "../health/object-health.ts";
import type { Condition, ObjectRules, RuleVerdict, StackRules } from "../health/rules.ts";
import type { ReleaseId } from "../ids.ts";
import { groupOf, type KubernetesObject } from "../object.ts";
import { makeCompiler, type Compiled, type Expression } from "./expression.ts";

type Report = (diagnostic: Diagnostic) => void;
type Compile = (text: string) => Compiled;

const objectFields = ["self", "apiVersion", "kind", "metadata", "spec", "status", "data"] as const;

/** Compiles all rules of these declarations; what can't be compiled is left out and told. */
export function compileRules(declarations: readonly Declaration[]): Checked<StackRules> {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => void diagnostics.push(diagnostic);
  const ofObject = makeCompiler(objectFields, "other fields of the object are self.NAME");
  const ofDependency = makeCompiler(["dep", "self"], "the variables are dep (the dependency) and self");
  const health = new Map<ReleaseId, ObjectRules>();
  const conditions = new Map<ReleaseId, readonly Condition[]>();
  for (const declaration of declarations) {
    if (declaration.health.length > 0)
      health.set(declaration.id, compileHealth(declaration.health, ofObject, report));
    const compiled = declaration.dependsOn.flatMap(({ id, readyExpr }) =>
      readyExpr === undefined ? [] : compileCondition(id, readyExpr, ofDependency, report),
    );
    if (compiled.length > 0) conditions.set(declaration.id, compiled);
  }
  return {
    value: { healthOf: (id) => health.get(id), conditionsOf: (id) => conditions.get(id) ?? [] },
    diagnostics,
  };
}

type CompiledRule = {
  readonly group: string;
  readonly kind: string;
  readonly ready?: Expression;
  readonly failed?: Expression;
};

function compileHealth(rules: readonly HealthRule[], compile: Compile, report: Report): ObjectRules {
  const compiled = rules.map((rule): CompiledRule => {
    checkRule(rule, report);
    const ready = compileAt("ready", rule.ready, compile, report);
    const failed = compileAt("failed", rule.failed, compile, report);
    return {
      group: groupOf(rule.apiVersion),
      kind: rule.kind,
      ...(ready === undefined ? {} : { ready }),
      ...(failed === undefined ? {} : { failed }),
    };
  });
  const about = (apiVersion: string, kind: string): readonly CompiledRule[] =>
    compiled.filter((rule) => rule.kind === kind && rule.group === groupOf(apiVersion));
  return {
    covers: (apiVersion, kind) => about(apiVersion, kind).length > 0,
    judge: (object) => {
      const own = about(object.apiVersion, object.kind);
      return own.length === 0 ? undefined : judge(own, object);
    },
  };
}

function checkRule({ apiVersion, kind, range }: HealthRule, report: Report): void {
  if (existenceSuffices(apiVersion, kind))
    report({
      severity: "error",
      code: "unreadable-kind",
      message: `health rules can't look into ${kind} objects: of built-in kinds without a state, and of what may hold secrets, Headway reads the metadata alone`,
      suggestion: "write the rule for an object whose status shows what you wait for",
      range,
    });
}

/** Every rule of the kind counts: ready where all say so, failed where one does. */
function judge(rules: readonly CompiledRule[], object: KubernetesObject): RuleVerdict {
  const variables = { ...object, self: object };
  let ready: RuleVerdict["ready"];
  for (const rule of rules) {
    if (rule.failed?.(variables).kind === "true") return { failed: "health rule: failed" };
    const answer = rule.ready?.(variables);
    if (answer === undefined || ready?.isReady === false) continue;
    ready =
      answer.kind === "true"
        ? { isReady: true }
        : {
            isReady: false,
            why: answer.kind === "false" ? "health rule: not true yet" : `health rule: ${answer.text}`,
          };
  }
  return ready === undefined ? {} : { ready };
}

function compileCondition(
  on: ReleaseId,
  written: WrittenExpression,
  compile: Compile,
  report: Report,
): readonly Condition[] {
  const expression = compileAt("readyExpr", written, compile, report);
  if (expression === undefined) return [];
  return [
    {
      on,
      whyNot: (variables) => {
        const answer = expression(variables);
        if (answer.kind === "true") return undefined;
        return answer.kind === "false" ? "readyExpr is not true yet" : `readyExpr: ${answer.text}`;
      },
    },
  ];
}

function compileAt(
  field: string,
  written: WrittenExpression | undefined,
  compile: Compile,
  report: Report,
): Expression | undefined {
  if (written === undefined) return undefined;
  const compiled = compile(written.text);
  if (compiled.ok) return compiled.expression;
  const { message, suggestion, offset } = compiled.mistake;
  const place = placeIn(written, offset);
  report({
    severity: "error",
    code: "bad-expression",
    message: `${field}: ${message}${place.words}`,
    ...(suggestion === undefined ? {} : { suggestion }),
    range: place.range,
  });
  return undefined;
}

/**
 * Where a character of an expression stands in its file. That is known where the text stands there as it is, plain or
 * between quotes, on one line; else the place is told in words.
 */
function placeIn(
  { text, range }: WrittenExpression,
  offset: number,
): { readonly range: SourceRange; readonly words: string } {
  const { line, column, endLine = line, endColumn } = range;
  const width = endLine === line && endColumn !== undefined ? endColumn - column : -1;
  const quotes = width - text.length;
  if (quotes === 0 || quotes === 2)
    return {
      range: { file: range.file, line, column: column + quotes / 2 + Math.min(offset, text.length) },
      words: "",
    };
  if (offset === 0) return { range, words: "" };
  const before = text.slice(0, offset).split("\n");
  const last = before.at(-1) ?? "";
  return {
    range,
    words:
      before.length === 1
        ? `, at character ${offset + 1} of the expression`
        : `, at character ${last.length + 1} of the expression's line ${before.length}`,
  };
}
