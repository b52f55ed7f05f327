// Files of values from the disk, within the repository and within limits. What stands in them is for core/values/read-values-file.ts.
import { constants } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import type { FoundValuesFile } from "../../core/values/read-values-file.ts";
import { largestFileBytes } from "../../core/declarations/stack-files.ts";

const mostNeighbours = 200;

/** Each of these files, by its path below `root`, which is a real path; never throws. */
export async function readValuesFiles(
  root: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FoundValuesFile>> {
  const found = await Promise.all(paths.map(async (path) => [path, await readOne(root, path)] as const));
  return new Map(found);
}

async function readOne(root: string, path: string): Promise<FoundValuesFile> {
  const named = join(root, path);
  let real: string;
  try {
    real = await realpath(named);
  } catch (error) {
    return isMissing(error)
      ? { kind: "problem", problem: "missing", neighbours: await neighboursOf(root, path) }
      : problem("unreadable");
  }
  if (!isInside(real, root)) return problem("outside-repository");
  try {
    const bytes = await readCapped(real);
    if (bytes === undefined) return problem("unreadable");
    if (bytes.length > largestFileBytes) return problem("too-large");
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    return problem(error instanceof TypeError ? "not-utf8" : "unreadable");
  }
}

function problem(what: Extract<FoundValuesFile, { kind: "problem" }>["problem"]): FoundValuesFile {
  return { kind: "problem", problem: what, neighbours: [] };
}

/** At most one byte more than the cap; undefined for what is no file. A pipe or a device would block, or never end. */
async function readCapped(real: string): Promise<Uint8Array | undefined> {
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const status = await handle.stat();
    if (!status.isFile()) return undefined;
    const buffer = new Uint8Array(Math.min(status.size, largestFileBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

/** Files in the same folder, or in the folder that a wrong folder's name should have been. */
async function neighboursOf(root: string, path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  try {
    const real = await realpath(join(root, folder));
    if (!isInside(real, root)) return [];
    const entries = await readdir(real, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name !== basename(path))
      .slice(0, mostNeighbours)
      .map((entry) => (folder === "." ? entry.name : `${folder}/${entry.name}`));
  } catch {
    return [];
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function isMissing(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}
