// The verdict on one object: what holds for every kind, then the table of rules by group and kind. Pure and total: any
// status, however odd, gets a verdict. Pods of a workload and the release as a whole are release-health.ts.
import { groupOf, type KubernetesObject } from "../object.ts";
import {
  assessByCondition,
  assessClaim,
  assessDefinition,
  assessJob,
  assessNamespace,
  assessPod,
  assessService,
  assessVolume,
} from "./builtin-health.ts";
import { assessCustom } from "./custom-health.ts";
import type { ObjectHealth } from "./health.ts";
import { isBeingDeleted, isStatusBehind } from "./read-object.ts";
import { ABSENT, pending, READY, type ObjectContext, type Rule } from "./verdict.ts";
import { assessDaemonSet, assessDeployment, assessReplicaSet, assessStatefulSet } from "./workload-health.ts";

const BEING_DELETED = pending("being deleted");
const BEHIND = pending("not seen by its controller yet");

const rules: ReadonlyMap<string, { readonly group: string; readonly rule: Rule }> = new Map([
  ["Deployment", { group: "apps", rule: assessDeployment }],
  ["StatefulSet", { group: "apps", rule: assessStatefulSet }],
  ["DaemonSet", { group: "apps", rule: assessDaemonSet }],
  ["ReplicaSet", { group: "apps", rule: assessReplicaSet }],
  ["ReplicationController", { group: "", rule: assessReplicaSet }],
  ["Pod", { group: "", rule: assessPod }],
  ["Job", { group: "batch", rule: assessJob }],
  ["PersistentVolumeClaim", { group: "", rule: assessClaim }],
  ["PersistentVolume", { group: "", rule: assessVolume }],
  ["Service", { group: "", rule: assessService }],
  ["Namespace", { group: "", rule: assessNamespace }],
  ["Node", { group: "", rule: assessByCondition("Ready") }],
  ["CustomResourceDefinition", { group: "apiextensions.k8s.io", rule: assessDefinition }],
  ["APIService", { group: "apiregistration.k8s.io", rule: assessByCondition("Available") }],
  ["ServiceCIDR", { group: "networking.k8s.io", rule: assessByCondition("Ready") }],
]);

/** Groups that the API server itself serves: a kind of theirs without a rule is ready when it exists, as Helm has it. */
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
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** The verdict on `object` as it was last seen; undefined is an object that is not there. */
export function assessObject(object: KubernetesObject | undefined, context: ObjectContext): ObjectHealth {
  if (object === undefined) return ABSENT;
  if (isBeingDeleted(object)) return BEING_DELETED;
  if (isStatusBehind(object)) return BEHIND;
  const group = groupOf(object.apiVersion);
  const entry = rules.get(object.kind);
  if (entry?.group === group) return entry.rule(object, context);
  return builtInGroups.has(group) ? READY : assessCustom(object, context);
}
