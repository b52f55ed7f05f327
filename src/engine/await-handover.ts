// Waits until an agent has taken a StackSync over, and says on the way what it waits for.
import { succeeded, type Result } from "../core/failure.ts";
import { handoverOf, type Handover } from "../core/stack-sync/handover.ts";
import type { StackSyncKey } from "../core/stack-sync/stack-sync.ts";
import type { StackSyncs } from "./agent-ports.ts";
import { makeBell } from "./bell.ts";
import type { Clock } from "./ports.ts";

/** Nothing is silent for longer, in milliseconds. */
const heartbeatMs = 10_000;
/** A repository may need a moment on a new cluster: names that resolve, a network that is up. */
const hinderedMs = 45_000;

/** How it stood at last: once that is final, at `untilMs`, or once `stop` was given. */
export async function awaitHandover(
  { syncs, clock }: { readonly syncs: Pick<StackSyncs, "list" | "watch">; readonly clock: Clock },
  key: StackSyncKey,
  { untilMs, stop, say }: { untilMs: number; stop: AbortSignal; say: (text: string) => void },
): Promise<Result<Handover>> {
  const bell = makeBell(clock, stop);
  const unwatch = syncs.watch(() => {
    bell.ring();
  });
  let hinderedSinceMs = Infinity;
  let saidAtMs = clock.nowMs();
  try {
    for (;;) {
      const listed = await syncs.list();
      const nowMs = clock.nowMs();
      if (!listed.ok && (nowMs >= untilMs || stop.aborted)) return listed;
      const found = listed.ok ? listed.value.find(({ sync }) => sync.key === key) : undefined;
      const handover: Handover =
        found === undefined
          ? { kind: "waiting", message: listed.ok ? "it is not there" : listed.failure.message }
          : handoverOf(found.sync, found.status);
      hinderedSinceMs = handover.kind === "hindered" ? Math.min(hinderedSinceMs, nowMs) : Infinity;
      const isFinal = handover.kind === "taken-over" || handover.kind === "refused";
      if (isFinal || nowMs >= untilMs || nowMs >= hinderedSinceMs + hinderedMs || stop.aborted)
        return succeeded(handover);
      if (nowMs >= saidAtMs + heartbeatMs) {
        saidAtMs = nowMs;
        say(`… still waiting for the agent to take ${key} over: ${handover.message}`);
      }
      await bell.waitUntil(Math.min(untilMs, nowMs + heartbeatMs));
    }
  } finally {
    unwatch();
  }
}
