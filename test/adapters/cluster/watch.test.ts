// Watches against a real API server, through a proxy that can refuse, freeze and cut: the world stays as the cluster is.
import { onTestFinished, describe, expect, it } from "vitest";
import { makeDiscovery } from "../../../src/adapters/cluster/discovery.ts";
import { ordinaryWatchSettings, type WatchSettings } from "../../../src/adapters/cluster/kind-watch.ts";
import { watchWorld } from "../../../src/adapters/cluster/watch.ts";
import type { ObjectRef } from "../../../src/core/object.ts";
import type { WatchedWorld } from "../../../src/engine/ports.ts";
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

const quick: WatchSettings = {
  ...ordinaryWatchSettings(),
  shortestPauseMs: 20,
  longestPauseMs: 200,
  patienceMs: 300,
};
const configMaps = { apiVersion: "v1", kind: "ConfigMap" };
const secrets = { apiVersion: "v1", kind: "Secret" };

type Seen = { readonly world: WatchedWorld; readonly changes: string[] };

async function watching(kubeconfig: string, settings: WatchSettings = { ...quick }): Promise<Seen> {
  const api = await connectedApi(kubeconfig, 2_000);
  const world = watchWorld(
    api,
    makeDiscovery(api, () => performance.now()),
    settings,
  );
  onTestFinished(() => {
    world.close();
  });
  const changes: string[] = [];
  world.onChange((ref) => {
    changes.push(`${world.world.get(ref) === undefined ? "-" : "+"}${ref.name}`);
  });
  return { world, changes };
}

function configMap(namespace: string, name: string): ObjectRef {
  return { ...configMaps, namespace, name };
}

async function make(cluster: TestCluster, namespace: string, name: string, more: object = {}): Promise<void> {
  await apply(cluster, `/api/v1/namespaces/${namespace}/configmaps`, {
    ...configMaps,
    metadata: { name, labels: { "app.kubernetes.io/managed-by": "Helm" } },
    ...more,
  });
}

async function change(cluster: TestCluster, namespace: string, name: string, value: string): Promise<void> {
  await cluster.kube(`/api/v1/namespaces/${namespace}/configmaps/${name}`, {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body: { metadata: { annotations: { value } } },
  });
}

async function remove(cluster: TestCluster, namespace: string, name: string): Promise<void> {
  await cluster.kube(`/api/v1/namespaces/${namespace}/configmaps/${name}`, { method: "DELETE" });
}

const valueIn = ({ world }: Seen, ref: ObjectRef) => world.world.get(ref)?.metadata.annotations?.["value"];

describe("a watched world", () => {
  it("shows what is there once it follows, then what is made, changed and deleted", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await make(cluster, namespace, "one");
    const seen = await watching(cluster.kubeconfig);
    valueOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
    expect(seen.world.world.get(configMap(namespace, "one"))?.metadata.uid).toBeDefined();
    await make(cluster, namespace, "two");
    await change(cluster, namespace, "one", "new");
    await eventually(() => Promise.resolve(valueIn(seen, configMap(namespace, "one")) === "new"));
    expect(seen.world.world.get(configMap(namespace, "two"))).toBeDefined();
    await remove(cluster, namespace, "one");
    await eventually(() => Promise.resolve(seen.changes.includes("-one")));
    expect(seen.world.world.get(configMap(namespace, "one"))).toBeUndefined();
  });

  it("never reads what Secrets hold", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await apply(cluster, `/api/v1/namespaces/${namespace}/secrets`, {
      ...secrets,
      metadata: { name: "db", labels: { "app.kubernetes.io/managed-by": "Helm" } },
      stringData: { password: "hunter2-in-the-clear" },
    });
    const proxy = await startFaultyProxy(cluster);
    const { world } = await watching(proxy.kubeconfig);
    valueOf(await world.follow({ kinds: [secrets], namespaces: [] }));
    await world.fetch([{ ...secrets, namespace, name: "db" }]);
    expect(world.world.get({ ...secrets, namespace, name: "db" })?.kind).toBe("Secret");
    expect(proxy.answers.join("")).not.toContain(Buffer.from("hunter2-in-the-clear").toString("base64"));
  });

  it("asks once for what it follows twice", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const proxy = await startFaultyProxy(cluster);
    const { world } = await watching(proxy.kubeconfig);
    const needs = { kinds: [configMaps], namespaces: [namespace] };
    await Promise.all([world.follow(needs), world.follow(needs)]);
    valueOf(await world.follow(needs));
    expect(proxy.asked.filter(({ url }) => url.searchParams.get("watch") === "true")).toHaveLength(4);
  });

  it("names the pods and ReplicaSets of a Deployment by their owner", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const { world } = await watching(cluster.kubeconfig);
    valueOf(
      await world.follow({ kinds: [{ apiVersion: "apps/v1", kind: "Deployment" }], namespaces: [namespace] }),
    );
    await deploy(cluster, namespace);
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };
    const pod = await eventually(() => {
      const replicaSets = world.world.controlledBy(world.world.get(ref)?.metadata.uid ?? "", "ReplicaSet");
      return Promise.resolve(
        replicaSets.flatMap((set) => world.world.controlledBy(set.metadata.uid ?? "", "Pod"))[0],
      );
    });
    expect(pod.metadata.name).toMatch(/^web-/);
    expect(pod.spec).toBeDefined();
  });

  it("goes over to one watch of all namespaces where there are many, and loses no pod by it", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await deploy(cluster, namespace);
    const proxy = await startFaultyProxy(cluster);
    const { world, changes } = await watching(proxy.kubeconfig);
    valueOf(await world.follow({ kinds: [], namespaces: [namespace] }));
    const others = Array.from({ length: 9 }, () => freshNamespace());
    valueOf(await world.follow({ kinds: [], namespaces: others }));
    expect(proxy.asked.filter(({ url }) => url.pathname === "/api/v1/pods")).toHaveLength(1);
    await eventually(() => Promise.resolve(changes.some((name) => name.startsWith("+web-"))));
    await cluster.kube(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, { method: "DELETE" });
    await eventually(() => Promise.resolve(changes.some((name) => /^-web-\w+-\w+$/.test(name))));
  });

  it("fetches single objects, and forgets those that are gone", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await apply(cluster, `/api/v1/namespaces/${namespace}/configmaps`, {
      ...configMaps,
      metadata: { name: "bare" },
    });
    const { world, changes } = await watching(cluster.kubeconfig);
    const ref = configMap(namespace, "bare");
    await world.fetch([ref, { apiVersion: "no.such/v1", kind: "Kind", namespace, name: "x" }]);
    expect(world.world.get(ref)).toBeDefined();
    await remove(cluster, namespace, "bare");
    await world.fetch([ref]);
    expect(world.world.get(ref)).toBeUndefined();
    expect(changes).toEqual(["+bare", "-bare"]);
  });

  it("follows a kind whose CRD comes later", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const group = `${freshNamespace("g")}.example.com`;
    const { world } = await watching(cluster.kubeconfig);
    const kind = { apiVersion: `${group}/v1`, kind: "Widget" };
    valueOf(await world.follow({ kinds: [kind], namespaces: [] }));
    await defineWidgets(cluster, group);
    await eventually(async () => {
      const reply = await cluster.kube(`/apis/${group}/v1/namespaces/${namespace}/widgets`, {
        method: "POST",
        body: { ...kind, metadata: { name: "w", labels: { "app.kubernetes.io/managed-by": "Helm" } } },
      });
      return reply.status === 201;
    });
    await eventually(() => Promise.resolve(world.world.get({ ...kind, namespace, name: "w" })));
    expect(world.world.kindFacts(kind.apiVersion, kind.kind)).toMatchObject({
      namespaced: true,
      custom: true,
      hasStatus: true,
    });
    await cluster.kube(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`, {
      method: "DELETE",
    });
    await eventually(() => Promise.resolve(world.world.get({ ...kind, namespace, name: "w" }) === undefined));
  });
});

describe("a watch in trouble", () => {
  it("lists first where the server refuses streaming lists", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await make(cluster, namespace, "one");
    const proxy = await startFaultyProxy(cluster);
    proxy.fault = ({ url }) =>
      url.searchParams.has("sendInitialEvents")
        ? status(422, "Invalid", "sendInitialEvents: Forbidden")
        : undefined;
    const seen = await watching(proxy.kubeconfig);
    valueOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
    expect(seen.world.world.get(configMap(namespace, "one"))).toBeDefined();
    await make(cluster, namespace, "two");
    await eventually(() => Promise.resolve(seen.world.world.get(configMap(namespace, "two"))));
    valueOf(await seen.world.follow({ kinds: [secrets], namespaces: [] }));
    expect(proxy.asked.filter(({ url }) => url.searchParams.has("sendInitialEvents"))).toHaveLength(1);
  });

  it("goes on where it was cut, without a second first state", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const proxy = await startFaultyProxy(cluster);
    const seen = await watching(proxy.kubeconfig);
    valueOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
    await make(cluster, namespace, "one");
    await eventually(() => Promise.resolve(seen.world.world.get(configMap(namespace, "one"))));
    proxy.cut();
    await change(cluster, namespace, "one", "while away");
    await eventually(() => Promise.resolve(valueIn(seen, configMap(namespace, "one")) === "while away"));
    expect(proxy.asked.filter(({ url }) => url.searchParams.has("sendInitialEvents"))).toHaveLength(1);
  });

  it.each([
    ["by the status of the answer", status(410, "Expired", "too old resource version")],
    [
      "by an event",
      {
        kind: "answer",
        status: 200,
        body: `${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old" } })}\n`,
      } as const,
    ],
  ])(
    "reads everything again where its version has expired (told %s), and announces what went meanwhile",
    async (_how, expired) => {
      const cluster = await sharedSandbox();
      const namespace = await createNamespace(cluster);
      await make(cluster, namespace, "going");
      await make(cluster, namespace, "staying");
      const proxy = await startFaultyProxy(cluster);
      const seen = await watching(proxy.kubeconfig);
      valueOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
      proxy.fault = ({ url }) =>
        url.searchParams.get("watch") === "true" ? status(503, "ServiceUnavailable", "away") : undefined;
      proxy.cut();
      await remove(cluster, namespace, "going");
      proxy.fault = ({ url }) => (url.searchParams.has("resourceVersion") ? expired : undefined);
      await eventually(() => Promise.resolve(seen.changes.includes("-going")));
      expect(seen.world.world.get(configMap(namespace, "going"))).toBeUndefined();
      expect(seen.world.world.get(configMap(namespace, "staying"))).toBeDefined();
    },
  );

  it("takes silence for death and asks again", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await make(cluster, namespace, "one");
    const proxy = await startFaultyProxy(cluster);
    const seen = await watching(proxy.kubeconfig, { ...quick, silenceMs: 1_500 });
    valueOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
    proxy.freeze();
    await change(cluster, namespace, "one", "unheard");
    await eventually(() => Promise.resolve(valueIn(seen, configMap(namespace, "one")) === "unheard"));
  });

  it("says why the first state has not come, and brings it when it can", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await make(cluster, namespace, "one");
    const proxy = await startFaultyProxy(cluster);
    proxy.fault = ({ url }) =>
      url.searchParams.get("watch") === "true" ? status(500, "InternalError", "not now") : undefined;
    const seen = await watching(proxy.kubeconfig);
    const failure = failureOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toContain("not now");
    proxy.fault = () => undefined;
    await eventually(() => Promise.resolve(seen.world.world.get(configMap(namespace, "one"))));
    valueOf(await seen.world.follow({ kinds: [configMaps], namespaces: [] }));
  });

  it("says at once that it is forbidden", async () => {
    const cluster = await sharedSandbox();
    const proxy = await startFaultyProxy(cluster);
    proxy.fault = ({ url }) =>
      url.searchParams.get("watch") === "true"
        ? status(403, "Forbidden", "configmaps is forbidden")
        : undefined;
    const { world } = await watching(proxy.kubeconfig, { ...quick, patienceMs: 60_000 });
    expect(failureOf(await world.follow({ kinds: [configMaps], namespaces: [] })).kind).toBe("forbidden");
  });

  it("asks nothing more once it is closed", async () => {
    const cluster = await sharedSandbox();
    const proxy = await startFaultyProxy(cluster);
    const { world } = await watching(proxy.kubeconfig);
    valueOf(await world.follow({ kinds: [configMaps], namespaces: [] }));
    world.close();
    const before = proxy.asked.length;
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(proxy.asked).toHaveLength(before);
  });
});

async function deploy(cluster: TestCluster, namespace: string): Promise<void> {
  await apply(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { "app.kubernetes.io/managed-by": "Helm" } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "web", image: "web:1" }] },
      },
    },
  });
}

async function defineWidgets(cluster: TestCluster, group: string): Promise<void> {
  await apply(cluster, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          subresources: { status: {} },
        },
      ],
    },
  });
}
