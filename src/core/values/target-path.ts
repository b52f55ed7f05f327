// Paths as helm's --set writes them (`db.hosts[0].name`, `annotations.example\.com/owner`), and a value put at one.
import type { Json } from "../declaration.ts";
import { isMap, mapOf, mergeLayers, ownValue } from "./merge-values.ts";
import type { Path } from "../yaml/yaml-tree.ts";

/** Helm refuses a greater index. */
const greatestIndex = 65_536;

/** The steps of a path, or what is wrong with it. A backslash takes the meaning from the character behind it. */
export function parseTargetPath(text: string): Path | { readonly problem: string } {
  const steps: (string | number)[] = [];
  let name = "";
  let isOpen = true;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") {
      at++;
      if (at === text.length) return { problem: "ends with a backslash" };
      name += text.charAt(at);
    } else if (character === ".") {
      if (isOpen && name === "") return { problem: "has an empty name in it" };
      if (isOpen) steps.push(name);
      name = "";
      isOpen = true;
    } else if (character === "[") {
      const match = /^\[([0-9]{1,6})\]/.exec(text.slice(at));
      if (match === null || Number(match[1]) > greatestIndex)
        return { problem: `has an index that is no number up to ${greatestIndex}` };
      if (isOpen && name !== "") steps.push(name);
      else if (isOpen) return { problem: "has an index without a name before it" };
      steps.push(Number(match[1]));
      name = "";
      isOpen = false;
      at += match[0].length - 1;
    } else if (!isOpen) return { problem: "goes on behind ] without a dot" };
    else if (character === "," || character === "=" || character === "{")
      return {
        problem: `has a ${character} in it, which means something else to helm: write \\${character}`,
      };
    else name += character;
  }
  if (!isOpen) return steps;
  return name === "" ? { problem: "ends with an empty name" } : [...steps, name];
}

/**
 * A tree with nothing but `value` at `path`. A list on the way takes its other items from `below`, because a list of a
 * stronger layer replaces the one under it; what is not there is null.
 */
export function treeWith(path: Path, value: Json, below: Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inner = treeWith(rest, value, ownValue(below, step));
  if (typeof step === "string") return mapOf([[step, inner]]);
  const items: Json[] = Array.isArray(below) ? [...(below as readonly Json[])] : [];
  while (items.length < step) items.push(null);
  const item = items[step];
  items[step] = isMap(item) && isMap(inner) ? mergeLayers([{ tree: item }, { tree: inner }]) : inner;
  return items;
}
