import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/core/declaration.ts";
import { describeTrouble, explainWaiting } from "../../../src/core/health/describe-trouble.ts";
import { assessObject } from "../../../src/core/health/object-health.ts";
import { assessRelease } from "../../../src/core/health/release-health.ts";
import type { KubernetesObject } from "../../../src/core/object.ts";
import { worldOf } from "./world-of.ts";

const kinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "ReplicaSet"],
  ["v1", "ReplicationController"],
  ["v1", "Pod"],
  ["batch/v1", "Job"],
  ["v1", "PersistentVolumeClaim"],
  ["v1", "PersistentVolume"],
  ["v1", "Service"],
  ["v1", "Namespace"],
  ["policy/v1", "PodDisruptionBudget"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ["apiregistration.k8s.io/v1", "APIService"],
  ["example.com/v1", "Thing"],
];

const garbage = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const truth = fc.constantFrom("True", "False", "Unknown");

/** The shape that the API has, or anything else in its place. */
function orGarbage<T extends Json>(shape: fc.Arbitrary<T>): fc.Arbitrary<Json> {
  return fc.oneof({ arbitrary: shape, weight: 4 }, { arbitrary: garbage, weight: 1 });
}

function someOf(fields: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Record<string, Json>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Record<string, Json>>;
}

const count = orGarbage(fc.integer({ min: 0, max: 4 }));
const conditions = orGarbage(
  fc.array(
    orGarbage(
      someOf({
        type: fc.constantFrom(
          "Ready",
          "Available",
          "Stalled",
          "Reconciling",
          "Progressing",
          "Failed",
          "Complete",
          "Established",
          "ReplicaFailure",
          "NamesAccepted",
        ),
        status: orGarbage(truth),
        reason: orGarbage(fc.constantFrom("ProgressDeadlineExceeded", "Whatever")),
        message: garbage,
        observedGeneration: count,
      }),
    ),
    { maxLength: 4 },
  ),
);
const terminated = orGarbage(someOf({ exitCode: count, reason: garbage, message: garbage }));
const containers = orGarbage(
  fc.array(
    orGarbage(
      someOf({
        name: garbage,
        restartCount: count,
        state: orGarbage(
          someOf({
            waiting: orGarbage(
              someOf({
                reason: fc.constantFrom("CrashLoopBackOff", "ErrImagePull", "Odd"),
                message: garbage,
              }),
            ),
            terminated,
          }),
        ),
        lastState: orGarbage(someOf({ terminated })),
      }),
    ),
    { maxLength: 3 },
  ),
);
const status = orGarbage(
  someOf({
    observedGeneration: count,
    replicas: count,
    updatedReplicas: count,
    readyReplicas: count,
    availableReplicas: count,
    desiredNumberScheduled: count,
    currentNumberScheduled: count,
    updatedNumberScheduled: count,
    numberReady: count,
    numberAvailable: count,
    phase: orGarbage(fc.constantFrom("Running", "Pending", "Failed", "Succeeded", "Bound", "Active")),
    conditions,
    containerStatuses: containers,
    initContainerStatuses: containers,
    loadBalancer: garbage,
    updateRevision: garbage,
  }),
);
const spec = orGarbage(
  someOf({
    replicas: count,
    paused: garbage,
    updateStrategy: garbage,
    restartPolicy: orGarbage(fc.constantFrom("Never", "Always")),
    type: fc.constantFrom("LoadBalancer", "ClusterIP"),
  }),
);

/** The types promise shapes that a server need not keep to. */
const anyObject: fc.Arbitrary<KubernetesObject> = fc
  .tuple(
    fc.constantFrom(...kinds),
    fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    spec,
    status,
  )
  .map(
    ([[apiVersion, kind], generation, someSpec, someStatus]) =>
      ({
        apiVersion,
        kind,
        metadata: {
          name: "x",
          namespace: "n",
          uid: "u",
          ...(generation === undefined ? {} : { generation }),
        },
        spec: someSpec,
        status: someStatus,
      }) as KubernetesObject,
  );

const context = { nowMs: 100_000, seenSinceMs: 0 };

describe("whatever a status holds", () => {
  test("an object gets a verdict", () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        expect(["ready", "pending", "failed"]).toContain(assessObject(object, context).kind);
      }),
      { numRuns: 500 },
    );
  });

  test("one whose observedGeneration is behind is only ever waited for", () => {
    fc.assert(
      fc.property(
        anyObject,
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (object, observed, behind) => {
          const stale: KubernetesObject = {
            ...object,
            metadata: { ...object.metadata, generation: observed + behind },
            status: { ...object.status, observedGeneration: observed },
          };
          expect(assessObject(stale, context).kind).toBe("pending");
        },
      ),
    );
  });

  test("one that is being deleted is only ever waited for", () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const leaving = {
          ...object,
          metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
        };
        expect(assessObject(leaving, context).kind).toBe("pending");
      }),
    );
  });

  test("a Deployment that is rolled out is never ready with fewer replicas updated or ready than it wants", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), status, (replicas, someStatus) => {
        const object = {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "x", generation: 1 },
          spec: { replicas },
          status: someStatus,
        } as KubernetesObject;
        if (assessObject(object, context).kind !== "ready") return;
        expect(object.status?.["updatedReplicas"]).toBeGreaterThanOrEqual(replicas);
        expect(object.status?.["readyReplicas"]).toBeGreaterThanOrEqual(replicas);
        expect(object.status?.["availableReplicas"]).toBeGreaterThanOrEqual(replicas);
      }),
      { numRuns: 500 },
    );
  });

  test("a release of it gets a verdict that adds up and can be put in words", () => {
    fc.assert(
      fc.property(
        fc.array(anyObject, { maxLength: 4 }),
        fc.array(anyObject, { maxLength: 4 }),
        (objects, others) => {
          const expected = objects.map((object, index) => named(object, `x${index}`));
          const pods = others.map((pod, index) => owned(named(pod, `p${index}`)));
          const health = assessRelease(expected, worldOf([...expected, ...pods]), {
            ...context,
            allApplied: true,
          });
          expect(explainWaiting(health) === "").toBe(health.kind === "ready");
          if (health.kind === "ready") return;
          expect(health.total).toBe(expected.length);
          expect(health.ready).toBeLessThan(health.total);
          const troubles =
            health.kind === "pending" ? [...health.waitingFor, ...health.suspects] : health.troubles;
          for (const trouble of troubles) expect(describeTrouble(trouble)).not.toContain("[object");
        },
      ),
      { numRuns: 300 },
    );
  });
});

function named(object: KubernetesObject, name: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name } };
}

function owned(object: KubernetesObject): KubernetesObject {
  const ownerReferences = [{ apiVersion: "v1", kind: "Any", name: "x", uid: "u", controller: true }];
  return { ...object, apiVersion: "v1", kind: "Pod", metadata: { ...object.metadata, ownerReferences } };
}
