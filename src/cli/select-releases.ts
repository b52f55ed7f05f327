// Turns what the command line says of releases, names or a selector of labels, into releases of the stack.
import type { Declaration } from "../core/declaration.ts";
import { didYouMean } from "../core/diagnostic.ts";
import type { Graph } from "../core/graph.ts";
import { splitReleaseId, type ReleaseId } from "../core/ids.ts";
import type { LabelSelector } from "../core/label-selector.ts";
import { matchesLabels } from "../core/label-selector.ts";
import { exitCodes } from "./exit.ts";
import type { SelectionFlags } from "./options.ts";
import type { World } from "./world.ts";

type Selectable = {
  readonly declarations: readonly Pick<Declaration, "id" | "labels">[];
  readonly graph: Pick<Graph, "after">;
};

/**
 * The releases named or matched, with all that they depend on, or that depends on them, where asked; undefined where all are meant. Says what is
 * unknown, or that nothing matches, and gives the exit code.
 */
export function selectReleases(
  world: World,
  stack: Selectable,
  { only, selector, withDependencies, withDependents }: SelectionFlags,
): ReadonlySet<ReleaseId> | undefined | number {
  const names = only ?? [];
  if (names.length === 0 && selector === undefined) return undefined;
  const chosen =
    selector === undefined
      ? findNamed(world, stack.declarations, names)
      : findMatching(world, stack.declarations, selector);
  if (typeof chosen === "number") return chosen;
  const { after } = stack.graph;
  return new Set([
    ...chosen,
    ...(withDependencies === true ? reachedBy(chosen, (id) => after.get(id) ?? []) : []),
    ...(withDependents === true ? reachedBy(chosen, dependentsIn(after)) : []),
  ]);
}

function reachedBy(
  chosen: ReadonlySet<ReleaseId>,
  next: (id: ReleaseId) => readonly ReleaseId[],
): ReadonlySet<ReleaseId> {
  const all = new Set(chosen);
  // A set grows while it is walked: each one added is walked in turn.
  for (const id of all) for (const neighbour of next(id)) all.add(neighbour);
  return all;
}

function dependentsIn(after: Graph["after"]): (id: ReleaseId) => readonly ReleaseId[] {
  const dependents = Map.groupBy(
    [...after].flatMap(([dependent, dependencies]) => dependencies.map((on) => ({ dependent, on }))),
    ({ on }) => on,
  );
  return (id) => dependents.get(id)?.map(({ dependent }) => dependent) ?? [];
}

/** True where a release of this name is declared, and its declaration has a mistake of its own. */
export function isBroken(stack: { readonly broken: readonly ReleaseId[] }, name: string): boolean {
  return stack.broken.some((id) => id === name || id.endsWith(`/${name}`));
}

/** The releases of these names; a bare NAME will do where it is the only one of that name. */
export function findNamed(
  world: World,
  releases: readonly Pick<Declaration, "id">[],
  names: readonly string[],
  where: { readonly place: string; readonly seeAlso: string } = {
    place: "in this stack",
    seeAlso: "see headway graph",
  },
): ReadonlySet<ReleaseId> | number {
  const ids = releases.map(({ id }) => id);
  const chosen = new Set<ReleaseId>();
  let unknown = 0;
  for (const name of names) {
    const found = ids.filter((id) => id === name || (!name.includes("/") && id.endsWith(`/${name}`)));
    const [first] = found;
    if (first !== undefined && found.length === 1) chosen.add(first);
    else {
      unknown += 1;
      const meant = nearestTo(name, ids);
      const hint =
        found.length > 1
          ? `it is one of ${found.join(", ")}`
          : meant === undefined
            ? where.seeAlso
            : `did you mean ${meant}?`;
      world.stderr.write(`error: there is no single release "${name}" ${where.place}\n  try: ${hint}\n`);
    }
  }
  return unknown > 0 ? exitCodes.invalid : chosen;
}

function nearestTo(name: string, ids: readonly ReleaseId[]): string | undefined {
  if (name.includes("/")) return didYouMean(name, ids);
  const bare = didYouMean(
    name,
    ids.map((id) => splitReleaseId(id).name),
  );
  return ids.find((id) => splitReleaseId(id).name === bare);
}

/** A release as far as a selector looks at it. */
type Labelled = { readonly id: ReleaseId; readonly labels: Readonly<Record<string, string>> };

/** The releases whose labels match: never none. */
export function findMatching(
  world: World,
  releases: readonly Labelled[],
  selector: LabelSelector,
): ReadonlySet<ReleaseId> | number {
  const matching = releases.filter(({ labels }) => matchesLabels(selector, labels));
  if (matching.length > 0) return new Set(matching.map(({ id }) => id));
  world.stderr.write(
    `error: no release matches the selector "${selector.text}"\n  try: ${labelsThere(releases, selector)}\n`,
  );
  return exitCodes.invalid;
}

const mostLabels = 20;

// What the selector asks for comes first: its keys are likely right and a value wrong.
function labelsThere(releases: readonly Labelled[], selector: LabelSelector): string {
  const asked = new Set(selector.requirements.map(({ key }) => key));
  const pairs = releases.flatMap(({ labels }) =>
    Object.entries(labels).map(([key, value]) => ({ key, label: `${key}=${value}` })),
  );
  if (pairs.length === 0) return "add metadata.labels to the declarations: no release has any";
  const counted = [...Map.groupBy(pairs, ({ label }) => label)]
    .map(([label, [first, ...more]]) => ({
      words: `${label} (${more.length + 1})`,
      isAsked: asked.has(first?.key ?? ""),
    }))
    .toSorted((a, b) => Number(b.isAsked) - Number(a.isAsked) || (a.words < b.words ? -1 : 1));
  const shown = counted.slice(0, mostLabels).map(({ words }) => words);
  const more = counted.length - shown.length;
  return `the labels there are: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
