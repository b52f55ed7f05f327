// What changed between two readings of a release's values, leaf by leaf; for showing, never for deciding.
import type { Json } from "./declaration.ts";
import type { ValueChange } from "./plan.ts";

/** At most this many are listed: a view says how many more there are by its own count of `truncated`. */
const limit = 200;

/** Leaves that differ, in the order of their paths. An empty map or list is a leaf; null and absent differ. */
export function compareValues(before: Json | undefined, after: Json | undefined): readonly ValueChange[] {
  const changes: ValueChange[] = [];
  // No values at all and an empty map are the same to helm.
  if (!isNothing(before) || !isNothing(after)) collect(before, after, "", changes);
  return changes;
}

function collect(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  changes: ValueChange[],
): void {
  if (changes.length >= limit || before === after) return;
  if (isMap(before) && isMap(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted())
      collect(own(before, key), own(after, key), join(path, key), changes);
    return;
  }
  if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      collect(before[index], after[index], `${path}[${index}]`, changes);
    return;
  }
  changes.push({
    path: path === "" ? "." : path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

type JsonMap = { readonly [key: string]: Json };

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || (isMap(value) && Object.keys(value).length === 0);
}

function own(map: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function join(path: string, key: string): string {
  const part = /^[\w-]+$/.test(key) ? key : `"${key}"`;
  return path === "" ? part : `${path}.${part}`;
}
