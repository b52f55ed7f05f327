// What objects of Kubernetes' own kinds, other than pods, refer to by name: classes, backends, roles, scale targets.
import { fieldAt, fieldOf, isRecord, listAt, numberAt, textAt } from "../../json.ts";
import { groupOf } from "../../object.ts";
import type { PlacedObject } from "../rendered.ts";
import type { Force } from "../need.ts";
import { referTo, type Reference } from "./reference.ts";

/** References of one object of a built-in kind, its pods left out. */
export function builtInReferences({ object, ref }: PlacedObject): readonly Reference[] {
  const namespace = ref.namespace ?? "";
  switch (ref.kind) {
    case "Ingress":
      return ingressReferences(object, namespace);
    case "PersistentVolumeClaim":
    case "PersistentVolume":
      return storageReferences(object.spec, "storageClassName");
    case "StatefulSet":
      return statefulSetReferences(object.spec, namespace);
    case "ServiceAccount":
      return listAt(object, "imagePullSecrets").flatMap((one) =>
        named("Secret", namespace, textAt(one, "name"), "imagePullSecrets", "named"),
      );
    case "StorageClass":
      return storageClassReferences(object);
    case "HorizontalPodAutoscaler":
      return autoscalerReferences(object.spec, namespace);
    case "RoleBinding":
    case "ClusterRoleBinding":
      return roleReferences(fieldOf(object, "roleRef"), namespace);
    case "APIService":
      return serviceReference(fieldAt(object, "spec", "service"), "spec.service");
    case "CustomResourceDefinition":
      return serviceReference(
        fieldAt(object, "spec", "conversion", "webhook", "clientConfig", "service"),
        "spec.conversion.webhook",
      );
    case "ValidatingWebhookConfiguration":
    case "MutatingWebhookConfiguration":
      return listAt(object, "webhooks").flatMap((webhook) =>
        serviceReference(
          fieldAt(webhook, "clientConfig", "service"),
          `webhook ${textAt(webhook, "name") ?? "?"}`,
        ),
      );
    default:
      return [];
  }
}

function named(
  kind: string,
  namespace: string | undefined,
  name: string | undefined,
  where: string,
  force: Force,
): readonly Reference[] {
  return name === undefined || name === "" ? [] : [referTo(kind, namespace, name, where, force)];
}

function ingressReferences(object: unknown, namespace: string): readonly Reference[] {
  const annotated = textAt(object, "metadata", "annotations", "kubernetes.io/ingress.class");
  const backends = [
    { backend: fieldAt(object, "spec", "defaultBackend"), where: "spec.defaultBackend" },
    ...listAt(object, "spec", "rules").flatMap((rule) =>
      listAt(rule, "http", "paths").map((path) => ({
        backend: fieldOf(path, "backend"),
        where: `rule ${textAt(rule, "host") ?? "*"}`,
      })),
    ),
  ];
  return [
    ...named(
      "IngressClass",
      undefined,
      textAt(object, "spec", "ingressClassName"),
      "ingressClassName",
      "named",
    ),
    // The older way needs no object of that name: controllers compare it with a flag of theirs.
    ...named("IngressClass", undefined, annotated, "annotation kubernetes.io/ingress.class", "mentioned"),
    ...backends.flatMap(({ backend, where }) => backendReference(backend, namespace, where)),
    ...listAt(object, "spec", "tls").flatMap((one) =>
      named("Secret", namespace, textAt(one, "secretName"), "tls", "named"),
    ),
  ];
}

function backendReference(backend: unknown, namespace: string, where: string): readonly Reference[] {
  const name = textAt(backend, "service", "name") ?? textAt(backend, "serviceName");
  const port =
    numberAt(backend, "service", "port", "number") ??
    textAt(backend, "service", "port", "name") ??
    numberAt(backend, "servicePort") ??
    textAt(backend, "servicePort");
  // A port that is to be taken from an annotation, as some controllers have it.
  if (!name || port === "use-annotation") return [];
  return [referTo("Service", namespace, name, where, "named", port === undefined ? {} : { port })];
}

function storageReferences(spec: unknown, where: string): readonly Reference[] {
  return named("StorageClass", undefined, textAt(spec, "storageClassName"), where, "required");
}

function statefulSetReferences(spec: unknown, namespace: string): readonly Reference[] {
  return [
    ...named("Service", namespace, textAt(spec, "serviceName"), "serviceName", "named"),
    ...listAt(spec, "volumeClaimTemplates").flatMap((template) =>
      storageReferences(
        fieldOf(template, "spec"),
        `volumeClaimTemplate ${textAt(template, "metadata", "name") ?? "?"}`,
      ),
    ),
  ];
}

/** Parameters come in pairs, as in csi.storage.k8s.io/provisioner-secret-name and …-secret-namespace. */
function storageClassReferences(object: unknown): readonly Reference[] {
  const parameters = fieldOf(object, "parameters");
  const secrets = Object.entries(isRecord(parameters) ? parameters : {}).flatMap(([key, name]) => {
    const namespace = textAt(parameters, key.replace(/-name$/, "-namespace"));
    const isName = key.endsWith("secret-name") && typeof name === "string" && !name.includes("$");
    return isName && namespace ? named("Secret", namespace, name, `parameter ${key}`, "named") : [];
  });
  return [
    ...named("CSIDriver", undefined, textAt(object, "provisioner"), "provisioner", "mentioned"),
    ...secrets,
  ];
}

// Metrics of CPU and memory are the cluster's own matter.
const groupsOfMetrics: Readonly<Record<string, string>> = {
  External: "external.metrics.k8s.io",
  Pods: "custom.metrics.k8s.io",
  Object: "custom.metrics.k8s.io",
};

function autoscalerReferences(spec: unknown, namespace: string): readonly Reference[] {
  const target = fieldOf(spec, "scaleTargetRef");
  const kind = textAt(target, "kind");
  const name = textAt(target, "name");
  const group = groupOf(textAt(target, "apiVersion") ?? "");
  const groups = new Set(
    listAt(spec, "metrics").flatMap((metric) => groupsOfMetrics[textAt(metric, "type") ?? ""] ?? []),
  );
  return [
    ...(kind && name
      ? [
          {
            target: { kind: "object", group, objectKind: kind, namespace, name },
            where: "scaleTargetRef",
            force: "named",
          } as const,
        ]
      : []),
    ...[...groups].map((one) => ({
      target: { kind: "api", group: one } as const,
      where: "spec.metrics",
      force: "named" as const,
    })),
  ];
}

function roleReferences(role: unknown, namespace: string): readonly Reference[] {
  const kind = textAt(role, "kind");
  const name = textAt(role, "name");
  if (kind === "ClusterRole") return named(kind, undefined, name, "roleRef", "named");
  return kind === "Role" ? named(kind, namespace, name, "roleRef", "named") : [];
}

function serviceReference(service: unknown, where: string): readonly Reference[] {
  const namespace = textAt(service, "namespace");
  const name = textAt(service, "name");
  if (!namespace || !name) return [];
  return [referTo("Service", namespace, name, where, "named", { port: numberAt(service, "port") ?? 443 })];
}
