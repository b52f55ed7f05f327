// One resolved chart as a pinned one: its folder with what that depends on, or its archive, read, checked against what was
// asked for and kept as a private copy.
import { setImmediate } from "node:timers/promises";
import type { ChartDigest } from "../../core/charts/chart-index.ts";
import {
  resolveDependency,
  type ChartSources,
  type ResolvedChart,
} from "../../core/charts/chart-resolution.ts";
import type { SourceRange } from "../../core/diagnostic.ts";
import { succeeded, type Result } from "../../core/failure.ts";
import type { ChartWish, ExactChart } from "../../core/charts/lock.ts";
import type { PinnedChart } from "../../core/pin.ts";
import { fileFailure, placeless, unpackChart, type Archives } from "./chart-archives.ts";
import type { Catalogues } from "./chart-catalogues.ts";
import type { AssembledChart, Assembly, WantedDependency } from "./chart-dependencies.ts";
import { assembleFolder, pinAssembled } from "./chart-folder.ts";
import { found, wrong, type ChartProblem, type Read } from "./chart-problem.ts";

/** A chart with the digest that indexes and the lock know it by. */
export type Pin = { readonly chart: PinnedChart; readonly digest: ChartDigest };

/** What the charts of one stack share while they are read. */
export type Opened = {
  readonly store: string;
  readonly assembly: Assembly;
  readonly archives: Archives;
  readonly catalogues: Catalogues;
  readonly sources: ChartSources;
  /** Paths as findings have them. */
  readonly shown: (path: string) => string;
  readonly used: Map<string, ExactChart>;
  readonly asked: { readonly alias: string; readonly name: string }[];
};

/** Reads one chart and keeps its private copy. */
export async function pinChart(
  opened: Opened,
  wish: ChartWish,
  resolved: ResolvedChart,
): Promise<Result<Read<Pin>>> {
  // Reading is synchronous: charts take turns with everything else.
  await setImmediate();
  const { place } = resolved;
  const name = nameOf(wish, resolved);
  try {
    if (place.kind === "folder") {
      const assembled = await assembleComplete(opened, place.path, wish.chart.written);
      if (!assembled.ok || !assembled.value.ok) return assembled as Result<Read<never>>;
      const pinned = pinAssembled(assembled.value.value, opened.store);
      return succeeded(
        pinned.ok ? found({ chart: pinned.value, digest: `tree-sha256:${pinned.value.digest}` }) : pinned,
      );
    }
    const content = await opened.archives.read(resolved, name);
    if (!content.ok) return content;
    if (!content.value.ok) return succeeded(content.value);
    const unpacked = unpackChart(content.value.value, name);
    if (!unpacked.ok) return succeeded(unpacked);
    const mismatch = checkIdentity(wish, resolved, unpacked.value);
    if (mismatch !== undefined) return succeeded(wrong(mismatch));
    const pinned = pinAssembled(unpacked.value, opened.store);
    if (pinned.ok) return succeeded(found({ chart: pinned.value, digest: content.value.value.digest }));
    const [first, ...others] = pinned.problems;
    return succeeded(wrong(placeless(first, name), ...others.map((one) => placeless(one, name))));
  } catch (error) {
    return fileFailure(`reading the chart ${wish.chart.written}`, error);
  }
}

/** Puts a chart together again and again until nothing more has to be fetched for it. */
export async function assembleComplete(
  opened: Opened,
  path: string,
  written: string,
  chain: readonly string[] = [],
): Promise<Result<Read<AssembledChart>>> {
  const { assembly } = opened;
  if (chain.includes(path))
    return succeeded(
      wrong({
        code: "chart-dependency-cycle",
        message: `charts depend on each other: ${[...chain.slice(chain.indexOf(path)), path].join(" → ")}`,
        suggestion: "cut the circle",
      }),
    );
  for (;;) {
    assembly.wanted.clear();
    const assembled = assembleFolder(assembly, path, written);
    const wanted = [...assembly.wanted];
    if (wanted.length === 0) return succeeded(assembled);
    // What was put together without them is not what it will be.
    assembly.known.clear();
    const fetched = await Promise.all(
      wanted.map(async ([key, dependency]) => ({
        key,
        result: await fetchDependency(opened, key, dependency, [...chain, path]),
      })),
    );
    for (const { key, result } of fetched) {
      if (!result.ok) return result;
      assembly.fetched.set(key, result.value);
    }
  }
}

async function fetchDependency(
  opened: Opened,
  key: string,
  { alias, name, version, place }: WantedDependency,
  chain: readonly string[],
): Promise<Result<Read<AssembledChart>>> {
  const known = opened.assembly.fetched.get(key);
  if (known !== undefined) return succeeded(known);
  opened.asked.push({ alias, name });
  const range: SourceRange = { file: opened.shown(place.path), line: place.line, column: place.column };
  const resolved = resolveDependency({ alias, name, version }, range, opened.sources);
  const chart = resolved.value;
  if (chart === undefined) {
    const [first, ...others] = resolved.diagnostics.map((diagnostic): ChartProblem => ({
      code: diagnostic.code,
      message: `dependency ${diagnostic.message}`,
      suggestion: diagnostic.suggestion ?? "correct the dependency",
      place,
    }));
    return succeeded(first === undefined ? wrong(unresolved(key, place)) : wrong(first, ...others));
  }
  if (chart.place.kind === "folder")
    return assembleComplete(opened, chart.place.path, `${alias}/${name}`, chain);
  const content = await opened.archives.read(chart, `${alias}/${name} ${chart.version ?? ""}`.trim());
  if (!content.ok) return content;
  if (!content.value.ok) return succeeded(content.value);
  const url = chart.place.kind === "server" ? chart.place.url : undefined;
  const { digest } = content.value.value;
  const unpacked = unpackChart(content.value.value, `${alias}/${name}`);
  // What is in the repository is pinned by the digest of the chart that it becomes a part of.
  if (unpacked.ok && chart.place.kind === "server")
    opened.used.set(key, {
      version: chart.version ?? unpacked.value.metadata.version,
      digest,
      ...(url?.startsWith("http") === true ? { url } : {}),
    });
  return succeeded(unpacked);
}

function unresolved(key: string, place: ChartProblem["place"]): ChartProblem {
  const problem = { code: "chart-dependency-missing", message: `dependency ${key} can't be resolved` };
  return { ...problem, suggestion: "check its name and version", ...(place === undefined ? {} : { place }) };
}

/** What people call a chart: as it is declared, with its version. */
function nameOf({ chart }: ChartWish, { version }: ResolvedChart): string {
  return version === undefined || chart.kind === "archive" ? chart.written : `${chart.written} ${version}`;
}

function checkIdentity(
  wish: ChartWish,
  { version }: ResolvedChart,
  { metadata }: AssembledChart,
): ChartProblem | undefined {
  const { chart } = wish;
  const asked =
    chart.kind === "repository"
      ? chart.name.slice(chart.name.lastIndexOf("/") + 1)
      : chart.kind === "oci"
        ? chart.url.slice(chart.url.lastIndexOf("/") + 1)
        : metadata.name;
  const plain = (text: string): string => text.replace(/^v/, "");
  if (asked === metadata.name && (version === undefined || plain(version) === plain(metadata.version)))
    return undefined;
  return {
    code: "chart-identity",
    message: `${nameOf(wish, { place: { kind: "folder", path: "" }, ...(version && { version }) })}: what is there calls itself ${metadata.name} ${metadata.version}`,
    suggestion: "tell the owner of the repository; if only the index is wrong, run `headway index`",
  };
}
