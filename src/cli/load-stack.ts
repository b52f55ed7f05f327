// Reads a stack from its folder, for every command that takes DIR: declarations, graph and, where asked, charts. All that
// is wrong is told at once.
import { hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { Declaration } from "../core/declaration.ts";
import type { Checked, Diagnostic, SourceRange } from "../core/diagnostic.ts";
import type { Failure } from "../core/failure.ts";
import { pinRelease, stackLabelValue } from "../core/fingerprint.ts";
import { resolveGraph } from "../core/graph.ts";
import type { Graph } from "../core/graph.ts";
import { noRules } from "../core/health/rules.ts";
import type { StackRules } from "../core/health/rules.ts";
import type { ReleaseId } from "../core/ids.ts";
import { findOrphans, readLock, type ReadLock } from "../core/charts/lock.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { readStack } from "../core/declarations/read-declarations.ts";
import type { ReadStack } from "../core/declarations/read-declarations.ts";
import type { StackCharts, StackFolder, ValuesFiles } from "../engine/ports.ts";
import type { ReadyStack } from "../engine/run-stack.ts";
import { renderDiagnostics } from "../views/diagnostics-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes, reportFailure, reportFailures } from "./exit.ts";
import { checkAllValues } from "./check-all-values.ts";
import { loadValues } from "./load-values.ts";
import type { ConnectFlags, World } from "./world.ts";

export type LoadedStack = {
  readonly folder: StackFolder;
  readonly stack: ReadStack;
  readonly graph: Graph;
  readonly rules: StackRules;
  readonly diagnostics: readonly Diagnostic[];
};

/** The stack and every finding on it, or the exit code where the folder itself can't be read. */
export async function loadStack(world: World, dir: string): Promise<LoadedStack | number> {
  const folder = await world.readStackFolder(dir);
  if (folder.value === undefined) {
    tellDiagnostics(world, folder.diagnostics);
    return exitCodes.invalid;
  }
  const read = readStack(folder.value);
  const graph = resolveGraph(read.value);
  const rules = await readRules(read.value.declarations);
  return {
    folder: folder.value,
    stack: read.value,
    graph: graph.value,
    rules: rules.value,
    diagnostics: [...folder.diagnostics, ...read.diagnostics, ...graph.diagnostics, ...rules.diagnostics],
  };
}

/** The stack with its files of values read, or the exit code where sops said no. */
export async function withValues(
  world: World,
  loaded: LoadedStack,
): Promise<(LoadedStack & { readonly files: ValuesFiles }) | number> {
  const values = await loadValues(world, loaded.folder, loaded.stack.declarations);
  if (!values.ok) return reportFailure(world, values.failure);
  const { declarations, diagnostics, files } = values.value;
  return {
    ...loaded,
    files,
    stack: { ...loaded.stack, declarations },
    diagnostics: [...loaded.diagnostics, ...diagnostics],
  };
}

// Few stacks have expressions, and their language takes longer to load than everything else there is to read.
async function readRules(declarations: readonly Declaration[]): Promise<Checked<StackRules>> {
  if (!declarations.some(hasExpressions)) return { value: noRules, diagnostics: [] };
  const { compileRules } = await import("../core/expressions/compile-rules.ts");
  return compileRules(declarations);
}

function hasExpressions({ health, dependsOn }: Declaration): boolean {
  return health.length > 0 || dependsOn.some(({ readyExpr }) => readyExpr !== undefined);
}

/**
 * The stack's charts, as its lock says where there is one; the exit code where the lock can't be read, told with the
 * findings `toTell`: without what it says, other charts than those that were meant would be used.
 */
export async function openByLock(
  world: World,
  { folder, stack }: LoadedStack,
  options: {
    readonly flags: ConnectFlags;
    readonly ignoresVendored?: boolean;
    readonly toTell?: readonly Diagnostic[];
  },
): Promise<{ readonly charts: StackCharts; readonly lock: ReadLock | undefined } | number> {
  const { toTell = [], ...opening } = options;
  const read = folder.lockFile === undefined ? undefined : readLock(folder.lockFile);
  const lock = read?.value;
  if (read !== undefined && lock === undefined) {
    tellDiagnostics(world, [...toTell, ...read.diagnostics]);
    return exitCodes.invalid;
  }
  const charts = await world.openCharts(folder, {
    repositories: stack.repositories,
    ...opening,
    ...(lock === undefined ? {} : { lock }),
  });
  return { charts, lock };
}

export type PinnedStack = {
  readonly charts: StackCharts;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly diagnostics: readonly Diagnostic[];
};

/**
 * Pins every declaration's chart, by the lock where there is one; what is wrong with charts comes as findings, or as an
 * exit code.
 */
export async function pinCharts(
  world: World,
  loaded: LoadedStack,
  flags: ConnectFlags = {},
): Promise<PinnedStack | number> {
  const opened = await openByLock(world, loaded, { flags, toTell: loaded.diagnostics });
  if (typeof opened === "number") return opened;
  const { charts, lock } = opened;
  const results = await Promise.all(
    loaded.stack.declarations.map(async (declaration) => ({
      declaration,
      result: await charts.inspect(declaration),
    })),
  );
  const pins = new Map<ReleaseId, PinnedRelease>();
  const diagnostics: Diagnostic[] = [];
  const failures: { failure: Failure; range: SourceRange }[] = [];
  for (const { declaration, result } of results) {
    if (!result.ok) {
      failures.push({ failure: result.failure, range: declaration.chartRange });
      continue;
    }
    diagnostics.push(...result.value.diagnostics);
    if (result.value.value !== undefined)
      pins.set(declaration.id, pinRelease(declaration, result.value.value));
  }
  if (failures.length > 0) {
    tellDiagnostics(world, onceEach([...loaded.diagnostics, ...diagnostics, ...charts.findings()]));
    return reportFailures(world, failures);
  }
  const orphans = lock === undefined ? [] : findOrphans(lock, knownReleases(loaded.stack));
  const values = await checkAllValues(world, pins);
  return {
    charts,
    pins,
    diagnostics: onceEach([...diagnostics, ...charts.findings(), ...orphans, ...values]),
  };
}

export type ReadStackToPlan = {
  readonly ready: ReadyStack;
  readonly charts: StackCharts;
  readonly files: ValuesFiles;
  readonly loaded: LoadedStack;
};

/** A stack ready to be planned, or the exit code after all findings have been told. */
export async function loadReadyStack(
  world: World,
  dir: string,
  order?: "dependencies" | "waves",
  flags: ConnectFlags = {},
): Promise<ReadStackToPlan | number> {
  const read = await loadPinnedStack(world, dir, order, flags);
  if (typeof read === "number") return read;
  return tellDiagnostics(world, read.diagnostics) ? exitCodes.invalid : read;
}

/** As `loadReadyStack`, but with the findings, errors too; what is broken is left out of it. */
export async function loadPinnedStack(
  world: World,
  dir: string,
  order?: "dependencies" | "waves",
  flags: ConnectFlags = {},
): Promise<(ReadStackToPlan & { readonly diagnostics: readonly Diagnostic[] }) | number> {
  const read = await loadStack(world, dir);
  if (typeof read === "number") return read;
  const loaded = await withValues(world, read);
  if (typeof loaded === "number") return loaded;
  const pinned = await pinCharts(world, loaded, flags);
  if (typeof pinned === "number") return pinned;
  const { stack } = loaded;
  return {
    loaded,
    diagnostics: [...loaded.diagnostics, ...pinned.diagnostics],
    charts: pinned.charts,
    files: loaded.files,
    ready: {
      name: stack.name,
      label: stackLabelValue(stack.name, loaded.folder.source),
      ...(stack.clusterUid === undefined ? {} : { clusterUid: stack.clusterUid }),
      order: order ?? stack.order,
      onFailure: stack.onFailure,
      declarations: stack.declarations,
      graph: loaded.graph,
      pins: pinned.pins,
      rules: loaded.rules,
    },
  };
}

/** Tells findings on stderr; true where one is an error. */
export function tellDiagnostics(world: World, diagnostics: readonly Diagnostic[]): boolean {
  const style = chooseStyle({ isTerminal: world.stderr.isTerminal, env: world.env });
  if (diagnostics.length > 0) world.stderr.write(renderDiagnostics(sortDiagnostics(diagnostics), style));
  return hasErrors(diagnostics);
}

// A release whose declaration is broken is one all the same.
function knownReleases(stack: ReadStack): readonly { readonly id: ReleaseId }[] {
  return [...stack.declarations, ...stack.broken.map((id) => ({ id }))];
}

// A chart that several releases share is wrong once.
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}
