// What a chart brings, told from its text: CRDs, hooks, namespaces.
import { describe, expect, test } from "vitest";
import { openCharts } from "../../../src/adapters/charts/chart-pins.ts";
import { scanChart } from "../../../src/adapters/charts/chart-scan.ts";
import { packChart, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";

const scan = (tree: Readonly<Record<string, string | Buffer>>): ReturnType<typeof scanChart> =>
  scanChart(new Map(Object.entries(tree).map(([path, content]) => [path, Buffer.from(content)])));

const template = (text: string): ReturnType<typeof scanChart> => scan({ "templates/a.yaml": text });

describe("hooks", () => {
  test.each([
    [`  "helm.sh/hook": pre-install`, "pre-install"],
    [`  helm.sh/hook: pre-install,post-upgrade`, "post-upgrade pre-install"],
    [`  "helm.sh/hook": "pre-install, Pre-Upgrade" # why`, "pre-install pre-upgrade"],
    [`  'helm.sh/hook': test-success`, "test"],
    [`annotations: { "helm.sh/hook": post-delete, "helm.sh/hook-weight": "1" }`, "post-delete"],
    [`annotations: { "helm.sh/hook": test }`, "test"],
    [`  "helm.sh/hook": crd-install`, ""],
    [`  "helm.sh/hook-weight": "5"\n  "helm.sh/hook-delete-policy": before-hook-creation`, ""],
    [`  # "helm.sh/hook": pre-install`, ""],
    [`{{- /* as "helm.sh/hook": pre-install does */}}\nkind: Job`, ""],
  ])("of %j are %j", (text, expected) => {
    expect(template(text).hooks.join(" ")).toBe(expected);
  });

  test.each([
    `  "helm.sh/hook": {{ .Values.hook }}`,
    `  "helm.sh/hook": pre-install{{ if .Values.x }},post-install{{ end }}`,
    `  "helm.sh/hook":\n    pre-install`,
    `  "helm.sh/hook": >-\n    pre-install`,
    `{{- $_ := set $annotations "helm.sh/hook" "post-install" }}`,
  ])("of %j could be any, because only rendering would tell", (text) => {
    expect(template(text).hooks).toHaveLength(9);
  });

  test("are found in values and in subcharts, folders and archives alike", () => {
    const job = (hook: string): string => `metadata:\n  annotations:\n    "helm.sh/hook": ${hook}\n`;
    const packed = packChart("b", { "Chart.yaml": "", "templates/a.yaml": job("pre-upgrade") });
    const found = scan({
      "values.yaml": `job:\n  annotations:\n    helm.sh/hook: test\n`,
      "charts/a/templates/a.yaml": job("pre-install"),
      "charts/b-1.0.0.tgz": packed,
      "charts/_off/templates/a.yaml": job("pre-delete"),
      "docs/a.yaml": job("post-delete"),
    });
    expect(found.hooks).toEqual(["pre-install", "pre-upgrade", "test"]);
  });
});

describe("namespaces", () => {
  test.each<[string, readonly string[] | "computed"]>([
    ["apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n", ["shop"]],
    [
      "kind: Namespace\napiVersion: v1\nmetadata:\n  labels:\n    name: no\n  name: 'shop' # ours\n",
      ["shop"],
    ],
    ["kind: Namespace\nmetadata: { name: shop, labels: {} }\n", ["shop"]],
    ["kind: Namespace\nmetadata:\n  name: {{ .Values.namespace }}\n", "computed"],
    ["kind: Namespace\nmetadata:\n  {{- include `x` . | nindent 2 }}\n", "computed"],
    ["kind: List\nitems:\n  - kind: Namespace\n    metadata: { name: a }\n", "computed"],
    ["kind: ConfigMap\nmetadata:\n  name: a\n---\nkind: Namespace\nmetadata:\n  name: b\n", ["b"]],
    ["kind: NamespaceClaim\nmetadata:\n  name: a\n", []],
    ["kind: Policy\nspec:\n  kind: Namespace\nmetadata:\n  name: a\n", []],
  ])("of %j are %j", (text, expected) => {
    expect(template(text).namespaces).toEqual(expected);
  });
});

test("CRDs are given as text, the chart's own before its dependencies'", async () => {
  const root = temporaryFolder();
  writeTree(root, {
    "app/Chart.yaml":
      "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{ name: lib, version: 1.x, repository: 'file://../lib' }]\n",
    "app/crds/b.yaml": "b",
    "app/crds/nested/a.yml": "a",
    "app/crds/README.md": "no",
    "app/charts/packed-1.0.0.tgz": packChart("packed", {
      "Chart.yaml": "name: packed\nversion: 1.0.0\n",
      "crds/c.json": "{}",
    }),
    "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
    "lib/crds/d.yaml": "d",
    "plain/Chart.yaml": "apiVersion: v2\nname: plain\nversion: 1.0.0\n",
  });
  const charts = openCharts({ repositoryRoot: root, cacheDir: `${root}/.cache` });
  const wish = (path: string): Parameters<typeof charts.resolve>[0] => ({
    chart: { kind: "path", path, written: path },
    chartRange: { file: "a.yaml", line: 1, column: 1 },
  });
  const [app, plain] = [await charts.resolve(wish("app")), await charts.resolve(wish("plain"))];
  if (!app.ok || !plain.ok) throw new Error("not resolved");
  expect([app.value.hasCrds, plain.value.hasCrds]).toEqual([true, false]);
  const texts = await charts.readCrds(app.value);
  expect(texts.slice(0, 2)).toEqual(["b", "a"]);
  expect(texts.slice(2).toSorted()).toEqual(["d", "{}"]);
  expect(await charts.readCrds(plain.value)).toEqual([]);
});

describe("a schema of values", () => {
  test("is found in the chart and in its subcharts, folders and archives alike, and nowhere else", () => {
    const packed = packChart("b", { "Chart.yaml": "", "values.schema.json": "{}" });
    expect(scan({ "values.schema.json": "{}" }).hasSchema).toBe(true);
    expect(scan({ "charts/a/Chart.yaml": "", "charts/a/values.schema.json": "{}" }).hasSchema).toBe(true);
    expect(scan({ "charts/b-1.0.0.tgz": packed }).hasSchema).toBe(true);
    expect(scan({ "docs/values.schema.json": "{}", "charts/_off/values.schema.json": "{}" }).hasSchema).toBe(
      false,
    );
  });
});
