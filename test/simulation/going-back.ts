// What was so before each run, and what the state object says has to go back to it: kept beside the world for the invariants,
// and never shown to Headway.
import { fingerprintFor, verifiedLabelValue } from "../../src/core/fingerprint.ts";
import type { ReleaseId } from "../../src/core/ids.ts";
import type { TakenBack } from "../../src/core/observation.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import { idOf, keyOf } from "./scene.ts";
import type { World } from "./world.ts";

/** As a release was when a run took its lock. */
export type Before = {
  readonly isThere: boolean;
  /** Revisions that were verified by then and could be gone back to, with their fingerprints. */
  readonly verified: ReadonlyMap<number, string | undefined>;
};

/** What goes back with its stack, and the run whose failure it was: one that was killed leaves it to the next. */
export type Debt = TakenBack & { readonly release: string; readonly owedBy: HeadwayProcess };

export type GoingBack = {
  before(run: HeadwayProcess, release: string): Before;
  /** As long as it counts for this run: neither release has changed since, and nobody has asked for another try. */
  debtOf(release: string, run: HeadwayProcess): Debt | undefined;
  /** One of those that go back because this one failed; undefined where none does. */
  debtsDueTo(release: string, run: HeadwayProcess): Debt | undefined;
};

const nothing: Before = { isThere: false, verified: new Map() };

export function watchGoingBack({ server, onWrite }: World): GoingBack {
  const found = new Map<HeadwayProcess, ReadonlyMap<string, Before>>();
  const debts = new Map<ReleaseId, Debt>();
  const lookAround = (): ReadonlyMap<string, Before> => {
    const releases = Map.groupBy(
      server.records(),
      ({ record }) => `${record.namespace}/${record.releaseName}`,
    );
    return new Map(
      [...releases].map(([release, records]) => {
        const verified = records.flatMap(
          ({ record: { revision, status, verifiedLabel, fingerprintLabel } }) =>
            verifiedLabel === verifiedLabelValue(revision) &&
            (status === "deployed" || status === "superseded")
              ? [[revision, fingerprintFor(revision, fingerprintLabel)] as const]
              : [],
        );
        return [release, { isThere: true, verified: new Map(verified) }];
      }),
    );
  };
  onWrite.push((write) => {
    if (write.by.kind !== "headway") return;
    const { process } = write.by;
    if (write.kind === "lock-taken") found.set(process, lookAround());
    if (write.kind !== "state-written") return;
    const { releases } = write.state;
    for (const id of debts.keys()) if (releases.get(id)?.takenBack === undefined) debts.delete(id);
    for (const [id, { takenBack }] of releases) {
      if (takenBack === undefined || debts.get(id)?.since === takenBack.since) continue;
      debts.set(id, { ...takenBack, release: id, owedBy: process });
    }
  });
  const debtOf: GoingBack["debtOf"] = (release, run) => {
    const debt = debts.get(idOf(release));
    if (debt === undefined || (run.options.retry && debt.owedBy !== run)) return undefined;
    const isSame = (one: string): boolean => keyOf(run.stack, one) === keyOf(debt.owedBy.stack, one);
    return isSame(release) && isSame(debt.dueTo) ? debt : undefined;
  };
  return {
    before: (run, release) => found.get(run)?.get(release) ?? nothing,
    debtOf,
    debtsDueTo: (release, run) =>
      debts
        .values()
        .filter(({ dueTo }) => dueTo === idOf(release))
        .map((debt) => debtOf(debt.release, run))
        .find((debt) => debt !== undefined),
  };
}
