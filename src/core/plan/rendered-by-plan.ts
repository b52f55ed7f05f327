// What a plan knows of its releases without any rendering: values that were read in the cluster, and what is deployed of
// releases that stay as they are.
import type { ReleaseId } from "../ids.ts";
import type { KubernetesObject } from "../object.ts";
import { writtenObject } from "../manifest.ts";
import type { Observation } from "../observation.ts";
import type { PinnedRelease } from "../pin.ts";
import type { Plan } from "./plan.ts";

/** The pins that would be applied, and the objects of what does not change; `pins` are those of the repository alone. */
export function renderedByPlan(
  plan: Plan,
  observations: ReadonlyMap<ReleaseId, Observation>,
  pins: ReadonlyMap<ReleaseId, PinnedRelease>,
): {
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly deployed: ReadonlyMap<ReleaseId, readonly KubernetesObject[]>;
} {
  const planned = plan.steps.flatMap((step) => ("pin" in step ? [[step.release, step.pin] as const] : []));
  const deployed = plan.steps.flatMap(({ kind, reasons, release }) => {
    const observation = observations.get(release);
    const isAsDeclared = kind === "keep" && reasons[0].kind === "unchanged";
    return isAsDeclared && observation?.kind === "deployed" && observation.payload !== undefined
      ? [[release, observation.payload.objects.map(wholeObject)] as const]
      : [];
  });
  return { pins: new Map([...pins, ...planned]), deployed: new Map(deployed) };
}

function wholeObject(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  return { ...writtenObject(object), apiVersion, kind, metadata };
}
