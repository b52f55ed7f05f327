// From what a declaration asks for to one exact chart: the lock decides where there is one, else the newest version that
// fits. Pure: what repositories hold comes in as catalogues; reading and checking content is an adapter's matter.
import { archiveName, indexPlace, type ChartDigest, type IndexedChart } from "./chart-index.ts";
import { badRange, isExactVersion, isPrereleaseVersion, newestFirst, readRange } from "./chart-version.ts";
import type { Repository } from "../declaration.ts";
import { didYouMean, type Checked, type Diagnostic, type SourceRange } from "../diagnostic.ts";
import {
  dependencyKey,
  lockFileName,
  whyStale,
  type ChartWish,
  type ExactChart,
  type ReadLock,
} from "./lock.ts";
import { joinPath } from "../declarations/stack-files.ts";

/** A chart of a repository; the digest of one that lies in a folder shows when it is read. */
export type OfferedChart = Omit<IndexedChart, "digest"> & { readonly digest?: ChartDigest };

/** What a repository holds. `file` is where that stands, as people see it: the index file, or the folder itself. */
export type Catalogue = { readonly file: string; readonly charts: readonly OfferedChart[] };

/** A server of charts; `alias` is what headway.yaml calls it, `secretRef` a Secret in Headway's system namespace. */
export type ServerReference = {
  readonly kind: "http" | "oci";
  readonly url: string;
  readonly alias?: string;
  readonly secretRef?: string;
};

/** Paths are relative to the git repository's root (or the stack's folder), with `/`. */
export type ChartPlace =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "archive"; readonly path: string }
  | {
      readonly kind: "server";
      /** https://….tgz, or oci://HOST/PATH/NAME. */
      readonly url: string;
      readonly server?: ServerReference;
      /** Where its archive is if it is vendored. */
      readonly vendored?: string;
    };

/** One exact chart, as far as it is known before its content is read. */
export type ResolvedChart = {
  readonly place: ChartPlace;
  readonly version?: string;
  /** What its content has to be, and who says so. */
  readonly digest?: ChartDigest;
  readonly digestFrom?: { readonly file: string; readonly range?: SourceRange };
};

export type ChartSources = {
  readonly repositories: ReadonlyMap<string, Repository>;
  /** The stack's folder below the git repository's root; empty where it is the root. */
  readonly stackPath: string;
  /** Undefined where there is no index file, or none that can be read (which is reported elsewhere). */
  readonly catalogueOf: (alias: string) => Catalogue | undefined;
  readonly lock: ReadLock | undefined;
  /** What dependencies of charts in folders stay at where there is no lock (while a new one is made). */
  readonly keptDependencies?: ReadonlyMap<string, ExactChart>;
};

/** The exact chart of a declaration, or what is wrong with asking for it. */
export function resolveChart(wish: ChartWish, sources: ChartSources): Checked<ResolvedChart | undefined> {
  const { lock } = sources;
  if (lock === undefined || wish.id === undefined) return resolveFreely(wish, sources);
  const entry = lock.releases.get(wish.id);
  const why = entry === undefined ? `${wish.id} is not in ${lockFileName}` : whyStale(wish, entry);
  if (entry === undefined || why !== undefined) {
    const related =
      entry === undefined
        ? {}
        : { related: [{ message: "locked here", range: lock.placeOf(["releases", wish.id]) }] };
    return refuse(
      "lock-stale",
      why ?? "",
      "run `headway lock` to bring it up to date",
      wish.chartRange,
      related,
    );
  }
  return resolveLocked(wish, entry, lock.placeOf(["releases", wish.id, "digest"]), sources);
}

/** The exact chart of a dependency of a chart in a folder, from one of headway.yaml's repositories. */
export function resolveDependency(
  { alias, name, version }: { readonly alias: string; readonly name: string; readonly version: string },
  used: SourceRange,
  sources: ChartSources,
): Checked<ResolvedChart | undefined> {
  const written = `${alias}/${name}`;
  const wish: ChartWish = {
    chart: { kind: "repository", alias, name, written },
    chartRange: used,
    ...(version === "" ? {} : { version, versionRange: used }),
  };
  // What lies in the repository is pinned by the digest of the chart that it becomes a part of.
  const isLocal = sources.repositories.get(alias)?.location.kind === "folder";
  const key = dependencyKey(alias, name, version);
  const kept = sources.lock === undefined ? sources.keptDependencies?.get(key) : undefined;
  if (kept !== undefined && !isLocal)
    return resolveLocked(wish, kept, { file: lockFileName, line: 1, column: 1 }, sources);
  if (sources.lock === undefined || isLocal) return resolveFreely(wish, sources);
  const entry = sources.lock.dependencies.get(key);
  if (entry === undefined)
    return refuse(
      "lock-stale",
      `the dependency ${key} is not in ${lockFileName}`,
      "run `headway lock` to bring it up to date",
      used,
    );
  return resolveLocked(wish, entry, sources.lock.placeOf(["dependencies", key, "digest"]), sources);
}

/** True where only asking the registry can tell which version the range means. */
export function needsRegistry(wish: ChartWish, sources: ChartSources): boolean {
  const isOci =
    wish.chart.kind === "oci" ||
    (wish.chart.kind === "repository" &&
      sources.repositories.get(wish.chart.alias)?.location.kind === "oci" &&
      sources.catalogueOf(wish.chart.alias) === undefined);
  return isOci && (wish.version === undefined || !isExactVersion(wish.version));
}

/** The newest version that fits, or what there is instead. */
export function chooseVersion(
  wish: ChartWish,
  name: string,
  catalogue: Catalogue,
): Checked<OfferedChart | undefined> {
  const { charts, file } = catalogue;
  const offered = chartsByName(catalogue).get(name) ?? [];
  if (offered.length === 0) return unknownChart(wish, name, charts, file);
  const range = wish.version ?? "*";
  const takes = readRange(range);
  if (takes === "bad-range") return { value: undefined, diagnostics: [badRange(range, wish.versionRange)] };
  let best: OfferedChart | undefined;
  for (const chart of offered)
    if (takes(chart.version) && (best === undefined || newestFirst(chart.version, best.version) < 0))
      best = chart;
  return best === undefined ? nothingFits(wish, offered, file) : { value: best, diagnostics: [] };
}

const namesOf = new WeakMap<Catalogue, ReadonlyMap<string, readonly OfferedChart[]>>();

/** A catalogue's charts by name; made once, because every release of a stack looks into the same few catalogues. */
export function chartsByName(catalogue: Catalogue): ReadonlyMap<string, readonly OfferedChart[]> {
  const known = namesOf.get(catalogue);
  if (known !== undefined) return known;
  const byName = Map.groupBy(catalogue.charts, ({ name }) => name);
  namesOf.set(catalogue, byName);
  return byName;
}

function resolveFreely(wish: ChartWish, sources: ChartSources): Checked<ResolvedChart | undefined> {
  const { chart } = wish;
  switch (chart.kind) {
    case "path":
      return found({ place: { kind: "folder", path: chart.path } });
    case "archive":
      return found({ place: { kind: "server", url: chart.url } });
    case "oci": {
      const place = placeOfOci(chart.url);
      if (wish.version !== undefined && isExactVersion(wish.version))
        return found({ place, version: wish.version });
      const asked = wish.version === undefined ? "no version is asked for" : `${wish.version} is a range`;
      return refuse(
        "needs-lock",
        `${chart.written}: ${asked}, and nothing says which version that is`,
        "run `headway lock`, which asks the registry and keeps the answer, or write an exact version",
        wish.versionRange ?? wish.chartRange,
      );
    }
    case "repository":
      return resolveInRepository(wish, chart, sources);
  }
}

function resolveInRepository(
  wish: ChartWish,
  { alias, name, written }: { readonly alias: string; readonly name: string; readonly written: string },
  sources: ChartSources,
): Checked<ResolvedChart | undefined> {
  const repository = sources.repositories.get(alias);
  if (repository === undefined)
    return refuse(
      "unknown-repository",
      `${written}: headway.yaml has no repository ${alias}`,
      "declare it",
      wish.chartRange,
    );
  const catalogue = sources.catalogueOf(alias);
  if (catalogue !== undefined) {
    const chosen = chooseVersion(wish, name, catalogue);
    if (chosen.value === undefined) return { value: undefined, diagnostics: chosen.diagnostics };
    const { version, digest } = chosen.value;
    return found({
      place: placeIn(repository, sources, { ...chosen.value, name }),
      version,
      ...(digest === undefined ? {} : { digest, digestFrom: { file: catalogue.file } }),
    });
  }
  const { location } = repository;
  if (location.kind === "oci" && wish.version !== undefined && isExactVersion(wish.version))
    return found({
      place: placeIn(repository, sources, { name, version: wish.version, url: `${location.url}/${name}` }),
      version: wish.version,
    });
  const asked =
    location.kind === "oci"
      ? `${wish.version ?? "any version"} is a range, and the registry's index is not here`
      : `the index of ${alias} is not here`;
  return refuse(
    "no-index",
    `${written}: ${asked} (${indexPlace(repository, sources.stackPath).file})`,
    `run \`headway index ${alias}\` and commit what it writes`,
    wish.chartRange,
  );
}

/** With a lock, versions and digests are its; only where the content is may still have to be looked up. */
function resolveLocked(
  wish: ChartWish,
  { version, digest, url }: ExactChart,
  lockedAt: SourceRange,
  sources: ChartSources,
): Checked<ResolvedChart | undefined> {
  const pinned = { version, digest, digestFrom: { file: lockFileName, range: lockedAt } };
  const { chart } = wish;
  switch (chart.kind) {
    case "path":
      return found({ place: { kind: "folder", path: chart.path }, ...pinned });
    case "archive":
      return found({ place: { kind: "server", url: chart.url }, ...pinned });
    case "oci":
      return found({ place: placeOfOci(chart.url), ...pinned });
    case "repository": {
      const { alias, name, written } = chart;
      const repository = sources.repositories.get(alias);
      if (repository === undefined) return resolveInRepository(wish, chart, sources);
      const catalogue = sources.catalogueOf(alias);
      const offered = catalogue?.charts.find((one) => one.name === name && one.version === version);
      const stale = (message: string, suggestion: string): Checked<undefined> =>
        refuse("chart-digest", message, suggestion, wish.chartRange, {
          related: [{ message: "locked here", range: lockedAt }],
        });
      if (catalogue !== undefined && offered?.digest !== undefined && offered.digest !== digest)
        return stale(
          `${written} ${version} is ${offered.digest} in ${catalogue.file}, but ${digest} in ${lockFileName}: the same version with another content`,
          "find out who published it again; `headway lock --update` takes the new one",
        );
      if (repository.location.kind === "oci")
        return found({
          place: placeIn(repository, sources, { name, version, url: `${repository.location.url}/${name}` }),
          ...pinned,
        });
      const address = repository.location.kind === "http" ? (url ?? offered?.url) : offered?.url;
      if (address === undefined)
        return repository.location.kind === "http" && catalogue === undefined
          ? resolveInRepository(wish, chart, sources)
          : stale(
              `${lockFileName} has ${written} ${version}, which is not in ${catalogue?.file ?? alias}${thereIs(catalogue?.charts.filter((one) => one.name === name) ?? [])}`,
              "run `headway lock`",
            );
      return found({ place: placeIn(repository, sources, { name, version, url: address }), ...pinned });
    }
  }
}

function placeOfOci(url: string): ChartPlace {
  return { kind: "server", url, server: { kind: "oci", url: url.slice(0, url.lastIndexOf("/")) } };
}

/** Where a repository's chart is: in its folder, or on its server and perhaps vendored. */
function placeIn(
  repository: Repository,
  { stackPath }: ChartSources,
  { name, version, url }: Pick<OfferedChart, "name" | "version" | "url">,
): ChartPlace {
  const { location, secretRef } = repository;
  if (location.kind === "folder") {
    const path = joinPath(location.path, url) ?? url;
    return url.endsWith(".tgz") ? { kind: "archive", path } : { kind: "folder", path };
  }
  const { vendored } = indexPlace(repository, stackPath);
  const secret = secretRef === undefined ? {} : { secretRef };
  return {
    kind: "server",
    url,
    server: { kind: location.kind, url: location.url, alias: repository.alias, ...secret },
    vendored: joinPath(vendored, archiveName(name, version)) ?? vendored,
  };
}

function unknownChart(
  wish: ChartWish,
  name: string,
  charts: readonly OfferedChart[],
  file: string,
): Checked<undefined> {
  const names = [...new Set(charts.map((chart) => chart.name))].toSorted();
  const near = didYouMean(name, names);
  const alias = wish.chart.kind === "repository" ? wish.chart.alias : undefined;
  const refresh = alias === undefined ? "check the name" : `run \`headway index ${alias}\` if it is new`;
  return refuse(
    "unknown-chart",
    `${wish.chart.written}: there is no chart ${name} in ${file}`,
    near !== undefined
      ? `did you mean ${alias === undefined ? near : `${alias}/${near}`}?`
      : names.length === 0 || names.length > 12
        ? refresh
        : `there is ${names.join(", ")}; ${refresh}`,
    wish.chartRange,
  );
}

function nothingFits(wish: ChartWish, offered: readonly OfferedChart[], file: string): Checked<undefined> {
  const { written } = wish.chart;
  const range = wish.version ?? "*";
  const onlyPrereleases = offered.every((chart) => isPrereleaseVersion(chart.version));
  const alias = wish.chart.kind === "repository" ? wish.chart.alias : undefined;
  const refresh = alias === undefined ? "" : `, or run \`headway index ${alias}\` if it is newer than that`;
  return refuse(
    "no-version",
    `${written}: no version of it fits ${range} in ${file}${thereIs(offered)}`,
    onlyPrereleases
      ? "a range takes pre-releases only where it names one, as in >=1.0.0-0"
      : `change version${refresh}`,
    wish.versionRange ?? wish.chartRange,
  );
}

const mostVersions = 10;

function thereIs(offered: readonly OfferedChart[]): string {
  const versions = offered.map((chart) => chart.version).toSorted(newestFirst);
  if (versions.length === 0) return "";
  const more = versions.length - mostVersions;
  return `; there is ${versions.slice(0, mostVersions).join(", ")}${more > 0 ? ` and ${more} older` : ""}`;
}

function found(value: ResolvedChart): Checked<ResolvedChart> {
  return { value, diagnostics: [] };
}

function refuse(
  code: string,
  message: string,
  suggestion: string,
  range: SourceRange,
  more: Pick<Diagnostic, "related"> = {},
): Checked<undefined> {
  return {
    value: undefined,
    diagnostics: [{ severity: "error", code, message, suggestion, range, ...more }],
  };
}
