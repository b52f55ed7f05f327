// Values as the templates of one release have them, as far as they are known: the domain of a trial run.
import type { Json } from "../../declaration.ts";
import { isMap } from "../../values/merge-values.ts";
import type { Path } from "../../yaml/yaml-tree.ts";

/** Where a value stands, or would stand, in the values of the release. */
type Placed = { readonly path?: Path };

/**
 * A value. `unknown` may be anything, but where `truth` says so it counts as true or false; a null is what Go calls nil (a soft one
 * has fields, which are nil too), and `isInteger` is a number that no value of YAML is. An open map may hold more than what is known.
 */
export type Given = Placed &
  (
    | { readonly kind: "null"; readonly isSoft?: boolean }
    | { readonly kind: "boolean"; readonly value: boolean }
    | { readonly kind: "number"; readonly value: number; readonly isInteger: boolean }
    | { readonly kind: "string"; readonly value: string; readonly isFromNull?: boolean }
    | { readonly kind: "map"; readonly entries: Map<string, Given>; isOpen: boolean }
    | { readonly kind: "list"; readonly items: readonly Given[] }
    | { readonly kind: "unknown"; readonly truth?: boolean }
  );

export const nil: Given = { kind: "null" };
export const unknown: Given = { kind: "unknown" };
/** Some text or map or list that is not empty. */
export const something: Given = { kind: "unknown", truth: true };

export function givenText(value: string): Given {
  return { kind: "string", value };
}

export function givenBoolean(value: boolean): Given {
  return { kind: "boolean", value };
}

export function givenInteger(value: number): Given {
  return { kind: "number", value, isInteger: true };
}

export function givenMap(entries: Iterable<readonly [string, Given]>): Given {
  return { kind: "map", entries: new Map(entries), isOpen: false };
}

/** Values below a path of the release's values; a text that is the mark stands for what is not known. */
export function givenJson(value: Json, path: Path, mark: string): Given {
  if (value === null) return { kind: "null", path };
  if (typeof value === "boolean") return { kind: "boolean", value, path };
  if (typeof value === "number") return { kind: "number", value, isInteger: false, path };
  if (typeof value === "string")
    return value === mark ? { kind: "unknown", path } : { kind: "string", value, path };
  if (!isMap(value)) {
    const items = value.map((item, index) => givenJson(item, [...path, index], mark));
    return { kind: "list", items, path };
  }
  return {
    kind: "map",
    entries: new Map(Object.entries(value).map(([key, one]) => [key, givenJson(one, [...path, key], mark)])),
    isOpen: false,
    path,
  };
}

/** What a condition makes of it; undefined where that is not known. */
export function truthOf(given: Given): boolean | undefined {
  switch (given.kind) {
    case "null":
      return false;
    case "boolean":
      return given.value;
    case "number":
      return given.value !== 0;
    case "string":
      return given.value !== "";
    case "map":
      return given.entries.size > 0 ? true : given.isOpen ? undefined : false;
    case "list":
      return given.items.length > 0;
    case "unknown":
      return given.truth;
  }
}

/** As it is printed; undefined where that is not known. */
export function printed(given: Given): string | undefined {
  switch (given.kind) {
    case "null":
      return "<no value>";
    case "boolean":
      return String(given.value);
    case "number":
      return Number.isSafeInteger(given.value) && Math.abs(given.value) < 1_000_000
        ? String(given.value)
        : undefined;
    case "string":
      return given.value;
    case "map":
    case "list":
    case "unknown":
      return undefined;
  }
}

/** What Go calls its type where it refuses it. */
export function typeName(given: Given): string {
  switch (given.kind) {
    case "null":
      return "nothing";
    case "boolean":
      return "bool";
    case "number":
      return given.isInteger ? "int" : "float64";
    case "string":
      return "string";
    case "map":
      return "map[string]interface {}";
    case "list":
      return "[]interface {}";
    case "unknown":
      return "anything";
  }
}

/** As it comes out of parentheses, of a variable, or of a call: Go knows no longer that it was in a map. */
export function softened(given: Given): Given {
  return given.kind === "null" ? { ...given, isSoft: true } : given;
}

/** A value that nobody else changes. */
export function copyOf(given: Given, depth = 0): Given {
  if (depth > 50) return unknown;
  if (given.kind === "list") return { ...given, items: given.items.map((item) => copyOf(item, depth + 1)) };
  if (given.kind !== "map") return given;
  const entries = new Map([...given.entries].map(([key, value]) => [key, copyOf(value, depth + 1)]));
  return { ...given, entries };
}
