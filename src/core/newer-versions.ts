// Which newer versions of a release's chart its repository's index has: inside of the declared range, and beyond it.
import type { Catalogue } from "./chart-resolution.ts";
import { isPrereleaseVersion, newestFirst, satisfiesRange } from "./chart-version.ts";
import type { Declaration } from "./declaration.ts";

/** `fits` is the newest version that the range allows, `newest` the newest of all where that is another one. */
export type NewerVersions = { readonly fits?: string; readonly newest?: string };

/** What is newer than `current`; undefined where nothing is, or where nobody here can know. */
export function findNewer(
  { chart, version }: Pick<Declaration, "chart" | "version">,
  current: string,
  catalogueOf: (alias: string) => Catalogue | undefined,
): NewerVersions | undefined {
  if (chart.kind !== "repository") return undefined;
  const newer = (catalogueOf(chart.alias)?.charts ?? [])
    .filter((one) => one.name === chart.name && newestFirst(one.version, current) < 0)
    .map((one) => one.version)
    .toSorted(newestFirst);
  const fits = newer.find((one) => satisfiesRange(one, version ?? "*") === true);
  const newest = newer.find((one) => !isPrereleaseVersion(one));
  const beyond = newest === fits ? undefined : newest;
  if (fits === undefined && beyond === undefined) return undefined;
  return {
    ...(fits === undefined ? {} : { fits }),
    ...(beyond === undefined ? {} : { newest: beyond }),
  };
}
