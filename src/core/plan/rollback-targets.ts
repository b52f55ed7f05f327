// Which revision each release goes back to when a person asks for a rollback, and why one can't go. All that is in the way is
// named at once, before anything is touched.
import { fingerprintFor } from "../fingerprint.ts";
import type { ReleaseId } from "../ids.ts";
import type { Observation, ReleaseRecord, ReleaseState, Said, StackState } from "../observation.ts";
import { isGood, releaseKey } from "../observe.ts";

/** Where to: for some releases by name, or for the whole stack where `releases` is absent. */
export type RollbackWish = {
  readonly said: Said;
  readonly releases?: ReadonlySet<ReleaseId>;
  readonly to:
    | { readonly kind: "previous" }
    | { readonly kind: "revision"; readonly revision: number }
    /** The revisions at some moment; `when` is its name: `run 12`. */
    | { readonly kind: "moment"; readonly revisions: ReadonlyMap<ReleaseId, number>; readonly when: string };
};

export type RollbackTargets = {
  readonly targets: ReadonlyMap<ReleaseId, number>;
  readonly refusals: readonly { readonly release: ReleaseId; readonly why: string }[];
  /** What stays as it is although it was meant, and why. */
  readonly staying: readonly { readonly release: ReleaseId; readonly why: string }[];
};

type Known = {
  readonly declarations: readonly {
    readonly id: ReleaseId;
    readonly namespace: string;
    readonly releaseName: string;
  }[];
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
  readonly state: StackState;
};

type Answer =
  | { readonly kind: "target"; readonly revision: number }
  | { readonly kind: "refused" | "stays"; readonly why: string };

/** The target of each release that is meant. */
export function chooseTargets(wish: RollbackWish, known: Known): RollbackTargets {
  const targets = new Map<ReleaseId, number>();
  const refusals: { release: ReleaseId; why: string }[] = [];
  const staying: { release: ReleaseId; why: string }[] = [];
  for (const declaration of known.declarations) {
    const { id } = declaration;
    if (wish.releases?.has(id) === false) continue;
    const records = known.records.get(releaseKey(declaration)) ?? [];
    const owner = known.observations.get(id);
    const state = known.state.releases.get(id);
    const answer = whoseElse(owner) ?? answerFor(wish, id, records, state);
    if (answer.kind === "target") targets.set(id, answer.revision);
    else (answer.kind === "refused" ? refusals : staying).push({ release: id, why: answer.why });
  }
  if (wish.to.kind === "moment") {
    const there = new Set(known.declarations.map(({ id }) => id));
    const { when } = wish.to;
    for (const release of wish.to.revisions.keys())
      if (!there.has(release) && wish.releases?.has(release) !== false)
        staying.push({
          release,
          why: `it was there at ${when} and is not any more: apply with a commit that declares it`,
        });
  }
  return { targets, refusals, staying };
}

function whoseElse(observation: Observation | undefined): Answer | undefined {
  return observation !== undefined && observation.kind !== "absent" && observation.owner.kind === "another"
    ? { kind: "refused", why: `it belongs to ${observation.owner.name}` }
    : undefined;
}

function answerFor(
  { to, releases }: RollbackWish,
  id: ReleaseId,
  records: readonly ReleaseRecord[],
  state: ReleaseState | undefined,
): Answer {
  const [newest] = records;
  // A name that was given is meant; of a whole stack, what a person wants left alone is.
  if (releases === undefined && state?.suspension !== undefined)
    return { kind: "stays", why: "it is suspended: name it, or resume it first" };
  if (newest === undefined)
    return releases === undefined
      ? { kind: "stays", why: "it is not installed" }
      : { kind: "refused", why: "it is not installed" };
  switch (to.kind) {
    case "previous":
      return previous(newest, records, state);
    case "revision":
      return numbered(to.revision, newest, records);
    case "moment": {
      const revision = to.revisions.get(id);
      if (revision === undefined)
        return { kind: "stays", why: `it was not there at ${to.when}, and is not uninstalled` };
      return asItWas(revision, newest, records);
    }
  }
}

// Two revisions of one fingerprint are the same thing; so a rollback that was rolled back is not gone back to.
function previous(
  newest: ReleaseRecord,
  records: readonly ReleaseRecord[],
  state: ReleaseState | undefined,
): Answer {
  const here = state?.freeze?.toRevision ?? newest.revision;
  const now = fingerprintOf(newest);
  const found = records.find(
    (record) =>
      record.revision < here && isGood(record) && (now === undefined || fingerprintOf(record) !== now),
  );
  return found === undefined
    ? { kind: "refused", why: "helm keeps no earlier revision of it that was verified healthy" }
    : { kind: "target", revision: found.revision };
}

function numbered(revision: number, newest: ReleaseRecord, records: readonly ReleaseRecord[]): Answer {
  if (revision === newest.revision && newest.status === "deployed")
    return { kind: "refused", why: `it is at revision ${revision}` };
  const found = records.find((record) => record.revision === revision);
  const good = records.filter((record) => isGood(record) && record !== newest);
  const kept =
    good.length === 0
      ? "none that it keeps was"
      : `of those it keeps, ${good.map((record) => record.revision).join(", ")} were`;
  if (found === undefined)
    return { kind: "refused", why: `helm does not keep revision ${revision} (verified: ${kept})` };
  return isGood(found)
    ? { kind: "target", revision }
    : { kind: "refused", why: `revision ${revision} was never verified healthy (${kept})` };
}

function asItWas(revision: number, newest: ReleaseRecord, records: readonly ReleaseRecord[]): Answer {
  const found = records.find((record) => record.revision === revision);
  const isSame =
    revision === newest.revision ||
    (found !== undefined &&
      isGood(newest) &&
      fingerprintOf(newest) !== undefined &&
      fingerprintOf(found) === fingerprintOf(newest));
  return isSame ? { kind: "stays", why: "it is as it was then" } : numbered(revision, newest, records);
}

function fingerprintOf(record: ReleaseRecord): string | undefined {
  return fingerprintFor(record.revision, record.fingerprintLabel);
}
