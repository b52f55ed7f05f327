// What was read from a repository's index, in a compact form beside what tells whether it has changed. A file counts only for
// the address it was read from, and only after the server has said that nothing changed.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { IndexedChart } from "../../../core/charts/chart-index.ts";
import { writeByRename } from "./archive-cache.ts";

/** One index: what the server called this state of it, and its charts. */
export type KnownIndex = {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly charts: readonly IndexedChart[];
};

export type IndexCache = {
  /** Undefined where nothing is known, or what is there is damaged. */
  read(url: string): Promise<KnownIndex | undefined>;
  write(url: string, known: KnownIndex): Promise<void>;
};

/** Changes with the form, and with what is left out of an index. */
const format = 1;

/** Indexes below `folder`, one file each. */
export function openIndexCache(folder: string): IndexCache {
  const fileOf = (url: string): string =>
    join(folder, `${createHash("sha256").update(url).digest("hex").slice(0, 32)}.json`);
  return {
    read: async (url) => {
      const text = await readFile(fileOf(url), "utf8").catch(() => undefined);
      return text === undefined ? undefined : parseKnown(text, url);
    },
    write: (url, known) => writeByRename(fileOf(url), JSON.stringify({ format, url, ...known })),
  };
}

function parseKnown(text: string, url: string): KnownIndex | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const file: Partial<KnownIndex> & { readonly format?: unknown; readonly url?: unknown } = value;
  if (file.format !== format || file.url !== url || !Array.isArray(file.charts)) return undefined;
  // Written by this file in this format; nobody else writes into the cache.
  return file as KnownIndex;
}
