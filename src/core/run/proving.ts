// From "its objects are ready" to "verified": they stay ready for as long as the declaration asks, then the chart's tests
// pass (testing.ts). A rolled-back revision was proven once and is not proven again.
import { trackSuspects } from "../health/fail-fast.ts";
import type { ApplyStep } from "../plan/plan.ts";
import { becomeHealthy } from "./becoming-healthy.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import type { StepState } from "./run.ts";
import { beginTests } from "./testing.ts";

/** All objects are ready now: how long they have been decides what comes next. */
export function prove(draft: Draft, step: ApplyStep, state: Extract<StepState, { kind: "settling" }>): void {
  const { stableForMs, test } = step.pin.declaration;
  const stableSinceMs = state.stableSinceMs ?? draft.atMs;
  const stableAtMs = stableSinceMs + stableForMs;
  if (draft.atMs < stableAtMs) {
    const suspectsSinceMs = trackSuspects(state.suspectsSinceMs, [], draft.atMs);
    setState(draft, step.release, { ...state, health: { kind: "ready" }, stableSinceMs, suspectsSinceMs });
    if (state.stableSinceMs !== undefined) return;
    tell(draft, { kind: "stability-awaited", release: step.release, forMs: stableForMs });
    order(draft, { kind: "wake", atMs: stableAtMs });
  } else if (test) beginTests(draft, step, state);
  else becomeHealthy(draft, step, state.applied.revision, state.startedAtMs);
}
