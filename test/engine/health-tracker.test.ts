import { describe, expect, test } from "vitest";
import { noRules } from "../../src/core/health/rules.ts";
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import { explainWaiting } from "../../src/core/health/describe-trouble.ts";
import { objectKey, refOf, type KubernetesObject, type ObjectRef } from "../../src/core/object.ts";
import type { Hook } from "../../src/core/observation.ts";
import type { Applied } from "../../src/core/plan/plan.ts";
import { trackHealth } from "../../src/engine/health-tracker.ts";
import type { WatchedWorld } from "../../src/engine/ports.ts";
import { startMs } from "../kit/conversation.ts";
import { deployment, id } from "../kit/fleet.ts";
import { deploymentAt } from "../kit/puppet-cluster.ts";
import { settled, virtualClock } from "../kit/virtual-clock.ts";

/** A tracker over a world in which the server may be ahead of what the watches show. */
function tracking() {
  const clock = virtualClock(startMs);
  const server = new Map<string, KubernetesObject>();
  const shown = new Map<string, KubernetesObject>();
  const listeners: ((ref: ObjectRef, owner: string | undefined) => void)[] = [];
  const fetched: string[] = [];
  const followed: string[] = [];
  const verdicts: string[] = [];
  let following: Result<void> = succeeded(undefined);
  const show = (object: KubernetesObject): void => {
    server.set(objectKey(refOf(object)), object);
    shown.set(objectKey(refOf(object)), object);
    for (const listener of listeners) listener(refOf(object), undefined);
  };
  const world: WatchedWorld = {
    world: {
      get: (ref) => shown.get(objectKey(ref)),
      controlledBy: () => [],
      kindFacts: () => ({ namespaced: true, hasStatus: true, custom: true }),
    },
    follow: (needs) => {
      followed.push(needs.kinds.map(({ kind }) => kind).join(", "));
      return Promise.resolve(following);
    },
    fetch: (refs) => {
      for (const ref of refs) {
        fetched.push(`${ref.kind} ${ref.name}`);
        const object = server.get(objectKey(ref));
        if (object !== undefined) show(object);
      }
      return Promise.resolve();
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => undefined,
  };
  const tracker = trackHealth(world, clock, noRules, (release, applied, health) => {
    const words = explainWaiting(health);
    verdicts.push(`${release}@${applied.revision} ${health.kind}${words === "" ? "" : `: ${words}`}`);
  });
  return {
    clock,
    tracker,
    show,
    remove: (object: KubernetesObject) => {
      server.delete(objectKey(refOf(object)));
      shown.delete(objectKey(refOf(object)));
      for (const listener of listeners) listener(refOf(object), undefined);
    },
    /** On the server, but not shown by a watch yet. */
    hide: (object: KubernetesObject) => void server.set(objectKey(refOf(object)), object),
    fetched,
    followed,
    failToFollow: (isFailing: boolean) => {
      following = isFailing ? failed({ kind: "unreachable", message: "away" }) : succeeded(undefined);
    },
    /** Verdicts since the last time, the same one in a row once. */
    verdicts: async () => {
      await settled();
      return verdicts.splice(0).filter((verdict, index, all) => verdict !== all[index - 1]);
    },
  };
}

const db = id("db");
const at = (
  revision: number,
  objects: readonly KubernetesObject[] = [deployment("db")],
  hooks?: readonly Hook[],
): Applied => ({
  revision,
  objects,
  ...(hooks === undefined ? {} : { hooks }),
});
const dbAt = (generation: number, how: "ready" | "waiting" | "failed") =>
  deploymentAt("shop/db", generation, how);

const migrate: Hook = {
  name: "migrate",
  kind: "Job",
  apiVersion: "batch/v1",
  namespace: "shop",
  events: ["pre-upgrade"],
};
const jobStatus = {
  running: { active: 1 },
  failed: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
  done: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
};
const job = (uid: string, how: keyof typeof jobStatus): KubernetesObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "migrate", namespace: "shop", uid, generation: 1 },
  status: jobStatus[how],
});
const configMap: KubernetesObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", namespace: "shop" },
};

describe("a release that settles", () => {
  test("after an upgrade is read afresh: what the watches still show of before is not taken for ready", async () => {
    const { tracker, show, hide, fetched, verdicts } = tracking();
    show(dbAt(1, "ready"));
    hide(dbAt(2, "waiting"));
    tracker.follow(db, "healthy", at(2), false);
    expect(await verdicts()).toEqual(["shop/db@2 pending: Deployment db 0/1 ready"]);
    expect(fetched).toEqual(["Deployment db"]);
    show(dbAt(2, "ready"));
    expect(await verdicts()).toEqual(["shop/db@2 ready"]);
  });

  test("for the first time costs no request: whatever is shown of it is new", async () => {
    const { tracker, show, fetched, verdicts } = tracking();
    show(dbAt(1, "waiting"));
    tracker.follow(db, "healthy", at(1), true);
    expect(await verdicts()).toEqual(["shop/db@1 pending: Deployment db 0/1 ready"]);
    show(dbAt(1, "ready"));
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
    expect(fetched).toEqual([]);
  });

  test("has what no watch shows asked for by name after 2 seconds", async () => {
    const { tracker, hide, fetched, verdicts, clock } = tracking();
    tracker.follow(db, "healthy", at(1), true);
    hide(dbAt(1, "ready"));
    expect(await verdicts()).toEqual(["shop/db@1 pending: Deployment db not found"]);
    await clock.pass(1_999);
    expect(fetched).toEqual([]);
    await clock.pass(1);
    expect(fetched).toEqual(["Deployment db"]);
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
  });

  test("is looked at again when a grace runs out, though nothing has changed", async () => {
    const { tracker, show, verdicts, clock } = tracking();
    const thing: KubernetesObject = {
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: { name: "t", namespace: "shop" },
    };
    show(thing);
    tracker.follow(db, "healthy", at(1, [thing]), true);
    expect(await verdicts()).toEqual(["shop/db@1 pending: Thing t no conditions yet"]);
    await clock.pass(4_999);
    expect(await verdicts()).toEqual([]);
    await clock.pass(1);
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
    expect(clock.pending()).toBe(0);
  });

  test("is ready at once where its objects only have to be there", async () => {
    const { tracker, followed, fetched, verdicts } = tracking();
    tracker.follow(db, "healthy", at(2, [configMap]), false);
    expect(await verdicts()).toEqual(["shop/db@2 ready"]);
    expect(followed).toEqual([""]);
    expect(fetched).toEqual([]);
  });

  test("gets one verdict for all that changes in a turn", async () => {
    const { tracker, show, verdicts } = tracking();
    show(dbAt(1, "waiting"));
    tracker.follow(db, "healthy", at(1), true);
    await verdicts();
    for (let index = 0; index < 20; index++) show(dbAt(1, "waiting"));
    show(dbAt(1, "ready"));
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
  });

  test("is looked at for each pod of its namespace, and for no other", async () => {
    const { tracker, show, verdicts } = tracking();
    const pod = (namespace: string): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace },
    });
    tracker.follow(db, "healthy", at(1), true);
    await verdicts();
    show(pod("elsewhere"));
    expect(await verdicts()).toEqual([]);
    show(pod("shop"));
    expect(await verdicts()).toHaveLength(1);
  });

  test("is not judged by what can't be watched, which is asked for again", async () => {
    const { tracker, show, failToFollow, verdicts, clock } = tracking();
    failToFollow(true);
    tracker.follow(db, "healthy", at(1), true);
    await clock.pass(30_000);
    expect(await verdicts()).toEqual([]);
    failToFollow(false);
    show(dbAt(1, "ready"));
    await clock.pass(2_000);
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
  });
});

describe("a release that is no longer followed", () => {
  test("gets no verdict any more, and leaves no timer behind", async () => {
    const { tracker, show, verdicts, clock } = tracking();
    tracker.follow(db, "healthy", at(1), true);
    await verdicts();
    tracker.unfollow(db);
    show(dbAt(1, "ready"));
    await clock.pass(60_000);
    expect(await verdicts()).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  test("for its older revision gets verdicts on the newer one only", async () => {
    const { tracker, show, verdicts } = tracking();
    tracker.follow(db, "healthy", at(1), true);
    tracker.follow(db, "healthy", at(2), false);
    show(dbAt(2, "ready"));
    const seen = await verdicts();
    expect(seen.at(-1)).toBe("shop/db@2 ready");
    expect(seen.filter((verdict) => verdict.includes("@1"))).toEqual([]);
  });

  test("because all is over leaves no timer behind", async () => {
    const { tracker, verdicts, clock } = tracking();
    tracker.follow(db, "healthy", at(1), true);
    tracker.follow(id("api"), "gone", at(1), false);
    await verdicts();
    tracker.close();
    expect(clock.pending()).toBe(0);
  });
});

describe("while helm is at work", () => {
  test("a hook's Job that had failed before it is no failure; the one made anew is", async () => {
    const { tracker, show, verdicts } = tracking();
    show(job("old", "failed"));
    tracker.follow(db, "wrong-so-far", at(2, [], [migrate]), false);
    expect(await verdicts()).toEqual(["shop/db@2 ready"]);
    show(job("new", "running"));
    expect(await verdicts()).toEqual([expect.stringContaining("shop/db@2 pending: Job migrate")]);
    show(job("new", "failed"));
    expect(await verdicts()).toEqual([expect.stringContaining("failed: Job migrate: BackoffLimitExceeded")]);
  });

  test("hooks of other operations say nothing", async () => {
    const { tracker, show, verdicts } = tracking();
    tracker.follow(
      db,
      "wrong-so-far",
      at(
        2,
        [],
        [
          { ...migrate, events: ["test"] },
          { ...migrate, events: ["post-delete"] },
        ],
      ),
      false,
    );
    await verdicts();
    show(job("new", "failed"));
    expect(await verdicts()).toEqual([]);
  });

  test("an object that had failed before is no failure until helm has written it", async () => {
    const { tracker, show, verdicts, clock } = tracking();
    show(dbAt(1, "failed"));
    tracker.follow(db, "wrong-so-far", at(2, [deployment("db")], []), false);
    await clock.pass(60_000);
    expect(await verdicts()).toEqual(["shop/db@2 ready"]);
    show(dbAt(2, "waiting"));
    expect(await verdicts()).toEqual(["shop/db@2 pending: Deployment db 0/1 ready"]);
    show(dbAt(2, "failed"));
    await clock.pass(5_000);
    expect((await verdicts()).at(-1)).toContain("shop/db@2 failed");
  });

  test("what stands of the revision before is not judged while hooks run ahead of an upgrade, what helm writes is", async () => {
    const { tracker, show, verdicts } = tracking();
    show(dbAt(1, "waiting"));
    show(job("new", "running"));
    tracker.follow(db, "wrong-so-far", at(2, [deployment("db")], [migrate]), false);
    expect(await verdicts()).toEqual([expect.stringContaining("shop/db@2 pending: Job migrate")]);
    show(job("new", "done"));
    expect(await verdicts()).toEqual(["shop/db@2 ready"]);
    show(dbAt(2, "waiting"));
    expect(await verdicts()).toEqual(["shop/db@2 pending: Deployment db 0/1 ready"]);
  });

  test("what is not there yet is not missing, and not asked for", async () => {
    const { tracker, fetched, verdicts, clock } = tracking();
    tracker.follow(db, "wrong-so-far", at(1, [deployment("db")], [migrate]), true);
    await clock.pass(10_000);
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
    expect(fetched).toEqual([]);
  });
});

describe("a release that goes", () => {
  test("is gone when nothing of it is shown any more", async () => {
    const { tracker, show, remove, verdicts } = tracking();
    show(dbAt(1, "ready"));
    show(configMap);
    tracker.follow(db, "gone", at(1, [deployment("db"), configMap]), false);
    expect(await verdicts()).toEqual([expect.stringContaining("pending: Deployment db still there")]);
    remove(dbAt(1, "ready"));
    expect(await verdicts()).toEqual([expect.stringContaining("pending: ConfigMap c still there")]);
    remove(configMap);
    expect(await verdicts()).toEqual(["shop/db@1 ready"]);
  });

  test("is not taken for gone where its objects can't be watched", async () => {
    const { tracker, failToFollow, verdicts, clock } = tracking();
    failToFollow(true);
    tracker.follow(db, "gone", at(1), false);
    await clock.pass(60_000);
    expect(await verdicts()).toEqual([]);
  });
});
