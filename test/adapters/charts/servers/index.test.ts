// Indexes of http repositories: read once per change, in whatever YAML they are written, and believed only where they may be.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { describedChart } from "../../../../src/adapters/charts/servers/indexed-chart.ts";
import { readUpstreamIndex } from "../../../../src/adapters/charts/servers/upstream-index.ts";
import type { IndexedChart } from "../../../../src/core/charts/chart-index.ts";
import type { Failure } from "../../../../src/core/failure.ts";
import { temporaryFolder } from "../../../kit/chart-trees.ts";
import { makeIndex, smallChart } from "../../../kit/chart-servers.ts";
import { failureOf, useChartServers } from "../../../kit/chart-server-fixture.ts";
import { largeIndex } from "../../../kit/large-index.ts";

const { server, open } = await useChartServers();

const sha = "a".repeat(64);

async function list(cacheDir = temporaryFolder(), path = ""): Promise<readonly IndexedChart[]> {
  const result = await open({ cacheDir }).list({ kind: "http", url: `${server.url}${path}` }, []);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

async function refusal(): Promise<Failure> {
  return failureOf(await open().list({ kind: "http", url: server.url, alias: "shop" }, []));
}

function serve(...entries: readonly object[]): void {
  const byName = Object.groupBy(entries, (entry) => ("name" in entry ? String(entry.name) : "x"));
  server.files.set("/index.yaml", Buffer.from(stringify({ apiVersion: "v1", entries: byName })));
}

const good = { name: "api", version: "1.0.0", digest: sha, urls: ["api-1.0.0.tgz"] };

describe("a repository's index", () => {
  test("as helm writes it says every version, where it is, and what it depends on", async () => {
    const dependent = smallChart("web", "2.0.0", {
      "Chart.yaml":
        'apiVersion: v2\nname: web\nversion: 2.0.0\ndescription: |\n  name: no\n  version: 9.9.9\nappVersion: "2.10"\ndependencies:\n- { name: api, version: ~1.0, repository: "https://charts.example/", condition: api.enabled, tags: [a, b] }\n- { name: db, version: "1", repository: "@shop" }\n',
    });
    server.files.set(
      "/charts/index.yaml",
      await makeIndex(
        new Map([
          ["api-1.0.0.tgz", smallChart("api", "1.0.0")],
          ["api-1.1.0-rc.1.tgz", smallChart("api", "1.1.0-rc.1")],
          ["web-2.0.0.tgz", dependent],
        ]),
      ),
    );
    const charts = await list(temporaryFolder(), "/charts/");
    const digest: unknown = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    expect(charts).toEqual([
      {
        name: "api",
        version: "1.1.0-rc.1",
        appVersion: "1.0",
        digest,
        url: `${server.url}/charts/api-1.1.0-rc.1.tgz`,
      },
      { name: "api", version: "1.0.0", appVersion: "1.0", digest, url: `${server.url}/charts/api-1.0.0.tgz` },
      {
        name: "web",
        version: "2.0.0",
        appVersion: "2.10",
        digest,
        url: `${server.url}/charts/web-2.0.0.tgz`,
        dependencies: [
          { name: "api", version: "~1.0", repository: "https://charts.example/" },
          { name: "db", version: "1", repository: "@shop" },
        ],
      },
    ]);
  });

  test("is read again only when it has changed", async () => {
    const cacheDir = temporaryFolder();
    serve(good);
    const first = await list(cacheDir);
    server.answers.set("/index.yaml", (asked, reply) => {
      expect(asked.headers["if-none-match"]).toMatch(/^"[0-9a-f]{16}"$/);
      reply.writeHead(304).end();
    });
    expect(await list(cacheDir)).toEqual(first);
    server.answers.clear();
    serve(good, { ...good, version: "1.1.0" });
    expect((await list(cacheDir)).map(({ version }) => version)).toEqual(["1.0.0", "1.1.0"]);
  });

  test("is read again only when it has changed, by its date where there is no ETag", async () => {
    const cacheDir = temporaryFolder();
    const date = "Wed, 25 Nov 2026 10:00:00 GMT";
    server.answers.set("/index.yaml", (asked, reply) => {
      if (asked.headers["if-modified-since"] === date) reply.writeHead(304).end();
      else reply.writeHead(200, { "last-modified": date }).end(stringify({ entries: { api: [good] } }));
    });
    expect(await list(cacheDir)).toHaveLength(1);
    expect(await list(cacheDir)).toHaveLength(1);
    expect(server.log.map(({ headers }) => headers["if-modified-since"])).toEqual([undefined, date]);
  });

  test("is read whole where what was kept is damaged, or is another repository's", async () => {
    const cacheDir = temporaryFolder();
    serve(good);
    server.files.set("/other/index.yaml", server.files.get("/index.yaml") ?? Buffer.alloc(0));
    await list(cacheDir);
    expect(await list(cacheDir, "/other")).toMatchObject([{ url: `${server.url}/other/api-1.0.0.tgz` }]);
    const folder = join(cacheDir, "indexes");
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"format":1,');
    server.log.length = 0;
    expect(await list(cacheDir)).toHaveLength(1);
    expect(server.log.map(({ headers }) => headers["if-none-match"])).toEqual([undefined]);
  });

  test("may come packed, as JSON, with a byte order mark, with Windows' line ends, or empty", async () => {
    const text = stringify({ apiVersion: "v1", entries: { api: [good] } });
    for (const body of [
      Buffer.from(JSON.stringify({ entries: { api: [good] } })),
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`---\n${text.replaceAll("\n", "\r\n")}`),
      Buffer.from(`# comment\n\n{ entries: { api: [${JSON.stringify(good)}] } }`),
    ]) {
      server.files.set("/index.yaml", body);
      expect(await list()).toHaveLength(1);
    }
    for (const empty of ["apiVersion: v1\nentries: {}\n", "apiVersion: v1\nentries:\n", '{"entries":null}']) {
      server.files.set("/index.yaml", Buffer.from(empty));
      expect(await list()).toEqual([]);
    }
    server.answers.set("/index.yaml", (asked, reply) => {
      expect(asked.headers["accept-encoding"]).toBe("gzip");
      reply.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text));
    });
    expect(await list()).toHaveLength(1);
  });

  test.each<[string, string | Buffer, RegExp]>([
    ["a web page", "<!DOCTYPE html>", /is a web page, not an index/],
    ["no YAML", "entries: [", /is not YAML/],
    ["something else", "kind: Deployment\n", /has no entries/],
    ["a list of entries", "entries: [1]\n", /entries that are no mapping/],
    [
      "flow style beyond what is read so",
      `{ entries: { x: [${" ".repeat(5_000_000)}] }, }`,
      /too large for the way/,
    ],
  ])("that is %s is refused", async (_, body, words) => {
    server.files.set("/index.yaml", Buffer.from(body));
    const failure = await refusal();
    expect(failure.kind).toBe("chart-index");
    expect(failure.message).toMatch(words);
    expect(failure.message).toContain(`Reading the charts of shop (${server.url})`);
  });

  test("that is larger than 100 MB is refused, packed or not", async () => {
    server.faults.set("/index.yaml", { kind: "oversized", bytes: 101_000_000, announced: false });
    expect(await refusal()).toMatchObject({ kind: "chart-index" });
    server.faults.clear();
    const bomb = gzipSync(Buffer.alloc(101_000_000));
    server.answers.set("/index.yaml", (_, reply) => {
      reply.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    expect((await refusal()).message).toContain("is not packed as the server says");
  });

  test("that is not there is a missing chart repository", async () => {
    expect(await refusal()).toMatchObject({ kind: "chart-missing" });
  });
});

describe("an entry of an index", () => {
  const dependency = { name: "db", version: "1", repository: "https://charts.example" };
  test.each<[string, object]>([
    ["without a digest", { digest: undefined }],
    ["with a digest of another kind", { digest: `sha512:${sha}` }],
    ["with a digest that is none", { digest: "abc" }],
    ["without a name", { name: undefined }],
    ["with a path for a name", { name: "../api" }],
    ["with a name of dots", { name: ".." }],
    ["with dots in its name", { name: "a..b" }],
    ["with a terminal's escape in its name", { name: "api\u001b[2J" }],
    ["without a version", { version: "" }],
    ["with a path for a version", { version: "1.0.0/../../x" }],
    ["with a word for a version", { version: "latest" }],
    ["with a terminal's escape in its version", { version: "1.0.0-\u001b[2J" }],
    ["without an address", { urls: [] }],
    ["with a password in its address", { urls: ["https://user:pass@charts.example/api.tgz"] }],
    ["with a file for an address", { urls: ["file:///etc/passwd"] }],
    ["with an address that is none", { urls: ["https://["] }],
    ["with another version's address in a registry", { urls: ["oci://registry.example/charts/api:2.0.0"] }],
    ["with an escape in a dependency", { dependencies: [{ ...dependency, repository: "\u001b[2J" }] }],
    [
      "with hundreds of dependencies",
      { dependencies: Array.from({ length: 201 }, () => ({ ...dependency })) },
    ],
  ])("%s is left out", async (_, change) => {
    const bad = { ...good, version: "9.9.9", ...change };
    const entries = { api: [bad, good], other: [{ ...good, version: "7.0.0" }] };
    for (const body of [stringify({ entries }), JSON.stringify({ entries })]) {
      server.files.set("/index.yaml", Buffer.from(body));
      expect((await list()).map(({ version }) => version)).toEqual(["1.0.0"]);
    }
  });

  test("may share parts with another by an alias, in an index of ordinary size", async () => {
    const urls = ["shared.tgz"];
    const text = stringify({
      entries: {
        api: [
          { ...good, urls },
          { ...good, version: "1.0.1", urls },
        ],
      },
    });
    expect(text).toContain("*a1");
    server.files.set("/index.yaml", Buffer.from(text));
    expect(await list()).toHaveLength(2);
  });

  test("may have its archive elsewhere, or in a registry, and the first address that can be used counts", async () => {
    serve(
      { ...good, urls: ["https://elsewhere.example/api.tgz?x=1"] },
      { ...good, version: "1.0.1+b.1", urls: ["oci://registry.example:5000/charts/api:1.0.1_b.1"] },
      { ...good, version: "1.0.2", urls: ["file:///x", "sub/api.tgz", "https://never.example/api.tgz"] },
      { ...good, version: "1.0.3", digest: `sha256:${sha.toUpperCase()}`, appVersion: "\u001b[2J" },
      { ...good, version: "1.0.3", urls: ["twice.tgz"] },
    );
    expect(await list()).toEqual([
      {
        name: "api",
        version: "1.0.0",
        digest: `sha256:${sha}`,
        url: "https://elsewhere.example/api.tgz?x=1",
      },
      {
        name: "api",
        version: "1.0.1+b.1",
        digest: `sha256:${sha}`,
        url: "oci://registry.example:5000/charts/api",
      },
      { name: "api", version: "1.0.2", digest: `sha256:${sha}`, url: `${server.url}/sub/api.tgz` },
      { name: "api", version: "1.0.3", digest: `sha256:${sha}`, url: `${server.url}/api-1.0.0.tgz` },
    ]);
  });
});

describe("reading line by line", () => {
  const text = fc.oneof(
    fc.constantFrom(
      "1.0.0",
      "~1",
      "null",
      "",
      "a: b",
      "a #b",
      "it's",
      '"q"',
      "- x",
      "ü",
      "|",
      "*x",
      "x\ny",
      "1.10",
      "\u00a0",
      "x\u00a0",
      "\u2028x",
      "x \t",
    ),
    fc.string({ unit: "grapheme", maxLength: 200 }),
  );
  const entry = (name: string): fc.Arbitrary<object> =>
    fc.record(
      {
        name: fc.constant(name),
        version: fc.constantFrom("1.0.0", "1.0.0-rc.1", "v2"),
        appVersion: text,
        digest: fc.constant(sha),
        description: text,
        keywords: fc.array(text, { maxLength: 3 }),
        annotations: fc.dictionary(fc.constantFrom("name", "version", "urls", "x/y"), text),
        urls: fc.array(text, { maxLength: 3 }),
        dependencies: fc.array(
          fc.record(
            {
              name: text,
              version: text,
              repository: text,
              condition: text,
              tags: fc.array(text, { maxLength: 2 }),
            },
            { requiredKeys: ["name"] },
          ),
          { maxLength: 3 },
        ),
        maintainers: fc.array(fc.record({ name: text, url: text }), { maxLength: 2 }),
      },
      { requiredKeys: ["name"] },
    );
  const names = ["api", "web", "a.b-c_d"];

  test("understands what a YAML parser understands, however it is written", () => {
    const index = fc.record({
      apiVersion: fc.constant("v1"),
      generated: text,
      entries: fc.record(
        Object.fromEntries(names.map((name) => [name, fc.array(entry(name), { maxLength: 4 })])),
        { requiredKeys: [] },
      ),
      serverInfo: fc.dictionary(fc.constantFrom("entries", "name"), text),
    });
    const styles = fc.record({
      lineWidth: fc.constantFrom(0, 40, 80),
      indentSeq: fc.boolean(),
      indent: fc.constantFrom(2, 4),
      defaultStringType: fc.constantFrom("PLAIN" as const, "QUOTE_DOUBLE" as const, "QUOTE_SINGLE" as const),
    });
    fc.assert(
      fc.property(index, styles, (value, style) => {
        const written = stringify(value, { version: "1.1", ...style });
        // The parser's own reading of what was written is what counts: some of it is not what was meant.
        const meant = (parse(written) as { entries: Record<string, unknown[]> }).entries;
        const expected = Object.entries(meant).flatMap(([, list]) => list.map(describedChart));
        expect(readUpstreamIndex(Buffer.from(written))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("reads 30 MB in a second or two, and does not need ten times as much memory", async () => {
    const index = largeIndex(30_000_000);
    expect(index.length).toBeGreaterThan(30_000_000);
    server.files.set("/index.yaml", index);
    const cacheDir = temporaryFolder();
    const before = process.memoryUsage().rss;
    const charts = await list(cacheDir);
    const grown = process.memoryUsage().rss - before;
    expect(charts.length).toBeGreaterThan(20_000);
    expect(grown).toBeLessThan(300_000_000);
    const again = performance.now();
    expect(await list(cacheDir)).toHaveLength(charts.length);
    expect(performance.now() - again).toBeLessThan(5_000);
  });
});
