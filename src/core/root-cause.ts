// Who is to blame: from the states of releases and what each stands behind, the roots of what is not ready, what each
// root blocks, and the way from a blocked release to its root.
import type { ShownState } from "./event.ts";
import type { ReleaseId } from "./ids.ts";

/** A release as far as blame goes: its state and whom it waits for. */
export type Standing = {
  readonly state: ShownState;
  readonly after: readonly ReleaseId[];
  /** The failed release that took this one back with its stack: to blame in its place. */
  readonly dueTo?: ReleaseId;
};

/** True for states that keep dependents from starting and do not go by themselves. */
export function isRootState(state: ShownState): boolean {
  switch (state) {
    case "Failed":
    case "RolledBack":
    case "Degraded":
    case "Quarantined":
    case "Unknown":
      return true;
    case "Pending":
    case "Waiting":
    case "Blocked":
    case "Running":
    case "Ready":
    case "Drifted":
    case "Suspended":
    case "Frozen":
    case "Removing":
    case "Removed":
    case "Cancelled":
      return false;
  }
}

/**
 * The shortest way from a release to a root cause, both included; only the release itself where it is a root or has
 * none behind it. Cycles and unknown names do no harm.
 */
export function chainToRoot(
  release: ReleaseId,
  standings: ReadonlyMap<ReleaseId, Standing>,
): readonly ReleaseId[] {
  const cameFrom = new Map<ReleaseId, ReleaseId | undefined>([[release, undefined]]);
  const queue = [release];
  for (const current of queue) {
    const standing = standings.get(current);
    if (standing === undefined) continue;
    if (isRoot(standing)) return wayTo(current, cameFrom);
    if (current !== release && !isHeldUp(standing)) continue;
    for (const dependency of behindOf(standing))
      if (!cameFrom.has(dependency)) {
        cameFrom.set(dependency, current);
        queue.push(dependency);
      }
  }
  return [release];
}

/** Releases in the way of others or broken by themselves, each with all that wait for it, in the map's order. */
export function findRoots(
  standings: ReadonlyMap<ReleaseId, Standing>,
): readonly { readonly release: ReleaseId; readonly blocks: readonly ReleaseId[] }[] {
  const dependents = new Map<ReleaseId, ReleaseId[]>();
  for (const [release, standing] of standings)
    for (const dependency of behindOf(standing))
      dependents.set(dependency, [...(dependents.get(dependency) ?? []), release]);
  return [...standings]
    .filter(([, standing]) => isRoot(standing))
    .map(([release]) => ({ release, blocks: heldUpBy(release, standings, dependents) }));
}

function heldUpBy(
  root: ReleaseId,
  standings: ReadonlyMap<ReleaseId, Standing>,
  dependents: ReadonlyMap<ReleaseId, readonly ReleaseId[]>,
): readonly ReleaseId[] {
  const found = new Set<ReleaseId>();
  const queue = [root];
  for (const current of queue)
    for (const dependent of dependents.get(current) ?? []) {
      const standing = standings.get(dependent);
      if (standing === undefined || !isHeldUp(standing) || found.has(dependent)) continue;
      found.add(dependent);
      queue.push(dependent);
    }
  return [...standings.keys()].filter((release) => found.has(release));
}

function isRoot({ state, dueTo }: Standing): boolean {
  return isRootState(state) && dueTo === undefined;
}

/** What would have to be well first. */
function behindOf({ after, dueTo }: Standing): readonly ReleaseId[] {
  return dueTo === undefined ? after : [dueTo];
}

function isHeldUp({ state, dueTo }: Standing): boolean {
  const waits = state === "Blocked" || state === "Waiting" || state === "Pending" || state === "Cancelled";
  return waits || dueTo !== undefined;
}

function wayTo(
  end: ReleaseId,
  cameFrom: ReadonlyMap<ReleaseId, ReleaseId | undefined>,
): readonly ReleaseId[] {
  const way = [end];
  for (let previous = cameFrom.get(end); previous !== undefined; previous = cameFrom.get(previous))
    way.unshift(previous);
  return way;
}
