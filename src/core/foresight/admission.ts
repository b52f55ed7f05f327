// Objects that the API server refuses while an admission webhook's Service is not there: their release needs it. Only
// webhooks whose rules name what they are for count; those for everything say by labels whom they mean, and are set up
// so that a cluster can start without them.
import { fieldAt, fieldOf, isRecord, listAt, textAt } from "../json.ts";
import { groupOf } from "../object.ts";
import { pluralsOf } from "./named-object.ts";
import type { PlacedObject } from "./rendered.ts";
import type { Reference } from "./references/reference.ts";
import { referTo } from "./references/reference.ts";

export type AdmissionRule = {
  readonly webhook: string;
  readonly service: { readonly namespace: string; readonly name: string };
  readonly groups: readonly string[];
  readonly resources: readonly string[];
};

/** The rules under which an object is refused while the webhook does not answer. */
export function admissionRulesOf(objects: readonly PlacedObject[]): readonly AdmissionRule[] {
  return objects
    .filter(({ ref }) => /^(?:Validating|Mutating)WebhookConfiguration$/.test(ref.kind))
    .flatMap(({ object }) => listAt(object, "webhooks"))
    .flatMap((webhook) => {
      const namespace = textAt(webhook, "clientConfig", "service", "namespace");
      const name = textAt(webhook, "clientConfig", "service", "name");
      if (!namespace || !name || fieldOf(webhook, "failurePolicy") === "Ignore" || isSelective(webhook))
        return [];
      return listAt(webhook, "rules").flatMap((rule) => {
        const texts = (field: string) => listAt(rule, field).filter((one) => typeof one === "string");
        const isForCreation = texts("operations").some((one) => one === "CREATE" || one === "*");
        const [groups, resources] = [texts("apiGroups"), texts("resources")];
        if (!isForCreation || groups.includes("*") || resources.some((one) => /[*/]/.test(one))) return [];
        return [{ webhook: textAt(webhook, "name") ?? "?", service: { namespace, name }, groups, resources }];
      });
    });
}

function isSelective(webhook: unknown): boolean {
  const conditions = [
    fieldAt(webhook, "namespaceSelector"),
    fieldAt(webhook, "objectSelector"),
    fieldAt(webhook, "matchConditions"),
  ];
  return conditions.some((one) =>
    Array.isArray(one)
      ? one.length > 0
      : isRecord(one) &&
        Object.values(one).some((part) => isRecord(part) || (Array.isArray(part) && part.length > 0)),
  );
}

/** Webhooks that an object has to get past. */
export function admissionReferences(
  { ref }: PlacedObject,
  rules: readonly AdmissionRule[],
): readonly Reference[] {
  const group = groupOf(ref.apiVersion);
  const plurals = pluralsOf(ref.kind);
  return rules
    .filter(
      ({ groups, resources }) => groups.includes(group) && resources.some((one) => plurals.includes(one)),
    )
    .map(({ webhook, service }) =>
      referTo("Service", service.namespace, service.name, `admission webhook ${webhook}`, "mentioned"),
    );
}
