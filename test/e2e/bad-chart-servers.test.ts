// What `validate` and `index` say where chart servers and registries refuse, lie or are away: what was being done, what
// happened, what to try, and the line that asks for the chart. That a slow server is given up in time is tested at the
// adapter, with less patience.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { IndexedChart } from "../../src/core/charts/chart-index.ts";
import { chartIndexText } from "../../src/core/charts/chart-index-text.ts";
import { useChartServers, useRegistry } from "../kit/chart-server-fixture.ts";
import { smallChart, type Fault } from "../kit/chart-servers.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { headway, type CliEnd } from "../kit/cli.ts";
import { sha256 } from "../kit/fake-chart-servers.ts";
import { writeStack, type ReleaseSketch } from "../kit/stack-folder.ts";
import { packTar } from "../kit/tar-archives.ts";

const { authority, server, other } = await useChartServers();
const registry = await useRegistry(authority);
await registry.push(smallChart("orders", "1.0.0"), "charts");

const archive = smallChart("api", "1.0.0");
const loginOfWeb = {
  HEADWAY_REPOSITORY_WEB_USERNAME: "charts",
  HEADWAY_REPOSITORY_WEB_PASSWORD: "chart-password",
};

function indexed(more: Partial<IndexedChart> = {}): IndexedChart {
  return { name: "api", version: "1.0.0", digest: sha256(archive), url: `${server.url}/api.tgz`, ...more };
}

type Sketch = {
  readonly charts?: readonly IndexedChart[];
  readonly releases?: readonly ReleaseSketch[];
  readonly url?: string;
};

function openStack({ charts = [indexed()], releases, url }: Sketch = {}): string {
  return writeStack({
    name: "shop",
    namespace: "shop",
    releases: releases ?? [{ name: "api", spec: { chart: "web/api", version: "^1" } }],
    stackSpec: { repositories: { web: { url: url ?? server.url } } },
    files: { "charts-index/web.yaml": chartIndexText(charts) },
  });
}

const run = (command: string, folder: string, env: Readonly<Record<string, string>> = {}): Promise<CliEnd> =>
  headway([command, folder], {
    kubeconfig: "/nowhere",
    env: {
      XDG_CACHE_HOME: temporaryFolder(),
      HOME: temporaryFolder(),
      HEADWAY_CA_FILE: authority.caFile,
      ...env,
    },
  });

/** As every refusal has to be: with a place in the declaration, something to try, and no terminal codes of a server. */
function expectHelpful(end: CliEnd, place = /releases\/shop-api\.yaml:\d+:\d+/): void {
  expect(end.stderr).toMatch(place);
  expect(end.stderr).toMatch(/\n {2}try: |\n {4}→ /);
  expect(end.stderr).not.toContain("\u001b");
  expect(end.stderr).not.toContain("chart-password");
  expect(end.stdout).toBe("");
}

describe("a chart's server", () => {
  test.each<[string, Fault, number, string]>([
    ["401", { kind: "status", status: 401 }, 6, "answered 401 (unauthorized); without credentials:"],
    ["403", { kind: "status", status: 403 }, 6, "answered 403"],
    ["404", { kind: "status", status: 404 }, 3, "answered 404"],
    [
      "429 for an hour",
      { kind: "status", status: 429, headers: { "retry-after": "3600" } },
      6,
      "answered 429 (too many requests)",
    ],
    ["500", { kind: "status", status: 500 }, 6, "answered 500"],
    ["half of it", { kind: "truncated" }, 6, "broke after"],
    [
      "more than a chart may have",
      { kind: "oversized", bytes: 2e8, announced: true },
      3,
      "larger than 100 MiB",
    ],
  ])("that answers %s is told with the line that asks for it", async (_, fault, code, words) => {
    server.files.set("/api.tgz", archive);
    server.faults.set("/api.tgz", fault);
    const end = await run("validate", openStack());
    expect(end.code, end.all).toBe(code);
    expect(end.stderr).toContain(`${server.url}/api.tgz`);
    expect(end.stderr).toContain(words);
    expectHelpful(end);
  });

  test.each<[string, Buffer, string]>([
    ["a path that climbs", packTar([{ path: "api/../../x" }]), "leads out of its folder"],
    ["a link", packTar([{ path: "api/x", type: "2", linkTo: "/etc/passwd" }]), "holds a link"],
    [
      "a second Chart.yaml",
      packTar([1, 2].map(() => ({ path: "api/Chart.yaml", content: "name: api\nversion: 1.0.0\n" }))),
      "twice",
    ],
    ["an end that comes too early", archive.subarray(0, archive.length - 9), "ends too early"],
  ])(
    "that sends an archive with %s is refused, though the index names its digest",
    async (_, body, words) => {
      server.files.set("/api.tgz", body);
      const end = await run("validate", openStack({ charts: [indexed({ digest: sha256(body) })] }));
      expect(end.code, end.all).toBe(3);
      expect(end.stderr).toContain(words);
      expectHelpful(end);
    },
  );

  test("that is down is told once for all who ask for it, beside every other mistake", async () => {
    const closed = server.url.replace(/\d+$/, "1");
    const charts = ["api", "db"].map((name) => indexed({ name, url: `${closed}/${name}.tgz` }));
    const asks = (name: string, chart: string, version = "^1"): ReleaseSketch => ({
      name,
      spec: { chart, version },
    });
    const folder = openStack({
      charts,
      releases: [
        asks("api", "web/api"),
        asks("api-2", "web/api"),
        asks("db", "web/db"),
        asks("new", "web/api", "^9"),
      ],
    });
    const end = await run("validate", folder);
    expect(end.code, end.all).toBe(6);
    expect(end.stderr.match(/the connection was refused/g)).toHaveLength(2);
    expect(end.stderr).toMatch(/declared at releases\/shop-api(-2)?\.yaml:\d+:\d+ and at 1 more/);
    expect(end.stderr).toMatch(/declared at releases\/shop-db\.yaml:\d+:\d+\n/);
    expect(end.stderr).toMatch(/releases\/shop-new\.yaml:\d+:\d+ error .*no version of it fits \^9/);
    expectHelpful(end, /releases/);
  });

  test("that has another content than the index says is refused with both digests", async () => {
    server.files.set("/api.tgz", smallChart("api", "1.0.0", { "values.yaml": "a: b\n" }));
    const end = await run("validate", openStack());
    expect(end.code, end.all).toBe(3);
    expect(new Set(end.stderr.match(/sha256:[0-9a-f]{64}/g)).size).toBe(2);
    expectHelpful(end);
  });

  test("that redirects gets the login, and where it leads does not", async () => {
    server.login = { username: "charts", password: "chart-password" };
    server.faults.set("/api.tgz", { kind: "redirect", to: `${other.url}/moved.tgz`, times: 1 });
    other.files.set("/moved.tgz", archive);
    const end = await run("validate", openStack(), loginOfWeb);
    expect(end.code, end.all).toBe(0);
    expect(server.log.map(({ headers }) => headers.authorization)).toEqual([
      expect.stringMatching(/^Basic /),
    ]);
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("that an index names, but is not the repository's, gets no login", async () => {
    other.login = { username: "charts", password: "chart-password" };
    other.files.set("/api.tgz", archive);
    const folder = openStack({ charts: [indexed({ url: `${other.url}/api.tgz` })] });
    const end = await run("validate", folder, loginOfWeb);
    expect(end.code, end.all).toBe(6);
    expect(end.stderr).toContain("it is another server than the repository's");
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expectHelpful(end);
  });

  test("is not asked where no version fits: there is told what there is", async () => {
    const charts = ["1.0.0", "1.2.0"].map((version) => indexed({ version }));
    const end = await run(
      "validate",
      openStack({ charts, releases: [{ name: "api", spec: { chart: "web/api", version: "^2" } }] }),
    );
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toContain("no version of it fits ^2 in charts-index/web.yaml; there is 1.2.0, 1.0.0");
    expectHelpful(end);
    expect(server.log).toEqual([]);
  });
});

describe("a registry", () => {
  const orders = (version: string, host = registry.host): string =>
    openStack({
      releases: [{ name: "api", spec: { chart: `oci://${host}/charts/orders`, version } }],
    });

  test("gives a chart to whom it knows, and to others says where a login was looked for", async () => {
    const login = { HELM_REGISTRY_CONFIG: registry.loginFile };
    expect(await run("validate", orders("1.0.0"), login)).toMatchObject({ code: 0 });
    const end = await run("validate", orders("1.0.0"));
    expect(end.code, end.all).toBe(6);
    expect(end.stderr).toContain("answered 401 (unauthorized); without credentials:");
    expectHelpful(end);
  });

  test("that has no such version, or is down, is told with the line that asks", async () => {
    const login = { HELM_REGISTRY_CONFIG: registry.loginFile };
    const missing = await run("validate", orders("9.0.0"), login);
    expect(missing.code, missing.all).toBe(3);
    expectHelpful(missing);
    const down = await run("validate", orders("1.0.0", "127.0.0.1:1"));
    expect(down.code, down.all).toBe(6);
    expect(down.stderr).toContain("the connection was refused");
    expectHelpful(down);
  });
});

describe("a repository's index", () => {
  test.each<[string, Fault | undefined, number, string]>([
    ["is away", { kind: "status", status: 404 }, 3, "answered 404"],
    ["is forbidden", { kind: "status", status: 403 }, 6, "answered 403"],
    ["breaks off", { kind: "truncated" }, 6, "broke after"],
    ["is a web page", undefined, 3, "is a web page, not an index"],
  ])(
    "that %s is told with the repository's line, and what was indexed stays",
    async (_, fault, code, words) => {
      server.files.set("/index.yaml", Buffer.from("<!DOCTYPE html>"));
      if (fault !== undefined) server.faults.set("/index.yaml", fault);
      const folder = openStack();
      const end = await run("index", folder);
      expect(end.code, end.all).toBe(code);
      expect(end.stderr).toContain(words);
      expectHelpful(end, /declared at headway\.yaml:\d+:\d+/);
      expect(existsSync(join(folder, "charts-index", "web.yaml"))).toBe(true);
    },
  );
});
