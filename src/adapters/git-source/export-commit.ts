// Writes the regular files of one commit into a folder, read from git's objects: nothing is checked out, so no filter,
// hook, link or submodule has a part in it.
import { mkdir, mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { resolveLinks, type LeftOutLink } from "../../core/git/left-out-link.ts";
import {
  readTreeListing,
  type TreeBounds,
  type TreeFile,
  type TreeListing,
  type TreeProblem,
} from "../../core/git/tree-listing.ts";
import { streamGit, type GitBounds, type GitPlace } from "./run-git.ts";

export type ExportEnd =
  | {
      readonly kind: "done";
      readonly root: string;
      readonly links: readonly LeftOutLink[];
      readonly submodules: readonly string[];
    }
  | { readonly kind: "refused"; readonly problem: TreeProblem };

/** Writes the files below a new folder in `exports`; throws where git or the file system fails, and leaves nothing. */
export async function exportCommit(
  place: GitPlace,
  sha: string,
  exports: string,
  bounds: TreeBounds,
  git: GitBounds,
): Promise<ExportEnd> {
  const listing = await listTree(place, sha, bounds, git);
  if ("message" in listing) return { kind: "refused", problem: listing };
  const root = await mkdtemp(join(exports, "commit-"));
  try {
    const targets = await writeFiles(place, listing, root, bounds, git);
    const files = [...listing.files, ...listing.largeFiles].map(({ path }) => path);
    const { submodules } = listing;
    return { kind: "done", root, links: resolveLinks(targets, files), submodules };
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

const mostRecordBytes = 64 * 1024;
const mostLinkBytes = 4096;

async function listTree(
  place: GitPlace,
  sha: string,
  bounds: TreeBounds,
  git: GitBounds,
): Promise<TreeListing | TreeProblem> {
  const records: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  const argv = ["ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", sha];
  for await (const chunk of streamGit(place, argv, git)) {
    let begin = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, begin)) {
      records.push(Buffer.concat([rest, chunk.subarray(begin, end)]));
      rest = Buffer.alloc(0);
      begin = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(begin)]);
    // One more than is allowed is enough to refuse it.
    if (records.length > bounds.mostEntries || rest.length > mostRecordBytes) break;
  }
  if (rest.length > mostRecordBytes)
    return { kind: "bad-name", message: `holds a path of more than ${mostRecordBytes} bytes` };
  return readTreeListing(records, bounds);
}

/** Writes them; returns the texts of links, by their paths. */
async function writeFiles(
  place: GitPlace,
  listing: TreeListing,
  root: string,
  bounds: TreeBounds,
  git: GitBounds,
): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>();
  const folders = new Set<string>();
  for (const { path } of [...listing.files, ...listing.largeFiles]) folders.add(dirname(join(root, path)));
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { path } of listing.largeFiles) await writeHole(join(root, path), bounds.largestFileBytes + 1);
  // A longer text leads nowhere on any system.
  for (const { path } of listing.links) targets.set(path, "/");
  const links = listing.links.filter(({ bytes }) => bytes <= mostLinkBytes);
  const asked = [...listing.files, ...links];
  if (asked.length === 0) return targets;
  const input = asked.map(({ object }) => `${object}\n`).join("");
  const reader = readerOf(streamGit(place, ["cat-file", "--batch"], { ...git, input }));
  try {
    for (const file of listing.files)
      await writeFile(join(root, file.path), await readObject(reader, file), { mode: 0o600, flag: "wx" });
    for (const link of links) targets.set(link.path, (await readObject(reader, link)).toString("utf8"));
    await reader.end();
    return targets;
  } finally {
    await reader.stop();
  }
}

/** A hole of one byte too many: whoever reads it finds a file that is too large, and not one that is missing. */
async function writeHole(file: string, bytes: number): Promise<void> {
  await (await open(file, "wx", 0o600)).close();
  await truncate(file, bytes);
}

async function readObject(reader: Reader, file: TreeFile): Promise<Buffer> {
  const header = await reader.line();
  if (header !== `${file.object} blob ${file.bytes}`) throw new Error(`git does not have ${file.object}`);
  const content = await reader.take(file.bytes);
  if ((await reader.take(1))[0] !== 10) throw new Error("git's answer does not end where it should");
  return content;
}

type Reader = {
  line(): Promise<string>;
  take(bytes: number): Promise<Buffer>;
  /** Throws where git failed or says more. */
  end(): Promise<void>;
  stop(): Promise<void>;
};

function readerOf(stream: AsyncGenerator<Buffer>): Reader {
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer> => {
    const next = await stream.next();
    if (next.done === true) throw new Error("git's answer ends too soon");
    return next.value;
  };
  const take = async (bytes: number): Promise<Buffer> => {
    const parts = [held];
    let length = held.length;
    while (length < bytes) {
      const chunk = await more();
      parts.push(chunk);
      length += chunk.length;
    }
    const all = parts.length === 1 ? held : Buffer.concat(parts);
    held = all.subarray(bytes);
    return all.subarray(0, bytes);
  };
  return {
    take,
    line: async () => {
      while (!held.includes(10) && held.length < 200) held = Buffer.concat([held, await more()]);
      const line = await take(Math.max(held.indexOf(10), 0) + 1);
      return line.toString("latin1").trimEnd();
    },
    end: async () => {
      if (held.length > 0 || (await stream.next()).done !== true)
        throw new Error("git says more than it was asked");
    },
    stop: async () => {
      await stream.return(undefined);
    },
  };
}
