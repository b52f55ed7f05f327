// A stack's order as text for people, as dot and mermaid for drawing programs, and as JSON (schemas/graph.schema.json).
import type { Declaration, Stack } from "../core/declaration.ts";
import { findCriticalPath, type Graph } from "../core/graph.ts";
import type { ReleaseId } from "../core/ids.ts";
import { jsonText } from "./data-output.ts";
import { renderLines, type Line, type Style } from "./style.ts";
import { tableLines } from "./table.ts";
import { formatDuration } from "./time-words.ts";
import { counted } from "./counted.ts";

export type GraphFormat = "text" | "dot" | "mermaid" | "json";

export type GraphViewOptions = {
  /** For the text form; without it, plain text with arrows. */
  readonly style?: Style;
  /** How long each release took before, in milliseconds: the critical path is then the slowest chain. */
  readonly durationMs?: ReadonlyMap<ReleaseId, number>;
  /** The releases to show. Text and JSON still name what these wait for beyond them; drawings do not. */
  readonly only?: ReadonlySet<ReleaseId>;
};

type ShownStack = Pick<Stack, "name" | "phases" | "order" | "declarations">;

/** The graph of a stack in one of its forms, ended by a line feed. */
export function renderGraph(
  stack: ShownStack,
  graph: Graph,
  format: GraphFormat,
  options: GraphViewOptions = {},
): string {
  switch (format) {
    case "text":
      return renderLines(
        textLines(stack, graph, options),
        options.style ?? { colour: false, unicode: true },
      ).replaceAll(/ +$/gm, "");
    case "dot":
      return dotText(...drawn(stack, graph, options));
    case "mermaid":
      return mermaidText(...drawn(stack, graph, options));
    case "json":
      return jsonText(graphDocument(stack, graph, options));
  }
}

const mostNames = 6;

function textLines(stack: ShownStack, graph: Graph, options: GraphViewOptions): readonly Line[] {
  const declarations = byId(stack);
  const dependentsOf = new Map<ReleaseId, ReleaseId[]>();
  for (const [id, dependencies] of graph.dependencies)
    for (const dependency of dependencies)
      dependentsOf.set(dependency, [...(dependentsOf.get(dependency) ?? []), id]);
  const hasPhases = stack.declarations.some(({ phase }) => phase !== undefined);
  const phaseBefore = new Map(
    phasesOf(stack, graph).flatMap(({ ids }, index, all) =>
      ids.map((id) => [id, all[index - 1]?.phase] as const),
    ),
  );
  let shownWave = 0;
  const rows = shownOrder(graph, options).map((id) => {
    const wave = graph.wave.get(id) ?? 1;
    const heading = wave === shownWave ? "" : `Wave ${wave}`;
    shownWave = wave;
    const phase = phaseBefore.get(id);
    const waitsFor = [
      ...(phase === undefined ? [] : [`phase ${phase}`]),
      ...(graph.dependencies.get(id) ?? []),
    ];
    return [
      { text: heading, tone: "strong" } as const,
      id,
      chartWords(declarations.get(id)),
      ...(hasPhases ? [declarations.get(id)?.phase ?? ""] : []),
      arrows(waitsFor, dependentsOf.get(id) ?? []),
    ];
  });
  // The rows speak for themselves, so the headings only give the columns their number.
  const [, ...table] = tableLines(rows[0]?.map(() => "") ?? [], rows);
  return [...table, ...summaryLines(stack, graph, options)];
}

function arrows(waitsFor: readonly string[], dependents: readonly ReleaseId[]): string {
  return [
    ...(waitsFor.length === 0 ? [] : [`← ${nameList(waitsFor)}`]),
    ...(dependents.length === 0 ? [] : [`→ ${nameList(dependents.toSorted())}`]),
  ].join("  ");
}

function nameList(ids: readonly string[]): string {
  const more = ids.length - mostNames;
  return ids.slice(0, mostNames).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function chartWords(declaration: Declaration | undefined): string {
  if (declaration === undefined) return "";
  const { chart } = declaration;
  return (
    (chart.kind === "path" ? chart.path : chart.written) +
    (declaration.version === undefined ? "" : ` ${declaration.version}`)
  );
}

function summaryLines(stack: ShownStack, graph: Graph, options: GraphViewOptions): readonly Line[] {
  const { path, total } = criticalPath(graph, options);
  const length = total === undefined ? counted(path.length, "release") : formatDuration(total);
  const all = `${counted(graph.order.length, "release")}, ${counted(graph.waves, "wave")}`;
  const shown = shownOrder(graph, options).length;
  const counts = `${stack.name}: ${shown === graph.order.length ? "" : `${shown} of `}${all}`;
  const order = stack.order === "waves" ? [["each wave waits for all of the wave before it"]] : [];
  const phases = stack.phases.length === 0 ? [] : [[`phases: ${stack.phases.join(" → ")}`]];
  const critical = path.length < 2 ? [] : [[`critical path (${length}): ${path.join(" → ")}`]];
  return [[counts], ...order, ...phases, ...critical];
}

function shownOrder(graph: Graph, { only }: GraphViewOptions): readonly ReleaseId[] {
  return only === undefined ? graph.order : graph.order.filter((id) => only.has(id));
}

/** What a drawing shows: the releases asked for with the edges among them. */
function drawn(stack: ShownStack, graph: Graph, options: GraphViewOptions): [ShownStack, Graph] {
  const { only } = options;
  if (only === undefined) return [stack, graph];
  const among = (edges: Graph["after"]): Graph["after"] =>
    new Map([...edges].map(([id, ids]) => [id, ids.filter((one) => only.has(one))]));
  return [
    { ...stack, declarations: stack.declarations.filter(({ id }) => only.has(id)) },
    { ...graph, order: shownOrder(graph, options), dependencies: among(graph.dependencies) },
  ];
}

function criticalPath(
  graph: Graph,
  options: GraphViewOptions,
): { readonly path: readonly ReleaseId[]; readonly total?: number } {
  const { durationMs } = options;
  if (durationMs === undefined || durationMs.size === 0) return { path: graph.criticalPath };
  return findCriticalPath(graph, (id) => durationMs.get(id) ?? 0);
}

function byId(stack: ShownStack): ReadonlyMap<ReleaseId, Declaration> {
  return new Map(stack.declarations.map((declaration) => [declaration.id, declaration]));
}

/** The phases that have releases, in order, each with them. */
function phasesOf(
  stack: ShownStack,
  graph: Graph,
): readonly { readonly phase: string; readonly ids: readonly ReleaseId[] }[] {
  const declarations = byId(stack);
  return stack.phases.flatMap((phase) => {
    const ids = graph.order.filter((id) => declarations.get(id)?.phase === phase);
    return ids.length === 0 ? [] : [{ phase, ids }];
  });
}

function dotText(stack: ShownStack, graph: Graph): string {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const critical = criticalEdges(graph);
  const phases = phasesOf(stack, graph);
  const waves = [...Map.groupBy(graph.order, (id) => graph.wave.get(id) ?? 1)];
  const lines = [
    `digraph ${quoted(stack.name)} {`,
    "  rankdir=LR",
    "  node [shape=box]",
    ...graph.order.map((id) => `  ${quoted(id)}`),
    ...waves.map(
      ([wave, ids]) => `  { rank=same /* wave ${wave} */ ${ids.map((id) => `${quoted(id)};`).join(" ")} }`,
    ),
    // A phase is a point that its releases lead to and that the next phase's releases come from.
    ...phases.slice(0, -1).map(({ phase }) => `  ${quoted(`phase ${phase}`)} [shape=diamond]`),
    ...graph.order.flatMap((id) =>
      (graph.dependencies.get(id) ?? []).map(
        (dependency) =>
          `  ${quoted(dependency)} -> ${quoted(id)}${critical.has(`${dependency} ${id}`) ? " [penwidth=2]" : ""}`,
      ),
    ),
    ...phases
      .slice(0, -1)
      .flatMap(({ phase, ids }, index) => [
        ...ids.map((id) => `  ${quoted(id)} -> ${quoted(`phase ${phase}`)} [style=dashed]`),
        ...(phases[index + 1]?.ids ?? []).map(
          (id) => `  ${quoted(`phase ${phase}`)} -> ${quoted(id)} [style=dashed]`,
        ),
      ]),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function mermaidText(stack: ShownStack, graph: Graph): string {
  const nodes = new Map(graph.order.map((id, index) => [id, `r${index + 1}`]));
  const node = (id: ReleaseId): string => nodes.get(id) ?? "";
  const phases = phasesOf(stack, graph);
  const lines = [
    "flowchart LR",
    ...graph.order.map((id) => `  ${node(id)}["${id}"]`),
    ...phases.slice(0, -1).map(({ phase }, index) => `  p${index + 1}{"${phase}"}`),
    ...graph.order.flatMap((id) =>
      (graph.dependencies.get(id) ?? []).map((dependency) => `  ${node(dependency)} --> ${node(id)}`),
    ),
    ...phases
      .slice(0, -1)
      .flatMap(({ ids }, index) => [
        ...ids.map((id) => `  ${node(id)} -.-> p${index + 1}`),
        ...(phases[index + 1]?.ids ?? []).map((id) => `  p${index + 1} -.-> ${node(id)}`),
      ]),
  ];
  return `${lines.join("\n")}\n`;
}

function criticalEdges(graph: Graph): ReadonlySet<string> {
  return new Set(graph.criticalPath.slice(1).map((id, index) => `${graph.criticalPath[index] ?? ""} ${id}`));
}

/** What schemas/graph.schema.json describes. */
function graphDocument(stack: ShownStack, graph: Graph, options: GraphViewOptions): unknown {
  const declarations = byId(stack);
  const { path, total } = criticalPath(graph, options);
  return {
    apiVersion: "headway.dev/v1",
    kind: "ReleaseGraph",
    metadata: { name: stack.name },
    order: stack.order,
    phases: stack.phases,
    waves: graph.waves,
    criticalPath: { releases: path, ...(total === undefined ? {} : { durationMs: total }) },
    items: shownOrder(graph, options).map((id) => {
      const declaration = declarations.get(id);
      return {
        release: id,
        wave: graph.wave.get(id) ?? 1,
        ...(declaration === undefined
          ? {}
          : {
              releaseName: declaration.releaseName,
              chart: declaration.chart.written,
              ...(declaration.version === undefined ? {} : { version: declaration.version }),
              ...(declaration.phase === undefined ? {} : { phase: declaration.phase }),
              ...(Object.keys(declaration.labels).length === 0 ? {} : { labels: declaration.labels }),
              ...(declaration.suspend ? { suspended: true } : {}),
              declaredAt: { file: declaration.range.file, line: declaration.range.line },
            }),
        dependsOn: graph.dependencies.get(id) ?? [],
        waitsFor: graph.after.get(id) ?? [],
      };
    }),
  };
}
