// A schema for editors: HelmRelease as it is, in which `spec.values` is what the chart of `spec.chart` takes. A declaration
// says only what differs from a chart's defaults, so nothing is required there and null is allowed everywhere.
import type { ChartValues } from "./chart-values.ts";
import type { Json } from "./declaration.ts";
import { isMap, mapOf, ownValue, type JsonMap } from "./merge-values.ts";
import { mapsOfSchemas, plainKeywords } from "./schema-keywords.ts";

/** A chart as declarations name it. */
export type NamedChart = { readonly written: string; readonly chart: ChartValues };

/** Schemas deeper than this are left out. */
const deepest = 150;

/** `base` is the schema of HelmRelease. A name that means different charts in different files takes what any of them takes. */
export function stackSchema(base: JsonMap, charts: readonly NamedChart[]): JsonMap {
  const definitions = new Map<string, Json>();
  const define = definer(definitions);
  const byName = new Map<string, Set<string>>();
  for (const { written, chart } of charts) {
    const forms = byName.get(written) ?? new Set();
    byName.set(written, forms.add(JSON.stringify(valuesSchemaOf(chart, define))));
  }
  const rules = [...byName].map(([written, texts]): Json => {
    const forms = [...texts].map((text) => JSON.parse(text) as Json);
    const [first = true] = forms;
    return {
      if: specWith({ chart: { const: written } }, ["chart"]),
      then: specWith({ values: forms.length === 1 ? first : { anyOf: forms } }, []),
    };
  });
  const own = ownValue(base, "$defs");
  const allOf = ownValue(base, "allOf");
  return mapOf([
    ...Object.entries(base).filter(([key]) => key !== "$defs" && key !== "allOf" && key !== "$id"),
    ["allOf", [...(Array.isArray(allOf) ? (allOf as readonly Json[]) : []), ...rules]],
    ["$defs", mapOf([...Object.entries(isMap(own) ? own : {}), ...definitions])],
  ]);
}

type Define = (chart: ChartValues) => Json | undefined;

/** Puts a chart's own schema among the definitions, once; a reference to it, or undefined where it has none. */
function definer(definitions: Map<string, Json>): Define {
  const keyOf = new Map<string, string>();
  return ({ name, schema: text }) => {
    if (text === undefined) return undefined;
    let key = keyOf.get(text);
    if (key === undefined) {
      const schema = readSchema(text);
      if (schema === undefined) return undefined;
      key = `values-${keyOf.size + 1}-${name.replace(/[^-\w]/g, "-")}`;
      keyOf.set(text, key);
      definitions.set(key, relax(schema, `#/$defs/${key}`, 0));
    }
    return { $ref: `#/$defs/${key}` };
  };
}

function specWith(properties: JsonMap, required: readonly string[]): Json {
  return {
    properties: { spec: { properties, ...(required.length === 0 ? {} : { required }) } },
    ...(required.length === 0 ? {} : { required: ["spec"] }),
  };
}

/** A chart's own schema with each subchart's below its name. */
function valuesSchemaOf(chart: ChartValues, define: Define): Json {
  const own = define(chart);
  const names = new Map<string, Json>();
  for (const sub of chart.subcharts) {
    const called = chart.dependencies.filter(({ name }) => name === sub.name);
    const schema = valuesSchemaOf(sub, define);
    if (schema === true) continue;
    const aliases = called.map(({ alias }) => (alias === "" ? sub.name : alias));
    for (const name of aliases.length === 0 ? [sub.name] : aliases) names.set(name, schema);
  }
  const below = names.size === 0 ? undefined : { properties: mapOf(names) };
  if (own === undefined) return below ?? true;
  return below === undefined ? own : { allOf: [own, below] };
}

function readSchema(text: string): JsonMap | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

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

/** The schema as it holds for a part of the values. `root` is where the schema it belongs to stands in the result. */
function relax(schema: JsonMap, root: string, depth: number): JsonMap {
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
          Object.entries(value).map(([name, one]) => [
            name,
            nullable(relaxAny(one, root, depth + 1), key === "properties" || key === "patternProperties"),
          ]),
        ),
      );
    else if (key === "oneOf") result.set("anyOf", relaxAny(value, root, depth + 1));
    else if (plainKeywords.has(key)) result.set(key, value);
    else result.set(key, relaxAny(value, root, depth + 1));
  }
  return mapOf(result);
}

function relaxAny(value: Json, root: string, depth: number): Json {
  if (isMap(value)) return relax(value, root, depth);
  if (!Array.isArray(value)) return value;
  return (value as readonly Json[]).map((one) => (isMap(one) ? relax(one, root, depth) : one));
}

/** Null takes a default away. */
function nullable(schema: Json, isValue: boolean): Json {
  if (!isValue || !isMap(schema) || Object.keys(schema).length === 0) return schema;
  const description = ownValue(schema, "description");
  return { ...(description === undefined ? {} : { description }), anyOf: [schema, { type: "null" }] };
}

/** References elsewhere are left out. */
function moveReference(reference: string, root: string): string | undefined {
  if (reference === "#") return root;
  return reference.startsWith("#/") ? `${root}${reference.slice(1)}` : undefined;
}
