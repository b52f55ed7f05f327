// How long a pod state that looks terminal is tolerated before it counts as a failure. What such a state is, is
// pod-trouble.ts; what follows from a failure is the run's to decide.
import type { FailFast } from "../declaration.ts";
import type { ReleaseHealth, Suspect } from "./health.ts";

/**
 * How long a crash loop that is not seen still runs its clock, in ms: a container that runs for a while between two
 * crashes is still looping.
 */
const LOOP_MEMORY_MS = 120_000;

/**
 * How long an object may be missing that was there, in ms: whoever deleted it may be about to make it anew. The
 * declaration says nothing of it.
 */
const MISSING_MS = 10_000;

/** Under this key the map also holds since when a crash loop has not been seen. */
const unseenKey = (key: string): string => `${key}|unseen`;

/**
 * The clocks of the suspects after one more look at `nowMs`: each keeps the time at which it was first seen. Clocks of
 * suspects that are gone are dropped, those of crash loops 2 minutes later. The same map where nothing changed.
 */
export function trackSuspects(
  previous: ReadonlyMap<string, number>,
  suspects: readonly Suspect[],
  nowMs: number,
): ReadonlyMap<string, number> {
  if (previous.size === 0 && suspects.length === 0) return previous;
  const next = new Map<string, number>();
  for (const { key } of suspects) next.set(key, previous.get(key) ?? nowMs);
  for (const [key, sinceMs] of previous) {
    if (next.has(key) || !key.endsWith("|crash-loop")) continue;
    const unseenSinceMs = previous.get(unseenKey(key)) ?? nowMs;
    if (nowMs - unseenSinceMs >= LOOP_MEMORY_MS) continue;
    next.set(key, sinceMs);
    next.set(unseenKey(key), unseenSinceMs);
  }
  return areEqual(previous, next) ? previous : next;
}

/**
 * The suspects whose tolerance has run out at `nowMs`, and when the next one's will if nothing changes. `sinceMs` is what
 * trackSuspects gave for this very health.
 */
export function condemn(
  health: Extract<ReleaseHealth, { readonly kind: "pending" }>,
  sinceMs: ReadonlyMap<string, number>,
  failFast: FailFast,
  nowMs: number,
): { readonly failed: readonly Suspect[]; readonly nextAtMs?: number } {
  const failed: Suspect[] = [];
  let nextAtMs = Infinity;
  for (const suspect of health.suspects) {
    const dueAtMs = (sinceMs.get(suspect.key) ?? nowMs) + toleranceMsOf(suspect, failFast);
    if (dueAtMs <= nowMs) failed.push(suspect);
    else nextAtMs = Math.min(nextAtMs, dueAtMs);
  }
  return nextAtMs === Infinity ? { failed } : { failed, nextAtMs };
}

/** Infinite for a container that has not been restarted often enough: only its next restart can change that. */
function toleranceMsOf(suspect: Suspect, failFast: FailFast): number {
  switch (suspect.family) {
    case "image-pull":
      return failFast.imagePullMs;
    case "config":
      return failFast.configMs;
    case "crash-loop":
      return (suspect.restarts ?? 0) >= failFast.crashLoop.restarts ? failFast.crashLoop.forMs : Infinity;
    case "missing":
      return MISSING_MS;
  }
}

function areEqual(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
