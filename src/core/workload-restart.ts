// Making the pods of workloads anew as `kubectl rollout restart` does, and taking that back: which fields, of which objects.
// Writing them is an adapter's matter; docs/decisions/0018 says why they are written so.
import { fieldAt, textAt } from "./json.ts";
import { describeRef, groupOf, refOf } from "./object.ts";
import type { KubernetesObject, ObjectRef } from "./object.ts";

/** What kubectl sets in a pod template (kubectl `pkg/polymorphichelpers/objectrestarter.go`). */
const restartedAt = "kubectl.kubernetes.io/restartedAt";
/** On the workload itself: the revision of the release that the restart belongs to, `r7`. */
const restartedBy = "headway.dev/restarted-by";
/** On the workload itself: what stood in its pod template before, where anything did. */
const restartedBefore = "headway.dev/restarted-before";

const restartable: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** All fields of a workload that Headway itself owns for the sake of restarts. */
export type RestartFields = {
  readonly metadata?: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  };
};

/** The objects whose pods can be made anew. */
export function restartableOf(objects: readonly KubernetesObject[]): readonly ObjectRef[] {
  return objects
    .filter(({ apiVersion, kind }) => groupOf(apiVersion) === "apps" && restartable.has(kind))
    .map(refOf);
}

/** Why a restart would not reach the pods of this workload; undefined where it does. */
export function whyNotRestarted(live: KubernetesObject): string | undefined {
  if (fieldAt(live, "spec", "paused") === true)
    return `${describeRef(refOf(live))} is paused: its pods were not restarted`;
  if (textAt(live, "spec", "updateStrategy", "type") === "OnDelete")
    return `${describeRef(refOf(live))} has the update strategy OnDelete: each pod is made anew when it is deleted`;
  return undefined;
}

/**
 * A restart of the live workload for `revision` at an instant in RFC 3339. A restart for a revision after `lastGood` was
 * not proven, so what it had found is what this one, too, goes back to.
 */
export function restartFields(
  live: KubernetesObject,
  restart: { readonly revision: number; readonly lastGood: number; readonly at: string },
): RestartFields {
  const before =
    revisionOf(live) > restart.lastGood ? annotationOf(live, restartedBefore) : templateStampOf(live);
  return {
    metadata: {
      annotations: {
        [restartedBy]: `r${restart.revision}`,
        ...(before === undefined ? {} : { [restartedBefore]: before }),
      },
    },
    spec: templateWith(restart.at),
  };
}

/** Takes a restart for a revision after `toRevision` back; undefined where there was none. */
export function undoneRestartFields(live: KubernetesObject, toRevision: number): RestartFields | undefined {
  if (revisionOf(live) <= toRevision) return undefined;
  const before = annotationOf(live, restartedBefore);
  return before === undefined ? {} : { spec: templateWith(before) };
}

function templateWith(stamp: string) {
  return { template: { metadata: { annotations: { [restartedAt]: stamp } } } };
}

function templateStampOf(live: KubernetesObject): string | undefined {
  return textAt(live, "spec", "template", "metadata", "annotations", restartedAt);
}

/** 0 where no restart of Headway's is noted. */
function revisionOf(live: KubernetesObject): number {
  const [, digits] = /^r(\d+)$/.exec(annotationOf(live, restartedBy) ?? "") ?? [];
  return digits === undefined ? 0 : Number(digits);
}

function annotationOf(live: KubernetesObject, name: string): string | undefined {
  return textAt(live, "metadata", "annotations", name);
}
