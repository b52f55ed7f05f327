// `headway validate`: everything that can be said about a stack without a cluster.
import type { Command } from "commander";
import type { Diagnostic } from "../core/diagnostic.ts";
import { hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import { jsonText, yamlText } from "../views/data-output.ts";
import { diagnosticsDocument } from "../views/diagnostics-view.ts";
import { exitCodes } from "./exit.ts";
import type { LoadedStack } from "./load-stack.ts";
import { foreseeValues, loadStack, pinCharts, tellDiagnostics, withValues } from "./load-stack.ts";
import { outputOption } from "./options.ts";
import type { World } from "./world.ts";

type Format = "text" | "json" | "yaml";

export function registerValidateCommand(program: Command, world: World): void {
  program
    .command("validate")
    .description("check all declarations and their charts; needs no cluster")
    .argument("[dir]", "the stack's folder", ".")
    .addOption(outputOption(["text", "json", "yaml"]))
    .action(async (dir: string, { output }: { readonly output: Format }) => {
      process.exitCode = await validateStack(world, dir, output);
    });
}

async function validateStack(world: World, dir: string, format: Format): Promise<number> {
  const read = await loadStack(world, dir);
  if (typeof read === "number") return read;
  const loaded = await withValues(world, read);
  if (typeof loaded === "number") return loaded;
  const pinned = await pinCharts(world, loaded);
  if (typeof pinned === "number") return pinned;
  const found = [...loaded.diagnostics, ...pinned.diagnostics];
  const stack = { declarations: loaded.stack.declarations, pins: pinned.pins, read: pinned.read };
  const diagnostics = [...found, ...(await foreseeValues(world, stack, found))];
  if (format === "text") tellText(world, loaded, diagnostics);
  else {
    const document = documentOf(loaded, diagnostics);
    world.stdout.write(format === "json" ? jsonText(document) : yamlText(document));
  }
  return hasErrors(diagnostics) ? exitCodes.invalid : exitCodes.done;
}

function documentOf({ stack, graph }: LoadedStack, diagnostics: readonly Diagnostic[]): unknown {
  return diagnosticsDocument(sortDiagnostics(diagnostics), {
    stack: stack.name,
    releases: stack.declarations.length,
    waves: graph.waves,
    ignoredDocuments: stack.ignoredDocuments,
  });
}

function tellText(world: World, { stack, graph }: LoadedStack, diagnostics: readonly Diagnostic[]): void {
  if (tellDiagnostics(world, diagnostics)) return;
  const ignored =
    stack.ignoredDocuments === 0
      ? ""
      : `; ${stack.ignoredDocuments} YAML documents that are not Headway's were ignored`;
  world.stdout.write(
    `${stack.name}: ${stack.declarations.length} releases in ${graph.waves} waves are valid${ignored}\n`,
  );
}
