// Who may start, and who may go back: what still holds each release, and the start of those that nothing holds.
import type { Hold } from "../event.ts";
import type { ReleaseId } from "../ids.ts";
import type { Step } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { cancel, isStopAsked, setState, stateOf, tell } from "./draft.ts";
import { beginFailing } from "./failing.ts";
import { beginStep } from "./preparing.ts";
import { hasEnded, type StepState } from "./run.ts";
import {
  beginTakeBack,
  isApplyStep,
  isHalted,
  isPending,
  owes,
  takenBackBy,
  whereTo,
} from "./taking-back.ts";

/** Starts what nothing holds any more: of those behind a change, or of all, and tells of holds that changed. */
export function startWhatMay(draft: Draft, everything: boolean): void {
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
  if (entry?.state.kind !== "holding" || (owes(entry.step) && !isStopAsked(draft))) return;
  if (draft.run.stopping !== undefined) {
    if (isStopAsked(draft)) cancel(draft, release);
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
    beginFailing(draft, entry.step, { attempt: 1, failure: refused.failure, stage: "namespace" });
    return;
  }
  if (!sameHold(entry.state.hold, hold)) {
    setState(draft, release, { kind: "holding", hold });
    tell(draft, { kind: "step-held", release, hold });
  }
}

function holdOf(draft: Draft, step: Step): Hold | undefined {
  const failed = takenBackBy(draft, step.release);
  if (failed !== undefined) return { kind: "blocked", by: [failed] };
  const waitingFor: ReleaseId[] = [];
  const blockedBy: ReleaseId[] = [];
  for (const dependency of step.after) {
    const state = stateOf(draft, dependency);
    if (state === undefined || letsGo(step, state) || goesBackBefore(draft, step, dependency)) continue;
    if (hasEnded(state)) blockedBy.push(dependency);
    else if (state.kind === "holding" && state.hold.kind === "blocked") blockedBy.push(...state.hold.by);
    else waitingFor.push(dependency);
  }
  if (blockedBy.length > 0) return { kind: "blocked", by: [...new Set(blockedBy)] };
  if (waitingFor.length > 0) return { kind: "dependency", on: waitingFor };
  return step.kind !== "uninstall" && draft.run.namespaces.has(step.namespace)
    ? { kind: "namespace", namespace: step.namespace }
    : undefined;
}

/** Begins to take back what nothing at work, and nothing that has to go back itself, stands on any more. */
export function takeBackWhatMay(draft: Draft): void {
  if (isHalted(draft)) return;
  for (const [release, { dueTo, debt }] of draft.run.takingBack) {
    const entry = draft.steps.get(release);
    if (debt !== "recorded" || entry === undefined || !isPending(draft, release) || !isApplyStep(entry.step))
      continue;
    const { step, state } = entry;
    const on = standingOn(draft, release);
    if (on.length === 0) {
      if (owes(step)) beginStep(draft, step);
      else beginTakeBack(draft, step, whereTo(step, state), dueTo);
    } else if (state.kind === "holding" && !sameHold(state.hold, { kind: "dependency", on }))
      setState(draft, release, { kind: "holding", hold: { kind: "dependency", on } });
  }
}

/** What is behind it, near or far, and is at work or has yet to go back. */
function standingOn(draft: Draft, release: ReleaseId): readonly ReleaseId[] {
  const behind = new Set([release]);
  const on: ReleaseId[] = [];
  for (const { step, state } of draft.steps.values()) {
    if (!step.dependencies.some((dependency) => behind.has(dependency))) continue;
    behind.add(step.release);
    const isAtWork = !hasEnded(state) && state.kind !== "holding";
    if (isAtWork || isPending(draft, step.release)) on.push(step.release);
  }
  return on;
}

/** True where a release in this state holds `step` no longer: gone for an uninstall, healthy for everything else. */
function letsGo(step: Step, state: StepState): boolean {
  return step.kind === "uninstall"
    ? state.kind === "removed" || state.kind === "healthy"
    : state.kind === "healthy";
}

/** True where a killed run owes `step` its rollback, and what it depends on goes back with the stack: after it, not before. */
function goesBackBefore(draft: Draft, step: Step, dependency: ReleaseId): boolean {
  if (step.kind !== "recover" || step.then !== "roll-back") return false;
  return draft.steps.get(dependency)?.step.reasons[0].kind === "taken-back";
}

function sameHold(a: Hold, b: Hold): boolean {
  if (a.kind === "dependency" && b.kind === "dependency") return areSame(a.on, b.on);
  if (a.kind === "blocked" && b.kind === "blocked") return areSame(a.by, b.by);
  return a.kind === b.kind;
}

function areSame(a: readonly ReleaseId[], b: readonly ReleaseId[]): boolean {
  return a.length === b.length && a.every((release, index) => release === b[index]);
}
