// Servers of charts that exist in memory: what they were asked is counted, and what they answer can change. For what the
// real ones (chart-servers.ts) would only make slower; how requests are made is tested there.
import { createHash } from "node:crypto";
import type { ChartDigest, IndexedChart } from "../../src/core/charts/chart-index.ts";
import { failed, succeeded } from "../../src/core/failure.ts";
import type { ChartServers } from "../../src/engine/ports.ts";

export type FakeServers = {
  readonly servers: ChartServers;
  /** Archives by address; of registries by `ADDRESS VERSION`. */
  readonly archives: Map<string, Buffer>;
  /** What list answers, by the server's address. */
  readonly lists: Map<string, readonly IndexedChart[]>;
  /** Every request in order: `fetch URL VERSION` or `list URL NAMES`. */
  readonly log: string[];
  /** How long an answer takes. */
  delayMs: number;
};

export function sha256(bytes: Buffer): ChartDigest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function fakeChartServers(): FakeServers {
  const pause = (): Promise<void> => new Promise((done) => setTimeout(done, fake.delayMs));
  const fake: FakeServers = {
    archives: new Map(),
    lists: new Map(),
    log: [],
    delayMs: 0,
    servers: {
      list: async (server, names) => {
        fake.log.push(`list ${server.url} ${names.join(" ")}`.trim());
        await pause();
        const listed = fake.lists.get(server.url);
        return listed === undefined
          ? failed({ kind: "unreachable", message: `${server.url} does not answer` })
          : succeeded(server.kind === "oci" ? listed.filter(({ name }) => names.includes(name)) : listed);
      },
      fetch: async ({ url, version }) => {
        const key = url.startsWith("oci:") ? `${url} ${version ?? ""}` : url;
        fake.log.push(`fetch ${key}`);
        await pause();
        const archive = fake.archives.get(key);
        return archive === undefined
          ? failed({ kind: "unreachable", message: `${key} does not answer` })
          : succeeded({ archive, digest: sha256(archive) });
      },
    },
  };
  return fake;
}
