// `headway graph`: the order of a stack as text, dot, mermaid or JSON; needs no cluster and no charts.
import type { Command } from "commander";
import { renderGraph } from "../views/graph-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes } from "./exit.ts";
import { loadStack, tellDiagnostics } from "./load-stack.ts";
import { outputOption, selectionOptions } from "./options.ts";
import type { SelectionFlags } from "./options.ts";
import { selectReleases } from "./select-releases.ts";
import type { World } from "./world.ts";

type GraphFlags = SelectionFlags & { readonly output: "text" | "dot" | "mermaid" | "json" };

export function registerGraphCommand(program: Command, world: World): void {
  const command = program
    .command("graph")
    .description("show waves, dependencies and the critical path")
    .argument("[dir]", "the stack's folder", ".");
  for (const option of selectionOptions()) command.addOption(option);
  command
    .addOption(outputOption(["text", "dot", "mermaid", "json"]))
    .action(async (dir: string, flags: GraphFlags) => {
      process.exitCode = await showGraph(world, dir, flags);
    });
}

async function showGraph(world: World, dir: string, flags: GraphFlags): Promise<number> {
  const loaded = await loadStack(world, dir);
  if (typeof loaded === "number") return loaded;
  if (tellDiagnostics(world, loaded.diagnostics)) return exitCodes.invalid;
  const shown = selectReleases(world, { ...loaded.stack, graph: loaded.graph }, flags);
  if (typeof shown === "number") return shown;
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(
    renderGraph(loaded.stack, loaded.graph, flags.output, {
      style,
      ...(shown === undefined ? {} : { only: shown }),
    }),
  );
  return exitCodes.done;
}
