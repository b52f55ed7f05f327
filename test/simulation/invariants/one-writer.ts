// Who may write at all: one helm on a release, one run on a stack, and nobody on what another one holds.
import type { HelmProcess } from "../helm-process.ts";
import { ownHelm } from "../scene.ts";
import { helmsOn, isProvenGone } from "../world.ts";
import type { Write } from "../writes.ts";
import type { Invariant } from "./invariant.ts";

export const oneWriter: Invariant = {
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

export const noUnlock: Invariant = {
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

export const oneHolder: Invariant = {
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

export const nothingWithoutLock: Invariant = {
  name: "nothing without the lock",
  sentence: "A run that has no lock begins nothing on any release.",
  watch: () => (write) => {
    const own = ownHelm(write);
    if (own === undefined || write.kind !== "helm-started" || !own.run.isWithoutLock()) return undefined;
    return `${own.helm.name} was started on ${write.release} without the lock`;
  },
};
