// A kustomization file as Headway reads it: which files it asks for, what it patches, and what Headway will not have
// kustomize do. What kustomize makes of it is kustomize's business.
import { isScalar } from "yaml";
import type { Json } from "../declaration.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import { parseDocuments, type YamlDocument, type YamlNode } from "../yaml/document.ts";
import { child } from "../declarations/read-release.ts";
import { readTree, type Path, type YamlTree } from "../yaml/yaml-tree.ts";

/** Something that a kustomization names: how it is used, the path as written, and where that stands. */
export type KustomizationReference = {
  /** `resource`: a file or a folder; `folder`: a base or a component; the rest are files. */
  readonly use: "resource" | "folder" | "component" | "plugin" | "data";
  readonly written: string;
  readonly range: SourceRange;
};

/** A patch's target as written; absent fields fit everything. */
export type PatchTarget = {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly hasLabels: boolean;
  readonly range: SourceRange;
};

/** A patch in a kustomization: its text stands there, or in a file. */
export type WrittenPatch = {
  readonly target?: PatchTarget;
  readonly range: SourceRange;
} & (
  | { readonly kind: "file"; readonly written: string }
  | { readonly kind: "inline"; readonly documents: readonly YamlDocument[] }
);

export type Kustomization = {
  /** As people see it, relative to the stack's folder. */
  readonly file: string;
  readonly isComponent: boolean;
  readonly references: readonly KustomizationReference[];
  readonly patches: readonly WrittenPatch[];
  readonly document: YamlDocument;
  readonly tree: YamlTree;
};

type Report = (diagnostic: Diagnostic) => void;

/** Reads a kustomization file; undefined where it can't be read, after reporting why. */
export function readKustomization(file: string, text: string, report: Report): Kustomization | undefined {
  const [document, ...more] = parseDocuments(file, text);
  if (document === undefined) return readKustomization(file, "{}\n", report);
  const tree = readTree(document);
  const errors = document.errors.length > 0 ? document.errors : tree.errors;
  for (const error of errors) report(error);
  if (errors.length > 0) return undefined;
  const whole = tree.valueRange([]);
  const isMap = typeof tree.value === "object" && tree.value !== null && !Array.isArray(tree.value);
  if ((!isMap && tree.value !== null) || more.length > 0) {
    const message = isMap ? "a kustomization is one document" : "a kustomization is a map";
    report({ severity: "error", code: "bad-kustomization", message, range: whole });
    return undefined;
  }
  const reading: Reading = { document, tree, report };
  refusePlugins(reading);
  return {
    file,
    isComponent: child(tree.value, "kind") === "Component",
    references: readReferences(reading),
    patches: readPatches(reading),
    document,
    tree,
  };
}

type Reading = { readonly document: YamlDocument; readonly tree: YamlTree; readonly report: Report };

const refusedFields: Readonly<Record<string, string>> = {
  helmCharts: "charts are deployed by HelmReleases; write one for it",
  helmChartInflationGenerator: "charts are deployed by HelmReleases; write one for it",
  helmGlobals: "charts are deployed by HelmReleases; write one for it",
};

function refusePlugins({ tree, report }: Reading): void {
  for (const [name, suggestion] of Object.entries(refusedFields)) {
    if (child(tree.value, name) === undefined) continue;
    const message = `${name} is not supported: kustomize would start helm for it`;
    report({
      severity: "error",
      code: "kustomize-plugin",
      message,
      suggestion,
      range: tree.keyRange([name]),
    });
  }
}

/** The items of the list at a path, each with its own path. */
function itemsAt({ tree }: Reading, path: Path): readonly { readonly value: Json; readonly path: Path }[] {
  let list: Json | undefined = tree.value;
  for (const step of path) list = child(list, String(step));
  return Array.isArray(list)
    ? (list as readonly Json[]).map((value, index) => ({ value, path: [...path, index] }))
    : [];
}

function readReferences(reading: Reading): readonly KustomizationReference[] {
  const found: KustomizationReference[] = [];
  const add = (use: KustomizationReference["use"], written: Json | undefined, path: Path): void => {
    if (typeof written === "string" && written !== "" && !written.includes("\n"))
      found.push({ use, written, range: reading.tree.valueRange(path) });
  };
  const addList = (use: KustomizationReference["use"], ...path: Path): void => {
    for (const item of itemsAt(reading, path)) add(use, item.value, item.path);
  };
  addList("resource", "resources");
  addList("folder", "bases");
  addList("component", "components");
  for (const name of ["generators", "transformers", "validators"])
    for (const item of itemsAt(reading, [name])) {
      if (typeof item.value === "string" && item.value.includes("\n"))
        found.push(
          ...readPluginDocuments(documentsAt(reading.document, reading.tree, item.path), reading.report),
        );
      else add("plugin", item.value, item.path);
    }
  addList("data", "crds");
  addList("data", "configurations");
  add("data", child(child(reading.tree.value, "openapi"), "path"), ["openapi", "path"]);
  for (const item of itemsAt(reading, ["replacements"]))
    add("data", child(item.value, "path"), [...item.path, "path"]);
  for (const name of ["configMapGenerator", "secretGenerator"])
    for (const item of itemsAt(reading, [name])) addGenerator(item.path, item.value, addList, add);
  return found;
}

/** `files` may be KEY=PATH; `env` is the old form of `envs`. */
function addGenerator(
  path: Path,
  value: Json,
  addList: (use: "data", ...path: Path) => void,
  add: (use: "data", written: Json | undefined, path: Path) => void,
): void {
  const files = child(value, "files");
  if (Array.isArray(files))
    for (const [index, one] of (files as readonly Json[]).entries())
      add("data", typeof one === "string" ? one.replace(/^[^=]*=/, "") : one, [...path, "files", index]);
  addList("data", ...path, "envs");
  add("data", child(value, "env"), [...path, "env"]);
}

/**
 * The files that documents of a generator, transformer or validator ask for. Only kustomize's own are allowed: others
 * are programs or containers.
 */
export function readPluginDocuments(
  documents: readonly YamlDocument[],
  report: Report,
): readonly KustomizationReference[] {
  return documents.flatMap((document) => {
    const tree = readTree(document);
    if (tree.value === null) return [];
    for (const error of document.errors) report(error);
    const kind = child(tree.value, "kind");
    const annotations = child(child(tree.value, "metadata"), "annotations");
    const isOwn = child(tree.value, "apiVersion") === "builtin" && kind !== "HelmChartInflationGenerator";
    if (document.errors.length === 0 && (!isOwn || child(annotations, "config.kubernetes.io/function"))) {
      report({
        severity: "error",
        code: "kustomize-plugin",
        message: `the plugin ${typeof kind === "string" ? kind : "here"} is not supported: it is not built into kustomize`,
        suggestion: "only plugins of `apiVersion: builtin` are run, and none that starts a program",
        range: tree.valueRange(["kind"]),
      });
      return [];
    }
    const reading: Reading = { document, tree, report };
    const found: KustomizationReference[] = [];
    const add = (written: Json | undefined, path: Path): void => {
      if (typeof written === "string" && written !== "")
        found.push({ use: "data", written, range: tree.valueRange(path) });
    };
    add(child(tree.value, "path"), ["path"]);
    for (const name of ["paths", "envs"])
      for (const item of itemsAt(reading, [name])) add(item.value, item.path);
    for (const item of itemsAt(reading, ["files"]))
      add(typeof item.value === "string" ? item.value.replace(/^[^=]*=/, "") : undefined, item.path);
    for (const item of itemsAt(reading, ["replacements"]))
      add(child(item.value, "path"), [...item.path, "path"]);
    return found;
  });
}

function readPatches(reading: Reading): readonly WrittenPatch[] {
  const found: WrittenPatch[] = [];
  const inline = (path: Path, target: PatchTarget | undefined): WrittenPatch => ({
    kind: "inline",
    documents: documentsAt(reading.document, reading.tree, path),
    range: reading.tree.valueRange(path),
    ...(target === undefined ? {} : { target }),
  });
  const file = (written: string, path: Path, target: PatchTarget | undefined): WrittenPatch => ({
    kind: "file",
    written,
    range: reading.tree.valueRange(path),
    ...(target === undefined ? {} : { target }),
  });
  for (const { value, path } of itemsAt(reading, ["patchesStrategicMerge"]))
    if (typeof value === "string")
      found.push(
        /\n|^\s*\{/.test(value) || value.includes(": ")
          ? inline(path, undefined)
          : file(value, path, undefined),
      );
  for (const name of ["patches", "patchesJson6902"])
    for (const { value, path } of itemsAt(reading, [name])) {
      const target = readTarget(child(value, "target"), [...path, "target"], reading.tree);
      const [text, written] = [child(value, "patch"), child(value, "path")];
      if (typeof text === "string" && text !== "") found.push(inline([...path, "patch"], target));
      if (typeof written === "string" && written !== "") found.push(file(written, [...path, "path"], target));
    }
  return found;
}

function readTarget(value: Json | undefined, path: Path, tree: YamlTree): PatchTarget | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text = (name: string): Readonly<Record<string, string>> => {
    const written = child(value, name);
    return typeof written === "string" && written !== "" ? { [name]: written } : {};
  };
  return {
    ...text("kind"),
    ...text("name"),
    ...text("namespace"),
    hasLabels:
      child(value, "labelSelector") !== undefined || child(value, "annotationSelector") !== undefined,
    range: tree.valueRange(path),
  };
}

/** The YAML documents inside a text of another document, with places in the outer file where the text is a block. */
function documentsAt(document: YamlDocument, tree: YamlTree, path: Path): readonly YamlDocument[] {
  const node = tree.nodeAt(path);
  if (!isScalar(node)) return [];
  const whole = tree.valueRange(path);
  const text = typeof node.source === "string" ? node.source : "";
  const indent = node.type === "BLOCK_LITERAL" ? indentOf(document, node, text) : undefined;
  return parseDocuments(whole.file, text).map((inner) => {
    const rangeOf = (start: number, end: number): SourceRange =>
      indent === undefined ? whole : moved(inner.rangeOf(start, end), whole.line, indent);
    const errors = inner.errors.map((error) => ({
      ...error,
      range:
        error.range === undefined || indent === undefined ? whole : moved(error.range, whole.line, indent),
    }));
    return { ...inner, rangeOf, errors };
  });
}

/** The text of a block begins on the line after its `|`. */
function moved(range: SourceRange, line: number, indent: number): SourceRange {
  return {
    file: range.file,
    line: range.line + line,
    column: range.column + indent,
    ...(range.endLine === undefined ? {} : { endLine: range.endLine + line }),
    ...(range.endColumn === undefined ? {} : { endColumn: range.endColumn + indent }),
  };
}

function indentOf(document: YamlDocument, node: YamlNode, text: string): number {
  const source = document.text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  const spaces = (lines: readonly string[]): number =>
    /^ */.exec(lines.find((line) => line.trim() !== "") ?? "")?.[0].length ?? 0;
  return Math.max(0, spaces(source.split("\n").slice(1)) - spaces(text.split("\n")));
}
