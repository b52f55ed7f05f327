// The chart servers of one test file: started when the file is loaded, closed after its last test, and as if new for each.
import { afterAll, beforeEach, expect } from "vitest";
import {
  openChartServers,
  type ChartServersOptions,
} from "../../src/adapters/charts/servers/chart-servers.ts";
import type { Failure, Result } from "../../src/core/failure.ts";
import type { ChartServers } from "../../src/engine/ports.ts";
import { temporaryFolder } from "./chart-trees.ts";
import {
  makeAuthority,
  startChartServer,
  startRegistry,
  type Authority,
  type TestRegistry,
  type TestServer,
} from "./chart-servers.ts";

export type ServerFixture = {
  readonly authority: Authority;
  /** Over https, with certificates of `authority`. */
  readonly server: TestServer;
  /** The same on another port, which makes it another host. */
  readonly other: TestServer;
  /** Over http. */
  readonly plain: TestServer;
  /** Headway's own client, with a cache and a home of its own, trusting `authority`. */
  readonly open: (options?: Partial<ChartServersOptions>) => ChartServers;
};

/** Starts an authority and three servers for the file that awaits it at its top. */
export async function useChartServers(): Promise<ServerFixture> {
  const authority = makeAuthority();
  afterAll(() => {
    authority.close();
  });
  const [server, other, plain] = await Promise.all([
    startChartServer(authority),
    startChartServer(authority),
    startChartServer(undefined),
  ]);
  const all = [server, other, plain];
  afterAll(async () => {
    await Promise.all(all.map((one) => one.close()));
  });
  beforeEach(() => {
    for (const one of all) {
      one.log.length = 0;
      one.files.clear();
      one.faults.clear();
      one.answers.clear();
      one.login = undefined;
      for (const name of Object.keys(one.headers)) Reflect.deleteProperty(one.headers, name);
    }
  });
  return {
    authority,
    server,
    other,
    plain,
    open: (options = {}) =>
      openChartServers({
        cacheDir: temporaryFolder(),
        homeDir: temporaryFolder(),
        ...options,
        env: { HEADWAY_CA_FILE: authority.caFile, ...options.env },
      }),
  };
}

/** Starts the real registry for the file that awaits it at its top; what is pushed stays. */
export async function useRegistry(authority: Authority): Promise<TestRegistry> {
  const registry = await startRegistry(authority);
  afterAll(() => registry.close());
  return registry;
}

/** What was refused; throws where nothing was, and where the words hold what must not be told. */
export function failureOf(result: Result<unknown>, ...secrets: readonly string[]): Failure {
  if (result.ok) throw new Error("nothing was refused");
  const told = JSON.stringify(result.failure);
  for (const secret of secrets) expect(told).not.toContain(secret);
  return result.failure;
}
