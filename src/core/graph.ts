// The order of a stack's releases: edges from dependsOn and phases, waves, cycles and the critical path. When a step
// starts is the run's matter. Everything here is iterative: a chain of thousands must not exhaust the call stack.
import type { Declaration, Stack } from "./declaration.ts";
import {
  didYouMean,
  sortDiagnostics,
  type Checked,
  type Diagnostic,
  type SourceRange,
} from "./diagnostic.ts";
import { walkDepthFirst } from "./depth-first.ts";
import { releaseId, splitReleaseId, type ReleaseId } from "./ids.ts";

/** What waits for what. It holds no cycle and no unknown name: edges that would make one are left out. */
export type Graph = {
  /** Every release behind all that it waits for: by wave, then by name. */
  readonly order: readonly ReleaseId[];
  /**
   * All that a release waits for: its dependsOn, and every release of the phases before its own. None of it follows
   * from the rest, because a release that has nothing to do is healthy at once, whatever it depends on.
   */
  readonly after: ReadonlyMap<ReleaseId, readonly ReleaseId[]>;
  /** The part of `after` that dependsOn names, sorted. */
  readonly dependencies: ReadonlyMap<ReleaseId, readonly ReleaseId[]>;
  /** From 1: one more than the highest wave among `after`. */
  readonly wave: ReadonlyMap<ReleaseId, number>;
  readonly waves: number;
  /** The longest chain, first release first, where each release weighs the same. */
  readonly criticalPath: readonly ReleaseId[];
};

/**
 * A stack, and the releases of it that exist but could not be read: whoever names those is not wrong. `deleted` are the
 * names of releases that an overlay takes away, and where.
 */
type GraphInput = Pick<Stack, "declarations" | "phases"> & {
  readonly broken?: readonly ReleaseId[];
  readonly deleted?: ReadonlyMap<string, SourceRange>;
};

/** Resolves the names in dependsOn and orders the releases; every mistake is reported, and its edge left out. */
export function resolveGraph(stack: GraphInput): Checked<Graph> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const known = new Map(
    stack.declarations
      .toSorted((a, b) => compare(a.id, b.id))
      .map((declaration) => [declaration.id, declaration]),
  );
  const dependencies = checkReferences(stack, known, report);
  const nodes = makeNodes(stack, known, dependencies);
  const walk = walkDepthFirst(nodes.map((node) => node.next));
  for (const cycle of walk.cycles)
    report(
      describeCycle(
        cycle.flatMap((index) => nodes[index] ?? []),
        known,
      ),
    );
  return { value: measure(nodes, walk, known), diagnostics: sortDiagnostics(diagnostics) };
}

/**
 * The chain of releases with the greatest sum of weights, first release first, where each waits for the one before it.
 * `weightOf` may be a duration in milliseconds.
 */
export function findCriticalPath(
  graph: Pick<Graph, "order" | "after">,
  weightOf: (id: ReleaseId) => number,
): { readonly path: readonly ReleaseId[]; readonly total: number } {
  const best = new Map<ReleaseId, { readonly total: number; readonly before: ReleaseId | undefined }>();
  const totalOf = (id: ReleaseId): number => best.get(id)?.total ?? 0;
  const heaviest = (ids: readonly ReleaseId[]): ReleaseId | undefined =>
    ids.reduce<ReleaseId | undefined>(
      (found, id) => (found === undefined || totalOf(id) > totalOf(found) ? id : found),
      undefined,
    );
  // Releases of one phase share the list of what the phase waits for.
  const heaviestOf = new Map<readonly ReleaseId[], ReleaseId | undefined>();
  for (const id of graph.order) {
    const after = graph.after.get(id) ?? [];
    if (!heaviestOf.has(after)) heaviestOf.set(after, heaviest(after));
    const before = heaviestOf.get(after);
    best.set(id, { total: weightOf(id) + (before === undefined ? 0 : totalOf(before)), before });
  }
  const last = heaviest(graph.order);
  const path: ReleaseId[] = [];
  for (let id = last; id !== undefined; id = best.get(id)?.before) path.push(id);
  return { path: path.reverse(), total: last === undefined ? 0 : totalOf(last) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** dependsOn as edges; what can't be one is reported. */
function checkReferences(
  stack: GraphInput,
  known: ReadonlyMap<ReleaseId, Declaration>,
  report: (diagnostic: Diagnostic) => void,
): ReadonlyMap<ReleaseId, readonly ReleaseId[]> {
  const broken = new Set(stack.broken ?? []);
  const dependencies = new Map<ReleaseId, readonly ReleaseId[]>();
  let unknown = 0;
  for (const declaration of known.values()) {
    const seen = new Map<ReleaseId, Declaration["dependsOn"][number]>();
    for (const reference of declaration.dependsOn) {
      const first = seen.get(reference.id);
      if (reference.id === declaration.id)
        report({
          severity: "error",
          code: "self-dependency",
          message: `${declaration.id} depends on itself`,
          suggestion: "remove the entry",
          range: reference.range,
        });
      else if (first !== undefined)
        report({
          severity: "warning",
          code: "duplicate-dependency",
          message: `${declaration.id} names ${reference.id} twice in dependsOn`,
          suggestion: "remove one of the entries",
          range: reference.range,
          related: [{ message: "first named here", range: first.range }],
        });
      else if (!known.has(reference.id) && !broken.has(reference.id))
        report(
          describeDeleted(declaration, reference, stack.deleted) ??
            // Each search for a likely name compares all names.
            describeUnknown(declaration, reference, ++unknown > mostSearches ? new Map() : known, broken),
        );
      else seen.set(reference.id, reference);
    }
    dependencies.set(declaration.id, [...seen.keys()].filter((id) => known.has(id)).toSorted(compare));
  }
  return dependencies;
}

const mostSearches = 100;

/** Of a name that an overlay deletes, nothing alike was meant. */
function describeDeleted(
  declaration: Declaration,
  reference: Declaration["dependsOn"][number],
  deleted: GraphInput["deleted"],
): Diagnostic | undefined {
  const place = deleted?.get(splitReleaseId(reference.id).name);
  if (place === undefined) return undefined;
  return {
    severity: "error",
    code: "unknown-dependency",
    message: `${declaration.id} depends on ${reference.id}, which a patch deletes`,
    suggestion: "remove the entry by a patch too, or keep the release",
    range: reference.range,
    related: [{ message: "deleted here", range: place }],
  };
}

function describeUnknown(
  declaration: Declaration,
  reference: Declaration["dependsOn"][number],
  known: ReadonlyMap<ReleaseId, Declaration>,
  broken: ReadonlySet<ReleaseId>,
): Diagnostic {
  const { name, namespace } = splitReleaseId(reference.id);
  const others = [...new Set([...known.keys(), ...broken])].filter((id) => id !== declaration.id);
  const elsewhere = others.filter((id) => splitReleaseId(id).name === name);
  const siblings = others.map(splitReleaseId).filter((other) => other.namespace === namespace);
  const nearName = didYouMean(
    name,
    siblings.map((sibling) => sibling.name),
  );
  const near =
    elsewhere.length > 0
      ? elsewhere
      : nearName !== undefined
        ? [releaseId(namespace, nearName)]
        : [didYouMean(reference.id, others)].filter((id) => id !== undefined);
  const written = near.map((id) => {
    const other = splitReleaseId(id as ReleaseId);
    return other.namespace === declaration.namespace ? other.name : id;
  });
  const place = known.get(near[0] as ReleaseId);
  return {
    severity: "error",
    code: "unknown-dependency",
    message: `${declaration.id} depends on ${reference.id}, which this stack does not declare`,
    suggestion:
      written.length === 0
        ? "declare it, or remove the entry"
        : `did you mean ${written.slice(0, 5).join(" or ")}?`,
    range: reference.range,
    ...(place === undefined
      ? {}
      : { related: [{ message: `${place.id} is declared here`, range: place.range }] }),
  };
}

/**
 * A release, or the end of a phase: a gate that waits for the phase's releases and for the gate before it, and that
 * the releases of the next phase wait for. So two phases of n releases make 2n edges here, not n².
 */
type Node =
  | { readonly kind: "release"; readonly id: ReleaseId; readonly next: readonly number[] }
  | { readonly kind: "phase"; readonly phase: string; readonly next: readonly number[] };

/** Releases in the order of their names, then the gates. */
function makeNodes(
  stack: GraphInput,
  known: ReadonlyMap<ReleaseId, Declaration>,
  dependencies: ReadonlyMap<ReleaseId, readonly ReleaseId[]>,
): readonly Node[] {
  const indexOf = new Map([...known.keys()].map((id, index) => [id, index]));
  const indexes = (ids: readonly ReleaseId[]): readonly number[] =>
    ids.flatMap((id) => indexOf.get(id) ?? []);
  const members = Map.groupBy(known.values(), (declaration) => declaration.phase);
  const phases = stack.phases.filter((phase) => members.has(phase));
  const gateOf = (position: number): readonly number[] => (position < 0 ? [] : [known.size + position]);
  const positionOf = new Map(phases.map((phase, position) => [phase, position]));
  const releases = [...known.values()].map((declaration): Node => {
    const position = positionOf.get(declaration.phase ?? "") ?? 0;
    const next = [...indexes(dependencies.get(declaration.id) ?? []), ...gateOf(position - 1)];
    return { kind: "release", id: declaration.id, next };
  });
  const gates = phases.map((phase, position): Node => {
    const ids = (members.get(phase) ?? []).map((declaration) => declaration.id);
    return { kind: "phase", phase, next: [...indexes(ids), ...gateOf(position - 1)] };
  });
  return [...releases, ...gates];
}

function measure(
  nodes: readonly Node[],
  walk: ReturnType<typeof walkDepthFirst>,
  known: ReadonlyMap<ReleaseId, Declaration>,
): Graph {
  const waveOf: number[] = [];
  /** What stands behind a gate, the gates before it included. */
  const behindGate = new Map<number, ReadonlySet<ReleaseId>>();
  // One list for all releases that wait for the same phases and nothing else.
  const lists = new Map<ReadonlySet<ReleaseId>, readonly ReleaseId[]>();
  const sharedList = (ids: ReadonlySet<ReleaseId>): readonly ReleaseId[] => {
    const list = lists.get(ids) ?? [...ids];
    lists.set(ids, list);
    return list;
  };
  const after = new Map<ReleaseId, readonly ReleaseId[]>();
  const dependencies = new Map<ReleaseId, readonly ReleaseId[]>();
  for (const index of walk.order) {
    const node = nodes[index];
    const kept = walk.kept[index] ?? [];
    if (node === undefined) continue;
    const highest = kept.reduce((wave, next) => Math.max(wave, waveOf[next] ?? 0), 0);
    waveOf[index] = highest + (node.kind === "release" ? 1 : 0);
    const direct = kept.flatMap((next) => (nodes[next]?.kind === "release" ? [nodes[next].id] : []));
    const gate = kept.find((next) => nodes[next]?.kind === "phase");
    const behind = (gate === undefined ? undefined : behindGate.get(gate)) ?? new Set();
    const own = direct.filter((id) => !behind.has(id));
    if (node.kind === "phase") behindGate.set(index, new Set([...own, ...behind]));
    else {
      after.set(node.id, own.length === 0 ? sharedList(behind) : [...own, ...behind]);
      dependencies.set(node.id, direct);
    }
  }
  const wave = new Map([...known.keys()].map((id, index) => [id, waveOf[index] ?? 1]));
  const order = [...known.keys()].toSorted(
    (a, b) => (wave.get(a) ?? 0) - (wave.get(b) ?? 0) || compare(a, b),
  );
  const waves = order.reduce((highest, id) => Math.max(highest, wave.get(id) ?? 0), 0);
  const criticalPath = findCriticalPath({ order, after }, () => 1).path;
  return { order, after, dependencies, wave, waves, criticalPath };
}

const mostNamedInCycle = 50;

/** The cycle from the first by name of those whose next step is a dependsOn entry; each cycle has one. */
function rotateCycle(cycle: readonly Node[]): readonly Node[] {
  const starts = cycle.flatMap((node, index) =>
    node.kind === "release" && cycle[(index + 1) % cycle.length]?.kind === "release"
      ? [{ id: node.id, index }]
      : [],
  );
  const [start] = starts.toSorted((a, b) => compare(a.id, b.id));
  return start === undefined ? cycle : [...cycle.slice(start.index), ...cycle.slice(0, start.index)];
}

function describeCycle(found: readonly Node[], known: ReadonlyMap<ReleaseId, Declaration>): Diagnostic {
  const cycle = rotateCycle(found);
  const names = cycle.map((node) => (node.kind === "release" ? node.id : `phase ${node.phase}`));
  const shown =
    names.length <= mostNamedInCycle
      ? names
      : [...names.slice(0, mostNamedInCycle), `… ${names.length - mostNamedInCycle} more`];
  const steps = cycle.flatMap((node, index) => {
    const next = cycle[(index + 1) % cycle.length];
    if (node.kind !== "release" || next === undefined) return [];
    const declaration = known.get(node.id);
    const range =
      next.kind === "release"
        ? declaration?.dependsOn.find((one) => one.id === next.id)?.range
        : (declaration?.phaseRange ?? declaration?.range);
    const message =
      next.kind === "release"
        ? `${node.id} depends on ${next.id}`
        : `${node.id} waits for the phase ${next.phase}`;
    return range === undefined ? [] : [{ message, range }];
  });
  const [first, ...related] = steps;
  const hasPhase = cycle.some((node) => node.kind === "phase");
  return {
    severity: "error",
    code: "dependency-cycle",
    message: `${hasPhase ? "cycle of dependencies and phases" : "dependency cycle"}: ${[...shown, names[0] ?? ""].join(" → ")}`,
    suggestion: hasPhase
      ? "remove one of these dependencies, or move a release to another phase"
      : "remove one of these dependencies",
    ...(first === undefined ? {} : { range: first.range }),
    related: related.slice(0, mostNamedInCycle),
  };
}
