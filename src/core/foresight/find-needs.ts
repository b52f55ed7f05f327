// All that a release's objects need of others, of every kind of reference.
import { groupOf, isBuiltInGroup } from "../object.ts";
import type { AdmissionRule } from "./admission.ts";
import { admissionReferences } from "./admission.ts";
import type { Need } from "./need.ts";
import type { Provided } from "./provided.ts";
import { podSpecsOf, type PlacedObject, type RenderedRelease, type Scopes } from "./rendered.ts";
import { addressReferences } from "./references/address-references.ts";
import { builtInReferences } from "./references/built-in-references.ts";
import { annotationReferences, customReferences } from "./references/custom-references.ts";
import { podReferences } from "./references/pod-references.ts";
import { referTo, type Reference } from "./references/reference.ts";

/** What is known of the whole stack when one release is looked at. */
export type Surroundings = {
  readonly provided: Provided;
  readonly scopes: Scopes;
  readonly admission: readonly AdmissionRule[];
};

/** Every need of the release, in the order of its objects. */
export function findNeeds(
  { declaration }: RenderedRelease,
  objects: readonly PlacedObject[],
  around: Surroundings,
): readonly Need[] {
  const ownRef = {
    apiVersion: "headway.dev/v1",
    kind: "HelmRelease",
    namespace: declaration.namespace,
    name: declaration.name,
  };
  const ofDeclaration: readonly Reference[] = [
    referTo("Namespace", undefined, declaration.namespace, "its namespace", "mentioned"),
    ...declaration.values.flatMap((source) =>
      source.kind === "object" && !source.object.optional
        ? referTo(source.object.kind, source.object.namespace, source.object.name, "valuesFrom", "mentioned")
        : [],
    ),
  ];
  return [
    ...ofDeclaration.map((reference) => ({ ...reference, release: declaration.id, user: ownRef })),
    ...objects.flatMap((placed) =>
      referencesOf(placed, declaration.namespace, around).map((reference) => ({
        ...reference,
        release: declaration.id,
        user: placed.ref,
      })),
    ),
  ];
}

function referencesOf(
  placed: PlacedObject,
  releaseNamespace: string,
  { provided, scopes, admission }: Surroundings,
): readonly Reference[] {
  const { ref, object } = placed;
  const { namespace } = ref;
  const group = groupOf(ref.apiVersion);
  const isCustom = !isBuiltInGroup(group);
  return [
    ...(isCustom
      ? [
          {
            target: { kind: "api" as const, group, objectKind: ref.kind },
            where: "apiVersion",
            force: "required" as const,
          },
          ...customReferences(placed, scopes),
        ]
      : builtInReferences(placed)),
    ...(namespace === undefined || namespace === releaseNamespace
      ? []
      : [referTo("Namespace", undefined, namespace, "its namespace", "required")]),
    ...(namespace === undefined ? [] : podSpecsOf(object).flatMap((spec) => podReferences(spec, namespace))),
    ...annotationReferences(placed, scopes),
    ...admissionReferences(placed, admission),
    ...addressReferences(placed, provided),
  ];
}
