// One story in the telling: how a run is begun, let finish, and how time passes between runs.
import type { PlanOptions } from "../../src/engine/run-stack.ts";
import type { Chance } from "./chance.ts";
import { endings } from "./endings.ts";
import type { FaultKind } from "./faults.ts";
import { startHeadway, type HeadwayProcess } from "./headway-process.ts";
import type { Scene } from "./scene.ts";
import type { SimulatedStack } from "./stacks.ts";

/** No run of a few releases may need longer, whatever happens. */
const longestRunMs = 90 * 60_000;
export type Telling = {
  readonly chance: Chance;
  readonly faults: ReadonlySet<FaultKind>;
  readonly scene: Scene;
  readonly runs: HeadwayProcess[];
  readonly broken: (invariant: keyof typeof endings, sentence: string, what: string) => void;
  readonly isBroken: () => boolean;
};

/** What a run does that nobody asks anything special of. */
export const plain: PlanOptions = {
  retry: false,
  adopt: false,
  destroy: false,
  prune: { prune: true, includeProtected: false },
};

/** Starts a run. */
export function begin({ scene, runs }: Telling, stack: SimulatedStack, options: PlanOptions): HeadwayProcess {
  const run = startHeadway(scene.world, runs.length + 1, stack, options);
  runs.push(run);
  return run;
}

/** Lets a run come to its end, by itself or by a kill; false where it does not. */
export async function finish(telling: Telling, run: HeadwayProcess): Promise<boolean> {
  const { world } = telling.scene;
  const isOver = await world.timeline.runUntil(() => !run.isAlive() || telling.isBroken(), longestRunMs);
  if (run.crash() !== undefined) {
    const bug = run.crash();
    telling.broken(
      "noCrash",
      endings.noCrash,
      `${run.name}: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`,
    );
  } else if (!isOver) telling.broken("live", endings.live, `${run.name} does not end`);
  return !telling.isBroken();
}

/** Lets time pass. */
export async function pass({ scene }: Telling, ms: number): Promise<void> {
  let isOver = false;
  scene.world.timeline.after(ms, () => {
    isOver = true;
  });
  await scene.world.timeline.runUntil(() => isOver, ms + 1);
}
