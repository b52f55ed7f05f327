// When the other built-in kinds with a state of their own are ready: pods, jobs, storage, services, and what makes the
// API itself. Workloads are workload-health.ts; kinds whose existence is enough have no rule.
import type { KubernetesObject } from "../object.ts";
import type { ObjectHealth } from "./health.ts";
import { conditionOf, countOf, fieldsOf, itemsOf, numberOf, textOf, type Fields } from "./read-object.ts";
import { afterGrace, failing, GRACE_MS, pending, READY, type ObjectContext } from "./verdict.ts";

/**
 * Ready when it runs and is Ready, or has run to its end. Failed is final, and so is a container of a pod that is never
 * restarted which ended with an error while others of the pod go on.
 */
export function assessPod(object: KubernetesObject): ObjectHealth {
  const status = fieldsOf(object.status);
  const phase = textOf(status["phase"]);
  if (phase === "Succeeded") return READY;
  if (phase === "Failed") return failing(textOf(status["reason"]) || "Failed", textOf(status["message"]));
  if (fieldsOf(object.spec)["restartPolicy"] === "Never") {
    const broken = findBroken(status["initContainerStatuses"]) ?? findBroken(status["containerStatuses"]);
    if (broken !== undefined) return broken;
  }
  const ready = conditionOf(status, "Ready");
  if (phase === "Running" && ready?.status === "True") return READY;
  return phase === "Running"
    ? pending("not ready", ready?.message)
    : pending(phase || "not seen by a node yet");
}

function findBroken(statuses: Fields[string] | undefined): ObjectHealth | undefined {
  for (const item of itemsOf(statuses)) {
    const container = fieldsOf(item);
    const terminated = fieldsOf(fieldsOf(container["state"])["terminated"]);
    const exitCode = countOf(terminated["exitCode"]);
    if (exitCode !== 0)
      return failing(
        textOf(terminated["reason"]) || "Error",
        `container ${textOf(container["name"])} ended with exit code ${exitCode}`,
      );
  }
  return undefined;
}

/** Ready when complete; a suspended one is as it was asked to be. */
export function assessJob(object: KubernetesObject): ObjectHealth {
  const status = fieldsOf(object.status);
  const spec = fieldsOf(object.spec);
  if (conditionOf(status, "Complete")?.status === "True") return READY;
  // FailureTarget comes first, while pods are still being stopped; nothing revokes it.
  for (const type of ["Failed", "FailureTarget"]) {
    const failed = conditionOf(status, type);
    if (failed?.status === "True") return failing(failed.reason || "JobFailed", failed.message);
  }
  if (spec["suspend"] === true) return READY;
  const completions = numberOf(spec["completions"]) ?? 1;
  return pending(`${countOf(status["succeeded"])}/${completions} completed`);
}

/**
 * Ready when bound. A claim whose class binds on first use never binds before a pod uses it, and that pod may belong to a
 * dependent, so it is not waited for: where the pod is part of the release, the pod's own readiness waits for the volume.
 * Where the class isn't known, a claim that no provisioner has taken up within the grace is held to be of that sort.
 */
export function assessClaim(object: KubernetesObject, context: ObjectContext): ObjectHealth {
  const status = fieldsOf(object.status);
  const spec = fieldsOf(object.spec);
  const phase = textOf(status["phase"]);
  if (phase === "Bound") return READY;
  const unbound = pending(phase === "Lost" ? "Lost" : "not bound");
  if (phase === "Lost" || spec["storageClassName"] === "" || isBeingProvisioned(object, spec)) return unbound;
  switch (bindingModeOf(context.storageClass)) {
    case "WaitForFirstConsumer":
      return READY;
    case "Immediate":
      return unbound;
    case undefined:
      return afterGrace(context, GRACE_MS, { reason: "not bound" }, READY);
  }
}

/** The marks that the scheduler and the volume controller leave once a volume is on its way (`storage-helpers`). */
function isBeingProvisioned(object: KubernetesObject, spec: Fields): boolean {
  if (textOf(spec["volumeName"]) !== "") return true;
  const annotations = object.metadata.annotations;
  return (
    annotations !== undefined &&
    (annotations["volume.kubernetes.io/selected-node"] !== undefined ||
      annotations["volume.kubernetes.io/storage-provisioner"] !== undefined ||
      annotations["volume.beta.kubernetes.io/storage-provisioner"] !== undefined)
  );
}

function bindingModeOf(
  storageClass: KubernetesObject | undefined,
): "WaitForFirstConsumer" | "Immediate" | undefined {
  if (storageClass === undefined) return undefined;
  // `volumeBindingMode` stands beside `metadata`, not under `spec`.
  const mode = "volumeBindingMode" in storageClass ? storageClass.volumeBindingMode : undefined;
  return mode === "WaitForFirstConsumer" ? mode : "Immediate";
}

/** Ready when it can be claimed, is bound, or was released. */
export function assessVolume(object: KubernetesObject): ObjectHealth {
  const status = fieldsOf(object.status);
  const phase = textOf(status["phase"]);
  if (phase === "Failed") return failing(textOf(status["reason"]) || "Failed", textOf(status["message"]));
  return phase === "Available" || phase === "Bound" || phase === "Released"
    ? READY
    : pending(phase || "no phase yet");
}

/** Ready at once, but for a load balancer, which needs its address. */
export function assessService(object: KubernetesObject): ObjectHealth {
  const spec = fieldsOf(object.spec);
  if (spec["type"] !== "LoadBalancer" || itemsOf(spec["externalIPs"]).length > 0) return READY;
  const ingress = itemsOf(fieldsOf(fieldsOf(object.status)["loadBalancer"])["ingress"]);
  return ingress.length > 0 ? READY : pending("no load balancer address yet");
}

/** Ready when the API serves it; a name that collides with another kind's will not be served. */
export function assessDefinition(object: KubernetesObject): ObjectHealth {
  const status = fieldsOf(object.status);
  const names = conditionOf(status, "NamesAccepted");
  if (names?.status === "False") return failing(names.reason || "NamesNotAccepted", names.message);
  const established = conditionOf(status, "Established");
  return established?.status === "True" ? READY : pending("not established", established?.message);
}

export function assessNamespace(object: KubernetesObject): ObjectHealth {
  const phase = textOf(fieldsOf(object.status)["phase"]);
  return phase === "Active" ? READY : pending(phase || "no phase yet");
}

/** For kinds that are ready exactly when one condition is True. */
export function assessByCondition(type: string): (object: KubernetesObject) => ObjectHealth {
  const waiting = `not ${type.toLowerCase()}`;
  return (object) => {
    const condition = conditionOf(fieldsOf(object.status), type);
    return condition?.status === "True" ? READY : pending(condition?.reason || waiting, condition?.message);
  };
}
