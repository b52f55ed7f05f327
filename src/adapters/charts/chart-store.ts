// Private copies of charts, one folder per digest, so that nothing changes under a helm that reads them. A copy appears
// by rename, complete or not at all.
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ChartFiles } from "./chart-files.ts";

/** SHA-256 (hex) over paths and contents in the order of the paths; modes and times don't count. */
export function digestFiles(files: ChartFiles): string {
  const hash = createHash("sha256");
  for (const [path, content] of files) {
    hash.update(`${Buffer.byteLength(path)} ${path} ${content.length}\n`);
    hash.update(content);
  }
  return hash.digest("hex");
}

/**
 * The folder below `store` that holds exactly these files; makes it where there is none, and again where a crash or a
 * person left it otherwise. Safe against other processes that do the same. Throws what the file system throws.
 */
export function storeChart(store: string, digest: string, files: ChartFiles): string {
  const folder = join(store, digest);
  if (holdsExactly(folder, files)) return folder;
  mkdirSync(store, { recursive: true });
  const fresh = join(store, `.${digest}.${randomUUID()}`);
  const old = `${fresh}.old`;
  try {
    writeAll(fresh, files);
    for (let tries = 0; ; tries++) {
      try {
        renameSync(fresh, folder);
        return folder;
      } catch (error) {
        if (holdsExactly(folder, files)) return folder;
        if (tries === 3) throw error;
      }
      setAside(folder, old);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Helm stores the times of a chart's files with every release: they must not tell one machine from another. */
const fileTime = new Date("2000-01-01T00:00:00Z");

function writeAll(folder: string, files: ChartFiles): void {
  const made = new Set<string>();
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    made.add(dirname(file));
    writeFileSync(file, content);
    utimesSync(file, fileTime, fileTime);
  }
}

function setAside(folder: string, old: string): void {
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(folder, old);
  } catch {
    // Another process has moved it already; the next rename shows.
  }
}

function holdsExactly(folder: string, files: ChartFiles): boolean {
  const wanted = foldersOf(files);
  try {
    // One folder at a time: a recursive listing takes several times as long.
    for (const [path, names] of wanted) {
      const entries = readdirSync(path === "" ? folder : join(folder, path), { withFileTypes: true });
      if (entries.length !== names.size) return false;
      for (const entry of entries) {
        const inner = path === "" ? entry.name : `${path}/${entry.name}`;
        const content = files.get(inner);
        if (content === undefined) {
          if (!entry.isDirectory() || !wanted.has(inner)) return false;
        } else if (!entry.isFile() || !content.equals(readFileSync(join(folder, inner)))) return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}

/** The folders that these files lie in, the root ("") among them, with the names in each. */
function foldersOf(files: ChartFiles): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>([["", new Set()]]);
  for (const file of files.keys())
    for (let path = file; path !== "";) {
      const slash = path.lastIndexOf("/");
      const folder = slash < 0 ? "" : path.slice(0, slash);
      const names = folders.get(folder) ?? new Set();
      folders.set(folder, names.add(path.slice(slash + 1)));
      path = folder;
    }
  return folders;
}
