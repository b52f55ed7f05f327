// Puts a chart together with its dependencies: what is vendored under charts/ is used as it is, what Chart.yaml points
// to by file:// is read from its own folder, and what comes from a repository of headway.yaml is asked for. In memory
// only; no folder is changed.
import { realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { satisfiesRange } from "../../core/charts/chart-version.ts";
import { dependencyKey } from "../../core/charts/lock.ts";
import { readChartArchive } from "./chart-archive.ts";
import { isWithin, readChartFiles, type ChartFiles } from "./chart-files.ts";
import { parseIgnoreRules } from "./chart-ignore.ts";
import { readChartMetadata, type ChartDependency, type ChartMetadata } from "./chart-metadata.ts";
import { found, wrong, type ChartProblem, type Read } from "./chart-problem.ts";
import { subchartEntries } from "./chart-scan.ts";

/** A chart with all that helm needs to install it, as it has to lie on disk. */
export type AssembledChart = { readonly metadata: ChartMetadata; readonly files: ChartFiles };

/** A dependency that has to come from the repository `alias` of headway.yaml. */
export type WantedDependency = ChartDependency & { readonly alias: string };

/** What the charts of one repository share: its real path, and charts that were put together already. */
export type Assembly = {
  readonly root: string;
  readonly known: Map<string, Read<AssembledChart>>;
  /** The alias of the repository that a dependency's `repository` means; undefined where headway.yaml has none. */
  readonly aliasOf: (repository: string) => string | undefined;
  /** Dependencies from repositories, by dependencyKey, as far as they are here. */
  readonly fetched: Map<string, Read<AssembledChart>>;
  /** Those that putting charts together turned out to need: fetch them, and put the charts together again. */
  readonly wanted: Map<string, WantedDependency>;
};

type Place = { readonly files: Map<string, Buffer>; readonly prefix: string; readonly folder: string };

/**
 * Puts together the chart at `folder`, a real path. `chain` are the folders that depend on it, outermost first, to
 * refuse cycles. Throws what the file system throws.
 */
export function assembleChart(
  assembly: Assembly,
  folder: string,
  chain: readonly string[] = [],
): Read<AssembledChart> {
  const known = assembly.known.get(folder);
  if (known !== undefined) return known;
  const assembled = assemble(assembly, folder, [...chain, folder]);
  assembly.known.set(folder, assembled);
  return assembled;
}

function assemble(assembly: Assembly, folder: string, chain: readonly string[]): Read<AssembledChart> {
  const read = readChartFiles(folder, assembly.root);
  if (!read.ok) return read;
  const metadata = readChartMetadata(read.value, "", folder);
  if (!metadata.ok) return metadata;
  const files = new Map(read.value);
  const problems = addDependencies(assembly, { files, prefix: "", folder }, metadata.value, chain, true);
  const [first, ...others] = problems;
  if (first !== undefined) return wrong(first, ...others);
  if (files.size > read.value.size && wouldHide(files)) files.delete(".helmignore");
  return found({ metadata: metadata.value, files });
}

/**
 * Adds what is missing below charts/ of the chart at `place`. Only a strict one must be complete: what a vendored
 * chart lacks, Helm does not ask for either.
 */
function addDependencies(
  assembly: Assembly,
  place: Place,
  metadata: ChartMetadata,
  chain: readonly string[],
  isStrict: boolean,
): readonly ChartProblem[] {
  const problems: ChartProblem[] = [];
  const vendored = readVendored(place);
  for (const { entry, metadata: inside } of vendored) {
    if (inside === undefined || entry.endsWith(".tgz")) continue;
    const below = {
      files: place.files,
      prefix: `${entry}/`,
      folder: join(place.folder, entry.slice(place.prefix.length)),
    };
    problems.push(...addDependencies(assembly, below, inside, chain, false));
  }
  for (const dependency of metadata.dependencies) {
    const namesakes = vendored.filter((chart) => chart.metadata?.name === dependency.name);
    if (namesakes.some((chart) => isWanted(dependency, chart.metadata))) continue;
    const isLocal = dependency.repository.startsWith("file://");
    if (!isLocal && !isStrict) continue;
    const added = isLocal
      ? assembleLocal(assembly, place.folder, dependency, chain)
      : findFetched(assembly, dependency, namesakes[0]?.metadata?.version);
    if (added === "wanted") continue;
    if (added.ok) {
      for (const { entry } of namesakes) removeBelow(place.files, entry);
      addBelow(place, added.value);
    } else if (isStrict) problems.push(...added.problems);
  }
  return problems;
}

function findFetched(
  assembly: Assembly,
  dependency: ChartDependency,
  vendoredVersion: string | undefined,
): Read<AssembledChart> | "wanted" {
  const alias = assembly.aliasOf(dependency.repository);
  if (alias === undefined) return wrong(missing(dependency, vendoredVersion));
  const key = dependencyKey(alias, dependency.name, dependency.version);
  const fetched = assembly.fetched.get(key);
  if (fetched === undefined) assembly.wanted.set(key, { ...dependency, alias });
  return fetched ?? "wanted";
}

/** What a packaged chart lacks below its charts/: helm would refuse it. `name` is what findings call the archive. */
export function checkPackagedDependencies(
  files: ChartFiles,
  metadata: ChartMetadata,
  name: string,
): readonly ChartProblem[] {
  const vendored = readVendored({ files: new Map(files), prefix: "", folder: "" });
  return metadata.dependencies
    .filter((dependency) => !vendored.some((chart) => chart.metadata?.name === dependency.name))
    .map((dependency) => ({
      code: "chart-dependency-missing",
      message: `${name}: the packaged chart needs ${dependency.name}, which is not in it`,
      suggestion: "package it again after helm dependency update",
    }));
}

function readVendored(
  place: Place,
): readonly { readonly entry: string; readonly metadata: ChartMetadata | undefined }[] {
  return subchartEntries(place.files, place.prefix).map((entry) => {
    const archive = entry.endsWith(".tgz") ? place.files.get(entry) : undefined;
    const inside =
      archive === undefined ? place.files : (readChartArchive(archive) ?? new Map<string, Buffer>());
    const folder = join(place.folder, entry.slice(place.prefix.length));
    const metadata = readChartMetadata(inside, archive === undefined ? `${entry}/` : "", folder);
    return { entry, metadata: metadata.ok ? metadata.value : undefined };
  });
}

/** A dependency without a version takes whatever is vendored under its name, as Helm does. */
function isWanted(dependency: ChartDependency, chart: ChartMetadata | undefined): boolean {
  if (chart === undefined) return false;
  return dependency.version === "" || satisfiesRange(chart.version, dependency.version) === true;
}

function assembleLocal(
  assembly: Assembly,
  folder: string,
  dependency: ChartDependency,
  chain: readonly string[],
): Read<AssembledChart> {
  const problem = (code: string, message: string, suggestion: string): Read<never> =>
    wrong({
      code,
      message: `dependency ${dependency.name}: ${message}`,
      suggestion,
      place: dependency.place,
    });
  const written = dependency.repository;
  const path = resolve(folder, written.slice("file://".length));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    return problem("chart-dependency-missing", `there is no folder at ${written}`, "correct its repository");
  const real = realpathSync(path);
  if (!isWithin(real, assembly.root))
    return problem(
      "chart-dependency-outside",
      `${written} leaves the repository`,
      "move the chart into the repository, or vendor it under charts/",
    );
  if (chain.includes(real)) {
    const circle = [...chain.slice(chain.indexOf(real)), real].map(
      (step) => relative(assembly.root, step) || ".",
    );
    return problem(
      "chart-dependency-cycle",
      `charts depend on each other: ${circle.join(" → ")}`,
      "cut the circle",
    );
  }
  const local = assembleChart(assembly, real, chain);
  if (!local.ok) return local;
  const { name, version } = local.value.metadata;
  if (name !== dependency.name)
    return problem(
      "chart-dependency-name",
      `the chart at ${written} is called ${name}`,
      "use the same name here",
    );
  switch (satisfiesRange(version, dependency.version)) {
    case true:
      return local;
    case false:
      return problem(
        "chart-dependency-version",
        `the chart at ${written} has version ${version}, but ${dependency.version} is asked for`,
        "change the version here, or in the dependency's Chart.yaml",
      );
    case "bad-range":
      return problem(
        "chart-dependency-version",
        dependency.version === ""
          ? "it has no version"
          : `"${dependency.version}" is not a version range that Helm can read`,
        `write version: ${version}, or a range such as ^${version}`,
      );
  }
}

function missing(dependency: ChartDependency, vendoredVersion: string | undefined): ChartProblem {
  const { name, version, repository, place } = dependency;
  const asked = version === "" ? name : `${name} ${version}`;
  return {
    code: "chart-dependency-missing",
    message:
      vendoredVersion === undefined
        ? `dependency ${asked} is not below charts/`
        : `dependency ${asked}: charts/ holds version ${vendoredVersion}`,
    suggestion:
      repository === ""
        ? `put the chart into charts/${name}`
        : /^(?:https?|oci):\/\//.test(repository)
          ? `declare ${repository} as a repository in headway.yaml, or vendor it: run helm dependency update and commit charts/`
          : `declare the repository in headway.yaml, or vendor it: run helm dependency update and commit charts/`,
    place,
  };
}

function addBelow(place: Place, chart: AssembledChart): void {
  const { name, version } = chart.metadata;
  const plain = `${place.prefix}charts/${name}`;
  const isTaken = place.files.keys().some((path) => path.startsWith(`${plain}/`));
  const entry = isTaken ? `${plain}-${version}` : plain;
  for (const [path, content] of chart.files) place.files.set(`${entry}/${path}`, content);
}

function removeBelow(files: Map<string, Buffer>, entry: string): void {
  for (const path of [...files.keys()])
    if (path === entry || path.startsWith(`${entry}/`)) files.delete(path);
}

/** Helm would apply the chart's .helmignore to the dependencies that now lie below it; they had their own. */
function wouldHide(files: ChartFiles): boolean {
  const rules = parseIgnoreRules(files.get(".helmignore")?.toString("utf8") ?? "");
  if (typeof rules !== "function") return true;
  const isHidden = (path: string): boolean => {
    if (rules(path, false)) return true;
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder))
      if (rules(folder, true)) return true;
    return false;
  };
  return files.keys().some(isHidden);
}
