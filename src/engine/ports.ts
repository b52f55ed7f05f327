// What the engine needs of the world, as narrow interfaces that adapters fill. They translate and never decide: a
// refusal of the world comes back as a Failure.
import type { BuiltStack } from "../core/kustomize/built-stack.ts";
import type { ChartDigest, IndexedChart } from "../core/charts/chart-index.ts";
import type { Catalogue } from "../core/charts/chart-resolution.ts";
import type { Declaration, Repository, ValuesObject } from "../core/declaration.ts";
import type { Checked, Diagnostic } from "../core/diagnostic.ts";
import type { Result } from "../core/failure.ts";
import type { Capabilities } from "../core/foresight/capabilities.ts";
import type { Evidence, ReleaseHealth, Trouble } from "../core/health/health.ts";
import type { World } from "../core/health/world.ts";
import type { Holder } from "../core/holder.ts";
import type { JsonRecord } from "../core/json.ts";
import type { ChartWish, ExactChart, LockedChart, ReadLock } from "../core/charts/lock.ts";
import type { HelmRevision } from "../core/journal/release-history.ts";
import type { JournalEntry, RunRecord } from "../core/journal/run-record.ts";
import type { KubernetesObject, ObjectRef } from "../core/object.ts";
import type { ReleasePayload, ReleaseRecord, StackState } from "../core/observation.ts";
import type { PinnedChart } from "../core/pin.ts";
import type { ChartValues } from "../core/values/chart-values.ts";
import type { FoundValuesFile } from "../core/values/read-values-file.ts";
import type { StackFile } from "../core/declarations/sort-documents.ts";
import type { FoundObjects } from "../core/values/values-objects.ts";
import type { RestartFields } from "../core/workload-restart.ts";

export type Clock = {
  /** Wall clock, milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back once, not before `atMs`; the returned function calls it off. */
  wakeAt(atMs: number, callBack: () => void): () => void;
};

/** What stands at a path of a git repository; `names` are those in a folder. */
export type RepositoryEntry =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "folder"; readonly names: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly reason: "outside-repository" | "too-large" | "unreadable" };

/** Reads from a checkout or from a commit; `path` is relative to the repository's root, with `/` and without `..`. */
export type ReadRepository = (path: string) => Promise<RepositoryEntry>;

/** Builds the overlay in the folder `stackPath` with kustomize; undefined where that failed, for the reasons told. */
export type BuildOverlay = (overlay: {
  readonly read: ReadRepository;
  readonly stackPath: string;
}) => Promise<Checked<BuiltStack | undefined>>;

/** A stack's folder as it was found. Roots are absolute real paths; `files` are sorted by path. */
export type StackFolder = {
  readonly files: readonly StackFile[];
  readonly stackFile?: StackFile;
  /** headway.lock, where there is one. */
  readonly lockFile?: StackFile;
  /** What kustomize made of it, where it has a kustomization; `files` are none then. */
  readonly built?: BuiltStack;
  readonly folderName: string;
  readonly stackRoot: string;
  /** The git repository's root; the stack's folder where there is no repository. */
  readonly repositoryRoot: string;
  /** The stack's folder below the repository's root, with `/`; empty where it is the root. */
  readonly stackPath: string;
  /** HOST/OWNER/REPOSITORY/PATH without scheme and credentials, or `local:` and a path. */
  readonly source: string;
  /** The commit that was checked out when it was read; absent where there is none. */
  readonly commit?: string;
};

/** Charts of declarations, from wherever they live. Memoised by where and which version. */
export type Charts = {
  resolve(declaration: Declaration): Promise<Result<PinnedChart>>;
  /** The YAML texts in crds/ of a chart and its dependencies. */
  readCrds(chart: PinnedChart): Promise<readonly string[]>;
};

/** By what a stack's charts are chosen. */
export type ChartRules = {
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly lock?: ReadLock;
  /** What dependencies of charts in folders stay at, where there is no lock. */
  readonly keptDependencies?: ReadonlyMap<string, ExactChart>;
  /** True to do as if no archive was vendored. */
  readonly ignoresVendored?: boolean;
  /** True to ask registries which version a range means, where nothing here says it. */
  readonly asksRegistries?: boolean;
};

/** The charts of one stack, and all that its repositories, lock and index files say of them. */
export type StackCharts = Charts & {
  /**
   * Pins a declaration's chart, or says everything that is wrong with it, placed in the declaration or in the chart.
   * A failure is the file system or a server saying no. Each distinct chart is read once.
   */
  inspect(wish: ChartWish): Promise<Result<Checked<PinnedChart | undefined>>>;
  /** As `inspect`, with what is wrong as one failure. */
  resolve(wish: ChartWish): Promise<Result<PinnedChart>>;
  /** What the lock is to say of a declaration. Fetches no chart whose digest an index knows. */
  exact(wish: ChartWish): Promise<Result<Checked<LockedChart | undefined>>>;
  /** What a repository holds, from this machine alone; undefined where it has no index. */
  readonly catalogueOf: (alias: string) => Catalogue | undefined;
  /** What a repository's index file says; undefined where it is broken, empty where there is none. */
  indexOf(alias: string): readonly IndexedChart[] | undefined;
  /**
   * What a repository holds now, as its index file is to say: its folder read, its server asked. A registry can't list
   * charts, and is asked for `names`.
   */
  refresh(alias: string, names: readonly string[]): Promise<Result<Checked<readonly IndexedChart[]>>>;
  /** What charts in folders have used of repositories so far, by dependencyKey. */
  usedDependencies(): ReadonlyMap<string, ExactChart>;
  /** What charts in folders have asked repositories for so far, found or not. */
  askedDependencies(): readonly { readonly alias: string; readonly name: string }[];
  /** Archives of servers' repositories that were read so far, by their path when vendored, below the repository's root. */
  usedArchives(): ReadonlyMap<string, Buffer>;
  /** What is wrong with index files, as far as they were read. */
  findings(): readonly Diagnostic[];
};

/** Which object values come from. */
export type ValuesObjectRef = Pick<ValuesObject, "kind" | "namespace" | "name">;

/** Secrets and ConfigMaps that values come from. */
export type ValuesObjects = {
  /** What they hold, one GET for each distinct one, all at once; what is not there is undefined, and no failure. */
  read(refs: readonly ValuesObjectRef[], actor: Actor): Promise<Result<FoundObjects>>;
  /** Calls back whenever one of them may have changed, also before it exists, until the returned function is called. */
  watch(refs: readonly ValuesObjectRef[], onChange: () => void, actor: Actor): () => void;
};

/** Files of values of one repository, by their paths below its root. */
export type ValuesFiles = {
  /** Each file is read once. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, FoundValuesFile>>;
  /** The decrypted text of a file that was read; undefined where no key fits. `keys` are age secret keys, one a line. */
  decrypt(path: string, keys?: string): Promise<Result<string | undefined>>;
};

/** A server of charts, as far as it may be needed: `secretRef` names a Secret in Headway's system namespace. */
export type ChartServer = {
  readonly kind: "http" | "oci";
  readonly url: string;
  readonly secretRef?: string;
  /** What headway.yaml calls it: credentials may stand in HEADWAY_REPOSITORY_<ALIAS>_USERNAME and …_PASSWORD. */
  readonly alias?: string;
};

/** Reads one Secret of Headway's system namespace, its values as they are; undefined where there is none. */
export type ReadSystemSecret = (name: string) => Promise<Result<ReadonlyMap<string, Buffer> | undefined>>;

/** Chart repositories and registries. Credentials are sent to no other host than the one they are for. */
export type ChartServers = {
  /**
   * What a server offers. An http repository's index is read whole, and only when it has changed; a registry is asked for
   * `names` alone, because registries can't list what they hold.
   */
  list(server: ChartServer, names: readonly string[]): Promise<Result<readonly IndexedChart[]>>;
  /**
   * One packaged chart's bytes, bounded, and checked against `digest` where that is known. `url` is https://….tgz, or
   * oci://HOST/PATH/NAME with `version`. `server` is the repository it was found by, whose credentials may be used.
   */
  fetch(wanted: {
    readonly url: string;
    readonly version?: string;
    readonly digest?: ChartDigest;
    readonly server?: ChartServer;
  }): Promise<Result<{ readonly archive: Buffer; readonly digest: ChartDigest }>>;
};

/** How one stack, and all that it names, is read. */
export type StackReader = {
  /** Undefined where the folder itself can't be read; the findings say why. */
  readFolder(): Promise<Checked<StackFolder | undefined>>;
  openCharts(folder: StackFolder, rules: ChartRules): Promise<StackCharts>;
  openValues(folder: StackFolder): Promise<ValuesFiles>;
  /** What a pinned chart says of values, its subcharts included. */
  readChartValues(chart: PinnedChart): Promise<ChartValues>;
};

/** As which user a request is made: what follows from a release's ServiceAccount. By default the connection's own. */
export type Actor = string | undefined;

/** One `helm upgrade --install`. */
export type UpgradeOrder = {
  readonly actor: Actor;
  readonly namespace: string;
  readonly releaseName: string;
  readonly chart: PinnedChart;
  /** Values layers, weakest first, each as text for one 0600 file. */
  readonly values: readonly string[];
  /** Labels for the release's record. */
  readonly labels: Readonly<Record<string, string>>;
  readonly maxHistory: number;
  /** How long helm may take in all, hooks included; Headway's own deadline. */
  readonly timeoutMs: number;
  readonly wait: "hooks-only" | "everything";
  /** Take fields over from other managers; only where the release is applied server-side. */
  readonly forceConflicts: boolean;
  /** True where the release is (or will be) applied server-side: helm's own validation adds nothing then. */
  readonly serverSide: boolean;
  /** Greater goes first where helm processes queue: how many releases stand behind this one. */
  readonly priority: number;
  /** Called when the helm process has been started (it may have queued before). */
  readonly onStarted: () => void;
};

/** One chart to be rendered without a cluster: lookups find nothing. */
export type ManifestOrder = Pick<UpgradeOrder, "namespace" | "releaseName" | "chart" | "values"> & {
  /** Its crds/ too. */
  readonly crds: boolean;
  /** What runs as a hook, tests included, too. */
  readonly hooks: boolean;
};

/** Manifests as helm prints them, crds/ too where they are asked for. */
export type ManifestPrinter = {
  /** The manifest as helm prints it. A failure may repeat what values hold. */
  print(order: ManifestOrder): Promise<Result<string>>;
  close(): Promise<void>;
};

/**
 * Applies Secrets, ConfigMaps and StackSyncs server-side, one after the other until one is refused; what says the same
 * already is not changed. `trial`: has the API server check them, and changes nothing.
 */
export type PutObjects = (
  objects: readonly JsonRecord[],
  how: { readonly trial: boolean },
) => Promise<Result<void>>;

/** Helm's release operations. At most one at a time per release; the pool is bounded. */
export type Releases = {
  /** Makes ready what the first operation will need; fails where there is no helm that fits. */
  prepare(): Promise<Result<void>>;
  /** The revision that helm wrote, where its output told it. */
  upgrade(
    order: UpgradeOrder,
  ): Promise<Result<{ readonly payload?: ReleasePayload; readonly warnings: readonly string[] }>>;
  rollBack(order: {
    readonly actor: Actor;
    readonly namespace: string;
    readonly releaseName: string;
    readonly toRevision: number;
    readonly maxHistory: number;
    readonly timeoutMs: number;
    readonly forceConflicts: boolean;
    readonly onStarted: () => void;
  }): Promise<Result<void>>;
  /** `helm test`: runs the release's test hooks, one after the other; fails with the first. */
  test(order: {
    readonly actor: Actor;
    readonly namespace: string;
    readonly releaseName: string;
    readonly timeoutMs: number;
    readonly onStarted: () => void;
  }): Promise<Result<void>>;
  uninstall(order: {
    readonly actor: Actor;
    readonly namespace: string;
    readonly releaseName: string;
    readonly timeoutMs: number;
    readonly onStarted: () => void;
  }): Promise<Result<void>>;
  /** Asks the release's running helm to stop (SIGTERM, after a grace SIGKILL); its promise then fails `interrupted`. */
  stop(namespace: string, releaseName: string): void;
  /** Stops every helm, queued ones too; resolves when none is left. */
  stopAll(): Promise<void>;
};

/** One release as its chart renders it. */
export type RenderOrder = {
  readonly namespace: string;
  readonly releaseName: string;
  readonly chart: PinnedChart;
  /** Values layers, weakest first. */
  readonly values: readonly string[];
  /** True where one of them must not be written to a disk for longer than helm reads it. */
  readonly isSecret: boolean;
  readonly capabilities: Capabilities;
};

/** Renders charts without a cluster. */
export type Renderer = {
  /** The objects, whole and in helm's order, hooks included and crds/ not; their namespaces as they are written. */
  render(order: RenderOrder): Promise<Result<readonly KubernetesObject[]>>;
  /** Stops what is under way, and removes what was made for it. */
  close(): Promise<void>;
};

/** Helm's records in the cluster. */
export type Records = {
  /**
   * Every record that Helm keeps in Secrets, by labels alone; one paged LIST. Where that is forbidden, those of the
   * namespaces of `within`, one LIST each.
   */
  list(within?: readonly string[]): Promise<Result<readonly ReleaseRecord[]>>;
  /** Payloads of the deployed revisions of a stack's releases, as `list` finds them. Undecodable ones are left out. */
  deployedPayloads(
    stackLabel: string,
    within?: readonly string[],
  ): Promise<Result<readonly ReleasePayload[]>>;
  /** One payload; undefined where there is no such record or it can't be decoded. */
  payload(
    namespace: string,
    releaseName: string,
    revision: number,
  ): Promise<Result<ReleasePayload | undefined>>;
  /** Every revision that Helm keeps of one release; one paged LIST. One that can't be decoded has no payload. */
  revisions(namespace: string, releaseName: string): Promise<Result<readonly HelmRevision[]>>;
  /** Patches labels onto one revision's record. */
  label(
    namespace: string,
    releaseName: string,
    revision: number,
    labels: Readonly<Record<string, string>>,
    actor: Actor,
  ): Promise<Result<void>>;
  /**
   * Marks a record failed, or superseded, only if it is still what was seen (compare-and-swap); `why` is what `helm history`
   * will say of it. One whose content can't be decoded is written anew, with what the newest readable one before it holds,
   * and without Headway's labels for it; what it held is kept beside where there is room.
   */
  mark(record: SeenRecord, status: "failed" | "superseded", why: string, actor: Actor): Promise<Result<void>>;
};

/** One record as it was seen. */
export type SeenRecord = {
  readonly namespace: string;
  readonly releaseName: string;
  readonly revision: number;
  readonly resourceVersion: string;
};

export type KindRef = { readonly apiVersion: string; readonly kind: string };

/** A world that keeps itself up to date by shared watches, one per kind. */
export type WatchedWorld = {
  readonly world: World;
  /**
   * Follows these kinds (objects labelled app.kubernetes.io/managed-by=Helm, in all namespaces) and, in these
   * namespaces, all Pods, Jobs and the metadata of ReplicaSets. Resolves when the first state of all is in.
   */
  follow(needs: {
    readonly kinds: readonly KindRef[];
    readonly namespaces: readonly string[];
  }): Promise<Result<void>>;
  /** Reads objects that the watches have not shown (yet), one GET each. */
  fetch(refs: readonly ObjectRef[]): Promise<void>;
  /** `owner` is the controlling owner's uid where the object has one. Called after the world has been updated. */
  onChange(listener: (ref: ObjectRef, owner: string | undefined) => void): void;
  close(): void;
};

export type Objects = {
  /**
   * A picture of these objects: one LIST per kind. Pods, Jobs and ReplicaSets of `podsIn` too. By default objects are read as
   * far as health needs them; `whole` gives these very objects with all they have, managedFields included, and Secrets with
   * digests (core/drift/secret-digest.ts) in place of what they hold.
   */
  snapshot(
    refs: readonly ObjectRef[],
    podsIn: readonly string[],
    depth?: "as-needed" | "whole",
  ): Promise<Result<World>>;
  watch(): WatchedWorld;
  /**
   * Names of the namespaces that exist, with those being deleted apart; one LIST. Where that is forbidden, of those in
   * `within`, one GET each.
   */
  namespaces(
    within?: readonly string[],
  ): Promise<Result<{ readonly active: ReadonlySet<string>; readonly terminating: ReadonlySet<string> }>>;
  /** Fails `forbidden`, in words, where this connection's own user may not act as `actor`. */
  mayActAs(actor: string): Promise<Result<void>>;
  /** What tells this cluster from any other: the UID of its namespace kube-system. */
  clusterUid(): Promise<Result<string>>;
  /** Creates it if absent; waits until a terminating one is gone, up to the deadline. Never touches an existing one. */
  ensureNamespace(
    namespace: string,
    deadlineMs: number,
    actor: Actor,
  ): Promise<Result<{ readonly created: boolean }>>;
  /** Applies CRDs and waits until each is Established. `create` leaves existing ones alone. Returns changed names. */
  applyCrds(
    texts: readonly string[],
    mode: "create" | "upgrade",
    deadlineMs: number,
    actor: Actor,
  ): Promise<Result<readonly string[]>>;
  /** The managedFields of these objects as they are, by object key; best effort. */
  managedFields(refs: readonly ObjectRef[]): Promise<ReadonlyMap<string, unknown>>;
  /** Deletes these pods, and Jobs with theirs, each only while it has this uid; one that is gone is no failure. */
  deletePods(
    pods: readonly { readonly object: ObjectRef; readonly uid: string }[],
    actor: Actor,
  ): Promise<Result<void>>;
  /**
   * Writes what `fieldsFor` says of each of these workloads as it is now, under a field manager of its own, so that helm
   * neither takes it away nor conflicts with it; undefined leaves one alone. Returns those written; one that is not there
   * is no failure.
   */
  restart(
    refs: readonly ObjectRef[],
    fieldsFor: (live: KubernetesObject) => RestartFields | undefined,
    actor: Actor,
  ): Promise<Result<readonly ObjectRef[]>>;
  /** Claims in these namespaces, and every CRD with how many objects it has: what an uninstall may take along. */
  losses(namespaces: readonly string[]): Promise<{
    readonly claims: readonly ObjectRef[];
    readonly definitions: readonly { readonly ref: ObjectRef; readonly objects: number | "unknown" }[];
  }>;
  /** Events and last log lines of what is in trouble; bounded in time and size, never fails. */
  evidence(
    troubles: readonly Trouble[],
    namespace: string,
    health: ReleaseHealth | undefined,
  ): Promise<Evidence>;
};

/** The state object of one stack. */
export type States = {
  /** All that there are, by stack; one paged LIST. What can't be read is left out. */
  list(): Promise<Result<ReadonlyMap<string, StackState>>>;
  read(stack: string): Promise<Result<StackState>>;
  /**
   * Puts what `change` makes of it in its place, in the order of the calls; what it is by then. Where somebody else has
   * written in between, it is changed again as it is now, so that nobody's writing is lost: `change` must come to the same
   * when it is made twice.
   */
  update(stack: string, change: (state: StackState) => StackState): Promise<Result<StackState>>;
  /** Calls back whenever it may have changed, until the returned function is called. */
  watch(stack: string, onChange: () => void): () => void;
};

/** One bounded record per run, of each stack. It is only history: nothing that a run does is decided by it. */
export type Journal = {
  /** The runs of this stack, or of all, newest first within each; what can't be read has no record. */
  list(stack?: string): Promise<Result<readonly JournalEntry[]>>;
  /** Puts a run that begins on record under the next number, which is above `above` and above every one there is. */
  begin(record: Omit<RunRecord, "number">, above: number): Promise<Result<number>>;
  /** Writes the record whole, then deletes the stack's oldest beyond those that are kept; never anything else. */
  finish(record: RunRecord): Promise<Result<void>>;
  /** Whom the API server takes this connection for; undefined where it does not tell. */
  user(): Promise<string | undefined>;
};

export type HeldLock = {
  /**
   * Where it was taken from a run that is gone: until when, by the API server's clock, that one or a helm of it may have
   * written. Absent where the lock was free.
   */
  readonly cutRunWroteUntilMs?: number;
  /** Called once when the lock could not be renewed in time: stop acting at once. */
  onLost(listener: () => void): void;
  release(): Promise<void>;
};

export type Locks = {
  /** The identity of who holds the stack's Lease and has renewed it lately; undefined where nobody does. */
  holder(stack: string): Promise<Result<string | undefined>>;
  /**
   * Takes the stack's Lease or fails `locked`, naming the holder. An earlier holder is succeeded at once where
   * it (and its helm) is proven dead, after a moment of silence where its pod is gone, else when its lease and the deadline
   * of its helm have run out.
   */
  acquire(stack: string, holder: Holder, helmHorizonMs: number): Promise<Result<HeldLock>>;
};
