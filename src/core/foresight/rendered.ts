// What a release brings into the cluster, rendered, and which of its objects count before it is ready.
import { isBuiltInGroup, groupOf, type KubernetesObject, type ObjectRef } from "../object.ts";
import type { Declaration } from "../declaration.ts";
import { fieldAt, textAt } from "../json.ts";

/** A release's objects as its chart renders them, its hooks and the CRDs of its crds/ folders included. */
export type RenderedRelease = {
  readonly declaration: Declaration;
  readonly objects: readonly KubernetesObject[];
};

/** An object with the namespace that it gets, which a template need not write. */
export type PlacedObject = {
  readonly ref: ObjectRef;
  readonly object: KubernetesObject;
};

/** Scopes of the kinds that CRDs of the stack define, by `group|kind`. */
export type Scopes = ReadonlyMap<string, "Cluster" | "Namespaced">;

export function scopesOf(releases: readonly RenderedRelease[]): Scopes {
  return new Map(
    releases.flatMap(({ objects }) =>
      objects.filter(isDefinition).map((object) => {
        const key = `${textAt(object.spec, "group") ?? ""}|${textAt(object.spec, "names", "kind") ?? ""}`;
        return [key, textAt(object.spec, "scope") === "Cluster" ? "Cluster" : "Namespaced"] as const;
      }),
    ),
  );
}

export function isDefinition(object: KubernetesObject): boolean {
  return object.kind === "CustomResourceDefinition";
}

/** The objects that take part in the release becoming ready. */
export function placedObjects(
  { declaration, objects }: RenderedRelease,
  scopes: Scopes,
): readonly PlacedObject[] {
  return objects
    .filter((object) => takesPart(object, declaration.test))
    .map((object) => {
      const { apiVersion, kind } = object;
      const namespace = isClusterScoped(apiVersion, kind, scopes)
        ? undefined
        : (object.metadata.namespace ?? declaration.namespace);
      return {
        object,
        ref: {
          apiVersion,
          kind,
          name: object.metadata.name,
          ...(namespace === undefined ? {} : { namespace }),
        },
      };
    });
}

/** Hooks that only run when something goes away, or as tests that nobody asked for, have no part in it. */
function takesPart(object: KubernetesObject, withTests: boolean): boolean {
  const hooks = object.metadata.annotations?.["helm.sh/hook"];
  if (hooks === undefined) return true;
  return hooks.split(",").some((written) => {
    const hook = written.trim();
    return hook.startsWith("test") ? withTests : !/-(?:delete|rollback)$/.test(hook);
  });
}

/** By the kind's CRD where the stack has it; other kinds of foreign groups go by how such kinds are called. */
export function isClusterScoped(apiVersion: string, kind: string, scopes: Scopes): boolean {
  const group = groupOf(apiVersion);
  if (isBuiltInGroup(group)) return clusterScopedKinds.has(kind);
  const scope = scopes.get(`${group}|${kind}`);
  return scope === undefined ? /^Cluster[A-Z]|[a-z]Class$/.test(kind) : scope === "Cluster";
}

const clusterScopedKinds: ReadonlySet<string> = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "DeviceClass",
  "FlowSchema",
  "IngressClass",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** The pod specs of an object: of the built-in workloads at their places, of others wherever one stands. */
export function podSpecsOf(object: KubernetesObject): readonly unknown[] {
  const path = podSpecPaths.get(object.kind);
  if (path !== undefined && isBuiltInGroup(groupOf(object.apiVersion))) {
    const spec = fieldAt(object, ...path);
    return spec === undefined ? [] : [spec];
  }
  return [];
}

const podSpecPaths: ReadonlyMap<string, readonly string[]> = new Map([
  ["Pod", ["spec"]],
  ["Deployment", ["spec", "template", "spec"]],
  ["StatefulSet", ["spec", "template", "spec"]],
  ["DaemonSet", ["spec", "template", "spec"]],
  ["ReplicaSet", ["spec", "template", "spec"]],
  ["ReplicationController", ["spec", "template", "spec"]],
  ["Job", ["spec", "template", "spec"]],
  ["CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
]);
