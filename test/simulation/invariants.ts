// What must hold whatever happens, judged from what is written to the simulated cluster and from what is so in it, never
// from what Headway says of itself. Each has a name and a sentence; what it returns is what broke it.
import { fingerprintFor, verifiedLabelValue } from "../../src/core/fingerprint.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import type { HelmProcess } from "./helm-process.ts";
import {
  declarationOf,
  dependenciesOf,
  idOf,
  isFailedFirstInstall,
  keyOf,
  ownHelm,
  waitsFor,
  type Scene,
} from "./scene.ts";
import { isGood, namespace, type SimulatedStack } from "./stacks.ts";
import { helmsOn, isProvenGone } from "./world.ts";
import type { Write } from "./writes.ts";

export type Invariant = {
  readonly name: string;
  readonly sentence: string;
  /** Looks at each write from the beginning of a seed on. */
  readonly watch: (scene: Scene) => (write: Write) => string | undefined;
};

const order: Invariant = {
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

const reverseOrder: Invariant = {
  name: "reverse order",
  sentence: "A release is taken away only after all that depends on it is gone.",
  watch: ({ world, runs }) => {
    const lastDeclared = (release: string): SimulatedStack | undefined =>
      runs.findLast(({ stack }) => declarationOf(stack, release) !== undefined)?.stack;
    return (write) => {
      const own = ownHelm(write);
      if (own?.helm.operation.kind !== "uninstall" || write.kind !== "record-updated") return undefined;
      if (isFailedFirstInstall(world, write.release)) return undefined;
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

const oneWriter: Invariant = {
  name: "one writer",
  sentence: "Never do two helms, or Headway and a helm, work on one release at the same time.",
  watch: ({ world }) => {
    const begunMs = new Map<HelmProcess, number>();
    return (write) => {
      if (!("release" in write) || write.by.kind === "controllers" || write.kind === "helm-started")
        return undefined;
      const { process: writer } = write.by;
      if (write.by.kind === "helm" && !begunMs.has(write.by.process))
        begunMs.set(write.by.process, write.atMs);
      const other = helmsOn(world, write.release).find(
        (helm) =>
          helm !== writer && begunMs.has(helm) && !isTooLateToSee(helm, begunMs.get(helm) ?? 0, write),
      );
      return other === undefined
        ? undefined
        : `${writer.name} wrote to ${write.release}, on which ${other.name} works`;
    };
  },
};

/**
 * Helm's own lock keeps upgrades apart. It has none for rollbacks and uninstalls: where a person begins after the plan,
 * nobody can see it in time. What people do to each other is their matter.
 */
function isTooLateToSee(other: HelmProcess, begunMs: number, { by }: Write): boolean {
  if (by.kind === "controllers") return true;
  if (by.kind === "headway") return other.owner === undefined && begunMs > by.process.plannedAtMs();
  const { owner, operation } = by.process;
  const hasLock = operation.kind === "upgrade" && other.operation.kind === "upgrade";
  if (owner === undefined) return other.owner === undefined || !hasLock;
  return other.owner === undefined && !hasLock && begunMs > owner.plannedAtMs();
}

const noUnlock: Invariant = {
  name: "no unlock without proof",
  sentence:
    "A record in the middle of an operation is marked only when its helm is gone, or has left it alone for a minute.",
  watch: ({ world }) => {
    const begun = new Set<HelmProcess>();
    return (write) => {
      if (write.by.kind === "helm" && write.kind !== "helm-started") begun.add(write.by.process);
      if (write.kind !== "record-marked" || write.by.kind !== "headway") return undefined;
      const living = helmsOn(world, write.release).find((helm) => begun.has(helm));
      if (living === undefined) return undefined;
      if (living.owner === undefined && write.stoodStillMs >= 60_000) return undefined;
      // Nothing but the time tells a person's rollback or uninstall from that of a run that was cut.
      const writtenMs = write.atMs - write.stoodStillMs;
      const cutUntilMs = write.by.process.inheritedUntilMs() ?? -Infinity;
      if (living.owner === undefined && living.operation.kind !== "upgrade" && writtenMs <= cutUntilMs)
        return undefined;
      return `${write.release} r${write.revision} (${write.from}) was marked ${write.to} while ${living.name} worked on it`;
    };
  },
};

const oneHolder: Invariant = {
  name: "one holder",
  sentence:
    "The lock goes to another run only when the one before has given it back, or is gone with its helms.",
  watch:
    ({ world }) =>
    (write) =>
      write.kind === "lock-taken" && write.from !== undefined && !isProvenGone(world, write.from)
        ? `${write.by.kind === "headway" ? write.by.process.name : "somebody"} took the lock of ${write.from.name}`
        : undefined,
};

const nothingWithoutLock: Invariant = {
  name: "nothing without the lock",
  sentence: "A run that has no lock begins nothing on any release.",
  watch: () => (write) => {
    const own = ownHelm(write);
    if (own === undefined || write.kind !== "helm-started" || !own.run.isWithoutLock()) return undefined;
    return `${own.helm.name} was started on ${write.release} without the lock`;
  },
};

const noDestruction: Invariant = {
  name: "no destruction by doubt",
  sentence:
    "A release is taken away only by a destroy, because it is no longer declared, or as a first install that failed.",
  watch: ({ world }) => {
    const allowed = new Set<HelmProcess>();
    return (write) => {
      const own = ownHelm(write);
      if (own?.helm.operation.kind !== "uninstall" || !("release" in write) || allowed.has(own.helm))
        return undefined;
      const { run } = own;
      const declaration = declarationOf(run.stack, write.release);
      const mayGo =
        run.options.destroy ||
        (declaration === undefined
          ? run.options.prune.prune
          : declaration.onFailure === "uninstall" && isFailedFirstInstall(world, write.release));
      if (!mayGo) return `${own.helm.name} took away ${write.release}, which is declared`;
      allowed.add(own.helm);
      return undefined;
    };
  },
};

const rollbackTarget: Invariant = {
  name: "rollback target",
  sentence: "A rollback goes to the newest revision that was verified, and that one was healthy.",
  watch:
    ({ world, truth }) =>
    (write) => {
      const own = ownHelm(write);
      if (own?.helm.operation.kind !== "rollback" || write.kind !== "record-created") return undefined;
      const { to } = own.helm.operation;
      const good = world.server
        .history(write.release)
        .filter(({ record }) => record.verifiedLabel === verifiedLabelValue(record.revision))
        .find(
          ({ record: { status, revision } }) =>
            revision < write.revision && (status === "deployed" || status === "superseded"),
        );
      if (good !== undefined && good.record.revision !== to)
        return `${write.release} went back to r${to}, and r${good.record.revision} was the last one verified`;
      return truth.wasEverHealthy(write.release, to) || truth.isTouchedSince(write.release, -Infinity)
        ? undefined
        : `${write.release} went back to r${to}, which never was healthy`;
    },
};

const honestMark: Invariant = {
  name: "verified is true",
  sentence: "A revision is marked verified only if it was deployed and healthy.",
  watch:
    ({ truth }) =>
    (write) => {
      if (write.kind !== "record-labelled" || !write.isVerified || write.by.kind !== "headway")
        return undefined;
      const isSo = truth.wasEverHealthy(write.release, write.revision);
      // As for the order: two people at once.
      return isSo || truth.isTouchedSince(write.release, write.by.process.startedAtMs)
        ? undefined
        : `${write.release} r${write.revision} was marked verified and never was healthy`;
    },
};

const bounded: Invariant = {
  name: "bounded",
  sentence:
    "A run makes no more revisions than its retries and what was refused explain, and keeps history short.",
  watch: ({ world }) => {
    const made = new Map<string, number>();
    return (write) => {
      const own = ownHelm(write);
      if (own === undefined || write.kind !== "record-created") return undefined;
      const key = `${own.run.name} ${write.release}`;
      const count = (made.get(key) ?? 0) + 1;
      made.set(key, count);
      const declaration = declarationOf(own.run.stack, write.release);
      // Each refusal may cost one revision, in an upgrade and in the rollback after it.
      const most =
        2 + (declaration?.retries ?? 0) + Math.min(20, world.traffic.failed) + world.traffic.killedHelms;
      if (count > most) return `${own.run.name} made ${count} revisions of ${write.release}`;
      const kept = world.server.history(write.release).length;
      const limit = Math.max(10, declaration?.maxHistory ?? 10);
      return kept > limit ? `${write.release} has ${kept} records` : undefined;
    };
  },
};

const quarantine: Invariant = {
  name: "quarantine",
  sentence:
    "What failed and was quarantined is not tried again until something of it changed, or a person asked.",
  watch: ({ world, runs, truth }) => {
    const banned = new Map<string, string>();
    const since = new Map<string, string>();
    let last: HeadwayProcess | undefined;
    const ban = (run: HeadwayProcess, release: string): void => {
      const key = keyOf(run.stack, release);
      if (key !== undefined) banned.set(release, key);
    };
    return (write) => {
      const run = runs.at(-1);
      if (run !== last && run !== undefined)
        for (const [release, key] of banned)
          if (run.options.retry || keyOf(run.stack, release) !== key) banned.delete(release);
      last = run;
      if (write.kind === "state-written" && write.by.kind === "headway")
        for (const [id, { quarantine: held }] of write.state.releases) {
          if (held === undefined || since.get(id) === held.since) continue;
          since.set(id, held.since);
          ban(write.by.process, id);
        }
      if (write.kind === "record-labelled" && write.isVerified && isAtPin(write.release, write.revision))
        banned.delete(write.release);
      const own = ownHelm(write);
      if (own === undefined || write.kind !== "record-created") return undefined;
      const pin = own.run.stack.fleet.pins.get(idOf(write.release));
      if (write.status === "pending-rollback") {
        // Where all could be written, it has to be on record before; one that repeats the same pin says nothing against it.
        if (world.traffic.failed === 0 && !write.fingerprintLabel?.endsWith(pin?.fingerprint ?? " "))
          ban(own.run, write.release);
        return undefined;
      }
      const isOfPin =
        pin !== undefined && fingerprintFor(write.revision, write.fingerprintLabel) === pin.fingerprint;
      if (!isOfPin || banned.get(write.release) !== keyOf(own.run.stack, write.release)) return undefined;
      // Retries and what was refused belong to the run in which it failed; one that is gone is made anew.
      const isAnew = world.server
        .history(write.release)
        .every(({ record }) => record.revision === write.revision);
      return isAnew ? undefined : `${own.run.name} tried ${write.release} again, which is quarantined`;
    };
    function isAtPin(release: string, revision: number): boolean {
      const pin = runs.at(-1)?.stack.fleet.pins.get(idOf(release));
      return (
        pin !== undefined &&
        truth.wasEverHealthy(release, revision) &&
        truth.lastHealthyMs(release, pin.fingerprint) === Infinity
      );
    }
  },
};

const blameless: Invariant = {
  name: "blameless",
  sentence:
    "A version that is good is not quarantined for what the cluster, its helm or its Headway has suffered.",
  watch: ({ truth, fates, podsBroke }) => {
    const since = new Map<string, string>();
    return (write) => {
      if (write.kind !== "state-written" || write.by.kind !== "headway") return undefined;
      const { process: run } = write.by;
      for (const [id, { quarantine: held }] of write.state.releases) {
        if (held === undefined || since.get(id) === held.since) continue;
        since.set(id, held.since);
        const declared = run.stack.releases.find(({ name }) => `${namespace}/${name}` === id);
        if (declared === undefined || !isGood(fates, declared)) continue;
        if (truth.isTouchedSince(id, run.startedAtMs) || podsBroke.atMs >= run.startedAtMs) continue;
        return `${id} v${declared.version} was quarantined by ${run.name}, and nothing is wrong with it`;
      }
      return undefined;
    };
  },
};

/** All that are judged while things happen; how a seed has to end is judged by its story. */
export const invariants: readonly Invariant[] = [
  order,
  reverseOrder,
  noUnlock,
  oneWriter,
  oneHolder,
  nothingWithoutLock,
  noDestruction,
  rollbackTarget,
  honestMark,
  bounded,
  quarantine,
  blameless,
];
