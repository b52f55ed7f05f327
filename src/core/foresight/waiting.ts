// Who waits for whom, through any number of others: for deciding whether a dependency is there, and whether one more would
// close a cycle.
import type { Graph } from "../graph.ts";
import type { ReleaseId } from "../ids.ts";

export type Waiting = {
  /** True where `id` waits for `other`, directly or not. */
  waitsFor(id: ReleaseId, other: ReleaseId): boolean;
  /** Adds that `id` waits for `other`; false, and nothing is added, where `other` waits for `id`. */
  add(id: ReleaseId, other: ReleaseId): boolean;
};

/** One row of bits for each release: a thousand of them fit into a megabit. */
export function makeWaiting({ order, after }: Pick<Graph, "order" | "after">): Waiting {
  const indexOf = new Map(order.map((id, index) => [id, index]));
  const words = Math.ceil(order.length / 32);
  const rows: Uint32Array[] = [];
  const has = (row: Uint32Array | undefined, index: number): boolean =>
    (((row?.[index >> 5] ?? 0) >>> (index & 31)) & 1) === 1;
  const merge = (row: Uint32Array, index: number): void => {
    const other = rows[index];
    for (let word = 0; other !== undefined && word < words; word++)
      row[word] = (row[word] ?? 0) | (other[word] ?? 0);
    row[index >> 5] = (row[index >> 5] ?? 0) | (1 << (index & 31));
  };
  for (const id of order) {
    const row = new Uint32Array(words);
    rows.push(row);
    for (const one of after.get(id) ?? []) {
      const index = indexOf.get(one);
      if (index !== undefined && !has(row, index)) merge(row, index);
    }
  }
  const waitsFor = (id: ReleaseId, other: ReleaseId): boolean => {
    const [from, to] = [indexOf.get(id), indexOf.get(other)];
    return from !== undefined && to !== undefined && has(rows[from], to);
  };
  return {
    waitsFor,
    add(id, other) {
      const [from, to] = [indexOf.get(id), indexOf.get(other)];
      if (from === undefined || to === undefined || id === other || waitsFor(other, id)) return false;
      rows.forEach((row, index) => {
        if (index === from || has(row, from)) merge(row, to);
      });
      return true;
    },
  };
}
