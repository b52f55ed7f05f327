// The process that keeps one sandbox: starts its programs, answers for its kubelets, and takes everything down when it is told
// to, when a program fails at the start, or when the process that owns the sandbox is gone. Finding programs is programs.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiAccess, requestApi } from "./api-request.ts";
import { createBasics, waitUntilUsable } from "./cluster-basics.ts";
import {
  argumentsOf,
  certificateOf,
  type Component,
  type Layout,
  layoutOf,
  logOf,
  writeControlPlaneFiles,
  writeKubeconfigs,
} from "./control-plane.ts";
import { keepFailedLogs, lastLines, portConflict } from "./failed-start.ts";
import { readState, removeInstance, type SandboxState, writeState } from "./instance.ts";
import { servePodLogs } from "./pod-logs.ts";
import { identifyProcess, stopProcess } from "./process-identity.ts";

/** What the supervisor tells the process that started it. */
export type SupervisorReport =
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly message: string };

/** What that process tells the supervisor: `detach` lets the sandbox outlive it. */
export type SupervisorOrder = { readonly kind: "detach" } | { readonly kind: "stop" };

const START_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 2000;

type Keeper = {
  readonly layout: Layout;
  state: SandboxState;
  readonly children: Map<Component, ChildProcess>;
  /** Rejects when a program ends before it was asked to. */
  fail: (reason: Error) => void;
  stopping: boolean;
};

function report(message: SupervisorReport): void {
  if (process.connected) process.send?.(message, () => undefined);
}

/** Runs the supervisor of the sandbox in `dir` until the sandbox is down, then ends the process. */
export async function superviseSandbox(dir: string): Promise<void> {
  const claimed = readState(dir);
  const self = identifyProcess(process.pid);
  if (claimed === undefined || self === undefined) throw new Error(`no sandbox to supervise in ${dir}`);
  const died = Promise.withResolvers<never>();
  died.promise.catch(() => undefined);
  const keeper: Keeper = {
    layout: layoutOf(dir),
    state: { ...claimed, supervisor: self },
    children: new Map(),
    fail: (reason) => {
      died.reject(reason);
    },
    stopping: false,
  };
  writeState(keeper.state);
  takeOrders(keeper);
  try {
    await Promise.race([startControlPlane(keeper), died.promise, startDeadline(keeper)]);
  } catch (error) {
    if (keeper.stopping) return;
    const message = error instanceof Error ? error.message : String(error);
    console.error(error);
    await stopPrograms(keeper);
    report({ kind: "failed", message: message.replaceAll(keeper.layout.logs, keepFailedLogs(keeper.state)) });
    removeInstance(dir);
    // Lets the report leave the pipe before the process is gone.
    await sleep(50);
    process.exit(1);
  }
}

async function startDeadline(keeper: Keeper): Promise<never> {
  await sleep(START_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(
    `The sandbox was not ready after ${START_TIMEOUT_MS / 1000} s. Its logs are in ${keeper.layout.logs}.`,
  );
}

function takeOrders(keeper: Keeper): void {
  const stop = (): void => {
    void takeDown(keeper);
  };
  let detached = false;
  process.on("message", (order: SupervisorOrder) => {
    switch (order.kind) {
      case "detach":
        detached = true;
        process.disconnect();
        return;
      case "stop":
        stop();
        return;
    }
  });
  process.on("disconnect", () => {
    if (!detached) stop();
  });
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => undefined);
}

async function takeDown(keeper: Keeper): Promise<void> {
  if (keeper.stopping) return;
  await stopPrograms(keeper);
  removeInstance(keeper.layout.dir);
  process.exit(0);
}

async function stopPrograms(keeper: Keeper): Promise<void> {
  keeper.stopping = true;
  keeper.state = { ...keeper.state, phase: "stopping" };
  writeState(keeper.state);
  // The API server lingers without its etcd, so everything goes in the reverse of its start, one after the other.
  for (const running of keeper.state.processes.toReversed()) await stopProcess(running, STOP_GRACE_MS);
}

async function startControlPlane(keeper: Keeper): Promise<void> {
  const { layout, state } = keeper;
  const tokens = writeControlPlaneFiles(layout);
  const launch = (component: Component): void => {
    startProgram(keeper, component, argumentsOf(component, layout, state.ports));
  };
  report({ kind: "progress", text: "starting etcd and the API server" });
  launch("etcd");
  launch("kube-apiserver");
  const { certificate, key } = certificateOf(layout);
  const ca = await waitForFile(certificate);
  writeKubeconfigs(layout, { name: state.name, server: state.server, ca, tokens });
  const access: ApiAccess = { server: state.server, ca, token: tokens.sandbox };
  const logs = await servePodLogs({ cert: ca, key: await waitForFile(key) }, () => access);
  await waitForApi(access);
  report({ kind: "progress", text: "starting the controllers, the scheduler and the nodes" });
  launch("kube-controller-manager");
  launch("kube-scheduler");
  launch("kwok");
  await createBasics(access, logs.port);
  await waitUntilUsable(access);
  if (keeper.stopping) return;
  keeper.state = { ...keeper.state, phase: "ready" };
  writeState(keeper.state);
  report({ kind: "ready" });
}

/** The text of a file once another program has written it whole: PEM files end with a line of dashes. */
async function waitForFile(path: string): Promise<string> {
  for (;;) {
    try {
      const text = readFileSync(path, "utf8");
      if (/-----\s*$/.test(text)) return text;
    } catch {
      // Not there yet; the deadline of the start bounds the wait.
    }
    await sleep(20);
  }
}

async function waitForApi(access: ApiAccess): Promise<void> {
  for (;;) {
    try {
      if ((await requestApi(access, "/readyz")).status === 200) return;
    } catch {
      // Not listening yet; the deadline of the start bounds the wait.
    }
    await sleep(30);
  }
}

function startProgram(keeper: Keeper, component: Component, args: readonly string[]): void {
  // What is started after the stop began would never be stopped.
  if (keeper.stopping) throw new Error("the sandbox is being stopped");
  const program = keeper.state.programs.find((it) => it.name === component);
  if (program === undefined) throw new Error(`The sandbox was started without ${component}.`);
  const log = logOf(keeper.layout, component);
  const output = openSync(log, "a", 0o600);
  const child = spawn(program.path, args, { stdio: ["ignore", output, output], cwd: keeper.layout.dir });
  closeSync(output);
  keeper.children.set(component, child);
  child.once("error", (error) => {
    keeper.fail(new Error(`${component} (${program.path}) can't be started: ${error.message}`));
  });
  child.once("exit", (code, signal) => {
    if (keeper.stopping) return;
    const how = signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
    const conflict = portConflict(log);
    const cause = conflict === undefined ? "" : ` ${conflict}`;
    keeper.fail(
      new Error(
        `${component} stopped with ${how} while the sandbox was starting.${cause} Its log is ${log}, and ends with:\n${lastLines(log, 8)}`,
      ),
    );
    if (keeper.state.phase === "ready") console.error(`${component} stopped with ${how}`);
  });
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  if (identity === undefined) return;
  keeper.state = {
    ...keeper.state,
    processes: [...keeper.state.processes, { ...identity, name: component, log }],
  };
  writeState(keeper.state);
}
