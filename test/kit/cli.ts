// Runs the built command line as a user does, against a cluster of a sandbox, and keeps what it said.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The built program; `npm test` builds it first. */
export const headwayProgram = join(root, "dist", "headway.js");

export type CliEnd = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
};
export type CliOptions = {
  readonly kubeconfig?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts it; the caller may send signals. */
export function startHeadway(argv: readonly string[], options: CliOptions = {}) {
  if (!existsSync(headwayProgram)) throw new Error("dist/headway.js is missing: npm run build");
  return execa(process.execPath, [headwayProgram, ...argv], {
    reject: false,
    all: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: {
      NO_COLOR: "1",
      LANG: "C.UTF-8",
      ...(options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig }),
      ...options.env,
    },
  });
}

/** Starts it at a terminal, which script(1) gives it: what is typed goes through that, ^C too. `ended` is its exit code. */
export function startAtTerminal(
  argv: readonly string[],
  kubeconfig: string,
  env: Readonly<Record<string, string>> = {},
): { type(text: string): void; readonly shown: () => string; readonly ended: Promise<number | null> } {
  const words = [process.execPath, headwayProgram, ...argv].map((word) => `'${word}'`).join(" ");
  const run = spawn("script", ["-qefc", words, "/dev/null"], {
    env: { ...process.env, KUBECONFIG: kubeconfig, TERM: "xterm", ...env },
  });
  let shown = "";
  run.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString("utf8")));
  return {
    type: (text) => run.stdin.write(text),
    shown: () => shown,
    ended: once(run, "exit").then(([code]: readonly unknown[]) => (typeof code === "number" ? code : null)),
  };
}

/** Runs it to its end. */
export async function headway(argv: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  const end = await startHeadway(argv, options);
  return { code: end.exitCode ?? -1, stdout: end.stdout, stderr: end.stderr, all: end.all };
}

/** The records of `--progress json`. */
export function eventsOf(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
