// How often something may happen: a token bucket as a value. Whoever keeps one per path or caller bounds how many there are.

/** `burst` at once, then `perSecond` in the long run. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** What is left of a burst, as of an instant. */
export type Bucket = { readonly tokens: number; readonly atMs: number };

/** Whether it may happen now; `retryAfterMs` says when it may, where not. A bucket that is not there yet is full. */
export function takeToken(
  bucket: Bucket | undefined,
  rate: Rate,
  nowMs: number,
):
  | { readonly taken: true; readonly bucket: Bucket }
  | { readonly taken: false; readonly bucket: Bucket; readonly retryAfterMs: number } {
  // A clock that was set back gives nothing, and takes nothing.
  const passedMs = bucket === undefined ? 0 : Math.max(0, nowMs - bucket.atMs);
  const tokens =
    bucket === undefined
      ? rate.burst
      : Math.min(rate.burst, bucket.tokens + (passedMs / 1000) * rate.perSecond);
  if (tokens >= 1) return { taken: true, bucket: { tokens: tokens - 1, atMs: nowMs } };
  return {
    taken: false,
    bucket: { tokens, atMs: nowMs },
    retryAfterMs: Math.ceil(((1 - tokens) / rate.perSecond) * 1000),
  };
}
