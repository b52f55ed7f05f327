// advance(run, fact): the run machine. It routes each fact to the release it concerns; who may start then is starting.ts,
// whether the run is over outcome.ts. Pure; the diagram is in run.ts.
import { describeDrift } from "../drift/drift.ts";
import type { ReleaseId } from "../ids.ts";
import { driftOf, type Plan, type Step } from "../plan/plan.ts";
import {
  attemptObserved,
  attemptWoken,
  evidenceBeforeStop,
  helmFailed,
  helmFinished,
  helmStarted,
  recordSeen,
} from "./attempt.ts";
import { becomeHealthy, hasToBeProven } from "./becoming-healthy.ts";
import type { Draft } from "./draft.ts";
import { closeDraft, openDraft, order, tell } from "./draft.ts";
import { evidenceCaptured, failureRecorded } from "./failing.ts";
import { stateOfKept } from "./kept.ts";
import { finishRun } from "./outcome.ts";
import { crdsApplied, preparationRefused, recordRecovered, tryAgain } from "./preparing.ts";
import { valuesRead } from "./reading-values.ts";
import { rollbackEvidenceCaptured } from "./rollback-failing.ts";
import {
  rollbackHelmFailed,
  rollbackHelmFinished,
  rollbackObserved,
  rollbackRecordSeen,
  rollbackWoken,
} from "./rolling-back.ts";
import type { Advance, Fact, Run, StepState } from "./run.ts";
import { startWhatMay, takeBackWhatMay } from "./starting.ts";
import { stopRun } from "./stopping.ts";
import { releaseSuspended } from "./suspending.ts";
import { owes, takeBackRecorded } from "./taking-back.ts";
import {
  releaseObservedInTests,
  testEvidenceCaptured,
  testsFailed,
  testsObserved,
  testsPassed,
  testsWoken,
} from "./testing.ts";
import {
  uninstallHelmFailed,
  uninstallHelmFinished,
  uninstallObserved,
  uninstallWoken,
} from "./uninstalling.ts";
import { conditionsMet, heldUp, waitingWoken } from "./waiting.ts";

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
    steps: new Map(
      plan.steps.map((step) => [
        step.release,
        { step, state: initialState(step), clock: { sinceMs: startedAtMs, spent: {} } },
      ]),
    ),
    dependentsOf,
    namespaces: new Map(plan.namespaces.map((namespace) => [namespace, { kind: "ensuring" }])),
    wavesFinished: 0,
    takingBack: new Map(
      plan.steps.flatMap((step) =>
        owes(step) && step.takenBack !== undefined
          ? [[step.release, { dueTo: step.takenBack.dueTo, debt: "recorded" }] as const]
          : [],
      ),
    ),
  };
}

function initialState(step: Step): StepState {
  return step.kind === "keep"
    ? stateOfKept(step)
    : { kind: "holding", hold: { kind: "dependency", on: step.after } };
}

/** Moves the run by one fact: the run after it, what has to be done now, and what to tell the views. */
export function advance(run: Run, fact: Fact): Advance {
  if (run.outcome !== undefined) return { run, effects: [], events: [] };
  const draft = openDraft(run, fact.atMs);
  apply(draft, fact);
  startWhatMay(draft, fact.kind === "run-begun");
  takeBackWhatMay(draft);
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
      stopRun(draft, fact.why);
      return;
    case "take-back-recorded":
      takeBackRecorded(draft, fact.releases);
      return;
    case "record-recovered":
    case "conditions-met":
    case "conditions-awaited":
    case "values-read":
    case "values-awaited":
    case "tests-observed":
    case "tests-passed":
    case "tests-failed":
    case "crds-applied":
    case "preparation-refused":
    case "helm-started":
    case "record-seen":
    case "helm-finished":
    case "helm-failed":
    case "health-observed":
    case "evidence-captured":
    case "failure-recorded":
    case "workloads-restarted":
    case "release-suspended":
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
  if (fact.kind === "workloads-restarted") {
    tell(draft, { kind: "workloads-restarted", release: step.release, objects: fact.objects });
    return;
  }
  if (fact.kind === "release-suspended") {
    releaseSuspended(draft, step, state, fact.said);
    return;
  }
  if (state.kind === "uninstalling") {
    if (fact.kind === "helm-finished") uninstallHelmFinished(draft, step, state, fact.applied);
    else if (fact.kind === "helm-failed") uninstallHelmFailed(draft, step, state, fact.failure);
    else if (fact.kind === "health-observed") uninstallObserved(draft, step, state, fact.health);
    return;
  }
  if (state.kind === "failed" && fact.kind === "health-observed") {
    if (fact.health.kind === "ready" && mayHeal(state, fact.revision) && !hasToBeProven(step))
      becomeHealthy(draft, step, fact.revision, draft.run.startedAtMs);
    return;
  }
  if (step.kind === "keep" || step.kind === "uninstall") return;
  switch (fact.kind) {
    case "record-recovered":
      recordRecovered(draft, step, state, fact);
      return;
    case "conditions-met":
      conditionsMet(draft, step, state);
      return;
    case "conditions-awaited":
      heldUp(draft, step, state, { kind: "condition", unmet: fact.unmet });
      return;
    case "tests-observed":
      testsObserved(draft, step, state, fact.health);
      return;
    case "tests-passed":
      testsPassed(draft, step, state, fact.ran);
      return;
    case "tests-failed":
      testsFailed(draft, step, state, fact.failure, fact.health);
      return;
    case "values-read":
      valuesRead(draft, step, state, fact.pin);
      return;
    case "values-awaited":
      heldUp(draft, step, state, { kind: "values", missing: fact.missing });
      return;
    case "crds-applied":
      crdsApplied(draft, step, state, fact.names);
      return;
    case "preparation-refused":
      preparationRefused(draft, step, state, fact.failure);
      return;
    case "helm-started":
      helmStarted(draft, step, state);
      return;
    case "record-seen":
      if (state.kind === "rolling-back") rollbackRecordSeen(draft, step, state, fact.applied);
      else recordSeen(draft, step, state, fact.applied);
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
      if (state.kind === "rolling-back") {
        const followed = state.applied ?? state.seen;
        if (followed?.revision === fact.revision) rollbackObserved(draft, step, state, fact.health);
      } else if (
        (state.kind === "applying" || state.kind === "settling") &&
        state.applied?.revision === fact.revision
      )
        attemptObserved(draft, step, state, fact.health);
      else if (state.kind === "testing" && state.applied.revision === fact.revision)
        releaseObservedInTests(draft, step, state, fact.health);
      else if (state.kind === "failing") lastLook(draft, step, state, fact);
      return;
    case "evidence-captured":
      if (state.kind === "failing") evidenceCaptured(draft, step, state, fact.evidence, fact.unreachable);
      else if (state.kind === "applying") evidenceBeforeStop(draft, step, state, fact.evidence);
      else if (state.kind === "testing")
        testEvidenceCaptured(draft, step, state, fact.evidence, fact.unreachable);
      else if (state.kind === "rolling-back")
        rollbackEvidenceCaptured(draft, step, state, fact.evidence, fact.unreachable);
      return;
    case "failure-recorded":
      failureRecorded(draft, step, state);
  }
}

/** A deadline ran out while the watches were cut off, and now it is seen that all is well. */
function lastLook(
  draft: Draft,
  step: Step,
  { failure, settled, doing, applied }: Extract<StepState, { kind: "failing" }>,
  seen: Extract<Fact, { kind: "health-observed" }>,
): void {
  if (failure.kind !== "timeout" || !settled || doing !== "capture-evidence" || hasToBeProven(step)) return;
  if (seen.health.kind === "ready" && applied?.revision === seen.revision)
    becomeHealthy(draft, step, seen.revision, draft.run.startedAtMs);
}

/** A kept failure may heal late; what was undone, refused or never applied may not. */
function mayHeal(state: Extract<StepState, { kind: "failed" }>, revision: number): boolean {
  return (
    state.applied?.revision === revision &&
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
  for (const step of plan.steps) warnOfDrift(draft, step);
  // What was declared again as it runs has no failure to remember.
  for (const { step, state } of draft.steps.values())
    if (step.kind === "keep" && state.kind === "healthy" && isAsDeclared(step))
      order(draft, { kind: "clear-failure", release: step.release });
  // Degraded releases may heal while others are worked on, but only matter where somebody waits for them.
  for (const { step, state } of draft.steps.values())
    if (state.kind === "failed" && state.applied !== undefined && draft.run.dependentsOf.has(step.release))
      order(draft, { kind: "watch-health", release: step.release, applied: state.applied });
}

function isAsDeclared({ reasons: [first] }: Step): boolean {
  return first.kind === "unchanged" || first.kind === "drifted";
}

// What goes through helm takes back what it differs in, and says so as its reason.
function warnOfDrift(draft: Draft, step: Step): void {
  const drift = step.kind === "keep" || step.kind === "verify" ? driftOf(step) : [];
  if (drift.length === 0) return;
  tell(draft, {
    kind: "warning",
    release: step.release,
    message: `not as helm applied it: ${describeDrift(drift)}`,
  });
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
  else if (state.kind === "testing") testsWoken(draft, step, state);
  else if (state.kind === "backing-off") tryAgain(draft, step, state);
  else if (state.kind === "preparing") waitingWoken(draft, step, state);
  else attemptWoken(draft, step, state);
}
