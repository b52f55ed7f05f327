// What every cluster has, or what belongs to the cluster and not to what is deployed in it: nobody has to provide it.
import type { Target } from "./need.ts";

/** True for what exists in an empty cluster, and for what only the cluster's maker can know. */
export function isAlwaysThere(target: Target): boolean {
  if (target.kind === "api") return isOfManagedClusters(target.group);
  const { objectKind, name, namespace } = target;
  // What runs in there differs from one distribution to the next.
  if (namespace !== undefined && systemNamespaces.has(namespace)) return true;
  switch (objectKind) {
    case "Namespace":
      return systemNamespaces.has(name) || name === "default";
    case "Service":
      return namespace === "default" && name === "kubernetes";
    case "ServiceAccount":
      return name === "default";
    case "ConfigMap":
      return name === "kube-root-ca.crt" || name === "openshift-service-ca.crt";
    case "PriorityClass":
      return name.startsWith("system-");
    case "ClusterRole":
      return name.startsWith("system:") || builtInClusterRoles.has(name);
    default:
      return false;
  }
}

const systemNamespaces: ReadonlySet<string> = new Set(["kube-system", "kube-public", "kube-node-lease"]);

const builtInClusterRoles: ReadonlySet<string> = new Set(["admin", "edit", "view", "cluster-admin"]);

/** Groups that managed clusters bring along: they are of the cluster, and no chart brings them. */
function isOfManagedClusters(group: string): boolean {
  return (
    group === "metrics.k8s.io" ||
    group === "cloud.google.com" ||
    /(?:^|\.)(?:gke\.io|openshift\.io|k8s\.amazonaws\.com|azmk8s\.io)$/.test(group) ||
    group === "vpcresources.k8s.aws"
  );
}

/** Kinds whose objects a cluster's maker installs as often as a chart does: without asking the cluster, nobody knows. */
export function isOftenOfTheCluster(kind: string): boolean {
  return clusterMakersKinds.has(kind);
}

const clusterMakersKinds: ReadonlySet<string> = new Set([
  "StorageClass",
  "VolumeSnapshotClass",
  "IngressClass",
  "GatewayClass",
  "RuntimeClass",
  "CSIDriver",
  "PersistentVolume",
]);
