// What must be true of a release's dependencies besides their health, before it starts: waited for at most for the release's
// timeout. Nothing was changed by then, so nothing is undone.
import type { Unmet } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { ApplyStep } from "../plan/plan.ts";
import { describeUnmet } from "../shown-state.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { prepareValues } from "./preparing.ts";
import type { StepState } from "./run.ts";

type Preparing = Extract<StepState, { kind: "preparing" }>;

export function conditionsMet(draft: Draft, step: ApplyStep, state: StepState): void {
  if (state.kind !== "preparing" || state.doing !== "conditions") return;
  // Another release's rollback has failed meanwhile: nothing starts any more.
  if (draft.run.stopping !== undefined)
    beginFailing(draft, step, {
      attempt: state.attempt,
      failure: { kind: "interrupted", message: "the run was stopped before its helm had started" },
      stage: "conditions",
    });
  else prepareValues(draft, step);
}

/** Shows what is waited for; the deadline ends that. */
export function conditionsAwaited(
  draft: Draft,
  step: ApplyStep,
  state: StepState,
  unmet: readonly Unmet[],
): void {
  if (state.kind !== "preparing" || state.doing !== "conditions") return;
  const isNews = describeUnmet(unmet) !== describeUnmet(state.unmet ?? []);
  setState(draft, step.release, { ...state, unmet });
  if (isNews) tell(draft, { kind: "step-held", release: step.release, hold: { kind: "condition", unmet } });
  if (state.deadlineMs !== undefined) order(draft, { kind: "wake", atMs: state.deadlineMs });
}

/** Gives up where the time is over. */
export function conditionsWoken(draft: Draft, step: ApplyStep, state: Preparing): void {
  const { doing, unmet, startedAtMs, deadlineMs, attempt } = state;
  if (doing !== "conditions" || unmet === undefined || deadlineMs === undefined || draft.atMs < deadlineMs)
    return;
  order(draft, { kind: "unwatch", release: step.release });
  const waitedMs = deadlineMs - (startedAtMs ?? deadlineMs);
  const failure: Failure = {
    kind: "timeout",
    message: `it was not started: after ${Math.round(waitedMs / 1000)} s still ${describeUnmet(unmet)}`,
    next: "See what readyExpr looks at in the dependency's objects; raise timeout only if that needs longer.",
  };
  beginFailing(draft, step, { attempt, failure, stage: "conditions" });
}
