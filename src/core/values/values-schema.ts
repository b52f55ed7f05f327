// A chart's values.schema.json as a check of values. Charts may come from anywhere: no reference is ever fetched, patterns
// run in linear time, and a schema that would take too long is not used.
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { RE2JS } from "re2js";
import type { Json } from "../declaration.ts";
import { isMap, mapOf, ownValue, type JsonMap } from "./merge-values.ts";
import { mapsOfSchemas, plainKeywords } from "./schema-keywords.ts";
import type { Path } from "../yaml/yaml-tree.ts";

/** One thing that a schema says against values; `words` hold what the schema asks for, never what was found. */
export type SchemaFinding = {
  readonly path: Path;
  readonly keyword: string;
  readonly words: string;
  /** The name below `path` that does not belong there. */
  readonly name?: string;
  /** The name below `path` that has to be there. */
  readonly missing?: string;
  /** True where other leaves decided that this was asked for. */
  readonly isConditional: boolean;
};

export type ValuesSchema = {
  /** The findings, or undefined where it took too long. */
  check(values: Json): readonly SchemaFinding[] | undefined;
  /** References to elsewhere, which count as "anything". */
  readonly unread: readonly string[];
};

const largestSchema = 1_048_576;
const mostNodes = 50_000;
const deepest = 150;
/** How many references may be followed in one check: without them a check is as long as schema and values are. */
const mostSteps = 200_000;
const mostFindings = 50;

/** Reads a schema; a text says why it can't be used. */
export function readValuesSchema(text: string): ValuesSchema | string {
  if (text.length > largestSchema) return "it is larger than 1 MiB";
  let written: Json;
  try {
    // JSON.parse gives Json.
    written = JSON.parse(text.replace(/^\uFEFF/, "")) as Json;
  } catch {
    return "it is not JSON";
  }
  if (typeof written === "boolean")
    return { check: () => (written ? [] : [refusal([], "no values")]), unread: [] };
  if (!isMap(written)) return "it is not a JSON object";
  try {
    return compile(written);
  } catch (error) {
    if (error instanceof Unusable) return error.message;
    // What the compiler does not understand, helm refuses too, in its own words.
    return `it can't be compiled: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown"}`;
  }
}

class Unusable extends Error {}
class TooLong extends Error {}

function compile(written: JsonMap): ValuesSchema {
  const draft = draftOf(written);
  const budget = { left: 0 };
  const unread = new Set<string>();
  const schema = rewrite(written, {
    draft,
    own: textOf(ownValue(written, "$id") ?? ownValue(written, "id")),
    unread,
    nodes: { left: mostNodes },
  });
  const validate = validatorOf(draft, budget, schema);
  return {
    unread: [...unread],
    check: (values) => {
      budget.left = mostSteps;
      try {
        return validate(values) ? [] : findings(validate.errors ?? []);
      } catch (error) {
        if (error instanceof TooLong || error instanceof RangeError) return undefined;
        throw error;
      }
    },
  };
}

type Draft = "draft-04" | "draft-07" | "2019" | "2020";

/** Without a `$schema`, helm takes the newest. */
function draftOf(schema: JsonMap): Draft {
  const name = textOf(ownValue(schema, "$schema"));
  if (name.includes("draft-04") || name.includes("draft-03")) return "draft-04";
  if (name.includes("draft-06") || name.includes("draft-07")) return "draft-07";
  return name.includes("2019-09") ? "2019" : "2020";
}

function validatorOf(draft: Draft, budget: { left: number }, schema: JsonMap): ValidateFunction {
  const options: Options = {
    strict: false,
    allErrors: true,
    validateSchema: false,
    validateFormats: false,
    logger: false,
    inlineRefs: false,
    addUsedSchema: false,
    // Making the code smaller takes longer than running it a few times.
    code: { regExp: linearRegExp, optimize: false },
  };
  const ajv =
    draft === "2020" ? new Ajv2020(options) : draft === "2019" ? new Ajv2019(options) : new Ajv(options);
  ajv.addKeyword({
    keyword: stepKeyword,
    schemaType: "boolean",
    errors: false,
    validate: () => {
      budget.left--;
      if (budget.left < 0) throw new TooLong();
      return true;
    },
  });
  // The library compares each item with each other one.
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    errors: false,
    validate: (isAsked: boolean, items: readonly Json[]) =>
      !isAsked || new Set(items.map(canonical)).size === items.length,
  });
  return ajv.compile(schema);
}

const stepKeyword = "x-headway-step";

type RegExpLike = { readonly test: (text: string) => boolean; readonly toString: () => string };

/** RE2's patterns, as helm's own check has them. The compiler takes patterns with one text for one pattern. */
function makeLinear(pattern: string): RegExpLike {
  const compiled = RE2JS.compile(pattern);
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}
const linearRegExp = Object.assign(makeLinear, { code: "linearRegExp" });

type Rewriting = {
  readonly draft: Draft;
  /** The schema's own name, by which it may refer to itself. */
  readonly own: string;
  readonly unread: Set<string>;
  readonly nodes: { left: number };
};

const droppedKeywords = new Set(["$schema", "$id", "id", "$vocabulary", "$comment", "$async", stepKeyword]);

/** The schema with nothing to fetch, and each reference counted. */
function rewrite(schema: JsonMap, context: Rewriting, depth = 0): JsonMap {
  if (depth > deepest) throw new Unusable(`it nests more than ${deepest} deep`);
  context.nodes.left--;
  if (context.nodes.left < 0) throw new Unusable(`it has more than ${mostNodes} parts`);
  const result = new Map<string, Json>();
  const reference = readReference(schema, context);
  // Before 2019, what stands beside a reference is ignored.
  if (reference !== undefined && (context.draft === "draft-04" || context.draft === "draft-07")) {
    if (depth > 0)
      return reference === "anything"
        ? {}
        : mapOf([
            ["$ref", reference],
            [stepKeyword, true],
          ]);
  }
  if (reference !== undefined && reference !== "anything") {
    result.set("$ref", reference);
    result.set(stepKeyword, true);
  }
  for (const [key, value] of Object.entries(schema)) {
    if (droppedKeywords.has(key) || /^\$(?:ref|dynamicRef|recursiveRef)$/.test(key)) continue;
    if (mapsOfSchemas.has(key) && isMap(value))
      result.set(
        key,
        mapOf(Object.entries(value).map(([name, one]) => [name, rewriteAny(one, context, depth + 1)])),
      );
    else if (plainKeywords.has(key)) result.set(key, value);
    else result.set(key, rewriteAny(value, context, depth + 1));
  }
  return context.draft === "draft-04" ? withNewBounds(mapOf(result)) : mapOf(result);
}

function rewriteAny(value: Json, context: Rewriting, depth: number): Json {
  if (isMap(value)) return rewrite(value, context, depth);
  if (Array.isArray(value))
    return (value as readonly Json[]).map((one) => (isMap(one) ? rewrite(one, context, depth) : one));
  return value;
}

/** A reference within the schema; "anything" for one that leads elsewhere or is decided while checking. */
function readReference(schema: JsonMap, { own, unread }: Rewriting): string | undefined {
  for (const key of ["$dynamicRef", "$recursiveRef"]) {
    const written = ownValue(schema, key);
    if (typeof written !== "string") continue;
    unread.add(written);
    return "anything";
  }
  const written = ownValue(schema, "$ref");
  if (typeof written !== "string") return undefined;
  if (written.startsWith("#")) return written;
  if (own !== "" && written.startsWith(`${own.replace(/#$/, "")}#`))
    return written.slice(written.indexOf("#"));
  unread.add(written);
  return "anything";
}

/** Draft 4 says with a boolean that a bound is exclusive. */
function withNewBounds(schema: JsonMap): JsonMap {
  const result = new Map(Object.entries(schema));
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (typeof result.get(exclusive) !== "boolean") continue;
    const isExclusive = result.get(exclusive) === true;
    result.delete(exclusive);
    const limit = result.get(bound);
    if (!isExclusive || limit === undefined) continue;
    result.delete(bound);
    result.set(exclusive, limit);
  }
  return mapOf(result);
}

function findings(errors: readonly ErrorObject[]): readonly SchemaFinding[] {
  return errors
    .filter((error, index) => error.keyword !== "if" && !isBranch(error, errors.slice(index + 1)))
    .slice(0, mostFindings)
    .map((error) => {
      const name = nameIn(error, "additionalProperty", "unevaluatedProperty");
      const missing = error.keyword === "required" ? nameIn(error, "missingProperty") : undefined;
      return {
        path: pathOf(error.instancePath),
        keyword: error.keyword,
        words: wordsFor(error),
        ...(name === undefined ? {} : { name }),
        ...(missing === undefined ? {} : { missing }),
        isConditional: /\/(?:then|else|not|dependentSchemas|dependencies)(?:\/|$)/.test(error.schemaPath),
      };
    });
}

/** True for what one of several allowed forms says: the error about the choice itself comes `later`, and is enough. */
function isBranch(error: ErrorObject, later: readonly ErrorObject[]): boolean {
  if (/\/(?:anyOf|oneOf)\/\d/.test(error.schemaPath)) return true;
  return later.some(({ keyword, instancePath, schemaPath }) => {
    if (keyword !== "anyOf" && keyword !== "oneOf") return false;
    if (error.instancePath !== instancePath && !error.instancePath.startsWith(`${instancePath}/`))
      return false;
    // What a form refers to is told by the path of its own definition.
    const around = schemaPath.slice(0, schemaPath.lastIndexOf("/") + 1);
    const isDefined = /^#\/(?:definitions|\$defs)\//.test(error.schemaPath);
    return !error.schemaPath.startsWith(around) || (around === "#/" && isDefined);
  });
}

function nameIn({ params }: ErrorObject, ...keys: readonly string[]): string | undefined {
  const given = params as Readonly<Record<string, unknown>>;
  return keys.map((key) => given[key]).find((name) => typeof name === "string");
}

function refusal(path: Path, what: string): SchemaFinding {
  return { path, keyword: "false schema", words: `the chart takes ${what}`, isConditional: false };
}

/** A list's index comes as text, like a name that looks like one. */
function pathOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function wordsFor({ keyword, params, message }: ErrorObject): string {
  const given = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case "required":
      return "is missing";
    case "additionalProperties":
    case "unevaluatedProperties":
      return `${JSON.stringify(given["additionalProperty"] ?? given["unevaluatedProperty"])} is not one of the chart's values`;
    case "enum": {
      const allowed = given["allowedValues"];
      const list = Array.isArray(allowed) ? allowed.map((one) => JSON.stringify(one)) : [];
      return `must be one of ${list.slice(0, 20).join(", ")}${list.length > 20 ? ", …" : ""}`;
    }
    case "const":
      return `must be ${JSON.stringify(given["allowedValue"])}`;
    case "type": {
      const type: unknown = given["type"];
      return `must be of type ${Array.isArray(type) ? type.join(" or ") : String(type)}`;
    }
    case "uniqueItems":
      return "must not hold an item twice";
    case "anyOf":
      return "fits none of the forms that the schema allows";
    case "oneOf":
      return "does not fit exactly one of the forms that the schema allows";
    case "not":
      return "has a form that the schema forbids";
    default:
      return message ?? keyword;
  }
}

/** One text for values that are equal. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(",")}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
