// What a health means to a run at this moment: a failure by now or not yet, news or not. Knows no states.
import type { Failure } from "../failure.ts";
import { explainWaiting } from "../health/describe-trouble.ts";
import { condemn, trackSuspects } from "../health/fail-fast.ts";
import type { ReleaseHealth } from "../health/health.ts";
import type { ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { order } from "./draft.ts";

/** Whether a health is a failure by now; wakes the run when a tolerance will have run out. */
export function judge(
  draft: Draft,
  step: ApplyStep,
  sinceMs: ReadonlyMap<string, number>,
  health: Exclude<ReleaseHealth, { kind: "ready" }>,
): { readonly failure?: Failure; readonly suspectsSinceMs: ReadonlyMap<string, number> } {
  if (health.kind === "failed")
    return { failure: { kind: "unhealthy", message: explainWaiting(health) }, suspectsSinceMs: sinceMs };
  const suspectsSinceMs = trackSuspects(sinceMs, health.suspects, draft.atMs);
  const verdict = condemn(health, suspectsSinceMs, step.pin.declaration.failFast, draft.atMs);
  if (verdict.failed.length > 0)
    return {
      failure: {
        kind: "unhealthy",
        message: explainWaiting({
          kind: "failed",
          troubles: verdict.failed,
          ready: health.ready,
          total: health.total,
        }),
      },
      suspectsSinceMs,
    };
  if (verdict.nextAtMs !== undefined) order(draft, { kind: "wake", atMs: verdict.nextAtMs });
  return { suspectsSinceMs };
}

/** True where a person would see a difference: not each tick of a counter's neighbour. */
export function isNews(before: ReleaseHealth | undefined, now: ReleaseHealth): boolean {
  return before === undefined || explainWaiting(before) !== explainWaiting(now);
}
