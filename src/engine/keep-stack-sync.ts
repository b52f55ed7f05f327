// The loop of one StackSync: look, run, tell how it stands, wait for the next reason to look. What is due when, and what the
// status says, is core's; looking and running have files of their own.
import { isStale, type SyncPicture } from "../core/stack-sync/sync-status.ts";
import type { AgentWorld, FoundStackSync } from "./agent-ports.ts";
import { makeBell } from "./bell.ts";
import { look } from "./look-at-source.ts";
import { runHeld } from "./run-held-stack.ts";
import { endHealthWatch, lastTellingMs, type Loop, type Memory } from "./sync-loop.ts";
import { tellSyncStatus } from "./tell-sync-status.ts";

/** A StackSync that is being kept. */
export type KeptStackSync = {
  readonly uid: string;
  /** Takes over what its object says now. */
  update(found: FoundStackSync): void;
  /** Looks at the repository at once. */
  poke(): void;
  /** Ends it in good order, with its run. */
  end(): Promise<void>;
};

const afterBugMs = 60_000;

/** Keeps one StackSync true until it is ended. */
export function keepStackSync(world: AgentWorld, found: FoundStackSync): KeptStackSync {
  const over = new AbortController();
  const bell = makeBell(world.clock, over.signal);
  const memory: Memory = {
    sync: found.sync,
    picture: firstPicture(found),
    fetchAtMs: 0,
    runAtMs: 0,
    runBeganAtMs: -Infinity,
    retired: [],
    failures: 0,
  };
  const teller = tellSyncStatus(world, found, over.signal);
  const show = (change: Partial<SyncPicture>): void => {
    memory.picture = { ...memory.picture, ...change };
    const { stack } = memory.picture;
    if (stack !== undefined) world.onFreshness(stack, !isStale(memory.picture));
    teller.show(memory.sync, memory.picture);
  };
  const loop = { world, memory, bell, show, over: over.signal };
  const ended = keep(loop);
  return {
    uid: found.sync.uid,
    update({ sync }) {
      const before = memory.sync;
      memory.sync = sync;
      if (sync.generation === before.generation && sync.reconcileRequest === before.reconcileRequest) {
        if (sync.acceptedCommit !== before.acceptedCommit) bell.ring();
        return;
      }
      memory.fetchAtMs = 0;
      memory.runAtMs = 0;
      bell.ring();
    },
    poke() {
      memory.fetchAtMs = 0;
      bell.ring();
    },
    async end() {
      over.abort();
      await ended;
      await teller.settle();
      await memory.teller?.value.close(lastTellingMs);
      memory.wishes?.close();
      endHealthWatch(memory);
      memory.connection?.value.close();
      await memory.held?.close();
      world.onEnded(memory.sync, memory.picture.stack);
    },
  };
}

function firstPicture({ sync, status }: FoundStackSync): SyncPicture {
  return {
    generation: sync.generation,
    isSuspended: false,
    activity: { kind: "idle" },
    ...(status?.lastHandledReconcileAt === undefined
      ? {}
      : { lastHandledReconcileAt: status.lastHandledReconcileAt }),
    ...(status?.lastHealthyCommit === undefined ? {} : { lastHealthyCommit: status.lastHealthyCommit }),
    ...(status?.lastAttemptedCommit === undefined ? {} : { lastAttemptedCommit: status.lastAttemptedCommit }),
    ...(status?.lastRecoverySeconds === undefined ? {} : { lastRecoverySeconds: status.lastRecoverySeconds }),
  };
}

async function keep(loop: Loop): Promise<void> {
  while (!loop.over.aborted)
    await loop.bell.waitUntil(await turn(loop).catch((bug: unknown) => afterBug(loop, bug)));
}

/** One StackSync's bug is no other's trouble, and not the end of its own loop. */
function afterBug({ world, memory }: Loop, bug: unknown): number {
  world.log.warn(`a bug in headway: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`, {
    stackSync: memory.sync.key,
  });
  return world.clock.nowMs() + afterBugMs;
}

/** One look at everything that is due; when the next thing is. */
async function turn(loop: Loop): Promise<number> {
  const { memory, show, world } = loop;
  const { sync } = memory;
  const { spec } = sync;
  const handled =
    sync.reconcileRequest === undefined ? {} : { lastHandledReconcileAt: sync.reconcileRequest };
  const seen = { generation: sync.generation, ...handled, activity: { kind: "idle" } } as const;
  if (!spec.ok) {
    show({ ...seen, problems: spec.problems });
    return Infinity;
  }
  const { problems: mended, ...picture } = memory.picture;
  if (mended !== undefined) memory.picture = picture;
  if (spec.value.suspend) {
    show({ ...seen, isSuspended: true });
    endHealthWatch(memory);
    world.onFetched(sync, undefined);
    return Infinity;
  }
  show({ generation: sync.generation, isSuspended: false });
  await look(loop, spec.value);
  if (memory.held !== undefined && world.clock.nowMs() >= memory.runAtMs && !loop.over.aborted)
    await runHeld(loop, spec.value, memory.held);
  // What was read and not tried yet has its run before it.
  const isPending = memory.held !== undefined && memory.held !== memory.tried;
  show(isPending ? { activity: { kind: "reading" } } : { ...handled, activity: { kind: "idle" } });
  return Math.min(memory.fetchAtMs, memory.held === undefined ? Infinity : memory.runAtMs);
}
