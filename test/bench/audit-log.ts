// What the API server's audit log tells of a stretch of time: which write made each Deployment ready, and who asked for
// how much. Times are wall clock in milliseconds with microseconds behind the point.
import { createReadStream, statSync } from "node:fs";
import { createInterface } from "node:readline";

type Entry = {
  readonly userAgent?: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly stage: string;
  readonly stageTimestamp: string;
  readonly responseStatus?: { readonly code?: number };
  readonly responseObject?: DeploymentBody;
};

type DeploymentBody = {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
  };
};

/** Where the log ends now; what comes later is read from here. */
export function endOfLog(path: string): number {
  return statSync(path).size;
}

/** Milliseconds at which the write of each Deployment's status that first showed it ready was done, by `NAMESPACE/NAME`. */
export async function readyWrites(path: string, from: number): Promise<ReadonlyMap<string, number>> {
  const ready = new Map<string, number>();
  for await (const line of linesFrom(path, from)) {
    if (!line.includes('"resource":"deployments"') || !line.includes('"subresource":"status"')) continue;
    // The API server's own format, audit.k8s.io/v1.
    const { objectRef, responseObject, stageTimestamp } = JSON.parse(line) as Entry;
    const key = `${objectRef?.namespace ?? ""}/${objectRef?.name ?? ""}`;
    if (!ready.has(key) && isReady(responseObject)) ready.set(key, millisecondsOf(stageTimestamp));
  }
  return ready;
}

/** Milliseconds at which the first record of each release was made, by `NAMESPACE/RELEASENAME`. */
export async function recordsBegun(path: string, from: number): Promise<ReadonlyMap<string, number>> {
  const begun = new Map<string, number>();
  for await (const line of linesFrom(path, from)) {
    if (!line.includes('"verb":"create"') || !line.includes('"resource":"secrets"')) continue;
    const { objectRef, stageTimestamp, responseStatus } = JSON.parse(line) as Entry;
    // The name of a created object stands in the answer, which is not logged, or in the reference where helm gives it.
    const name = /^sh\.helm\.release\.v1\.(.+)\.v1$/.exec(objectRef?.name ?? "")?.[1];
    if (name === undefined || (responseStatus?.code ?? 500) >= 300) continue;
    const key = `${objectRef?.namespace ?? ""}/${name}`;
    if (!begun.has(key)) begun.set(key, millisecondsOf(stageTimestamp));
  }
  return begun;
}

/** What Headway and its helms wrote, as `VERB URI`. */
export async function writesBetween(path: string, from: number, to: number): Promise<readonly string[]> {
  const writes: string[] = [];
  for await (const line of linesFrom(path, from, to)) {
    if (!/"userAgent":"(headway|Helm)/i.test(line)) continue;
    const { verb, requestURI, stage } = JSON.parse(line) as Entry;
    if (stage === "ResponseComplete" && ["create", "update", "patch", "delete"].includes(verb))
      writes.push(`${verb} ${requestURI}`);
  }
  return writes;
}

/** The requests that Headway sent, as `VERB URI`; a watch counts once. */
export async function headwayRequests(path: string, from: number, to: number): Promise<readonly string[]> {
  const requests: string[] = [];
  for await (const line of linesFrom(path, from, to)) {
    if (!line.includes('"userAgent":"headway')) continue;
    const { verb, requestURI, stage } = JSON.parse(line) as Entry;
    // A watch is logged when its answer begins and again when it ends.
    if (stage === "ResponseComplete" && verb === "watch") continue;
    requests.push(`${verb} ${requestURI}`);
  }
  return requests;
}

/** The lines between two ends of the log; its last one may still be in the writing. */
async function* linesFrom(path: string, from: number, to = endOfLog(path)): AsyncGenerator<string> {
  if (to <= from) return;
  yield* createInterface({
    input: createReadStream(path, { start: from, end: to - 1 }),
    crlfDelay: Infinity,
  });
}

function isReady(deployment: DeploymentBody | undefined): boolean {
  const { metadata, spec, status } = deployment ?? {};
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.readyReplicas ?? 0) >= wanted &&
    (status?.availableReplicas ?? 0) >= wanted
  );
}

/** An RFC 3339 time with microseconds; Date alone would cut them off. */
function millisecondsOf(stamp: string): number {
  const microseconds = /\.\d{3}(\d{1,3})/.exec(stamp)?.[1] ?? "0";
  return Date.parse(stamp.replace(/(\.\d{3})\d+/, "$1")) + Number(microseconds.padEnd(3, "0")) / 1000;
}
