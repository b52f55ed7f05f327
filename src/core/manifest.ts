// Objects of a rendered manifest. Finding out what each one is called must be quick (an unchanged stack of hundreds of
// releases needs nothing else of them), so a document is parsed as YAML only when more than its name is asked for.
import { parseDocument } from "yaml";
import { fieldOf, isRecord, listAt, textAt, type JsonRecord } from "./json.ts";
import type { KubernetesObject } from "./object.ts";
import { readPlainScalar } from "./yaml/yaml-scalar.ts";

/** What a document is called; undefined where it takes a YAML parser to know. */
type Head = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
};

type MutableHead = { -readonly [Key in keyof Head]?: Head[Key] };

/** Says in which namespace an object of this kind lives, given the one that is written; undefined for none. */
export type Placement = (
  object: Pick<KubernetesObject, "apiVersion" | "kind">,
  written: string | undefined,
) => string | undefined;

/**
 * The objects of `manifest` in its order, items of Lists included. Documents that are no objects are left out. Labels,
 * annotations, spec and status are parsed at their first use.
 */
export function readManifest(manifest: string, place: Placement): readonly KubernetesObject[] {
  return splitDocuments(manifest).flatMap((text) => {
    const head = readHead(text);
    if (head !== undefined && !head.kind.endsWith("List")) return [lazyObject(head, text, place)];
    return asObjects(parseYaml(text), place);
  });
}

/** Texts between lines that begin with `---`; documents without content are left out. */
export function splitDocuments(manifest: string): readonly string[] {
  return manifest
    .split(/^---(?=\s|$)/m)
    .map((text) => text.replace(/^(?:[^\S\n]*\n)+/, ""))
    .filter((text) => /^\s*[^\s#]/m.test(text));
}

/** Reads the plain block style in which nearly all manifests are written; anything unusual is left to the parser. */
function readHead(text: string): Head | undefined {
  const head: MutableHead = {};
  let inMetadata = false;
  let indent = 0;
  let seenMetadata = false;
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const depth = indentOf(text, start, end);
    if (depth === undefined) return undefined;
    if (depth < 0) continue;
    // Items of a sequence may stand as deep as its key; they are deeper in the tree all the same.
    if ((depth > 0 && !inMetadata) || (text[start + depth] === "-" && text[start + depth + 1] === " "))
      continue;
    if (depth === 0) {
      const entry = splitEntry(text.slice(start, end));
      if (entry === undefined) return undefined;
      inMetadata = entry.key === "metadata";
      if (inMetadata && (seenMetadata || entry.value !== "")) return undefined;
      seenMetadata ||= inMetadata;
      indent = 0;
      if ((entry.key === "apiVersion" || entry.key === "kind") && !note(head, entry.key, entry.value))
        return undefined;
      continue;
    }
    if (indent === 0) indent = depth;
    if (depth < indent) return undefined;
    if (depth > indent) continue;
    const entry = splitEntry(text.slice(start + depth, end));
    if (entry === undefined) return undefined;
    if ((entry.key === "name" || entry.key === "namespace") && !note(head, entry.key, entry.value))
      return undefined;
  }
  const { apiVersion, kind, name, namespace } = head;
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Spaces before the content; -1 for blank lines and comments, undefined where a tab or a directive is in the way. */
function indentOf(text: string, start: number, end: number): number | undefined {
  let at = start;
  while (at < end && text.charCodeAt(at) === 32) at++;
  if (at === end || text[at] === "#" || text[at] === "\r") return -1;
  return text[at] === "\t" || text[at] === "%" ? undefined : at - start;
}

function splitEntry(line: string): { readonly key: string; readonly value: string } | undefined {
  const match = /^([A-Za-z][\w./-]*):(?:[ \t]+(.*))?$/.exec(line.trimEnd());
  if (match === null) return undefined;
  return { key: match[1] ?? "", value: (match[2] ?? "").replace(/(?:^|[ \t])#.*$/, "").trim() };
}

function note(head: MutableHead, key: keyof Head, value: string): boolean {
  const quoted = /^(?:"([^"\\]*)"|'([^']*)')$/.exec(value);
  const text = quoted === null ? value : (quoted[1] ?? quoted[2] ?? "");
  const isPlain = quoted === null && /^[A-Za-z0-9][\w./-]*(?::[\w./-]+)*$/.test(value);
  if (head[key] !== undefined || text === "") return false;
  if (quoted === null && (!isPlain || readPlainScalar(value).kind !== "string")) return false;
  head[key] = text;
  return true;
}

/** What stands behind objects of which only some fields are at hand. */
const wholes = new WeakMap<KubernetesObject, () => JsonRecord>();

/** Everything that a manifest says of an object, `data`, `rules` and the like included. */
export function writtenObject(object: KubernetesObject): JsonRecord {
  return wholes.get(object)?.() ?? object;
}

/** An object whose parts beyond its name are read when they are asked for. */
function lazyObject(head: Head, text: string, place: Placement): KubernetesObject {
  const { apiVersion, kind, name } = head;
  const namespace = place(head, head.namespace);
  let parsed: Partial<KubernetesObject> | undefined;
  const whole = () => (parsed ??= asObjects(parseYaml(text), place)[0] ?? {});
  const object = {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      get labels() {
        return whole().metadata?.labels;
      },
      get annotations() {
        return whole().metadata?.annotations;
      },
    },
    get spec() {
      return whole().spec;
    },
    get status() {
      return whole().status;
    },
    // Of Secrets, so that what they hold can be kept out of messages.
    get data() {
      return fieldOf(whole(), "data");
    },
    get stringData() {
      return fieldOf(whole(), "stringData");
    },
  };
  // An accessor that may give undefined stands for an optional field here.
  const lazy = object as KubernetesObject;
  wholes.set(lazy, whole);
  return lazy;
}

/** YAML 1.1, as Helm reads it; undefined for what can't be parsed, aliases that multiply included. */
export function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, {
      version: "1.1",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    });
    return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown);
  } catch {
    return undefined;
  }
}

function asObjects(value: unknown, place: Placement): readonly KubernetesObject[] {
  const kind = textAt(value, "kind");
  if (kind?.endsWith("List") === true && Array.isArray(fieldOf(value, "items")))
    return listAt(value, "items").flatMap((item) => asObjects(item, place));
  const apiVersion = textAt(value, "apiVersion");
  const name = textAt(value, "metadata", "name");
  const metadata = fieldOf(value, "metadata");
  if (kind === undefined || apiVersion === undefined || !name || !isRecord(metadata)) return [];
  const { namespace: written, ...others } = metadata;
  const namespace = place(
    { apiVersion, kind },
    typeof written === "string" && written !== "" ? written : undefined,
  );
  // What was checked is what is used; the rest of a manifest is its chart's matter.
  return [
    {
      ...(value as KubernetesObject),
      apiVersion,
      kind,
      metadata: { ...others, name, ...(namespace === undefined ? {} : { namespace }) },
    },
  ];
}
