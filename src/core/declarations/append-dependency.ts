// Adds an entry to a declaration's dependsOn in its text, in the list's own style; comments and layout stay.
import { isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import type { Json } from "../declaration.ts";
import { parseDocuments, type YamlDocument } from "../yaml/document.ts";
import { readTree, type Path } from "../yaml/yaml-tree.ts";
import { valueToText } from "../yaml/yaml-write.ts";
import {
  columnOf,
  endOfLine,
  findPair,
  isAnchorInUse,
  isMeant,
  isNothing,
  lastOffset,
  refuse,
  setField,
  type Edited,
} from "./edit-declaration.ts";

const path: Path = ["spec", "dependsOn"];

type Insertion = { readonly at: number; readonly text: string };

/** Adds `entry` to spec.dependsOn of the file's document number `index` (from 0), as its last one. */
export function appendDependency(text: string, index: number, entry: string): Edited {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const plain = text.slice(mark.length);
  const document = parseDocuments("", plain)[index];
  const spec: unknown = isMap(document?.root) ? findPair(document.root, "spec")?.value : undefined;
  if (document === undefined || !isMap(spec)) return refuse("the file has no such declaration");
  const lineEnd = plain.includes("\r\n") ? "\r\n" : "\n";
  const pair = findPair(spec, "dependsOn");
  if (pair !== undefined && isSeq(pair.value) && isAnchorInUse(document, pair.value))
    return refuse("spec.dependsOn is used elsewhere by its anchor; edit it by hand");
  const insertion =
    pair === undefined
      ? afterHead(document, spec, entry, lineEnd)
      : isSeq(pair.value)
        ? afterLast(document, pair.value, entry, lineEnd)
        : undefined;
  if (insertion === undefined)
    return pair === undefined || isNothing(pair.value)
      ? setField(text, index, path, { json: [entry] })
      : refuse("spec.dependsOn is written in a way that can't be changed in place; edit it by hand");
  const edited = plain.slice(0, insertion.at) + insertion.text + plain.slice(insertion.at);
  const before = readTree(document);
  const json: Json = [...oldEntries(before.value), entry];
  return isMeant(before, edited, index, path, { json })
    ? { ok: true, text: mark + edited }
    : refuse("spec.dependsOn can't be changed without changing something else; edit the file by hand");
}

function oldEntries(value: Json): readonly Json[] {
  const field = (record: Json | undefined, name: string): Json | undefined =>
    typeof record === "object" && record !== null
      ? (Object.getOwnPropertyDescriptor(record, name)?.value as Json | undefined)
      : undefined;
  const entries = field(field(value, "spec"), "dependsOn");
  return Array.isArray(entries) ? (entries as readonly Json[]) : [];
}

/** A list of its own, below the chart and what belongs to it rather than behind all values. */
function afterHead(
  document: YamlDocument,
  spec: YAMLMap,
  entry: string,
  lineEnd: string,
): Insertion | undefined {
  if (spec.flow === true) return undefined;
  const heads = ["phase", "version", "chart"].map((key) => findPair(spec, key));
  const head = heads.find((pair): pair is Pair => pair !== undefined && isOneLine(document, pair));
  const start = isScalar(head?.key) ? head.key.range?.[0] : undefined;
  const end = head === undefined ? undefined : lastOffset(document, head);
  if (start === undefined || end === undefined) return undefined;
  const indentation = " ".repeat(columnOf(document.text, start));
  return {
    at: endOfLine(document.text, end),
    text: `${lineEnd}${indentation}dependsOn: [${valueToText({ json: entry }, "plain", true)}]`,
  };
}

function isOneLine({ text }: YamlDocument, pair: Pair): boolean {
  const value = isPair(pair) && isScalar(pair.value) ? pair.value.range : undefined;
  return value != null && !text.slice(value[0], value[1]).includes("\n");
}

function afterLast(
  document: YamlDocument,
  list: YAMLSeq,
  entry: string,
  lineEnd: string,
): Insertion | undefined {
  const { text } = document;
  const last: unknown = list.items.at(-1);
  const range = list.range;
  if (range == null) return undefined;
  if (last === undefined)
    return list.flow === true
      ? { at: range[0] + 1, text: valueToText({ json: entry }, "plain", true) }
      : undefined;
  const start = startOf(last);
  const end = lastOffset(document, last);
  if (start === undefined || end === undefined) return undefined;
  if (list.flow !== true) {
    const dash = text.lastIndexOf("-", start);
    const indentation = " ".repeat(columnOf(text, dash));
    return {
      at: endOfLine(text, end),
      text: `${lineEnd}${indentation}- ${valueToText({ json: entry }, "plain", false)}`,
    };
  }
  const written = valueToText({ json: entry }, "plain", true);
  const isOwnLine = text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trim() === "";
  const gap = isOwnLine ? `${lineEnd}${" ".repeat(columnOf(text, start))}` : " ";
  const comma = /^\s*,/.exec(text.slice(end, range[1]))?.[0];
  return comma === undefined
    ? { at: end, text: `,${gap}${written}` }
    : { at: end + comma.length, text: `${gap}${written},` };
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) ? node.range?.[0] : undefined;
}
