// Built documents and what they were made from, without kustomize: marks, and where each value was written.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { markDocuments, markField, type SourcePatch } from "../../../src/core/kustomize/built-stack.ts";
import type { Json } from "../../../src/core/declaration.ts";
import { parseDocuments } from "../../../src/core/yaml/document.ts";
import { mappedTree, partsOf } from "../../../src/core/kustomize/kustomize-origins.ts";
import { readTree, type Path, type YamlTree } from "../../../src/core/yaml/yaml-tree.ts";

function treeOf(file: string, text: string): YamlTree {
  const [document] = parseDocuments(file, text);
  if (document === undefined) throw new Error(`${file} is empty`);
  return readTree(document);
}

const head = "kind: HelmRelease\nmetadata: { name: api }\n";

/** Where the built document's paths are said to stand, as FILE:LINE. */
function placesOf(
  sources: { readonly base: string; readonly patches?: Readonly<Record<string, string>> },
  built: string,
): (...path: Path) => string {
  const tree = treeOf("built", built);
  const patches = Object.entries(sources.patches ?? {}).map(([file, text]): SourcePatch => ({
    tree: treeOf(file, text),
    reaches: new Set([0]),
    ...(text.startsWith("- ")
      ? { target: { kind: "HelmRelease", hasLabels: false, range: { file, line: 1, column: 1 } } }
      : {}),
  }));
  const parts = partsOf({ file: "base", tree: treeOf("base", sources.base) }, 0, tree.value, patches);
  const mapped = mappedTree(tree, tree.value, parts);
  return (...path) => {
    const { file, line } = mapped.valueRange(path);
    return `${file}:${line}`;
  };
}

describe("the place of a value", () => {
  it("is the last patch that says it, also where the base says the same", () => {
    const place = placesOf(
      {
        base: `${head}spec:\n  chart: ../chart\n  a: 1\n`,
        patches: { first: `${head}spec: { a: 2 }\n`, second: `${head}spec:\n  a: 3\n  chart: ../chart\n` },
      },
      `${head}spec: { a: 3, chart: ../chart }\n`,
    );
    expect(place("spec", "a")).toBe("second:4");
    expect(place("spec", "chart")).toBe("second:5");
    // What a patch is for is no value that it sets.
    expect(place("metadata", "name")).toBe("base:2");
  });

  it("is what stands nearest in the base where no source says it", () => {
    const place = placesOf(
      { base: `${head}spec:\n  map:\n    a: 1\n  list: [x]\n` },
      `${head}spec: { map: { a: 9, b: 2 }, list: [x] }\n`,
    );
    expect(place("spec", "map", "a")).toBe("base:5");
    expect(place("spec", "map", "b")).toBe("base:5");
    expect(place("spec", "gone", "deeper")).toBe("base:4");
  });

  it("follows an element of a list that has moved", () => {
    const place = placesOf(
      {
        base: `${head}spec:\n  list:\n    - a\n    - b\n`,
        patches: {
          ops: "- op: add\n  path: /spec/list/0\n  value: first\n- op: add\n  path: /spec/list/-\n  value: { last: 1 }\n",
        },
      },
      `${head}spec: { list: [first, a, b, { last: 1 }] }\n`,
    );
    expect([0, 1, 2, 3].map((index) => place("spec", "list", index))).toEqual([
      "ops:3",
      "base:5",
      "base:6",
      "ops:6",
    ]);
    expect(place("spec", "list", 3, "last")).toBe("ops:6");
  });

  it("reads the escapes of a JSON pointer", () => {
    const place = placesOf(
      { base: `${head}spec: {}\n`, patches: { ops: "- op: add\n  path: /spec/a~1b~0c\n  value: 1\n" } },
      `${head}spec: { "a/b~c": 1 }\n`,
    );
    expect(place("spec", "a/b~c")).toBe("ops:3");
  });

  it("is never in a patch for another release", () => {
    const other = head.replace("api", "web");
    const place = placesOf(
      { base: `${head}spec:\n  a: 1\n`, patches: { other: `${other}spec: { a: 1 }\n` } },
      `${head}spec: { a: 1 }\n`,
    );
    expect(place("spec", "a")).toBe("base:4");
  });
});

describe("a mark", () => {
  const marked = (text: string): readonly (string | undefined)[] => {
    const documents = parseDocuments("a.yaml", text);
    return markDocuments(text, documents, (document) => documents.indexOf(document)).split(/^---.*\n/m);
  };

  it.each([
    ["a block", "kind: A\nb: 1\n"],
    ["a block after comments", "# first\n\nkind: A # second\n"],
    ["a flow map", "{ kind: A, b: [1] }\n"],
    ["an empty flow map", "{}\n"],
    ["JSON", '{"kind": "A"}'],
    ["an indented block", "  kind: A\n  b: 1\n"],
    ["a document behind ---", "--- # here\nkind: A\n"],
    ["Windows line ends", "kind: A\r\nb: 1\r\n"],
    ["a flow map behind ---", "--- {kind: A}\n"],
  ])("goes into %s and changes nothing else", (_what, text) => {
    const documents = parseDocuments("a.yaml", text);
    const value: unknown = parse(markDocuments(text, documents, () => 7));
    expect(value).toEqual({ ...(parse(text) as object), [markField]: 7 });
  });

  it("goes into each document of a file", () => {
    expect(marked("kind: A\n---\n{ kind: B }\n---\nkind: C\n")).toEqual([
      `${markField}: 0\nkind: A\n`,
      `{${markField}: 1,  kind: B }\n`,
      `${markField}: 2\nkind: C\n`,
    ]);
  });

  it("never changes what else a document means, whatever its layout", () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    const maps = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), json, { minKeys: 1, maxKeys: 4 });
    fc.assert(
      fc.property(maps, fc.boolean(), fc.nat({ max: 8 }), (value, isFlow, indent) => {
        const text = isFlow ? JSON.stringify(value, undefined, indent) : stringify(value);
        const documents = parseDocuments("a.yaml", text);
        fc.pre(documents.every((document) => document.errors.length === 0));
        const after: unknown = parse(markDocuments(text, documents, () => 3));
        expect(after).toEqual({ ...(parse(text) as object), [markField]: 3 });
      }),
    );
  });
});
