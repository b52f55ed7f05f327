// What is remembered of a run when it has ended: how each release stood, and what it depended on, should it be declared no
// more.
import type { Graph } from "./graph.ts";
import type { ReleaseId } from "./ids.ts";
import type { LastRun, LastStanding } from "./observation.ts";
import { declarationOf, declaredAt } from "./plan/plan.ts";
import type { Undeclared } from "./plan/prune.ts";
import { rulesToKeep } from "./remembered-rules.ts";
import type { Run } from "./run/run.ts";
import { shownState, type Shown } from "./shown-state.ts";

/** True where a run found everything as the one before had left it, so that nothing has to be put on record. */
export function standsAs(run: LastRun, before: LastRun | undefined): boolean {
  return (
    before?.releases.size === run.releases.size &&
    [...run.releases].every(([id, standing]) => isSame(standing, before.releases.get(id)))
  );
}

// Both were made by lastRunOf, one of them read back: their fields stand in one order.
function isSame(a: LastStanding, b: LastStanding | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The record of a run that has ended. `before` is that of the run before it. */
export function lastRunOf(run: Run, nowMs: number, graph: Graph, before: LastRun | undefined): LastRun {
  const releases = [...run.steps.values()].flatMap(({ step, state }): [ReleaseId, LastStanding][] => {
    // What is still there of it is told below.
    if (step.reasons[0].kind === "undeclared") return [];
    const shown = lasting(shownState(step, state));
    // A destroy and a rollback count waves backwards; of what is left then the stack's own order is remembered.
    const isLeft = step.kind === "roll-back" || (step.kind === "keep" && step.pin === undefined);
    const declaration = declarationOf(step);
    const at = declaredAt(step);
    const chart = "pin" in step ? step.pin.chart : step.kind === "keep" ? step.payload?.chart : undefined;
    return [
      [
        step.release,
        {
          state: shown.state,
          ...(shown.detail === undefined ? {} : { detail: shown.detail }),
          wave: isLeft ? (graph.wave.get(step.release) ?? step.wave) : step.wave,
          after: isLeft ? (graph.after.get(step.release) ?? []) : step.after,
          releaseName: step.releaseName,
          ...(chart === undefined ? {} : { chart: chart.name, version: chart.version }),
          ...(at === undefined ? {} : { declaredAt: at }),
          ...(declaration === undefined
            ? {}
            : {
                ...(declaration.digest === "" ? {} : { declaration: declaration.digest }),
                timeoutMs: declaration.timeoutMs,
              }),
          ...(isLeft ? rulesBefore(before, step.release) : rulesToKeep(declaration?.health ?? [])),
          ...accountOf(declaration),
          ...(declaration?.protect === true ? { protect: true } : {}),
          ...(declaration?.suspend === true ? { suspend: true } : {}),
          ...(declaration === undefined || Object.keys(declaration.labels).length === 0
            ? {}
            : { labels: declaration.labels }),
        },
      ],
    ];
  });
  const left = (run.plan.undeclared ?? []).flatMap((one): [ReleaseId, LastStanding][] => {
    // What no run has known while it was declared may be protected, and may be needed: that must not be forgotten.
    const known = before?.releases.get(one.release);
    const isOver = one.stays?.kind === "name-taken" || run.steps.get(one.release)?.state.kind === "removed";
    return known === undefined || isOver ? [] : [[one.release, standingOfUndeclared(one, known)]];
  });
  return {
    id: run.id,
    startedAt: new Date(run.startedAtMs).toISOString(),
    finishedAt: new Date(nowMs).toISOString(),
    exitCode: run.outcome?.exitCode ?? 1,
    waves: run.plan.waves,
    releases: new Map([...releases, ...left]),
  };
}

function accountOf(
  named: { readonly serviceAccountName?: string } | undefined,
): Pick<LastStanding, "serviceAccountName"> {
  const name = named?.serviceAccountName;
  return name === undefined ? {} : { serviceAccountName: name };
}

// What goes back is not judged by another declaration's rules than before; a run that never knew them learns nothing of them.
function rulesBefore(before: LastRun | undefined, release: ReleaseId): Pick<LastStanding, "health"> {
  const known = before?.releases.get(release);
  if (known === undefined) return { health: "unknown" };
  return known.health === undefined ? {} : { health: known.health };
}

// Whether something has drifted is of the moment: nobody looks again when this is read.
function lasting(shown: Shown): Shown {
  return shown.state === "Drifted" ? { state: "Ready" } : shown;
}

function standingOfUndeclared(one: Undeclared, before: LastStanding): LastStanding {
  const chart = one.payload?.chart;
  return {
    state: before.state,
    wave: before.wave,
    after: one.after,
    releaseName: one.releaseName,
    ...(chart === undefined ? {} : { chart: chart.name, version: chart.version }),
    ...accountOf(before),
    ...(one.protect ? { protect: true } : {}),
    undeclared: true,
    ...(before.labels === undefined ? {} : { labels: before.labels }),
  };
}
