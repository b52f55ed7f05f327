// A cluster that was lost: the example shop from nothing, by `headway apply` from a desk and by the agent that a StackSync gives
// it to, undisturbed and killed every 20 seconds. Each has a cluster of its own.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { testCluster } from "../kit/sandbox.ts";
import { openAgentWorld, shopRepository, type Agent } from "./agent-at-work.ts";
import { recordsBegun, readyWrites } from "./audit-log.ts";
import type { Bench } from "./bench.ts";
import { rowOf, type Row } from "./rows.ts";

const killEveryMs = 20_000;

export async function runRecovery(bench: Bench): Promise<readonly Row[]> {
  const repository = shopRepository(bench.scratch);
  const byDesk = await onFreshCluster(bench, "desk", async ({ kubeconfig }) => {
    const startedAtMs = Date.now();
    await bench.headway(["apply", join(repository, "examples/shop"), "--yes"], {
      KUBECONFIG: kubeconfig,
    });
    return Date.now() - startedAtMs;
  });
  const whole = await onFreshCluster(bench, "whole", (sandbox) => recover(bench, repository, sandbox));
  const killed = await onFreshCluster(bench, "killed", (sandbox) =>
    recover(bench, repository, sandbox, killEveryMs),
  );
  bench.say(
    `recovery: apply ${seconds(byDesk)}; agent ${seconds(whole.tookMs)}; killed ${killed.kills} times ${seconds(killed.tookMs)}`,
  );
  const compared = { comparedTo: byDesk, unit: "s", comparedToWhat: "(headway apply)" } as const;
  return [
    rowOf({ ...compared, scenario: "shop recovered by the agent", measured: whole.tookMs, target: 1.1 }),
    rowOf({ ...compared, scenario: "… killed every 20 s", measured: killed.tookMs, target: 2 }),
    rowOf({
      scenario: "… out of order",
      measured: whole.outOfOrder.length + killed.outOfOrder.length,
      comparedTo: 0,
      target: 0,
      unit: "",
      comparedToWhat: "asked for",
    }),
  ];
}

type Sandbox = { readonly kubeconfig: string; readonly auditLog: string };

async function onFreshCluster<T>(
  bench: Bench,
  name: string,
  use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const started = await startSandbox({ name: `bench-${name}-${process.pid}` });
  if (!started.ok) throw new Error(started.failure.message);
  try {
    await bench.settle();
    return await use(started.value);
  } finally {
    await started.value.stop();
  }
}

async function recover(bench: Bench, repository: string, sandbox: Sandbox, killEvery?: number) {
  const world = await openAgentWorld(testCluster(sandbox), bench.program, bench.scratch, bench.env);
  try {
    const commit = world.push(repository);
    let kills = 0;
    let isOver = false;
    let agent: Agent = await world.start();
    const startedAtMs = Date.now();
    await world.install({ path: "examples/shop", interval: "1m" });
    const killing = async (): Promise<void> => {
      while (killEvery !== undefined) {
        await sleep(killEvery);
        if (isOver) return;
        await agent.end("SIGKILL");
        kills += 1;
        agent = await world.start();
      }
    };
    const killer = killing();
    await world.healthyAt(commit);
    const tookMs = Date.now() - startedAtMs;
    isOver = true;
    await killer;
    return { tookMs, kills, outOfOrder: await outOfOrder(bench, repository, sandbox.auditLog) };
  } finally {
    await world.close();
  }
}

/** Releases whose first record came before a Deployment of something that they wait for was ready. */
async function outOfOrder(bench: Bench, repository: string, auditLog: string): Promise<readonly string[]> {
  const { stdout } = await bench.headway(["graph", join(repository, "examples/shop"), "-o", "json"]);
  // Written by Headway after schemas/graph.schema.json.
  const { items } = JSON.parse(stdout) as {
    readonly items: readonly { readonly release: string; readonly waitsFor: readonly string[] }[];
  };
  const [begun, ready] = [await recordsBegun(auditLog, 0), await readyWrites(auditLog, 0)];
  return items.flatMap(({ release, waitsFor }) =>
    waitsFor.flatMap((dependency) => {
      const [begunAtMs, readyAtMs] = [begun.get(release), ready.get(dependency)];
      return begunAtMs !== undefined && readyAtMs !== undefined && begunAtMs < readyAtMs
        ? [`${release} before ${dependency}`]
        : [];
    }),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
