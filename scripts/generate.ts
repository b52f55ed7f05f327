// Makes src/core/generated/ from schemas/: types for what people write, and validators that need no compiler at run
// time; and the CustomResourceDefinition of StackSync. `--check` writes nothing and exits 1 when a generated file is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { stringify } from "yaml";
import { compile, type JSONSchema } from "json-schema-to-typescript";

const root = join(import.meta.dirname, "..");
const target = "src/core/generated";
const sources = [
  { file: "schemas/helmrelease.schema.json", validator: "validateHelmRelease", type: "HelmRelease" },
  { file: "schemas/stack.schema.json", validator: "validateStack", type: "Stack" },
  { file: "schemas/chart-index.schema.json", validator: "validateChartIndex", type: "ChartIndex" },
  { file: "schemas/lock.schema.json", validator: "validateLock", type: "Lock" },
  { file: "schemas/stacksync.schema.json", validator: "validateStackSync", type: "StackSync" },
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
      compile(readSchema(file) as JSONSchema, type, {
        bannerComment: "",
        format: true,
        // A type for each length is more than anybody can read.
        maxItems: -1,
      }),
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

/** A schema as a CRD may have it: without references, closed objects, and words that mean nothing to the API server. */
function structural(schema: unknown, definitions: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => structural(item, definitions));
  if (typeof schema !== "object" || schema === null) return schema;
  const whole = new Map<string, unknown>(Object.entries(schema));
  const reference = whole.get("$ref");
  if (typeof reference === "string")
    return structural(definitions[reference.replace("#/definitions/", "")], definitions);
  for (const word of ["additionalProperties", "title"])
    if (typeof whole.get(word) !== "object") whole.delete(word);
  return Object.fromEntries([...whole].map(([key, value]) => [key, structural(value, definitions)]));
}

function customResourceText(): string {
  const schema = readSchema("schemas/stacksync.schema.json");
  const { properties, definitions, description } = schema as unknown as {
    readonly properties: { readonly spec: unknown; readonly status: object };
    readonly definitions: Readonly<Record<string, unknown>>;
    readonly description: string;
  };
  const column = (name: string, jsonPath: string, type = "string", priority = 0) => ({
    name,
    type,
    jsonPath,
    ...(priority === 0 ? {} : { priority }),
  });
  const ready = '.status.conditions[?(@.type=="Ready")]';
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: "stacksyncs.headway.dev",
      labels: { "app.kubernetes.io/name": "headway", "app.kubernetes.io/component": "crd" },
      // With it every StackSync would go, and nothing would say so.
      annotations: { "helm.sh/resource-policy": "keep" },
    },
    spec: {
      group: "headway.dev",
      scope: "Namespaced",
      names: {
        kind: "StackSync",
        listKind: "StackSyncList",
        plural: "stacksyncs",
        singular: "stack",
        shortNames: ["stacks"],
      },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            column("Ready", `${ready}.status`),
            column("Reason", `${ready}.reason`),
            column("Releases", ".status.ready"),
            column("Wave", ".status.wave"),
            column("Commit", ".status.lastHealthyCommit", "string", 1),
            column("Message", `${ready}.message`, "string", 1),
            column("Age", ".metadata.creationTimestamp", "date"),
          ],
          schema: {
            openAPIV3Schema: {
              description,
              type: "object",
              required: ["spec"],
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: { type: "object" },
                spec: structural(properties.spec, definitions),
                // A later agent may say more than this definition knows.
                status: { ...properties.status, "x-kubernetes-preserve-unknown-fields": true },
              },
            },
          },
        },
      ],
    },
  };
  return `# ${notice}\n${stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

const files: readonly { readonly path: string; readonly text: string }[] = [
  { path: `${target}/declaration-types.ts`, text: await typesText() },
  { path: `${target}/validators.js`, text: validatorsText() },
  { path: `${target}/validators.d.ts`, text: validatorTypesText() },
  { path: "deploy/chart/crds/stacksyncs.headway.dev.yaml", text: customResourceText() },
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
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
