// What the functions of templates make of known values in a trial run. A function that is not here makes something unknown;
// one that Helm lets fail for such arguments says so.
import type { TrialFunction } from "./trial-function.ts";
import { mapFunctions } from "./trial-map-functions.ts";
import { textFunctions } from "./trial-text-functions.ts";
import {
  copyOf,
  givenBoolean,
  givenInteger,
  givenText,
  nil,
  something,
  truthOf,
  unknown,
  type Given,
} from "./trial-values.ts";

const equal = (args: readonly Given[]): boolean | undefined => {
  const [first = nil, ...others] = args;
  const found = others.map((other) => {
    if (first.kind === "unknown" || other.kind === "unknown") return undefined;
    if (first.kind === "null" || other.kind === "null") return first.kind === other.kind;
    if (first.kind === "string" && other.kind === "string") return first.value === other.value;
    if (first.kind === "boolean" && other.kind === "boolean") return first.value === other.value;
    if (first.kind === "number" && other.kind === "number" && first.isInteger && other.isInteger)
      return first.value === other.value;
    return undefined;
  });
  if (found.includes(true)) return true;
  return found.includes(undefined) ? undefined : false;
};

function verdict(value: boolean | undefined): Given {
  return value === undefined ? unknown : givenBoolean(value);
}

function compares(test: (one: number, other: number) => boolean): TrialFunction {
  return ([one = nil, other = nil]) =>
    one.kind === "number" && other.kind === "number" && one.isInteger && other.isInteger
      ? givenBoolean(test(one.value, other.value))
      : unknown;
}

/** The first that is not empty, as far as that is known. */
function firstNotEmpty(args: readonly Given[]): Given {
  for (const [index, one] of args.entries()) {
    const truth = truthOf(one);
    if (truth === true) return one;
    if (truth === undefined)
      return args.slice(index + 1).some((other) => truthOf(other) === true) ? something : unknown;
  }
  return args.at(-1) ?? nil;
}

const kindNames: Readonly<Record<Given["kind"], string | undefined>> = {
  null: "invalid",
  boolean: "bool",
  number: undefined,
  string: "string",
  map: "map",
  list: "slice",
  unknown: undefined,
};

function kindOf(given: Given): string | undefined {
  return kindNames[given.kind];
}

const isOfKind: TrialFunction = ([name = nil, given = nil]) => {
  const kind = kindOf(given);
  return verdict(name.kind === "string" && kind !== undefined ? name.value === kind : undefined);
};

const isOfType: TrialFunction = ([name = nil, given = nil]) => {
  if (name.kind !== "string" || given.kind === "unknown") return unknown;
  return verdict(["string", "bool"].includes(name.value) ? kindOf(given) === name.value : undefined);
};

const toInteger: TrialFunction = ([given = nil]) => {
  if (given.kind === "null") return givenInteger(0);
  if (given.kind === "number") return givenInteger(Math.trunc(given.value));
  return given.kind === "string" && /^-?[1-9]\d{0,8}$|^0$/.test(given.value)
    ? givenInteger(Number(given.value))
    : unknown;
};

const lengthOf: TrialFunction = ([given = nil]) => {
  if (given.kind === "null") return { refused: "len of nothing", about: given };
  if (given.kind === "list") return givenInteger(given.items.length);
  if (given.kind === "map" && !given.isOpen) return givenInteger(given.entries.size);
  return given.kind === "string" && /^[ -~]*$/.test(given.value) ? givenInteger(given.value.length) : unknown;
};

const itemAt =
  (index: 0 | -1): TrialFunction =>
  ([given = nil]) =>
    given.kind === "list" ? (given.items.at(index) ?? nil) : unknown;

const functions = new Map<string, TrialFunction>([
  ...textFunctions,
  ...mapFunctions,
  ["default", ([standard = nil, given = nil]) => firstNotEmpty([given, standard])],
  ["coalesce", (args) => firstNotEmpty([...args, nil])],
  [
    "ternary",
    ([yes = nil, no = nil, test = nil]) => (test.kind === "boolean" ? (test.value ? yes : no) : unknown),
  ],
  [
    "not",
    ([given = nil]) => {
      const truth = truthOf(given);
      return verdict(truth === undefined ? undefined : !truth);
    },
  ],
  [
    "empty",
    ([given = nil]) => {
      const truth = truthOf(given);
      return verdict(truth === undefined ? undefined : !truth);
    },
  ],
  ["eq", (args) => verdict(equal(args))],
  [
    "ne",
    (args) => {
      const same = equal(args);
      return verdict(same === undefined ? undefined : !same);
    },
  ],
  ["lt", compares((one, other) => one < other)],
  ["le", compares((one, other) => one <= other)],
  ["gt", compares((one, other) => one > other)],
  ["ge", compares((one, other) => one >= other)],
  ["list", (items) => ({ kind: "list", items })],
  ["tuple", (items) => ({ kind: "list", items })],
  ["deepCopy", ([given = nil]) => copyOf(given)],
  ["first", itemAt(0)],
  ["last", itemAt(-1)],
  [
    "append",
    ([list = nil, item = nil]) =>
      list.kind === "list" ? { kind: "list", items: [...list.items, item] } : unknown,
  ],
  [
    "concat",
    (args) =>
      args.every((one) => one.kind === "list")
        ? { kind: "list", items: args.flatMap(({ items }) => items) }
        : unknown,
  ],
  ["kindIs", isOfKind],
  ["typeIs", isOfType],
  [
    "kindOf",
    ([given = nil]) => {
      const kind = kindOf(given);
      return kind === undefined ? unknown : givenText(kind);
    },
  ],
  ["len", lengthOf],
  ["int", toInteger],
  ["int64", toInteger],
  ["toYaml", () => something],
  ["toJson", () => something],
]);

/** What comes of a function; undefined where its name says nothing to Headway. */
export function trialFunction(name: string): TrialFunction | undefined {
  return (
    functions.get(name) ??
    functions.get(name.replace(/^must(.)/, (_, letter: string) => letter.toLowerCase()))
  );
}
