import { describe, expect, test } from "vitest";
import { assessObject, existenceSuffices } from "../../../src/core/health/object-health.ts";
import type { ObjectContext } from "../../../src/core/health/verdict.ts";
import { objectIn } from "./world-of.ts";

const SINCE = 1_000_000;
const context: ObjectContext = { nowMs: SINCE + 60_000, seenSinceMs: SINCE };
const justNow: ObjectContext = { nowMs: SINCE + 1_000, seenSinceMs: SINCE };

type Case = readonly [name: string, expected: string, object: string, context?: ObjectContext];

/** `ready`, `pending: 0/2 ready`, `failed: Reason: message`. */
function verdictOn(text: string, given: ObjectContext): string {
  const health = assessObject(objectIn(text), given);
  if (health.kind === "ready" || health.kind === "absent") return health.kind;
  return `${health.kind}: ${health.reason}${health.message === undefined ? "" : `: ${health.message}`}`;
}

function check(cases: readonly Case[]): void {
  for (const [name, expected, object, given = context] of cases)
    test(`${name} (${expected})`, () => {
      expect(verdictOn(object, given)).toBe(expected);
    });
}

function workload(kind: string, spec: string, status: string, generation = 2): string {
  const apiVersion = kind === "ReplicationController" ? "v1" : "apps/v1";
  return `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: x, namespace: n, generation: ${generation} }, spec: { ${spec} }, status: { ${status} } }`;
}

const deployed =
  "observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2";
const timedOut = `conditions: [{ type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: 'ReplicaSet "x-1" has timed out progressing.' }]`;

describe("what holds for every kind", () => {
  test("an object that isn't there is absent", () => {
    expect(assessObject(undefined, context)).toEqual({ kind: "absent" });
  });
  check([
    [
      "one being deleted is never ready",
      "pending: being deleted",
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: x, deletionTimestamp: "2026-01-01T00:00:00Z" } }`,
    ],
    [
      "a built-in kind without a state is ready by being there",
      "ready",
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: x } }`,
    ],
    [
      "an autoscaler is ready whatever its controller has seen",
      "ready",
      `{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: x, generation: 2 }, status: { observedGeneration: 1, conditions: [{ type: ScalingActive, status: "False" }] } }`,
    ],
    [
      "a status of an older generation is not believed, though it is good",
      "pending: not seen by its controller yet",
      workload("Deployment", "replicas: 2", deployed, 3),
    ],
    [
      "nor where it is bad",
      "pending: not seen by its controller yet",
      workload("Deployment", "replicas: 2", `observedGeneration: 1, replicas: 1, ${timedOut}`),
    ],
    [
      "a status of a later generation, as a restored backup has, is believed",
      "ready",
      workload("Deployment", "replicas: 2", deployed, 1),
    ],
    [
      "a disruption budget is ready when its controller has seen it",
      "ready",
      `{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: x, generation: 1 }, status: { observedGeneration: 1, disruptionsAllowed: 0 } }`,
    ],
    [
      "a disruption budget waits for its controller after a change",
      "pending: not seen by its controller yet",
      `{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: x, generation: 2 }, status: { observedGeneration: 1 } }`,
    ],
  ]);
});

describe("existence suffices", () => {
  test.each([
    ["v1", "Secret", true],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", true],
    ["networking.k8s.io/v1", "Ingress", true],
    ["autoscaling/v2", "HorizontalPodAutoscaler", true],
    ["batch/v1", "CronJob", true],
    ["batch/v1", "Job", false],
    ["policy/v1", "PodDisruptionBudget", false],
    ["v1", "Service", false],
    ["example.com/v1", "ConfigMap", false],
  ])("for %s %s: %s", (apiVersion, kind, suffices) => {
    expect(existenceSuffices(apiVersion, kind)).toBe(suffices);
  });
});

describe("Deployment", () => {
  check([
    [
      "with all replicas updated and available is ready",
      "ready",
      workload("Deployment", "replicas: 2", deployed),
    ],
    [
      "without a status waits",
      "pending: not seen by its controller yet",
      workload("Deployment", "replicas: 2", ""),
    ],
    [
      "not observed yet waits though it wants no replica",
      "pending: not seen by its controller yet",
      workload("Deployment", "replicas: 0", ""),
    ],
    ["scaled to zero is ready", "ready", workload("Deployment", "replicas: 0", "observedGeneration: 2")],
    [
      "scaled to zero waits for the pods that are left",
      "pending: 1 surplus pod left",
      workload(
        "Deployment",
        "replicas: 0",
        "observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1",
      ),
    ],
    [
      "without a number of replicas wants one",
      "pending: 0/1 ready",
      workload("Deployment", "", "observedGeneration: 2"),
    ],
    [
      "with no pod yet tells how many it wants",
      "pending: 0/2 ready",
      workload("Deployment", "replicas: 2", "observedGeneration: 2"),
    ],
    [
      "in the middle of a rollout tells how far it is",
      "pending: 1/2 updated",
      workload(
        "Deployment",
        "replicas: 2",
        "observedGeneration: 2, replicas: 3, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2",
      ),
    ],
    [
      "with an old pod left is not ready",
      "pending: 1 surplus pod left",
      workload(
        "Deployment",
        "replicas: 2",
        "observedGeneration: 2, replicas: 3, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 3",
      ),
    ],
    [
      "with pods that aren't ready for minReadySeconds yet waits",
      "pending: 0/2 available",
      workload(
        "Deployment",
        "replicas: 2, minReadySeconds: 5",
        "observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2",
      ),
    ],
    [
      "that made no progress in time has failed",
      `failed: ProgressDeadlineExceeded: ReplicaSet "x-1" has timed out progressing.`,
      workload(
        "Deployment",
        "replicas: 2",
        `observedGeneration: 2, replicas: 2, updatedReplicas: 2, ${timedOut}`,
      ),
    ],
    [
      "rolled back a moment ago may still carry the failure before",
      "pending: 0/2 ready",
      workload("Deployment", "replicas: 2", `observedGeneration: 2, replicas: 0, ${timedOut}`),
      justNow,
    ],
    [
      "that came late, after its deadline, is ready",
      "ready",
      workload("Deployment", "replicas: 2", `${deployed}, ${timedOut}`),
    ],
    [
      "whose pods can't be made says why",
      "pending: FailedCreate: exceeded quota",
      workload(
        "Deployment",
        "replicas: 2",
        `observedGeneration: 2, conditions: [{ type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota }]`,
      ),
    ],
    [
      "paused before its first pod is ready",
      "ready",
      workload("Deployment", "replicas: 2, paused: true", "observedGeneration: 2"),
    ],
    [
      "paused is not asked to roll out",
      "ready",
      workload(
        "Deployment",
        "replicas: 2, paused: true",
        "observedGeneration: 2, replicas: 2, readyReplicas: 2, availableReplicas: 2",
      ),
    ],
    [
      "paused is asked that what is there be available",
      "pending: 1/2 ready",
      workload(
        "Deployment",
        "replicas: 2, paused: true",
        "observedGeneration: 2, replicas: 2, readyReplicas: 1, availableReplicas: 1",
      ),
    ],
    [
      "paused and not observed yet waits",
      "pending: not seen by its controller yet",
      workload("Deployment", "paused: true", ""),
    ],
    [
      "of another group is a custom resource",
      "pending: NotYet",
      `{ apiVersion: example.com/v1, kind: Deployment, metadata: { name: x }, status: { conditions: [{ type: Ready, status: "False", reason: NotYet }] } }`,
    ],
  ]);

  test("a failure that may be left from before is looked at again when its grace ends", () => {
    const object = objectIn(workload("Deployment", "replicas: 2", `observedGeneration: 2, ${timedOut}`));
    expect(assessObject(object, justNow)).toMatchObject({ kind: "pending", lookAgainAtMs: SINCE + 10_000 });
    expect(assessObject(object, { nowMs: SINCE + 10_000, seenSinceMs: SINCE }).kind).toBe("failed");
  });
});

const stateful = (more: string): string =>
  `observedGeneration: 2, currentRevision: a, updateRevision: a, ${more}`;
const rolling = (more: string): string =>
  `observedGeneration: 2, currentRevision: a, updateRevision: b, ${more}`;

describe("StatefulSet", () => {
  check([
    [
      "with all replicas of the newest revision is ready",
      "ready",
      workload("StatefulSet", "replicas: 3", stateful("replicas: 3, readyReplicas: 3, updatedReplicas: 3")),
    ],
    [
      "without a status waits",
      "pending: not seen by its controller yet",
      workload("StatefulSet", "replicas: 3", ""),
    ],
    ["scaled to zero is ready", "ready", workload("StatefulSet", "replicas: 0", stateful("replicas: 0"))],
    [
      "scaled to zero waits for the pods that are left",
      "pending: 2 surplus pods left",
      workload("StatefulSet", "replicas: 0", stateful("replicas: 2, readyReplicas: 2, updatedReplicas: 2")),
    ],
    [
      "that makes its pods one by one tells how many are ready",
      "pending: 1/3 ready",
      workload("StatefulSet", "replicas: 3", stateful("replicas: 2, readyReplicas: 1, updatedReplicas: 2")),
    ],
    [
      "in the middle of an update tells how many are updated",
      "pending: 1/3 updated",
      workload("StatefulSet", "replicas: 3", rolling("replicas: 3, readyReplicas: 3, updatedReplicas: 1")),
    ],
    [
      "waits until the rollout is closed",
      "pending: rollout not closed yet",
      workload("StatefulSet", "replicas: 3", rolling("replicas: 3, readyReplicas: 3, updatedReplicas: 3")),
    ],
    [
      "with a partition is ready when the pods above it are updated",
      "ready",
      workload(
        "StatefulSet",
        "replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } }",
        rolling("replicas: 3, readyReplicas: 3, updatedReplicas: 1"),
      ),
    ],
    [
      "with a partition waits for the pods above it",
      "pending: 0/1 updated",
      workload(
        "StatefulSet",
        "replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } }",
        rolling("replicas: 3, readyReplicas: 3"),
      ),
    ],
    [
      "with a partition above all pods is ready without an update",
      "ready",
      workload(
        "StatefulSet",
        "replicas: 3, updateStrategy: { rollingUpdate: { partition: 5 } }",
        rolling("replicas: 3, readyReplicas: 3"),
      ),
    ],
    [
      "updated by hand is ready with old pods",
      "ready",
      workload(
        "StatefulSet",
        "replicas: 3, updateStrategy: { type: OnDelete }",
        rolling("replicas: 3, readyReplicas: 3"),
      ),
    ],
    [
      "updated by hand still needs its pods ready",
      "pending: 2/3 ready",
      workload(
        "StatefulSet",
        "replicas: 3, updateStrategy: { type: OnDelete }",
        rolling("replicas: 3, readyReplicas: 2"),
      ),
    ],
    [
      "with minReadySeconds waits for availability",
      "pending: 0/1 available",
      workload(
        "StatefulSet",
        "replicas: 1, minReadySeconds: 5",
        stateful("replicas: 1, readyReplicas: 1, updatedReplicas: 1"),
      ),
    ],
  ]);
});

const onNodes = "observedGeneration: 2, desiredNumberScheduled: 3, currentNumberScheduled: 3";

describe("DaemonSet", () => {
  check([
    [
      "available on every node is ready",
      "ready",
      workload("DaemonSet", "", `${onNodes}, updatedNumberScheduled: 3, numberReady: 3, numberAvailable: 3`),
    ],
    ["without a status waits", "pending: not seen by its controller yet", workload("DaemonSet", "", "")],
    [
      "with no node to run on is ready",
      "ready",
      workload("DaemonSet", "", "observedGeneration: 2, desiredNumberScheduled: 0"),
    ],
    [
      "with no node waits until that was observed",
      "pending: not seen by its controller yet",
      workload("DaemonSet", "", "desiredNumberScheduled: 0"),
    ],
    [
      "not updated everywhere waits",
      "pending: 1/3 updated",
      workload("DaemonSet", "", `${onNodes}, updatedNumberScheduled: 1, numberReady: 3, numberAvailable: 3`),
    ],
    [
      "updated by hand is ready with old pods",
      "ready",
      workload(
        "DaemonSet",
        "updateStrategy: { type: OnDelete }",
        `${onNodes}, numberReady: 3, numberAvailable: 3`,
      ),
    ],
    [
      "not ready everywhere waits",
      "pending: 2/3 ready",
      workload("DaemonSet", "", `${onNodes}, updatedNumberScheduled: 3, numberReady: 2, numberAvailable: 2`),
    ],
    [
      "ready but not available for long enough waits",
      "pending: 2/3 available",
      workload("DaemonSet", "", `${onNodes}, updatedNumberScheduled: 3, numberReady: 3, numberAvailable: 2`),
    ],
  ]);
});

describe.each(["ReplicaSet", "ReplicationController"])("%s", (kind) => {
  check([
    [
      "with its replicas available is ready",
      "ready",
      workload(
        kind,
        "replicas: 1",
        "observedGeneration: 2, replicas: 1, readyReplicas: 1, availableReplicas: 1",
      ),
    ],
    [
      "with too few waits",
      "pending: 1/2 ready",
      workload(
        kind,
        "replicas: 2",
        "observedGeneration: 2, replicas: 2, readyReplicas: 1, availableReplicas: 1",
      ),
    ],
    ["without a status waits", "pending: not seen by its controller yet", workload(kind, "replicas: 1", "")],
    ["scaled to zero is ready", "ready", workload(kind, "replicas: 0", "observedGeneration: 2, replicas: 0")],
    [
      "with too many waits",
      "pending: 1 surplus pod left",
      workload(
        kind,
        "replicas: 1",
        "observedGeneration: 2, replicas: 2, readyReplicas: 2, availableReplicas: 2",
      ),
    ],
  ]);
});

function core(kind: string, spec: string, status: string, metadata = ""): string {
  return `{ apiVersion: v1, kind: ${kind}, metadata: { name: x, namespace: n, ${metadata} }, spec: { ${spec} }, status: { ${status} } }`;
}

describe("Pod", () => {
  check([
    [
      "that runs and is Ready is ready",
      "ready",
      core("Pod", "", `phase: Running, conditions: [{ type: Ready, status: "True" }]`),
    ],
    [
      "that runs and is not Ready waits",
      "pending: not ready: containers with unready status: [app]",
      core(
        "Pod",
        "",
        `phase: Running, conditions: [{ type: Ready, status: "False", message: "containers with unready status: [app]" }]`,
      ),
    ],
    ["that has run to its end is ready", "ready", core("Pod", "restartPolicy: Never", "phase: Succeeded")],
    [
      "that failed has failed",
      "failed: Evicted: The node was low on resource: memory.",
      core("Pod", "", `phase: Failed, reason: Evicted, message: "The node was low on resource: memory."`),
    ],
    ["that isn't started waits", "pending: Pending", core("Pod", "", "phase: Pending")],
    ["that nobody has seen waits", "pending: not seen by a node yet", core("Pod", "", "")],
    [
      "that is never restarted fails with its first broken container",
      "failed: Error: container app ended with exit code 3",
      core(
        "Pod",
        "restartPolicy: Never",
        "phase: Running, containerStatuses: [{ name: app, state: { terminated: { exitCode: 3, reason: Error } } }, { name: side, state: { running: {} } }]",
      ),
    ],
    [
      "that is restarted waits with the same",
      "pending: not ready",
      core(
        "Pod",
        "restartPolicy: Always",
        "phase: Running, containerStatuses: [{ name: app, state: { terminated: { exitCode: 3, reason: Error } } }]",
      ),
    ],
  ]);
});

function job(spec: string, status: string): string {
  return `{ apiVersion: batch/v1, kind: Job, metadata: { name: x, namespace: n, generation: 1 }, spec: { ${spec} }, status: { ${status} } }`;
}

describe("Job", () => {
  check([
    [
      "that is complete is ready",
      "ready",
      job(
        "",
        `succeeded: 1, conditions: [{ type: SuccessCriteriaMet, status: "True" }, { type: Complete, status: "True" }]`,
      ),
    ],
    ["that runs waits", "pending: 1/3 completed", job("completions: 3", "active: 1, succeeded: 1")],
    ["that nobody started waits", "pending: 0/1 completed", job("", "")],
    ["that is suspended is as it should be", "ready", job("suspend: true", "")],
    [
      "that failed has failed",
      "failed: BackoffLimitExceeded: Job has reached the specified backoff limit",
      job(
        "",
        `failed: 1, conditions: [{ type: Failed, status: "True", reason: BackoffLimitExceeded, message: Job has reached the specified backoff limit }]`,
      ),
    ],
    [
      "that is bound to fail has failed before its pods are stopped",
      "failed: DeadlineExceeded",
      job("", `active: 1, conditions: [{ type: FailureTarget, status: "True", reason: DeadlineExceeded }]`),
    ],
    [
      "that is suspended after it failed has failed",
      "failed: DeadlineExceeded",
      job("suspend: true", `conditions: [{ type: Failed, status: "True", reason: DeadlineExceeded }]`),
    ],
    [
      "on a schedule is ready by being there",
      "ready",
      `{ apiVersion: batch/v1, kind: CronJob, metadata: { name: x } }`,
    ],
  ]);
});

const storageClass = (mode: string): ObjectContext => ({
  ...justNow,
  storageClass: objectIn(
    `{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: fast }, volumeBindingMode: ${mode} }`,
  ),
});

describe("PersistentVolumeClaim", () => {
  check([
    ["that is bound is ready", "ready", core("PersistentVolumeClaim", "", "phase: Bound")],
    [
      "whose class binds on first use is not waited for",
      "ready",
      core("PersistentVolumeClaim", "storageClassName: fast", "phase: Pending"),
      storageClass("WaitForFirstConsumer"),
    ],
    [
      "whose class binds at once waits however long",
      "pending: not bound",
      core("PersistentVolumeClaim", "storageClassName: fast", "phase: Pending"),
      { ...storageClass("Immediate"), nowMs: SINCE + 600_000 },
    ],
    [
      "of an unknown class waits at first",
      "pending: not bound",
      core("PersistentVolumeClaim", "storageClassName: fast", "phase: Pending"),
      justNow,
    ],
    [
      "of an unknown class that nobody takes up is held to wait for its first use",
      "ready",
      core("PersistentVolumeClaim", "storageClassName: fast", "phase: Pending"),
    ],
    [
      "that a provisioner has taken up is waited for",
      "pending: not bound",
      core(
        "PersistentVolumeClaim",
        "storageClassName: fast",
        "phase: Pending",
        `annotations: { volume.kubernetes.io/storage-provisioner: p }`,
      ),
    ],
    [
      "for which a pod was given a node is waited for",
      "pending: not bound",
      core(
        "PersistentVolumeClaim",
        "storageClassName: fast",
        "phase: Pending",
        `annotations: { volume.kubernetes.io/selected-node: n }`,
      ),
      storageClass("WaitForFirstConsumer"),
    ],
    [
      "without a class waits for its volume",
      "pending: not bound",
      core("PersistentVolumeClaim", 'storageClassName: ""', "phase: Pending"),
    ],
    [
      "that names its volume waits for it",
      "pending: not bound",
      core("PersistentVolumeClaim", "volumeName: v", "phase: Pending"),
    ],
    ["that lost its volume is not ready", "pending: Lost", core("PersistentVolumeClaim", "", "phase: Lost")],
  ]);
});

function definition(conditions: string): string {
  return `{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: x }, status: { conditions: [${conditions}] } }`;
}

describe("other built-in kinds", () => {
  check([
    ["a volume that can be claimed is ready", "ready", core("PersistentVolume", "", "phase: Available")],
    [
      "a volume whose reclaim failed has failed",
      "failed: Failed: no such disk",
      core("PersistentVolume", "", "phase: Failed, message: no such disk"),
    ],
    ["a service is ready at once", "ready", core("Service", "type: ClusterIP", "")],
    ["an external name is ready at once", "ready", core("Service", "type: ExternalName", "")],
    [
      "a load balancer waits for its address",
      "pending: no load balancer address yet",
      core("Service", "type: LoadBalancer", "loadBalancer: {}"),
    ],
    [
      "a load balancer with an address is ready",
      "ready",
      core("Service", "type: LoadBalancer", "loadBalancer: { ingress: [{ ip: 192.0.2.1 }] }"),
    ],
    [
      "a load balancer with addresses of its own is ready",
      "ready",
      core("Service", "type: LoadBalancer, externalIPs: [192.0.2.1]", ""),
    ],
    [
      "an ingress is ready at once",
      "ready",
      `{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: x, generation: 1 }, status: { loadBalancer: {} } }`,
    ],
    [
      "a definition waits until the API serves it",
      "pending: not established",
      definition(`{ type: NamesAccepted, status: "True" }`),
    ],
    [
      "a definition that is served is ready",
      "ready",
      definition(`{ type: NamesAccepted, status: "True" }, { type: Established, status: "True" }`),
    ],
    [
      "a definition whose names collide has failed",
      "failed: MultipleNamesConflict: taken",
      definition(`{ type: NamesAccepted, status: "False", reason: MultipleNamesConflict, message: taken }`),
    ],
    [
      "an API service waits for its backend",
      "pending: MissingEndpoints: no endpoints",
      `{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: x }, status: { conditions: [{ type: Available, status: "False", reason: MissingEndpoints, message: no endpoints }] } }`,
    ],
    [
      "an API service that answers is ready",
      "ready",
      `{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: x }, status: { conditions: [{ type: Available, status: "True" }] } }`,
    ],
    ["an active namespace is ready", "ready", core("Namespace", "", "phase: Active")],
    ["a terminating namespace waits", "pending: Terminating", core("Namespace", "", "phase: Terminating")],
  ]);
});

const withStatus: ObjectContext = {
  ...justNow,
  kindFacts: { namespaced: true, hasStatus: true, custom: true },
};
const withoutStatus: ObjectContext = {
  ...justNow,
  kindFacts: { namespaced: true, hasStatus: false, custom: true },
};
const aggregated: ObjectContext = {
  ...justNow,
  kindFacts: { namespaced: true, hasStatus: true, custom: false },
};

function custom(status: string): string {
  return `{ apiVersion: cert-manager.io/v1, kind: Certificate, metadata: { name: x, namespace: n, generation: 2 }, status: { ${status} } }`;
}

describe("a custom resource", () => {
  check([
    ["of a kind without a status is ready at once", "ready", custom(""), withoutStatus],
    ["of an aggregated API without conditions is ready at once", "ready", custom(""), aggregated],
    [
      "of a kind with a status waits for its controller",
      "pending: no conditions yet",
      custom(""),
      withStatus,
    ],
    ["of a kind nothing is known about waits too", "pending: no conditions yet", custom(""), justNow],
    [
      "with conditions that decide nothing waits for one that does",
      "pending: no conditions yet",
      custom(`conditions: [{ type: Issuing, status: "True" }]`),
      withStatus,
    ],
    [
      "without conditions is ready when the grace has passed",
      "ready",
      custom("phase: Whatever"),
      { ...withStatus, nowMs: SINCE + 5_000 },
    ],
    ["that is Ready is ready", "ready", custom(`conditions: [{ type: Ready, status: "True" }]`), withStatus],
    [
      "that is not Ready waits, with its reason and message",
      "pending: DoesNotExist: no secret",
      custom(`conditions: [{ type: Ready, status: "False", reason: DoesNotExist, message: no secret }]`),
    ],
    [
      "that doesn't know whether it is Ready waits",
      "pending: not ready",
      custom(`conditions: [{ type: Ready, status: Unknown }]`),
    ],
    [
      "that is Ready needs not be Available",
      "ready",
      custom(`conditions: [{ type: Available, status: "False" }, { type: Ready, status: "True" }]`),
    ],
    [
      "that only says Available is judged by it",
      "pending: not available",
      custom(`conditions: [{ type: Available, status: "False" }]`),
    ],
    [
      "Ready for an earlier generation waits",
      "pending: status is of an earlier generation",
      custom(`conditions: [{ type: Ready, status: "True", observedGeneration: 1 }]`),
    ],
    [
      "whose status is of an earlier generation waits",
      "pending: not seen by its controller yet",
      custom(`observedGeneration: 1, conditions: [{ type: Ready, status: "True" }]`),
    ],
    [
      "that is reconciling waits though it is Ready",
      "pending: Progressing",
      custom(
        `conditions: [{ type: Ready, status: "True" }, { type: Reconciling, status: "True", reason: Progressing }]`,
      ),
    ],
    [
      "that is stalled has failed",
      "failed: BadSpec: no issuer",
      custom(
        `observedGeneration: 2, conditions: [{ type: Stalled, status: "True", reason: BadSpec, message: no issuer }]`,
      ),
    ],
    [
      "stalled for an earlier generation waits",
      "pending: status is of an earlier generation",
      custom(`conditions: [{ type: Stalled, status: "True", observedGeneration: 1 }]`),
    ],
    [
      "stalled for nobody knows which generation waits at first",
      "pending: BadSpec",
      custom(`conditions: [{ type: Stalled, status: "True", reason: BadSpec }]`),
      justNow,
    ],
    [
      "and has failed when the grace has passed",
      "failed: BadSpec",
      custom(`conditions: [{ type: Stalled, status: "True", reason: BadSpec }]`),
    ],
    [
      "that is not stalled any more is judged by the rest",
      "ready",
      custom(`conditions: [{ type: Stalled, status: "False" }, { type: Ready, status: "True" }]`),
    ],
  ]);

  test("says when its grace ends", () => {
    expect(assessObject(objectIn(custom("")), withStatus)).toMatchObject({ lookAgainAtMs: SINCE + 5_000 });
  });
});
