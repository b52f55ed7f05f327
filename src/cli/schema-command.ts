// `headway schema`: the JSON schemas of everything that a person writes and a program reads, as they come with Headway.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { didYouMean } from "../core/diagnostic.ts";
import { fieldAt, textAt } from "../core/json.ts";
import { chooseStyle, renderLines } from "../views/style.ts";
import { tableLines } from "../views/table.ts";
import { exitCodes } from "./exit.ts";
import { outputOption } from "./options.ts";
import type { World } from "./world.ts";

type SchemaFlags = {
  readonly output: "table" | "name";
  readonly stack?: string | true;
  readonly out?: string;
};

type Schema = {
  readonly name: string;
  /** The `kind` of the documents that it describes, where they have one. */
  readonly kind?: string;
  readonly description: string;
  readonly text: string;
};

const ending = ".schema.json";

export function registerSchemaCommand(program: Command, world: World): void {
  program
    .command("schema")
    .description("print the JSON schema of a kind or an output; without a name, list them")
    .argument("[name]", "a schema's name, or the kind of documents that it describes")
    .addOption(outputOption(["table", "name"]))
    .option(
      "--stack [dir]",
      "for editors: HelmRelease, in which a release's values are what its chart takes (default: .)",
    )
    .option("--out <file>", "with --stack: write it to this file")
    .addHelpText("after", "\nThe output option is for the list; a schema is printed as JSON.\n")
    .action(async (name: string | undefined, { output, stack, out }: SchemaFlags) => {
      if (stack === undefined) {
        process.exitCode = showSchema(world, name, output);
        return;
      }
      // Only this reads a stack.
      const { writeStackSchema } = await import("./stack-schema.ts");
      process.exitCode = await writeStackSchema(world, stack === true ? (name ?? ".") : stack, out);
    });
}

function showSchema(world: World, asked: string | undefined, output: "table" | "name"): number {
  const schemas = readSchemas(world.packageRoot);
  if (asked === undefined) {
    const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
    const rows = schemas.map(({ name, kind = "-", description }) => [name, kind, description]);
    world.stdout.write(
      output === "name"
        ? schemas.map(({ name }) => `${name}\n`).join("")
        : renderLines(tableLines(["NAME", "KIND", "DESCRIPTION"], rows), style),
    );
    return exitCodes.done;
  }
  const wanted = asked.toLowerCase();
  const found = schemas.find(({ name, kind }) => name === wanted || kind?.toLowerCase() === wanted);
  if (found !== undefined) {
    world.stdout.write(found.text);
    return exitCodes.done;
  }
  const names = schemas.flatMap(({ name, kind }) => (kind === undefined ? name : [name, kind]));
  const near = didYouMean(asked, names);
  world.stderr.write(
    `error: there is no schema "${asked}"\n  try: ${near === undefined ? "headway schema lists them" : `did you mean ${near}?`}\n`,
  );
  return exitCodes.invalid;
}

function readSchemas(packageRoot: string): readonly Schema[] {
  const folder = join(packageRoot, "schemas");
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .toSorted()
    .map((name) => {
      const text = readFileSync(join(folder, `${name}${ending}`), "utf8");
      const schema: unknown = JSON.parse(text);
      const kind = fieldAt(schema, "properties", "kind", "const");
      return {
        name,
        description: textAt(schema, "description") ?? "",
        text,
        ...(typeof kind === "string" ? { kind } : {}),
      };
    });
}
