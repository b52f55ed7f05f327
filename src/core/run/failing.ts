// What follows a failure, always in this order: evidence, the record of it, then what the declaration's policy says:
// another attempt, one rollback to the last verified revision, an uninstall of a failed first install, or nothing.
import { isTransient } from "../failure.ts";
import type { Failure } from "../failure.ts";
import type { Evidence, ReleaseHealth } from "../health/health.ts";
import { explainWaiting } from "../health/describe-trouble.ts";
import type { FailureRecord } from "../observation.ts";
import type { Applied, ApplyStep } from "../plan.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import { isNews, judge } from "./judge.ts";
import type { StepState, Then } from "./run.ts";

const retryPauseMs = 1_000;

/** Begins the end of an attempt. `evidence` where it was taken before helm was stopped. */
export function beginFailing(
  draft: Draft,
  step: ApplyStep,
  attempt: number,
  failure: Failure,
  applied: Applied | undefined,
  evidence?: Evidence,
  health?: ReleaseHealth,
): void {
  const then = decideThen(draft, step, attempt, failure, applied);
  const state = {
    kind: "failing" as const,
    attempt,
    failure,
    then,
    ...(applied === undefined ? {} : { applied }),
  };
  if (evidence !== undefined) {
    setState(draft, step.release, { ...state, doing: "capture-evidence" });
    evidenceCaptured(draft, step, { ...state, doing: "capture-evidence" }, evidence);
    return;
  }
  setState(draft, step.release, { ...state, doing: "capture-evidence" });
  order(draft, {
    kind: "capture-evidence",
    release: step.release,
    step,
    failure,
    ...(health === undefined ? {} : { health }),
    ...(applied === undefined ? {} : { applied }),
  });
}

function decideThen(
  draft: Draft,
  step: ApplyStep,
  attempt: number,
  failure: Failure,
  applied: Applied | undefined,
): Then {
  if (isTransient(failure) || draft.run.stopping?.why === "lease-lost") return "keep";
  if (step.kind !== "verify" && attempt <= step.pin.declaration.retries) return "retry";
  if (step.firstInstall || step.rollbackTo === undefined)
    return step.pin.declaration.onFailure === "uninstall" && applied !== undefined && step.firstInstall
      ? "uninstall"
      : "keep";
  if (step.pin.declaration.onFailure === "keep") return "keep";
  // Helm refused before it stored anything: what was there is still there.
  return applied === undefined && step.kind !== "recover" ? "keep" : "rollback";
}

export function evidenceCaptured(
  draft: Draft,
  step: ApplyStep,
  state: Extract<StepState, { kind: "failing" }>,
  evidence: Evidence,
): void {
  tell(draft, {
    kind: "release-failed",
    release: step.release,
    failure: state.failure,
    evidence,
    then: state.then,
  });
  if (state.then === "retry") {
    const untilMs = draft.atMs + retryPauseMs;
    setState(draft, step.release, {
      kind: "backing-off",
      attempt: state.attempt + 1,
      untilMs,
      failure: state.failure,
    });
    order(draft, { kind: "unwatch", release: step.release });
    order(draft, { kind: "wake", atMs: untilMs });
    return;
  }
  setState(draft, step.release, { ...state, doing: "record", evidence });
  order(draft, recordOf(draft, step, state, evidence, outcomeAhead(state)));
}

function outcomeAhead(state: Extract<StepState, { kind: "failing" }>): FailureRecord["outcome"] {
  if (state.then === "rollback") return "rolled-back";
  if (state.then === "uninstall") return "uninstalled";
  return state.applied === undefined ? "never-applied" : "kept";
}

function recordOf(
  draft: Draft,
  step: ApplyStep,
  state: { readonly failure: Failure; readonly applied?: Applied },
  evidence: Evidence,
  outcome: FailureRecord["outcome"],
) {
  const { range } = step.pin.declaration;
  // A first install is tried again by the next run, and a passing cause says nothing about what was declared.
  const quarantined = !step.firstInstall && !isTransient(state.failure);
  return {
    kind: "record-failure" as const,
    release: step.release,
    record: {
      at: new Date(draft.atMs).toISOString(),
      run: draft.run.id,
      action: step.kind === "recover" ? ("upgrade" as const) : step.kind,
      ...(state.applied === undefined ? {} : { revision: state.applied.revision }),
      fingerprint: step.pin.fingerprint,
      failure: state.failure,
      evidence,
      outcome,
      ...(outcome === "rolled-back" && step.rollbackTo !== undefined
        ? { rolledBackTo: step.rollbackTo }
        : {}),
      declaredAt: `${range.file}:${range.line}`,
    },
    ...(quarantined ? { quarantineKey: step.quarantineKey, fingerprint: step.pin.fingerprint } : {}),
  };
}

/** The failure is on record: now, and not before, something may be undone. */
export function failureRecorded(draft: Draft, step: ApplyStep, state: StepState): void {
  if (state.kind !== "failing" || state.doing !== "record") return;
  const evidence = state.evidence ?? { troubles: [], events: [], logs: [] };
  if (draft.run.stopping?.why === "interrupted" || draft.run.stopping?.why === "lease-lost") {
    // The next run finds the quarantine and owes the rollback.
    order(draft, { kind: "unwatch", release: step.release });
    setState(draft, step.release, { kind: "cancelled" });
    tell(draft, { kind: "release-cancelled", release: step.release });
  } else if (state.then === "rollback" && step.rollbackTo !== undefined)
    beginRollback(draft, step, step.rollbackTo, { failure: state.failure, evidence });
  else if (state.then === "uninstall") {
    const timeoutMs = step.pin.declaration.timeoutMs;
    setState(draft, step.release, {
      kind: "uninstalling",
      failure: state.failure,
      doing: "helm",
      startedAtMs: draft.atMs,
      deadlineMs: draft.atMs + timeoutMs,
    });
    tell(draft, { kind: "uninstall-started", release: step.release });
    order(draft, { kind: "uninstall", release: step.release, step, timeoutMs });
  } else
    // It stays watched: what heals late frees its dependents.
    setState(draft, step.release, {
      kind: "failed",
      failure: state.failure,
      standing: isTransient(state.failure) ? "transient" : step.firstInstall ? "kept" : "quarantined",
      ...(state.applied === undefined ? {} : { applied: state.applied }),
    });
}

/** One rollback to a verified revision. Evidence has been taken and the failure recorded. */
export function beginRollback(
  draft: Draft,
  step: ApplyStep,
  toRevision: number,
  why: { readonly failure: Failure; readonly evidence: Evidence },
): void {
  const timeoutMs = step.pin.declaration.timeoutMs;
  setState(draft, step.release, {
    kind: "rolling-back",
    toRevision,
    ...why,
    startedAtMs: draft.atMs,
    deadlineMs: draft.atMs + timeoutMs,
    suspectsSinceMs: new Map(),
  });
  order(draft, { kind: "unwatch", release: step.release });
  tell(draft, { kind: "rollback-started", release: step.release, toRevision });
  order(draft, { kind: "roll-back", release: step.release, step, toRevision, timeoutMs });
  order(draft, { kind: "wake", atMs: draft.atMs + timeoutMs });
}

type RollingBack = Extract<StepState, { kind: "rolling-back" }>;

export function rollbackHelmFinished(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  applied: Applied,
): void {
  setState(draft, step.release, { ...state, applied });
  order(draft, { kind: "watch-health", release: step.release, applied });
}

export function rollbackHelmFailed(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  failure: Failure,
): void {
  if (failure.kind === "interrupted" && draft.run.stopping !== undefined) {
    setState(draft, step.release, { kind: "cancelled" });
    tell(draft, { kind: "release-cancelled", release: step.release });
    return;
  }
  const retryAtMs = draft.atMs + 2_000;
  if (isTransient(failure) && retryAtMs < state.deadlineMs) {
    setState(draft, step.release, { ...state, retryAtMs });
    tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs });
    order(draft, { kind: "wake", atMs: retryAtMs });
  } else rollbackFailed(draft, step, state, failure);
}

export function rollbackObserved(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  health: ReleaseHealth,
): void {
  if (state.applied === undefined) return;
  if (health.kind === "ready") {
    rolledBack(draft, step, state, state.applied.revision);
    return;
  }
  const judged = judge(draft, step, state.suspectsSinceMs, health);
  if (judged.failure !== undefined) rollbackFailed(draft, step, state, judged.failure);
  else {
    setState(draft, step.release, { ...state, health, suspectsSinceMs: judged.suspectsSinceMs });
    if (isNews(state.health, health)) tell(draft, { kind: "health-changed", release: step.release, health });
  }
}

export function rollbackWoken(draft: Draft, step: ApplyStep, state: RollingBack): void {
  if (draft.atMs >= state.deadlineMs && state.applied !== undefined) {
    const waiting = state.health === undefined ? "its objects were not seen" : explainWaiting(state.health);
    rollbackFailed(draft, step, state, {
      kind: "timeout",
      message: `not healthy in time after the rollback: ${waiting}`,
    });
  } else if (state.retryAtMs !== undefined && draft.atMs >= state.retryAtMs) {
    const { retryAtMs: _done, ...rest } = state;
    setState(draft, step.release, rest);
    const timeoutMs = Math.max(1_000, state.deadlineMs - draft.atMs);
    order(draft, { kind: "roll-back", release: step.release, step, toRevision: state.toRevision, timeoutMs });
  } else if (state.health !== undefined) rollbackObserved(draft, step, state, state.health);
}

function rolledBack(draft: Draft, step: ApplyStep, state: RollingBack, revision: number): void {
  setState(draft, step.release, {
    kind: "rolled-back",
    toRevision: state.toRevision,
    failure: state.failure,
  });
  tell(draft, {
    kind: "rollback-finished",
    release: step.release,
    toRevision: state.toRevision,
    revision,
    durationMs: draft.atMs - state.startedAtMs,
  });
  order(draft, { kind: "unwatch", release: step.release });
  order(draft, {
    kind: "mark-verified",
    release: step.release,
    step,
    revision,
    fingerprint: { ofRevision: state.toRevision },
  });
}

// Never loops: the release stays as it is, nothing else starts, and a person is asked.
function rollbackFailed(draft: Draft, step: ApplyStep, state: RollingBack, failure: Failure): void {
  const told: Failure = {
    kind: "rollback-failed",
    message: `the rollback to revision ${state.toRevision} failed: ${failure.message}; it had failed because ${state.failure.message}`,
    next: `Look at the release by hand; then headway apply --retry --only ${step.release}.`,
  };
  setState(draft, step.release, { kind: "failed", failure: told, standing: "rollback-failed" });
  tell(draft, { kind: "rollback-failed", release: step.release, failure: told });
  order(draft, { kind: "unwatch", release: step.release });
  order(draft, recordOf(draft, step, { failure: told }, state.evidence, "rollback-failed"));
  draft.run = { ...draft.run, stopping: draft.run.stopping ?? { why: "rollback-failed" } };
}
