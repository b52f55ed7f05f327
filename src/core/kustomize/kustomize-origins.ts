// Where in the sources each value of a document that kustomize built was written: in the last patch that says the same,
// else in the document it comes from, else at the nearest thing around it.
import type { SourceDocument, SourcePatch } from "./built-stack.ts";
import type { Json } from "../declaration.ts";
import type { SourceRange } from "../diagnostic.ts";
import { child } from "../declarations/read-release.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";

/** Something that may have given a built document the value at `at` and what is below it: its own value at `from`. */
export type SourcePart = {
  readonly tree: YamlTree;
  /** `-` stands for any place in a list. */
  readonly at: Path;
  readonly from: Path;
  /** True for a patch's own kind and name, which say what it is for and set nothing. */
  readonly isSelector: (path: Path) => boolean;
};

/** The parts of a built document, weakest first: its source, then what each patch that is meant for it sets. */
export function partsOf(
  source: SourceDocument,
  index: number,
  built: Json,
  patches: readonly SourcePatch[],
): readonly SourcePart[] {
  const whole: SourcePart = { tree: source.tree, at: [], from: [], isSelector: () => false };
  const meant = patches.filter((patch) => patch.reaches.has(index) && isMeantFor(patch, source, built));
  return [whole, ...meant.flatMap((patch) => partsOfPatch(patch))];
}

/** True where the patch names, or its target selects, the document as it was or as it has become. */
export function isMeantFor(patch: SourcePatch, source: SourceDocument, built: Json): boolean {
  const { target, tree } = patch;
  const was = identityOf(source.tree.value);
  const is = identityOf(built);
  if (target !== undefined)
    return (
      fits(target.kind, [was.kind]) &&
      fits(target.name, [was.name, is.name]) &&
      fits(target.namespace, [was.namespace, is.namespace])
    );
  const own = identityOf(tree.value);
  if (own.kind !== was.kind || own.name === undefined) return false;
  if (
    own.namespace !== undefined &&
    was.namespace !== undefined &&
    ![was.namespace, is.namespace].includes(own.namespace)
  )
    return false;
  // Between the two a name has only grown, by prefixes and suffixes.
  return own.name.includes(was.name ?? "") && (is.name ?? "").includes(own.name);
}

type Identity = {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
};

/** Every document is compared with every patch, so each is looked at once. */
const identities = new WeakMap<object, Identity>();

function identityOf(value: Json): Identity {
  const known = typeof value === "object" && value !== null ? identities.get(value) : undefined;
  if (known !== undefined) return known;
  const metadata = child(value, "metadata");
  const text = (one: Json | undefined): string | undefined => (typeof one === "string" ? one : undefined);
  const identity: Identity = {
    kind: text(child(value, "kind")),
    name: text(child(metadata, "name")),
    namespace: text(child(metadata, "namespace")),
  };
  if (typeof value === "object" && value !== null) identities.set(value, identity);
  return identity;
}

/** A selector is a regular expression; one that is more than a name is taken to fit, for a person's pattern is not run. */
function fits(pattern: string | undefined, texts: readonly (string | undefined)[]): boolean {
  return pattern === undefined || !isPlainName(pattern) || texts.includes(pattern);
}

export function isPlainName(pattern: string): boolean {
  return /^[-A-Za-z0-9]+$/.test(pattern);
}

const selectors: readonly string[] = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

function partsOfPatch({ tree }: SourcePatch): readonly SourcePart[] {
  if (!Array.isArray(tree.value))
    return [{ tree, at: [], from: [], isSelector: (path) => selectors.includes(path.join(".")) }];
  return (tree.value as readonly Json[]).flatMap((operation, index): readonly SourcePart[] => {
    const [op, pointer] = [child(operation, "op"), child(operation, "path")];
    if ((op !== "add" && op !== "replace") || typeof pointer !== "string") return [];
    return [{ tree, at: readPointer(pointer), from: [index, "value"], isSelector: () => false }];
  });
}

/** A JSON pointer (RFC 6901). */
function readPointer(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The built document's tree without `hidden` fields, whose places are those of the sources. */
export function mappedTree(built: YamlTree, value: Json, parts: readonly SourcePart[]): YamlTree {
  const whole = parts[0];
  const resolve = (path: Path): { readonly part: SourcePart; readonly path: Path } | undefined => {
    for (let length = existingLength(value, path); length > 0; length--) {
      const found = findPart(value, path.slice(0, length), parts);
      if (found !== undefined) return found;
    }
    return whole === undefined ? undefined : { part: whole, path: [] };
  };
  const rangeOf = (path: Path, which: "keyRange" | "valueRange"): SourceRange => {
    const found = resolve(path);
    return found === undefined ? built[which](path) : found.part.tree[which](found.path);
  };
  return {
    value,
    errors: built.errors,
    valueRange: (path) => rangeOf(path, "valueRange"),
    keyRange: (path) => rangeOf(path, "keyRange"),
    nodeAt: built.nodeAt,
    sourceOf: built.sourceOf,
  };
}

/** How many of the path's steps exist. */
function existingLength(value: Json, path: Path): number {
  let current: Json | undefined = value;
  for (const [index, step] of path.entries()) {
    current = child(current, String(step));
    if (current === undefined) return index;
  }
  return path.length;
}

function findPart(
  built: Json,
  path: Path,
  parts: readonly SourcePart[],
): { readonly part: SourcePart; readonly path: Path } | undefined {
  const wanted = valueAt(built, path);
  let nearest: { readonly part: SourcePart; readonly path: Path } | undefined;
  for (const part of parts.toReversed()) {
    if (part.isSelector(path)) continue;
    const below = locate(built, path, part);
    if (below === undefined) continue;
    if (isSame(valueAt(part.tree.value, below), wanted)) return { part, path: below };
    // The weakest one that has the path at all: what stands there has grown from it.
    nearest = { part, path: below };
  }
  return nearest;
}

/** The path in the part's tree for a path of the built document; undefined where the part has nothing there. */
function locate(built: Json, path: Path, part: SourcePart): Path | undefined {
  if (path.length < part.at.length) return undefined;
  let value: Json | undefined = built;
  for (const [index, step] of part.at.entries()) {
    const isLast = index === part.at.length - 1;
    const isElement = Array.isArray(value);
    value = child(value, String(path[index]));
    if (!isElement && String(path[index]) !== step) return undefined;
    // What was added to a list may stand elsewhere in it now.
    if (
      isElement &&
      !(isLast ? isSame(valueAt(part.tree.value, part.from), value) : step === String(path[index]))
    )
      return undefined;
  }
  let own = valueAt(part.tree.value, part.from);
  const found: (string | number)[] = [...part.from];
  for (const step of path.slice(part.at.length)) {
    const next = child(value, String(step));
    const at = stepIn(own, step, next);
    if (at === undefined) return undefined;
    found.push(at);
    own = child(own, String(at));
    value = next;
  }
  return found;
}

/** An element of a list is looked for by what it is, then by its place. */
function stepIn(
  own: Json | undefined,
  step: string | number,
  wanted: Json | undefined,
): string | number | undefined {
  if (!Array.isArray(own)) return child(own, String(step)) === undefined ? undefined : step;
  const list = own as readonly Json[];
  if (typeof step === "number" && step < list.length && isSame(list[step], wanted)) return step;
  const same = list.findIndex((one) => isSame(one, wanted));
  return same >= 0 ? same : typeof step === "number" && step < list.length ? step : undefined;
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let current = value;
  for (const step of path) current = child(current, String(step));
  return current;
}

/**
 * The places of plain words that kustomize, which reads YAML 1.2, has made a text of, and that Helm, which reads YAML 1.1,
 * takes for a boolean.
 */
export function booleansMadeText(
  value: Json,
  parts: readonly SourcePart[],
): readonly { readonly written: string; readonly meant: boolean; readonly range: SourceRange }[] {
  const found: { readonly written: string; readonly meant: boolean; readonly range: SourceRange }[] = [];
  const visit = (one: Json, path: Path): void => {
    if (typeof one === "string" && oldBooleans.test(one)) {
      const origin = findPart(value, path, parts);
      const meant = origin === undefined ? undefined : valueAt(origin.part.tree.value, origin.path);
      if (origin !== undefined && typeof meant === "boolean")
        found.push({ written: one, meant, range: origin.part.tree.valueRange(origin.path) });
    }
    if (typeof one !== "object" || one === null) return;
    for (const [key, below] of Object.entries<Json>(one))
      visit(below, [...path, Array.isArray(one) ? Number(key) : key]);
  };
  visit(value, []);
  return found;
}

const oldBooleans = /^(?:(y|yes|on)|n|no|off)$/i;

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a === "boolean" && typeof b === "string") {
    const word = oldBooleans.exec(b);
    return word !== null && a === (word[1] !== undefined);
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [entries, others] = [Object.entries(a), Object.entries(b)];
  return entries.length === others.length && entries.every(([key, value]) => isSame(value, child(b, key)));
}
