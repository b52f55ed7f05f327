// A stack's files of values: read, decrypted where a key is at hand, and put in the place of the paths
// that name them. Values from objects of the cluster are the engine's matter.
import type { Declaration, ValuesLayer } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import { pinRelease } from "../core/fingerprint.ts";
import { readValuesFiles, unlockLayer, valuesFilesOf } from "../core/values/read-values-file.ts";
import type { ReadSystemSecret, StackFolder, StackReader, ValuesFiles } from "./ports.ts";
import type { ReadyStack } from "./run-stack.ts";

/** The Secret in the system namespace that holds age keys, and its key. */
const keySecret = "headway-sops-age";
const keyName = "age.agekey";

export type LoadedValues = {
  readonly files: ValuesFiles;
  /** With layers where files were named; files that no key fits are locked layers. */
  readonly declarations: readonly Declaration[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Reads every file of values that the declarations name; a failure is sops or its program saying no. */
export async function loadValues(
  reader: Pick<StackReader, "openValues">,
  folder: StackFolder,
  declarations: readonly Declaration[],
): Promise<Result<LoadedValues>> {
  const files = await reader.openValues(folder);
  const found = await files.read(valuesFilesOf(declarations));
  const read = readValuesFiles(declarations, found, folder.stackPath);
  const unlocked = await unlock(files, read.value, undefined);
  if (!unlocked.ok) return unlocked;
  return succeeded({ files, declarations: unlocked.value, diagnostics: read.diagnostics });
}

/** The stack with what the cluster's own key opens; as it is where nothing is locked, or no such key is there. */
export async function unlockByCluster(
  connection: { readonly readSystemSecret: ReadSystemSecret },
  files: ValuesFiles,
  stack: ReadyStack,
): Promise<Result<ReadyStack>> {
  if (!stack.declarations.some((declaration) => lockedLayersOf(declaration).length > 0))
    return succeeded(stack);
  const found = await connection.readSystemSecret(keySecret);
  if (!found.ok) return found.failure.kind === "forbidden" ? succeeded(stack) : found;
  const key = found.value?.get(keyName);
  if (key === undefined) return succeeded(stack);
  const unlocked = await unlock(files, stack.declarations, key.toString("utf8"));
  if (!unlocked.ok) return unlocked;
  const pins = new Map(
    unlocked.value.flatMap((declaration) => {
      const pin = stack.pins.get(declaration.id);
      return pin === undefined ? [] : [[declaration.id, pinRelease(declaration, pin.chart)] as const];
    }),
  );
  return succeeded({ ...stack, declarations: unlocked.value, pins });
}

function lockedLayersOf({ values }: Declaration): readonly ValuesLayer[] {
  return values.flatMap((source) =>
    source.kind === "layer" && source.layer.locked !== undefined ? source.layer : [],
  );
}

async function unlock(
  files: ValuesFiles,
  declarations: readonly Declaration[],
  keys: string | undefined,
): Promise<Result<readonly Declaration[]>> {
  const locked = new Map(
    declarations.flatMap(lockedLayersOf).map((layer) => [layer.locked?.path ?? "", layer] as const),
  );
  const open = new Map<string, ValuesLayer>();
  for (const [path, layer] of locked) {
    const text = await files.decrypt(path, keys);
    if (!text.ok) return text;
    if (text.value === undefined) continue;
    const unlocked = unlockLayer(layer, text.value);
    if (unlocked === undefined)
      return {
        ok: false,
        failure: {
          kind: "values-unreadable",
          message: `decrypting ${path}: what sops made of it is not a YAML map of values`,
          next: "Correct it with sops edit.",
        },
      };
    open.set(path, unlocked);
  }
  if (open.size === 0) return succeeded(declarations);
  return succeeded(
    declarations.map((declaration) => ({
      ...declaration,
      values: declaration.values.map((source) =>
        source.kind === "layer" && source.layer.locked !== undefined
          ? { kind: "layer" as const, layer: open.get(source.layer.locked.path) ?? source.layer }
          : source,
      ),
    })),
  );
}
