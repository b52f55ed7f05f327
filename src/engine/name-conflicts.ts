// Adds to a plan which fields an upgrade will take from other managers, or stop at. It asks for metadata of the objects of
// releases to be upgraded alone; where that can't be read, nothing is named.
import { foreignFieldsOf } from "../core/field-managers.ts";
import type { ReleaseId } from "../core/ids.ts";
import { objectKey, refOf } from "../core/object.ts";
import type { Observation } from "../core/observation.ts";
import type { Plan, Step } from "../core/plan/plan.ts";
import type { Objects } from "./ports.ts";

/** The same plan, with a reason more where fields are in other hands. */
export async function nameConflicts(
  objects: Pick<Objects, "managedFields">,
  plan: Plan,
  observations: ReadonlyMap<ReleaseId, Observation>,
): Promise<Plan> {
  const written = new Map(
    plan.steps.flatMap((step) => {
      const found = mayConflict(step) ? observations.get(step.release) : undefined;
      const payload = found !== undefined && "payload" in found ? found.payload : undefined;
      return payload === undefined ? [] : [[step.release, payload.objects] as const];
    }),
  );
  const refs = [...written.values()].flatMap((list) => list.map(refOf));
  if (refs.length === 0) return plan;
  const managed = await objects.managedFields(refs);
  const steps = plan.steps.map((step): Step => {
    const fields = (written.get(step.release) ?? []).flatMap((object) =>
      foreignFieldsOf(object, managed.get(objectKey(refOf(object)))),
    );
    if (fields.length === 0 || !("pin" in step)) return step;
    const takes = step.pin.declaration.fieldConflicts === "take";
    const [first, ...more] = step.reasons;
    return { ...step, reasons: [first, ...more, { kind: "field-conflicts", takes, fields }] };
  });
  return { ...plan, steps };
}

// What drift is corrected names its fields already.
function mayConflict(step: Step): boolean {
  return (
    (step.kind === "upgrade" || step.kind === "recover") &&
    step.applyMethod === "server-side" &&
    step.takesFields !== true
  );
}
