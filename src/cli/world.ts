// What commands are given of the world: streams, environment, and ways to open adapters. Filled in by main.ts, so that a
// command imports no adapter and what it does not need is never loaded.
import type { ChartValues } from "../core/chart-values.ts";
import type { IndexedChart } from "../core/chart-index.ts";
import type { BuiltStack } from "../core/built-stack.ts";
import type { Catalogue } from "../core/chart-resolution.ts";
import type { Checked, Diagnostic } from "../core/diagnostic.ts";
import type { ClusterFinding, Right } from "../core/doctor.ts";
import type { Result } from "../core/failure.ts";
import type { PinnedChart } from "../core/pin.ts";
import type { ReleasePayload } from "../core/observation.ts";
import type { Declaration, Repository } from "../core/declaration.ts";
import type { Lock, LockedChart, ReadLock } from "../core/lock.ts";
import type { StackFile } from "../core/sort-documents.ts";
import type { Holder } from "../core/holder.ts";
import type {
  Charts,
  ChartServers,
  Clock,
  Locks,
  Objects,
  ReadSystemSecret,
  Records,
  Releases,
  States,
  ValuesFiles,
  ValuesObjects,
} from "../engine/ports.ts";
import type { Terminal } from "../views/progress.ts";

/** The files of a stack's folder. */
export type StackFolder = {
  readonly files: readonly StackFile[];
  readonly stackFile?: StackFile;
  /** headway.lock, where there is one. */
  readonly lockFile?: StackFile;
  /** What kustomize made of it, where it has a kustomization. */
  readonly built?: BuiltStack;
  readonly folderName: string;
  /** Absolute. */
  readonly repositoryRoot: string;
  /** Absolute. */
  readonly stackRoot: string;
  /** Below the repository's root, with `/`. */
  readonly stackPath: string;
  /** Host, owner, repository and path; without scheme and credentials. */
  readonly source: string;
};

export type ConnectFlags = {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly systemNamespace?: string;
};

/** One cluster, with what stands on the connection to it. */
export type Connection = {
  readonly server: string;
  readonly context: string;
  readonly records: Records;
  readonly objects: Objects;
  readonly values: ValuesObjects;
  readonly states: States;
  readonly readSystemSecret: ReadSystemSecret;
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
  readonly decode: (release: unknown) => ReleasePayload | undefined;
  countRequests(): number;
  close(): void;
};

/** The charts of one stack, from wherever they come. */
export type ChartFolders = Charts & {
  /** Pins a declaration's chart, or says everything that is wrong with it. Each distinct chart is read once. */
  inspect(declaration: Declaration): Promise<Result<Checked<PinnedChart | undefined>>>;
  /** What the lock is to say of a declaration. Fetches no chart whose digest an index knows. */
  exact(declaration: Declaration): Promise<Result<Checked<LockedChart | undefined>>>;
  /** What a repository holds, from this machine alone; undefined where it has no index. */
  catalogueOf(alias: string): Catalogue | undefined;
  /** What a repository's index file says; undefined where it is broken, empty where there is none. */
  indexOf(alias: string): readonly IndexedChart[] | undefined;
  /** What a repository holds now: its folder read, its server asked. A registry is asked for `names` alone. */
  refresh(alias: string, names: readonly string[]): Promise<Result<Checked<readonly IndexedChart[]>>>;
  /** What charts in folders have used of repositories so far. */
  usedDependencies(): Lock["dependencies"];
  /** What charts in folders have asked repositories for so far, found or not. */
  askedDependencies(): readonly { readonly alias: string; readonly name: string }[];
  /** Archives of servers' repositories that were read so far, by their path when vendored, below the repository's root. */
  usedArchives(): ReadonlyMap<string, Buffer>;
  /** What is wrong with index files, as far as they were read. */
  findings(): readonly Diagnostic[];
};

export type ChartOptions = {
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly lock?: ReadLock;
  /** What dependencies of charts in folders stay at, where there is no lock. */
  readonly keptDependencies?: Lock["dependencies"];
  /** True to do as if no archive was vendored. */
  readonly ignoresVendored?: boolean;
  /** True to ask registries which version a range means, where nothing here says it. */
  readonly asksRegistries?: boolean;
  /** Which cluster has the Secrets that repositories name. */
  readonly flags?: ConnectFlags;
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
  openCharts(folder: StackFolder, options: ChartOptions): Promise<ChartFolders>;
  /** Repositories and registries; the cluster of `flags` is asked only for a Secret that a repository names. */
  openChartServers(flags: ConnectFlags): Promise<ChartServers>;
  /** What a pinned chart says of values, its subcharts included. */
  readChartValues(chart: PinnedChart): Promise<ChartValues>;
  /** `say` is told of a sops that has to be downloaded or built. */
  openValues(folder: StackFolder, say: (text: string) => void): Promise<ValuesFiles>;
  connect(flags: ConnectFlags): Promise<Result<Connection>>;
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
  /** Asks on the terminal; the answer without its line end, undefined where Ctrl-C was the answer. */
  ask(question: string, stop?: AbortSignal): Promise<string | undefined>;
  /** Calls back on SIGINT and SIGTERM; the returned function ends that. */
  onStopSignal(listener: () => void): () => void;
};
