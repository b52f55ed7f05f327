// What a release waits for in its preparation, at most for its timeout: what must be true of its dependencies besides their
// health, and objects that values come from. Nothing was changed by then, so nothing is undone.
import type { Hold } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { ApplyStep } from "../plan/plan.ts";
import { describeUnmet, shownHold } from "../shown-state.ts";
import { missingFailure } from "../values/values-objects.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { prepareValues } from "./preparing.ts";
import type { StepState } from "./run.ts";

type Preparing = Extract<StepState, { kind: "preparing" }>;
type Awaited = NonNullable<Preparing["hold"]>;

const doingOf = { condition: "conditions", values: "values" } as const;

/** Shows what is waited for; the deadline ends that. */
export function heldUp(draft: Draft, step: ApplyStep, state: StepState, hold: Awaited): void {
  if (state.kind !== "preparing" || state.doing !== doingOf[hold.kind]) return;
  const isNews = state.hold === undefined || wordsOf(hold) !== wordsOf(state.hold);
  setState(draft, step.release, { ...state, hold });
  if (isNews) tell(draft, { kind: "step-held", release: step.release, hold });
  if (state.deadlineMs !== undefined) order(draft, { kind: "wake", atMs: state.deadlineMs });
}

function wordsOf(hold: Hold): string | undefined {
  return shownHold(hold).detail;
}

/** Gives up where the time is over. */
export function waitingWoken(draft: Draft, step: ApplyStep, state: Preparing): void {
  const { hold, startedAtMs, deadlineMs, attempt } = state;
  if (hold === undefined || deadlineMs === undefined || draft.atMs < deadlineMs) return;
  order(draft, { kind: "unwatch", release: step.release });
  const failure = notInTime(hold, deadlineMs - (startedAtMs ?? deadlineMs));
  beginFailing(draft, step, { attempt, failure, stage: doingOf[hold.kind] });
}

function notInTime(hold: Awaited, waitedMs: number): Failure {
  if (hold.kind === "values") return missingFailure(hold.missing, waitedMs);
  return {
    kind: "timeout",
    message: `it was not started: after ${Math.round(waitedMs / 1000)} s still ${describeUnmet(hold.unmet)}`,
    next: "See what readyExpr looks at in the dependency's objects; raise timeout only if that needs longer.",
  };
}

export function conditionsMet(draft: Draft, step: ApplyStep, state: StepState): void {
  if (state.kind !== "preparing" || state.doing !== "conditions") return;
  goOn(draft, step, { attempt: state.attempt, stage: "conditions" }, prepareValues);
}

/** Goes on with `next`, unless the run has come to a stop meanwhile: then nothing starts any more. */
export function goOn(
  draft: Draft,
  step: ApplyStep,
  at: { readonly attempt: number; readonly stage: "conditions" | "values" },
  next: (draft: Draft, step: ApplyStep) => void,
): void {
  if (draft.run.stopping === undefined) next(draft, step);
  else
    beginFailing(draft, step, {
      ...at,
      failure: { kind: "interrupted", message: "the run was stopped before its helm had started" },
    });
}
