// A record that another helm holds, perhaps a person's: waited for as long as it moves, and only when it has stood still
// for a minute of our own clock taken for abandoned.
import { failed, succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import { releaseKey } from "../core/observe.ts";
import { pause } from "./pause.ts";
import type { Clock, Records } from "./ports.ts";

const lookEveryMs = 3_000;
const unlockAfterMs = 60_000;

/** Resolves to the newest revision by then; 0 where no record is left. */
export async function waitForForeignHelm(
  ports: { readonly records: Records; readonly clock: Clock },
  record: {
    readonly namespace: string;
    readonly releaseName: string;
    readonly revision: number;
    readonly resourceVersion: string;
    readonly status: string;
  },
  say: (message: string) => void,
  over: AbortSignal,
): Promise<Result<number>> {
  const { records, clock } = ports;
  say(
    `revision ${record.revision} is ${record.status} by a helm that is not Headway's; taken over when it has not moved for ${
      unlockAfterMs / 1000
    } s`,
  );
  let seen = { revision: record.revision, resourceVersion: record.resourceVersion, sinceMs: clock.nowMs() };
  for (;;) {
    if (!(await pause(clock, lookEveryMs, over)))
      return failed({ kind: "interrupted", message: "the wait for another helm was called off" });
    const listed = await records.list();
    if (!listed.ok) return listed;
    const newest = listed.value
      .filter((candidate) => releaseKey(candidate) === releaseKey(record))
      .toSorted((a, b) => b.revision - a.revision)[0];
    if (newest === undefined || !(newest.status.startsWith("pending-") || newest.status === "uninstalling"))
      return succeeded(newest?.revision ?? 0);
    if (newest.revision !== seen.revision || newest.resourceVersion !== seen.resourceVersion) {
      seen = { revision: newest.revision, resourceVersion: newest.resourceVersion, sinceMs: clock.nowMs() };
      continue;
    }
    if (clock.nowMs() - seen.sinceMs < unlockAfterMs) continue;
    const marked = await records.markFailed({ ...record, ...seen });
    if (marked.ok) return succeeded(seen.revision);
    return marked.failure.kind !== "locked"
      ? marked
      : failed({ ...marked.failure, next: "Another helm works on this release: run again when it is done." });
  }
}
