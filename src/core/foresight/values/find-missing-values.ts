// Values that a release's chart needs and does not get: a trial run of its templates and those of its subcharts, and what came
// of it at the places where it is put right.
import type { ValuesLayer } from "../../declaration.ts";
import type { Diagnostic, SourceRange } from "../../diagnostic.ts";
import type { PinnedRelease } from "../../pin.ts";
import { redact, secretTexts, shorten } from "../../redact.ts";
import { coalesceChart, type ChartValues, type CoalescedChart } from "../../values/chart-values.ts";
import { layerOf, mergeLayers, pathText, valueAt } from "../../values/merge-values.ts";
import { encryptedMark } from "../../values/read-values-file.ts";
import { layersWithMarks } from "../../values/values-objects.ts";
import type { Path } from "../../yaml/yaml-tree.ts";
import { isIgnoredValue } from "./find-unknown-values.ts";
import { isRendered, parseOnce, type ChartReading, type KnownTemplates } from "./read-templates.ts";
import type { ValueNode } from "./seen.ts";
import type { TemplateNode } from "./template-tree.ts";
import { Trial, type TrialBody, type Trouble } from "./trial.ts";
import { givenJson, givenMap, givenText, unknown, type Given } from "./trial-values.ts";

/** What goes wrong for sure with the values that the repository holds; nothing where others may still come. */
export function findMissingValues(
  pin: PinnedRelease,
  chart: ChartValues,
  reading: ChartReading,
  known: KnownTemplates,
): readonly Diagnostic[] {
  if (reading.kind === "withheld") return [];
  const { layers, open } = layersWithMarks(pin.declaration, () => encryptedMark);
  if (open >= 0) return [];
  const coalesced = coalesceChart(chart, mergeLayers(layers));
  if ("notAMap" in coalesced) return [];
  const charts = placedCharts(coalesced, [], []);
  const parsed = parseCharts(charts, known);
  if (parsed === undefined) return [];
  const trial = new Trial(parsed.definitions);
  for (const { body, placed } of parsed.files) trial.run(body, contextOf(placed, pin));
  const secrets = secretTexts(layers, []);
  const found = new Map<string, Diagnostic>();
  for (const trouble of trial.troubles) {
    if (trouble.kind === "empty" && !isMissed(trouble, reading.values, charts)) continue;
    if (isIgnoredValue(pin.declaration, trouble.path ?? [])) continue;
    const one = diagnosticOf(trouble, { pin, layers, texts: parsed.texts, secrets });
    // A value that is missed in several places is missed once.
    const key = trouble.path === undefined ? one.message : pathText(trouble.path);
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

/** A chart as it is switched on; `path` leads to its values, `folder` to its files. */
type PlacedChart = {
  readonly coalesced: CoalescedChart;
  readonly path: Path;
  readonly folder: readonly string[];
};

function placedCharts(
  coalesced: CoalescedChart,
  path: Path,
  folder: readonly string[],
): readonly PlacedChart[] {
  const name = coalesced.chart.name;
  const inner = [...folder, name];
  return [
    { coalesced, path, folder: inner },
    ...coalesced.subcharts.flatMap((sub) =>
      placedCharts(sub, [...path, sub.chart.name], [...inner, "charts"]),
    ),
  ];
}

type ParsedCharts = {
  readonly definitions: ReadonlyMap<string, readonly TrialBody[]>;
  readonly files: readonly { readonly body: TrialBody; readonly placed: PlacedChart }[];
  /** Texts of the files, for their lines. */
  readonly texts: ReadonlyMap<string, string>;
};

function parseCharts(charts: readonly PlacedChart[], known: KnownTemplates): ParsedCharts | undefined {
  const definitions = new Map<string, TrialBody[]>();
  const bodies = new Map<readonly TemplateNode[], TrialBody>();
  const files: { body: TrialBody; placed: PlacedChart }[] = [];
  const texts = new Map<string, string>();
  for (const placed of charts) {
    const { chart } = placed.coalesced;
    for (const { path, text } of chart.templates) {
      const parsed = parseOnce(text, known);
      if ("problem" in parsed) return undefined;
      const file = [...placed.folder, path].join("/");
      texts.set(file, text);
      for (const [name, nodes] of parsed.definitions) {
        if (bodies.has(nodes)) continue;
        const body = { nodes, file };
        bodies.set(nodes, body);
        definitions.set(name, [...(definitions.get(name) ?? []), body]);
      }
      if (isRendered(chart, path)) files.push({ body: { nodes: parsed.body, file }, placed });
    }
  }
  return { definitions, files, texts };
}

/** What `.` is in a chart's files. */
function contextOf({ coalesced, path }: PlacedChart, { declaration }: PinnedRelease): Given {
  const { chart, values } = coalesced;
  return givenMap([
    ["Values", givenJson(values, path, encryptedMark)],
    [
      "Chart",
      openMap([
        ["Name", givenText(chart.name)],
        ["Version", givenText(chart.version)],
      ]),
    ],
    [
      "Release",
      givenMap([
        ["Name", givenText(declaration.releaseName)],
        ["Namespace", givenText(declaration.namespace)],
        ["Service", givenText("Helm")],
        ...["IsInstall", "IsUpgrade", "Revision"].map((name) => [name, unknown] as const),
      ]),
    ],
    ...["Files", "Capabilities", "Template", "Subcharts"].map((name) => [name, unknown] as const),
  ]);
}

function openMap(entries: Iterable<readonly [string, Given]>): Given {
  return { kind: "map", entries: new Map(entries), isOpen: true };
}

/**
 * That nothing is printed is no mistake where a chart's author wrote down that it is so by default, nor in entries of lists
 * and maps, which leave out what they don't need.
 */
function isMissed({ path, words, file }: Trouble, known: ValueNode, charts: readonly PlacedChart[]): boolean {
  if (path === undefined || /\/NOTES\.txt$|\/templates\/tests\//.test(file)) return false;
  if (words !== "") return true;
  let node: ValueNode | undefined = known;
  for (const step of path) node = node?.children.get(String(step));
  if (node === undefined || path.some((step) => typeof step === "number")) return false;
  return charts.every(({ coalesced, path: prefix }) => {
    const isAround = prefix.every((step, index) => path[index] === step);
    return !isAround || valueAt(coalesced.chart.defaults, path.slice(prefix.length)) === undefined;
  });
}

type Telling = {
  readonly pin: PinnedRelease;
  readonly layers: readonly ValuesLayer[];
  readonly texts: ReadonlyMap<string, string>;
  readonly secrets: ReadonlySet<string>;
};

function diagnosticOf(trouble: Trouble, telling: Telling): Diagnostic {
  const { pin, texts, secrets } = telling;
  const { id } = pin.declaration;
  const place = `${trouble.file}:${lineOf(texts.get(trouble.file) ?? "", trouble.at)}`;
  const name = trouble.path === undefined || trouble.path.length === 0 ? undefined : pathText(trouble.path);
  const told = wordsFor({ ...trouble, words: shorten(redact(trouble.words, secrets)) }, name, place);
  return {
    severity: "warning",
    ...told,
    message: `values of ${id}: ${told.message}`,
    range: rangeFor(trouble.path ?? [], telling),
    about: { release: id },
  };
}

function wordsFor(
  { kind, words }: Trouble,
  name: string | undefined,
  place: string,
): Pick<Diagnostic, "code" | "message" | "suggestion"> {
  const give = name === undefined ? {} : { suggestion: `set ${name} in the values of the release` };
  switch (kind) {
    case "required":
      return {
        code: "values-required",
        message: `${name === undefined ? "what the chart requires" : name} is not given (${place}: ${words})`,
        ...give,
      };
    case "fail":
      return { code: "values-refused", message: `the chart refuses them (${place}: ${words})` };
    case "nil":
      return {
        code: "values-nil",
        message: `${name ?? "something"} is not given, and ${place} can't do without it (${words}): helm ends with an error there`,
        ...give,
      };
    case "type":
      return {
        code: "values-type",
        message: `${name ?? "something"} is not what ${place} takes (${words}): helm ends with an error there`,
        suggestion: "see the chart's values.yaml for what it has to be",
      };
    case "empty":
      return {
        code: "values-empty",
        message: `${name ?? "something"} is not given and has no default, so ${place} prints nothing${words === "" ? "" : ` for ${words}`}`,
        ...give,
      };
  }
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", end + 1)) line++;
  return line;
}

/** Where the nearest thing around the value is written, else where the release is declared. */
function rangeFor(path: Path, { pin, layers }: Telling): SourceRange {
  for (let length = path.length; length > 0; length--) {
    const near = path.slice(0, length);
    const layer = layerOf(layers, near);
    if (layer !== undefined && layer.origin.kind !== "stack") return layer.rangeOf?.(near) ?? layer.range;
  }
  const own = layers.findLast(({ origin }) => origin.kind === "release");
  return own?.range ?? pin.declaration.range;
}
