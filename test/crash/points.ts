// One point: a scenario, a moment in it, the kill, and one plain run after it, with the proofs. Which points there are comes
// from a seed, and from how many writes the scenario's run has that nobody kills.
import { setTimeout as sleep } from "node:timers/promises";
import { finish, isQuietBelow, openCrashStack, type CrashCluster, type CrashStack } from "./crash-stack.ts";
import {
  judgeEnd,
  judgeOrder,
  judgeReverseOrder,
  judgeSilence,
  judgeTold,
  lastWholeAt,
  type Violation,
} from "./judge.ts";
import { scenarios, type Scenario } from "./scenarios.ts";
import { strike, victims, type Moment, type Victim } from "./strike.ts";
import { isHelms, isWrite } from "./writes.ts";

export type Point = Moment & { readonly scenario: string };

/** How a point went: `beyondMs` is how long the next run took from the moment in which the last Deployment was ready. */
export type PointEnd = {
  readonly hasStruck: boolean;
  readonly violations: readonly Violation[];
  readonly recoveryMs: number;
  readonly beyondMs: number;
  /** Of the next run, for the report of a violation. */
  readonly told: string;
};

/** A run with no kill: from which write to which a kill may come, and after which the last helm still has one to do. */
export type Learnt = { readonly from: number; readonly to: number; readonly lastOfHelm: number };

const runPatienceMs = 300_000;
/** A kill may come so long after a write, which covers the pauses between most of them. */
const longestPauseMs = 400;

/** `upgrade:both:17+35`, which is what --replay takes. */
export function nameOf({ scenario, victim, afterWrite, pauseMs }: Point): string {
  return `${scenario}:${victim}:${afterWrite}+${pauseMs}`;
}

export function parsePoint(name: string): Point | undefined {
  const [scenario = "", victim, moment = ""] = name.split(":");
  const [afterWrite = NaN, pauseMs = NaN] = moment.split("+").map(Number);
  const known = victims.find((one) => one === victim);
  if (!(scenario in scenarios) || known === undefined) return undefined;
  return Number.isInteger(afterWrite) && Number.isInteger(pauseMs)
    ? { scenario, victim: known, afterWrite, pauseMs }
    : undefined;
}

/** The next point of a scenario; `chance` is a seeded one. */
export function drawPoint(scenario: string, victim: Victim, learnt: Learnt, chance: () => number): Point {
  const to = victim === "headway" ? learnt.to : learnt.lastOfHelm;
  const afterWrite = learnt.from + Math.floor(chance() * (to - learnt.from + 1));
  // Half of them in the very moment, in which the answer to the write may not have been read.
  const pauseMs = chance() < 0.5 ? 0 : Math.floor(chance() * longestPauseMs);
  return { scenario, victim, afterWrite, pauseMs };
}

export async function learn(cluster: CrashCluster, name: string): Promise<Learnt> {
  const scenario = scenarioOf(name);
  const stack = openCrashStack(cluster);
  try {
    await prepare(stack, scenario);
    const since = now();
    const end = await finish(stack.start(scenario.command), runPatienceMs);
    if (end.code !== scenario.exitCode)
      throw new Error(
        `${name} ended with ${end.code}, not with ${scenario.exitCode}, though nobody killed it:\n${end.all}`,
      );
    const wrong = await judgeEnd(stack, scenario, stack.audit(since));
    if (wrong.length > 0)
      throw new Error(`${name} is wrong though nobody killed it: ${JSON.stringify(wrong)}`);
    const writes = stack.audit(since).filter(isWrite);
    const from = scenario.from === undefined ? 0 : writes.findIndex(scenario.from) + 1;
    return { from, to: writes.length, lastOfHelm: Math.max(from, writes.findLastIndex(isHelms)) };
  } finally {
    await stack.close();
  }
}

export async function tryPoint(cluster: CrashCluster, point: Point): Promise<PointEnd> {
  const scenario = scenarioOf(point.scenario);
  const stack = openCrashStack(cluster);
  try {
    await prepare(stack, scenario);
    return await killAndRepeat(stack, cluster.auditLog, scenario, point);
  } finally {
    await stack.close();
  }
}

function scenarioOf(name: string): Scenario {
  const scenario = scenarios[name];
  if (scenario === undefined)
    throw new Error(`no scenario ${name}; there are: ${Object.keys(scenarios).join(", ")}`);
  return scenario;
}

async function prepare(stack: CrashStack, { before, declared, more }: Scenario): Promise<void> {
  if (before !== undefined) {
    stack.declare(before, more);
    const end = await finish(stack.start("apply"), runPatienceMs);
    if (end.code !== 0) throw new Error(`the stack could not be made ready to be killed:\n${end.all}`);
  }
  stack.declare(declared, more);
}

async function killAndRepeat(
  stack: CrashStack,
  auditLog: string,
  scenario: Scenario,
  moment: Moment,
): Promise<PointEnd> {
  const since = now();
  const { child, hasStruck } = await strike(stack, auditLog, () => stack.start(scenario.command), moment);
  const first = await finish(child, runPatienceMs);
  const isQuiet = await isQuietBelow(stack.temporary, 10_000);
  // A request that had been sent may still be worked on.
  await sleep(250);
  const dead = now();
  await sleep(250);
  const restart = now();
  const second = await finish(stack.start(scenario.command), runPatienceMs);
  const recoveryMs = Date.now() - Date.parse(restart);
  const events = stack.audit(since);
  const ready = lastWholeAt(events.filter(({ stageTimestamp }) => stageTimestamp > restart)) ?? restart;
  const stuck = [
    ...(isQuiet ? [] : ["a helm outlived the run that was killed"]),
    ...(moment.victim === "helm" && first.code < 0 ? ["the run whose helm was killed came to no end"] : []),
    ...(second.code === scenario.exitCode
      ? []
      : [`the next run ended with ${second.code}, not with ${scenario.exitCode}`]),
  ];
  return {
    hasStruck,
    violations: [
      ...stuck.map((what): Violation => ({ offence: "stuck", what })),
      ...judgeSilence(events, dead, restart),
      ...(scenario.command === "destroy"
        ? judgeReverseOrder(scenario.graph, events)
        : [...judgeOrder(scenario.graph, events), ...judgeTold(scenario.graph, second.stdout)]),
      ...(await judgeEnd(stack, scenario, events)),
    ],
    recoveryMs,
    beyondMs: Math.max(0, recoveryMs - (Date.parse(ready) - Date.parse(restart))),
    told: `first run:\n${first.all}\nnext run:\n${second.all}`,
  };
}

/** An instant that the audit log's stamps can be compared with. */
function now(): string {
  return new Date().toISOString();
}
