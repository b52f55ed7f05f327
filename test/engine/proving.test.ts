// What a release has to prove, and conditions on dependencies, through the engine on a puppet cluster.
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/core/failure.ts";
import type { Hook } from "../../src/core/observation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";
import { deploymentAt } from "../kit/puppet-cluster.ts";
import { story } from "../kit/story.ts";

describe("a release with tests", () => {
  const hook: Hook = {
    name: "db-test",
    kind: "Pod",
    apiVersion: "v1",
    namespace: "shop",
    events: ["test"],
  };
  const stack = (more: ReleaseFacts = {}) => fleet("db", { db: { declaration: { test: true }, ...more } });

  test("is verified once they have passed, and helm runs them once", async () => {
    const { cluster, apply } = story({ "db@1": { hooks: [hook] } });
    expect(await apply(stack())).toMatchObject({ exitCode: 0, shown: { db: "Ready" } });
    expect(cluster.log.filter((line) => line.includes("shop/db"))).toEqual([
      "upgrade shop/db",
      "test shop/db",
    ]);
    expect(cluster.recordsOf("shop/db")).toMatchObject([{ revision: 1, verifiedLabel: "r1" }]);
  });

  test("is rolled back where one fails, and the revision gone back to is not tested again", async () => {
    const failed: Failure = { kind: "hook-failed", message: "pod db-test failed" };
    const { cluster, apply } = story({
      "db@1": { hooks: [hook] },
      "db@2": { hooks: [hook], test: failed },
      "db@3": { hooks: [hook] },
    });
    expect((await apply(stack())).exitCode).toBe(0);
    const end = await apply(stack({ values: { replicas: 2 } }));
    expect(end).toMatchObject({
      exitCode: 5,
      shown: { db: "RolledBack: to revision 1: a test of the release failed: pod db-test failed" },
    });
    expect(cluster.log.filter((line) => line.startsWith("test"))).toHaveLength(2);
  });

  test("is tested by the next run where the one before was stopped meanwhile", async () => {
    const { cluster, clock, begin, apply } = story({ "db@1": { hooks: [hook] } });
    const stop = new AbortController();
    const first = begin(stack(), { stop: stop.signal });
    await clock.pass(150);
    stop.abort();
    await clock.pass(60_000);
    expect((await first.ended).ok).toBe(true);
    expect(cluster.recordsOf("shop/db")[0]?.verifiedLabel).toBeUndefined();
    expect(await apply(stack())).toMatchObject({ exitCode: 0, shown: { db: "Ready" } });
    expect(cluster.log.filter((line) => line.startsWith("upgrade"))).toHaveLength(1);
    expect(cluster.recordsOf("shop/db")).toMatchObject([{ verifiedLabel: "r1" }]);
  });

  test("is asked for none where its chart has none", async () => {
    const { cluster, apply } = story();
    expect((await apply(stack())).exitCode).toBe(0);
    expect(cluster.log.filter((line) => line.startsWith("test"))).toEqual([]);
  });
});

describe("a condition on a dependency", () => {
  const readyExpr =
    "dep.objects.exists(o, o.metadata.?labels['open'].orValue('') == 'yes') && dep.revision == 1 && self.name == 'api'";
  const stack = () => fleet("api <- db", { api: { readyExpr, declaration: { timeoutMs: 60_000 } } });

  test("is asked again when an object of the dependency changes, with no polling between", async () => {
    const { cluster, clock, begin } = story();
    const run = begin(stack());
    await clock.pass(30_000);
    expect(run.events).toContain("step-held api: condition");
    expect(cluster.recordsOf("shop/api")).toEqual([]);
    const open = deploymentAt("shop/db", 1, "ready");
    cluster.put({ ...open, metadata: { ...open.metadata, labels: { open: "yes" } } });
    await clock.pass(10_000);
    expect((await run.ended).ok).toBe(true);
    expect(cluster.recordsOf("shop/api")).toMatchObject([{ revision: 1, status: "deployed" }]);
  });

  test("that is never met leaves the release as it was", async () => {
    const { cluster, apply } = story();
    expect(await apply(stack())).toMatchObject({
      exitCode: 4,
      shown: {
        db: "Ready",
        api: "Failed: it was not started: after 60 s still shop/db: readyExpr is not true yet",
      },
    });
    expect(cluster.recordsOf("shop/api")).toEqual([]);
    expect(cluster.written.at(-1)?.releases.get(id("api"))?.quarantine).toBeUndefined();
  });
});
