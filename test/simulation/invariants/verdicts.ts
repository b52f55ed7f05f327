// What is held for good, bad or tried often enough.
import { fingerprintFor, verifiedLabelValue } from "../../../src/core/fingerprint.ts";
import type { HeadwayProcess } from "../headway-process.ts";
import { declarationOf, idOf, keyOf, ownHelm } from "../scene.ts";
import { isGood, namespace } from "../stacks.ts";
import type { Invariant } from "./invariant.ts";

export const honestMark: Invariant = {
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

export const bounded: Invariant = {
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
      const history = world.server.history(write.release);
      const kept = history.length;
      // What could be gone back to is not pushed out of the history, however many attempts come after it.
      const oldestGood = history.findLast(
        ({ record: { revision, verifiedLabel } }) => verifiedLabel === verifiedLabelValue(revision),
      );
      const span = oldestGood === undefined ? 0 : write.revision - oldestGood.record.revision + 1;
      const limit = Math.max(10, declaration?.maxHistory ?? 10, span);
      return kept > limit ? `${write.release} has ${kept} records` : undefined;
    };
  },
};

export const quarantine: Invariant = {
  name: "quarantine",
  sentence:
    "What failed, or was taken back with its stack, is not tried again until something of it changed, or of what took it back, or a person asked.",
  watch: ({ world, runs, truth, goingBack }) => {
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
        // What goes back with its stack has its debt instead.
        if (goingBack.debtOf(write.release, own.run) !== undefined) return undefined;
        // Where all could be written, it has to be on record before; one that repeats the same pin says nothing against it.
        if (world.traffic.failed === 0 && !write.fingerprintLabel?.endsWith(pin?.fingerprint ?? " "))
          ban(own.run, write.release);
        return undefined;
      }
      const debt = goingBack.debtOf(write.release, own.run);
      // A helm that was killed may have left half of it: what has begun comes to its end, and goes back then.
      const hadBegun = world.helms.some(
        (helm) => helm !== own.helm && helm.owner === own.run && helm.release === write.release,
      );
      if (debt !== undefined && !(debt.owedBy === own.run && hadBegun))
        return `${own.run.name} tried ${write.release} again, which was taken back because ${debt.dueTo} failed`;
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

export const blameless: Invariant = {
  name: "blameless",
  sentence:
    "A version that is good is not quarantined for what the cluster, its helm or its Headway has suffered.",
  watch: ({ truth, fates, podsBroke }) => {
    const since = new Map<string, string>();
    return (write) => {
      if (write.kind !== "state-written" || write.by.kind !== "headway") return undefined;
      const { process: run } = write.by;
      for (const [id, { quarantine: held, lastFailure }] of write.state.releases) {
        if (held === undefined || since.get(id) === held.since) continue;
        since.set(id, held.since);
        // What it was to go back to may never have been well by itself.
        if (lastFailure?.outcome === "rollback-failed" && truth.isTouchedSince(id, -Infinity)) continue;
        const declared = run.stack.releases.find(({ name }) => `${namespace}/${name}` === id);
        if (declared === undefined || !isGood(fates, declared)) continue;
        if (truth.isTouchedSince(id, run.startedAtMs) || podsBroke.atMs >= run.startedAtMs) continue;
        return `${id} v${declared.version} was quarantined by ${run.name}, and nothing is wrong with it`;
      }
      return undefined;
    };
  },
};
