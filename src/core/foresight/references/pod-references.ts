// What a pod can't start without: its Secrets, ConfigMaps, claims, account and classes. What is marked optional is left
// out, because the pod starts without it.
import { fieldAt, fieldOf, listAt, textAt } from "../../json.ts";
import { referTo, type Reference } from "./reference.ts";

/** References of a pod spec, or of the fields of one that another kind of object has. */
export function podReferences(spec: unknown, namespace: string): readonly Reference[] {
  const account = textAt(spec, "serviceAccountName") ?? textAt(spec, "serviceAccount");
  const priority = textAt(spec, "priorityClassName");
  const runtime = textAt(spec, "runtimeClassName");
  return [
    ...(account ? [referTo("ServiceAccount", namespace, account, "serviceAccountName", "required")] : []),
    ...(priority
      ? [referTo("PriorityClass", undefined, priority, "priorityClassName", "required" as const)]
      : []),
    ...(runtime
      ? [referTo("RuntimeClass", undefined, runtime, "runtimeClassName", "required" as const)]
      : []),
    ...listAt(spec, "imagePullSecrets").flatMap((one) => {
      const name = textAt(one, "name");
      // A kubelet goes on without it, and then the registry says no.
      return name ? [referTo("Secret", namespace, name, "imagePullSecrets", "named")] : [];
    }),
    ...listAt(spec, "volumes").flatMap((volume) => volumeReferences(volume, namespace)),
    ...containersOf(spec).flatMap((container) => containerReferences(container, namespace)),
  ];
}

/** All containers of a pod spec: init and ephemeral ones too. */
export function containersOf(spec: unknown): readonly unknown[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((field) => listAt(spec, field));
}

function containerReferences(container: unknown, namespace: string): readonly Reference[] {
  const fromVariables = listAt(container, "env").flatMap((variable) => {
    const where = `env ${textAt(variable, "name") ?? "?"}`;
    return (["Secret", "ConfigMap"] as const).flatMap((kind) => {
      const field = kind === "Secret" ? "secretKeyRef" : "configMapKeyRef";
      return nameReference(fieldAt(variable, "valueFrom", field), kind, namespace, where);
    });
  });
  const fromAll = listAt(container, "envFrom").flatMap((source) => [
    ...nameReference(fieldOf(source, "secretRef"), "Secret", namespace, "envFrom"),
    ...nameReference(fieldOf(source, "configMapRef"), "ConfigMap", namespace, "envFrom"),
  ]);
  return [...fromVariables, ...fromAll];
}

/** `{ name, key, optional }` as it stands in many places. */
function nameReference(
  reference: unknown,
  kind: "Secret" | "ConfigMap",
  namespace: string,
  where: string,
  nameField = "name",
): readonly Reference[] {
  const name = textAt(reference, nameField);
  if (!name || fieldOf(reference, "optional") === true) return [];
  const keys = [textAt(reference, "key"), ...listAt(reference, "items").map((item) => textAt(item, "key"))];
  const known = keys.filter((key) => key !== undefined);
  return known.length === 0
    ? [referTo(kind, namespace, name, where, "required")]
    : known.map((key) => referTo(kind, namespace, name, where, "required", { key }));
}

function volumeReferences(volume: unknown, namespace: string): readonly Reference[] {
  const where = `volume ${textAt(volume, "name") ?? "?"}`;
  const claim = textAt(volume, "persistentVolumeClaim", "claimName");
  const storageClass = textAt(volume, "ephemeral", "volumeClaimTemplate", "spec", "storageClassName");
  const driver = textAt(volume, "csi", "driver");
  const credentials = [
    textAt(volume, "csi", "nodePublishSecretRef", "name"),
    textAt(volume, "cephfs", "secretRef", "name"),
    textAt(volume, "rbd", "secretRef", "name"),
    textAt(volume, "iscsi", "secretRef", "name"),
    textAt(volume, "flexVolume", "secretRef", "name"),
    textAt(volume, "azureFile", "secretName"),
  ];
  return [
    ...nameReference(fieldOf(volume, "secret"), "Secret", namespace, where, "secretName"),
    ...nameReference(fieldOf(volume, "configMap"), "ConfigMap", namespace, where),
    ...listAt(volume, "projected", "sources").flatMap((source) => [
      ...nameReference(fieldOf(source, "secret"), "Secret", namespace, where),
      ...nameReference(fieldOf(source, "configMap"), "ConfigMap", namespace, where),
    ]),
    ...(claim ? [referTo("PersistentVolumeClaim", namespace, claim, where, "required" as const)] : []),
    ...(storageClass ? [referTo("StorageClass", undefined, storageClass, where, "required" as const)] : []),
    ...(driver ? [referTo("CSIDriver", undefined, driver, where, "required" as const)] : []),
    ...credentials.flatMap((name) =>
      name ? [referTo("Secret", namespace, name, where, "required" as const)] : [],
    ),
  ];
}
