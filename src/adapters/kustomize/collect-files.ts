// Every file that an overlay's kustomizations ask for, through a function that reads one entry of the repository: from a
// checkout or from a commit. Nothing is run here, and nothing is written.
import { markDocuments, type SourceDocument } from "../../core/kustomize/built-stack.ts";
import { didYouMean, type Diagnostic, type SourceRange } from "../../core/diagnostic.ts";
import { parseDocuments, type YamlDocument } from "../../core/yaml/document.ts";
import {
  readKustomization,
  readPluginDocuments,
  type Kustomization,
  type KustomizationReference,
  type WrittenPatch,
} from "../../core/kustomize/kustomization.ts";
import type { KustomizeNode } from "../../core/kustomize/kustomize-tree.ts";
import { child } from "../../core/declarations/read-release.ts";
import {
  folderOf,
  joinPath,
  kustomizationNames,
  largestFileBytes,
  relativePath,
} from "../../core/declarations/stack-files.ts";
import { readTree, type YamlTree } from "../../core/yaml/yaml-tree.ts";
import type { ReadRepository, RepositoryEntry } from "../../engine/ports.ts";

/** What an overlay needs: `files` by their path in the repository, with the marks of built-stack.ts in them. */
export type CollectedFiles = {
  readonly root: KustomizeNode;
  readonly kustomizations: readonly Kustomization[];
  readonly sources: readonly SourceDocument[];
  readonly files: ReadonlyMap<string, Uint8Array>;
};

const mostFiles = 10_000;
const mostBytes = 64 * 1024 * 1024;
const encoder = new TextEncoder();

type Collecting = {
  readonly read: ReadRepository;
  readonly stackPath: string;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly files: Map<string, Uint8Array>;
  readonly sources: SourceDocument[];
  readonly nodes: Map<string, KustomizeNode>;
  /** Indices of the declarations of each resource file that was read. */
  readonly resources: Map<string, readonly number[]>;
  readonly patchFiles: Map<string, readonly YamlTree[]>;
  bytes: number;
  isFull: boolean;
};

/** A kustomization on the way down; `range` is where it was asked for. */
type Step = { readonly folder: string; readonly range: SourceRange | undefined };

/** Collects for the overlay in the folder `stackPath`; undefined where its own kustomization can't be read. */
export async function collectFiles(
  read: ReadRepository,
  stackPath: string,
  report: (diagnostic: Diagnostic) => void,
): Promise<CollectedFiles | undefined> {
  const collecting: Collecting = {
    read,
    stackPath,
    report,
    files: new Map(),
    sources: [],
    nodes: new Map(),
    resources: new Map(),
    patchFiles: new Map(),
    bytes: 0,
    isFull: false,
  };
  const folder = joinPath(stackPath) ?? ".";
  const root = await collectFolder(collecting, [{ folder, range: undefined }], false);
  if (root === undefined) return undefined;
  const { files, sources, nodes } = collecting;
  return { root, files, sources, kustomizations: [...nodes.values()].map((node) => node.kustomization) };
}

async function collectFolder(
  collecting: Collecting,
  trail: readonly Step[],
  holdsPlugins: boolean,
): Promise<KustomizeNode | undefined> {
  const step = trail.at(-1);
  if (step === undefined || refuseCycle(collecting, trail)) return undefined;
  const { folder, range } = step;
  const key = `${holdsPlugins ? "plugins" : "resources"} ${folder}`;
  const known = collecting.nodes.get(key);
  if (known !== undefined) return known;
  const path = await findKustomization(collecting, folder, range);
  const text = path === undefined ? undefined : await takeText(collecting, path, range);
  if (path === undefined || text === undefined) return undefined;
  const kustomization = readKustomization(shown(collecting, path), text, collecting.report);
  if (kustomization === undefined) return undefined;
  const bases: KustomizeNode[] = [];
  const components: KustomizeNode[] = [];
  const documents: number[] = [];
  for (const reference of kustomization.references) {
    if (collecting.isFull) break;
    const found = await find(collecting, folder, reference);
    if (found === undefined) continue;
    const { path: target, entry } = found;
    if (entry.kind === "folder") {
      if (reference.use === "data") {
        refuse(collecting, reference.range, "not-a-file", `${reference.written} is a folder`);
        continue;
      }
      const isPlugins = holdsPlugins || reference.use === "plugin";
      const node = await collectFolder(
        collecting,
        [...trail, { folder: target, range: reference.range }],
        isPlugins,
      );
      if (node !== undefined) (reference.use === "component" ? components : bases).push(node);
    } else if (reference.use === "folder" || reference.use === "component")
      refuse(collecting, reference.range, "not-a-folder", `${reference.written} is not a folder`);
    else if (reference.use === "data") keep(collecting, target, entry.bytes);
    else if (reference.use === "plugin" || holdsPlugins)
      await collectPlugin(collecting, folder, reference, target, entry.bytes);
    else documents.push(...collectResource(collecting, reference, target, entry.bytes));
  }
  const patches = [];
  for (const patch of kustomization.patches) {
    const trees = await readPatch(collecting, folder, patch);
    patches.push({ ...(patch.target === undefined ? {} : { target: patch.target }), trees });
  }
  const node: KustomizeNode = { kustomization, documents, bases, components, patches };
  collecting.nodes.set(key, node);
  return node;
}

/** kustomize also refuses a base that the overlay itself lies in. */
function refuseCycle({ report, stackPath }: Collecting, trail: readonly Step[]): boolean {
  const last = trail.at(-1);
  const isAround = ({ folder }: Step): boolean =>
    last !== undefined &&
    (folder === last.folder || last.folder === "." || folder.startsWith(`${last.folder}/`));
  const start = trail.slice(0, -1).findIndex(isAround);
  const first = trail[start];
  if (last === undefined || first === undefined) return false;
  const loop = trail.slice(start);
  const names = loop.map(({ folder }) => relativePath(stackPath, folder));
  const isLoop = first.folder === last.folder;
  report({
    severity: "error",
    code: "kustomize-cycle",
    message: isLoop
      ? `kustomizations ask for each other: ${names.join(" → ")}`
      : `${names.at(-1) ?? ""} holds ${names[0] ?? ""}, which asks for it: ${names.join(" → ")}`,
    suggestion: isLoop
      ? "remove one of these references"
      : "move what both need to a folder of its own, beside them",
    ...(last.range === undefined ? {} : { range: last.range }),
    related: loop
      .slice(1, -1)
      .flatMap(({ folder, range }) =>
        range === undefined ? [] : [{ message: `asks for ${relativePath(stackPath, folder)}`, range }],
      ),
  });
  return true;
}

async function findKustomization(
  collecting: Collecting,
  folder: string,
  range: SourceRange | undefined,
): Promise<string | undefined> {
  const entry = await collecting.read(folder);
  const names =
    entry.kind === "folder" ? kustomizationNames.filter((name) => entry.names.includes(name)) : [];
  const [name, second] = names;
  const place = range ?? { file: name ?? "kustomization.yaml", line: 1, column: 1 };
  const here = relativePath(collecting.stackPath, folder);
  if (name === undefined) {
    const message = `${here} holds no kustomization`;
    refuse(
      collecting,
      place,
      "missing-kustomization",
      message,
      "list its files one by one, or add a kustomization.yaml",
    );
    return undefined;
  }
  if (second !== undefined) {
    refuse(
      collecting,
      place,
      "two-kustomizations",
      `${here} holds both ${name} and ${second}`,
      "keep one of them",
    );
    return undefined;
  }
  return joinPath(folder, name);
}

function collectResource(
  collecting: Collecting,
  reference: KustomizationReference,
  path: string,
  bytes: Uint8Array,
): readonly number[] {
  const known = collecting.resources.get(path);
  if (known !== undefined) return known;
  const text = decode(collecting, path, bytes, reference.range);
  if (text === undefined) return [];
  // What is not Headway's is left to kustomize, mistakes and all.
  if (!text.includes("headway.dev/")) {
    keep(collecting, path, bytes);
    collecting.resources.set(path, []);
    return [];
  }
  const file = shown(collecting, path);
  const documents = parseDocuments(file, text);
  const indices = new Map<YamlDocument, number>();
  for (const document of documents) {
    const tree = readTree(document);
    for (const error of document.errors.length > 0 ? document.errors : tree.errors) collecting.report(error);
    const apiVersion = child(tree.value, "apiVersion");
    if (typeof apiVersion !== "string" || !apiVersion.startsWith("headway.dev/")) continue;
    indices.set(document, collecting.sources.length);
    collecting.sources.push({ file, tree });
  }
  const marked = markDocuments(text, documents, (document) => indices.get(document));
  keep(collecting, path, encoder.encode(marked));
  const found = [...indices.values()];
  collecting.resources.set(path, found);
  return found;
}

async function collectPlugin(
  collecting: Collecting,
  folder: string,
  reference: KustomizationReference,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const text = decode(collecting, path, bytes, reference.range);
  if (text === undefined || collecting.files.has(path)) return;
  keep(collecting, path, bytes);
  for (const wanted of readPluginDocuments(
    parseDocuments(shown(collecting, path), text),
    collecting.report,
  )) {
    const found = await find(collecting, folder, wanted);
    if (found?.entry.kind === "file") keep(collecting, found.path, found.entry.bytes);
  }
}

async function readPatch(
  collecting: Collecting,
  folder: string,
  patch: WrittenPatch,
): Promise<readonly YamlTree[]> {
  if (patch.kind === "inline") return patch.documents.map((document) => checkedTree(collecting, document));
  const found = await find(collecting, folder, patch);
  if (found === undefined) return [];
  if (found.entry.kind === "folder") {
    refuse(collecting, patch.range, "not-a-file", `${patch.written} is a folder`);
    return [];
  }
  const known = collecting.patchFiles.get(found.path);
  if (known !== undefined) return known;
  const text = decode(collecting, found.path, found.entry.bytes, patch.range);
  if (text === undefined) return [];
  keep(collecting, found.path, found.entry.bytes);
  const trees = parseDocuments(shown(collecting, found.path), text).map((document) =>
    checkedTree(collecting, document),
  );
  collecting.patchFiles.set(found.path, trees);
  return trees;
}

function checkedTree({ report }: Collecting, document: YamlDocument): YamlTree {
  const tree = readTree(document);
  for (const error of document.errors.length > 0 ? document.errors : tree.errors) report(error);
  return tree;
}

type Found = {
  readonly path: string;
  readonly entry: Extract<RepositoryEntry, { readonly kind: "file" | "folder" }>;
};

/** What a reference leads to; undefined after reporting why it leads nowhere. */
async function find(
  collecting: Collecting,
  folder: string,
  { written, range }: Pick<KustomizationReference, "written" | "range">,
): Promise<Found | undefined> {
  const refuseRemote = (): void => {
    refuse(
      collecting,
      range,
      "remote-kustomization",
      `${written} is not in this repository`,
      "copy what it leads to into the repository: Headway reads one commit, and nothing from elsewhere",
    );
  };
  if (/^[a-z][-+.a-z0-9]*:(?:\/\/|:)|^[^/\s]+@[^/\s]+:|[?&]ref=/i.test(written)) {
    refuseRemote();
    return undefined;
  }
  const path = written.startsWith("/") ? undefined : joinPath(folder, written);
  if (path === undefined) {
    const message = `${written} leaves the repository`;
    refuse(
      collecting,
      range,
      "path-outside-repository",
      message,
      "what a kustomization asks for has to be in the same git repository (without one: in the stack's folder)",
    );
    return undefined;
  }
  const entry = await collecting.read(path);
  switch (entry.kind) {
    case "file":
    case "folder":
      return { path, entry };
    case "missing":
      if (/^(?:[-a-z0-9]+\.)+[a-z]{2,}(?::[0-9]+)?\/[^/]+\/./i.test(written)) refuseRemote();
      else
        refuse(
          collecting,
          range,
          "missing-file",
          `there is no ${written}`,
          await suggestName(collecting, path),
        );
      return undefined;
    case "refused":
      refuseEntry(collecting, range, entry.reason, written);
      return undefined;
  }
}

function refuseEntry(
  collecting: Collecting,
  range: SourceRange,
  reason: Extract<RepositoryEntry, { readonly kind: "refused" }>["reason"],
  written: string,
): void {
  const tell = (code: string, message: string, suggestion: string): void => {
    refuse(collecting, range, code, `${written} ${message}`, suggestion);
  };
  switch (reason) {
    case "outside-repository":
      tell(
        "path-outside-repository",
        "is a link that leaves the repository",
        "replace the link by what it leads to",
      );
      return;
    case "too-large":
      tell(
        "file-too-large",
        `is larger than ${largestFileBytes / 1024 / 1024} MiB`,
        "split it into several files",
      );
      return;
    case "unreadable":
      tell("file-unreadable", "can't be read", "check its permissions, and that it is an ordinary file");
      return;
  }
}

async function suggestName(collecting: Collecting, path: string): Promise<string> {
  const beside = await collecting.read(folderOf(path) || ".");
  const name = path.slice(path.lastIndexOf("/") + 1);
  const near = beside.kind === "folder" ? didYouMean(name, beside.names) : undefined;
  return near === undefined ? "paths are relative to this file" : `did you mean ${near}?`;
}

async function takeText(
  collecting: Collecting,
  path: string,
  range: SourceRange | undefined,
): Promise<string | undefined> {
  const place = range ?? { file: shown(collecting, path), line: 1, column: 1 };
  const entry = await collecting.read(path);
  if (entry.kind !== "file") {
    const reason = entry.kind === "refused" ? entry.reason : "unreadable";
    refuseEntry(collecting, place, reason, shown(collecting, path));
    return undefined;
  }
  keep(collecting, path, entry.bytes);
  return decode(collecting, path, entry.bytes, place);
}

function decode(
  collecting: Collecting,
  path: string,
  bytes: Uint8Array,
  range: SourceRange,
): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    refuse(
      collecting,
      range,
      "file-not-utf8",
      `${shown(collecting, path)} is not UTF-8 text`,
      "save it as UTF-8",
    );
    return undefined;
  }
}

function keep(collecting: Collecting, path: string, bytes: Uint8Array): void {
  if (collecting.files.has(path) || collecting.isFull) return;
  collecting.files.set(path, bytes);
  collecting.bytes += bytes.length;
  if (collecting.files.size <= mostFiles && collecting.bytes <= mostBytes) return;
  collecting.isFull = true;
  const message = `this overlay needs more than ${mostFiles} files or ${mostBytes / 1024 / 1024} MiB`;
  collecting.report({ severity: "error", code: "too-many-files", message, suggestion: "split the stack" });
}

function refuse(
  { report }: Collecting,
  range: SourceRange,
  code: string,
  message: string,
  suggestion?: string,
): void {
  const known = suggestion === undefined ? {} : { suggestion };
  report({ severity: "error", code, message, ...known, range });
}

function shown({ stackPath }: Collecting, path: string): string {
  return relativePath(stackPath, path);
}
