// Packaged charts on disk, one file per digest. A file appears by rename, complete or not at all, and counts only while its
// bytes still have the digest in its name; so processes may share the folder.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** `sha256:HEX` of a packaged chart's bytes. */
export type ArchiveDigest = `sha256:${string}`;

export type ArchiveCache = {
  /** The bytes with this digest; undefined where the cache has none, or damaged ones. */
  read(digest: ArchiveDigest): Promise<Buffer | undefined>;
  /** Keeps them; a folder that can't be written is no failure, only no cache. */
  write(digest: ArchiveDigest, archive: Buffer): Promise<void>;
};

/** Archives below `folder`, which is made when the first is kept. */
export function openArchiveCache(folder: string): ArchiveCache {
  const fileOf = (digest: ArchiveDigest): string => join(folder, `${digest.replace(":", "-")}.tgz`);
  return {
    read: async (digest) => {
      const archive = await readFile(fileOf(digest)).catch(() => undefined);
      return archive !== undefined && digestOf(archive) === digest ? archive : undefined;
    },
    write: (digest, archive) => writeByRename(fileOf(digest), archive),
  };
}

/** The digest that stands for these bytes. */
export function digestOf(bytes: Buffer): ArchiveDigest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Puts a file (0600) in place in one step. What the file system refuses is left at that: it is a cache. */
export async function writeByRename(path: string, content: Buffer | string): Promise<void> {
  const fresh = join(dirname(path), `.${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}
