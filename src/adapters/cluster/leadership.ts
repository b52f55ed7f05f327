// Leadership among an agent's replicas: one Lease, held by whoever acts; the others wait for it.
import { setTimeout as sleep } from "node:timers/promises";
import type { Holder } from "../../core/holder.ts";
import type { Leadership } from "../../engine/agent-ports.ts";
import type { Locks } from "../../engine/ports.ts";

/** client-go's own: how long a Lease lasts, when it counts as lost, and how often it is renewed or asked for. */
export const leadershipSettings = {
  leaseMs: 15_000,
  renewEveryMs: 2_000,
  lostAfterMs: 10_000,
  observeMs: 3_000,
};

/** Waits for the Lease that `locks` keeps under `name`; `onRefused` is told why it is not this one's turn, once for each reason. */
export function makeLeadership(
  locks: Pick<Locks, "acquire">,
  name: string,
  self: Holder,
  onRefused: (message: string) => void,
): Leadership {
  return {
    async win(stop) {
      let told: string | undefined;
      while (!stop.aborted) {
        const taken = await locks.acquire(name, self, 0);
        if (taken.ok) {
          const lost = new AbortController();
          taken.value.onLost(() => {
            lost.abort();
          });
          return { lost: lost.signal, release: () => taken.value.release() };
        }
        const who = taken.failure.holder ?? taken.failure.message;
        if (who !== told) onRefused(taken.failure.message);
        told = who;
        await sleep(leadershipSettings.renewEveryMs, undefined, { signal: stop }).catch(() => undefined);
      }
      return undefined;
    },
  };
}
