// From "its objects are ready" to "verified": they stay ready for as long as the declaration asks. A rolled-back revision
// was proven once and is not proven again.
import { trackSuspects } from "../health/fail-fast.ts";
import type { ApplyStep, Step } from "../plan.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import type { StepState } from "./run.ts";

type Settling = Extract<StepState, { kind: "settling" }>;

/** All objects are ready now: how long they have been decides what comes next. */
export function prove(draft: Draft, step: ApplyStep, state: Settling): void {
  const { stableForMs } = step.pin.declaration;
  const stableSinceMs = state.stableSinceMs ?? draft.atMs;
  const stableAtMs = stableSinceMs + stableForMs;
  if (draft.atMs < stableAtMs) {
    const suspectsSinceMs = trackSuspects(state.suspectsSinceMs, [], draft.atMs);
    setState(draft, step.release, { ...state, health: { kind: "ready" }, stableSinceMs, suspectsSinceMs });
    if (state.stableSinceMs !== undefined) return;
    tell(draft, { kind: "stability-awaited", release: step.release, forMs: stableForMs });
    order(draft, { kind: "wake", atMs: stableAtMs });
  } else becomeHealthy(draft, step, state.applied.revision, state.startedAtMs);
}

/** True where a release that has healed by itself would still have something to prove: the next run sees to it. */
export function hasToBeProven(step: Step): boolean {
  if (step.kind === "keep" || step.kind === "uninstall") return false;
  return step.pin.declaration.stableForMs > 0;
}

/** The release is as it should be, at this revision. */
export function becomeHealthy(draft: Draft, step: Step, revision: number, startedAtMs: number): void {
  setState(draft, step.release, { kind: "healthy", revision });
  tell(draft, {
    kind: "release-ready",
    release: step.release,
    revision,
    durationMs: draft.atMs - startedAtMs,
  });
  order(draft, { kind: "unwatch", release: step.release });
  if (step.kind === "keep" || step.kind === "uninstall") return;
  order(draft, {
    kind: "mark-verified",
    release: step.release,
    step,
    revision,
    fingerprint: step.pin.fingerprint,
  });
  order(draft, { kind: "clear-failure", release: step.release });
}
