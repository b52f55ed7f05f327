// What a repository of charts holds, as its index file in the repository says: enough to resolve a name and a range
// without a server. Reading servers is an adapter's matter, choosing a version chart-resolution.ts's, the file's text
// chart-index-text.ts's.
import { newestFirst } from "./chart-version.ts";
import type { Repository } from "../declaration.ts";
import { joinPath } from "../declarations/stack-files.ts";

/**
 * What a chart's content is known by: `sha256:HEX` over a packaged chart's bytes, `tree-sha256:HEX` over the sorted tree of
 * a chart's folder.
 */
export type ChartDigest = `sha256:${string}` | `tree-sha256:${string}`;

/** One version of one chart. */
export type IndexedChart = {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly digest: ChartDigest;
  /**
   * Where it is: the https:// address of a packaged chart, oci://HOST/PATH/NAME, or a path relative to the index file's
   * folder: of a chart's folder, or of an archive.
   */
  readonly url: string;
  readonly dependencies?: readonly {
    readonly name: string;
    readonly version: string;
    readonly repository: string;
  }[];
};

/** Where the index file of a repository and its vendored archives are, below the git repository's root. */
export type IndexPlace = { readonly folder: string; readonly file: string; readonly vendored: string };

/** `stackPath` is the stack's folder below the git repository's root; empty where it is the root. */
export function indexPlace({ alias, location }: Repository, stackPath: string): IndexPlace {
  const folder =
    location.kind === "folder" ? location.path : (joinPath(stackPath, "charts-index") ?? "charts-index");
  const below = (name: string): string => joinPath(folder, name) ?? name;
  return { folder, file: below(`${alias}.yaml`), vendored: below(alias) };
}

/** The name of a chart's vendored archive, as helm package would name it. */
export function archiveName(name: string, version: string): string {
  return `${name.replaceAll("/", "-")}-${version}.tgz`;
}

/** By name, each chart's newest version first. */
export function sortCharts(charts: readonly IndexedChart[]): readonly IndexedChart[] {
  return charts.toSorted(
    (a, b) =>
      compareText(a.name, b.name) || newestFirst(a.version, b.version) || compareText(b.version, a.version),
  );
}

/** What is different between two indexes of one repository; `changed` are versions with another content or address. */
export type IndexChanges = {
  readonly added: readonly IndexedChart[];
  readonly removed: readonly IndexedChart[];
  readonly changed: readonly { readonly before: IndexedChart; readonly after: IndexedChart }[];
};

export function compareIndexes(
  before: readonly IndexedChart[],
  after: readonly IndexedChart[],
): IndexChanges {
  const keyOf = ({ name, version }: IndexedChart): string => `${name} ${version}`;
  const known = new Map(before.map((chart) => [keyOf(chart), chart]));
  const kept = new Set(after.map(keyOf));
  return {
    added: after.filter((chart) => !known.has(keyOf(chart))),
    removed: before.filter((chart) => !kept.has(keyOf(chart))),
    changed: after.flatMap((chart) => {
      const old = known.get(keyOf(chart));
      return old === undefined || (old.digest === chart.digest && old.url === chart.url)
        ? []
        : [{ before: old, after: chart }];
    }),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
