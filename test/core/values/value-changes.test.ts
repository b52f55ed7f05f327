import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/core/declaration.ts";
import { compareValues } from "../../../src/core/values/value-changes.ts";

const none: undefined = undefined;

describe("changes of values", () => {
  const rows: readonly (readonly [string, Json | undefined, Json | undefined, readonly unknown[]])[] = [
    ["nothing to nothing", none, none, []],
    ["nothing to an empty map", none, {}, []],
    ["an empty map to nothing", {}, none, []],
    ["null to an empty map", null, {}, []],
    ["the same", { a: { b: [1, "x"] } }, { a: { b: [1, "x"] } }, []],
    ["a leaf", { a: { b: 1 } }, { a: { b: 2 } }, [{ path: "a.b", before: 1, after: 2 }]],
    ["a type", { a: 1 }, { a: "1" }, [{ path: "a", before: 1, after: "1" }]],
    ["a leaf that is new", {}, { a: 1 }, [{ path: "a", after: 1 }]],
    ["a leaf that is gone", { a: 1 }, {}, [{ path: "a", before: 1 }]],
    ["a leaf that is made null, which takes a default away", {}, { a: null }, [{ path: "a", after: null }]],
    ["an empty map that is new", {}, { a: {} }, [{ path: "a", after: {} }]],
    ["a map that was a leaf", { a: 1 }, { a: { b: 1 } }, [{ path: "a", before: 1, after: { b: 1 } }]],
    [
      "an entry of a list",
      { a: [1, 2] },
      { a: [1, 3, 4] },
      [
        { path: "a[1]", before: 2, after: 3 },
        { path: "a[2]", after: 4 },
      ],
    ],
    ["keys with dots", { "a.b/c": 1 }, { "a.b/c": 2 }, [{ path: '"a.b/c"', before: 1, after: 2 }]],
    ["the order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ["everything", none, { b: 1, a: 1 }, [{ path: ".", after: { b: 1, a: 1 } }]],
    ["a key that every object has", {}, { constructor: 1 }, [{ path: "constructor", after: 1 }]],
  ];
  test.each(rows)("from %s", (_name, before, after, wanted) => {
    expect(compareValues(before, after)).toEqual(wanted);
  });

  test("are listed up to 200", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
    expect(compareValues({}, many)).toHaveLength(200);
  });

  test("are none exactly where two maps are equal, and are the same the other way round", () => {
    const map = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }) as fc.Arbitrary<
      Record<string, Json>
    >;
    const sorted = (value: Json): string =>
      JSON.stringify(value, (_key, one: Json) =>
        typeof one === "object" && one !== null && !Array.isArray(one)
          ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
          : one,
      );
    fc.assert(
      fc.property(map, map, fc.boolean(), (one, other, same) => {
        const after = same ? structuredClone(one) : other;
        const changes = compareValues(one, after);
        expect(changes.length === 0).toBe(sorted(one) === sorted(after));
        expect(compareValues(after, one).map(({ path }) => path)).toEqual(changes.map(({ path }) => path));
      }),
    );
  });
});
