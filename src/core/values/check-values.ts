// A release's values against the schemas of its chart and subcharts, each finding at the line that it is about. What is not
// known without a key or a cluster is not judged.
import { coalesceChart, writtenPaths, type ChartValues, type CoalescedChart } from "./chart-values.ts";
import type { Json, ValuesLayer } from "../declaration.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import { isMap, layerOf, mergeLayers, ownValue, pathText, valueAt } from "./merge-values.ts";
import type { PinnedRelease } from "../pin.ts";
import { encryptedMark } from "./read-values-file.ts";
import { pathsOf } from "./value-changes.ts";
import { layersWithMarks } from "./values-objects.ts";
import { readValuesSchema, type SchemaFinding, type ValuesSchema } from "./values-schema.ts";
import type { Path } from "../yaml/yaml-tree.ts";

/** Schemas that were compiled already, by their text; shared by the releases of a stack. */
export type KnownSchemas = Map<string, ValuesSchema | string>;

/** What the schemas say against a release's values. */
export function checkValues(
  pin: PinnedRelease,
  chart: ChartValues,
  known: KnownSchemas,
): readonly Diagnostic[] {
  if (!hasSchema(chart)) return [];
  const layers = layersToCheck(pin);
  const coalesced = coalesceChart(chart, mergeLayers(layers.known));
  if ("notAMap" in coalesced) {
    if (layers.open >= 0) return [];
    const found = {
      path: [],
      keyword: "type",
      words: "must be a map, because a subchart is called so",
      isConditional: false,
    };
    return judge(found, coalesced.notAMap, chart.name, pin, layers);
  }
  return checkChart(coalesced, [], pin, layers, known);
}

function hasSchema(chart: ChartValues): boolean {
  return chart.schema !== undefined || chart.subcharts.some(hasSchema);
}

function checkChart(
  { chart, values, subcharts }: CoalescedChart,
  prefix: Path,
  pin: PinnedRelease,
  layers: Layers,
  known: KnownSchemas,
): readonly Diagnostic[] {
  const below = subcharts.flatMap((sub) => checkChart(sub, [...prefix, sub.chart.name], pin, layers, known));
  if (chart.schema === undefined) return below;
  let schema = known.get(chart.schema);
  if (schema === undefined) known.set(chart.schema, (schema = readValuesSchema(chart.schema)));
  const warn = (what: string): Diagnostic => ({
    severity: "warning",
    code: "values-schema-skipped",
    message: `the values.schema.json of chart ${chart.name} ${what}`,
    suggestion: "helm still checks the values by it, when the release is applied",
    range: pin.declaration.chartRange,
  });
  if (typeof schema === "string") return [...below, warn(`was not used: ${schema}`)];
  const found = schema.check(values);
  if (found === undefined) return [...below, warn("was not used: checking by it takes too long")];
  const unread = schema.unread.map((reference) =>
    warn(`refers to ${reference.slice(0, 200)}, which is not read; that part was not checked`),
  );
  return [...below, ...unread, ...found.flatMap((one) => judge(one, prefix, chart.name, pin, layers))];
}

/** Layers as far as they are known, with marks where others will put something. */
type Layers = {
  readonly known: readonly ValuesLayer[];
  /** True of paths at which, above or below which, something unknown stands. */
  readonly isUnknown: (path: Path) => boolean;
  /** Place of the strongest layer about which nothing is known, not even its names; -1 where there is none. */
  readonly open: number;
};

function layersToCheck(pin: PinnedRelease): Layers {
  const { layers, marked, open } = layersWithMarks(pin.declaration, () => encryptedMark);
  const unknown = [...marked, ...layers.filter(({ locked }) => locked !== undefined)];
  return { known: layers, isUnknown: pathsOf(unknown), open };
}

/** Keywords about names, which are known of encrypted files too. */
const aboutNames = new Set(["required", "additionalProperties"]);
/** Keywords about one leaf alone. */
const aboutLeaves =
  /^(?:type|enum|const|pattern|minimum|maximum|exclusive.*|multipleOf|minLength|maxLength|additionalProperties)$/;

function judge(
  finding: SchemaFinding,
  prefix: Path,
  chartName: string,
  pin: PinnedRelease,
  { known, isUnknown, open }: Layers,
): readonly Diagnostic[] {
  const path = withIndices([...prefix, ...finding.path], known);
  const { layer, at, isWritten } = placeOf(known, prefix, path);
  const isOpen = writtenPaths(path, prefix.length).some(isUnknown);
  if (isOpen && (finding.isConditional || !aboutNames.has(finding.keyword))) return [];
  if (finding.isConditional && known.some(({ locked }) => locked !== undefined)) return [];
  if (open >= 0) {
    const isAbove = layer !== undefined && known.indexOf(layer) >= open;
    const isSure = isAbove && isWritten && aboutLeaves.test(finding.keyword) && !finding.isConditional;
    if (!isSure) return [];
  }
  const { id, range, chartRange } = pin.declaration;
  const { words, place } = tell(finding, prefix, path, known);
  const written = place ?? { layer, at: finding.name === undefined ? at : [...at, finding.name] };
  return [
    {
      severity: "error",
      code: "values-schema",
      message: `values of ${id}: ${words}${!isWritten && path.length > prefix.length && finding.missing === undefined ? " (a default of the chart)" : ""}`,
      suggestion:
        finding.missing === undefined
          ? `see values.schema.json of chart ${chartName}`
          : `set it; values.schema.json of chart ${chartName} asks for it`,
      range: written.layer === undefined ? chartRange : rangeIn(written.layer, written.at),
      ...(written.layer === undefined || written.layer.origin.kind === "release"
        ? {}
        : { related: [{ message: `for ${id}`, range }] }),
    },
  ];
}

/** What is wrong, in words, and where, if that is another place than the finding's own path. */
function tell(
  { words, missing }: SchemaFinding,
  prefix: Path,
  path: Path,
  known: readonly ValuesLayer[],
): { readonly words: string; readonly place?: { readonly layer: ValuesLayer; readonly at: Path } } {
  if (missing === undefined)
    return { words: `${path.length === 0 ? "the values" : pathText(path)}: ${words}` };
  const wanted = [...path, missing];
  const name = pathText(wanted);
  const { layer, at, isWritten } = placeOf(known, prefix, wanted);
  return layer !== undefined && isWritten && valueAt(layer.tree, at) === null
    ? { words: `${name} ${words}: null takes the chart's default away`, place: { layer, at } }
    : { words: `${name} ${words}` };
}

function rangeIn(layer: ValuesLayer, at: Path): SourceRange {
  return layer.rangeOf?.(at) ?? layer.range;
}

/** The strongest layer that says something at the path (then it `isWritten`), or at the nearest one above it. */
function placeOf(
  layers: readonly ValuesLayer[],
  prefix: Path,
  path: Path,
): { readonly layer: ValuesLayer | undefined; readonly at: Path; readonly isWritten: boolean } {
  for (let length = path.length; length > 0; length--) {
    for (const at of writtenPaths(path.slice(0, length), prefix.length)) {
      const layer = layerOf(layers, at);
      if (layer !== undefined) return { layer, at, isWritten: length === path.length };
    }
  }
  // About the whole: its place is the release's own values, where there are any.
  const whole = layers.toReversed().find(({ origin }) => origin.kind !== "stack");
  return { layer: path.length === 0 ? whole : undefined, at: [], isWritten: path.length === 0 };
}

/** Steps into lists as numbers. */
function withIndices(path: Path, layers: readonly ValuesLayer[]): Path {
  let value: Json | undefined = mergeLayers(layers);
  return path.map((step) => {
    const isList = Array.isArray(value);
    value = isMap(value) || isList ? ownValue(value, step) : undefined;
    return isList ? Number(step) : step;
  });
}
