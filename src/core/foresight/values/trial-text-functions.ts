// Functions of templates over texts, in a trial run.
import { at, refuse, type TrialFunction } from "./trial-function.ts";
import {
  givenBoolean,
  givenText,
  printed,
  something,
  truthOf,
  unknown,
  nil,
  type Given,
} from "./trial-values.ts";

/** A function over texts. Go takes nothing else for them. */
function onTexts(
  name: string,
  count: number,
  make: (...texts: readonly string[]) => string | boolean | undefined,
): TrialFunction {
  return (args) => {
    const texts = args.slice(-count);
    const wrong = texts.find(({ kind }) => kind !== "string" && kind !== "unknown");
    if (wrong !== undefined) return refuse(name, "string", wrong);
    const known = texts.flatMap((one) => (one.kind === "string" ? one.value : []));
    if (known.length < count) return unknown;
    const made = make(...known);
    if (made === undefined) return unknown;
    return typeof made === "string" ? givenText(made) : givenBoolean(made);
  };
}

/** A text behind numbers: `trunc 63 TEXT`. */
function onNumberAndText(
  name: string,
  make: (count: number, text: string) => string | undefined,
): TrialFunction {
  return (args) => {
    const text = at(args, -1);
    const count = at(args, 0);
    if (text.kind !== "string" && text.kind !== "unknown") return refuse(name, "string", text);
    const made =
      text.kind === "string" && count.kind === "number" ? make(count.value, text.value) : undefined;
    return made === undefined ? { kind: "unknown", ...truthIfKnown(text) } : givenText(made);
  };
}

function truthIfKnown(given: Given): { readonly truth?: boolean } {
  const truth = truthOf(given);
  return truth === undefined ? {} : { truth };
}

const quotes: TrialFunction = (args) => {
  const given = at(args, 0);
  if (args.length === 1 && given.kind === "null")
    return {
      kind: "string",
      value: "",
      isFromNull: true,
      ...(given.path === undefined ? {} : { path: given.path }),
    };
  if (args.length === 1 && given.kind === "string")
    return {
      kind: "string",
      value: JSON.stringify(given.value),
      ...(given.path === undefined ? {} : { path: given.path }),
    };
  return something;
};

const format: TrialFunction = ([pattern = nil, ...args]) => {
  if (pattern.kind !== "string")
    return pattern.kind === "unknown" ? unknown : refuse("printf", "string", pattern);
  const parts = pattern.value.split(/(%[sdv])/);
  let text = "";
  let index = 0;
  for (const part of parts) {
    if (!/^%[sdv]$/.test(part)) {
      if (part.includes("%")) return something;
      text += part;
      continue;
    }
    const arg = args[index++];
    if (arg?.kind === "null" && part !== "%v")
      return {
        refused: `a part of ${JSON.stringify(pattern.value)}`,
        about: arg,
        isPrinted: true,
      };
    const fits =
      arg?.kind === "string"
        ? part !== "%d"
        : arg?.kind === "number" && part === "%d"
          ? arg.isInteger
          : part === "%v";
    const shown = !fits || arg === undefined || arg.kind === "null" ? undefined : printed(arg);
    if (shown === undefined) return { kind: "unknown", ...(text === "" ? {} : { truth: true }) };
    text += shown;
  }
  return index === args.length ? givenText(text) : something;
};

const indentLines = (count: number, text: string): string | undefined =>
  count < 0 || count > 100 ? undefined : " ".repeat(count) + text.replaceAll("\n", `\n${" ".repeat(count)}`);

/** By their names. */
export const textFunctions: readonly (readonly [string, TrialFunction])[] = [
  [
    "trimSuffix",
    onTexts("trimSuffix", 2, (end = "", text = "") =>
      end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text,
    ),
  ],
  [
    "trimPrefix",
    onTexts("trimPrefix", 2, (start = "", text = "") =>
      text.startsWith(start) ? text.slice(start.length) : text,
    ),
  ],
  [
    "replace",
    onTexts("replace", 3, (from = "", to = "", text = "") =>
      from === "" ? undefined : text.replaceAll(from, to),
    ),
  ],
  ["contains", onTexts("contains", 2, (part = "", text = "") => text.includes(part))],
  ["hasPrefix", onTexts("hasPrefix", 2, (start = "", text = "") => text.startsWith(start))],
  ["hasSuffix", onTexts("hasSuffix", 2, (end = "", text = "") => text.endsWith(end))],
  ["lower", onTexts("lower", 1, (text = "") => text.toLowerCase())],
  ["upper", onTexts("upper", 1, (text = "") => text.toUpperCase())],
  ["trim", onTexts("trim", 1, (text = "") => text.trim())],
  ...["trimAll", "regexMatch"].map((name) => [name, onTexts(name, 2, () => undefined)] as const),
  ...[
    "title",
    "untitle",
    "nospace",
    "b64enc",
    "b64dec",
    "sha256sum",
    "sha1sum",
    "camelcase",
    "kebabcase",
    "snakecase",
    "fromYaml",
    "fromJson",
  ].map((name) => [name, onTexts(name, 1, () => undefined)] as const),
  [
    "trunc",
    onNumberAndText("trunc", (count, text) =>
      /^[ -~]*$/.test(text) && count >= 0 ? text.slice(0, count) : undefined,
    ),
  ],
  ["indent", onNumberAndText("indent", indentLines)],
  [
    "nindent",
    onNumberAndText("nindent", (count, text) => {
      const lines = indentLines(count, text);
      return lines === undefined ? undefined : `\n${lines}`;
    }),
  ],
  ["quote", quotes],
  ["squote", quotes],
  [
    "toString",
    ([given = nil]) => {
      const text = given.kind === "null" ? undefined : printed(given);
      return text === undefined ? unknown : givenText(text);
    },
  ],
  ["printf", format],
  [
    "splitList",
    ([separator = nil, text = nil]) =>
      separator.kind === "string" && text.kind === "string"
        ? { kind: "list", items: text.value.split(separator.value).map(givenText) }
        : unknown,
  ],
];
