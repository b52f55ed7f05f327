// The state of a run as a value, the facts that move it and the effects it asks for. How they are connected is
// advance.ts. Time only ever arrives inside facts.
//
//                        ┌────────────── backing-off ◀─┐ (transient, or retries left)
//                        ▼                             │
//   holding ──▶ preparing ──▶ applying ──▶ settling ───┤──▶ (testing) ──▶ healthy
//      │            │            │             │       │
//      │            └────────────┴─────────────┴──▶ failing ──▶ rolling-back ──▶ rolled-back
//      │                                               │              └──▶ failed (rollback failed)
//      ├──▶ healthy, failed or skipped, as it is (a person suspended it)
//      ├──▶ skipped (a root of it failed)              ├──▶ uninstalling ──▶ failed
//      └──▶ cancelled (interrupted)                    └──▶ failed (kept) ──▶ healthy (heals late)
//
//   verify steps: holding ──▶ settling; recover steps that owe a rollback: holding ──▶ preparing ──▶ rolling-back
//   roll-back steps, because a person asked: holding ──▶ (preparing) ──▶ rolling-back ──▶ healthy, and frozen
//   uninstall steps: holding ──▶ uninstalling (helm, then until the objects are gone) ──▶ removed
//   where another failure takes the run's changes back: healthy ──▶ rolling-back or uninstalling ──▶ taken-back
import type { ValuesObject } from "../declaration.ts";
import type { Event, Hold, Outcome, Unmet } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { Evidence, ReleaseHealth, StuckPod } from "../health/health.ts";
import type { ReleaseId } from "../ids.ts";
import type { ObjectRef } from "../object.ts";
import type { FailureRecord, Suspension, TakenBack } from "../observation.ts";
import type { PinnedRelease } from "../pin.ts";
import type { Applied, ApplyStep, Plan, Step } from "../plan/plan.ts";
import type { PhaseClock } from "./phase-times.ts";

/** Common to every state in which an attempt is under way. */
type Attempt = {
  /** From 1. */
  readonly attempt: number;
  /** When the first helm of this attempt started; attempts again after a transient cause keep it. */
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  readonly leftBehind?: Applied;
  /** The passing refusal that was waited out last. */
  readonly delayedBy?: Failure;
};

/** An attempt that may not have started a helm yet. */
type Begun = {
  readonly attempt: number;
  readonly startedAtMs?: number;
  readonly deadlineMs?: number;
  /** What an earlier helm of this run stored before it failed: to be undone, should no later one get further. */
  readonly leftBehind?: Applied;
  readonly delayedBy?: Failure;
};

export type StepState =
  | { readonly kind: "holding"; readonly hold: Hold }
  | ({
      readonly kind: "preparing";
      readonly doing: "recover" | "conditions" | "values" | "crds" | "queue";
      /** Set while something is waited for. */
      readonly hold?: Extract<Hold, { kind: "condition" | "values" }>;
      /** Set once a person has suspended it, until it has left helm's queue. */
      readonly suspended?: Suspension;
    } & Begun)
  | ({
      readonly kind: "applying";
      /** The record as seen while helm still runs, and what is known against it. */
      readonly applied?: Applied;
      readonly health?: ReleaseHealth;
      /** Set once helm is being stopped because of this. */
      readonly stopping?: { readonly failure: Failure; readonly evidence?: Evidence };
    } & Attempt &
      SuspectClock)
  | ({
      readonly kind: "settling";
      readonly applied: Applied;
      readonly health?: ReleaseHealth;
      /** Since when it has been ready without a break, where it has to stay so for a while. */
      readonly stableSinceMs?: number | undefined;
    } & Attempt &
      SuspectClock &
      FreedPods)
  /** Ready and stable; the chart's tests run. */
  | ({
      readonly kind: "testing";
      readonly applied: Applied;
      readonly testedSinceMs: number;
      /** Of what the tests run. */
      readonly health?: ReleaseHealth;
      /** True while the release's own objects are not ready any more. */
      readonly isBroken?: boolean;
      /** Set once helm is being stopped because of this; `hasEnded` where it was quicker than the evidence. */
      readonly stopping?: {
        readonly failure: Failure;
        readonly evidence?: Evidence;
        readonly hasEnded?: boolean;
      };
      /** Set while a transient refusal is waited out. */
      readonly retryAtMs?: number | undefined;
    } & Attempt &
      SuspectClock)
  | ({
      readonly kind: "backing-off";
      readonly untilMs: number;
      readonly failure: Failure;
      /** The preparation that was refused and comes first again; absent where it was helm. */
      readonly again?: "recover" | "conditions" | "values" | "crds";
    } & Begun)
  | {
      readonly kind: "failing";
      readonly attempt: number;
      readonly failure: Failure;
      readonly doing: "capture-evidence" | "record";
      readonly then: Then;
      /** What follows where it may not be tried again after all. */
      readonly otherwise: Exclude<Then, "retry">;
      /** True where this fingerprint is not tried again until the declaration changes. */
      readonly quarantine: boolean;
      /** True where helm had done its part: what it applied may still become healthy. */
      readonly settled: boolean;
      /** True where its tests failed, of which something may still run. */
      readonly tested: boolean;
      readonly applied?: Applied;
      readonly evidence?: Evidence;
    }
  | ({
      readonly kind: "rolling-back";
      readonly toRevision: number;
      readonly failure: Failure;
      /** The release whose failure takes this one back, where it is not its own. */
      readonly dueTo?: ReleaseId;
      /** Of its own failure; absent where it had not failed itself. */
      readonly evidence?: Evidence;
      readonly startedAtMs: number;
      readonly deadlineMs: number;
      readonly applied?: Applied;
      /** The record as seen while helm still works on it: its hooks are followed. */
      readonly seen?: Applied;
      readonly health?: ReleaseHealth;
      /** Set once the rollback has failed: until there is evidence of that, and its helm, where that is stopped, has ended. */
      readonly failing?: {
        readonly failure: Failure;
        readonly evidence?: Evidence;
        readonly stopsHelm: boolean;
      };
      /** Set while a transient refusal is waited out. */
      readonly retryAtMs?: number;
      readonly delayedBy?: Failure;
    } & SuspectClock &
      FreedPods)
  | {
      readonly kind: "uninstalling";
      /** Why an install is taken away; absent where a person asked. */
      readonly failure?: Failure;
      /** The release whose failure takes this one away, where it is not its own. */
      readonly dueTo?: ReleaseId;
      readonly doing: "helm" | "wait-gone";
      /** True where its helm is the second one, for the first was killed. */
      readonly isBegunAnew?: true;
      /** Set while a passing refusal is waited out. */
      readonly retryAtMs?: number | undefined;
      readonly startedAtMs: number;
      readonly deadlineMs: number;
      readonly health?: ReleaseHealth;
    }
  | { readonly kind: "healthy"; readonly revision: number }
  | { readonly kind: "rolled-back"; readonly toRevision: number; readonly failure: Failure }
  | {
      /** `standing` tells a kept failure from one that was never applied or needs a person. */
      readonly kind: "failed";
      readonly failure: Failure;
      readonly standing:
        "kept" | "uninstalled" | "rollback-failed" | "quarantined" | "degraded" | "refused" | "transient";
      readonly applied?: Applied;
    }
  /** It is as it was before the run, because another release failed. */
  | { readonly kind: "taken-back"; readonly to: TakenBack["to"]; readonly dueTo: ReleaseId }
  | { readonly kind: "skipped"; readonly blockedBy: readonly ReleaseId[] }
  | { readonly kind: "cancelled" }
  | { readonly kind: "removed" };

/** What follows a failure once it is recorded. */
export type Then = "retry" | "rollback" | "keep" | "uninstall";

/** When each suspect was first seen, by its key: a tolerance counts from there. */
type SuspectClock = { readonly suspectsSinceMs: ReadonlyMap<string, number> };

/** Uids of stuck pods that were deleted: none is deleted twice. */
type FreedPods = { readonly freed?: ReadonlySet<string> };

/** One step of the run as it stands. */
export type StepEntry = { readonly step: Step; readonly state: StepState; readonly clock: PhaseClock };

export type Run = {
  readonly id: string;
  readonly plan: Plan;
  readonly startedAtMs: number;
  readonly steps: ReadonlyMap<ReleaseId, StepEntry>;
  readonly dependentsOf: ReadonlyMap<ReleaseId, readonly ReleaseId[]>;
  /** Namespaces that are not there yet, and those whose making was refused. */
  readonly namespaces: ReadonlyMap<
    string,
    { readonly kind: "ensuring" } | { readonly kind: "refused"; readonly failure: Failure }
  >;
  readonly wavesFinished: number;
  /**
   * Releases that do not start any more and go back to what they were, each because another one failed. `debt` is "none"
   * where there is nothing to go back from: not changed, or left to its own policy because it has failed itself.
   */
  readonly takingBack: ReadonlyMap<
    ReleaseId,
    { readonly dueTo: ReleaseId; readonly debt: "none" | "unrecorded" | "recorded" }
  >;
  /** No step starts any more: somebody stopped the run or suspended the stack, a newer commit is there, a rollback failed, or the stack wants no more after a failure. */
  readonly stopping?: {
    readonly why: StopWish | "rollback-failed" | "failure";
  };
  readonly outcome?: Outcome;
};

/**
 * Why a run is to stop: at once; once what has begun is done (where the stack was suspended); or once the helms at work are
 * done, because a newer commit takes over and its run goes on with what settles.
 */
export type StopWish = "interrupted" | "lease-lost" | "suspended" | "newer-commit";

/** True where the step will not move any more by itself, as far as the run's end is concerned. */
export function hasEnded(state: StepState): boolean {
  switch (state.kind) {
    case "healthy":
    case "rolled-back":
    case "taken-back":
    case "failed":
    case "skipped":
    case "cancelled":
    case "removed":
      return true;
    case "holding":
    case "preparing":
    case "applying":
    case "settling":
    case "testing":
    case "backing-off":
    case "failing":
    case "rolling-back":
    case "uninstalling":
      return false;
  }
}

type At = { readonly atMs: number };
type AtRelease = At & { readonly release: ReleaseId };

/** What happened. `atMs` is the wall clock in milliseconds. */
export type Fact =
  | (At & { readonly kind: "run-begun" })
  | (At & { readonly kind: "namespace-ensured"; readonly namespace: string; readonly created: boolean })
  | (At & { readonly kind: "namespace-refused"; readonly namespace: string; readonly failure: Failure })
  | (AtRelease & { readonly kind: "record-recovered"; readonly revision: number; readonly status: string })
  | (AtRelease & { readonly kind: "conditions-met" })
  | (AtRelease & { readonly kind: "conditions-awaited"; readonly unmet: readonly Unmet[] })
  /** Everything that values come from was there; the pin is final. */
  | (AtRelease & { readonly kind: "values-read"; readonly pin: PinnedRelease })
  | (AtRelease & { readonly kind: "values-awaited"; readonly missing: readonly ValuesObject[] })
  | (AtRelease & { readonly kind: "crds-applied"; readonly names: readonly string[] })
  | (AtRelease & { readonly kind: "preparation-refused"; readonly failure: Failure })
  | (AtRelease & { readonly kind: "helm-started" })
  /** The record of a revision that helm is still working on, so that its hooks and objects can be followed. */
  | (AtRelease & { readonly kind: "record-seen"; readonly applied: Applied })
  | (AtRelease & { readonly kind: "helm-finished"; readonly applied: Applied })
  /** `applied` where helm had stored a revision before it failed. */
  | (AtRelease & { readonly kind: "helm-failed"; readonly failure: Failure; readonly applied?: Applied })
  /** Of the objects that the last watch-health or watch-gone of this release asked for. */
  | (AtRelease & {
      readonly kind: "health-observed";
      readonly revision: number;
      readonly health: ReleaseHealth;
    })
  /** How what the tests run stands, while helm runs them. */
  | (AtRelease & { readonly kind: "tests-observed"; readonly health: ReleaseHealth })
  /** `ran` counts the chart's test hooks. */
  | (AtRelease & { readonly kind: "tests-passed"; readonly ran: number })
  /** `health` is of the test hooks. */
  | (AtRelease & {
      readonly kind: "tests-failed";
      readonly failure: Failure;
      readonly health?: ReleaseHealth;
    })
  /** `unreachable` where the cluster could not be asked: a deadline that ran out then says nothing about the release. */
  | (AtRelease & {
      readonly kind: "evidence-captured";
      readonly evidence: Evidence;
      readonly unreachable?: Failure;
    })
  | (AtRelease & { readonly kind: "failure-recorded" })
  | (At & { readonly kind: "take-back-recorded"; readonly releases: readonly ReleaseId[] })
  | (AtRelease & { readonly kind: "workloads-restarted"; readonly objects: readonly ObjectRef[] })
  | (AtRelease & { readonly kind: "warned"; readonly message: string })
  /** A person has suspended it since the run was planned. */
  | (AtRelease & { readonly kind: "release-suspended"; readonly said: Suspension })
  | (At & { readonly kind: "woken" })
  | (At & { readonly kind: "stop-asked"; readonly why: StopWish });

/** What has to be done. An effect is carried out once; its end comes back as a fact. */
export type Effect =
  | { readonly kind: "ensure-namespace"; readonly namespace: string; readonly deadlineMs: number }
  | {
      readonly kind: "recover-record";
      readonly release: ReleaseId;
      readonly step: Extract<Step, { kind: "recover" | "roll-back" }>;
    }
  /**
   * Judge the conditions on dependencies, each by the objects of its revision; where some are not met, tell so, and again
   * whenever one of those objects changes, until `unwatch`.
   */
  | {
      readonly kind: "await-conditions";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly revisions: ReadonlyMap<ReleaseId, number>;
    }
  /** Read the objects that values come from; where some are absent, tell so and wait for them, until `unwatch`. */
  | { readonly kind: "read-values"; readonly release: ReleaseId; readonly step: ApplyStep }
  | {
      readonly kind: "apply-crds";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly deadlineMs: number;
    }
  | {
      readonly kind: "upgrade";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly timeoutMs: number;
    }
  /** Run the chart's tests, with what an earlier run of them left out of the way. */
  | {
      readonly kind: "run-tests";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly revision: number;
      readonly timeoutMs: number;
    }
  /** Delete the pods and Jobs of its tests; only those that have not ended, unless `all`. */
  | {
      readonly kind: "clean-up-tests";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly revision: number;
      readonly all: boolean;
    }
  | { readonly kind: "stop-helm"; readonly release: ReleaseId }
  | {
      readonly kind: "roll-back";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly toRevision: number;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: "uninstall";
      readonly release: ReleaseId;
      readonly step: Step;
      readonly timeoutMs: number;
    }
  | { readonly kind: "watch-health"; readonly release: ReleaseId; readonly applied: Applied }
  | { readonly kind: "watch-gone"; readonly release: ReleaseId; readonly applied: Applied }
  | { readonly kind: "unwatch"; readonly release: ReleaseId }
  | { readonly kind: "delete-pods"; readonly release: ReleaseId; readonly pods: readonly StuckPod[] }
  | {
      readonly kind: "capture-evidence";
      readonly release: ReleaseId;
      readonly step: Step;
      readonly failure: Failure;
      readonly health?: ReleaseHealth;
      readonly applied?: Applied;
    }
  | {
      readonly kind: "record-failure";
      readonly release: ReleaseId;
      readonly record: FailureRecord;
      /** It was to go back with its stack, and is left to its own policy now. */
      readonly endsTakeBack?: true;
      readonly quarantineKey?: string;
      readonly fingerprint?: string;
    }
  /** Put on record what is to go back, before any of it does. */
  | {
      readonly kind: "record-take-back";
      readonly entries: readonly (TakenBack & { readonly release: ReleaseId })[];
    }
  | { readonly kind: "clear-failure"; readonly release: ReleaseId }
  /** `fingerprint` is the pin's; a rolled-back revision carries that of the revision it repeats. */
  | {
      readonly kind: "mark-verified";
      readonly release: ReleaseId;
      readonly step: ApplyStep;
      readonly revision: number;
      readonly fingerprint: string | { readonly ofRevision: number };
    }
  | { readonly kind: "wake"; readonly atMs: number };

export type Advance = {
  readonly run: Run;
  readonly effects: readonly Effect[];
  readonly events: readonly Event[];
};
