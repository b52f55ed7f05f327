// Charts from repositories and registries: what is fetched, how often, what is refused. Servers are fakes that count.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openCharts, type ChartOptions } from "../../../src/adapters/charts/chart-pins.ts";
import type { ChartWish } from "../../../src/core/charts/lock.ts";
import type { IndexedChart } from "../../../src/core/charts/chart-index.ts";
import { chartIndexText } from "../../../src/core/charts/chart-index-text.ts";
import { readChartReference, readRepositoryLocation } from "../../../src/core/charts/chart-reference.ts";
import type { Repository } from "../../../src/core/declaration.ts";
import type { Diagnostic } from "../../../src/core/diagnostic.ts";
import { releaseId } from "../../../src/core/ids.ts";
import { lockText, readLock, type LockedChart } from "../../../src/core/charts/lock.ts";
import type { PinnedChart } from "../../../src/core/pin.ts";
import { packChart, temporaryFolder, writeTree, type Tree } from "../../kit/chart-trees.ts";
import { fakeChartServers, sha256, type FakeServers } from "../../kit/fake-chart-servers.ts";

const at = (line: number) => ({ file: "app.yaml", line, column: 10 });

const chartYaml = (name: string, version: string, more = ""): string =>
  `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`;

const archiveOf = (name: string, version: string, more: Readonly<Record<string, string>> = {}): Buffer =>
  packChart(name, { "Chart.yaml": chartYaml(name, version), "values.yaml": "a: 1\n", ...more });

type Bench = {
  readonly root: string;
  readonly fake: FakeServers;
  readonly said: string[];
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly open: (more?: Partial<ChartOptions>) => ReturnType<typeof openCharts>;
  readonly wish: (chart: string, version?: string, name?: string) => ChartWish;
};

function bench(tree: Tree, urls: Readonly<Record<string, string>> = {}): Bench {
  const root = temporaryFolder();
  writeTree(root, tree);
  const place = { stackPath: "", range: { ...at(1), file: "headway.yaml" } };
  const repositories = new Map(
    Object.entries(urls).flatMap(([alias, url]) => {
      const location = readRepositoryLocation(alias, url, place, () => undefined);
      return location === undefined ? [] : [[alias, { alias, location, range: at(1) }] as const];
    }),
  );
  const fake = fakeChartServers();
  const said: string[] = [];
  return {
    root,
    fake,
    said,
    repositories,
    open: (more = {}) =>
      openCharts({
        repositoryRoot: root,
        cacheDir: `${root}/.cache`,
        repositories,
        servers: () => Promise.resolve(fake.servers),
        say: (text) => void said.push(text),
        ...more,
      }),
    wish: (chart, version, name = "app") => {
      const reference = readChartReference(
        chart,
        // Paths are relative to the file that declares them: here the root.
        { stackPath: "", range: { ...at(6), file: "app.yaml" } },
        repositories,
        () => undefined,
      );
      if (reference === undefined) throw new Error(`${chart} is no chart`);
      return {
        id: releaseId("shop", name),
        chart: reference,
        chartRange: at(6),
        ...(version === undefined ? {} : { version, versionRange: at(7) }),
      };
    },
  };
}

function indexed(name: string, version: string, archive: Buffer): IndexedChart {
  return { name, version, digest: sha256(archive), url: `https://files.example/${name}-${version}.tgz` };
}

function lockOf(entries: Readonly<Record<string, LockedChart>>) {
  const releases = new Map(Object.entries(entries).map(([name, entry]) => [releaseId("shop", name), entry]));
  const { value } = readLock({ path: "headway.lock", text: lockText({ releases, dependencies: new Map() }) });
  if (value === undefined) throw new Error("the lock was not read");
  return value;
}

async function pin(charts: ReturnType<typeof openCharts>, wish: ChartWish): Promise<PinnedChart> {
  const result = await charts.resolve(wish);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

async function refuse(charts: ReturnType<typeof openCharts>, wish: ChartWish): Promise<Diagnostic> {
  const result = await charts.inspect(wish);
  if (!result.ok) throw new Error(result.failure.message);
  expect(result.value.value).toBeUndefined();
  const [first] = result.value.diagnostics;
  if (first === undefined) throw new Error("nothing was told");
  return first;
}

describe("charts of the whole stack", () => {
  test("are fetched once each: 12 charts for 200 releases are 12 requests", async () => {
    const archives = Array.from({ length: 12 }, (_, index) => archiveOf(`chart-${index}`, "1.0.0"));
    const charts = archives.map((archive, index) => indexed(`chart-${index}`, "1.0.0", archive));
    const { fake, open, wish } = bench(
      { "charts-index/web.yaml": chartIndexText(charts) },
      { web: "https://charts.example" },
    );
    for (const [index, chart] of charts.entries())
      fake.archives.set(chart.url, archives[index] ?? Buffer.of());
    const stack = open();
    const pins = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        pin(stack, wish(`web/chart-${index % 12}`, "^1.0", `r${index}`)),
      ),
    );
    expect(fake.log.toSorted()).toEqual(charts.map(({ url }) => `fetch ${url}`).toSorted());
    expect(new Set(pins.map(({ folder }) => folder)).size).toBe(12);
    expect(readFileSync(`${pins[0]?.folder ?? ""}/values.yaml`, "utf8")).toBe("a: 1\n");
  });

  test("that take more than a second to come are told of, and none of it where they are quick", async () => {
    const archive = archiveOf("app", "1.0.0");
    const { fake, open, wish, said } = bench({});
    fake.archives.set("oci://registry.example/app 1.0.0", archive);
    await pin(open(), wish("oci://registry.example/app", "1.0.0"));
    expect(said).toEqual([]);
    fake.delayMs = 1_200;
    await pin(open(), wish("oci://registry.example/app", "1.0.0"));
    expect(said).toEqual(["fetching charts: 0 of 1 are here; waiting for oci://registry.example/app 1.0.0"]);
  });

  test("that a server does not give are its failure, not a mistake of the declaration", async () => {
    const { open, wish } = bench({});
    const result = await open().inspect(wish("https://files.example/app-1.0.0.tgz"));
    expect(result).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
  });
});

describe("a vendored archive", () => {
  const archive = archiveOf("app", "1.0.0");
  const tree: Tree = {
    "charts-index/web.yaml": chartIndexText([indexed("app", "1.0.0", archive)]),
    "charts-index/web/app-1.0.0.tgz": archive,
  };
  const urls = { web: "https://charts.example" };

  test("is used, and no server is asked", async () => {
    const { fake, open, wish } = bench(tree, urls);
    expect((await pin(open(), wish("web/app", "^1"))).version).toBe("1.0.0");
    expect(fake.log).toEqual([]);
  });

  test("that was tampered with is refused with both digests, and no server is asked in its place", async () => {
    const other = archiveOf("app", "1.0.0", { "values.yaml": "a: 2\n" });
    const { fake, open, wish } = bench({ ...tree, "charts-index/web/app-1.0.0.tgz": other }, urls);
    const told = await refuse(open(), wish("web/app", "^1"));
    expect(told).toMatchObject({ code: "chart-digest", range: at(6) });
    expect(told.message).toContain(sha256(archive));
    expect(told.message).toContain(sha256(other));
    expect(told.message).toContain("charts-index/web.yaml");
    expect(fake.log).toEqual([]);
  });
});

describe("with a lock", () => {
  const first = archiveOf("app", "1.0.0");
  const second = archiveOf("app", "1.0.0", { "values.yaml": "a: 2\n" });
  const chart = "oci://registry.example/app";

  test("the same version with another content is refused with both digests and the lock's line", async () => {
    const { fake, open, wish } = bench({});
    const lock = lockOf({ app: { chart, version: "1.0.0", digest: sha256(first) } });
    fake.archives.set(`${chart} 1.0.0`, first);
    await pin(open({ lock }), wish(chart, "^1.0"));
    fake.archives.set(`${chart} 1.0.0`, second);
    const told = await refuse(open({ lock }), wish(chart, "^1.0"));
    expect(told).toMatchObject({ code: "chart-digest", range: at(6) });
    for (const part of [sha256(first), sha256(second), "headway.lock:8"])
      expect(told.message).toContain(part);
  });

  test("a folder that has changed since is refused with both digests", async () => {
    const { root, open, wish } = bench({ "app/Chart.yaml": chartYaml("app", "1.0.0") });
    const { digest } = await pin(open(), wish("./app"));
    const lock = lockOf({ app: { chart: "./app", version: "1.0.0", digest: `tree-sha256:${digest}` } });
    expect((await pin(open({ lock }), wish("./app"))).digest).toBe(digest);
    writeTree(root, { "app/values.yaml": "a: 3\n" });
    const told = await refuse(open({ lock }), wish("./app"));
    expect(told).toMatchObject({ code: "chart-digest", related: [{ message: "locked here" }] });
    expect(told.message).toContain(`tree-sha256:${digest}`);
    expect(told.suggestion).toContain("headway lock");
  });
});

describe("what the lock is to say", () => {
  test("of an indexed chart comes from the index: nothing is fetched", async () => {
    const archive = archiveOf("app", "1.4.0");
    const { fake, open, wish } = bench(
      { "charts-index/web.yaml": chartIndexText([indexed("app", "1.4.0", archive)]) },
      { web: "https://charts.example" },
    );
    expect(await open({ asksRegistries: true }).exact(wish("web/app", "^1"))).toMatchObject({
      value: {
        value: {
          chart: "web/app",
          version: "1.4.0",
          digest: sha256(archive),
          url: "https://files.example/app-1.4.0.tgz",
        },
      },
    });
    expect(fake.log).toEqual([]);
  });

  test("of a range in a registry is what the registry has: the newest that fits", async () => {
    const { fake, open, wish } = bench({});
    const versions = ["1.0.0", "1.5.0", "2.0.0"].map((version) => ({
      ...indexed("app", version, archiveOf("app", version)),
      url: "oci://registry.example/charts/app",
    }));
    fake.lists.set("oci://registry.example/charts", versions);
    const exact = await open({ asksRegistries: true }).exact(wish("oci://registry.example/charts/app", "^1"));
    expect(exact).toEqual({
      ok: true,
      value: {
        value: {
          chart: "oci://registry.example/charts/app",
          version: "1.5.0",
          digest: versions[1]?.digest,
        },
        diagnostics: [],
      },
    });
    expect(fake.log).toEqual(["list oci://registry.example/charts app"]);
  });

  test("of a folder is its tree, of an address what is there", async () => {
    const archive = archiveOf("app", "3.0.0");
    const { fake, open, wish } = bench({ "app/Chart.yaml": chartYaml("app", "1.0.0") });
    fake.archives.set("https://files.example/app.tgz", archive);
    const stack = open({ asksRegistries: true });
    const exact = async (chart: string): Promise<unknown> => {
      const result = await stack.exact(wish(chart));
      return result.ok ? result.value.value : result.failure;
    };
    expect(await exact("./app")).toMatchObject({
      version: "1.0.0",
      digest: expect.stringMatching(/^tree-sha256:/) as unknown,
    });
    expect(await exact("https://files.example/app.tgz")).toEqual({
      chart: "https://files.example/app.tgz",
      version: "3.0.0",
      digest: sha256(archive),
    });
  });
});

describe("a dependency of a chart in a folder", () => {
  const db = archiveOf("db", "2.1.0");
  const needs = (repository: string): string =>
    chartYaml(
      "app",
      "1.0.0",
      `dependencies:\n  - { name: db, version: "^2", repository: "${repository}" }\n`,
    );
  const index = { "charts-index/web.yaml": chartIndexText([indexed("db", "2.1.0", db)]) };

  test.each(["@web", "alias:web", "https://charts.example", "https://charts.example/"])(
    "from %s is put into the private copy",
    async (repository) => {
      const { fake, root, open, wish } = bench(
        { "app/Chart.yaml": needs(repository), ...index },
        { web: "https://charts.example" },
      );
      fake.archives.set("https://files.example/db-2.1.0.tgz", db);
      const stack = open();
      const { folder } = await pin(stack, wish("./app"));
      expect(readFileSync(`${folder}/charts/db/Chart.yaml`, "utf8")).toContain("version: 2.1.0");
      expect(existsSync(`${root}/app/charts`)).toBe(false);
      expect([...stack.usedDependencies()]).toEqual([
        ["web/db ^2", { version: "2.1.0", digest: sha256(db), url: "https://files.example/db-2.1.0.tgz" }],
      ]);
    },
  );

  test("from a repository that is a folder needs no server, and a circle of them is refused", async () => {
    const { open, wish } = bench(
      {
        "charts/app/Chart.yaml": needs("@dir"),
        "charts/db/Chart.yaml": chartYaml("db", "2.5.0"),
        "charts/one/Chart.yaml": chartYaml(
          "one",
          "1.0.0",
          `dependencies: [{ name: two, version: "1", repository: "@dir" }]\n`,
        ),
        "charts/two/Chart.yaml": chartYaml(
          "two",
          "1.0.0",
          `dependencies: [{ name: one, version: "1", repository: "@dir" }]\n`,
        ),
      },
      { dir: "./charts" },
    );
    expect(
      readFileSync(`${(await pin(open(), wish("dir/app"))).folder}/charts/db/Chart.yaml`, "utf8"),
    ).toContain("2.5.0");
    expect((await refuse(open(), wish("dir/one"))).message).toContain(
      "charts depend on each other: charts/one → charts/two → charts/one",
    );
  });

  test("that nothing satisfies is told at its line in Chart.yaml", async () => {
    const { open, wish } = bench(
      { "app/Chart.yaml": needs("@web").replace("^2", "^3"), ...index },
      { web: "https://charts.example" },
    );
    expect(await refuse(open(), wish("./app"))).toMatchObject({
      code: "no-version",
      range: { file: "app/Chart.yaml", line: 5 },
      message: "dependency web/db: no version of it fits ^3 in charts-index/web.yaml; there is 2.1.0",
    });
  });

  test("from an address that headway.yaml does not have says to declare it", async () => {
    const { open, wish } = bench({ "app/Chart.yaml": needs("https://other.example") });
    expect((await refuse(open(), wish("./app"))).suggestion).toContain("declare https://other.example");
  });
});

describe("a repository that is a folder", () => {
  const tree: Tree = {
    "charts/app/Chart.yaml": chartYaml("app", "1.2.0"),
    "charts/old/app/Chart.yaml": chartYaml("app", "1.0.0"),
    "charts/app-0.9.0.tgz": archiveOf("app", "0.9.0"),
    "charts/broken/Chart.yaml": "name: [",
  };
  const urls = { dir: "./charts" };

  test("needs no index: its folders and archives are read", async () => {
    const { open, wish } = bench(tree, urls);
    const stack = open();
    for (const [range, version] of [
      ["^1", "1.2.0"],
      ["1.0.x", "1.0.0"],
      ["<1", "0.9.0"],
    ] as const)
      expect((await pin(stack, wish("dir/app", range))).version).toBe(version);
    expect(stack.findings()).toMatchObject([
      { severity: "warning", code: "chart-left-out", range: { file: "charts/broken/Chart.yaml", line: 1 } },
    ]);
  });

  test.each([
    ["does not know a chart of it", (one: IndexedChart) => ({ ...one, version: "1.1.0" })],
    ["has another digest for one", (one: IndexedChart) => one],
  ])("whose index file %s is deployed as it is, with a warning", async (_name, change) => {
    const { root, open, wish } = bench({ "charts/app/Chart.yaml": chartYaml("app", "1.2.0") }, urls);
    const digest = `tree-sha256:${"0".repeat(64)}` as const;
    writeTree(root, {
      "charts/dir.yaml": chartIndexText([change({ name: "app", version: "1.2.0", digest, url: "app" })]),
    });
    const stack = open();
    expect((await pin(stack, wish("dir/app"))).version).toBe("1.2.0");
    expect(stack.findings()).toMatchObject([
      {
        severity: "warning",
        code: "stale-index",
        suggestion: "run `headway index dir` and commit what it writes",
      },
    ]);
  });

  test("with the same version twice uses the first, and warns", async () => {
    const { open, wish } = bench({ ...tree, "charts/z/Chart.yaml": chartYaml("app", "1.2.0") }, urls);
    const stack = open();
    await pin(stack, wish("dir/app", "1.2.0"));
    expect(stack.findings().map(({ message }) => message)).toContainEqual(
      "dir: left out of the repository: app 1.2.0 is there already, as app",
    );
  });
});

test.each([
  ["no archive at all", Buffer.from("<html>"), "the archive is "],
  ["another chart", archiveOf("other", "1.0.0"), "what is there calls itself other 1.0.0"],
  ["another version", archiveOf("app", "1.1.0"), "what is there calls itself app 1.1.0"],
  [
    "a chart without its dependencies",
    packChart("app", {
      "Chart.yaml": chartYaml(
        "app",
        "1.0.0",
        "dependencies: [{ name: db, version: '1', repository: 'https://x.example' }]\n",
      ),
    }),
    "needs db, which is not in it",
  ],
  [
    "a library",
    packChart("app", { "Chart.yaml": chartYaml("app", "1.0.0", "type: library\n") }),
    "is a library chart",
  ],
])("%s in a chart's place is refused at the declaration", async (_name, archive, message) => {
  const { fake, open, wish } = bench({});
  fake.archives.set("oci://registry.example/app 1.0.0", archive);
  const told = await refuse(open(), wish("oci://registry.example/app", "1.0.0"));
  expect(told.message).toContain(message);
  expect(told.range).toEqual(at(6));
});
