// What the loop of one StackSync knows and holds while it is kept: the stack to go by, what is due when, its connection.
import { succeeded, type Failure, type Result } from "../core/failure.ts";
import type { Recovery } from "../core/stack-sync/recovery.ts";
import type { StackSync, StackSyncSpec } from "../core/stack-sync/stack-sync.ts";
import { isStaleSince, type SyncPicture } from "../core/stack-sync/sync-status.ts";
import type { AgentWorld, SyncConnection } from "./agent-ports.ts";
import type { Bell } from "./bell.ts";
import type { StackOfCommit } from "./read-stack-of-commit.ts";
import { makeRunTeller, type RunTeller } from "./tell-run.ts";
import type { HealthWatch } from "./watch-health.ts";
import type { WishWatch } from "./watch-wishes.ts";

/** What the loop knows and when it does what next; instants in milliseconds since the epoch. */
export type Memory = {
  sync: StackSync;
  picture: SyncPicture;
  held?: StackOfCommit;
  /** The commit and the generation that were last read, whether they could be used or not. */
  read?: { readonly commit: string; readonly generation: number; readonly accepted: string | undefined };
  fetchAtMs: number;
  runAtMs: number;
  runBeganAtMs: number;
  running?: StackOfCommit;
  /** The stack that was run last. */
  tried?: StackOfCommit;
  /** Connections of earlier generations that a run still uses. */
  readonly retired: SyncConnection[];
  connection?: { readonly generation: number; readonly value: SyncConnection };
  wishes?: WishWatch;
  /** Of the stack as it was last found. */
  health?: { readonly stack: StackOfCommit; readonly watch: HealthWatch };
  /** Why health could not be watched, so that it is said once. */
  unwatched?: string;
  /** `wish` is what of the spec it was made for. */
  teller?: { readonly wish: string; readonly value: RunTeller };
  failures: number;
  /** Until the stack is whole. */
  recovery?: Recovery;
};

/** One StackSync that is kept, as everything that is done for it sees it. */
export type Loop = {
  readonly world: AgentWorld;
  readonly memory: Memory;
  readonly bell: Bell;
  readonly show: (change: Partial<SyncPicture>) => void;
  readonly over: AbortSignal;
};

/** The connection of the StackSync as it is declared now; the one there is where nothing of that has changed. */
export async function connect({ world, memory }: Loop, spec: StackSyncSpec): Promise<Result<SyncConnection>> {
  const { sync } = memory;
  if (memory.connection?.generation === sync.generation) return succeeded(memory.connection.value);
  const made = await world.connect(sync, spec);
  if (!made.ok) return made;
  memory.wishes?.close();
  delete memory.wishes;
  endHealthWatch(memory);
  // A run at work goes on with the one that it has.
  if (memory.running === undefined) memory.connection?.value.close();
  else if (memory.connection !== undefined) memory.retired.push(memory.connection.value);
  memory.connection = { generation: sync.generation, value: made.value };
  return made;
}

/** Between runs nobody watches any more; the end of the next one begins it anew. */
export function endHealthWatch(memory: Memory): void {
  memory.health?.watch.close();
  delete memory.health;
}

/** How long the end of a loop waits for what is being told of its runs, in milliseconds. */
export const lastTellingMs = 2_000;

/** Who tells of the StackSync's runs as it is declared now; the one there is where nothing of that has changed. */
export function tellerOf({ world, memory }: Loop, spec: StackSyncSpec): RunTeller {
  const wish = JSON.stringify([spec.notify, spec.commitStatus, spec.source.url]);
  if (memory.teller?.wish === wish) return memory.teller.value;
  void memory.teller?.value.close(lastTellingMs);
  const value = makeRunTeller(world, memory.sync, spec);
  memory.teller = { wish, value };
  return value;
}

/** The stack in the cluster could not be looked at: what is known of it counts for three intervals more. */
export function notSeen(
  { world, memory, show }: Loop,
  failure: Failure,
  commit: string,
  spec: StackSyncSpec,
): void {
  const { sync, picture } = memory;
  const { unseen, lastRun } = picture;
  const nowMs = world.clock.nowMs();
  const sinceMs = unseen?.sinceMs ?? nowMs;
  const isAskedFor = sync.reconcileRequest !== picture.lastHandledReconcileAt;
  world.log.warn("the stack can't be looked at", { stackSync: sync.key, commit, failure });
  show({
    activity: { kind: "idle" },
    unseen: {
      message: failure.message,
      sinceMs,
      isStale: isStaleSince(sinceMs, nowMs, spec.source.intervalMs),
      isAwaited: unseen?.isAwaited === true || isAskedFor || lastRun?.commit !== commit,
    },
  });
}

/** What is known, with nothing held against any commit. */
export function withoutRefusal({ refusal, ...picture }: SyncPicture): SyncPicture {
  return refusal === undefined ? picture : { ...picture };
}
