// Servers that are down, slow, refusing, lying or too generous: each ends in time, with words, and with nothing kept.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChartServersOptions } from "../../../../src/adapters/charts/servers/chart-servers.ts";
import { digestOf } from "../../../../src/adapters/charts/servers/archive-cache.ts";
import type { Failure, Result } from "../../../../src/core/failure.ts";
import type { ChartServers } from "../../../../src/engine/ports.ts";
import { temporaryFolder } from "../../../kit/chart-trees.ts";
import { startProxy } from "../../../kit/proxy.ts";
import { packTar } from "../../../kit/tar-archives.ts";
import { smallChart, startChartServer, type Fault } from "../../../kit/chart-servers.ts";
import { failureOf, useChartServers } from "../../../kit/chart-server-fixture.ts";

const { authority, server, other, plain, ...fixture } = await useChartServers();

const archive = smallChart("api", "1.0.0");
const patience = { idleMs: 300, deadlineMs: 2_000, longestPauseMs: 1_500 };

function open(cacheDir: string, options: Partial<ChartServersOptions> = {}): ChartServers {
  return fixture.open({
    cacheDir,
    patience: { small: patience, index: patience, archive: patience },
    ...options,
  });
}

async function fetchWith(fault: Fault, options: Partial<ChartServersOptions> = {}): Promise<Failure> {
  const cacheDir = temporaryFolder();
  server.files.set("/api.tgz", archive);
  server.faults.set("/api.tgz", fault);
  const failure = failureOf(
    await open(cacheDir, options).fetch({ url: `${server.url}/api.tgz?signature=s3cr3t` }),
  );
  expect(() => readdirSync(join(cacheDir, "archives"))).toThrow("ENOENT");
  expect(JSON.stringify(failure)).not.toMatch(/s3cr3t|\\u001b/);
  return failure;
}

describe("a chart server", () => {
  test("that is down is named, and counts as unreachable", async () => {
    const gone = await startChartServer(authority);
    await gone.close();
    const failure = failureOf(await open(temporaryFolder()).fetch({ url: `${gone.url}/api.tgz` }));
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toBe(
      `Fetching the chart ${gone.url}/api.tgz: 127.0.0.1:${gone.port}: the connection was refused (ECONNREFUSED)`,
    );
  });

  test("whose name nobody knows is unreachable", async () => {
    const failure = failureOf(await open(temporaryFolder()).fetch({ url: "https://nobody.invalid/api.tgz" }));
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toMatch(/nobody\.invalid: (?:there is no host|the host's name could not)/);
  });

  test("whose certificate nobody trusts is unreachable, with the way to trust it", async () => {
    const failure = failureOf(
      await open(temporaryFolder(), { env: { HEADWAY_CA_FILE: "" } }).fetch({ url: `${server.url}/api.tgz` }),
    );
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toContain("is not signed by anybody who is trusted here");
    expect(failure.next).toContain("HEADWAY_CA_FILE");
    expect(server.log).toEqual([]);
  });

  test.each<[string, Fault, RegExp]>([
    ["says nothing", { kind: "late", ms: 5_000 }, /was silent for 300 ms/],
    ["stops in the middle", { kind: "stall", ms: 5_000 }, /was silent for 300 ms/],
    ["sends a byte at a time", { kind: "drip", ms: 20 }, /was not done within 2 s/],
    ["breaks off", { kind: "truncated" }, /broke after [0-9]+ of [0-9]+ bytes/],
    ["breaks off without having said how much", { kind: "broken-chunks" }, /broke after [0-9]+ bytes/],
    ["fails", { kind: "status", status: 500 }, /answered 500/],
    ["has too much to do, for ever", { kind: "status", status: 503 }, /answered 503/],
    [
      "lets one wait longer than anybody waits",
      { kind: "status", status: 429, headers: { "retry-after": "3600" } },
      /answered 429 \(too many requests\)/,
    ],
    ["answers nonsense", { kind: "status", status: 418 }, /answered 418/],
  ])("that %s is unreachable", async (_, fault, words) => {
    const failure = await fetchWith(fault);
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toMatch(words);
    expect(failure.next).toBeDefined();
  });

  test.each<[string, Fault["kind"] | number, Failure["kind"]]>([
    ["401", 401, "forbidden"],
    ["403", 403, "forbidden"],
    ["404", 404, "chart-missing"],
    ["410", 410, "chart-missing"],
  ])("that answers %s says so", async (_, status, kind) => {
    const failure = await fetchWith({ kind: "status", status: Number(status) });
    expect(failure).toMatchObject({ kind });
    expect(failure.message).toContain(`answered ${status}`);
    if (kind === "forbidden") expect(failure.message).toContain("without credentials");
  });

  test("that asks for patience is asked again when it said", async () => {
    server.files.set("/api.tgz", archive);
    for (const [status, after] of [
      [429, "1"],
      [503, new Date(Date.now() + 1_000).toUTCString()],
    ] as const) {
      server.log.length = 0;
      server.faults.set("/api.tgz", {
        kind: "status",
        status,
        headers: { "retry-after": after },
        times: 1,
      });
      expect(await open(temporaryFolder()).fetch({ url: `${server.url}/api.tgz` })).toMatchObject({
        ok: true,
      });
      expect(server.log).toHaveLength(2);
    }
  });

  test.each([408, 500, 502, 503, 504])(
    "that answers %d twice is asked until it does better",
    async (status) => {
      server.files.set("/api.tgz", archive);
      server.log.length = 0;
      server.faults.set("/api.tgz", { kind: "status", status, times: 2 });
      const patient = open(temporaryFolder(), { patience: {} });
      expect(await patient.fetch({ url: `${server.url}/api.tgz` })).toMatchObject({ ok: true });
      expect(server.log).toHaveLength(3);
    },
  );

  test.each([501, 505, 404])("that answers %d is not asked again", async (status) => {
    await fetchWith({ kind: "status", status });
    expect(server.log).toHaveLength(1);
  });

  test("that never stops asking for patience is left after four requests", async () => {
    const failure = await fetchWith({ kind: "status", status: 429, headers: { "retry-after": "0" } });
    expect(failure.kind).toBe("unreachable");
    expect(server.log).toHaveLength(4);
  });

  test.each([true, false])(
    "that sends more than a chart may have is cut off (announced: %s)",
    async (announced) => {
      const started = performance.now();
      const failure = await fetchWith(
        { kind: "oversized", bytes: 101 * 1024 * 1024, announced },
        { patience: {} },
      );
      expect(failure.kind).toBe("chart-archive");
      expect(failure.message).toContain("is larger than 100 MiB");
      if (announced) expect(performance.now() - started).toBeLessThan(1_000);
    },
  );

  test.each<[string, Buffer, string]>([
    ["a web page", Buffer.from("<html>log in</html>"), "no gzipped archive"],
    ["an archive that ends early", archive.subarray(0, archive.length - 9), "ends too early"],
    ["a path that climbs", packTar([{ path: "api/../../x" }]), "leads out of its folder"],
    ["a link", packTar([{ path: "api/x", type: "2", linkTo: "/etc/passwd" }]), "holds a link"],
    [
      "a second Chart.yaml",
      packTar([1, 2].map(() => ({ path: "api/Chart.yaml", content: "name: api\nversion: 1.0.0\n" }))),
      "twice",
    ],
  ])("that sends %s in place of a chart is refused, whatever the digest", async (_, body, words) => {
    const cacheDir = temporaryFolder();
    server.files.set("/api.tgz", body);
    for (const digest of [undefined, digestOf(body)]) {
      const failure = failureOf(
        await open(cacheDir).fetch({
          url: `${server.url}/api.tgz`,
          ...(digest === undefined ? {} : { digest }),
        }),
      );
      expect(failure.kind).toBe("chart-archive");
      expect(failure.message).toContain(words);
    }
    expect(() => readdirSync(join(cacheDir, "archives"))).toThrow("ENOENT");
  });
});

describe("a redirect", () => {
  const fetchArchive = (): Promise<Result<unknown>> =>
    open(temporaryFolder()).fetch({ url: `${server.url}/api.tgz` });

  test("is followed, to another host too", async () => {
    other.files.set("/moved/api.tgz", archive);
    for (const status of [301, 302, 303, 307, 308]) {
      server.faults.set("/api.tgz", { kind: "redirect", to: `${other.url}/moved/api.tgz`, status });
      expect(await fetchArchive()).toMatchObject({ ok: true });
    }
    server.faults.set("/api.tgz", { kind: "redirect", to: "here/api.tgz" });
    server.files.set("/here/api.tgz", archive);
    expect(await fetchArchive()).toMatchObject({ ok: true });
  });

  test.each<[string, () => string, string]>([
    ["round in a circle", () => "/api.tgz", "redirects more than 5 times"],
    ["to plain http", () => `${plain.url}/api.tgz`, "from https to plain http"],
    ["to a file", () => "file:///etc/passwd", "to an address of the kind file:"],
    ["to nowhere", () => "https://[", "to an address that can't be read"],
  ])("%s is not followed", async (_, to, words) => {
    plain.files.set("/api.tgz", archive);
    server.faults.set("/api.tgz", { kind: "redirect", to: to() });
    const failure = failureOf(await fetchArchive());
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toContain(words);
    expect(plain.log).toEqual([]);
  });
});

describe("a proxy", () => {
  test("that the environment names is used, unless NO_PROXY names the host", async () => {
    const proxy = await startProxy();
    try {
      server.files.set("/api.tgz", archive);
      const url = `${server.url}/api.tgz`;
      const env = { HEADWAY_CA_FILE: authority.caFile, HTTPS_PROXY: proxy.url };
      expect(await open(temporaryFolder(), { env }).fetch({ url })).toMatchObject({ ok: true });
      expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]);
      const around = { ...env, NO_PROXY: "127.0.0.1" };
      expect(await open(temporaryFolder(), { env: around }).fetch({ url })).toMatchObject({ ok: true });
      expect(proxy.asked).toHaveLength(1);
    } finally {
      await proxy.close();
    }
    const failure = failureOf(
      await open(temporaryFolder(), {
        env: { HEADWAY_CA_FILE: authority.caFile, HTTPS_PROXY: proxy.url },
      }).fetch({ url: `${server.url}/api.tgz` }),
    );
    expect(failure.kind).toBe("unreachable");
  });
});
