// What `headway bootstrap --export` prints: objects in an order in which `kubectl apply` takes them in one go, marked so that
// helm can take them over later.
import { stringify } from "yaml";
import { isRecord, textAt, textsAt, type JsonRecord } from "../json.ts";

/** The release that rendered objects are marked as belonging to. */
export type HelmOwner = { readonly releaseName: string; readonly namespace: string };

/** The object as helm itself would have applied it, so that it finds it to be its own later. */
export function ownedByHelm(object: JsonRecord, owner: HelmOwner): JsonRecord {
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...textsAt(object, "metadata", "labels"), "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...textsAt(object, "metadata", "annotations"),
        "meta.helm.sh/release-name": owner.releaseName,
        "meta.helm.sh/release-namespace": owner.namespace,
      },
    },
  };
}

export function namespaceObject(name: string): JsonRecord {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** What others need comes first: definitions, namespaces, accounts and rights, what pods read, the rest. */
const places: Readonly<Record<string, number>> = {
  CustomResourceDefinition: 0,
  Namespace: 1,
  ServiceAccount: 2,
  ClusterRole: 3,
  ClusterRoleBinding: 3,
  Role: 3,
  RoleBinding: 3,
  Secret: 4,
  ConfigMap: 4,
};
const lastPlace = 5;

/** All objects in that order, as YAML documents. */
export function exportText(objects: readonly JsonRecord[]): string {
  const place = (object: JsonRecord): number => places[textAt(object, "kind") ?? ""] ?? lastPlace;
  return (
    objects
      .toSorted((a, b) => place(a) - place(b))
      // kubectl reads YAML as of old: a text such as `on` has to be in quotes.
      .map((object) => `---\n${stringify(object, { version: "1.1", lineWidth: 0 })}`)
      .join("")
  );
}
