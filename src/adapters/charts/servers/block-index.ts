// Reads an index in the shape that Helm writes, line by line: block mappings, one key a line. That is some fifty times as
// fast as parsing YAML, and needs no memory for what is not asked for. An entry that is written otherwise goes to a parser.
import { describedChart, type DescribedChart } from "./indexed-chart.ts";

/** Where an entry's keys stand, and what of it was understood. */
type Entry = {
  readonly start: number;
  readonly keyIndent: number;
  readonly fields: Map<string, string>;
  readonly urls: string[];
  readonly dependencies: Map<string, string>[];
  /** The key whose value goes on in the next lines; empty where that value is not asked for. */
  open: string;
  /** Where the items of the open list stand; -1 before the first. */
  itemIndent: number;
  /** Where the keys of the last item stand. */
  itemKeyIndent: number;
  /** True where something was written in another way than Helm does. */
  isHard: boolean;
};

type Reading = {
  readonly index: Buffer;
  readonly parse: (yaml: string) => unknown;
  readonly found: DescribedChart[];
  /** True where an entry could not be understood by itself; with aliases for example, whose anchors are elsewhere. */
  isTorn: boolean;
  name: string;
  nameIndent: number;
  entry: Entry | undefined;
};

const wanted: ReadonlySet<string> = new Set(["name", "version", "appVersion", "digest"]);
const lists: ReadonlySet<string> = new Set(["urls", "dependencies"]);
const space = 0x20;
const dash = 0x2d;
const hash = 0x23;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Every entry, in order, and whether some were left out because `parse`, which is given single entries, made nothing of
 * them; undefined where there is no `entries:` in block style.
 */
export function readBlockIndex(
  index: Buffer,
  parse: (yaml: string) => unknown,
): { readonly entries: readonly DescribedChart[]; readonly isTorn: boolean } | undefined {
  const reading: Reading = {
    index,
    parse,
    found: [],
    isTorn: false,
    name: "",
    nameIndent: -1,
    entry: undefined,
  };
  let within = false;
  let seen = false;
  let tab = false;
  for (let at = 0; at < index.length;) {
    const next = index.indexOf(newline, at);
    const lineEnd = next < 0 ? index.length : next;
    let end = lineEnd;
    while (end > at && (index[end - 1] === space || index[end - 1] === carriageReturn)) end--;
    let start = at;
    while (start < end && index[start] === space) start++;
    if (start < end && index[start] !== hash) {
      tab ||= index[start] === 0x09;
      // A list may stand as far left as the key that it belongs to.
      if (start === at && index[start] !== dash) {
        closeEntry(reading, at);
        const line = index.toString("latin1", start, end);
        within = line === "entries:" || line === "entries: {}";
        seen ||= within;
      } else if (within) readLine(reading, at, start, end);
    }
    at = lineEnd + 1;
  }
  closeEntry(reading, index.length);
  return seen && !tab ? { entries: reading.found, isTorn: reading.isTorn } : undefined;
}

function readLine(reading: Reading, lineStart: number, start: number, end: number): void {
  const { index, entry } = reading;
  const indent = start - lineStart;
  const isItem = index[start] === dash && (start + 1 === end || index[start + 1] === space);
  if (entry !== undefined && indent >= entry.keyIndent) {
    readEntryLine(entry, index, indent, start, end, isItem);
    return;
  }
  if (isItem && reading.nameIndent >= 0 && indent >= reading.nameIndent) {
    closeEntry(reading, lineStart);
    openEntry(reading, lineStart, start, end);
  } else if (!isItem && (reading.nameIndent < 0 || indent === reading.nameIndent)) {
    closeEntry(reading, lineStart);
    reading.nameIndent = indent;
    const [key = ""] = splitPair(index.toString("utf8", start, end)) ?? [];
    reading.name = key;
  } else if (entry !== undefined) entry.isHard = true;
}

function openEntry(reading: Reading, lineStart: number, start: number, end: number): void {
  let key = start + 1;
  while (key < end && reading.index[key] === space) key++;
  const keyIndent = key < end ? key - lineStart : start - lineStart + 2;
  const entry: Entry = {
    start: lineStart,
    keyIndent,
    fields: new Map(),
    urls: [],
    dependencies: [],
    open: "",
    itemIndent: -1,
    itemKeyIndent: -1,
    isHard: key >= end,
  };
  reading.entry = entry;
  if (key < end) readKey(entry, reading.index.toString("utf8", key, end));
}

function closeEntry(reading: Reading, end: number): void {
  const { entry, name } = reading;
  if (entry === undefined) return;
  reading.entry = undefined;
  const chart = entry.isHard ? parseEntry(reading, entry.start, end) : understood(entry);
  if (chart?.name === name) reading.found.push(chart);
}

function understood({ fields, urls, dependencies }: Entry): DescribedChart {
  const text = (from: ReadonlyMap<string, string>, key: string): string => from.get(key) ?? "";
  return {
    name: text(fields, "name"),
    version: text(fields, "version"),
    appVersion: text(fields, "appVersion"),
    digest: text(fields, "digest"),
    urls,
    dependencies: dependencies.map((entry) => ({
      name: text(entry, "name"),
      version: text(entry, "version"),
      repository: text(entry, "repository"),
    })),
  };
}

function parseEntry(reading: Reading, start: number, end: number): DescribedChart | undefined {
  const list = reading.parse(reading.index.toString("utf8", start, end));
  if (Array.isArray(list) && list.length === 1) return describedChart(list[0]);
  reading.isTorn = true;
  return undefined;
}

function readEntryLine(
  entry: Entry,
  index: Buffer,
  indent: number,
  start: number,
  end: number,
  isItem: boolean,
): void {
  if (indent === entry.keyIndent && !isItem) {
    // Most of an index are keys that nobody asks for; their first letter says so.
    const first = index[start] ?? 0;
    if (isLetterOfInterest(first)) readKey(entry, index.toString("utf8", start, end));
    else entry.open = "";
    return;
  }
  if (entry.open === "") return;
  if (!lists.has(entry.open)) {
    entry.isHard = true;
    return;
  }
  readListLine(entry, index.toString("utf8", start, end), indent, isItem);
}

/** a, d, n, u, v, and quotes, question marks and the like, which only a parser understands. */
function isLetterOfInterest(code: number): boolean {
  const letter = String.fromCharCode(code);
  return "adnuv".includes(letter) || !/[a-zA-Z]/.test(letter);
}

function readKey(entry: Entry, line: string): void {
  entry.open = "";
  const pair = splitPair(line);
  if (pair === undefined) {
    entry.isHard = true;
    return;
  }
  const [key, written] = pair;
  if (lists.has(key)) {
    if (written === "") {
      entry.open = key;
      entry.itemIndent = -1;
    } else if (written !== "[]" && written !== "null") entry.isHard = true;
    return;
  }
  if (!wanted.has(key)) return;
  // An empty value may go on in the next line, as any other may.
  entry.open = key;
  const value = readScalar(written);
  if (value === undefined) entry.isHard = true;
  else entry.fields.set(key, value);
}

function readListLine(entry: Entry, line: string, indent: number, isItem: boolean): void {
  if (isItem && (entry.itemIndent < 0 || indent === entry.itemIndent)) {
    entry.itemIndent = indent;
    const content = withoutBlanks(line.slice(1));
    entry.itemKeyIndent = indent + line.length - content.length;
    if (entry.open === "urls") {
      const url = readScalar(content);
      if (url === undefined) entry.isHard = true;
      else entry.urls.push(url);
    } else {
      entry.dependencies.push(new Map());
      readItemKey(entry, content);
    }
  } else if (entry.open === "dependencies" && indent === entry.itemKeyIndent && !isItem)
    readItemKey(entry, line);
  // What goes on below a dependency's key is its tags, and the like; below an address it is the address.
  else if (entry.open === "urls" || indent <= entry.itemIndent) entry.isHard = true;
}

function readItemKey(entry: Entry, line: string): void {
  const pair = splitPair(line);
  const value = pair === undefined ? undefined : readScalar(pair[1]);
  const key = pair?.[0] ?? "";
  const counts = key === "name" || key === "version" || key === "repository";
  if (pair === undefined || (counts && value === undefined)) entry.isHard = true;
  else if (counts && value !== undefined) entry.dependencies.at(-1)?.set(key, value);
}

/** Key and what is written behind the colon; undefined where the key is not a plain or simply quoted one. */
function splitPair(line: string): readonly [string, string] | undefined {
  const match = /^(?:([A-Za-z0-9_][^\s:#'"]*)|"([^"\\]*)"|'([^']*)'):(?: +(.*))?$/.exec(line);
  if (match === null) return undefined;
  const [, plain, double, single, written = ""] = match;
  return [plain ?? double ?? single ?? "", written.startsWith("#") ? "" : written];
}

/** A scalar that ends on its line; undefined for what only a parser understands. */
function readScalar(written: string): string | undefined {
  const first = written.charAt(0);
  if (first === '"') {
    const text = /^"([^"\\]*)"(?: +#.*)?$/.exec(written)?.[1];
    return text;
  }
  if (first === "'") return /^'((?:[^']|'')*)'(?: +#.*)?$/.exec(written)?.[1]?.replaceAll("''", "'");
  if (first !== "" && "|>&*!{[%@`?".includes(first)) return undefined;
  const text = withoutBlanks(written.split(" #", 1)[0] ?? "");
  return text === "null" || text === "~" ? "" : text;
}

/** Without blanks and tabs at both ends; JavaScript's trim() takes characters along that YAML keeps, such as U+00A0. */
function withoutBlanks(text: string): string {
  const isBlank = (at: number): boolean => text[at] === " " || text[at] === "\t";
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}
