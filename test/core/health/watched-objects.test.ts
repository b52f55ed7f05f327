import { describe, expect, it } from "vitest";
import type { ObjectRules } from "../../../src/core/health/rules.ts";
import { watchedKinds, watchedObjects } from "../../../src/core/health/watched-objects.ts";
import type { KubernetesObject } from "../../../src/core/object.ts";

const object = (
  apiVersion: string,
  kind: string,
  spec?: NonNullable<KubernetesObject["spec"]>,
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "it", namespace: "shop", labels: { much: "more" } },
  ...(spec === undefined ? {} : { spec }),
});

function kindsOf(objects: readonly KubernetesObject[], rules?: ObjectRules): string {
  const facts = (_: string, kind: string) => ({
    namespaced: true,
    custom: true,
    hasStatus: kind !== "ServiceMonitor",
  });
  return watchedObjects(objects, rules, facts)
    .map(({ kind }) => kind)
    .join(" ");
}

describe("what is watched between runs", () => {
  it("is what can break by itself and says so in its status", () => {
    expect(
      kindsOf([
        object("apps/v1", "Deployment"),
        object("apps/v1", "StatefulSet"),
        object("v1", "Secret"),
        object("v1", "ConfigMap"),
        object("batch/v1", "Job"),
        object("policy/v1", "PodDisruptionBudget"),
        object("v1", "Service"),
        object("v1", "PersistentVolumeClaim"),
        object("cert-manager.io/v1", "Certificate"),
        object("monitoring.coreos.com/v1", "ServiceMonitor"),
      ]),
    ).toBe("Deployment StatefulSet PersistentVolumeClaim Certificate");
    expect(kindsOf([object("v1", "Service", { type: "LoadBalancer" })])).toBe("Service");
  });

  it("is whatever the declaration has a rule for, too", () => {
    const rules: ObjectRules = { covers: (_, kind) => kind === "ServiceMonitor", judge: () => undefined };
    expect(kindsOf([object("monitoring.coreos.com/v1", "ServiceMonitor")], rules)).toBe("ServiceMonitor");
  });

  it("is kept by name alone, and bounded by the kinds that most objects have", () => {
    const names = watchedObjects(
      [object("apps/v1", "Deployment", { replicas: 1 })],
      undefined,
      () => undefined,
    );
    expect(names).toEqual([
      { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "it", namespace: "shop" } },
    ]);
    const many = Array.from({ length: 100 }, (_, index) => object("x.example/v1", `Kind${index}`));
    const kinds = watchedKinds([...many, object("apps/v1", "Deployment"), object("apps/v1", "Deployment")]);
    expect(kinds[0]).toEqual({ apiVersion: "apps/v1", kind: "Deployment" });
    expect(kinds).toHaveLength(32);
  });
});
