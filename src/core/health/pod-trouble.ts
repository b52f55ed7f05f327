// What is wrong with one pod, container by container, and which of it looks as if it would not heal. How long that is
// tolerated is fail-fast.ts; whose pods are looked at is current-pods.ts.
import type { Json } from "../declaration.ts";
import { objectKey, type KubernetesObject, type ObjectRef } from "../object.ts";
import type { Suspect, Trouble } from "./health.ts";
import {
  conditionOf,
  countOf,
  fieldsOf,
  isBeingDeleted,
  itemsOf,
  numberOf,
  textOf,
  type Fields,
} from "./read-object.ts";

/** A trouble with how bad it is, 0 the worst; `suspect` where it may become a failure. */
export type PodFinding = { readonly rank: number; readonly trouble: Trouble; readonly suspect?: Suspect };

/** Which findings of a pod count as suspects, for the object that controls it. */
export type Suspicion = {
  /** False where it can't be told whether the pod is of the revision that was just written. */
  readonly any: boolean;
  /** False for a Job: its backoffLimit already says how many failures are tolerated. */
  readonly crashLoop: boolean;
};

const RANK = { suspect: 0, ended: 1, blocked: 1, notReady: 2, starting: 3 } as const;

/** The kubelet's words for an image that can't be had (kubernetes `pkg/kubelet/images`, CRI errors). */
const imageReasons: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);
const configReasons: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);
const startingReasons: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"]);

/** Adds what is wrong with `pod` to `found`; nothing for one that is ready, done, or on its way out. */
export function findPodTroubles(
  pod: KubernetesObject,
  object: ObjectRef,
  suspicion: Suspicion,
  found: PodFinding[],
): void {
  const status = fieldsOf(pod.status);
  const phase = textOf(status["phase"]);
  if (isBeingDeleted(pod) || phase === "Succeeded") return;
  if (phase === "Failed") {
    found.push({ rank: RANK.ended, trouble: describeFailedPod(pod, object, status) });
    return;
  }
  if (conditionOf(status, "Ready")?.status === "True") return;
  const before = found.length;
  findInContainers(pod, object, status["initContainerStatuses"], suspicion, found);
  findInContainers(pod, object, status["containerStatuses"], suspicion, found);
  if (found.length === before) found.push(describeWaitingPod(pod, object, status, phase));
}

function findInContainers(
  pod: KubernetesObject,
  object: ObjectRef,
  statuses: Json | undefined,
  suspicion: Suspicion,
  found: PodFinding[],
): void {
  for (const item of itemsOf(statuses)) {
    const container = fieldsOf(item);
    const state = fieldsOf(container["state"]);
    const waiting = fieldsOf(state["waiting"]);
    const waitingFor = textOf(waiting["reason"]);
    const terminated = fieldsOf(state["terminated"]);
    if (waitingFor === "CrashLoopBackOff") {
      const last = fieldsOf(fieldsOf(container["lastState"])["terminated"]);
      found.push(
        suspect(
          crash(pod, object, container, waitingFor, last, textOf(waiting["message"])),
          "crash-loop",
          suspicion,
        ),
      );
    } else if (countOf(terminated["exitCode"]) !== 0) {
      const trouble = crash(pod, object, container, textOf(terminated["reason"]) || "Error", terminated, "");
      const isRestarted = fieldsOf(pod.spec)["restartPolicy"] !== "Never";
      found.push(isRestarted ? suspect(trouble, "crash-loop", suspicion) : { rank: RANK.ended, trouble });
    } else if (!startingReasons.has(waitingFor)) {
      const trouble = troubleOf(pod, object, waitingFor, textOf(waiting["message"]), container);
      if (imageReasons.has(waitingFor)) found.push(suspect(trouble, "image-pull", suspicion));
      else if (configReasons.has(waitingFor)) found.push(suspect(trouble, "config", suspicion));
      else found.push({ rank: RANK.notReady, trouble });
    }
  }
}

function suspect(trouble: Trouble, family: Suspect["family"], suspicion: Suspicion): PodFinding {
  if (!suspicion.any || (family === "crash-loop" && !suspicion.crashLoop))
    return { rank: RANK.ended, trouble };
  const key = `${objectKey(trouble.object)}|${trouble.pod ?? ""}|${trouble.container ?? ""}|${family}`;
  return { rank: RANK.suspect, trouble, suspect: { ...trouble, key, family } };
}

function crash(
  pod: KubernetesObject,
  object: ObjectRef,
  container: Fields,
  reason: string,
  terminated: Fields,
  fallback: string,
): Trouble {
  const exitCode = numberOf(terminated["exitCode"]);
  const restarts = numberOf(container["restartCount"]);
  // `Error` and `Completed` say no more than the exit code; `OOMKilled` is the cause itself.
  const cause = textOf(terminated["reason"]);
  const said = textOf(terminated["message"]).trim() || fallback;
  const tells = cause !== "" && cause !== "Error" && cause !== "Completed" && cause !== reason;
  return {
    ...troubleOf(
      pod,
      object,
      reason,
      tells && said !== "" ? `${cause}: ${said}` : tells ? cause : said,
      container,
    ),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(restarts === undefined ? {} : { restarts }),
  };
}

function describeFailedPod(pod: KubernetesObject, object: ObjectRef, status: Fields): Trouble {
  const reason = textOf(status["reason"]) || "Failed";
  const message = textOf(status["message"]);
  for (const list of [status["initContainerStatuses"], status["containerStatuses"]])
    for (const item of itemsOf(list)) {
      const container = fieldsOf(item);
      const terminated = fieldsOf(fieldsOf(container["state"])["terminated"]);
      if (countOf(terminated["exitCode"]) !== 0)
        return crash(pod, object, container, reason, terminated, message);
    }
  return troubleOf(pod, object, reason, message);
}

function describeWaitingPod(
  pod: KubernetesObject,
  object: ObjectRef,
  status: Fields,
  phase: string,
): PodFinding {
  const scheduled = conditionOf(status, "PodScheduled");
  if (scheduled?.status === "False")
    return {
      rank: RANK.blocked,
      trouble: troubleOf(pod, object, scheduled.reason || "Unschedulable", scheduled.message),
    };
  if (phase !== "Running") return { rank: RANK.starting, trouble: troubleOf(pod, object, "starting", "") };
  const message = conditionOf(status, "Ready")?.message ?? "";
  return { rank: RANK.notReady, trouble: troubleOf(pod, object, "not ready", message) };
}

function troubleOf(
  pod: KubernetesObject,
  object: ObjectRef,
  reason: string,
  message: string,
  container?: Fields,
): Trouble {
  return {
    object,
    pod: pod.metadata.name,
    ...(container === undefined ? {} : { container: textOf(container["name"]) }),
    reason,
    ...(message === "" ? {} : { message }),
  };
}
