// One rollback of a failed release to its last verified revision: helm, then the wait until that is healthy again. It
// never loops: a rollback that fails is left to a person.
import { isTransient } from "../failure.ts";
import type { Failure } from "../failure.ts";
import { explainWaiting } from "../health/describe-trouble.ts";
import { trackSuspects } from "../health/fail-fast.ts";
import type { Evidence, ReleaseHealth } from "../health/health.ts";
import type { ReleaseId } from "../ids.ts";
import type { Applied, ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { cancel, isStopAsked, order, setState, tell, tellNotUndone } from "./draft.ts";
import { freeStuckPods } from "./free-pods.ts";
import { isNews, judge } from "./judge.ts";
import { knownCause } from "./known-cause.ts";
import { patienceWith } from "./patience.ts";
import { beginRollbackFailing, rollbackFailed } from "./rollback-failing.ts";
import type { StepState } from "./run.ts";

const retryPauseMs = 2_000;

/** One rollback to a verified revision. Evidence of a failure of its own has been taken, and that is on record. */
export function beginRollback(
  draft: Draft,
  step: ApplyStep,
  toRevision: number,
  why: { readonly failure: Failure; readonly evidence?: Evidence; readonly dueTo?: ReleaseId },
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
  tell(draft, {
    kind: "rollback-started",
    release: step.release,
    toRevision,
    ...(why.dueTo === undefined ? {} : { dueTo: why.dueTo }),
  });
  order(draft, { kind: "roll-back", release: step.release, step, toRevision, timeoutMs });
}

type RollingBack = Extract<StepState, { kind: "rolling-back" }>;

/** What of it does not depend on what helm has done so far. */
function begun(state: RollingBack): RollingBack {
  const { toRevision, failure, evidence, dueTo, startedAtMs, deadlineMs, suspectsSinceMs, delayedBy } = state;
  return {
    kind: "rolling-back",
    toRevision,
    failure,
    startedAtMs,
    deadlineMs,
    suspectsSinceMs,
    ...(evidence === undefined ? {} : { evidence }),
    ...(dueTo === undefined ? {} : { dueTo }),
    ...(delayedBy === undefined ? {} : { delayedBy }),
  };
}

export function rollbackHelmFinished(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  applied: Applied,
): void {
  if (!isHelmAtWork(state)) return;
  if (isStopAsked(draft)) {
    cancel(draft, step.release);
    return;
  }
  // Helm may have queued for long: what it put back has the whole time to become healthy.
  const deadlineMs = draft.atMs + step.pin.declaration.timeoutMs;
  // What was wrong with its hooks has not kept helm from its end.
  setState(draft, step.release, { ...begun(state), applied, deadlineMs, suspectsSinceMs: new Map() });
  order(draft, { kind: "watch-health", release: step.release, applied });
  order(draft, { kind: "wake", atMs: deadlineMs });
}

/** The record that helm is still working on: its hooks are followed while helm waits for them. */
export function rollbackRecordSeen(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  applied: Applied,
): void {
  if (!isHelmAtWork(state) || state.failing !== undefined) return;
  setState(draft, step.release, { ...state, seen: applied });
  order(draft, { kind: "watch-health", release: step.release, applied });
}

function isHelmAtWork(state: RollingBack): boolean {
  return state.applied === undefined && state.retryAtMs === undefined && state.failing?.stopsHelm !== false;
}

export function rollbackHelmFailed(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  failure: Failure,
): void {
  if (!isHelmAtWork(state)) return;
  if (state.seen !== undefined) order(draft, { kind: "unwatch", release: step.release });
  if (state.failing !== undefined && !isStopAsked(draft)) {
    rollbackFailed(draft, step, state, { ...state.failing, stopsHelm: false });
    return;
  }
  // Interrupted though nobody asked: the stop was meant for the helm before it.
  const mayPass = isTransient(failure) || failure.kind === "interrupted" || isFirstKill(state, failure);
  if (mayPass && isStopAsked(draft)) {
    cancel(draft, step.release);
    return;
  }
  const retryAtMs = draft.atMs + retryPauseMs;
  const { startedAtMs, deadlineMs } = state;
  if (mayPass && retryAtMs < startedAtMs + patienceWith(failure, deadlineMs - startedAtMs)) {
    setState(draft, step.release, { ...begun(state), retryAtMs, delayedBy: failure });
    tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs });
    order(draft, { kind: "wake", atMs: retryAtMs });
  } else if (failure.kind === "killed") rollbackCut(draft, step, state, failure);
  else beginRollbackFailing(draft, step, state, knownCause(failure, state, draft.atMs));
}

// A helm that was killed says nothing about the rollback; it is begun anew once, and then left to the next run.
function isFirstKill(state: RollingBack, failure: Failure): boolean {
  return failure.kind === "killed" && state.delayedBy?.kind !== "killed";
}

// The failure is on record with the rollback that is owed: the next run does it, as after a kill of Headway itself.
function rollbackCut(draft: Draft, step: ApplyStep, state: RollingBack, cause: Failure): void {
  const told: Failure = {
    ...cause,
    message: `the rollback to revision ${state.toRevision} was cut: ${cause.message}; it was due because ${state.failure.message}`,
    next: "Run again: the rollback is done then.",
  };
  setState(draft, step.release, { kind: "failed", failure: told, standing: "kept" });
  tell(draft, { kind: "rollback-failed", release: step.release, failure: told });
  order(draft, { kind: "unwatch", release: step.release });
  // What it stands on must not go back from under it.
  if (state.dueTo !== undefined)
    draft.run = { ...draft.run, stopping: draft.run.stopping ?? { why: "rollback-failed" } };
}

export function rollbackObserved(
  draft: Draft,
  step: ApplyStep,
  state: RollingBack,
  health: ReleaseHealth,
): void {
  const { applied, failing } = state;
  if (health.kind === "ready") {
    // A deadline may have run out while the watches were cut off: then it is seen now that all is well.
    if (applied !== undefined && (failing === undefined || failing.failure.kind === "timeout"))
      rolledBack(draft, step, state, applied.revision);
    else if (applied === undefined)
      setState(draft, step.release, {
        ...state,
        health,
        suspectsSinceMs: trackSuspects(state.suspectsSinceMs, [], draft.atMs),
      });
    return;
  }
  if (failing !== undefined || (applied ?? state.seen) === undefined) return;
  const judged = judge(draft, step, state.suspectsSinceMs, health);
  if (judged.failure !== undefined) {
    tell(draft, { kind: "health-changed", release: step.release, health });
    beginRollbackFailing(draft, step, { ...state, health }, judged.failure, applied === undefined);
  } else {
    const freed = applied === undefined ? undefined : freeStuckPods(draft, step, state.freed, health, "any");
    setState(draft, step.release, {
      ...state,
      health,
      suspectsSinceMs: judged.suspectsSinceMs,
      ...(freed === undefined ? {} : { freed }),
    });
    if (isNews(state.health, health)) tell(draft, { kind: "health-changed", release: step.release, health });
  }
}

export function rollbackWoken(draft: Draft, step: ApplyStep, state: RollingBack): void {
  if (state.failing !== undefined) return;
  if (draft.atMs >= state.deadlineMs && state.applied !== undefined) {
    const waiting = state.health === undefined ? "its objects were not seen" : explainWaiting(state.health);
    beginRollbackFailing(draft, step, state, {
      kind: "timeout",
      message: `not healthy in time after the rollback: ${waiting}`,
    });
  } else if (state.retryAtMs !== undefined && draft.atMs >= state.retryAtMs) {
    setState(draft, step.release, begun(state));
    const timeoutMs = Math.max(1_000, state.deadlineMs - draft.atMs);
    const { toRevision } = state;
    order(draft, { kind: "roll-back", release: step.release, step, toRevision, timeoutMs });
  } else if (state.health !== undefined) rollbackObserved(draft, step, state, state.health);
}

function rolledBack(draft: Draft, step: ApplyStep, state: RollingBack, revision: number): void {
  const { toRevision, failure, dueTo } = state;
  const undone =
    dueTo === undefined
      ? ({ kind: "rolled-back", toRevision, failure } as const)
      : ({ kind: "taken-back", to: toRevision, dueTo } as const);
  setState(draft, step.release, step.kind === "roll-back" ? { kind: "healthy", revision } : undone);
  tell(draft, {
    kind: "rollback-finished",
    release: step.release,
    toRevision: state.toRevision,
    revision,
    durationMs: draft.atMs - state.startedAtMs,
  });
  tellNotUndone(draft, step);
  order(draft, { kind: "unwatch", release: step.release });
  order(draft, {
    kind: "mark-verified",
    release: step.release,
    step,
    revision,
    fingerprint: { ofRevision: state.toRevision },
  });
}
