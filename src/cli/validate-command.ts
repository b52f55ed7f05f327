// `headway validate`: everything that can be said about a stack without a cluster.
import type { Command } from "commander";
import { hasErrors } from "../core/diagnostic.ts";
import { exitCodes } from "./exit.ts";
import { loadStack, pinCharts, tellDiagnostics, withValues } from "./load-stack.ts";
import type { World } from "./world.ts";

export function registerValidateCommand(program: Command, world: World): void {
  program
    .command("validate")
    .description("check all declarations and their charts; needs no cluster")
    .argument("[dir]", "the stack's folder", ".")
    .action(async (dir: string) => {
      process.exitCode = await validateStack(world, dir);
    });
}

async function validateStack(world: World, dir: string): Promise<number> {
  const read = await loadStack(world, dir);
  if (typeof read === "number") return read;
  const loaded = await withValues(world, read);
  if (typeof loaded === "number") return loaded;
  const pinned = await pinCharts(world, loaded);
  if (typeof pinned === "number") return pinned;
  const diagnostics = [...loaded.diagnostics, ...pinned.diagnostics];
  tellDiagnostics(world, diagnostics);
  if (hasErrors(diagnostics)) return exitCodes.invalid;
  const { stack, graph } = loaded;
  const ignored =
    stack.ignoredDocuments === 0
      ? ""
      : `; ${stack.ignoredDocuments} YAML documents that are not Headway's were ignored`;
  world.stdout.write(
    `${stack.name}: ${stack.declarations.length} releases in ${graph.waves} waves are valid${ignored}\n`,
  );
  return exitCodes.done;
}
