// One attempt at a release: helm, then settling until it is healthy. What comes before is preparing.ts, what happens once
// it has failed failing.ts; who may start is advance.ts.
import type { Failure } from "../failure.ts";
import { isTransient } from "../failure.ts";
import { describeForeignFields } from "../field-managers.ts";
import { explainWaiting } from "../health/describe-trouble.ts";
import { trackSuspects } from "../health/fail-fast.ts";
import type { Evidence, ReleaseHealth } from "../health/health.ts";
import type { Applied, ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { cancel, captureEvidence, isStopAsked, order, setState, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { freeStuckPods, wasBadBefore } from "./free-pods.ts";
import { isNews, judge } from "./judge.ts";
import { knownCause } from "./known-cause.ts";
import { patienceWith } from "./patience.ts";
import { prove } from "./proving.ts";
import type { StepState } from "./run.ts";
import { leaveAsItIs } from "./suspending.ts";

/** First wait after a transient refusal; doubles up to the longest. */
const firstBackOffMs = 1_000;
const longestBackOffMs = 15_000;

export function helmStarted(draft: Draft, step: ApplyStep, state: StepState): void {
  if (state.kind !== "preparing" || state.doing !== "queue") return;
  const { attempt, leftBehind, delayedBy } = state;
  setState(draft, step.release, {
    kind: "applying",
    attempt,
    startedAtMs: state.startedAtMs ?? draft.atMs,
    deadlineMs: state.deadlineMs ?? draft.atMs + step.pin.declaration.timeoutMs,
    suspectsSinceMs: new Map(),
    ...(leftBehind === undefined ? {} : { leftBehind }),
    ...(delayedBy === undefined ? {} : { delayedBy }),
  });
  if (state.startedAtMs === undefined)
    tell(draft, { kind: "apply-started", release: step.release, action: step.kind, attempt });
  const conflicts = step.reasons.find((reason) => reason.kind === "field-conflicts");
  if (conflicts?.takes === true && state.startedAtMs === undefined && attempt === 1)
    tell(draft, {
      kind: "warning",
      release: step.release,
      message: describeForeignFields(conflicts.fields, conflicts.takes),
    });
}

export function helmFinished(draft: Draft, step: ApplyStep, state: StepState, applied: Applied): void {
  if (state.kind !== "applying") return;
  const { attempt, startedAtMs, deadlineMs, suspectsSinceMs } = state;
  tell(draft, {
    kind: "apply-finished",
    release: step.release,
    revision: applied.revision,
    durationMs: draft.atMs - startedAtMs,
  });
  // Helm was quicker than the wish to stop it, or was let go on: the next run verifies what it applied.
  if (isStopAsked(draft) || draft.run.stopping?.why === "newer-commit") cancel(draft, step.release);
  else settle(draft, step, applied, { attempt, startedAtMs, deadlineMs, suspectsSinceMs });
}

export function helmFailed(
  draft: Draft,
  step: ApplyStep,
  state: StepState,
  failure: Failure,
  applied: Applied | undefined,
): void {
  if (state.kind !== "applying" && (state.kind !== "preparing" || state.doing !== "queue")) return;
  if (failure.kind === "interrupted" && state.kind === "preparing" && state.suspended !== undefined) {
    if (isStopAsked(draft)) cancel(draft, step.release);
    else leaveAsItIs(draft, step, state.suspended);
    return;
  }
  if (failure.kind === "interrupted" && (isStopAsked(draft) || wasHeldBack(draft, state))) {
    cancel(draft, step.release);
    return;
  }
  const stored = applied ?? (state.kind === "applying" ? state.applied : undefined) ?? state.leftBehind;
  const health = state.kind === "applying" ? state.health : undefined;
  const end = {
    attempt: state.attempt,
    stage: "helm" as const,
    ...(stored === undefined ? {} : { applied: stored }),
    ...(health === undefined ? {} : { health }),
  };
  // Helm has not done its part: what it left may look healthy without being what was asked for.
  order(draft, { kind: "unwatch", release: step.release });
  if (state.kind === "applying" && state.stopping !== undefined)
    beginFailing(draft, step, {
      ...end,
      failure: state.stopping.failure,
      evidence: state.stopping.evidence ?? "on-its-way",
    });
  else if (
    !isTransient(failure) ||
    draft.run.stopping !== undefined ||
    !waitOut(draft, step, state, failure, stored)
  )
    beginFailing(draft, step, { ...end, failure: knownCause(failure, state, draft.atMs) });
}

/** True where helm was stopped in its queue: the stack was suspended, or a newer commit is there. */
function wasHeldBack(draft: Draft, state: StepState): boolean {
  const isStopped = state.kind === "applying" && state.stopping !== undefined;
  const why = draft.run.stopping?.why;
  return (why === "suspended" || why === "newer-commit") && !isStopped;
}

/** Tries a transient refusal again later, as long as the attempt has time left. */
export function waitOut(
  draft: Draft,
  step: ApplyStep,
  state: Extract<StepState, { kind: "applying" | "preparing" }>,
  failure: Failure,
  leftBehind?: Applied,
): boolean {
  const startedAtMs = state.startedAtMs ?? draft.atMs;
  const deadlineMs = state.deadlineMs ?? draft.atMs + step.pin.declaration.timeoutMs;
  const patienceMs = patienceWith(failure, deadlineMs - startedAtMs);
  const elapsedMs = draft.atMs - startedAtMs;
  const backOffMs = Math.min(longestBackOffMs, Math.max(firstBackOffMs, elapsedMs));
  if (elapsedMs + backOffMs > patienceMs) return false;
  const untilMs = draft.atMs + backOffMs;
  setState(draft, step.release, {
    kind: "backing-off",
    attempt: state.attempt,
    startedAtMs,
    deadlineMs,
    untilMs,
    failure,
    ...(leftBehind === undefined ? {} : { leftBehind }),
    ...(state.kind === "preparing" && state.doing !== "queue" ? { again: state.doing } : {}),
  });
  tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs: untilMs });
  order(draft, { kind: "wake", atMs: untilMs });
  return true;
}

/** Waits for the objects of a revision that helm has written. */
export function settle(
  draft: Draft,
  step: ApplyStep,
  applied: Applied,
  attempt: Pick<
    Extract<StepState, { kind: "settling" }>,
    "attempt" | "startedAtMs" | "deadlineMs" | "suspectsSinceMs"
  >,
): void {
  setState(draft, step.release, { kind: "settling", applied, ...attempt });
  order(draft, { kind: "watch-health", release: step.release, applied });
  order(draft, { kind: "wake", atMs: attempt.deadlineMs });
}

/** The record that helm is still working on: its hooks and objects are followed while helm waits for them. */
export function recordSeen(draft: Draft, step: ApplyStep, state: StepState, applied: Applied): void {
  if (state.kind !== "applying" || state.stopping !== undefined) return;
  setState(draft, step.release, { ...state, applied });
  order(draft, { kind: "watch-health", release: step.release, applied });
}

/** Judges what was seen of a settling release, or of one on which helm still works. */
export function attemptObserved(
  draft: Draft,
  step: ApplyStep,
  state: Extract<StepState, { kind: "applying" | "settling" }>,
  health: ReleaseHealth,
): void {
  if (health.kind === "ready") {
    if (state.kind === "settling") prove(draft, step, state);
    // What was suspected while helm works has healed, though a loop's clock goes on for a while.
    else
      setState(draft, step.release, {
        ...state,
        health,
        suspectsSinceMs: trackSuspects(state.suspectsSinceMs, [], draft.atMs),
      });
    return;
  }
  const judged = judge(draft, step, state.suspectsSinceMs, health);
  if (judged.failure === undefined) {
    const { suspectsSinceMs } = judged;
    if (state.kind === "settling") {
      const freed = freeStuckPods(draft, step, state.freed, health, wasBadBefore(step) ? "any" : "terminal");
      // A break: what was stable so far begins anew.
      setState(draft, step.release, {
        ...state,
        stableSinceMs: undefined,
        health,
        suspectsSinceMs,
        ...(freed === undefined ? {} : { freed }),
      });
    } else setState(draft, step.release, { ...state, health, suspectsSinceMs });
    if (isNews(state.health, health)) tell(draft, { kind: "health-changed", release: step.release, health });
  } else if (state.kind === "settling") {
    tell(draft, { kind: "health-changed", release: step.release, health });
    const { attempt, applied } = state;
    beginFailing(draft, step, { attempt, failure: judged.failure, stage: "settling", applied, health });
  } else if (state.stopping === undefined) {
    // Evidence first: a hook's delete policy or helm's own clean-up may take the proof away.
    setState(draft, step.release, { ...state, health, stopping: { failure: judged.failure } });
    tell(draft, { kind: "health-changed", release: step.release, health });
    captureEvidence(draft, step, { failure: judged.failure, health, applied: state.applied });
  }
}

/** What was seen while helm works is safe: helm may be stopped now. */
export function evidenceBeforeStop(
  draft: Draft,
  step: ApplyStep,
  state: Extract<StepState, { kind: "applying" }>,
  evidence: Evidence,
): void {
  if (state.stopping === undefined || state.stopping.evidence !== undefined) return;
  setState(draft, step.release, { ...state, stopping: { ...state.stopping, evidence } });
  // A run that was told to stop has stopped its helms already.
  if (!isStopAsked(draft)) order(draft, { kind: "stop-helm", release: step.release });
}

/** Time has passed: deadline and tolerances of one attempt. */
export function attemptWoken(draft: Draft, step: ApplyStep, state: StepState): void {
  switch (state.kind) {
    case "settling":
      settlingWoken(draft, step, state);
      return;
    case "applying":
      if (state.health?.kind === "pending" && state.stopping === undefined)
        attemptObserved(draft, step, state, state.health);
      return;
    case "backing-off":
    case "holding":
    case "preparing":
    case "testing":
    case "failing":
    case "rolling-back":
    case "uninstalling":
    case "healthy":
    case "rolled-back":
    case "taken-back":
    case "failed":
    case "skipped":
    case "cancelled":
    case "removed":
      return;
  }
}

function settlingWoken(draft: Draft, step: ApplyStep, state: Extract<StepState, { kind: "settling" }>): void {
  const { stableForMs } = step.pin.declaration;
  const isStable = state.stableSinceMs !== undefined && draft.atMs >= state.stableSinceMs + stableForMs;
  if (isStable) prove(draft, step, state);
  else if (draft.atMs >= state.deadlineMs) {
    const { attempt, applied, health, startedAtMs, deadlineMs } = state;
    const seconds = Math.round((deadlineMs - startedAtMs) / 1000);
    const failure: Failure = {
      kind: "timeout",
      message:
        health?.kind === "ready"
          ? `not stable after ${seconds} s: it is ready, but has not been for ${stableForMs / 1000} s without a break`
          : `not ready after ${seconds} s: ${health === undefined ? "its objects were not seen" : explainWaiting(health)}`,
      next: "See what it waits for; raise timeout only if it needs longer to start.",
    };
    beginFailing(draft, step, {
      attempt,
      failure,
      stage: "settling",
      applied,
      ...(health === undefined ? {} : { health }),
    });
  } else if (state.health !== undefined && state.health.kind !== "ready")
    attemptObserved(draft, step, state, state.health);
}
