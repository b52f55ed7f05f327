// Where programs are kept once they are got, one folder per name, version and platform. A folder appears whole or not at all,
// and a lock keeps two processes from getting the same program twice.
import { accessSync, constants, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** `${XDG_CACHE_HOME:-~/.cache}/headway/programs`. */
export function programCacheDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const home = env["XDG_CACHE_HOME"];
  const base = home !== undefined && isAbsolute(home) ? home : join(homedir(), ".cache");
  return join(base, "headway", "programs");
}

/** One place in the cache: `key` such as `helm-v4.3.1-linux-amd64`, `file` the program's name in it. */
export type CachePlace = { readonly dir: string; readonly key: string; readonly file: string };

/** The path of the program if it is in the cache. */
export function cachedProgram({ dir, key, file }: CachePlace): string | undefined {
  const path = join(dir, key, file);
  return isExecutable(path) ? path : undefined;
}

/** True for a file that may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs `make` with an empty folder in which it leaves the program under its name, then puts that folder in place and returns the
 * program's path. Waits while another process makes the same; `onWait` is told once.
 */
export async function fillCache(
  place: CachePlace,
  make: (folder: string) => Promise<void>,
  onWait: () => void,
): Promise<string> {
  mkdirSync(place.dir, { recursive: true });
  const release = await lock(place, onWait);
  try {
    const there = cachedProgram(place);
    if (there !== undefined) return there;
    removeAbandoned(place);
    const folder = mkdtempSync(join(place.dir, draftPrefix(place)));
    try {
      await make(folder);
      rmSync(join(place.dir, place.key), { recursive: true, force: true });
      renameSync(folder, join(place.dir, place.key));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return join(place.dir, place.key, place.file);
  } finally {
    release();
  }
}

function draftPrefix(place: CachePlace): string {
  return `.${place.key}.making-`;
}

// Only the holder of the lock makes drafts, so any that is there was left by a process that was killed. Go's module cache is
// read-only on purpose, but no draft holds one.
function removeAbandoned(place: CachePlace): void {
  for (const name of readdirSync(place.dir)) {
    if (name.startsWith(draftPrefix(place))) rmSync(join(place.dir, name), { recursive: true, force: true });
  }
}

async function lock(place: CachePlace, onWait: () => void): Promise<() => void> {
  const path = join(place.dir, `.${place.key}.lock`);
  const self = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: "", bootId: "" };
  const draft = `${path}.${process.pid}`;
  let told = false;
  for (;;) {
    if (tryLock(path, draft, self)) {
      return () => {
        rmSync(path, { force: true });
      };
    }
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await sleep(200);
  }
}

// A link is made with its contents or not at all, so nobody ever reads half a lock.
function tryLock(path: string, draft: string, self: ProcessIdentity): boolean {
  writeFileSync(draft, JSON.stringify(self));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(path, "utf8"));
    // Written by tryLock; whatever else it may be is nobody's lock.
    return typeof read === "object" && read !== null && "pid" in read ? (read as ProcessIdentity) : gone();
  } catch {
    return undefined;
  }
}

function gone(): ProcessIdentity {
  return { pid: -1, startedAt: "", bootId: "" };
}
