// Writes the status of one StackSync, and the Event of each transition: at most so often, the newest picture only, and
// nothing where it says what is there already.
import { eventOf, syncStatus, type SyncPicture, type SyncStatus } from "../core/stack-sync/sync-status.ts";
import type { StackSync } from "../core/stack-sync/stack-sync.ts";
import type { AgentWorld, FoundStackSync } from "./agent-ports.ts";
import { pause } from "./pause.ts";

export type SyncTeller = {
  /** Has the picture written soon; one that follows it takes its place. */
  show(sync: StackSync, picture: SyncPicture): void;
  /** Resolves once the last picture is written, or could not be. */
  settle(): Promise<void>;
};

/** Progress within a run is written no more often than this, in milliseconds. */
const betweenWritesMs = 1_000;
const afterRefusalMs = 10_000;

export function tellSyncStatus(
  world: Pick<AgentWorld, "syncs" | "clock" | "log" | "onStatus">,
  found: FoundStackSync,
  over: AbortSignal,
): SyncTeller {
  let written: SyncStatus | undefined = found.status;
  let wanted: { readonly sync: StackSync; readonly picture: SyncPicture } | undefined;
  let writing: Promise<void> | undefined;
  const writeAll = async (): Promise<void> => {
    for (let next = wanted; next !== undefined; next = wanted) {
      wanted = undefined;
      const status = syncStatus(next.picture, written, world.clock.nowMs());
      if (JSON.stringify(status) === JSON.stringify(written)) continue;
      const put = await world.syncs.putStatus(next.sync, status);
      if (put.ok) {
        const event = eventOf(written, status);
        written = status;
        world.onStatus(next.sync, status);
        if (event !== undefined) await world.syncs.tell(next.sync, event);
      } else {
        world.log.warn("the status could not be written", { stackSync: next.sync.key, failure: put.failure });
        wanted ??= next;
      }
      // The last word is not held back by the end.
      const pauseMs = put.ok ? betweenWritesMs : afterRefusalMs;
      if (!(await pause(world.clock, pauseMs, over)) && !put.ok) return;
    }
  };
  const write = (): void => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
      // What came in the very moment of the end, while there is a later.
      if (wanted !== undefined && !over.aborted) write();
    });
  };
  return {
    show(sync, picture) {
      wanted = { sync, picture };
      write();
    },
    settle: async () => {
      await writing;
    },
  };
}
