// The verdict on one release: each object that its manifest names, looked up in a picture of the cluster, and the pods of
// those that are not ready. What is not in the manifest is not asked for. How long suspects are tolerated is fail-fast.ts.
import type { Json } from "../declaration.ts";
import { groupOf, objectKey, refOf, type KubernetesObject, type ObjectRef } from "../object.ts";
import { podFindingsOf } from "./current-pods.ts";
import type { ObjectHealth, ReleaseHealth, StuckPod, Suspect, Trouble } from "./health.ts";
import { assessObject } from "./object-health.ts";
import type { PodFinding } from "./pod-trouble.ts";
import { fieldsOf, numberOf, textOf } from "./read-object.ts";
import type { ObjectRules } from "./rules.ts";
import { stuckPodsOf } from "./stuck-pods.ts";
import { afterGrace, GRACE_MS, READY, type ObjectContext } from "./verdict.ts";
import type { World } from "./world.ts";

/** Times are in ms of the observer's clock; `seenSinceMs` is 0 where nothing was just written. */
export type ReleaseContext = {
  readonly nowMs: number;
  readonly seenSinceMs: number;
  /** True once helm has ended well: an object that isn't there was deleted, and is a suspect from then on. */
  readonly allApplied?: boolean;
  /** What the declaration says beyond the built-in rules. */
  readonly rules?: ObjectRules;
};

/** More of one object's pods say nothing new; suspects are not counted here, each of them has its own clock. */
const SHOWN_PODS = 10;

const RELEASE_READY: ReleaseHealth = { kind: "ready" };
const NO_FINDINGS: readonly PodFinding[] = [];
const NO_STUCK_PODS: readonly StuckPod[] = [];

type ObjectFinding = {
  readonly rank: number;
  readonly trouble: Trouble;
  readonly missing: boolean;
  readonly pods: readonly PodFinding[];
  readonly stuck: readonly StuckPod[];
};

/**
 * Judges `expected`, the objects of the manifest with their namespaces filled in, by what `world` holds. Ready when each
 * is; failed as soon as one object is; suspects alone never fail it.
 */
export function assessRelease(
  expected: readonly KubernetesObject[],
  world: World,
  context: ReleaseContext,
): ReleaseHealth {
  const total = expected.length;
  const unready: ObjectFinding[] = [];
  let lookAgainAtMs = Infinity;
  let hasFailed = false;
  for (const wanted of expected) {
    const ref = refOf(wanted);
    const object = world.get(ref);
    const health =
      object === undefined
        ? assessAbsent(wanted, context)
        : assessObject(object, contextFor(object, world, context));
    if (health.kind === "ready") continue;
    if (health.kind === "failed") hasFailed = true;
    if (health.kind === "pending" && health.lookAgainAtMs !== undefined)
      lookAgainAtMs = Math.min(lookAgainAtMs, health.lookAgainAtMs);
    const pods = object === undefined ? NO_FINDINGS : podFindingsOf(object, ref, world);
    unready.push({
      rank: rankOf(health, pods),
      trouble: troubleOf(ref, health),
      missing: health.kind === "absent",
      pods,
      stuck: object === undefined ? NO_STUCK_PODS : stuckPodsOf(object, world),
    });
  }
  if (unready.length === 0) return RELEASE_READY;
  unready.sort((a, b) => a.rank - b.rank);
  const ready = total - unready.length;
  if (hasFailed) return { kind: "failed", troubles: troublesIn(unready), ready, total };
  const stuck = unready.flatMap((finding) => finding.stuck);
  return {
    kind: "pending",
    waitingFor: troublesIn(unready),
    suspects: suspectsIn(unready, context.allApplied === true),
    ...(stuck.length === 0 ? {} : { stuck }),
    ready,
    total,
    ...(lookAgainAtMs === Infinity ? {} : { lookAgainAtMs }),
  };
}

/** A finished Job that asks to be cleaned up goes by itself, so its absence is what success leaves behind. */
function assessAbsent(wanted: KubernetesObject, context: ReleaseContext): ObjectHealth {
  const cleansUp =
    wanted.kind === "Job" &&
    groupOf(wanted.apiVersion) === "batch" &&
    numberOf(fieldsOf(wanted.spec)["ttlSecondsAfterFinished"]) !== undefined;
  return cleansUp ? afterGrace(context, GRACE_MS, { reason: "not found" }, READY) : { kind: "absent" };
}

function contextFor(object: KubernetesObject, world: World, context: ReleaseContext): ObjectContext {
  if (object.kind === "PersistentVolumeClaim") {
    const storageClass = storageClassOf(fieldsOf(object.spec)["storageClassName"], world);
    return storageClass === undefined ? context : { ...context, storageClass };
  }
  const kindFacts = world.kindFacts(object.apiVersion, object.kind);
  return kindFacts === undefined ? context : { ...context, kindFacts };
}

function storageClassOf(name: Json | undefined, world: World): KubernetesObject | undefined {
  const text = textOf(name);
  if (text === "") return undefined;
  return world.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name: text });
}

function rankOf(health: ObjectHealth, pods: readonly PodFinding[]): number {
  switch (health.kind) {
    case "failed":
      return 0;
    case "pending":
      return pods[0]?.suspect !== undefined ? 1 : pods.length > 0 ? 3 : 4;
    case "absent":
      return 2;
    case "ready":
      return 5;
  }
}

function troubleOf(object: ObjectRef, health: ObjectHealth): Trouble {
  if (health.kind !== "pending" && health.kind !== "failed") return { object, reason: "not found" };
  return {
    object,
    reason: health.reason,
    ...(health.message === undefined ? {} : { message: health.message }),
  };
}

function troublesIn(findings: readonly ObjectFinding[]): readonly Trouble[] {
  const troubles: Trouble[] = [];
  for (const { trouble, pods } of findings) {
    troubles.push(trouble);
    for (let index = 0; index < pods.length && index < SHOWN_PODS; index++) {
      const finding = pods[index];
      if (finding !== undefined) troubles.push(finding.trouble);
    }
  }
  return troubles;
}

function suspectsIn(findings: readonly ObjectFinding[], allApplied: boolean): readonly Suspect[] {
  const suspects: Suspect[] = [];
  for (const { trouble, missing, pods } of findings) {
    if (missing && allApplied)
      suspects.push({ ...trouble, key: `${objectKey(trouble.object)}|missing`, family: "missing" });
    for (const { suspect } of pods) if (suspect !== undefined) suspects.push(suspect);
  }
  return suspects;
}
