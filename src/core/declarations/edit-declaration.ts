// Changes one field of a declaration in its text: what is not changed stays as it is, byte for byte. Which file, and what
// the stack says of the result, is the caller's matter.
import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { SourceRange } from "../diagnostic.ts";
import { parseDocuments, type YamlDocument } from "../yaml/document.ts";
import { isSameJson, withValueAt } from "../yaml/json-path.ts";
import { nameOf } from "./schema-words.ts";
import { keyText } from "../yaml/yaml-scalar.ts";
import { readScalarNode, readTree, type Path, type YamlTree } from "../yaml/yaml-tree.ts";
import { keyToText, valueToText, type NewValue, type TextStyle } from "../yaml/yaml-write.ts";

/** The new text of the file, or why the field can't be changed in place, as the end of a sentence. */
export type Edited =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** Which document of the file's text (from 0) is the one whose metadata.name stands at `range`; -1 for none. */
export function indexOfDocument(range: SourceRange, text: string): number {
  return parseDocuments(range.file, text).findIndex(
    (document) => readTree(document).valueRange(["metadata", "name"]).line === range.line,
  );
}

/**
 * Sets the field at `path` of the file's document number `index` (from 0). Maps that are missing on the way are made. Text
 * that would come to mean anything else besides is refused.
 */
export function setField(text: string, index: number, path: Path, value: NewValue): Edited {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const plain = text.slice(mark.length);
  const document = parseDocuments("", plain)[index];
  if (document === undefined) return refuse("the file has no such document");
  const before = readTree(document);
  const edit = findEdit(document, path, value, plain.includes("\r\n") ? "\r\n" : "\n");
  if (typeof edit === "string") return refuse(edit);
  const edited = plain.slice(0, edit.start) + edit.text + plain.slice(edit.end);
  return isMeant(before, edited, index, path, value)
    ? { ok: true, text: mark + edited }
    : refuse(`${nameOf(path)} can't be changed without changing something else; edit the file by hand`);
}

/** The edit that is not made. */
export function refuse(problem: string): Edited {
  return { ok: false, problem };
}

/** Reads what was written: the wanted field has the wanted value, and everything else the one it had. */
export function isMeant(before: YamlTree, text: string, index: number, path: Path, value: NewValue): boolean {
  const document = parseDocuments("", text)[index];
  if (document === undefined || document.errors.length > 0) return false;
  const after = readTree(document);
  return after.errors.length === 0 && isSameJson(after.value, withValueAt(before.value, path, value.json));
}

function findEdit(document: YamlDocument, path: Path, value: NewValue, lineEnd: string): Edit | string {
  let node: unknown = document.root;
  let isFlow = false;
  for (const [depth, step] of path.entries()) {
    const here = path.slice(0, depth);
    if (isAlias(node)) return `${nameOf(here)} is the alias *${node.source}; edit what it stands for by hand`;
    if (isAnchorInUse(document, node))
      return `${nameOf(here)} is used elsewhere by its anchor; edit it by hand`;
    if (isSeq(node)) {
      if (typeof step !== "number" || step >= node.items.length)
        return `${nameOf(here)} is a list of ${node.items.length}; write its place as [0]`;
      isFlow ||= node.flow === true;
      node = node.items[step];
      continue;
    }
    if (!isMap(node)) return `${nameOf(here)} is no map, so it can't have ${String(step)}`;
    isFlow ||= node.flow === true;
    const pair = findPair(node, String(step));
    const rest = path.slice(depth + 1);
    if (pair === undefined)
      return typeof step === "number"
        ? `${nameOf(here)} is no list`
        : insert(document, node, [step, ...rest], value, isFlow, lineEnd);
    if (isNothing(pair.value) && rest.length > 0)
      return fillNothing(document, pair, rest, value, isFlow, lineEnd);
    if (rest.length === 0) return replace(document, pair, value, isFlow, nameOf(path));
    node = pair.value;
  }
  return replaceNode(document, node, value, isFlow, nameOf(path));
}

/** The entry of a map with this key. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find(
    (item) => isPair(item) && isScalar(item.key) && keyText(readScalarNode(item.key)) === key,
  );
}

/** True for `key:` and `key: null`. */
export function isNothing(node: unknown): boolean {
  return node === null || (isScalar(node) && readScalarNode(node).kind === "null");
}

/** An anchor that something else stands for would change there too. */
export function isAnchorInUse(document: YamlDocument, node: unknown): boolean {
  return [...document.targets.values()].some((target) => target === node);
}

function replace(
  document: YamlDocument,
  pair: Pair,
  value: NewValue,
  isFlow: boolean,
  name: string,
): Edit | string {
  if (isEmptyNode(pair.value)) {
    const colon = colonAfter(document, pair);
    if (colon === undefined) return `${name} is written in a way that can't be changed in place`;
    return { start: colon, end: colon, text: ` ${valueToText(value, "plain", isFlow)}` };
  }
  return replaceNode(document, pair.value, value, isFlow, name);
}

function isEmptyNode(node: unknown): boolean {
  return node === null || (isScalar(node) && node.range != null && node.range[0] === node.range[1]);
}

function replaceNode(
  document: YamlDocument,
  node: unknown,
  value: NewValue,
  isFlow: boolean,
  name: string,
): Edit | string {
  if (isAnchorInUse(document, node)) return `${name} is used elsewhere by its anchor; edit it by hand`;
  if (isMap(node)) return `${name} is a map; name one of its fields`;
  if (isSeq(node) && (node.flow !== true || !Array.isArray(value.json)))
    return `${name} is a list; name one of its places, as in [0]`;
  const range = isScalar(node) || isAlias(node) || isSeq(node) ? node.range : undefined;
  if (range == null) return `${name} is written in a way that can't be changed in place`;
  const old = document.text.slice(range[0], range[1]);
  // The text of a block ends with its line.
  const tail = /\r?\n$/.exec(old)?.[0] ?? "";
  return { start: range[0], end: range[1], text: valueToText(value, styleOf(node), isFlow) + tail };
}

function styleOf(node: unknown): TextStyle {
  if (!isScalar(node)) return "plain";
  const { type }: Scalar = node;
  return type === "QUOTE_DOUBLE" ? "double" : type === "QUOTE_SINGLE" ? "single" : "plain";
}

/** The place behind a pair's colon; undefined for a pair that is announced by `?`. */
function colonAfter(document: YamlDocument, pair: Pair): number | undefined {
  const end = isScalar(pair.key) ? pair.key.range?.[1] : undefined;
  if (end === undefined) return undefined;
  const match = /^[ \t]*:/.exec(document.text.slice(end, end + 100));
  return match === null ? undefined : end + match[0].length;
}

/** `key:` or `key: null` becomes a map. */
function fillNothing(
  document: YamlDocument,
  pair: Pair,
  rest: Path,
  value: NewValue,
  isFlow: boolean,
  lineEnd: string,
): Edit | string {
  const range = isScalar(pair.value) ? pair.value.range : undefined;
  if (!isEmptyNode(pair.value) && range != null)
    return { start: range[0], end: range[1], text: flowMap(rest, value) };
  const colon = colonAfter(document, pair);
  if (colon === undefined) return "the map is written in a way that can't be changed in place";
  if (isFlow) return { start: colon, end: colon, text: ` ${flowMap(rest, value)}` };
  const start = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
  const end = endOfLine(document.text, colon);
  return {
    start: end,
    end,
    text: lineEnd + blockMap(rest, value, columnOf(document.text, start) + 2, lineEnd),
  };
}

function insert(
  document: YamlDocument,
  map: YAMLMap,
  path: Path,
  value: NewValue,
  isFlow: boolean,
  lineEnd: string,
): Edit | string {
  const { text } = document;
  const range = map.range;
  const last = map.items.at(-1);
  if (range == null) return "the map is written in a way that can't be changed in place";
  if (isFlow) {
    const inside = flowMap(path, value).slice(2, -2);
    if (last === undefined) return { start: range[0], end: range[1], text: `{ ${inside} }` };
    const end = lastOffset(document, last);
    if (end === undefined) return "the map is written in a way that can't be changed in place";
    const comma = /^\s*,/.exec(text.slice(end, range[1]))?.[0];
    return comma === undefined
      ? { start: end, end, text: `, ${inside}` }
      : { start: end + comma.length, end: end + comma.length, text: ` ${inside}` };
  }
  const first = map.items[0];
  const start = isPair(first) && isScalar(first.key) ? first.key.range?.[0] : undefined;
  const end = last === undefined ? undefined : lastOffset(document, last);
  if (start === undefined || end === undefined)
    return "the map is written in a way that can't be changed in place";
  const at = endOfLine(text, end);
  return { start: at, end: at, text: lineEnd + blockMap(path, value, columnOf(text, start), lineEnd) };
}

/** Behind the last character of what a node says, without the comments and empty lines after it. */
export function lastOffset(document: YamlDocument, node: unknown): number | undefined {
  if (isPair(node)) {
    if (isEmptyNode(node.value)) return colonAfter(document, node);
    return lastOffset(document, node.value);
  }
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (last === undefined) return node.range?.[1];
    if (isScalar(last) && isEmptyNode(last)) return last.range?.[0];
    return lastOffset(document, last);
  }
  const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : undefined;
  if (range == null) return undefined;
  return range[0] + document.text.slice(range[0], range[1]).trimEnd().length;
}

/** The offset of the line feed, or of its carriage return, behind `from`. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}

/** How far an offset is from the start of its line. */
export function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

function flowMap(path: Path, value: NewValue): string {
  const [key = "", ...rest] = path;
  const inside = rest.length === 0 ? valueToText(value, "plain", true) : flowMap(rest, value);
  return `{ ${keyToText(String(key))}: ${inside} }`;
}

function blockMap(path: Path, value: NewValue, indentation: number, lineEnd: string): string {
  const [key = "", ...rest] = path;
  const start = `${" ".repeat(indentation)}${keyToText(String(key))}:`;
  return rest.length === 0
    ? `${start} ${valueToText(value, "plain", false)}`
    : `${start}${lineEnd}${blockMap(rest, value, indentation + 2, lineEnd)}`;
}
