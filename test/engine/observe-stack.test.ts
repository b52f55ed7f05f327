import { describe, expect, test } from "vitest";
import { noRules } from "../../src/core/health/rules.ts";
import type { ReleasePayload, ReleaseRecord } from "../../src/core/observation.ts";
import { newestPayloads, observeStack } from "../../src/engine/observe-stack.ts";
import { startMs } from "../kit/conversation.ts";
import { fleet, id, payloadOf } from "../kit/fleet.ts";
import { deploymentAt, puppetCluster } from "../kit/puppet-cluster.ts";
import { virtualClock } from "../kit/virtual-clock.ts";

const stack = fleet("api <- db");
const label = "shop.0123abcd";
const pin = stack.pins.get(id("db"));
if (pin === undefined) throw new Error("no release");

const record = (revision: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  namespace: "shop",
  releaseName: "db",
  revision,
  status: "deployed",
  stackLabel: label,
  resourceVersion: "1",
  ...more,
});

/** One that no stack has labelled. */
const bare = (revision: number): ReleaseRecord =>
  Object.fromEntries(
    Object.entries(record(revision)).filter(([name]) => name !== "stackLabel"),
  ) as ReleaseRecord;

const payload = (revision: number, more: Partial<ReleasePayload> = {}): ReleasePayload =>
  payloadOf(pin, revision, more);

function observing() {
  const clock = virtualClock(startMs);
  const cluster = puppetCluster(clock);
  const observe = async () => {
    const observed = await observeStack(
      { ...cluster, clock },
      { name: "shop", label, declarations: stack.declarations, rules: noRules },
    );
    if (!observed.ok) throw new Error(observed.failure.message);
    return observed.value;
  };
  return { cluster, observe };
}

describe("observing a stack", () => {
  test("finds what is there and what is not", async () => {
    const { cluster, observe } = observing();
    cluster.seed(record(3, { verifiedLabel: "r3", fingerprintLabel: "v1.r3.abc" }), payload(3));
    cluster.put(deploymentAt("shop/db", 1, "ready"));
    const { observations, fingerprints, namespaces } = await observe();
    expect(observations.get(id("db"))).toMatchObject({
      kind: "deployed",
      health: { kind: "ready" },
      verified: true,
    });
    expect(observations.get(id("api"))).toEqual({ kind: "absent" });
    expect(fingerprints).toEqual(new Map([["shop/db@3", "abc"]]));
    expect(namespaces).toEqual(new Set(["shop"]));
  });

  test("goes by the newest of two deployed revisions", async () => {
    const { cluster, observe } = observing();
    cluster.seed(record(10), payload(10));
    cluster.seed(record(9), payload(9));
    cluster.put(deploymentAt("shop/db", 1, "ready"));
    expect((await observe()).observations.get(id("db"))).toMatchObject({
      revision: 10,
      health: { kind: "ready" },
    });
    for (const order of [
      [9, 10],
      [10, 9],
    ])
      expect(newestPayloads(order.map((revision) => payload(revision))).get("shop/db")?.revision).toBe(10);
  });

  test("reads the record of a release that nobody labelled, so that it can be adopted", async () => {
    const { cluster, observe } = observing();
    cluster.seed(bare(2), payload(2));
    cluster.put(deploymentAt("shop/db", 1, "ready"));
    expect((await observe()).observations.get(id("db"))).toMatchObject({
      owner: { kind: "nobody" },
      health: { kind: "ready" },
      payload: { revision: 2 },
    });
  });

  test("reads the newest record where an older one is known as deployed too", async () => {
    const { cluster, observe } = observing();
    cluster.seed(record(2), payload(2));
    cluster.seed(bare(3), payload(3));
    expect((await observe()).observations.get(id("db"))).toMatchObject({
      revision: 3,
      payload: { revision: 3 },
    });
  });

  test("reads the record of a failed first install", async () => {
    const { cluster, observe } = observing();
    cluster.seed(record(1, { status: "failed" }), payload(1, { status: "failed" }));
    expect((await observe()).observations.get(id("db"))).toMatchObject({
      kind: "failed",
      payload: { revision: 1 },
    });
  });

  test("fails where the cluster can't be read", async () => {
    const { cluster, observe } = observing();
    cluster.isAway = true;
    await expect(observe()).rejects.toThrow("the cluster does not answer");
  });
});
