// `headway complete-releases`: for completion scripts, the names of the releases of the stack that a command line is about.
// Reads the folder alone, and says nothing of what is wrong: nobody reads that between two keystrokes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { readStack } from "../core/declarations/read-declarations.ts";
import { kustomizationNames } from "../core/declarations/stack-files.ts";
import { isFolderArgument } from "./folder-argument.ts";
import type { World } from "./world.ts";

export function registerCompleteReleasesCommand(program: Command, world: World): void {
  program
    .command("complete-releases", { hidden: true })
    .description("print the names of a stack's releases, for completion scripts")
    .argument("[words...]", "what stands on the command line so far")
    .action(async (words: readonly string[]) => {
      for (const name of await releasesFor(world, words)) world.stdout.write(`${name}\n`);
    });
}

/** NS/NAME of each release that is not among the words yet; none where the stack can't be read. */
async function releasesFor(world: World, words: readonly string[]): Promise<readonly string[]> {
  try {
    const dir = words.findLast(isFolderArgument) ?? ".";
    if (!(await isReadable(world, dir))) return [];
    const folder = await world.readStackFolder(dir);
    if (folder.value === undefined) return [];
    const { declarations, broken } = readStack(folder.value).value;
    const names = [...declarations.map(({ id }) => id), ...broken];
    return [...new Set<string>(names)].filter((name) => !words.includes(name)).toSorted();
  } catch {
    return [];
  }
}

// A kustomize that would have to be downloaded first takes too long.
async function isReadable(world: World, dir: string): Promise<boolean> {
  if (!kustomizationNames.some((name) => existsSync(join(dir, name)))) return true;
  const { inspectProgram } = await import("../sandbox/programs.ts");
  return (await inspectProgram("kustomize", world.env)).kind === "found";
}
