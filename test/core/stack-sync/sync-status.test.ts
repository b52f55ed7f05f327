import { describe, expect, it } from "vitest";
import { releaseId } from "../../../src/core/ids.ts";
import {
  eventOf,
  syncStatus,
  type SeenRun,
  type SyncPicture,
  type SyncStatus,
} from "../../../src/core/stack-sync/sync-status.ts";

const atMs = Date.UTC(2026, 8, 1, 10, 0, 0);
const commit = "4b77d10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const idle: SyncPicture = { generation: 2, isSuspended: false, activity: { kind: "idle" } };

function run(outcome: Partial<SeenRun["outcome"]>, more: Partial<SeenRun> = {}): SeenRun {
  return {
    runId: "r1",
    commit,
    outcome: { kind: "done", counts: { Ready: 3 }, roots: [], exitCode: 0, ...outcome },
    unready: [],
    atMs,
    durationMs: 9_000,
    ...more,
  };
}

function lines(status: SyncStatus): readonly string[] {
  return status.conditions.map(
    ({ type, status: holds, reason, message }) => `${type} ${holds} ${reason}: ${message}`,
  );
}

const rolledBack = run({
  kind: "rolled-back",
  counts: { Ready: 1, RolledBack: 1, Blocked: 2 },
  roots: [{ release: releaseId("shop", "db"), cause: "image not found", blocks: 2 }],
  exitCode: 5,
});

describe("the status of a StackSync", () => {
  it("is Ready where every release is, at which commit", () => {
    const status = syncStatus({ ...idle, lastRun: run({}), lastHealthyCommit: commit }, undefined, atMs);
    expect(lines(status)).toEqual(["Ready True Healthy: 3 releases are Ready at commit 4b77d10"]);
    expect(status.ready).toBe("3/3");
  });

  it("names the root first, and only counts what is behind it", () => {
    expect(lines(syncStatus({ ...idle, lastRun: rolledBack }, undefined, atMs))).toEqual([
      "Ready False RolledBack: shop/db: image not found (2 blocked behind, commit 4b77d10)",
    ]);
  });

  it("is Reconciling, with its wave, while a run is at work, and Recovering until it was whole once", () => {
    const activity = {
      kind: "running",
      runId: "r2",
      commit,
      wave: 3,
      waves: 6,
      done: 31,
      total: 52,
      beganAtMs: atMs - 60_000,
    } as const;
    const recovery = { sinceMs: atMs - 90_000, isFromNothing: true };
    const first = syncStatus({ ...idle, activity: { ...activity, recovery } }, undefined, atMs);
    // 2 of 6 waves took a minute.
    expect(first.conditions[0]?.message).toBe(
      "nothing of the stack was in the cluster: 31 of 52 releases are ready, wave 3/6, commit 4b77d10, about 2m left",
    );
    expect(first).toMatchObject({ wave: "3/6", ready: "31/52", run: "r2" });
    expect(first.conditions.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      "Ready Recovering",
      "Reconciling Running",
    ]);
    const later = syncStatus({ ...idle, activity, lastHealthyCommit: commit }, first, atMs);
    expect(later.conditions[0]?.reason).toBe("Progressing");
  });

  it("stays Ready while the repository is away for a little, and is Unknown when that lasts", () => {
    const failure = { kind: "unreachable", message: "connection refused" } as const;
    const away = (isStale: boolean): SyncPicture => ({
      ...idle,
      lastRun: run({}),
      source: { kind: "failed", failure, sinceMs: atMs, isStale },
    });
    expect(syncStatus(away(false), undefined, atMs).conditions[0]?.status).toBe("True");
    expect(lines(syncStatus(away(true), undefined, atMs))[0]).toMatch(
      /^Ready Unknown SourceFailed: .*since 2026-09-01T10:00:00.000Z: connection refused$/,
    );
    expect(syncStatus(away(true), undefined, atMs).releases).toEqual({ Unknown: 3 });
  });

  it("goes by the last look while the cluster can't be looked at, and by nothing when that lasts", () => {
    const unseen = (more: { readonly isStale?: boolean; readonly isAwaited?: boolean }): SyncStatus =>
      syncStatus(
        {
          ...idle,
          lastRun: rolledBack,
          unseen: { message: "the lock is held", sinceMs: atMs, isStale: false, isAwaited: false, ...more },
        },
        undefined,
        atMs,
      );
    expect(unseen({}).conditions[0]?.reason).toBe("RolledBack");
    const words =
      "Ready Unknown NotBegun: nothing could be looked at since 2026-09-01T10:00:00.000Z: the lock is held";
    // Who asked for a look is told that there was none.
    expect(lines(unseen({ isAwaited: true }))).toEqual([words]);
    const stale = unseen({ isStale: true });
    expect(lines(stale)).toEqual([words]);
    expect(stale.releases).toEqual({ Unknown: 4 });
    expect(stale.unready).toBeUndefined();
    expect(stale.ready).toBeUndefined();
  });

  it("is Stalled where only a person can help", () => {
    const invalid = syncStatus({ ...idle, problems: ["spec.source.interval is negative"] }, undefined, atMs);
    expect(lines(invalid)).toEqual([
      "Ready False InvalidSpec: spec.source.interval is negative",
      "Stalled True InvalidSpec: spec.source.interval is negative",
    ]);
  });

  it("keeps the time of a condition that has not changed", () => {
    const first = syncStatus({ ...idle, lastRun: run({}) }, undefined, atMs);
    const later = syncStatus({ ...idle, lastRun: run({}) }, first, atMs + 60_000);
    expect(later).toEqual(first);
    const red = syncStatus({ ...idle, lastRun: rolledBack }, later, atMs + 60_000);
    expect(red.conditions[0]?.lastTransitionTime).toBe("2026-09-01T10:01:00Z");
  });

  it("names at most 50 releases, and cuts long causes", () => {
    const unready = Array.from({ length: 80 }, (_, index) => ({
      release: releaseId("shop", `r${index}`),
      state: "Failed" as const,
      cause: "x".repeat(2_000),
    }));
    const status = syncStatus({ ...idle, lastRun: { ...rolledBack, unready } }, undefined, atMs);
    expect(status.unready).toHaveLength(50);
    expect(status.unready?.[0]?.cause).toHaveLength(500);
  });
});

describe("an Event", () => {
  const healthy = syncStatus({ ...idle, lastRun: run({}), lastHealthyCommit: commit }, undefined, atMs);

  it("tells of a transition once", () => {
    const red = syncStatus({ ...idle, lastRun: rolledBack, lastHealthyCommit: commit }, healthy, atMs);
    expect(eventOf(healthy, red)).toMatchObject({ type: "Warning", reason: "RolledBack" });
    expect(eventOf(red, red)).toBeUndefined();
    expect(eventOf(undefined, healthy)).toMatchObject({ type: "Normal", reason: "Healthy" });
  });

  it("tells of a run's beginning, and not of each step of it", () => {
    const running = (done: number) =>
      syncStatus(
        {
          ...idle,
          lastHealthyCommit: commit,
          activity: {
            kind: "running",
            runId: "r2",
            commit,
            wave: 1,
            waves: 2,
            done,
            total: 3,
            beganAtMs: atMs,
          },
        },
        healthy,
        atMs,
      );
    expect(eventOf(healthy, running(0))).toMatchObject({ type: "Normal", reason: "Progressing" });
    expect(eventOf(running(0), running(2))).toBeUndefined();
  });
});
