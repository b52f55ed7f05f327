// A stack's files from a folder on disk. What counts as a stack's file is said in
// core/declarations/stack-files.ts, what is in the files in core/declarations/read-declarations.ts.
import { constants, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from "node:fs";
import { lstat, open, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Checked, Diagnostic } from "../../core/diagnostic.ts";
import { lockFileName } from "../../core/charts/lock.ts";
import type { LeftOutLink } from "../../core/git/left-out-link.ts";
import { readReleasePatterns } from "../../core/declarations/read-declarations.ts";
import type { StackFile } from "../../core/declarations/sort-documents.ts";
import { localIdentity, sourceIdentity } from "../../core/declarations/source-identity.ts";
import {
  isKustomization,
  isSkippedFolder,
  isYamlFile,
  kustomizationNames,
  largestFileBytes,
  matchesGlob,
  stackFileName,
} from "../../core/declarations/stack-files.ts";
import { findRepository, isInside } from "./repository.ts";
import type { BuildOverlay, ReadRepository, RepositoryEntry, StackFolder } from "../../engine/ports.ts";

const mostFiles = 20_000;

/** A commit's files as they were written out: a repository without a `.git`. `root` is an absolute real path. */
export type ExportedRepository = {
  readonly root: string;
  readonly remote: string;
  readonly commit: string;
  /** Links of the commit that were not written: one that could have led to declarations is an error. */
  readonly links: readonly LeftOutLink[];
};

export type StackFolderOptions = {
  /** What the folder belongs to, where it was not checked out; git is not asked then. */
  readonly repository?: ExportedRepository;
  /** Where Headway itself is installed, with its examples: below it and outside of a repository, that counts as one. */
  readonly packageRoot?: string;
  /** Called for a folder with a kustomization alone. */
  readonly buildOverlay: BuildOverlay;
};

/**
 * Reads a stack's folder; the value is undefined where there is no such folder, git can't be asked about it, or
 * kustomize can't build it.
 */
export async function readStackFolder(
  folder: string,
  { packageRoot, buildOverlay, repository: exported }: StackFolderOptions,
): Promise<Checked<StackFolder | undefined>> {
  const found = await findFolder(folder);
  if (typeof found !== "string") return { value: undefined, diagnostics: [found] };
  const repository =
    exported === undefined ? await findRepository(found, packageRoot) : { ok: true as const, ...exported };
  if (!repository.ok) return { value: undefined, diagnostics: [repository.problem] };
  const { root: repositoryRoot, remote, commit } = repository;
  const stackPath = relative(repositoryRoot, found).split(sep).join("/");
  const stackFile = await readIfThere(found, stackFileName, repositoryRoot);
  const lockFile = await readIfThere(found, lockFileName, repositoryRoot);
  const place = {
    ...(stackFile === undefined ? {} : { stackFile }),
    ...(lockFile === undefined ? {} : { lockFile }),
    folderName: basename(found),
    stackRoot: found,
    repositoryRoot,
    stackPath,
    source: remote === undefined ? localIdentity(found) : sourceIdentity(remote, repositoryRoot, stackPath),
    ...(commit === undefined ? {} : { commit }),
  };
  const names = ((await readEntries(found)) ?? []).map(({ name }) => name);
  if (names.some((name) => kustomizationNames.includes(name))) {
    const built = await buildOverlay({ read: repositoryReader(repositoryRoot), stackPath });
    const value = built.value === undefined ? undefined : { ...place, files: [], built: built.value };
    return { value, diagnostics: built.diagnostics };
  }
  const patterns = stackFile === undefined ? undefined : readReleasePatterns(stackFile);
  const walk: Walk = { repositoryRoot, patterns, files: [], seen: new Set(), links: [] };
  await walkFolder(walk, "", found);
  // Links come last, so that what stands in the folder itself is read where it really is.
  for (let link = walk.links.shift(); link !== undefined; link = walk.links.shift())
    await followLink(walk, link);
  for (const link of exported?.links ?? []) await noteLeftOut(walk, found, stackPath, link);
  const files = walk.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    value: { ...place, files },
    diagnostics: files.length < mostFiles ? [] : [tooManyFiles(folder)],
  };
}

/**
 * Reads single entries of a checkout: files up to their cap, and links only where they stay in the repository. Hundreds
 * are read one after the other, and calls that wait for a thread each time take several times as long.
 */
function repositoryReader(repositoryRoot: string): ReadRepository {
  const read = (path: string): RepositoryEntry => {
    try {
      const real = realpathSync.native(join(repositoryRoot, path));
      if (!isInside(real, repositoryRoot) || relative(repositoryRoot, real).split(sep).includes(".git"))
        return { kind: "refused", reason: "outside-repository" };
      const found = statSync(real);
      if (found.isDirectory()) return { kind: "folder", names: readdirSync(real) };
      if (!found.isFile()) return { kind: "refused", reason: "unreadable" };
      if (found.size > largestFileBytes) return { kind: "refused", reason: "too-large" };
      return { kind: "file", bytes: readFileSync(real) };
    } catch (error) {
      const isMissing = errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR";
      return isMissing ? { kind: "missing" } : { kind: "refused", reason: "unreadable" };
    }
  };
  return (path) => Promise.resolve(read(path));
}

function tooManyFiles(folder: string): Diagnostic {
  return {
    severity: "error",
    code: "too-many-files",
    message: `${folder} holds more than ${mostFiles} YAML files`,
    suggestion: `name those that declare releases in spec.releases of ${stackFileName}`,
  };
}

async function findFolder(folder: string): Promise<string | Diagnostic> {
  try {
    const real = await realpath(resolve(folder));
    if ((await stat(real)).isDirectory()) return real;
    const beside =
      basename(real) === stackFileName || isKustomization(basename(real)) ? dirname(folder) : undefined;
    return {
      severity: "error",
      code: "not-a-folder",
      message: `${folder} is not a folder`,
      suggestion:
        beside === undefined ? "name the folder that holds the declarations" : `name its folder: ${beside}`,
    };
  } catch (error) {
    return {
      severity: "error",
      code: "no-folder",
      message: `${folder} can't be opened: ${reasonOf(error)}`,
      suggestion: "name the folder that holds the declarations",
    };
  }
}

function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOENT") return "there is no such folder";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ENOTDIR") return "a part of its path is not a folder";
  return error instanceof Error ? error.message : String(error);
}

function errorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

/** `path` is as people see it, below the stack's folder; `real` is where it is on disk. */
type Place = { readonly path: string; readonly real: string };

type Walk = {
  readonly repositoryRoot: string;
  readonly patterns: readonly string[] | undefined;
  readonly files: StackFile[];
  /** Real paths of the files and folders that were read: nothing is read twice, and loops end. */
  readonly seen: Set<string>;
  readonly links: Place[];
};

async function walkFolder(walk: Walk, path: string, real: string): Promise<void> {
  if (walk.seen.has(real)) return;
  const entries = await readEntries(real);
  if (entries === undefined) {
    walk.files.push({ path, text: "", problem: "unreadable" });
    return;
  }
  const names = entries.map((entry) => entry.name);
  if (path !== "" && isSkippedFolder(basename(path), names) && !isAskedFor(walk, path)) return;
  walk.seen.add(real);
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (walk.files.length >= mostFiles) return;
    const below = { path: path === "" ? entry.name : `${path}/${entry.name}`, real: join(real, entry.name) };
    if (entry.isSymbolicLink()) walk.links.push(below);
    else if (entry.isDirectory()) await walkFolder(walk, below.path, below.real);
    else if (entry.isFile()) await readWanted(walk, below);
  }
}

async function readWanted(walk: Walk, { path, real }: Place): Promise<void> {
  if (!isWanted(walk, path) || walk.seen.has(real)) return;
  walk.seen.add(real);
  walk.files.push(await readFileCapped(path, real));
}

async function readEntries(folder: string): Promise<readonly Dirent[] | undefined> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** A hidden folder is read where a pattern names it in so many words; a chart never. */
function isAskedFor(walk: Walk, path: string): boolean {
  const name = basename(path);
  return (
    name !== ".git" &&
    name.startsWith(".") &&
    (walk.patterns ?? []).some((pattern) => pattern.split("/").includes(name))
  );
}

function isWanted(walk: Walk, path: string): boolean {
  if (walk.patterns === undefined)
    return (isYamlFile(path) || isKustomization(path)) && !basename(path).startsWith(".");
  return path === stackFileName || walk.patterns.some((pattern) => matchesGlob(path, pattern));
}

async function followLink(walk: Walk, { path, real }: Place): Promise<void> {
  const isWantedFile = isWanted(walk, path);
  // A folder matters where a file in it could.
  const couldHoldWanted = isWanted(walk, `${path}/any.yaml`) && !isSkippedFolder(basename(path), []);
  if (!isWantedFile && !couldHoldWanted) return;
  let target: string;
  let isFolder: boolean;
  try {
    target = await realpath(real);
    isFolder = (await stat(target)).isDirectory();
  } catch {
    if (isWantedFile) walk.files.push({ path, text: "", problem: "unreadable" });
    return;
  }
  if (isFolder ? !couldHoldWanted : !isWantedFile) return;
  if (!isInside(target, walk.repositoryRoot))
    walk.files.push({ path, text: "", problem: "outside-repository" });
  else if (isFolder) await walkFolder(walk, path, target);
  else await readWanted(walk, { path, real: target });
}

/** A link that was left out of an exported commit: what it led to could be declarations, so it is not passed over. */
async function noteLeftOut(
  walk: Walk,
  stackRoot: string,
  stackPath: string,
  link: LeftOutLink,
): Promise<void> {
  if (stackPath !== "" && !link.path.startsWith(`${stackPath}/`)) return;
  const path = stackPath === "" ? link.path : link.path.slice(stackPath.length + 1);
  const couldHoldWanted = isWanted(walk, `${path}/any.yaml`) && !isSkippedFolder(basename(path), []);
  if (link.leadsTo === "folder" ? !couldHoldWanted : !isWanted(walk, path)) return;
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    const names = ((await readEntries(join(stackRoot, folder))) ?? []).map(({ name }) => name);
    if (isSkippedFolder(basename(folder), names) && !isAskedFor(walk, folder)) return;
  }
  walk.files.push({ path, text: "", problem: "left-out" });
}

async function readIfThere(
  folder: string,
  path: string,
  repositoryRoot: string,
): Promise<StackFile | undefined> {
  const file = join(folder, path);
  try {
    const found = await lstat(file);
    const real = await realpath(file);
    if (!isInside(real, repositoryRoot)) return { path, text: "", problem: "outside-repository" };
    if (!found.isFile() && !found.isSymbolicLink()) return undefined;
  } catch (error) {
    return errorCode(error) === "ENOENT" ? undefined : { path, text: "", problem: "unreadable" };
  }
  return await readFileCapped(path, file);
}

/** At most one byte more than the cap is read; the text of a larger file ends there. */
async function readFileCapped(path: string, real: string): Promise<StackFile> {
  try {
    // A pipe or a device would block, or never end.
    const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await handle.stat();
      if (!status.isFile()) return { path, text: "", problem: "unreadable" };
      // A buffer for the largest file would have to be zeroed for each.
      const buffer = new Uint8Array(Math.min(status.size, largestFileBytes) + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        length += bytesRead;
        if (bytesRead === 0 || length === buffer.length) break;
      }
      return decode(path, buffer.subarray(0, length));
    } finally {
      await handle.close();
    }
  } catch {
    return { path, text: "", problem: "unreadable" };
  }
}

// Making one costs more than a small file's decoding.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(path: string, bytes: Uint8Array): StackFile {
  if (bytes.length > largestFileBytes)
    return { path, text: new TextDecoder().decode(bytes), problem: "too-large" };
  try {
    return { path, text: strictUtf8.decode(bytes) };
  } catch {
    return { path, text: new TextDecoder().decode(bytes), problem: "not-utf8" };
  }
}
