// What follows a failure, always in this order: evidence, the record of it, then what the declaration's policy says:
// another attempt, one rollback to the last verified revision, an uninstall of a failed first install, or nothing.
import type { Failure } from "../failure.ts";
import { isNobodysFault, isTransient, speaksAgainstRelease } from "../failure.ts";
import type { Evidence, ReleaseHealth } from "../health/health.ts";
import type { FailureRecord } from "../observation.ts";
import type { Applied, ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { cancel, captureEvidence, isStopAsked, order, setState, tell } from "./draft.ts";
import { recordFailure } from "./failure-record.ts";
import { beginRollback } from "./rolling-back.ts";
import { beginTakingAway, leaveToItself, takeBackAfter } from "./taking-back.ts";
import type { StepState, Then } from "./run.ts";

const retryPauseMs = 1_000;

type Failing = Extract<StepState, { kind: "failing" }>;

/** How an attempt failed. */
export type AttemptEnd = {
  readonly attempt: number;
  readonly failure: Failure;
  /** How far it had come; `settling` means that helm had done its part. */
  readonly stage: "namespace" | "recover" | "conditions" | "values" | "crds" | "helm" | "settling" | "test";
  /** What this run has put into the cluster of it. */
  readonly applied?: Applied;
  /** Taken already, or about to arrive, where helm was stopped because of what was seen. */
  readonly evidence?: Evidence | "on-its-way";
  readonly health?: ReleaseHealth;
};

/** Begins the end of an attempt: evidence first. */
export function beginFailing(draft: Draft, step: ApplyStep, end: AttemptEnd): void {
  const { attempt, failure, applied, evidence, health } = end;
  const state: Failing = {
    kind: "failing",
    doing: "capture-evidence",
    attempt,
    failure,
    ...decideThen(draft, step, end),
    // A first install is tried again by the next run.
    quarantine: !step.firstInstall && step.proven !== true && speaksAgainstDeclaration(end),
    settled: end.stage === "settling",
    tested: end.stage === "test",
    ...(applied === undefined ? {} : { applied }),
  };
  setState(draft, step.release, state);
  if (evidence === undefined) captureEvidence(draft, step, { failure, health, applied });
  else if (evidence !== "on-its-way") evidenceCaptured(draft, step, state, evidence);
}

/** What follows; `otherwise` is what follows where nothing may be tried again after all by the time the evidence is there. */
function decideThen(draft: Draft, step: ApplyStep, end: AttemptEnd): Pick<Failing, "then" | "otherwise"> {
  const { attempt, failure, stage, applied } = end;
  const keep = { then: "keep", otherwise: "keep" } as const;
  if (draft.run.stopping?.why === "lease-lost" || isBeforeHelm(stage)) return keep;
  if (isTransient(failure) || (isNobodysFault(failure) && applied === undefined)) return keep;
  // The next run recovers what a killed helm left; here its lock would be in the way.
  if (failure.kind === "killed") return keep;
  const otherwise = undoingOf(step, applied);
  const isHelms = stage === "helm" || stage === "settling" || stage === "test";
  const isLeft = isHelms && step.kind !== "verify" && attempt <= step.pin.declaration.retries;
  return { then: isLeft && mayTryAgain(draft, step) ? "retry" : otherwise, otherwise };
}

/** False once nothing starts any more, or the release is to go back with its stack. */
function mayTryAgain({ run }: Draft, { release }: ApplyStep): boolean {
  return run.stopping === undefined && !run.takingBack.has(release);
}

/** What the declaration's policy says of a release that has failed for good. */
function undoingOf(step: ApplyStep, applied: Applied | undefined): Failing["otherwise"] {
  const { onFailure } = step.pin.declaration;
  if (step.firstInstall || step.rollbackTo === undefined)
    return onFailure === "uninstall" && applied !== undefined && step.firstInstall ? "uninstall" : "keep";
  // A revision that was taken over as verified is itself the one to go back to.
  if (onFailure === "keep" || step.rollbackTo === applied?.revision) return "keep";
  // Helm refused before it stored anything: what was there is still there. But a cut run may have left a part.
  return applied === undefined && step.kind !== "recover" ? "keep" : "rollback";
}

/** False where the same declaration may well succeed next time, with nothing changed in it. */
function speaksAgainstDeclaration({ failure, stage }: AttemptEnd): boolean {
  return speaksAgainstRelease(failure) && !isBeforeHelm(stage);
}

/** True where nothing of the declaration has been tried yet. */
function isBeforeHelm(stage: AttemptEnd["stage"]): boolean {
  return stage === "namespace" || stage === "recover" || stage === "conditions" || stage === "values";
}

export function evidenceCaptured(
  draft: Draft,
  step: ApplyStep,
  captured: Failing,
  evidence: Evidence,
  unreachable?: Failure,
): void {
  if (captured.doing !== "capture-evidence") return;
  const state = unreachable === undefined ? captured : blameCluster(captured, unreachable);
  const then = state.then === "retry" && !mayTryAgain(draft, step) ? state.otherwise : state.then;
  tell(draft, { kind: "release-failed", release: step.release, failure: state.failure, evidence, then });
  if (draft.run.stopping?.why === "lease-lost") {
    cancel(draft, step.release);
    return;
  }
  if (state.tested && state.applied !== undefined)
    order(draft, {
      kind: "clean-up-tests",
      release: step.release,
      step,
      revision: state.applied.revision,
      all: false,
    });
  if (then === "retry") {
    const untilMs = draft.atMs + retryPauseMs;
    setState(draft, step.release, {
      kind: "backing-off",
      attempt: state.attempt + 1,
      untilMs,
      failure: state.failure,
      ...(state.applied === undefined ? {} : { leftBehind: state.applied }),
    });
    order(draft, { kind: "unwatch", release: step.release });
    order(draft, { kind: "wake", atMs: untilMs });
    return;
  }
  stopAfterFailure(draft);
  const isByItself = speaksAgainstRelease(state.failure);
  const endsTakeBack = isByItself && leaveToItself(draft, step);
  if (isByItself) takeBackAfter(draft, step);
  setState(draft, step.release, { ...state, then, doing: "record", evidence });
  recordFailure(draft, step, {
    failure: state.failure,
    evidence,
    outcome: outcomeAhead(then, state),
    quarantine: state.quarantine,
    endsTakeBack,
    ...(state.applied === undefined ? {} : { revision: state.applied.revision }),
  });
}

/** Where the stack's policy is to stop, nothing starts after a failure that is not tried again. */
export function stopAfterFailure(draft: Draft): void {
  if (draft.run.plan.onFailure === "stop")
    draft.run = { ...draft.run, stopping: draft.run.stopping ?? { why: "failure" } };
}

// Nobody knows how the release is: that is no reason to undo anything.
function blameCluster(state: Failing, unreachable: Failure): Failing {
  return state.failure.kind === "timeout"
    ? {
        ...state,
        failure: { ...unreachable, message: `${state.failure.message}; ${unreachable.message}` },
        then: "keep",
        otherwise: "keep",
        quarantine: false,
      }
    : state;
}

function outcomeAhead(then: Then, { applied }: Failing): FailureRecord["outcome"] {
  if (then === "rollback") return "rolled-back";
  if (then === "uninstall") return "uninstalled";
  return applied === undefined ? "never-applied" : "kept";
}

/** The failure is on record: now, and not before, something may be undone. */
export function failureRecorded(draft: Draft, step: ApplyStep, state: StepState): void {
  if (state.kind !== "failing" || state.doing !== "record") return;
  const evidence = state.evidence ?? { troubles: [], events: [], logs: [] };
  // The next run finds the quarantine and owes the rollback.
  if (isStopAsked(draft)) cancel(draft, step.release);
  else if (state.then === "rollback" && step.rollbackTo !== undefined)
    beginRollback(draft, step, step.rollbackTo, { failure: state.failure, evidence });
  else if (state.then === "uninstall") beginTakingAway(draft, step, { failure: state.failure });
  else
    // What settled stays watched: what heals late frees its dependents.
    setState(draft, step.release, {
      kind: "failed",
      failure: state.failure,
      standing: isTransient(state.failure) ? "transient" : state.quarantine ? "quarantined" : "kept",
      ...(state.settled && state.applied !== undefined ? { applied: state.applied } : {}),
    });
}
