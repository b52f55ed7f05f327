// The loop of one StackSync: fetch, read, run, tell how it stands, wait for the next reason to look. What is due when, and
// what the status says, is core's; how a stack is read and run is what the commands use too.
import { succeeded, type Failure, type Result } from "../core/failure.ts";
import { betweenRunsMs, nextFetchAt, nextRunAt } from "../core/stack-sync/pace.ts";
import { acceptAnnotation, type StackSync, type StackSyncSpec } from "../core/stack-sync/stack-sync.ts";
import type { Refusal, SeenRun, SyncPicture } from "../core/stack-sync/sync-status.ts";
import { objectsOf } from "../core/values/values-objects.ts";
import type { AgentWorld, FoundStackSync, SyncConnection } from "./agent-ports.ts";
import { makeBell } from "./bell.ts";
import { findLoss, readStackOfCommit, type StackOfCommit } from "./read-stack-of-commit.ts";
import {
  isPruneRefused,
  runStackOfCommit,
  tooMuchToPrune,
  type SyncRunRequest,
} from "./run-stack-of-commit.ts";
import { tellSyncStatus } from "./tell-sync-status.ts";
import { watchWishes, type WishWatch } from "./watch-wishes.ts";

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

/** After so many intervals without an answer, what is known of a repository is no longer believed. */
const staleIntervals = 3;
/** How soon a run is tried again that could not begin. */
const notBegunMs = 15_000;
const afterBugMs = 60_000;

/** What the loop knows and when it does what next; instants in milliseconds since the epoch. */
type Memory = {
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
  failures: number;
};

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
      memory.wishes?.close();
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

type Loop = {
  readonly world: AgentWorld;
  readonly memory: Memory;
  readonly bell: ReturnType<typeof makeBell>;
  readonly show: (change: Partial<SyncPicture>) => void;
  readonly over: AbortSignal;
};

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

/** Asks the repository where that is due, and reads what is new; `memory.held` is then the stack to go by. */
async function look(loop: Loop, spec: StackSyncSpec): Promise<void> {
  const { world, memory, show } = loop;
  const { sync } = memory;
  const nowMs = world.clock.nowMs();
  if (nowMs < memory.fetchAtMs && memory.read?.accepted === sync.acceptedCommit) return;
  // Before the asking: who wants another look meanwhile sets it to an earlier time.
  memory.fetchAtMs = nextFetchAt(nowMs, spec.source.intervalMs, world.chance());
  const source = await world.openSource(sync, spec);
  const fetched = source.ok ? await source.value.fetch() : source;
  if (!source.ok || !fetched.ok) {
    if (!fetched.ok) sourceFailed(loop, fetched.failure, spec);
    return;
  }
  const { sha } = fetched.value;
  world.onFetched(sync, world.clock.nowMs());
  show({ source: { kind: "answered", commit: sha, atMs: world.clock.nowMs() } });
  const wanted = { commit: sha, generation: sync.generation, accepted: sync.acceptedCommit };
  if (JSON.stringify(wanted) === JSON.stringify(memory.read)) return;
  if (memory.picture.activity.kind === "idle") show({ activity: { kind: "reading" } });
  world.log.info(`reading commit ${sha}: ${fetched.value.subject ?? ""}`, {
    stackSync: sync.key,
    commit: sha,
  });
  const read = await readStackOfCommit(source.value, sha);
  switch (read.kind) {
    case "failed":
      sourceFailed(loop, read.failure, spec);
      return;
    case "refused":
      refuse(loop, read.refusal);
      // A chart server that is away may be back by then; a mistake stays one until there is another commit.
      if (read.refusal.reason !== "ChartsUnavailable") memory.read = wanted;
      return;
    case "stack":
      memory.read = wanted;
      await takeOver(loop, read.stack, spec);
  }
}

function sourceFailed({ world, memory, show }: Loop, failure: Failure, spec: StackSyncSpec): void {
  const { source, lastRun } = memory.picture;
  const nowMs = world.clock.nowMs();
  const sinceMs = source?.kind === "failed" ? source.sinceMs : (source?.atMs ?? lastRun?.atMs ?? nowMs);
  world.log.warn("the repository can't be read", { stackSync: memory.sync.key, failure });
  show({
    source: {
      kind: "failed",
      failure,
      sinceMs,
      isStale: nowMs - sinceMs > staleIntervals * spec.source.intervalMs,
    },
  });
}

function refuse({ world, memory, show }: Loop, refusal: Refusal): void {
  world.log.warn(`commit ${refusal.commit} is not applied: ${refusal.message}`, {
    stackSync: memory.sync.key,
    commit: refusal.commit,
  });
  show({ refusal, lastAttemptedCommit: refusal.commit });
}

/** Makes a stack that could be read the one to go by, unless a person has to agree to it first. */
async function takeOver(loop: Loop, stack: StackOfCommit, spec: StackSyncSpec): Promise<void> {
  const { world, memory, show } = loop;
  const { name, declarations } = stack.toPlan.ready;
  const connection = await connect(loop, spec);
  const state = connection.ok ? await connection.value.states.read(name) : connection;
  const loss = state.ok ? findLoss(stack, state.value, memory.sync) : undefined;
  if (loss !== undefined || !state.ok || !connection.ok) {
    await stack.close();
    if (loss !== undefined) refuse(loop, loss);
    // Without the state nobody knows how much is gone.
    else if (!state.ok) {
      delete memory.read;
      refuse(loop, { reason: "NotBegun", message: state.failure.message, commit: stack.commit });
    }
    return;
  }
  const before = memory.held;
  memory.held = stack;
  if (before !== memory.running) await before?.close();
  memory.wishes?.close();
  memory.wishes = watchWishes(connection.value, name, declarations.flatMap(objectsOf), () => {
    memory.runAtMs = Math.min(memory.runAtMs, world.clock.nowMs());
    loop.bell.ring();
  });
  memory.picture = withoutRefusal(memory.picture);
  show({ stack: name });
  const nowMs = world.clock.nowMs();
  const { sync, picture } = memory;
  // A person who asks does not wait for a storm of pushes to be over.
  const isAskedFor = sync.reconcileRequest !== picture.lastHandledReconcileAt;
  const isAtOnce = isAskedFor || before?.commit === stack.commit;
  memory.runAtMs = isAtOnce ? nowMs : Math.max(nowMs, memory.runBeganAtMs + betweenRunsMs);
}

/** The connection of the StackSync as it is declared now; the one there is where nothing of that has changed. */
async function connect({ world, memory }: Loop, spec: StackSyncSpec): Promise<Result<SyncConnection>> {
  const { sync } = memory;
  if (memory.connection?.generation === sync.generation) return succeeded(memory.connection.value);
  const made = await world.connect(sync, spec);
  if (!made.ok) return made;
  memory.wishes?.close();
  delete memory.wishes;
  // A run at work goes on with the one that it has.
  if (memory.running === undefined) memory.connection?.value.close();
  else if (memory.connection !== undefined) memory.retired.push(memory.connection.value);
  memory.connection = { generation: sync.generation, value: made.value };
  return made;
}

async function runHeld(loop: Loop, spec: StackSyncSpec, stack: StackOfCommit): Promise<void> {
  const { world, memory, bell, over } = loop;
  memory.runBeganAtMs = world.clock.nowMs();
  // Whoever wants another run meanwhile sets it to an earlier time.
  memory.runAtMs = Infinity;
  memory.tried = stack;
  const connection = await connect(loop, spec);
  if (!connection.ok) {
    notBegun(loop, connection.failure, stack);
    return;
  }
  await memory.wishes?.note();
  memory.running = stack;
  const newer = new AbortController();
  const done = new AbortController();
  const watching = watchForNewer(loop, stack, newer, AbortSignal.any([over, done.signal]));
  try {
    await runOnce(loop, connection.value, stack, newer.signal);
  } finally {
    done.abort();
    bell.ring();
    await watching;
    delete memory.running;
    for (const old of memory.retired.splice(0)) old.close();
    if (memory.held !== stack) await stack.close();
    await memory.wishes?.look();
  }
}

/** Goes on asking the repository while a run is at work, and cuts that short for what is newer or for a suspension. */
async function watchForNewer(
  loop: Loop,
  running: StackOfCommit,
  newer: AbortController,
  until: AbortSignal,
): Promise<void> {
  const { memory, bell, world } = loop;
  for (;;) {
    await bell.waitUntil(Math.min(memory.fetchAtMs, memory.held === running ? Infinity : memory.runAtMs));
    if (until.aborted) return;
    const { spec } = memory.sync;
    if (!spec.ok || spec.value.suspend) {
      newer.abort("suspended");
      return;
    }
    await look(loop, spec.value);
    if (memory.held !== running && world.clock.nowMs() >= memory.runAtMs) {
      newer.abort("newer-commit");
      return;
    }
  }
}

async function runOnce(
  loop: Loop,
  connection: SyncConnection,
  stack: StackOfCommit,
  supersede: AbortSignal,
): Promise<void> {
  const { world, memory, show, over } = loop;
  const seen = { hasWork: false };
  const request: SyncRunRequest = {
    sync: memory.sync,
    stack,
    stop: over,
    supersede,
    prunes: true,
    onPlan: ({ plan }) => {
      seen.hasWork = plan.steps.some(({ kind }) => kind !== "keep");
      if (!isRefusedBeyond(memory, stack)) show({ lastAttemptedCommit: stack.commit });
    },
    onProgress: (runId, { wave, waves, done, total }) => {
      // A look that finds nothing to do is none that anybody has to hear of.
      if (seen.hasWork)
        show({ activity: { kind: "running", runId, commit: stack.commit, wave, waves, done, total } });
    },
  };
  let end = await runStackOfCommit(world, connection, request);
  const isUnasked = !end.ok && isPruneRefused(end.failure);
  if (isUnasked) end = await runStackOfCommit(world, connection, { ...request, prunes: false });
  if (!end.ok) {
    notBegun(loop, end.failure, stack);
    return;
  }
  const { kind } = end.value.outcome;
  memory.failures = kind === "failed" || kind === "unreachable" ? memory.failures + 1 : 0;
  memory.runAtMs = Math.min(memory.runAtMs, nextRunAt(world.clock.nowMs(), kind, memory.failures));
  if (!isRefusedBeyond(memory, stack)) memory.picture = withoutRefusal(memory.picture);
  show({
    activity: { kind: "idle" },
    lastRun: seen.hasWork ? end.value : asBefore(end.value, memory.picture.lastRun),
    ...(kind === "done" ? healthyNow(memory, stack.commit, world.clock.nowMs()) : {}),
    ...(isUnasked ? { refusal: pruneRefusal(stack) } : {}),
  });
}

/** True where another commit can't be used: that the last good one is kept true does not make it one. */
function isRefusedBeyond({ picture: { refusal } }: Memory, { commit }: StackOfCommit): boolean {
  return refusal !== undefined && refusal.commit !== commit;
}

function withoutRefusal({ refusal, ...picture }: SyncPicture): SyncPicture {
  return refusal === undefined ? picture : { ...picture };
}

/** A look that changed nothing is not the last run. */
function asBefore(seen: SeenRun, before: SeenRun | undefined): SeenRun {
  return before === undefined
    ? seen
    : { ...seen, runId: before.runId, atMs: before.atMs, durationMs: before.durationMs };
}

/** The first time that a stack is whole ends its recovery: it began when the StackSync was made. */
function healthyNow({ sync, picture }: Memory, commit: string, nowMs: number): Partial<SyncPicture> {
  const seconds = Math.max(0, Math.round((nowMs - sync.createdAtMs) / 1_000));
  return {
    lastHealthyCommit: commit,
    ...(picture.lastHealthyCommit === undefined ? { lastRecoverySeconds: seconds } : {}),
  };
}

function pruneRefusal({ commit }: StackOfCommit): Refusal {
  return {
    reason: "PruneNeedsConsent",
    message: `everything else of it is; ${tooMuchToPrune}: annotate the StackSync with ${acceptAnnotation}=${commit} if that is meant`,
    commit,
  };
}

function notBegun({ world, memory, show, over }: Loop, failure: Failure, stack: StackOfCommit): void {
  const { commit } = stack;
  memory.runAtMs = Math.min(memory.runAtMs, world.clock.nowMs() + notBegunMs);
  if (over.aborted) return;
  world.log.warn("the run did not begin", { stackSync: memory.sync.key, commit, failure });
  if (isRefusedBeyond(memory, stack)) return;
  show({ activity: { kind: "idle" }, refusal: { reason: "NotBegun", message: failure.message, commit } });
}
