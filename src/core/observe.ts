// Makes observations from what was fetched: records by their labels, payloads, a picture of the objects. Total over
// everything that Helm's storage can hold.
import type { Declaration } from "./declaration.ts";
import { fingerprintFor, secretsFor, verifiedLabelValue } from "./fingerprint.ts";
import { assessRelease } from "./health/release-health.ts";
import type { ObjectRules, StackRules } from "./health/rules.ts";
import type { World } from "./health/world.ts";
import type { ReleaseId } from "./ids.ts";
import type { Observation, Owner, ReleasePayload, ReleaseRecord } from "./observation.ts";

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

/** One observation per declaration. `payloads` are those that could be read, any revision, at most one per release. */
export function observeReleases(input: {
  readonly declarations: readonly Declaration[];
  readonly stackLabel: string;
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  readonly payloads: ReadonlyMap<string, ReleasePayload>;
  readonly world: World;
  readonly nowMs: number;
  readonly rules: StackRules;
}): ReadonlyMap<ReleaseId, Observation> {
  return new Map(
    input.declarations.map((declaration) => {
      const key = releaseKey(declaration);
      const records = input.records.get(key) ?? [];
      return [
        declaration.id,
        observeRelease(records, input.payloads.get(key), input, input.rules.healthOf(declaration.id)),
      ];
    }),
  );
}

function observeRelease(
  records: readonly ReleaseRecord[],
  payload: ReleasePayload | undefined,
  context: { readonly stackLabel: string; readonly world: World; readonly nowMs: number },
  rules: ObjectRules | undefined,
): Observation {
  const newest = records[0];
  if (newest === undefined) return { kind: "absent" };
  const good = records.find(isGood);
  const goodFingerprint = good && fingerprintFor(good.revision, good.fingerprintLabel);
  const deployed = records.find((record) => record.status === "deployed")?.revision;
  const base = {
    revision: newest.revision,
    owner: ownerOf(newest, context.stackLabel),
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
      return {
        ...base,
        kind: "locked",
        status: newest.status,
        resourceVersion: newest.resourceVersion,
        isForeign: isForeignOperation(newest),
        ...(deployed === undefined ? {} : { deployed }),
      };
    case "uninstalled":
    case "superseded":
    case "unknown":
      return { ...base, kind: "unsettled", status: newest.status };
  }
}

/** A revision that can be gone back to: verified as itself, and completed by helm. */
function isGood(record: ReleaseRecord): boolean {
  return (
    record.verifiedLabel === verifiedLabelValue(record.revision) &&
    (record.status === "deployed" || record.status === "superseded")
  );
}

// A plain helm inherits the stack's label, and the fingerprint's too; but only Headway's own names this very revision.
// Rollbacks copy the labels of their target and an uninstall keeps them: nothing tells whose they are.
function isForeignOperation(record: ReleaseRecord): boolean {
  return (
    (record.status === "pending-install" || record.status === "pending-upgrade") &&
    fingerprintFor(record.revision, record.fingerprintLabel) === undefined
  );
}

function ownerOf(record: ReleaseRecord, stackLabel: string): Owner {
  if (record.stackLabel === stackLabel) return { kind: "this-stack" };
  if (record.stackLabel !== undefined) return { kind: "another", name: `the stack ${record.stackLabel}` };
  if (record.foreignOwner !== undefined) return { kind: "another", name: record.foreignOwner };
  return { kind: "nobody" };
}
