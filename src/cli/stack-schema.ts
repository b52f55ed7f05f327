// `headway schema --stack`: the editor schema of one stack, made of its charts' own schemas.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "../core/merge-values.ts";
import type { Json } from "../core/declaration.ts";
import { stackSchema, type NamedChart } from "../core/stack-schema.ts";
import { jsonText } from "../views/data-output.ts";
import { exitCodes } from "./exit.ts";
import { loadStack, pinCharts, tellDiagnostics } from "./load-stack.ts";
import type { World } from "./world.ts";
import { writeInOneStep } from "./write-file.ts";

/** Writes the schema to `out`, or to stdout; what is wrong with the stack is told, and left out of it. */
export async function writeStackSchema(world: World, dir: string, out: string | undefined): Promise<number> {
  const loaded = await loadStack(world, dir);
  if (typeof loaded === "number") return loaded;
  const pinned = await pinCharts(world, loaded);
  if (typeof pinned === "number") return pinned;
  tellDiagnostics(world, [...loaded.diagnostics, ...pinned.diagnostics]);
  const charts: NamedChart[] = [];
  for (const { declaration, chart } of pinned.pins.values())
    charts.push({ written: declaration.chart.written, chart: await world.readChartValues(chart) });
  const file = join(world.packageRoot, "schemas", "helmrelease.schema.json");
  // JSON.parse gives Json.
  const base = JSON.parse(readFileSync(file, "utf8")) as Json;
  if (!isMap(base)) throw new Error(`${file} is no schema`);
  const text = jsonText(stackSchema(base, charts));
  if (out === undefined) world.stdout.write(text);
  else {
    await writeInOneStep(out, text);
    world.stderr.write(`${out}: the schema of ${pinned.pins.size} releases\n`);
  }
  return exitCodes.done;
}
