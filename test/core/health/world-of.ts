// A world made of a few objects, written as YAML where that reads best.
import { parseAllDocuments } from "yaml";
import type { World } from "../../../src/core/health/world.ts";
import type { KindFacts } from "../../../src/core/health/world.ts";
import { objectKey, refOf, type KubernetesObject } from "../../../src/core/object.ts";

export function objectsIn(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

export function objectIn(text: string): KubernetesObject {
  const [object] = objectsIn(text);
  if (object === undefined) throw new Error("no object in the text");
  return object;
}

export function worldOf(
  objects: readonly KubernetesObject[],
  facts: Readonly<Record<string, KindFacts>> = {},
): World {
  const byKey = new Map(objects.map((object) => [objectKey(refOf(object)), object]));
  return {
    get: (ref) => byKey.get(objectKey(ref)),
    controlledBy: (uid, kind) =>
      objects.filter(
        (object) =>
          object.kind === kind &&
          object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ===
            true,
      ),
    kindFacts: (_, kind) => facts[kind],
  };
}
