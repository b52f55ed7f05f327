// When the kinds that keep pods running are ready: Deployment, StatefulSet, DaemonSet, ReplicaSet and
// ReplicationController. Only their own status is read; their pods are pod-trouble.ts.
import type { KubernetesObject } from "../object.ts";
import type { ObjectHealth } from "./health.ts";
import {
  conditionOf,
  countOf,
  fieldsOf,
  numberOf,
  observedGenerationOf,
  textOf,
  type Fields,
} from "./read-object.ts";
import { afterGrace, failing, pending, READY, type ObjectContext } from "./verdict.ts";

const UNOBSERVED: ObjectHealth = pending("not seen by its controller yet");

/**
 * A Deployment that goes back to an earlier template keeps the condition of the rollout before until its first pod is
 * made, under the new observedGeneration (kubernetes `pkg/controller/deployment/progress.go`): such a verdict counts only
 * once it has stood this long, in ms.
 */
const STALE_VERDICT_MS = 10_000;

/**
 * Ready when every wanted replica is updated and available and no other is left. A paused one is asked only that what is
 * there be available: nothing more will come.
 */
export function assessDeployment(object: KubernetesObject, context: ObjectContext): ObjectHealth {
  if (observedGenerationOf(object) === undefined) return UNOBSERVED;
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const wanted = replicasOf(spec);
  const present = countOf(status["replicas"]);
  const available = countOf(status["availableReplicas"]);
  if (spec["paused"] === true)
    return available >= Math.min(wanted, present)
      ? READY
      : pending(`${available}/${Math.min(wanted, present)} ready`);

  const missing = shortOf(status, wanted);
  if (missing === undefined) return READY;
  const progressing = conditionOf(status, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded" && progressing.status !== "True")
    return afterGrace(
      context,
      STALE_VERDICT_MS,
      { reason: missing },
      failing("ProgressDeadlineExceeded", progressing.message),
    );
  return replicaFailure(status) ?? pending(missing);
}

function shortOf(status: Fields, wanted: number): string | undefined {
  const updated = countOf(status["updatedReplicas"]);
  const present = countOf(status["replicas"]);
  const ready = countOf(status["readyReplicas"]);
  if (updated < wanted)
    return present > updated ? `${updated}/${wanted} updated` : `${Math.min(updated, ready)}/${wanted} ready`;
  return shortOfReady(status, wanted) ?? surplusOf(present, wanted);
}

/** Pods that could not even be made (a quota, an admission webhook) have no pod to tell it. */
function replicaFailure(status: Fields): ObjectHealth | undefined {
  const failure = conditionOf(status, "ReplicaFailure");
  return failure?.status === "True"
    ? pending(failure.reason || "ReplicaFailure", failure.message)
    : undefined;
}

/**
 * Ready when every replica is ready, those above the partition are of the newest revision, and the rollout is closed. With
 * `OnDelete` a person decides when pods change, so only readiness is asked.
 */
export function assessStatefulSet(object: KubernetesObject): ObjectHealth {
  if (observedGenerationOf(object) === undefined) return UNOBSERVED;
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const wanted = replicasOf(spec);
  const strategy = fieldsOf(spec["updateStrategy"]);
  const isRolling = strategy["type"] !== "OnDelete";
  const partition = countOf(fieldsOf(strategy["rollingUpdate"])["partition"]);
  const toUpdate = isRolling ? Math.max(0, wanted - partition) : 0;
  const updated = countOf(status["updatedReplicas"]);
  const present = countOf(status["replicas"]);
  const ready = countOf(status["readyReplicas"]);

  if (updated < toUpdate && (present >= wanted || ready >= wanted))
    return pending(`${updated}/${toUpdate} updated`);
  if (ready < wanted) return pending(`${ready}/${wanted} ready`);
  const available = countOf(status["availableReplicas"]);
  if (countOf(spec["minReadySeconds"]) > 0 && available < wanted)
    return pending(`${available}/${wanted} available`);
  const surplus = surplusOf(present, wanted);
  if (surplus !== undefined) return pending(surplus);
  if (isRolling && partition === 0 && textOf(status["currentRevision"]) !== textOf(status["updateRevision"]))
    return pending("rollout not closed yet");
  return READY;
}

/** Ready when each node that should run it does, updated and available; ready with no such node once that is observed. */
export function assessDaemonSet(object: KubernetesObject): ObjectHealth {
  const status = fieldsOf(object.status);
  const wanted = numberOf(status["desiredNumberScheduled"]);
  if (observedGenerationOf(object) === undefined || wanted === undefined) return UNOBSERVED;
  const updated = countOf(status["updatedNumberScheduled"]);
  const isRolling = fieldsOf(fieldsOf(object.spec)["updateStrategy"])["type"] !== "OnDelete";
  const present = countOf(status["currentNumberScheduled"]);
  const ready = countOf(status["numberReady"]);
  if (isRolling && updated < wanted && (present >= wanted || ready >= wanted))
    return pending(`${updated}/${wanted} updated`);
  if (ready < wanted || present < wanted) return pending(`${Math.min(ready, present)}/${wanted} ready`);
  const available = countOf(status["numberAvailable"]);
  return available < wanted ? pending(`${available}/${wanted} available`) : READY;
}

/** For ReplicaSets and ReplicationControllers that a chart brings itself. */
export function assessReplicaSet(object: KubernetesObject): ObjectHealth {
  if (observedGenerationOf(object) === undefined) return UNOBSERVED;
  const status = fieldsOf(object.status);
  const wanted = replicasOf(fieldsOf(object.spec));
  const missing = shortOfReady(status, wanted);
  if (missing !== undefined) return replicaFailure(status) ?? pending(missing);
  const surplus = surplusOf(countOf(status["replicas"]), wanted);
  return surplus === undefined ? READY : pending(surplus);
}

function surplusOf(present: number, wanted: number): string | undefined {
  const surplus = present - wanted;
  return surplus > 0 ? `${surplus} surplus ${surplus === 1 ? "pod" : "pods"} left` : undefined;
}

function shortOfReady(status: Fields, wanted: number): string | undefined {
  const ready = countOf(status["readyReplicas"]);
  if (ready < wanted) return `${ready}/${wanted} ready`;
  const available = countOf(status["availableReplicas"]);
  return available < wanted ? `${available}/${wanted} available` : undefined;
}

/** The API's own default is 1. */
function replicasOf(spec: Fields): number {
  return numberOf(spec["replicas"]) ?? 1;
}
