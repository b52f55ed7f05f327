// A clock that stands still until a test moves it.
import type { Clock } from "../../src/engine/ports.ts";

export type VirtualClock = Clock & {
  /** Moves on, ringing what is due at its time, and lets everything that follows happen. */
  pass(ms: number): Promise<void>;
  /** Timers that have not rung. */
  pending(): number;
};

/** `earlyMs`: how much too early a timer rings that was set for longer, as real ones do by a hair. */
export function virtualClock(startMs: number, earlyMs = 0): VirtualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly atMs: number; readonly ring: () => void }>();
  return {
    nowMs: () => nowMs,
    wakeAt: (atMs, ring) => {
      const timer = { atMs: atMs - nowMs > earlyMs ? atMs - earlyMs : atMs, ring };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pending: () => timers.size,
    pass: async (ms) => {
      const untilMs = nowMs + ms;
      await settled();
      for (;;) {
        const [next] = [...timers].toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > untilMs) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.ring();
        await settled();
      }
      nowMs = untilMs;
    },
  };
}

/** Lets promises and turns of the event loop that are under way come to their end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++)
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
}
