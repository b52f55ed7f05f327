// The composition root: opens adapters for the commands that need them, wires the command line, sets the exit code. The
// only file that imports every layer. Adapters are imported when they are first needed: client-node alone costs more
// than all of `headway version`.
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir, hostname, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { systemClock } from "./adapters/clock.ts";
import { exitCodes } from "./cli/exit.ts";
import { makeProgram } from "./cli/program.ts";
import type { ChartOptions, ConnectFlags, World } from "./cli/world.ts";
import { failed, succeeded, type Result } from "./core/failure.ts";
import type {
  BuildOverlay,
  ChartServers,
  ReadSystemSecret,
  StackCharts,
  StackFolder,
} from "./engine/ports.ts";
import type { Terminal } from "./views/progress.ts";

/** Runs the command line; sets process.exitCode and never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  const world = makeWorld();
  try {
    const program = await makeProgram(world, argv[2]);
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = endOf(error);
  }
  if (process.exitCode === exitCodes.interrupted) await leaveAtOnce(exitCodes.interrupted);
}

// A request that still waits for the cluster must not keep alive what somebody wanted to end.
async function leaveAtOnce(code: number): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", done))),
  );
  process.exit(code);
}

function endOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.invalid;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`unexpected error, a bug in headway: ${text}\n`);
  return exitCodes.unexpected;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function makeWorld(): World {
  const packageRoot = findPackageRoot();
  const clock = systemClock();
  return {
    version: readVersion(packageRoot),
    packageRoot,
    env: process.env,
    stdout: terminalOf(process.stdout),
    stderr: terminalOf(process.stderr),
    stdinIsTerminal: process.stdin.isTTY,
    clock,
    readStackFolder: async (dir, root) => {
      const { readStackFolder } = await import("./adapters/stack-source/read-folder.ts");
      return readStackFolder(dir, { packageRoot: root ?? packageRoot, buildOverlay });
    },
    openCharts: (folder, options) => openStackCharts(folder, options, sayPlainly),
    readCommit: async ({ repositoryRoot, commit }) => {
      if (commit === undefined) return undefined;
      const { isDirty } = await import("./adapters/stack-source/repository.ts");
      return { sha: commit, dirty: await isDirty(repositoryRoot, commit) };
    },
    readCheckout: async ({ repositoryRoot }) => {
      const { describeCheckout } = await import("./adapters/stack-source/repository.ts");
      return describeCheckout(repositoryRoot);
    },
    openManifestPrinter: async (say) => {
      const { openManifestPrinter } = await import("./adapters/helm/render-chart.ts");
      return openManifestPrinter(() => findNamedProgram("helm", say));
    },
    user: userName(),
    openChartServers: (flags) => openServers(flags),
    readChartValues,
    openValues: openStackValues,
    openAgentWorld: async (options) => {
      const { openAgentWorld } = await import("./agent-world.ts");
      const say = (message: string): void => {
        options.log.info(message, {});
      };
      return openAgentWorld(options, {
        version: readVersion(packageRoot),
        cacheFolder: cacheFolder(),
        forgetSelf,
        findHelm: () => findNamedProgram("helm", say),
        readerOf: (folder, repository) => ({
          readFolder: async () => {
            const { readStackFolder } = await import("./adapters/stack-source/read-folder.ts");
            return readStackFolder(folder, { repository, buildOverlay });
          },
          openCharts: (stack, rules) => openStackCharts(stack, { ...rules, flags: options.flags }, say),
          openValues: (stack) => openStackValues(stack, say),
          readChartValues,
        }),
      });
    },
    connect: async (flags) => {
      const [{ connectCluster }, { judgeHolder }] = await Promise.all([
        import("./adapters/cluster/connect.ts"),
        import("./adapters/process-proof.ts"),
      ]);
      const connected = await connectCluster(flags);
      if (!connected.ok) return connected;
      const cluster = connected.value;
      return succeeded({
        ...cluster,
        locks: cluster.locks(judgeHolder),
        stackSyncs: cluster.stackSyncs(undefined, hostname()),
      });
    },
    whoAmI: () => `${userName()}@${hostname()}`,
    introduceSelf: async () => {
      const { introduceSelf } = await import("./adapters/process-proof.ts");
      return introduceSelf();
    },
    forgetSelf,
    openHelm: async ({ holder, connection, flags, concurrency, say }) => {
      const { openHelm } = await import("./adapters/helm/helm-cli.ts");
      return openHelm({
        runFolder: holder.runFolder,
        ...(connection.context === "" ? {} : { context: connection.context }),
        decode: (release) => connection.decode(release),
        findProgram: () => findNamedProgram("helm", say),
        ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
        ...(concurrency === undefined ? {} : { concurrency }),
      });
    },
    openRenderer: async () => {
      const { openHelmRenderer } = await import("./adapters/helm/helm-renderer.ts");
      return openHelmRenderer({ findProgram: findHelmHere, cacheDir: cacheFolder() });
    },
    ask: async (question, stop) => {
      const { createInterface } = await import("node:readline/promises");
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      const stopped = new AbortController();
      prompt.on("SIGINT", () => {
        stopped.abort();
      });
      try {
        const signal = stop === undefined ? stopped.signal : AbortSignal.any([stopped.signal, stop]);
        return (await prompt.question(question, { signal })).trim();
      } catch (error) {
        if (stopped.signal.aborted || stop?.aborted === true) return undefined;
        throw error;
      } finally {
        prompt.close();
      }
    },
    onStopSignal: (listener) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, listener);
      return () => {
        for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, listener);
      };
    },
  };
}

const sayPlainly = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const buildOverlay: BuildOverlay = async (overlay) => {
  const { overlayBuilder } = await import("./adapters/kustomize/build-overlay.ts");
  const say = (text: string): void => {
    sayPlainly(`kustomize: ${text}`);
  };
  return await overlayBuilder({ findProgram: () => findNamedProgram("kustomize", say) })(overlay);
};

async function openStackCharts(
  folder: StackFolder,
  { flags, givenSecrets, ...options }: ChartOptions,
  say: (text: string) => void,
): Promise<StackCharts> {
  const { openCharts } = await import("./adapters/charts/chart-pins.ts");
  return openCharts({
    repositoryRoot: folder.repositoryRoot,
    shownFrom: folder.stackRoot,
    stackPath: folder.stackPath,
    ...options,
    servers: () => openServers(flags ?? {}, givenSecrets),
    say,
    cacheDir: cacheFolder(),
  });
}

const readChartValues: World["readChartValues"] = async (chart) => {
  const { readChartValues: read } = await import("./adapters/charts/chart-values.ts");
  return read(chart.folder);
};

const openStackValues: World["openValues"] = async (folder, say) => {
  const { openValues } = await import("./adapters/values/open-values.ts");
  return openValues({
    root: folder.repositoryRoot,
    env: process.env,
    findSops: () => findNamedProgram("sops", say),
  });
};

const forgetSelf: World["forgetSelf"] = async (holder) => {
  await rm(holder.runFolder, { recursive: true, force: true });
};

// In a container a uid need not have a name.
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}

function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "headway");
}

// A connection of its own, so that a command without a cluster makes one only for a repository that needs it.
const readSystemSecret = async (flags: ConnectFlags, name: string): ReturnType<ReadSystemSecret> => {
  const { connectCluster } = await import("./adapters/cluster/connect.ts");
  const connected = await connectCluster(flags);
  if (!connected.ok) return connected;
  try {
    return await connected.value.readSystemSecret(name);
  } finally {
    connected.value.close();
  }
};

async function openServers(flags: ConnectFlags, given?: ChartOptions["givenSecrets"]): Promise<ChartServers> {
  const { openChartServers } = await import("./adapters/charts/servers/chart-servers.ts");
  return openChartServers({
    cacheDir: cacheFolder(),
    env: process.env,
    homeDir: homedir(),
    readSecret: (name) => {
      const secret = given?.get(name);
      return secret === undefined ? readSystemSecret(flags, name) : Promise.resolve(succeeded(secret));
    },
  });
}

// HEADWAY_HELM, HEADWAY_SOPS and HEADWAY_KUSTOMIZE name one on purpose; else what fits on PATH, in the cache, or can be had,
// which may take minutes.
async function findNamedProgram(
  program: "helm" | "sops" | "kustomize",
  say: (text: string) => void,
): Promise<Result<string>> {
  const variable = `HEADWAY_${program.toUpperCase()}`;
  const named = process.env[variable];
  if (named !== undefined && named !== "")
    return program === "helm"
      ? await acceptHelm(named)
      : program === "kustomize"
        ? await acceptKustomize(named)
        : acceptFile(variable, named);
  const { findProgram } = await import("./sandbox/programs.ts");
  const found = await findProgram(program, say);
  return found.ok ? succeeded(found.value.path) : failed(found.failure);
}

// For looking ahead: what only gives warnings must not fetch or build a program for it.
async function findHelmHere(): Promise<Result<string>> {
  const named = process.env["HEADWAY_HELM"];
  if (named !== undefined && named !== "") return await acceptHelm(named);
  const { inspectProgram } = await import("./sandbox/programs.ts");
  const found = await inspectProgram("helm");
  if (found.kind === "found") return succeeded(found.path);
  return failed({
    kind: "program",
    message: `no helm ${found.fits} is on the PATH`,
    next: "Install it, or name one in HEADWAY_HELM.",
  });
}

// A named helm is held to the same rule as one that was found.
async function acceptHelm(named: string): Promise<Result<string>> {
  const { checkHelm } = await import("./adapters/helm/check-helm.ts");
  const checked = await checkHelm(named);
  return checked.ok ? succeeded(named) : checked;
}

// An older one would print something else, or nothing.
async function acceptKustomize(named: string): Promise<Result<string>> {
  const file = acceptFile("HEADWAY_KUSTOMIZE", named);
  if (!file.ok) return file;
  const { inspectProgram } = await import("./sandbox/programs.ts");
  const found = await inspectProgram("kustomize", { HEADWAY_KUSTOMIZE: file.value });
  if (found.kind !== "unfit") return file;
  const is = found.version === undefined ? "does not say its version" : `is ${found.version}`;
  return failed({
    kind: "program",
    message: `HEADWAY_KUSTOMIZE names ${named}, which ${is}; kustomize ${found.fits} is needed`,
    next: "Name another one, or unset the variable: Headway finds or gets one by itself.",
  });
}

function acceptFile(variable: string, named: string): Result<string> {
  if (existsSync(named)) return succeeded(resolve(named));
  return failed({
    kind: "program",
    message: `${variable} names ${named}, and there is no such file`,
    next: "Name the program's own file, or unset the variable.",
  });
}

function terminalOf(stream: NodeJS.WriteStream): Terminal {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    size: () => ({ columns: stream.isTTY ? stream.columns : 80, rows: stream.isTTY ? stream.rows : 24 }),
    onResize: (listener) => {
      stream.on("resize", listener);
      return () => {
        stream.off("resize", listener);
      };
    },
  };
}

/** The folder with package.json, examples and charts: the clone's root, or dist in a built package. */
function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

function readVersion(packageRoot: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
