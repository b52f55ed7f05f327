// Starting, finding and stopping sandboxes from any process: a sandbox is a folder with a state file and a supervisor that keeps
// its programs (supervisor.ts). Nothing here touches ~/.kube/config.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { failed, type Result, succeeded } from "../core/failure.ts";
import { requestApi } from "./api-request.ts";
import { certificateOf, COMPONENTS, layoutOf, logOf } from "./control-plane.ts";
import {
  type Ownership,
  readState,
  removeInstance,
  type SandboxPorts,
  type SandboxProcess,
  type SandboxProgram,
  type SandboxState,
  sandboxesDir,
  writeState,
} from "./instance.ts";
import { pickPorts } from "./ports.ts";
import { identifyProcess, isAlive, signalProcess, stopProcess, waitUntilGone } from "./process-identity.ts";
import { findPrograms } from "./programs.ts";
import type { SupervisorReport } from "./supervisor.ts";

/** Told in one line each, while something takes long. */
export type OnProgress = (text: string) => void;

/** How to start a sandbox: `ports` are for those who need a certain one, `dir` for those who need a certain folder. */
export type SandboxOptions = {
  readonly name: string;
  /** `owned` (default): gone when this process is; `detached`: lives until it is stopped. */
  readonly owner?: Ownership;
  readonly onProgress?: OnProgress;
  readonly dir?: string;
  readonly ports?: Partial<SandboxPorts>;
};

/** A sandbox that is ready. `kubeconfig` and `auditLog` are paths, `server` is the API server's URL. */
export type Sandbox = {
  readonly name: string;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly auditLog: string;
  readonly programs: readonly SandboxProgram[];
  readonly processes: readonly SandboxProcess[];
  /** Stops every process and removes the folder. */
  readonly stop: () => Promise<void>;
};

/** What `status` tells: `problem` says why a sandbox that exists is not ready. */
export type SandboxStatus = {
  readonly name: string;
  readonly ready: boolean;
  readonly problem?: string;
  readonly state?: SandboxState;
};

const STOP_TIMEOUT_MS = 30_000;
const NAME = /^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/;

/** Starts a sandbox, or finds the one of that name that is ready already; fails with the log and the cause named. */
export async function startSandbox(options: SandboxOptions): Promise<Result<Sandbox>> {
  const { name, owner = "owned", onProgress = () => undefined } = options;
  if (!NAME.test(name))
    return refused(`A sandbox can't be called "${name}".`, "Use up to 50 of a-z, 0-9 and -.");
  if (process.platform !== "linux") {
    return refused(
      "The sandbox runs on Linux only.",
      "Use a Linux machine or container, or any other cluster.",
    );
  }
  const dir = options.dir ?? join(sandboxesDir(), name);
  const existing = await settleExisting(name, dir);
  if (existing !== undefined) return existing;
  const programs = await findPrograms(COMPONENTS, onProgress);
  if (!programs.ok) return programs;
  const ports = await pickPorts(options.ports);
  const claimed = claimFolder({ name, dir, owner, ports, programs: programs.value });
  if (!claimed)
    return refused(`Another process is starting the sandbox "${name}".`, "Wait for it, or use another name.");
  const supervisor = startSupervisor(dir);
  const started = await waitUntilReady(supervisor, dir, onProgress);
  if (!started.ok) return started;
  if (owner === "detached") supervisor.send({ kind: "detach" });
  // The supervisor must not keep its owner alive; the pipe between them ends with the owner all the same.
  supervisor.unref();
  supervisor.channel?.unref();
  return started;
}

function refused(message: string, next: string): Result<never> {
  return failed({ kind: "program", message, next });
}

/** What is there under the name: a ready sandbox is used, a dead one is cleared away, one being started is refused. */
async function settleExisting(name: string, dir: string): Promise<Result<Sandbox> | undefined> {
  const state = readState(dir);
  if (state === undefined) return undefined;
  if (!isAlive(state.supervisor)) {
    await clearLeftOvers(state);
    return undefined;
  }
  if (state.phase === "stopping") {
    await waitUntilGone(state.supervisor, STOP_TIMEOUT_MS);
    return undefined;
  }
  if (state.phase === "ready" && state.processes.every(isAlive)) return succeeded(toSandbox(state));
  return refused(
    state.phase === "starting"
      ? `The sandbox "${name}" is being started by another process.`
      : `The sandbox "${name}" is broken: ${deadProcesses(state)}.`,
    `headway sandbox down --name ${name}`,
  );
}

function deadProcesses(state: SandboxState): string {
  const dead = state.processes.filter((it) => !isAlive(it));
  return dead.map((it) => `${it.name} is gone, its log is ${it.log}`).join("; ");
}

function toSandbox(state: SandboxState): Sandbox {
  const { name, dir, kubeconfig, server, auditLog, programs, processes } = state;
  const stop = async (): Promise<void> => {
    await stopSandbox(name, dir);
  };
  return { name, dir, kubeconfig, server, auditLog, programs, processes, stop };
}

/** Makes the folder with its state in one step, so that of two processes only one gets the name. */
function claimFolder(wanted: {
  readonly name: string;
  readonly dir: string;
  readonly owner: Ownership;
  readonly ports: SandboxPorts;
  readonly programs: readonly SandboxProgram[];
}): boolean {
  const { name, dir, owner, ports, programs } = wanted;
  const self = identifyProcess(process.pid);
  if (self === undefined) throw new Error("this process can't be identified in /proc");
  mkdirSync(dirname(dir), { recursive: true, mode: 0o700 });
  const draft = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  const { kubeconfig, auditLog } = layoutOf(dir);
  const state: SandboxState = {
    version: 1,
    name,
    dir,
    owner,
    phase: "starting",
    supervisor: self,
    server: `https://127.0.0.1:${ports.apiServer}`,
    kubeconfig,
    auditLog,
    ports,
    programs,
    processes: [],
  };
  writeState({ ...state, dir: draft });
  mkdirSync(layoutOf(draft).logs, { mode: 0o700 });
  try {
    renameSync(draft, dir);
  } catch {
    removeInstance(draft);
    return false;
  }
  writeState(state);
  return true;
}

function startSupervisor(dir: string): ChildProcess {
  const log = openSync(logOf(layoutOf(dir), "supervisor"), "a", 0o600);
  // From a checkout the file beside this one is run; a bundle has no such file, so it is asked to run itself.
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = fromSource
    ? [fileURLToPath(new URL("supervise-main.ts", import.meta.url)), dir]
    : [process.argv[1] ?? fileURLToPath(import.meta.url), "sandbox", "supervise", dir];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...entry], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    env: supervisorEnvironment(),
  });
  closeSync(log);
  return child;
}

// A test runner's loader options are not for the supervisor.
function supervisorEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["NODE_OPTIONS"];
  return env;
}

async function waitUntilReady(
  supervisor: ChildProcess,
  dir: string,
  onProgress: OnProgress,
): Promise<Result<Sandbox>> {
  let failure: string | undefined;
  const outcome = await new Promise<Result<Sandbox>>((resolve) => {
    supervisor.on("message", (told: SupervisorReport) => {
      switch (told.kind) {
        case "progress":
          onProgress(told.text);
          return;
        case "failed":
          failure = told.message;
          return;
        case "ready": {
          const state = readState(dir);
          if (state !== undefined) resolve(succeeded(toSandbox(state)));
          return;
        }
      }
    });
    supervisor.once("error", (error) => {
      resolve(
        failed({ kind: "program", message: `The sandbox's supervisor can't be started: ${error.message}` }),
      );
    });
    // It ends last of all, so that a failure is told when nothing is left of it. Its report may still be in the pipe then.
    supervisor.once("exit", (code, signal) => {
      const how = signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
      setTimeout(() => {
        const message = failure ?? `The sandbox's supervisor stopped with ${how} at the start.`;
        resolve(failed({ kind: "program", message }));
      }, 50);
    });
  });
  if (!outcome.ok) {
    const left = readState(dir);
    if (left !== undefined && !isAlive(left.supervisor)) await clearLeftOvers(left);
  }
  return outcome;
}

async function clearLeftOvers(state: SandboxState): Promise<void> {
  for (const left of state.processes.toReversed()) await stopProcess(left, 1000);
  removeInstance(state.dir);
}

/** Stops the sandbox and removes its folder; false where there was none. */
export async function stopSandbox(name: string, dir = join(sandboxesDir(), name)): Promise<boolean> {
  const state = readState(dir);
  if (state === undefined) return false;
  if (signalProcess(state.supervisor, "SIGTERM")) await waitUntilGone(state.supervisor, STOP_TIMEOUT_MS);
  signalProcess(state.supervisor, "SIGKILL");
  const left = readState(dir);
  if (left !== undefined) await clearLeftOvers(left);
  return true;
}

/** Whether the sandbox is ready: its programs run, and its API server says so. */
export async function sandboxStatus(name: string, dir = join(sandboxesDir(), name)): Promise<SandboxStatus> {
  const state = readState(dir);
  if (state === undefined) return { name, ready: false, problem: "there is no sandbox of this name" };
  const problem = await findProblem(state);
  return problem === undefined ? { name, ready: true, state } : { name, ready: false, problem, state };
}

async function findProblem(state: SandboxState): Promise<string | undefined> {
  if (!isAlive(state.supervisor)) return "its supervisor is gone";
  if (state.phase !== "ready") return `it is ${state.phase}`;
  const dead = deadProcesses(state);
  if (dead !== "") return dead;
  try {
    // Anyone may ask for readiness, so the admin's token stays in its file.
    const ca = readFileSync(certificateOf(layoutOf(state.dir)).certificate, "utf8");
    const reply = await requestApi({ server: state.server, ca, token: "" }, "/readyz", { timeoutMs: 5000 });
    return reply.status === 200 ? undefined : `its API server is not ready: ${reply.text}`;
  } catch (error) {
    return `its API server does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The names of the sandboxes on this machine, sorted. */
export function listSandboxes(): readonly string[] {
  try {
    return readdirSync(sandboxesDir())
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch {
    return [];
  }
}
