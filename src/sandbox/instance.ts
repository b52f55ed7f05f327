// What is on disk of one sandbox: its folder, and the state file by which other processes find and stop it. Starting and
// stopping are in supervisor.ts and sandbox.ts.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { ProcessIdentity } from "./process-identity.ts";

/** One process of a sandbox, and the file its output goes to. */
export type SandboxProcess = ProcessIdentity & { readonly name: string; readonly log: string };

/** A program that a sandbox runs. */
export type SandboxProgram = { readonly name: string; readonly version: string; readonly path: string };

/** Detached sandboxes live until `down`; owned ones until the process that started them ends. */
export type Ownership = "detached" | "owned";

/** The ports of one sandbox, on 127.0.0.1. */
export type SandboxPorts = { readonly etcd: number; readonly etcdPeer: number; readonly apiServer: number };

/** The state file: everything another process needs to use, judge or stop the sandbox. Paths are absolute. */
export type SandboxState = {
  readonly version: 1;
  readonly name: string;
  readonly dir: string;
  readonly owner: Ownership;
  readonly phase: "starting" | "ready" | "stopping";
  /** The process that answers for the folder: first the one that makes it, then its supervisor. */
  readonly supervisor: ProcessIdentity;
  readonly server: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly ports: SandboxPorts;
  readonly programs: readonly SandboxProgram[];
  /** In the order they were started. */
  readonly processes: readonly SandboxProcess[];
};

/** The folder of all sandboxes of this user: `${XDG_STATE_HOME:-~/.local/state}/headway/sandboxes`. */
export function sandboxesDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const home = env["XDG_STATE_HOME"];
  const base = home !== undefined && isAbsolute(home) ? home : join(homedir(), ".local", "state");
  return join(base, "headway", "sandboxes");
}

/** Where the logs of sandboxes that did not start are kept, one folder each. */
export function failedLogsDir(): string {
  return join(sandboxesDir(), ".failed");
}

function statePath(dir: string): string {
  return join(dir, "state.json");
}

/** The state of the sandbox in `dir`; undefined where there is none. */
export function readState(dir: string): SandboxState | undefined {
  let text: string;
  try {
    text = readFileSync(statePath(dir), "utf8");
  } catch {
    return undefined;
  }
  const read: unknown = JSON.parse(text);
  return isState(read) ? read : undefined;
}

/** Replaces the state file in one step, so that a reader never sees half of it. */
export function writeState(state: SandboxState): void {
  const draft = `${statePath(state.dir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, statePath(state.dir));
}

/** Removes the folder of a sandbox and all in it. */
export function removeInstance(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function isState(read: unknown): read is SandboxState {
  return (
    typeof read === "object" &&
    read !== null &&
    "version" in read &&
    read.version === 1 &&
    "supervisor" in read &&
    "processes" in read
  );
}
