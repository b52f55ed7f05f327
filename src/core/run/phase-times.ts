// How long a release was in which phase of a run: what a run's record and metrics tell. Counted as states change.
import type { StepState } from "./run.ts";

/**
 * What a release does or waits for: `waiting` for others, `preparing` (values, CRDs, conditions), `queued` for a helm,
 * `helm`, `settling`, `testing`, `retrying` (a pause before the next attempt), `failing` (evidence and its record).
 */
export type RunPhase =
  | "waiting"
  | "preparing"
  | "queued"
  | "helm"
  | "settling"
  | "testing"
  | "retrying"
  | "failing"
  | "rolling-back"
  | "uninstalling";

/** Milliseconds by phase; a phase that was not entered is absent. */
export type PhaseTimes = Readonly<Partial<Record<RunPhase, number>>>;

/** Since when a step is in the phase of its state, and how long it was in earlier ones. */
export type PhaseClock = { readonly sinceMs: number; readonly spent: PhaseTimes };

/** The phase of a state; undefined where nothing is under way any more. */
export function phaseOf(state: StepState): RunPhase | undefined {
  switch (state.kind) {
    case "holding":
      return "waiting";
    case "preparing":
      return state.hold === undefined ? (state.doing === "queue" ? "queued" : "preparing") : "waiting";
    case "applying":
      return "helm";
    case "settling":
      return "settling";
    case "testing":
      return "testing";
    case "backing-off":
      return "retrying";
    case "failing":
      return "failing";
    case "rolling-back":
      return "rolling-back";
    case "uninstalling":
      return "uninstalling";
    case "healthy":
    case "rolled-back":
    case "taken-back":
    case "failed":
    case "skipped":
    case "cancelled":
    case "removed":
      return undefined;
  }
}

/** The clock once the state has become another one. */
export function countPhase(clock: PhaseClock, from: StepState, to: StepState, atMs: number): PhaseClock {
  const phase = phaseOf(from);
  if (phase === phaseOf(to)) return clock;
  const passed = Math.max(0, atMs - clock.sinceMs);
  if (phase === undefined || passed === 0) return { sinceMs: atMs, spent: clock.spent };
  return { sinceMs: atMs, spent: { ...clock.spent, [phase]: (clock.spent[phase] ?? 0) + passed } };
}
