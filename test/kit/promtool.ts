// Prometheus' own checker, where this machine has it (Debian's package `prometheus` brings it).
import { spawnSync } from "node:child_process";

/** True where promtool is on the PATH. */
export const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

/** Runs promtool; its words are what both streams hold. */
export function promtool(
  args: readonly string[],
  input = "",
): { readonly exitCode: number; readonly words: string } {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8" });
  return { exitCode: status ?? -1, words: stdout + stderr };
}
