// Values as the text that helm is given: one line of flow YAML that helm reads exactly as it would read the source.
// Headway decides nothing here: what helm could take for something else than text stands as it was written.
import { isAlias, isMap, isPair, isScalar, isSeq, type Scalar } from "yaml";
import type { Json } from "../declaration.ts";
import type { YamlDocument } from "../yaml/document.ts";
import { meaningfulTag } from "../yaml/yaml-scalar.ts";
import { isMergeKey, isPlain, readScalarNode } from "../yaml/yaml-tree.ts";

/**
 * The flow form of a node of a document that readTree found no error in. Comments and layout are gone, aliases
 * are replaced by what they stand for, `<<` keys stay (helm merges by its own rule).
 */
export function flowText(document: YamlDocument, node: unknown): string {
  const parts: string[] = [];
  write(document, node, parts);
  return parts.join("");
}

/** A value that was never written as YAML, as flow text that helm reads as the same value. */
export function jsonText(value: Json): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(jsonText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as { readonly [key: string]: Json }).map(
    ([key, item]) => `${keyText(quote(key))}${jsonText(item)}`,
  );
  return `{${entries.join(", ")}}`;
}

function write(document: YamlDocument, node: unknown, parts: string[]): void {
  if (isAlias(node)) write(document, document.targets.get(node), parts);
  else if (isScalar(node)) parts.push(scalarText(node));
  else if (isMap(node)) {
    parts.push("{");
    for (const [index, item] of node.items.entries()) {
      if (index > 0) parts.push(", ");
      if (!isPair(item)) continue;
      parts.push(keyPrefix(document, item.key));
      write(document, item.value, parts);
    }
    parts.push("}");
  } else if (isSeq(node)) {
    parts.push("[");
    for (const [index, item] of node.items.entries()) {
      if (index > 0) parts.push(", ");
      write(document, item, parts);
    }
    parts.push("]");
  } else parts.push("null");
}

function keyPrefix(document: YamlDocument, key: unknown): string {
  if (isMergeKey(key)) return "<<: ";
  const target = isAlias(key) ? document.targets.get(key) : key;
  const text = isScalar(target) ? scalarText(target) : "null";
  return keyText(text);
}

/** A key that is not announced by `?` may have 1024 characters at most (YAML 1.1, 7.3.3), escapes counted. */
function keyText(text: string): string {
  return text.length > 500 ? `? ${text} : ` : `${text}: `;
}

function scalarText(node: Scalar): string {
  const source = node.source ?? "";
  const tag = meaningfulTag(node.tag);
  if (tag !== undefined) return `!!${tag} ${quote(source)}`;
  if (node.tag !== undefined || !isPlain(node)) return quote(source);
  if (source === "") return "null";
  const isText = readScalarNode(node).kind === "string";
  // Number-like texts go as they are even where Headway takes them for text.
  const isToken = isText ? /^[-+.0-9][A-Za-z0-9._+-]*$/.test(source) : /^[A-Za-z0-9._+~-]+$/.test(source);
  return isToken ? source : quote(source);
}

/** A double-quoted YAML scalar. What YAML 1.1 takes for a line break or refuses to read raw is escaped. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007F-\u00A0\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
