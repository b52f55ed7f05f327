// The way of one release from "may start" to helm's queue: a left-over record out of the way, conditions on its
// dependencies met, values read, CRDs in place. What helm and the objects then do is attempt.ts.
import { isTransient } from "../failure.ts";
import type { Failure } from "../failure.ts";
import type { ReleaseId } from "../ids.ts";
import type { Applied, ApplyStep, Step } from "../plan/plan.ts";
import { describeSaid } from "../stack-wishes.ts";
import { objectsOf } from "../values/values-objects.ts";
import { settle, waitOut } from "./attempt.ts";
import type { Draft } from "./draft.ts";
import { order, setState, stateOf, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { beginRollback } from "./rolling-back.ts";
import type { StepState } from "./run.ts";
import { beginTakeBack } from "./taking-back.ts";

type Preparing = Extract<StepState, { kind: "preparing" }>;
type BackingOff = Extract<StepState, { kind: "backing-off" }>;

/** Where an attempt stands before helm; `deadlineMs` is when its preparation, or helm's work so far, is given up. */
type Begun = {
  readonly attempt: number;
  readonly startedAtMs?: number;
  readonly deadlineMs?: number;
  readonly leftBehind?: Applied;
  readonly delayedBy?: Failure;
};

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
          suspectsSinceMs: new Map(),
        },
      );
      tell(draft, { kind: "apply-started", release: step.release, action: "verify", attempt: 1 });
      return;
    case "recover":
      if (step.locked === undefined) afterRecovery(draft, step);
      else prepare(draft, step, "recover", { attempt: 1 });
      return;
    case "roll-back":
      if (step.locked === undefined) rollBackAsAsked(draft, step);
      else prepare(draft, step, "recover", { attempt: 1 });
      return;
    case "install":
    case "upgrade":
      prepareConditions(draft, step);
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

/** A left-over record has been marked failed, or whoever held it is done. */
export function recordRecovered(
  draft: Draft,
  step: ApplyStep,
  state: StepState,
  record: { readonly revision: number; readonly status: string },
): void {
  if (state.kind !== "preparing" || state.doing !== "recover") return;
  tell(draft, {
    kind: "record-recovered",
    release: step.release,
    revision: record.revision,
    status: record.status,
  });
  if (step.kind === "roll-back") rollBackAsAsked(draft, step);
  else if (step.kind === "recover") afterRecovery(draft, step);
}

export function crdsApplied(draft: Draft, step: ApplyStep, state: StepState, names: readonly string[]): void {
  if (state.kind !== "preparing" || state.doing !== "crds") return;
  if (names.length > 0) tell(draft, { kind: "crds-applied", release: step.release, names });
  // Helm's own time begins when helm does.
  queueHelm(draft, step, { attempt: state.attempt });
}

export function preparationRefused(draft: Draft, step: ApplyStep, state: StepState, failure: Failure): void {
  if (state.kind !== "preparing" || state.doing === "queue") return;
  if (isTransient(failure) && draft.run.stopping === undefined && waitOut(draft, step, state, failure))
    return;
  beginFailing(draft, step, { attempt: state.attempt, failure, stage: state.doing });
}

/** Goes on where a refusal has been waited out; fails with it where it may not start any more. */
export function tryAgain(draft: Draft, step: ApplyStep, state: BackingOff): void {
  if (draft.atMs < state.untilMs) return;
  const { attempt, startedAtMs, deadlineMs, leftBehind } = state;
  // What goes back with its stack is not tried another time; what was only delayed comes to its end.
  const isGivenUp = startedAtMs === undefined && draft.run.takingBack.has(step.release);
  if (draft.run.stopping !== undefined || isGivenUp) {
    const applied = leftBehind === undefined ? {} : { applied: leftBehind };
    beginFailing(draft, step, { attempt, failure: state.failure, stage: state.again ?? "helm", ...applied });
    return;
  }
  const begun = {
    attempt,
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(leftBehind === undefined ? {} : { leftBehind }),
    // A further attempt, which has its whole time, knows nothing of the one before.
    ...(startedAtMs === undefined ? {} : { delayedBy: state.failure }),
  };
  if (state.again === undefined) queueHelm(draft, step, begun);
  else prepare(draft, step, state.again, begun);
}

function rollBackAsAsked(draft: Draft, step: Extract<Step, { kind: "roll-back" }>): void {
  beginRollback(draft, step, step.rollbackTo, {
    failure: { kind: "unknown", message: `a person asked for it, ${describeSaid(step.freeze)}` },
  });
}

function afterRecovery(draft: Draft, step: Extract<Step, { kind: "recover" }>): void {
  if (step.takenBack !== undefined) beginTakeBack(draft, step, step.takenBack.to, step.takenBack.dueTo);
  else if (step.then === "upgrade" || step.rollbackTo === undefined) prepareConditions(draft, step);
  else
    beginRollback(draft, step, step.rollbackTo, {
      failure: { kind: "interrupted", message: "an earlier run was cut before it had rolled back" },
    });
}

function prepareConditions(draft: Draft, step: ApplyStep): void {
  if (step.pin.declaration.dependsOn.some(({ readyExpr }) => readyExpr !== undefined))
    prepare(draft, step, "conditions", { attempt: 1 });
  else prepareValues(draft, step);
}

/** What values come from may have changed since the plan: it is read again, and waited for where it is absent. */
export function prepareValues(draft: Draft, step: ApplyStep): void {
  if (objectsOf(step.pin.declaration).length > 0) prepare(draft, step, "values", { attempt: 1 });
  else prepareCrds(draft, step);
}

/** CRDs first, then helm's queue. */
export function prepareCrds(draft: Draft, step: ApplyStep): void {
  if (step.pin.chart.hasCrds && step.pin.declaration.crds !== "skip")
    prepare(draft, step, "crds", { attempt: 1 });
  else queueHelm(draft, step, { attempt: 1 });
}

function prepare(
  draft: Draft,
  step: ApplyStep,
  doing: "recover" | "conditions" | "values" | "crds",
  begun: Begun,
): void {
  const startedAtMs = begun.startedAtMs ?? draft.atMs;
  const deadlineMs = begun.deadlineMs ?? draft.atMs + step.pin.declaration.timeoutMs;
  const state: Preparing = { kind: "preparing", doing, attempt: begun.attempt, startedAtMs, deadlineMs };
  setState(draft, step.release, state);
  if (doing === "conditions")
    order(draft, {
      kind: "await-conditions",
      release: step.release,
      step,
      revisions: revisionsOf(draft, step),
    });
  else if (doing === "values") order(draft, { kind: "read-values", release: step.release, step });
  else if (doing === "crds") order(draft, { kind: "apply-crds", release: step.release, step, deadlineMs });
  else if (step.kind === "recover" || step.kind === "roll-back")
    order(draft, { kind: "recover-record", release: step.release, step });
}

/** By which revision each dependency is healthy. */
function revisionsOf(draft: Draft, step: ApplyStep): ReadonlyMap<ReleaseId, number> {
  return new Map(
    step.pin.declaration.dependsOn.flatMap(({ id }) => {
      const state = stateOf(draft, id);
      return state?.kind === "healthy" ? [[id, state.revision] as const] : [];
    }),
  );
}

/** Hands the release to helm's queue. An attempt that had started keeps its deadline. */
function queueHelm(draft: Draft, step: ApplyStep, begun: Begun): void {
  setState(draft, step.release, { kind: "preparing", doing: "queue", ...begun });
  const timeoutMs =
    begun.deadlineMs === undefined
      ? step.pin.declaration.timeoutMs
      : Math.max(1_000, begun.deadlineMs - draft.atMs);
  order(draft, { kind: "upgrade", release: step.release, step, timeoutMs });
}
