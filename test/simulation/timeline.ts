// Virtual time for everything that happens in a simulation: one queue of events, each of which the engine has taken in
// whole before the next one happens. test/kit/virtual-clock.ts is the small one for tests that move time by hand.
import type { Clock } from "../../src/engine/ports.ts";
import type { Chance } from "./chance.ts";

export type Timeline = Clock & {
  /**
   * Happens once, after a delay in ms; the returned function calls it off. `stirs`: whom it can move to do something more at
   * that very moment. It has to be said right, for nobody is waited for who is not named.
   */
  after(delayMs: number, happen: () => void, stirs?: Stirs): () => void;
  /** Said by what happens, where it moves a helm after all. */
  stir(): void;
  /** Lets things happen until `isDone`; false where `limitMs` of virtual time were not enough, or nothing is left. */
  runUntil(isDone: () => boolean, limitMs: number): Promise<boolean>;
  /** Events so far. */
  count(): number;
};

/** A helm only goes on from one promise to the next; the engine puts things off to the next turn of the event loop, too. */
type Stirs = "nobody" | "a helm" | "the engine";

const turnsFor: Readonly<Record<Stirs, number>> = { nobody: 0, "a helm": 1, "the engine": 2 };

type Entry = {
  readonly atMs: number;
  readonly tie: number;
  readonly turns: number;
  happen: (() => void) | undefined;
};

/** Events of the same moment happen in an order of chance. */
export function timelineFrom(startMs: number, chance: Chance): Timeline {
  const queue: Entry[] = [];
  let nowMs = startMs;
  let happened = 0;
  let stirrings = 0;
  const at = (atMs: number, happen: () => void, stirs: Stirs = "the engine"): (() => void) => {
    const entry: Entry = {
      atMs: Math.max(atMs, nowMs),
      tie: chance.float(),
      turns: turnsFor[stirs],
      happen,
    };
    push(queue, entry);
    return () => {
      entry.happen = undefined;
    };
  };
  return {
    nowMs: () => nowMs,
    wakeAt: (atMs, ring) => at(atMs, ring),
    after: (delayMs, happen, stirs) => at(nowMs + delayMs, happen, stirs),
    stir: () => {
      stirrings += 1;
    },
    count: () => happened,
    runUntil: async (isDone, limitMs) => {
      const untilMs = nowMs + limitMs;
      await takeIn(2);
      while (!isDone()) {
        const next = pop(queue);
        if (next === undefined) return false;
        if (next.happen === undefined) continue;
        if (next.atMs > untilMs) {
          push(queue, next);
          return false;
        }
        nowMs = next.atMs;
        happened += 1;
        const before = stirrings;
        next.happen();
        await takeIn(stirrings > before ? Math.max(1, next.turns) : next.turns);
      }
      return true;
    },
  };
}

// Promises that follow from an event are settled before the first turn is over; what the engine then puts off
// (setImmediate) is done before the second.
async function takeIn(turns: number): Promise<void> {
  for (let count = 0; count < turns; count++) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}

/** A binary heap. */
function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let below = 2 * index + 1;
    const left = heap[below];
    if (left === undefined) break;
    const right = heap[below + 1];
    const smaller = right !== undefined && isBefore(right, left) ? right : left;
    if (smaller === right) below += 1;
    if (!isBefore(smaller, last)) break;
    heap[index] = smaller;
    index = below;
  }
  heap[index] = last;
  return first;
}
