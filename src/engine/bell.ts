// A wait that ends at an instant, when somebody rings, or when all is over. What rings while nobody waits is not lost.
import type { Clock } from "./ports.ts";

export type Bell = {
  ring(): void;
  /** Resolves at `atMs` (which may be Infinity), at the next ring, or once `over`. */
  waitUntil(atMs: number): Promise<void>;
};

export function makeBell(clock: Clock, over: AbortSignal): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  over.addEventListener("abort", () => wake?.(), { once: true });
  return {
    ring() {
      hasRung = true;
      wake?.();
    },
    async waitUntil(atMs) {
      if (!hasRung && !over.aborted && atMs > clock.nowMs())
        await new Promise<void>((resolve) => {
          const off = atMs === Infinity ? undefined : clock.wakeAt(atMs, resolve);
          wake = () => {
            off?.();
            resolve();
          };
        });
      wake = undefined;
      hasRung = false;
    },
  };
}
