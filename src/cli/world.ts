// What commands are given of the world: streams, environment, and ways to open adapters. Filled in by main.ts, so that a
// command imports no adapter and what it does not need is never loaded.
import type { ChartValues } from "../core/values/chart-values.ts";
import type { Checked } from "../core/diagnostic.ts";
import type { Capabilities } from "../core/foresight/capabilities.ts";
import type { PinnedChart } from "../core/pin.ts";
import type { ClusterFinding, Right } from "../core/doctor.ts";
import type { Result } from "../core/failure.ts";
import type { ReleasePayload } from "../core/observation.ts";
import type { RunCommit } from "../core/journal/run-record.ts";
import type { Holder } from "../core/holder.ts";
import type { Seeds, StackSyncs } from "../engine/agent-ports.ts";
import type {
  ChartRules,
  ChartServers,
  Clock,
  Journal,
  Locks,
  ManifestPrinter,
  Objects,
  PutObjects,
  ReadSystemSecret,
  Records,
  Releases,
  Renderer,
  StackCharts,
  StackFolder,
  States,
  ValuesFiles,
  ValuesObjects,
} from "../engine/ports.ts";
import type { Terminal } from "../views/progress.ts";
import type { AgentOptions, OpenAgentWorld } from "./agent-world.ts";

export type ConnectFlags = {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly systemNamespace?: string;
};

/** One cluster, with what stands on the connection to it. */
export type Connection = {
  readonly server: string;
  /** The StackSyncs of the cluster. */
  readonly stackSyncs: StackSyncs;
  /** ConfigMaps of the system namespace that hold StackSyncs. */
  readonly seeds: Seeds;
  /** Of the kubeconfig; empty for a pod's own account. */
  readonly context: string;
  readonly records: Records;
  readonly objects: Objects;
  readonly values: ValuesObjects;
  /** What charts may ask of the cluster. */
  capabilities(): Promise<Result<Capabilities>>;
  readonly states: States;
  readonly journal: Journal;
  readonly readSystemSecret: ReadSystemSecret;
  readonly putObjects: PutObjects;
  readonly locks: Locks;
  /** Whether it can be worked with, within `deadlineMs`; what was not answered by then is not known. */
  probe(
    rights: readonly Right[],
    deadlineMs: number,
  ): Promise<
    Result<
      Omit<ClusterFinding, "server" | "context"> & { readonly may: (right: Right) => boolean | undefined }
    >
  >;
  /** How long ago the agent that leads was last heard of, in milliseconds; undefined where none ever was. */
  agentHeardMsAgo(): Promise<Result<number | undefined>>;
  decode(release: unknown): ReleasePayload | undefined;
  countRequests(): number;
  close(): void;
};

export type ChartOptions = ChartRules & {
  /** Which cluster has the Secrets that repositories name. */
  readonly flags?: ConnectFlags;
  /** Those that are at hand, by name and key: the cluster is not asked for them. */
  readonly givenSecrets?: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
};

/** What git says of a checkout; nothing where it is none. */
export type Checkout = {
  /** As it is configured: `origin`, or the first one there is. */
  readonly remote?: string;
  /** The remote's branch that is followed, else the one that is checked out. */
  readonly branch?: string;
  /** Whether the remote has what is checked out, as far as git knows here; absent where it does not follow a branch. */
  readonly isPushed?: boolean;
};

export type World = {
  readonly version: string;
  /** Where package.json, examples and charts-index are. */
  readonly packageRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly stdinIsTerminal: boolean;
  readonly clock: Clock;
  /**
   * Undefined where the folder itself can't be read; the findings say why. Outside of a repository, `packageRoot` (by
   * default where Headway is installed) counts as one for the examples below it.
   */
  readStackFolder(dir: string, packageRoot?: string): Promise<Checked<StackFolder | undefined>>;
  openCharts(folder: StackFolder, options: ChartOptions): Promise<StackCharts>;
  /** Repositories and registries; the cluster of `flags` is asked only for a Secret that a repository names. */
  openChartServers(flags: ConnectFlags): Promise<ChartServers>;
  /** What was checked out when the folder was read, and whether the checkout is just that; undefined without git. */
  readCommit(folder: StackFolder): Promise<RunCommit | undefined>;
  readCheckout(folder: StackFolder): Promise<Checkout>;
  /** Prints charts' manifests without a cluster; `say` is told of a helm that has to be got. */
  openManifestPrinter(say: (text: string) => void): Promise<ManifestPrinter>;
  /** Who runs this, as the operating system knows them. */
  readonly user: string;
  /** What a pinned chart says of values, its subcharts included. */
  readChartValues(chart: PinnedChart): Promise<ChartValues>;
  /** `say` is told of a sops that has to be downloaded or built. */
  openValues(folder: StackFolder, say: (text: string) => void): Promise<ValuesFiles>;
  connect(flags: ConnectFlags): Promise<Result<Connection>>;
  /** Who runs this: `USER@HOST`. */
  whoAmI(): string;
  introduceSelf(): Promise<Holder>;
  /** Removes the run folder that introduceSelf made. */
  forgetSelf(holder: Holder): Promise<void>;
  openHelm(options: {
    readonly holder: Holder;
    readonly connection: Connection;
    readonly flags: ConnectFlags;
    readonly concurrency?: number;
    readonly say: (text: string) => void;
  }): Promise<Releases>;
  /** Renders charts without a cluster, with a helm that is on this machine: none is fetched for it. */
  openRenderer(): Promise<Renderer>;
  /** What `headway agent` needs besides; see agent-world.ts. */
  openAgentWorld(options: AgentOptions): Promise<Result<OpenAgentWorld>>;
  /** Asks on the terminal; the answer without its line end, undefined where Ctrl-C was the answer. */
  ask(question: string, stop?: AbortSignal): Promise<string | undefined>;
  /** Calls back on SIGINT and SIGTERM; the returned function ends that. */
  onStopSignal(listener: () => void): () => void;
};
