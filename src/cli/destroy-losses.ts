// What a destroy takes with it and what stays, named before consent: claims with data, CRDs with objects, namespaces.
import { isKeptByHelm, objectKey, refOf } from "../core/object.ts";
import type { ObjectRef } from "../core/object.ts";
import type { Plan } from "../core/plan/plan.ts";
import { reasonWords } from "../views/reason-words.ts";
import type { Connection } from "./world.ts";

/** Lines for a person; best effort where the cluster does not tell. */
export async function lossesOf(connection: Connection, plan: Plan): Promise<readonly string[]> {
  const removed = plan.steps.flatMap((step) =>
    step.kind === "uninstall" ? [...(step.payload?.objects ?? [])] : [],
  );
  const going = new Set(removed.map((object) => objectKey(refOf(object))));
  const lines: string[] = plan.steps.flatMap((step) =>
    step.reasons[0].kind === "kept" ? [`stays  ${step.release}: ${reasonWords(step.reasons[0])}`] : [],
  );
  const { claims, definitions } = await connection.objects.losses([
    ...new Set(plan.steps.flatMap((step) => (step.kind === "uninstall" ? [step.namespace] : []))),
  ]);
  const kept = (ref: ObjectRef): boolean =>
    removed.some((object) => objectKey(refOf(object)) === objectKey(ref) && isKeptByHelm(object));
  for (const claim of claims) {
    const goes = going.has(objectKey(claim)) && !kept(claim);
    lines.push(`${goes ? "goes " : "stays"}  PersistentVolumeClaim ${claim.namespace ?? ""}/${claim.name}`);
  }
  for (const { ref, objects } of definitions) {
    const goes = going.has(objectKey(ref)) && !kept(ref);
    if (goes) lines.push(`goes   CustomResourceDefinition ${ref.name}, and with it ${objects} objects`);
  }
  for (const object of removed)
    if (object.kind === "Namespace")
      lines.push(`goes   Namespace ${object.metadata.name}, with everything in it`);
  for (const namespace of new Set(
    plan.steps.flatMap((step) => (step.kind === "uninstall" ? [step.namespace] : [])),
  ))
    if (!going.has(objectKey({ apiVersion: "v1", kind: "Namespace", name: namespace })))
      lines.push(`stays  Namespace ${namespace}`);
  return lines;
}
