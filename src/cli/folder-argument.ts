// Commands whose arguments are names with the stack's folder behind them: tells the one from the other.
import { statSync } from "node:fs";
import { join } from "node:path";
import { kustomizationNames, stackFileName } from "../core/declarations/stack-files.ts";

/**
 * The last argument is the folder where it looks like a path (`.`, `./x`, `/x`, `../x`, `x/`) or is a folder with a
 * headway.yaml or a kustomization; else the folder is `.`. `mustBeName` holds for arguments that can't be a folder, as KEY=VALUE.
 */
export function splitFolder(
  args: readonly string[],
  mustBeName: (argument: string) => boolean = () => false,
): { readonly names: readonly string[]; readonly dir: string } {
  const last = args.at(-1);
  return last !== undefined && !mustBeName(last) && isFolderArgument(last)
    ? { names: args.slice(0, -1), dir: last }
    : { names: args, dir: "." };
}

/** True for what looks like a path, and for a stack's folder. */
export function isFolderArgument(argument: string): boolean {
  if (/^\.{0,2}(?:\/|$)|\/$/.test(argument)) return true;
  return [stackFileName, ...kustomizationNames].some(
    (name) => statSync(join(argument, name), { throwIfNoEntry: false }) !== undefined,
  );
}
