import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMuchGone, nextFetchAt, nextRunAt } from "../../../src/core/stack-sync/pace.ts";

describe("a repository", () => {
  it("is asked again within its interval, and not all at the same moment", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 5_000, max: 86_400_000 }),
        (chance, intervalMs) => {
          const waited = nextFetchAt(1_000, intervalMs, chance) - 1_000;
          expect(waited).toBeLessThanOrEqual(intervalMs);
          expect(waited).toBeGreaterThanOrEqual(0.9 * intervalMs - 1);
        },
      ),
    );
    expect(nextFetchAt(0, 60_000, 0)).not.toBe(nextFetchAt(0, 60_000, 0.5));
  });
});

describe("a run that left something to do", () => {
  it("is made again with back-off, from 30 s to 10 m", () => {
    const waits = [1, 2, 3, 4, 5, 6, 50].map((failures) => nextRunAt(0, "failed", failures) / 1_000);
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600]);
  });
});

describe("a commit", () => {
  it.each([
    [4, 3, true],
    [4, 2, false],
    [3, 2, false],
    [100, 51, true],
    [100, 50, false],
    [0, 0, false],
  ])("of a stack of %i that no longer declares %i: a person is asked: %s", (known, gone, asks) => {
    expect(isMuchGone(known, gone)).toBe(asks);
  });
});
