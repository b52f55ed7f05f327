// Running: one run of the stack that is gone by, cut short in good order for what is newer, and what its end means for the
// picture and for the next one.
import type { ShownState } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import type { Plan } from "../core/plan/plan.ts";
import { betweenLooksMs, betweenRunsMs, nextRunAt } from "../core/stack-sync/pace.ts";
import { acceptAnnotation, type StackSyncSpec } from "../core/stack-sync/stack-sync.ts";
import { recoveryOf, recoverySeconds } from "../core/stack-sync/recovery.ts";
import type { Refusal, SeenRun, SyncActivity, SyncPicture } from "../core/stack-sync/sync-status.ts";
import type { SyncConnection } from "./agent-ports.ts";
import { claimFor } from "./claim-stack.ts";
import { look } from "./look-at-source.ts";
import type { StackOfCommit } from "./read-stack-of-commit.ts";
import {
  isPruneRefused,
  runStackOfCommit,
  tooMuchToPrune,
  type SyncRunRequest,
} from "./run-stack-of-commit.ts";
import { watchHealth } from "./watch-health.ts";
import {
  connect,
  endHealthWatch,
  notSeen,
  tellerOf,
  withoutRefusal,
  type Loop,
  type Memory,
} from "./sync-loop.ts";

/** How soon a run is tried again that could not begin. */
const notBegunMs = 15_000;

/** Runs it to its end; whoever wants another run meanwhile is heard. */
export async function runHeld(loop: Loop, spec: StackSyncSpec, stack: StackOfCommit): Promise<void> {
  const { world, memory, bell, over, show } = loop;
  memory.runBeganAtMs = world.clock.nowMs();
  // Whoever wants another run meanwhile sets it to an earlier time.
  memory.runAtMs = Infinity;
  memory.tried = stack;
  const connection = await connect(loop, spec);
  if (!connection.ok) {
    notBegun(loop, connection.failure, stack, spec);
    return;
  }
  const { name } = stack.toPlan.ready;
  const claimed = await claimFor({ ...world, states: connection.value.states }, memory.sync, name);
  if (!claimed.ok || claimed.value !== undefined) {
    if (claimed.ok) keptByAnother(loop, claimed.value, stack);
    else notBegun(loop, claimed.failure, stack, spec);
    return;
  }
  if (memory.picture.refusal?.reason === "KeptByAnother") memory.picture = withoutRefusal(memory.picture);
  show({ stack: name });
  await memory.wishes?.note();
  memory.running = stack;
  const newer = new AbortController();
  const done = new AbortController();
  const watching = watchForNewer(loop, stack, newer, AbortSignal.any([over, done.signal]));
  try {
    await runOnce(loop, connection.value, stack, newer.signal, spec);
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
  spec: StackSyncSpec,
): Promise<void> {
  const { world, memory, show, over } = loop;
  const telling = tellerOf(loop, spec).begin(stack.toPlan.ready.name, stack.commit);
  const seen = { hasWork: false };
  const request: SyncRunRequest = {
    sync: memory.sync,
    stack,
    stop: over,
    supersede,
    prunes: true,
    view: telling.view,
    onPlan: ({ plan }) => {
      seen.hasWork = plan.steps.some(({ kind }) => kind !== "keep");
      if (seen.hasWork) endHealthWatch(memory);
      memory.picture = seenNow(memory.picture);
      noteRecovery(loop, plan);
      if (!isRefusedBeyond(memory, stack)) show({ lastAttemptedCommit: stack.commit });
    },
    recoveringSinceMs: () => memory.recovery?.sinceMs,
    onProgress: (runId, { wave, waves, done, total }) => {
      // A look that finds nothing to do is none that anybody has to hear of.
      if (seen.hasWork) show({ activity: runningNow(memory, { runId, wave, waves, done, total }, stack) });
    },
  };
  let end = await runStackOfCommit(world, connection, request);
  const isUnasked = !end.ok && isPruneRefused(end.failure);
  if (isUnasked) end = await runStackOfCommit(world, connection, { ...request, prunes: false });
  const refusal = isUnasked ? { refusal: pruneRefusal(stack) } : {};
  telling.end({ ...refusal, isSuperseded: supersede.reason === "newer-commit" });
  if (!end.ok) {
    notBegun(loop, end.failure, stack, spec);
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
    ...refusal,
  });
  // What was overtaken meanwhile has its run before it, and that one's end is watched.
  const isCurrent = memory.held === stack && memory.connection?.value === connection;
  if (isCurrent && memory.health?.stack !== stack) beginHealthWatch(loop, connection, stack, end.value);
}

/** From now on a release that breaks, or heals, has the stack looked at within seconds. */
function beginHealthWatch(
  { world, memory, bell }: Loop,
  connection: SyncConnection,
  stack: StackOfCommit,
  { unready }: SeenRun,
): void {
  endHealthWatch(memory);
  const states = new Map(unready.map(({ release, state }) => [release, state]));
  const { key: stackSync } = memory.sync;
  const lookAfter = (ms: number): void => {
    const soonestMs = Math.max(world.clock.nowMs(), memory.runBeganAtMs + ms);
    memory.runAtMs = Math.min(memory.runAtMs, soonestMs);
    bell.ring();
  };
  const watch = watchHealth(
    { ...connection, clock: world.clock },
    stack.toPlan.ready,
    (release) => wasReady(states.get(release)),
    {
      // One that comes and goes is looked at now and then.
      onChange: () => {
        lookAfter(betweenRunsMs);
      },
      // It may have drifted; an autoscaler changes objects all day.
      onMoved: () => {
        lookAfter(betweenLooksMs);
      },
      onRefused: (failure) => {
        // The next look tries it again.
        if (memory.health?.watch === watch) endHealthWatch(memory);
        lookAfter(betweenLooksMs);
        if (memory.unwatched === failure.message) return;
        memory.unwatched = failure.message;
        world.log.warn("health is not watched between looks", { stackSync, failure });
      },
    },
  );
  memory.health = { stack, watch };
}

/** Undefined where the release's state says nothing of its objects. */
function wasReady(state: ShownState | undefined): boolean | undefined {
  if (state === undefined || state === "Drifted") return true;
  return state === "Degraded" ? false : undefined;
}

/** True where another commit can't be used: that the last good one is kept true does not make it one. */
function isRefusedBeyond({ picture: { refusal } }: Memory, { commit }: StackOfCommit): boolean {
  return refusal !== undefined && refusal.commit !== commit;
}

function seenNow({ unseen, ...picture }: SyncPicture): SyncPicture {
  return unseen === undefined ? picture : { ...picture };
}

/** A look that changed nothing is not the last run. */
function asBefore(seen: SeenRun, before: SeenRun | undefined): SeenRun {
  return before === undefined
    ? seen
    : { ...seen, runId: before.runId, atMs: before.atMs, durationMs: before.durationMs };
}

/** What of the plan is a recovery, until that is over. */
function noteRecovery({ memory, world }: Loop, plan: Plan): void {
  const recovery = recoveryOf(plan, {
    wasHealthy: memory.picture.lastHealthyCommit !== undefined,
    createdAtMs: memory.sync.createdAtMs,
    before: memory.recovery,
    nowMs: world.clock.nowMs(),
  });
  if (recovery === undefined) return;
  if (memory.recovery === undefined)
    world.log.info(
      recovery.isFromNothing
        ? "nothing of the stack is in the cluster: recovering it"
        : "bringing the stack up",
      { stackSync: memory.sync.key },
    );
  memory.recovery = recovery;
}

function runningNow(
  { runBeganAtMs, recovery }: Memory,
  progress: { runId: string; wave: number; waves: number; done: number; total: number },
  { commit }: StackOfCommit,
): SyncActivity {
  return {
    kind: "running",
    commit,
    ...progress,
    beganAtMs: runBeganAtMs,
    ...(recovery === undefined ? {} : { recovery }),
  };
}

/** A stack that is whole is not being recovered any more. */
function healthyNow(memory: Memory, commit: string, nowMs: number): Partial<SyncPicture> {
  const { recovery } = memory;
  delete memory.recovery;
  return {
    lastHealthyCommit: commit,
    ...(recovery === undefined ? {} : { lastRecoverySeconds: recoverySeconds(recovery, nowMs) }),
  };
}

function pruneRefusal({ commit }: StackOfCommit): Refusal {
  return {
    reason: "PruneNeedsConsent",
    message: `everything else of it is; ${tooMuchToPrune}: annotate the StackSync with ${acceptAnnotation}=${commit} if that is meant`,
    commit,
  };
}

/** It is looked at again as soon as what could not begin: the other one may be gone by then. */
function keptByAnother({ world, memory, show }: Loop, message = "", { commit }: StackOfCommit): void {
  memory.runAtMs = Math.min(memory.runAtMs, world.clock.nowMs() + notBegunMs);
  // It is told of no stack that is another's.
  const { stack, ...picture } = memory.picture;
  if (stack !== undefined) memory.picture = picture;
  if (memory.picture.refusal?.message !== message)
    world.log.warn(message, { stackSync: memory.sync.key, commit });
  show({ activity: { kind: "idle" }, refusal: { reason: "KeptByAnother", message, commit } });
}

function notBegun(loop: Loop, failure: Failure, { commit }: StackOfCommit, spec: StackSyncSpec): void {
  const { world, memory, over } = loop;
  memory.runAtMs = Math.min(memory.runAtMs, world.clock.nowMs() + notBegunMs);
  if (!over.aborted) notSeen(loop, failure, commit, spec);
}
