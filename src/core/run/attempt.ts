// One release on its way from "may start" to healthy: preparing, helm, settling. What happens once it has failed is
// failing.ts; who may start is advance.ts.
import type { Failure } from "../failure.ts";
import { isTransient } from "../failure.ts";
import type { ReleaseHealth } from "../health/health.ts";
import { explainWaiting } from "../health/describe-trouble.ts";
import type { ReleaseId } from "../ids.ts";
import type { Applied, ApplyStep, Step } from "../plan.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import { beginFailing, beginRollback } from "./failing.ts";
import { isNews, judge } from "./judge.ts";
import type { StepState } from "./run.ts";

/** First wait after a transient refusal; doubles up to the longest. */
const firstBackOffMs = 1_000;
const longestBackOffMs = 15_000;
/** A kind that nobody brings is no passing trouble: after this long its absence is the failure. */
const missingKindPatienceMs = 20_000;

/** Starts a step whose `after` are all healthy. */
export function beginStep(draft: Draft, step: Step): void {
  switch (step.kind) {
    case "keep":
      return;
    case "verify":
      settle(
        draft,
        step,
        { revision: step.revision, objects: step.payload.objects },
        {
          attempt: 1,
          startedAtMs: draft.atMs,
          deadlineMs: draft.atMs + step.pin.declaration.timeoutMs,
        },
      );
      tell(draft, { kind: "apply-started", release: step.release, action: "verify", attempt: 1 });
      return;
    case "recover":
      if (step.locked !== undefined) {
        setState(draft, step.release, { kind: "preparing", doing: "recover", attempt: 1 });
        order(draft, { kind: "recover-record", release: step.release, step });
      } else afterRecovery(draft, step);
      return;
    case "install":
    case "upgrade":
      prepareCrds(draft, step);
      return;
    case "uninstall":
      setState(draft, step.release, {
        kind: "uninstalling",
        doing: "helm",
        startedAtMs: draft.atMs,
        deadlineMs: draft.atMs + step.timeoutMs,
      });
      tell(draft, { kind: "uninstall-started", release: step.release });
      order(draft, { kind: "uninstall", release: step.release, step, timeoutMs: step.timeoutMs });
      return;
  }
}

/** Goes on once a left-over record is out of the way. */
export function afterRecovery(draft: Draft, step: Extract<Step, { kind: "recover" }>): void {
  if (step.then === "upgrade" || step.rollbackTo === undefined) prepareCrds(draft, step);
  else
    beginRollback(draft, step, step.rollbackTo, {
      failure: { kind: "interrupted", message: "an earlier run was cut before it had rolled back" },
      evidence: { troubles: [], events: [], logs: [] },
    });
}

function prepareCrds(draft: Draft, step: ApplyStep): void {
  if (step.pin.chart.hasCrds && step.pin.declaration.crds !== "skip") {
    setState(draft, step.release, { kind: "preparing", doing: "crds", attempt: 1 });
    const deadlineMs = draft.atMs + step.pin.declaration.timeoutMs;
    order(draft, { kind: "apply-crds", release: step.release, step, deadlineMs });
  } else queueHelm(draft, step, { attempt: 1 });
}

/** Hands the release to helm's queue. An attempt that had started keeps its deadline. */
export function queueHelm(
  draft: Draft,
  step: ApplyStep,
  begun: { readonly attempt: number; readonly startedAtMs?: number; readonly deadlineMs?: number },
): void {
  setState(draft, step.release, { kind: "preparing", doing: "queue", ...begun });
  const timeoutMs =
    begun.deadlineMs === undefined
      ? step.pin.declaration.timeoutMs
      : Math.max(1_000, begun.deadlineMs - draft.atMs);
  order(draft, { kind: "upgrade", release: step.release, step, timeoutMs });
}

export function helmStarted(draft: Draft, step: ApplyStep, state: StepState): void {
  if (state.kind !== "preparing") return;
  const startedAtMs = state.startedAtMs ?? draft.atMs;
  const deadlineMs = state.deadlineMs ?? draft.atMs + step.pin.declaration.timeoutMs;
  setState(draft, step.release, {
    kind: "applying",
    attempt: state.attempt,
    startedAtMs,
    deadlineMs,
    suspectsSinceMs: new Map(),
  });
  if (state.startedAtMs === undefined)
    tell(draft, { kind: "apply-started", release: step.release, action: step.kind, attempt: state.attempt });
}

export function helmFinished(draft: Draft, step: ApplyStep, state: StepState, applied: Applied): void {
  if (state.kind !== "applying") return;
  const { attempt, startedAtMs, deadlineMs } = state;
  tell(draft, {
    kind: "apply-finished",
    release: step.release,
    revision: applied.revision,
    durationMs: draft.atMs - startedAtMs,
  });
  settle(draft, step, applied, { attempt, startedAtMs, deadlineMs });
}

export function helmFailed(
  draft: Draft,
  step: ApplyStep,
  state: StepState,
  failure: Failure,
  applied: Applied | undefined,
): void {
  if (state.kind !== "applying" && state.kind !== "preparing") return;
  if (failure.kind === "interrupted" && draft.run.stopping !== undefined) {
    cancel(draft, step.release);
    return;
  }
  const stored = applied ?? (state.kind === "applying" ? state.applied : undefined);
  if (state.kind === "applying" && state.stopping !== undefined) {
    beginFailing(draft, step, state.attempt, state.stopping.failure, stored, state.stopping.evidence);
    return;
  }
  if (isTransient(failure) && draft.run.stopping === undefined && waitOut(draft, step, state, failure))
    return;
  beginFailing(draft, step, state.attempt, failure, stored);
}

/** Tries a transient refusal again later, as long as the attempt has time left. */
export function waitOut(
  draft: Draft,
  step: ApplyStep,
  state: Extract<StepState, { kind: "applying" | "preparing" }>,
  failure: Failure,
): boolean {
  const startedAtMs = state.startedAtMs ?? draft.atMs;
  const deadlineMs = state.deadlineMs ?? draft.atMs + step.pin.declaration.timeoutMs;
  const patienceMs = failure.kind === "missing-kind" ? missingKindPatienceMs : deadlineMs - startedAtMs;
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
  });
  tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs: untilMs });
  order(draft, { kind: "wake", atMs: untilMs });
  return true;
}

function settle(
  draft: Draft,
  step: ApplyStep,
  applied: Applied,
  attempt: { readonly attempt: number; readonly startedAtMs: number; readonly deadlineMs: number },
): void {
  setState(draft, step.release, { kind: "settling", applied, suspectsSinceMs: new Map(), ...attempt });
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
    if (state.kind === "settling") becomeHealthy(draft, step, state.applied.revision, state.startedAtMs);
    return;
  }
  const judged = judge(draft, step, state.suspectsSinceMs, health);
  if (judged.failure === undefined) {
    setState(draft, step.release, { ...state, health, suspectsSinceMs: judged.suspectsSinceMs });
    if (isNews(state.health, health)) tell(draft, { kind: "health-changed", release: step.release, health });
  } else if (state.kind === "settling") {
    tell(draft, { kind: "health-changed", release: step.release, health });
    beginFailing(draft, step, state.attempt, judged.failure, state.applied, undefined, health);
  } else if (state.stopping === undefined) {
    // Evidence first: a hook's delete policy or helm's own clean-up may take the proof away.
    setState(draft, step.release, { ...state, health, stopping: { failure: judged.failure } });
    tell(draft, { kind: "health-changed", release: step.release, health });
    order(draft, {
      kind: "capture-evidence",
      release: step.release,
      step,
      failure: judged.failure,
      health,
      ...(state.applied === undefined ? {} : { applied: state.applied }),
    });
  }
}

/** Time has passed: deadlines, tolerances, back-offs of one release. */
export function attemptWoken(draft: Draft, step: ApplyStep, state: StepState): void {
  switch (state.kind) {
    case "settling":
      if (draft.atMs >= state.deadlineMs) {
        const waiting =
          state.health === undefined ? "its objects were not seen" : explainWaiting(state.health);
        const failure: Failure = {
          kind: "timeout",
          message: `not ready after ${Math.round((state.deadlineMs - state.startedAtMs) / 1000)} s: ${waiting}`,
          next: "See what it waits for; raise timeout only if it needs longer to start.",
        };
        beginFailing(draft, step, state.attempt, failure, state.applied, undefined, state.health);
      } else if (state.health !== undefined) attemptObserved(draft, step, state, state.health);
      return;
    case "applying":
      if (state.health !== undefined && state.stopping === undefined)
        attemptObserved(draft, step, state, state.health);
      return;
    case "backing-off":
      if (draft.atMs >= state.untilMs) {
        const { attempt, startedAtMs, deadlineMs } = state;
        queueHelm(draft, step, {
          attempt,
          ...(startedAtMs === undefined ? {} : { startedAtMs }),
          ...(deadlineMs === undefined ? {} : { deadlineMs }),
        });
      }
      return;
    case "holding":
    case "preparing":
    case "failing":
    case "rolling-back":
    case "uninstalling":
    case "healthy":
    case "rolled-back":
    case "failed":
    case "skipped":
    case "cancelled":
    case "removed":
      return;
  }
}

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

export function cancel(draft: Draft, release: ReleaseId): void {
  setState(draft, release, { kind: "cancelled" });
  order(draft, { kind: "unwatch", release });
  tell(draft, { kind: "release-cancelled", release });
}
