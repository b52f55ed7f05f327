// `npm run crash`: kill -9 of Headway, of its helm or of both at seeded moments, on real helm and a real API server, and one
// plain run after each. Prints the figures, and how to meet one moment again; exits with 1 where anything was violated.
import { parseArgs } from "node:util";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { testCluster } from "../kit/sandbox.ts";
import type { CrashCluster } from "./crash-stack.ts";
import { offences } from "./judge.ts";
import {
  drawPoint,
  learn,
  nameOf,
  parsePoint,
  tryPoint,
  type Learnt,
  type Point,
  type PointEnd,
} from "./points.ts";
import { seededRandom } from "../kit/random.ts";
import { scenarios } from "./scenarios.ts";
import { victims } from "./strike.ts";

const { values: flags } = parseArgs({
  options: {
    points: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    only: { type: "string", multiple: true },
    replay: { type: "string" },
    workers: { type: "string", default: "3" },
  },
});

const say = (text: string): void => {
  process.stderr.write(`crash: ${text}\n`);
};

type Outcome = { readonly point: Point; readonly end: PointEnd };

async function runAll(
  cluster: CrashCluster,
  names: readonly string[],
  count: number,
  outcomes: Outcome[],
): Promise<void> {
  const chance = seededRandom(Number(flags.seed));
  const learnt = new Map<string, Learnt>();
  const unknown = [...names];
  const learnNext = async (): Promise<void> => {
    for (let name = unknown.shift(); name !== undefined; name = unknown.shift()) {
      const facts = await learn(cluster, name);
      learnt.set(name, facts);
      say(`${name}: a kill may come after its writes ${facts.from} to ${facts.to}`);
    }
  };
  await inParallel(learnNext);
  let drawn = 0;
  let struck = 0;
  let open = 0;
  const next = (): Point => {
    const scenario = names[drawn % names.length] ?? "";
    const victim = victims[Math.floor(drawn / names.length) % victims.length] ?? "both";
    drawn += 1;
    return drawPoint(scenario, victim, learnt.get(scenario) ?? { from: 0, to: 0, lastOfHelm: 0 }, chance);
  };
  const work = async (): Promise<void> => {
    while (struck + open < count && drawn < 3 * count + names.length) {
      const point = next();
      open += 1;
      const end = await attempt(cluster, point);
      open -= 1;
      outcomes.push({ point, end });
      if (end.hasStruck) struck += 1;
      report(point, end, struck, count);
    }
  };
  await inParallel(work);
}

async function inParallel(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: Number(flags.workers) }, work));
}

async function attempt(cluster: CrashCluster, point: Point): Promise<PointEnd> {
  try {
    return await tryPoint(cluster, point);
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const violations = [{ offence: "stuck" as const, what: "the point could not be tried to its end" }];
    return { hasStruck: true, violations, recoveryMs: 0, beyondMs: 0, told };
  }
}

function report(point: Point, end: PointEnd, struck: number, count: number): void {
  const verdict = !end.hasStruck
    ? "missed: the run had ended"
    : end.violations.length === 0
      ? `ok, the next run took ${seconds(end.recoveryMs)}`
      : "VIOLATED";
  say(`${struck}/${count} ${nameOf(point)} ${verdict}`);
  for (const { offence, what } of end.violations) say(`  ${offence}: ${what}`);
  if (end.violations.length > 0) say(end.told);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function table(outcomes: readonly Outcome[]): string {
  const struck = outcomes.filter(({ end }) => end.hasStruck);
  const rows = [...Map.groupBy(struck, ({ point }) => point.scenario)].map(([scenario, group]) => {
    const beyond = group.map(({ end }) => end.beyondMs).toSorted((a, b) => a - b);
    const took = group.map(({ end }) => end.recoveryMs).toSorted((a, b) => a - b);
    return [
      scenario.padEnd(18),
      String(group.length).padStart(6),
      ...victims.map((victim) =>
        String(group.filter(({ point }) => point.victim === victim).length).padStart(8),
      ),
      ...offences.map((offence) => String(countOf(group, offence)).padStart(13)),
      seconds(quantile(took, 0.5)).padStart(10),
      seconds(quantile(beyond, 0.5)).padStart(12),
      seconds(beyond.at(-1) ?? 0).padStart(12),
    ].join("");
  });
  const head = [
    "scenario".padEnd(18),
    "points".padStart(6),
    ...victims.map((victim) => victim.padStart(8)),
    ...offences.map((offence) => offence.padStart(13)),
    "next run".padStart(10),
    "beyond p50".padStart(12),
    "beyond max".padStart(12),
  ].join("");
  const beyond = struck.map(({ end }) => end.beyondMs).toSorted((a, b) => a - b);
  const totals = offences.map((offence) => `${countOf(struck, offence)} ${offence}`).join(", ");
  return [
    head,
    ...rows,
    "",
    `${struck.length} points (seed ${flags.seed}): ${totals}; the next run ended at most ${seconds(beyond.at(-1) ?? 0)} after the last pod was ready (half of them within ${seconds(quantile(beyond, 0.5))})`,
    `${outcomes.length - struck.length} more moments came after the run's end and do not count`,
    `to meet one again: npm run crash -- --replay ${nameOf(struck[0]?.point ?? { scenario: "install", victim: "both", afterWrite: 3, pauseMs: 0 })}`,
    ...struck
      .filter(({ end }) => end.violations.length > 0)
      .map(({ point }) => `violated: npm run crash -- --replay ${nameOf(point)}`),
  ].join("\n");
}

function countOf(outcomes: readonly Outcome[], offence: string): number {
  return outcomes.flatMap(({ end }) => end.violations).filter((violation) => violation.offence === offence)
    .length;
}

async function main(): Promise<number> {
  const names = flags.only ?? Object.keys(scenarios);
  const unknown = names.filter((name) => !(name in scenarios));
  const replay = flags.replay === undefined ? undefined : parsePoint(flags.replay);
  if (unknown.length > 0 || (flags.replay !== undefined && replay === undefined)) {
    say(
      `no such scenario or point: ${[...unknown, flags.replay ?? ""].join(" ")}; there are: ${Object.keys(scenarios).join(", ")}`,
    );
    return 2;
  }
  const started = await startSandbox({ name: `crash-${process.pid}`, onProgress: say });
  if (!started.ok) throw new Error(started.failure.message);
  const sandbox = started.value;
  const outcomes: Outcome[] = [];
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      // What was tried to its end until then counts.
      if (outcomes.length > 0) process.stdout.write(`${table(outcomes)}\n`);
      void sandbox.stop().finally(() => process.exit(130));
    });
  try {
    const cluster = { ...testCluster(sandbox), auditLog: sandbox.auditLog };
    if (replay !== undefined) {
      const end = await attempt(cluster, replay);
      report(replay, end, 1, 1);
      return end.violations.length > 0 ? 1 : 0;
    }
    await runAll(cluster, names, Number(flags.points), outcomes);
    process.stdout.write(`${table(outcomes)}\n`);
    return outcomes.some(({ end }) => end.violations.length > 0) ? 1 : 0;
  } finally {
    await sandbox.stop();
  }
}

process.exitCode = await main();
