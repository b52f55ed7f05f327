// advance(run, fact): the run machine. It routes each fact to the release it concerns, lets releases start whose
// dependencies are healthy, and sees when the run is over. Pure; the diagram is in run.ts.
import type { Hold } from "../event.ts";
import { isTransient } from "../failure.ts";
import type { ReleaseId } from "../ids.ts";
import type { Plan, Step } from "../plan.ts";
import {
  afterRecovery,
  attemptObserved,
  attemptWoken,
  becomeHealthy,
  beginStep,
  cancel,
  helmFailed,
  helmFinished,
  helmStarted,
  queueHelm,
  recordSeen,
  waitOut,
} from "./attempt.ts";
import type { Draft } from "./draft.ts";
import { closeDraft, openDraft, order, setState, stateOf, tell } from "./draft.ts";
import {
  beginFailing,
  evidenceCaptured,
  failureRecorded,
  rollbackHelmFailed,
  rollbackHelmFinished,
  rollbackObserved,
  rollbackWoken,
} from "./failing.ts";
import { finishRun } from "./outcome.ts";
import type { Advance, Fact, Run, StepState } from "./run.ts";
import {
  uninstallHelmFailed,
  uninstallHelmFinished,
  uninstallObserved,
  uninstallWoken,
} from "./uninstalling.ts";

/** A run of a plan before anything has happened; its first fact is `run-begun`. */
export function startRun(plan: Plan, id: string, startedAtMs: number): Run {
  const dependentsOf = new Map<ReleaseId, ReleaseId[]>();
  for (const step of plan.steps)
    for (const dependency of step.after) {
      const dependents = dependentsOf.get(dependency);
      if (dependents === undefined) dependentsOf.set(dependency, [step.release]);
      else dependents.push(step.release);
    }
  return {
    id,
    plan,
    startedAtMs,
    steps: new Map(plan.steps.map((step) => [step.release, { step, state: initialState(step) }])),
    dependentsOf,
    namespaces: new Map(plan.namespaces.map((namespace) => [namespace, { kind: "ensuring" }])),
    wavesFinished: 0,
  };
}

function initialState(step: Step): StepState {
  if (step.kind !== "keep") return { kind: "holding", hold: { kind: "dependency", on: step.after } };
  const [reason] = step.reasons;
  switch (step.standing) {
    case "healthy":
      return { kind: "healthy", revision: step.revision ?? 0 };
    case "unknown":
      return { kind: "skipped", blockedBy: [] };
    case "refused":
      return {
        kind: "failed",
        standing: "refused",
        failure: reason.kind === "refused" ? reason.failure : { kind: "unknown", message: "refused" },
      };
    case "quarantined":
      return {
        kind: "failed",
        standing: "quarantined",
        failure: { kind: "unhealthy", message: reason.kind === "quarantined" ? reason.cause : "quarantined" },
      };
    case "degraded":
      return {
        kind: "failed",
        standing: "degraded",
        failure: { kind: "unhealthy", message: "it was healthy and is no longer" },
        ...(step.payload === undefined ? {} : { applied: step.payload }),
      };
  }
}

/** Moves the run by one fact: the run after it, what has to be done now, and what to tell the views. */
export function advance(run: Run, fact: Fact): Advance {
  if (run.outcome !== undefined) return { run, effects: [], events: [] };
  const draft = openDraft(run, fact.atMs);
  apply(draft, fact);
  startWhatMay(draft, fact.kind === "run-begun");
  finishRun(draft);
  return closeDraft(draft);
}

function apply(draft: Draft, fact: Fact): void {
  switch (fact.kind) {
    case "run-begun":
      begin(draft);
      return;
    case "namespace-ensured":
    case "namespace-refused":
      namespaceSettled(draft, fact);
      return;
    case "woken":
      for (const { step, state } of draft.steps.values()) woken(draft, step, state);
      return;
    case "stop-asked":
      stop(draft, fact.why);
      return;
    case "record-recovered":
    case "crds-applied":
    case "preparation-refused":
    case "helm-started":
    case "record-seen":
    case "helm-finished":
    case "helm-failed":
    case "health-observed":
    case "evidence-captured":
    case "failure-recorded":
    case "warned": {
      const entry = draft.steps.get(fact.release);
      if (entry !== undefined) applyToStep(draft, entry.step, entry.state, fact);
    }
  }
}

type StepFact = Extract<Fact, { readonly release: ReleaseId }>;

function applyToStep(draft: Draft, step: Step, state: StepState, fact: StepFact): void {
  if (fact.kind === "warned") {
    tell(draft, { kind: "warning", release: step.release, message: fact.message });
    return;
  }
  if (state.kind === "uninstalling") {
    if (fact.kind === "helm-finished") uninstallHelmFinished(draft, step, state, fact.applied);
    else if (fact.kind === "helm-failed") uninstallHelmFailed(draft, step, fact.failure);
    else if (fact.kind === "health-observed") uninstallObserved(draft, step, state, fact.health);
    return;
  }
  if (state.kind === "failed" && fact.kind === "health-observed") {
    if (fact.health.kind === "ready" && mayHeal(state))
      becomeHealthy(draft, step, fact.revision, draft.run.startedAtMs);
    return;
  }
  if (step.kind === "keep" || step.kind === "uninstall") return;
  switch (fact.kind) {
    case "record-recovered":
      if (state.kind !== "preparing" || step.kind !== "recover") return;
      tell(draft, {
        kind: "record-recovered",
        release: step.release,
        revision: fact.revision,
        status: fact.status,
      });
      afterRecovery(draft, step);
      return;
    case "crds-applied":
      if (state.kind !== "preparing") return;
      if (fact.names.length > 0)
        tell(draft, { kind: "crds-applied", release: step.release, names: fact.names });
      queueHelm(draft, step, state);
      return;
    case "preparation-refused":
      if (state.kind !== "preparing") return;
      if (!isTransient(fact.failure) || !waitOut(draft, step, state, fact.failure))
        beginFailing(draft, step, state.attempt, fact.failure, undefined);
      return;
    case "helm-started":
      helmStarted(draft, step, state);
      return;
    case "record-seen":
      recordSeen(draft, step, state, fact.applied);
      return;
    case "helm-finished":
      if (state.kind === "rolling-back") rollbackHelmFinished(draft, step, state, fact.applied);
      else helmFinished(draft, step, state, fact.applied);
      return;
    case "helm-failed":
      if (state.kind === "rolling-back") rollbackHelmFailed(draft, step, state, fact.failure);
      else helmFailed(draft, step, state, fact.failure, fact.applied);
      return;
    case "health-observed":
      if (state.kind === "rolling-back") rollbackObserved(draft, step, state, fact.health);
      else if (state.kind === "applying" || state.kind === "settling") {
        if (state.applied?.revision === fact.revision) attemptObserved(draft, step, state, fact.health);
      }
      return;
    case "evidence-captured":
      if (state.kind === "failing") evidenceCaptured(draft, step, state, fact.evidence);
      else if (state.kind === "applying" && state.stopping !== undefined) {
        setState(draft, step.release, {
          ...state,
          stopping: { failure: state.stopping.failure, evidence: fact.evidence },
        });
        order(draft, { kind: "stop-helm", release: step.release });
      }
      return;
    case "failure-recorded":
      failureRecorded(draft, step, state);
  }
}

/** A kept failure may heal late; what was undone, refused or never applied may not. */
function mayHeal(state: Extract<StepState, { kind: "failed" }>): boolean {
  return (
    state.applied !== undefined &&
    (state.standing === "kept" ||
      state.standing === "degraded" ||
      state.standing === "transient" ||
      state.standing === "quarantined")
  );
}

function begin(draft: Draft): void {
  const { plan } = draft.run;
  const actions: Partial<Record<Step["kind"], number>> = {};
  for (const step of plan.steps) actions[step.kind] = (actions[step.kind] ?? 0) + 1;
  tell(draft, {
    kind: "run-started",
    stack: plan.stack,
    waves: plan.waves,
    actions,
    releases: plan.steps.map(({ release, wave, kind, reasons, after }) => ({
      release,
      wave,
      action: kind,
      reason: reasons[0],
      after,
    })),
  });
  for (const namespace of plan.namespaces) {
    const users = plan.steps.flatMap((step) =>
      step.namespace === namespace && step.kind !== "keep" && step.kind !== "uninstall"
        ? [step.pin.declaration.timeoutMs]
        : [],
    );
    order(draft, { kind: "ensure-namespace", namespace, deadlineMs: draft.atMs + Math.max(0, ...users) });
  }
  // What was declared again as it runs has no failure to remember.
  for (const { step, state } of draft.steps.values())
    if (step.kind === "keep" && state.kind === "healthy" && step.reasons[0].kind === "unchanged")
      order(draft, { kind: "clear-failure", release: step.release });
  // Degraded releases may heal while others are worked on, but only matter where somebody waits for them.
  for (const { step, state } of draft.steps.values())
    if (state.kind === "failed" && state.applied !== undefined && draft.run.dependentsOf.has(step.release))
      order(draft, { kind: "watch-health", release: step.release, applied: state.applied });
}

function namespaceSettled(
  draft: Draft,
  fact: Extract<Fact, { kind: "namespace-ensured" | "namespace-refused" }>,
): void {
  const namespaces = new Map(draft.run.namespaces);
  if (fact.kind === "namespace-ensured") {
    namespaces.delete(fact.namespace);
    if (fact.created) tell(draft, { kind: "namespace-created", namespace: fact.namespace });
  } else namespaces.set(fact.namespace, { kind: "refused", failure: fact.failure });
  draft.run = { ...draft.run, namespaces };
  for (const { step } of draft.steps.values())
    if (step.namespace === fact.namespace) draft.changed.push(step.release);
}

function woken(draft: Draft, step: Step, state: StepState): void {
  if (state.kind === "uninstalling") uninstallWoken(draft, step, state);
  else if (step.kind === "keep" || step.kind === "uninstall") return;
  else if (state.kind === "rolling-back") rollbackWoken(draft, step, state);
  else attemptWoken(draft, step, state);
}

function stop(draft: Draft, why: "interrupted" | "lease-lost"): void {
  if (draft.run.stopping?.why === "interrupted" || draft.run.stopping?.why === "lease-lost") return;
  draft.run = { ...draft.run, stopping: { why } };
  tell(draft, {
    kind: "interrupted",
    why: why === "interrupted" ? "asked to stop" : "the stack's lock was lost",
  });
  for (const { step, state } of [...draft.steps.values()]) {
    switch (state.kind) {
      case "holding":
      case "settling":
      case "backing-off":
        cancel(draft, step.release);
        break;
      case "preparing":
        if (state.doing === "queue") order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "applying":
        order(draft, { kind: "stop-helm", release: step.release });
        break;
      case "rolling-back":
        if (state.applied === undefined && state.retryAtMs === undefined)
          order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "uninstalling":
        if (state.doing === "helm") order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "failing":
      case "healthy":
      case "rolled-back":
      case "failed":
      case "skipped":
      case "cancelled":
      case "removed":
        break;
    }
  }
}

// Only what stands behind a change can be let go by it; at the start everything is looked at.
function startWhatMay(draft: Draft, everything: boolean): void {
  if (everything) for (const release of draft.steps.keys()) tryStart(draft, release);
  for (let index = 0; index < draft.changed.length; index++) {
    const release = draft.changed[index];
    if (release === undefined) continue;
    tryStart(draft, release);
    for (const dependent of draft.run.dependentsOf.get(release) ?? []) tryStart(draft, dependent);
  }
}

function tryStart(draft: Draft, release: ReleaseId): void {
  const entry = draft.steps.get(release);
  if (entry?.state.kind !== "holding") return;
  if (draft.run.stopping !== undefined) {
    if (draft.run.stopping.why !== "rollback-failed") cancel(draft, release);
    return;
  }
  const hold = holdOf(draft, entry.step);
  if (hold === undefined) {
    beginStep(draft, entry.step);
    return;
  }
  const refused = draft.run.namespaces.get(entry.step.namespace);
  if (
    hold.kind === "namespace" &&
    refused?.kind === "refused" &&
    entry.step.kind !== "keep" &&
    entry.step.kind !== "uninstall"
  ) {
    beginFailing(draft, entry.step, 1, refused.failure, undefined);
    return;
  }
  if (!sameHold(entry.state.hold, hold)) {
    setState(draft, release, { kind: "holding", hold });
    tell(draft, { kind: "step-held", release, hold });
  }
}

function holdOf(draft: Draft, step: Step): Hold | undefined {
  const waitingFor: ReleaseId[] = [];
  const blockedBy: ReleaseId[] = [];
  for (const dependency of step.after) {
    const state = stateOf(draft, dependency);
    if (state === undefined || letsGo(step, state)) continue;
    if (isOver(state)) blockedBy.push(dependency);
    else if (state.kind === "holding" && state.hold.kind === "blocked") blockedBy.push(...state.hold.by);
    else waitingFor.push(dependency);
  }
  if (blockedBy.length > 0) return { kind: "blocked", by: [...new Set(blockedBy)] };
  if (waitingFor.length > 0) return { kind: "dependency", on: waitingFor };
  return step.kind !== "uninstall" && draft.run.namespaces.has(step.namespace)
    ? { kind: "namespace", namespace: step.namespace }
    : undefined;
}

/** True where a release in this state holds `step` no longer: gone for an uninstall, healthy for everything else. */
function letsGo(step: Step, state: StepState): boolean {
  return step.kind === "uninstall"
    ? state.kind === "removed" || state.kind === "healthy"
    : state.kind === "healthy";
}

function isOver(state: StepState): boolean {
  switch (state.kind) {
    case "rolled-back":
    case "failed":
    case "skipped":
    case "cancelled":
    case "removed":
    case "healthy":
      return true;
    case "holding":
    case "preparing":
    case "applying":
    case "settling":
    case "backing-off":
    case "failing":
    case "rolling-back":
    case "uninstalling":
      return false;
  }
}

function sameHold(a: Hold, b: Hold): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "dependency" && b.kind === "dependency") return a.on.length === b.on.length;
  if (a.kind === "blocked" && b.kind === "blocked") return a.by.length === b.by.length;
  return true;
}
