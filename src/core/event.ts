// Everything that a view can be told, as a closed type: facts in the past tense, in the order in which they happened.
// The JSON form of it is schemas/events.schema.json; minor versions only add.
import type { ValuesObject } from "./declaration.ts";
import type { Failure } from "./failure.ts";
import type { Evidence, ReleaseHealth } from "./health/health.ts";
import type { ReleaseId } from "./ids.ts";
import type { ObjectRef } from "./object.ts";
import type { Suspension } from "./observation.ts";
import type { Reason } from "./plan/plan.ts";

/** Why a step has not started. Waiting goes by itself; `blocked` needs its root fixed. */
export type Hold =
  | { readonly kind: "dependency"; readonly on: readonly ReleaseId[] }
  | { readonly kind: "blocked"; readonly by: readonly ReleaseId[] }
  | { readonly kind: "namespace"; readonly namespace: string }
  /** Conditions on dependencies that are healthy. */
  | { readonly kind: "condition"; readonly unmet: readonly Unmet[] }
  /** Objects that values come from and that are not there yet. */
  | { readonly kind: "values"; readonly missing: readonly ValuesObject[] }
  /** A person has suspended it since the run began: it is left as it is. */
  | { readonly kind: "suspended"; readonly said: Suspension }
  | { readonly kind: "slot" }
  | { readonly kind: "lock"; readonly holder: string };

/** One condition on a dependency that is not met (yet), with why not. */
export type Unmet = { readonly on: ReleaseId; readonly why: string };

/** The words that every surface shows for the state of a release. */
export type ShownState =
  | "Pending"
  | "Waiting"
  | "Blocked"
  | "Running"
  | "Ready"
  | "Degraded"
  | "Drifted"
  | "Suspended"
  | "Failed"
  | "RolledBack"
  | "Quarantined"
  | "Frozen"
  | "Removing"
  | "Removed"
  | "Cancelled"
  | "Unknown";

export type Action = "keep" | "verify" | "install" | "upgrade" | "recover" | "roll-back" | "uninstall";

export type Outcome = {
  readonly kind: "done" | "failed" | "rolled-back" | "unreachable" | "needs-person" | "interrupted";
  /** Releases by the state they ended in. */
  readonly counts: Readonly<Partial<Record<ShownState, number>>>;
  /** Roots only: each failed release with how many it blocks. */
  readonly roots: readonly { readonly release: ReleaseId; readonly cause: string; readonly blocks: number }[];
  readonly exitCode: number;
};

/** The evidence that comes with a failure. */
export function evidenceOf(event: Event): Evidence | undefined {
  return event.kind === "release-failed" || event.kind === "rollback-failed" ? event.evidence : undefined;
}

type AtRun = { readonly atMs: number; readonly run: string };
type AtRelease = AtRun & { readonly release: ReleaseId };

export type Event =
  | (AtRun & {
      readonly kind: "run-started";
      readonly stack: string;
      readonly waves: number;
      readonly actions: Readonly<Partial<Record<Action, number>>>;
      readonly releases: readonly {
        readonly release: ReleaseId;
        readonly wave: number;
        readonly action: Action;
        readonly reason: Reason;
        readonly after: readonly ReleaseId[];
      }[];
    })
  | (AtRun & { readonly kind: "namespace-created"; readonly namespace: string })
  | (AtRun & {
      readonly kind: "wave-finished";
      readonly wave: number;
      readonly ready: number;
      readonly releases: number;
    })
  | (AtRelease & { readonly kind: "step-held"; readonly hold: Hold })
  | (AtRelease & { readonly kind: "crds-applied"; readonly names: readonly string[] })
  | (AtRelease & { readonly kind: "record-recovered"; readonly revision: number; readonly status: string })
  | (AtRelease & { readonly kind: "apply-started"; readonly action: Action; readonly attempt: number })
  | (AtRelease & { readonly kind: "apply-finished"; readonly revision: number; readonly durationMs: number })
  | (AtRelease & {
      /** A cause that may go by itself; the next attempt is at `retryAtMs`. */
      readonly kind: "apply-delayed";
      readonly failure: Failure;
      readonly retryAtMs: number;
    })
  | (AtRelease & { readonly kind: "workloads-restarted"; readonly objects: readonly ObjectRef[] })
  | (AtRelease & { readonly kind: "health-changed"; readonly health: ReleaseHealth })
  /** Its objects are ready, and have to stay so for `forMs`; told again after a break. */
  | (AtRelease & { readonly kind: "stability-awaited"; readonly forMs: number })
  | (AtRelease & { readonly kind: "test-started" })
  | (AtRelease & { readonly kind: "test-finished"; readonly tests: number; readonly durationMs: number })
  | (AtRelease & { readonly kind: "release-ready"; readonly revision: number; readonly durationMs: number })
  | (AtRelease & {
      readonly kind: "release-failed";
      readonly failure: Failure;
      readonly evidence: Evidence;
      readonly then: "rollback" | "retry" | "keep" | "uninstall";
    })
  /** The stack's policy takes back what the run has changed, because `dueTo` failed. */
  | (AtRun & {
      readonly kind: "take-back-started";
      readonly dueTo: ReleaseId;
      readonly releases: readonly ReleaseId[];
    })
  /** `dueTo` names the release whose failure takes this one back, where it is not its own. */
  | (AtRelease & {
      readonly kind: "rollback-started";
      readonly toRevision: number;
      readonly dueTo?: ReleaseId;
    })
  | (AtRelease & {
      readonly kind: "rollback-finished";
      readonly toRevision: number;
      readonly revision: number;
      readonly durationMs: number;
    })
  | (AtRelease & {
      readonly kind: "rollback-failed";
      readonly failure: Failure;
      /** Of what the rollback has failed with; absent where it was to mend a failure, whose evidence was told with that. */
      readonly evidence?: Evidence;
      /** Where helm had done its part. */
      readonly revision?: number;
    })
  | (AtRelease & { readonly kind: "uninstall-started"; readonly dueTo?: ReleaseId })
  | (AtRelease & { readonly kind: "uninstall-finished"; readonly durationMs: number })
  | (AtRelease & { readonly kind: "release-skipped"; readonly blockedBy: readonly ReleaseId[] })
  | (AtRelease & { readonly kind: "release-cancelled" })
  | (AtRelease & { readonly kind: "warning"; readonly message: string })
  | (AtRun & { readonly kind: "interrupted"; readonly why: string })
  | (AtRun & { readonly kind: "run-finished"; readonly outcome: Outcome; readonly durationMs: number });
