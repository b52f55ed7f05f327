// Before helm takes something away of its own accord: what would go with it for good. Then it is not started.
import type { Failure } from "../core/failure.ts";
import type { KubernetesObject } from "../core/object.ts";
import type { ReleasePayload } from "../core/observation.ts";
import { irreplaceable, withoutThoseOf } from "../core/plan/irreplaceable.ts";
import type { Objects } from "./ports.ts";

export type GuardInput = { readonly objects: Pick<Objects, "losses"> };

/** Why these objects are not deleted; undefined where each can be made anew. CRDs are counted only where one would go. */
export async function guardObjects(
  input: GuardInput,
  going: readonly KubernetesObject[],
): Promise<Failure | undefined> {
  const hasCrds = going.some(({ kind }) => kind === "CustomResourceDefinition");
  const { definitions } = hasCrds ? await input.objects.losses([]) : { definitions: [] };
  const lost = irreplaceable(going, definitions);
  return lost.length === 0
    ? undefined
    : {
        kind: "would-lose",
        message: `it was not started, because with it would go ${lost.join(", ")}`,
      };
}

/** Why a rollback between these two revisions is not started. */
export async function guardRollback(
  input: GuardInput,
  current: ReleasePayload | undefined,
  target: ReleasePayload | undefined,
): Promise<Failure | undefined> {
  // Without the one, helm has nothing to compare; without the other, nothing to go back to, and says so itself.
  return current === undefined || target === undefined
    ? undefined
    : guardObjects(input, withoutThoseOf(current.objects, target.objects));
}
