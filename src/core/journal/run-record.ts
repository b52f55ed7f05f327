// What the journal keeps of a run: history for people, and what a rollback to an earlier run goes by. No run's plan is
// ever made from it.
import type { Outcome, ShownState } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { Evidence } from "../health/health.ts";
import type { ReleaseId } from "../ids.ts";
import type { PhaseTimes } from "../run/phase-times.ts";

/** What started a run. */
export type RunTrigger = {
  /** `apply`, `redeploy`, `destroy`, `rollback`; later versions may know others. */
  readonly command: string;
  /** What it was told besides, where it was: `--to run:12`. */
  readonly detail?: string;
  /** Why, in a person's words. */
  readonly reason?: string;
};

/** Who ran it, as far as is known. */
export type RunActor = {
  /** The user of the operating system. */
  readonly user?: string;
  readonly host?: string;
  /** Whom the API server took them for. */
  readonly kubernetesUser?: string;
};

/** The commit that was checked out; `dirty` where the checkout held more or less than that. */
export type RunCommit = { readonly sha: string; readonly dirty: boolean };

/** A step with something to do. `reason` is its headline's kind, `detail` what can be said of it without a value. */
export type PlannedStep = {
  readonly release: ReleaseId;
  readonly wave: number;
  readonly action: string;
  readonly reason: string;
  readonly detail?: string;
};

/** Something in the run that matters afterwards, in words. `kind` is that of the event stream. */
export type RecordedEvent = {
  readonly at: string;
  readonly kind: string;
  readonly release?: ReleaseId;
  readonly message: string;
};

/** A revision that the run wrote. */
export type WrittenRevision = {
  readonly revision: number;
  readonly action: "install" | "upgrade" | "rollback";
  /** Which one a rollback goes back to, where that is known. */
  readonly repeats?: number;
  readonly outcome: "verified" | "failed";
};

/** How one release stood when the run ended. */
export type ReleaseAtEnd = {
  readonly releaseName: string;
  readonly state: ShownState;
  readonly detail?: string;
  readonly wave: number;
  /** What the plan meant to do with it. */
  readonly action: string;
  /** Helm's newest revision before the run and after it; absent where there is none, or none that is known. */
  readonly before?: number;
  readonly revision?: number;
  /** Of that revision, as far as they are known. */
  readonly fingerprint?: string;
  readonly chart?: { readonly name: string; readonly version: string };
  /** True where that revision was verified healthy. */
  readonly verified: boolean;
  readonly wrote?: readonly WrittenRevision[];
  readonly durations?: PhaseTimes;
  /** The failed releases because of which it was left out. */
  readonly blockedBy?: readonly ReleaseId[];
  /** `file:line`. */
  readonly declaredAt?: string;
  /** The last failure of it in this run. */
  readonly failure?: Failure;
  readonly evidence?: Evidence;
};

/** What a record had no room for. */
export type RecordCut = "evidence" | "events" | "plan" | "details" | "releases";

/** One run. Instants are RFC 3339. */
export type RunRecord = {
  /** What people call it: `run:12`. Counts up within a stack, and is never given twice. */
  readonly number: number;
  readonly id: string;
  readonly stack: string;
  /** HOST/OWNER/REPOSITORY/PATH, or `local:` and a path. */
  readonly source: string;
  /** The version of Headway. */
  readonly version: string;
  readonly commit?: RunCommit;
  readonly actor: RunActor;
  /** Who held the stack's lock for it. */
  readonly holder: string;
  readonly trigger: RunTrigger;
  readonly startedAt: string;
  /** Absent while it runs, and for ever where it was killed. */
  readonly finishedAt?: string;
  /** Of a run that ended the recovery of the stack: how long that took, earlier runs included. */
  readonly recoverySeconds?: number;
  readonly plan: readonly PlannedStep[];
  readonly events: readonly RecordedEvent[];
  readonly outcome?: Outcome;
  /** Every release of the stack, those that the run left alone too; empty as long as it runs. */
  readonly releases: ReadonlyMap<ReleaseId, ReleaseAtEnd>;
  /** Absent where everything is there. */
  readonly cut?: readonly RecordCut[];
};

/** A run as the journal has it; `record` is absent where it can't be read. */
export type JournalEntry = {
  readonly stack: string;
  readonly number: number;
  readonly record?: RunRecord;
};
