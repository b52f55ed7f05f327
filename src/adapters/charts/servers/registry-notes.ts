// What manifests of a registry were found to say, by their digest: a manifest with the same digest says the same for ever, so
// its config is read once.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { IndexedChart } from "../../../core/charts/chart-index.ts";
import { writeByRename } from "./archive-cache.ts";

export type RegistryNotes = {
  /** Charts of one repository by their manifest's digest; empty where nothing is known. */
  read(url: string): Promise<Map<string, IndexedChart>>;
  /** Keeps them; nothing is written where nothing is new. */
  write(url: string, notes: ReadonlyMap<string, IndexedChart>): Promise<void>;
};

const format = 1;

/** Notes below `folder`, one file per repository. */
export function openRegistryNotes(folder: string): RegistryNotes {
  const sizes = new Map<string, number>();
  const fileOf = (url: string): string =>
    join(folder, `${createHash("sha256").update(url).digest("hex").slice(0, 32)}.json`);
  return {
    read: async (url) => {
      const text = await readFile(fileOf(url), "utf8").catch(() => "");
      const notes = parseNotes(text, url);
      sizes.set(url, notes.size);
      return notes;
    },
    write: async (url, notes) => {
      if (notes.size === sizes.get(url)) return;
      await writeByRename(fileOf(url), JSON.stringify({ format, url, charts: [...notes] }));
    },
  };
}

function parseNotes(text: string, url: string): Map<string, IndexedChart> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (typeof value !== "object" || value === null) return new Map();
  const file: { readonly format?: unknown; readonly url?: unknown; readonly charts?: unknown } = value;
  if (file.format !== format || file.url !== url || !Array.isArray(file.charts)) return new Map();
  // Written by this file in this format; nobody else writes into the cache.
  return new Map(file.charts as [string, IndexedChart][]);
}
