// Files of values as layers: plain YAML or JSON with the place of every leaf, and files that SOPS has encrypted, as far
// as they can be read without a key. Reading the disk and decrypting are an adapter's matter.
import { createHash } from "node:crypto";
import type { Declaration, Json, ValuesLayer, ValuesSource } from "../declaration.ts";
import { didYouMean, type Checked, type Diagnostic, type SourceRange } from "../diagnostic.ts";
import { parseDocuments, type YamlDocument } from "../yaml/document.ts";
import { isMap, mapOf, ownValue } from "./merge-values.ts";
import { largestFileBytes } from "../declarations/stack-files.ts";
import { layerAt } from "./values-layer.ts";
import { flowText } from "./values-text.ts";
import { readTree, type YamlTree } from "../yaml/yaml-tree.ts";

/** A file of values as it was found in the repository. */
export type FoundValuesFile =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "problem";
      readonly problem: "missing" | "too-large" | "not-utf8" | "unreadable" | "outside-repository";
      /** Paths of the files beside it, for a missing one. */
      readonly neighbours: readonly string[];
    };

/** What stands in an encrypted layer's leaves where no key was there. */
export const encryptedMark = "«encrypted»";

/** Paths of all files of values that the declarations name, each once. */
export function valuesFilesOf(declarations: readonly Declaration[]): readonly string[] {
  const paths = declarations.flatMap(({ values }) =>
    values.flatMap((source) => (source.kind === "file" ? source.path : [])),
  );
  return [...new Set(paths)].toSorted();
}

/**
 * The declarations with a layer in the place of each file of values, and everything that is wrong with those files. A
 * declaration with a wrong file loses that layer. `stackPath` is the stack's folder below the repository's root.
 */
export function readValuesFiles(
  declarations: readonly Declaration[],
  files: ReadonlyMap<string, FoundValuesFile>,
  stackPath: string,
): Checked<readonly Declaration[]> {
  const diagnostics: Diagnostic[] = [];
  const known = new Map<string, Checked<ValuesLayer | undefined>>();
  const layerOfFile = (source: Extract<ValuesSource, { kind: "file" }>): readonly ValuesSource[] => {
    const found = files.get(source.path) ?? { kind: "problem", problem: "missing", neighbours: [] };
    if (found.kind === "problem") {
      diagnostics.push(refuseFile(source, found));
      return [];
    }
    let read = known.get(source.path);
    if (read === undefined) {
      read = readValuesText(source.path, shownPath(source.path, stackPath), found.text);
      known.set(source.path, read);
      diagnostics.push(...read.diagnostics);
    }
    return read.value === undefined ? [] : [{ kind: "layer", layer: read.value }];
  };
  const value = declarations.map((declaration) => ({
    ...declaration,
    values: declaration.values.flatMap((source) => (source.kind === "file" ? layerOfFile(source) : [source])),
  }));
  return { value, diagnostics };
}

/** A path below the repository's root as seen from the stack's folder. */
export function shownPath(path: string, stackPath: string): string {
  const from = stackPath.split("/").filter((part) => part !== "" && part !== ".");
  const to = path.split("/");
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => ".."), ...to.slice(same)].join("/");
}

/** One file's text as a layer. An encrypted one comes locked. */
export function readValuesText(path: string, shown: string, text: string): Checked<ValuesLayer | undefined> {
  const origin = { kind: "file", path: shown } as const;
  const start: SourceRange = { file: shown, line: 1, column: 1 };
  const read = readOnly(shown, text);
  if (read.value === undefined) return { value: undefined, diagnostics: read.diagnostics };
  if (read.value === "empty")
    return {
      value: { origin, range: start, text: "{}\n", tree: {}, isSecret: false },
      diagnostics: [],
    };
  const found = read.value;
  if (isEncrypted(found.tree.value)) return readEncrypted(path, found, origin);
  return { value: { ...layerAt(found, [], origin), range: start }, diagnostics: [] };
}

type Found = { readonly document: YamlDocument; readonly tree: YamlTree };

/** The one document of a file of values, which has to be a map. */
function readOnly(shown: string, text: string): Checked<Found | "empty" | undefined> {
  const documents = parseDocuments(shown, text).map((document) => ({ document, tree: readTree(document) }));
  const errors = documents.flatMap(({ document, tree }) =>
    document.errors.length > 0 ? document.errors : tree.errors,
  );
  if (errors.length > 0) return { value: undefined, diagnostics: errors };
  const [first, second] = documents.filter(({ tree }) => tree.value !== null);
  if (first === undefined) return { value: "empty", diagnostics: [] };
  const range = first.tree.valueRange([]);
  if (second !== undefined)
    return refused({
      code: "values-documents",
      message: "a file of values holds one document, but this is another one",
      suggestion: "merge the two, or make them two files in valuesFiles: helm would not read this one",
      range: second.tree.valueRange([]),
    });
  if (isMap(first.tree.value)) return { value: first, diagnostics: [] };
  return refused({
    code: "values-not-a-map",
    message: "values are a map of names, but this file holds something else",
    suggestion: "write `name: value` lines",
    range,
  });
}

function refused(problem: Omit<Diagnostic, "severity">): Checked<undefined> {
  return { value: undefined, diagnostics: [{ severity: "error", ...problem }] };
}

/** True for what SOPS has written: its metadata stand beside the data. */
function isEncrypted(value: Json): boolean {
  const metadata = ownValue(value, "sops");
  return isMap(metadata) && ownValue(metadata, "mac") !== undefined;
}

// The fingerprint is made of the data alone: it is the same with and without the key, and other recipients change nothing.
function readEncrypted(
  path: string,
  found: Found,
  origin: ValuesLayer["origin"],
): Checked<ValuesLayer | undefined> {
  const { tree, document } = found;
  const recipients = recipientsOf(tree.value);
  if (recipients.length === 0)
    return refused({
      code: "values-encrypted",
      message: "this file is encrypted, but not for an age key",
      suggestion: "add an age recipient: sops updatekeys, or sops rotate --add-age",
      range: tree.keyRange(["sops"]),
    });
  const data = isMap(tree.value)
    ? Object.keys(tree.value)
        .filter((key) => key !== "sops")
        .map((key) => `${JSON.stringify(key)}: ${flowText(document, tree.nodeAt([key]))}`)
        .toSorted()
        .join("\n")
    : "";
  const shown = isMap(tree.value) ? mapOf(Object.entries(tree.value).filter(([key]) => key !== "sops")) : {};
  return {
    value: {
      origin,
      range: tree.valueRange([]),
      text: "",
      tree: masked(shown),
      rangeOf: (below) => tree.valueRange(below),
      isSecret: true,
      digest: `sops ${createHash("sha256").update(data).digest("hex")}`,
      locked: { path, recipients },
    },
    diagnostics: [],
  };
}

function recipientsOf(value: Json): readonly string[] {
  const metadata = ownValue(value, "sops");
  const groups = ownValue(metadata, "key_groups");
  const keys = [metadata, ...(Array.isArray(groups) ? (groups as readonly Json[]) : [])].flatMap((group) => {
    const list = ownValue(group, "age");
    return Array.isArray(list) ? (list as readonly Json[]) : [];
  });
  const names = keys.flatMap((key) => {
    const name = ownValue(key, "recipient");
    return typeof name === "string" ? name : [];
  });
  return [...new Set(names)];
}

function masked(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(masked);
  if (isMap(value)) return mapOf(Object.entries(value).map(([key, item]) => [key, masked(item)]));
  return encryptedMark;
}

/**
 * A locked layer with what SOPS made of it. Undefined where that is no map; its words are nobody's business, so nothing
 * of it is told.
 */
export function unlockLayer(layer: ValuesLayer, decrypted: string): ValuesLayer | undefined {
  const read = readOnly("decrypted", decrypted);
  if (read.value === undefined) return undefined;
  const { origin, range, isSecret, rangeOf, digest } = layer;
  const open = {
    origin,
    range,
    isSecret,
    ...(rangeOf === undefined ? {} : { rangeOf }),
    ...(digest === undefined ? {} : { digest }),
  };
  if (read.value === "empty") return { ...open, text: "{}\n", tree: {} };
  const { text, tree } = layerAt(read.value, [], layer.origin);
  return { ...open, text, tree };
}

function refuseFile(
  source: Extract<ValuesSource, { kind: "file" }>,
  found: Extract<FoundValuesFile, { kind: "problem" }>,
): Diagnostic {
  const { written, range, path } = source;
  const say = (code: string, what: string, suggestion: string): Diagnostic => ({
    severity: "error",
    code,
    message: `the values file ${written} ${what}`,
    suggestion,
    range,
  });
  switch (found.problem) {
    case "missing": {
      const near = didYouMean(path, found.neighbours);
      return say(
        "values-missing",
        "does not exist",
        near === undefined
          ? "check the path: it is relative to the file that declares it"
          : `did you mean ${written.slice(0, written.lastIndexOf("/") + 1)}${near.slice(near.lastIndexOf("/") + 1)}?`,
      );
    }
    case "too-large":
      return say(
        "file-too-large",
        `is larger than ${largestFileBytes / 1024 / 1024} MiB`,
        "split it into several files",
      );
    case "not-utf8":
      return say("file-not-utf8", "is not UTF-8 text", "save it as UTF-8");
    case "unreadable":
      return say("file-unreadable", "can't be read", "check that it is a file, and its permissions");
    case "outside-repository":
      return say(
        "path-outside-repository",
        "is a link that leaves the repository",
        "replace the link by what it leads to",
      );
  }
}
