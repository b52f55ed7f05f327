// From a declaration to an exact chart: by index, by lock, and what is told where neither can say.
import { describe, expect, test } from "vitest";
import type { IndexedChart } from "../../../src/core/charts/chart-index.ts";
import { readChartReference } from "../../../src/core/charts/chart-reference.ts";
import {
  resolveChart,
  resolveDependency,
  type Catalogue,
  type ChartSources,
  type ResolvedChart,
} from "../../../src/core/charts/chart-resolution.ts";
import type { Repository } from "../../../src/core/declaration.ts";
import type { Checked } from "../../../src/core/diagnostic.ts";
import { releaseId } from "../../../src/core/ids.ts";
import {
  findOrphans,
  lockText,
  readLock,
  type ChartWish,
  type Lock,
  type ReadLock,
} from "../../../src/core/charts/lock.ts";

const at = (line: number) => ({ file: "releases/orders.yaml", line, column: 10 });
const sha = (digit: string): `sha256:${string}` => `sha256:${digit.repeat(64)}`;

const repositories: ReadonlyMap<string, Repository> = new Map(
  (
    [
      ["web", { kind: "http", url: "https://charts.example" }],
      ["reg", { kind: "oci", url: "oci://registry.example/charts" }],
      ["dir", { kind: "folder", path: "charts" }],
    ] as const
  ).map(([alias, location]) => [alias, { alias, location, secretRef: "login", range: at(1) }]),
);

const versions = (name: string, ...all: readonly string[]): readonly IndexedChart[] =>
  all.map((version) => ({
    name,
    version,
    digest: sha("a"),
    url: `https://files.example/${name}-${version}.tgz`,
  }));

const web: Catalogue = {
  file: "charts-index/web.yaml",
  charts: [
    ...versions("orders", "1.2.0", "1.10.1", "1.9.9", "2.0.0", "2.1.0-rc.1", "0.9.0"),
    ...versions("preview", "0.1.0-alpha.2", "0.1.0-alpha.10"),
    ...versions("many", ...Array.from({ length: 14 }, (_, index) => `1.${index}.0`)),
  ],
};
const dir: Catalogue = {
  file: "charts",
  charts: [
    { name: "app", version: "1.0.0", url: "app" },
    { name: "app", version: "0.9.0", digest: sha("e"), url: "app-0.9.0.tgz" },
  ],
};

function sourcesWith(
  lock?: Lock,
  catalogues: Readonly<Record<string, Catalogue>> = { web, dir },
): ChartSources {
  return {
    repositories,
    stackPath: "clusters/prod",
    catalogueOf: (alias) => catalogues[alias],
    lock: lock === undefined ? undefined : reread(lock),
  };
}

function reread(lock: Lock): ReadLock {
  const { value, diagnostics } = readLock({ path: "headway.lock", text: lockText(lock) });
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error("the lock was not read");
  return value;
}

function wish(chart: string, version?: string): ChartWish {
  const reference = readChartReference(
    chart,
    { stackPath: "clusters/prod", range: at(6) },
    repositories,
    () => undefined,
  );
  if (reference === undefined) throw new Error(`${chart} is no chart`);
  return {
    id: releaseId("shop", "orders"),
    chart: reference,
    chartRange: at(6),
    ...(version === undefined ? {} : { version, versionRange: at(7) }),
  };
}

function told({ value, diagnostics }: Checked<ResolvedChart | undefined>): string {
  expect(value).toBeUndefined();
  expect(diagnostics).toHaveLength(1);
  const [one] = diagnostics;
  return `${one?.range?.file ?? ""}:${one?.range?.line ?? 0} ${one?.message ?? ""} → ${one?.suggestion ?? ""}`;
}

describe("by the index, the newest version that fits", () => {
  test.each([
    ["^1.2", "1.10.1"],
    ["~1.9", "1.9.9"],
    ["1.2.0", "1.2.0"],
    ["v1.2.0", "1.2.0"],
    ["<1.0.0 || 1.2.x", "1.2.0"],
    [">=1.0.0, <2.0.0", "1.10.1"],
    ["*", "2.0.0"],
    [undefined, "2.0.0"],
    [">=2.0.0-0", "2.1.0-rc.1"],
    ["^2.0.0", "2.0.0"],
    ["2.1.0-rc.1", "2.1.0-rc.1"],
  ] as const)("%s is %s", (range, version) => {
    expect(resolveChart(wish("web/orders", range), sourcesWith()).value).toEqual({
      place: {
        kind: "server",
        url: `https://files.example/orders-${version}.tgz`,
        server: { kind: "http", url: "https://charts.example", alias: "web", secretRef: "login" },
        vendored: `clusters/prod/charts-index/web/orders-${version}.tgz`,
      },
      version,
      digest: sha("a"),
      digestFrom: { file: "charts-index/web.yaml" },
    });
  });

  test("pre-releases are in the order of their numbers, not of their letters", () => {
    expect(resolveChart(wish("web/preview", ">=0.1.0-0"), sourcesWith()).value?.version).toBe(
      "0.1.0-alpha.10",
    );
  });

  test("is a folder or an archive where the repository is a folder", () => {
    expect(resolveChart(wish("dir/app", "^1"), sourcesWith()).value?.place).toEqual({
      kind: "folder",
      path: "charts/app",
    });
    expect(resolveChart(wish("dir/app", "<1"), sourcesWith()).value).toMatchObject({
      place: { kind: "archive", path: "charts/app-0.9.0.tgz" },
      digest: sha("e"),
    });
  });
});

describe("without an index or a lock", () => {
  test.each([
    ["oci://registry.example/charts/orders", "oci://registry.example/charts/orders"],
    ["reg/orders", "oci://registry.example/charts/orders"],
    ["reg/team/orders", "oci://registry.example/charts/team/orders"],
  ])("an exact version of %s resolves directly", (chart, url) => {
    expect(resolveChart(wish(chart, "1.4.2"), sourcesWith()).value).toMatchObject({
      place: { kind: "server", url },
      version: "1.4.2",
    });
  });

  test("a packaged chart's address says all", () => {
    expect(resolveChart(wish("https://files.example/a-1.0.0.tgz"), sourcesWith()).value).toEqual({
      place: { kind: "server", url: "https://files.example/a-1.0.0.tgz" },
    });
  });

  test.each([
    [
      "a range in a registry",
      wish("oci://registry.example/charts/orders", "^1.4"),
      "^1.4 is a range",
      "headway lock",
    ],
    [
      "no version in a registry",
      wish("oci://registry.example/charts/orders"),
      "no version is asked for",
      "headway lock",
    ],
    ["a range in a registry's repository", wish("reg/orders", "1.4"), "1.4 is a range", "headway index reg"],
  ])("%s is an error that says what to run", (_name, one, what, run) => {
    expect(told(resolveChart(one, sourcesWith()))).toContain(what);
    expect(told(resolveChart(one, sourcesWith()))).toContain(run);
  });

  test("a server's repository without an index says where that would be, and what writes it", () => {
    expect(told(resolveChart(wish("web/orders", "1.2.0"), sourcesWith(undefined, {})))).toBe(
      "releases/orders.yaml:6 web/orders: the index of web is not here (clusters/prod/charts-index/web.yaml) → run `headway index web` and commit what it writes",
    );
  });
});

describe("where nothing fits", () => {
  test("what there is is shown, the newest first", () => {
    expect(told(resolveChart(wish("web/orders", "^3"), sourcesWith()))).toBe(
      "releases/orders.yaml:7 web/orders: no version of it fits ^3 in charts-index/web.yaml; there is 2.1.0-rc.1, 2.0.0, 1.10.1, 1.9.9, 1.2.0, 0.9.0 → change version, or run `headway index web` if it is newer than that",
    );
  });

  test("ten versions at most are shown", () => {
    expect(told(resolveChart(wish("web/many", "^2"), sourcesWith()))).toContain(
      "1.13.0, 1.12.0, 1.11.0, 1.10.0, 1.9.0, 1.8.0, 1.7.0, 1.6.0, 1.5.0, 1.4.0 and 4 older",
    );
  });

  test("pre-releases alone are named as the reason", () => {
    expect(told(resolveChart(wish("web/preview"), sourcesWith()))).toContain("names one, as in >=1.0.0-0");
  });

  test("a chart that is nearly there is suggested", () => {
    expect(told(resolveChart(wish("web/ordres"), sourcesWith()))).toContain("did you mean web/orders?");
  });

  test("a range that Helm can't read is said to be one", () => {
    expect(resolveChart(wish("web/orders", "newest"), sourcesWith()).diagnostics[0]?.code).toBe(
      "bad-version-range",
    );
  });
});

describe("with a lock", () => {
  const locked = (chart: string, version: string, digest = sha("a"), url?: string): Lock => ({
    releases: new Map([
      [releaseId("shop", "orders"), { chart, version, digest, ...(url === undefined ? {} : { url }) }],
    ]),
    dependencies: new Map(),
  });

  test("its version counts, although the index has a newer one", () => {
    expect(
      resolveChart(wish("web/orders", "^1"), sourcesWith(locked("web/orders", "1.9.9"))).value,
    ).toMatchObject({
      version: "1.9.9",
      digest: sha("a"),
      digestFrom: { file: "headway.lock", range: { file: "headway.lock", line: 8 } },
    });
  });

  test("no index is needed: the lock says where the chart is", () => {
    const lock = locked("web/orders", "1.9.9", sha("a"), "https://files.example/v1.9.9/orders-1.9.9.tgz");
    expect(lockText(lock)).toContain("url: https://files.example/v{version}/orders-{version}.tgz\n");
    expect(resolveChart(wish("web/orders", "^1"), sourcesWith(lock, {})).value?.place).toMatchObject({
      url: "https://files.example/v1.9.9/orders-1.9.9.tgz",
    });
  });

  test("a range in a registry is what was locked", () => {
    const chart = "oci://registry.example/charts/orders";
    expect(resolveChart(wish(chart, "^1"), sourcesWith(locked(chart, "1.4.2"))).value).toMatchObject({
      version: "1.4.2",
      place: { url: chart },
    });
  });

  test.each([
    [
      "another chart is declared",
      wish("web/many", "^1"),
      locked("web/orders", "1.9.9"),
      "has the chart web/orders, but web/many is declared",
    ],
    [
      "the range no longer fits",
      wish("web/orders", "^2"),
      locked("web/orders", "1.9.9"),
      "has version 1.9.9, which ^2 does not allow",
    ],
    [
      "the release is not in it",
      wish("web/orders"),
      { releases: new Map(), dependencies: new Map() },
      "shop/orders is not in headway.lock",
    ],
  ])("%s: an error that says `headway lock`", (_name, one, lock, message) => {
    const words = told(resolveChart(one, sourcesWith(lock)));
    expect(words).toContain(message);
    expect(words).toContain("run `headway lock`");
  });

  test("the same version published again is refused with both digests and both places", () => {
    const result = resolveChart(
      wish("web/orders", "^1"),
      sourcesWith(locked("web/orders", "1.9.9", sha("f"))),
    );
    expect(told(result)).toContain(`${sha("a")} in charts-index/web.yaml, but ${sha("f")} in headway.lock`);
    expect(result.diagnostics[0]?.related).toEqual([
      {
        message: "locked here",
        range: expect.objectContaining({ file: "headway.lock", line: 8 }) as unknown,
      },
    ]);
  });

  test("a version that the folder no longer has is an error that shows what it has", () => {
    expect(told(resolveChart(wish("dir/app"), sourcesWith(locked("dir/app", "1.5.0"))))).toContain(
      "headway.lock has dir/app 1.5.0, which is not in charts; there is 1.0.0, 0.9.0",
    );
  });

  test("a dependency of a chart in a folder is pinned too", () => {
    const dependencies = new Map([
      ["web/orders ^1", { version: "1.2.0", digest: sha("b"), url: "https://x.example/o.tgz" }],
    ]);
    const wanted = { alias: "web", name: "orders", version: "^1" };
    const sources = sourcesWith({ releases: new Map(), dependencies }, {});
    expect(resolveDependency(wanted, at(3), sources).value).toMatchObject({
      version: "1.2.0",
      digest: sha("b"),
    });
    expect(told(resolveDependency({ ...wanted, version: "^2" }, at(3), sources))).toContain(
      "the dependency web/orders ^2 is not in headway.lock",
    );
    expect(resolveDependency(wanted, at(3), sourcesWith()).value?.version).toBe("1.10.1");
  });

  test("entries of releases that are gone are a warning at their line", () => {
    const lock = reread(locked("web/orders", "1.9.9"));
    expect(findOrphans(lock, [])).toMatchObject([
      { severity: "warning", code: "lock-orphan", range: { file: "headway.lock", line: 5 } },
    ]);
    expect(findOrphans(lock, [{ id: releaseId("shop", "orders") }])).toEqual([]);
  });
});

describe("headway.lock", () => {
  test("has version and digest on lines of their own, so that a promotion is two lines in git", () => {
    const entry = {
      chart: "web/orders",
      version: "1.4.2",
      digest: sha("a"),
      url: "https://x.example/orders-1.4.2.tgz",
    };
    const of = (one: typeof entry): string =>
      lockText({ releases: new Map([[releaseId("shop", "orders"), one]]), dependencies: new Map() });
    const before = of(entry).split("\n");
    const after = of({
      ...entry,
      version: "1.5.0",
      digest: sha("b"),
      url: "https://x.example/orders-1.5.0.tgz",
    }).split("\n");
    expect(after.filter((line, index) => line !== before[index])).toEqual([
      "    version: 1.5.0",
      `    digest: ${sha("b")}`,
    ]);
  });

  test("is read back as it was written, whatever the names", () => {
    const lock: Lock = {
      releases: new Map([
        [releaseId("null", "true"), { chart: "./charts/x", version: "1", digest: sha("1") }],
        [
          releaseId("shop", "a"),
          { chart: "oci://registry.example:5000/c/a", version: "1.0.0+build.1", digest: `tree-${sha("2")}` },
        ],
        [releaseId("shop", "b"), { chart: "https://x.example/b.tgz?a=#1", version: "1e3", digest: sha("3") }],
      ]),
      dependencies: new Map([["web/orders >=1.0.0, <2.0.0", { version: "1.2.0", digest: sha("4") }]]),
    };
    const { releases, dependencies } = reread(lock);
    expect({ releases, dependencies }).toEqual(lock);
  });

  test.each([
    ["a conflict that was left in it", "releases:\n<<<<<<< HEAD\n  a/b: {}\n", 2],
    [
      "a digest that is none",
      `apiVersion: headway.dev/v1\nkind: Lock\nreleases:\n  a/b: { chart: x, version: "1", digest: md5 }\n`,
      4,
    ],
  ])("with %s is refused at its line", (_name, text, line) => {
    const { value, diagnostics } = readLock({ path: "headway.lock", text });
    expect(value).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code: "bad-lock", range: { line } });
  });
});
