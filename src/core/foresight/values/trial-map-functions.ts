// Functions of templates over maps and lists, in a trial run.
import { at, refuse, type TrialFunction } from "./trial-function.ts";
import {
  copyOf,
  givenBoolean,
  givenMap,
  givenText,
  nil,
  truthOf,
  unknown,
  type Given,
} from "./trial-values.ts";

/** A function whose map must be one. */
function onMap(
  name: string,
  index: number,
  make: (map: Extract<Given, { kind: "map" }>, args: readonly Given[], isSure: boolean) => Given,
): TrialFunction {
  return (args, isSure) => {
    const map = at(args, index);
    if (map.kind === "map") return make(map, args, isSure);
    return map.kind === "unknown" ? unknown : refuse(name, "map", map);
  };
}

/** The entry of a map by a key, as a field of it is. */
export function entryOf(map: Extract<Given, { kind: "map" }>, key: string): Given {
  const found = map.entries.get(key);
  if (found !== undefined) return found;
  if (map.isOpen) return unknown;
  return map.path === undefined ? nil : { kind: "null", path: [...map.path, key] };
}

const getEntry = onMap("get", 0, (map, args) => {
  const key = at(args, 1);
  if (key.kind !== "string") return unknown;
  const found = entryOf(map, key.value);
  // Where there is none, it is an empty text.
  return found.kind === "null" && !map.entries.has(key.value) ? { kind: "string", value: "" } : found;
});

const indexInto: TrialFunction = ([from = nil, ...keys]) => {
  let found = from;
  for (const key of keys) {
    if (found.kind === "null") return { refused: "index of nothing", about: found };
    if (found.kind === "map" && key.kind === "string") found = entryOf(found, key.value);
    else if (found.kind === "list" && key.kind === "number") {
      const item = found.items[key.value];
      if (item === undefined) return { refused: `the list has no item ${key.value}`, about: found };
      found = item;
    } else return unknown;
  }
  return found;
};

const dig: TrialFunction = (args) => {
  let found = at(args, -1);
  for (const key of args.slice(0, -2)) {
    if (found.kind !== "map" || key.kind !== "string") return unknown;
    const next = found.entries.get(key.value);
    if (next === undefined) return found.isOpen ? unknown : at(args, -2);
    found = next;
  }
  return found;
};

const setEntry = onMap("set", 0, (map, args, isSure) => {
  const key = at(args, 1);
  if (key.kind === "string") map.entries.set(key.value, isSure ? at(args, 2) : unknown);
  else map.isOpen = true;
  return map;
});

/** `merge` keeps what is there, `mergeOverwrite` does not. */
function merges(name: string, overwrites: boolean): TrialFunction {
  return (args, isSure) => {
    const [target = nil, ...sources] = args;
    for (const one of args) if (one.kind !== "map" && one.kind !== "unknown") return refuse(name, "map", one);
    if (target.kind !== "map") return unknown;
    for (const source of sources) {
      if (source.kind === "map" && isSure) mergeInto(target, source, overwrites);
      else if (overwrites) {
        target.isOpen = true;
        for (const key of target.entries.keys()) target.entries.set(key, unknown);
      } else target.isOpen = true;
    }
    return target;
  };
}

function mergeInto(
  target: Extract<Given, { kind: "map" }>,
  source: Extract<Given, { kind: "map" }>,
  overwrites: boolean,
): void {
  target.isOpen ||= source.isOpen;
  for (const [key, value] of source.entries) {
    const before = target.entries.get(key);
    if (before?.kind === "map" && value.kind === "map") {
      const merged = copyOf(before);
      if (merged.kind === "map") mergeInto(merged, value, overwrites);
      target.entries.set(key, merged);
    } else if (before === undefined || overwrites || truthOf(before) === false)
      target.entries.set(key, value);
    else if (truthOf(before) === undefined) target.entries.set(key, unknown);
  }
}

const makesDict: TrialFunction = (args) => {
  const entries: (readonly [string, Given])[] = [];
  let isOpen = false;
  for (let index = 0; index < args.length; index += 2) {
    const key = at(args, index);
    if (key.kind === "string") entries.push([key.value, args[index + 1] ?? givenText("")]);
    else isOpen = true;
  }
  return { ...givenMap(entries), isOpen } as Given;
};

/** By their names. */
export const mapFunctions: readonly (readonly [string, TrialFunction])[] = [
  ["dict", makesDict],
  ["get", getEntry],
  ["index", indexInto],
  ["dig", dig],
  ["set", setEntry],
  [
    "unset",
    onMap("unset", 0, (map) => {
      map.isOpen = true;
      for (const key of map.entries.keys()) map.entries.set(key, unknown);
      return map;
    }),
  ],
  [
    "hasKey",
    onMap("hasKey", 0, (map, args) => {
      const key = at(args, 1);
      return key.kind !== "string"
        ? unknown
        : map.entries.has(key.value)
          ? givenBoolean(true)
          : map.isOpen
            ? unknown
            : givenBoolean(false);
    }),
  ],
  ["keys", onMap("keys", 0, () => unknown)],
  ["values", onMap("values", 0, () => unknown)],
  ["merge", merges("merge", false)],
  ["mergeOverwrite", merges("mergeOverwrite", true)],
];
