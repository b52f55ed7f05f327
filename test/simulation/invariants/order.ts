// In which order releases are begun, taken away and taken back.
import { fingerprintFor } from "../../../src/core/fingerprint.ts";
import type { Debt } from "../going-back.ts";
import type { HeadwayProcess } from "../headway-process.ts";
import type { HelmProcess } from "../helm-process.ts";
import {
  declarationOf,
  dependenciesOf,
  idOf,
  isFailedFirstInstall,
  ownHelm,
  standsOn,
  waitsFor,
  type Scene,
} from "../scene.ts";
import type { SimulatedStack } from "../stacks.ts";
import type { Invariant } from "./invariant.ts";

export const order: Invariant = {
  name: "order",
  sentence: "A release is first written only after all that it waits for were healthy at this run's pins.",
  watch:
    ({ truth }) =>
    (write) => {
      const own = ownHelm(write);
      if (own === undefined || write.kind !== "record-created" || write.status === "pending-rollback")
        return undefined;
      const { run } = own;
      for (const id of waitsFor(run.stack, write.release)) {
        const pin = run.stack.fleet.pins.get(id);
        const isSo = pin !== undefined && truth.lastHealthyMs(id, pin.fingerprint) >= run.startedAtMs;
        // Whoever upgrades it by hand in the same minute lends it a health that is not its own.
        if (!isSo && !truth.isTouchedSince(id, run.startedAtMs))
          return `${write.release} r${write.revision} was begun, and ${id} was not healthy at ${run.name}'s pin`;
      }
      return undefined;
    },
};

export const reverseOrder: Invariant = {
  name: "reverse order",
  sentence: "A release is taken away only after all that depends on it is gone.",
  watch: ({ world, runs, goingBack, truth }) => {
    const lastDeclared = (release: string): SimulatedStack | undefined =>
      runs.findLast(({ stack }) => declarationOf(stack, release) !== undefined)?.stack;
    return (write) => {
      const own = ownHelm(write);
      if (own?.helm.operation.kind !== "uninstall" || write.kind !== "record-updated") return undefined;
      if (isFailedFirstInstall(world, write.release)) return undefined;
      // What goes back goes from under a failed first install, which stays.
      const isTakenBack =
        own.run.takesBack().has(idOf(write.release)) ||
        goingBack.debtOf(write.release, own.run)?.to === "nothing";
      if (!own.run.options.destroy && isTakenBack) return undefined;
      // What somebody has installed by hand is nobody's matter here.
      const there = new Set(
        world.server
          .records()
          .filter(({ record }) => record.stackLabel !== undefined)
          .map(({ record }) => `${record.namespace}/${record.releaseName}`),
      );
      for (const other of there) {
        const stack = declarationOf(own.run.stack, other) === undefined ? lastDeclared(other) : own.run.stack;
        if (stack === undefined || other === write.release) continue;
        // Somebody puts it back by hand while it is being taken away.
        if (truth.isTouchedSince(other, own.run.startedAtMs)) continue;
        // What depends on what is known of those alone that a run has seen declared and put on record.
        if (stack !== own.run.stack && world.server.readState().lastRun?.releases.has(idOf(other)) !== true)
          continue;
        if (dependenciesOf(stack, other).some((id) => id === write.release))
          return `${write.release} is being uninstalled, and ${other}, which depends on it, is there`;
      }
      return undefined;
    };
  },
};

export const wayBack: Invariant = {
  name: "way back",
  sentence:
    "What goes back with its stack goes only once everything that stands on it is back itself, and healthy.",
  watch: (scene) => {
    const begun = new Set<HelmProcess>();
    return (write) => {
      const own = ownHelm(write);
      if (own === undefined || write.kind === "helm-started" || !("release" in write)) return undefined;
      if (own.helm.operation.kind === "upgrade" || begun.has(own.helm)) return undefined;
      begun.add(own.helm);
      const { run } = own;
      const debt = scene.goingBack.debtOf(write.release, run);
      if (run.options.destroy || debt === undefined) return undefined;
      if (isLate(scene, run, debt))
        return `${write.release} went back in ${run.name}, and not in ${debt.owedBy.name}, which had come to its end`;
      for (const dependent of standsOn(run.stack, write.release)) {
        const what = howItStillStands(scene, run, dependent);
        if (what !== undefined)
          return `${write.release} went back, and ${dependent}, which stands on it, ${what}`;
      }
      return undefined;
    };
  },
};

/** True where the run whose failure it was could have paid, and has not. */
function isLate({ world, truth }: Scene, run: HeadwayProcess, { owedBy, release }: Debt): boolean {
  const end = owedBy.end();
  const cameToItsEnd = owedBy !== run && end?.ok === true && end.value.outcome?.kind === "rolled-back";
  const wasLeftAlone = world.traffic.failed === 0 && world.traffic.killedHelms === 0;
  return cameToItsEnd && wasLeftAlone && !truth.isTouchedSince(release, owedBy.startedAtMs);
}

/** True where its own failure took others back, and it is not back itself though a verified revision of it was there. */
function isToBeRolledBack({ world, goingBack }: Scene, run: HeadwayProcess, release: string): boolean {
  const because = goingBack.debtsDueTo(release, run);
  const [newest] = world.server.history(release);
  if (because === undefined || newest === undefined) return false;
  if (declarationOf(run.stack, release)?.onFailure === "keep") return false;
  const { revision, status, fingerprintLabel } = newest.record;
  const failed = run.stack.fleet.pins.get(idOf(release))?.fingerprint;
  const isTheFailedOne = status !== "deployed" || fingerprintFor(revision, fingerprintLabel) === failed;
  return isTheFailedOne && goingBack.before(because.owedBy, release).verified.size > 0;
}

/** Why nothing may go from under a release yet; undefined where it is back, or is not to go back. */
function howItStillStands(scene: Scene, run: HeadwayProcess, release: string): string | undefined {
  const { world, truth, goingBack } = scene;
  if (world.helms.some((helm) => helm.release === release && helm.owner === run && helm.isAlive()))
    return "is being worked on";
  if (truth.isTouchedSince(release, run.startedAtMs)) return undefined;
  const [newest] = world.server.history(release);
  const debt = goingBack.debtOf(release, run);
  if (debt === undefined && isToBeRolledBack(scene, run, release))
    return `is ${newest?.record.status} at r${newest?.record.revision} still, whose failure it was`;
  if (debt === undefined || truth.isTouchedSince(release, debt.owedBy.startedAtMs)) return undefined;
  if (debt.to === "nothing") return newest === undefined ? undefined : "is still there";
  if (newest === undefined) return undefined;
  const { revision, status, fingerprintLabel } = newest.record;
  if (fingerprintFor(revision, fingerprintLabel) === debt.fingerprint) return `is at r${revision} still`;
  return status === "deployed" && truth.wasEverHealthy(release, revision)
    ? undefined
    : `is ${status} at r${revision}, and not healthy again`;
}
