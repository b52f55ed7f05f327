// Runs one git command on one bare repository: a fixed environment, no configuration but the repository's own, and
// bounds on time, memory, files and output. No argument that a person or a server chooses stands where an option could.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { SimpleGitOptions } from "simple-git";
import { endProcessesIn } from "./end-processes.ts";

export type GitPlace = {
  /** A bare repository: where git works and the only one that it sees. Absolute and real. */
  readonly repository: string;
  /** What prepareGit has made. */
  readonly launcher: string;
};

export type GitBounds = {
  readonly timeMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Which transport git may use; none by default. */
  readonly transport?: "https" | "http" | "ssh";
  /** Exit codes that are an answer. */
  readonly answers?: readonly number[];
};

export type GitEnd =
  | { readonly kind: "done"; readonly stdout: string; readonly stderr: string; readonly exitCode: number }
  | { readonly kind: "failed"; readonly stderr: string; readonly exitCode: number | undefined }
  | { readonly kind: "cut"; readonly reason: "time" | "stopped" | "output" };

const mostOutputBytes = 4 * 1024 * 1024;

export type GitLimits = {
  /** Largest file that git may write, which is the largest pack it may receive. */
  readonly fileBytes: number;
  /** Address space of one git process. */
  readonly memoryBytes: number;
};

/**
 * Writes the script that starts git under the kernel's own limits; what a server sends is bounded by them whatever it is.
 * Returns its path.
 */
export async function prepareGit(folder: string, limits: GitLimits): Promise<string> {
  const launcher = join(folder, "limited-git.sh");
  const lines = [
    "ulimit -c 0",
    // In blocks of 512 bytes, and in KiB. Where it can't be set, a stricter one is in force already.
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)} 2>/dev/null || :`,
    `ulimit -v ${Math.ceil(limits.memoryBytes / 1024)} 2>/dev/null || :`,
    'exec git "$@"',
  ];
  await writeFile(launcher, `${lines.join("\n")}\n`, { mode: 0o600 });
  return launcher;
}

/** Runs git and waits until it and all that it started have ended. */
export async function runGit(place: GitPlace, argv: readonly string[], bounds: GitBounds): Promise<GitEnd> {
  const { simpleGit } = await import("simple-git");
  const stop = new AbortController();
  let cut: "time" | "stopped" | "output" | undefined;
  const cutShort = (reason: "time" | "stopped" | "output"): void => {
    cut ??= reason;
    stop.abort();
    endProcessesIn(place.repository);
  };
  if (bounds.signal?.aborted === true) return { kind: "cut", reason: "stopped" };
  const onStop = (): void => {
    cutShort("stopped");
  };
  bounds.signal?.addEventListener("abort", onStop, { once: true });
  const deadline = setTimeout(() => {
    cutShort("time");
  }, bounds.timeMs);
  // Children that git was starting while the others were ended.
  const again = setInterval(() => {
    if (cut !== undefined) endProcessesIn(place.repository);
  }, 250);
  let end: { readonly exitCode: number | null; readonly stderr: string } = { exitCode: null, stderr: "" };
  const answers: readonly (number | null)[] = bounds.answers ?? [0];
  const options: Partial<SimpleGitOptions> = {
    baseDir: place.repository,
    binary: ["sh", place.launcher],
    abort: stop.signal,
    // Only what names our own files: the launcher's path, and that git reads no configuration but the repository's.
    unsafe: { allowUnsafeCustomBinary: true, allowUnsafeConfigPaths: true },
    allowEnvironment: Object.keys(gitEnvironment(place, bounds)).filter((name) => name.startsWith("GIT_")),
    completion: { onClose: true, onExit: false },
    errors: (error, { exitCode, stdErr }) => {
      end = { exitCode, stderr: Buffer.concat(stdErr).toString("utf8") };
      return answers.includes(exitCode) ? undefined : (error ?? new Error("git failed"));
    },
  };
  try {
    let bytes = 0;
    const count = (chunk: unknown): void => {
      bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
      if (bytes > mostOutputBytes) cutShort("output");
    };
    const git = simpleGit(options)
      .env(gitEnvironment(place, bounds))
      .outputHandler((_command, stdout, stderr) => {
        stdout.on("data", count);
        stderr.on("data", count);
      });
    const stdout = await git.raw([...argv]);
    if (cut !== undefined) return { kind: "cut", reason: cut };
    return { kind: "done", stdout, stderr: end.stderr, exitCode: end.exitCode ?? 0 };
  } catch (error) {
    if (cut !== undefined) return { kind: "cut", reason: cut };
    const said = end.stderr === "" && error instanceof Error ? error.message : end.stderr;
    return { kind: "failed", stderr: said, exitCode: end.exitCode ?? undefined };
  } finally {
    clearTimeout(deadline);
    clearInterval(again);
    bounds.signal?.removeEventListener("abort", onStop);
  }
}

/**
 * Runs git and hands on its output as it comes, no faster than it is taken. It is ended with the reading, if not before.
 * Throws where git fails.
 */
export async function* streamGit(
  place: GitPlace,
  argv: readonly string[],
  bounds: GitBounds & { readonly input?: string },
): AsyncGenerator<Buffer> {
  const child = execa("sh", [place.launcher, ...argv], {
    cwd: place.repository,
    env: gitEnvironment(place, bounds),
    extendEnv: false,
    stdin: bounds.input === undefined ? "ignore" : "pipe",
    ...(bounds.input === undefined ? {} : { input: bounds.input }),
    stderr: "ignore",
    buffer: false,
    encoding: "buffer",
    timeout: bounds.timeMs,
    ...(bounds.signal === undefined ? {} : { cancelSignal: bounds.signal }),
    killSignal: "SIGKILL",
    reject: false,
  });
  let isRead = false;
  try {
    for await (const chunk of child.stdout) {
      if (Buffer.isBuffer(chunk)) yield chunk;
      else if (chunk instanceof Uint8Array) yield Buffer.from(chunk);
    }
    isRead = true;
  } finally {
    if (!isRead) child.kill("SIGKILL");
    const { exitCode } = await child;
    if (isRead && exitCode !== 0)
      throw new Error(`git ${argv[0] ?? ""} ended with ${exitCode ?? "a signal"}`);
  }
}

/** Names of variables that say how the network is reached; those who run Headway set them. */
const proxyNames = [
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "NO_PROXY",
  "no_proxy",
];

function gitEnvironment(place: GitPlace, bounds: GitBounds): Record<string, string> {
  const taken = ["PATH", ...proxyNames].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(taken),
    LC_ALL: "C",
    HOME: place.repository,
    TMPDIR: place.repository,
    GNUPGHOME: join(place.repository, "gnupg"),
    GIT_DIR: place.repository,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_ALLOW_PROTOCOL: bounds.transport ?? "none",
  };
}
