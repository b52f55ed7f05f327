// A wait by the engine's clock that can be called off.
import type { Clock } from "./ports.ts";

/** True after the time, false at once when the signal comes first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const callOff = (): void => {
      off();
      resolve(false);
    };
    const off = clock.wakeAt(clock.nowMs() + ms, () => {
      signal.removeEventListener("abort", callOff);
      resolve(true);
    });
    signal.addEventListener("abort", callOff, { once: true });
  });
}
