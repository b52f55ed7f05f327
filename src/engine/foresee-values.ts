// Mistakes in the values of a stack, found in its charts' templates without helm: each chart is read, and each template
// parsed, once.
import type { Declaration } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ChartReading, KnownTemplates, ReadRelease } from "../core/foresight/values/read-templates.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { readChartOnce, type ReadCharts } from "./check-all-values.ts";
import type { StackReader } from "./ports.ts";

export type StackOfValues = {
  readonly declarations: readonly Declaration[];
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  /** Charts that were read already; those that still have to be are put among them. */
  readonly read: ReadCharts;
};

/** Every mistake, as warnings at their places. `told` are findings about the same values that are known already. */
export async function foreseeValues(
  reader: Pick<StackReader, "readChartValues">,
  { declarations, pins, read }: StackOfValues,
  told: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  if (pins.size === 0) return [];
  const [{ readTemplates, templateTextsIn }, { findUnknownValues, knownLayers }, { findMissingValues }] =
    await Promise.all([
      import("../core/foresight/values/read-templates.ts"),
      import("../core/foresight/values/find-unknown-values.ts"),
      import("../core/foresight/values/find-missing-values.ts"),
    ]);
  const known: KnownTemplates = new Map();
  const readings = new Map<string, ChartReading>();
  const releases: ReadRelease[] = [];
  const missing: Diagnostic[] = [];
  for (const pin of pins.values()) {
    const chart = await readChartOnce(reader, pin, read);
    const trees = knownLayers(pin.declaration).map(({ tree }) => tree);
    // A chart may render what it is given: then what it reads is not the same for each release.
    const texts = trees.flatMap(templateTextsIn);
    const key = JSON.stringify([pin.chart.digest, ...texts]);
    let reading = readings.get(key);
    if (reading === undefined) readings.set(key, (reading = readTemplates(chart, trees, known)));
    releases.push({ pin, reading });
    missing.push(...findMissingValues(pin, chart, reading, known));
  }
  const places = new Set(told.map(({ range }) => JSON.stringify(range)));
  const unknown = findUnknownValues(declarations, releases);
  return [...unknown, ...missing].filter(({ range }) => !places.has(JSON.stringify(range)));
}
