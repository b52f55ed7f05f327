// Every state in which Helm's storage can be found, on real helm: one plain apply makes each release whole again, one destroy
// takes it away, and nothing is deleted on the way. Records are real ones, left as a dead helm or a person leaves them.
import { execa } from "execa";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Storage } from "../../src/core/recovery.ts";
import { eventsOf } from "../kit/cli.ts";
import { copyRecord, deleteRecord, doctorRecord, patchRecord } from "../kit/helm-records.ts";
import { eventually } from "../kit/sandbox.ts";
import type { ReleaseSketch } from "../kit/stack-folder.ts";
import { historyOf, now, openTestStack, writesSince, type TestStack } from "../kit/test-stack.ts";
import { realHelm, stallChart } from "./process-kit.ts";

const patience = 300_000;

type Row = {
  readonly name: string;
  /** Revisions that it has before it is doctored: 1 or 2. */
  readonly revisions: 1 | 2;
  readonly leave: (stack: TestStack, name: string) => Promise<void>;
  /** How its records stand once it has been recovered. */
  readonly after: RegExp;
  /** True where its objects were gone. */
  readonly isRemade?: true;
};

const status =
  (revision: number, word: string): Row["leave"] =>
  ({ cluster, namespace }, name) =>
    doctorRecord(cluster, namespace, name, revision, word);

const helm = async (stack: TestStack, ...argv: readonly string[]) =>
  execa(await realHelm(), [...argv, "--namespace", stack.namespace], {
    env: { KUBECONFIG: stack.cluster.kubeconfig },
    reject: false,
  });

/** One release for each state of Helm's storage, in the table's words. */
const rows: Readonly<Record<Storage, Row | readonly Row[]>> = {
  absent: {
    name: "absent",
    revisions: 1,
    // Its objects stay, and nobody remembers them.
    leave: ({ cluster, namespace }, name) => deleteRecord(cluster, namespace, name, 1),
    after: /^1:deployed$/,
  },
  deployed: [
    { name: "deployed", revisions: 1, leave: () => Promise.resolve(), after: /^1:deployed$/ },
    {
      name: "gap",
      revisions: 2,
      leave: async ({ cluster, namespace }, name) => {
        await copyRecord(cluster, namespace, name, 2, 5);
        await deleteRecord(cluster, namespace, name, 2);
      },
      after: /^1:superseded 5:superseded 6:deployed$/,
    },
  ],
  "two-deployed": {
    name: "two-deployed",
    revisions: 2,
    leave: async (stack, name) => {
      await status(1, "deployed")(stack, name);
      // As of another version, so that there is something to upgrade.
      await patchRecord(stack.cluster, stack.namespace, name, 2, {
        metadata: { labels: { "headway.dev/fingerprint": "v1.r2.other" } },
      });
    },
    after: /^1:superseded 2:superseded 3:deployed$/,
  },
  failed: { name: "failed", revisions: 1, leave: status(1, "failed"), after: /^1:superseded 2:deployed$/ },
  "failed-over-deployed": {
    name: "failed-over-deployed",
    revisions: 2,
    leave: async (stack, name) => {
      await status(1, "deployed")(stack, name);
      await status(2, "failed")(stack, name);
    },
    after: /^1:superseded 2:failed 3:deployed$/,
  },
  superseded: {
    name: "superseded",
    revisions: 2,
    leave: ({ cluster, namespace }, name) => deleteRecord(cluster, namespace, name, 2),
    after: /^1:superseded 2:deployed$/,
  },
  uninstalled: {
    name: "uninstalled",
    revisions: 1,
    leave: async (stack, name) => {
      expect((await helm(stack, "uninstall", name, "--keep-history", "--wait")).exitCode).toBe(0);
    },
    after: /^1:superseded 2:deployed$/,
    isRemade: true,
  },
  "uninstalled-unseen": {
    name: "unseen",
    revisions: 2,
    leave: async (stack, name) => {
      const { cluster, namespace } = stack;
      await copyRecord(cluster, namespace, name, 2, 10);
      await status(2, "superseded")(stack, name);
      expect((await helm(stack, "uninstall", name, "--keep-history", "--wait")).exitCode).toBe(0);
    },
    after: /^1:superseded 2:superseded 10:superseded 11:deployed$/,
    isRemade: true,
  },
  "pending-install": {
    name: "pending-install",
    revisions: 1,
    leave: status(1, "pending-install"),
    after: /^1:superseded 2:deployed$/,
  },
  "pending-upgrade": {
    name: "pending-upgrade",
    revisions: 2,
    leave: async (stack, name) => {
      await status(1, "deployed")(stack, name);
      await status(2, "pending-upgrade")(stack, name);
    },
    after: /^1:superseded 2:failed 3:deployed$/,
  },
  "pending-rollback": {
    name: "pending-rollback",
    revisions: 2,
    leave: status(2, "pending-rollback"),
    after: /^1:superseded 2:superseded 3:deployed$/,
  },
  uninstalling: {
    name: "uninstalling",
    revisions: 1,
    leave: status(1, "uninstalling"),
    after: /^1:superseded 2:deployed$/,
  },
  unknown: {
    name: "unknown",
    revisions: 1,
    leave: status(1, "hibernating"),
    after: /^1:superseded 2:deployed$/,
  },
  unreadable: [
    {
      name: "unreadable",
      revisions: 2,
      leave: ({ cluster, namespace }, name) =>
        patchRecord(cluster, namespace, name, 2, { data: { release: "AAAA" } }),
      after: /^1:superseded 2:superseded 3:deployed$/,
    },
    {
      name: "unreadable-only",
      revisions: 1,
      leave: ({ cluster, namespace }, name) =>
        patchRecord(cluster, namespace, name, 1, { data: { release: "AAAA" } }),
      after: /^1:superseded 2:deployed$/,
    },
  ],
};

const all = Object.values(rows).flat();
const canBeDestroyed = all.filter(({ name }) => !name.startsWith("unreadable"));

function sketches(of: readonly Row[], tagOf: (row: Row) => string): readonly ReleaseSketch[] {
  return of.map((row) => ({ name: row.name, values: { tag: tagOf(row) } }));
}

/** A stack with one release for each row, whole at tag 2; then each is left as its row says. */
async function leaveAll(of: readonly Row[]): Promise<TestStack> {
  const stack = await openTestStack(sketches(of, ({ revisions }) => (revisions === 1 ? "2" : "1")));
  const first = await stack.apply();
  expect(first.code, first.all).toBe(0);
  stack.declare(sketches(of, () => "2"));
  const second = await stack.apply();
  expect(second.code, second.all).toBe(0);
  for (const row of of) await row.leave(stack, row.name);
  return stack;
}

const uidOf = async (stack: TestStack, name: string) =>
  (await stack.object(`deployments/${name}`))?.metadata.uid;

/** What a person or a program has deleted since, of records and of objects. */
const deletionsSince = (stack: TestStack, since: string) =>
  writesSince(stack, since).filter((write) => write.startsWith("delete"));

describe("one plain apply", () => {
  it(
    "makes every release whole, whatever Helm has stored of it, and deletes nothing",
    async () => {
      const stack = await leaveAll(all);
      const before = new Map(
        await Promise.all(all.map(async ({ name }) => [name, await uidOf(stack, name)] as const)),
      );
      const since = now();
      const end = await stack.run("apply", ["--yes", "--progress", "json", "--unlock-after", "10s"]);
      expect(end.code, end.all).toBe(0);
      for (const { name, after, isRemade } of all) {
        const revisions = await stack.revisions(name);
        const newest = revisions.at(-1);
        expect.soft(historyOf(revisions), name).toMatch(after);
        expect.soft(newest?.labels["headway.dev/verified"], name).toBe(`r${newest?.revision ?? 0}`);
        if (isRemade !== true) expect.soft(await uidOf(stack, name), name).toBe(before.get(name));
      }
      expect(deletionsSince(stack, since)).toEqual([]);
      const told = eventsOf(end.stdout)
        .filter((event) => event["kind"] === "warning")
        .map((event) => `${String(event["release"]).replace(/^.*\//, "")}: ${String(event["message"])}`);
      for (const name of ["pending-rollback", "uninstalling", "unknown"])
        expect(told.filter((text) => text.startsWith(`${name}:`)).at(-1)).toContain(
          "nothing of it has moved for 10 s: its helm counts as dead, and it is marked failed",
        );

      const again = now();
      const second = await stack.apply();
      expect(second.code, second.all).toBe(0);
      expect(writesSince(stack, again)).toEqual([]);
    },
    patience,
  );
});

describe("one plain destroy", () => {
  it(
    "takes every release away, whatever Helm has stored of it",
    async () => {
      const stack = await leaveAll(canBeDestroyed.filter(({ name }) => name !== "absent"));
      const end = await stack.run("destroy", ["--yes", "--progress", "plain", "--unlock-after", "10s"]);
      expect(end.code, end.all).toBe(0);
      for (const { name } of canBeDestroyed) {
        expect.soft(await stack.revisions(name), name).toEqual([]);
        expect.soft(await stack.object(`deployments/${name}`), name).toBeUndefined();
      }
    },
    patience,
  );

  it(
    "leaves a release of which nobody can read what would go, until an apply has written that",
    async () => {
      const stack = await leaveAll(all.filter(({ name }) => name.startsWith("unreadable")));
      const refused = await stack.run("destroy", ["--yes", "--progress", "plain"]);
      expect(refused.code, refused.all).toBe(7);
      expect(refused.all).toContain("its record can't be read, so it is not known what would go");
      expect((await stack.revisions("unreadable")).map(({ revision }) => revision)).toEqual([1, 2]);
      expect(await stack.object("deployments/unreadable")).toBeDefined();
      expect((await stack.apply()).code).toBe(0);
      const end = await stack.run("destroy", ["--yes", "--progress", "plain"]);
      expect(end.code, end.all).toBe(0);
      expect(await stack.revisions("unreadable-only")).toEqual([]);
      expect(await stack.object("deployments/unreadable-only")).toBeUndefined();
    },
    patience,
  );
});

const stalling = { chart: "../charts/stall" };

/** One release `db` of the chart whose hooks hold helm up, deployed by Headway. */
async function openStalling(values: Readonly<Record<string, unknown>>): Promise<TestStack> {
  const stack = await openTestStack([{ name: "db", spec: stalling, values }], { files: stallChart });
  const end = await stack.apply();
  expect(end.code, end.all).toBe(0);
  return stack;
}

const becomes = (stack: TestStack, end: string) =>
  eventually(async () => historyOf(await stack.revisions("db")).endsWith(end));

describe("a person's helm", () => {
  it("that rolls a release of Headway's back is waited for, not broken", async () => {
    const stack = await openStalling({ stall: "pre-rollback" });
    stack.declare([{ name: "db", spec: stalling, values: { tag: "2" } }]);
    expect((await stack.apply()).code).toBe(0);
    const rollback = helm(stack, "rollback", "db", "1");
    await becomes(stack, "3:pending-rollback");
    const run = stack.apply();
    await sleep(6_000);
    expect(historyOf(await stack.revisions("db"))).toMatch(/3:pending-rollback$/);
    await stack.patch("jobs/db-pre-rollback", { spec: { suspend: false } }, "batch/v1");
    expect((await rollback).exitCode).toBe(0);
    const end = await run;
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toMatch(/3:superseded 4:deployed$/);
  });

  it.each([
    ["upgrade", "2:pending-upgrade", /1:superseded 2:failed 3:deployed$/],
    ["uninstall", "1:uninstalling", /1:superseded 2:deployed$/],
  ] as const)(
    "that was killed in an %s is taken over from, and that is said",
    async (operation, left, after) => {
      const stack = await openStalling({ stall: operation === "upgrade" ? "pre-upgrade" : "pre-delete" });
      const program = await realHelm();
      const argv =
        operation === "upgrade"
          ? ["upgrade", "db", `${stack.folder}/charts/stall`, "--set", "stall=pre-upgrade,tag=9"]
          : ["uninstall", "db"];
      const child = execa(program, [...argv, "--namespace", stack.namespace], {
        env: { KUBECONFIG: stack.cluster.kubeconfig },
        reject: false,
      });
      await becomes(stack, left);
      child.kill("SIGKILL");
      await child;
      stack.declare([{ name: "db", spec: stalling, values: { tag: "2" } }]);
      const end = await stack.apply("--unlock-after", "10s");
      expect(end.code, end.all).toBe(0);
      expect(end.all).toContain("its helm counts as dead, and it is marked failed");
      expect(historyOf(await stack.revisions("db"))).toMatch(after);
      expect(await uidOf(stack, "db")).toBeDefined();
    },
  );
});
