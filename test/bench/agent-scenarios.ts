// The agent: how soon it follows a push, what it makes of a storm of them, and what it costs while nothing moves.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openAgentWorld, type Agent, type AgentWorld } from "./agent-at-work.ts";
import { writesBetween } from "./audit-log.ts";
import type { Bench, TimedStack } from "./bench.ts";
import { endOfLog } from "./audit-log.ts";
import { independent } from "./graphs.ts";
import { median, percentile, rowOf, type Row } from "./rows.ts";

/** A first push after this does not wait for others to come. */
const pauseMs = 17_000;
const pollMs = 5_000;
const mebibyte = 1024 * 1024;

async function withAgent<T>(
  bench: Bench,
  source: Readonly<Record<string, unknown>>,
  first: (stack: TimedStack) => void,
  use: (world: AgentWorld, stack: TimedStack, agent: Agent) => Promise<T>,
): Promise<T> {
  const world = await openAgentWorld(bench.cluster, bench.program, bench.scratch, bench.env);
  try {
    const stack = await bench.freshStack();
    first(stack);
    const commit = world.push(stack.folder);
    await world.install(source);
    const agent = await world.start();
    await world.healthyAt(commit, 900_000);
    return await use(world, stack, agent);
  } finally {
    await world.close();
    const path = "/apis/headway.dev/v1/namespaces/headway-system/stacksyncs/it";
    await bench.cluster.kube(path, { method: "DELETE" });
  }
}

/** From a push to the first helm process, told by a webhook and found by asking. */
export async function runPushes(bench: Bench): Promise<readonly Row[]> {
  const write = (stack: TimedStack, round: number): void => {
    stack.write([{ name: "app", readyAfterMs: 100 + round, dependsOn: [] }]);
  };
  const first = (stack: TimedStack): void => {
    write(stack, 0);
  };
  const startAfter = async (sentAtMs: number): Promise<number> => {
    for (;;) {
      const start = bench.helmStarts()[0];
      if (start !== undefined) return start.atMs - sentAtMs;
      await sleep(20);
    }
  };
  const told = await withAgent(bench, { interval: "1h" }, first, async (world, stack, agent) => {
    const times: number[] = [];
    for (let round = 1; round <= 12; round++) {
      await sleep(pauseMs);
      write(stack, round);
      const commit = world.push(stack.folder);
      bench.forgetHelmStarts();
      times.push(await startAfter(await world.hook(agent)));
      await world.healthyAt(commit);
    }
    return times;
  });
  await bench.cleanUp();
  const found = await withAgent(bench, { interval: `${pollMs / 1000}s` }, first, async (world, stack) => {
    const times: number[] = [];
    for (let round = 1; round <= 6; round++) {
      await sleep(pauseMs + round * 700);
      write(stack, round);
      bench.forgetHelmStarts();
      const commit = world.push(stack.folder);
      times.push(await startAfter(Date.now()));
      await world.healthyAt(commit);
    }
    return times;
  });
  bench.say(
    `pushes: by webhook ${inMs(told)}, median ${median(told).toFixed(0)} ms; by asking ${inMs(found)}`,
  );
  return [
    rowOf({
      scenario: "push to helm by webhook, p95",
      measured: percentile(told, 0.95),
      comparedTo: 1_000,
      target: 1,
      unit: "ms",
      comparedToWhat: "asked for",
    }),
    rowOf({
      scenario: "push to helm by asking, longest",
      measured: Math.max(...found),
      comparedTo: pollMs + 1_000,
      target: 1,
      unit: "s",
      comparedToWhat: `(interval ${pollMs / 1000} s + 1 s)`,
    }),
  ];
}

function inMs(times: readonly number[]): string {
  return `${times.map((time) => time.toFixed(0)).join(", ")} ms`;
}

/** 200 pushes in a minute, each told by a webhook. */
export async function runStorm(bench: Bench): Promise<readonly Row[]> {
  const pushes = 200;
  const write = (stack: TimedStack, round: number): void => {
    stack.write(independent(4, { readyAfterMs: 300 + round }));
  };
  const { runs, most, tookMs } = await withAgent(
    bench,
    { interval: "1m" },
    (stack) => {
      write(stack, 0);
    },
    async (world, stack, agent) => {
      await sleep(pauseMs);
      const before = agent.lines.length;
      const startedAtMs = Date.now();
      let commit = "";
      for (let round = 1; round <= pushes; round++) {
        write(stack, round);
        commit = world.push(stack.folder);
        await world.hook(agent).catch((error: unknown) => {
          // The limit of deliveries is part of what is measured: the last pushes are found all the same.
          bench.say(`storm: ${String(error)}`);
        });
        await sleep(Math.max(0, startedAtMs + (round * 60_000) / pushes - Date.now()));
      }
      const tookMs = Date.now() - startedAtMs;
      await world.healthyAt(commit);
      const lines = agent.lines.slice(before);
      const begun = lines.filter(({ kind }) => kind === "apply-started");
      const perRun = Map.groupBy(begun, ({ run, release }) => `${String(run)} ${String(release)}`);
      return {
        runs: new Set(lines.filter(({ kind }) => kind === "run-started").map(({ run }) => run)).size,
        most: Math.max(0, ...perRun.values().map(({ length }) => length)),
        tookMs,
      };
    },
  );
  bench.say(`storm: ${pushes} pushes in ${(tookMs / 1000).toFixed(0)} s`);
  const asked = { target: 1, unit: "", comparedToWhat: "asked for" } as const;
  return [
    rowOf({ ...asked, scenario: "storm of 200 pushes: runs", measured: runs, comparedTo: 6 }),
    rowOf({ ...asked, scenario: "storm: upgrades of a release in one run", measured: most, comparedTo: 1 }),
  ];
}

/** 300 releases in sync, for ten minutes (HEADWAY_BENCH_IDLE_MINUTES for others). */
export async function runAgentIdle(bench: Bench): Promise<readonly Row[]> {
  const minutes = Number(process.env["HEADWAY_BENCH_IDLE_MINUTES"] ?? "10");
  return await withAgent(
    bench,
    { interval: "1m" },
    (stack) => {
      stack.write(independent(300, { readyAfterMs: 0, replicas: 0 }));
    },
    async (_world, _stack, agent) => {
      await bench.settle();
      bench.forgetHelmStarts();
      const from = endOfLog(bench.auditLog);
      const cpuBefore = cpuSeconds(agent.pid);
      let most = 0;
      for (let second = 0; second < minutes * 60; second += 5) {
        most = Math.max(most, residentBytes(agent.pid));
        await sleep(5_000);
      }
      const share = (cpuSeconds(agent.pid) - cpuBefore) / (minutes * 60);
      const writes = await writesBetween(bench.auditLog, from, endOfLog(bench.auditLog));
      const others = writes.filter((write) => !write.includes("/leases"));
      bench.say(`agent-idle: ${writes.length} writes, of which no Lease's: ${others.join(", ") || "none"}`);
      const asked = { target: 1, unit: "", comparedToWhat: "asked for" } as const;
      const title = `300 releases idle ${minutes} min`;
      return [
        rowOf({
          ...asked,
          scenario: `${title}: MiB`,
          measured: Math.round(most / mebibyte),
          comparedTo: 200,
        }),
        rowOf({
          ...asked,
          scenario: `${title}: ‰ of a core`,
          measured: Math.round(share * 1000),
          comparedTo: 10,
        }),
        rowOf({ ...asked, scenario: `${title}: helms`, measured: bench.helmStarts().length, comparedTo: 0 }),
        rowOf({ ...asked, scenario: `${title}: writes but Leases`, measured: others.length, comparedTo: 0 }),
      ];
    },
  );
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** User and system time so far; the kernel counts in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
