// Index files: their text, and what is different between two.
import { describe, expect, test } from "vitest";
import { compareIndexes, indexPlace, type IndexedChart } from "../../../src/core/charts/chart-index.ts";
import { chartIndexText, readChartIndex } from "../../../src/core/charts/chart-index-text.ts";

const sha = (digit: string): `sha256:${string}` => `sha256:${digit.repeat(64)}`;

const orders = (version: string, more: Partial<IndexedChart> = {}): IndexedChart => ({
  name: "orders",
  version,
  digest: sha("a"),
  url: `https://charts.example/orders-${version}.tgz`,
  ...more,
});

const charts: readonly IndexedChart[] = [
  orders("1.9.0"),
  orders("1.10.0", { appVersion: '2 \u2028 "x"', digest: sha("b") }),
  { name: "base", version: "0.1.0", digest: `tree-${sha("c")}`, url: "base" },
  orders("1.10.0-rc.1", {
    dependencies: [{ name: "common", version: "1.x", repository: "file://../common" }],
  }),
];

describe("an index file", () => {
  test("has one line per version, charts by name and the newest version first", () => {
    expect(chartIndexText(charts))
      .toBe(`# What this repository of charts holds. Written by \`headway index\`; commit it, and don't edit it.
apiVersion: headway.dev/v1
kind: ChartIndex
charts:
  "base":
    - {"version":"0.1.0","digest":"tree-sha256:${"c".repeat(64)}","url":"base"}
  "orders":
    - {"version":"1.10.0","appVersion":"2 \\u2028 \\"x\\"","digest":"sha256:${"b".repeat(64)}","url":"https://charts.example/orders-1.10.0.tgz"}
    - {"version":"1.10.0-rc.1","digest":"sha256:${"a".repeat(64)}","url":"https://charts.example/orders-1.10.0-rc.1.tgz","dependencies":[{"name":"common","version":"1.x","repository":"file://../common"}]}
    - {"version":"1.9.0","digest":"sha256:${"a".repeat(64)}","url":"https://charts.example/orders-1.9.0.tgz"}
`);
  });

  test("is the same text whatever the order in which the charts were found", () => {
    expect(chartIndexText(charts.toReversed())).toBe(chartIndexText(charts));
  });

  test.each([
    ["with charts", charts],
    ["without any", []],
  ] as const)("%s is read back as it was written", (_name, some) => {
    const { value, diagnostics } = readChartIndex("catalog.yaml", chartIndexText(some));
    expect(diagnostics).toEqual([]);
    expect(chartIndexText(value ?? [])).toBe(chartIndexText(some));
  });

  test("means the same after a formatter has been at it", () => {
    const formatted = chartIndexText(charts)
      .replaceAll('{"version"', '{\n          "version"')
      .replaceAll('","', '",\n          "');
    expect(readChartIndex("catalog.yaml", formatted).value).toEqual(
      readChartIndex("catalog.yaml", chartIndexText(charts)).value,
    );
  });

  test.each([
    ["a merge conflict", (text: string) => text.replace('  "orders":', '<<<<<<< HEAD\n  "orders":'), 7],
    ["a digest that is none", (text: string) => text.replace("sha256:b", "sha256:x"), 8],
    ["a line that was cut off", (text: string) => text.slice(0, -30), 10],
  ])("with %s is refused at its line", (_name, damage, line) => {
    const { value, diagnostics } = readChartIndex("catalog.yaml", damage(chartIndexText(charts)));
    expect(value).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code: "bad-index", range: { file: "catalog.yaml", line } });
    expect(diagnostics[0]?.suggestion).toContain("headway index");
  });
});

test("two indexes differ by versions that came, went, or were published again", () => {
  const after = [orders("1.9.0", { digest: sha("d") }), orders("2.0.0"), ...charts.slice(1, 3)];
  const changes = compareIndexes(charts, after);
  expect(changes.added.map(({ version }) => version)).toEqual(["2.0.0"]);
  expect(changes.removed.map(({ version }) => version)).toEqual(["1.10.0-rc.1"]);
  expect(changes.changed.map((one) => [one.before.digest, one.after.digest])).toEqual([[sha("a"), sha("d")]]);
});

test("an index stands in the repository's own folder, or in charts-index beside headway.yaml", () => {
  const range = { file: "headway.yaml", line: 1, column: 1 };
  const folder = { alias: "catalog", location: { kind: "folder", path: "charts" }, range } as const;
  const server = { alias: "web", location: { kind: "http", url: "https://charts.example" }, range } as const;
  expect(indexPlace(folder, "clusters/prod").file).toBe("charts/catalog.yaml");
  expect(indexPlace(server, "clusters/prod")).toEqual({
    folder: "clusters/prod/charts-index",
    file: "clusters/prod/charts-index/web.yaml",
    vendored: "clusters/prod/charts-index/web",
  });
  expect(indexPlace(server, "").file).toBe("charts-index/web.yaml");
});
