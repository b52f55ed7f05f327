// Which objects of a stack that stands are watched for trouble: those whose own status tells of it. Pods are not: what owns
// them says when one is missing, and the next look names it.
import { groupOf, isBuiltInGroup, objectKey, refOf, type KubernetesObject } from "../object.ts";
import { existenceSuffices } from "./object-health.ts";
import { fieldsOf } from "./read-object.ts";
import type { ObjectRules } from "./rules.ts";
import type { World } from "./world.ts";

/** A connection each: what has more kinds than this is left to periodic looks. */
const mostKinds = 32;

/** Names of a release's objects that are worth a watch; nothing else of a manifest is kept. */
export function watchedObjects(
  objects: readonly KubernetesObject[],
  rules: ObjectRules | undefined,
  kindFacts: World["kindFacts"],
): readonly KubernetesObject[] {
  const names = new Map<string, KubernetesObject>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    if (rules?.covers(apiVersion, kind) !== true && !mayBreak(object, kindFacts)) continue;
    const { name, namespace } = metadata;
    const outline = {
      apiVersion,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    };
    names.set(objectKey(refOf(outline)), outline);
  }
  return [...names.values()];
}

function mayBreak(object: KubernetesObject, kindFacts: World["kindFacts"]): boolean {
  const { apiVersion, kind } = object;
  if (existenceSuffices(apiVersion, kind)) return false;
  if (!isBuiltInGroup(groupOf(apiVersion))) return kindFacts(apiVersion, kind)?.hasStatus !== false;
  switch (kind) {
    // What has ended stays as it has ended, and a budget is always well.
    case "Job":
    case "PodDisruptionBudget":
      return false;
    case "Service":
      return fieldsOf(object.spec)["type"] === "LoadBalancer";
    default:
      return true;
  }
}

/** The kinds of these objects, those with most of them first, so many at most. */
export function watchedKinds(
  objects: Iterable<KubernetesObject>,
): readonly { readonly apiVersion: string; readonly kind: string }[] {
  const counts = new Map<string, { apiVersion: string; kind: string; count: number }>();
  for (const { apiVersion, kind } of objects) {
    const key = `${apiVersion} ${kind}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { apiVersion, kind, count: 1 });
    else known.count++;
  }
  return [...counts.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostKinds)
    .map(({ apiVersion, kind }) => ({ apiVersion, kind }));
}
