// One stack to be killed in the middle: its folder, its runs and their processes, on a cluster that others use too.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startHeadway, type CliEnd } from "../kit/cli.ts";
import { freshNamespace, type AuditEvent, type TestCluster } from "../kit/sandbox.ts";
import { followLog } from "./writes.ts";
import { writeStack, type ReleaseSketch, type StackSketch } from "../kit/stack-folder.ts";

export type CrashStack = {
  readonly cluster: TestCluster;
  /** Of the stack, and of its namespace. */
  readonly name: string;
  /** TMPDIR of its runs: what they leave lies here. */
  readonly temporary: string;
  declare(releases: readonly ReleaseSketch[], more?: Pick<StackSketch, "files" | "stackSpec">): void;
  start(command: "apply" | "destroy"): ReturnType<typeof startHeadway>;
  /** What was done to this stack since an instant, as the audit log has it. */
  audit(since: string): readonly AuditEvent[];
  close(): Promise<void>;
};

export type RunningHeadway = ReturnType<typeof startHeadway>;

/** A cluster whose audit log can be read. */
export type CrashCluster = TestCluster & { readonly auditLog: string };

export function openCrashStack(cluster: CrashCluster): CrashStack {
  const name = freshNamespace("crash");
  const news = followLog(cluster.auditLog, name);
  const seen: AuditEvent[] = [];
  const root = realpathSync(mkdtempSync(join(tmpdir(), "headway-crash-")));
  const folder = join(root, "stack");
  const temporary = join(root, "tmp");
  for (const each of [folder, temporary]) mkdirSync(each);
  return {
    cluster,
    name,
    temporary,
    declare: (releases, more = {}) => {
      writeStack({ ...more, name, namespace: name, releases }, folder);
    },
    start: (command) =>
      startHeadway([command, folder, "--yes", "--progress", "json"], {
        kubeconfig: cluster.kubeconfig,
        env: { TMPDIR: temporary },
      }),
    audit: (since) => {
      seen.push(...news());
      return seen.filter(({ stageTimestamp }) => stageTimestamp >= since.replace(/Z$/, ""));
    },
    close: async () => {
      for (const pid of processesBelow(temporary)) process.kill(pid, "SIGKILL");
      await cluster.kube(`/api/v1/namespaces/${name}`, { method: "DELETE" });
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Runs a command to its end; one that has none is killed, and its code is -1. */
export async function finish(child: RunningHeadway, patienceMs: number): Promise<CliEnd> {
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  const end = await child;
  clearTimeout(timer);
  return { code: end.exitCode ?? -1, stdout: end.stdout, stderr: end.stderr, all: end.all };
}

/** Ids of processes that work below a folder: a run's helms, and what supervises them. */
export function processesBelow(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Ids of the helms among them. */
export function helmsBelow(folder: string): readonly number[] {
  return processesBelow(folder).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]?.endsWith("/helm") === true;
    } catch {
      return false;
    }
  });
}

/** True once no process works below the folder; false where one still does after a while. */
export async function isQuietBelow(folder: string, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (processesBelow(folder).length > 0) {
    if (Date.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
