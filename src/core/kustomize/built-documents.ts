// The documents that kustomize built as documents found in a stack, with the places of their sources.
import type { BuiltStack, SourceDocument } from "./built-stack.ts";
import { markField } from "./built-stack.ts";
import type { Json } from "../declaration.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import { parseDocuments } from "../yaml/document.ts";
import { booleansMadeText, isMeantFor, isPlainName, mappedTree, partsOf } from "./kustomize-origins.ts";
import { child, type FoundDocument } from "../declarations/read-release.ts";
import { classify, type SortedDocuments } from "../declarations/sort-documents.ts";
import { readTree } from "../yaml/yaml-tree.ts";

/** Kustomize's own notes, where a kustomization asks for them. */
const notes: readonly string[] = [
  "config.kubernetes.io/origin",
  "alpha.config.kubernetes.io/transformations",
];

/** The names of releases that patches take away, and where. */
export type DeletedReleases = ReadonlyMap<string, SourceRange>;

/** Which of the built documents are Headway's, each with its places in the sources. */
export function sortBuiltDocuments(
  built: BuiltStack,
  report: (diagnostic: Diagnostic) => void,
): SortedDocuments & { readonly deleted: DeletedReleases } {
  const releases: FoundDocument[] = [];
  const stacks: FoundDocument[] = [];
  let ignored = 0;
  const values: Json[] = [];
  const kept = new Set<SourceDocument>();
  for (const document of parseDocuments(built.kustomization.file, built.output)) {
    const raw = readTree(document);
    const apiVersion = child(raw.value, "apiVersion");
    if (raw.value === null) continue;
    if (typeof apiVersion !== "string" || !apiVersion.startsWith("headway.dev/")) {
      ignored++;
      continue;
    }
    const value = withoutNotes(raw.value);
    values.push(value);
    const index = sourceIndexOf(raw.value, built.sources);
    const source = index === undefined ? undefined : built.sources[index];
    if (source !== undefined) kept.add(source);
    const origin = source ?? { file: built.kustomization.file, tree: built.kustomization.tree };
    const parts =
      index === undefined || source === undefined
        ? [{ tree: origin.tree, at: [], from: [], isSelector: () => true }]
        : partsOf(source, index, value, built.patches);
    const tree = mappedTree(raw, value, parts);
    for (const { written, meant, range } of booleansMadeText(value, parts))
      report({
        severity: "warning",
        code: "boolean-made-text",
        message: `kustomize makes the text ${JSON.stringify(written)} of this, where Helm alone would read ${meant}`,
        suggestion: `write ${meant}, or ${JSON.stringify(written)} in quotes if the text is meant`,
        range,
      });
    for (const error of [...document.errors, ...raw.errors]) report({ ...error, range: tree.valueRange([]) });
    const isSound = document.errors.length + raw.errors.length === 0;
    const found: FoundDocument = { file: origin.file, document, tree, isSound };
    const kind = classify(found, false, report);
    if (kind === "stack") stacks.push(found);
    else if (kind === "release") releases.push(found);
  }
  reportIdlePatches(built, values, report);
  return { releases, stacks, broken: [], ignored, deleted: findDeleted(built, kept) };
}

function findDeleted(built: BuiltStack, kept: ReadonlySet<SourceDocument>): DeletedReleases {
  const patches = built.patches.filter(({ tree }) => child(tree.value, "$patch") === "delete");
  return new Map(
    built.sources.flatMap((source, index): readonly (readonly [string, SourceRange])[] => {
      const { value } = source.tree;
      const name = child(child(value, "metadata"), "name");
      if (kept.has(source) || child(value, "kind") !== "HelmRelease" || typeof name !== "string") return [];
      const patch = patches.find((one) => one.reaches.has(index) && isMeantFor(one, source, value));
      return patch === undefined ? [] : [[name, patch.tree.keyRange(["$patch"])]];
    }),
  );
}

/**
 * The document as the person means it: without the mark and kustomize's notes. A Stack has no namespace, but kustomize's
 * `namespace` gives it one.
 */
function withoutNotes(value: Json): Json {
  const metadata = child(value, "metadata");
  const annotations = asMap(child(metadata, "annotations"));
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !notes.includes(name)));
  const isStack = child(value, "kind") === "Stack";
  const fields = Object.entries(asMap(metadata)).flatMap(
    ([name, one]): readonly (readonly [string, Json])[] => {
      if (name === "namespace" && isStack) return [];
      if (name !== "annotations" || Object.keys(annotations).length === 0) return [[name, one]];
      return Object.keys(kept).length === 0 ? [] : [[name, kept]];
    },
  );
  return Object.fromEntries(
    Object.entries(asMap(value)).flatMap(([name, one]): readonly (readonly [string, Json])[] => {
      if (name === markField) return [];
      return [
        [
          name,
          name === "metadata" && metadata !== null && typeof metadata === "object"
            ? Object.fromEntries(fields)
            : one,
        ],
      ];
    }),
  );
}

function asMap(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, Json>)
    : {};
}

/** By its mark; a document that lost it, by its kind and name. */
function sourceIndexOf(value: Json, sources: readonly SourceDocument[]): number | undefined {
  const mark = child(value, markField);
  if (typeof mark === "number" && sources[mark] !== undefined) return mark;
  const nameOf = (one: Json): Json | undefined => child(child(one, "metadata"), "name");
  const found = sources.findIndex(
    ({ tree }) => child(tree.value, "kind") === child(value, "kind") && nameOf(tree.value) === nameOf(value),
  );
  return found < 0 ? undefined : found;
}

/** kustomize says nothing about a target that selects nothing. */
function reportIdlePatches(
  built: BuiltStack,
  values: readonly Json[],
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const patch of built.patches) {
    const { target } = patch;
    if (target?.kind !== "HelmRelease" && target?.kind !== "Stack") continue;
    if (target.name === undefined || !isPlainName(target.name) || target.hasLabels) continue;
    const isUsed = values.some((value) => {
      const mark = sourceIndexOf(value, built.sources);
      const source = mark === undefined ? undefined : built.sources[mark];
      return source !== undefined && isMeantFor(patch, source, value);
    });
    const isKnown = built.sources.some((source) => isMeantFor(patch, source, source.tree.value));
    if (isUsed || isKnown) continue;
    report({
      severity: "warning",
      code: "idle-patch",
      message: `this patch changes nothing: there is no ${target.kind} ${target.name}${target.namespace === undefined ? "" : ` of namespace ${target.namespace}`}`,
      suggestion:
        "a target names kind, name and namespace as the resource has them; remove the patch, or put its target right",
      range: target.range,
    });
  }
}
