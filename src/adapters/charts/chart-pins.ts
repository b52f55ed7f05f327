// Pins the charts of declarations, wherever they come from: resolved by lock and index, read once each, checked, and kept
// as private copies. Reading folders, archives and catalogues is in the chart-*.ts files beside this one.
import { realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { ChartDigest } from "../../core/charts/chart-index.ts";
import {
  chooseVersion,
  needsRegistry,
  resolveChart,
  type Catalogue,
  type ResolvedChart,
} from "../../core/charts/chart-resolution.ts";
import { checkChartVersion } from "../../core/charts/chart-version.ts";
import type { Repository } from "../../core/declaration.ts";
import type { Checked, Diagnostic } from "../../core/diagnostic.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import type { ChartWish, LockedChart } from "../../core/charts/lock.ts";
import type { ChartRules, ChartServers, StackCharts } from "../../engine/ports.ts";
import { openArchives } from "./chart-archives.ts";
import { openCatalogues } from "./chart-catalogues.ts";
import { readChartFiles } from "./chart-files.ts";
import { pinChart, type Opened, type Pin } from "./chart-pin.ts";
import type { ChartProblem, Read } from "./chart-problem.ts";
import { askRegistry, refreshIndex, registryOf } from "./chart-refresh.ts";
import { crdTexts } from "./chart-scan.ts";

export type ChartOptions = Partial<ChartRules> & {
  readonly repositoryRoot: string;
  readonly cacheDir: string;
  /** What diagnostics name files relative to; by default the repository's root. */
  readonly shownFrom?: string;
  /** The stack's folder below the repository's root, with `/`. */
  readonly stackPath?: string;
  /** Asked for when something is needed that is not on this machine. */
  readonly servers?: () => Promise<ChartServers>;
  readonly say?: (text: string) => void;
};

/**
 * Charts of the stack in `repositoryRoot`, with their private copies below `cacheDir`/charts. What has been read is kept:
 * open anew to see changes.
 */
export function openCharts(options: ChartOptions): StackCharts {
  const opened = open(options);
  const pins = new Map<string, Promise<Result<Read<Pin>>>>();
  const listed = new Map<string, Promise<Result<Catalogue>>>();

  const pinOnce = (wish: ChartWish, resolved: ResolvedChart): Promise<Result<Read<Pin>>> => {
    const { place, version, digest } = resolved;
    const path = place.kind === "server" ? place.url : resolve(opened.assembly.root, place.path);
    // A folder is one chart whatever is asked of it.
    const key = place.kind === "folder" ? path : `${path} ${version ?? ""} ${digest ?? ""}`;
    const known = pins.get(key) ?? pinChart(opened, wish, resolved);
    pins.set(key, known);
    return known;
  };

  const resolveWish = async (wish: ChartWish): Promise<Result<Checked<ResolvedChart | undefined>>> => {
    if (options.asksRegistries !== true || !needsRegistry(wish, opened.sources))
      return succeeded(resolveChart(wish, opened.sources));
    const registry = registryOf(wish, opened.sources);
    const key = `${registry.url}/${registry.name}`;
    const asked = listed.get(key) ?? askRegistry(options, registry);
    listed.set(key, asked);
    const answer = await asked;
    if (!answer.ok) return answer;
    const chosen = chooseVersion(wish, registry.name, answer.value);
    if (chosen.value === undefined) return succeeded({ value: undefined, diagnostics: chosen.diagnostics });
    const { version, digest } = chosen.value;
    const server = { kind: "oci", url: registry.url, ...registry.secret } as const;
    return succeeded({
      value: {
        place: { kind: "server", url: key, server },
        version,
        ...(digest === undefined ? {} : { digest, digestFrom: { file: answer.value.file } }),
      },
      diagnostics: [],
    });
  };

  const inspectPin = async (wish: ChartWish): Promise<Result<Checked<(Pin & ResolvedChart) | undefined>>> => {
    const resolved = await resolveWish(wish);
    if (!resolved.ok) return resolved;
    const { value, diagnostics } = resolved.value;
    if (value === undefined) return succeeded({ value: undefined, diagnostics });
    const result = await pinOnce(wish, value);
    if (!result.ok) return result;
    if (!result.value.ok) {
      const told = result.value.problems.map((problem) => diagnose(problem, wish, opened.shown));
      return succeeded({ value: undefined, diagnostics: told });
    }
    const pinned = result.value.value;
    const wrongs = checkPin(wish, value, pinned);
    return succeeded(
      wrongs.length > 0
        ? { value: undefined, diagnostics: wrongs }
        : { value: { ...value, ...pinned, version: pinned.chart.version }, diagnostics: [] },
    );
  };

  const inspect: StackCharts["inspect"] = async (wish) => {
    const result = await inspectPin(wish);
    if (!result.ok) return result;
    const { value, diagnostics } = result.value;
    if (value !== undefined && wish.chart.kind === "repository" && value.place.kind === "folder")
      opened.catalogues.noteDigest(wish.chart.alias, { ...value.chart, digest: value.digest });
    return succeeded({ value: value?.chart, diagnostics });
  };

  return {
    inspect,
    resolve: async (wish) => {
      const result = await inspect(wish);
      if (!result.ok) return result;
      const { value, diagnostics } = result.value;
      return value === undefined ? failed(refusal(wish, diagnostics)) : succeeded(value);
    },
    exact: async (wish) => {
      const resolved = await resolveWish(wish);
      if (!resolved.ok) return resolved;
      const { value, diagnostics } = resolved.value;
      if (value === undefined) return succeeded({ value: undefined, diagnostics });
      if (value.place.kind === "server" && value.version !== undefined && value.digest !== undefined)
        return succeeded({ value: lockedChart(wish, value, value.version, value.digest), diagnostics: [] });
      const pinned = await inspectPin(wish);
      if (!pinned.ok || pinned.value.value === undefined)
        return pinned.ok ? succeeded({ value: undefined, diagnostics: pinned.value.diagnostics }) : pinned;
      const { chart, digest } = pinned.value.value;
      return succeeded({ value: lockedChart(wish, value, chart.version, digest), diagnostics: [] });
    },
    catalogueOf: opened.sources.catalogueOf,
    indexOf: opened.catalogues.indexOf,
    refresh: (alias, names) => refreshIndex(opened, options, alias, names),
    usedDependencies: () => opened.used,
    askedDependencies: () => opened.asked,
    usedArchives: opened.archives.used,
    findings: opened.catalogues.findings,
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

function open(options: ChartOptions): Opened {
  const root = realpathSync(options.repositoryRoot);
  const shownFrom = realpathSync(options.shownFrom ?? options.repositoryRoot);
  const repositories = options.repositories ?? new Map<string, Repository>();
  const stackPath = options.stackPath ?? "";
  const catalogues = openCatalogues({ root, shownFrom, stackPath, repositories });
  const aliases = new Map(
    [...repositories.values()].flatMap(({ alias, location }) => [
      [`@${alias}`, alias] as const,
      [`alias:${alias}`, alias] as const,
      ...(location.kind === "folder" ? [] : [[location.url, alias] as const]),
    ]),
  );
  return {
    shown: (path) => {
      const file = relative(shownFrom, path).split(sep).join("/");
      return file === "" ? "." : file;
    },
    store: resolve(options.cacheDir, "charts"),
    assembly: {
      root,
      known: new Map(),
      aliasOf: (repository) => aliases.get(repository.replace(/\/+$/, "")),
      fetched: new Map(),
      wanted: new Map(),
    },
    archives: openArchives({
      root,
      ignoresVendored: options.ignoresVendored ?? false,
      servers: options.servers ?? (() => Promise.reject(new Error("no servers were given"))),
      say: options.say ?? (() => undefined),
    }),
    catalogues,
    sources: {
      repositories,
      stackPath,
      catalogueOf: catalogues.catalogueOf,
      lock: options.lock,
      keptDependencies: options.keptDependencies ?? new Map(),
    },
    used: new Map(),
    asked: [],
  };
}

/** What is wrong between what was asked for and what was found. */
function checkPin(wish: ChartWish, resolved: ResolvedChart, pinned: Pin): readonly Diagnostic[] {
  const { digest: wanted, digestFrom, version } = resolved;
  if (resolved.place.kind === "folder" && wanted !== undefined && wanted !== pinned.digest) {
    const versions =
      version === undefined || version === pinned.chart.version
        ? ""
        : ` (version ${pinned.chart.version}, not ${version})`;
    return [
      {
        severity: "error",
        code: "chart-digest",
        message: `${wish.chart.written} is ${pinned.digest}, but ${wanted} in ${digestFrom?.file ?? "the lock"}: the chart is not what was pinned${versions}`,
        suggestion: "run `headway lock` to take it as it is now",
        range: wish.chartRange,
        ...(digestFrom?.range === undefined
          ? {}
          : { related: [{ message: "locked here", range: digestFrom.range }] }),
      },
    ];
  }
  const mismatch = checkChartVersion(wish, pinned.chart);
  return mismatch === undefined ? [] : [mismatch];
}

/** An address is kept only where neither the declaration nor headway.yaml says it. */
function lockedChart(
  wish: ChartWish,
  { place }: ResolvedChart,
  version: string,
  digest: ChartDigest,
): LockedChart {
  const isFromIndex =
    wish.chart.kind === "repository" && place.kind === "server" && /^https?:/.test(place.url);
  return { chart: wish.chart.written, version, digest, ...(isFromIndex ? { url: place.url } : {}) };
}

/** A problem without a place of its own is about the line that names the chart. */
function diagnose(problem: ChartProblem, wish: ChartWish, shown: Opened["shown"]): Diagnostic {
  const { place, ...words } = problem;
  if (place === undefined) return { severity: "error", ...words, range: wish.chartRange };
  return {
    severity: "error",
    ...words,
    range: { file: shown(place.path), line: place.line, column: place.column },
    related: [{ message: `the chart ${wish.chart.written} is used here`, range: wish.chartRange }],
  };
}

function refusal({ chart }: ChartWish, diagnostics: readonly Diagnostic[]): Failure {
  const [first] = diagnostics;
  const details = diagnostics.map(
    ({ message, range }) => `${message}${range ? ` (${range.file}:${range.line})` : ""}`,
  );
  return {
    kind: "render",
    message: `reading the chart ${chart.written}: ${details.join("; ")}`,
    ...(first?.suggestion === undefined ? {} : { next: first.suggestion }),
  };
}
