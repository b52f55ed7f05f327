// How long somebody else's helm is waited for, in virtual time: what counts as a sign of life, and what comes of none.
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/core/failure.ts";
import type { KubernetesObject } from "../../src/core/object.ts";
import type { Hook, RecordStatus, ReleaseRecord } from "../../src/core/observation.ts";
import { waitForForeignHelm } from "../../src/engine/foreign-helm.ts";
import type { Records } from "../../src/engine/ports.ts";
import { fleet, id, payloadOf } from "../kit/fleet.ts";
import { startMs } from "../kit/conversation.ts";
import { deploymentAt, puppetCluster, type PuppetCluster } from "../kit/puppet-cluster.ts";
import { virtualClock, type VirtualClock } from "../kit/virtual-clock.ts";

const second = 1_000;
const pin = fleet("db").pins.get(id("db"));
if (pin === undefined) throw new Error("no release");

const job: Hook = {
  apiVersion: "batch/v1",
  kind: "Job",
  namespace: "shop",
  name: "db-migrate",
  events: ["pre-upgrade"],
};

type Waiting = {
  readonly cluster: PuppetCluster;
  readonly clock: VirtualClock;
  readonly said: readonly string[];
  readonly ended: Promise<Result<number>>;
  readonly isOver: () => boolean;
  readonly put: (status: RecordStatus, revision: number, resourceVersion: string) => void;
};

/** A release whose revision 2 somebody's helm has begun, and one that waits for that. */
function waiting(timeoutMs = 300 * second, hooks: readonly Hook[] = []): Waiting {
  const clock = virtualClock(startMs);
  const cluster = puppetCluster(clock);
  const put: Waiting["put"] = (status, revision, resourceVersion) => {
    const record: ReleaseRecord = { namespace: "shop", releaseName: "db", revision, status, resourceVersion };
    if (pin !== undefined) cluster.seed(record, payloadOf(pin, revision, { status, hooks }));
  };
  put("deployed", 1, "1");
  put("pending-upgrade", 2, "2");
  cluster.put(deploymentAt("shop/db", 1, "ready"));
  const said: string[] = [];
  let isOver = false;
  const ended = waitForForeignHelm(
    { ...cluster, clock, unlockAfterMs: 60 * second },
    {
      namespace: "shop",
      releaseName: "db",
      held: { revision: 2, resourceVersion: "2", status: "pending-upgrade", ours: false },
      actor: undefined,
      timeoutMs,
    },
    (message) => void said.push(message),
    new AbortController().signal,
  );
  void ended.then(() => (isOver = true));
  return { cluster, clock, said, ended, isOver: () => isOver, put };
}

const marks = ({ cluster }: Waiting) => cluster.log.filter((line) => line.startsWith("mark"));

function runningJob(active: number): KubernetesObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "db-migrate", namespace: "shop", uid: "job", resourceVersion: String(active) },
    status: { active },
  };
}

describe("a helm that is not Headway's", () => {
  test("counts as dead when its record and its objects have stood still, which is said", async () => {
    const wait = waiting();
    await wait.clock.pass(57 * second);
    expect(wait.isOver()).toBe(false);
    await wait.clock.pass(6 * second);
    expect(await wait.ended).toEqual({ ok: true, value: 2 });
    expect(marks(wait)).toEqual(["mark failed shop/db r2"]);
    expect(wait.said).toEqual([
      "revision 2 is pending-upgrade by a helm that is not known to be dead; taken over when it and its objects have not moved for 60 s",
      "revision 2 was pending-upgrade, and nothing of it has moved for 60 s: its helm counts as dead, and it is marked failed",
    ]);
  });

  test("is waited for while its record moves, and nothing is marked once it is done", async () => {
    const wait = waiting();
    for (let write = 3; write < 9; write++) {
      await wait.clock.pass(50 * second);
      wait.put("pending-upgrade", 2, String(write));
    }
    await wait.clock.pass(50 * second);
    expect(wait.isOver()).toBe(false);
    wait.put("deployed", 2, "9");
    await wait.clock.pass(3 * second);
    expect(await wait.ended).toEqual({ ok: true, value: 2 });
    expect(marks(wait)).toEqual([]);
  });

  test("is waited for while its objects move, though its record does not", async () => {
    const wait = waiting();
    for (let generation = 2; generation < 6; generation++) {
      await wait.clock.pass(50 * second);
      wait.cluster.put(deploymentAt("shop/db", generation, "waiting"));
    }
    expect(wait.isOver()).toBe(false);
    await wait.clock.pass(66 * second);
    expect(wait.isOver()).toBe(true);
    expect(marks(wait)).toHaveLength(1);
  });

  test("is waited for while a hook of it runs, and counts as dead a while after that", async () => {
    const wait = waiting(300 * second, [job]);
    wait.cluster.put(runningJob(1));
    await wait.clock.pass(200 * second);
    expect(wait.isOver()).toBe(false);
    wait.cluster.put(runningJob(0));
    await wait.clock.pass(55 * second);
    expect(wait.isOver()).toBe(false);
    await wait.clock.pass(12 * second);
    expect(wait.isOver()).toBe(true);
  });

  test("does not live for ever because a hook never ends: its record has had the release's whole time", async () => {
    const wait = waiting(300 * second, [job]);
    wait.cluster.put(runningJob(1));
    await wait.clock.pass(297 * second);
    expect(wait.isOver()).toBe(false);
    await wait.clock.pass(6 * second);
    expect(wait.isOver()).toBe(true);
    expect(marks(wait)).toHaveLength(1);
  });

  test("that writes in the very moment in which it would be marked is waited for on", async () => {
    const wait = waiting();
    const { records } = wait.cluster;
    const mark: Records["mark"] = records.mark.bind(records);
    let raced = false;
    Object.assign(records, {
      mark: (...order: Parameters<Records["mark"]>) => {
        if (!raced) wait.put("pending-upgrade", 2, "77");
        raced = true;
        return mark(...order);
      },
    });
    await wait.clock.pass(66 * second);
    expect(raced).toBe(true);
    expect(wait.isOver()).toBe(false);
    wait.put("failed", 2, "78");
    await wait.clock.pass(3 * second);
    expect(await wait.ended).toEqual({ ok: true, value: 2 });
    expect(marks(wait)).toEqual([]);
  });
});
