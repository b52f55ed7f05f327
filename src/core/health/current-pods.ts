// Which pods speak for an object: those of the revision that was last written, and no others. A pod of the revision before
// may be as broken as it likes, the new one is not judged by it.
import { groupOf, type KubernetesObject, type ObjectRef } from "../object.ts";
import { findPodTroubles, type PodFinding, type Suspicion } from "./pod-trouble.ts";
import { fieldsOf, isBeingDeleted, isStatusBehind, textOf } from "./read-object.ts";
import type { World } from "./world.ts";

type Pods = readonly KubernetesObject[];
type PodsRule = {
  readonly group: string;
  readonly suspicion: Suspicion;
  readonly podsOf: (object: KubernetesObject, uid: string, world: World) => Pods;
};

const NO_PODS: Pods = [];
const NO_FINDINGS: readonly PodFinding[] = [];

const suspectAll: Suspicion = { any: true, crashLoop: true };
const suspectNone: Suspicion = { any: false, crashLoop: false };
const controlledPods: PodsRule["podsOf"] = (_, uid, world) => world.controlledBy(uid, "Pod");

const podsRules: ReadonlyMap<string, PodsRule> = new Map([
  ["Deployment", { group: "apps", suspicion: suspectAll, podsOf: podsOfDeployment }],
  ["StatefulSet", { group: "apps", suspicion: suspectAll, podsOf: podsOfStatefulSet }],
  ["DaemonSet", { group: "apps", suspicion: suspectAll, podsOf: podsOfDaemonSet }],
  ["ReplicaSet", { group: "apps", suspicion: suspectAll, podsOf: controlledPods }],
  ["ReplicationController", { group: "", suspicion: suspectAll, podsOf: controlledPods }],
  ["Job", { group: "batch", suspicion: { any: true, crashLoop: false }, podsOf: controlledPods }],
  ["Pod", { group: "", suspicion: suspectAll, podsOf: (object) => [object] }],
]);

/**
 * Troubles of the pods that speak for `object` (named `ref` in them), worst first. Empty while its controller has not seen
 * its newest shape, since its revision is not known before. The pods of any other kind are told of but never suspected:
 * nothing says which of them are old.
 */
export function podFindingsOf(object: KubernetesObject, ref: ObjectRef, world: World): readonly PodFinding[] {
  const { uid } = object.metadata;
  if (uid === undefined || isBeingDeleted(object) || isStatusBehind(object)) return NO_FINDINGS;
  const rule = podsRules.get(object.kind);
  const isKnown = rule?.group === groupOf(object.apiVersion);
  const pods = isKnown ? rule.podsOf(object, uid, world) : world.controlledBy(uid, "Pod");
  if (pods.length === 0) return NO_FINDINGS;
  const found: PodFinding[] = [];
  for (const pod of pods) findPodTroubles(pod, ref, isKnown ? rule.suspicion : suspectNone, found);
  return found.sort((a, b) => a.rank - b.rank);
}

/**
 * The controller numbers the ReplicaSet of the newest template and writes the same number on the Deployment, before it
 * reports the generation as observed (kubernetes `pkg/controller/deployment/sync.go`).
 */
function podsOfDeployment(object: KubernetesObject, uid: string, world: World): Pods {
  const revision = object.metadata.annotations?.["deployment.kubernetes.io/revision"];
  if (revision === undefined) return NO_PODS;
  for (const replicaSet of world.controlledBy(uid, "ReplicaSet"))
    if (replicaSet.metadata.annotations?.["deployment.kubernetes.io/revision"] === revision)
      return replicaSet.metadata.uid === undefined
        ? NO_PODS
        : world.controlledBy(replicaSet.metadata.uid, "Pod");
  return NO_PODS;
}

function podsOfStatefulSet(object: KubernetesObject, uid: string, world: World): Pods {
  const revision = textOf(fieldsOf(object.status)["updateRevision"]);
  if (revision === "") return NO_PODS;
  return world
    .controlledBy(uid, "Pod")
    .filter((pod) => pod.metadata.labels?.["controller-revision-hash"] === revision);
}

/**
 * The status names no revision, but the API server counts the template's changes in an annotation and new pods carry that
 * count. Pods that were kept by going back to their template carry an older count and the same hash (kubernetes
 * `pkg/controller/daemon/util`).
 */
function podsOfDaemonSet(object: KubernetesObject, uid: string, world: World): Pods {
  const generation = object.metadata.annotations?.["deprecated.daemonset.template.generation"];
  if (generation === undefined) return NO_PODS;
  const pods = world.controlledBy(uid, "Pod");
  const newest = pods.find((pod) => pod.metadata.labels?.["pod-template-generation"] === generation);
  const hash = newest?.metadata.labels?.["controller-revision-hash"];
  return pods.filter(({ metadata: { labels } }) =>
    hash === undefined
      ? labels?.["pod-template-generation"] === generation
      : labels?.["controller-revision-hash"] === hash,
  );
}
