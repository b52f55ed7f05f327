// What a StackSync's status says: kstatus-style conditions, counts, commits and who is not Ready, from one picture of what
// the agent knows of it. Pure; writing it is an adapter's matter.
import type { Outcome, ShownState } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { ReleaseId } from "../ids.ts";
import { leftWords, type Recovery } from "./recovery.ts";

/** A release that is not Ready, and why, as far as it has to be said. */
export type UnreadyRelease = {
  readonly release: ReleaseId;
  readonly state: ShownState;
  readonly cause?: string;
};

/** How a run ended, or how a look that found nothing to do found the stack. */
export type SeenRun = {
  readonly runId: string;
  readonly commit: string;
  readonly outcome: Outcome;
  readonly unready: readonly UnreadyRelease[];
  readonly atMs: number;
  readonly durationMs: number;
};

/** Why a commit is not acted on although it could be read. */
export type Refusal = {
  readonly reason:
    | "InvalidDeclarations"
    | "ChartsUnavailable"
    | "MuchIsGone"
    | "PruneNeedsConsent"
    | "HistoryRewritten"
    | "KeptByAnother";
  readonly message: string;
  readonly commit: string;
};

/** Why the stack in the cluster could not be looked at. */
export type Unseen = {
  readonly message: string;
  readonly sinceMs: number;
  /** Too long to go by the last look. */
  readonly isStale: boolean;
  /** True where somebody waits for this look: for a commit that was not run yet, or because it was asked for. */
  readonly isAwaited: boolean;
};

/** What the agent does with a StackSync just now. */
export type SyncActivity =
  | { readonly kind: "idle" }
  | { readonly kind: "reading" }
  | {
      readonly kind: "running";
      readonly runId: string;
      readonly commit: string;
      readonly wave: number;
      readonly waves: number;
      readonly done: number;
      readonly total: number;
      readonly beganAtMs: number;
      readonly recovery?: Recovery;
    };

/** Everything that is known of a StackSync. */
export type SyncPicture = {
  readonly generation: number;
  /** Its spec can't be used. */
  readonly problems?: readonly string[];
  readonly isSuspended: boolean;
  readonly activity: SyncActivity;
  readonly stack?: string;
  /** The last time the repository was asked: since when it has failed, or which commit it named. */
  readonly source?:
    | { readonly kind: "answered"; readonly commit: string; readonly atMs: number }
    | {
        readonly kind: "failed";
        readonly failure: Failure;
        readonly sinceMs: number;
        /** Too long to go by the last answer. */
        readonly isStale: boolean;
      };
  /** Absent where the last look came to its end. */
  readonly unseen?: Unseen;
  readonly refusal?: Refusal;
  readonly lastAttemptedCommit?: string;
  readonly lastHealthyCommit?: string;
  readonly lastRun?: SeenRun;
  readonly lastHandledReconcileAt?: string;
  /** How long it took until the stack was whole: since its StackSync was made, or since nothing of it was there. */
  readonly lastRecoverySeconds?: number;
};

export type Condition = {
  readonly type: "Ready" | "Reconciling" | "Stalled";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
};

/** The status as it stands in the object (the CRD's schema says each field again). */
export type SyncStatus = {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly stack?: string;
  readonly lastAttemptedCommit?: string;
  readonly lastHealthyCommit?: string;
  readonly lastHandledReconcileAt?: string;
  readonly run?: string;
  /** `3/6` while a run is at its third of six waves. */
  readonly wave?: string;
  /** `31/52`: releases Ready of all. */
  readonly ready?: string;
  readonly releases?: Readonly<Partial<Record<ShownState, number>>>;
  readonly unready?: readonly UnreadyRelease[];
  readonly lastRunFinishedAt?: string;
  readonly lastRecoverySeconds?: number;
};

/** After so many of its intervals without a look, what is known of a StackSync is no longer believed. */
const staleIntervals = 3;

/** True where something that fails since then is not to be gone by any more. */
export function isStaleSince(sinceMs: number, nowMs: number, intervalMs: number): boolean {
  return nowMs - sinceMs > staleIntervals * intervalMs;
}

/** True where nobody knows any more how the stack's releases stand, or how they should. */
export function isStale({ source, unseen }: SyncPicture): boolean {
  return (source?.kind === "failed" && source.isStale) || unseen?.isStale === true;
}

/** So many releases that are not Ready are named at most, and so long is a cause or a message. */
const mostUnready = 50;
const longestCause = 500;
const longestMessage = 1_000;

type Verdict = Pick<Condition, "status" | "reason" | "message">;

/** The status for this picture; conditions that say the same as in `before` keep their time. */
export function syncStatus(picture: SyncPicture, before: SyncStatus | undefined, nowMs: number): SyncStatus {
  const at = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  const condition = (type: Condition["type"], verdict: Verdict): Condition => {
    const old = before?.conditions.find((one) => one.type === type);
    return {
      type,
      ...verdict,
      message: cut(verdict.message, longestMessage),
      observedGeneration: picture.generation,
      lastTransitionTime: old?.status === verdict.status ? old.lastTransitionTime : at,
    };
  };
  const { activity, lastRun } = picture;
  const stalled = stalledBy(picture);
  const isKnown = !isStale(picture);
  const counts = lastRun === undefined || isKnown ? lastRun?.outcome.counts : { Unknown: howManyIn(lastRun) };
  return {
    observedGeneration: picture.generation,
    conditions: [
      condition("Ready", readiness(picture, nowMs)),
      // As kstatus wants it: these two are there while they are true.
      ...(activity.kind === "idle" ? [] : [condition("Reconciling", progress(activity))]),
      ...(stalled === undefined ? [] : [condition("Stalled", { status: "True", ...stalled })]),
    ],
    ...optional("stack", picture.stack),
    ...optional("lastAttemptedCommit", picture.lastAttemptedCommit),
    ...optional("lastHealthyCommit", picture.lastHealthyCommit),
    ...optional("lastHandledReconcileAt", picture.lastHandledReconcileAt),
    ...optional("run", activity.kind === "running" ? activity.runId : lastRun?.runId),
    ...(activity.kind === "running" ? { wave: `${activity.wave}/${activity.waves}` } : {}),
    ...optional("ready", isKnown ? readyOf(picture) : undefined),
    ...(counts === undefined ? {} : { releases: counts }),
    ...(lastRun === undefined || !isKnown ? {} : { unready: named(lastRun.unready) }),
    ...(lastRun === undefined
      ? {}
      : { lastRunFinishedAt: new Date(lastRun.atMs).toISOString().replace(/\.\d+Z$/, "Z") }),
    ...optional("lastRecoverySeconds", picture.lastRecoverySeconds),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  // Only the one key, and only with its own type.
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}

function named(unready: readonly UnreadyRelease[]): readonly UnreadyRelease[] {
  return unready
    .slice(0, mostUnready)
    .map((one) => (one.cause === undefined ? one : { ...one, cause: cut(one.cause, longestCause) }));
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function readyOf({ activity, lastRun }: SyncPicture): string | undefined {
  if (activity.kind === "running") return `${activity.done}/${activity.total}`;
  if (lastRun === undefined) return undefined;
  return `${lastRun.outcome.counts.Ready ?? 0}/${howManyIn(lastRun)}`;
}

function howManyIn({ outcome: { counts } }: SeenRun): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - (counts.Removed ?? 0);
}

function progress(activity: Exclude<SyncActivity, { kind: "idle" }>): Verdict {
  return activity.kind === "reading"
    ? { status: "True", reason: "Reading", message: "reading the repository and the stack" }
    : {
        status: "True",
        reason: "Running",
        message: `run ${activity.runId} of commit ${short(activity.commit)}: wave ${activity.wave}/${activity.waves}, ${activity.done}/${activity.total} ready`,
      };
}

/** Why it can't go on without a person; undefined where it can. */
function stalledBy({ problems, refusal, lastRun }: SyncPicture): Omit<Verdict, "status"> | undefined {
  if (problems !== undefined) return { reason: "InvalidSpec", message: problems.join("; ") };
  if (refusal !== undefined && refusal.reason !== "ChartsUnavailable")
    return { reason: refusal.reason, message: ofCommit(refusal) };
  return lastRun?.outcome.kind === "needs-person"
    ? { reason: "NeedsPerson", message: describeRoots(lastRun) }
    : undefined;
}

function readiness(picture: SyncPicture, nowMs: number): Verdict {
  const { problems, isSuspended, source, unseen, refusal, lastRun, activity } = picture;
  if (problems !== undefined) return { status: "False", reason: "InvalidSpec", message: problems.join("; ") };
  if (isSuspended)
    return { status: "Unknown", reason: "Suspended", message: "suspended: nothing is fetched or changed" };
  if (source?.kind === "failed" && (source.isStale || lastRun === undefined))
    return {
      status: "Unknown",
      reason: "SourceFailed",
      message: `the repository can't be read since ${new Date(source.sinceMs).toISOString()}: ${source.failure.message}`,
    };
  if (unseen?.isStale === true) return notSeen(unseen);
  if (refusal !== undefined) return { status: "False", reason: refusal.reason, message: ofCommit(refusal) };
  if (activity.kind === "running") return running(activity, nowMs);
  if (unseen !== undefined && (unseen.isAwaited || lastRun === undefined)) return notSeen(unseen);
  if (lastRun === undefined)
    return { status: "Unknown", reason: "Progressing", message: "nothing was applied yet" };
  return standing(lastRun);
}

function notSeen({ message, sinceMs }: Unseen): Verdict {
  const since = new Date(sinceMs).toISOString();
  return {
    status: "Unknown",
    reason: "NotBegun",
    message: `nothing could be looked at since ${since}: ${message}`,
  };
}

function running(activity: Extract<SyncActivity, { kind: "running" }>, nowMs: number): Verdict {
  const { recovery, done, total, wave, waves, commit } = activity;
  const soFar = `${done} of ${total} releases are ready, wave ${wave}/${waves}, commit ${short(commit)}`;
  if (recovery === undefined) return { status: "Unknown", reason: "Progressing", message: soFar };
  const found = recovery.isFromNothing ? "nothing of the stack was in the cluster: " : "";
  return {
    status: "Unknown",
    reason: "Recovering",
    message: `${found}${soFar}${leftWords(activity, nowMs)}`,
  };
}

function standing(run: SeenRun): Verdict {
  const ready = run.outcome.counts.Ready ?? 0;
  switch (run.outcome.kind) {
    case "done":
      return run.unready.length === 0
        ? {
            status: "True",
            reason: "Healthy",
            message: `${howMany(ready)} Ready at commit ${short(run.commit)}`,
          }
        : {
            // Suspended, frozen or drifted: nothing is wrong with them.
            status: "True",
            reason: "Healthy",
            message: `${howMany(ready)} Ready at commit ${short(run.commit)}; ${countsOf(run)}`,
          };
    case "rolled-back":
      return { status: "False", reason: "RolledBack", message: describeRoots(run) };
    case "failed":
      return { status: "False", reason: "ReleasesNotReady", message: describeRoots(run) };
    case "needs-person":
      return { status: "False", reason: "NeedsPerson", message: describeRoots(run) };
    case "unreachable":
      return { status: "Unknown", reason: "ClusterUnreachable", message: describeRoots(run) };
    case "interrupted":
      return {
        status: "Unknown",
        reason: "Interrupted",
        message: "the run was interrupted; the next one goes on",
      };
  }
}

function howMany(releases: number): string {
  return releases === 1 ? "1 release is" : `${releases} releases are`;
}

/** Roots first: what follows from them is only counted. */
function describeRoots(run: SeenRun): string {
  const [first, ...others] = run.outcome.roots;
  if (first === undefined) return `not everything is Ready at commit ${short(run.commit)}: ${countsOf(run)}`;
  const blocked = run.outcome.roots.reduce((sum, root) => sum + root.blocks, 0);
  const more = [
    ...(others.length === 0 ? [] : [`and ${others.length} more`]),
    ...(blocked === 0 ? [] : [`${blocked} blocked behind`]),
    `commit ${short(run.commit)}`,
  ];
  return `${first.release}: ${cut(first.cause, longestCause)} (${more.join(", ")})`;
}

function countsOf(run: SeenRun): string {
  return Object.entries(run.outcome.counts)
    .filter(([state]) => state !== "Ready")
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}

function ofCommit({ commit, message }: Refusal): string {
  return `commit ${short(commit)} is not applied: ${message}`;
}

/** As people name a commit. */
function short(commit: string): string {
  return commit.slice(0, 7);
}

/** A Kubernetes Event about a StackSync. */
export type SyncEvent = {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
};

/** The Event that tells of this change, where it is one: how the stack stands, or at which commit, not every count. */
export function eventOf(before: SyncStatus | undefined, after: SyncStatus): SyncEvent | undefined {
  const [old, now] = [before, after].map((status) => status?.conditions.find(({ type }) => type === "Ready"));
  if (now === undefined) return undefined;
  const isSame =
    old?.reason === now.reason &&
    (now.reason === "Progressing" || now.reason === "Recovering"
      ? before?.run === after.run
      : before?.lastHealthyCommit === after.lastHealthyCommit &&
        before?.lastAttemptedCommit === after.lastAttemptedCommit);
  if (isSame) return undefined;
  const isFine =
    now.status === "True" || ["Progressing", "Recovering", "Suspended", "Interrupted"].includes(now.reason);
  return { type: isFine ? "Normal" : "Warning", reason: now.reason, message: now.message };
}
