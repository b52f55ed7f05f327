// The system's clock.
import type { Clock } from "../engine/ports.ts";

/** setTimeout takes at most 2^31-1 ms; a longer wait is simply looked at again. */
const longestTimerMs = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    wakeAt: (atMs, callBack) => {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const leftMs = atMs - Date.now();
        timer = setTimeout(
          leftMs > longestTimerMs ? arm : callBack,
          Math.min(Math.max(0, leftMs), longestTimerMs),
        );
      };
      arm();
      return () => {
        clearTimeout(timer);
      };
    },
  };
}
