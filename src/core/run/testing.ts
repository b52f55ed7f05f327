// The chart's tests, once a release is ready and stable: helm runs them, what they run is watched, and a test that can't
// end well is stopped as a release that can't become ready would be. A failed test is a failed health check.
import type { Failure } from "../failure.ts";
import { isTransient, speaksAgainstRelease } from "../failure.ts";
import { describeTrouble, explainWaiting, rootCauseOf } from "../health/describe-trouble.ts";
import type { Evidence, ReleaseHealth } from "../health/health.ts";
import type { ApplyStep } from "../plan/plan.ts";
import { becomeHealthy } from "./becoming-healthy.ts";
import type { Draft } from "./draft.ts";
import { cancel, captureEvidence, isStopAsked, order, setState, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { isNews, judge } from "./judge.ts";
import type { StepState } from "./run.ts";

type Testing = Extract<StepState, { kind: "testing" }>;
type Settling = Extract<StepState, { kind: "settling" }>;

/** How long a refusal that may pass is waited out before the tests are run again. */
const retryPauseMs = 5_000;
/** Headway stops a test that takes too long itself, with its evidence; helm's own timeout is for when it can't. */
const slackMs = 5_000;

export function beginTests(
  draft: Draft,
  step: ApplyStep,
  { applied, attempt, startedAtMs, deadlineMs }: Settling,
): void {
  const base = { applied, attempt, startedAtMs, deadlineMs };
  tell(draft, { kind: "test-started", release: step.release });
  runTests(draft, step, { kind: "testing", ...base, testedSinceMs: draft.atMs, suspectsSinceMs: new Map() });
}

function runTests(draft: Draft, step: ApplyStep, state: Testing): void {
  setState(draft, step.release, state);
  const timeoutMs = Math.max(0, state.deadlineMs - draft.atMs) + slackMs;
  order(draft, {
    kind: "run-tests",
    release: step.release,
    step,
    revision: state.applied.revision,
    timeoutMs,
  });
}

/** The release's own objects, while its tests run: a break has to be over before the tests' word counts. */
export function releaseObservedInTests(
  draft: Draft,
  step: ApplyStep,
  state: Testing,
  health: ReleaseHealth,
): void {
  setState(draft, step.release, { ...state, isBroken: health.kind !== "ready" });
}

/** What the tests run. */
export function testsObserved(draft: Draft, step: ApplyStep, state: StepState, health: ReleaseHealth): void {
  if (state.kind !== "testing" || state.stopping !== undefined || state.retryAtMs !== undefined) return;
  if (health.kind === "ready") {
    setState(draft, step.release, { ...state, health });
    return;
  }
  if (isNews(state.health, health) && (health.kind === "failed" || health.suspects.length > 0))
    tell(draft, { kind: "health-changed", release: step.release, health });
  const judged = judge(draft, step, state.suspectsSinceMs, health);
  const next = { ...state, health, suspectsSinceMs: judged.suspectsSinceMs };
  if (judged.failure === undefined) setState(draft, step.release, next);
  else {
    const { message } = judged.failure;
    stopTests(draft, step, next, asTestFailure(describeFailed(health) ?? message));
  }
}

/** Time has passed: the deadline of the attempt, tolerances, and the next try. */
export function testsWoken(draft: Draft, step: ApplyStep, state: Testing): void {
  if (state.stopping !== undefined) return;
  const { health, retryAtMs, deadlineMs, startedAtMs } = state;
  if (retryAtMs !== undefined) {
    if (draft.atMs >= retryAtMs) runTests(draft, step, { ...state, retryAtMs: undefined });
    return;
  }
  if (draft.atMs < deadlineMs) {
    if (health?.kind === "pending") testsObserved(draft, step, state, health);
    return;
  }
  const waiting = health === undefined ? "" : explainWaiting(health);
  stopTests(draft, step, state, {
    kind: "timeout",
    message: `its tests were not done after ${Math.round((deadlineMs - startedAtMs) / 1000)} s${waiting === "" ? "" : `: ${waiting}`}`,
    next: "See the test's log; raise timeout only if it needs longer (it is for helm, settling, stableFor and tests together).",
  });
}

/** Evidence first: a delete policy may take the proof away, and so does the clean-up. */
function stopTests(draft: Draft, step: ApplyStep, state: Testing, failure: Failure): void {
  setState(draft, step.release, { ...state, stopping: { failure } });
  const { health, applied } = state;
  captureEvidence(draft, step, { failure, health, applied });
}

/** What was seen is safe: helm may be stopped now. */
export function testEvidenceCaptured(
  draft: Draft,
  step: ApplyStep,
  state: Testing,
  evidence: Evidence,
  unreachable?: Failure,
): void {
  if (state.stopping === undefined || state.stopping.evidence !== undefined) return;
  const { failure, hasEnded } = state.stopping;
  // Nobody knows how the tests are: that says nothing against the release.
  const blamed = unreachable === undefined || failure.kind !== "timeout" ? failure : unreachable;
  setState(draft, step.release, { ...state, stopping: { ...state.stopping, failure: blamed, evidence } });
  if (hasEnded === true) failTests(draft, step, state, blamed, evidence);
  // A run that was told to stop has stopped its helms already.
  else if (!isStopAsked(draft)) order(draft, { kind: "stop-helm", release: step.release });
}

/** `ran` counts the chart's test hooks. */
export function testsPassed(draft: Draft, step: ApplyStep, state: StepState, ran: number): void {
  if (state.kind !== "testing") return;
  const { release } = step;
  if (draft.run.stopping?.why === "lease-lost") {
    cancel(draft, release);
    return;
  }
  if (ran > 0) cleanUp(draft, step, state, true);
  if (ran === 0)
    tell(draft, {
      kind: "warning",
      release,
      message: "test is true, but its chart has no tests: nothing was run",
    });
  else
    tell(draft, { kind: "test-finished", release, tests: ran, durationMs: draft.atMs - state.testedSinceMs });
  // What was proven may be written down, whoever has asked to stop meanwhile.
  if (state.isBroken !== true) becomeHealthy(draft, step, state.applied.revision, state.startedAtMs);
  else if (isStopAsked(draft)) cancel(draft, release);
  else settleAgain(draft, step, state);
}

/** Its objects broke while the tests ran: all is proven anew, in what is left of the timeout. */
function settleAgain(
  draft: Draft,
  step: ApplyStep,
  { applied, attempt, startedAtMs, deadlineMs }: Testing,
): void {
  setState(draft, step.release, {
    kind: "settling",
    applied,
    attempt,
    startedAtMs,
    deadlineMs,
    suspectsSinceMs: new Map(),
  });
  order(draft, { kind: "watch-health", release: step.release, applied });
  order(draft, { kind: "wake", atMs: deadlineMs });
}

export function testsFailed(
  draft: Draft,
  step: ApplyStep,
  state: StepState,
  failure: Failure,
  health: ReleaseHealth | undefined,
): void {
  if (state.kind !== "testing") return;
  if (isStopAsked(draft) && (failure.kind === "interrupted" || draft.run.stopping?.why === "lease-lost")) {
    if (draft.run.stopping?.why === "interrupted") cleanUp(draft, step, state, false);
    cancel(draft, step.release);
  } else if (state.stopping !== undefined) {
    const { stopping } = state;
    if (stopping.evidence === undefined)
      setState(draft, step.release, { ...state, stopping: { ...stopping, hasEnded: true } });
    else failTests(draft, step, state, stopping.failure, stopping.evidence);
  } else if (isTransient(failure) && !isStopAsked(draft) && draft.atMs + retryPauseMs < state.deadlineMs) {
    const retryAtMs = draft.atMs + retryPauseMs;
    setState(draft, step.release, { ...state, retryAtMs });
    tell(draft, { kind: "apply-delayed", release: step.release, failure, retryAtMs });
    order(draft, { kind: "wake", atMs: retryAtMs });
  } else {
    // A delete policy may have taken away what was seen failing.
    const known = health ?? (state.health?.kind === "failed" ? state.health : undefined);
    const seen = known === undefined ? failure.message : (describeFailed(known) ?? explainWaiting(known));
    failTests(
      draft,
      step,
      known === undefined ? state : { ...state, health: known },
      speaksAgainstRelease(failure) ? asTestFailure(seen) : failure,
    );
  }
}

function failTests(
  draft: Draft,
  step: ApplyStep,
  state: Testing,
  failure: Failure,
  evidence?: Evidence,
): void {
  const { attempt, applied, health } = state;
  beginFailing(draft, step, {
    attempt,
    failure,
    stage: "test",
    applied,
    ...(evidence === undefined ? {} : { evidence }),
    ...(health === undefined ? {} : { health }),
  });
}

function cleanUp(draft: Draft, step: ApplyStep, { applied }: Testing, all: boolean): void {
  order(draft, {
    kind: "clean-up-tests",
    release: step.release,
    step,
    revision: applied.revision,
    all,
  });
}

/** The root of it, where it has failed: `Error, exit code 1 (Pod shop/db-test, container probe)`. */
function describeFailed(health: ReleaseHealth): string | undefined {
  const root = health.kind === "failed" ? rootCauseOf(health.troubles) : undefined;
  return root === undefined ? undefined : describeTrouble(root);
}

function asTestFailure(what: string): Failure {
  return {
    kind: "unhealthy",
    message: `a test of the release failed: ${what}`,
    next: "See the test's log below; headway runs the tests because the declaration says test: true.",
  };
}
