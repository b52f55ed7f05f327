// Mistakes in the values of a whole stack: each at its place, and nothing said of what another release may want.
import { describe, expect, it } from "vitest";
import { readStack } from "../../src/core/declarations/read-declarations.ts";
import { placeOf, sortDiagnostics, type Diagnostic } from "../../src/core/diagnostic.ts";
import { pinRelease } from "../../src/core/fingerprint.ts";
import type { PinnedChart } from "../../src/core/pin.ts";
import type { ChartValues } from "../../src/core/values/chart-values.ts";
import type { JsonMap } from "../../src/core/values/merge-values.ts";
import { foreseeValues } from "../../src/engine/foresee-values.ts";

type ChartSketch = { readonly template: string; readonly defaults?: JsonMap };

async function foresee(
  files: Readonly<Record<string, string>>,
  charts: Readonly<Record<string, ChartSketch>>,
  { told = [], stackFile }: { readonly told?: readonly Diagnostic[]; readonly stackFile?: string } = {},
): Promise<{ readonly found: readonly Diagnostic[]; readonly reads: number }> {
  const { value, diagnostics } = readStack({
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    ...(stackFile === undefined ? {} : { stackFile: { path: "headway.yaml", text: stackFile } }),
    folderName: "shop",
    stackPath: "",
  });
  expect(diagnostics).toEqual([]);
  const pins = new Map(
    value.declarations.map((declaration) => {
      const name = declaration.chart.written.replace("./", "");
      const chart: PinnedChart = {
        name,
        version: "1.0.0",
        digest: name,
        folder: name,
        hasCrds: false,
        hasSchema: false,
        hooks: [],
        namespaces: [],
      };
      return [declaration.id, pinRelease(declaration, chart)] as const;
    }),
  );
  let reads = 0;
  const readChartValues = (chart: PinnedChart): Promise<ChartValues> => {
    reads++;
    const { template = "", defaults = {} } = charts[chart.name] ?? {};
    return Promise.resolve({
      name: chart.name,
      version: chart.version,
      isLibrary: false,
      templates: [{ path: "templates/app.yaml", text: template }],
      texts: [],
      defaults,
      dependencies: [],
      subcharts: [],
    });
  };
  const stack = { declarations: value.declarations, pins, read: new Map() };
  return { found: sortDiagnostics(await foreseeValues({ readChartValues }, stack, told)), reads };
}

function release(name: string, chart: string, values: string): string {
  return `apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: ${name}, namespace: shop }
spec:
  chart: ./${chart}
  values:
${values.replace(/^/gm, "    ")}
`;
}

function told(found: readonly Diagnostic[]): readonly string[] {
  return found.map(({ range, message }) => `${range === undefined ? "" : placeOf(range)} ${message}`);
}

describe("values of a stack", () => {
  it("that no chart knows are told at their places, with what may have been meant", async () => {
    const { found } = await foresee(
      { "a.yaml": release("orders", "orders", "image:\n  tagg: v1\nextra: 1") },
      { orders: { template: "{{ with .Values.image.tag }}{{ . }}{{ end }}" } },
    );
    expect(found).toMatchObject([
      {
        severity: "warning",
        code: "values-unknown",
        message:
          "values of shop/orders: image.tagg is in no template, values.yaml or values.schema.json of chart orders 1.0.0, so it changes nothing",
        suggestion: "did you mean image.tag?",
        range: { file: "a.yaml", line: 8, column: 13 },
      },
      { code: "values-unknown", range: { file: "a.yaml", line: 9, column: 12 } },
    ]);
  });

  it("that all releases get are told only where none of the charts knows them", async () => {
    const stackFile = `apiVersion: headway.dev/v1
kind: Stack
metadata: { name: shop }
spec:
  values: { region: eu, zone: b, global: { registry: r } }
`;
    const { found } = await foresee(
      {
        "a.yaml": release("orders", "orders", "port: 1"),
        "b.yaml": release("cart", "cart", "port: 1"),
      },
      {
        orders: { template: "{{ .Values.port }}{{ .Values.region }}" },
        cart: { template: "{{ .Values.port }}" },
      },
      { stackFile },
    );
    expect(told(found)).toEqual([
      "headway.yaml:5:31 values of shop/orders (and of 1 more): zone is in no template, values.yaml or values.schema.json of chart orders 1.0.0, so it changes nothing",
    ]);
  });

  it("are judged by what a release gives its chart to render, too", async () => {
    const { found } = await foresee(
      {
        "a.yaml": release("orders", "app", "name: '{{ .Values.prefix }}-x'\nprefix: a"),
        "b.yaml": release("cart", "app", "name: x\nprefix: a"),
      },
      { app: { template: "{{ tpl .Values.name . }}" } },
    );
    expect(found.map(({ range }) => range && placeOf(range))).toEqual(["b.yaml:8:13"]);
  });

  it("that a chart misses are told beside those that it does not know", async () => {
    const { found } = await foresee(
      { "a.yaml": release("orders", "app", "db:\n  user: a\n  passwrd: b") },
      { app: { template: '{{ .Values.db.user }}{{ required "a password" .Values.db.password }}' } },
    );
    expect(found).toMatchObject([
      {
        code: "values-required",
        range: { line: 8 },
        suggestion: "set db.password in the values of the release",
      },
      { code: "values-unknown", range: { line: 9 }, suggestion: "did you mean db.password?" },
    ]);
  });

  it("that are wanted so are left out", async () => {
    const ignore = ["Values/extra", "Values/db.pass*"]
      .map((what) => `{ what: ${what}, reason: r }`)
      .join(", ");
    const text = release("orders", "app", "extra:\n  any: 1\nmore: 1").replace(
      "  values:",
      `  foresight: { ignore: [${ignore}] }\n  values:`,
    );
    const { found } = await foresee(
      { "a.yaml": text },
      {
        app: {
          template: '{{ required "a password" (.Values.db).password }}{{ required "x" .Values.db.password }}',
        },
      },
    );
    expect(found.map(({ code, about }) => [code, about?.release])).toEqual([
      ["values-nil", "shop/orders"],
      ["values-unknown", "shop/orders"],
    ]);
  });

  it("are not told twice, and each chart is read once", async () => {
    const files = { "a.yaml": release("a", "app", "x: 1"), "b.yaml": release("b", "app", "x: 1") };
    const charts = { app: { template: "{{ with .Values.z }}{{ . }}{{ end }}" } };
    const { found, reads } = await foresee(files, charts);
    expect(found).toHaveLength(2);
    expect(reads).toBe(1);
    expect((await foresee(files, charts, { told: found.slice(1) })).found).toEqual(found.slice(0, 1));
  });

  it("come from objects whose content is not known: only the path is judged", async () => {
    const text = release("orders", "app", "a: 1").replace(
      "  values:",
      "  valuesFrom:\n    - { kind: Secret, name: s, valuesKey: k, targetPath: db.pasword }\n    - { kind: Secret, name: t }\n  values:",
    );
    const { found } = await foresee(
      { "a.yaml": text },
      { app: { template: "{{ .Values.a }}{{ .Values.db.password }}" } },
    );
    expect(found).toMatchObject([{ suggestion: "did you mean db.password?", range: { line: 7 } }]);
  });
});
