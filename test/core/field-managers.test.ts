// Which fields of an object are in other hands, from its managedFields.
import { describe, expect, it } from "vitest";
import { describeForeignFields, foreignFieldsOf } from "../../src/core/field-managers.ts";
import type { KubernetesObject } from "../../src/core/object.ts";

const deployment: KubernetesObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "api", namespace: "shop", labels: { team: "a" } },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: "app", image: "app:1", ports: [{ containerPort: 80 }] }] } },
  },
};
const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "api" };
const imageField = (leaf: object) => ({
  "f:spec": {
    "f:template": { "f:spec": { "f:containers": { 'k:{"name":"app"}': { ".": {}, ...leaf } } } },
  },
});

describe("fields in other hands", () => {
  it("are those that the manifest sets, another manager holds and helm does not", () => {
    const found = foreignFieldsOf(deployment, [
      { manager: "helm", operation: "Apply", fieldsV1: imageField({ "f:image": {} }) },
      {
        manager: "kubectl",
        operation: "Update",
        subresource: "scale",
        fieldsV1: { "f:spec": { "f:replicas": {} } },
      },
      { manager: "kubectl-edit", operation: "Update", fieldsV1: imageField({ "f:image": {} }) },
    ]);
    expect(found).toEqual([{ object, manager: "kubectl", fields: [".spec.replicas"] }]);
    expect(describeForeignFields(found, true)).toBe(
      "takes .spec.replicas of Deployment shop/api back from kubectl",
    );
  });

  it("are named inside lists by the item's key, defaults in the key included", () => {
    const found = foreignFieldsOf(deployment, [
      {
        manager: "someone",
        fieldsV1: imageField({
          "f:image": {},
          "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { "f:containerPort": {} } },
        }),
      },
    ]);
    expect(found[0]?.fields).toEqual([
      '.spec.template.spec.containers[name="app"].image',
      '.spec.template.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].containerPort',
    ]);
  });

  it("are none of what a controller reports or adds by itself", () => {
    expect(
      foreignFieldsOf(deployment, [
        {
          manager: "kube-controller-manager",
          subresource: "status",
          fieldsV1: { "f:spec": { "f:replicas": {} } },
        },
        {
          manager: "kube-controller-manager",
          fieldsV1: { "f:metadata": { "f:annotations": { "f:deployment.kubernetes.io/revision": {} } } },
        },
      ]),
    ).toEqual([]);
  });

  it.each([undefined, null, "text", [null, 1, { fieldsV1: "x" }, { manager: 1, fieldsV1: { "k:{": {} } }]])(
    "are none where managedFields is %s",
    (managedFields) => {
      expect(foreignFieldsOf(deployment, managedFields)).toEqual([]);
    },
  );
});
