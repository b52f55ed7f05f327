// Values that a chart does not know: at which paths they stand, and what may have been meant.
import type { Json } from "../../declaration.ts";
import { didYouMean } from "../../diagnostic.ts";
import { isMap, pathText } from "../../values/merge-values.ts";
import type { Path } from "../../yaml/yaml-tree.ts";
import type { ValueNode } from "./seen.ts";

/** `meant` is the path of a value that the chart knows, where one is near enough. */
export type UnknownValue = { readonly path: Path; readonly meant?: string };

/** How deep a value is looked for that stands at another place. */
const deepestMove = 6;

/** The topmost names of given values that the chart does not know. */
export function unknownValues(given: Json, known: ValueNode): readonly UnknownValue[] {
  const found: UnknownValue[] = [];
  collect(given, [known], [], found, known);
  return found;
}

function collect(
  given: Json,
  nodes: readonly ValueNode[],
  path: Path,
  found: UnknownValue[],
  root: ValueNode,
): void {
  if (nodes.some(({ isWhole }) => isWhole)) return;
  if (Array.isArray(given)) {
    const items = nodes.flatMap(({ anyKey }) => anyKey ?? []);
    if (items.length > 0)
      for (const [index, item] of (given as readonly Json[]).entries())
        collect(item, items, [...path, index], found, root);
    return;
  }
  // Where nobody looks below, nothing is known of what belongs there.
  if (!isMap(given) || !nodes.some(looksBelow)) return;
  for (const [key, value] of Object.entries(given)) {
    const below = nodes.flatMap(({ children, anyKey }) => [children.get(key) ?? [], anyKey ?? []].flat());
    const isPut = nodes.some(({ put, rest }) => put.has(key) || rest !== undefined);
    if (below.length > 0) collect(value, below, [...path, key], found, root);
    else if (!isPut && !isAnyones(path, key)) {
      const meant = meantBy(key, given, nodes, path, root);
      if (meant !== undefined || path[0] !== "global") found.push(withMeant([...path, key], meant));
    }
  }
}

function withMeant(path: Path, meant: string | undefined): UnknownValue {
  return { path, ...(meant === undefined ? {} : { meant }) };
}

function looksBelow({ children, anyKey }: ValueNode): boolean {
  return children.size > 0 || anyKey !== undefined;
}

/** Globals are for whoever wants them, and `x-…` is where people keep what their anchors name. */
function isAnyones(path: Path, key: string): boolean {
  return path.length === 0 && (key === "global" || key.startsWith("x-"));
}

function meantBy(
  key: string,
  given: Json,
  nodes: readonly ValueNode[],
  path: Path,
  root: ValueNode,
): string | undefined {
  const taken = new Set(isMap(given) ? Object.keys(given) : []);
  const near = didYouMean(
    key,
    nodes.flatMap(({ children }) => [...children.keys()]).filter((name) => !taken.has(name)),
  );
  if (near !== undefined) return pathText([...path, near]);
  const elsewhere = placesOf(key, root);
  const [only] = elsewhere;
  return elsewhere.length === 1 && only !== undefined ? pathText(only) : undefined;
}

/** Where else a name is known; at most two, because two are as good as none. */
function placesOf(key: string, root: ValueNode): readonly Path[] {
  const found: Path[] = [];
  const visit = (node: ValueNode, path: Path): void => {
    for (const [name, child] of node.children) {
      if (found.length > 1) return;
      if (name === key) found.push([...path, name]);
      if (path.length < deepestMove) visit(child, [...path, name]);
    }
  };
  visit(root, []);
  return found;
}
