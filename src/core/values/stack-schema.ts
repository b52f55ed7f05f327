// A schema for editors: HelmRelease as it is, in which `spec.values` is what the chart of `spec.chart` takes. A declaration
// says only what differs from a chart's defaults, so nothing is required there and null is allowed everywhere.
import type { ChartValues } from "./chart-values.ts";
import type { Json } from "../declaration.ts";
import { isMap, mapOf, ownValue, type JsonMap } from "./merge-values.ts";
import { relaxSchema, withoutDeadEnds } from "./relaxed-schema.ts";

/** A release with its chart, which the declaration calls `written`. */
export type ReleaseChart = {
  readonly name: string;
  readonly namespace: string;
  readonly written: string;
  readonly chart: ChartValues;
};

/**
 * `base` is the schema of HelmRelease. A name that means different charts in different files takes what any of them takes.
 * With `patches`, documents without a chart are parts of the release that they name.
 */
export function stackSchema(
  base: JsonMap,
  releases: readonly ReleaseChart[],
  { patches }: { readonly patches: boolean } = { patches: false },
): JsonMap {
  const definitions = new Map<string, Json>();
  const define = definer(definitions);
  const byChart = new Map<string, Set<string>>();
  const named: Json[] = [];
  for (const { name, namespace, written, chart } of releases) {
    const form = valuesSchemaOf(chart, define);
    byChart.set(written, (byChart.get(written) ?? new Set()).add(JSON.stringify(form)));
    if (patches && form !== true) named.push(ruleFor(partOf(name, namespace), [form]));
  }
  const rules = [...byChart].map(([written, texts]) =>
    ruleFor(
      specWith({ chart: { const: written } }, ["chart"]),
      [...texts].map((text) => JSON.parse(text) as Json),
    ),
  );
  const own = ownValue(base, "$defs");
  const allOf = ownValue(base, "allOf");
  const whole = mapOf([
    ...Object.entries(patches ? withoutRequired(base) : base).filter(
      ([key]) => key !== "$defs" && key !== "allOf" && key !== "$id",
    ),
    ["allOf", [...(Array.isArray(allOf) ? (allOf as readonly Json[]) : []), ...rules, ...named]],
    ["$defs", mapOf([...Object.entries(isMap(own) ? own : {}), ...definitions])],
  ]);
  return withoutDeadEnds(whole);
}

function ruleFor(condition: Json, forms: readonly Json[]): Json {
  const [first = true] = forms;
  return { if: condition, then: specWith({ values: forms.length === 1 ? first : { anyOf: forms } }, []) };
}

/** True of a document that names the release and no chart; a patch may leave the namespace out. */
function partOf(name: string, namespace: string): Json {
  return {
    properties: {
      metadata: {
        properties: { name: { const: name }, namespace: { const: namespace } },
        required: ["name"],
      },
      spec: { not: { required: ["chart"] } },
    },
    required: ["metadata", "spec"],
  };
}

/** A patch says a part of a release. */
function withoutRequired(base: JsonMap): JsonMap {
  const properties = ownValue(base, "properties");
  const spec = ownValue(properties, "spec");
  if (!isMap(properties) || !isMap(spec)) return base;
  const part = mapOf(Object.entries(spec).filter(([key]) => key !== "required"));
  return {
    ...base,
    required: ["apiVersion", "kind", "metadata"],
    properties: { ...properties, spec: part },
  };
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
      definitions.set(key, relaxSchema(schema, `#/$defs/${key}`));
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
