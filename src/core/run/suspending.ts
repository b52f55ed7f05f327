// A release that a person suspends while the run is under way: where it has not started it stays as it is, as a plan made now
// would leave it, and what depends on it may count on it just as then. What has begun is not cut.
import type { Suspension } from "../observation.ts";
import type { ApplyStep, Step } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { cancel, order, setState, tell } from "./draft.ts";
import { stateOfKept } from "./kept.ts";
import type { StepState } from "./run.ts";

/** Leaves a release alone that has not started; one in helm's queue is called back from there first. */
export function releaseSuspended(draft: Draft, step: Step, state: StepState, said: Suspension): void {
  // A person who destroys the stack has typed its name.
  const isMeant =
    step.kind !== "keep" && (step.kind !== "uninstall" || step.reasons[0].kind === "undeclared");
  if (!isMeant || (state.kind !== "holding" && state.kind !== "preparing")) return;
  if (step.kind === "uninstall") leaveInstalled(draft, step, said);
  else if (state.kind === "holding") leaveAsItIs(draft, step, said);
  else if (state.doing !== "queue") {
    order(draft, { kind: "unwatch", release: step.release });
    leaveAsItIs(draft, step, said);
  } else if (state.suspended === undefined) {
    setState(draft, step.release, { ...state, suspended: said });
    order(draft, { kind: "stop-helm", release: step.release });
  }
}

/** From now on it is a release that the plan has kept. */
export function leaveAsItIs(draft: Draft, step: ApplyStep, said: Suspension): void {
  const { release, releaseName, namespace, after, dependencies, wave, pin } = step;
  const entry = draft.steps.get(release);
  if (entry === undefined) return;
  const kept: Extract<Step, { kind: "keep" }> = {
    ...{ release, releaseName, namespace, after, dependencies, wave },
    ...step.asItIs,
    kind: "keep",
    declaration: pin.declaration,
    // That of a rollback is of what is not there.
    ...(step.kind === "roll-back" ? {} : { pin }),
    reasons: [{ kind: "suspended", said }],
  };
  draft.steps.set(release, { ...entry, step: kept });
  const state = stateOfKept(kept);
  setState(draft, release, state);
  tell(draft, { kind: "step-held", release, hold: { kind: "suspended", said } });
  if (state.kind === "failed" && state.applied !== undefined && draft.run.dependentsOf.has(release))
    order(draft, { kind: "watch-health", release, applied: state.applied });
}

function leaveInstalled(draft: Draft, step: Extract<Step, { kind: "uninstall" }>, said: Suspension): void {
  const { release } = step;
  const entry = draft.steps.get(release);
  if (entry === undefined) return;
  const [first, ...others] = step.reasons;
  const reasons = [first, ...others, { kind: "suspended", said }] as const;
  draft.steps.set(release, { ...entry, step: { ...step, reasons } });
  cancel(draft, release);
}
