// A chart in memory, from a folder or an archive, as a pinned one: checked, scanned, and kept as a private copy.
import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { PinnedChart } from "../../core/pin.ts";
import { assembleChart, type AssembledChart, type Assembly } from "./chart-dependencies.ts";
import { checkChartSize, isWithin, sortFiles } from "./chart-files.ts";
import { wrong, type ChartProblem, type Read } from "./chart-problem.ts";
import { checkRecordSize } from "./chart-record.ts";
import { scanChart } from "./chart-scan.ts";
import { digestFiles, storeChart } from "./chart-store.ts";

/** Reads the chart at `path` below the repository's root; `written` is what the declaration calls it. */
export function assembleFolder(assembly: Assembly, path: string, written: string): Read<AssembledChart> {
  const full = join(assembly.root, path);
  const status = statSync(full, { throwIfNoEntry: false });
  if (status?.isDirectory() !== true || !isWithin(realpathSync(full), assembly.root))
    return wrong(notThere(written, status));
  return assembleChart(assembly, realpathSync(full));
}

/** Keeps a private copy below `store`. Throws what the file system throws. */
export function pinAssembled(
  { metadata, files: unsorted }: AssembledChart,
  store: string,
): Read<PinnedChart> {
  if (metadata.isLibrary)
    return wrong({
      code: "chart-library",
      message: `${metadata.name} is a library chart, which Helm can't install`,
      suggestion: "name it as a dependency in another chart's Chart.yaml",
      place: metadata.place,
    });
  const files = sortFiles(unsorted);
  const problem = checkChartSize(files, metadata.place.path) ?? checkRecordSize(files, metadata.place);
  if (problem !== undefined) return wrong(problem);
  const digest = digestFiles(files);
  return {
    ok: true,
    value: {
      name: metadata.name,
      version: metadata.version,
      ...(metadata.appVersion === undefined ? {} : { appVersion: metadata.appVersion }),
      ...(metadata.kubeVersion === undefined ? {} : { kubeVersion: metadata.kubeVersion }),
      digest,
      folder: storeChart(store, digest, files),
      ...scanChart(files),
    },
  };
}

function notThere(written: string, status: { isDirectory(): boolean } | undefined): ChartProblem {
  if (status === undefined)
    return {
      code: "chart-missing",
      message: `there is no chart at ${written}`,
      suggestion: "check the path: it is relative to the file that declares it",
    };
  if (!status.isDirectory())
    return {
      code: "chart-missing",
      message: `${written} is a file, not a chart's folder`,
      suggestion: "name the folder with the Chart.yaml; unpack a packaged chart first",
    };
  return {
    code: "chart-outside",
    message: `${written} leaves the repository`,
    suggestion: "keep the chart inside the repository",
  };
}
