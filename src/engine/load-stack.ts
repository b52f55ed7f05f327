// Reads a stack with all that it names: declarations, graph, rules, files of values and charts. Nothing is told to anybody
// here: what is wrong comes back as findings, or as why it could not be read at all.
import { readStack } from "../core/declarations/read-declarations.ts";
import type { ReadStack } from "../core/declarations/read-declarations.ts";
import type { Diagnostic, SourceRange } from "../core/diagnostic.ts";
import type { Failure } from "../core/failure.ts";
import { pinRelease, stackLabelValue } from "../core/fingerprint.ts";
import { resolveGraph } from "../core/graph.ts";
import type { Graph } from "../core/graph.ts";
import type { StackRules } from "../core/health/rules.ts";
import type { ReleaseId } from "../core/ids.ts";
import { findOrphans, readLock, type ReadLock } from "../core/charts/lock.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { checkAllValues, type ReadCharts } from "./check-all-values.ts";
import { loadValues } from "./load-values.ts";
import type { ChartRules, StackCharts, StackFolder, StackReader, ValuesFiles } from "./ports.ts";
import { readRules } from "./read-rules.ts";
import type { ReadyStack } from "./run-stack.ts";

export type LoadedStack = {
  readonly folder: StackFolder;
  readonly stack: ReadStack;
  readonly graph: Graph;
  readonly rules: StackRules;
  readonly diagnostics: readonly Diagnostic[];
};

/** Why there is nothing to go on with: findings alone, or the world saying no. */
export type Unreadable = {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
  readonly failures: readonly { readonly failure: Failure; readonly range?: SourceRange }[];
};

export type Loading<T> = { readonly ok: true; readonly value: T } | Unreadable;

function loaded<T>(value: T): Loading<T> {
  return { ok: true, value };
}

function unreadable(diagnostics: readonly Diagnostic[], failures: Unreadable["failures"] = []): Unreadable {
  return { ok: false, diagnostics, failures };
}

/** The stack and every finding on it; unreadable where its folder is. */
export async function loadStack(reader: Pick<StackReader, "readFolder">): Promise<Loading<LoadedStack>> {
  const folder = await reader.readFolder();
  if (folder.value === undefined) return unreadable(folder.diagnostics);
  const read = readStack(folder.value);
  const graph = resolveGraph(read.value);
  const rules = await readRules(read.value.declarations);
  return loaded({
    folder: folder.value,
    stack: read.value,
    graph: graph.value,
    rules: rules.value,
    diagnostics: [...folder.diagnostics, ...read.diagnostics, ...graph.diagnostics, ...rules.diagnostics],
  });
}

/** The stack with its files of values read; unreadable where sops said no. */
export async function withValues(
  reader: Pick<StackReader, "openValues">,
  stack: LoadedStack,
): Promise<Loading<LoadedStack & { readonly files: ValuesFiles }>> {
  const values = await loadValues(reader, stack.folder, stack.stack.declarations);
  if (!values.ok) return unreadable([], [values]);
  const { declarations, diagnostics, files } = values.value;
  return loaded({
    ...stack,
    files,
    stack: { ...stack.stack, declarations },
    diagnostics: [...stack.diagnostics, ...diagnostics],
  });
}

/**
 * The stack's charts, as its lock says where there is one; unreadable where the lock can't be read: without what it says,
 * other charts than those that were meant would be used.
 */
export async function openByLock(
  reader: Pick<StackReader, "openCharts">,
  { folder, stack }: LoadedStack,
  rules: Pick<ChartRules, "ignoresVendored"> = {},
): Promise<Loading<{ readonly charts: StackCharts; readonly lock: ReadLock | undefined }>> {
  const read = folder.lockFile === undefined ? undefined : readLock(folder.lockFile);
  const lock = read?.value;
  if (read !== undefined && lock === undefined) return unreadable(read.diagnostics);
  const charts = await reader.openCharts(folder, {
    repositories: stack.repositories,
    ...rules,
    ...(lock === undefined ? {} : { lock }),
  });
  return loaded({ charts, lock });
}

export type PinnedStack = {
  readonly charts: StackCharts;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  /** Those that had to be read so far. */
  readonly read: ReadCharts;
  readonly diagnostics: readonly Diagnostic[];
};

/** Pins every declaration's chart, by the lock where there is one; unreadable where a disk or a server said no. */
export async function pinCharts(
  reader: Pick<StackReader, "openCharts" | "readChartValues">,
  stack: LoadedStack,
): Promise<Loading<PinnedStack>> {
  const opened = await openByLock(reader, stack);
  if (!opened.ok) return unreadable([...stack.diagnostics, ...opened.diagnostics], opened.failures);
  const { charts, lock } = opened.value;
  const results = await Promise.all(
    stack.stack.declarations.map(async (declaration) => ({
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
  if (failures.length > 0)
    return unreadable(onceEach([...stack.diagnostics, ...diagnostics, ...charts.findings()]), failures);
  const orphans = lock === undefined ? [] : findOrphans(lock, knownReleases(stack.stack));
  const read: ReadCharts = new Map();
  const values = await checkAllValues(reader, pins, read);
  return loaded({
    charts,
    pins,
    read,
    diagnostics: onceEach([...diagnostics, ...charts.findings(), ...orphans, ...values]),
  });
}

export type StackToPlan = {
  readonly ready: ReadyStack;
  readonly charts: StackCharts;
  readonly read: ReadCharts;
  readonly files: ValuesFiles;
  readonly loaded: LoadedStack;
  readonly diagnostics: readonly Diagnostic[];
};

/** A stack and all that it names, with the findings, errors too; what is broken is left out of it. */
export async function loadPinnedStack(
  reader: StackReader,
  order?: "dependencies" | "waves",
): Promise<Loading<StackToPlan>> {
  const read = await loadStack(reader);
  if (!read.ok) return read;
  const whole = await withValues(reader, read.value);
  if (!whole.ok) return whole;
  const pinned = await pinCharts(reader, whole.value);
  if (!pinned.ok) return pinned;
  const { stack, folder, graph, rules, files } = whole.value;
  return loaded({
    loaded: whole.value,
    diagnostics: [...whole.value.diagnostics, ...pinned.value.diagnostics],
    charts: pinned.value.charts,
    read: pinned.value.read,
    files,
    ready: {
      name: stack.name,
      label: stackLabelValue(stack.name, folder.source),
      ...(stack.clusterUid === undefined ? {} : { clusterUid: stack.clusterUid }),
      order: order ?? stack.order,
      onFailure: stack.onFailure,
      declarations: stack.declarations,
      graph,
      pins: pinned.value.pins,
      rules,
    },
  });
}

// A release whose declaration is broken is one all the same.
function knownReleases(stack: ReadStack): readonly { readonly id: ReleaseId }[] {
  return [...stack.declarations, ...stack.broken.map((id) => ({ id }))];
}

// A chart that several releases share is wrong once.
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}
