// A connection of the adapter that a test can use, closed when the test ends.
import { onTestFinished } from "vitest";
import { connectCluster, type Cluster, type ConnectOptions } from "../../../src/adapters/cluster/connect.ts";
import { makeCredentials } from "../../../src/adapters/cluster/credentials.ts";
import { loadAccess } from "../../../src/adapters/cluster/kubeconfig.ts";
import { makeApi, type Api } from "../../../src/adapters/cluster/request.ts";
import type { Failure, Result } from "../../../src/core/failure.ts";

export async function connected(options: ConnectOptions): Promise<Cluster> {
  const cluster = valueOf(await connectCluster(options));
  onTestFinished(() => {
    cluster.close();
  });
  return cluster;
}

/** The layer below: single requests. */
export async function connectedApi(kubeconfig: string, timeoutMs = 30_000): Promise<Api> {
  const access = valueOf(await loadAccess({ kubeconfig }));
  const api = makeApi(access.cluster.server, makeCredentials(access), timeoutMs);
  onTestFinished(() => {
    api.close();
  });
  return api;
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`);
  return result.value;
}

export function failureOf(result: Result<unknown>): Failure {
  if (result.ok) throw new Error("it went well");
  return result.failure;
}
