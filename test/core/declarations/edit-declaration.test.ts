// Editing declarations in place: each case is the text before, the assignments, and the text after.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAssignment } from "../../../src/core/declarations/assignment.ts";
import { parseDocuments } from "../../../src/core/yaml/document.ts";
import { setField } from "../../../src/core/declarations/edit-declaration.ts";
import { isSameJson, withValueAt } from "../../../src/core/yaml/json-path.ts";
import { readTree } from "../../../src/core/yaml/yaml-tree.ts";

function set(text: string, ...assignments: readonly string[]): string {
  return assignments.reduce((current, written) => {
    const assignment = parseAssignment(written, false);
    if (typeof assignment === "string") return `refused: ${assignment}`;
    const edited = setField(current, 0, assignment.path, assignment.value);
    return edited.ok ? edited.text : `refused: ${edited.problem}`;
  }, text);
}

const head = "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: a }\n";

describe("what is there is replaced where it stands", () => {
  test.each([
    ["plain text", "spec:\n  version: 1.4.2 # ours\n", "version=1.4.3", "spec:\n  version: 1.4.3 # ours\n"],
    ["a range, which needs quotes", "spec:\n  version: ^1.4\n", "version=^1.5", 'spec:\n  version: "^1.5"\n'],
    ["text in quotes", `spec:\n  version: '^1.4'\n`, "version=^1.5", `spec:\n  version: '^1.5'\n`],
    ["text in double quotes", `spec:\n  a: "x"   # c\n`, "a=y", `spec:\n  a: "y"   # c\n`],
    [
      "a flow map's field",
      "spec: { values: { image: { tag: 1.0.0, b: 1 } } }\n",
      "values.image.tag=1.0.1",
      "spec: { values: { image: { tag: 1.0.1, b: 1 } } }\n",
    ],
    [
      "a block of text",
      "spec:\n  values:\n    a: |\n      x\n      y\n    b: 1\n",
      "values.a=z",
      "spec:\n  values:\n    a: z\n    b: 1\n",
    ],
    [
      "a place of a list",
      "spec:\n  values:\n    hosts:\n      - name: a\n        port: 1\n      - name: b\n",
      "values.hosts[1].name=c",
      "spec:\n  values:\n    hosts:\n      - name: a\n        port: 1\n      - name: c\n",
    ],
    [
      "nothing",
      "spec:\n  version:\n  values: {}\n",
      "version=1.0.0",
      "spec:\n  version: 1.0.0\n  values: {}\n",
    ],
    ["a list in brackets", "spec:\n  dependsOn: [a]\n", "dependsOn={a,b}", "spec:\n  dependsOn: [a, b]\n"],
  ])("%s", (_name, before, assignment, after) => {
    expect(set(head + before, assignment)).toBe(head + after);
  });

  test("in a file with Windows' line ends and a byte order mark, which stay", () => {
    const before = `\uFEFF${head}spec:\n  version: 1.0.0\n`.replaceAll("\n", "\r\n");
    expect(set(before, "version=1.0.1", "values.a.b=1")).toBe(
      `\uFEFF${head}spec:\n  version: 1.0.1\n  values:\n    a:\n      b: 1\n`.replaceAll("\n", "\r\n"),
    );
  });

  test("in the document that is meant, and no other", () => {
    const text = `${head}spec: { version: 1.0.0 }\n---\n${head}spec: { version: 1.0.0 }\n`;
    const edited = setField(text, 1, ["spec", "version"], { json: "1.0.1" });
    expect(edited).toEqual({
      ok: true,
      text: `${head}spec: { version: 1.0.0 }\n---\n${head}spec: { version: 1.0.1 }\n`,
    });
  });
});

describe("what is missing is added at the end of its map", () => {
  test.each([
    ["a field", "spec:\n  chart: ./a\n", "version=1.0.0", "spec:\n  chart: ./a\n  version: 1.0.0\n"],
    [
      "a field, before the comments that follow",
      "spec:\n  chart: ./a # here\n\n# end\n",
      "version=1.0.0",
      "spec:\n  chart: ./a # here\n  version: 1.0.0\n\n# end\n",
    ],
    [
      "maps on the way",
      "spec:\n  chart: ./a\n",
      "values.image.tag=x",
      "spec:\n  chart: ./a\n  values:\n    image:\n      tag: x\n",
    ],
    [
      "a field of a map further up",
      "spec:\n  values:\n    a:\n      b: 1\n  test: true\n",
      "values.c=1",
      "spec:\n  values:\n    a:\n      b: 1\n    c: 1\n  test: true\n",
    ],
    [
      "a field behind a block of text",
      "spec:\n  values:\n    a: |\n      x\n\n  test: true\n",
      "values.c=1",
      "spec:\n  values:\n    a: |\n      x\n    c: 1\n\n  test: true\n",
    ],
    [
      "a field of a flow map",
      "spec: { chart: ./a }\n",
      "values.a.b=1",
      "spec: { chart: ./a, values: { a: { b: 1 } } }\n",
    ],
    ["a field of an empty flow map", "spec:\n  values: {}\n", "values.a=b", "spec:\n  values: { a: b }\n"],
    [
      "maps where nothing is",
      "spec:\n  values: # ours\n  test: true\n",
      "values.a=b",
      "spec:\n  values: # ours\n    a: b\n  test: true\n",
    ],
    ["maps where null is", "spec:\n  values: null\n", "values.a.b=c", "spec:\n  values: { a: { b: c } }\n"],
    [
      "a field at the end of a file without a line end",
      "spec:\n  chart: ./a",
      "version=1.0.0",
      "spec:\n  chart: ./a\n  version: 1.0.0",
    ],
    [
      "a name with dots",
      "spec:\n  values: { nodeSelector: {} }\n",
      "values.nodeSelector.kubernetes\\.io/os=linux",
      "spec:\n  values: { nodeSelector: { kubernetes.io/os: linux } }\n",
    ],
    [
      "a name that is a word of YAML",
      "spec:\n  values: { a: 1 }\n",
      "values.on=1",
      'spec:\n  values: { a: 1, "on": 1 }\n',
    ],
    ["a label", "spec: { chart: ./a }\n", "spec.phase=apps", "spec: { chart: ./a, phase: apps }\n"],
  ])("%s", (_name, before, assignment, after) => {
    expect(set(head + before, assignment)).toBe(head + after);
  });
});

test.each([
  ["true", "true"],
  ["null", "null"],
  ["8080", "8080"],
  ["-5", "-5"],
  ["9007199254740993", "9007199254740993"],
  ["0123", '"0123"'],
  ["1.10", '"1.10"'],
  ["1e3", '"1e3"'],
  ["yes", '"yes"'],
  ["True", '"True"'],
  ["", '""'],
  ["~", '"~"'],
  ["a: b", '"a: b"'],
  ["x # y", '"x # y"'],
  ["1:20", '"1:20"'],
  ["2024-01-01", '"2024-01-01"'],
  ["*x", '"*x"'],
  ["10m", '"10m"'],
  ["registry.example/app:1.0", "registry.example/app:1.0"],
  ["{a,1,true}", "[a, 1, true]"],
])("the value %s is written as %s", (value, written) => {
  expect(set(`${head}spec:\n  values:\n    a: 1\n`, `values.b=${value}`)).toBe(
    `${head}spec:\n  values:\n    a: 1\n    b: ${written}\n`,
  );
});

describe("what can't be changed in place is refused in words", () => {
  test.each([
    [
      "a map by a text",
      "spec:\n  values: { image: { tag: x } }\n",
      "values.image=y",
      "spec.values.image is a map; name one of its fields",
    ],
    [
      "a field of a text",
      "spec:\n  chart: ./a\n",
      "chart.name=y",
      "spec.chart is no map, so it can't have name",
    ],
    [
      "a place behind the end of a list",
      "spec:\n  values: { a: [1] }\n",
      "values.a[1]=y",
      "spec.values.a is a list of 1",
    ],
    [
      "an anchor that is used elsewhere",
      "spec:\n  values: { a: &x 1, b: *x }\n",
      "values.a=2",
      "is used elsewhere by its anchor",
    ],
    [
      "a field of an alias",
      "spec:\n  values: { a: &x { c: 1 }, b: *x }\n",
      "values.b.c=2",
      "is the alias *x",
    ],
    [
      "a field that a merge brings, where more would go",
      "spec:\n  values:\n    base: &x { i: { a: 1, b: 2 } }\n    c: { <<: *x }\n",
      "values.c.i.a=2",
      "can't be changed without changing something else",
    ],
    [
      "a value behind a tag that makes it something else",
      "spec:\n  values: { a: !!str 1 }\n",
      "values.a=2",
      "can't be changed without changing something else",
    ],
    ["nothing named", "spec: {}\n", "=x", "has an empty name in its path"],
    ["no value", "spec: {}\n", "version", "has no = in it"],
    ["an empty name", "spec: {}\n", "values..a=x", "has an empty name in its path"],
  ])("%s", (_name, before, assignment, problem) => {
    expect(set(head + before, assignment)).toContain(problem);
    expect(set(head + before, assignment)).toMatch(/^refused: /);
  });
});

test("whatever is set: the value is read back as it was meant, and nothing else has changed", () => {
  const text = `${head}# top\nspec:\n  chart: ./a\n  values:\n    flow: { a: [1, 2], b: "x" } # c\n    block:\n      - one: |-\n          text\n        two: 'y'\n    last:\n`;
  const before = readTree(parseDocuments("", text)[0] ?? expect.fail("no document")).value;
  const paths = fc.oneof(
    fc.constantFrom(
      ["values", "flow", "b"],
      ["values", "flow", "c", "d"],
      ["values", "block", 0, "one"],
      ["values", "block", 0, "new"],
      ["values", "last"],
      ["values", "last", "x"],
      ["values", "fresh", "y"],
      ["version"],
    ),
    fc
      .array(fc.string({ minLength: 1, unit: "grapheme" }), { minLength: 1, maxLength: 3 })
      .map((names) => ["values", "flow", ...names]),
  );
  fc.assert(
    fc.property(
      paths,
      fc.oneof(fc.string({ unit: "grapheme" }), fc.boolean(), fc.constant(null)),
      (steps, json) => {
        const path = ["spec", ...steps];
        const edited = setField(text, 0, path, { json });
        if (!edited.ok) return;
        const document = parseDocuments("", edited.text)[0];
        expect(document?.errors).toEqual([]);
        if (document === undefined) return;
        expect(isSameJson(readTree(document).value, withValueAt(before, path, json))).toBe(true);
        for (const comment of ["# top", "# c"]) expect(edited.text).toContain(comment);
      },
    ),
    { numRuns: 500 },
  );
});
