// How values are put together, against helm itself: what a chart and its subcharts see of layers of values.
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readChartValues } from "../../../src/adapters/charts/chart-values.ts";
import { coalesceChart, type CoalescedChart } from "../../../src/core/values/chart-values.ts";
import type { Json } from "../../../src/core/declaration.ts";
import { leavesOf, mergeLayers, pathText, type JsonMap } from "../../../src/core/values/merge-values.ts";
import { runHelm, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";
import { ownLayer } from "../../kit/values.ts";

const seen = "{{ .Chart.Name }}: {{ .Values | toJson | b64enc }}\n";

/** What each chart sees, by the name it is called with, as `helm template` shows it. */
async function seenByHelm(folder: string, layers: readonly Json[]): Promise<unknown> {
  const names = layers.map((_, index) => `layer-${index}.yaml`);
  writeTree(folder, Object.fromEntries(names.map((name, index) => [name, JSON.stringify(layers[index])])));
  const flags = names.flatMap((name) => ["-f", join(folder, name)]);
  const shown = await runHelm("template", "echo", join(folder, "parent"), ...flags);
  const found = [...shown.matchAll(/^(\w+): (\S+)$/gm)].map(([, name = "", text = ""]) => {
    const values: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    return [name, values] as const;
  });
  return Object.fromEntries(found);
}

function seenByUs(folder: string, layers: readonly Json[]): unknown {
  const values = mergeLayers(layers.map((tree) => ({ tree })));
  const coalesced = coalesceChart(readChartValues(join(folder, "parent")), values);
  if ("notAMap" in coalesced) return coalesced;
  const found: Record<string, unknown> = {};
  const visit = ({ chart, values: own, subcharts }: CoalescedChart): void => {
    found[chart.name] = own;
    subcharts.forEach(visit);
  };
  visit(coalesced);
  return found;
}

function chartFiles(path: string, metadata: object, defaults: Json): Readonly<Record<string, string>> {
  return {
    [`${path}/Chart.yaml`]: JSON.stringify({ apiVersion: "v2", version: "1.0.0", ...metadata }),
    [`${path}/values.yaml`]: JSON.stringify(defaults),
    [`${path}/templates/seen.yaml`]: seen,
  };
}

const key = fc.constantFrom("a", "b", "c", "global", "child");
const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom("x", "z"),
  fc.boolean(),
  fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
);
const tree = fc.letrec<{ map: JsonMap; value: Json }>((tie) => ({
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, depthIdentifier: "values" }),
  value: fc.oneof({ depthIdentifier: "values", maxDepth: 3 }, leaf, tie("map")),
})).map;

describe("merged values", () => {
  it("are what helm makes of any layers and defaults", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 3 }), tree, async (layers, defaults) => {
        const folder = temporaryFolder();
        writeTree(folder, chartFiles("parent", { name: "parent" }, defaults));
        expect(seenByUs(folder, layers)).toEqual(await seenByHelm(folder, layers));
      }),
      { numRuns: 25 },
    );
  });

  it("are what helm makes of them for a subchart, globals and nulls included", async () => {
    const map = (value: Json): value is JsonMap =>
      typeof value === "object" && value !== null && !Array.isArray(value);
    // Anything but a map under a subchart's name is refused.
    const fitting = tree.map((one) => ({
      ...one,
      child: map(one["child"] ?? null) ? (one["child"] ?? {}) : {},
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fitting, { minLength: 1, maxLength: 2 }),
        fitting,
        tree,
        async (layers, own, below) => {
          const folder = temporaryFolder();
          writeTree(folder, {
            ...chartFiles("parent", { name: "parent" }, own),
            ...chartFiles("parent/charts/child", { name: "child" }, below),
          });
          expect(seenByUs(folder, layers)).toEqual(await seenByHelm(folder, layers));
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ["a condition that is false", { child: { enabled: false } }],
    ["a condition that is true", { child: { enabled: true } }],
    ["a tag that is false", { tags: { back: false } }],
    ["a tag against a condition", { tags: { back: false }, child: { enabled: true } }],
    ["nothing said", {}],
    ["an alias with values of its own", { second: { x: 5, on: { y: null } }, global: { g: 1 } }],
  ])("leave out what is switched off and import what is asked for, as helm does: %s", async (_, values) => {
    const folder = temporaryFolder();
    writeTree(folder, {
      ...chartFiles(
        "parent",
        {
          name: "parent",
          dependencies: [
            { name: "child", version: "^1.0.0", repository: "", condition: "child.enabled", tags: ["back"] },
            {
              name: "child",
              version: "^1.0.0",
              repository: "",
              alias: "second",
              "import-values": ["data", { child: "on", parent: "from.child" }],
            },
          ],
        },
        { own: 1, from: { child: { y: 0 } } },
      ),
      ...chartFiles(
        "parent/charts/child",
        {
          name: "child",
          dependencies: [{ name: "leaf", version: "1.0.0", repository: "", condition: "leaf.on" }],
        },
        { x: 1, on: { y: 2, z: 3 }, exports: { data: { exported: 1, own: 2 } }, leaf: { on: true } },
      ),
      ...chartFiles("parent/charts/child/charts/leaf", { name: "leaf" }, { deep: { n: 1 } }),
    });
    expect(seenByUs(folder, [values])).toEqual(await seenByHelm(folder, [values]));
  });

  it("name for each leaf the layer that it comes from", () => {
    const range = (file: string) => ({ file, line: 1, column: 1 });
    const layers = [
      ownLayer({ a: { x: 1, y: 1 }, list: [1, 2], gone: { z: 1 } }, range("weak")),
      ownLayer({ a: { y: 2 }, list: [3], gone: null, empty: {} }, range("strong")),
    ];
    expect(leavesOf(layers).map(({ path, layer }) => `${pathText(path)} ${layer.range.file}`)).toEqual([
      "a.x weak",
      "a.y strong",
      "list[0] strong",
      "gone strong",
      "empty strong",
    ]);
  });
});
