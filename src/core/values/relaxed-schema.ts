// A chart's schema made fit for a declaration, which holds only a part of the values: nothing is required, null is allowed,
// and references lead to where the schema stands in a larger one.
import type { Json } from "../declaration.ts";
import { isMap, mapOf, ownValue, type JsonMap } from "./merge-values.ts";
import { mapsOfSchemas, plainKeywords } from "./schema-keywords.ts";

/** Schemas deeper than this are left out. */
const deepest = 150;

/** What tells forms of a whole apart can't be told of a part. */
const droppedKeywords = new Set([
  "$schema",
  "$id",
  "id",
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$recursiveRef",
  "$recursiveAnchor",
  "required",
  "minProperties",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "if",
  "then",
  "else",
  "not",
]);

/** Where the schema that something belongs to stands in the result, and the name by which it may refer to itself. */
type Root = { readonly at: string; readonly id: string };

/** A chart's schema as it holds for a part of its values; `at` is where it will stand in a larger one. */
export function relaxSchema(schema: JsonMap, at: string): JsonMap {
  const written = ownValue(schema, "$id") ?? ownValue(schema, "id");
  return relax(schema, { at, id: typeof written === "string" ? written.replace(/#$/, "") : "" }, 0);
}

function relax(schema: JsonMap, root: Root, depth: number): JsonMap {
  if (depth > deepest) return {};
  const result = new Map<string, Json>();
  for (const [key, value] of Object.entries(schema)) {
    if (droppedKeywords.has(key)) continue;
    // Draft 4's form of a bound, which later drafts do not know.
    if (key.startsWith("exclusive") && typeof value === "boolean") continue;
    if (key === "$ref") {
      const moved = typeof value === "string" ? moveReference(value, root) : undefined;
      if (moved !== undefined) result.set(key, moved);
    } else if (mapsOfSchemas.has(key) && isMap(value))
      result.set(
        key,
        mapOf(
          Object.entries(value).map(([name, one]) => {
            const relaxed = relaxAny(one, root, depth + 1);
            return [name, key === "properties" || key === "patternProperties" ? orNull(relaxed) : relaxed];
          }),
        ),
      );
    else if (key === "oneOf") result.set("anyOf", relaxAny(value, root, depth + 1));
    else if (plainKeywords.has(key)) result.set(key, value);
    else if (key === "additionalProperties") result.set(key, orNull(relaxAny(value, root, depth + 1)));
    else result.set(key, relaxAny(value, root, depth + 1));
  }
  return mapOf(result);
}

function relaxAny(value: Json, root: Root, depth: number): Json {
  if (isMap(value)) return relax(value, root, depth);
  if (!Array.isArray(value)) return value;
  return (value as readonly Json[]).map((one) => (isMap(one) ? relax(one, root, depth) : one));
}

const nothing = { type: "null" } as const;

/** Null takes a default away. Everything stays at its place within the schema, so that references to it still hold. */
function orNull(schema: Json): Json {
  if (!isMap(schema) || Object.keys(schema).length === 0) return schema;
  if (ownValue(schema, "$ref") !== undefined) {
    const description = ownValue(schema, "description");
    return { ...(description === undefined ? {} : { description }), anyOf: [schema, nothing] };
  }
  const result = new Map(Object.entries(schema));
  const { type, anyOf, allOf } = schema;
  const choices = result.has("const") ? [result.get("const") ?? null] : ownValue(schema, "enum");
  result.delete("const");
  if (type !== undefined) result.set("type", withItem(Array.isArray(type) ? type : [type], "null"));
  if (Array.isArray(choices)) result.set("enum", withItem(choices as readonly Json[], null));
  if (Array.isArray(anyOf)) result.set("anyOf", [...(anyOf as readonly Json[]), nothing]);
  if (Array.isArray(allOf)) result.set("allOf", (allOf as readonly Json[]).map(orNull));
  return mapOf(result);
}

function withItem(list: readonly Json[], item: Json): readonly Json[] {
  return list.includes(item) ? list : [...list, item];
}

/** References elsewhere are left out. */
function moveReference(reference: string, { at, id }: Root): string | undefined {
  const own = id !== "" && reference.startsWith(`${id}#`) ? reference.slice(id.length) : reference;
  if (own === "#" || own === id) return at;
  return own.startsWith("#/") ? `${at}${own.slice(1)}` : undefined;
}

/** The schema without references to what is not there (any more): a compiler would refuse the whole for one of them. */
export function withoutDeadEnds(schema: JsonMap): JsonMap {
  return dropDeadEnds(schema, schema);
}

function dropDeadEnds(schema: JsonMap, whole: JsonMap): JsonMap {
  const visit = (value: Json): Json => (isMap(value) ? dropDeadEnds(value, whole) : value);
  return mapOf(
    Object.entries(schema).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
      if (plainKeywords.has(key)) return [[key, value]];
      if (mapsOfSchemas.has(key) && isMap(value))
        return [[key, mapOf(Object.entries(value).map(([name, one]) => [name, visit(one)]))]];
      if (key === "$ref" && typeof value === "string")
        return isSchema(pointedAt(whole, value)) ? [[key, value]] : [];
      return [[key, Array.isArray(value) ? (value as readonly Json[]).map(visit) : visit(value)]];
    }),
  );
}

function isSchema(value: Json | undefined): boolean {
  return isMap(value) || typeof value === "boolean";
}

function pointedAt(whole: JsonMap, reference: string): Json | undefined {
  const steps = reference.split("/").slice(1);
  return steps.reduce<Json | undefined>((value, step) => ownValue(value, stepIn(step)), whole);
}

function stepIn(step: string): string {
  let decoded = step;
  try {
    decoded = decodeURIComponent(step);
  } catch {
    // Taken as it is written.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}
