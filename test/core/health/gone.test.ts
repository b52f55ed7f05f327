import { expect, test } from "vitest";
import { assessGone } from "../../../src/core/health/gone.ts";
import { objectsIn, worldOf } from "./world-of.ts";

const expected = objectsIn(`
{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: shop } }
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: b, namespace: shop } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: c, namespace: shop, annotations: { helm.sh/resource-policy: " Keep" } } }
`);

test("an uninstalled release is gone when none of its objects is there", () => {
  expect(assessGone(expected, worldOf([]))).toEqual({ kind: "ready" });
});

test("an object that helm keeps is not waited for", () => {
  expect(assessGone(expected, worldOf(expected.slice(2)))).toEqual({ kind: "ready" });
});

test("an object that is still there is named and not counted", () => {
  expect(assessGone(expected, worldOf(expected.slice(0, 1)))).toMatchObject({
    kind: "pending",
    waitingFor: [{ object: { kind: "ConfigMap", name: "a" }, reason: "still there" }],
    ready: 1,
    total: 2,
  });
});

test("an object on its way out says who holds it", () => {
  const leaving = objectsIn(
    `{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: b, namespace: shop, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: [kubernetes.io/pvc-protection] } }`,
  );
  expect(assessGone(expected, worldOf(leaving))).toMatchObject({
    waitingFor: [{ reason: "being deleted", message: "held by kubernetes.io/pvc-protection" }],
  });
});
