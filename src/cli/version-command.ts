// `headway version`.
import type { Command } from "commander";
import { outputOption } from "./options.ts";
import type { World } from "./world.ts";

export function registerVersionCommand(program: Command, world: World): void {
  program
    .command("version")
    .description("print the version of Headway and of the Node it runs on")
    .addOption(outputOption(["text", "json"]))
    .action(async ({ output }: { readonly output: "text" | "json" }) => {
      const facts = { headway: world.version, node: process.versions.node };
      const document = { apiVersion: "headway.dev/v1", kind: "Version", ...facts };
      if (output === "text") world.stdout.write(`headway ${facts.headway} (Node ${facts.node})\n`);
      else world.stdout.write((await import("../views/data-output.ts")).jsonText(document));
    });
}
