// Snapshots, discovery, namespaces, CRDs, losses and evidence against a real API server.
import { describe, expect, it } from "vitest";
import type { ObjectRef } from "../../../src/core/object.ts";
import {
  apply,
  createNamespace,
  eventually,
  freshNamespace,
  sharedSandbox,
  type TestCluster,
} from "../../kit/sandbox.ts";
import { connected, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";

const managed = { "app.kubernetes.io/managed-by": "Helm" };

async function makeConfigMap(
  cluster: TestCluster,
  namespace: string,
  name: string,
  labels: object = managed,
): Promise<ObjectRef> {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels } };
  await apply(cluster, `/api/v1/namespaces/${namespace}/configmaps`, body);
  return { apiVersion: "v1", kind: "ConfigMap", namespace, name };
}

function podBody(name: string, annotations: object): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, annotations },
    spec: { containers: [{ name: "main", image: "main:1" }] },
  };
}

function definition(group: string, kind = "Widget", plural = "widgets"): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.${group}
spec:
  group: ${group}
  scope: Namespaced
  names: { plural: ${plural}, kind: ${kind} }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, properties: { size: { type: integer } } } }
`;
}

describe("a picture of objects", () => {
  it("takes one list per kind, and single reads for the few that Helm's label does not show", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const refs = await Promise.all([
      makeConfigMap(cluster, namespace, "a"),
      makeConfigMap(cluster, namespace, "b"),
      makeConfigMap(cluster, namespace, "bare", {}),
    ]);
    const absent = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "absent" };
    const unserved = { apiVersion: "no.such/v1", kind: "Thing", namespace, name: "x" };
    const connection = await connected({ kubeconfig: cluster.kubeconfig });
    const world = valueOf(await connection.objects.snapshot([...refs, absent, unserved], []));
    expect(refs.map((ref) => world.get(ref)?.metadata.name)).toEqual(["a", "b", "bare"]);
    expect(world.get(absent)).toBeUndefined();
    expect(world.get(unserved)).toBeUndefined();
    // Discovery is two requests; for a kind that it did not have a moment ago it is not asked again.
    expect(connection.countRequests()).toBe(2 + 1 + 2);
  });

  it("lists all where many are not shown by the label", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const refs = await Promise.all(
      Array.from({ length: 25 }, (_, index) => makeConfigMap(cluster, namespace, `c${index}`, {})),
    );
    const connection = await connected({ kubeconfig: cluster.kubeconfig });
    const world = valueOf(await connection.objects.snapshot(refs, []));
    expect(refs.every((ref) => world.get(ref) !== undefined)).toBe(true);
    expect(connection.countRequests()).toBe(2 + 2);
  });

  it("shows no body of a Secret, whole Deployments, and pods with their owners", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await apply(cluster, `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", labels: managed },
      stringData: { password: "hunter2-in-the-clear" },
    });
    await apply(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", labels: managed },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: { containers: [{ name: "web", image: "web:1" }] },
        },
      },
    });
    const proxy = await startFaultyProxy(cluster);
    const { objects } = await connected({ kubeconfig: proxy.kubeconfig });
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };
    const secret = { apiVersion: "v1", kind: "Secret", namespace, name: "db" };
    const world = await eventually(async () => {
      const picture = valueOf(await objects.snapshot([deployment, secret], [namespace]));
      const [set] = picture.controlledBy(picture.get(deployment)?.metadata.uid ?? "", "ReplicaSet");
      return picture.controlledBy(set?.metadata.uid ?? "", "Pod").length === 1 ? picture : undefined;
    });
    expect(world.get(deployment)?.spec?.["replicas"]).toBe(1);
    expect(world.get(secret)?.metadata.name).toBe("db");
    expect(proxy.answers.join("")).not.toContain(Buffer.from("hunter2-in-the-clear").toString("base64"));
  });

  it("knows the same kinds where discovery is not aggregated", async () => {
    const cluster = await sharedSandbox();
    const proxy = await startFaultyProxy(cluster);
    const facts = async (kubeconfig: string) => {
      const { discovery } = await connected({ kubeconfig });
      valueOf(await discovery.load());
      // Other tests make and delete CRDs at the same time.
      return [...discovery.all()]
        .filter(({ custom }) => !custom)
        .map((served) => JSON.stringify(served))
        .toSorted();
    };
    const aggregated = await facts(cluster.kubeconfig);
    proxy.fault = ({ accept, url }) =>
      accept.includes("APIGroupDiscoveryList") && /^\/apis?$/.test(url.pathname)
        ? { kind: "answer", status: 200, body: classic[url.pathname] }
        : undefined;
    const classic: Record<string, unknown> = {};
    for (const path of ["/api", "/apis"]) classic[path] = (await cluster.kube(path)).body;
    const unaggregated = await facts(proxy.kubeconfig);
    expect(unaggregated).toEqual(aggregated);
    expect(aggregated).toContain(
      JSON.stringify({
        apiVersion: "apps/v1",
        kind: "Deployment",
        resource: "deployments",
        namespaced: true,
        hasStatus: true,
        custom: false,
      }),
    );
  });
});

describe("namespaces", () => {
  it("are made where they are absent and left as they are where they exist", async () => {
    const cluster = await sharedSandbox();
    const { objects } = await connected({ kubeconfig: cluster.kubeconfig });
    const namespace = freshNamespace();
    expect(valueOf(await objects.ensureNamespace(namespace, Date.now() + 5_000, undefined))).toEqual({
      created: true,
    });
    const before = (await cluster.kube(`/api/v1/namespaces/${namespace}`)).body;
    expect(valueOf(await objects.ensureNamespace(namespace, Date.now() + 5_000, undefined))).toEqual({
      created: false,
    });
    expect((await cluster.kube(`/api/v1/namespaces/${namespace}`)).body).toEqual(before);
    expect(valueOf(await objects.namespaces()).active.has(namespace)).toBe(true);
  });

  it("that are being deleted are waited for, up to the deadline, naming what keeps them", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await apply(cluster, path, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "stuck", finalizers: ["example.com/wait"] },
    });
    await cluster.kube(`/api/v1/namespaces/${namespace}`, { method: "DELETE" });
    const { objects } = await connected({ kubeconfig: cluster.kubeconfig });
    expect(valueOf(await objects.namespaces()).terminating.has(namespace)).toBe(true);
    const failure = await eventually(async () => {
      const refused = failureOf(await objects.ensureNamespace(namespace, Date.now() + 300, undefined));
      return refused.message.includes("example.com/wait") ? refused : undefined;
    });
    expect(failure.kind).toBe("terminating-namespace");
    const waiting = objects.ensureNamespace(namespace, Date.now() + 30_000, undefined);
    await cluster.kube(`${path}/stuck`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { metadata: { finalizers: null } },
    });
    expect(valueOf(await waiting)).toEqual({ created: true });
  });
});

describe("CRDs of a chart", () => {
  it("are served once they have been applied, and left alone or brought up to date as it is said", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const group = `${freshNamespace("g")}.example.com`;
    const { objects, discovery } = await connected({ kubeconfig: cluster.kubeconfig });
    valueOf(await discovery.load());
    const text = `# comment\n---\n${definition(group)}---\n${definition(group, "Gadget", "gadgets")}`;
    const soon = Date.now() + 20_000;
    expect(valueOf(await objects.applyCrds([text], "create", soon, undefined))).toEqual([
      `widgets.${group}`,
      `gadgets.${group}`,
    ]);
    expect(valueOf(await discovery.find(`${group}/v1`, "Widget"))).toMatchObject({
      custom: true,
      hasStatus: false,
      namespaced: true,
    });
    await apply(cluster, `/apis/${group}/v1/namespaces/${namespace}/widgets`, {
      apiVersion: `${group}/v1`,
      kind: "Widget",
      metadata: { name: "w" },
      size: 3,
    });
    const changed = text.replace(
      "size: { type: integer }",
      "size: { type: integer }, weight: { type: integer }",
    );
    expect(valueOf(await objects.applyCrds([changed], "create", soon, undefined))).toEqual([]);
    expect(valueOf(await objects.applyCrds([changed], "upgrade", soon, undefined))).toEqual([
      `widgets.${group}`,
    ]);
    expect(valueOf(await objects.applyCrds([changed], "upgrade", soon, undefined))).toEqual([]);

    await apply(cluster, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const losses = await objects.losses([namespace]);
    expect(losses.claims).toEqual([
      { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: "data" },
    ]);
    expect(
      losses.definitions
        .filter(({ ref }) => ref.name.endsWith(group))
        .map(({ ref, objects: count }) => [ref.name, count]),
    ).toEqual([
      [`gadgets.${group}`, 0],
      [`widgets.${group}`, 1],
    ]);
  });

  it("whose names are taken, or that the API refuses, are named with the reason", async () => {
    const cluster = await sharedSandbox();
    const group = `${freshNamespace("g")}.example.com`;
    const { objects } = await connected({ kubeconfig: cluster.kubeconfig });
    const soon = Date.now() + 20_000;
    valueOf(await objects.applyCrds([definition(group)], "create", soon, undefined));
    const taken = failureOf(
      await objects.applyCrds([definition(group, "Widget", "others")], "create", soon, undefined),
    );
    expect(taken.kind).toBe("rejected");
    expect(taken.message).toContain(`others.${group}`);
    expect(taken.message).toMatch(/Widget.*already in use/);
    const nowhere = definition(`x.${group}`).replace("scope: Namespaced", "scope: Nowhere");
    const invalid = failureOf(await objects.applyCrds([nowhere], "upgrade", soon, undefined));
    expect(invalid.kind).toBe("rejected");
    expect(invalid.object?.name).toBe(`widgets.x.${group}`);
    const old = failureOf(
      await objects.applyCrds(
        [definition(group).replace("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1")],
        "create",
        soon,
        undefined,
      ),
    );
    expect(old.message).toContain("does not serve CustomResourceDefinition in apiextensions.k8s.io/v1beta1");
  });
});

describe("evidence", () => {
  it("has events and the last lines of both runs of a container that keeps dying", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const annotations = {
      "sim.headway.dev/fail": "CrashLoopBackOff",
      "sim.headway.dev/logs": `${Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n")}\n\u001b[31mpanic: no database\u001b[0m`,
    };
    await apply(cluster, `/api/v1/namespaces/${namespace}/pods`, podBody("web-1", annotations));
    const pod = { apiVersion: "v1", kind: "Pod", namespace, name: "web-1" };
    await apply(cluster, `/api/v1/namespaces/${namespace}/events`, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e1" },
      involvedObject: { ...pod },
      reason: "BackOff",
      message: "Back-off restarting failed container",
      count: 7,
      lastTimestamp: "2026-01-02T03:04:05Z",
    });
    await eventually(
      async () =>
        (await cluster.kube(`/api/v1/namespaces/${namespace}/pods/web-1/log?container=main&previous=true`))
          .status === 200,
    );
    const { objects } = await connected({ kubeconfig: cluster.kubeconfig });
    const trouble = {
      object: { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" },
      pod: "web-1",
      container: "main",
      reason: "CrashLoopBackOff",
      restarts: 3,
    };
    const evidence = await objects.evidence([trouble], namespace, {
      kind: "failed",
      troubles: [trouble],
      ready: 0,
      total: 1,
    });
    expect(evidence.troubles).toEqual([trouble]);
    expect(evidence.events).toContainEqual({
      object: pod,
      reason: "BackOff",
      message: "Back-off restarting failed container",
      count: 7,
      at: "2026-01-02T03:04:05Z",
    });
    expect(evidence.logs.map(({ previous }) => previous).toSorted()).toEqual([false, true]);
    for (const log of evidence.logs) {
      expect(log.lines.at(-1)).toBe("panic: no database");
      expect(log.lines.length).toBeLessThanOrEqual(20);
    }
  });

  it("has what is said of a Deployment's ReplicaSet where there is no pod to ask", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const event = (name: string, of: string) => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name },
      involvedObject: { apiVersion: "apps/v1", kind: "ReplicaSet", namespace, name: of },
      reason: "FailedCreate",
      message: `exceeded quota for ${of}`,
    });
    await apply(cluster, `/api/v1/namespaces/${namespace}/events`, event("a", "web-5d4f"));
    await apply(cluster, `/api/v1/namespaces/${namespace}/events`, event("b", "other-77"));
    const { objects } = await connected({ kubeconfig: cluster.kubeconfig });
    const trouble = {
      object: { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" },
      reason: "0/1 ready",
    };
    const evidence = await objects.evidence([trouble], namespace, undefined);
    expect(evidence.events.map(({ message }) => message)).toEqual(["exceeded quota for web-5d4f"]);
  });

  it("comes in time and empty-handed where the API server hangs, and stays small where there is much", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const proxy = await startFaultyProxy(cluster);
    const { objects } = await connected({ kubeconfig: proxy.kubeconfig });
    const troubles = Array.from({ length: 50 }, (_, index) => ({
      object: { apiVersion: "v1", kind: "Pod", namespace, name: `web-${index}` },
      pod: `web-${index}`,
      container: "main",
      reason: "CrashLoopBackOff",
      message: "m".repeat(2_000),
      restarts: 1,
    }));
    proxy.fault = () => ({ kind: "hang" });
    const began = Date.now();
    const hung = await objects.evidence(troubles, namespace, undefined);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(hung).toMatchObject({ events: [], logs: [] });
    proxy.fault = ({ url }) =>
      url.pathname.endsWith("/log")
        ? { kind: "answer", status: 200, body: `${"l".repeat(1_000)}\n`.repeat(100) }
        : {
            kind: "answer",
            status: 200,
            body: {
              items: Array.from({ length: 200 }, (_, index) => ({
                involvedObject: {
                  name: /name=([^,]+)/.exec(url.searchParams.get("fieldSelector") ?? "")?.[1],
                },
                reason: "BackOff",
                message: `${index} ${"e".repeat(5_000)}`,
              })),
            },
          };
    const much = await objects.evidence(troubles, namespace, undefined);
    expect(much.logs.length).toBeGreaterThan(0);
    expect(much.events).toHaveLength(20);
    expect(Buffer.byteLength(JSON.stringify(much))).toBeLessThan(32 * 1024);
  });
});
