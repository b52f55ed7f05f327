// The plan: one step for each declared release, each with a reason. A value that can be shown, compared and run; making
// it is make-plan.ts, running it is run/.
import type { Declaration, Json, OnStackFailure, ValuesLayer } from "../declaration.ts";
import type { DriftedObject } from "../drift/drift.ts";
import type { Evidence, Trouble } from "../health/health.ts";
import type { ForeignFields } from "../field-managers.ts";
import type { Failure } from "../failure.ts";
import type { ReleaseId } from "../ids.ts";
import type { KubernetesObject } from "../object.ts";
import type { Freeze, Hook, ReleasePayload, Said, Suspension, TakenBack } from "../observation.ts";
import type { PinnedRelease } from "../pin.ts";
import type { RecordInTheWay, RecordRef } from "../recovery.ts";
import type { Undeclared } from "./prune.ts";

/**
 * One changed leaf of the values; absent sides are undefined. Views mask leaves that look secret, and those that come from
 * encrypted files or Secrets.
 */
export type ValueChange = {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
  /** Which sides are not to be shown. */
  readonly secret?: "both" | "before";
};

/** Why a step is what it is; the first one is the headline. */
export type Reason =
  | { readonly kind: "unchanged" }
  | { readonly kind: "not-installed" }
  | { readonly kind: "adopt"; readonly chart: string }
  | { readonly kind: "chart-changed"; readonly from: string; readonly to: string }
  | { readonly kind: "values-changed"; readonly changes: readonly ValueChange[] }
  /** Files that no key fits: what they change can't be seen. */
  | { readonly kind: "values-locked"; readonly files: readonly string[] }
  /** Objects that values come from and that are not there (yet), in words. */
  | { readonly kind: "values-awaited"; readonly objects: readonly string[] }
  | { readonly kind: "options-changed" }
  | { readonly kind: "fingerprint-unknown" }
  | { readonly kind: "not-verified"; readonly revision: number }
  | { readonly kind: "last-attempt-failed"; readonly revision: number; readonly cause?: string }
  | { readonly kind: "left-over"; readonly status: string; readonly revision: number }
  /** Objects that are no longer as helm applied them. */
  | { readonly kind: "drifted"; readonly objects: readonly DriftedObject[] }
  | { readonly kind: "degraded"; readonly troubles: readonly Trouble[] }
  /** `evidence` is what was taken when it failed. */
  | {
      readonly kind: "quarantined";
      readonly since: string;
      readonly cause: string;
      readonly evidence?: Evidence;
    }
  /** It went back with its stack because `dueTo` failed, or still has to. */
  | { readonly kind: "taken-back"; readonly since: string; readonly dueTo: ReleaseId }
  /** By its declaration, or by what a person said of it or of the whole stack. */
  | { readonly kind: "suspended"; readonly said?: Suspension; readonly wholeStack?: true }
  /** A person put it back to an earlier revision, where it stays. */
  | { readonly kind: "frozen"; readonly freeze: Freeze }
  /** A person wants it back at an earlier revision. */
  | { readonly kind: "rollback-asked"; readonly toRevision: number; readonly said: Said }
  | { readonly kind: "not-selected" }
  /** It stays although others go: because a person asked for it, or protected it, or because `dependent`, which stays so, needs it. */
  | { readonly kind: "kept"; readonly dependent?: ReleaseId; readonly isProtected?: true }
  | { readonly kind: "refused"; readonly failure: Failure }
  | { readonly kind: "retry-asked"; readonly said?: Said }
  /** A person ended what kept it as it was; `wholeStack` where that was said of all. */
  | { readonly kind: "resumed"; readonly said: Said; readonly wholeStack?: true }
  /** A person asked for everything anew, changed or not. */
  | { readonly kind: "redeploy-asked" }
  /** A person asked for new pods, too. */
  | { readonly kind: "restart-asked" }
  /** Fields that somebody else has set since: taken back, or what the upgrade will stop at. */
  | {
      readonly kind: "field-conflicts";
      readonly takes: boolean;
      readonly fields: readonly ForeignFields[];
    }
  | { readonly kind: "destroy" }
  /** The stack owns it, and no document declares it any more. */
  | { readonly kind: "undeclared" };

/** What all steps have. `after` are the releases that must be healthy (or, for uninstall, gone) first. */
type StepBase = {
  readonly release: ReleaseId;
  readonly releaseName: string;
  readonly namespace: string;
  readonly after: readonly ReleaseId[];
  /** What it is declared to depend on, whatever order the run keeps. */
  readonly dependencies: readonly ReleaseId[];
  /** From 1. */
  readonly wave: number;
  readonly reasons: readonly [Reason, ...Reason[]];
};

/** How a release stands where nothing is done to it; `revision` and `payload` of what is there of it. */
export type AsItIs = {
  readonly standing: "healthy" | "degraded" | "unknown";
  readonly revision?: number;
  readonly payload?: ReleasePayload;
};

/** What a step that runs helm has to know besides its pin. */
export type ApplyBase = {
  readonly pin: PinnedRelease;
  readonly asItIs: AsItIs;
  /** Newest revision before this run; 0 where there is none. */
  readonly fromRevision: number;
  /** The verified revision a failed upgrade goes back to. */
  readonly rollbackTo?: number;
  /** True where no revision was ever verified: a failed one is kept, not rolled back and not quarantined. */
  readonly firstInstall: boolean;
  /** How many releases stand behind this one, at most, in one chain: the longest goes first where helm queues. */
  readonly priority: number;
  /** How the newest revision was applied: field conflicts exist server-side only. */
  readonly applyMethod: "server-side" | "client-side";
  /** What going back to `rollbackTo`, or to nothing, would not undo, in words. */
  readonly notUndone?: readonly string[];
  /** Stands for the declaration, what it reads, and the pins of its dependencies. */
  readonly quarantineKey: string;
  /** True where a failed upgrade goes back to this very fingerprint: then it is what surrounds it that fails. */
  readonly proven?: true;
  /** True where its workloads make their pods anew once helm is done. */
  readonly restarts?: true;
  /** Older revisions that count as deployed too, and are marked superseded before helm runs. */
  readonly stale?: readonly RecordRef[];
  /** True where helm takes fields back from other managers, whatever the declaration's fieldConflicts says. */
  readonly takesFields?: true;
};

export type Step = StepBase &
  (
    | {
        /** Nothing to do. `standing` says if dependents may count on it. */
        readonly kind: "keep";
        readonly declaration: Declaration;
        /** Absent in a plan that takes everything away. */
        readonly pin?: PinnedRelease;
        readonly standing: "healthy" | "degraded" | "quarantined" | "refused" | "unknown";
        readonly revision?: number;
        /** What is followed in case it heals, where it is degraded. */
        readonly payload?: ReleasePayload;
      }
    | ({
        readonly kind: "verify";
        readonly revision: number;
        readonly payload: ReleasePayload;
      } & ApplyBase)
    | ({ readonly kind: "install" } & ApplyBase)
    | ({ readonly kind: "upgrade" } & ApplyBase)
    | ({
        /**
         * What a killed run left: a record that is in helm's way (core/recovery.ts) is first marked failed by
         * compare-and-swap; then the release is upgraded, or what the killed run owed is done: its rollback, or taking it
         * back with the stack.
         */
        readonly kind: "recover";
        readonly locked?: RecordInTheWay;
        readonly then: "upgrade" | "roll-back" | "take-back";
        /** Where it is to be taken back to, and because of whose failure. */
        readonly takenBack?: TakenBack;
      } & ApplyBase)
    | ({
        /** Back to a verified revision, because a person wants it; it is frozen there before anything is touched. */
        readonly kind: "roll-back";
        readonly rollbackTo: number;
        readonly freeze: Freeze;
        readonly locked?: RecordInTheWay;
      } & ApplyBase)
    | {
        readonly kind: "uninstall";
        readonly revision: number;
        readonly payload?: ReleasePayload;
        readonly timeoutMs: number;
        /** As `actorOf` gives it. */
        readonly actor?: string;
        /** Held by a helm that may live: waited for first. */
        readonly held?: RecordInTheWay;
      }
  );

/** What of a step's release is known to have drifted; empty where nothing has, or nobody looked. */
export function driftOf(step: Step): readonly DriftedObject[] {
  return step.reasons.flatMap((reason) => (reason.kind === "drifted" ? reason.objects : []));
}

/** The values that a step's release is declared with, weakest layer first; none where it is only taken away. */
export function valuesOf(step: Step): readonly ValuesLayer[] {
  return "pin" in step ? step.pin.values : [];
}

/** The declaration behind a step; uninstall steps have none. */
export function declarationOf(step: Step): Declaration | undefined {
  switch (step.kind) {
    case "keep":
      return step.declaration;
    case "verify":
    case "install":
    case "upgrade":
    case "recover":
    case "roll-back":
      return step.pin.declaration;
    case "uninstall":
      return undefined;
  }
}

/** `file:line` of what a person wrote for a step. */
export function declaredAt(step: Step): string | undefined {
  const range = declarationOf(step)?.range;
  return range === undefined ? undefined : `${range.file}:${range.line}`;
}

export type ApplyStep = Extract<Step, { kind: "verify" | "install" | "upgrade" | "recover" | "roll-back" }>;

export type Plan = {
  readonly stack: string;
  /** The value of the label headway.dev/stack on this stack's records. */
  readonly stackLabel: string;
  readonly order: "dependencies" | "waves";
  /** By default the rest goes on. */
  readonly onFailure?: OnStackFailure;
  /** In an order in which every step stands behind all of its `after`. */
  readonly steps: readonly Step[];
  readonly waves: number;
  /** Namespaces that Headway creates before the first release in them, because they are absent. */
  readonly namespaces: readonly string[];
  /** Releases that the stack owns and no longer declares; those that go have a step as well. */
  readonly undeclared?: readonly Undeclared[];
  /** What a person's rollback leaves as it is although it was meant, and why. */
  readonly staying?: readonly { readonly release: ReleaseId; readonly why: string }[];
};

/** What one release's apply left behind, as far as health has to know. */
export type Applied = {
  readonly revision: number;
  readonly objects: readonly KubernetesObject[];
  /** Followed only while helm itself runs: delete policies take them away afterwards. */
  readonly hooks?: readonly Hook[];
};
