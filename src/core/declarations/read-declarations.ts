// A folder's files as a stack: which documents are Headway's, and what only shows when all of them are known (names
// used twice, more than one headway.yaml). Never stops at the first mistake. References between releases are graph.ts.
import { sortBuiltDocuments } from "../kustomize/built-documents.ts";
import type { BuiltStack } from "../kustomize/built-stack.ts";
import type { Declaration, Stack } from "../declaration.ts";
import {
  hasErrors,
  sortDiagnostics,
  type Checked,
  type Diagnostic,
  type SourceRange,
} from "../diagnostic.ts";
import { parseDocuments } from "../yaml/document.ts";
import type { ReleaseId } from "../ids.ts";
import { refuseKustomized } from "../kustomize/kustomized-folders.ts";
import { probableId, readRelease, type FoundDocument } from "./read-release.ts";
import { defaultSettings, readStackDocument, type StackSettings } from "./read-stack-document.ts";
import { ourVersion, sortDocuments, type SortedDocuments, type StackFile } from "./sort-documents.ts";
import { folderOf, matchesGlob, stackFileName } from "./stack-files.ts";
import { readTree } from "../yaml/yaml-tree.ts";

export type StackInput = {
  /** In a fixed order; headway.yaml may be among them. */
  readonly files: readonly StackFile[];
  readonly stackFile?: StackFile;
  /** Names the stack where no headway.yaml does. */
  readonly folderName: string;
  /** The stack's folder below the repository's root, with `/`; empty where it is the root. */
  readonly stackPath: string;
  /** What kustomize made of the folder, where it has a kustomization: then nothing else declares a release. */
  readonly built?: BuiltStack;
};

/** A stack with what reading it showed besides. */
export type ReadStack = Stack & {
  /** YAML documents that are not Headway's. */
  readonly ignoredDocuments: number;
  /** Releases that are declared, but not rightly: those who depend on them are not wrong for it. */
  readonly broken: readonly ReleaseId[];
  /** Names of releases that an overlay deletes, and where: those who depend on them are told so. */
  readonly deleted: ReadonlyMap<string, SourceRange>;
  /** False where no Stack document names it, so that its name is only its folder's. */
  readonly hasDocument: boolean;
};

/** Reads all files of a stack; the value holds what is right, the diagnostics everything that is not. */
export function readStack(input: StackInput): Checked<ReadStack> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const built = input.built === undefined ? undefined : sortBuiltDocuments(input.built, report);
  const own = input.stackFile === undefined ? [] : findStacks(input.stackFile);
  const first = built?.stacks[0] ?? own[0];
  const read = first === undefined ? undefined : readStackDocument(first, input.stackPath);
  diagnostics.push(...(read?.diagnostics ?? []));
  const settings = read?.settings ?? defaultSettings;
  if (settings.releases !== undefined) checkPatterns(settings.releases, input, report);
  const found = built ?? sortFiles(input, settings.releases !== undefined, report);
  const kustomized =
    built === undefined && settings.releases === undefined
      ? refuseKustomized(
          input.files,
          [...found.releases, ...found.broken].map(({ file }) => file),
        )
      : undefined;
  // Patches are no whole declarations, and bases are not meant to be read together.
  if (kustomized !== undefined) return { value: emptyStack(input), diagnostics: [kustomized] };
  if (built === undefined) checkStackDocuments(found.stacks, input, report);
  else checkBuiltStacks(built.stacks, own, input, report);
  const releases = found.releases;
  const broken = found.broken.map((one) => probableId(one.tree.value, settings));

  const readReleases = releases.map((one) => readRelease(one, settings, input.stackPath));
  for (const one of readReleases) diagnostics.push(...one.diagnostics);
  const declarations = readReleases.flatMap((one) => one.declaration ?? []);
  broken.push(...readReleases.filter((one) => one.declaration === undefined).map((one) => one.id));
  checkDuplicates(declarations, report);
  if (releases.length === 0 && !hasErrors(diagnostics)) reportEmpty(input, first, report);

  const value: ReadStack = {
    name: settings.name ?? nameFromFolder(input.folderName),
    phases: settings.phases ?? [],
    order: settings.order,
    onFailure: settings.onFailure,
    prune: settings.prune,
    foresight: settings.foresight,
    ...(settings.clusterUid === undefined ? {} : { clusterUid: settings.clusterUid }),
    repositories: settings.repositories ?? new Map(),
    declarations: withoutRepeated(declarations),
    ignoredDocuments: found.ignored,
    deleted: built?.deleted ?? new Map(),
    hasDocument: first !== undefined,
    broken: [...new Set(broken.filter((id) => id !== undefined))],
  };
  return { value, diagnostics: sortDiagnostics(onceEach(diagnostics)) };
}

/** A patch that changes many releases is wrong once. */
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}

function emptyStack(input: StackInput): ReadStack {
  return {
    name: nameFromFolder(input.folderName),
    phases: [],
    order: defaultSettings.order,
    onFailure: defaultSettings.onFailure,
    prune: defaultSettings.prune,
    foresight: defaultSettings.foresight,
    repositories: new Map(),
    declarations: [],
    ignoredDocuments: 0,
    deleted: new Map(),
    hasDocument: false,
    broken: [],
  };
}

/**
 * The patterns of `spec.releases`, for whoever looks for the files; undefined where there are none, or none that can
 * be read (readStack says why).
 */
export function readReleasePatterns(stackFile: StackFile): readonly string[] | undefined {
  const [found] = findStacks(stackFile);
  return found === undefined
    ? undefined
    : readStackDocument(found, "").settings.releases?.map(({ pattern }) => pattern);
}

/** All files, document by document. */
function sortFiles(
  input: StackInput,
  isExplicit: boolean,
  report: (diagnostic: Diagnostic) => void,
): SortedDocuments {
  const sorted = withStackFile(input).map((file) =>
    sortDocuments(file, isExplicit && file.path !== input.stackFile?.path, report),
  );
  return {
    releases: sorted.flatMap((one) => one.releases),
    stacks: sorted.flatMap((one) => one.stacks),
    broken: sorted.flatMap((one) => one.broken),
    ignored: sorted.reduce((sum, one) => sum + one.ignored, 0),
  };
}

function withStackFile({ files, stackFile }: StackInput): readonly StackFile[] {
  if (stackFile === undefined || files.some((file) => file.path === stackFile.path)) return files;
  return [stackFile, ...files];
}

function findStacks(file: StackFile): readonly FoundDocument[] {
  return sortDocuments(file, false, () => undefined).stacks;
}

function checkPatterns(
  patterns: NonNullable<StackSettings["releases"]>,
  input: StackInput,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const { pattern, range } of patterns) {
    if (input.built !== undefined) {
      report({
        severity: "error",
        code: "unused-releases",
        message: "spec.releases has no effect where a kustomization says what is read",
        suggestion: "list the files under resources of the kustomization, and remove spec.releases",
        range,
      });
      return;
    }
    if (pattern.startsWith("/") || pattern.split("/").includes(".."))
      report({
        severity: "error",
        code: "bad-pattern",
        message: `spec.releases: ${JSON.stringify(pattern)} leaves the stack's folder`,
        suggestion: "patterns are relative to headway.yaml and stay below it",
        range,
      });
    else if (!input.files.some((file) => matchesGlob(file.path, pattern)))
      report({
        severity: "error",
        code: "no-match",
        message: `spec.releases: no file matches ${JSON.stringify(pattern)}`,
        suggestion: "patterns are relative to headway.yaml; ** stands for any folders",
        range,
      });
  }
}

/** One Stack document, in headway.yaml, at the root. */
function checkStackDocuments(
  stacks: readonly FoundDocument[],
  input: StackInput,
  report: (diagnostic: Diagnostic) => void,
): void {
  const atHome = stacks.filter((found) => found.file === input.stackFile?.path);
  const [first, ...more] = atHome;
  if (input.stackFile !== undefined && first === undefined && !stackFileIsBroken(input.stackFile))
    report({
      severity: "error",
      code: "missing-stack",
      message: `${stackFileName} holds no Stack`,
      suggestion: `add a document with \`apiVersion: ${ourVersion}\` and \`kind: Stack\``,
      range: { file: input.stackFile.path, line: 1, column: 1 },
    });
  for (const found of more)
    report({
      severity: "error",
      code: "duplicate-stack",
      message: "a stack has one Stack document",
      suggestion: "merge it into the first one",
      range: found.tree.valueRange(["kind"]),
      related:
        first === undefined ? [] : [{ message: "the first one", range: first.tree.valueRange(["kind"]) }],
    });
  for (const found of stacks) {
    if (atHome.includes(found)) continue;
    const folder = folderOf(found.file);
    report({
      severity: "error",
      code: "misplaced-stack",
      message: `a Stack is read only from ${stackFileName} at the stack's root`,
      suggestion:
        folder === ""
          ? `move it to ${stackFileName}`
          : `if ${folder} is a stack of its own, name that folder; else move this to ${stackFileName}`,
      range: found.tree.valueRange(["kind"]),
      related:
        first === undefined
          ? []
          : [{ message: "the Stack of this folder", range: first.tree.valueRange(["kind"]) }],
    });
  }
}

/** One Stack document: of what kustomize built, or in the headway.yaml beside the kustomization. */
function checkBuiltStacks(
  built: readonly FoundDocument[],
  own: readonly FoundDocument[],
  input: StackInput,
  report: (diagnostic: Diagnostic) => void,
): void {
  // Its own headway.yaml may be one of the resources.
  const all = [...built, ...own.filter((one) => !built.some(({ file }) => file === one.file))];
  const [first, ...more] = all;
  for (const one of more)
    report({
      severity: "error",
      code: "duplicate-stack",
      message: "a stack has one Stack document",
      suggestion: `keep one: a resource of the kustomization, or ${stackFileName} beside it`,
      range: one.tree.valueRange(["kind"]),
      related:
        first === undefined ? [] : [{ message: "the first one", range: first.tree.valueRange(["kind"]) }],
    });
  if (input.stackFile === undefined || built.some(({ file }) => file === input.stackFile?.path)) return;
  const sorted = sortDocuments(input.stackFile, false, report);
  if (own.length === 0) checkStackDocuments([], input, report);
  for (const one of sorted.releases)
    report({
      severity: "error",
      code: "unread-release",
      message: `a release in ${stackFileName} beside a kustomization is not read`,
      suggestion: "move it to a file that the kustomization lists under resources",
      range: one.tree.valueRange(["kind"]),
    });
}

/** A broken headway.yaml has diagnostics of its own. */
function stackFileIsBroken(file: StackFile): boolean {
  if (file.problem !== undefined) return true;
  return parseDocuments(file.path, file.text).some(
    (document) => document.errors.length + readTree(document).errors.length > 0,
  );
}

function checkDuplicates(
  declarations: readonly Declaration[],
  report: (diagnostic: Diagnostic) => void,
): void {
  const byId = new Map<string, Declaration>();
  const byHelmKey = new Map<string, Declaration>();
  for (const declaration of declarations) {
    const same = byId.get(declaration.id);
    const helmKey = `${declaration.namespace}/${declaration.releaseName}`;
    const sameKey = byHelmKey.get(helmKey);
    if (same !== undefined)
      report({
        severity: "error",
        code: "duplicate-release",
        message: `${declaration.id} is declared twice`,
        suggestion: "remove one, or give it another name or namespace",
        range: declaration.range,
        related: [{ message: "first declared here", range: same.range }],
      });
    else if (sameKey !== undefined)
      report({
        severity: "error",
        code: "duplicate-release-name",
        message: `${declaration.id} and ${sameKey.id} are both the Helm release ${helmKey}`,
        suggestion: "give one of them another spec.releaseName",
        range: declaration.range,
        related: [{ message: `${sameKey.id} is declared here`, range: sameKey.range }],
      });
    byId.set(declaration.id, same ?? declaration);
    byHelmKey.set(helmKey, sameKey ?? declaration);
  }
}

function withoutRepeated(declarations: readonly Declaration[]): readonly Declaration[] {
  return [...new Map(declarations.toReversed().map((one) => [one.id, one])).values()].toReversed();
}

/** An empty stack may be meant where somebody wrote a headway.yaml; else it is most likely the wrong folder. */
function reportEmpty(
  input: StackInput,
  stack: FoundDocument | undefined,
  report: (diagnostic: Diagnostic) => void,
): void {
  report({
    severity: input.stackFile === undefined ? "error" : "warning",
    code: "no-releases",
    message: "no HelmRelease is declared here",
    suggestion: `a declaration is a YAML document with \`apiVersion: ${ourVersion}\` and \`kind: HelmRelease\``,
    ...(stack === undefined ? {} : { range: stack.tree.valueRange(["kind"]) }),
  });
}

/** A folder's name as a DNS name: `My_Shop` is `my-shop`. */
function nameFromFolder(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/\.+/g, ".")
    .slice(0, 53)
    .replace(/^[-.]+|[-.]+$/g, "");
  return name === "" ? "stack" : name;
}
