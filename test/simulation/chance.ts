// Chance from a seed: the same seed gives the same answers, on every machine.

export type Chance = {
  /** From 0 up to, but without, 1. */
  float(): number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** True in this part of all cases. */
  of(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
};

/** mulberry32, after a stir of the seed, so that neighbours have nothing in common. */
export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    float,
    whole: (from, to) => from + Math.floor(float() * (to - from + 1)),
    of: (probability) => float() < probability,
    pick: (list) => {
      const one = list[Math.floor(float() * list.length)];
      if (one === undefined) throw new Error("nothing to pick from");
      return one;
    },
  };
}
