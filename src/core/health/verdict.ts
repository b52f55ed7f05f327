// What a health rule is, and the verdicts it gives; the rules themselves are object-health.ts and the files it names.
import type { KubernetesObject } from "../object.ts";
import type { ObjectHealth } from "./health.ts";
import type { ObjectRules } from "./rules.ts";
import type { KindFacts } from "./world.ts";

/** What a rule may know beside the object. Times are in ms of the observer's clock. */
export type ObjectContext = {
  readonly nowMs: number;
  /**
   * When Headway began to expect the object in this shape: graces count from here. 0 where nothing was just written and
   * the object is only being looked at.
   */
  readonly seenSinceMs: number;
  readonly kindFacts?: KindFacts;
  /** The StorageClass of a claim, where it is known. */
  readonly storageClass?: KubernetesObject;
  /** What the declaration says beyond the built-in rules. */
  readonly rules?: ObjectRules;
};

export type Rule = (object: KubernetesObject, context: ObjectContext) => ObjectHealth;

export const READY: ObjectHealth = { kind: "ready" };
export const ABSENT: ObjectHealth = { kind: "absent" };

/** How long something that nobody has to write, or that may be left from before, is waited for. In ms. */
export const GRACE_MS = 5_000;

export function pending(reason: string, message = "", lookAgainAtMs?: number): ObjectHealth {
  return {
    kind: "pending",
    reason,
    ...(message === "" ? {} : { message }),
    ...(lookAgainAtMs === undefined ? {} : { lookAgainAtMs }),
  };
}

export function failing(reason: string, message = ""): ObjectHealth {
  return { kind: "failed", reason, ...(message === "" ? {} : { message }) };
}

/** `before` until `graceMs` have passed since the object was first expected, `after` from then on. */
export function afterGrace(
  context: ObjectContext,
  graceMs: number,
  before: { readonly reason: string; readonly message?: string },
  after: ObjectHealth,
): ObjectHealth {
  const endsAtMs = context.seenSinceMs + graceMs;
  return context.nowMs >= endsAtMs ? after : pending(before.reason, before.message, endsAtMs);
}
