// The releases of a run as a list of names, versions and states: what metrics show of them, and little enough to keep.
import type { ShownState } from "../core/event.ts";
import { splitReleaseId } from "../core/ids.ts";
import type { Step } from "../core/plan/plan.ts";
import type { Run } from "../core/run/run.ts";
import { shownState } from "../core/shown-state.ts";

/** One release with the words that every surface shows. */
export type ListedRelease = {
  readonly namespace: string;
  readonly name: string;
  /** The chart's name and version as far as they are known, else empty. */
  readonly chart: string;
  readonly version: string;
  readonly wave: number;
  readonly state: ShownState;
};

/** Every state that a release can be shown in. */
export const SHOWN_STATES = Object.keys({
  Pending: 0,
  Waiting: 0,
  Blocked: 0,
  Running: 0,
  Ready: 0,
  Degraded: 0,
  Drifted: 0,
  Suspended: 0,
  Failed: 0,
  RolledBack: 0,
  Quarantined: 0,
  Frozen: 0,
  Removing: 0,
  Removed: 0,
  Cancelled: 0,
  Unknown: 0,
} satisfies Record<ShownState, 0>) as readonly ShownState[];

/** Each release of a run as it stands; what was removed is gone from the list. */
export function listReleases(run: Run): readonly ListedRelease[] {
  return [...run.steps.values()].flatMap(({ step, state }): ListedRelease[] => {
    const shown = shownState(step, state).state;
    if (shown === "Removed") return [];
    return [{ ...splitReleaseId(step.release), ...chartOf(step, shown), wave: step.wave, state: shown }];
  });
}

function chartOf(step: Step, state: ShownState): { readonly chart: string; readonly version: string } {
  if (step.kind === "uninstall") {
    const { name: chart = "", version = "" } = step.payload?.chart ?? {};
    return { chart, version };
  }
  const { name: chart = "", version = "" } = step.pin?.chart ?? {};
  const changed = step.reasons.find((reason) => reason.kind === "chart-changed");
  // What went back runs what it came from.
  return { chart, version: state === "RolledBack" && changed !== undefined ? changed.from : version };
}
