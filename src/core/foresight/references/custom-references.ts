// What custom resources refer to by kind and name. Nobody knows all operators: a reference is told by its shape, a map
// with a name in a field that ends with Ref, or with a kind beside the name.
import { fieldOf, isRecord, textAt } from "../../json.ts";
import { groupOf, isBuiltInGroup } from "../../object.ts";
import type { PlacedObject, Scopes } from "../rendered.ts";
import { isClusterScoped } from "../rendered.ts";
import { podReferences } from "./pod-references.ts";
import { referTo, type Reference } from "./reference.ts";

/** Deeper than any reference stands. */
const deepest = 24;

/** References of a custom resource, by the shape of its fields. */
export function customReferences({ object, ref }: PlacedObject, scopes: Scopes): readonly Reference[] {
  const found: Reference[] = [];
  const own = { group: groupOf(ref.apiVersion), namespace: ref.namespace, scopes };
  const walk = (value: unknown, field: string, path: string, depth: number): void => {
    if (depth > deepest) return;
    if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) walk(item, field, path, depth + 1);
      return;
    }
    if (!isRecord(value)) return;
    const reference = readReference(value, field, path, own);
    if (reference !== undefined) found.push(reference);
    if (ref.namespace !== undefined && looksLikePod(value)) found.push(...podLike(value, ref.namespace));
    const secret = textAt(value, "secretName");
    if (secret && ref.namespace !== undefined && depth > 0)
      found.push(referTo("Secret", ref.namespace, secret, path, "mentioned"));
    for (const [key, inner] of Object.entries(value)) walk(inner, key, `${path}.${key}`, depth + 1);
  };
  walk(fieldOf(object, "spec"), "spec", "spec", 0);
  return found;
}

type Owner = { readonly group: string; readonly namespace: string | undefined; readonly scopes: Scopes };

function readReference(
  value: Readonly<Record<string, unknown>>,
  field: string,
  path: string,
  own: Owner,
): Reference | undefined {
  const name = textAt(value, "name");
  if (!name || isProduced(field) || fieldOf(value, "optional") === true) return undefined;
  const written = textAt(value, "kind");
  const isReference = /Refs?$/.test(field);
  const implied = isReference ? impliedKind(field, own) : undefined;
  const kind = written ?? implied?.kind;
  if (kind === undefined || !/^[A-Z][A-Za-z0-9]*$/.test(kind)) return undefined;
  const apiVersion = textAt(value, "apiVersion");
  const group =
    textAt(value, "group") ??
    textAt(value, "apiGroup") ??
    (apiVersion === undefined ? undefined : groupOf(apiVersion)) ??
    (written === undefined ? implied?.group : undefined);
  const namespace = textAt(value, "namespace") ?? own.namespace;
  const isCluster = isClusterScoped(
    group === undefined ? `${own.group}/v1` : `${group}/v1`,
    kind,
    own.scopes,
  );
  if (namespace === undefined && !isCluster) return undefined;
  const isSecretLike = kind === "Secret" || kind === "ConfigMap";
  const key = isSecretLike ? textAt(value, "key") : undefined;
  const port = kind === "Service" ? portOf(fieldOf(value, "port")) : undefined;
  return {
    where: path,
    // An operator may make the Secret that a resource names; the one whose key is named is read.
    force: (isSecretLike ? key !== undefined : isReference) ? "named" : "mentioned",
    target: {
      kind: "object",
      objectKind: kind,
      name,
      ...(group === undefined ? {} : { group }),
      ...(isCluster || namespace === undefined ? {} : { namespace }),
      ...(key === undefined ? {} : { key }),
      ...(port === undefined ? {} : { port }),
    },
  };
}

/** Names of fields for what the operator writes and does not read. */
export function isProduced(field: string): boolean {
  return /privateKey|ToRef$|^(?:write|output|target|destination|generated)[A-Z].*Secret/.test(field);
}

function impliedKind(
  field: string,
  own: Owner,
): { readonly kind: string; readonly group?: string } | undefined {
  const stem = field.replace(/Refs?$/, "");
  if (/secret(?:Key)?$/i.test(stem)) return { kind: "Secret", group: "" };
  if (/configMap(?:Key)?$/i.test(stem)) return { kind: "ConfigMap", group: "" };
  if (/serviceAccount$/i.test(stem)) return { kind: "ServiceAccount", group: "" };
  if (own.group === "gateway.networking.k8s.io") {
    if (stem === "parent") return { kind: "Gateway", group: own.group };
    if (stem === "backend") return { kind: "Service", group: "" };
  }
  const kind = stem.charAt(0).toUpperCase() + stem.slice(1);
  return own.scopes.has(`${own.group}|${kind}`) ? { kind, group: own.group } : undefined;
}

function portOf(port: unknown): number | string | undefined {
  return typeof port === "number" || typeof port === "string" ? port : undefined;
}

function looksLikePod(value: Readonly<Record<string, unknown>>): boolean {
  return ["containers", "initContainers", "env", "envFrom", "volumes"].some((field) => {
    const list = fieldOf(value, field);
    return Array.isArray(list) && list.length > 0 && isRecord(list[0]);
  });
}

/** What an operator will put into pods: accounts and classes may be its own. */
function podLike(value: Readonly<Record<string, unknown>>, namespace: string): readonly Reference[] {
  return [...podReferences(value, namespace), ...podReferences({ containers: [value] }, namespace)].map(
    (reference) => ({
      ...reference,
      force:
        reference.target.kind === "object" && /^(?:Secret|ConfigMap)$/.test(reference.target.objectKind)
          ? "named"
          : "mentioned",
    }),
  );
}

/**
 * Annotations that name a custom resource, as in `cert-manager.io/cluster-issuer: letsencrypt`: a group of a CRD, and a kind
 * of it in kebab case.
 */
export function annotationReferences({ object, ref }: PlacedObject, scopes: Scopes): readonly Reference[] {
  return Object.entries(object.metadata.annotations ?? {}).flatMap(([key, name]) => {
    const match = /^([a-z0-9.-]+)\/([a-z0-9-]+)$/.exec(key);
    if (match === null || typeof name !== "string" || !/^[a-z0-9][a-z0-9.-]*$/.test(name)) return [];
    const [, group = "", kebab = ""] = match;
    const kind = kebab.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const scope = scopes.get(`${group}|${kind}`);
    if (isBuiltInGroup(group) || scope === undefined) return [];
    const namespace = scope === "Cluster" ? undefined : ref.namespace;
    return [
      {
        where: `annotation ${key}`,
        force: "named" as const,
        target: {
          kind: "object" as const,
          group,
          objectKind: kind,
          name,
          ...(namespace === undefined ? {} : { namespace }),
        },
      },
    ];
  });
}
