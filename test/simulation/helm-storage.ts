// How helm 4.3.1 keeps its records: created, updated, pruned to the length of history (pkg/storage/storage.go).
import { succeeded, type Result } from "../../src/core/failure.ts";
import type { RecordStatus, ReleasePayload } from "../../src/core/observation.ts";
import type { HelmTools } from "./helm-process.ts";
import type { Labels, StoredRecord } from "./server.ts";
import type { Writer } from "./writes.ts";

/** An operation that the API server, or something else that helm relies on, did not go along with. */
export type Refused = Extract<Result<never>, { ok: false }>;

/** The helm that an operation is done by. */
export function writerOf({ process }: HelmTools): Writer {
  return { kind: "helm", process };
}

/** The revision that is in force, by helm's rules; undefined where it refuses to go on. */
export function currentOf(history: readonly StoredRecord[], last: StoredRecord): StoredRecord | undefined {
  if (last.record.status === "deployed") return last;
  const deployed = history.find(({ record: { status } }) => status === "deployed");
  if (deployed !== undefined) return deployed;
  return last.record.status === "failed" || last.record.status === "superseded" ? last : undefined;
}

/** Creates a record, which nobody may have created before. */
export function createRecord(
  tools: HelmTools,
  payload: ReleasePayload,
  labels: Labels,
): Promise<Result<void>> {
  return tools.ask(`create record r${payload.revision}`, () =>
    tools.world.server.createRecord(writerOf(tools), payload, labels),
  );
}

/** Most updates of a record are only logged where they fail; which are not is the caller's matter. */
export function record(tools: HelmTools, revision: number, to: RecordStatus): Promise<Result<void>> {
  return tools.ask(`update record r${revision}`, () =>
    tools.world.server.updateRecord(writerOf(tools), tools.process.release, revision, to),
  );
}

/** Deletes the oldest records but never the deployed one, so that one more fits. */
export async function makeRoom(tools: HelmTools, maxHistory: number): Promise<Result<void>> {
  const { server } = tools.world;
  const { release } = tools.process;
  const read = await tools.ask("read the history to make room", () => succeeded(server.history(release)));
  if (!read.ok) return read;
  const kept = read.value.find(({ record: { status } }) => status === "deployed")?.record.revision;
  const oldest = read.value.toReversed().filter((one) => one.record.revision !== kept);
  for (const one of oldest.slice(0, Math.max(0, read.value.length - (maxHistory - 1)))) {
    const deleted = await tools.ask(`prune record r${one.record.revision}`, () =>
      server.deleteRecord(writerOf(tools), release, one.record.revision),
    );
    if (!deleted.ok) return deleted;
  }
  return succeeded(undefined);
}
