// Reads a stack through the real kustomize, as the commands do, and shows what people would be told.
import { join } from "node:path";
import { overlayBuilder, type KustomizeOptions } from "../../src/adapters/kustomize/build-overlay.ts";
import { readStackFolder } from "../../src/adapters/stack-source/read-folder.ts";
import { sortDiagnostics } from "../../src/core/diagnostic.ts";
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import { readStack, type ReadStack } from "../../src/core/declarations/read-declarations.ts";
import { findProgram } from "../../src/sandbox/programs.ts";
import { renderDiagnostics } from "../../src/views/diagnostics-view.ts";
import { temporaryFolder, writeTree, type Tree } from "./chart-trees.ts";

export type ReadOverlay = {
  /** Undefined where nothing was built. */
  readonly stack: ReadStack | undefined;
  readonly told: string;
};

/** The path of kustomize, as the tests find it. */
export async function findKustomize(): Promise<Result<string>> {
  const found = await findProgram("kustomize");
  return found.ok ? succeeded(found.value.path) : failed(found.failure);
}

/** Writes `tree` as a repository (without git: its root counts as the package's) and reads the overlay in `dir`. */
export async function readOverlay(
  tree: Tree,
  dir: string,
  options: Partial<KustomizeOptions> = {},
): Promise<ReadOverlay> {
  const folder = temporaryFolder();
  writeTree(folder, tree);
  const buildOverlay = overlayBuilder({ findProgram: findKustomize, ...options });
  const found = await readStackFolder(join(folder, dir), { packageRoot: folder, buildOverlay });
  const read = found.value === undefined ? undefined : readStack(found.value);
  const diagnostics = sortDiagnostics([...found.diagnostics, ...(read?.diagnostics ?? [])]);
  return {
    stack: read?.value,
    told: renderDiagnostics(diagnostics, { colour: false, unicode: true }).trimEnd(),
  };
}
