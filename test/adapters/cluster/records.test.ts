// Helm's records as Headway reads and mends them, against a real API server and records made by real helm 3 and 4.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { repackWithStatus, unpackRelease } from "../../../src/adapters/cluster/payload-codec.ts";
import { listAll } from "../../../src/adapters/cluster/list.ts";
import { findProgram } from "../../../src/sandbox/programs.ts";
import { patchRecord, storedRecord } from "../../kit/helm-records.ts";
import { runHelm, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";
import {
  apply,
  createNamespace,
  eventually,
  freshNamespace,
  sharedSandbox,
  type TestCluster,
} from "../../kit/sandbox.ts";
import { connected, connectedApi, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy, status } from "./faulty-proxy.ts";

function webChart(podAnnotations = "{}"): string {
  const folder = temporaryFolder();
  writeTree(folder, {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: '9'\n",
    "templates/all.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas | default 0 }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} }, annotations: ${podAnnotations} }
    spec: { containers: [{ name: web, image: web:1 }] }
---
apiVersion: v1
kind: Secret
metadata: { name: "{{ .Release.Name }}" }
stringData: { password: hunter2 }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ .Release.Namespace }}-{{ .Release.Name }}
rules: []
`,
  });
  return folder;
}

function install(
  cluster: TestCluster,
  namespace: string,
  name: string,
  chart: string,
  ...more: readonly string[]
) {
  return runHelm(
    "upgrade",
    "--install",
    name,
    chart,
    "-n",
    namespace,
    "--kubeconfig",
    cluster.kubeconfig,
    ...more,
  );
}

function recordOf(
  namespace: string,
  name: string,
  data: unknown,
  labels: object = {},
): readonly [string, unknown] {
  return [
    `/api/v1/namespaces/${namespace}/secrets`,
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "helm.sh/release.v1",
      metadata: {
        name: `sh.helm.release.v1.${name}.v1`,
        labels: { owner: "helm", name, status: "deployed", version: "1", ...labels },
      },
      data: { release: data },
    },
  ];
}

describe("records of helm", () => {
  it("are listed by their labels, those of Helm 3 and 4 alike, and none of their bodies is read", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const chart = webChart();
    await install(
      cluster,
      namespace,
      "four",
      chart,
      "--labels",
      "headway.dev/stack=s1,headway.dev/fingerprint=v1.r1.abc",
    );
    await helm3(cluster, namespace, "three", chart);
    const proxy = await startFaultyProxy(cluster);
    const { records } = await connected({ kubeconfig: proxy.kubeconfig });
    const found = valueOf(await records.list()).filter((record) => record.namespace === namespace);
    expect(found.toSorted((a, b) => (a.releaseName < b.releaseName ? -1 : 1))).toMatchObject([
      {
        releaseName: "four",
        revision: 1,
        status: "deployed",
        stackLabel: "s1",
        fingerprintLabel: "v1.r1.abc",
      },
      { releaseName: "three", revision: 1, status: "deployed" },
    ]);
    expect(found.find((record) => record.releaseName === "three")).not.toHaveProperty("stackLabel");
    expect(proxy.answers.join("")).not.toContain('"data"');
    expect(proxy.asked).toHaveLength(1);
  });

  it("say whose they are where Flux made them, and Secrets that only look like records are left out", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await apply(cluster, ...recordOf(namespace, "flux", "", { "helm.toolkit.fluxcd.io/name": "x" }));
    await apply(cluster, `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "sh.helm.release.v1.x.v0", labels: { owner: "helm" } },
    });
    const { records } = await connected({ kubeconfig: cluster.kubeconfig });
    const found = valueOf(await records.list()).filter((record) => record.namespace === namespace);
    expect(found).toMatchObject([{ releaseName: "flux", foreignOwner: "flux" }]);
  });

  it("hold payloads with chart, values and placed objects, however they were applied", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const chart = webChart();
    const stack = freshNamespace("stack");
    await install(
      cluster,
      namespace,
      "four",
      chart,
      "--labels",
      `headway.dev/stack=${stack}`,
      "--set",
      "a=1",
    );
    await helm3(cluster, namespace, "three", chart, "--labels", `headway.dev/stack=${stack}`);
    const { records } = await connected({ kubeconfig: cluster.kubeconfig });
    const payloads = valueOf(await records.deployedPayloads(stack));
    expect(payloads).toHaveLength(2);
    expect(payloads.find(({ releaseName }) => releaseName === "four")).toMatchObject({
      namespace,
      revision: 1,
      status: "deployed",
      chart: { name: "web", version: "1.2.3", appVersion: "9" },
      config: { a: 1 },
      applyMethod: "server-side",
    });
    const three = payloads.find(({ releaseName }) => releaseName === "three");
    expect(three?.applyMethod).toBe("client-side");
    expect(
      three?.objects
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`)
        .toSorted(),
    ).toEqual([
      `ClusterRole -/${namespace}-three`,
      `Deployment ${namespace}/three`,
      `Secret ${namespace}/three`,
    ]);
    expect(valueOf(await records.payload(namespace, "four", 1))?.releaseName).toBe("four");
    expect(valueOf(await records.payload(namespace, "four", 2))).toBeUndefined();
  });

  it("that nobody can decode are left out: bombs, wrong JSON, and what is no gzip", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const stack = freshNamespace("stack");
    const pack = (content: Buffer | string) =>
      Buffer.from(gzipSync(content).toString("base64")).toString("base64");
    const label = { "headway.dev/stack": stack };
    await apply(cluster, ...recordOf(namespace, "bomb", pack(Buffer.alloc(80 * 1024 * 1024)), label));
    await apply(cluster, ...recordOf(namespace, "words", pack('"release"'), label));
    await apply(cluster, ...recordOf(namespace, "broken", pack("{"), label));
    await apply(cluster, ...recordOf(namespace, "cut", Buffer.from("H4sIAAAA").toString("base64"), label));
    await apply(cluster, ...recordOf(namespace, "plain", Buffer.from("%%%").toString("base64"), label));
    const { records } = await connected({ kubeconfig: cluster.kubeconfig });
    expect(valueOf(await records.deployedPayloads(stack))).toEqual([]);
    expect(valueOf(await records.payload(namespace, "bomb", 1))).toBeUndefined();
    expect(valueOf(await records.list()).filter((record) => record.namespace === namespace)).toHaveLength(5);
  });

  it("take labels without losing any", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    await install(cluster, namespace, "web", webChart(), "--labels", "headway.dev/stack=s1");
    const { records } = await connected({ kubeconfig: cluster.kubeconfig });
    valueOf(await records.label(namespace, "web", 1, { "headway.dev/verified": "r1" }, undefined));
    const found = valueOf(await records.list()).find((record) => record.namespace === namespace);
    expect(found).toMatchObject({ verifiedLabel: "r1", stackLabel: "s1", status: "deployed" });
    expect(failureOf(await records.label(namespace, "web", 9, {}, undefined)).message).toContain(
      "revision 9",
    );
  });
});

describe("a record that a killed helm left pending", () => {
  it("keeps helm from upgrading until it is marked failed, and not after", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const chart = webChart('{ sim.headway.dev/fail: "never-ready" }');
    const helm = spawn(
      valueOf(await findProgram("helm")).path,
      [
        "upgrade",
        "--install",
        "web",
        chart,
        "-n",
        namespace,
        "--kubeconfig",
        cluster.kubeconfig,
        "--set",
        "replicas=1",
        "--wait",
        "--timeout",
        "60s",
      ],
      { stdio: "ignore" },
    );
    const { records } = await connected({ kubeconfig: cluster.kubeconfig });
    const pending = await eventually(async () =>
      valueOf(await records.list()).find(
        (record) => record.namespace === namespace && record.status === "pending-install",
      ),
    );
    helm.kill("SIGKILL");
    await once(helm, "exit");
    await expect(install(cluster, namespace, "web", chart)).rejects.toThrow("another operation");

    const stale = await records.mark({ ...pending, resourceVersion: "1" }, "failed", "cut", undefined);
    expect(failureOf(stale).kind).toBe("locked");
    expect(valueOf(await records.payload(namespace, "web", 1))?.status).toBe("pending-install");

    // The answer is lost; what was asked for is done.
    const proxy = await startFaultyProxy(cluster);
    proxy.fault = ({ method }) => (method === "PATCH" ? { kind: "lose-answer" } : undefined);
    const { records: throughProxy } = await connected({ kubeconfig: proxy.kubeconfig });
    valueOf(await throughProxy.mark(pending, "failed", "cut", undefined));
    valueOf(await records.mark(pending, "failed", "cut", undefined));
    const marked = valueOf(await records.payload(namespace, "web", 1));
    expect(marked).toMatchObject({ status: "failed", chart: { name: "web" }, config: { replicas: 1 } });
    expect(marked?.description).toBe("cut");
    await install(cluster, namespace, "web", chart);
    const history = await runHelm(
      "history",
      "web",
      "-n",
      namespace,
      "--kubeconfig",
      cluster.kubeconfig,
      "-o",
      "json",
    );
    expect(JSON.parse(history)).toMatchObject([
      { revision: 1, status: "superseded" },
      { revision: 2, status: "deployed" },
    ]);
  });
});

describe("a record that can't be decoded", () => {
  it("is written anew as a failed one from which helm goes on, and what it held is kept beside it", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const chart = webChart();
    const labels = ["--labels", "headway.dev/verified=r2"];
    await install(cluster, namespace, "web", chart);
    await install(cluster, namespace, "web", chart, ...labels);
    await patchRecord(cluster, namespace, "web", 2, { data: { release: "AAAA" } });
    await expect(install(cluster, namespace, "web", chart)).rejects.toThrow("already exists");

    const { records } = await connected({ kubeconfig: cluster.kubeconfig });
    expect(valueOf(await records.payload(namespace, "web", 2))).toBeUndefined();
    const seen = valueOf(await records.list()).find(
      (record) => record.namespace === namespace && record.revision === 2,
    );
    if (seen === undefined) throw new Error("no such record");
    valueOf(await records.mark(seen, "failed", "cut", undefined));
    expect(valueOf(await records.payload(namespace, "web", 2))).toMatchObject({
      revision: 2,
      status: "failed",
      chart: { name: "web" },
      description: "cut; what it held could not be read",
    });
    const stored = await storedRecord(cluster, namespace, "web", 2);
    expect(stored.data["unreadable"]).toBe("AAAA");
    expect(stored.metadata.labels["headway.dev/verified"]).toBeUndefined();
    await install(cluster, namespace, "web", chart);
    expect(valueOf(await records.payload(namespace, "web", 3))?.status).toBe("deployed");
  });
});

describe("packing a release again", () => {
  it("changes status and description and nothing else, to the last digit", () => {
    const text =
      '{"name":"web","info":{"status":"pending-install","notes":"n"},"config":{"big":9007199254740993,"f":1.0,"e":1e3,"__proto__":{"x":1}},"version":1}';
    const data = Buffer.from(gzipSync(text).toString("base64")).toString("base64");
    const repacked = repackWithStatus(data, "failed", "cut off") ?? "";
    const again = gunzipSync(Buffer.from(Buffer.from(repacked, "base64").toString(), "base64")).toString();
    expect(again).toBe(
      text.replace(
        '"status":"pending-install","notes":"n"',
        '"status":"failed","notes":"n","description":"cut off"',
      ),
    );
    expect(unpackRelease(repacked)).toMatchObject({ name: "web" });
  });

  it("is not done with what is no release", () => {
    expect(repackWithStatus("AAAA", "failed", "")).toBeUndefined();
    expect(repackWithStatus(undefined, "failed", "")).toBeUndefined();
  });
});

describe("lists in pages", () => {
  it("are whole, and begun again where their continuation has expired", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    for (const name of ["a", "b", "c", "d", "e"])
      await apply(cluster, `/api/v1/namespaces/${namespace}/configmaps`, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, labels: { test: "yes" } },
      });
    const proxy = await startFaultyProxy(cluster);
    let expired = false;
    proxy.fault = ({ url }) => {
      if (!url.searchParams.has("continue") || expired) return undefined;
      expired = true;
      return status(410, "Expired", "The provided continue parameter is too old");
    };
    const listed = await listAll(await connectedApi(proxy.kubeconfig), {
      doing: "Listing",
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      labelSelector: "test=yes",
      limit: 2,
    });
    expect(
      valueOf(listed).items.map((item) => (item as { metadata: { name: string } }).metadata.name),
    ).toEqual(["a", "b", "c", "d", "e"]);
    expect(proxy.asked).toHaveLength(5);
  });
});

async function helm3(
  cluster: TestCluster,
  namespace: string,
  name: string,
  chart: string,
  ...more: readonly string[]
) {
  const home = join(temporaryFolder(), "home");
  await promisify(execFile)(
    valueOf(await findProgram("helm3")).path,
    ["upgrade", "--install", name, chart, "-n", namespace, "--kubeconfig", cluster.kubeconfig, ...more],
    { env: { HOME: home, PATH: process.env.PATH } },
  );
}
