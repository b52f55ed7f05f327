// What kustomize made of an overlay, together with what it was made from, and the mark by which a built document is
// known for what it was. Finding places in the sources is kustomize-origins.ts.
import { isCollection, isMap, isPair } from "yaml";
import type { YamlDocument } from "../yaml/document.ts";
import type { Kustomization, PatchTarget } from "./kustomization.ts";
import type { YamlTree } from "../yaml/yaml-tree.ts";

/** A document of a file that a kustomization lists under `resources`; `file` is as people see it. */
export type SourceDocument = { readonly file: string; readonly tree: YamlTree };

/** One document of a patch, with the sources (by their index) that it can reach. */
export type SourcePatch = {
  readonly target?: PatchTarget;
  readonly tree: YamlTree;
  readonly reaches: ReadonlySet<number>;
};

export type BuiltStack = {
  /** What `kustomize build` printed. */
  readonly output: string;
  readonly sources: readonly SourceDocument[];
  /** In the order in which they are applied. */
  readonly patches: readonly SourcePatch[];
  /** The overlay's own. */
  readonly kustomization: Kustomization;
};

/**
 * A field beside `kind` in the copy that kustomize reads. kustomize's own origin annotations cost it time that grows
 * with patches times resources squared, and do not tell the documents of one file apart; labels and annotations
 * would be in the way of patches.
 */
export const markField = "x-headway-source";

/**
 * The text with a mark in each of the documents that `indexOf` gives a number; the rest of it stands as it was. A
 * document whose root has an unusual layout stays unmarked.
 */
export function markDocuments(
  text: string,
  documents: readonly YamlDocument[],
  indexOf: (document: YamlDocument) => number | undefined,
): string {
  let marked = "";
  let done = 0;
  for (const document of documents) {
    const index = indexOf(document);
    const place = index === undefined ? undefined : placeOfMark(document);
    if (place === undefined) continue;
    const { offset, before, after } = place;
    marked += document.text.slice(done, offset) + `${before}${markField}: ${index ?? 0}${after}`;
    done = offset;
  }
  return marked === "" ? text : marked + (documents[0]?.text.slice(done) ?? "");
}

function placeOfMark(
  document: YamlDocument,
): { readonly offset: number; readonly before: string; readonly after: string } | undefined {
  const { root, text } = document;
  if (!isMap(root) || !isCollection(root)) return undefined;
  const first = root.items[0];
  const key = isPair(first) ? (first.key as { readonly range?: readonly number[] | null } | null) : null;
  const start = root.flow === true ? root.range?.[0] : key?.range?.[0];
  if (start === undefined) return undefined;
  if (root.flow === true)
    return text[start] === "{" ? { offset: start + 1, before: "", after: ", " } : undefined;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const indent = text.slice(lineStart, start);
  return /^ *$/.test(indent) ? { offset: start, before: "", after: `\n${indent}` } : undefined;
}
