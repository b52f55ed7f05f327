// Objects of manifests: the quick reading of names must say what the YAML parser says, and nothing may make it throw.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseYaml, readManifest, splitDocuments } from "../../src/core/manifest.ts";
import { refOf } from "../../src/core/object.ts";

const asWritten = (_object: unknown, written: string | undefined) => written;
const namesIn = (text: string) => readManifest(text, asWritten).map(refOf);

describe("the objects of a manifest", () => {
  it("are named in the order in which they stand, comments and empty documents left out", () => {
    const text = `---
# Source: shop/templates/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    name: other
spec: {}
---
# only a comment
---
apiVersion: v1
kind: Service # in front of it
metadata: {name: web, namespace: shop}
`;
    expect(namesIn(text)).toEqual([
      { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      { apiVersion: "v1", kind: "Service", name: "web", namespace: "shop" },
    ]);
  });

  it("give their labels, annotations, spec and the data of Secrets when asked for them", () => {
    const [object] = readManifest(
      `apiVersion: v1
kind: Secret
metadata:
  name: db
  annotations:
    helm.sh/resource-policy: keep
stringData:
  password: hunter2
`,
      asWritten,
    );
    expect(object?.metadata.annotations).toEqual({ "helm.sh/resource-policy": "keep" });
    expect(object).toMatchObject({ stringData: { password: "hunter2" } });
    expect(object?.spec).toBeUndefined();
  });

  it("are found in Lists", () => {
    const text = `
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- apiVersion: v1
  kind: ConfigMapList
  items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]
`;
    expect(namesIn(text).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("keep a name of the kind that YAML reads as something else out, as the API would", () => {
    expect(namesIn("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 017\n")).toEqual([]);
    expect(namesIn('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "017"\n')[0]?.name).toBe("017");
    expect(namesIn("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: on\n")).toEqual([]);
  });

  it("live where the placement says", () => {
    const text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n{apiVersion: v1, kind: Node, metadata: {name: node-1}}\n";
    const placed = readManifest(text, ({ kind }, written) =>
      kind === "Node" ? undefined : (written ?? "shop"),
    );
    expect(placed.map((object) => object.metadata.namespace)).toEqual(["shop", undefined]);
  });

  it("are none of what can't be parsed, aliases that multiply included", () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${["b", "c", "d", "e", "f", "g", "h", "i"]
      .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index] ?? "a"}, `.repeat(10)}]`)
      .join("\n")}\n`;
    expect(namesIn(bomb)).toEqual([]);
    expect(namesIn("a: [\n")).toEqual([]);
    expect(namesIn("just text")).toEqual([]);
    expect(namesIn("__proto__: {kind: Pod}\napiVersion: v1\n")).toEqual([]);
  });

  it("have the names that the YAML parser reads, however they are written", () => {
    const name = fc.constantFrom(
      "web",
      "a.b",
      "x-1",
      "017",
      "1e3",
      "on",
      "null",
      "true",
      "system:auth",
      "a b",
      "#x",
      "it's",
      "ü",
    );
    const key = fc.constantFrom(
      "name",
      "namespace",
      "labels",
      "kind",
      "apiVersion",
      "annotations",
      "metadata",
      "a.b/c",
    );
    const leaf = fc.oneof(
      name,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant("line\nname: x\n  kind: y\n"),
    );
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    const object = fc.record(
      {
        apiVersion: fc.constantFrom("v1", "apps/v1", "1"),
        kind: fc.constantFrom("Pod", "yes", "Deployment"),
        metadata: fc.record({ name, namespace: name, labels: tree, annotations: tree }, { requiredKeys: [] }),
        spec: tree,
        rules: fc.array(tree, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    );
    const style = fc.record({
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      defaultStringType: fc.constantFrom("PLAIN" as const, "QUOTE_DOUBLE" as const, "QUOTE_SINGLE" as const),
      collectionStyle: fc.constantFrom("any" as const, "flow" as const),
      version: fc.constant("1.1" as const),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(object, style), { maxLength: 3 }), (documents) => {
        const texts = documents.map(([value, options]) => stringify(value, options));
        const expected = texts.flatMap((text) => {
          const parsed = parseYaml(text) as {
            apiVersion?: unknown;
            kind?: unknown;
            metadata?: { name?: unknown; namespace?: unknown };
          };
          const { apiVersion, kind } = parsed;
          const { name: itsName, namespace } = parsed.metadata ?? {};
          if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof itsName !== "string")
            return [];
          return [
            { apiVersion, kind, name: itsName, ...(typeof namespace === "string" ? { namespace } : {}) },
          ];
        });
        expect(namesIn(texts.map((text) => `---\n${text}`).join(""))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("never make the reading throw", () => {
    const line = fc.constantFrom(
      "---",
      "metadata:",
      "  name: a",
      " name: b",
      "\tname: c",
      "kind: Pod",
      "apiVersion: v1",
      "- x",
      "  - y",
      "'",
      '"',
      "a: |",
      "{",
      "&a",
      "<<: *a",
      "%YAML 1.1",
      "",
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        for (const object of readManifest(lines.join("\n"), asWritten))
          expect(() => JSON.stringify(object)).not.toThrow();
      }),
    );
  });
});

describe("splitting documents", () => {
  it("does not take a line inside a block for a border unless it stands at the margin", () => {
    expect(splitDocuments("a: |\n  ---\n  b\n---\nc: 1\n--- # d\ne: 2\n")).toHaveLength(3);
  });
});
