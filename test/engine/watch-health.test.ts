// A stack that stands, watched between runs: what rings, when, and what does not.
import { describe, expect, it } from "vitest";
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import { noRules } from "../../src/core/health/rules.ts";
import { objectKey, refOf, type KubernetesObject, type ObjectRef } from "../../src/core/object.ts";
import type { WatchedWorld } from "../../src/engine/ports.ts";
import { watchHealth } from "../../src/engine/watch-health.ts";
import { startMs } from "../kit/conversation.ts";
import { fleet, id, payloadOf } from "../kit/fleet.ts";
import { deploymentAt } from "../kit/puppet-cluster.ts";
import { settled, virtualClock } from "../kit/virtual-clock.ts";

type How = "ready" | "waiting" | "failed";

/** `db` and `api` as the watch shows them at first, and as the last look had found them. */
async function watching(
  first: Readonly<Record<string, How | "absent">> = { db: "ready", api: "ready" },
  found: Readonly<Record<string, boolean>> = { db: true, api: true },
  following: Result<void> = succeeded(undefined),
) {
  const clock = virtualClock(startMs);
  const shown = new Map<string, KubernetesObject>();
  const listeners: ((ref: ObjectRef, owner: string | undefined) => void)[] = [];
  const heard: string[] = [];
  const followed: string[] = [];
  let isOpen = true;
  const show = (name: string, how: How | "absent", generation = 1): void => {
    const object = deploymentAt(`shop/${name}`, generation, how === "absent" ? "ready" : how);
    if (how === "absent") shown.delete(objectKey(refOf(object)));
    else shown.set(objectKey(refOf(object)), object);
    for (const listener of listeners) listener(refOf(object), undefined);
  };
  const world: WatchedWorld = {
    world: { get: (ref) => shown.get(objectKey(ref)), controlledBy: () => [], kindFacts: () => undefined },
    follow: ({ kinds, namespaces }) => {
      followed.push(`${kinds.map(({ kind }) => kind).join(" ")} and pods of ${namespaces.length}`);
      return Promise.resolve(following);
    },
    fetch: () => Promise.reject(new Error("a request for each object is too much")),
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      isOpen = false;
    },
  };
  for (const [name, how] of Object.entries(first)) show(name, how);
  const stack = fleet("api <- db");
  const payloads = [...stack.pins.values()].map((pin) => payloadOf(pin, 1));
  const watch = watchHealth(
    {
      clock,
      records: { deployedPayloads: () => Promise.resolve(succeeded(payloads)) },
      objects: { watch: () => world },
    },
    { label: "shop.x", declarations: stack.declarations, rules: noRules },
    (release) => found[release.slice("shop/".length)],
    {
      onChange: (release) => heard.push(release),
      onMoved: () => heard.push("moved"),
      onRefused: ({ message }) => heard.push(message),
    },
  );
  await settled();
  return { clock, show, heard, followed, watch, isOpen: () => isOpen };
}

describe("a stack between runs", () => {
  it("is watched by the kinds that may break, without pods and without a request for each object", async () => {
    const { followed, heard, clock } = await watching();
    expect(followed).toEqual(["Deployment and pods of 0"]);
    await clock.pass(60_000);
    expect(heard).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("rings for a release that stays broken, once, and again when it has healed", async () => {
    const { show, heard, clock } = await watching();
    show("db", "waiting");
    await clock.pass(4_000);
    show("db", "failed");
    expect(heard).toEqual([]);
    await clock.pass(1_100);
    expect(heard).toEqual([id("db")]);
    show("db", "waiting");
    await clock.pass(60_000);
    expect(heard).toEqual([id("db")]);
    show("db", "ready");
    await clock.pass(6_000);
    expect(heard).toEqual([id("db"), id("db")]);
  });

  it("takes a rollout or a restart of a moment for what it is", async () => {
    const { show, heard, clock } = await watching();
    for (const how of ["waiting", "ready", "waiting", "ready"] as const) {
      show("api", how);
      await clock.pass(3_000);
    }
    await clock.pass(60_000);
    expect(heard).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("rings for what somebody deletes, and for what broke before the watch was there", async () => {
    const { show, heard, clock } = await watching({ db: "ready", api: "waiting" });
    show("db", "absent");
    await clock.pass(6_000);
    expect(heard.toSorted()).toEqual([id("api"), id("db")]);
  });

  it("rings for a release that was found degraded and is well by now", async () => {
    const { heard, clock } = await watching(undefined, { db: false, api: true });
    await clock.pass(6_000);
    expect(heard).toEqual([id("db")]);
  });

  it("says that somebody has changed what an object is meant to be, and not that its status moves", async () => {
    const { show, heard, clock } = await watching();
    show("db", "ready");
    expect(heard).toEqual([]);
    show("db", "ready", 2);
    show("db", "ready", 2);
    await clock.pass(60_000);
    expect(heard).toEqual(["moved"]);
  });

  it("leaves to periodic looks what a watch by label does not show, and what it may not watch", async () => {
    const hidden = await watching({ db: "ready", api: "absent" });
    await hidden.clock.pass(60_000);
    expect(hidden.heard).toEqual([]);
    const refused = await watching(undefined, undefined, failed({ kind: "forbidden", message: "no list" }));
    expect(refused.heard).toEqual(["no list"]);
  });

  it("is left alone once it is closed", async () => {
    const { show, heard, clock, watch, isOpen } = await watching();
    show("db", "failed");
    watch.close();
    await clock.pass(60_000);
    expect(heard).toEqual([]);
    expect(isOpen()).toBe(false);
    expect(clock.pending()).toBe(0);
  });
});
