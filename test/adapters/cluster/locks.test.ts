// One writer per stack: leases on a real API server, raced for, lost, taken over.
import { onTestFinished, describe, expect, it } from "vitest";
import {
  makeLocks,
  ordinaryLockSettings,
  type IsGone,
  type LockSettings,
} from "../../../src/adapters/cluster/locks.ts";
import type { Holder } from "../../../src/core/holder.ts";
import {
  apply,
  createNamespace,
  eventually,
  freshNamespace,
  sharedSandbox,
  type TestCluster,
} from "../../kit/sandbox.ts";
import { connectedApi, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy, status } from "./faulty-proxy.ts";

// A request may take `renewEveryMs`: on a busy machine the API server needs some hundreds of milliseconds.
const quick: LockSettings = { leaseMs: 4_000, renewEveryMs: 800, lostAfterMs: 2_400, observeMs: 1_600 };
const unknown: IsGone = () => Promise.resolve("unknown");

function holder(identity: string): Holder {
  return {
    identity,
    host: "build-7",
    bootId: "b",
    pid: 4711,
    startTime: "2026-01-02T03:04:05Z",
    runFolder: "/run/x",
  };
}

/** Another process than the one that the tests' locks name. */
const elsewhere = { pid: 815 };

async function locksOn(kubeconfig: string, namespace: string, isGone = unknown, settings = quick) {
  const locks = makeLocks(await connectedApi(kubeconfig, 1_000), namespace, isGone, settings);
  return {
    async acquire(stack: string, identity: string, helmHorizonMs = 0) {
      const result = await locks.acquire(stack, holder(identity), helmHorizonMs);
      if (result.ok) onTestFinished(() => result.value.release());
      return result;
    },
  };
}

type LeaseBody = {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly renewTime: string;
    readonly acquireTime?: string;
  };
};

async function leaseOf(cluster: TestCluster, namespace: string, name: string): Promise<LeaseBody> {
  return (await cluster.kube(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`))
    .body as LeaseBody;
}

describe("the lock of a stack", () => {
  it("goes to exactly one of two who race for it, and the other is told who has it", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    for (const stack of ["a", "b", "c"]) {
      // The ordinary times: on a busy machine the quick ones give up before the API server has answered.
      const one = await locksOn(cluster.kubeconfig, namespace, unknown, ordinaryLockSettings);
      const two = await locksOn(cluster.kubeconfig, namespace, unknown, ordinaryLockSettings);
      const results = await Promise.all([
        one.acquire(stack, "one", 60_000),
        two.acquire(stack, "two", 60_000),
      ]);
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      const failure = failureOf(results.find((result) => !result.ok) ?? results[0]);
      expect(failure.kind).toBe("locked");
      expect(failure.message).toMatch(/build-7, process 4711, since 20\d\d-\d\d-\d\dT[\d:]{8}Z/);
      expect(failure.next).toMatch(/free at 20\d\d-/);
    }
  });

  it("is renewed while it is held, with helm's deadline, and free once it is released", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const locks = await locksOn(cluster.kubeconfig, namespace);
    const held = valueOf(await locks.acquire("shop", "one", 90_000));
    const first = await leaseOf(cluster, namespace, "headway-shop");
    const later = await eventually(async () => {
      const lease = await leaseOf(cluster, namespace, "headway-shop");
      return lease.metadata.resourceVersion === first.metadata.resourceVersion ? undefined : lease;
    });
    expect(later.spec.holderIdentity).toBe("one");
    expect(later.spec.acquireTime).toBe(first.spec.acquireTime);
    expect(JSON.parse(later.metadata.annotations["headway.dev/holder"] ?? "")).toEqual(holder("one"));
    expect(Date.parse(later.metadata.annotations["headway.dev/helm-deadline"] ?? "")).toBe(
      Math.floor(Date.parse(later.spec.renewTime)) + 90_000,
    );
    await held.release();
    expect((await leaseOf(cluster, namespace, "headway-shop")).spec.holderIdentity ?? "").toBe("");
    expect(valueOf(await locks.acquire("shop", "two")).cutRunWroteUntilMs).toBeUndefined();
  });

  it("is taken over at once where its holder is proven gone", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const asked: Holder[] = [];
    const first = await locksOn(cluster.kubeconfig, namespace);
    const held = valueOf(await first.acquire("shop", "one", 3_600_000));
    const lost = new Promise<void>((resolve) => {
      held.onLost(resolve);
    });
    const second = await locksOn(cluster.kubeconfig, namespace, (earlier) => {
      asked.push(earlier);
      return Promise.resolve("gone");
    });
    const renewedAtMs = Date.parse((await leaseOf(cluster, namespace, "headway-shop")).spec.renewTime);
    const inherited = valueOf(await second.acquire("shop", "two"));
    expect(asked).toEqual([holder("one")]);
    // Whoever takes it knows until when the dead one may have written.
    expect(inherited.cutRunWroteUntilMs).toBeGreaterThan(Math.floor(renewedAtMs));
    expect(inherited.cutRunWroteUntilMs).toBeLessThan(renewedAtMs + 60_000);
    await lost;
    await held.release();
    expect((await leaseOf(cluster, namespace, "headway-shop")).spec.holderIdentity).toBe("two");
  });

  it("is taken over after its time and helm's, and not before, where nothing is known of its holder", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const proxy = await startFaultyProxy(cluster);
    const first = await locksOn(proxy.kubeconfig, namespace);
    valueOf(await first.acquire("shop", "one", 2_500));
    proxy.fault = () => ({ kind: "hang" });
    proxy.cut();
    const second = await locksOn(cluster.kubeconfig, namespace);
    const { renewTime } = (await leaseOf(cluster, namespace, "headway-shop")).spec;
    await new Promise((resolve) => setTimeout(resolve, Date.parse(renewTime) + 1_500 - Date.now()));
    expect(failureOf(await second.acquire("shop", "two")).kind).toBe("locked");
    await eventually(async () => (await second.acquire("shop", "two")).ok, 10_000);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(renewTime) + 2_500);
  });

  it("is left alone while its holder lives, and while it shows any sign of life", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const long = Date.now() - 3_600_000;
    const stale = (name: string, identity: string) => ({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name,
        annotations: {
          "headway.dev/holder": JSON.stringify({ ...holder(identity), ...elsewhere }),
          "headway.dev/helm-deadline": new Date(long).toISOString(),
        },
      },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: 15,
        renewTime: new Date(long).toISOString().replace("Z", "000Z"),
      },
    });
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    await cluster.kube("/api/v1/namespaces", {
      method: "POST",
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    });
    for (const stack of ["living", "late"])
      await cluster.kube(path, { method: "POST", body: stale(`headway-${stack}`, "one") });
    const living = await locksOn(cluster.kubeconfig, namespace, () => Promise.resolve("alive"));
    expect(failureOf(await living.acquire("living", "two")).kind).toBe("locked");

    // A holder whose clock is an hour behind still renews.
    const late = await locksOn(cluster.kubeconfig, namespace);
    const trying = late.acquire("late", "two");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await cluster.kube(`${path}/headway-late`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { spec: { renewTime: new Date(long + 5_000).toISOString().replace("Z", "000Z") } },
    });
    expect(failureOf(await trying).kind).toBe("locked");
    valueOf(await late.acquire("late", "two"));
  });

  it("is lost in time where it can't be renewed, and that is told once", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const proxy = await startFaultyProxy(cluster);
    const locks = await locksOn(proxy.kubeconfig, namespace);
    const held = valueOf(await locks.acquire("shop", "one"));
    let told = 0;
    held.onLost(() => told++);
    proxy.fault = () => ({ kind: "hang" });
    await eventually(() => Promise.resolve(told === 1), 15_000);
    held.onLost(() => told++);
    expect(told).toBe(2);
    proxy.fault = () => undefined;
    await held.release();
  });

  it("that a run of this process has lost is free for its next one as soon as that run is over, and not before", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const proxy = await startFaultyProxy(cluster);
    const cutOff = await locksOn(proxy.kubeconfig, namespace);
    const held = valueOf(await cutOff.acquire("shop", "one"));
    let isLost = false;
    held.onLost(() => (isLost = true));
    proxy.fault = () => ({ kind: "hang" });
    await eventually(() => Promise.resolve(isLost), 15_000);
    // Alive, as this process is.
    const next = await locksOn(cluster.kubeconfig, namespace, () => Promise.resolve("alive"));
    expect(failureOf(await next.acquire("shop", "two")).kind).toBe("locked");
    await held.release();
    const taken = valueOf(await next.acquire("shop", "two"));
    expect(taken.cutRunWroteUntilMs).toBeGreaterThan(0);
    proxy.fault = () => undefined;
  });

  it("outlasts renewals that fail for a moment, and one whose answer is lost", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const proxy = await startFaultyProxy(cluster);
    const locks = await locksOn(proxy.kubeconfig, namespace, unknown, { ...quick, lostAfterMs: 8_000 });
    const held = valueOf(await locks.acquire("shop", "one"));
    let lost = false;
    held.onLost(() => (lost = true));
    let refusals = 0;
    proxy.fault = ({ method }) => {
      if (method !== "PUT" || refusals >= 3) return undefined;
      refusals++;
      return status(503, "ServiceUnavailable", "away");
    };
    await eventually(() => Promise.resolve(refusals === 3));
    // The version that the holder knows is no longer that of the Lease, as after a renewal that went through unseen.
    await cluster.kube(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/headway-shop`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { metadata: { labels: { touched: "yes" } } },
    });
    const { spec } = await leaseOf(cluster, namespace, "headway-shop");
    await eventually(
      async () => (await leaseOf(cluster, namespace, "headway-shop")).spec.renewTime > spec.renewTime,
      5_000,
    );
    expect(lost).toBe(false);
    await held.release();
  });

  it("of a stack with any name has an object that Kubernetes accepts, another for each", async () => {
    const cluster = await sharedSandbox();
    const namespace = freshNamespace();
    const locks = await locksOn(cluster.kubeconfig, namespace);
    for (const stack of ["My Shop", "my-shop", "Ünïcode", "…", "x".repeat(300), "a..b"])
      valueOf(await locks.acquire(stack, stack));
  });
});

describe("a lock whose holder ran in a pod", () => {
  const horizonMs = 600_000;
  const podNamed = () => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "agent-0" },
    // Of no node: nobody else writes its status.
    spec: { containers: [{ name: "agent", image: "x" }], schedulerName: "nobody" },
  });

  async function heldFrom(pod: { readonly phase?: string } = {}) {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const made = await apply(cluster, `/api/v1/namespaces/${namespace}/pods`, podNamed());
    const { metadata } = made as { readonly metadata: { readonly uid: string } };
    const path = `/api/v1/namespaces/${namespace}/pods/agent-0`;
    if (pod.phase !== undefined)
      await cluster.kube(`${path}/status`, {
        method: "PATCH",
        contentType: "application/merge-patch+json",
        body: { status: { phase: pod.phase } },
      });
    const api = await connectedApi(cluster.kubeconfig, 1_000);
    const locks = makeLocks(api, namespace, unknown, quick);
    const inPod = { ...holder("one"), ...elsewhere, pod: { namespace, name: "agent-0", uid: metadata.uid } };
    const held = valueOf(await locks.acquire("shop", inPod, horizonMs));
    onTestFinished(() => held.release());
    return { cluster, namespace, path, locks, held, uid: metadata.uid };
  }

  /** As a kill does: nothing is renewed or released any more. */
  async function fallSilent(cluster: TestCluster, namespace: string): Promise<void> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/headway-shop`;
    const lease = (await cluster.kube(path)).body as {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: object;
    };
    await cluster.kube(path, { method: "DELETE" });
    const { annotations } = lease.metadata;
    await eventually(async () => {
      const reply = await cluster.kube(path.replace("/headway-shop", ""), {
        method: "POST",
        body: {
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          metadata: { name: "headway-shop", annotations },
          spec: { ...lease.spec, holderIdentity: "dead" },
        },
      });
      return reply.status === 201;
    });
  }

  const another = holder("two");

  it("is free soon after the pod is gone, long before helm's deadline", async () => {
    const { cluster, namespace, path, locks } = await heldFrom();
    await fallSilent(cluster, namespace);
    expect(failureOf(await locks.acquire("shop", another, 0)).kind).toBe("locked");
    await cluster.kube(`${path}?gracePeriodSeconds=0`, { method: "DELETE" });
    await eventually(async () => (await cluster.kube(path)).status === 404);
    const taken = valueOf(await locks.acquire("shop", another, 0));
    onTestFinished(() => taken.release());
    // What the dead one's helm wrote last is judged by when it can have lived.
    expect(taken.cutRunWroteUntilMs).toBeLessThan(Date.now() + horizonMs / 2);
  });

  it("is free where the pod has ended, or was made anew under its name", async () => {
    const ended = await heldFrom({ phase: "Failed" });
    await fallSilent(ended.cluster, ended.namespace);
    const taken = valueOf(await ended.locks.acquire("shop", another, 0));
    await taken.release();

    const { cluster, namespace, path, locks } = await heldFrom();
    await fallSilent(cluster, namespace);
    await cluster.kube(`${path}?gracePeriodSeconds=0`, { method: "DELETE" });
    await eventually(async () => {
      const reply = await cluster.kube(path.replace("/agent-0", ""), { method: "POST", body: podNamed() });
      return reply.status === 201;
    });
    await (await locks.acquire("shop", another, 0).then(valueOf)).release();
  });

  it("is free for the container that the pod starts next", async () => {
    const { cluster, namespace, locks, uid } = await heldFrom();
    await fallSilent(cluster, namespace);
    const next = { ...another, pod: { namespace, name: "agent-0", uid } };
    const taken = valueOf(await locks.acquire("shop", next, 0));
    await taken.release();
  });

  it("stays held while something renews it, though the pod was deleted by force", async () => {
    const { cluster, path, locks } = await heldFrom();
    await cluster.kube(`${path}?gracePeriodSeconds=0`, { method: "DELETE" });
    await eventually(async () => (await cluster.kube(path)).status === 404);
    expect(failureOf(await locks.acquire("shop", another, 0)).kind).toBe("locked");
  });

  it("stays held where nobody can tell whether the pod is there", async () => {
    const { cluster, namespace, path } = await heldFrom();
    await fallSilent(cluster, namespace);
    await cluster.kube(`${path}?gracePeriodSeconds=0`, { method: "DELETE" });
    const proxy = await startFaultyProxy(cluster);
    for (const code of [403, 503]) {
      proxy.fault = ({ url }) =>
        url.pathname.includes("/pods/") ? status(code, "Refused", "no") : undefined;
      const locks = makeLocks(await connectedApi(proxy.kubeconfig, 1_000), namespace, unknown, quick);
      expect(failureOf(await locks.acquire("shop", another, 0)).kind).toBe("locked");
    }
  });
});
