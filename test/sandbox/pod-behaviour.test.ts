// What the sandbox's pods, volumes, services and namespaces show over the API, for each annotation that steers them.
import { beforeAll, describe, expect, test } from "vitest";
import { apply, createNamespace, eventually, sharedSandbox, type TestCluster } from "../kit/sandbox.ts";

type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
};
type State = {
  readonly running?: { readonly startedAt: string };
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly terminated?: { readonly exitCode: number; readonly reason: string; readonly finishedAt: string };
};
type ContainerStatus = {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: State;
  readonly lastState?: State;
};
type Pod = {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
};

let cluster: TestCluster;
let namespace: string;

beforeAll(async () => {
  cluster = await sharedSandbox();
  namespace = await createNamespace(cluster, "pods");
});

let count = 0;

type PodBody = { readonly metadata: { readonly name: string } };

function podBody(annotations: Record<string, string>, spec: Record<string, unknown> = {}): PodBody {
  const body = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${++count}`, annotations },
    spec: { containers: [{ name: "web", image: "registry.example/web:1" }], ...spec },
  };
  return body;
}

async function makePod(
  annotations: Record<string, string>,
  spec: Record<string, unknown> = {},
): Promise<string> {
  const body = podBody(annotations, spec);
  await apply(cluster, `/api/v1/namespaces/${namespace}/pods`, body);
  return body.metadata.name;
}

async function readPod(name: string): Promise<Pod> {
  return (await cluster.kube(`/api/v1/namespaces/${namespace}/pods/${name}`)).body as Pod;
}

async function podThat(name: string, holds: (pod: Pod) => boolean): Promise<Pod> {
  return await eventually(async () => {
    const pod = await readPod(name);
    return holds(pod) && pod;
  });
}

function condition(pod: Pod, type: string): Condition | undefined {
  return pod.status.conditions?.find((it) => it.type === type);
}

function isReady(pod: Pod): boolean {
  return condition(pod, "Ready")?.status === "True";
}

function first(pod: Pod): ContainerStatus | undefined {
  return pod.status.containerStatuses?.[0];
}

async function log(name: string, query = ""): Promise<{ status: number; text: string }> {
  return await cluster.kube(`/api/v1/namespaces/${namespace}/pods/${name}/log${query}`);
}

describe("a pod", () => {
  test("without annotations runs and is Ready at once, with its init containers done", async () => {
    const name = await makePod(
      {},
      {
        initContainers: [
          { name: "prepare", image: "registry.example/prepare:1" },
          { name: "proxy", image: "registry.example/proxy:1", restartPolicy: "Always" },
        ],
      },
    );
    const pod = await podThat(name, isReady);
    expect(pod.status.phase).toBe("Running");
    expect(pod.spec.nodeName).toMatch(/^sandbox-\d$/);
    expect(pod.status.podIP).toMatch(/^10\.244\./);
    expect(condition(pod, "ContainersReady")?.status).toBe("True");
    expect(condition(pod, "Initialized")?.lastTransitionTime).toBeTruthy();
    expect(first(pod)).toMatchObject({ name: "web", ready: true, restartCount: 0 });
    expect(first(pod)?.state.running?.startedAt).toBeTruthy();
    expect(pod.status.initContainerStatuses).toMatchObject([
      { name: "prepare", ready: true, state: { terminated: { exitCode: 0, reason: "Completed" } } },
      { name: "proxy", ready: true, state: { running: {} } },
    ]);
  });

  test("with ready-after runs first and is Ready by that much later", async () => {
    const name = await makePod({ "sim.headway.dev/ready-after": "1500ms" });
    const running = await podThat(name, (pod) => pod.status.phase === "Running");
    expect(isReady(running)).toBe(false);
    expect(condition(running, "Ready")?.reason).toBe("ContainersNotReady");
    const seen = Date.now();
    const ready = await podThat(name, isReady);
    expect(Date.now() - seen).toBeGreaterThan(1000);
    expect(first(ready)?.state.running?.startedAt).toBe(first(running)?.state.running?.startedAt);
  });

  test("that never gets ready runs, unready, and says which containers are", async () => {
    const name = await makePod({
      "sim.headway.dev/fail": "never-ready",
      "sim.headway.dev/ready-after": "100ms",
    });
    await podThat(name, (pod) => pod.status.phase === "Running");
    await new Promise((resolve) => setTimeout(resolve, 800));
    const pod = await readPod(name);
    expect(first(pod)).toMatchObject({ ready: false, restartCount: 0, state: { running: {} } });
    expect(condition(pod, "Ready")).toMatchObject({
      status: "False",
      reason: "ContainersNotReady",
      message: "containers with unready status: [web]",
    });
    expect(await warnings(name)).toContain("Unhealthy");
  });

  test("whose image can't be pulled waits, Pending, in ImagePullBackOff", async () => {
    const name = await makePod({ "sim.headway.dev/fail": "ImagePullBackOff" });
    const pod = await podThat(name, (it) => first(it)?.state.waiting?.reason === "ImagePullBackOff");
    expect(pod.status.phase).toBe("Pending");
    expect(first(pod)?.state.waiting?.message).toContain('"registry.example/web:1"');
    expect(isReady(pod)).toBe(false);
    expect((await log(name)).text).toContain("is waiting to start: trying and failing to pull image");
    expect(await warnings(name)).toContain("Failed");
  });

  test("whose config is missing waits in CreateContainerConfigError", async () => {
    const name = await makePod({ "sim.headway.dev/fail": "CreateContainerConfigError" });
    const pod = await podThat(name, (it) => first(it)?.state.waiting !== undefined);
    expect(pod.status.phase).toBe("Pending");
    expect(first(pod)?.state.waiting).toEqual({
      reason: "CreateContainerConfigError",
      message: 'configmap "web-config" not found',
    });
  });

  test("that crashes restarts again and again, with exit code 1 as its last state", async () => {
    const name = await makePod({ "sim.headway.dev/fail": "CrashLoopBackOff" });
    const early = await podThat(name, (it) => first(it)?.state.waiting?.reason === "CrashLoopBackOff");
    expect(early.status.phase).toBe("Running");
    expect(first(early)?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: "Error" });
    const late = await podThat(
      name,
      (it) => first(it)?.state.waiting !== undefined && (first(it)?.restartCount ?? 0) >= 3,
    );
    expect(first(late)?.state.waiting?.message).toContain(
      `back-off 10s restarting failed container=web pod=${name}`,
    );
    expect(isReady(late)).toBe(false);
    expect((await log(name, "?previous=true")).text).toContain("exiting with code 1");
    expect(await warnings(name)).toContain("BackOff");
  });

  test("that is evicted ends as Failed for that reason and was never Ready", async () => {
    const name = await makePod({ "sim.headway.dev/fail": "Evicted" });
    const pod = await podThat(name, (it) => it.status.phase === "Failed");
    expect(pod.status.reason).toBe("Evicted");
    expect(pod.status.message).toContain("The node was low on resource");
    expect(isReady(pod)).toBe(false);
  });

  test("that is deleted is gone soon", async () => {
    const name = await makePod({});
    await podThat(name, isReady);
    await cluster.kube(`/api/v1/namespaces/${namespace}/pods/${name}`, { method: "DELETE" });
    await eventually(
      async () => (await cluster.kube(`/api/v1/namespaces/${namespace}/pods/${name}`)).status === 404,
      5000,
    );
  });
});

async function warnings(pod: string): Promise<readonly string[]> {
  return await eventually(async () => {
    const reply = await cluster.kube(
      `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=${pod},type=Warning`,
    );
    const { items } = reply.body as { readonly items: readonly { readonly reason: string }[] };
    return items.length > 0 && items.map((it) => it.reason);
  });
}

describe("a pod's log", () => {
  test("is what its annotation says, cut as asked", async () => {
    const name = await makePod({ "sim.headway.dev/logs": "one\ntwo\nthree\n" });
    await podThat(name, isReady);
    expect((await log(name)).text).toBe("one\ntwo\nthree\n");
    expect((await log(name, "?tailLines=2")).text).toBe("two\nthree\n");
    expect((await log(name, "?limitBytes=5")).text).toBe("one\nt");
    expect((await log(name, "?timestamps=true&tailLines=1")).text).toMatch(/^\d{4}-\d\d-\d\dT.*Z three\n$/);
  });

  test("says without an annotation which pod it is of, and that nothing ran before", async () => {
    const name = await makePod({});
    await podThat(name, isReady);
    expect((await log(name)).text).toContain(
      `${namespace}/${name} container web stands for registry.example/web:1`,
    );
    expect(await log(name, "?previous=true")).toMatchObject({ status: 400 });
  });
});

type Job = {
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly failed?: number;
    readonly succeeded?: number;
  };
};

async function jobThat(
  annotations: Record<string, string>,
  holds: (job: Job) => boolean,
): Promise<{ job: Job; name: string }> {
  const name = `j${++count}`;
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  await apply(cluster, path, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { annotations },
        spec: {
          restartPolicy: "Never",
          containers: [{ name: "migrate", image: "registry.example/migrate:1" }],
        },
      },
    },
  });
  const job = await eventually(async () => {
    const read = (await cluster.kube(`${path}/${name}`)).body as Job;
    return holds(read) && read;
  });
  return { job, name };
}

function isTrue(job: Job, type: string): boolean {
  return job.status.conditions?.some((it) => it.type === type && it.status === "True") === true;
}

describe("a Job", () => {
  test("completes", async () => {
    const { job } = await jobThat({}, (it) => isTrue(it, "Complete"));
    expect(job.status.succeeded).toBe(1);
  });

  test("completes after ready-after", async () => {
    const began = Date.now();
    await jobThat({ "sim.headway.dev/ready-after": "1500ms" }, (it) => isTrue(it, "Complete"));
    expect(Date.now() - began).toBeGreaterThan(1500);
  });

  test("whose pod exits with 1 fails, and the pod says so", async () => {
    const { job, name } = await jobThat({ "sim.headway.dev/fail": "exit-1" }, (it) => isTrue(it, "Failed"));
    expect(job.status.failed).toBe(1);
    const pods = await cluster.kube(`/api/v1/namespaces/${namespace}/pods?labelSelector=job-name=${name}`);
    const { items } = pods.body as { readonly items: readonly Pod[] };
    expect(items[0]?.status.phase).toBe("Failed");
    expect(items[0] && first(items[0])?.state.terminated).toMatchObject({ exitCode: 1, reason: "Error" });
  });
});

test("a Deployment becomes available when its slow pods are, and the audit log shows the write that made it so", async () => {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const since = new Date().toISOString();
  await apply(cluster, path, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "slow" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "slow" } },
      template: {
        metadata: { labels: { app: "slow" }, annotations: { "sim.headway.dev/ready-after": "500ms" } },
        spec: { containers: [{ name: "web", image: "registry.example/web:1" }] },
      },
    },
  });
  const readyWrite = await eventually(() => {
    const writes = cluster
      .readAudit(since)
      .filter((it) => it.objectRef?.name === "slow" && it.objectRef.subresource === "status");
    return Promise.resolve(
      writes.find(
        (it) => (it.responseObject as { status?: { readyReplicas?: number } }).status?.readyReplicas === 2,
      ),
    );
  });
  expect(readyWrite.user.username).toBe("system:serviceaccount:kube-system:deployment-controller");
  expect(readyWrite.stageTimestamp).toMatch(/\.\d{6}Z$/);
  expect(readyWrite.requestObject).toBeDefined();
});

test("no secret's contents stand in the audit log", async () => {
  const since = new Date().toISOString();
  await apply(cluster, `/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "quiet" },
    stringData: { word: "hush" },
  });
  const logged = await eventually(() =>
    Promise.resolve(cluster.readAudit(since).find((it) => it.objectRef?.resource === "secrets")),
  );
  expect(logged.objectRef?.namespace).toBe(namespace);
  expect(JSON.stringify(logged)).not.toMatch(/hush|aHVzaA/);
});

async function makeClaim(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  await apply(cluster, path, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...more },
  });
  return `${path}/${name}`;
}

type Claim = {
  readonly status: { readonly phase: string; readonly capacity?: unknown };
  readonly spec: { readonly volumeName?: string };
};

test("a claim is bound to a volume, which goes with it", async () => {
  const path = await makeClaim("data");
  const claim = await eventually(async () => {
    const read = (await cluster.kube(path)).body as Claim;
    return read.status.phase === "Bound" && read;
  });
  expect(claim.status.capacity).toEqual({ storage: "1Gi" });
  const volume = `/api/v1/persistentvolumes/${claim.spec.volumeName ?? ""}`;
  expect((await cluster.kube(volume)).status).toBe(200);
  await cluster.kube(path, { method: "DELETE" });
  await eventually(async () => (await cluster.kube(volume)).status === 404);
});

test("a claim of an unknown storage class stays Pending", async () => {
  const path = await makeClaim("lost", { storageClassName: "nowhere" });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(((await cluster.kube(path)).body as Claim).status.phase).toBe("Pending");
});

test("a StatefulSet with storage becomes ready, one pod after the other", async () => {
  const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
  await apply(cluster, path, {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: {
      serviceName: "db",
      replicas: 2,
      selector: { matchLabels: { app: "db" } },
      template: {
        metadata: { labels: { app: "db" } },
        spec: { containers: [{ name: "db", image: "registry.example/db:1" }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  });
  await eventually(async () => {
    const { status } = (await cluster.kube(`${path}/db`)).body as {
      readonly status: { readonly readyReplicas?: number };
    };
    return status.readyReplicas === 2;
  });
});

test("a Service of type LoadBalancer gets an address", async () => {
  const path = `/api/v1/namespaces/${namespace}/services`;
  await apply(cluster, path, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "front" },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], selector: { app: "front" } },
  });
  const address = await eventually(async () => {
    const read = (await cluster.kube(`${path}/front`)).body as {
      readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
    };
    return read.status.loadBalancer.ingress?.[0]?.ip;
  });
  expect(address).toMatch(/^198\.51\.100\.\d+$/);
});

test("a namespace with pods in it can be deleted", async () => {
  const doomed = await createNamespace(cluster, "doomed");
  await apply(cluster, `/api/v1/namespaces/${doomed}/pods`, podBody({}));
  await cluster.kube(`/api/v1/namespaces/${doomed}`, { method: "DELETE" });
  await eventually(async () => (await cluster.kube(`/api/v1/namespaces/${doomed}`)).status === 404, 60_000);
});
