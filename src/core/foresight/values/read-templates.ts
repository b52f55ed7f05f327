// All values that a chart and its subcharts know, whatever is given: those that their templates read, those of values.yaml
// and of values.schema.json, and the switches of their dependencies.
import type { Json } from "../../declaration.ts";
import type { PinnedRelease } from "../../pin.ts";
import { calledAs, calledSubcharts, type ChartText, type ChartValues } from "../../values/chart-values.ts";
import { isMap, leavesIn, type JsonMap } from "../../values/merge-values.ts";
import { TemplateFollower } from "./follow-templates.ts";
import { parseTemplate, type TemplateProblem } from "./parse-template.ts";
import { markSchemaNames } from "./schema-names.ts";
import { seenTarget, SeenWorld, type ChartScope, type Seen, type ValueNode } from "./seen.ts";
import type { ParsedTemplate, TemplateNode } from "./template-tree.ts";

/** Files that were parsed already, by their text; shared by the charts of a stack. */
export type KnownTemplates = Map<string, ParsedTemplate | TemplateProblem>;

/** What a chart knows, or why that can't be told. */
export type ChartReading =
  { readonly kind: "read"; readonly values: ValueNode } | { readonly kind: "withheld"; readonly why: string };

/** A release with what its chart knows. */
export type ReadRelease = { readonly pin: PinnedRelease; readonly reading: ChartReading };

const mostPlaces = 200_000;
const mostSteps = 1_000_000;
const mostContexts = 40;

/** Reads all templates of a chart; `given` are values in which texts may stand that templates render in their turn. */
export function readTemplates(
  chart: ChartValues,
  given: readonly Json[],
  known: KnownTemplates,
): ChartReading {
  const world = new SeenWorld(mostPlaces);
  const root = world.values([]);
  const charts = scopesOf(world, chart, root, []);
  const parsed = parseAll(charts, known);
  if ("why" in parsed) return { kind: "withheld", why: parsed.why };
  const parseBody = (text: string): readonly TemplateNode[] | undefined => {
    if (!text.includes("{{")) return undefined;
    const found = parseOnce(text, known);
    return "problem" in found ? undefined : found.body;
  };
  const followAll = (): TemplateFollower => {
    const follower = new TemplateFollower(world, parsed.definitions, parseBody, mostSteps);
    for (const { body, scope } of parsed.bodies) follower.follow(body, seenTarget(scope));
    followTexts(follower, world, textsOf(charts, given), parseBody);
    return follower;
  };
  let follower = followAll();
  // What a template puts into the values, one that was followed before it may read.
  if (world.hasPut && !follower.isExhausted) follower = followAll();
  if (follower.isExhausted) return { kind: "withheld", why: "its templates take too long to follow" };
  for (const one of charts) markKnown(world, one);
  return { kind: "read", values: root };
}

type PlacedChart = { readonly chart: ChartValues; readonly scope: ChartScope };

/** The chart and all charts below it, whether they are switched on or not, the innermost first. */
function scopesOf(
  world: SeenWorld,
  chart: ChartValues,
  values: ValueNode,
  around: readonly ValueNode[],
): readonly PlacedChart[] {
  const below = calledSubcharts(chart).map((sub) => {
    const node = world.values([...around, values]);
    values.children.set(sub.name, node);
    return scopesOf(world, sub, node, [...around, values]);
  });
  const scope = world.scope(
    chart.name,
    values,
    below.flatMap((charts) => charts.at(-1)?.scope ?? []),
  );
  return [...below.flat(), { chart, scope }];
}

/** The template, parsed if nobody has done so yet. */
export function parseOnce(text: string, known: KnownTemplates): ParsedTemplate | TemplateProblem {
  let parsed = known.get(text);
  if (parsed === undefined) known.set(text, (parsed = parseTemplate(text)));
  return parsed;
}

type ParsedCharts = {
  readonly definitions: ReadonlyMap<string, readonly (readonly TemplateNode[])[]>;
  /** The files that are rendered. */
  readonly bodies: readonly { readonly body: readonly TemplateNode[]; readonly scope: ChartScope }[];
};

function parseAll(
  charts: readonly PlacedChart[],
  known: KnownTemplates,
): ParsedCharts | { readonly why: string } {
  const definitions = new Map<string, (readonly TemplateNode[])[]>();
  const bodies: { body: readonly TemplateNode[]; scope: ChartScope }[] = [];
  for (const { chart, scope } of charts)
    for (const { path, text } of chart.templates) {
      const parsed = parseOnce(text, known);
      if ("problem" in parsed)
        return { why: `${path} of chart ${chart.name} can't be read: ${parsed.problem}` };
      for (const [name, body] of parsed.definitions)
        definitions.set(name, [...(definitions.get(name) ?? []).filter((one) => one !== body), body]);
      if (isRendered(chart, path)) bodies.push({ body: parsed.body, scope });
    }
  return { definitions, bodies };
}

/** Helm renders no partials, and nothing of a library. */
export function isRendered({ isLibrary }: ChartValues, path: string): boolean {
  return !isLibrary && !path.slice(path.lastIndexOf("/") + 1).startsWith("_");
}

/** Texts with actions in them: among the defaults, among what is given, and files beside the templates. */
function textsOf(charts: readonly PlacedChart[], given: readonly Json[]): readonly string[] {
  const files = charts.flatMap(({ chart }): readonly ChartText[] => chart.texts).map(({ text }) => text);
  return [
    ...new Set([
      ...[...charts.map(({ chart }) => chart.defaults), ...given].flatMap(templateTextsIn),
      ...files,
    ]),
  ];
}

/** Texts in values that are templates themselves, if a chart renders them. */
export function templateTextsIn(values: Json): readonly string[] {
  return leavesIn(values).flatMap(({ value }) =>
    typeof value === "string" && value.includes("{{") ? value : [],
  );
}

/** What `tpl` renders may be any of the texts. One that is no template is none of them. */
function followTexts(
  follower: TemplateFollower,
  world: SeenWorld,
  texts: readonly string[],
  parse: (text: string) => readonly TemplateNode[] | undefined,
): void {
  const done = new Set<string>();
  // A text that is rendered may render others.
  for (let size = 0; follower.contexts.size > size && size < mostContexts;) {
    size = follower.contexts.size;
    const contexts = new Map([...follower.contexts].slice(0, mostContexts));
    const dots: readonly (readonly [string, Seen])[] = [
      ...contexts,
      ...world.scopes.map((scope) => [`scope ${scope.id}`, seenTarget(scope)] as const),
    ];
    for (const [key, dot] of dots) {
      if (done.has(key)) continue;
      done.add(key);
      for (const text of texts) {
        const body = parse(text);
        if (body !== undefined) follower.follow(body, dot);
      }
    }
  }
}

function markKnown(world: SeenWorld, { chart, scope }: PlacedChart): void {
  markDefaults(world, scope.values, chart.defaults);
  if (chart.schema !== undefined) markSchemaNames(world, scope.values, chart.schema);
  const at = (steps: readonly string[]): ValueNode =>
    steps.reduce((node, step) => world.childOf(node, step), scope.values);
  if (chart.dependencies.length > 0) world.childOf(scope.values, "tags").isWhole = true;
  const called = new Set(calledSubcharts(chart).map(({ name }) => name));
  for (const dependency of chart.dependencies) {
    const name = calledAs(dependency);
    if (!called.has(name)) world.childOf(scope.values, name).isWhole = true;
    for (const condition of dependency.condition.split(","))
      if (condition.trim() !== "") at(condition.trim().split("."));
    for (const one of dependency.imports) {
      const child = typeof one === "string" ? `exports.${one}` : one.child;
      const parent = typeof one === "string" ? "." : one.parent;
      const exported = at([name, ...child.split(".")]);
      exported.isWhole = true;
      if (parent !== ".") at(parent.split(".")).isWhole = true;
      else for (const key of exported.children.keys()) at([key]).isWhole = true;
    }
  }
}

function markDefaults(world: SeenWorld, node: ValueNode, defaults: JsonMap): void {
  for (const [key, value] of Object.entries(defaults)) {
    const child = world.childOf(node, key);
    if (isMap(value)) markDefaults(world, child, value);
    // What is in a list of defaults is an example of what belongs there, where a template goes through it.
    else if (Array.isArray(value) && child.anyKey !== undefined) {
      for (const item of value as readonly Json[]) if (isMap(item)) markDefaults(world, child.anyKey, item);
    }
  }
}
