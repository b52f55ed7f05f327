// One run of a commit's stack on behalf of a StackSync: the same run as a command's, with nobody to ask.
import { failed, type Failure, type Result } from "../core/failure.ts";
import { isOverLimit } from "../core/plan/prune.ts";
import { progressOf, type Progress } from "../core/run/progress.ts";
import type { Run } from "../core/run/run.ts";
import { shownState } from "../core/shown-state.ts";
import type { SeenRun, UnreadyRelease } from "../core/stack-sync/sync-status.ts";
import type { StackSync } from "../core/stack-sync/stack-sync.ts";
import type { AgentWorld, SyncConnection } from "./agent-ports.ts";
import { isKeptBy } from "./claim-stack.ts";
import type { View } from "./execute-plan.ts";
import { unlockByCluster } from "./load-values.ts";
import type { StackOfCommit } from "./read-stack-of-commit.ts";
import { runStack, type PlannedStack } from "./run-stack.ts";

export type SyncRunRequest = {
  readonly sync: StackSync;
  readonly stack: StackOfCommit;
  readonly stop: AbortSignal;
  /** Its reason is the StopWish. */
  readonly supersede: AbortSignal;
  /** Prune what the stack wants pruned, as far as nobody has to be asked. */
  readonly prunes: boolean;
  /** Told of the plan before anything changes. */
  readonly onPlan: (planned: PlannedStack) => void;
  readonly onProgress: (runId: string, progress: Progress) => void;
  /** Told of its events besides the stack's own views. */
  readonly view: View;
  /** Since when the stack is being recovered, where it is; asked once the run has ended. */
  readonly recoveringSinceMs: () => number | undefined;
};

/** Somebody has to agree first. */
export const tooMuchToPrune = "more releases are no longer declared than may be pruned without being asked";

/** Whether the run was not begun because only a person may agree to what it would prune. */
export function isPruneRefused(failure: Failure): boolean {
  return failure.message === tooMuchToPrune;
}

/** Another helm's record has to stand still for so long before it counts as dead, in milliseconds. */
const unlockAfterMs = 60_000;

/** Runs it to its end. */
export async function runStackOfCommit(
  world: AgentWorld,
  connection: SyncConnection,
  request: SyncRunRequest,
): Promise<Result<SeenRun>> {
  const { toPlan, commit } = request.stack;
  const ready = await unlockByCluster(connection, toPlan.files, toPlan.ready);
  if (!ready.ok) return ready;
  const holder = await world.introduceSelf();
  try {
    const { prune } = toPlan.loaded.stack;
    const isAgreed = request.sync.acceptedCommit === commit;
    const runId = world.newRunId();
    const startedAtMs = world.clock.nowMs();
    const ended = await runStack(
      {
        ...connection,
        clock: world.clock,
        charts: toPlan.charts,
        releases: await connection.openHelm(holder),
      },
      {
        stack: ready.value,
        options: {
          retry: false,
          adopt: false,
          destroy: false,
          drift: "as-declared",
          prune: {
            prune: request.prunes && prune.prune,
            includeProtected: false,
            ...(isAgreed ? {} : { maxPrune: prune.maxPrune }),
          },
        },
        runId,
        holder,
        about: {
          source: toPlan.loaded.folder.source,
          version: world.version,
          actor: { host: holder.host },
          trigger: { command: "agent", detail: request.sync.key },
          commit: () => Promise.resolve({ sha: commit, dirty: false }),
          recoveringSinceMs: request.recoveringSinceMs,
        },
        warn: (message) => {
          world.log.warn(message, { stackSync: request.sync.key, commit });
        },
        consent: (planned) => {
          if (isOverLimit(planned.plan))
            return Promise.resolve({ kind: "unknown", message: tooMuchToPrune } as const);
          const { keeper } = planned.observed.state;
          if (keeper !== undefined && keeper.uid !== request.sync.uid)
            return Promise.resolve({
              kind: "locked",
              message: isKeptBy(ready.value.name, keeper.stackSync),
            } as const);
          request.onPlan(planned);
          return Promise.resolve(undefined);
        },
        views: [...world.viewsOf(ready.value.name), progressView(request.onProgress), request.view],
        stop: request.stop,
        supersede: request.supersede,
        unlockAfterMs,
      },
    );
    if (!ended.ok) return ended;
    const seen = seenRun(ended.value, commit, startedAtMs, world.clock.nowMs());
    return seen === undefined
      ? failed({ kind: "unknown", message: `the run ${runId} ended without an outcome` })
      : { ok: true, value: seen };
  } finally {
    await world.forgetSelf(holder);
  }
}

function progressView(onProgress: SyncRunRequest["onProgress"]): View {
  return (event, run) => {
    if (event.kind !== "run-finished") onProgress(run.id, progressOf(run));
  };
}

function seenRun(run: Run, commit: string, startedAtMs: number, nowMs: number): SeenRun | undefined {
  if (run.outcome === undefined) return undefined;
  return {
    runId: run.id,
    commit,
    outcome: run.outcome,
    unready: unreadyOf(run),
    atMs: nowMs,
    durationMs: nowMs - startedAtMs,
  };
}

function unreadyOf(run: Run): readonly UnreadyRelease[] {
  return [...run.steps.values()].flatMap(({ step, state }) => {
    const shown = shownState(step, state);
    if (shown.state === "Ready" || shown.state === "Removed") return [];
    const cause = "failure" in state ? state.failure.message : shown.detail;
    return [{ release: step.release, state: shown.state, ...(cause === undefined ? {} : { cause }) }];
  });
}
