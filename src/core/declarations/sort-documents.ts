// One file as documents: which of them are Headway's, and what is refused at sight. What the documents say is for
// read-release.ts and read-stack-document.ts.
import { didYouMean, type Diagnostic, type SourceRange } from "../diagnostic.ts";
import { parseDocuments } from "../yaml/document.ts";
import { child, type FoundDocument } from "./read-release.ts";
import { isValuesFile, largestFileBytes, stackFileName } from "./stack-files.ts";
import { readTree } from "../yaml/yaml-tree.ts";

/** A file as it was found; `path` is relative to the stack's folder, with `/`. */
export type StackFile = {
  readonly path: string;
  /** As much of it as could be read: empty where there is a problem. */
  readonly text: string;
  /** Why the file could not be read as text; too-large files may have their first part in `text`. */
  readonly problem?: "too-large" | "not-utf8" | "unreadable" | "outside-repository" | "left-out";
};

/** A file's documents that are Headway's. */
export type SortedDocuments = {
  readonly releases: readonly FoundDocument[];
  readonly stacks: readonly FoundDocument[];
  /** Documents that are Headway's, but whose YAML is broken. */
  readonly broken: readonly FoundDocument[];
  readonly ignored: number;
};

const nothing: SortedDocuments = { releases: [], stacks: [], broken: [], ignored: 0 };

/** What a file holds. Under an explicit pattern, everything in it has to be Headway's. */
export function sortDocuments(
  file: StackFile,
  isExplicit: boolean,
  report: (diagnostic: Diagnostic) => void,
): SortedDocuments {
  // Nothing for a stack, and perhaps large: whoever resolves charts reads it.
  if (/^(?:#.*\n)*apiVersion: headway\.dev\/v1\r?\nkind: ChartIndex\r?\n/.test(file.text)) return nothing;
  const mentions = /headway\.dev\//.test(file.text);
  const mustBeOurs = isExplicit || mentions || file.path === stackFileName;
  const whole: SourceRange = { file: file.path, line: 1, column: 1 };
  if (file.problem !== undefined) return refuseFile(file, mustBeOurs, whole, report);
  if (
    !isExplicit &&
    isValuesFile(file.path) &&
    !/^[\s"'{]*apiVersion["']?\s*:\s*["']?headway\.dev\//m.test(file.text)
  )
    return nothing;
  if (!mustBeOurs && !/\bkind\b/.test(file.text)) {
    // Not a Kubernetes object at all, so it needs no reading; documents are counted by their separators.
    return { ...nothing, ignored: file.text.split(/^---(?:\s|$)/m).filter(hasContent).length };
  }
  const releases: FoundDocument[] = [];
  const stacks: FoundDocument[] = [];
  const broken: FoundDocument[] = [];
  let ignored = 0;
  for (const document of parseDocuments(file.path, file.text)) {
    const tree = readTree(document);
    // Behind a syntax error, what else looks wrong often is not.
    const errors = document.errors.length > 0 ? document.errors : tree.errors;
    const found = { file: file.path, document, tree, isSound: errors.length === 0 };
    if (errors.length > 0 && !mustBeOurs) {
      ignored++;
      continue;
    }
    for (const error of errors) report(error);
    // What a broken document says of itself may be an accident of where it broke.
    const isReadable = document.errors.length === 0;
    const kind = classify(found, isExplicit, isReadable ? report : () => undefined);
    if (kind === "stack") stacks.push(found);
    else if (kind === "release" && isReadable) releases.push(found);
    else if (!isReadable) broken.push(found);
    else if (kind === "foreign") ignored++;
  }
  return { releases, stacks, broken, ignored };
}

function hasContent(text: string): boolean {
  return /^[^\S\n]*[^\s#]/m.test(text);
}

function refuseFile(
  file: StackFile,
  mustBeOurs: boolean,
  range: SourceRange,
  report: (diagnostic: Diagnostic) => void,
): SortedDocuments {
  const refuse = (code: string, message: string, suggestion: string): SortedDocuments => {
    report({ severity: "error", code, message, suggestion, range });
    return nothing;
  };
  switch (file.problem ?? "unreadable") {
    case "too-large":
      if (!mustBeOurs) return { ...nothing, ignored: 1 };
      return refuse(
        "file-too-large",
        `the file is larger than ${largestFileBytes / 1024 / 1024} MiB`,
        "split it into several files",
      );
    case "not-utf8":
      if (!mustBeOurs) return { ...nothing, ignored: 1 };
      return refuse("file-not-utf8", "the file is not UTF-8 text", "save it as UTF-8");
    case "unreadable":
      return refuse(
        "file-unreadable",
        "the file can't be read",
        "check its permissions, or if it is a link that leads nowhere",
      );
    case "left-out":
      return refuse(
        "file-is-link",
        "this is a symbolic link, and none is taken out of a commit",
        "commit the file itself in its place",
      );
    case "outside-repository":
      return refuse(
        "path-outside-repository",
        "this is a link that leaves the repository",
        `replace the link by what it leads to, or name the files to read in spec.releases of ${stackFileName}`,
      );
  }
}

/** What a document is: `empty` is nothing to read, `refused` has been reported. */
export type DocumentKind = "release" | "stack" | "foreign" | "empty" | "refused";

/** The apiVersion of every document that this version reads. */
export const ourVersion = "headway.dev/v1";
const ourKinds = ["HelmRelease", "Stack", "StackSync"];

/** Looks at apiVersion and kind alone. */
export function classify(
  found: FoundDocument,
  isExplicit: boolean,
  report: (diagnostic: Diagnostic) => void,
): DocumentKind {
  const { tree } = found;
  if (tree.value === null) return "empty";
  const apiVersion = child(tree.value, "apiVersion");
  const kind = child(tree.value, "kind");
  const refuse = (code: string, message: string, field: string, suggestion?: string): "refused" => {
    const known = suggestion === undefined ? {} : { suggestion };
    report({ severity: "error", code, message, ...known, range: tree.valueRange([field]) });
    return "refused";
  };
  const isOurKind = typeof kind === "string" && ourKinds.includes(kind);
  if (typeof apiVersion !== "string" || !apiVersion.startsWith("headway.dev/")) {
    if (apiVersion === undefined && isOurKind)
      return refuse(
        "missing-field",
        `a ${kind} without an apiVersion`,
        "kind",
        `add \`apiVersion: ${ourVersion}\``,
      );
    if (typeof apiVersion === "string" && isOurKind && didYouMean(apiVersion, [ourVersion]) !== undefined)
      return refuse(
        "unknown-api-version",
        `apiVersion ${JSON.stringify(apiVersion)} is not known`,
        "apiVersion",
        `did you mean ${ourVersion}?`,
      );
    if (!isExplicit) return "foreign";
    const what =
      typeof kind === "string"
        ? `a ${kind} of ${JSON.stringify(apiVersion ?? "no apiVersion")}`
        : "something else";
    return refuse(
      "not-a-declaration",
      `spec.releases of ${stackFileName} names this file, but it holds ${what}`,
      "apiVersion",
      "narrow the pattern, or move the document to another file",
    );
  }
  if (apiVersion !== ourVersion)
    return refuse(
      "unknown-api-version",
      `apiVersion ${JSON.stringify(apiVersion)} is not known`,
      "apiVersion",
      `this version of Headway reads ${ourVersion}`,
    );
  if (kind === "HelmRelease") return "release";
  if (kind === "Stack") return "stack";
  if (kind === "StackSync" || kind === "ChartIndex") return "empty";
  if (kind === undefined)
    return refuse("missing-field", "kind is missing", "apiVersion", "add `kind: HelmRelease`");
  const near = typeof kind === "string" ? didYouMean(kind, ourKinds) : undefined;
  return refuse(
    "unknown-kind",
    `kind ${JSON.stringify(kind)} is not one of Headway's`,
    "kind",
    near === undefined ? `the kinds are ${ourKinds.join(", ")}` : `did you mean ${near}?`,
  );
}
