// Selectors by label: what Kubernetes reads, what it matches, and where a mistake stands.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  labelKeyProblem,
  labelValueProblem,
  matchesLabels,
  parseLabelSelector,
} from "../../src/core/label-selector.ts";

type Labels = Readonly<Record<string, string>>;

function matches(text: string, labels: Labels): boolean {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) throw new Error(`${text}: at ${parsed.at}: ${parsed.problem}`);
  return matchesLabels(parsed.selector, labels);
}

const orders = { team: "payments", tier: "front", "example.com/owner": "ann", empty: "", in: "in" };

describe("a selector", () => {
  it.each([
    "team=payments",
    "team==payments",
    " team = payments ",
    "team!=shop",
    "absent!=shop",
    "team in (shop, payments)",
    "team in(payments)",
    "team notin (shop)",
    "absent notin (a,b)",
    "team",
    "!absent",
    "! absent",
    "example.com/owner=ann",
    "team=payments,tier in (front),!absent,absent!=x",
    "empty=",
    "empty=,team",
    "empty in ()",
    "empty in (a,,b)",
    "empty in (,a)",
    "empty in (a,)",
    "in in (in,notin)",
    "in=in",
  ])("%s matches", (text) => {
    expect(matches(text, orders)).toBe(true);
  });

  it.each([
    "team=shop",
    "team!=payments",
    "absent=a",
    "absent",
    "!team",
    "absent in (a)",
    "absent in ()",
    "team notin (payments,shop)",
    "team=payments,tier=back",
    "toString",
    "empty!=",
  ])("%s does not match", (text) => {
    expect(matches(text, orders)).toBe(false);
  });

  it.each([
    ["", 1, "it is empty"],
    ["  ", 1, "it is empty"],
    [",", 1, 'expected the key of a label, found ","'],
    ["a,", 3, "expected the key of a label, found the end"],
    ["a,,b", 3, 'expected the key of a label, found ","'],
    ["a b", 3, 'expected "=", "!=", "in", "notin" or a comma, found "b"'],
    ["a=b c", 5, 'expected a comma, found "c"'],
    ["a=b=c", 4, 'expected a comma, found "="'],
    ["a in b", 6, 'expected "(", found "b"'],
    ["a in", 5, 'expected "(", found the end'],
    ["a in (b", 8, 'expected a comma or ")", found the end'],
    ["a in (b c)", 9, 'expected a comma or ")", found "c"'],
    ["a in (", 7, "expected a value, found the end"],
    ["a in ((", 7, 'expected a value, found "("'],
    ["!", 2, "expected the key of a label, found the end"],
    ["!a=b", 3, 'expected a comma, found "="'],
    ["a>1", 2, 'expected "=", "!=", "in", "notin" or a comma, found ">"'],
    ["a=(b)", 3, 'expected a value, found "("'],
    ["team=-x", 6, /^"-x" is not made of letters/],
    ["-team=x", 1, /^"-team" is not made of letters/],
    ["Example.com/a=x", 1, '"Example.com" is no DNS name'],
    ["/a", 1, '"" is no DNS name'],
    ["a/", 1, "a label has no empty name"],
    ["a/b/c", 1, /^"b\/c" is not made of letters/],
    [`a=${"x".repeat(64)}`, 3, /has more than 63 characters/],
  ] as const)("%j is wrong at character %d", (text, at, problem) => {
    const parsed = parseLabelSelector(text);
    expect(parsed).toMatchObject({ ok: false, at });
    if (!parsed.ok) expect(parsed.problem).toMatch(problem);
  });

  const key = fc.constantFrom("team", "tier", "example.com/owner", "in", "notin", "x.y-z_1");
  const value = fc.constantFrom("a", "b", "in", "notin", "1.0", "");
  const labels = fc.dictionary(key, value);
  const space = fc.constantFrom("", " ", "  ");

  it("means the same in each of its forms, whatever the spaces", () => {
    fc.assert(
      fc.property(key, fc.array(value, { minLength: 1, maxLength: 4 }), labels, space, (k, vs, have, s) => {
        const isIn = matches(`${k} in${s}(${vs.join(`${s},${s}`)})`, have);
        expect(isIn).toBe(vs.some((v) => matches(`${k}${s}=${s}${v}`, have)));
        expect(isIn).toBe(vs.some((v) => matches(`${k}==${v}`, have)));
        expect(matches(`${k} notin (${vs.join(",")})`, have)).toBe(!isIn);
        expect(vs.every((v) => matches(`${k}!=${v}`, have))).toBe(!isIn);
        expect(matches(`!${s}${k}`, have)).toBe(!matches(k, have));
      }),
    );
  });

  it("joins by a comma what all has to hold", () => {
    const one = fc
      .tuple(key, fc.constantFrom("=", "!=", "=="), value)
      .map(([k, operator, v]) => `${k}${operator}${v}`);
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 5 }), labels, (all, have) => {
        expect(matches(all.join(","), have)).toBe(all.every((text) => matches(text, have)));
      }),
    );
  });

  it("never throws, and points into the text or just behind it", () => {
    const text = fc.array(fc.constantFrom("a", "b", " ", "=", "!", ",", "(", ")", "in", "notin", "<", "é"), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        text.map((parts) => parts.join("")),
        (written) => {
          const parsed = parseLabelSelector(written);
          if (parsed.ok) expect(parsed.selector.requirements.length).toBeGreaterThan(0);
          else {
            expect(parsed.at).toBeGreaterThanOrEqual(1);
            expect(parsed.at).toBeLessThanOrEqual(written.length + 1);
          }
        },
      ),
    );
  });
});

describe("a label", () => {
  it("is what Kubernetes takes", () => {
    expect(["team", "example.com/team", "A.b_c-9"].map(labelKeyProblem)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(["", "v1.2", "A_b"].map(labelValueProblem)).toEqual([undefined, undefined, undefined]);
    for (const wrong of ["", "a b", "ex_ample.com/a", "a/", "x".repeat(64)])
      expect(labelKeyProblem(wrong)).toBeDefined();
    for (const wrong of ["a b", "-a", "ü", "x".repeat(64)]) expect(labelValueProblem(wrong)).toBeDefined();
  });
});
