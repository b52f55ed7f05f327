// What has to be done to Helm's records before helm can go on: one table, total over everything that Helm's storage can
// hold of a release and everything that can be wanted of it. Nothing is ever recovered by deleting. Whose record one is,
// and when its helm counts as gone, is here too; carrying it out is the engine's.
import { fingerprintFor } from "./fingerprint.ts";
import type { Observation, RecordStatus, ReleaseRecord } from "./observation.ts";

/** How Helm's storage holds a release: by its newest record, unless said otherwise. */
export type Storage =
  /** No record: never installed, uninstalled, or its records were deleted by hand. */
  | "absent"
  /** With gaps in the numbers or without: helm counts on from the newest. */
  | "deployed"
  /** Older revisions count as deployed as well: helm's write that supersedes them was lost. */
  | "two-deployed"
  | "failed"
  | "failed-over-deployed"
  /** The deployed one was deleted by hand, or its helm died between two writes. */
  | "superseded"
  /** With `--keep-history`. */
  | "uninstalled"
  /** Helm looks at the record whose name is last, and v10 stands before v9: it does not see that it is uninstalled. */
  | "uninstalled-unseen"
  | "pending-install"
  | "pending-upgrade"
  | "pending-rollback"
  | "uninstalling"
  /** A status that this Headway has no word for. */
  | "unknown"
  /** Its content can't be decoded. Helm passes over such a record, and then stumbles over its name. */
  | "unreadable";

/** What is wanted of a release. */
export type Intent = "leave-unchanged" | "apply-changed" | "verify" | "roll-back" | "uninstall";

/** What comes first, always by compare-and-swap on the record as it was observed. */
export type Cure =
  /** Helm goes on from there by itself, or is not needed. */
  | "none"
  /** The older revisions are marked superseded. */
  | "supersede-older"
  /** Once its helm is gone the record is marked failed, in label and content; then the declaration is applied. */
  | "mark-failed"
  /** The record is written anew as a failed one that helm can read; then the declaration is applied. */
  | "rewrite"
  /** Helm goes on from there, but not before whoever holds the record is gone. */
  | "await-holder"
  /** What would go is not known. */
  | "refuse";

type Row = Readonly<Record<Intent, Cure>>;

const helmGoesOn: Row = row("none", "none", "none", "none", "none");
// `helm uninstall` takes over what another one left, in whatever state; so nothing is marked for it.
const cut: Row = row("mark-failed", "mark-failed", "mark-failed", "mark-failed", "await-holder");

/** The table. A rollback supersedes every deployed revision itself (helm `pkg/action/rollback.go`). */
export const recoveryTable: Readonly<Record<Storage, Row>> = {
  //                       unchanged      changed            verify         roll back      uninstall
  absent: helmGoesOn,
  deployed: helmGoesOn,
  "two-deployed": /*   */ row("none", "supersede-older", "none", "none", "none"),
  failed: helmGoesOn,
  "failed-over-deployed": helmGoesOn,
  superseded: helmGoesOn,
  uninstalled: helmGoesOn,
  "uninstalled-unseen": row("mark-failed", "mark-failed", "mark-failed", "mark-failed", "none"),
  "pending-install": cut,
  "pending-upgrade": cut,
  "pending-rollback": cut,
  uninstalling: cut,
  unknown: cut,
  unreadable: /*     */ row("rewrite", "rewrite", "rewrite", "rewrite", "refuse"),
};

function row(unchanged: Cure, changed: Cure, verify: Cure, rollBack: Cure, uninstall: Cure): Row {
  return {
    "leave-unchanged": unchanged,
    "apply-changed": changed,
    verify,
    "roll-back": rollBack,
    uninstall,
  };
}

/** How Helm's storage holds an observed release. */
export function storageOf(observation: Observation): Storage {
  if (observation.kind === "absent") return "absent";
  if (observation.unreadable === true) return "unreadable";
  if (observation.kind === "locked") return observation.status;
  if (observation.olderDeployed !== undefined) return "two-deployed";
  switch (observation.kind) {
    case "deployed":
      return "deployed";
    case "failed":
      return observation.deployed === undefined ? "failed" : "failed-over-deployed";
    case "unsettled":
      return observation.status;
  }
}

/** One record, and what it takes to change it only as it was seen. */
export type RecordRef = { readonly revision: number; readonly resourceVersion: string };

/** A record that has to be marked failed first; where it is not ours, only once it has stood still. */
export type RecordInTheWay = RecordRef & { readonly status: string; readonly ours: boolean };

/** The record in the way of what is wanted of a release; undefined where there is none. */
export function recordInTheWay(observation: Observation, intent: Intent): RecordInTheWay | undefined {
  if (observation.kind === "absent") return undefined;
  const storage = storageOf(observation);
  const cure = recoveryTable[storage][intent];
  if (cure !== "mark-failed" && cure !== "rewrite" && cure !== "await-holder") return undefined;
  const isInFlight = observation.kind === "locked";
  const ours = !isInFlight || (observation.owner.kind === "this-stack" && observation.isForeign !== true);
  // Whoever held it is gone: that was all there was to wait for.
  if (cure === "await-holder" && ours) return undefined;
  const { revision, resourceVersion = "" } = observation;
  return { revision, resourceVersion, status: isInFlight ? observation.status : storage, ours };
}

/** Older revisions that count as deployed and have to be marked superseded first. */
export function staleDeployed(observation: Observation, intent: Intent): readonly RecordRef[] {
  return observation.kind !== "absent" && recoveryTable["two-deployed"][intent] === "supersede-older"
    ? (observation.olderDeployed ?? [])
    : [];
}

/** Whose records may be taken as left by a dead helm of this stack's earlier runs. */
export type Heir = {
  readonly stackLabel: string;
  /**
   * The stack's lock was taken from a run that is gone: until when, by the API server's clock, a helm of it may have
   * written. Absent where the lock was free: then no run was cut.
   */
  readonly cutRunWroteUntilMs?: number;
};

/**
 * True where a record in the middle of an operation may be the work of somebody's helm that still lives; false where it
 * is of one that Headway started, which is gone, for the stack's lock is ours. Installs and upgrades of Headway name
 * their own revision; a rollback carries its target's labels and an uninstall the old ones, so there it is the time that
 * tells: no later than the last sign of life of the run that was cut.
 */
export function mayBeHeldByAnother(record: ReleaseRecord, heir: Heir): boolean {
  if (record.stackLabel !== heir.stackLabel) return true;
  switch (record.status) {
    case "pending-install":
    case "pending-upgrade":
      return fingerprintFor(record.revision, record.fingerprintLabel) === undefined;
    case "pending-rollback":
    case "uninstalling":
      return (
        record.changedAtMs === undefined ||
        heir.cutRunWroteUntilMs === undefined ||
        record.changedAtMs > heir.cutRunWroteUntilMs
      );
    case "unknown":
      return true;
    case "deployed":
    case "failed":
    case "superseded":
    case "uninstalled":
      return false;
  }
}

/** True where an uninstall of a record in this state has to wait for its helm. */
export function isInFlight(status: RecordStatus): boolean {
  return recoveryTable[status].uninstall === "await-holder";
}

/** True where helm, which takes the record whose name is last for the newest, does not see that it is uninstalled. */
export function isUninstalledUnseen(newest: ReleaseRecord, records: readonly ReleaseRecord[]): boolean {
  const lastByName = records
    .map(({ revision }) => String(revision))
    .toSorted()
    .at(-1);
  return newest.status === "uninstalled" && lastByName !== String(newest.revision);
}
