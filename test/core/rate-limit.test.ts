// How often something may happen, from bucket to bucket.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeToken, type Bucket } from "../../src/core/rate-limit.ts";

const rate = { perSecond: 2, burst: 3 };

function takeAt(times: readonly number[]): readonly boolean[] {
  let bucket: Bucket | undefined;
  return times.map((atMs) => {
    const turn = takeToken(bucket, rate, atMs);
    bucket = turn.bucket;
    return turn.taken;
  });
}

describe("a rate limit", () => {
  it("lets a burst pass, then what the rate allows", () => {
    expect(takeAt([0, 0, 0, 0, 499, 500, 500, 1000])).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it("says when it is worth to come again", () => {
    const turn = takeToken({ tokens: 0.5, atMs: 0 }, rate, 0);
    expect(turn).toMatchObject({ taken: false, retryAfterMs: 250 });
    expect(takeToken(turn.bucket, rate, 250).taken).toBe(true);
  });

  it("gives no more than burst and rate in any stretch of time, also with a clock that jumps back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2_000, max: 2_000 }), { maxLength: 200 }), (steps) => {
        let nowMs = 0;
        let forwardMs = 0;
        const times = steps.map((step) => {
          nowMs += step;
          forwardMs += Math.max(0, step);
          return nowMs;
        });
        const taken = takeAt(times).filter(Boolean).length;
        expect(taken).toBeLessThanOrEqual(rate.burst + (forwardMs / 1000) * rate.perSecond);
      }),
    );
  });
});
