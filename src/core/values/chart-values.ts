// What a chart itself says of values: its defaults and its dependencies', coalesced with a release's as Helm does it, with
// the dependencies that conditions and tags switch off left out. Reading the chart's files is an adapter's matter.
import { satisfiesRange } from "../charts/chart-version.ts";
import type { Json } from "../declaration.ts";
import { isMap, mapOf, ownValue, type JsonMap } from "./merge-values.ts";
import type { Path } from "../yaml/yaml-tree.ts";

/** One entry of a chart's dependencies; absent texts are empty. */
export type ChartDependencyValues = {
  readonly name: string;
  readonly version: string;
  readonly alias: string;
  /** Paths of switches, with commas between. */
  readonly condition: string;
  readonly tags: readonly string[];
  readonly imports: readonly (string | { readonly child: string; readonly parent: string })[];
};

/** A file of a chart; the path is below the chart's folder, with `/`. */
export type ChartText = { readonly path: string; readonly text: string };

/** A chart as far as values go. */
export type ChartValues = {
  readonly name: string;
  readonly version: string;
  /** Its templates are there for other charts alone. */
  readonly isLibrary: boolean;
  /** The files of templates/. */
  readonly templates: readonly ChartText[];
  /** Other files with actions of templates in them, which a template may read and render. */
  readonly texts: readonly ChartText[];
  readonly defaults: JsonMap;
  /** values.schema.json as it is. */
  readonly schema?: string;
  readonly dependencies: readonly ChartDependencyValues[];
  readonly subcharts: readonly ChartValues[];
};

/** A chart with only what is switched on, called as its parent calls it, and the values that reach it. */
export type CoalescedChart = {
  readonly chart: ChartValues;
  readonly values: JsonMap;
  readonly subcharts: readonly CoalescedChart[];
};

/** A value that Helm wants to be a map of a subchart's values. */
export type CoalesceProblem = { readonly notAMap: readonly string[] };

/** What the templates of a chart and its subcharts see of these values; nulls have done their work. */
export function coalesceChart(chart: ChartValues, values: JsonMap): CoalescedChart | CoalesceProblem {
  try {
    const enabled = importValues(switchOff(chart, values, []));
    return spread(enabled, coalesce(enabled, values, false, []));
  } catch (error) {
    if (error instanceof NotAMap) return { notAMap: error.path };
    throw error;
  }
}

/**
 * Where the value at a path may have been written, the strongest first. `depth` is how many of its steps name charts: a
 * chart's globals are also those of every chart around it, and the outermost win.
 */
export function writtenPaths(path: Path, depth: number): readonly Path[] {
  if (depth === 0 || path[depth] !== "global") return [path];
  return Array.from({ length: depth + 1 }, (_, kept) => [...path.slice(0, kept), ...path.slice(depth)]);
}

/** How many of the path's first steps name charts. */
export function chartDepth({ subcharts }: CoalescedChart, [step, ...below]: Path): number {
  const sub = subcharts.find(({ chart }) => chart.name === step);
  return sub === undefined ? 0 : 1 + chartDepth(sub, below);
}

class NotAMap extends Error {
  readonly path: readonly string[];
  constructor(path: readonly string[]) {
    super("not a map");
    this.path = path;
  }
}

function spread(chart: ChartValues, values: JsonMap): CoalescedChart {
  return {
    chart,
    values,
    subcharts: chart.subcharts.map((sub) => {
      const below = ownValue(values, sub.name);
      return spread(sub, isMap(below) ? below : {});
    }),
  };
}

/** A chart's own defaults below `over`, then each subchart's part in the same way. */
function coalesce(chart: ChartValues, over: JsonMap, keepNulls: boolean, path: readonly string[]): JsonMap {
  const children = new Set(chart.subcharts.map(({ name }) => name));
  const merged = new Map(Object.entries(overlayDefaults(over, chart.defaults, keepNulls, children)));
  for (const sub of chart.subcharts) {
    const below = merged.get(sub.name) ?? {};
    // An explicit null is no map either.
    if (!isMap(below) || merged.get(sub.name) === null) throw new NotAMap([...path, sub.name]);
    const scoped = withGlobals(below, merged.get("global"));
    merged.set(sub.name, coalesce(sub, scoped, keepNulls, [...path, sub.name]));
  }
  return mapOf(merged);
}

/** The outermost level: what is null in `over` takes the default away, unless nulls are kept. */
function overlayDefaults(
  over: JsonMap,
  defaults: JsonMap,
  keepNulls: boolean,
  children: ReadonlySet<string>,
): JsonMap {
  const result = new Map(Object.entries(over));
  for (const [key, standard] of Object.entries(defaults)) {
    const value = result.get(key);
    if (!result.has(key)) {
      if (keepNulls) result.set(key, standard);
      else if (standard !== null) result.set(key, withoutNulls(standard));
    } else if (value === null && !keepNulls) result.delete(key);
    else if (isMap(value) && isMap(standard)) {
      // A subchart takes nulls away itself.
      const keep = keepNulls || children.has(key);
      result.set(key, overlay(value, keep ? standard : withoutNullsIn(standard), keep));
    }
  }
  return mapOf(result);
}

/** `over` above `standard`, maps merged. */
function overlay(over: JsonMap, standard: JsonMap, keepNulls: boolean): JsonMap {
  const result = new Map(Object.entries(over));
  for (const [key, below] of Object.entries(standard)) {
    const value = result.get(key);
    if (!result.has(key)) result.set(key, below);
    else if (value === null && !keepNulls && below !== null) result.delete(key);
    else if (isMap(value) && isMap(below)) result.set(key, overlay(value, below, keepNulls));
  }
  return mapOf(result);
}

function withoutNulls(value: Json): Json {
  return isMap(value) ? withoutNullsIn(value) : value;
}

function withoutNullsIn(map: JsonMap): JsonMap {
  return mapOf(
    Object.entries(map).flatMap(([key, value]): readonly (readonly [string, Json])[] =>
      value === null ? [] : [[key, withoutNulls(value)]],
    ),
  );
}

/** A subchart's values with its parent's globals, which win. */
function withGlobals(values: JsonMap, globals: Json | undefined): JsonMap {
  const own = ownValue(values, "global") ?? {};
  if (!isMap(own) || ownValue(values, "global") === null) return values;
  if (globals !== undefined && !isMap(globals)) return values;
  const result = new Map(Object.entries(own));
  for (const [key, value] of Object.entries(globals ?? {})) {
    const before = result.get(key);
    if (isMap(value) && isMap(before)) result.set(key, overlay(value, before, true));
    else if (!result.has(key) || (!isMap(value) && !isMap(before))) result.set(key, value);
  }
  return mapOf([...Object.entries(values), ["global", mapOf(result)]]);
}

/** The chart without the dependencies that are switched off, each called by its alias. */
function switchOff(chart: ChartValues, values: JsonMap, path: readonly string[]): ChartValues {
  if (chart.dependencies.length === 0) return chart;
  const whole = { ...chart, subcharts: calledSubcharts(chart) };
  const seen = coalesce(whole, values, false, path);
  const off = new Set(
    chart.dependencies.filter((one) => !isEnabled(one, seen, path)).map((one) => calledAs(one)),
  );
  return {
    ...whole,
    dependencies: chart.dependencies.filter((one) => !off.has(calledAs(one))),
    subcharts: whole.subcharts
      .filter((sub) => !off.has(sub.name))
      .map((sub) => switchOff(sub, seen, [...path, sub.name])),
  };
}

/** All of a chart's subcharts, each called as the chart calls it, and once for each of its names. */
export function calledSubcharts({ dependencies, subcharts }: ChartValues): readonly ChartValues[] {
  const isNamed = (sub: ChartValues): boolean =>
    dependencies.some((one) => one.name === sub.name && fits(one, sub));
  const named = dependencies.flatMap((one): readonly ChartValues[] => {
    const found = subcharts.find((sub) => sub.name === one.name && fits(one, sub));
    return found === undefined ? [] : [{ ...found, name: calledAs(one) }];
  });
  return [...subcharts.filter((sub) => !isNamed(sub)), ...named];
}

/** The name by which a chart's values know a dependency. */
export function calledAs({ name, alias }: ChartDependencyValues): string {
  return alias === "" ? name : alias;
}

function fits({ version }: ChartDependencyValues, sub: ChartValues): boolean {
  return version === "" || satisfiesRange(sub.version, version) === true;
}

/** The first condition that is a boolean decides; without one, tags: any that is true, else none that is false. */
function isEnabled(dependency: ChartDependencyValues, values: JsonMap, path: readonly string[]): boolean {
  for (const condition of dependency.condition.trim().split(",")) {
    if (condition === "") continue;
    const value = [...path, ...condition.split(".")].reduce<Json | undefined>(ownValue, values);
    if (typeof value === "boolean") return value;
  }
  const tags = ownValue(values, "tags");
  const said = dependency.tags
    .map((tag) => ownValue(tags, tag))
    .filter((value) => typeof value === "boolean");
  return said.includes(true) || !said.includes(false);
}

/** Charts whose defaults hold what they import from their subcharts, innermost first. */
function importValues(chart: ChartValues): ChartValues {
  const subcharts = chart.subcharts.map(importValues);
  const whole = { ...chart, subcharts };
  if (chart.dependencies.length === 0) return whole;
  const merged = coalesce(whole, {}, true, []);
  let imported: JsonMap = {};
  for (const dependency of chart.dependencies)
    for (const one of dependency.imports) {
      const child = typeof one === "string" ? `exports.${one}` : one.child;
      const steps = [calledAs(dependency), ...child.split(".")];
      const table = steps.reduce<Json | undefined>(ownValue, merged);
      if (!isMap(table)) continue;
      const parent = typeof one === "string" ? "." : one.parent;
      const placed =
        parent === "."
          ? table
          : parent.split(".").reduceRight<JsonMap>((inner, step) => mapOf([[step, inner]]), table);
      imported = overlay(imported, placed, true);
    }
  return { ...whole, defaults: overlay(merged, imported, true) };
}
