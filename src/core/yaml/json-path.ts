// Values with one place in them changed, and whether two values are the same.
import type { Json } from "../declaration.ts";
import type { Path } from "./yaml-tree.ts";

/** A copy of `value` with `wanted` at the path; what is missing, or nothing, on the way becomes a map. */
export function withValueAt(value: Json | undefined, path: Path, wanted: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return wanted;
  if (Array.isArray(value) && typeof step === "number") {
    const list = value as readonly Json[];
    return list.map((one, index) => (index === step ? withValueAt(one, rest, wanted) : one));
  }
  const map: Readonly<Record<string, Json>> =
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, Json>)
      : {};
  const below = Object.hasOwn(map, step) ? map[String(step)] : undefined;
  return Object.fromEntries([...Object.entries(map), [String(step), withValueAt(below, rest, wanted)]]);
}

/** The order of a map's keys does not matter. */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  const [left, right] = [a as Readonly<Record<string, Json>>, b as Readonly<Record<string, Json>>];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]))
  );
}
