// Values that come from Secrets and ConfigMaps: what was read of the objects as layers of a release's values, and which of
// them are not there (yet). Content never stands in a message.
import type { Declaration, ValuesLayer, ValuesObject } from "../declaration.ts";
import { parseDocuments } from "../yaml/document.ts";
import type { Failure } from "../failure.ts";
import { pinRelease } from "../fingerprint.ts";
import { isMap, mergeLayers } from "./merge-values.ts";
import type { PinnedRelease } from "../pin.ts";
import { parseTargetPath, treeWith } from "./target-path.ts";
import { layerAt } from "./values-layer.ts";
import { jsonText } from "./values-text.ts";
import { readTree } from "../yaml/yaml-tree.ts";

/** What an object holds under each key: text, or undefined for what is no UTF-8. */
export type ObjectContent = ReadonlyMap<string, string | undefined>;

/** By `objectName`; undefined where there is no such object. */
export type FoundObjects = ReadonlyMap<string, ObjectContent | undefined>;

/** `Secret shop/orders-db`. */
export function objectName(object: Pick<ValuesObject, "kind" | "namespace" | "name">): string {
  return `${object.kind} ${object.namespace}/${object.name}`;
}

/** `Secret shop/orders-db, key password`. */
export function describeValuesObject(
  object: Pick<ValuesObject, "kind" | "namespace" | "name" | "key">,
): string {
  return `${objectName(object)}, key ${object.key}`;
}

/** The objects that a release's values come from, in the order of their layers. */
export function objectsOf(declaration: Pick<Declaration, "values">): readonly ValuesObject[] {
  return declaration.values.flatMap((source) => (source.kind === "object" ? source.object : []));
}

/** A pin with what was found of its objects; a failure where one of them holds no values. */
export function pinWithObjects(pin: PinnedRelease, found: FoundObjects): PinnedRelease {
  const { declaration } = pin;
  if (objectsOf(declaration).length === 0) return pin;
  const layers: ValuesLayer[] = [];
  const missing: ValuesObject[] = [];
  let unreadable: Failure | undefined;
  for (const source of declaration.values) {
    if (source.kind === "file") continue;
    if (source.kind === "layer") {
      layers.push(source.layer);
      continue;
    }
    const { object } = source;
    const content = found.get(objectName(object));
    if (content?.has(object.key) !== true) {
      if (!object.optional) missing.push(object);
      continue;
    }
    const layer = layerOfObject(object, content.get(object.key), layers);
    if ("origin" in layer) layers.push(layer);
    else unreadable ??= layer;
  }
  const repinned = pinRelease(declaration, pin.chart, layers, missing);
  return unreadable === undefined ? repinned : { ...repinned, unreadable };
}

function layerOfObject(
  object: ValuesObject,
  text: string | undefined,
  weaker: readonly ValuesLayer[],
): ValuesLayer | Failure {
  if (text === undefined) return unreadableContent(object, "is not UTF-8 text");
  const layer = {
    origin: { kind: "object", object },
    range: object.range,
    isSecret: object.kind === "Secret",
  } as const;
  if (object.targetPath !== undefined) {
    const path = parseTargetPath(object.targetPath);
    // read-release.ts has refused others.
    if ("problem" in path) throw new Error(`targetPath ${path.problem}`);
    if (!text.isWellFormed()) return unreadableContent(object, "is not UTF-8 text");
    const tree = treeWith(path, text, mergeLayers(weaker));
    return { ...layer, text: `${jsonText(tree)}\n`, tree };
  }
  const documents = parseDocuments("content", text).map((document) => ({
    document,
    tree: readTree(document),
  }));
  for (const { document, tree } of documents) {
    const [error] = document.errors.length > 0 ? document.errors : tree.errors;
    if (error !== undefined)
      return unreadableContent(
        object,
        `is not YAML that helm can read (line ${error.range?.line ?? 1}: ${error.code})`,
      );
  }
  const [first, second] = documents.filter(({ tree }) => tree.value !== null);
  if (first === undefined) return { ...layer, text: "{}\n", tree: {} };
  if (second !== undefined) return unreadableContent(object, "holds more than one YAML document");
  if (!isMap(first.tree.value)) return unreadableContent(object, "is not a YAML map of values");
  const { text: flow, tree } = layerAt(first, [], layer.origin);
  return { ...layer, text: flow, tree };
}

/**
 * The layers of a release as far as they are known: `mark` stands where an object's content that was not read will go.
 * `open` is the place of the strongest layer of which not even the names are known, -1 where there is none.
 */
export function layersWithMarks(
  declaration: Pick<Declaration, "values">,
  mark: (object: ValuesObject) => string,
): {
  readonly layers: readonly ValuesLayer[];
  readonly marked: readonly ValuesLayer[];
  readonly open: number;
} {
  const layers: ValuesLayer[] = [];
  const marked: ValuesLayer[] = [];
  let open = -1;
  for (const source of declaration.values) {
    if (source.kind === "layer") layers.push(source.layer);
    if (source.kind !== "object") continue;
    const { object } = source;
    const path = object.targetPath === undefined ? undefined : parseTargetPath(object.targetPath);
    if (path === undefined || "problem" in path) {
      open = layers.length;
      continue;
    }
    const tree = treeWith(path, mark(object), mergeLayers(layers));
    const origin = { kind: "object", object } as const;
    const layer = { origin, range: object.range, text: "", tree, isSecret: false };
    layers.push(layer);
    marked.push(layer);
  }
  return { layers, marked, open };
}

function unreadableContent(object: ValuesObject, what: string): Failure {
  return {
    kind: "values-unreadable",
    message: `reading values from ${describeValuesObject(object)}: its content ${what}`,
    next:
      object.targetPath === undefined
        ? "Correct the object, or set targetPath if its content is one text."
        : "Correct the object.",
    object: { apiVersion: "v1", kind: object.kind, name: object.name, namespace: object.namespace },
  };
}

/** That objects which values come from have not come up in time. */
export function missingFailure(missing: readonly ValuesObject[], waitedMs: number): Failure {
  const [first] = missing;
  return {
    kind: "values-missing",
    message: `waited ${Math.round(waitedMs / 1000)} s for values from ${missing.map(describeValuesObject).join("; ")}: not there`,
    next: "See who should make it (an operator, another release, a person), then apply again; optional: true does without it.",
    ...(first === undefined
      ? {}
      : { object: { apiVersion: "v1", kind: first.kind, name: first.name, namespace: first.namespace } }),
  };
}
