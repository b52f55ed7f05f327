// `headway schema --stack`: the editor schema of one stack, made of its charts' own schemas.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "../core/values/merge-values.ts";
import type { Json } from "../core/declaration.ts";
import { splitReleaseId } from "../core/ids.ts";
import { stackSchema, type ReleaseChart } from "../core/values/stack-schema.ts";
import { counted } from "../views/counted.ts";
import { jsonText } from "../views/data-output.ts";
import { exitCodes } from "./exit.ts";
import { loadStack, pinCharts, tellDiagnostics } from "./load-stack.ts";
import type { World } from "./world.ts";
import { writeInOneStep } from "./write-file.ts";

/**
 * Writes the schema to `out`, or to stdout. What keeps a release out of it is told, with exit code 3; wrong values are the
 * editor's matter.
 */
export async function writeStackSchema(world: World, dir: string, out: string | undefined): Promise<number> {
  const loaded = await loadStack(world, dir);
  if (typeof loaded === "number") return loaded;
  const pinned = await pinCharts(world, loaded);
  if (typeof pinned === "number") return pinned;
  const told = [...loaded.diagnostics, ...pinned.diagnostics].filter(
    ({ code, severity }) => severity === "error" && code !== "values-schema",
  );
  const isPartial = tellDiagnostics(world, told);
  const releases: ReleaseChart[] = [];
  for (const { declaration, chart } of pinned.pins.values())
    releases.push({
      ...splitReleaseId(declaration.id),
      written: declaration.chart.written,
      chart: await world.readChartValues(chart),
    });
  const file = join(world.packageRoot, "schemas", "helmrelease.schema.json");
  // JSON.parse gives Json.
  const base = JSON.parse(readFileSync(file, "utf8")) as Json;
  if (!isMap(base)) throw new Error(`${file} is no schema`);
  const text = jsonText(stackSchema(base, releases, { patches: loaded.folder.built !== undefined }));
  if (out === undefined) world.stdout.write(text);
  else {
    await writeInOneStep(out, text);
    world.stderr.write(`${out}: a schema of ${counted(releases.length, "release")}\n`);
  }
  return isPartial ? exitCodes.invalid : exitCodes.done;
}
