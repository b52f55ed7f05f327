// Makes observations from what was fetched: records by their labels, payloads, a picture of the objects. Total over
// everything that Helm's storage can hold.
import type { Declaration } from "./declaration.ts";
import { fingerprintFor, secretsFor, verifiedLabelValue } from "./fingerprint.ts";
import { assessRelease } from "./health/release-health.ts";
import type { ObjectRules, StackRules } from "./health/rules.ts";
import type { World } from "./health/world.ts";
import type { ReleaseId } from "./ids.ts";
import type { Observation, Owner, ReleasePayload, ReleaseRecord } from "./observation.ts";
import { isUninstalledUnseen, mayBeHeldByAnother, type Heir } from "./recovery.ts";

/** Helm's key of a release: namespace and release name, which need not be the declaration's name. */
export function releaseKey(release: { readonly namespace: string; readonly releaseName: string }): string {
  return `${release.namespace}/${release.releaseName}`;
}

/** Records by release, newest first. */
export function groupRecords(
  records: readonly ReleaseRecord[],
): ReadonlyMap<string, readonly ReleaseRecord[]> {
  const groups = new Map<string, ReleaseRecord[]>();
  for (const record of records) {
    const key = releaseKey(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  for (const group of groups.values()) group.sort((a, b) => b.revision - a.revision);
  return groups;
}

type Picture = Heir & { readonly world: World; readonly nowMs: number };

/**
 * One observation per declaration. `payloads` are those that could be read, any revision, at most one per release;
 * `unreadable` are the releases whose newest one could not be decoded.
 */
export function observeReleases(
  input: Picture & {
    readonly declarations: readonly Declaration[];
    readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
    readonly payloads: ReadonlyMap<string, ReleasePayload>;
    readonly unreadable?: ReadonlySet<string>;
    readonly rules: StackRules;
  },
): ReadonlyMap<ReleaseId, Observation> {
  return new Map(
    input.declarations.map((declaration) => {
      const key = releaseKey(declaration);
      const stored = {
        records: input.records.get(key) ?? [],
        payload: input.payloads.get(key),
        isUnreadable: input.unreadable?.has(key) === true,
      };
      return [declaration.id, observeRelease(stored, input, input.rules.healthOf(declaration.id))];
    }),
  );
}

function observeRelease(
  stored: {
    readonly records: readonly ReleaseRecord[];
    readonly payload: ReleasePayload | undefined;
    readonly isUnreadable: boolean;
  },
  context: Picture,
  rules: ObjectRules | undefined,
): Observation {
  const { records, payload, isUnreadable } = stored;
  const newest = records[0];
  if (newest === undefined) return { kind: "absent" };
  const good = records.find((record) => isGood(record) && !(isUnreadable && record === newest));
  const goodFingerprint = good && fingerprintFor(good.revision, good.fingerprintLabel);
  const [current, ...olderDeployed] = records.filter((record) => record.status === "deployed");
  const deployed = current?.revision;
  const base = {
    revision: newest.revision,
    resourceVersion: newest.resourceVersion,
    owner: ownerOf(newest, context.stackLabel),
    ...(isUnreadable ? { unreadable: true as const } : {}),
    ...(olderDeployed.length === 0
      ? {}
      : {
          olderDeployed: olderDeployed.map(({ revision, resourceVersion }) => ({
            revision,
            resourceVersion,
          })),
        }),
    ...(good === undefined ? {} : { lastGood: good.revision }),
    ...(goodFingerprint === undefined ? {} : { lastGoodFingerprint: goodFingerprint }),
    ...(payload === undefined ? {} : { payload }),
  };
  switch (newest.status) {
    case "deployed": {
      const fingerprint = fingerprintFor(newest.revision, newest.fingerprintLabel);
      const secrets = secretsFor(newest.revision, newest.secretsLabel);
      const isCurrent = payload?.revision === newest.revision;
      return {
        ...base,
        kind: "deployed",
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(secrets === undefined ? {} : { secrets }),
        verified: newest.verifiedLabel === verifiedLabelValue(newest.revision),
        // What was expected long ago has no grace left.
        health: isCurrent
          ? assessRelease(payload.objects, context.world, {
              nowMs: context.nowMs,
              seenSinceMs: 0,
              ...(rules === undefined ? {} : { rules }),
            })
          : { kind: "unknown" },
      };
    }
    case "failed":
      return { ...base, kind: "failed", ...(deployed === undefined ? {} : { deployed }) };
    case "pending-install":
    case "pending-upgrade":
    case "pending-rollback":
    case "uninstalling":
    case "unknown":
      return {
        ...base,
        kind: "locked",
        status: newest.status,
        isForeign: mayBeHeldByAnother(newest, context),
        ...(deployed === undefined ? {} : { deployed }),
      };
    case "uninstalled":
      return {
        ...base,
        kind: "unsettled",
        status: isUninstalledUnseen(newest, records) ? "uninstalled-unseen" : "uninstalled",
      };
    case "superseded":
      return { ...base, kind: "unsettled", status: newest.status };
  }
}

/** A revision that can be gone back to: verified as itself, and completed by helm. */
export function isGood(record: ReleaseRecord): boolean {
  return (
    record.verifiedLabel === verifiedLabelValue(record.revision) &&
    (record.status === "deployed" || record.status === "superseded")
  );
}

function ownerOf(record: ReleaseRecord, stackLabel: string): Owner {
  if (record.stackLabel === stackLabel) return { kind: "this-stack" };
  if (record.stackLabel !== undefined) return { kind: "another", name: `the stack ${record.stackLabel}` };
  if (record.foreignOwner !== undefined) return { kind: "another", name: record.foreignOwner };
  return { kind: "nobody" };
}
