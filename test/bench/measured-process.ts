// Runs a program and measures it from outside: wall time, and the memory of it and of what it starts, read from /proc. No
// more is done while it runs than to keep what it prints.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Times in milliseconds, memory in bytes. */
export type MeasuredEnd = {
  readonly code: number;
  readonly wallMs: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The most that the process itself had resident at any time. */
  readonly peakBytes: number;
  /** The most that all its descendants had resident together; pages that they share count for each. */
  readonly peakChildrenBytes: number;
};

/** The kernel keeps the peak of a process itself, so only its last moments can be missed; its children are looked at less often. */
const sampleEveryMs = 25;

/** Runs it to its end; rejects where it can't be started. */
export function runMeasured(
  program: string,
  argv: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly stdin?: string },
): Promise<MeasuredEnd> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(program, argv, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin.end(options.stdin ?? "");
    let peakBytes = 0;
    let peakChildrenBytes = 0;
    const { pid } = child;
    let samples = 0;
    const sample = setInterval(() => {
      if (pid === undefined) return;
      peakBytes = Math.max(peakBytes, statusBytes(pid, "VmHWM"));
      samples += 1;
      if (samples % 4 === 0) peakChildrenBytes = Math.max(peakChildrenBytes, descendantsBytes(pid));
    }, sampleEveryMs);
    let wallMs = 0;
    child.on("exit", () => {
      wallMs = performance.now() - startedMs;
      clearInterval(sample);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({
        code: code ?? -1,
        wallMs,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
        peakBytes,
        peakChildrenBytes,
      });
    });
  });
}

function descendantsBytes(pid: number): number {
  let total = 0;
  for (const child of read(`/proc/${pid}/task/${pid}/children`).split(" ")) {
    const childPid = Number(child);
    if (childPid > 0) total += statusBytes(childPid, "VmRSS") + descendantsBytes(childPid);
  }
  return total;
}

function statusBytes(pid: number, field: "VmHWM" | "VmRSS"): number {
  const line = read(`/proc/${pid}/status`)
    .split("\n")
    .find((candidate) => candidate.startsWith(`${field}:`));
  return Number(/(\d+) kB/.exec(line ?? "")?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended in the meantime.
    return "";
  }
}

/** The share of all cores that is busy over the next `overMs`, from 0 to 1. */
export async function busyShare(overMs: number): Promise<number> {
  const before = cpuTimes();
  await new Promise((resolve) => setTimeout(resolve, overMs));
  const after = cpuTimes();
  return 1 - (after.idle - before.idle) / Math.max(1, after.total - before.total);
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  const fields = read("/proc/stat").split("\n")[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  return {
    idle: (fields[3] ?? 0) + (fields[4] ?? 0),
    total: fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0),
  };
}
