// Reading fields of objects that somebody else wrote: total over any JSON, so that a status of an unexpected shape makes
// a rule see nothing instead of throwing. No verdicts here.
import type { Json } from "../declaration.ts";
import type { KubernetesObject } from "../object.ts";

export type Fields = Readonly<Record<string, Json>>;

/** One entry of `status.conditions`; absent texts are empty. */
export type Condition = {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
};

const noFields: Fields = {};
const noItems: readonly Json[] = [];

/** The value as a mapping; an empty one where it is anything else. */
export function fieldsOf(value: Json | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : noFields;
}

/** The value as a list; an empty one where it is anything else. */
export function itemsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : noItems;
}

/** The value as text; empty where it is anything else. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The value as a number; undefined where it is anything else. */
export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** A count in a status: the API leaves out the field where it is 0. */
export function countOf(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** The first condition of this type. */
export function conditionOf(status: Fields, type: string): Condition | undefined {
  for (const item of itemsOf(status["conditions"])) {
    const fields = fieldsOf(item);
    if (fields["type"] !== type) continue;
    const observedGeneration = numberOf(fields["observedGeneration"]);
    return {
      status: textOf(fields["status"]),
      reason: textOf(fields["reason"]),
      message: textOf(fields["message"]),
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
    };
  }
  return undefined;
}

/** `status.observedGeneration`, where the controller writes one. */
export function observedGenerationOf(object: KubernetesObject): number | undefined {
  return numberOf(fieldsOf(object.status)["observedGeneration"]);
}

/**
 * True where the status is known to speak of an older spec. A greater number than the object's own is no sign of that:
 * it is what restoring an object from a backup leaves behind.
 */
export function isStatusBehind(object: KubernetesObject): boolean {
  const { generation } = object.metadata;
  const observed = observedGenerationOf(object);
  return generation !== undefined && observed !== undefined && observed < generation;
}

/** True from the request to delete the object until it is gone. */
export function isBeingDeleted(object: KubernetesObject): boolean {
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp !== undefined && deletionTimestamp !== "";
}
