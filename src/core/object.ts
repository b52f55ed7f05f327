// A Kubernetes object as the API gives it, as far as Headway looks at it, and the name of one.
import type { Json } from "./declaration.ts";

/** Names one object. `namespace` is absent for cluster-scoped kinds. */
export type ObjectRef = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
};

export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
      readonly controller?: boolean;
    }[];
    readonly finalizers?: readonly string[];
  };
  readonly spec?: Readonly<Record<string, Json>>;
  readonly status?: Readonly<Record<string, Json>>;
};

export function refOf(object: KubernetesObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** The API group of `apps/v1` is `apps`; of `v1` it is empty. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** A key that is equal for two versions of one object's API: group, kind, namespace, name. */
export function objectKey(ref: ObjectRef): string {
  return `${groupOf(ref.apiVersion)}|${ref.kind}|${ref.namespace ?? ""}|${ref.name}`;
}

/** `Deployment shop/orders`, `Namespace shop`. */
export function describeRef(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/**
 * True where an uninstall leaves the object: Helm reads the policy's value without regard to case and spaces (helm
 * `pkg/action/resource_policy.go`).
 */
export function isKeptByHelm(object: KubernetesObject): boolean {
  return object.metadata.annotations?.["helm.sh/resource-policy"]?.trim().toLowerCase() === "keep";
}

/** True for groups that the API server itself serves; every other is of a CRD or an aggregated API. */
export function isBuiltInGroup(group: string): boolean {
  return builtInGroups.has(group);
}

const builtInGroups: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);
