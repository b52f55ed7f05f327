// Reads from the cluster alone what has been run, and what became of one release; making sense of it is core/journal.
import { succeeded, type Result } from "../core/failure.ts";
import { splitReleaseId, type ReleaseId } from "../core/ids.ts";
import { isUnfinished, resultOf, type RunResult } from "../core/journal/run-result.ts";
import { releaseHistory, type RevisionHistory } from "../core/journal/release-history.ts";
import type { JournalEntry } from "../core/journal/run-record.ts";
import type { Journal, Locks, Records } from "./ports.ts";

/** A run with how it ended. */
export type ReadRun = JournalEntry & { readonly result: RunResult };

/** The runs of this stack, or of all, the latest first. */
export async function readRuns(
  ports: { readonly journal: Journal; readonly locks: Pick<Locks, "holder"> },
  stack?: string,
): Promise<Result<readonly ReadRun[]>> {
  const listed = await ports.journal.list(stack);
  if (!listed.ok) return listed;
  // The journal's order is newest first within each stack.
  const newest = new Map<string, JournalEntry>();
  for (const entry of listed.value) if (!newest.has(entry.stack)) newest.set(entry.stack, entry);
  const holders = new Map<string, string | undefined>();
  for (const entry of newest.values())
    if (entry.record !== undefined && isUnfinished(entry.record)) {
      const holder = await ports.locks.holder(entry.stack);
      // Who may not read Leases sees a run that has not ended, and no more.
      holders.set(entry.stack, holder.ok ? holder.value : undefined);
    }
  const runs = listed.value.map((entry) => ({
    ...entry,
    result: resultOf(entry, {
      isNewest: newest.get(entry.stack) === entry,
      holder: holders.get(entry.stack),
    }),
  }));
  return succeeded(latestFirst(runs));
}

/** One that can't be read stands behind the next newer one of its stack. */
function latestFirst(runs: readonly ReadRun[]): readonly ReadRun[] {
  const starts = new Map<string, number>();
  return runs
    .map((run) => {
      const startMs =
        run.record === undefined ? (starts.get(run.stack) ?? Infinity) : Date.parse(run.record.startedAt);
      starts.set(run.stack, startMs);
      return { run, startMs };
    })
    .toSorted((a, b) => (a.startMs === b.startMs ? 0 : b.startMs - a.startMs))
    .map(({ run }) => run);
}

/** The revisions of one release, newest first; none where neither Helm nor the journal knows it. */
export async function readRevisions(
  ports: { readonly records: Records },
  release: ReleaseId,
  runs: readonly JournalEntry[],
): Promise<Result<readonly RevisionHistory[]>> {
  const { namespace, name } = splitReleaseId(release);
  const known = runs.find(({ record }) => record?.releases.has(release) === true);
  const releaseName = known?.record?.releases.get(release)?.releaseName ?? name;
  const kept = await ports.records.revisions(namespace, releaseName);
  return kept.ok ? succeeded(releaseHistory(release, kept.value, runs)) : kept;
}
