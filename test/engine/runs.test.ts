// Whole runs through the engine on a puppet cluster: lock, observe, plan, run, record, and the next run after it.
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/core/failure.ts";
import { fingerprintLabelValue } from "../../src/core/fingerprint.ts";
import type { Hook } from "../../src/core/observation.ts";
import { resume, suspend } from "../../src/core/stack-wishes.ts";
import type { UpgradeOrder } from "../../src/engine/ports.ts";
import { fleet, payloadOf, id, type ReleaseFacts } from "../kit/fleet.ts";
import { deploymentAt, type Lot, type PuppetCluster } from "../kit/puppet-cluster.ts";
import { describeEnd, stackLabel, story } from "../kit/story.ts";

const chain = fleet("api <- db");
const upgraded = (facts: Record<string, ReleaseFacts> = {}) =>
  fleet("api <- db", { db: { values: { replicas: 2 } }, ...facts });

describe("an empty cluster", () => {
  test("is filled in order, and the next run finds nothing to do", async () => {
    const { cluster, apply } = story({ "db@1": { readyMs: 5_000 } });
    const first = await apply(chain);
    expect(first).toMatchObject({ exitCode: 0, shown: { db: "Ready", api: "Ready" } });
    expect(cluster.log.filter((line) => line.startsWith("upgrade"))).toEqual([
      "upgrade shop/db",
      "upgrade shop/api",
    ]);
    expect(cluster.recordsOf("shop/db")).toMatchObject([
      { revision: 1, status: "deployed", verifiedLabel: "r1" },
    ]);

    const second = await apply(chain);
    expect(second).toMatchObject({ exitCode: 0, shown: { db: "Ready", api: "Ready" } });
    expect(cluster.log.filter((line) => line.startsWith("upgrade"))).toHaveLength(2);
    expect(second.events.filter((event) => !event.startsWith("run-"))).toEqual([]);
  });

  test("gets its namespaces first", async () => {
    const { cluster, apply } = story();
    expect((await apply(fleet("data/db"))).exitCode).toBe(0);
    expect(cluster.log).toEqual(["lock", "namespace data", "upgrade data/db", "state", "unlock"]);
  });

  test("gets CRDs before helm runs", async () => {
    const { cluster, apply } = story();
    await apply(fleet("db", { db: { chart: { hasCrds: true } } }));
    expect(cluster.log.slice(1, 3)).toEqual(["crds crds of db", "upgrade shop/db"]);
  });
});

describe("records", () => {
  test("carry the fingerprint for their own revision, over further attempts too", async () => {
    const refused = { kind: "rejected", message: "no", stored: true } as const;
    const { cluster, apply } = story({ "db@1": { helm: refused }, "db@2": { helm: refused } });
    const stack = fleet("db", { db: { declaration: { retries: 2 } } });
    expect((await apply(stack)).exitCode).toBe(0);
    const fingerprint = stack.pins.get(id("db"))?.fingerprint ?? "";
    expect(cluster.recordsOf("shop/db")).toMatchObject([
      {
        revision: 3,
        status: "deployed",
        fingerprintLabel: fingerprintLabelValue(3, fingerprint),
        verifiedLabel: "r3",
      },
      { revision: 2, status: "failed", fingerprintLabel: fingerprintLabelValue(2, fingerprint) },
      { revision: 1, status: "failed", fingerprintLabel: fingerprintLabelValue(1, fingerprint) },
    ]);
  });

  test.each(["killed", "unreachable"] as const)(
    "count for more than how helm ended: one that was cut behind its last write is not run again (%s)",
    async (kind) => {
      const cut = { kind, message: "cut", done: true } as const;
      const { cluster, apply } = story({ "db@1": { helm: cut } });
      expect(await apply(chain)).toMatchObject({ exitCode: 0, shown: { db: "Ready", api: "Ready" } });
      expect(cluster.recordsOf("shop/db")).toMatchObject([{ revision: 1, verifiedLabel: "r1" }]);
    },
  );

  test("are marked verified as soon as the API server is back, while the run goes on", async () => {
    const { cluster, clock, begin } = story({ "api@1": { readyMs: 30_000 } });
    const { records } = cluster;
    const away: Failure = { kind: "unreachable", message: "away" };
    const isAway = (): boolean => clock.nowMs() - begunAtMs < 10_000;
    const begunAtMs = clock.nowMs();
    const label: typeof records.label = (...order) =>
      isAway() ? Promise.resolve({ ok: false, failure: away }) : records.label(...order);
    Object.assign(cluster, { records: { ...records, label } });
    const { ended, events } = begin(chain);
    await clock.pass(20_000);
    expect(cluster.recordsOf("shop/db")).toMatchObject([{ revision: 1, verifiedLabel: "r1" }]);
    await clock.pass(40_000);
    const end = describeEnd(await ended, events);
    expect(end.exitCode).toBe(0);
    expect(end.events.filter((event) => event.startsWith("warning"))).toEqual([]);
  });

  test("count on where helm stored nothing", async () => {
    const { cluster, apply } = story();
    let attempts = 0;
    const { releases } = cluster;
    const flaky: PuppetCluster = Object.assign(cluster, {
      releases: {
        ...releases,
        upgrade: (order: UpgradeOrder) => {
          attempts += 1;
          order.onStarted();
          return attempts < 3
            ? Promise.resolve({ ok: false, failure: { kind: "quota", message: "full" } } as const)
            : releases.upgrade({ ...order, onStarted: () => undefined });
        },
      },
    });
    expect((await apply(fleet("db"))).exitCode).toBe(0);
    expect(flaky.recordsOf("shop/db")).toMatchObject([{ revision: 1, verifiedLabel: "r1" }]);
    expect(flaky.recordsOf("shop/db")[0]?.fingerprintLabel).toMatch(/^v1\.r1\./);
  });

  test("that could not be marked verified are told of, and verified by the next run without helm", async () => {
    const { cluster, clock, begin, apply } = story({ "db@1": { readyMs: 5_000 } });
    const { records } = cluster;
    const away: Failure = { kind: "unreachable", message: "away" };
    const deaf = { ...records, label: () => Promise.resolve({ ok: false, failure: away }) };
    Object.assign(cluster, { records: deaf });
    const { ended, events } = begin(fleet("db"));
    await clock.pass(60_000);
    expect(describeEnd(await ended, events).exitCode).toBe(0);
    Object.assign(cluster, { records });
    expect(cluster.recordsOf("shop/db")[0]).not.toHaveProperty("verifiedLabel");
    const again = await apply(fleet("db"));
    expect(again.events).toContain("apply-started db: verify, attempt 1");
    expect(cluster.log.filter((line) => line.startsWith("upgrade"))).toHaveLength(1);
    expect(cluster.recordsOf("shop/db")[0]).toMatchObject({ verifiedLabel: "r1" });
  });
});

describe("what a person says while a run is under way", () => {
  test("stays on record beside what the run writes", async () => {
    const { cluster, clock, begin } = story({ "db@2": { readyMs: "never", failsMs: 3_000 } });
    const first = begin(chain);
    await clock.pass(60_000);
    await first.ended;
    const { ended, events } = begin(upgraded());
    await clock.pass(1_000);
    const said = { by: "anna", at: "2026-09-01T10:00:00Z" };
    const told = cluster.states.update("shop", (state) => suspend(state, new Set([id("db")]), said));
    await clock.pass(60_000);
    await told;
    expect(describeEnd(await ended, events).exitCode).toBe(5);
    const state = cluster.written.at(-1);
    expect(state?.releases.get(id("db"))).toMatchObject({
      suspension: said,
      quarantine: {},
      lastFailure: {},
    });
    expect(state?.lastRun?.releases.get(id("db"))?.state).toBe("RolledBack");
  });

  test("stops it before its next step where it is about the whole stack", async () => {
    const { cluster, clock, begin, apply } = story({ "db@1": { readyMs: 5_000 } });
    const { ended, events } = begin(chain);
    await clock.pass(2_000);
    const said = { by: "anna", at: "2026-09-01T10:00:00Z" };
    const told = cluster.states.update("shop", (state) => suspend(state, "stack", said));
    await clock.pass(60_000);
    await told;
    const end = describeEnd(await ended, events);
    expect(end).toMatchObject({ exitCode: 130, shown: { db: "Ready", api: "Cancelled" } });
    expect(cluster.log.filter((line) => line.startsWith("upgrade"))).toEqual(["upgrade shop/db"]);
    expect(cluster.written.at(-1)?.suspension).toEqual(said);
    // The next run keeps everything as it is, until the stack is resumed.
    expect((await apply(chain)).shown["api"]).toMatch(/^Suspended: not installed; suspended by anna /);
    const resumed = { ...said, reason: "done" };
    await Promise.all([
      cluster.states.update("shop", (state) => resume(state, "stack", resumed)),
      clock.pass(1_000),
    ]);
    expect(cluster.written.at(-1)?.resumed).toEqual(resumed);
    expect(await apply(chain)).toMatchObject({ exitCode: 0, shown: { db: "Ready", api: "Ready" } });
    expect(cluster.written.at(-1)).not.toHaveProperty("resumed");
  });
});

describe("a helm that failed and whose record can't be read then", () => {
  test("has stored a revision all the same: it is asked for again, and undone", async () => {
    const refused = { kind: "rejected", message: "no", stored: true } as const;
    const { cluster, clock, begin, apply } = story({ "db@2": { helm: refused } });
    await apply(fleet("db"));
    const { records } = cluster;
    let isDeaf = true;
    const payload: typeof records.payload = (...asked) => {
      if (!isDeaf || asked[2] !== 2) return records.payload(...asked);
      isDeaf = false;
      return Promise.resolve({ ok: false, failure: { kind: "unreachable", message: "away" } });
    };
    Object.assign(cluster, { records: { ...records, payload } });
    const { ended, events } = begin(fleet("db", { db: { values: { replicas: 2 } } }));
    await clock.pass(60_000);
    expect(describeEnd(await ended, events).exitCode).toBe(5);
    expect(cluster.log).toContain("rollback shop/db");
    expect(cluster.recordsOf("shop/db")).toMatchObject([
      { revision: 3, status: "deployed", verifiedLabel: "r3" },
      { revision: 2, status: "failed" },
      { revision: 1, verifiedLabel: "r1" },
    ]);
  });

  test("is not taken for one that stored nothing, when it is stopped because of what was seen", async () => {
    const { cluster, clock, begin, apply } = story({ "db@2": { helmMs: 250_000 } });
    await apply(fleet("db"));
    const { records } = cluster;
    let looks = 0;
    // The record is seen once while helm works, and not any more when it has been stopped.
    const payload: typeof records.payload = (...asked) =>
      asked[2] === 2 && ++looks === 2
        ? Promise.resolve({ ok: false, failure: { kind: "unreachable", message: "away" } })
        : records.payload(...asked);
    Object.assign(cluster, { records: { ...records, payload } });
    const { ended, events } = begin(
      fleet("db", { db: { values: { replicas: 2 }, declaration: { waitWith: "helm" } } }),
    );
    await clock.pass(2_000);
    cluster.put(deploymentAt("shop/db", 2, "failed"));
    await clock.pass(60_000);
    expect(describeEnd(await ended, events).exitCode).toBe(5);
    expect(
      cluster.recordsOf("shop/db").map(({ revision, verifiedLabel }) => [revision, verifiedLabel]),
    ).toEqual([
      [3, "r3"],
      [2, undefined],
      [1, "r1"],
    ]);
  });
});

describe("history", () => {
  test("is kept as far back as the revision that further attempts would go back to", async () => {
    const bad = { readyMs: "never", failsMs: 1_000 } as const;
    const { cluster, apply } = story({ "db@2": bad, "db@3": bad });
    const kept: number[] = [];
    const { releases } = cluster;
    const rollBack: typeof releases.rollBack = (order) => {
      kept.push(order.maxHistory);
      return releases.rollBack(order);
    };
    Object.assign(cluster, { releases: { ...releases, rollBack } });
    const declaration = { maxHistory: 2, retries: 1 };
    await apply(fleet("db", { db: { declaration } }));
    const end = await apply(fleet("db", { db: { declaration, values: { replicas: 2 } } }));
    expect(end.exitCode).toBe(5);
    expect(cluster.upgrades.map(({ maxHistory }) => maxHistory)).toEqual([2, 2, 3]);
    expect(kept).toEqual([4]);
  });
});

describe("a release that no run has known while it was declared", () => {
  test("stays, however often it is left out: nobody knows whether it is protected", async () => {
    const { cluster, apply } = story();
    const pin = chain.pins.get(id("db"));
    if (pin === undefined) throw new Error("no release");
    cluster.seed(
      {
        namespace: "shop",
        releaseName: "db",
        revision: 1,
        status: "deployed",
        stackLabel,
        resourceVersion: "1",
      },
      payloadOf(pin, 1),
    );
    const prune = { prune: true, includeProtected: false };
    await apply(fleet("web"), { prune: { prune: false, includeProtected: false } });
    await apply(fleet("web"), { prune });
    await apply(fleet("web"), { prune });
    expect(cluster.recordsOf("shop/db")).toHaveLength(1);
    expect(cluster.log).not.toContain("uninstall shop/db");
  });
});

describe("an upgrade that is not healthy", () => {
  const failing = () => story({ "db@2": { readyMs: "never", failsMs: 3_000 }, "db@3": { readyMs: 1_000 } });

  test("is rolled back, marked as what it repeats, and left alone by the next run", async () => {
    const { cluster, apply } = failing();
    await apply(chain);
    const end = await apply(upgraded());
    expect(end.exitCode).toBe(5);
    expect(end.shown["db"]).toMatch(/^RolledBack: to revision 1: Deployment db: ProgressDeadlineExceeded/);
    expect(end.shown["api"]).toBe("Ready");
    expect(cluster.log.slice(-6)).toEqual([
      "upgrade shop/db",
      "evidence",
      "state",
      "rollback shop/db",
      "state",
      "unlock",
    ]);
    const before = chain.pins.get(id("db"))?.fingerprint ?? "";
    expect(cluster.recordsOf("shop/db")[0]).toMatchObject({
      revision: 3,
      status: "deployed",
      verifiedLabel: "r3",
      fingerprintLabel: fingerprintLabelValue(3, before),
    });

    const again = await apply(upgraded());
    expect(again).toMatchObject({
      exitCode: 5,
      shown: { db: expect.stringMatching(/^Quarantined: /) as string },
    });
    expect(cluster.log.filter((line) => line.startsWith("upgrade shop/db"))).toHaveLength(2);
  });

  test("is forgotten once what ran before is declared again", async () => {
    const { cluster, apply } = failing();
    await apply(chain);
    await apply(upgraded());
    const back = await apply(chain);
    expect(back).toMatchObject({ exitCode: 0, shown: { db: "Ready", api: "Ready" } });
    expect(cluster.log.filter((line) => line.startsWith("upgrade shop/db"))).toHaveLength(2);
    expect(cluster.written.at(-1)?.releases.size).toBe(0);
  });

  test("is tried again with --retry", async () => {
    const { cluster, apply } = story({ "db@2": { readyMs: "never", failsMs: 3_000 } });
    await apply(chain);
    await apply(upgraded());
    expect(await apply(upgraded(), { retry: true })).toMatchObject({ exitCode: 0, shown: { db: "Ready" } });
    expect(cluster.recordsOf("shop/db")[0]).toMatchObject({ revision: 4, verifiedLabel: "r4" });
    expect(cluster.written.at(-1)?.releases.size).toBe(0);
  });

  test("whose watches still show the healthy revision before it is not taken for ready", async () => {
    const { cluster, clock, begin, apply } = story({
      "db@2": { objects: [deploymentAt("shop/db", 2, "waiting")] },
    });
    await apply(chain);
    const { ended } = begin(upgraded());
    cluster.put(deploymentAt("shop/db", 2, "waiting"), false);
    await clock.pass(60_000);
    expect(cluster.recordsOf("shop/db")[0]).not.toHaveProperty("verifiedLabel", "r2");
    cluster.put(deploymentAt("shop/db", 2, "ready"));
    await clock.pass(1_000);
    expect((await ended).ok).toBe(true);
    expect(cluster.recordsOf("shop/db")[0]).toMatchObject({ revision: 2, verifiedLabel: "r2" });
  });
});

describe("the state object", () => {
  test("is written whole, one write after the other, in the order of what happened", async () => {
    const { cluster, apply } = story({
      "a@1": { readyMs: "never", failsMs: 1_000 },
      "b@1": { readyMs: "never", failsMs: 1_000 },
    });
    const end = await apply(fleet("a\nb\nc"));
    expect(end.exitCode).toBe(4);
    expect(
      cluster.written.map(({ releases, lastRun }) => [
        ...releases.keys(),
        lastRun === undefined ? "" : "and the run",
      ]),
    ).toEqual([
      ["shop/a", ""],
      ["shop/a", "shop/b", ""],
      ["shop/a", "shop/b", "and the run"],
    ]);
    expect(cluster.written.at(-1)?.releases.get(id("a"))).toMatchObject({
      lastFailure: { outcome: "kept", action: "install", revision: 1, failure: { kind: "unhealthy" } },
    });
    expect(cluster.written.at(-1)?.lastRun).toMatchObject({ id: "run-1", exitCode: 4, waves: 1 });
  });

  test("keeps a quarantine that a later failure says nothing about", async () => {
    const lots: Record<string, Lot> = { "db@2": { readyMs: "never", failsMs: 1_000 } };
    const { cluster, apply } = story(lots);
    await apply(chain);
    await apply(upgraded());
    const before = cluster.written.at(-1)?.releases.get(id("db"))?.quarantine;
    expect(before).toBeDefined();
    lots["db@4"] = { helm: { kind: "program", message: "no helm" } };
    expect((await apply(upgraded(), { retry: true })).exitCode).toBe(4);
    expect(cluster.written.at(-1)?.releases.get(id("db"))).toMatchObject({
      quarantine: before,
      lastFailure: { failure: { kind: "program" } },
    });
  });
});

describe("secrets", () => {
  test("stay out of helm's refusals, of health and of evidence", async () => {
    const secret = "correct-horse-battery";
    const stack = fleet("db", { db: { values: { db: { password: secret } } } });
    const { cluster, clock, begin } = story({ "db@1": { readyMs: "never" } });
    cluster.evidence = {
      troubles: [],
      events: [
        {
          object: { apiVersion: "v1", kind: "Pod", name: "db-0" },
          reason: "Failed",
          message: `login with ${secret}`,
          count: 1,
          at: "",
        },
      ],
      logs: [
        { pod: "db-0", namespace: "shop", container: "db", previous: false, lines: [`password=${secret}`] },
      ],
    };
    const { ended, events } = begin(stack);
    await clock.pass(1_000);
    const broken = deploymentAt("shop/db", 1, "failed");
    const conditions = [
      { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: `no ${secret}` },
    ];
    cluster.put({ ...broken, status: { ...broken.status, conditions } });
    await clock.pass(60_000);
    const run = await ended;
    expect(describeEnd(run, events).exitCode).toBe(4);
    expect(JSON.stringify([run.ok && [...run.value.steps.values()].map(({ state }) => state)])).not.toContain(
      secret,
    );
    const recorded = JSON.stringify([...(cluster.written.at(-1)?.releases.values() ?? [])]);
    expect(recorded).not.toContain(secret);
    expect(recorded).toContain("password=***");
    expect(recorded).toContain("login with ***");
  });

  test("stay out of helm's refusals where helm stored nothing", async () => {
    const { apply } = story({
      "db@1": { helm: { kind: "render", message: "bad value correct-horse-battery at line 1" } },
    });
    const end = await apply(fleet("db", { db: { values: { token: "correct-horse-battery" } } }));
    expect(end.shown["db"]).toBe("Failed: bad value *** at line 1");
  });
});

describe("left-overs of a cut run", () => {
  const seeded = (status: "pending-upgrade" | "failed", labels: { readonly fingerprintLabel?: string }) => {
    const told = story();
    const pin = chain.pins.get(id("db"));
    if (pin === undefined) throw new Error("no release");
    const good = { namespace: "shop", releaseName: "db", stackLabel, resourceVersion: "1" };
    told.cluster.seed({ ...good, revision: 1, status: "superseded", verifiedLabel: "r1" }, payloadOf(pin, 1));
    told.cluster.seed({ ...good, revision: 2, status, resourceVersion: "2", ...labels }, payloadOf(pin, 2));
    return { ...told, pin };
  };

  test("are marked failed and upgraded over, where they are Headway's own", async () => {
    const { cluster, apply } = seeded("pending-upgrade", { fingerprintLabel: "v1.r2.whatever" });
    expect((await apply(fleet("db"))).exitCode).toBe(0);
    expect(cluster.log).toEqual(["lock", "mark failed shop/db r2", "upgrade shop/db", "state", "unlock"]);
    expect(cluster.recordsOf("shop/db")[0]).toMatchObject({ revision: 3, verifiedLabel: "r3" });
  });

  test("of somebody else's helm are waited for, and taken over when they have stood still for a minute", async () => {
    const { cluster, clock, begin } = seeded("pending-upgrade", { fingerprintLabel: "v1.r1.inherited" });
    const { ended, events } = begin(fleet("db"));
    await clock.pass(59_000);
    expect(events).toContain("warning db");
    expect(cluster.log).toEqual(["lock"]);
    await clock.pass(60_000);
    expect(describeEnd(await ended, events).exitCode).toBe(0);
    expect(cluster.log).toContain("mark failed shop/db r2");
  });

  test("of somebody else's helm that ends well count on from what it made", async () => {
    const { cluster, clock, begin, pin } = seeded("pending-upgrade", { fingerprintLabel: "v1.r1.inherited" });
    const { ended, events } = begin(fleet("db"));
    await clock.pass(2_000);
    const theirs = {
      namespace: "shop",
      releaseName: "db",
      stackLabel,
      resourceVersion: "9",
      status: "deployed",
    } as const;
    cluster.seed({ ...theirs, revision: 2 }, payloadOf(pin, 2));
    cluster.seed({ ...theirs, revision: 3 }, payloadOf(pin, 3));
    await clock.pass(60_000);
    expect(describeEnd(await ended, events).exitCode).toBe(0);
    expect(cluster.recordsOf("shop/db")[0]).toMatchObject({
      revision: 4,
      fingerprintLabel: fingerprintLabelValue(4, fleet("db").pins.get(id("db"))?.fingerprint ?? ""),
    });
  });

  test("of somebody else's helm do not hold up a run that is to stop", async () => {
    const stop = new AbortController();
    const { clock, begin } = seeded("pending-upgrade", {});
    const { ended, events } = begin(fleet("db"), { stop: stop.signal });
    await clock.pass(2_000);
    stop.abort();
    await clock.pass(1_000);
    expect(describeEnd(await ended, events).exitCode).toBe(130);
    expect(clock.pending()).toBe(0);
  });
});

describe("helm at work", () => {
  const migrate: Hook = {
    name: "migrate",
    kind: "Job",
    apiVersion: "batch/v1",
    namespace: "shop",
    events: ["pre-upgrade"],
  };
  const job = (uid: string) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate", namespace: "shop", uid, generation: 1 },
    status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
  });
  const withHooks = (facts: ReleaseFacts = {}) =>
    fleet("db", { db: { values: { replicas: 2 }, chart: { hooks: ["pre-upgrade"] }, ...facts } });

  test("is stopped once a hook has failed, and what it stored is rolled back", async () => {
    const { cluster, clock, begin, apply } = story({ "db@2": { helmMs: 250_000, hooks: [migrate] } });
    await apply(fleet("db"));
    const { ended, events } = begin(withHooks());
    await clock.pass(5_000);
    cluster.put(job("new"));
    await clock.pass(5_000);
    expect(describeEnd(await ended, events)).toMatchObject({ exitCode: 5 });
    expect(cluster.log.slice(-6)).toEqual([
      "upgrade shop/db",
      "evidence",
      "state",
      "rollback shop/db",
      "state",
      "unlock",
    ]);
    expect(cluster.recordsOf("shop/db").map(({ revision, status }) => `${revision} ${status}`)).toEqual([
      "3 deployed",
      "2 failed",
      "1 superseded",
    ]);
  });

  test("is not stopped by a failed hook of an earlier operation", async () => {
    const { cluster, apply } = story({ "db@2": { helmMs: 20_000, hooks: [migrate] } });
    cluster.put(job("old"));
    await apply(fleet("db"));
    expect((await apply(withHooks())).exitCode).toBe(0);
  });

  test("is not stopped by how the old revision is while hooks run ahead of the new one", async () => {
    const { cluster, clock, begin, apply } = story({ "db@2": { helmMs: 60_000, hooks: [migrate] } });
    await apply(fleet("db"));
    const { ended, events } = begin(withHooks({ declaration: { waitWith: "helm" } }));
    await clock.pass(2_000);
    cluster.put(deploymentAt("shop/db", 1, "failed"));
    await clock.pass(120_000);
    expect(describeEnd(await ended, events).exitCode).toBe(0);
  });

  test("that waits for everything is stopped by a failed object of a first install", async () => {
    const { cluster, clock, begin } = story({ "db@1": { helmMs: 250_000 } });
    const { ended, events } = begin(fleet("db", { db: { declaration: { waitWith: "helm" } } }));
    await clock.pass(2_000);
    cluster.put(deploymentAt("shop/db", 1, "waiting"));
    await clock.pass(2_000);
    cluster.put(deploymentAt("shop/db", 1, "failed"));
    await clock.pass(20_000);
    expect(describeEnd(await ended, events)).toMatchObject({ exitCode: 4 });
  });
});

describe("a run that is stopped", () => {
  test("stops helm, says so, and the next run converges", async () => {
    const stop = new AbortController();
    const { cluster, clock, begin, apply } = story({ "db@1": { helmMs: 60_000 } });
    const { ended, events } = begin(chain, { stop: stop.signal });
    await clock.pass(1_000);
    stop.abort();
    await clock.pass(1_000);
    expect(describeEnd(await ended, events)).toMatchObject({
      exitCode: 130,
      shown: { db: "Cancelled", api: "Cancelled" },
    });
    expect(cluster.log.at(-1)).toBe("unlock");
    expect(await apply(chain)).toMatchObject({ exitCode: 0 });
  });

  test("before anything was changed gives its lock back", async () => {
    const stop = new AbortController();
    const { cluster, begin } = story();
    const { ended } = begin(chain, {
      stop: stop.signal,
      consent: () => {
        stop.abort();
        return new Promise(() => undefined);
      },
    });
    expect(await ended).toMatchObject({ ok: false, failure: { kind: "interrupted" } });
    expect(cluster.log).toEqual(["lock", "unlock"]);
  });

  test("by the loss of its lock writes nothing more", async () => {
    const { cluster, clock, begin } = story({ "db@1": { readyMs: 30_000 } });
    const { ended, events } = begin(chain);
    await clock.pass(2_000);
    cluster.loseLock();
    await clock.pass(2_000);
    expect(describeEnd(await ended, events).exitCode).toBe(7);
    expect(cluster.log).not.toContain("state");
  });

  test("because its lock was lost while a person thought does nothing at all", async () => {
    const { cluster, begin } = story();
    const { ended } = begin(chain, {
      consent: () => {
        cluster.loseLock();
        return Promise.resolve(undefined);
      },
    });
    expect(await ended).toMatchObject({ ok: false, failure: { kind: "locked" } });
    expect(cluster.log).toEqual(["lock", "unlock"]);
  });

  test("because nobody agreed does nothing at all", async () => {
    const { cluster, begin } = story();
    const refusal: Failure = { kind: "unknown", message: "no" };
    const { ended } = begin(chain, { consent: () => Promise.resolve(refusal) });
    expect(await ended).toEqual({ ok: false, failure: refusal });
    expect(cluster.log).toEqual(["lock", "unlock"]);
  });
});

describe("destroying", () => {
  test("takes everything away, dependents first, each gone before the next", async () => {
    const { cluster, clock, begin, apply } = story();
    await apply(chain);
    const { ended, events } = begin(chain, { destroy: true });
    await clock.pass(900);
    expect(cluster.log.filter((line) => line.startsWith("uninstall"))).toEqual(["uninstall shop/api"]);
    await clock.pass(60_000);
    expect(describeEnd(await ended, events)).toMatchObject({
      exitCode: 0,
      shown: { db: "Removed", api: "Removed" },
    });
    expect(cluster.recordsOf("shop/db")).toEqual([]);
  });

  test("takes away the revision that a failed first install ended with", async () => {
    const { cluster, apply } = story({
      "db@1": { readyMs: "never", failsMs: 1_000 },
      "db@2": { readyMs: "never", failsMs: 1_000 },
    });
    const end = await apply(fleet("db", { db: { declaration: { retries: 1, onFailure: "uninstall" } } }));
    expect(end.exitCode).toBe(5);
    expect(cluster.recordsOf("shop/db")).toEqual([]);
    expect(end.events).toContain("uninstall-finished db");
  });
});

describe("a cluster that can't be reached", () => {
  test("ends the run before it has begun", async () => {
    const { cluster, begin } = story();
    cluster.isAway = true;
    expect(await begin(chain).ended).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
    expect(cluster.log).toEqual(["lock"]);
  });

  test("when time is up leads to no rollback and no quarantine", async () => {
    const { cluster, clock, begin, apply } = story({ "db@2": { readyMs: "never" } });
    await apply(fleet("db"));
    const { ended, events } = begin(upgraded());
    await clock.pass(10_000);
    cluster.isAway = true;
    await clock.pass(5 * 60_000);
    expect(describeEnd(await ended, events).exitCode).toBe(6);
    expect(cluster.log).not.toContain("rollback shop/db");
  });
});
