import { describe, expect, test } from "vitest";
import type { Event } from "../../src/core/event.ts";
import type { Effect } from "../../src/core/run/run.ts";
import { executePlan, type News, type View } from "../../src/engine/execute-plan.ts";
import {
  describeEvent,
  describeOrder,
  failure,
  noEvidence,
  startMs,
  suspicion,
} from "../kit/conversation.ts";
import { fleet, id, type Fleet, type ReleaseFacts } from "../kit/fleet.ts";
import { settled, virtualClock } from "../kit/virtual-clock.ts";

/** Runs a plan with every order noted and nothing carried out; `tell` gives the answers. */
function running(
  stack: Fleet,
  options: { readonly earlyMs?: number; readonly views?: readonly View[] } = {},
) {
  const clock = virtualClock(startMs, options.earlyMs);
  const orders: string[] = [];
  const events: string[] = [];
  let tell: (news: News) => void = () => undefined;
  const note: View = (event) => void events.push(`${(event.atMs - startMs) / 1000}s ${describeEvent(event)}`);
  const plan = executePlan({
    plan: stack.plan,
    runId: "run-1",
    clock,
    views: [...(options.views ?? []), note],
    carryOut: (effect, answer) => {
      tell = answer;
      orders.push(describeOrder(effect));
    },
  });
  return {
    clock,
    orders,
    events,
    tell: (news: News) => {
      tell(news);
    },
    plan,
  };
}

const brief = (timeoutMs: number): ReleaseFacts => ({ declaration: { timeoutMs, onFailure: "keep" } });
const applied = { revision: 2, objects: [] };

function settle(tell: (news: News) => void, name: string): void {
  tell({ kind: "helm-started", release: id(name) });
  tell({ kind: "helm-finished", release: id(name), applied });
}

describe("alarms", () => {
  test("ring for each release at its own time, in whatever order they were asked for", async () => {
    const { clock, events, tell } = running(
      fleet("a\nb\nc", { a: brief(30_000), b: brief(10_000), c: brief(20_000) }),
    );
    for (const name of ["a", "b", "c"]) settle(tell, name);
    const failing = () => events.filter((event) => event.includes("release-failed"));
    await clock.pass(60_000);
    for (const name of ["a", "b", "c"])
      tell({ kind: "evidence-captured", release: id(name), evidence: noEvidence });
    expect(failing()).toHaveLength(3);
  });

  test("are not lost behind an earlier one", async () => {
    const { clock, orders, tell } = running(fleet("a\nb", { a: brief(30_000), b: brief(10_000) }));
    settle(tell, "a");
    settle(tell, "b");
    await clock.pass(10_000);
    expect(orders.filter((order) => order.startsWith("capture"))).toEqual(["capture-evidence b"]);
    await clock.pass(19_999);
    expect(orders.filter((order) => order.startsWith("capture"))).toEqual(["capture-evidence b"]);
    await clock.pass(1);
    expect(orders.filter((order) => order.startsWith("capture"))).toEqual([
      "capture-evidence b",
      "capture-evidence a",
    ]);
  });

  test("of tolerances, back-offs and rollbacks that wait stand side by side", async () => {
    const { clock, orders, tell } = running(fleet("a\nb\nc"));
    settle(tell, "a");
    tell({ kind: "helm-started", release: id("b") });
    settle(tell, "c");
    tell({
      kind: "health-observed",
      release: id("c"),
      revision: 2,
      health: { kind: "failed", troubles: [], ready: 0, total: 1 },
    });
    tell({ kind: "evidence-captured", release: id("c"), evidence: noEvidence });
    tell({ kind: "failure-recorded", release: id("c") });
    tell({ kind: "health-observed", release: id("a"), revision: 2, health: suspicion("a", "config") });
    tell({ kind: "helm-failed", release: id("b"), failure: failure("quota") });
    tell({ kind: "helm-failed", release: id("c"), failure: failure("unreachable") });
    orders.length = 0;
    await clock.pass(1_000);
    expect(orders).toEqual(["upgrade b"]);
    await clock.pass(1_000);
    expect(orders).toEqual(["upgrade b", "roll-back c to 1"]);
    await clock.pass(27_999);
    expect(orders).toHaveLength(2);
    await clock.pass(1);
    expect(orders.at(-1)).toBe("capture-evidence a");
  });

  test("that ring early by a hair ring again", async () => {
    const { clock, orders, tell } = running(fleet("a", { a: brief(10_000) }), { earlyMs: 1 });
    settle(tell, "a");
    await clock.pass(9_999);
    expect(orders).not.toContain("capture-evidence a");
    await clock.pass(1);
    expect(orders).toContain("capture-evidence a");
  });

  test("are all off when the run has ended", async () => {
    const { clock, tell, plan } = running(fleet("a"));
    settle(tell, "a");
    expect(clock.pending()).toBe(1);
    tell({ kind: "health-observed", release: id("a"), revision: 2, health: { kind: "ready" } });
    expect((await plan.ended).outcome?.exitCode).toBe(0);
    expect(clock.pending()).toBe(0);
  });
});

describe("facts", () => {
  test("that arrive while one is taken in are taken in after it, in their order", async () => {
    const stack = fleet("api <- db");
    const seen: string[] = [];
    const plan = executePlan({
      plan: stack.plan,
      runId: "run-1",
      clock: virtualClock(startMs),
      views: [
        (event, run) =>
          void seen.push(`${describeEvent(event)} (${run.outcome === undefined ? "goes on" : "over"})`),
      ],
      carryOut: (effect: Effect, tell) => {
        if (effect.kind === "upgrade") settle(tell, effect.release.replace("shop/", ""));
        if (effect.kind === "watch-health")
          tell({ kind: "health-observed", release: effect.release, revision: 2, health: { kind: "ready" } });
      },
    });
    expect((await plan.ended).outcome?.exitCode).toBe(0);
    expect(seen).toEqual([
      "run-started (goes on)",
      "apply-started db: upgrade, attempt 1 (goes on)",
      "apply-finished db (goes on)",
      "release-ready db (goes on)",
      "wave-finished 1: 1/1 (goes on)",
      "apply-started api: upgrade, attempt 1 (goes on)",
      "apply-finished api (goes on)",
      "release-ready api (over)",
      "wave-finished 2: 1/1 (over)",
      "run-finished: 0 (over)",
    ]);
  });

  test("are stamped with the time at which they are taken in", async () => {
    const { clock, events, tell } = running(fleet("a"));
    await clock.pass(5_000);
    tell({ kind: "helm-started", release: id("a") });
    expect(events.at(-1)).toBe("5s apply-started a: upgrade, attempt 1");
  });

  test("after the end change nothing", async () => {
    const { events, tell, plan } = running(fleet("a", { a: { kind: "keep" } }));
    await plan.ended;
    const told = events.length;
    tell({ kind: "warned", release: id("a"), message: "late" });
    plan.stop("interrupted");
    expect(events).toHaveLength(told);
  });
});

describe("a run", () => {
  test("that nothing is to be done in has ended when it starts", async () => {
    const { orders, plan, clock } = running(fleet("a", { a: { kind: "keep" } }));
    expect((await plan.ended).outcome?.exitCode).toBe(0);
    expect(orders.filter((order) => !order.startsWith("clear-failure"))).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  test("stops when asked", async () => {
    const { orders, plan, tell } = running(fleet("b <- a"));
    plan.stop("interrupted");
    expect(orders).toContain("stop-helm a");
    tell({ kind: "helm-failed", release: id("a"), failure: failure("interrupted") });
    expect((await plan.ended).outcome?.exitCode).toBe(130);
  });

  test("goes on without a view that breaks, and tells the others everything", async () => {
    let told = 0;
    const breaks: View = () => {
      told += 1;
      throw new Error("a broken view");
    };
    const { events, tell, plan } = running(fleet("a"), { views: [breaks] });
    settle(tell, "a");
    tell({ kind: "health-observed", release: id("a"), revision: 2, health: { kind: "ready" } });
    await plan.ended;
    expect(told).toBe(1);
    expect(events.at(-1)).toBe("0s run-finished: 0");
  });

  test("says so where carrying out an order is a bug", async () => {
    const bug = executePlan({
      plan: fleet("a").plan,
      runId: "run-1",
      clock: virtualClock(startMs),
      views: [],
      carryOut: () => {
        throw new Error("a bug");
      },
    });
    await expect(bug.ended).rejects.toThrow("a bug");
  });
});

test("the events of a run are told in the order of time", async () => {
  const times: number[] = [];
  const view: View = (event: Event) => void times.push(event.atMs);
  const { clock, tell, plan } = running(fleet("a"), { views: [view] });
  await clock.pass(1_000);
  settle(tell, "a");
  await clock.pass(1_000);
  tell({ kind: "health-observed", release: id("a"), revision: 2, health: { kind: "ready" } });
  await plan.ended;
  await settled();
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
