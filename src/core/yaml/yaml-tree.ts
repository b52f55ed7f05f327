// A YAML document as JSON, read as Helm reads YAML, with the place of every key and value. Merges (`<<`) and aliases
// are resolved; what Helm would refuse is reported.
import { isAlias, isMap, isPair, isScalar, isSeq, type Scalar } from "yaml";
import type { Json } from "../declaration.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import { deepestNesting, type YamlDocument, type YamlNode } from "./document.ts";
import { keyText, readScalar, type ScalarValue } from "./yaml-scalar.ts";

/** At most this many nodes, and this many characters, may come out of aliases in one document. */
export const mostAliasedNodes = 100_000;
const mostAliasedCharacters = 4_194_304;

/** Steps from a document's root to one of its nodes. */
export type Path = readonly (string | number)[];

/** A document's meaning with its places. Places of what does not exist are those of the nearest thing around it. */
export type YamlTree = {
  readonly value: Json;
  readonly errors: readonly Diagnostic[];
  readonly valueRange: (path: Path) => SourceRange;
  readonly keyRange: (path: Path) => SourceRange;
  /** The node behind a path, aliases followed; undefined where there is none. */
  readonly nodeAt: (path: Path) => YamlNode | undefined;
  /** The source text of the value at a path. */
  readonly sourceOf: (path: Path) => string;
};

type Place = { readonly key: YamlNode | undefined; readonly value: YamlNode };
type Reading = {
  readonly document: YamlDocument;
  readonly places: Map<object, Map<string | number, Place>>;
  readonly errors: Diagnostic[];
  aliasedNodes: number;
  aliasedCharacters: number;
  isExhausted: boolean;
};

/** True for a key that merges another map into its own, by go-yaml's rule. */
export function isMergeKey(node: unknown): boolean {
  if (!isScalar(node) || node.source !== "<<") return false;
  return node.tag === "tag:yaml.org,2002:merge" || (node.tag === undefined && isPlain(node));
}

export function isPlain(node: Scalar): boolean {
  return node.type === "PLAIN" || node.type === undefined;
}

/** Helm's reading of a scalar node. */
export function readScalarNode(node: Scalar): ScalarValue {
  return readScalar(node.tag, node.source ?? "", isPlain(node));
}

/** Reads a document; never throws, and reads on behind what it has to refuse. */
export function readTree(document: YamlDocument): YamlTree {
  const reading: Reading = {
    document,
    places: new Map(),
    errors: [],
    aliasedNodes: 0,
    aliasedCharacters: 0,
    isExhausted: false,
  };
  const value = readNode(reading, document.root, 0, false);
  const place = (path: Path): Place | undefined => {
    let found: Place | undefined =
      document.root === null ? undefined : { key: undefined, value: document.root };
    let current: Json | undefined = value;
    for (const step of path) {
      if (typeof current !== "object" || current === null) break;
      const next: Place | undefined = reading.places.get(current)?.get(step);
      if (next === undefined) break;
      found = next;
      current = childOf(current, step);
    }
    return found;
  };
  const rangeOf = (node: YamlNode | undefined): SourceRange =>
    document.rangeOf(node?.range?.[0] ?? 0, node?.range?.[1] ?? 0);
  const nodeAt = (path: Path): YamlNode | undefined => {
    const found = place(path)?.value;
    return found === undefined ? undefined : (document.targets.get(found) ?? found);
  };
  return {
    value,
    errors: reading.errors,
    valueRange: (path) => rangeOf(place(path)?.value),
    keyRange: (path) => rangeOf(place(path)?.key ?? place(path)?.value),
    nodeAt,
    sourceOf: (path) => {
      const range = nodeAt(path)?.range;
      return range == null ? "" : document.text.slice(range[0], range[1]);
    },
  };
}

function childOf(value: Json, step: string | number): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entry = Object.getOwnPropertyDescriptor(value, step);
  return entry === undefined ? undefined : (entry.value as Json);
}

function report(reading: Reading, node: YamlNode, code: string, message: string, suggestion?: string): void {
  const range = reading.document.rangeOf(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  const known = suggestion === undefined ? {} : { suggestion };
  reading.errors.push({ severity: "error", code, message, ...known, range });
}

function readNode(reading: Reading, node: unknown, depth: number, aliased: boolean): Json {
  if (aliased && !spend(reading, node)) return null;
  if (isAlias(node)) return readAlias(reading, node, depth);
  if (isScalar(node)) return readValue(reading, node);
  if (depth > deepestNesting) return null;
  if (isMap(node)) {
    const result: Record<string, Json> = {};
    reading.places.set(result, new Map());
    mergeMap(reading, node, result, depth, aliased);
    return result;
  }
  if (isSeq(node)) {
    const places = new Map<string | number, Place>();
    const result: Json[] = node.items.map((item, index) => {
      const value = item as YamlNode;
      places.set(index, { key: undefined, value });
      return readNode(reading, item, depth + 1, aliased);
    });
    reading.places.set(result, places);
    return result;
  }
  return null;
}

/** Counts a node that an alias brings in; false when there are too many. */
function spend(reading: Reading, node: unknown): boolean {
  reading.aliasedNodes++;
  if (isScalar(node)) reading.aliasedCharacters += node.source?.length ?? 0;
  const isTooMuch =
    reading.aliasedNodes > mostAliasedNodes || reading.aliasedCharacters > mostAliasedCharacters;
  if (isTooMuch && !reading.isExhausted) {
    reading.isExhausted = true;
    const message = `aliases blow this document up to more than ${mostAliasedNodes} nodes or ${mostAliasedCharacters} characters`;
    report(reading, node ?? {}, "yaml-alias-bomb", message, "write out less of it through aliases");
  }
  return !isTooMuch;
}

function readAlias(reading: Reading, alias: YamlNode, depth: number): Json {
  const target = reading.document.targets.get(alias);
  if (target === undefined || depth > deepestNesting) return null;
  return readNode(reading, target, depth, true);
}

function readValue(reading: Reading, node: Scalar): Json {
  const read = readScalarNode(node);
  switch (read.kind) {
    case "null":
      return null;
    case "boolean":
      return read.value;
    case "integer":
      return Number(read.value);
    case "string":
      if (!read.value.isWellFormed())
        report(
          reading,
          node,
          "yaml-surrogate",
          "the text holds half of a character (a lone \\uD800–\\uDFFF)",
        );
      return read.value;
    case "float":
      if (Number.isFinite(read.value)) return read.value;
      report(
        reading,
        node,
        "yaml-not-json",
        `${node.source ?? ""} has no form in JSON, so Helm refuses it`,
        "put it in quotes if it is meant as text",
      );
      return null;
    case "misfit":
      report(reading, node, "yaml-tag", `the text does not fit its tag ${read.tag}`);
      return null;
  }
}

/** Keys of `node` into `result`, in order and a later one over an earlier one, merges included: as go-yaml does it. */
function mergeMap(
  reading: Reading,
  node: unknown,
  result: Record<string, Json>,
  depth: number,
  aliased: boolean,
): void {
  if (!isMap(node)) return;
  const own = new Map<string, YamlNode>();
  for (const item of node.items) {
    if (!isPair(item)) continue;
    const key = item.key as YamlNode;
    if (isMergeKey(key)) {
      if (own.has("<<")) reportDuplicate(reading, key, "<<", own.get("<<"));
      own.set("<<", key);
      readMerge(reading, key, item.value, result, depth);
      continue;
    }
    const name = readKey(reading, key);
    if (name === undefined) continue;
    const known = own.get(name);
    if (known !== undefined && !aliased) reportDuplicate(reading, key, name, known);
    own.set(name, key);
    const value = readNode(reading, item.value, depth + 1, aliased);
    // An assignment would set the prototype where the key is `__proto__`.
    Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
    reading.places.get(result)?.set(name, { key, value: item.value ?? key });
  }
}

function reportDuplicate(reading: Reading, key: YamlNode, name: string, first: YamlNode | undefined): void {
  const range = reading.document.rangeOf(key.range?.[0] ?? 0, key.range?.[1] ?? 0);
  const firstRange = reading.document.rangeOf(first?.range?.[0] ?? 0, first?.range?.[1] ?? 0);
  reading.errors.push({
    severity: "error",
    code: "yaml-duplicate-key",
    message: `the key ${JSON.stringify(name)} is used twice in one map`,
    suggestion: name === "<<" ? "merge several maps with a list: `<<: [*a, *b]`" : "remove one of them",
    range,
    related: [{ message: "first used here", range: firstRange }],
  });
}

function readKey(reading: Reading, node: YamlNode): string | undefined {
  const target = reading.document.targets.get(node) ?? node;
  if (!isScalar(target)) {
    if (!isAlias(target)) report(reading, node, "yaml-key", "a key must be a text, a number or a boolean");
    return undefined;
  }
  const text = keyText(readScalarNode(target));
  if (text === undefined)
    report(
      reading,
      node,
      "yaml-key",
      `Helm refuses ${target.source === "" ? "an empty key" : `${target.source ?? ""} as a key`}`,
      "put it in quotes",
    );
  return text;
}

function readMerge(
  reading: Reading,
  key: YamlNode,
  value: unknown,
  result: Record<string, Json>,
  depth: number,
): void {
  const resolve = (node: unknown): unknown => (isAlias(node) ? reading.document.targets.get(node) : node);
  const merged = resolve(value);
  // Only a literal list may hold several maps; go-yaml refuses an alias to one.
  const sources = isSeq(value) ? value.items.map(resolve).toReversed() : [merged];
  for (const source of sources) {
    if (!isMap(source)) {
      report(reading, key, "yaml-merge", "`<<` takes a map, or a list of maps");
      return;
    }
    if (depth > deepestNesting || !spend(reading, source)) return;
    mergeMap(reading, source, result, depth + 1, true);
  }
}
