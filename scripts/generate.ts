// Makes src/core/generated/ from schemas/: types for what people write, and validators that need no compiler at run
// time. `--check` writes nothing and exits 1 when a generated file is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { compile, type JSONSchema } from "json-schema-to-typescript";

const root = join(import.meta.dirname, "..");
const target = "src/core/generated";
const sources = [
  { file: "schemas/helmrelease.schema.json", validator: "validateHelmRelease", type: "HelmRelease" },
  { file: "schemas/stack.schema.json", validator: "validateStack", type: "Stack" },
  { file: "schemas/chart-index.schema.json", validator: "validateChartIndex", type: "ChartIndex" },
  { file: "schemas/lock.schema.json", validator: "validateLock", type: "Lock" },
] as const;

const notice = "Made by scripts/generate.ts from schemas/; change those and run `npm run generate`.";

type Schema = { readonly $id: string } & Record<string, unknown>;

function readSchema(file: string): Schema {
  const schema: unknown = JSON.parse(readFileSync(join(root, file), "utf8"));
  if (typeof schema !== "object" || schema === null || !("$id" in schema) || typeof schema.$id !== "string")
    throw new Error(`${file} has no $id`);
  return { ...schema, $id: schema.$id };
}

async function typesText(): Promise<string> {
  const parts = await Promise.all(
    sources.map(({ file, type }) =>
      compile(readSchema(file) as JSONSchema, type, { bannerComment: "", format: true }),
    ),
  );
  return `// ${notice}\n\n${dropRepeatedTypes(parts).join("\n")}`;
}

/** Both schemas define the same shared types; the second copy would not compile. */
function dropRepeatedTypes(parts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return parts.map((part) =>
    part
      .split(/^(?=\/\*\*|export )/m)
      .reduce<string[]>((chunks, chunk) => {
        const last = chunks.at(-1);
        // A comment and the declaration below it belong together.
        if (last?.startsWith("/**") === true && !last.includes("export "))
          chunks[chunks.length - 1] = last + chunk;
        else chunks.push(chunk);
        return chunks;
      }, [])
      .filter((chunk) => {
        const name = /export (?:interface|type) (\w+)/.exec(chunk)?.[1];
        if (name === undefined) return true;
        if (seen.has(name)) return false;
        seen.add(name);
        return true;
      })
      .join(""),
  );
}

function validatorsText(): string {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    // Lengths in UTF-16 units: what is limited here is ASCII by its pattern, and the code needs no import.
    unicode: false,
    logger: false,
    // Errors carry the schema they broke, so that a message can name the fields that exist.
    verbose: true,
    code: { source: true, esm: true, lines: true },
  });
  const ids: Record<string, string> = {};
  for (const { file, validator } of sources) {
    const schema = readSchema(file);
    ajv.addSchema(schema);
    ids[validator] = schema.$id;
  }
  const code = standalone.default(ajv, ids);
  if (code.includes("require(")) throw new Error("the validators are not self-contained");
  return `// ${notice}\n${code}\n`;
}

function validatorTypesText(): string {
  const lines = sources.map(({ validator, type }) => `export const ${validator}: Validator<${type}>;`);
  return `// ${notice}
import type { ErrorObject } from "ajv";
import type { ${sources.map(({ type }) => type).join(", ")} } from "./declaration-types.ts";

type Validator<T> = { (data: unknown): data is T; readonly errors?: readonly ErrorObject[] | null };

${lines.join("\n")}
`;
}

const files: readonly { readonly path: string; readonly text: string }[] = [
  { path: `${target}/declaration-types.ts`, text: await typesText() },
  { path: `${target}/validators.js`, text: validatorsText() },
  { path: `${target}/validators.d.ts`, text: validatorTypesText() },
];

function isStale(path: string, text: string): boolean {
  try {
    return readFileSync(join(root, path), "utf8") !== text;
  } catch {
    return true;
  }
}

const stale = files.filter(({ path, text }) => isStale(path, text));
if (process.argv.includes("--check")) {
  for (const { path } of stale) process.stderr.write(`${path} is stale: run \`npm run generate\`\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  mkdirSync(join(root, target), { recursive: true });
  for (const { path, text } of stale) {
    writeFileSync(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
