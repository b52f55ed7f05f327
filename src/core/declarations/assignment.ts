// `KEY=VALUE` of the command line as a path and a value, in the syntax of `helm --set`.
import type { Path } from "../yaml/yaml-tree.ts";
import { typedValue, type NewValue } from "../yaml/yaml-write.ts";

/** A field of a declaration, counted from its document's root, and what it is to be. */
export type Assignment = { readonly path: Path; readonly value: NewValue; readonly written: string };

/**
 * Reads `version=1.4.3`, `values.image.tag=x`, `values.hosts[0].name=y`; a dot that belongs to a name is written `\.`. Keys
 * are fields of spec unless they begin with `metadata.` or `spec.`. The text says what is wrong.
 */
export function parseAssignment(argument: string, asText: boolean): Assignment | string {
  const steps: (string | number)[] = [];
  let name = "";
  let at = 0;
  const end = (): void => {
    if (name !== "") steps.push(name);
    name = "";
  };
  for (; at < argument.length && argument[at] !== "="; at++) {
    const character = argument.charAt(at);
    const place = character === "[" ? /^\[([0-9]{1,6})\]/.exec(argument.slice(at)) : null;
    if (character === "\\" && at + 1 < argument.length) name += argument.charAt(++at);
    else if (place !== null) {
      end();
      steps.push(Number(place[1]));
      at += place[0].length - 1;
    } else if (character !== ".") name += character;
    else if (name === "" && typeof steps.at(-1) !== "number") return "has an empty name in its path";
    else end();
  }
  if (at === argument.length) return "has no = in it";
  if (name === "" && typeof steps.at(-1) !== "number") return "has an empty name in its path";
  end();
  const [first] = steps;
  const value = argument.slice(at + 1);
  const path = first === "spec" || first === "metadata" ? steps : ["spec", ...steps];
  if (path.length < 2) return "names no field";
  return { path, value: asText ? { json: value } : typedValue(value), written: value };
}
