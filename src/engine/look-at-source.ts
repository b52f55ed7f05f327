// Looking: asks the repository of a StackSync where that is due, reads what is new, and makes it the stack to go by, unless a
// person has to agree first.
import type { Failure } from "../core/failure.ts";
import { rewriteToAccept } from "../core/stack-sync/rewritten.ts";
import { betweenRunsMs, nextFetchAt } from "../core/stack-sync/pace.ts";
import type { StackSyncSpec } from "../core/stack-sync/stack-sync.ts";
import { isStaleSince, type Refusal } from "../core/stack-sync/sync-status.ts";
import { findLoss, readStackOfCommit, type StackOfCommit } from "./read-stack-of-commit.ts";
import { connect, notSeen, tellerOf, withoutRefusal, type Loop } from "./sync-loop.ts";
import { watchWishes } from "./watch-wishes.ts";

/** Asks the repository where that is due, and reads what is new; `memory.held` is then the stack to go by. */
export async function look(loop: Loop, spec: StackSyncSpec): Promise<void> {
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
  const before = memory.picture.lastAttemptedCommit;
  const relation = before === undefined ? "same" : await source.value.relate(before, sha);
  const rewrite = rewriteToAccept(relation, spec.source, before ?? sha, sha);
  if (rewrite !== undefined && sync.acceptedCommit !== sha) {
    refuse(loop, rewrite, spec);
    memory.read = wanted;
    return;
  }
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
      refuse(loop, read.refusal, spec);
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
      isStale: isStaleSince(sinceMs, nowMs, spec.source.intervalMs),
    },
  });
}

function refuse(loop: Loop, refusal: Refusal, spec: StackSyncSpec): void {
  const { world, memory, show } = loop;
  world.log.warn(`commit ${refusal.commit} is not applied: ${refusal.message}`, {
    stackSync: memory.sync.key,
    commit: refusal.commit,
  });
  // What follows on a commit that nobody has agreed to has nobody's word either.
  const isTried = refusal.reason !== "HistoryRewritten";
  show({ refusal, ...(isTried ? { lastAttemptedCommit: refusal.commit } : {}) });
  tellerOf(loop, spec).refused(memory.picture.stack ?? memory.sync.name, refusal);
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
    if (loss !== undefined) refuse(loop, loss, spec);
    // Without the state nobody knows how much is gone.
    else if (!state.ok) {
      delete memory.read;
      notSeen(loop, state.failure, stack.commit, spec);
    }
    return;
  }
  const before = memory.held;
  memory.held = stack;
  if (before !== memory.running) await before?.close();
  memory.wishes?.close();
  memory.wishes = watchWishes(connection.value, name, declarations, () => {
    memory.runAtMs = Math.min(memory.runAtMs, world.clock.nowMs());
    loop.bell.ring();
  });
  // Whose the stack is has nothing to do with the commit.
  if (memory.picture.refusal?.reason !== "KeptByAnother") memory.picture = withoutRefusal(memory.picture);
  show({});
  const nowMs = world.clock.nowMs();
  const { sync, picture } = memory;
  // A person who asks does not wait for a storm of pushes to be over.
  const isAskedFor = sync.reconcileRequest !== picture.lastHandledReconcileAt;
  const isAtOnce = isAskedFor || before?.commit === stack.commit;
  memory.runAtMs = isAtOnce ? nowMs : Math.max(nowMs, memory.runBeganAtMs + betweenRunsMs);
}
