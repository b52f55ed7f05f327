// A person's rollback through the engine on a puppet cluster, planned from what the cluster remembers, and the runs after it.
import { describe, expect, test } from "vitest";
import { noRules } from "../../src/core/health/rules.ts";
import { groupRecords } from "../../src/core/observe.ts";
import type { RollbackWish } from "../../src/core/plan/rollback-targets.ts";
import { rememberedStack } from "../../src/core/remembered-stack.ts";
import { resume } from "../../src/core/stack-wishes.ts";
import type { ReadyStack } from "../../src/engine/run-stack.ts";
import { fleet, id, type Fleet } from "../kit/fleet.ts";
import { stackLabel, story, type Story } from "../kit/story.ts";

const said = { by: "anna@laptop", at: "2026-09-01T10:00:00.000Z", reason: "too slow" };

/** The stack's second version: both changed. */
const first = fleet("api <- db");
const second = fleet("api <- db", { db: { values: { replicas: 2 } }, api: { values: { replicas: 2 } } });
const third = fleet("api <- db", {
  db: { values: { replicas: 3 }, declaration: { digest: "another text" } },
  api: { values: { replicas: 2 } },
});

function remembered({ cluster }: Story): Omit<ReadyStack, "name" | "label"> & Fleet {
  const records = ["shop/db", "shop/api"].flatMap((release) => cluster.recordsOf(release));
  const state = cluster.written.at(-1) ?? { releases: new Map() };
  const stack = rememberedStack({ stackLabel, records: groupRecords(records), state });
  return { ...first, ...stack, order: "dependencies", rules: noRules };
}

const wishFor = (...names: readonly string[]): RollbackWish => ({
  said,
  releases: new Set(names.map(id)),
  to: { kind: "previous" },
});

async function twoVersions(lots: Parameters<typeof story>[0] = {}): Promise<Story> {
  const told = story(lots);
  expect((await told.apply(first)).exitCode).toBe(0);
  expect((await told.apply(second)).exitCode).toBe(0);
  return told;
}

describe("a rollback of two releases", () => {
  test("puts back dependents first, each healthy before the next, and freezes them before", async () => {
    const told = await twoVersions({ "api@3": { readyMs: 3_000 } });
    const before = told.cluster.log.length;
    const end = await told.apply(remembered(told), { rollback: wishFor("db", "api") });
    expect(end.exitCode).toBe(0);
    expect(told.cluster.log.slice(before)).toEqual([
      "lock",
      "state",
      "rollback shop/api",
      "rollback shop/db",
      "state",
      "unlock",
    ]);
    expect(end.shown["db"]).toBe(
      "Frozen: at what revision 1 was, by anna@laptop since 2026-09-01T10:00:00.000Z: too slow",
    );
    expect(told.cluster.recordsOf("shop/db")[0]).toMatchObject({ revision: 3, verifiedLabel: "r3" });
    const standing = told.cluster.written.at(-1)?.lastRun?.releases.get(id("api"));
    expect(standing).toMatchObject({ state: "Frozen", after: [id("db")], wave: 2 });
  });

  test("stays through applies until a declaration changes, and only that release goes on", async () => {
    const told = await twoVersions();
    await told.apply(remembered(told), { rollback: wishFor("db", "api") });
    const kept = await told.apply(second);
    expect(kept.exitCode).toBe(0);
    expect(kept.shown["db"]).toMatch(/^Frozen: /);
    const changed = await told.apply(third);
    expect(changed).toMatchObject({ exitCode: 0, shown: { db: "Ready" } });
    expect(changed.shown["api"]).toMatch(/^Frozen: /);
    // What was frozen once is not again, should its old text come back.
    expect((await told.apply(second)).shown).toMatchObject({ db: "Ready" });
    expect(told.cluster.recordsOf("shop/db")[0]).toMatchObject({ revision: 5 });
  });

  test("ends when it is resumed", async () => {
    const told = await twoVersions();
    await told.apply(remembered(told), { rollback: wishFor("api") });
    expect((await told.apply(second)).shown["api"]).toMatch(/^Frozen: /);
    await Promise.all([
      told.cluster.states.update("shop", (state) => resume(state, new Set([id("api")]), said)),
      told.clock.pass(1_000),
    ]);
    expect((await told.apply(second)).shown).toEqual({ db: "Ready", api: "Ready" });
    expect(told.cluster.recordsOf("shop/api")[0]).toMatchObject({ revision: 4 });
  });

  test("that does not become healthy stops there, frozen, and no apply goes on with it", async () => {
    const told = await twoVersions({ "api@3": { readyMs: "never", failsMs: 2_000 } });
    const end = await told.apply(remembered(told), { rollback: wishFor("db", "api") });
    expect(end.exitCode).toBe(7);
    expect(end.shown["db"]).toBe("Blocked: by shop/api");
    expect(told.cluster.log).not.toContain("rollback shop/db");
    const state = told.cluster.written.at(-1)?.releases.get(id("api"));
    expect(state).toMatchObject({ freeze: said, lastFailure: { outcome: "rollback-failed" } });
    expect(state).not.toHaveProperty("quarantine");
    const after = await told.apply(second);
    expect(after.exitCode).toBe(4);
    expect(told.cluster.recordsOf("shop/api")[0]).toMatchObject({ revision: 3 });
  });
});

test("a rollback with no way back changes nothing, and names each release that has none", async () => {
  const told = story();
  await told.apply(first);
  const before = told.cluster.log.length;
  const end = await told.apply(remembered(told), { rollback: wishFor("db", "api") });
  expect(end.failure?.kind).toBe("no-way-back");
  expect(end.failure?.message).toMatch(/shop\/db: helm keeps no earlier.*shop\/api: helm keeps no earlier/);
  expect(told.cluster.log.slice(before)).toEqual(["lock", "unlock"]);
});

test("a state object that can't be written freezes nothing, and nothing is rolled back", async () => {
  const told = await twoVersions();
  const { states } = told.cluster;
  const away = { kind: "unreachable", message: "away" } as const;
  const broken = { ...states, update: () => Promise.resolve({ ok: false, failure: away } as const) };
  Object.assign(told.cluster, { states: broken });
  const end = await told.apply(remembered(told), { rollback: wishFor("db") });
  expect(end.failure).toEqual(away);
  expect(told.cluster.log).not.toContain("rollback shop/db");
});
