// How often a chart server is asked, counted at a real one over https: for an index of 30 MB, and for the charts of a plan
// with 12 charts for 200 releases.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  makeAuthority,
  makeIndex,
  smallChart,
  startChartServer,
  type TestServer,
} from "../kit/chart-servers.ts";
import { largeIndex } from "../kit/large-index.ts";
import type { Bench } from "./bench.ts";
import { rowOf, type Row } from "./rows.ts";

const [releaseCount, chartCount, indexBytes] = [200, 12, 30_000_000];

/** `index` twice, then `plan`, and an `apply` of a part; the server has every request on record. */
export async function runServers(bench: Bench): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "headway-bench-servers-"));
  const authority = makeAuthority();
  const server = await startChartServer(authority);
  try {
    await publish(server);
    const namespace = await bench.freshNamespace(false);
    writeStack(folder, namespace, server.url);
    const env = { HEADWAY_CA_FILE: authority.caFile, XDG_CACHE_HOME: join(bench.scratch, "servers-cache") };
    const first = await bench.headway(["index", folder], env);
    const second = await bench.headway(["index", folder], env);
    bench.say(
      `servers: an index of ${(indexBytes / 1e6).toFixed(0)} MB indexed in ${first.wallMs.toFixed(0)} ms, unchanged in ${second.wallMs.toFixed(0)} ms`,
    );
    const indexRequests = requestsFor(server, "/index.yaml");
    // A request with the ETag of what is there is answered with 304 and no body.
    const bodies = indexRequests.filter(({ headers }) => headers["if-none-match"] === undefined).length;
    const plan = await bench.headway(["plan", folder, "--no-foresight"], env);
    const archives = server.log.filter(({ path }) => path.endsWith(".tgz")).length;
    bench.say(
      `servers: plan of ${releaseCount} with ${chartCount} charts to fetch in ${plan.wallMs.toFixed(0)} ms`,
    );
    await bench.headway(["apply", folder, "--yes", "--only", "unit-0", "unit-1"], env);
    const later = requestsFor(server, "/index.yaml").length - indexRequests.length;
    const row = (scenario: string, measured: number, comparedTo: number): Row =>
      rowOf({ scenario, measured, comparedTo, target: 1, unit: "", comparedToWhat: "asked for" });
    return [
      row("index of 30 MB, unchanged: requests by index twice", indexRequests.length, 2),
      row("index of 30 MB, unchanged: bodies sent", bodies, 1),
      row("index of 30 MB: requests by plan and apply", later, 0),
      row("plan, 200 releases of 12 charts: archives asked for", archives, chartCount),
      row("apply after plan: requests", server.log.length - indexRequests.length - later - archives, 0),
    ];
  } finally {
    await server.close();
    authority.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function requestsFor(server: TestServer, path: string): TestServer["log"] {
  return server.log.filter((asked) => asked.path === path);
}

async function publish(server: TestServer): Promise<void> {
  const archives = new Map(
    Array.from({ length: chartCount }, (_, index) => {
      const name = `used-${index}`;
      return [`${name}-1.0.0.tgz`, smallChart(name, "1.0.0")] as const;
    }),
  );
  for (const [file, archive] of archives) server.files.set(`/${file}`, archive);
  const index = (await makeIndex(archives, server.url)).toString("utf8");
  const entries = /^entries:\n(.*?)^generated:/ms.exec(index)?.[1];
  if (entries === undefined) throw new Error("helm's index has another form");
  server.files.set("/index.yaml", largeIndex(indexBytes, entries));
}

function writeStack(folder: string, namespace: string, url: string): void {
  mkdirSync(join(folder, "releases"));
  writeFileSync(
    join(folder, "headway.yaml"),
    `apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: ${namespace} }\nspec:\n  defaults: { namespace: ${namespace} }\n  repositories: { web: { url: "${url}" } }\n`,
  );
  for (let index = 0; index < releaseCount; index++)
    writeFileSync(
      join(folder, "releases", `unit-${index}.yaml`),
      `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: unit-${index} }\nspec: { chart: web/used-${index % chartCount}, version: ^1 }\n`,
    );
}
