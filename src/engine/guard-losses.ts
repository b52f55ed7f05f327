// Before helm takes something away of its own accord: what would go with it for good. Then it is not started.
import type { Failure } from "../core/failure.ts";
import type { KubernetesObject } from "../core/object.ts";
import type { ApplyStep } from "../core/plan/plan.ts";
import { irreplaceable, withoutThoseOf } from "../core/plan/irreplaceable.ts";
import type { RecordsInput } from "./left-records.ts";
import type { Objects } from "./ports.ts";

export type GuardInput = RecordsInput & { readonly objects: Pick<Objects, "losses"> };

/** Why these objects are not deleted; undefined where each can be made anew. CRDs are counted only where one would go. */
export async function guardObjects(
  input: Pick<GuardInput, "objects">,
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

/** Why a rollback from revision `from` to `to` is not started. */
export async function guardRollback(
  input: GuardInput,
  { namespace, releaseName }: ApplyStep,
  from: number,
  to: number,
): Promise<Failure | undefined> {
  const [current, target] = await Promise.all(
    [from, to].map((revision) => input.records.payload(namespace, releaseName, revision)),
  );
  if (current?.ok !== true) return current?.failure;
  if (target?.ok !== true) return target?.failure;
  // Without the one, helm has nothing to compare; without the other, nothing to go back to, and says so itself.
  if (current.value === undefined || target.value === undefined) return undefined;
  return guardObjects(input, withoutThoseOf(current.value.objects, target.value.objects));
}
