// What is told and kept of a sandbox that did not start: the cause from a log, its last lines, and the logs themselves.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { failedLogsDir, type SandboxState } from "./instance.ts";
import { layoutOf } from "./control-plane.ts";

const KEPT_FAILURES = 5;

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The last `count` lines of a log, indented; says so where there are none. */
export function lastLines(log: string, count: number): string {
  const lines = readLog(log).trimEnd().split("\n").slice(-count);
  const shown = lines.filter((line) => line !== "").map((line) => `  ${readable(line).slice(0, 500)}`);
  return shown.length === 0 ? "  (nothing was logged)" : shown.join("\n");
}

// etcd and kwok log objects whose telling part is at the end.
function readable(line: string): string {
  try {
    const { level, msg, err, error } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const words = [level, msg, err ?? error].filter((it) => typeof it === "string");
    return words.length === 0 ? line : words.join(" ");
  } catch {
    return line;
  }
}

/** A sentence naming the taken port, where the log says that this was the cause. */
export function portConflict(log: string): string | undefined {
  const said = /(\d{1,3}(?:\.\d{1,3}){3}):(\d+): bind: address already in use/.exec(readLog(log));
  return said === null ? undefined : `Port ${said[2] ?? ""} of ${said[1] ?? ""} is taken by another process.`;
}

/** Moves the logs of a failed start out of its folder, which is about to go; returns where they are now. */
export function keepFailedLogs(state: SandboxState): string {
  const kept = join(failedLogsDir(), state.name);
  try {
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(failedLogsDir(), { recursive: true, mode: 0o700 });
    cpSync(layoutOf(state.dir).logs, kept, { recursive: true });
    forgetOldFailures();
  } catch {
    // Without room for a copy the message still quotes the last lines.
  }
  return kept;
}

function forgetOldFailures(): void {
  const found = readdirSync(failedLogsDir())
    .map((name) => ({ path: join(failedLogsDir(), name), at: statSync(join(failedLogsDir(), name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const old of found.slice(KEPT_FAILURES)) rmSync(old.path, { recursive: true, force: true });
}
