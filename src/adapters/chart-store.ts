// Private copies of charts, one folder per digest, so that nothing changes under a helm that reads them. A copy appears
// by rename, complete or not at all.
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
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
  try {
    let count = 0;
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (entry.isDirectory()) continue;
      const path = `${entry.parentPath}${sep}${entry.name}`;
      const content = files.get(path.slice(folder.length + 1).replaceAll(sep, "/"));
      if (!entry.isFile() || !content?.equals(readFileSync(path))) return false;
      count++;
    }
    return count === files.size;
  } catch {
    return false;
  }
}
