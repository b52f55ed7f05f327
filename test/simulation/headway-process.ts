// A Headway process in a simulated world: the real engine on ports that are requests to the simulated cluster. It can be
// killed at any moment: then it is not answered any more, and its helms die with it, as their supervisors see to.
import type { Failure, Result } from "../../src/core/failure.ts";
import type { Run } from "../../src/core/run/run.ts";
import { runStack, type PlanOptions } from "../../src/engine/run-stack.ts";
import { compileRules } from "../../src/core/expressions/compile-rules.ts";
import type { Event } from "../../src/core/event.ts";
import { headwayPorts } from "./headway-ports.ts";
import { stackLabel, type SimulatedStack } from "./stacks.ts";
import type { World } from "./world.ts";

export type HeadwayProcess = {
  readonly kind: "headway";
  readonly name: string;
  readonly stack: SimulatedStack;
  readonly options: PlanOptions;
  readonly startedAtMs: number;
  isAlive(): boolean;
  /** When it ended, however that was. */
  diedAtMs(): number | undefined;
  /** Until when a run that was cut, and whose lock it took, may have written. */
  inheritedUntilMs(): number | undefined;
  inherit(untilMs: number): void;
  isCutOff(): boolean;
  /** When it had seen the cluster and made its plan; Infinity before. */
  plannedAtMs(): number;
  /** What it has said to take back, whether that could be put on record or not. */
  takesBack(): ReadonlySet<string>;
  /** True once its lock was lost or given back: it may not begin anything any more. */
  isWithoutLock(): boolean;
  /** SIGKILL: its helms follow within 50 ms. */
  kill(): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** From now on nothing of its host reaches the cluster. */
  cutOff(): void;
  /** The lease was taken away from it. */
  loseLock(): void;
  /** Undefined while it runs, and where it was killed. */
  end(): Result<Run> | undefined;
  /** A bug: the engine threw. */
  crash(): unknown;
};

export function startHeadway(
  world: World,
  number: number,
  stack: SimulatedStack,
  options: PlanOptions,
): HeadwayProcess {
  const { timeline, chance } = world;
  const stop = new AbortController();
  const lost: (() => void)[] = [];
  let isAlive = true;
  let diedAtMs: number | undefined;
  let inheritedUntilMs: number | undefined;
  let isCutOff = false;
  let isWithoutLock = false;
  let plannedAtMs = Infinity;
  const takesBack = new Set<string>();
  let end: Result<Run> | undefined;
  let crash: unknown;
  const process: HeadwayProcess = {
    kind: "headway",
    name: `run ${number}`,
    stack,
    options,
    startedAtMs: timeline.nowMs(),
    isAlive: () => isAlive,
    diedAtMs: () => diedAtMs,
    inheritedUntilMs: () => inheritedUntilMs,
    inherit: (untilMs) => {
      inheritedUntilMs = untilMs;
    },
    isCutOff: () => isCutOff,
    plannedAtMs: () => plannedAtMs,
    takesBack: () => takesBack,
    isWithoutLock: () => isWithoutLock,
    kill: () => {
      if (!isAlive) return;
      isAlive = false;
      diedAtMs = timeline.nowMs();
      world.note(`${process.name}: killed`);
      for (const helm of world.helms)
        if (helm.owner === process)
          timeline.after(
            chance.float() * 50,
            () => {
              helm.kill();
            },
            "nobody",
          );
    },
    interrupt: () => {
      world.note(`${process.name}: asked to stop`);
      stop.abort();
    },
    cutOff: () => {
      world.note(`${process.name}: cut off from the cluster`);
      isCutOff = true;
    },
    loseLock: () => {
      if (!isAlive || isWithoutLock || world.server.lease()?.holder !== process) return;
      world.note(`${process.name}: has lost its lock`);
      isWithoutLock = true;
      for (const listener of lost) listener();
    },
    end: () => end,
    crash: () => crash,
  };
  const finish = (): void => {
    isAlive = false;
    diedAtMs = timeline.nowMs();
    isWithoutLock = true;
  };
  const ended = runStack(
    headwayPorts(world, process, (listener) => {
      if (isWithoutLock) listener();
      else lost.push(listener);
    }),
    {
      stack: {
        name: stack.name,
        label: stackLabel,
        order: stack.order,
        onFailure: stack.onFailure,
        declarations: stack.fleet.declarations,
        graph: stack.fleet.graph,
        pins: stack.fleet.pins,
        rules: compileRules(stack.fleet.declarations).value,
      },
      options,
      unlockAfterMs: 60_000,
      runId: process.name,
      holder: {
        identity: process.name,
        host: "here",
        bootId: "b",
        pid: number,
        startTime: "1",
        runFolder: `/${number}`,
      },
      about: {
        source: "local:/shop",
        version: "0.0.0",
        actor: {},
        trigger: { command: "apply" },
        commit: () => Promise.resolve(undefined),
      },
      warn: (message) => {
        world.note(`${process.name}: warning: ${message}`);
      },
      consent: () => Promise.resolve<Failure | undefined>(undefined),
      views: [
        (event) => {
          if (event.kind === "run-started") plannedAtMs = timeline.nowMs();
          if (event.kind === "take-back-started") for (const id of event.releases) takesBack.add(id);
          if (isAlive) world.note(`${process.name}: ${describeEvent(event)}`);
        },
      ],
      stop: stop.signal,
    },
  );
  ended.then(
    (result) => {
      if (!isAlive) return;
      end = result;
      world.note(
        `${process.name}: ${result.ok ? `exit code ${result.value.outcome?.exitCode ?? "none"}` : `did not begin: ${result.failure.message}`}`,
      );
      finish();
    },
    (bug: unknown) => {
      crash = bug;
      finish();
    },
  );
  return process;
}

/** One event in short. */
function describeEvent(event: Event): string {
  const of = "release" in event ? `${event.kind} ${event.release}` : event.kind;
  if (event.kind === "run-started")
    return `${of}: ${event.releases.map(({ release, action, reason }) => `${action} ${release} (${reason.kind})`).join(", ")}`;
  if (event.kind === "step-held") return `${of}: ${event.hold.kind}`;
  if (event.kind === "apply-started") return `${of}: ${event.action}, attempt ${event.attempt}`;
  if (event.kind === "release-failed") return `${of}: ${event.failure.message}; then ${event.then}`;
  if ("failure" in event) return `${of}: ${event.failure.message}`;
  return "message" in event ? `${of}: ${event.message}` : of;
}
