// What the agent needs of the world besides what any run needs: its StackSyncs, git, leadership, connections of its own.
import type { Failure, Result } from "../core/failure.ts";
import type { CommitRelation } from "../core/git/commit-relation.ts";
import type { Holder } from "../core/holder.ts";
import type { JsonRecord } from "../core/json.ts";
import type { RunAbout, RunMessage } from "../core/run-message.ts";
import type { Seed } from "../core/stack-sync/seed.ts";
import type { ToldStackSync } from "../core/stack-sync/keeper.ts";
import type { StackSync, StackSyncKey, StackSyncSpec } from "../core/stack-sync/stack-sync.ts";
import type { SyncEvent, SyncStatus } from "../core/stack-sync/sync-status.ts";
import type { View } from "./execute-plan.ts";
import type { Told } from "./notify.ts";
import type { CommitStatuses, Receiver } from "./notify-ports.ts";
import type { Clock, ReadSystemSecret, Releases, StackReader } from "./ports.ts";
import type { RunPorts } from "./run-stack.ts";

/** A StackSync as it was found, with what the agent wrote on it before. */
export type FoundStackSync = ToldStackSync;

/** The StackSyncs of a cluster, or of one namespace. */
export type StackSyncs = {
  list(): Promise<Result<readonly FoundStackSync[]>>;
  /** Those of all namespaces, whichever are kept. */
  listAll(): Promise<Result<readonly FoundStackSync[]>>;
  /** One of any namespace; undefined where there is none of this name. */
  read(key: StackSyncKey): Promise<Result<FoundStackSync | undefined>>;
  /** Calls back whenever one may have changed, until the returned function is called. */
  watch(onChange: () => void): () => void;
  putStatus(sync: StackSync, status: SyncStatus): Promise<Result<void>>;
  /** Tells of a change by a Kubernetes Event; never fails. */
  tell(sync: StackSync, event: SyncEvent): Promise<void>;
  /** Asks the agent to look at once; `at` is what the StackSync's status will say once it has. */
  requestReconcile(key: StackSyncKey, at: string): Promise<Result<void>>;
  /** Suspends it, or ends that. Fails where it is another object by now than `sync`. */
  setSuspend(sync: StackSync, suspend: boolean): Promise<Result<void>>;
};

export type SyncCommit = {
  readonly sha: string;
  readonly subject?: string;
};

/** The files of one commit, as a stack to be read; `close` removes them. */
export type OpenCommit = { readonly reader: StackReader; close(): Promise<void> };

/** The repository of one StackSync, by its credentials as they are. */
export type SyncSource = {
  /** The commit that is followed now; the remote is asked, and what is new is fetched. */
  fetch(): Promise<Result<SyncCommit>>;
  /** How a fetched commit stands to an earlier one, which the remote is asked for where it is not here. */
  relate(from: string, to: string): Promise<CommitRelation>;
  open(commit: string): Promise<Result<OpenCommit>>;
};

/** A connection on behalf of one StackSync: what it writes, its ServiceAccount may write. */
export type SyncConnection = Omit<RunPorts, "releases" | "charts" | "clock"> & {
  readonly readSystemSecret: ReadSystemSecret;
  openHelm(holder: Holder): Promise<Releases>;
  close(): void;
};

/** Leadership among replicas of one agent. */
export type Leadership = {
  /** Resolves once this process leads; undefined where `stop` was given first. */
  win(stop: AbortSignal): Promise<{ readonly lost: AbortSignal; release(): Promise<void> } | undefined>;
};

/** ConfigMaps that hold StackSyncs, in the agent's own namespace. */
export type Seeds = {
  list(): Promise<Result<readonly Seed[]>>;
  /** Applies a StackSync as its seed has it. */
  plant(object: JsonRecord): Promise<Result<void>>;
};

/** Everything that the agent does with the world. */
export type AgentWorld = {
  readonly version: string;
  readonly clock: Clock;
  /** In [0, 1). */
  chance(): number;
  readonly syncs: StackSyncs;
  readonly seeds: Seeds;
  readonly leadership: Leadership;
  openSource(sync: StackSync, spec: StackSyncSpec): Promise<Result<SyncSource>>;
  connect(sync: StackSync, spec: StackSyncSpec): Promise<Result<SyncConnection>>;
  introduceSelf(): Promise<Holder>;
  forgetSelf(holder: Holder): Promise<void>;
  newRunId(): string;
  /** What this cluster is called where several report to one place. */
  readonly clusterName: string;
  /** Who is told of a StackSync's runs; what is secret of them is read anew for each telling. */
  receiversOf(
    sync: StackSync,
    spec: StackSyncSpec,
  ): { readonly statuses: readonly CommitStatuses[]; readonly receivers: readonly Receiver[] };
  /** A view of one run that gives `tell` its end in words. */
  messageView(about: RunAbout, tell: (message: RunMessage) => void): View;
  /** Told how each telling of a StackSync's runs ended. */
  onTold(sync: StackSync, told: Told): void;
  /** Told of the events of this stack's runs. */
  viewsOf(stack: string): readonly View[];
  /** Told how a StackSync stands whenever that was written. */
  onStatus(sync: StackSync, status: SyncStatus): void;
  /** Told when a repository has answered; undefined where it is not meant to be asked any more. */
  onFetched(sync: StackSync, atMs: number | undefined): void;
  /** Told, as often as may be, whether what is known of a stack is to be believed. */
  onFreshness(stack: string, isFresh: boolean): void;
  /** Told that a StackSync is kept no more, and which stack it was, where that was known. */
  onEnded(sync: StackSync, stack: string | undefined): void;
  readonly log: AgentLog;
};

/** What is worth a line in the agent's log beside a run's events. */
export type AgentLog = {
  info(message: string, about: LogFields): void;
  warn(message: string, about: LogFields): void;
};

export type LogFields = {
  readonly stackSync?: StackSyncKey;
  readonly commit?: string;
  readonly failure?: Failure;
};
