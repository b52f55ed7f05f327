// The agent: while it leads, one loop for each StackSync that there is. A StackSync that goes away ends its loop and leaves
// every release where it is.
import type { StackSyncKey } from "../core/stack-sync/stack-sync.ts";
import type { AgentWorld } from "./agent-ports.ts";
import { makeBell } from "./bell.ts";
import { plantSeeds } from "./plant-seeds.ts";
import { keepStackSync, type KeptStackSync } from "./keep-stack-sync.ts";

/** How the agent stands, for probes and metrics. */
export type AgentStanding = {
  readonly isLeader: boolean;
  /** When the StackSyncs were last listed with success, in milliseconds since the epoch. */
  readonly listedAtMs: number | undefined;
};

export type Agent = {
  /** Resolves once `stop` was given and everything has ended in good order. */
  readonly ended: Promise<void>;
  standing(): AgentStanding;
  /** Has the StackSync's repository asked at once; false where there is none of this name. */
  poke(key: StackSyncKey): boolean;
};

/** They are listed this often though nothing was told of them. */
const relistMs = 300_000;
const retryMs = 10_000;

export function runAgent(world: AgentWorld, stop: AbortSignal): Agent {
  const kept = new Map<StackSyncKey, KeptStackSync>();
  let isLeader = false;
  let listedAtMs: number | undefined;
  const listed = (): void => {
    listedAtMs = world.clock.nowMs();
  };
  const run = async (): Promise<void> => {
    while (!stop.aborted) {
      const term = await world.leadership.win(stop);
      if (term === undefined) return;
      isLeader = true;
      world.log.info("leading", {});
      await lead(world, kept, AbortSignal.any([stop, term.lost]), listed);
      isLeader = false;
      world.log.info(term.lost.aborted ? "lost the leadership" : "stopped", {});
      await term.release();
    }
  };
  return {
    ended: run(),
    standing: () => ({ isLeader, listedAtMs }),
    poke(key) {
      const one = kept.get(key);
      one?.poke();
      return one !== undefined;
    },
  };
}

async function lead(
  world: AgentWorld,
  kept: Map<StackSyncKey, KeptStackSync>,
  over: AbortSignal,
  listed: () => void,
): Promise<void> {
  const bell = makeBell(world.clock, over);
  const unwatch = world.syncs.watch(() => {
    bell.ring();
  });
  let seedsDueMs = -Infinity;
  while (!over.aborted) {
    // Seldom: a StackSync's every change leads here.
    const isDue = world.clock.nowMs() >= seedsDueMs;
    if (isDue) seedsDueMs = world.clock.nowMs() + relistMs;
    const isListed = await follow(world, kept, isDue);
    if (isListed) listed();
    await bell.waitUntil(world.clock.nowMs() + (isListed ? relistMs : retryMs));
  }
  unwatch();
  await Promise.all([...kept.values()].map((one) => one.end()));
  kept.clear();
}

/** Begins, goes on with and ends loops, as there are StackSyncs now; false where that could not be told. */
async function follow(
  world: AgentWorld,
  kept: Map<StackSyncKey, KeptStackSync>,
  plants: boolean,
): Promise<boolean> {
  let found = await world.syncs.list();
  if (plants && found.ok && (await plantSeeds(world, found.value))) found = await world.syncs.list();
  if (!found.ok) {
    world.log.warn("the StackSyncs can't be listed", { failure: found.failure });
    return false;
  }
  const there = new Map(found.value.map((one) => [one.sync.key, one]));
  for (const [key, one] of there) {
    const known = kept.get(key);
    // One of the same name that was made anew starts from nothing.
    if (known !== undefined && known.uid !== one.sync.uid) {
      kept.delete(key);
      await known.end();
    }
    const loop = kept.get(key);
    if (loop === undefined) {
      world.log.info("keeping a StackSync", { stackSync: key });
      kept.set(key, keepStackSync(world, one));
    } else loop.update(one);
  }
  for (const [key, loop] of [...kept])
    if (!there.has(key)) {
      world.log.info("the StackSync is gone; its releases stay", { stackSync: key });
      kept.delete(key);
      await loop.end();
    }
  return true;
}
