// What the cluster holds of each release, total over everything Helm's storage can hold, and what Headway's own state
// object remembers. Making an observation from records is pure; fetching them is an adapter's work.
import type { Json } from "./declaration.ts";
import type { ShownState } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { Evidence, ReleaseHealth } from "./health/health.ts";
import type { ReleaseId } from "./ids.ts";
import type { KubernetesObject } from "./object.ts";

/** Helm's own words for the status of a record (helm `pkg/release/common/status.go`). */
export type RecordStatus =
  | "unknown"
  | "deployed"
  | "uninstalled"
  | "superseded"
  | "failed"
  | "uninstalling"
  | "pending-install"
  | "pending-upgrade"
  | "pending-rollback";

/** One revision as the labels of its Secret tell it; no payload is needed for these. */
export type ReleaseRecord = {
  readonly namespace: string;
  readonly releaseName: string;
  readonly revision: number;
  readonly status: RecordStatus;
  /** Raw label values, absent where the label is. */
  readonly fingerprintLabel?: string;
  readonly verifiedLabel?: string;
  readonly stackLabel?: string;
  readonly secretsLabel?: string;
  /** Another tool's mark of ownership: `flux`. */
  readonly foreignOwner?: string;
  readonly resourceVersion: string;
  /** When it was last written, by the API server's clock. */
  readonly changedAtMs?: number;
};

/** What a revision's payload says, decoded. */
export type ReleasePayload = {
  readonly namespace: string;
  readonly releaseName: string;
  readonly revision: number;
  readonly status: RecordStatus;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion?: string };
  /** The values given by the user, as helm understood them. */
  readonly config: Json;
  /** Objects of the main manifest; those without a namespace that are namespaced carry the release's. */
  readonly objects: readonly KubernetesObject[];
  readonly hooks: readonly Hook[];
  /** How the revision was applied; Helm 3 wrote none and applied client-side. */
  readonly applyMethod: "server-side" | "client-side";
  readonly description?: string;
  /** When helm wrote it, RFC 3339. */
  readonly deployedAt?: string;
};

export type Hook = {
  readonly name: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly events: readonly string[];
};

/** A release as observed. `revision` is the newest one's number. */
export type Observation =
  | { readonly kind: "absent" }
  | (Observed & {
      readonly kind: "deployed";
      /** The pin's fingerprint, where the record carries one that counts for this very revision. */
      readonly fingerprint?: string;
      readonly verified: boolean;
      /** Stands for the leaves of its values that are secret; "unknown" where there are some, absent where none are. */
      readonly secrets?: string;
      readonly payload?: ReleasePayload;
      readonly health: ReleaseHealth | { readonly kind: "unknown" };
    })
  | (Observed & {
      /** The newest revision failed by Helm's own word; `deployed` names an older one that still is. */
      readonly kind: "failed";
      readonly deployed?: number;
      readonly payload?: ReleasePayload;
    })
  | (Observed & {
      /** A helm operation is in flight or was cut, as far as is known. */
      readonly kind: "locked";
      readonly status:
        "pending-install" | "pending-upgrade" | "pending-rollback" | "uninstalling" | "unknown";
      readonly resourceVersion: string;
      /** True where it may be no helm of Headway's that holds it, although the release is this stack's. */
      readonly isForeign?: boolean;
      readonly deployed?: number;
      readonly payload?: ReleasePayload;
    })
  | (Observed & {
      /** Only superseded or uninstalled revisions: nothing is known to be in force. */
      readonly kind: "unsettled";
      readonly status: "superseded" | "uninstalled" | "uninstalled-unseen";
    });

/** What is known of every release that is there, by its records. */
type Observed = {
  readonly revision: number;
  /** Of the newest record. */
  readonly resourceVersion?: string;
  /** The newest revision that was verified and can still be gone back to; may be the newest of all. */
  readonly lastGood?: number;
  readonly lastGoodFingerprint?: string;
  readonly owner: Owner;
  /** The newest record's content can't be decoded. */
  readonly unreadable?: true;
  /** Revisions that count as deployed although a newer one does. */
  readonly olderDeployed?: readonly { readonly revision: number; readonly resourceVersion: string }[];
};

/** Whose release it is: this stack's, nobody's (born outside Headway), or another's. */
export type Owner =
  | { readonly kind: "this-stack" }
  | { readonly kind: "nobody" }
  | { readonly kind: "another"; readonly name: string };

/** The last failure of a release, kept in the state object until the release is Ready again. */
export type FailureRecord = {
  readonly at: string;
  readonly run: string;
  readonly action: "install" | "upgrade" | "verify" | "rollback" | "uninstall";
  readonly revision?: number;
  readonly fingerprint?: string;
  readonly failure: Failure;
  readonly evidence: Evidence;
  readonly outcome: "kept" | "rolled-back" | "uninstalled" | "rollback-failed" | "never-applied";
  readonly rolledBackTo?: number;
  /** Where it is declared, `file:line`. */
  readonly declaredAt?: string;
};

/** Who said what about a release or a stack, and why. Instants are RFC 3339. */
export type Said = { readonly by: string; readonly at: string; readonly reason?: string };

/** A wish that a release, or a whole stack, be left alone; `until` then, or until it is resumed. */
export type Suspension = Said & { readonly until?: string };
/**
 * A release that goes, or went, back with its stack because another one failed. It is not tried again until its own key or
 * that of the failed one changes.
 */
export type TakenBack = {
  readonly key: string;
  /** Of what was taken back. */
  readonly fingerprint: string;
  readonly since: string;
  /** The verified revision before the run; "nothing" where that run had installed it. */
  readonly to: number | "nothing";
  readonly dueTo: ReleaseId;
  /** The failed release's key. */
  readonly dueToKey: string;
};

/** A release that a person put back to `toRevision` and that stays there. */
export type Freeze = Said & {
  readonly toRevision: number;
  /** Digest of the declaration that was in force: another one ends it. Where none was known, only a person does. */
  readonly declaration?: string;
};

/** What decides and can't be read from Helm, per release. One object per stack (schemas/state.schema.json). */
export type ReleaseState = {
  /** `key` stands for the declaration, the values it reads and its dependencies' pins: what must change first. */
  readonly quarantine?: { readonly key: string; readonly fingerprint: string; readonly since: string };
  readonly lastFailure?: FailureRecord;
  readonly suspension?: Suspension;
  readonly freeze?: Freeze;
  /** A person lifted its quarantine: the next run tries again. */
  readonly retry?: Said;
  /** A person ended its suspension or freeze; kept until a run has done what is declared. */
  readonly resumed?: Said;
  readonly takenBack?: TakenBack;
};

/** A health rule without its place. */
export type RememberedRule = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly ready?: string;
  readonly failed?: string;
};

/** How one release stood when the last run that changed anything ended: what `status` and `why` know without git. */
export type LastStanding = {
  readonly state: ShownState;
  readonly detail?: string;
  readonly wave: number;
  readonly after: readonly ReleaseId[];
  readonly releaseName: string;
  readonly chart?: string;
  readonly version?: string;
  /** `file:line`. */
  readonly declaredAt?: string;
  /** Digest of its declaration. */
  readonly declaration?: string;
  readonly timeoutMs?: number;
  /** Its declaration's health rules; "unknown" where they could not be kept, absent where it has none. */
  readonly health?: readonly RememberedRule[] | "unknown";
  /** As which ServiceAccount of its namespace everything was to be done for it. */
  readonly serviceAccountName?: string;
  /** Neither pruned nor destroyed unless a person says so. */
  readonly protect?: true;
  /** Its declaration said so. */
  readonly suspend?: true;
  /** No document declared it in that run. */
  readonly undeclared?: true;
  /** metadata.labels, where there are any. */
  readonly labels?: Readonly<Record<string, string>>;
};

export type LastRun = {
  readonly id: string;
  /** Of the newest run that the journal has given one. */
  readonly number?: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly exitCode: number;
  readonly waves: number;
  readonly releases: ReadonlyMap<ReleaseId, LastStanding>;
};

/** The StackSync that keeps a stack, as it has claimed it; see stack-sync/keeper.ts. */
export type Keeper = {
  /** `namespace/name`. */
  readonly stackSync: string;
  readonly uid: string;
  /** RFC 3339. */
  readonly since: string;
};

export type StackState = {
  readonly releases: ReadonlyMap<ReleaseId, ReleaseState>;
  readonly lastRun?: LastRun;
  /** Of the whole stack. */
  readonly suspension?: Suspension;
  /** A person ended that; kept until the end of the next run. */
  readonly resumed?: Said;
  readonly keeper?: Keeper;
};
