// What nobody gets back once it is deleted, so that nothing automatic may delete it.
import { isKeptByHelm, objectKey, refOf, type KubernetesObject, type ObjectRef } from "../object.ts";

/** CRDs with how many objects of their kinds there are. */
export type CountedDefinitions = readonly {
  readonly ref: ObjectRef;
  readonly objects: number | "unknown";
}[];

/**
 * Objects of a manifest that nobody gets back once they are deleted: claims, namespaces, and CRDs unless it is known that
 * there is no object of their kinds. Helm leaves those alone that carry its policy `keep`.
 */
export function irreplaceable(
  objects: readonly KubernetesObject[],
  definitions: CountedDefinitions,
): readonly string[] {
  const counts = new Map(definitions.map(({ ref, objects: count }) => [objectKey(ref), count]));
  return objects.flatMap((object): readonly string[] => {
    const { kind, metadata } = object;
    if (isKeptByHelm(object)) return [];
    if (kind === "PersistentVolumeClaim") return [`PersistentVolumeClaim ${metadata.name}`];
    if (kind === "Namespace") return [`Namespace ${metadata.name} with everything in it`];
    if (kind !== "CustomResourceDefinition") return [];
    const count = counts.get(objectKey(refOf(object)));
    if (count === 0) return [];
    const many = typeof count === "number" ? `${count}` : "an unknown number of";
    return [`CustomResourceDefinition ${metadata.name} with ${many} objects`];
  });
}

/** Objects of one manifest that another does not have: helm deletes them on the way from the one to the other. */
export function withoutThoseOf(
  from: readonly KubernetesObject[],
  to: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const kept = new Set(to.map((object) => objectKey(refOf(object))));
  return from.filter((object) => !kept.has(objectKey(refOf(object))));
}
