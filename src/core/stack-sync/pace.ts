// When a StackSync is looked at again: intervals with jitter, back-off after what may pass, and pauses between runs. Pure;
// the loop's clock gives the instants.
import type { Outcome } from "../event.ts";

/** Everything is looked at again so often though nothing tells of a change, in milliseconds. */
const resyncMs = 600_000;
/** So often where health can't be watched, or where somebody goes on changing objects by hand, in milliseconds. */
export const betweenLooksMs = 120_000;
/** Two runs for new commits begin at least this far apart, so that a storm of pushes ends in a few runs. */
export const betweenRunsMs = 15_000;

const firstRetryMs = 30_000;
const longestRetryMs = 600_000;

/** When the repository is asked again. `chance` is in [0, 1): agents that began together do not ask together. */
export function nextFetchAt(askedAtMs: number, intervalMs: number, chance: number): number {
  return askedAtMs + Math.round(intervalMs * (0.9 + 0.1 * chance));
}

/** When the stack is run again though nothing has changed; `failures` counts runs in a row that have left something to do. */
export function nextRunAt(endedAtMs: number, outcome: Outcome["kind"], failures: number): number {
  switch (outcome) {
    case "done":
    case "rolled-back":
    case "needs-person":
      return endedAtMs + resyncMs;
    case "failed":
    case "unreachable":
      return endedAtMs + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.max(0, failures - 1));
    case "interrupted":
      return endedAtMs;
  }
}

/**
 * How much of a stack may be gone in one commit before a person is asked: more than half of what the last run knew, and
 * more than two releases.
 */
export function isMuchGone(known: number, gone: number): boolean {
  return gone > 2 && gone * 2 > known;
}
