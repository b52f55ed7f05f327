// Declarations that are meant for kustomize, found in a folder above the kustomization: read raw they would be
// something else than what kustomize makes of them.
import type { Diagnostic } from "../diagnostic.ts";
import { readKustomization, type Kustomization } from "./kustomization.ts";
import type { StackFile } from "../declarations/sort-documents.ts";
import { folderOf, isKustomization, joinPath } from "../declarations/stack-files.ts";

/** One error that names the overlays, where a file that declares something stands in or below a kustomization's folder. */
export function refuseKustomized(
  files: readonly StackFile[],
  declaring: readonly string[],
): Diagnostic | undefined {
  const kustomizations = files.filter(({ path }) => isKustomization(path));
  const concerned = kustomizations.find(({ path }) => {
    const folder = folderOf(path);
    return declaring.some((file) => folder === "" || file.startsWith(`${folder}/`));
  });
  if (concerned === undefined) return undefined;
  const overlays = findOverlays(kustomizations);
  const list = overlays.slice(0, 5).join(", ");
  return {
    severity: "error",
    code: "kustomization-below",
    message: "declarations here are made by kustomize, and it was not this folder that was named",
    suggestion:
      overlays.length === 0
        ? "name the folder of the kustomization"
        : `name the overlay's folder: ${list}${overlays.length > 5 ? ", …" : ""}`,
    range: { file: concerned.path, line: 1, column: 1 },
  };
}

/** Folders whose kustomization no other one asks for. */
function findOverlays(files: readonly StackFile[]): readonly string[] {
  const read = files.flatMap(({ path, text }): readonly (readonly [string, Kustomization])[] => {
    const kustomization = readKustomization(path, text, () => undefined);
    return kustomization === undefined ? [] : [[folderOf(path), kustomization]];
  });
  const wanted = new Set(
    read.flatMap(([folder, { references }]) =>
      references.flatMap(({ written }) => joinPath(folder, written) ?? []),
    ),
  );
  return read
    .filter(([folder, { isComponent }]) => !isComponent && !wanted.has(folder))
    .map(([folder]) => (folder === "" ? "." : folder));
}
