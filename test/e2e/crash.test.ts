// kill -9 of a run at seeded moments: the next plain run converges, with nothing lost, nothing twice, nothing out of order.
// HEADWAY_CRASH_SEED and HEADWAY_CRASH_FACTOR choose other moments, and more of them.
import { describe, expect, it } from "vitest";
import {
  atMoments,
  auditOf,
  expectAllDeployed,
  expectNotTwice,
  expectOrder,
  expectOrderTold,
  imageOf,
  killAfter,
  killAndRepeat,
  names,
  openCrashStack,
  releasesAt,
} from "./crash-kit.ts";
import { now } from "../kit/test-stack.ts";

const patience = 600_000;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

describe("a run that is killed", () => {
  it(
    "in the middle of an installation is finished by the next",
    async () => {
      const unbroken = await openCrashStack(releasesAt("1"));
      const makespanMs = await timed(async () => {
        expect(await unbroken.finish("apply")).toMatchObject({ code: 0 });
      });
      await atMoments("installation", 9, makespanMs * 1.3, async (delayMs) => {
        const stack = await openCrashStack(releasesAt("1"));
        const { since, second } = await killAndRepeat(stack, "apply", delayMs);
        expect(second.code, second.all).toBe(0);
        await expectAllDeployed(stack, "1", since);
        expectOrder(auditOf(stack, since));
        expectOrderTold(second.stdout);
      });
    },
    patience,
  );

  it(
    "in the middle of an upgrade is finished by the next",
    async () => {
      const unbroken = await openCrashStack(releasesAt("1"));
      await unbroken.finish("apply");
      unbroken.declare(releasesAt("2"));
      const makespanMs = await timed(() => unbroken.finish("apply"));
      await atMoments("upgrade", 5, makespanMs * 1.3, async (delayMs) => {
        const stack = await openCrashStack(releasesAt("1"));
        expect(await stack.finish("apply")).toMatchObject({ code: 0 });
        stack.declare(releasesAt("2"));
        const { since, second } = await killAndRepeat(stack, "apply", delayMs);
        expect(second.code, second.all).toBe(0);
        await expectAllDeployed(stack, "2", since);
        expectOrder(auditOf(stack, since));
        expectOrderTold(second.stdout);
      });
    },
    patience,
  );

  it(
    "in the middle of a rollback is finished by the next, which says that it was rolled back",
    async () => {
      const unbroken = await openCrashStack(releasesAt("1"));
      await unbroken.finish("apply");
      unbroken.declare(releasesAt("2", "auth"));
      const since = now();
      await unbroken.finish("apply");
      const events = auditOf(unbroken, since);
      const makespanMs =
        Date.parse(events.at(-1)?.stageTimestamp ?? "") - Date.parse(events[0]?.stageTimestamp ?? "");
      await atMoments("rollback", 3, makespanMs * 1.2, async (delayMs) => {
        const stack = await openCrashStack(releasesAt("1"));
        expect(await stack.finish("apply")).toMatchObject({ code: 0 });
        stack.declare(releasesAt("2", "auth"));
        const { since: killed, second } = await killAndRepeat(stack, "apply", delayMs + 500);
        expect(second.code, second.all).toBe(5);
        const auth = await stack.revisions("auth");
        expect(auth.at(-1)?.status, JSON.stringify(auth)).toBe("deployed");
        expectNotTwice("auth", auth.slice(1, 3), auditOf(stack, killed));
        expect(await imageOf(stack, "auth")).toBe("registry.example/app:1");
        for (const name of ["orders", "users", "web"])
          expect(await imageOf(stack, name), name).toBe("registry.example/app:1");
        for (const name of ["db", "cache", "queue", "migrate", "search", "report"])
          expect(await imageOf(stack, name), name).toBe("registry.example/app:2");
      });
    },
    patience,
  );

  it(
    "in the middle of a destroy is finished by the next",
    async () => {
      const unbroken = await openCrashStack(releasesAt("1"));
      await unbroken.finish("apply");
      const makespanMs = await timed(() => unbroken.finish("destroy"));
      await atMoments("destroy", 3, makespanMs * 1.2, async (delayMs) => {
        const stack = await openCrashStack(releasesAt("1"));
        expect(await stack.finish("apply")).toMatchObject({ code: 0 });
        const { second } = await killAndRepeat(stack, "destroy", delayMs);
        expect(second.code, second.all).toBe(0);
        for (const name of names) {
          expect(await stack.revisions(name), name).toEqual([]);
          expect(await stack.object(`deployments/${name}`), name).toBeUndefined();
        }
      });
    },
    patience,
  );

  it(
    "again and again still comes to its end",
    async () => {
      const stack = await openCrashStack(releasesAt("1"));
      for (const delayMs of [900, 1_400, 700, 2_000]) await killAfter(stack, stack.start("apply"), delayMs);
      const end = await stack.finish("apply");
      expect(end.code, end.all).toBe(0);
      for (const name of names) expect((await stack.revisions(name)).at(-1)?.status, name).toBe("deployed");
    },
    patience,
  );
});
