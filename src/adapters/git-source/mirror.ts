// The mirror of one repository: a bare repository that holds what was fetched of it. It is a cache and nothing else. Only whole packs come into it, and a ref only after them.
import { createHash } from "node:crypto";
import { readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitRemote } from "../../engine/git-ports.ts";
import { makeBareRepository } from "./bare-repository.ts";

export type Mirror = { readonly folder: string };

/** Objects that refs of the mirror keep: the newest that were fetched. */
const mostKept = 30;

/**
 * A name for the mirror of this remote. Two that trust a different server do not share one, so that none can be told
 * lies by the other's; passwords and keys don't count, for they change.
 */
export function mirrorName({ url, credentials }: GitRemote): string {
  const trust = credentials.kind === "ssh" ? credentials.knownHosts : (credentials.ca ?? "");
  return createHash("sha256")
    .update(JSON.stringify([url, trust]))
    .digest("hex")
    .slice(0, 32);
}

/** Opens the mirror: a new one where there is none, or what there is was never finished. */
export async function openMirror(folder: string): Promise<Mirror> {
  if ((await namesIn(folder)).includes("HEAD")) await removeLeftovers(folder);
  else {
    await rm(folder, { recursive: true, force: true });
    await makeBareRepository(folder, []);
  }
  return { folder };
}

/**
 * Removes locks and files that were being written: whoever made them is gone, for one process at a time uses a mirror, and
 * what they were to become is not in force.
 */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names)
    if (/\.lock$|(?:^|\/)tmp_[^/]*$|(?:^|\/)gc\.pid$|\.fresh$/.test(name))
      await rm(join(folder, name), { recursive: true, force: true });
}

/** Puts a mirror that was made anew in the place of one that is broken. */
export async function replaceMirror(broken: Mirror, anew: Mirror): Promise<void> {
  await discardMirror(broken);
  await rename(anew.folder, broken.folder);
}

/** Throws the mirror away. */
export async function discardMirror(mirror: Mirror): Promise<void> {
  await rm(mirror.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** The objects that were fetched whole, by name. */
export async function keptObjects(mirror: Mirror): Promise<readonly string[]> {
  return (await namesIn(join(mirror.folder, "refs", "kept"))).filter((name) => /^[0-9a-f]{40}$/.test(name));
}

/** Whether the mirror is a part of the history alone: where it was cut off is in this file. */
export async function isShallow(mirror: Mirror): Promise<boolean> {
  try {
    return (await stat(join(mirror.folder, "shallow"))).size > 0;
  } catch {
    return false;
  }
}

/**
 * Takes what a visit has fetched: its packs, then where its history is cut off, then the object's name. Cut anywhere, the
 * mirror is either as it was or holds some packs that nobody asks for.
 */
export async function takeFetched(mirror: Mirror, visitFolder: string, object: string): Promise<void> {
  const from = join(visitFolder, "objects", "pack");
  const to = join(mirror.folder, "objects", "pack");
  // git looks for packs by their indexes.
  const names = (await namesIn(from)).filter((name) => /^pack-[0-9a-f]+\.(?:pack|rev|idx)$/.test(name));
  const isIndex = (name: string): boolean => name.endsWith(".idx");
  for (const name of [...names.filter((one) => !isIndex(one)), ...names.filter(isIndex)])
    await rename(join(from, name), join(to, name));
  const shallow = await readFile(join(visitFolder, "shallow"), "utf8").catch(() => "");
  await replace(join(mirror.folder, "shallow"), shallow);
  await keep(mirror, object);
}

/** Notes that an object was wanted now, and lets go of those that were not for the longest time. */
export async function keep(mirror: Mirror, object: string): Promise<void> {
  const refs = join(mirror.folder, "refs", "kept");
  await replace(join(refs, object), `${object}\n`);
  const kept = await keptObjects(mirror);
  if (kept.length <= mostKept) return;
  const times = await Promise.all(
    kept.map(async (name) => ({ name, at: (await stat(join(refs, name))).mtimeMs })),
  );
  for (const { name } of times.toSorted((a, b) => b.at - a.at).slice(mostKept)) await rm(join(refs, name));
}

/** True where so many packs have come in that they are better one. */
export async function wantsPacking(mirror: Mirror, mostPacks: number): Promise<boolean> {
  const names = await namesIn(join(mirror.folder, "objects", "pack"));
  return names.filter((name) => name.endsWith(".pack")).length > mostPacks;
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.fresh`, text);
  await rename(`${file}.fresh`, file);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
