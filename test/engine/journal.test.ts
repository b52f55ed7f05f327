// What a run leaves in the journal, and that nothing of a run depends on it.
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/core/failure.ts";
import type { ReleaseAtEnd } from "../../src/core/journal/run-record.ts";
import { fleet, id, type Fleet } from "../kit/fleet.ts";
import type { PuppetCluster } from "../kit/puppet-cluster.ts";
import { story } from "../kit/story.ts";

const chain = fleet("api <- db");
const upgraded = fleet("api <- db", { db: { values: { replicas: 2 } } });
const forbidden: Failure = { kind: "forbidden", message: "secrets is forbidden" };

function atEnd(cluster: PuppetCluster, run: number, release: string): ReleaseAtEnd | undefined {
  return cluster.journal.runs.get(run)?.releases.get(id(release));
}

const fingerprintOf = (stack: Fleet, release: string) => stack.pins.get(id(release))?.fingerprint;

describe("a run that changes something", () => {
  test("is on record from its beginning, and at its end with how every release stands", async () => {
    const { cluster, clock, begin } = story({ "db@1": { readyMs: 5_000 } });
    const { ended } = begin(chain);
    await clock.pass(1_000);
    expect(cluster.journal.runs.get(1)).toMatchObject({
      id: "run-1",
      stack: "shop",
      source: "local:/shop",
      commit: { sha: "0123abc", dirty: false },
      actor: { user: "ada", kubernetesUser: "ada@example.com" },
      holder: "me",
      trigger: { command: "apply" },
      plan: [
        { release: "shop/db", action: "install", reason: "not-installed", wave: 1 },
        { release: "shop/api", action: "install", reason: "not-installed", wave: 2 },
      ],
    });
    expect(cluster.journal.runs.get(1)?.finishedAt).toBeUndefined();
    await clock.pass(60_000);
    await ended;
    expect(cluster.journal.runs.get(1)?.finishedAt).toBeDefined();
    expect(cluster.journal.runs.get(1)?.outcome).toMatchObject({ exitCode: 0, counts: { Ready: 2 } });
    expect(atEnd(cluster, 1, "db")).toEqual({
      releaseName: "db",
      state: "Ready",
      wave: 1,
      action: "install",
      revision: 1,
      fingerprint: fingerprintOf(chain, "db"),
      chart: { name: "db", version: "1.0.0" },
      verified: true,
      wrote: [{ revision: 1, action: "install", outcome: "verified" }],
      durations: { helm: 100, settling: 5_000 },
      declaredAt: expect.any(String) as string,
    });
    expect(atEnd(cluster, 1, "api")?.durations).toMatchObject({ waiting: 5_100 });
    expect(cluster.written.at(-1)?.lastRun?.number).toBe(1);
  });

  test("leaves no record where there was nothing to do", async () => {
    const { cluster, apply } = story();
    await apply(chain);
    await apply(chain);
    expect([...cluster.journal.runs.keys()]).toEqual([1]);
    await apply(upgraded);
    expect([...cluster.journal.runs.keys()]).toEqual([1, 2]);
    expect(atEnd(cluster, 2, "api")).toMatchObject({
      action: "keep",
      before: 1,
      revision: 1,
      fingerprint: fingerprintOf(chain, "api"),
      chart: { name: "api" },
      verified: true,
    });
  });

  test("that failed tells the revisions it wrote, what runs now, and what it blocked", async () => {
    const { cluster, apply } = story({ "db@2": { readyMs: "never", failsMs: 1_000 } });
    await apply(chain);
    const both = fleet("api <- db", { db: { values: { a: 2 } }, api: { values: { a: 2 } } });
    expect((await apply(both)).exitCode).toBe(5);
    expect(atEnd(cluster, 2, "db")).toMatchObject({
      state: "RolledBack",
      before: 1,
      revision: 3,
      fingerprint: fingerprintOf(chain, "db"),
      chart: { name: "db" },
      verified: true,
      wrote: [
        { revision: 2, action: "upgrade", outcome: "failed" },
        { revision: 3, action: "rollback", repeats: 1, outcome: "verified" },
      ],
      failure: { kind: "unhealthy" },
    });
    expect(atEnd(cluster, 2, "api")).toMatchObject({ state: "Blocked", revision: 1, verified: true });
    expect(cluster.journal.runs.get(2)?.events.map(({ kind, release }) => [kind, release])).toEqual([
      ["release-failed", "shop/db"],
      ["rollback-started", "shop/db"],
      ["rollback-finished", "shop/db"],
      ["release-skipped", "shop/api"],
    ]);
    expect(cluster.journal.runs.get(2)?.outcome).toMatchObject({
      exitCode: 5,
      roots: [{ release: "shop/db", blocks: 1 }],
    });
  });

  test("that a stack's policy takes back tells what went back with the failure", async () => {
    const { cluster, apply } = story({ "api@2": { readyMs: "never", failsMs: 1_000 } });
    await apply(chain);
    const both = { db: { values: { a: 2 } }, api: { values: { a: 2 } } };
    expect((await apply(fleet("api <- db", both, { onFailure: "rollbackStack" }))).exitCode).toBe(5);
    expect(atEnd(cluster, 2, "db")).toMatchObject({
      state: "RolledBack",
      before: 1,
      revision: 3,
      fingerprint: fingerprintOf(chain, "db"),
      verified: true,
      wrote: [
        { revision: 2, action: "upgrade", outcome: "verified" },
        { revision: 3, action: "rollback", repeats: 1, outcome: "verified" },
      ],
    });
  });

  test("keeps secrets out of its record", async () => {
    const password = "correct-horse-battery";
    const { cluster, apply } = story({ "db@1": { helm: { kind: "rejected", message: `no: ${password}` } } });
    await apply(fleet("db", { db: { values: { password } } }));
    expect(cluster.journal.runs.get(1)?.outcome?.roots).toMatchObject([{ cause: "no: ***" }]);
    const texts = JSON.stringify([...cluster.journal.runs.values()].map((run) => [run, ...run.releases]));
    expect(texts).not.toContain(password);
  });

  test("of a destroy leaves nothing in force", async () => {
    const { cluster, apply } = story();
    await apply(chain);
    await apply(chain, { destroy: true });
    expect(atEnd(cluster, 2, "db")).toMatchObject({ state: "Removed", before: 1, verified: false });
    expect(atEnd(cluster, 2, "db")?.revision).toBeUndefined();
  });
});

describe("a journal that can't be written", () => {
  test("is a warning: the run does what it would have done", async () => {
    const { cluster, apply } = story();
    cluster.journal.refuses = () => forbidden;
    const ended = await apply(chain);
    expect(ended).toMatchObject({ exitCode: 0, shown: { db: "Ready", api: "Ready" } });
    expect(ended.events.filter((event) => event.startsWith("warning"))).toEqual([
      "warning: the journal has no record of this run: secrets is forbidden",
    ]);
    expect(cluster.recordsOf("shop/api")).toMatchObject([{ status: "deployed", verifiedLabel: "r1" }]);
    expect(cluster.written.at(-1)?.lastRun?.releases.size).toBe(2);
    expect((await apply(chain)).events.filter((event) => event.startsWith("warning"))).toEqual([]);
  });

  test("at the beginning gets its record at the end", async () => {
    const { cluster, apply } = story();
    let tries = 0;
    cluster.journal.refuses = (writing) => (writing === "begin" && tries++ === 0 ? forbidden : undefined);
    const ended = await apply(chain);
    expect(ended.events.filter((event) => event.startsWith("warning"))).toEqual([]);
    expect(cluster.journal.runs.get(1)?.outcome).toMatchObject({ exitCode: 0 });
  });

  test("at the end has only what was begun, and says so", async () => {
    const { cluster, apply } = story();
    cluster.journal.refuses = (writing) => (writing === "finish" ? forbidden : undefined);
    const ended = await apply(chain);
    expect(ended.exitCode).toBe(0);
    expect(ended.events.at(-1)).toBe(
      "warning: the journal's record of run 1 is not whole: secrets is forbidden",
    );
    expect(cluster.journal.runs.get(1)?.finishedAt).toBeUndefined();
  });
});
