// One seed's story: a stack is declared, changed and run while faults come by chance; then the faults stop, and plain runs
// have to bring everything to what is declared.
import { createHash } from "node:crypto";
import { chanceOf } from "./chance.ts";
import { disturb, faultKinds } from "./faults.ts";
import { watchGoingBack } from "./going-back.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import { invariants } from "./invariants.ts";
import type { Scene } from "./scene.ts";
import { mended, settle, takeAway } from "./settling.ts";
import { changedStack, chooseFates, firstStack, isGood, namespace, type SimulatedStack } from "./stacks.ts";
import { begin, finish, pass, plain, type Telling } from "./telling.ts";
import { watchTruth } from "./truth.ts";
import { makeWorld, startMs } from "./world.ts";

export type Violation = {
  readonly invariant: string;
  readonly sentence: string;
  readonly what: string;
  readonly atMs: number;
};

export type StoryEnd = {
  readonly seed: number;
  /** The first thing that broke. */
  readonly violation: Violation | undefined;
  /** Stands for all that happened, in order. */
  readonly hash: string;
  readonly lines: readonly string[];
  readonly runs: number;
  readonly helms: number;
  readonly events: number;
};

/** Tells it from beginning to end, or until something breaks. */
export async function tellStory(seed: number): Promise<StoryEnd> {
  const chance = chanceOf(seed);
  const faults = new Set(faultKinds.filter(() => chance.of(0.4)));
  const fates = chooseFates(chance, chance.pick([0, 0.15, 0.35]));
  const world = makeWorld(chance, fates);
  const runs: HeadwayProcess[] = [];
  const scene: Scene = {
    world,
    truth: watchTruth(world),
    goingBack: watchGoingBack(world),
    runs,
    fates,
    podsBroke: { atMs: -Infinity },
  };
  let violation: Violation | undefined;
  const broken = (invariant: string, sentence: string, what: string): void => {
    if (violation !== undefined) return;
    violation = { invariant, sentence, what, atMs: world.timeline.nowMs() - startMs };
    world.note(`VIOLATION of "${invariant}": ${what}`);
  };
  for (const { name, sentence, watch } of invariants) {
    const look = watch(scene);
    world.onWrite.push((write) => {
      const what = look(write);
      if (what !== undefined) broken(name, sentence, what);
    });
  }
  world.note(`faults: ${[...faults].join(", ") || "none"}`);
  const telling: Telling = {
    chance,
    faults,
    scene,
    runs,
    broken,
    isBroken: () => violation !== undefined,
  };
  await tell(telling);
  const { lines } = world;
  return {
    seed,
    violation,
    hash: createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16),
    lines,
    runs: runs.length,
    helms: world.helms.length,
    events: world.timeline.count(),
  };
}

async function tell(telling: Telling): Promise<void> {
  const { chance, runs, scene } = telling;
  let stack = firstStack(chance);
  const rounds = chance.whole(2, 4);
  for (let round = 0; round < rounds && !telling.isBroken(); round++) {
    // What a killed run leaves is for the next one to put in order, and nothing but that can be seen where nothing changes.
    const last = runs.at(-1);
    const wasKilled = last !== undefined && last.end() === undefined;
    if (round > 0 && chance.of(wasKilled ? 0.3 : 0.75)) stack = changedStack(chance, stack);
    describe(telling, stack);
    await disturbedRun(telling, stack, chance.of(0.08));
    await pass(telling, chance.pick([0, 100, 2_000, 90_000]));
  }
  if (telling.isBroken()) return;
  await calmDown(telling);
  if (chance.of(0.7)) stack = mended(telling, stack);
  scene.world.note("faults are over");
  describe(telling, stack);
  await settle(telling, stack);
  if (telling.isBroken() || !chance.of(0.3)) return;
  if (chance.of(0.6)) await disturbedRun(telling, stack, true);
  await calmDown(telling);
  await takeAway(telling, stack);
}

function describe({ scene }: Telling, { releases, order, onFailure }: SimulatedStack): void {
  const all = releases.map((release) => {
    const { name, version, after, hooks, declaration } = release;
    const how = isGood(scene.fates, release)
      ? ""
      : ` bad (${scene.fates(`${namespace}/${name}`, version).outcome})`;
    return `${name} v${version}${how}${after.length === 0 ? "" : ` <- ${after.join(" ")}`}${hooks.length === 0 ? "" : ` [${hooks.join(" ")}]`} ${declaration.onFailure}`;
  });
  scene.world.note(`declared (${order}, onFailure ${onFailure}): ${all.join("; ")}`);
}

async function disturbedRun(telling: Telling, stack: SimulatedStack, destroys: boolean): Promise<void> {
  const { chance, faults, scene } = telling;
  const isDestroy = destroys && chance.of(0.5);
  const run = begin(telling, stack, { ...plain, retry: chance.of(0.1), destroy: isDestroy });
  for (const kind of faults) if (chance.of(0.6)) disturb(telling, run, kind);
  await finish(telling, run);
  scene.world.onRequest = () => undefined;
}

/** No more faults; what is under way comes to its end. */
async function calmDown(telling: Telling): Promise<void> {
  const { world } = telling.scene;
  world.trouble.refused = 0;
  world.trouble.answerLost = 0;
  world.trouble.outageUntilMs = 0;
  world.onRequest = () => undefined;
  await pass(telling, 300_000);
}
