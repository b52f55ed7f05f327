// What the repositories of headway.yaml hold, from this machine alone: index files as they are, and for a repository that
// is a folder the charts that lie in it. What a stale or broken index file means is told as findings.
import { readFileSync, readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join, relative, sep } from "node:path";
import { indexPlace, type IndexedChart } from "../../core/charts/chart-index.ts";
import { readChartIndex } from "../../core/charts/chart-index-text.ts";
import type { Catalogue, OfferedChart } from "../../core/charts/chart-resolution.ts";
import type { Repository } from "../../core/declaration.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { isWithin } from "./chart-files.ts";
import { readChartMetadata } from "./chart-metadata.ts";
import { unpackChart, digestArchive } from "./chart-archives.ts";

/** Index files above this many bytes are refused. */
const largestIndexBytes = 64 * 1024 * 1024;
const deepestFolder = 3;

export type Catalogues = {
  /** Undefined where there is no index file that can be read. Read once. */
  readonly catalogueOf: (alias: string) => Catalogue | undefined;
  /** What the index file itself says; undefined as above, empty where there is none. */
  readonly indexOf: (alias: string) => readonly IndexedChart[] | undefined;
  /** Takes note that a chart of a folder has this digest: an index file with another one is stale. */
  noteDigest(alias: string, chart: Pick<IndexedChart, "name" | "version" | "digest">): void;
  /** What is wrong with the index files that were read. */
  readonly findings: () => readonly Diagnostic[];
};

type Reading = {
  readonly root: string;
  readonly shownFrom: string;
  readonly stackPath: string;
  readonly repositories: ReadonlyMap<string, Repository>;
};

/** Paths as in Reading; `root` and `shownFrom` are real. */
export function openCatalogues(reading: Reading): Catalogues {
  const indexes = new Map<
    string,
    { readonly charts: readonly IndexedChart[] | undefined; readonly isThere: boolean }
  >();
  const catalogues = new Map<string, Catalogue | undefined>();
  const findings: Diagnostic[] = [];
  const stale = new Map<string, string>();

  const readIndex = (
    alias: string,
  ): { readonly charts: readonly IndexedChart[] | undefined; readonly isThere: boolean } => {
    const known = indexes.get(alias);
    if (known !== undefined) return known;
    const read = readIndexFile(reading, alias);
    findings.push(...read.diagnostics);
    indexes.set(alias, read);
    return read;
  };

  const readCatalogue = (alias: string): Catalogue | undefined => {
    const repository = reading.repositories.get(alias);
    if (repository === undefined) return undefined;
    const index = readIndex(alias);
    const { location } = repository;
    if (location.kind !== "folder")
      return index.isThere && index.charts !== undefined
        ? { file: shown(reading, indexPlace(repository, reading.stackPath).file), charts: index.charts }
        : undefined;
    const scanned = scanFolder(reading, repository, index.charts ?? []);
    findings.push(...scanned.findings);
    if (index.isThere && index.charts !== undefined) {
      const difference = firstDifference(index.charts, scanned.charts);
      if (difference !== undefined) stale.set(alias, difference);
    }
    return { file: shown(reading, location.path), charts: scanned.charts };
  };

  return {
    catalogueOf: (alias) => {
      if (!catalogues.has(alias)) catalogues.set(alias, readCatalogue(alias));
      return catalogues.get(alias);
    },
    indexOf: (alias) => readIndex(alias).charts,
    noteDigest: (alias, chart) => {
      const entry = readIndex(alias).charts?.find(
        (one) => one.name === chart.name && one.version === chart.version,
      );
      if (entry !== undefined && entry.digest !== chart.digest && !stale.has(alias))
        stale.set(alias, `the content of ${chart.name} ${chart.version} has changed`);
    },
    findings: () => [
      ...findings,
      ...[...stale].flatMap(([alias, difference]): readonly Diagnostic[] => {
        const repository = reading.repositories.get(alias);
        if (repository === undefined) return [];
        const file = shown(reading, indexPlace(repository, reading.stackPath).file);
        return [
          {
            severity: "warning",
            code: "stale-index",
            message: `the index is not what its folder holds: ${difference}; the folder counts`,
            suggestion: `run \`headway index ${alias}\` and commit what it writes`,
            range: { file, line: 1, column: 1 },
          },
        ];
      }),
    ],
  };
}

function shown({ root, shownFrom }: Reading, path: string): string {
  const file = relative(shownFrom, join(root, path)).split(sep).join("/");
  return file === "" ? "." : file;
}

function readIndexFile(
  reading: Reading,
  alias: string,
): {
  readonly charts: readonly IndexedChart[] | undefined;
  readonly isThere: boolean;
  readonly diagnostics: readonly Diagnostic[];
} {
  const repository = reading.repositories.get(alias);
  if (repository === undefined) return { charts: [], isThere: false, diagnostics: [] };
  const place = indexPlace(repository, reading.stackPath);
  const path = join(reading.root, place.file);
  const file = shown(reading, place.file);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return { charts: [], isThere: false, diagnostics: [] };
  if (!status.isFile() || status.size > largestIndexBytes || !isWithin(realpathSync(path), reading.root)) {
    const diagnostic: Diagnostic = {
      severity: "error",
      code: "bad-index",
      message: `${file} is no file of the repository, or larger than ${largestIndexBytes / 1024 / 1024} MiB`,
      suggestion: `remove it and run \`headway index ${alias}\``,
      range: repository.range,
    };
    return { charts: undefined, isThere: true, diagnostics: [diagnostic] };
  }
  const { value, diagnostics } = readChartIndex(file, readFileSync(path, "utf8"));
  return { charts: value, isThere: true, diagnostics };
}

type Scan = { readonly charts: readonly OfferedChart[]; readonly findings: readonly Diagnostic[] };

/** Every folder with a Chart.yaml and every archive below a repository's folder. */
function scanFolder(reading: Reading, repository: Repository, index: readonly IndexedChart[]): Scan {
  const { location, alias } = repository;
  if (location.kind !== "folder") return { charts: [], findings: [] };
  const charts: OfferedChart[] = [];
  const findings: Diagnostic[] = [];
  const report = (path: string, message: string, suggestion: string, line = 1, column = 1): void => {
    const file = shown(reading, path);
    findings.push({
      severity: "warning",
      code: "chart-left-out",
      message: `${alias}: left out of the repository: ${message}`,
      suggestion,
      range: { file, line, column },
    });
  };
  const indexed = new Map(index.map((chart) => [chart.url, chart]));
  // Vendored archives of servers' repositories that share the folder belong to those.
  const others = new Set(
    [...reading.repositories.values()].flatMap((other) => {
      const place = indexPlace(other, reading.stackPath);
      return other.location.kind !== "folder" && place.folder === location.path ? [place.vendored] : [];
    }),
  );
  const walk = (url: string, depth: number): void => {
    const path = url === "" ? location.path : `${location.path}/${url}`;
    const below = (name: string): string => (url === "" ? name : `${url}/${name}`);
    const entries = listFolder(join(reading.root, path));
    if (entries.some((entry) => entry.name === "Chart.yaml") && url !== "") {
      const read = readHead(join(reading.root, path), entries);
      if (read.ok) charts.push({ ...read.chart, url });
      else report(`${path}/Chart.yaml`, read.message, read.suggestion, read.line, read.column);
      return;
    }
    if (others.has(path)) return;
    for (const entry of entries) {
      const name = below(entry.name);
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory() && depth < deepestFolder) walk(name, depth + 1);
      else if (entry.isFile() && entry.name.endsWith(".tgz")) {
        const known = indexed.get(name);
        const chart = known ?? readArchiveHead(join(reading.root, location.path, name), name);
        if (typeof chart === "string") report(`${path}/${entry.name}`, chart, "package it with helm package");
        else charts.push({ ...chart, url: name });
      }
    }
  };
  walk("", 0);
  const seen = new Map<string, OfferedChart>();
  for (const chart of charts) {
    const key = `${chart.name} ${chart.version}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, chart);
    else
      report(
        `${location.path}/${chart.url}`,
        `${key} is there already, as ${first.url}`,
        "remove one of them",
      );
  }
  return { charts: [...seen.values()], findings };
}

function listFolder(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

type Head =
  | { readonly ok: true; readonly chart: Omit<OfferedChart, "url"> }
  | {
      readonly ok: false;
      readonly message: string;
      readonly suggestion: string;
      readonly line: number;
      readonly column: number;
    };

function readHead(folder: string, entries: readonly Dirent[]): Head {
  const files = new Map<string, Buffer>();
  for (const name of ["Chart.yaml", "requirements.yaml"])
    if (entries.some((entry) => entry.name === name && entry.isFile()))
      files.set(name, readFileSync(join(folder, name)));
  const metadata = readChartMetadata(files, "", folder);
  if (metadata.ok) return { ok: true, chart: headOf(metadata.value) };
  const [{ message, suggestion, place }] = metadata.problems;
  return { ok: false, message, suggestion, line: place?.line ?? 1, column: place?.column ?? 1 };
}

function readArchiveHead(file: string, name: string): Omit<IndexedChart, "url"> | string {
  const archive = readFileSync(file);
  const digest = digestArchive(archive);
  const unpacked = unpackChart({ archive, digest }, name);
  if (!unpacked.ok) return unpacked.problems[0].message;
  return { ...headOf(unpacked.value.metadata), digest };
}

function headOf(metadata: {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly dependencies: NonNullable<IndexedChart["dependencies"]>;
}): Omit<OfferedChart, "url" | "digest"> {
  const { name, version, appVersion, dependencies } = metadata;
  return {
    name,
    version,
    ...(appVersion === undefined ? {} : { appVersion }),
    ...(dependencies.length === 0
      ? {}
      : {
          dependencies: dependencies.map((one) => ({
            name: one.name,
            version: one.version,
            repository: one.repository,
          })),
        }),
  };
}

function firstDifference(
  index: readonly IndexedChart[],
  folder: readonly OfferedChart[],
): string | undefined {
  const keyOf = ({ name, version, url }: OfferedChart): string => `${name} ${version} ${url}`;
  const [inIndex, inFolder] = [new Set(index.map(keyOf)), new Set(folder.map(keyOf))];
  const missing = folder.find((chart) => !inIndex.has(keyOf(chart)));
  if (missing !== undefined) return `${missing.name} ${missing.version} is not in it`;
  const gone = index.find((chart) => !inFolder.has(keyOf(chart)));
  return gone === undefined ? undefined : `${gone.name} ${gone.version} is not at ${gone.url}`;
}
