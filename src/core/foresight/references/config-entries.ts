// Configuration as keys with values, whatever it is written in: environments, flags, YAML, JSON, properties, INI. Only so
// much is understood as tells which word names which value.
import { isRecord } from "../../json.ts";
import { parseYaml } from "../../manifest.ts";
import { wordsOf } from "./key-words.ts";

export type ConfigEntry = {
  /** Where it stands, as in `env DB_URL`. */
  readonly where: string;
  /** The words of its name, the last ones first of all; none for text that nothing names. */
  readonly words: readonly string[];
  readonly value: string;
  /** The values of the names beside it, by their words joined with spaces. */
  readonly siblings: ReadonlyMap<string, string>;
  /** True for a value inside a file or a resource, whose names are of any kind. */
  readonly isNested: boolean;
};

/** Larger files are read by line: a YAML parser would take too long for them. */
const longestParsed = 64 * 1024;
const longestFile = 1024 * 1024;
const deepest = 40;

/** Named values that stand beside each other, as variables of a container do. */
export function namedEntries(
  values: ReadonlyMap<string, string>,
  whereOf: (name: string) => string,
): readonly ConfigEntry[] {
  const siblings = new Map([...values].map(([name, value]) => [wordsOf(name).join(" "), value]));
  return [...values].map(([name, value]) => ({
    where: whereOf(name),
    words: wordsOf(name),
    value,
    siblings,
    isNested: false,
  }));
}

/** A value that may be a whole file: its entries, or itself as the only one. */
export function entriesOfFile(name: string, text: string): readonly ConfigEntry[] {
  if (text.length > longestFile) return [];
  const parsed = text.length <= longestParsed ? parseFile(name, text) : undefined;
  return parsed === undefined ? entriesOfLines(name, text) : entriesOfTree(name, parsed);
}

/** True for a value with a structure of its own. */
export function isFile(text: string): boolean {
  return text.includes("\n") || /^\s*[[{]/.test(text);
}

function parseFile(name: string, text: string): unknown {
  if (/^\s*[[{]/.test(text)) {
    const read = parseJson(text);
    if (read !== undefined) return read;
  }
  if (/\.(?:properties|ini|conf|cfg|toml|sh|sql|lua|js|xml|env|hcl|tpl|txt|md)$/.test(name)) return undefined;
  if (!/^\s*(?:-\s+)?["']?[\w./-]+["']?:(?:\s|$)/m.test(text) || text.includes("{{")) return undefined;
  const read = parseYaml(text);
  return isRecord(read) || Array.isArray(read) ? read : undefined;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Every text and number of a tree under the names that lead to it; what is a file again is read as one. */
export function entriesOfTree(where: string, tree: unknown): readonly ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  const walk = (
    value: unknown,
    path: readonly string[],
    siblings: ReadonlyMap<string, string>,
    depth: number,
  ): void => {
    if (depth > deepest) return;
    if (typeof value === "string") {
      const at = path.length === 0 ? where : `${where === "" ? "" : `${where}: `}${path.join(".")}`;
      if (isFile(value)) entries.push(...entriesOfFile(at, value));
      else
        entries.push({ where: at, words: path.slice(-3).flatMap(wordsOf), value, siblings, isNested: true });
    } else if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) walk(item, path, siblings, depth + 1);
    } else if (isRecord(value)) {
      const beside = scalarsOf(value, path);
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key], beside, depth + 1);
    }
  };
  walk(tree, [], new Map(), 0);
  return entries;
}

function scalarsOf(
  record: Readonly<Record<string, unknown>>,
  path: readonly string[],
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(record).flatMap(([key, value]) =>
      typeof value === "string" || typeof value === "number"
        ? [[[...path, key].slice(-3).flatMap(wordsOf).join(" "), String(value)] as const]
        : [],
    ),
  );
}

const linePattern = /^[ \t]*(?:-[ \t]+|export[ \t]+)?["']?([A-Za-z_][\w.[\]/-]*)["']?[ \t]*[:=][ \t]*(.*)$/;

type ReadLine = { readonly key: string; readonly value: string; readonly isHeading: boolean };

/** Lines of `key = value` or `key: value`; other lines are entries without a name. Comments are left out. */
function entriesOfLines(name: string, text: string): readonly ConfigEntry[] {
  const read = text
    .split("\n")
    .filter((line) => !/^\s*(?:#|;|\/\/|--|\*|<!--)/.test(line))
    .map((line) => readLine(line.replace(/\s(?:#|\/\/)\s.*$/, "").trimEnd()));
  return sectionsOf(read).flatMap((section) => {
    const siblings = new Map(section.map(({ key, value }) => [lastWords(key).join(" "), value]));
    return section
      .filter(({ value }) => value !== "")
      .map(({ key, value }) => ({
        where: key === "" ? name : `${name}: ${key}`,
        words: lastWords(key),
        value,
        siblings,
        isNested: true,
      }));
  });
}

function readLine(line: string): ReadLine {
  const match = linePattern.exec(line);
  const isHeading = /^\s*\[[^\]]*\]\s*$/.test(line);
  return match === null || /^\/\//.test(match[2] ?? "")
    ? { key: "", value: isHeading ? "" : line.trim(), isHeading }
    : { key: match[1] ?? "", value: unquoted(match[2] ?? ""), isHeading: false };
}

/** A heading, or a name for the second time, begins another section. */
function sectionsOf(lines: readonly ReadLine[]): readonly (readonly ReadLine[])[] {
  const sections: ReadLine[][] = [[]];
  let names = new Set<string>();
  for (const line of lines) {
    if (line.isHeading || names.has(line.key)) {
      sections.push([]);
      names = new Set();
    }
    if (line.key !== "") names.add(line.key);
    sections.at(-1)?.push(line);
  }
  return sections;
}

/** spring.datasource.url has words of its own for every level; the outer ones say nothing of the value. */
function lastWords(key: string): readonly string[] {
  return key.split(".").slice(-3).flatMap(wordsOf);
}

function unquoted(value: string): string {
  const trimmed = value.trim().replace(/[,;]$/, "");
  return /^(["'])(.*)\1$/.exec(trimmed)?.[2] ?? trimmed;
}

/** Flags with their values, as `--db-host=x` and `--db-host x`; other words have no name. */
export function entriesOfWords(where: string, words: readonly string[]): readonly ConfigEntry[] {
  const flags = new Map<string, string>();
  const found = words.flatMap((word, index): readonly { readonly name: string; readonly value: string }[] => {
    const match = /^--?([A-Za-z][\w.-]*)=(.*)$/.exec(word);
    if (match !== null) return [{ name: match[1] ?? "", value: unquoted(match[2] ?? "") }];
    if (word.startsWith("-")) return [];
    const before = /^--?([A-Za-z][\w.-]*)$/.exec(words[index - 1] ?? "")?.[1];
    // In `nc -z host port` the port is a word of its own.
    const port = /^\d{2,5}$/.exec(words[index + 1] ?? "")?.[0];
    const name = before === "h" ? "target-host" : (before ?? "");
    if (port !== undefined && isWaitTool(words, index)) return [{ name: "", value: `${word}:${port}` }];
    return [{ name, value: unquoted(word) }];
  });
  for (const { name, value } of found) if (name !== "") flags.set(wordsOf(name).join(" "), value);
  return found.map(({ name, value }) => ({
    where: name === "" ? where : `${where} --${name}`,
    words: wordsOf(name),
    value,
    siblings: flags,
    isNested: false,
  }));
}

function isWaitTool(words: readonly string[], index: number): boolean {
  const before = words.slice(Math.max(0, index - 4), index);
  const tool = before.findLastIndex((word) => /(?:^|\/)(?:nc|ncat|netcat|telnet)$/.test(word));
  return tool >= 0 && before.slice(tool + 1).every((word) => word.startsWith("-") || /^\d+$/.test(word));
}

/** The words of a command line in a script, quotes and operators left out. */
export function wordsOfScript(script: string): readonly string[] {
  return script
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => line.split(/[\s;|&()]+/))
    .map((word) => word.replace(/^["']|["']$/g, ""))
    .filter((word) => word !== "");
}
