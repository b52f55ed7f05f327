// What the functions of templates do with values, as far as it matters which values are read: which ones look into their
// arguments, which hand them on, and which only ask of what kind they are. Every other function uses all that it is given.
import { either, filePath, nothing, other, seenText, type Seen, type SeenWorld } from "./seen.ts";

export type FollowFunction = (world: SeenWorld, args: readonly Seen[]) => Seen;

const last = (args: readonly Seen[]): Seen => args.at(-1) ?? nothing;
const first = (args: readonly Seen[]): Seen => args[0] ?? nothing;

const handsOn: FollowFunction = (_, args) => either(...args);
const handsOnFirst: FollowFunction = (_, args) => first(args);
const handsOnLast: FollowFunction = (_, args) => last(args);
const oneItem: FollowFunction = (world, args) => world.elements(last(args));
const asks: FollowFunction = () => other;

/** `append LIST ITEM`: what is in the list, or the item. */
const withItem: FollowFunction = (world, [list = nothing, ...items]) =>
  either(list, world.map([], either(...items)));

const merges: FollowFunction = (world, [target = nothing, ...sources]) => {
  for (const one of target.targets) {
    world.hasPut ||= one.kind !== "made";
    one.merged = either(one.merged ?? nothing, ...sources);
  }
  return either(target, ...sources);
};

const sets: FollowFunction = (world, [target = nothing, key = nothing, value = nothing]) => {
  for (const one of target.targets) {
    world.hasPut ||= one.kind !== "made";
    if (key.isOther || key.texts.size === 0) one.rest = either(one.rest ?? nothing, value);
    for (const text of key.texts) one.put.set(text, either(one.put.get(text) ?? nothing, value));
  }
  return target;
};

const digs: FollowFunction = (world, args) => {
  const keys = args.slice(0, -2);
  const found = keys.reduce<Seen>((from, key) => world.entry(from, key), last(args));
  return either(found, args.at(-2) ?? nothing);
};

const picks: FollowFunction = (world, [from = nothing, ...keys]) => {
  const isKnown = keys.every((key) => key.texts.size === 1 && !key.isOther);
  if (!isKnown) return from;
  return world.map(
    keys.flatMap(({ texts }) => [...texts].map((text) => [text, world.step(from, text)] as const)),
  );
};

const makesDict: FollowFunction = (world, args) => {
  const entries = new Map<string, Seen>();
  let rest: Seen | undefined;
  for (let index = 0; index < args.length; index += 2) {
    const key = args[index] ?? nothing;
    const value = args[index + 1] ?? nothing;
    if (key.isOther || key.texts.size === 0) rest = either(rest ?? nothing, value);
    for (const text of key.texts) entries.set(text, either(entries.get(text) ?? nothing, value));
  }
  return world.map(entries, rest);
};

const mostJoined = 100;

/** Texts put together: known where every part is; with the template's own path it is a path of the chart. */
const joinsTexts: FollowFunction = (world, args) => {
  if (args.some(({ texts }) => texts.has(filePath))) return seenText(filePath);
  const joined = args.reduce<readonly string[]>(
    (before, { texts }) =>
      before.flatMap((text) => [...texts].map((more) => text + more)).slice(0, mostJoined + 1),
    [""],
  );
  const isKnown = args.every(({ isOther, targets }) => !isOther && targets.size === 0);
  if (isKnown && joined.length <= mostJoined) return { ...nothing, texts: new Set(joined) };
  for (const arg of args) world.use(arg);
  return other;
};

/** `splitList SEPARATOR TEXT`, and `split`, which calls the parts `_0`, `_1`, …. */
function splits(prefix: string): FollowFunction {
  return (world, args) => {
    const [separators = nothing, text = nothing] = args;
    const [separator] = separators.texts;
    for (const arg of args) world.use(arg);
    if (separator === undefined || text.isOther || text.targets.size > 0) return other;
    return either(
      ...[...text.texts].map((one) =>
        world.map(one.split(separator).map((part, index) => [`${prefix}${index}`, seenText(part)])),
      ),
    );
  };
}

const formats: FollowFunction = (world, args) => {
  const [format, ...values] = args;
  const text = format?.texts.size === 1 ? [...format.texts][0] : undefined;
  const parts = text?.split("%s");
  if (parts?.length !== values.length + 1 || text?.replaceAll("%s", "").includes("%") === true) {
    for (const arg of args) world.use(arg);
    return args.some(({ texts }) => texts.has(filePath)) ? seenText(filePath) : other;
  }
  return joinsTexts(
    world,
    parts.flatMap((part, index) => [seenText(part), ...(values[index] === undefined ? [] : [values[index]])]),
  );
};

type TextFunction = (text: string, ...more: readonly string[]) => string;

/** Functions of one text that make another one; what they make of known texts is known. */
const textFunctions: Readonly<Record<string, TextFunction>> = {
  lower: (text: string) => text.toLowerCase(),
  upper: (text: string) => text.toUpperCase(),
  trim: (text: string) => text.trim(),
  toString: (text: string) => text,
  untitle: (text: string) => text.replace(/^./, (letter) => letter.toLowerCase()),
  camelcase: (text: string) =>
    text.replace(/(?:^|[-_ ])([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase()),
  replace: (text, from = "", to = "") => text.replaceAll(from, to),
  trimSuffix: (text, end = "") => (end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text),
  trimPrefix: (text, start = "") => (text.startsWith(start) ? text.slice(start.length) : text),
};

function changesText(change: TextFunction): FollowFunction {
  return (world, args) => {
    for (const arg of args) world.use(arg);
    const text = last(args);
    const more = args.slice(0, -1).map(({ texts }) => (texts.size === 1 ? [...texts][0] : undefined));
    if (args.some(({ isOther, targets }) => isOther || targets.size > 0)) return other;
    if (!more.every((one) => one !== undefined)) return other;
    return { ...nothing, texts: new Set([...text.texts].map((one) => change(one, ...more))) };
  };
}

/** Functions by their names; those whose name begins with `must` too do the same without it. */
const functions = new Map<string, FollowFunction>([
  ...["default", "coalesce", "or", "and"].map((name) => [name, handsOn] as const),
  ...["reverse", "uniq", "compact", "rest", "initial", "required", "deepCopy", "chunk"].map(
    (name) => [name, handsOnLast] as const,
  ),
  ...["without", "slice", "unset"].map((name) => [name, handsOnFirst] as const),
  ...["first", "last"].map((name) => [name, oneItem] as const),
  ...["append", "prepend", "push"].map((name) => [name, withItem] as const),
  ...["merge", "mergeOverwrite"].map((name) => [name, merges] as const),
  ...["not", "eq", "ne", "lt", "le", "gt", "ge", "len", "empty", "isset", "fail"].map(
    (name) => [name, asks] as const,
  ),
  ...["kindIs", "kindOf", "typeIs", "typeOf", "typeIsLike", "all", "any"].map(
    (name) => [name, asks] as const,
  ),
  ["concat", handsOn],
  ["ternary", (_, [yes = nothing, no = nothing]) => either(yes, no)],
  ["set", sets],
  ["dict", makesDict],
  ["list", (world, args) => world.map(args.map((arg, index) => [String(index), arg]))],
  ["tuple", (world, args) => world.map(args.map((arg, index) => [String(index), arg]))],
  ["get", (world, [from = nothing, key = nothing]) => world.entry(from, key)],
  ["index", (world, [from = nothing, ...keys]) => keys.reduce((at, key) => world.entry(at, key), from)],
  ["dig", digs],
  ["pick", picks],
  [
    "omit",
    (world, [from = nothing, ...keys]) => {
      for (const key of keys) world.entry(from, key);
      return from;
    },
  ],
  [
    "hasKey",
    (world, [from = nothing, key = nothing]) => {
      world.entry(from, key);
      return other;
    },
  ],
  [
    "pluck",
    (world, [key = nothing, ...maps]) => world.map([], either(...maps.map((map) => world.entry(map, key)))),
  ],
  [
    "keys",
    (world, args) => {
      for (const arg of args) world.elements(arg);
      return other;
    },
  ],
  ["values", (world, args) => world.map([], either(...args.map((arg) => world.elements(arg))))],
  ["splitList", splits("")],
  ["split", splits("_")],
  ...Object.entries(textFunctions).map(([name, change]) => [name, changesText(change)] as const),
  ["print", joinsTexts],
  ["printf", formats],
]);

/** What comes out of a function other than `include` and `tpl`; the values that it uses are marked. */
export function followFunction(world: SeenWorld, name: string, args: readonly Seen[]): Seen {
  const known =
    functions.get(name) ??
    functions.get(name.replace(/^must(.)/, (_, letter: string) => letter.toLowerCase()));
  if (known !== undefined) return known(world, args);
  for (const arg of args) world.use(arg);
  return other;
}
