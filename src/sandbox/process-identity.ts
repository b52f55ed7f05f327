// Which process a number stands for, so that nobody else's process is ever stopped: a pid alone is reused.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One process for good: `startedAt` in clock ticks since the boot `bootId`; both empty where there is no /proc. */
export type ProcessIdentity = { readonly pid: number; readonly startedAt: string; readonly bootId: string };

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The identity of a live process; undefined for one that is gone or only waits to be reaped. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const bootId = readText("/proc/sys/kernel/random/boot_id")?.trim();
  if (bootId === undefined) return isSignalable(pid) ? { pid, startedAt: "", bootId: "" } : undefined;
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in brackets and may hold anything, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const startedAt = fields[19];
  if (state === "Z" || state === "X" || startedAt === undefined) return undefined;
  return { pid, startedAt, bootId };
}

/** True while exactly this process runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now?.startedAt === identity.startedAt && now.bootId === identity.bootId;
}

/** Sends the signal if exactly this process still runs; true if it was sent. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Resolves to true when the process is gone, to false after `timeoutMs`. */
export async function waitUntilGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when the process is gone. */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!signalProcess(identity, "SIGTERM")) return;
  if (await waitUntilGone(identity, graceMs)) return;
  signalProcess(identity, "SIGKILL");
  await waitUntilGone(identity, 5000);
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
