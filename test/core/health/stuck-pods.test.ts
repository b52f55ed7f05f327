// Which pods keep an ordered StatefulSet from going on, and which are none of anybody's business.
import { describe, expect, it } from "vitest";
import { stuckPodsOf } from "../../../src/core/health/stuck-pods.ts";
import type { KubernetesObject } from "../../../src/core/object.ts";
import { objectIn, worldOf } from "./world-of.ts";

function set(more = ""): KubernetesObject {
  return objectIn(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop, uid: set, generation: 3 }
spec: { replicas: 2${more} }
status: { observedGeneration: 3, updateRevision: db-new }
`);
}

function pod(how: {
  readonly revision?: string;
  readonly status?: string;
  readonly name?: string;
  readonly more?: string;
}): KubernetesObject {
  const { revision = "db-old", status = "{ phase: Running }", name = "db-1", more = "" } = how;
  return objectIn(`
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  uid: pod-${name}
  labels: { controller-revision-hash: ${revision} }
  ownerReferences: [{ apiVersion: apps/v1, kind: StatefulSet, name: db, uid: set, controller: true }]
${more}
spec: { restartPolicy: Always }
status: ${status}
`);
}

const imagePull =
  "{ phase: Pending, containerStatuses: [{ name: db, state: { waiting: { reason: ImagePullBackOff } } }] }";
const namesOf = (object: KubernetesObject, ...pods: readonly KubernetesObject[]) =>
  stuckPodsOf(object, worldOf([object, ...pods])).map((found) => found.object.name);

describe("a pod of an ordered StatefulSet", () => {
  it("is stuck while it is not ready and of an earlier revision", () => {
    const found = stuckPodsOf(set(), worldOf([set(), pod({ status: imagePull }), pod({ name: "db-0" })]));
    expect(found).toEqual([
      {
        object: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "db-1" },
        uid: "pod-db-1",
        looksTerminal: true,
      },
      {
        object: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "db-0" },
        uid: "pod-db-0",
        looksTerminal: false,
      },
    ]);
  });

  it.each([
    ["of the revision in force", pod({ revision: "db-new", status: imagePull })],
    ["ready", pod({ status: "{ phase: Running, conditions: [{ type: Ready, status: 'True' }] }" })],
    ["on its way out", pod({ status: imagePull, more: "  deletionTimestamp: '2026-01-01T00:00:00Z'" })],
    ["one that has ended, which the controller replaces", pod({ status: "{ phase: Failed }" })],
  ])("is not stuck where it is %s", (_what, other) => {
    expect(namesOf(set(), other)).toEqual([]);
  });

  it.each([
    ["starts its pods in parallel", ", podManagementPolicy: Parallel"],
    ["leaves updates to deletions", ", updateStrategy: { type: OnDelete }"],
    ["stops before this ordinal", ", updateStrategy: { rollingUpdate: { partition: 2 } }"],
  ])("is not stuck where its set %s", (_what, more) => {
    expect(namesOf(set(more), pod({ status: imagePull }))).toEqual([]);
  });

  it("is not judged while the set's status speaks of an older shape", () => {
    const behind = objectIn(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop, uid: set, generation: 4 }
spec: { replicas: 2 }
status: { observedGeneration: 3, updateRevision: db-new }
`);
    expect(namesOf(behind, pod({ status: imagePull }))).toEqual([]);
  });

  it("looks terminal in a crash loop only after a few restarts", () => {
    const looping = (restarts: number) =>
      pod({
        status: `{ phase: Running, containerStatuses: [{ name: db, restartCount: ${restarts}, state: { waiting: { reason: CrashLoopBackOff } } }] }`,
      });
    for (const [restarts, terminal] of [
      [1, false],
      [3, true],
    ] as const)
      expect(stuckPodsOf(set(), worldOf([set(), looping(restarts)]))).toMatchObject([
        { looksTerminal: terminal },
      ]);
  });
});
