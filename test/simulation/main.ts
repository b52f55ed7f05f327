// `npm run simulate`: tells the stories of many seeds, or of one with its whole timeline.
//   --seeds N      how many (1000)        --from S    the first one (1)
//   --seed S       one seed again, with all that happens in it
//   --keep-going   not only to the first seed in which something breaks
//   --plant NAME   with a bug planted into the engine (plants.ts)
//   --json         what came of it as one line of JSON
import { parseArgs } from "node:util";
import { plant } from "./plants.ts";
import type { StoryEnd } from "./story.ts";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
    plant: { type: "string" },
    "keep-going": { type: "boolean", default: false },
  },
});

// What is planted has to be there before the engine is loaded.
if (flags.plant !== undefined) plant(flags.plant);
const { tellStory } = await import("./story.ts");

async function replay(seed: number): Promise<number> {
  const end = await tellStory(seed);
  if (flags.json) console.log(JSON.stringify({ seed, hash: end.hash, violation: end.violation }));
  else {
    for (const line of end.lines) console.log(line);
    console.log(describeEnd(end));
  }
  return end.violation === undefined ? 0 : 1;
}

function describeEnd({ seed, violation, hash, runs, helms, events }: StoryEnd): string {
  const figures = `${runs} runs, ${helms} helms, ${events} events, trace ${hash}`;
  return violation === undefined
    ? `seed ${seed}: nothing broke (${figures})`
    : `seed ${seed}: "${violation.invariant}" broke: ${violation.what} (${violation.sentence}) (${figures})\n  again: npm run simulate -- --seed ${seed}`;
}

async function simulate(from: number, count: number): Promise<number> {
  const startedMs = performance.now();
  let runs = 0;
  let told = 0;
  const found: StoryEnd[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const end = await tellStory(seed);
    told += 1;
    runs += end.runs;
    if (end.violation === undefined) continue;
    found.push(end);
    if (!flags.json) console.log(describeEnd(end));
    if (!flags["keep-going"]) break;
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  if (flags.json) {
    const violations = found.map(({ seed, violation }) => ({ seed, ...violation }));
    console.log(JSON.stringify({ from, told, runs, seconds, violations }));
  } else
    console.log(
      `${told} seeds from ${from}, ${runs} runs, ${found.length} violations, ${seconds.toFixed(1)} s (${((1_000 * seconds) / told).toFixed(1)} ms a seed)`,
    );
  return found.length === 0 ? 0 : 1;
}

process.exitCode = await (flags.seed === undefined
  ? simulate(Number(flags.from), Number(flags.seeds))
  : replay(Number(flags.seed)));
