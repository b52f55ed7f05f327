// The values of all releases against their charts' schemas, each chart read and each schema compiled once.
import type { ChartValues } from "../core/values/chart-values.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { KnownSchemas } from "../core/values/check-values.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { PinnedRelease } from "../core/pin.ts";
import type { StackReader } from "./ports.ts";

/** Charts that were read already, by their digests; shared by all that is checked of a stack. */
export type ReadCharts = Map<string, ChartValues>;

/** The chart of a pin, read once. */
export async function readChartOnce(
  reader: Pick<StackReader, "readChartValues">,
  { chart }: PinnedRelease,
  charts: ReadCharts,
): Promise<ChartValues> {
  const known = charts.get(chart.digest);
  if (known !== undefined) return known;
  const read = await reader.readChartValues(chart);
  charts.set(chart.digest, read);
  return read;
}

/** Everything that schemas say against the values that the repository holds. */
export async function checkAllValues(
  reader: Pick<StackReader, "readChartValues">,
  pins: ReadonlyMap<ReleaseId, PinnedRelease>,
  charts: ReadCharts,
): Promise<readonly Diagnostic[]> {
  // Only a stack with schemas pays for reading charts once more, and for loading what compiles schemas.
  const held = [...pins.values()].filter(({ chart }) => chart.hasSchema);
  if (held.length === 0) return [];
  const { checkValues } = await import("../core/values/check-values.ts");
  const known: KnownSchemas = new Map();
  const found: Diagnostic[] = [];
  for (const pin of held) found.push(...checkValues(pin, await readChartOnce(reader, pin, charts), known));
  return found;
}
