// What a commit holds, as git lists it, and which of it becomes a file: regular files under names that mean the same
// everywhere, within bounds. Links and submodules never do.

export type TreeFile = { readonly path: string; readonly object: string; readonly bytes: number };

export type TreeListing = {
  readonly files: readonly TreeFile[];
  /** Regular files above the largest size: their content is not taken. */
  readonly largeFiles: readonly TreeFile[];
  readonly links: readonly TreeFile[];
  readonly submodules: readonly string[];
};

export type TreeBounds = {
  readonly mostEntries: number;
  readonly largestFileBytes: number;
  readonly mostBytes: number;
};

export type TreeProblem = {
  readonly kind: "too-many" | "too-much" | "bad-name" | "unreadable";
  /** In words that follow "the commit". */
  readonly message: string;
};

const mostPathBytes = 1024;
const mostNameBytes = 255;
const mostFolders = 64;

/**
 * Reads the records of `git ls-tree -r -z -l`, without their ends; they are bytes, for git's names are. One name that
 * can't be taken makes all of it a problem: what would be left out could be a declaration.
 */
export function readTreeListing(
  records: Iterable<Uint8Array>,
  bounds: TreeBounds,
): TreeListing | TreeProblem {
  const files: TreeFile[] = [];
  const largeFiles: TreeFile[] = [];
  const links: TreeFile[] = [];
  const submodules: string[] = [];
  let entries = 0;
  let bytes = 0;
  for (const record of records) {
    entries += 1;
    if (entries > bounds.mostEntries) return tooMany(bounds);
    const entry = readRecord(record);
    if (typeof entry === "string") return { kind: "unreadable", message: entry };
    const problem = pathProblem(entry.path);
    if (problem !== undefined)
      return {
        kind: "bad-name",
        message: `holds ${JSON.stringify(entry.path.slice(0, 200))}, which ${problem}`,
      };
    const { path, object, size } = entry;
    if (entry.kind === "link") links.push({ path, object, bytes: size });
    else if (entry.kind === "submodule") submodules.push(path);
    else if (size > bounds.largestFileBytes) largeFiles.push({ path, object, bytes: size });
    else {
      bytes += size;
      if (bytes > bounds.mostBytes) return tooMuch(bounds);
      files.push({ path, object, bytes: size });
    }
  }
  return { files, largeFiles, links, submodules };
}

function tooMany(bounds: TreeBounds): TreeProblem {
  return { kind: "too-many", message: `holds more than ${bounds.mostEntries} files` };
}

function tooMuch(bounds: TreeBounds): TreeProblem {
  const mebibytes = Math.floor(bounds.mostBytes / 1024 / 1024);
  return { kind: "too-much", message: `holds more than ${mebibytes} MiB` };
}

type Entry = {
  readonly kind: "file" | "link" | "submodule";
  readonly path: string;
  readonly object: string;
  readonly size: number;
};

/** MODE, TYPE, OBJECT and SIZE with blanks between, a tab, and the path. */
function readRecord(record: Uint8Array): Entry | string {
  const tab = record.indexOf(9);
  const head = new TextDecoder("latin1").decode(record.subarray(0, Math.max(tab, 0)));
  const parts = /^([0-7]{6}) ([a-z]+) ([0-9a-f]{40}) +([0-9]+|-)$/.exec(head);
  if (tab < 0 || parts === null) return "has a listing that git did not finish";
  const [, mode = "", type = "", object = "", size = ""] = parts;
  const path = decodePath(record.subarray(tab + 1));
  const entry = { path, object, size: size === "-" ? 0 : Number(size) };
  if (type === "blob" && /^100[67][0-7]{2}$/.test(mode)) return { kind: "file", ...entry };
  if (type === "blob" && mode === "120000") return { kind: "link", ...entry };
  if (type === "commit" && mode === "160000") return { kind: "submodule", ...entry };
  return `holds an entry of a kind that git does not have (${mode} ${type})`;
}

function decodePath(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No legal name holds this character, so that it is refused under a name that can be told.
    return `${new TextDecoder("latin1").decode(bytes)}\uFFFD`;
  }
}

/** Why a path of a tree becomes no file, in words that follow "which"; undefined where it may. */
export function pathProblem(path: string): string | undefined {
  if (new TextEncoder().encode(path).length > mostPathBytes) return `is longer than ${mostPathBytes} bytes`;
  if (path.includes("\uFFFD")) return "is not a name in UTF-8";
  if (/[\p{Cc}\\]/u.test(path)) return "has a control character or a backslash in its name";
  const names = path.split("/");
  if (names.length > mostFolders) return `lies more than ${mostFolders} folders deep`;
  for (const name of names) {
    if (name === "" || name === "." || name === "..") return "is not a path inside the repository";
    if (name.toLowerCase() === ".git") return "would look like a repository of its own";
    if (new TextEncoder().encode(name).length > mostNameBytes)
      return `has a name of more than ${mostNameBytes} bytes`;
  }
  return undefined;
}
