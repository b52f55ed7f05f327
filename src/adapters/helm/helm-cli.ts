// Helm's release operations through the helm program: which arguments, which files, how many at a time. Processes are
// run-helm.ts, the meaning of errors classify.ts, the choice of the program check-helm.ts.
import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { freemem, availableParallelism } from "node:os";
import { join } from "node:path";
import PQueue from "p-queue";
import { failed, succeeded } from "../../core/failure.ts";
import type { Failure, Result } from "../../core/failure.ts";
import type { ReleasePayload } from "../../core/observation.ts";
import type { Actor, Releases, UpgradeOrder } from "../../engine/ports.ts";
import { classifyHelmError, warningsOf } from "./classify.ts";
import { memoryPerHelmBytes, openHelmShells, prepareHelmHome, startHelm } from "./run-helm.ts";
import type { HelmEnd, HelmHome, RunningHelm } from "./run-helm.ts";

export type HelmOptions = Omit<HelmHome, "program" | "shells"> & {
  /** Found on first need: a run that changes nothing starts no process. */
  readonly findProgram: () => Promise<Result<string>>;
  /** Decodes the release that `helm -o json` prints. */
  readonly decode: (release: unknown) => ReleasePayload | undefined;
  /** Helm processes at a time; by default what cores and free memory bear. */
  readonly concurrency?: number;
  /** Told of each process as it begins (1) and ends (-1). */
  readonly onProcess?: (change: 1 | -1) => void;
};

/** An operation that was asked for: `helm` once it runs. */
type Underway = { helm?: RunningHelm; stopped: boolean };

export function openHelm(options: HelmOptions): Releases {
  const concurrency = options.concurrency ?? defaultConcurrency();
  const queue = new PQueue({ concurrency });
  const underway = new Map<string, Underway>();
  let home: Promise<Result<HelmHome>> | undefined;
  const open = (): Promise<Result<HelmHome>> => (home ??= openHome(options, concurrency));

  const runOne = async (order: Operation, own: Underway): Promise<Result<HelmEnd>> => {
    const opened = await open();
    if (!opened.ok) return opened;
    if (own.stopped)
      return failed({ kind: "interrupted", message: `${order.doing}: stopped before it started` });
    const files = writeValues(options.runFolder, order.values);
    try {
      const home = order.actor === undefined ? opened.value : { ...opened.value, actAs: order.actor };
      const helm = startHelm(home, order.argv(files), order.timeoutMs);
      own.helm = helm;
      options.onProcess?.(1);
      order.onStarted();
      const end = await helm.ended.finally(() => options.onProcess?.(-1));
      return judgeEnd(end, order);
    } finally {
      for (const file of files) rmSync(file, { force: true });
    }
  };
  const run = async (order: Operation): Promise<Result<HelmEnd>> => {
    const key = `${order.namespace}/${order.releaseName}`;
    // Two at once would break Helm's records; the run machine never asks for that.
    if (underway.has(key)) throw new Error(`two helm operations at once on ${key}`);
    const own: Underway = { stopped: false };
    underway.set(key, own);
    try {
      return await queue.add(() => runOne(order, own), { priority: order.priority });
    } catch (error) {
      return failed(couldNotRun(order, error));
    } finally {
      underway.delete(key);
    }
  };

  return {
    prepare: async () => {
      const opened = await open();
      return opened.ok ? succeeded(undefined) : opened;
    },
    upgrade: async (order) => {
      const end = await run({
        ...order,
        argv: (files) => upgradeArguments(order, files),
        doing: `helm upgrade --install ${order.releaseName}`,
      });
      if (!end.ok) return end;
      const payload =
        end.value.stdout === undefined ? undefined : decodeOutput(end.value.stdout, options.decode);
      return succeeded({
        warnings: warningsOf(end.value.stderr),
        ...(payload === undefined ? {} : { payload }),
      });
    },
    rollBack: async (order) => {
      const end = await run({
        ...order,
        values: [],
        argv: () => rollBackArguments(order),
        doing: `helm rollback ${order.releaseName} ${order.toRevision}`,
        priority: urgent,
      });
      return end.ok ? succeeded(undefined) : end;
    },
    test: async (order) => {
      const end = await run({
        ...order,
        values: [],
        argv: () => ["test", order.releaseName, "--namespace", order.namespace, ...commonArguments(order)],
        doing: `helm test ${order.releaseName}`,
        priority: 0,
      });
      return end.ok ? succeeded(undefined) : end;
    },
    uninstall: async (order) => {
      const end = await run({
        ...order,
        values: [],
        argv: () => uninstallArguments(order),
        doing: `helm uninstall ${order.releaseName}`,
        priority: 0,
      });
      return end.ok ? succeeded(undefined) : end;
    },
    stop: (namespace, releaseName) => {
      const own = underway.get(`${namespace}/${releaseName}`);
      if (own === undefined) return;
      own.stopped = true;
      own.helm?.stop();
    },
    stopAll: async () => {
      for (const own of underway.values()) {
        own.stopped = true;
        own.helm?.stop();
      }
      await queue.onIdle();
      const opened = await home;
      if (opened?.ok === true) opened.value.shells?.close();
    },
  };
}

/** A rollback frees what a failed upgrade broke: nothing waits in front of it. */
const urgent = Number.MAX_SAFE_INTEGER;

type Operation = {
  readonly actor: Actor;
  readonly namespace: string;
  readonly releaseName: string;
  /** Layers of values, as text. */
  readonly values: readonly string[];
  readonly argv: (valuesFiles: readonly string[]) => readonly string[];
  readonly timeoutMs: number;
  readonly doing: string;
  readonly priority: number;
  readonly onStarted: () => void;
};

async function openHome(options: HelmOptions, concurrency: number): Promise<Result<HelmHome>> {
  const program = await options.findProgram();
  if (!program.ok) return program;
  const { runFolder, kubeconfig, context, actAs, graceMs } = options;
  const home = {
    program: program.value,
    runFolder,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(actAs === undefined ? {} : { actAs }),
    ...(graceMs === undefined ? {} : { graceMs }),
  };
  await prepareHelmHome(runFolder);
  const shells = openHelmShells(home, concurrency);
  shells.fill();
  return succeeded({ ...home, shells });
}

/** Helm processes at a time that cores and free memory bear. */
export function defaultConcurrency(): number {
  const byMemory = Math.floor(freemem() / memoryPerHelmBytes);
  return Math.max(1, Math.min(2 * availableParallelism(), byMemory, 16));
}

// Not left to the thread pool: its turn may come late on a busy machine, and this is a tenth of a millisecond's work in
// the moment when a release is due.
function writeValues(runFolder: string, layers: readonly string[]): readonly string[] {
  return layers.map((text) => {
    const file = join(runFolder, "values", `${randomUUID()}.yaml`);
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
    return file;
  });
}

function upgradeArguments(order: UpgradeOrder, valuesFiles: readonly string[]): readonly string[] {
  return [
    "upgrade",
    order.releaseName,
    order.chart.folder,
    "--install",
    "--namespace",
    order.namespace,
    ...valuesFiles.flatMap((file) => ["--values", file]),
    // Without it helm would carry over the last revision's values when none are given.
    "--reset-values",
    "--skip-crds",
    ...applyArguments(order),
    `--wait=${order.wait === "everything" ? "watcher" : "hookOnly"}`,
    ...(order.wait === "everything" ? ["--wait-for-jobs"] : []),
    "--dry-run=none",
    "--labels",
    Object.entries(order.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(","),
    "--output",
    "json",
  ];
}

// The API server checks each server-side-applied object against its schema, with helm's own validation on or off, and
// helm's validation is no check ahead of the first write on any server that supports field validation (seen on 4.3.1:
// the same error after the same objects). A client-side apply is not checked by the server, so there it stays on.
function applyArguments(order: {
  readonly maxHistory: number;
  readonly timeoutMs: number;
  readonly forceConflicts: boolean;
  readonly serverSide: boolean;
}): readonly string[] {
  return [
    "--server-side=auto",
    ...(order.forceConflicts ? ["--force-conflicts"] : []),
    ...(order.serverSide ? ["--disable-openapi-validation"] : []),
    ...commonArguments(order),
    "--history-max",
    String(order.maxHistory),
  ];
}

function commonArguments(order: { readonly timeoutMs: number }): readonly string[] {
  // helm applies its timeout to each wait anew (every hook); Headway's own deadline holds for the whole.
  return ["--timeout", `${Math.ceil(order.timeoutMs / 1000)}s`, "--color", "never"];
}

function rollBackArguments(order: Parameters<Releases["rollBack"]>[0]): readonly string[] {
  return [
    "rollback",
    order.releaseName,
    String(order.toRevision),
    "--namespace",
    order.namespace,
    "--server-side=auto",
    ...(order.forceConflicts ? ["--force-conflicts"] : []),
    "--wait=hookOnly",
    ...commonArguments(order),
    "--history-max",
    String(order.maxHistory),
    "--dry-run=none",
  ];
}

function uninstallArguments(order: Parameters<Releases["uninstall"]>[0]): readonly string[] {
  return [
    "uninstall",
    order.releaseName,
    "--namespace",
    order.namespace,
    "--ignore-not-found",
    "--cascade",
    "background",
    "--wait=hookOnly",
    ...commonArguments(order),
  ];
}

/** A full disk, no more processes: what is about this machine and no release's fault. */
function couldNotRun(order: Operation, error: unknown): Failure {
  return {
    kind: "program",
    message: `${order.doing}: ${error instanceof Error ? error.message : String(error)}`,
    next: "Free what this machine has run out of (disk, processes), then run again.",
  };
}

function judgeEnd(end: HelmEnd, order: Operation): Result<HelmEnd> {
  switch (end.kind) {
    case "exited":
      return end.exitCode === 0 ? succeeded(end) : failed(classifyHelmError(end.stderr, order.doing));
    case "stopped":
      return end.exitCode === 0
        ? succeeded(end)
        : failed({ kind: "interrupted", message: `${order.doing}: stopped by Headway` });
    case "timed-out":
      return end.exitCode === 0 ? succeeded(end) : failed(timedOut(end, order));
    case "killed":
      return failed({
        kind: "killed",
        message: `${order.doing}: helm was killed by something else (exit code ${end.exitCode ?? "none"}); out of memory?`,
        next: "Run again: what it left half done is recovered.",
      });
  }
}

function timedOut(end: HelmEnd, order: Operation): Failure {
  const said = classifyHelmError(end.stderr, order.doing);
  return {
    kind: "timeout",
    message: `${order.doing}: helm was not done after ${Math.round(order.timeoutMs / 1000)} s${
      said.kind === "unknown" ? "" : ` (${said.message})`
    }`,
    next: "Raise timeout in the declaration, or see which hook or object it waited for.",
  };
}

function decodeOutput(stdout: string, decode: HelmOptions["decode"]): ReleasePayload | undefined {
  try {
    const release: unknown = JSON.parse(stdout);
    return decode(release);
  } catch {
    // Something else on stdout: the record in the cluster tells the same.
    return undefined;
  }
}
