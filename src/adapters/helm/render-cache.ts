// Rendered objects on disk, one file per chart, values and capabilities, so that what has not changed is not rendered again.
// A file appears by rename, complete or not at all; what can't be read or written is no failure, only no cache.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesObject } from "../../core/object.ts";

/** With more files than this, the older half is removed. */
const mostFiles = 8192;

export type RenderCache = {
  read(key: string): Promise<readonly KubernetesObject[] | undefined>;
  write(key: string, objects: readonly KubernetesObject[]): Promise<void>;
  /** Removes what is oldest, where there is too much. */
  prune(): Promise<void>;
};

/** Renders below `folder`, which is made when the first is kept. */
export function openRenderCache(folder: string): RenderCache {
  const fileOf = (key: string): string => join(folder, `${key}.json`);
  return {
    read: async (key) => {
      try {
        const value: unknown = JSON.parse(await readFile(fileOf(key), "utf8"));
        // Written below, and by nobody else.
        return Array.isArray(value) ? (value as readonly KubernetesObject[]) : undefined;
      } catch {
        return undefined;
      }
    },
    write: async (key, objects) => {
      const fresh = join(folder, `.${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(fresh, JSON.stringify(objects), { mode: 0o600, flag: "wx" });
        await rename(fresh, fileOf(key));
      } catch {
        await rm(fresh, { force: true }).catch(() => undefined);
      }
    },
    prune: async () => {
      const names = await readdir(folder).catch(() => []);
      if (names.length <= mostFiles) return;
      const files = await Promise.all(
        names.map(async (name) => ({
          name,
          atMs: await stat(join(folder, name)).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        })),
      );
      const oldest = files.toSorted((a, b) => a.atMs - b.atMs).slice(0, Math.floor(files.length / 2));
      for (const { name } of oldest) await rm(join(folder, name), { force: true }).catch(() => undefined);
    },
  };
}
