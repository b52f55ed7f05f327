// When a custom resource is ready, told by the conditions that controllers agree on (kubernetes API conventions, kstatus):
// Stalled, Reconciling, Ready, Available. A kind of its own meaning needs a rule of the declaration, not one here.
import type { KubernetesObject } from "../object.ts";
import type { ObjectHealth } from "./health.ts";
import { conditionOf, fieldsOf, observedGenerationOf, type Condition } from "./read-object.ts";
import { afterGrace, failing, GRACE_MS, pending, READY, type ObjectContext } from "./verdict.ts";

/**
 * Stalled fails, since it is the only condition that says so of itself; Ready=False only waits, whatever its reason.
 * Without a condition that decides, a kind whose controller can be expected to write one gets the grace, any other is
 * ready at once.
 */
export function assessCustom(object: KubernetesObject, context: ObjectContext): ObjectHealth {
  const status = fieldsOf(object.status);
  const stalled = conditionOf(status, "Stalled");
  if (stalled?.status === "True") return assessStalled(object, stalled, context);
  const reconciling = conditionOf(status, "Reconciling");
  if (reconciling?.status === "True")
    return pending(reconciling.reason || "Reconciling", reconciling.message);

  const type = conditionOf(status, "Ready") === undefined ? "Available" : "Ready";
  const deciding = conditionOf(status, type);
  if (deciding !== undefined) {
    if (isBehind(object, deciding)) return pending("status is of an earlier generation");
    return deciding.status === "True"
      ? READY
      : pending(deciding.reason || `not ${type.toLowerCase()}`, deciding.message);
  }
  const { kindFacts } = context;
  const mayGetStatus = kindFacts === undefined || (kindFacts.custom && kindFacts.hasStatus);
  return mayGetStatus ? afterGrace(context, GRACE_MS, { reason: "no conditions yet" }, READY) : READY;
}

/** A Stalled that can't be told to be of this generation may be left from before: its controller gets the grace. */
function assessStalled(object: KubernetesObject, stalled: Condition, context: ObjectContext): ObjectHealth {
  const reason = stalled.reason || "Stalled";
  if (isBehind(object, stalled)) return pending("status is of an earlier generation");
  const verdict = failing(reason, stalled.message);
  const isProven = stalled.observedGeneration !== undefined || observedGenerationOf(object) !== undefined;
  return isProven ? verdict : afterGrace(context, GRACE_MS, { reason, message: stalled.message }, verdict);
}

function isBehind(object: KubernetesObject, condition: Condition): boolean {
  const { generation } = object.metadata;
  return (
    generation !== undefined &&
    condition.observedGeneration !== undefined &&
    condition.observedGeneration < generation
  );
}
