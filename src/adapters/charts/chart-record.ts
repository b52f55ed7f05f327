// How much a chart alone takes of each record that Helm keeps of a release: a Secret, of bounded size. Helm finds out when it
// has begun; here it is known before anything is touched.
import { gzipSync } from "node:zlib";
import type { ChartFiles } from "./chart-files.ts";
import type { ChartProblem } from "./chart-problem.ts";

/** The most that a Secret holds, in bytes. */
const secretBytes = 1024 * 1024;
/** Packing makes nothing so much larger that fewer bytes than these could fill a Secret. */
const surelyFits = secretBytes * 0.6;
const mostNamed = 3;

/**
 * What is wrong with a chart whose own files leave no room for anything else; undefined if nothing. With its values and
 * what it renders a chart that passes may still be too large.
 */
export function checkRecordSize(files: ChartFiles, place: ChartProblem["place"]): ChartProblem | undefined {
  const stored = [...files].filter(([path]) => isStored(path));
  const bytes = stored.reduce((sum, [, content]) => sum + content.length, 0);
  if (bytes <= surelyFits) return undefined;
  const text = JSON.stringify(stored.map(([name, content]) => ({ name, data: content.toString("base64") })));
  // Quick first: most large charts are text, and small when packed.
  if (packedBytes(text, 1) <= secretBytes) return undefined;
  const packed = packedBytes(text, 9);
  if (packed <= secretBytes) return undefined;
  const largest = stored
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, mostNamed)
    .map(([path, content]) => `${path} ${mebibytes(content.length)}`);
  return {
    code: "chart-record-too-large",
    message: `Helm keeps the files of a chart in every record of a release, a Secret of at most 1 MiB; these take ${mebibytes(packed)} packed (${largest.join(", ")})`,
    suggestion: "leave out what no template reads, by a line in the chart's .helmignore, or split the chart",
    ...(place === undefined ? {} : { place }),
  };
}

// Helm stores no subcharts, and values.yaml and Chart.yaml without their comments (pkg/chart/v2/chart.go).
function isStored(path: string): boolean {
  return !path.startsWith("charts/") && !["Chart.yaml", "Chart.lock", "values.yaml"].includes(path);
}

/** As helm packs a record: gzip, then base64. */
function packedBytes(text: string, level: 1 | 9): number {
  return Math.ceil(gzipSync(text, { level }).length / 3) * 4;
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}
