// Pods that keep an ordered StatefulSet from going on. It waits for a pod of an earlier revision to become ready before it
// replaces it, so a broken one stays for ever, even after the template has been put right (kubernetes #67250).
import { groupOf, type KubernetesObject, type ObjectRef } from "../object.ts";
import type { StuckPod } from "./health.ts";
import { findPodTroubles, type PodFinding } from "./pod-trouble.ts";
import { conditionOf, countOf, fieldsOf, isBeingDeleted, isStatusBehind, textOf } from "./read-object.ts";
import type { World } from "./world.ts";

const NO_PODS: readonly StuckPod[] = [];
/** A container that was restarted this often will hardly stay up. */
const LOOPING_RESTARTS = 3;

/** Those of `object`; none where it is anything else, or replaces such pods by itself, or shall not. */
export function stuckPodsOf(object: KubernetesObject, world: World): readonly StuckPod[] {
  const { uid } = object.metadata;
  if (object.kind !== "StatefulSet" || groupOf(object.apiVersion) !== "apps" || uid === undefined)
    return NO_PODS;
  const spec = fieldsOf(object.spec);
  const strategy = fieldsOf(spec["updateStrategy"]);
  const revision = textOf(fieldsOf(object.status)["updateRevision"]);
  if (
    isBeingDeleted(object) ||
    isStatusBehind(object) ||
    revision === "" ||
    spec["podManagementPolicy"] === "Parallel" ||
    strategy["type"] === "OnDelete"
  )
    return NO_PODS;
  const partition = countOf(fieldsOf(strategy["rollingUpdate"])["partition"]);
  return world.controlledBy(uid, "Pod").flatMap((pod) => {
    const { name, namespace, uid: podUid } = pod.metadata;
    if (podUid === undefined || !isStuck(pod, revision) || ordinalOf(name) < partition) return [];
    const ref = { apiVersion: "v1", kind: "Pod", name };
    return [
      {
        object: namespace === undefined ? ref : { ...ref, namespace },
        uid: podUid,
        looksTerminal: looksTerminal(pod, ref),
      },
    ];
  });
}

// One that has ended is replaced by the controller.
function isStuck(pod: KubernetesObject, updateRevision: string): boolean {
  const revision = pod.metadata.labels?.["controller-revision-hash"];
  const status = fieldsOf(pod.status);
  const phase = textOf(status["phase"]);
  return (
    revision !== undefined &&
    revision !== updateRevision &&
    !isBeingDeleted(pod) &&
    phase !== "Succeeded" &&
    phase !== "Failed" &&
    conditionOf(status, "Ready")?.status !== "True"
  );
}

function ordinalOf(name: string): number {
  const ordinal = Number(name.slice(name.lastIndexOf("-") + 1));
  return Number.isInteger(ordinal) ? ordinal : 0;
}

function looksTerminal(pod: KubernetesObject, ref: ObjectRef): boolean {
  const findings: PodFinding[] = [];
  findPodTroubles(pod, ref, { any: true, crashLoop: true }, findings);
  return findings.some(
    ({ suspect }) =>
      suspect !== undefined &&
      (suspect.family !== "crash-loop" || (suspect.restarts ?? 0) >= LOOPING_RESTARTS),
  );
}
