// The values of all releases against their charts' schemas, each chart read and each schema compiled once.
import type { ChartValues } from "../core/values/chart-values.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { KnownSchemas } from "../core/values/check-values.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { PinnedRelease } from "../core/pin.ts";
import type { StackReader } from "./ports.ts";

/** Everything that schemas say against the values that the repository holds. */
export async function checkAllValues(
  reader: Pick<StackReader, "readChartValues">,
  pins: ReadonlyMap<ReleaseId, PinnedRelease>,
): Promise<readonly Diagnostic[]> {
  // Only a stack with schemas pays for reader charts once more, and for loading what compiles schemas.
  const held = [...pins.values()].filter(({ chart }) => chart.hasSchema);
  if (held.length === 0) return [];
  const { checkValues } = await import("../core/values/check-values.ts");
  const charts = new Map<string, ChartValues>();
  for (const { chart } of held)
    if (!charts.has(chart.digest)) charts.set(chart.digest, await reader.readChartValues(chart));
  const known: KnownSchemas = new Map();
  return held.flatMap((pin) => {
    const chart = charts.get(pin.chart.digest);
    return chart === undefined ? [] : checkValues(pin, chart, known);
  });
}
