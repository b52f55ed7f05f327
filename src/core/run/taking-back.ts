// Where the stack's policy wants it, a failure takes back what the run has changed: dependents before what they depend on,
// each to its verified revision before the run, or away where the run had installed it. Put on record before anything goes
// back, so that a run that is killed leaves its debt to the next.
import type { Declaration } from "../declaration.ts";
import { speaksAgainstRelease, type Failure } from "../failure.ts";
import type { ReleaseId } from "../ids.ts";
import type { TakenBack } from "../observation.ts";
import { declarationOf, type ApplyStep, type Plan, type Step } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { isStopAsked, order, setState, tell } from "./draft.ts";
import { beginRollback } from "./rolling-back.ts";
import type { StepState } from "./run.ts";

/** Begins to take back what the stack's policy names, now that this release has failed by its own fault. */
export function takeBackAfter(draft: Draft, failed: ApplyStep): void {
  const { plan } = draft.run;
  if (plan.onFailure !== "rollbackRelated" && plan.onFailure !== "rollbackStack") return;
  const meant = plan.onFailure === "rollbackStack" ? allOf(plan) : relatedTo(plan, failed.release);
  const takingBack = new Map(draft.run.takingBack);
  const entries: (TakenBack & { readonly release: ReleaseId })[] = [];
  for (const { step, state } of draft.steps.values()) {
    const { release } = step;
    if (release === failed.release || !meant.has(release) || takingBack.has(release)) continue;
    takingBack.set(release, { dueTo: failed.release, debt: "none" });
    draft.changed.push(release);
    if (!isApplyStep(step) || !mayHaveChanged(step, state)) continue;
    const to = whereTo(step, state);
    if (to === undefined) {
      if (state.kind === "healthy" && step.rollbackTo === undefined)
        tell(draft, { kind: "warning", release, message: staysWords(failed) });
      continue;
    }
    takingBack.set(release, { dueTo: failed.release, debt: "unrecorded" });
    entries.push({
      release,
      key: step.quarantineKey,
      fingerprint: step.pin.fingerprint,
      since: new Date(draft.atMs).toISOString(),
      to,
      dueTo: failed.release,
      dueToKey: failed.quarantineKey,
    });
  }
  draft.run = { ...draft.run, takingBack };
  if (entries.length === 0) return;
  tell(draft, {
    kind: "take-back-started",
    dueTo: failed.release,
    releases: entries.map(({ release }) => release),
  });
  order(draft, { kind: "record-take-back", entries });
}

function staysWords({ release }: ApplyStep): string {
  return `it stays as this run has made it although ${release} failed: no revision of it was verified before`;
}

function allOf(plan: Plan): ReadonlySet<ReleaseId> {
  return new Set(plan.steps.map(({ release }) => release));
}

/**
 * Up- and downstream of a release by dependsOn; and what depends on anything upstream, because it was made for what would go
 * from under it. Phases order releases, and do not relate them.
 */
function relatedTo(plan: Plan, release: ReleaseId): ReadonlySet<ReleaseId> {
  const found = new Set([release]);
  for (const step of plan.steps.toReversed())
    if (found.has(step.release)) for (const { id } of dependsOn(step)) found.add(id);
  for (const step of plan.steps) if (dependsOn(step).some(({ id }) => found.has(id))) found.add(step.release);
  return found;
}

function dependsOn(step: Step): Declaration["dependsOn"] {
  return declarationOf(step)?.dependsOn ?? [];
}

export function isApplyStep(step: Step): step is ApplyStep {
  return step.kind !== "keep" && step.kind !== "uninstall";
}

/** True where this run has changed the release, or is about to. What has failed by itself is left to its own policy. */
function mayHaveChanged(step: ApplyStep, state: StepState): boolean {
  switch (state.kind) {
    case "preparing":
    case "applying":
    case "settling":
    case "testing":
    case "backing-off":
    case "healthy":
      return true;
    case "failing":
      return state.doing === "capture-evidence" || !speaksAgainstRelease(state.failure);
    case "holding":
    case "rolling-back":
    case "uninstalling":
    case "rolled-back":
    case "taken-back":
    case "failed":
    case "skipped":
    case "cancelled":
    case "removed":
      return owes(step);
  }
}

/** Leaves a release that has failed by itself to its own policy, though it was to go back. True where it was. */
export function leaveToItself(draft: Draft, step: ApplyStep): boolean {
  const { release } = step;
  const entry = draft.run.takingBack.get(release);
  // What an earlier run owed is not of this run's making.
  if (entry === undefined || entry.debt === "none" || owes(step)) return false;
  draft.run = {
    ...draft.run,
    takingBack: new Map(draft.run.takingBack).set(release, { ...entry, debt: "none" }),
  };
  return true;
}

/** True for a step that pays what a killed run owed. */
export function owes(step: Step): step is Extract<Step, { kind: "recover" }> {
  return step.kind === "recover" && step.then === "take-back";
}

/** Where a release goes back to; undefined where it was not changed, or where nothing is known to be good. */
export function whereTo(step: ApplyStep, state: StepState): TakenBack["to"] | undefined {
  if (owes(step)) return step.takenBack?.to;
  if (step.kind === "install" && step.fromRevision === 0) return "nothing";
  const isWhatIsThere = state.kind === "healthy" && state.revision === step.rollbackTo;
  // The same fingerprint was healthy before: there is nothing to go back from.
  return isWhatIsThere || step.proven === true ? undefined : step.rollbackTo;
}

/** The failed release that takes this one back; undefined where nothing does. */
export function takenBackBy(draft: Draft, release: ReleaseId): ReleaseId | undefined {
  return draft.run.takingBack.get(release)?.dueTo;
}

/** The debts are on record: from now on they may be paid. */
export function takeBackRecorded(draft: Draft, releases: readonly ReleaseId[]): void {
  const takingBack = new Map(draft.run.takingBack);
  for (const release of releases) {
    const entry = takingBack.get(release);
    if (entry?.debt === "unrecorded") takingBack.set(release, { ...entry, debt: "recorded" });
  }
  draft.run = { ...draft.run, takingBack };
}

/** True while something that is to go back has not begun to; nothing does once the run was told to stop, or a rollback failed. */
export function isTakingBack(draft: Draft): boolean {
  return !isHalted(draft) && draft.run.takingBack.keys().some((release) => isPending(draft, release));
}

/** True where nothing goes back any more, whatever is owed. */
export function isHalted(draft: Draft): boolean {
  return isStopAsked(draft) || draft.run.stopping?.why === "rollback-failed";
}

/** True where this run owes it to a release to put it back. */
export function isOwed({ run }: Draft, release: ReleaseId): boolean {
  return (run.takingBack.get(release)?.debt ?? "none") !== "none";
}

/** True where it is to go back and has not begun to. */
export function isPending(draft: Draft, release: ReleaseId): boolean {
  const entry = draft.steps.get(release);
  if (entry === undefined || !isApplyStep(entry.step) || !isOwed(draft, release)) return false;
  const { step, state } = entry;
  return owes(step)
    ? state.kind === "holding"
    : state.kind === "healthy" && whereTo(step, state) !== undefined;
}

/** Takes one release back. */
export function beginTakeBack(
  draft: Draft,
  step: ApplyStep,
  to: TakenBack["to"] | undefined,
  dueTo: ReleaseId,
): void {
  const failure: Failure = { kind: "unhealthy", message: `${dueTo} failed` };
  if (to === "nothing") beginTakingAway(draft, step, { failure, dueTo });
  else if (to !== undefined) beginRollback(draft, step, to, { failure, dueTo });
}

/** Uninstalls what this run has installed: it failed itself, or goes because of `dueTo`. */
export function beginTakingAway(
  draft: Draft,
  step: ApplyStep,
  why: { readonly failure: Failure; readonly dueTo?: ReleaseId },
): void {
  const { timeoutMs } = step.pin.declaration;
  setState(draft, step.release, {
    kind: "uninstalling",
    ...why,
    doing: "helm",
    startedAtMs: draft.atMs,
    deadlineMs: draft.atMs + timeoutMs,
  });
  order(draft, { kind: "unwatch", release: step.release });
  tell(draft, {
    kind: "uninstall-started",
    release: step.release,
    ...(why.dueTo === undefined ? {} : { dueTo: why.dueTo }),
  });
  order(draft, { kind: "uninstall", release: step.release, step, timeoutMs });
}

/** Why a release is as it was before an earlier run, or is to be so again. */
export function describeTakenBack({ dueTo }: { readonly dueTo: ReleaseId }): string {
  return `taken back with its stack because ${dueTo} failed`;
}
