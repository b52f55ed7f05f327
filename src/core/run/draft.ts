// One advance in the making: the run as it will be, with the effects and events collected on the way. It lives for one
// call of advance() only, so the mutation inside is not seen from outside.
import type { Event } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { ReleaseHealth } from "../health/health.ts";
import type { ReleaseId } from "../ids.ts";
import type { Applied, Step } from "../plan/plan.ts";
import { countPhase } from "./phase-times.ts";
import type { Advance, Effect, Run, StepEntry, StepState } from "./run.ts";

type WithoutStamp<E> = E extends Event ? Omit<E, "atMs" | "run"> : never;

export type Draft = {
  readonly atMs: number;
  run: Run;
  readonly steps: Map<ReleaseId, StepEntry>;
  readonly effects: Effect[];
  readonly events: Event[];
  /** Releases whose kind of state or hold changed, in order: what their dependents' holds depend on. */
  readonly changed: ReleaseId[];
};

export function openDraft(run: Run, atMs: number): Draft {
  return { atMs, run, steps: new Map(run.steps), effects: [], events: [], changed: [] };
}

export function closeDraft(draft: Draft): Advance {
  return { run: { ...draft.run, steps: draft.steps }, effects: draft.effects, events: draft.events };
}

export function stateOf(draft: Draft, release: ReleaseId): StepState | undefined {
  return draft.steps.get(release)?.state;
}

export function setState(draft: Draft, release: ReleaseId, state: StepState): void {
  const entry = draft.steps.get(release);
  if (entry === undefined) return;
  const clock = countPhase(entry.clock, entry.state, state, draft.atMs);
  draft.steps.set(release, { step: entry.step, state, clock });
  // No hold depends on more of a state than its kind, and the hold of one that waits itself.
  if (state.kind === "holding" || state.kind !== entry.state.kind) draft.changed.push(release);
}

export function order(draft: Draft, effect: Effect): void {
  draft.effects.push(effect);
}

export function tell(draft: Draft, event: WithoutStamp<Event>): void {
  draft.events.push({ ...event, atMs: draft.atMs, run: draft.run.id });
}

/** True where the run was told to stop: nothing new starts, and what ends is not followed up. */
export function isStopAsked(draft: Draft): boolean {
  return draft.run.stopping?.why === "interrupted" || draft.run.stopping?.why === "lease-lost";
}

/** Has what is to be seen of a failure taken, as far as it is known where to look. */
export function captureEvidence(
  draft: Draft,
  step: Step,
  seen: {
    readonly failure: Failure;
    readonly health: ReleaseHealth | undefined;
    readonly applied: Applied | undefined;
  },
): void {
  const { failure, health, applied } = seen;
  order(draft, {
    kind: "capture-evidence",
    release: step.release,
    step,
    failure,
    ...(health === undefined ? {} : { health }),
    ...(applied === undefined ? {} : { applied }),
  });
}

/** Ends a step that was cut short or never began. */
export function cancel(draft: Draft, release: ReleaseId): void {
  setState(draft, release, { kind: "cancelled" });
  order(draft, { kind: "unwatch", release });
  tell(draft, { kind: "release-cancelled", release });
}

/** Names what has stayed although the release went back. */
export function tellNotUndone(draft: Draft, step: Step): void {
  if (!("notUndone" in step)) return;
  const message = `going back did not undo ${step.notUndone.join(", nor ")}`;
  tell(draft, { kind: "warning", release: step.release, message });
}
