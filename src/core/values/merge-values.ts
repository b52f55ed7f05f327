// Layers of values put together as Helm does it for several -f files: maps merge, everything else replaces, and a null
// stays (it takes the chart's own default away later, see chart-values.ts).
import type { Json, ValuesLayer } from "../declaration.ts";
import type { Path } from "../yaml/yaml-tree.ts";

export type JsonMap = { readonly [key: string]: Json };

/** A leaf of merged values, with the layer that it comes from. */
export type ValuesLeaf = { readonly path: Path; readonly value: Json; readonly layer: ValuesLayer };

/** True for a map, false for a list, a scalar and nothing at all. */
export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A map's own value; undefined where it has none of that name. */
export function ownValue(map: Json | undefined, key: string | number): Json | undefined {
  if (typeof map !== "object" || map === null) return undefined;
  return Object.getOwnPropertyDescriptor(map, key)?.value as Json | undefined;
}

/** The value at a path; undefined where there is none. */
export function valueAt(tree: Json | undefined, path: Path): Json | undefined {
  let value = tree;
  for (const step of path) value = ownValue(value, step);
  return value;
}

/** A map of these entries; a key called `__proto__` is one like any other. */
export function mapOf(entries: Iterable<readonly [string, Json]>): JsonMap {
  return Object.fromEntries(entries);
}

/** The user-supplied values that Helm makes of these layers, weakest first. */
export function mergeLayers(layers: readonly Pick<ValuesLayer, "tree">[]): JsonMap {
  return layers.reduce<JsonMap>((merged, { tree }) => mergeMaps(merged, tree), {});
}

function mergeMaps(weaker: JsonMap, stronger: Json): JsonMap {
  if (!isMap(stronger)) return weaker;
  const merged = new Map(Object.entries(weaker));
  for (const [key, value] of Object.entries(stronger)) {
    const below = merged.get(key);
    merged.set(key, isMap(value) && isMap(below) ? mergeMaps(below, value) : value);
  }
  return mapOf(merged);
}

/** Every leaf of a tree, in the order of its keys. An empty map or list is a leaf. */
export function leavesIn(tree: Json): readonly { readonly path: Path; readonly value: Json }[] {
  const leaves: { readonly path: Path; readonly value: Json }[] = [];
  const visit = (value: Json, path: Path): void => {
    if (isMap(value) && Object.keys(value).length > 0)
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    else if (Array.isArray(value) && value.length > 0)
      for (const [index, item] of (value as readonly Json[]).entries()) visit(item, [...path, index]);
    else if (path.length > 0) leaves.push({ path, value });
  };
  visit(tree, []);
  return leaves;
}

/** Every leaf of the merged layers, in the order in which the keys come up. */
export function leavesOf(layers: readonly ValuesLayer[]): readonly ValuesLeaf[] {
  return leavesIn(mergeLayers(layers)).flatMap((leaf) => {
    const layer = layerOf(layers, leaf.path);
    return layer === undefined ? [] : [{ ...leaf, layer }];
  });
}

/** The strongest layer that says something at this path of the merged values. */
export function layerOf(layers: readonly ValuesLayer[], path: Path): ValuesLayer | undefined {
  return layers.toReversed().find((layer) => valueAt(layer.tree, path) !== undefined);
}

/** A path as people write it: `db.hosts[0]."a.b"`; `.` is the whole. */
export function pathText(path: Path): string {
  const text = path
    .map((step) =>
      typeof step === "number" ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `."${step}"`,
    )
    .join("");
  return text === "" ? "." : text.replace(/^\./, "");
}
