// How a run in the journal ended, in one word: what its record says, or what follows from what it does not say.
import type { Outcome } from "../event.ts";
import type { JournalEntry, RunRecord } from "./run-record.ts";

/** `interrupted`: it was stopped, or killed before it could put its end on record. */
export type RunResult = Outcome["kind"] | "running" | "unreadable";

/**
 * A run that has begun and not ended is running only where it is the stack's newest and holds its lock: no other run
 * begins before it has ended.
 */
export function resultOf(
  entry: JournalEntry,
  now: { readonly isNewest: boolean; readonly holder: string | undefined },
): RunResult {
  const { record } = entry;
  if (record === undefined) return "unreadable";
  if (record.outcome !== undefined) return record.outcome.kind;
  return isUnfinished(record) && now.isNewest && record.holder === now.holder ? "running" : "interrupted";
}

/** True where the record says nothing of an end. */
export function isUnfinished(record: RunRecord): boolean {
  return record.finishedAt === undefined;
}

/** How long it took, in milliseconds; undefined where it has not ended, or nobody saw it end. */
export function durationOf({ startedAt, finishedAt }: RunRecord): number | undefined {
  return finishedAt === undefined ? undefined : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
}
