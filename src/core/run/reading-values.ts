// Values from objects of the cluster, read once more when a release's turn comes: what was found is its pin from then on,
// and what is absent is waited for, at most for the release's timeout.
import type { ValuesObject } from "../declaration.ts";
import { quarantineKey } from "../fingerprint.ts";
import type { PinnedRelease } from "../pin.ts";
import type { ApplyStep, Step } from "../plan/plan.ts";
import { describeValuesObject, missingFailure } from "../values/values-objects.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { prepareCrds } from "./preparing.ts";
import type { StepState } from "./run.ts";

type Preparing = Extract<StepState, { kind: "preparing" }>;

/** Goes on with the final pin. */
export function valuesRead(draft: Draft, step: ApplyStep, state: StepState, pin: PinnedRelease): void {
  if (state.kind !== "preparing" || state.doing !== "values") return;
  const repinned = repin(draft, step, state, pin);
  // Another release's rollback has failed meanwhile: nothing starts any more.
  if (draft.run.stopping !== undefined)
    beginFailing(draft, repinned, {
      attempt: state.attempt,
      failure: { kind: "interrupted", message: "the run was stopped before its helm had started" },
      stage: "values",
    });
  else prepareCrds(draft, repinned);
}

/** Shows what is waited for; the deadline ends that. */
export function valuesAwaited(
  draft: Draft,
  step: ApplyStep,
  state: StepState,
  missing: readonly ValuesObject[],
): void {
  if (state.kind !== "preparing" || state.doing !== "values") return;
  const isNews = namesOf(missing) !== namesOf(state.awaiting ?? []);
  setState(draft, step.release, { ...state, awaiting: missing });
  if (isNews) tell(draft, { kind: "step-held", release: step.release, hold: { kind: "values", missing } });
  if (state.deadlineMs !== undefined) order(draft, { kind: "wake", atMs: state.deadlineMs });
}

/** Gives up where the time is over; nothing was changed, so nothing is undone. */
export function valuesWoken(draft: Draft, step: ApplyStep, state: Preparing): void {
  const { doing, awaiting, startedAtMs, deadlineMs, attempt } = state;
  if (doing !== "values" || awaiting === undefined || deadlineMs === undefined || draft.atMs < deadlineMs)
    return;
  order(draft, { kind: "unwatch", release: step.release });
  const failure = missingFailure(awaiting, deadlineMs - (startedAtMs ?? deadlineMs));
  beginFailing(draft, step, { attempt, failure, stage: "values" });
}

function namesOf(objects: readonly ValuesObject[]): string {
  return objects.map(describeValuesObject).join("; ");
}

/** The step with its final pin; what a quarantine of it, or of who depends on it, would last for changes with that. */
function repin(draft: Draft, step: ApplyStep, state: Preparing, pin: PinnedRelease): ApplyStep {
  const repinned: ApplyStep = { ...step, pin };
  draft.steps.set(step.release, { step: repinned, state });
  for (const [release, entry] of [...draft.steps])
    if (
      "dependencies" in entry.step &&
      (release === step.release || entry.step.dependencies.includes(step.release))
    )
      draft.steps.set(release, { ...entry, step: withKey(draft, entry.step) });
  const entry = draft.steps.get(step.release)?.step;
  return entry !== undefined && "dependencies" in entry ? entry : repinned;
}

function withKey(draft: Draft, step: ApplyStep): ApplyStep {
  const pins = step.dependencies.flatMap((release) => pinOf(draft.steps.get(release)?.step) ?? []);
  return { ...step, quarantineKey: quarantineKey(step.pin, pins) };
}

function pinOf(step: Step | undefined): PinnedRelease | undefined {
  return step !== undefined && "pin" in step ? step.pin : undefined;
}
