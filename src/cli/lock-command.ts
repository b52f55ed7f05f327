// `headway lock`: pins the exact chart of every release in headway.lock, keeps what still fits, and takes over what another
// stack has proven.
import { join } from "node:path";
import type { Command } from "commander";
import type { Declaration } from "../core/declaration.ts";
import { hasErrors, type Diagnostic, type SourceRange } from "../core/diagnostic.ts";
import type { Failure } from "../core/failure.ts";
import type { ReleaseId } from "../core/ids.ts";
import { lockFileName, lockText, readLock, type Lock, type LockedChart } from "../core/charts/lock.ts";
import { compareLocks, findPromoted, keptEntry, promote } from "../core/charts/make-lock.ts";
import type { StackCharts } from "../engine/ports.ts";
import { lockChangesJson, renderLockChanges } from "../views/chart-changes-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes, reportFailures } from "./exit.ts";
import { splitFolder } from "./folder-argument.ts";
import { loadStack, tellDiagnostics, type LoadedStack } from "./load-stack.ts";
import { clusterOptions, outputOption, type ClusterFlags } from "./options.ts";
import { findNamed } from "./select-releases.ts";
import type { World } from "./world.ts";
import { writeInOneStep } from "./write-file.ts";

type LockFlags = ClusterFlags & {
  readonly check?: boolean;
  readonly update?: readonly string[] | true;
  readonly from?: string;
  readonly output: "table" | "json";
};

export function registerLockCommand(program: Command, world: World): void {
  const command = program
    .command("lock")
    .description("pin the exact chart of every release in headway.lock; entries that still fit stay")
    .argument("[dir]", "the stack's folder")
    .option("--check", "write nothing; exit with 3 where the lock is stale")
    .option("--update [release...]", "resolve these releases anew (all, where none is named)")
    .option("--from <dir>", "take over version and digest from another stack's lock (--update narrows it)");
  for (const option of clusterOptions()) command.addOption(option);
  command
    .addOption(outputOption(["table", "json"]))
    .action(async (dir: string | undefined, flags: LockFlags) => {
      process.exitCode = await lockStack(world, dir, flags);
    });
}

/** Which releases are resolved anew, or taken over. */
type Wanted = "none" | "all" | ReadonlySet<ReleaseId>;

async function lockStack(world: World, given: string | undefined, flags: LockFlags): Promise<number> {
  // `--update NAME DIR`: the option takes all that stands behind it.
  const split =
    given === undefined && Array.isArray(flags.update)
      ? splitFolder(flags.update as readonly string[])
      : { names: flags.update === true ? [] : (flags.update ?? []), dir: given ?? "." };
  const loaded = await loadStack(world, split.dir);
  if (typeof loaded === "number") return loaded;
  if (tellDiagnostics(world, loaded.diagnostics)) return exitCodes.invalid;
  if (!loaded.stack.hasDocument) {
    world.stderr.write(
      "error: a lock needs a stack with a name\n  try: add a headway.yaml with metadata.name to the stack's folder\n",
    );
    return exitCodes.invalid;
  }
  const named = findNamed(world, loaded.stack.declarations, split.names);
  if (typeof named === "number") return named;
  const wanted: Wanted = flags.update === undefined ? "none" : split.names.length === 0 ? "all" : named;
  const old = loaded.folder.lockFile === undefined ? undefined : readLock(loaded.folder.lockFile);
  // One that can't be read is replaced only where nothing of it would be kept anyway.
  if (old !== undefined && old.value === undefined && wanted !== "all") {
    tellDiagnostics(world, old.diagnostics);
    return exitCodes.invalid;
  }
  const made = await makeLock(world, loaded, old?.value, wanted, flags);
  if (typeof made === "number") return made;
  return finish(world, loaded, old?.value, made, flags);
}

async function finish(
  world: World,
  { folder, stack }: LoadedStack,
  old: Lock | undefined,
  made: Lock,
  flags: LockFlags,
): Promise<number> {
  const changes = compareLocks(old, made);
  const text = lockText(made);
  const isStale = changes.length > 0 || folder.lockFile === undefined;
  const writes = flags.check !== true && text !== folder.lockFile?.text;
  if (writes) await writeInOneStep(join(folder.stackRoot, lockFileName), text);
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(
    flags.output === "json"
      ? lockChangesJson(stack.name, changes, writes)
      : renderLockChanges(changes, lockFileName, style),
  );
  if (flags.check !== true || !isStale) return exitCodes.done;
  world.stderr.write(`error: ${lockFileName} is stale\n  try: run headway lock and commit what it writes\n`);
  return exitCodes.invalid;
}

async function makeLock(
  world: World,
  loaded: LoadedStack,
  old: Lock | undefined,
  wanted: Wanted,
  flags: LockFlags,
): Promise<Lock | number> {
  const other = flags.from === undefined ? undefined : await readOther(world, flags.from);
  if (typeof other === "number") return other;
  const charts = await world.openCharts(loaded.folder, {
    repositories: loaded.stack.repositories,
    asksRegistries: flags.check !== true,
    flags,
    keptDependencies: new Map([
      ...(wanted === "none" || other !== undefined ? (old?.dependencies ?? []) : []),
      ...(other?.dependencies ?? []),
    ]),
  });
  const isWanted = (id: ReleaseId): boolean => wanted === "all" || (wanted !== "none" && wanted.has(id));
  const diagnostics: Diagnostic[] = [];
  const releases = new Map<ReleaseId, LockedChart>();
  const entryOf = async (declaration: Declaration): Promise<Entry> => {
    const { id } = declaration;
    const promoted =
      other === undefined || (wanted !== "none" && !isWanted(id)) ? undefined : findPromoted(id, other);
    if (promoted !== undefined) return promoteOne(charts, declaration, promoted, flags.from ?? "");
    const kept = other === undefined && isWanted(id) ? undefined : keptEntry(declaration, old);
    return kept === undefined ? charts.exact(declaration) : keepOne(charts, loaded, declaration, kept);
  };
  const entries = await Promise.all(
    loaded.stack.declarations.map(async (declaration) => ({
      declaration,
      entry: await entryOf(declaration),
    })),
  );
  const failures: { failure: Failure; range: SourceRange }[] = [];
  for (const { declaration, entry } of entries) {
    if (!entry.ok) {
      failures.push({ failure: entry.failure, range: declaration.chartRange });
      continue;
    }
    diagnostics.push(...entry.value.diagnostics);
    if (entry.value.value !== undefined) releases.set(declaration.id, entry.value.value);
  }
  if (failures.length > 0) {
    tellDiagnostics(world, diagnostics);
    return reportFailures(world, failures);
  }
  const told = [...diagnostics, ...charts.findings()];
  if (tellDiagnostics(world, told) || hasErrors(told)) return exitCodes.invalid;
  return { releases, dependencies: charts.usedDependencies() };
}

type Entry = Awaited<ReturnType<StackCharts["exact"]>>;

/** What lies in the repository may have changed since; what a server has is kept without asking. */
async function keepOne(
  charts: StackCharts,
  { stack }: LoadedStack,
  declaration: Declaration,
  kept: LockedChart,
): Promise<Entry> {
  const { chart, chartRange } = declaration;
  const repository = chart.kind === "repository" ? stack.repositories.get(chart.alias) : undefined;
  if (chart.kind === "path") return charts.exact(declaration);
  if (chart.kind === "repository" && repository?.location.kind === "folder") {
    const same = await charts.exact({ ...declaration, version: kept.version });
    return same.ok && same.value.value === undefined ? charts.exact(declaration) : same;
  }
  const catalogue = chart.kind === "repository" ? charts.catalogueOf(chart.alias) : undefined;
  const offered = catalogue?.charts.find(
    (one) => chart.kind === "repository" && one.name === chart.name && one.version === kept.version,
  );
  if (offered?.digest === undefined || offered.digest === kept.digest)
    return { ok: true, value: { value: kept, diagnostics: [] } };
  const warning: Diagnostic = {
    severity: "warning",
    code: "published-again",
    message: `${chart.written} ${kept.version} is ${offered.digest} in ${catalogue?.file ?? ""}, and ${kept.digest} in ${lockFileName}: the same version with another content`,
    suggestion: `find out who published it again; \`headway lock --update ${declaration.id}\` takes the new one`,
    range: chartRange,
  };
  return { ok: true, value: { value: kept, diagnostics: [warning] } };
}

async function promoteOne(
  charts: StackCharts,
  declaration: Declaration,
  entry: LockedChart,
  from: string,
): Promise<Entry> {
  const isLocal = entry.digest.startsWith("tree-");
  const current = isLocal ? await charts.exact({ ...declaration, version: entry.version }) : undefined;
  if (current !== undefined && (!current.ok || current.value.value === undefined)) return current;
  return { ok: true, value: promote(declaration, entry, from, current?.value.value) };
}

async function readOther(world: World, dir: string): Promise<Lock | number> {
  const folder = await world.readStackFolder(dir);
  const file = folder.value?.lockFile;
  if (folder.value === undefined) {
    tellDiagnostics(world, folder.diagnostics);
    return exitCodes.invalid;
  }
  if (file === undefined) {
    world.stderr.write(`error: ${dir} has no ${lockFileName}\n  try: headway lock ${dir}\n`);
    return exitCodes.invalid;
  }
  const lock = readLock({ ...file, path: `${dir.replace(/\/+$/, "")}/${lockFileName}` });
  if (lock.value !== undefined) return lock.value;
  tellDiagnostics(world, lock.diagnostics);
  return exitCodes.invalid;
}
