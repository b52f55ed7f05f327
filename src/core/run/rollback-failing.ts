// The end of a rollback that failed: evidence, unless there is some of the failure that it was to mend; then the record of it.
// It never loops: the release stays as it is, nothing else starts, and a person is asked.
import type { Failure } from "../failure.ts";
import type { Evidence } from "../health/health.ts";
import type { ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { captureEvidence, isStopAsked, order, setState, tell } from "./draft.ts";
import { recordFailure } from "./failure-record.ts";
import type { StepState } from "./run.ts";

type RollingBack = Extract<StepState, { kind: "rolling-back" }>;
type Failing = NonNullable<RollingBack["failing"]>;

/** Evidence first; `stopsHelm` where helm still works: it would take the proof away, and is stopped only then. */
export function beginRollbackFailing(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  failure: Failure,
  stopsHelm = false,
): void {
  const { evidence, health, applied = state.seen } = state;
  const failing = { failure, stopsHelm, ...(evidence === undefined ? {} : { evidence }) };
  if (evidence === undefined) captureEvidence(draft, step, { failure, health, applied });
  else if (stopsHelm) order(draft, { kind: "stop-helm", release: step.release });
  rollbackFailed(draft, step, state, failing);
}

/** What was to be seen of a failing rollback is there. */
export function rollbackEvidenceCaptured(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  evidence: Evidence,
  unreachable?: Failure,
): void {
  const { failing } = state;
  if (failing === undefined || failing.evidence !== undefined) return;
  const { failure, stopsHelm } = failing;
  const words = unreachable === undefined ? failure.message : `${failure.message}; ${unreachable.message}`;
  // A run that was told to stop has stopped its helms already.
  if (stopsHelm && !isStopAsked(draft)) order(draft, { kind: "stop-helm", release: step.release });
  rollbackFailed(draft, step, state, { failure: { ...failure, message: words }, evidence, stopsHelm });
}

/** The release stays as the rollback has left it, once there is evidence and helm is done. */
export function rollbackFailed(draft: Draft, step: ApplyStep, state: RollingBack, failing: Failing): void {
  if (failing.evidence === undefined || failing.stopsHelm) {
    setState(draft, step.release, { ...state, failing });
    return;
  }
  const told = failureOf(step, state, failing.failure);
  setState(draft, step.release, { kind: "failed", failure: told, standing: "rollback-failed" });
  tell(draft, {
    kind: "rollback-failed",
    release: step.release,
    failure: told,
    // Of a failure of its own it was told before.
    ...(state.evidence === undefined ? { evidence: failing.evidence } : {}),
    ...(state.applied === undefined ? {} : { revision: state.applied.revision }),
  });
  order(draft, { kind: "unwatch", release: step.release });
  recordFailure(draft, step, {
    failure: told,
    evidence: failing.evidence,
    outcome: "rollback-failed",
    quarantine: step.kind !== "roll-back",
  });
  draft.run = { ...draft.run, stopping: draft.run.stopping ?? { why: "rollback-failed" } };
}

function failureOf(step: ApplyStep, state: RollingBack, cause: Failure): Failure {
  const isAsked = step.kind === "roll-back";
  const because = state.dueTo === undefined ? "it had failed" : "it was to go back";
  const why = isAsked ? "" : `; ${because} because ${state.failure.message}`;
  const next = isAsked
    ? `roll it back further, or headway resume ${step.release} to follow git again`
    : `headway apply --retry --only ${step.release}`;
  return {
    kind: "rollback-failed",
    message: `the rollback to revision ${state.toRevision} failed: ${cause.message}${why}`,
    next: `Look at the release by hand; then ${next}.`,
  };
}
