// The verdict on one object: what holds for every kind, then the table of rules by group and kind. Pure and total: any
// status, however odd, gets a verdict. Pods of a workload and the release as a whole are release-health.ts.
import { groupOf, isBuiltInGroup, type KubernetesObject } from "../object.ts";
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
import type { RuleVerdict } from "./rules.ts";
import { ABSENT, failing, pending, READY, type ObjectContext, type Rule } from "./verdict.ts";
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
  // That its controller has seen it is all there is to wait for, and assessObject asks that of every kind.
  ["PodDisruptionBudget", { group: "policy", rule: () => READY }],
  ["Node", { group: "", rule: assessByCondition("Ready") }],
  ["CustomResourceDefinition", { group: "apiextensions.k8s.io", rule: assessDefinition }],
  ["APIService", { group: "apiregistration.k8s.io", rule: assessByCondition("Available") }],
  ["ServiceCIDR", { group: "networking.k8s.io", rule: assessByCondition("Ready") }],
]);

/**
 * True for built-in kinds that have no state to wait for (as Helm has it): such an object is ready by being there. That
 * holds for an autoscaler too, whose controller takes up to 15 s to report a change that needs nobody's waiting.
 */
export function existenceSuffices(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion);
  return isBuiltInGroup(group) && rules.get(kind)?.group !== group;
}

/** The verdict on `object` as it was last seen; undefined is an object that is not there. */
export function assessObject(object: KubernetesObject | undefined, context: ObjectContext): ObjectHealth {
  if (object === undefined) return ABSENT;
  if (isBeingDeleted(object)) return BEING_DELETED;
  const said = context.rules?.judge(object);
  if (said !== undefined) return isStatusBehind(object) ? BEHIND : assessByRules(said, object, context);
  if (existenceSuffices(object.apiVersion, object.kind)) return READY;
  if (isStatusBehind(object)) return BEHIND;
  return builtInRuleOf(object)?.(object, context) ?? assessCustom(object, context);
}

/**
 * What a declaration says of a custom resource stands in place of what its conditions seem to say. A built-in kind has to
 * be ready by its own rule too: nobody means a Deployment without its pods.
 */
function assessByRules(said: RuleVerdict, object: KubernetesObject, context: ObjectContext): ObjectHealth {
  if (said.failed !== undefined) return failing(said.failed);
  const builtIn = builtInRuleOf(object)?.(object, context);
  if (builtIn !== undefined && builtIn.kind !== "ready") return builtIn;
  if (said.ready === undefined) return builtIn ?? assessCustom(object, context);
  return said.ready.isReady ? READY : pending(said.ready.why);
}

function builtInRuleOf({ apiVersion, kind }: KubernetesObject): Rule | undefined {
  const entry = rules.get(kind);
  return entry?.group === groupOf(apiVersion) ? entry.rule : undefined;
}
