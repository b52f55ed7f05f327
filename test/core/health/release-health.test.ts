import { describe, expect, test } from "vitest";
import type { ReleaseHealth } from "../../../src/core/health/health.ts";
import { assessRelease, type ReleaseContext } from "../../../src/core/health/release-health.ts";
import type { KubernetesObject } from "../../../src/core/object.ts";
import { objectIn, objectsIn, worldOf } from "./world-of.ts";

const context: ReleaseContext = { nowMs: 60_000, seenSinceMs: 0 };

const deployment = (status = "observedGeneration: 2", revision = "2"): KubernetesObject =>
  objectIn(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop, uid: d, generation: 2, annotations: { deployment.kubernetes.io/revision: "${revision}" } }
spec: { replicas: 1 }
status: { ${status} }
`);
const ready =
  "observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1";

const replicaSet = (name: string, revision: string): KubernetesObject =>
  objectIn(`
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  { name: ${name}, namespace: shop, uid: ${name}, annotations: { deployment.kubernetes.io/revision: "${revision}" }, ownerReferences: [{ kind: Deployment, name: orders, uid: d, controller: true }] }
`);

function pod(name: string, owner: string, status: string, metadata = "", spec = ""): KubernetesObject {
  return objectIn(
    `{ apiVersion: v1, kind: Pod, metadata: { name: ${name}, namespace: shop, uid: u-${name}, ownerReferences: [{ uid: ${owner}, controller: true }], ${metadata} }, spec: { ${spec} }, status: { ${status} } }`,
  );
}

const waiting = (reason: string, list = "containerStatuses"): string =>
  `phase: Pending, ${list}: [{ name: app, restartCount: 0, state: { waiting: { reason: ${reason}, message: said so } } }]`;
const looping = `phase: Running, containerStatuses: [{ name: app, restartCount: 4, state: { waiting: { reason: CrashLoopBackOff, message: back-off 40s } }, lastState: { terminated: { exitCode: 3, reason: Error, message: no such table } } }]`;

/** What a release waits for, each trouble as `reason` or `pod/container reason`, and its suspects by family. */
function summary(health: ReleaseHealth): readonly string[] {
  if (health.kind === "ready") return [];
  const troubles = health.kind === "pending" ? health.waitingFor : health.troubles;
  return troubles.map(
    ({ object, pod: name, container, reason }) =>
      `${object.kind} ${object.name}${name === undefined ? "" : ` > ${name}${container === undefined ? "" : `/${container}`}`}: ${reason}`,
  );
}

function familiesIn(health: ReleaseHealth): readonly string[] {
  return health.kind === "pending"
    ? health.suspects.map((suspect) => `${suspect.pod ?? suspect.object.name} ${suspect.family}`)
    : [];
}

function assess(
  live: readonly KubernetesObject[],
  expected: readonly KubernetesObject[] = [deployment()],
): ReleaseHealth {
  return assessRelease(expected, worldOf(live), context);
}

describe("a release", () => {
  test("is ready when each of its objects is", () => {
    expect(assess([deployment(ready)])).toEqual({ kind: "ready" });
  });

  test("without objects is ready", () => {
    expect(assess([], [])).toEqual({ kind: "ready" });
  });

  test("counts what is ready and waits for what isn't there", () => {
    const config = objectIn("{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop } }");
    const health = assess([config], [deployment(), config]);
    expect(health).toMatchObject({ kind: "pending", ready: 1, total: 2, suspects: [] });
    expect(summary(health)).toEqual(["Deployment orders: not found"]);
  });

  test("judges what is there, not what the manifest says of it", () => {
    expect(assess([deployment("observedGeneration: 2")], [deployment(ready)]).kind).toBe("pending");
  });

  test("finds an object by its group though the manifest names another version of it", () => {
    const wanted = objectIn(
      "{ apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: { name: h, namespace: shop } }",
    );
    expect(assess([{ ...wanted, apiVersion: "autoscaling/v2" }], [wanted]).kind).toBe("ready");
  });

  test("names the worst first: failed, suspected, missing, then merely waiting", () => {
    const [job, claim, gone, db] = objectsIn(`
{ apiVersion: batch/v1, kind: Job, metadata: { name: migrate, namespace: shop, uid: j }, status: { conditions: [{ type: Failed, status: "True", reason: BackoffLimitExceeded }] } }
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data, namespace: shop }, spec: { volumeName: v }, status: { phase: Pending } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: gone, namespace: shop } }
---
{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: db, namespace: shop, uid: s, generation: 1 }, spec: { replicas: 1 }, status: { observedGeneration: 1, updateRevision: new } }
`);
    if (job === undefined || claim === undefined || gone === undefined || db === undefined)
      throw new Error("objects");
    const broken = pod("db-0", "s", waiting("ErrImagePull"), "labels: { controller-revision-hash: new }");
    const health = assess([job, claim, db, broken], [claim, gone, db, job]);
    expect(health).toMatchObject({ kind: "failed", ready: 0, total: 4 });
    expect(summary(health)).toEqual([
      "Job migrate: BackoffLimitExceeded",
      "StatefulSet db: 0/1 ready",
      "StatefulSet db > db-0/app: ErrImagePull",
      "Secret gone: not found",
      "PersistentVolumeClaim data: not bound",
    ]);
  });

  test("tells when to look again: at the first grace that ends", () => {
    const wanted = objectIn(
      "{ apiVersion: example.com/v1, kind: Thing, metadata: { name: t, namespace: shop } }",
    );
    const facts = { Thing: { namespaced: true, hasStatus: true, custom: true } };
    const health = assessRelease([wanted], worldOf([wanted], facts), { nowMs: 1_000, seenSinceMs: 500 });
    expect(health).toMatchObject({ kind: "pending", lookAgainAtMs: 5_500 });
    expect(assessRelease([wanted], worldOf([wanted], facts), { nowMs: 5_500, seenSinceMs: 500 }).kind).toBe(
      "ready",
    );
  });

  test("asks the class of a claim how it binds", () => {
    const claim = objectIn(
      "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data, namespace: shop }, spec: { storageClassName: lazy }, status: { phase: Pending } }",
    );
    const lazy = objectIn(
      "{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: lazy }, volumeBindingMode: WaitForFirstConsumer }",
    );
    const early = { nowMs: 1, seenSinceMs: 0 };
    expect(assessRelease([claim], worldOf([claim]), early).kind).toBe("pending");
    expect(assessRelease([claim], worldOf([claim, lazy]), early).kind).toBe("ready");
  });

  test("takes a Job that cleans itself up for done when it has gone, any other for missing", () => {
    const job = (spec: string): KubernetesObject =>
      objectIn(
        `{ apiVersion: batch/v1, kind: Job, metadata: { name: once, namespace: shop }, spec: { ${spec} } }`,
      );
    expect(assess([], [job("ttlSecondsAfterFinished: 0")]).kind).toBe("ready");
    expect(assess([], [job("")]).kind).toBe("pending");
    const early = assessRelease([job("ttlSecondsAfterFinished: 0")], worldOf([]), {
      nowMs: 1,
      seenSinceMs: 0,
    });
    expect(early).toMatchObject({ kind: "pending", lookAgainAtMs: 5_000 });
  });

  test("suspects a missing object only once helm has written them all", () => {
    expect(familiesIn(assess([]))).toEqual([]);
    expect(familiesIn(assessRelease([deployment()], worldOf([]), { ...context, allApplied: true }))).toEqual([
      "orders missing",
    ]);
  });
});

describe("the pods of a Deployment", () => {
  const both = [deployment(), replicaSet("old", "1"), replicaSet("new", "2")];

  test.each([
    ["ErrImagePull", "image-pull"],
    ["ImagePullBackOff", "image-pull"],
    ["InvalidImageName", "image-pull"],
    ["ErrImageNeverPull", "image-pull"],
    ["ImageInspectError", "image-pull"],
    ["RegistryUnavailable", "image-pull"],
    ["CreateContainerConfigError", "config"],
    ["CreateContainerError", "config"],
    ["RunContainerError", "config"],
    ["CrashLoopBackOff", "crash-loop"],
  ])("that wait with %s are suspects of %s", (reason, family) => {
    const health = assess([...both, pod("p", "new", waiting(reason))]);
    expect(summary(health)).toEqual(["Deployment orders: 0/1 ready", `Deployment orders > p/app: ${reason}`]);
    expect(familiesIn(health)).toEqual([`p ${family}`]);
  });

  test("are suspected for their init containers too", () => {
    expect(
      familiesIn(assess([...both, pod("p", "new", waiting("ImagePullBackOff", "initContainerStatuses"))])),
    ).toEqual(["p image-pull"]);
  });

  test("that crash in a loop carry the last exit code, its message and the restarts", () => {
    const health = assess([...both, pod("p", "new", looping)]);
    expect(health).toMatchObject({
      suspects: [
        {
          family: "crash-loop",
          reason: "CrashLoopBackOff",
          exitCode: 3,
          restarts: 4,
          message: "no such table",
          container: "app",
        },
      ],
    });
  });

  test("killed for their memory say so", () => {
    const killed = looping.replace("reason: Error, message: no such table", "reason: OOMKilled");
    expect(assess([...both, pod("p", "new", killed)])).toMatchObject({
      suspects: [{ message: "OOMKilled: back-off 40s" }],
    });
  });

  test("that have just crashed are the same suspect as those that back off", () => {
    const crashed = `phase: Running, containerStatuses: [{ name: app, restartCount: 4, state: { terminated: { exitCode: 3, reason: Error } } }]`;
    const keys = [crashed, looping].map((status) => {
      const health = assess([...both, pod("p", "new", status)]);
      return health.kind === "pending" ? health.suspects[0]?.key : undefined;
    });
    expect(keys[0]).toBeDefined();
    expect(keys[0]).toBe(keys[1]);
  });

  test("of the ReplicaSet before never condemn the new one", () => {
    const health = assess([...both, pod("old-pod", "old", looping), pod("new-pod", "new", "phase: Pending")]);
    expect(summary(health)).toEqual([
      "Deployment orders: 0/1 ready",
      "Deployment orders > new-pod: starting",
    ]);
    expect(familiesIn(health)).toEqual([]);
  });

  test("are not looked at before the controller has seen the change", () => {
    const unseen = deployment("observedGeneration: 1", "1");
    expect(familiesIn(assess([unseen, replicaSet("old", "1"), pod("p", "old", looping)]))).toEqual([]);
  });

  test("are not looked at once it is ready", () => {
    expect(assess([deployment(ready), replicaSet("new", "2"), pod("p", "new", looping)]).kind).toBe("ready");
  });

  test("that no node can take are troubles, not suspects", () => {
    const unschedulable = `phase: Pending, conditions: [{ type: PodScheduled, status: "False", reason: Unschedulable, message: 0/3 nodes are available }]`;
    const health = assess([...both, pod("p", "new", unschedulable)]);
    expect(summary(health)).toContain("Deployment orders > p: Unschedulable");
    expect(familiesIn(health)).toEqual([]);
  });

  test("that were evicted are troubles, not suspects: others take their place", () => {
    const health = assess([
      ...both,
      pod("p", "new", "phase: Failed, reason: Evicted, message: low on memory"),
    ]);
    expect(health).toMatchObject({
      waitingFor: [{}, { pod: "p", reason: "Evicted", message: "low on memory" }],
      suspects: [],
    });
  });

  test("that are being deleted, ready or done are no trouble", () => {
    const health = assess([
      ...both,
      pod("leaving", "new", looping, 'deletionTimestamp: "2026-01-01T00:00:00Z"'),
      pod("fine", "new", `phase: Running, conditions: [{ type: Ready, status: "True" }]`),
      pod("done", "new", "phase: Succeeded"),
    ]);
    expect(summary(health)).toEqual(["Deployment orders: 0/1 ready"]);
  });

  test("that run without being ready say which container isn't", () => {
    const unready = `phase: Running, conditions: [{ type: Ready, status: "False", message: "containers with unready status: [app]" }]`;
    expect(assess([...both, pod("p", "new", unready)])).toMatchObject({
      waitingFor: [{}, { pod: "p", reason: "not ready", message: "containers with unready status: [app]" }],
    });
  });

  test("are named worst first, ten at most, and suspected all", () => {
    const starting = pod("a-starting", "new", "phase: Pending");
    const broken = Array.from({ length: 12 }, (_, index) => pod(`p${index}`, "new", looping));
    const health = assess([...both, starting, ...broken]);
    expect(summary(health)).toHaveLength(11);
    expect(summary(health)[1]).toContain("p0/app");
    expect(familiesIn(health)).toHaveLength(12);
  });

  test("explain a Deployment that failed", () => {
    const late = deployment(
      `observedGeneration: 2, conditions: [{ type: Progressing, status: "False", reason: ProgressDeadlineExceeded }]`,
    );
    const health = assess([late, replicaSet("new", "2"), pod("p", "new", looping)]);
    expect(health.kind).toBe("failed");
    expect(summary(health)).toEqual([
      "Deployment orders: ProgressDeadlineExceeded",
      "Deployment orders > p/app: CrashLoopBackOff",
    ]);
  });
});

describe("the pods of other kinds", () => {
  const labelled = (labels: string): string => `labels: { ${labels} }`;

  test("a StatefulSet is judged by the pods of its update revision", () => {
    const set = objectIn(
      "{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: db, namespace: shop, uid: s, generation: 1 }, spec: { replicas: 2 }, status: { observedGeneration: 1, updateRevision: new } }",
    );
    const health = assess(
      [
        set,
        pod("db-0", "s", looping, labelled("controller-revision-hash: old")),
        pod("db-1", "s", looping, labelled("controller-revision-hash: new")),
      ],
      [set],
    );
    expect(familiesIn(health)).toEqual(["db-1 crash-loop"]);
  });

  test("a DaemonSet is judged by the pods of its template's generation and those of the same revision", () => {
    const set = objectIn(
      `{ apiVersion: apps/v1, kind: DaemonSet, metadata: { name: agent, namespace: shop, uid: a, generation: 9, annotations: { deprecated.daemonset.template.generation: "3" } }, status: { observedGeneration: 9, desiredNumberScheduled: 3 } }`,
    );
    const pods = [
      pod("kept", "a", looping, labelled('pod-template-generation: "1", controller-revision-hash: good')),
      pod("old", "a", looping, labelled('pod-template-generation: "2", controller-revision-hash: bad')),
      pod("new", "a", looping, labelled('pod-template-generation: "3", controller-revision-hash: good')),
    ];
    expect(familiesIn(assess([set, ...pods], [set]))).toEqual(["kept crash-loop", "new crash-loop"]);
    expect(familiesIn(assess([set, ...pods.slice(0, 2)], [set]))).toEqual([]);
  });

  test("a Job tolerates crashes by its own back-off limit, but not an image that can't be pulled", () => {
    const job = objectIn(
      "{ apiVersion: batch/v1, kind: Job, metadata: { name: migrate, namespace: shop, uid: j }, status: { active: 1 } }",
    );
    const health = assess(
      [job, pod("m-1", "j", looping), pod("m-2", "j", waiting("ImagePullBackOff"))],
      [job],
    );
    expect(summary(health)).toEqual([
      "Job migrate: 0/1 completed",
      "Job migrate > m-2/app: ImagePullBackOff",
      "Job migrate > m-1/app: CrashLoopBackOff",
    ]);
    expect(familiesIn(health)).toEqual(["m-2 image-pull"]);
  });

  test("a failed pod of a Job tells the exit code", () => {
    const job = objectIn(
      "{ apiVersion: batch/v1, kind: Job, metadata: { name: migrate, namespace: shop, uid: j }, status: { failed: 1 } }",
    );
    const ended =
      "phase: Failed, containerStatuses: [{ name: app, restartCount: 0, state: { terminated: { exitCode: 3, reason: Error, message: no such table } } }]";
    expect(assess([job, pod("m", "j", ended)], [job])).toMatchObject({
      waitingFor: [
        {},
        { pod: "m", container: "app", reason: "Failed", exitCode: 3, message: "no such table" },
      ],
      suspects: [],
    });
  });

  test("a bare pod speaks for itself", () => {
    const bare = pod("p", "nobody", waiting("ErrImagePull"));
    expect(familiesIn(assess([bare], [bare]))).toEqual(["p image-pull"]);
  });

  test("the pods that a custom resource controls are told of, but never suspected", () => {
    const cluster = objectIn(
      `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pg, namespace: shop, uid: c }, status: { conditions: [{ type: Ready, status: "False", reason: ClusterIsNotReady }] } }`,
    );
    const health = assess(
      [cluster, pod("pg-1", "c", looping), pod("pg-2", "c", waiting("ErrImagePull"))],
      [cluster],
    );
    expect(summary(health)).toEqual([
      "Cluster pg: ClusterIsNotReady",
      "Cluster pg > pg-1/app: CrashLoopBackOff",
      "Cluster pg > pg-2/app: ErrImagePull",
    ]);
    expect(familiesIn(health)).toEqual([]);
  });
});
