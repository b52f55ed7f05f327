// What changed between two readings of a release's values, leaf by leaf; for showing, never for deciding.
import type { Json, ValuesLayer } from "../declaration.ts";
import { isMap, ownValue, pathText } from "./merge-values.ts";
import type { ValueChange } from "../plan/plan.ts";
import type { Path } from "../yaml/yaml-tree.ts";

/** At most this many are listed: a view says how many more there are by its own count of `truncated`. */
const limit = 200;

/**
 * Leaves that differ, in the order of their paths. An empty map or list is a leaf; null and absent differ. `isSecret` says
 * of a path whether what stands there, above or below it is never to be shown, `isUnknown` whether it can't be compared.
 */
export function compareValues(
  before: Json | undefined,
  after: Json | undefined,
  isSecret: (path: Path) => ValueChange["secret"] = () => undefined,
  isUnknown: (path: Path) => boolean = () => false,
): readonly ValueChange[] {
  const changes: ValueChange[] = [];
  const add = (path: Path, sides: Pick<ValueChange, "before" | "after">): void => {
    if (isUnknown(path)) return;
    const secret = isSecret(path);
    changes.push({ path: pathText(path), ...sides, ...(secret === undefined ? {} : { secret }) });
  };
  // No values at all and an empty map are the same to helm.
  if (!isNothing(before) || !isNothing(after)) collect(before, after, [], changes, add);
  return changes;
}

type Add = (path: Path, sides: Pick<ValueChange, "before" | "after">) => void;

function collect(
  before: Json | undefined,
  after: Json | undefined,
  path: Path,
  changes: readonly ValueChange[],
  add: Add,
): void {
  if (changes.length >= limit || before === after) return;
  if (isMap(before) && isMap(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted())
      collect(ownValue(before, key), ownValue(after, key), [...path, key], changes, add);
    return;
  }
  if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      collect(before[index], after[index], [...path, index], changes, add);
    return;
  }
  add(path, { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}

/** True for paths at which one of the secret layers says something, or at which a value above or below does. */
export function secretPaths(layers: readonly ValuesLayer[]): (path: Path) => boolean {
  return pathsOf(layers.filter((layer) => layer.isSecret));
}

/** True for paths at which one of the layers says something, or at which a value above or below does. */
export function pathsOf(layers: readonly ValuesLayer[]): (path: Path) => boolean {
  return (path) => layers.some(({ tree }) => touches(tree, path));
}

function touches(tree: Json, path: Path): boolean {
  let value: Json | undefined = tree;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return true;
    // A list of a stronger layer replaces the whole one below it.
    if (Array.isArray(value) && typeof step === "string") return true;
    value = ownValue(value, step);
    if (value === undefined) return false;
  }
  return true;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || (isMap(value) && Object.keys(value).length === 0);
}
