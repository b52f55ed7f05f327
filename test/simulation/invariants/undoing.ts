// What may be undone, and to where: what is taken away, what is rolled back, what goes back with its stack.
import { fingerprintFor, verifiedLabelValue } from "../../../src/core/fingerprint.ts";
import type { HelmProcess } from "../helm-process.ts";
import type { HeadwayProcess } from "../headway-process.ts";
import type { ReleaseId } from "../../../src/core/ids.ts";
import type { TakenBack } from "../../../src/core/observation.ts";
import {
  declarationOf,
  idOf,
  isFailedFirstInstall,
  newestGoodBefore,
  ownHelm,
  standsOn,
  type Scene,
} from "../scene.ts";
import { isGood, namespace, type SimulatedStack } from "../stacks.ts";
import type { Invariant } from "./invariant.ts";

export const noDestruction: Invariant = {
  name: "no destruction by doubt",
  sentence:
    "A release is taken away only by a destroy, as no longer declared, as a first install that failed, or back with its stack by the run that had installed it.",
  watch: (scene) => {
    const { world, goingBack } = scene;
    const allowed = new Set<HelmProcess>();
    return (write) => {
      const own = ownHelm(write);
      if (own?.helm.operation.kind !== "uninstall" || !("release" in write) || allowed.has(own.helm))
        return undefined;
      const { run } = own;
      const declaration = declarationOf(run.stack, write.release);
      const debt = goingBack.debtOf(write.release, run);
      // Where its record was refused, it may go back without.
      const installedBy =
        debt?.to === "nothing"
          ? debt.owedBy
          : world.traffic.failed > 0 && run.stack.onFailure.startsWith("rollback")
            ? run
            : undefined;
      const mayGo =
        run.options.destroy ||
        (declaration === undefined
          ? run.options.prune.prune
          : (declaration.onFailure === "uninstall" && hadNothingGood(scene, run, write.release)) ||
            (installedBy !== undefined && !goingBack.before(installedBy, write.release).isThere));
      if (!mayGo) return `${own.helm.name} took away ${write.release}, which is declared`;
      allowed.add(own.helm);
      return undefined;
    };
  },
};

/** A revision that was half taken away when the run began is none to go back to, whatever its label says later. */
function hadNothingGood({ world, goingBack }: Scene, run: HeadwayProcess, release: string): boolean {
  return isFailedFirstInstall(world, release) || goingBack.before(run, release).verified.size === 0;
}

export const rollbackTarget: Invariant = {
  name: "rollback target",
  sentence:
    "A rollback goes to the newest revision that was verified before the run that it undoes, and that one was healthy.",
  watch: (scene) => (write) => {
    const own = ownHelm(write);
    if (own?.helm.operation.kind !== "rollback" || write.kind !== "record-created") return undefined;
    const { to } = own.helm.operation;
    const undone = scene.goingBack.debtOf(write.release, own.run)?.owedBy ?? own.run;
    const good = newestGoodBefore(scene, undone, write.release);
    if (good !== undefined && good.record.revision !== to)
      return `${write.release} went back to r${to}, and r${good.record.revision} was the last one verified before ${undone.name}`;
    return scene.truth.wasEverHealthy(write.release, to) ||
      scene.truth.isTouchedSince(write.release, -Infinity)
      ? undefined
      : `${write.release} went back to r${to}, which never was healthy`;
  },
};

export const takenBackRightly: Invariant = {
  name: "taken back rightly",
  sentence:
    "Where the stack's policy says so, the failure of a release that is to blame takes back what the run has changed in its scope, all of it and nothing else.",
  watch: (scene) => {
    const since = new Map<string, string>();
    return (write) => {
      if (write.kind !== "state-written" || write.by.kind !== "headway") return undefined;
      const { process: run } = write.by;
      const failed = new Set<ReleaseId>();
      for (const [id, { takenBack }] of write.state.releases) {
        if (takenBack === undefined || since.get(id) === takenBack.since) continue;
        since.set(id, takenBack.since);
        failed.add(takenBack.dueTo);
        const what = whatIsWrong(scene, run, id, takenBack);
        if (what !== undefined) return what;
      }
      for (const dueTo of failed)
        for (const release of scopeOf(run.stack, dueTo))
          if (write.state.releases.get(release)?.takenBack === undefined && wasChanged(scene, run, release))
            return `${release} is as ${run.name} has made it, and does not go back although ${dueTo} failed`;
      return undefined;
    };
  },
};

function whatIsWrong(
  scene: Scene,
  run: HeadwayProcess,
  release: string,
  { dueTo, to }: TakenBack,
): string | undefined {
  const { world, truth, fates, podsBroke, goingBack } = scene;
  if (!scopeOf(run.stack, dueTo).has(idOf(release)))
    return `${release} is to go back because ${dueTo} failed (onFailure ${run.stack.onFailure})`;
  if ((to === "nothing") === goingBack.before(run, release).isThere)
    return `${release} is to go back to ${to === "nothing" ? to : `r${to}`}, which is not how ${run.name} found it`;
  // What waits out refusals may run out of time, and is then judged by what it was last seen to wait for.
  if (world.traffic.failed > 0) return undefined;
  const declared = run.stack.releases.find(({ name }) => `${namespace}/${name}` === dueTo);
  if (declared === undefined || !isGood(fates, declared)) return undefined;
  if (truth.isTouchedSince(dueTo, run.startedAtMs) || podsBroke.atMs >= run.startedAtMs) return undefined;
  return `${release} is to go back because of ${dueTo} v${declared.version}, and nothing is wrong with that`;
}

/** What a failure takes back besides: nothing, all, or what depends on all that it depends on. */
function scopeOf(stack: SimulatedStack, failed: ReleaseId): ReadonlySet<ReleaseId> {
  const all = stack.fleet.graph.order;
  if (stack.onFailure === "rollbackStack") return new Set(all.filter((id) => id !== failed));
  if (stack.onFailure !== "rollbackRelated") return new Set();
  const upstream = all.filter((id) => id === failed || standsOn(stack, id).includes(failed));
  const related = new Set(upstream.flatMap((id) => [id, ...standsOn(stack, id)]));
  related.delete(failed);
  return related;
}

/** True for what a run has upgraded, seen healthy and put on record as verified, where another verified one was before. */
function wasChanged({ world, goingBack, truth }: Scene, run: HeadwayProcess, release: string): boolean {
  const [newest] = world.server.history(release);
  if (newest === undefined || truth.isTouchedSince(release, run.startedAtMs)) return false;
  const { revision, verifiedLabel, fingerprintLabel } = newest.record;
  if (verifiedLabel !== verifiedLabelValue(revision)) return false;
  const { isThere, verified } = goingBack.before(run, release);
  if (!isThere) return true;
  const fingerprint = fingerprintFor(revision, fingerprintLabel);
  const last = [...verified.keys()].toSorted((a, b) => b - a)[0];
  return last !== undefined && last < revision && verified.get(last) !== fingerprint;
}
