// Runs one helm process so that it can't outlive Headway, can't fill its memory, and ends by a deadline of Headway's
// own. What helm is asked to do, and what its answer means, is not known here.
import { mkdir } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { openShells } from "./helm-shells.ts";
import type { Shells } from "./helm-shells.ts";

/** How helm is started: the program, the cluster it is for, and the folder whose loss would tell of a dead holder. */
export type HelmHome = {
  readonly program: string;
  /** Private to this run: HELM_* homes, values files; each helm works in it, which is how a helm of a dead run is found. */
  readonly runFolder: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Act as this user. */
  readonly actAs?: string;
  /** How long a helm that was asked to stop may take before it is killed. */
  readonly graceMs?: number;
  /** Without them each helm gets a new one. */
  readonly shells?: Shells;
};

export type HelmEnd = {
  readonly kind: "exited" | "stopped" | "timed-out" | "killed";
  readonly exitCode: number | undefined;
  /** Undefined where helm printed more than the cap. */
  readonly stdout: string | undefined;
  /** The last part of it. */
  readonly stderr: string;
};

export type RunningHelm = { readonly ended: Promise<HelmEnd>; stop(): void };

const stdoutCapBytes = 16 * 1024 * 1024;
const stderrCapBytes = 64 * 1024;
/** helm answers SIGTERM by marking the release failed; then it is given no more time. */
const ordinaryGraceMs = 10_000;
/** A helm process needs about 100 MB; with charts of many CRDs it has been seen at 240 MB (helmfile #1872). */
export const memoryPerHelmBytes = 256 * 1024 * 1024;
/** A signal that meets helm between fork and exec is lost, so it is sent once more; a helm that is stopping ignores it. */
const repeatMs = 300;
/** Each holds about 1 MB; a burst of starts beyond them pays for its own. */
const mostWaitingShells = 4;
/** setTimeout takes at most 2^31-1 ms and fires at once for more. */
const longestTimerMs = 2 ** 31 - 1;

/** Starts helm at once. `deadlineMs` is a duration from now. */
export function startHelm(home: HelmHome, argv: readonly string[], deadlineMs: number): RunningHelm {
  const shells = home.shells ?? openHelmShells(home, 0);
  const child = shells.run([programPath(home.program), ...argv, ...connection(home)]);
  const stdout = keepHead(child.stdout, stdoutCapBytes);
  const stderr = keepTail(child.stderr, stderrCapBytes);
  let cut: "stopped" | "timed-out" | undefined;
  let repeatTimer: NodeJS.Timeout | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  // Whoever stops a helm that has just ended must not leave a timer that holds the process.
  let hasEnded = false;
  const cutShort = (why: "stopped" | "timed-out"): void => {
    if (cut !== undefined || hasEnded) return;
    cut = why;
    signal(child.pid, "SIGTERM", false);
    repeatTimer = setTimeout(() => {
      signal(child.pid, "SIGTERM", false);
    }, repeatMs);
    killTimer = setTimeout(() => {
      signal(child.pid, "SIGKILL", true);
    }, home.graceMs ?? ordinaryGraceMs);
  };
  const deadline = setTimeout(
    () => {
      cutShort("timed-out");
    },
    Math.min(deadlineMs, longestTimerMs),
  );
  // Whoever kills the supervisor must not leave a helm behind that nobody watches, nor helm a credential plugin.
  child.nodeChildProcess.once("exit", () => {
    signal(child.pid, "SIGKILL", true);
  });
  const ended = child.then((result): HelmEnd => {
    hasEnded = true;
    clearTimeout(deadline);
    clearTimeout(repeatTimer);
    clearTimeout(killTimer);
    const exitCode = result.exitCode;
    const wasKilled = exitCode === undefined || exitCode > 128;
    return {
      kind: cut ?? (wasKilled ? "killed" : "exited"),
      exitCode,
      stdout: stdout(),
      stderr: stderr(),
    };
  });
  return {
    ended,
    stop: () => {
      cutShort("stopped");
    },
  };
}

/** Makes the private folders that helm is pointed at; call once for a run folder. */
export async function prepareHelmHome(runFolder: string): Promise<void> {
  for (const folder of ["values", "home/config", "home/cache", "home/data"])
    await mkdir(join(runFolder, folder), { recursive: true, mode: 0o700 });
}

/** Has shells stand ready for helm processes of which at most so many run at once. */
export function openHelmShells(home: HelmHome, mostAtOnce: number): Shells {
  const waiting = Math.min(mostAtOnce, mostWaitingShells);
  return openShells({ env: helmEnvironment(home), cwd: home.runFolder, waiting });
}

/** helm works in the run's folder: a relative path means the one that Headway was started in. */
function programPath(program: string): string {
  return program.includes("/") ? resolve(program) : program;
}

function connection(home: HelmHome): readonly string[] {
  return [
    ...(home.kubeconfig === undefined ? [] : ["--kubeconfig", resolve(home.kubeconfig)]),
    ...(home.context === undefined ? [] : ["--kube-context", home.context]),
    ...(home.actAs === undefined ? [] : ["--kube-as-user", home.actAs]),
  ];
}

// Credential plugins of a kubeconfig need the person's environment (profiles, proxies); what steers helm itself is
// dropped and set anew, so that a stray HELM_* can't change what a run means.
function helmEnvironment(home: HelmHome): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !name.startsWith("HELM_")) environment[name] = value;
  const folder = join(home.runFolder, "home");
  const kubeconfigs = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  return {
    ...environment,
    ...(kubeconfigs.length === 0
      ? {}
      : { KUBECONFIG: kubeconfigs.map((path) => resolve(path)).join(delimiter) }),
    HELM_CONFIG_HOME: join(folder, "config"),
    HELM_CACHE_HOME: join(folder, "cache"),
    HELM_DATA_HOME: join(folder, "data"),
    HELM_NO_PLUGINS: "1",
    HELM_DRIVER: "secret",
    HELM_MAX_HISTORY: "10",
    HELM_BURST_LIMIT: "1000",
    HELM_QPS: "1000",
    // Two of Go's threads per helm are what its work can use; more only compete with its siblings.
    GOMAXPROCS: "2",
    // Go would collect garbage a dozen times in a process that lives for a fifth of a second: a sixth of helm's CPU time.
    GOGC: "800",
    GOMEMLIMIT: `${memoryPerHelmBytes}B`,
  };
}

function signal(pid: number | undefined, name: "SIGTERM" | "SIGKILL", wholeGroup: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(wholeGroup ? -pid : pid, name);
  } catch {
    // It has ended in the meantime.
  }
}

function keepHead(stream: NodeJS.ReadableStream, capBytes: number): () => string | undefined {
  let chunks: Buffer[] | undefined = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > capBytes) chunks = undefined;
    chunks?.push(chunk);
  });
  return () => (chunks === undefined ? undefined : Buffer.concat(chunks).toString("utf8"));
}

function keepTail(stream: NodeJS.ReadableStream, capBytes: number): () => string {
  let tail: Buffer = Buffer.alloc(0);
  let isCut = false;
  stream.on("data", (chunk: Buffer) => {
    const joined = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    isCut ||= joined.length > capBytes;
    tail = joined.length > capBytes ? Buffer.from(joined.subarray(joined.length - capBytes)) : joined;
  });
  // Half a secret would not be known for one: a cut text starts with a whole line, or at least with a whole word.
  return () => (isCut ? tail.toString("utf8").replace(/^(?:[^\n]*\n|\S*\s?)/, "") : tail.toString("utf8"));
}
