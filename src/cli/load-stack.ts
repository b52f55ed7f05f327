// A stack for the commands that take DIR: the engine reads it, and what is wrong is told on stderr, all at once.
import { hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import * as engine from "../engine/load-stack.ts";
import type { LoadedStack, Loading, PinnedStack, StackToPlan } from "../engine/load-stack.ts";
import type { ReadLock } from "../core/charts/lock.ts";
import type { StackOfValues } from "../engine/foresee-values.ts";
import type { StackCharts, StackReader, ValuesFiles } from "../engine/ports.ts";
import { renderDiagnostics } from "../views/diagnostics-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes, reportFailures } from "./exit.ts";
import type { ConnectFlags, World } from "./world.ts";

export type { LoadedStack };

/** The folder and what it names, as this world reads them; `flags` say which cluster has Secrets for repositories. */
export function readerOf(world: World, dir: string, flags: ConnectFlags): StackReader {
  return {
    readFolder: () => world.readStackFolder(dir),
    openCharts: (folder, rules) => world.openCharts(folder, { ...rules, flags }),
    openValues: (folder) =>
      world.openValues(folder, (text) => {
        world.stderr.write(`${text}\n`);
      }),
    readChartValues: (chart) => world.readChartValues(chart),
  };
}

/** What was loaded, or the exit code after what is wrong has been told. */
export function tellUnreadable<T>(world: World, loading: Loading<T>): T | number {
  if (loading.ok) return loading.value;
  tellDiagnostics(world, loading.diagnostics);
  return loading.failures.length === 0 ? exitCodes.invalid : reportFailures(world, loading.failures);
}

/** The stack and every finding on it, or the exit code where the folder itself can't be read. */
export async function loadStack(world: World, dir: string): Promise<LoadedStack | number> {
  return tellUnreadable(world, await engine.loadStack(readerOf(world, dir, {})));
}

/** The stack with its files of values read, or the exit code where sops said no. */
export async function withValues(
  world: World,
  loaded: LoadedStack,
): Promise<(LoadedStack & { readonly files: ValuesFiles }) | number> {
  return tellUnreadable(world, await engine.withValues(readerOf(world, loaded.folder.stackRoot, {}), loaded));
}

/** The stack's charts, as its lock says where there is one; the exit code where the lock can't be read. */
export async function openByLock(
  world: World,
  loaded: LoadedStack,
  { flags, ...rules }: { readonly flags: ConnectFlags; readonly ignoresVendored?: boolean },
): Promise<{ readonly charts: StackCharts; readonly lock: ReadLock | undefined } | number> {
  const reader = readerOf(world, loaded.folder.stackRoot, flags);
  return tellUnreadable(world, await engine.openByLock(reader, loaded, rules));
}

/** Pins every declaration's chart; what is wrong with charts comes as findings, or as an exit code. */
export async function pinCharts(
  world: World,
  loaded: LoadedStack,
  flags: ConnectFlags = {},
): Promise<PinnedStack | number> {
  return tellUnreadable(
    world,
    await engine.pinCharts(readerOf(world, loaded.folder.stackRoot, flags), loaded),
  );
}

/** Mistakes in the values of a stack whose charts are pinned; `told` is what was found before. */
export async function foreseeValues(
  world: World,
  stack: StackOfValues,
  told: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  const { foreseeValues: foresee } = await import("../engine/foresee-values.ts");
  return foresee(world, stack, told);
}

/** A stack ready to be planned, or the exit code after all findings have been told. */
export async function loadReadyStack(
  world: World,
  dir: string,
  order?: "dependencies" | "waves",
  flags: ConnectFlags = {},
): Promise<StackToPlan | number> {
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
): Promise<StackToPlan | number> {
  return tellUnreadable(world, await engine.loadPinnedStack(readerOf(world, dir, flags), order));
}

/** Tells findings on stderr; true where one is an error. */
export function tellDiagnostics(world: World, diagnostics: readonly Diagnostic[]): boolean {
  const style = chooseStyle({ isTerminal: world.stderr.isTerminal, env: world.env });
  if (diagnostics.length > 0) world.stderr.write(renderDiagnostics(sortDiagnostics(diagnostics), style));
  return hasErrors(diagnostics);
}
