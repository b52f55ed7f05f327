// Which newer versions of a release's chart its repository's index has: inside of the declared range, and beyond it.
import { chartsByName, type Catalogue } from "./chart-resolution.ts";
import { isPrereleaseVersion, newestFirst, satisfiesRange } from "./chart-version.ts";
import type { Declaration } from "../declaration.ts";

/** What a release uses and what is newer: `fits` is the newest that the range allows, `newest` that of all where it is another. */
export type NewerChart = {
  /** As it is declared: ALIAS/NAME. */
  readonly chart: string;
  readonly version: string;
  readonly fits?: string;
  readonly newest?: string;
};

/** What is newer than `current`; undefined where nothing is, or where nobody here can know. */
export function findNewer(
  { chart, version }: Pick<Declaration, "chart" | "version">,
  current: string,
  catalogueOf: (alias: string) => Catalogue | undefined,
): NewerChart | undefined {
  if (chart.kind !== "repository") return undefined;
  const catalogue = catalogueOf(chart.alias);
  const offered = catalogue === undefined ? [] : (chartsByName(catalogue).get(chart.name) ?? []);
  const newer = offered
    .filter((one) => newestFirst(one.version, current) < 0)
    .map((one) => one.version)
    .toSorted(newestFirst);
  const fits = newer.find((one) => satisfiesRange(one, version ?? "*") === true);
  const newest = newer.find((one) => !isPrereleaseVersion(one));
  const beyond = newest === fits ? undefined : newest;
  if (fits === undefined && beyond === undefined) return undefined;
  return {
    chart: chart.written,
    version: current,
    ...(fits === undefined ? {} : { fits }),
    ...(beyond === undefined ? {} : { newest: beyond }),
  };
}
