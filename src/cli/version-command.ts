// `headway version`.
import type { Command } from "commander";
import { jsonText } from "../views/data-output.ts";
import { outputOption } from "./options.ts";
import type { World } from "./world.ts";

export function registerVersionCommand(program: Command, world: World): void {
  program
    .command("version")
    .description("print the version of Headway and of the Node it runs on")
    .addOption(outputOption(["text", "json"]))
    .action(({ output }: { readonly output: "text" | "json" }) => {
      const facts = { headway: world.version, node: process.versions.node };
      const document = { apiVersion: "headway.dev/v1", kind: "Version", ...facts };
      world.stdout.write(
        output === "json" ? jsonText(document) : `headway ${facts.headway} (Node ${facts.node})\n`,
      );
    });
}
