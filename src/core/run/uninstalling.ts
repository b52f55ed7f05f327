// One release on its way out: helm uninstall, then the wait until its objects are gone.
import { isTransient, type Failure } from "../failure.ts";
import { explainWaiting } from "../health/describe-trouble.ts";
import type { ReleaseHealth } from "../health/health.ts";
import type { Applied, Step } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { cancel, isStopAsked, order, setState, tell, tellNotUndone } from "./draft.ts";
import { stopAfterFailure } from "./failing.ts";
import { isNews } from "./judge.ts";
import type { StepState } from "./run.ts";

const retryPauseMs = 2_000;

type Uninstalling = Extract<StepState, { kind: "uninstalling" }>;

export function uninstallHelmFinished(draft: Draft, step: Step, state: Uninstalling, applied: Applied): void {
  if (state.doing !== "helm") return;
  if (applied.objects.length === 0) {
    removed(draft, step, state);
    return;
  }
  if (isStopAsked(draft)) {
    cancel(draft, step.release);
    return;
  }
  // Helm may have queued, or waited for another helm: what it deleted has the whole time to go.
  const deadlineMs = draft.atMs + (state.deadlineMs - state.startedAtMs);
  setState(draft, step.release, { ...state, doing: "wait-gone", deadlineMs });
  order(draft, { kind: "watch-gone", release: step.release, applied });
  order(draft, { kind: "wake", atMs: deadlineMs });
}

export function uninstallHelmFailed(draft: Draft, step: Step, state: Uninstalling, failure: Failure): void {
  if (state.doing !== "helm" || state.retryAtMs !== undefined) return;
  const retryAtMs = draft.atMs + retryPauseMs;
  if (isStopAsked(draft) && failure.kind === "interrupted") cancel(draft, step.release);
  else if (isStopAsked(draft)) uninstallFailed(draft, step, state, failure);
  else if (failure.kind === "killed" && state.isBegunAnew !== true) {
    tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs: draft.atMs });
    beginAnew(draft, step, { ...state, isBegunAnew: true });
  } else if (isTransient(failure) && retryAtMs < state.deadlineMs) {
    setState(draft, step.release, { ...state, retryAtMs });
    tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs });
    order(draft, { kind: "wake", atMs: retryAtMs });
  } else uninstallFailed(draft, step, state, failure);
}

// Helm takes over what the one before has left. The next run could not know that it is dead, and would wait.
function beginAnew(draft: Draft, step: Step, state: Uninstalling): void {
  const timeoutMs = state.deadlineMs - state.startedAtMs;
  setState(draft, step.release, { ...state, retryAtMs: undefined });
  order(draft, { kind: "uninstall", release: step.release, step, timeoutMs });
}

export function uninstallObserved(
  draft: Draft,
  step: Step,
  state: Uninstalling,
  health: ReleaseHealth,
): void {
  if (state.doing !== "wait-gone") return;
  if (health.kind === "ready") {
    removed(draft, step, state);
    return;
  }
  setState(draft, step.release, { ...state, health });
  if (isNews(state.health, health)) tell(draft, { kind: "health-changed", release: step.release, health });
}

export function uninstallWoken(draft: Draft, step: Step, state: Uninstalling): void {
  if (state.retryAtMs !== undefined) {
    if (isStopAsked(draft)) cancel(draft, step.release);
    else if (draft.atMs >= state.retryAtMs) beginAnew(draft, step, state);
    return;
  }
  if (state.doing !== "wait-gone" || draft.atMs < state.deadlineMs) return;
  const left = state.health === undefined ? "" : `: ${explainWaiting(state.health)}`;
  uninstallFailed(draft, step, state, {
    kind: "timeout",
    message: `its objects are not gone after ${Math.round((draft.atMs - state.startedAtMs) / 1000)} s${left}`,
    next: "A finalizer may hold them: see metadata.finalizers of the objects named.",
  });
}

function removed(draft: Draft, step: Step, state: Uninstalling): void {
  order(draft, { kind: "unwatch", release: step.release });
  tell(draft, {
    kind: "uninstall-finished",
    release: step.release,
    durationMs: draft.atMs - state.startedAtMs,
  });
  if (state.failure !== undefined) tellNotUndone(draft, step);
  setState(draft, step.release, endOf(state));
}

function endOf({ failure, dueTo }: Uninstalling): StepState {
  if (dueTo !== undefined) return { kind: "taken-back", to: "nothing", dueTo };
  return failure === undefined ? { kind: "removed" } : { kind: "failed", failure, standing: "uninstalled" };
}

function uninstallFailed(draft: Draft, step: Step, state: Uninstalling, failure: Failure): void {
  const told: Failure =
    state.failure === undefined
      ? failure
      : {
          ...failure,
          message: `its uninstall failed: ${failure.message}; it was to go because ${state.failure.message}`,
        };
  const evidence = { troubles: [], events: [], logs: [] };
  stopAfterFailure(draft);
  order(draft, { kind: "unwatch", release: step.release });
  tell(draft, { kind: "release-failed", release: step.release, failure: told, evidence, then: "keep" });
  // What was to go back and can't, or must not go, is a person's to decide.
  const needsPerson = state.dueTo !== undefined || failure.kind === "would-lose";
  setState(draft, step.release, {
    kind: "failed",
    failure: told,
    standing: needsPerson ? "rollback-failed" : "kept",
  });
  if (needsPerson) draft.run = { ...draft.run, stopping: draft.run.stopping ?? { why: "rollback-failed" } };
}
