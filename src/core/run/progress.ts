// How far a run is: the wave it is in, and how much of what it has to do is done.
import { hasEnded, type Run } from "./run.ts";

export type Progress = {
  /** From 1; the lowest wave with a step that has not ended, else the last. */
  readonly wave: number;
  readonly waves: number;
  readonly done: number;
  readonly total: number;
  /** What `done` counts. */
  readonly word: "ready" | "removed";
};

/** How far the run is. A run that only uninstalls counts what is removed, any other what is ready. */
export function progressOf(run: Run): Progress {
  const all = [...run.steps.values()];
  const goes = all.filter(({ step }) => step.kind === "uninstall");
  const removing =
    goes.length > 0 && all.every(({ step }) => step.kind === "uninstall" || step.kind === "keep");
  const counted = removing ? goes : all.filter(({ step }) => step.kind !== "uninstall");
  const goal = removing ? "removed" : "healthy";
  const open = all.filter(({ state }) => !hasEnded(state)).map(({ step }) => step.wave);
  return {
    wave: open.length === 0 ? run.plan.waves : Math.min(...open),
    waves: run.plan.waves,
    done: counted.filter(({ state }) => state.kind === goal).length,
    total: counted.length,
    word: removing ? "removed" : "ready",
  };
}
