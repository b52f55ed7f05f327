// Expressions: what can be told before they run, their answers over objects as the API gives them, and that another
// implementation of CEL gives the same ones.
import { celEnv, parse, plan, run, type CelInput } from "@bufbuild/cel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeCompiler, type Answer, type Mistake } from "../../../src/core/expressions/expression.ts";
import type { Json } from "../../../src/core/declaration.ts";

const compile = makeCompiler(["self", "metadata", "spec", "status"], "other fields are self.NAME");

const certificate = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "web", generation: 3, labels: { tier: "front", constructor: "odd" } },
  spec: { replicas: 2, share: 0.5, whole: 4.0, hosts: ["a.example", "b.example"], nothing: null },
  status: {
    observedGeneration: 3,
    revision: "v1.12.0",
    conditions: [
      { type: "Ready", status: "True", observedGeneration: 3 },
      { type: "Issuing", status: "False" },
    ],
  },
} as const;

function answer(text: string, self: Json = certificate): Answer {
  const compiled = compile(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.mistake.message}`);
  const { metadata, spec, status } = self as { readonly [key: string]: Json };
  return compiled.expression({ self, metadata, spec, status });
}

function mistakeIn(text: string): Mistake {
  const compiled = compile(text);
  if (compiled.ok) throw new Error(`${text} compiles`);
  return compiled.mistake;
}

/** The same in the other implementation; undefined where it fails. */
function oracle(text: string, self: Json = certificate): boolean | undefined {
  const { metadata, spec, status } = self as { readonly [key: string]: Json };
  const result = run(text, {
    self: asInput(self),
    metadata: asInput(metadata ?? {}),
    spec: asInput(spec ?? {}),
    status: asInput(status ?? {}),
  });
  return typeof result === "boolean" ? result : undefined;
}

/** JSON for the other implementation, by the same rule: whole numbers are ints. */
function asInput(value: Json): CelInput {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(asInput);
  return new Map(Object.entries(value).map(([key, one]) => [key, asInput(one)]));
}

const table: readonly (readonly [string, boolean | undefined])[] = [
  [`status.conditions.exists(c, c.type == "Ready" && c.status == "True")`, true],
  [`status.conditions.filter(c, c.type == "Ready").all(c, c.status == "True")`, true],
  [`status.conditions.exists_one(c, c.status == "False")`, true],
  [`status.conditions.map(c, c.type) == ["Ready", "Issuing"]`, true],
  [`status.conditions.all(c, has(c.observedGeneration))`, false],
  [`status.observedGeneration == metadata.generation`, true],
  [`has(status.phase) && status.phase == "Bound"`, false],
  [`status.phase == "Bound"`, undefined],
  [`status.phase == "Bound" || true`, true],
  [`false && status.phase == "Bound"`, false],
  [`spec.replicas == 2`, true],
  [`spec.replicas == 2.0`, true],
  [`spec.replicas + 1 == 3`, true],
  [`spec.replicas / 0 == 1`, undefined],
  [`spec.share == 0.5`, true],
  [`spec.share < 1`, true],
  [`spec.replicas > 1.5`, true],
  [`spec.whole == 4`, true],
  [`spec.nothing == null`, true],
  [`"a.example" in spec.hosts`, true],
  [`"tier" in metadata.labels`, true],
  [`metadata.labels.constructor == "odd"`, true],
  [`metadata.labels["tier"].startsWith("fr")`, true],
  [`size(spec.hosts) == 2 && spec.hosts.size() == 2`, true],
  [`spec.hosts[1] == "b.example"`, true],
  [`spec.hosts[7] == "b.example"`, undefined],
  [`status.revision.matches("^v1[.][0-9]+[.][0-9]+$")`, true],
  [`status.revision.matches("12")`, true],
  [`status.revision.matches("^12")`, false],
  [`self.kind == "Certificate"`, true],
  [`spec.replicas == "2"`, false],
  [`spec.replicas < "2"`, undefined],
  [`int("3") == 3 && string(3) == "3" && double(spec.replicas) == 2.0`, true],
  [`timestamp("2026-01-01T00:00:00Z") < timestamp("2026-01-02T00:00:00Z")`, true],
  [`duration("90s") == duration("1m30s")`, true],
  [`spec.replicas > 1 ? spec.hosts[0] == "a.example" : false`, true],
  [`type(spec.replicas) == int`, true],
  [`9223372036854775807 + 1 > 0`, undefined],
];

describe("an expression", () => {
  it.each(table)("%s is %s, and so says another implementation", (text, expected) => {
    const ours = answer(text);
    expect(ours.kind === "problem" ? undefined : ours.kind === "true").toBe(expected);
    expect(oracle(text)).toBe(expected);
  });

  it("names the field that is missing, not a value", () => {
    expect(answer("status.phase == 'Bound'")).toEqual({
      kind: "problem",
      text: "no such field status.phase",
    });
    expect(answer("status.conditions.size() > 0", { metadata: {} })).toEqual({
      kind: "problem",
      text: "no such field status.conditions",
    });
    expect(answer("metadata.labels[spec.hosts[0]] == 'x'")).toMatchObject({ kind: "problem" });
    expect(JSON.stringify(answer("metadata.labels[spec.hosts[0]] == 'x'"))).not.toContain("a.example");
    expect(answer("spec.hosts < 1")).toMatchObject({ text: "types do not fit: list<string> < int" });
  });

  it("has optional fields", () => {
    expect(answer("self.?status.?phase.orValue('none') == 'none'")).toEqual({ kind: "true" });
  });
});

describe("a mistake in an expression is told with its place before anything runs", () => {
  it.each([
    ["status.conditions[", "unexpected token: the end", 18],
    ["status.phase = 'x'", "unexpected character: =", 13],
    ["stauts.phase == 'x'", "there is no variable stauts", 0],
    ["true && replicas > 1", "there is no variable replicas", 8],
    ["size(1) > 0", "types do not fit: 'size(int)'", 0],
    ["'a' + 1 == 2", "types do not fit: string + int", 0],
    ["1 + 2", "it gives a number, not true or false", 0],
    ["'ready'", "it gives a string, not true or false", 0],
    ["[true]", "it gives a list, not true or false", 0],
    ["self.?status", "it gives something that may be absent, not true or false", 0],
    ["status.nope()", "types do not fit: 'dyn.nope()'", 0],
    ["status.phase.matches('(')", "the pattern is not one of RE2's", 0],
    ["status.phase.matches('(?=x)')", "the pattern is not one of RE2's", 0],
    ["headwayEntry(1) == 1", "there is no function headwayEntry", 0],
  ])("%s: %s", (text, message, offset) => {
    expect(mistakeIn(text)).toMatchObject({ message, offset });
  });

  it("suggests the variable that was meant", () => {
    expect(mistakeIn("stauts.phase == 'x'").suggestion).toBe("did you mean status?");
    expect(mistakeIn("replicas > 1").suggestion).toBe("other fields are self.NAME");
  });
});

// Expressions over two numbers, two texts and a list, made of what rules are made of.
const numbers = fc.constantFrom("self.a", "self.b", "1", "-2", "0.5", "size(self.l)", "self.missing");
const texts = fc.constantFrom("self.s", "self.t", '"x"', '""', '"ab"');
const comparisons = fc.oneof(
  fc
    .tuple(numbers, fc.constantFrom("==", "!=", "<", "<=", ">", ">="), numbers)
    .map((parts) => parts.join(" ")),
  fc.tuple(texts, fc.constantFrom("==", "!=", "<"), texts).map((parts) => parts.join(" ")),
  fc
    .tuple(texts, fc.constantFrom("startsWith", "endsWith", "contains"), texts)
    .map(([text, method, other]) => `${text}.${method}(${other})`),
  fc
    .tuple(
      fc.constantFrom("all", "exists", "exists_one"),
      fc.constantFrom("i > 1", "i == self.a", "i == self.s"),
    )
    .map(([method, predicate]) => `self.l.${method}(i, ${predicate})`),
  fc.constantFrom("has(self.a)", "has(self.missing)", "1 in self.l", "self.a in self.l", "true", "false"),
);
const { expressions } = fc.letrec<{ expressions: string }>((tie) => ({
  expressions: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparisons,
    fc
      .tuple(tie("expressions"), fc.constantFrom("&&", "||"), tie("expressions"))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie("expressions").map((inner) => `!(${inner})`),
    fc
      .tuple(tie("expressions"), tie("expressions"), tie("expressions"))
      .map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`),
  ),
}));
const objects = fc.record({
  a: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, 1.5, 2.0)),
  b: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, -0.5)),
  s: fc.constantFrom("x", "", "ab", "xab"),
  t: fc.constantFrom("x", "", "b"),
  l: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 4 }),
});

describe("two implementations of CEL", () => {
  const ours = makeCompiler(["self"], "");
  const environment = celEnv();

  it("agree on every expression of comparisons, calls, loops and logic", () => {
    fc.assert(
      fc.property(expressions, objects, (text, self) => {
        const compiled = ours(text);
        // Types that are known beforehand and do not fit are refused by ours alone.
        if (!compiled.ok) {
          expect(compiled.mistake.message).toMatch(
            /^types do not fit: (?:int|double) (?:==|!=) (?:int|double)/,
          );
          return;
        }
        const mine = compiled.expression({ self });
        const theirs = plan(environment, parse(text))({ self: asInput(self) });
        expect(mine.kind === "problem" ? undefined : mine.kind === "true").toBe(
          typeof theirs === "boolean" ? theirs : undefined,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
