// `headway index`: writes what the stack's repositories hold into their index files; with --vendor the archives that are
// used beside them; with --outdated, what is newer than what is used.
import { rm } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { Option, type Command } from "commander";
import { compareIndexes, indexPlace } from "../core/charts/chart-index.ts";
import { chartIndexText } from "../core/charts/chart-index-text.ts";
import type { Repository } from "../core/declaration.ts";
import { didYouMean, hasErrors, type Diagnostic, type SourceRange } from "../core/diagnostic.ts";
import type { Failure } from "../core/failure.ts";
import { findNewer } from "../core/charts/newer-versions.ts";
import type { StackCharts } from "../engine/ports.ts";
import {
  outdatedJson,
  refreshedJson,
  renderOutdated,
  renderRefreshed,
  type OutdatedRelease,
  type RefreshedIndex,
} from "../views/chart-changes-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes, reportFailure, reportFailures } from "./exit.ts";
import { splitFolder } from "./folder-argument.ts";
import { loadStack, openByLock, tellDiagnostics, type LoadedStack } from "./load-stack.ts";
import { clusterOptions, outputOption, type ClusterFlags } from "./options.ts";
import type { World } from "./world.ts";
import { writeInOneStep } from "./write-file.ts";

type IndexFlags = ClusterFlags & {
  readonly vendor?: boolean;
  readonly outdated?: boolean;
  readonly output: "table" | "json";
};

export function registerIndexCommand(program: Command, world: World): void {
  const command = program
    .command("index")
    .description("write what the chart repositories of headway.yaml hold into their index files")
    .argument("[alias-or-dir...]", "repositories (default: all), then the stack's folder")
    .addOption(
      new Option(
        "--vendor",
        "keep the archives that are used beside the index, and remove those that are not",
      ).conflicts("outdated"),
    )
    .option("--outdated", "write nothing; list releases with a newer chart in the index files");
  for (const option of clusterOptions()) command.addOption(option);
  command
    .addOption(outputOption(["table", "json"]))
    .action(async (args: readonly string[], flags: IndexFlags) => {
      process.exitCode = await indexCharts(world, args, flags);
    });
}

async function indexCharts(world: World, args: readonly string[], flags: IndexFlags): Promise<number> {
  const { names, dir } = splitFolder(args);
  const loaded = await loadStack(world, dir);
  if (typeof loaded === "number") return loaded;
  if (tellDiagnostics(world, loaded.diagnostics)) return exitCodes.invalid;
  const chosen = chooseRepositories(world, loaded, names);
  if (typeof chosen === "number") return chosen;
  if (flags.outdated === true) return showOutdated(world, loaded, chosen, flags);
  const refreshed = await refreshAll(world, loaded, chosen, flags);
  const vendored =
    flags.vendor === true ? await vendor(world, loaded, chosen, flags) : new Map<string, Vendored>();
  if (typeof vendored === "number") return vendored;
  const indexes = refreshed.indexes.map((index) => {
    const archives = vendored.get(index.alias);
    return archives === undefined ? index : { ...index, vendored: archives };
  });
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(
    flags.output === "json" ? refreshedJson(loaded.stack.name, indexes) : renderRefreshed(indexes, style),
  );
  return refreshed.exitCode;
}

function chooseRepositories(
  world: World,
  { stack }: LoadedStack,
  names: readonly string[],
): readonly Repository[] | number {
  const known = [...stack.repositories.keys()];
  const unknown = names.filter((name) => !stack.repositories.has(name));
  for (const name of unknown) {
    const near = didYouMean(name, known);
    const hint =
      near !== undefined
        ? `did you mean ${near}?`
        : known.length === 0
          ? "declare it under spec.repositories of headway.yaml"
          : `the repositories are ${known.join(", ")}`;
    world.stderr.write(`error: headway.yaml has no repository ${name}\n  try: ${hint}\n`);
  }
  if (unknown.length > 0) return exitCodes.invalid;
  if (known.length === 0) world.stderr.write("headway.yaml has no repositories: there is nothing to index\n");
  return [...stack.repositories.values()].filter(({ alias }) => names.length === 0 || names.includes(alias));
}

type Refreshed = { readonly indexes: readonly RefreshedIndex[]; readonly exitCode: number };

/** What one repository refuses does not keep the others from being written. */
async function refreshAll(
  world: World,
  loaded: LoadedStack,
  chosen: readonly Repository[],
  flags: IndexFlags,
): Promise<Refreshed> {
  const { folder, stack } = loaded;
  const charts = await world.openCharts(folder, { repositories: stack.repositories, flags });
  const asked = chosen.some(({ location }) => location.kind === "oci")
    ? await namesInFolders(charts, loaded)
    : [];
  const results = await Promise.all(
    chosen.map(async (repository) => {
      const { alias } = repository;
      const before = charts.indexOf(alias) ?? [];
      const names = [
        ...before,
        ...asked.filter((one) => one.alias === alias),
        ...stack.declarations.flatMap(({ chart }) =>
          chart.kind === "repository" && chart.alias === alias ? [chart] : [],
        ),
      ].map(({ name }) => name);
      const result = await charts.refresh(alias, [...new Set(names)].toSorted());
      return { repository, before, result };
    }),
  );
  const indexes: RefreshedIndex[] = [];
  const diagnostics: Diagnostic[] = [];
  let exitCode: number = exitCodes.done;
  for (const { repository, before, result } of results) {
    if (!result.ok) {
      exitCode = Math.max(exitCode, reportFailure(world, result.failure, [repository.range]));
      continue;
    }
    diagnostics.push(...result.value.diagnostics);
    const after = result.value.value;
    const path = join(folder.repositoryRoot, indexPlace(repository, folder.stackPath).file);
    await writeInOneStep(path, chartIndexText(after));
    indexes.push({
      alias: repository.alias,
      file: relative(folder.stackRoot, path),
      charts: after,
      changes: compareIndexes(before, after),
    });
  }
  const isWrong = tellDiagnostics(world, [...diagnostics, ...leftOut(charts)]);
  return { indexes, exitCode: isWrong ? Math.max(exitCode, exitCodes.invalid) : exitCode };
}

// What is stale or broken about an index file is over once it is written anew.
function leftOut(charts: StackCharts): readonly Diagnostic[] {
  return charts.findings().filter(({ code }) => code === "chart-left-out");
}

/** What charts in folders need of registries; whether it can be had does not matter yet. */
async function namesInFolders(
  charts: StackCharts,
  { stack }: LoadedStack,
): Promise<readonly { readonly alias: string; readonly name: string }[]> {
  const isFolder = (alias: string): boolean => stack.repositories.get(alias)?.location.kind === "folder";
  await Promise.all(
    stack.declarations
      .filter(({ chart }) => chart.kind === "path" || (chart.kind === "repository" && isFolder(chart.alias)))
      .map((declaration) => charts.inspect(declaration)),
  );
  return charts.askedDependencies();
}

type Vendored = NonNullable<RefreshedIndex["vendored"]>;

async function vendor(
  world: World,
  loaded: LoadedStack,
  chosen: readonly Repository[],
  flags: IndexFlags,
): Promise<ReadonlyMap<string, Vendored> | number> {
  const { folder, stack } = loaded;
  const opened = await openByLock(world, loaded, { flags, ignoresVendored: true });
  if (typeof opened === "number") return opened;
  const { charts } = opened;
  const results = await Promise.all(
    stack.declarations.map(async (declaration) => ({
      declaration,
      result: await charts.inspect(declaration),
    })),
  );
  const diagnostics: Diagnostic[] = [];
  const failures: { failure: Failure; range: SourceRange }[] = [];
  for (const { declaration, result } of results)
    if (result.ok) diagnostics.push(...result.value.diagnostics);
    else failures.push({ failure: result.failure, range: declaration.chartRange });
  if (failures.length > 0) {
    tellDiagnostics(world, diagnostics);
    return reportFailures(world, failures);
  }
  // Without all that is used, it is not known what may go.
  if (hasErrors(diagnostics)) {
    tellDiagnostics(world, diagnostics);
    return exitCodes.invalid;
  }
  const used = charts.usedArchives();
  const vendored = new Map<string, Vendored>();
  for (const repository of chosen) {
    if (repository.location.kind === "folder") continue;
    const place = indexPlace(repository, folder.stackPath).vendored;
    const there = archivesIn(join(folder.repositoryRoot, place)).map((name) => `${place}/${name}`);
    const wanted = [...used.keys()].filter((path) => path.startsWith(`${place}/`));
    const added = wanted.filter((path) => !there.includes(path));
    const removed = there.filter((path) => !used.has(path));
    // A damaged one is written again, so all are.
    for (const path of wanted)
      await writeInOneStep(join(folder.repositoryRoot, path), used.get(path) ?? Buffer.of());
    for (const path of removed) await rm(join(folder.repositoryRoot, path), { force: true });
    const shown = (path: string): string => relative(folder.stackRoot, join(folder.repositoryRoot, path));
    vendored.set(repository.alias, { added: added.map(shown), removed: removed.map(shown) });
  }
  return vendored;
}

function archivesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  } catch {
    return [];
  }
}

async function showOutdated(
  world: World,
  loaded: LoadedStack,
  chosen: readonly Repository[],
  flags: IndexFlags,
): Promise<number> {
  const opened = await openByLock(world, loaded, { flags });
  if (typeof opened === "number") return opened;
  const { charts } = opened;
  const aliases = new Set(chosen.map(({ alias }) => alias));
  const outdated: OutdatedRelease[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const declaration of loaded.stack.declarations) {
    const { chart, id } = declaration;
    if (chart.kind !== "repository" || !aliases.has(chart.alias)) continue;
    const exact = await charts.exact(declaration);
    if (!exact.ok) return reportFailure(world, exact.failure, [declaration.chartRange]);
    diagnostics.push(...exact.value.diagnostics);
    const version = exact.value.value?.version;
    const newer = version === undefined ? undefined : findNewer(declaration, version, charts.catalogueOf);
    if (newer !== undefined) outdated.push({ release: id, ...newer });
  }
  if (tellDiagnostics(world, [...diagnostics, ...charts.findings()])) return exitCodes.invalid;
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(
    flags.output === "json" ? outdatedJson(loaded.stack.name, outdated) : renderOutdated(outdated, style),
  );
  return exitCodes.done;
}
