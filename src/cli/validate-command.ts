// `headway validate`: everything that can be said about a stack without a cluster.
import { Option, type Command } from "commander";
import type { Diagnostic } from "../core/diagnostic.ts";
import { hasErrors, sortDiagnostics } from "../core/diagnostic.ts";
import { jsonText, yamlText } from "../views/data-output.ts";
import { diagnosticsDocument } from "../views/diagnostics-view.ts";
import { exitCodes } from "./exit.ts";
import { fixDependencies } from "./fix-dependencies.ts";
import { foresightMode, lookAhead, lookAtValues, withoutTwice, type ForesightFlags } from "./foresight.ts";
import type { LoadedStack } from "./load-stack.ts";
import { loadStack, pinCharts, tellDiagnostics, withValues } from "./load-stack.ts";
import { foresightOption, outputOption } from "./options.ts";
import type { World } from "./world.ts";

type ValidateFlags = ForesightFlags & {
  readonly output: "text" | "json" | "yaml";
  readonly fix?: boolean;
  readonly unneeded?: boolean;
};

export function registerValidateCommand(program: Command, world: World): void {
  program
    .command("validate")
    .description("check all declarations, their charts and what these depend on; needs no cluster")
    .argument("[dir]", "the stack's folder", ".")
    .addOption(outputOption(["text", "json", "yaml"]))
    .addOption(foresightOption())
    .option("--unneeded", "name dependencies that no manifest asks for, too")
    .addOption(new Option("--fix", "write the missing dependencies into the declarations"))
    .action(async (dir: string, flags: ValidateFlags) => {
      process.exitCode = await validateStack(world, dir, flags);
    });
}

type Checked = { readonly loaded: LoadedStack; readonly diagnostics: readonly Diagnostic[] };

async function validateStack(world: World, dir: string, flags: ValidateFlags): Promise<number> {
  const checked = await checkStack(world, dir, flags);
  if (typeof checked === "number") return checked;
  const { loaded, diagnostics } = checked;
  if (flags.output === "text") tellText(world, loaded, diagnostics);
  else {
    const document = documentOf(loaded, diagnostics);
    world.stdout.write(flags.output === "json" ? jsonText(document) : yamlText(document));
  }
  return hasErrors(diagnostics) ? exitCodes.invalid : exitCodes.done;
}

/** All findings; with --fix, those that are left once what can be has been written. */
async function checkStack(world: World, dir: string, flags: ValidateFlags): Promise<Checked | number> {
  const read = await loadStack(world, dir);
  if (typeof read === "number") return read;
  const loaded = await withValues(world, read);
  if (typeof loaded === "number") return loaded;
  const pinned = await pinCharts(world, loaded);
  if (typeof pinned === "number") return pinned;
  const told = [...loaded.diagnostics, ...pinned.diagnostics];
  const mode = foresightMode(loaded.stack, flags);
  const { declarations } = loaded.stack;
  const valued = { declarations, pins: pinned.pins, read: pinned.read };
  const values = await lookAtValues(world, mode, valued, told);
  const diagnostics = [...told, ...values];
  // Of a stack that could not be read whole, what is missing may stand in the part that is broken.
  if (hasErrors(told)) return { loaded, diagnostics };
  const foreseen = await lookAhead(
    world,
    { declarations, graph: loaded.graph, pins: pinned.pins, charts: pinned.charts },
    { mode, unneeded: flags.unneeded ?? false },
  );
  if (typeof foreseen === "number") return foreseen;
  const fixed = flags.fix === true ? await fixDependencies(world, loaded, foreseen.findings) : 0;
  if (fixed > 0) return await checkStack(world, dir, { ...flags, fix: false });
  return { loaded, diagnostics: [...diagnostics, ...withoutTwice(foreseen.diagnostics, values)] };
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
