// `headway graph`: the order of a stack as text, dot, mermaid or JSON; needs no cluster and no charts.
import type { Command } from "commander";
import { renderGraph } from "../views/graph-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes } from "./exit.ts";
import { loadStack, tellDiagnostics } from "./load-stack.ts";
import { outputOption } from "./options.ts";
import type { World } from "./world.ts";

type Format = "text" | "dot" | "mermaid" | "json";

export function registerGraphCommand(program: Command, world: World): void {
  program
    .command("graph")
    .description("show waves, dependencies and the critical path")
    .argument("[dir]", "the stack's folder", ".")
    .addOption(outputOption(["text", "dot", "mermaid", "json"]))
    .action(async (dir: string, { output }: { readonly output: Format }) => {
      process.exitCode = await showGraph(world, dir, output);
    });
}

async function showGraph(world: World, dir: string, format: Format): Promise<number> {
  const loaded = await loadStack(world, dir);
  if (typeof loaded === "number") return loaded;
  if (tellDiagnostics(world, loaded.diagnostics)) return exitCodes.invalid;
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(renderGraph(loaded.stack, loaded.graph, format, { style }));
  return exitCodes.done;
}
