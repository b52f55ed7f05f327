// What every scenario stands on: a sandbox of the benchmark's own, the built command line, bare helm, and namespaces that
// are gone, with the machine quiet again, before the next scenario begins.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../src/sandbox/programs.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { eventually, testCluster, type TestCluster } from "../kit/sandbox.ts";
import { endOfLog } from "./audit-log.ts";
import { writeTimedStack, type TimedRelease } from "./graphs.ts";
import { busyShare, runMeasured, type MeasuredEnd } from "./measured-process.ts";

/** A record of `--progress json`. */
export type RunEvent = {
  readonly kind: string;
  readonly at: string;
  readonly release?: string;
  readonly durationMs?: number;
};

/** When a helm process for a release began to run, in milliseconds of wall clock; `key` is `NAMESPACE/RELEASENAME`. */
export type HelmStart = { readonly key: string; readonly atMs: number };

/** One `headway apply`, measured from outside and by its own events. */
export type MeasuredApply = MeasuredEnd & {
  readonly events: readonly RunEvent[];
  readonly helmStarts: readonly HelmStart[];
  /** First event of the run to its last. */
  readonly makespanMs: number;
  /** Where the audit log ended before it and after it. */
  readonly auditFrom: number;
  readonly auditTo: number;
};

/** A stack of its own name in a namespace of its own. */
export type TimedStack = {
  readonly folder: string;
  readonly namespace: string;
  readonly write: (releases: readonly TimedRelease[]) => void;
};

export type Bench = {
  readonly cluster: TestCluster;
  /** The built headway.js, and the environment it is run in: with a helm that notes when it starts. */
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** The starts of helm's upgrades since the last `apply`, or since this was told to forget. */
  readonly helmStarts: () => readonly HelmStart[];
  readonly forgetHelmStarts: () => void;
  readonly auditLog: string;
  readonly scratch: string;
  readonly say: (text: string) => void;
  /** A namespace that is deleted by `cleanUp`; it is made here only if asked. */
  readonly freshNamespace: (make: boolean) => Promise<string>;
  readonly freshStack: (namespace?: string) => Promise<TimedStack>;
  /** Runs the built command line, with `more` in its environment; throws unless it ends with 0. */
  readonly headway: (
    argv: readonly string[],
    more?: Readonly<Record<string, string>>,
  ) => Promise<MeasuredEnd>;
  readonly apply: (stack: TimedStack) => Promise<MeasuredApply>;
  /** Runs a program with bare helm's surroundings: the cluster, and homes of its own. */
  readonly withHelm: (program: string, argv: readonly string[], stdin: string) => Promise<MeasuredEnd>;
  readonly helm: string;
  /** Deletes the namespaces made so far, and waits until they are gone and the machine is quiet. */
  readonly cleanUp: () => Promise<void>;
  /** Waits until the machine is quiet. */
  readonly settle: () => Promise<void>;
};

/** Starts a sandbox that ends with this process, and opens the benchmark on it; `close` ends both in good order. */
export async function openBench(
  program: string,
  say: (text: string) => void,
): Promise<Bench & { close(): Promise<void> }> {
  const helm = await findProgram("helm", say);
  if (!helm.ok) throw new Error(helm.failure.message);
  const started = await startSandbox({ name: `bench-${process.pid}`, onProgress: say });
  if (!started.ok) throw new Error(started.failure.message);
  const sandbox = started.value;
  const scratch = mkdtempSync(join(tmpdir(), "headway-bench-"));
  const close = async (): Promise<void> => {
    await sandbox.stop();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const starts = join(scratch, "helm-starts");
    writeFileSync(starts, "");
    const watchedHelm = writeHelmWrapper(scratch, starts, helm.value.path);
    const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig, NO_COLOR: "1" };
    const ownEnv = { ...env, HEADWAY_HELM: watchedHelm };
    const headway = makeHeadway(program, ownEnv);
    const cluster = testCluster(sandbox);
    const namespaces = makeNamespaces(cluster);
    return {
      cluster,
      program,
      env: ownEnv,
      helmStarts: () => readHelmStarts(starts),
      forgetHelmStarts: () => {
        writeFileSync(starts, "");
      },
      auditLog: sandbox.auditLog,
      scratch,
      say,
      helm: helm.value.path,
      headway,
      freshNamespace: namespaces.fresh,
      freshStack: async (namespace) => stackIn(scratch, namespace ?? (await namespaces.fresh(false))),
      apply: (stack) => measureApply(headway, stack, sandbox.auditLog, starts),
      withHelm: (file, argv, stdin) =>
        runMeasured(file, argv, { env: helmSurroundings(scratch, env), stdin }),
      cleanUp: async () => {
        await namespaces.deleteAll();
        await untilQuiet(say);
      },
      settle: () => untilQuiet(say),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

// Notes when its process began to run, and becomes helm: exec keeps the process. What it costs (1 to 2 ms of bash) is
// part of what is measured of Headway, never of bare helm.
function writeHelmWrapper(scratch: string, starts: string, helm: string): string {
  const file = join(scratch, "helm");
  const note = existsSync("/bin/bash") ? '"$EPOCHREALTIME $*"' : '"$(date +%s.%6N) $*"';
  const shell = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";
  writeFileSync(file, `#!${shell}\necho ${note} >>'${starts}'\nexec '${helm}' "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

function helmSurroundings(scratch: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const home = join(scratch, "helm-home");
  mkdirSync(home, { recursive: true });
  return { ...env, HELM_CONFIG_HOME: home, HELM_CACHE_HOME: home, HELM_DATA_HOME: home };
}

function makeHeadway(program: string, env: NodeJS.ProcessEnv): Bench["headway"] {
  return async (argv, more = {}) => {
    const end = await runMeasured(process.execPath, [program, ...argv], { env: { ...env, ...more } });
    if (end.code !== 0)
      throw new Error(
        `headway ${argv.join(" ")} ended with ${end.code}:\n${end.stderr}${end.stdout.slice(-4000)}`,
      );
    return end;
  };
}

async function measureApply(
  headway: Bench["headway"],
  stack: TimedStack,
  auditLog: string,
  starts: string,
): Promise<MeasuredApply> {
  const auditFrom = endOfLog(auditLog);
  writeFileSync(starts, "");
  const end = await headway(["apply", stack.folder, "--yes", "--progress", "json"]);
  const events = end.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    // Written by Headway after schemas/events.schema.json.
    .map((line) => JSON.parse(line) as RunEvent);
  const at = (kind: string): number => Date.parse(events.find((event) => event.kind === kind)?.at ?? "");
  return {
    ...end,
    events,
    auditFrom,
    auditTo: endOfLog(auditLog),
    makespanMs: at("run-finished") - at("run-started"),
    helmStarts: readHelmStarts(starts),
  };
}

function readHelmStarts(file: string): readonly HelmStart[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [seconds, command, release, ...argv] = line.split(" ");
      const namespace = argv[argv.indexOf("--namespace") + 1];
      if (command !== "upgrade" || release === undefined || namespace === undefined) return [];
      return [{ key: `${namespace}/${release}`, atMs: Number(seconds?.replace(",", ".")) * 1000 }];
    });
}

function stackIn(scratch: string, namespace: string): TimedStack {
  const folder = join(scratch, `stack-${namespace}`);
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    namespace,
    write: (releases) => {
      writeTimedStack(folder, { name: namespace, namespace, releases });
    },
  };
}

function makeNamespaces(cluster: TestCluster) {
  let count = 0;
  const made = new Set<string>();
  const pathOf = (name: string): string => `/api/v1/namespaces/${name}`;
  return {
    fresh: async (make: boolean): Promise<string> => {
      count += 1;
      const name = `bench-${count}`;
      made.add(name);
      if (make) {
        const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
        await cluster.kube("/api/v1/namespaces", { method: "POST", body });
        await sleep(500);
      }
      return name;
    },
    deleteAll: async (): Promise<void> => {
      for (const name of made) await cluster.kube(pathOf(name), { method: "DELETE" });
      const isGone = async (name: string): Promise<boolean> =>
        (await cluster.kube(pathOf(name))).status === 404;
      for (const name of made) await eventually(() => isGone(name), 180_000);
      made.clear();
    },
  };
}

/** Waits until less than a quarter of the machine is busy, but not for ever: others may be at work on it. */
async function untilQuiet(say: (text: string) => void): Promise<void> {
  let busy = 1;
  for (const deadline = Date.now() + 30_000; busy > 0.25 && Date.now() < deadline;)
    busy = await busyShare(1_000);
  if (busy > 0.25)
    say(`the machine is ${Math.round(busy * 100)} % busy with something else: figures will suffer`);
}
