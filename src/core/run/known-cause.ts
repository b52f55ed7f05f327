// What to say of a helm that a deadline has cut: it took its own cause along, but an earlier helm of the same attempt may
// have told it.
import type { Failure } from "../failure.ts";
import type { ReleaseHealth } from "../health/health.ts";

/**
 * The failure, or in place of a mere timeout the refusal before it, which is waited out and then cuts the attempt: `no
 * matches for kind Widget` and not `helm was not done`. What was seen to be waited for counts for more than either.
 */
export function knownCause(
  failure: Failure,
  attempt: { readonly delayedBy?: Failure; readonly health?: ReleaseHealth; readonly startedAtMs?: number },
  nowMs: number,
): Failure {
  const { delayedBy, health, startedAtMs = nowMs } = attempt;
  const isWaiting = health !== undefined && health.kind !== "ready";
  if (failure.kind !== "timeout" || delayedBy === undefined || isWaiting) return failure;
  const seconds = Math.round((nowMs - startedAtMs) / 1000);
  return { ...delayedBy, message: `timed out after ${seconds} s; last: ${delayedBy.message}` };
}
