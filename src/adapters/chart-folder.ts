// Charts that lie in folders of the repository: finds, checks and pins them, and keeps a private copy of each. How they
// are read, put together and scanned is in the chart-*.ts files beside this one; repositories and registries come later.
import { realpathSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { checkChartVersion } from "../core/chart-version.ts";
import type { ChartReference, Declaration } from "../core/declaration.ts";
import type { Checked, Diagnostic } from "../core/diagnostic.ts";
import { failed, succeeded, type Result } from "../core/failure.ts";
import type { PinnedChart } from "../core/pin.ts";
import type { Charts } from "../engine/ports.ts";
import { assembleChart, type Assembly } from "./chart-dependencies.ts";
import { checkChartSize, isWithin, readChartFiles, sortFiles } from "./chart-files.ts";
import { wrong, type ChartProblem, type Read } from "./chart-problem.ts";
import { crdTexts, scanChart } from "./chart-scan.ts";
import { digestFiles, storeChart } from "./chart-store.ts";

/** What of a declaration says which chart it wants. */
export type ChartWish = Pick<Declaration, "chart" | "chartRange" | "version" | "versionRange">;
type FolderReference = Extract<ChartReference, { kind: "path" }>;

export type ChartFolders = Charts & {
  /**
   * Pins a declaration's chart, or says everything that is wrong with it, placed in the declaration or in the chart.
   * A failure is the file system saying no. Each distinct path is read once.
   */
  inspect(wish: ChartWish): Promise<Result<Checked<PinnedChart | undefined>>>;
  /** As `inspect`, with what is wrong as one failure. */
  resolve(wish: ChartWish): Promise<Result<PinnedChart>>;
};

/**
 * Charts below `repositoryRoot`, with their private copies below `cacheDir`/charts. Diagnostics name files relative to
 * `shownFrom`, by default the repository's root. What has been read is kept: open anew to see changes.
 */
export function openCharts(options: {
  readonly repositoryRoot: string;
  readonly cacheDir: string;
  readonly shownFrom?: string;
}): ChartFolders {
  const assembly: Assembly = { root: realpathSync(options.repositoryRoot), known: new Map() };
  const shownFrom = realpathSync(options.shownFrom ?? options.repositoryRoot);
  const store = resolve(options.cacheDir, "charts");
  const pinned = new Map<string, Promise<Result<Read<PinnedChart>>>>();

  const pin = async (reference: FolderReference): Promise<Result<Read<PinnedChart>>> => {
    // Reading is synchronous: charts take turns with everything else.
    await setImmediate();
    try {
      return succeeded(pinFolder(assembly, store, reference));
    } catch (error) {
      return failed(fileFailure(`reading the chart ${reference.written}`, error));
    }
  };

  const inspect: ChartFolders["inspect"] = async (wish) => {
    const { chart } = wish;
    if (chart.kind !== "path")
      return succeeded({
        value: undefined,
        diagnostics: [
          {
            severity: "error",
            code: "unsupported-chart",
            message: "only folders yet",
            range: wish.chartRange,
          },
        ],
      });
    const key = resolve(assembly.root, chart.path);
    const pending = pinned.get(key) ?? pin(chart);
    pinned.set(key, pending);
    const result = await pending;
    if (!result.ok) return result;
    if (result.value.ok) {
      const mismatch = checkChartVersion(wish, result.value.value);
      return succeeded(
        mismatch
          ? { value: undefined, diagnostics: [mismatch] }
          : { value: result.value.value, diagnostics: [] },
      );
    }
    const diagnostics = result.value.problems.map((problem) => diagnose(problem, wish, shownFrom));
    return succeeded({ value: undefined, diagnostics });
  };

  return {
    inspect,
    resolve: async (wish) => {
      const result = await inspect(wish);
      if (!result.ok) return result;
      const { value, diagnostics } = result.value;
      return value === undefined ? failed(refusal(wish.chart, diagnostics)) : succeeded(value);
    },
    readCrds: (chart) => {
      const read = readChartFiles(realpathSync(chart.folder), realpathSync(chart.folder));
      return read.ok
        ? Promise.resolve(crdTexts(read.value))
        : Promise.reject(
            new Error(`the private copy ${chart.folder} can't be read: ${read.problems[0].message}`),
          );
    },
  };
}

function pinFolder(assembly: Assembly, store: string, reference: FolderReference): Read<PinnedChart> {
  const path = join(assembly.root, reference.path);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || !isWithin(realpathSync(path), assembly.root))
    return wrong(notThere(reference, status));
  if (!status.isDirectory()) return wrong(notThere(reference, status));
  const folder = realpathSync(path);
  const assembled = assembleChart(assembly, folder);
  if (!assembled.ok) return assembled;
  const { metadata } = assembled.value;
  if (metadata.isLibrary)
    return wrong({
      code: "chart-library",
      message: `${metadata.name} is a library chart, which Helm can't install`,
      suggestion: "name it as a dependency in another chart's Chart.yaml",
      place: metadata.place,
    });
  const files = sortFiles(assembled.value.files);
  const problem = checkChartSize(files, folder);
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

function notThere(reference: ChartReference, status: { isDirectory(): boolean } | undefined): ChartProblem {
  if (status === undefined)
    return {
      code: "chart-missing",
      message: `there is no chart at ${reference.written}`,
      suggestion: "check the path: it is relative to the file that declares it",
    };
  if (!status.isDirectory())
    return {
      code: "chart-missing",
      message: `${reference.written} is a file, not a chart's folder`,
      suggestion: "name the folder with the Chart.yaml; unpack a packaged chart first",
    };
  return {
    code: "chart-outside",
    message: `${reference.written} leaves the repository`,
    suggestion: "keep the chart inside the repository",
  };
}

/** A problem without a place of its own is about the line that names the chart. */
function diagnose(problem: ChartProblem, wish: ChartWish, shownFrom: string): Diagnostic {
  const { place, ...words } = problem;
  if (place === undefined) return { severity: "error", ...words, range: wish.chartRange };
  const file = relative(shownFrom, place.path).split(sep).join("/");
  return {
    severity: "error",
    ...words,
    range: { file: file === "" ? "." : file, line: place.line, column: place.column },
    related: [{ message: `the chart ${wish.chart.written} is used here`, range: wish.chartRange }],
  };
}

function refusal(
  reference: ChartReference,
  diagnostics: readonly Diagnostic[],
): { readonly kind: "render"; readonly message: string; readonly next?: string } {
  const [first] = diagnostics;
  const details = diagnostics.map(
    ({ message, range }) => `${message}${range ? ` (${range.file}:${range.line})` : ""}`,
  );
  return {
    kind: "render",
    message: `reading the chart ${reference.written}: ${details.join("; ")}`,
    ...(first?.suggestion === undefined ? {} : { next: first.suggestion }),
  };
}

function fileFailure(
  doing: string,
  error: unknown,
): { readonly kind: "unknown"; readonly message: string; readonly next: string } {
  // Only what the operating system refused; anything else is a bug and is thrown on.
  if (!(error instanceof Error) || !("code" in error)) throw error;
  return {
    kind: "unknown",
    message: `${doing}: ${error.message}`,
    next: "check that the files can be read and that there is room in the cache folder",
  };
}
