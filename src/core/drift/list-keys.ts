// By which fields the items of Kubernetes' own lists are told apart, where an object's managedFields do not say it, and
// what the API server takes such a field for where an item leaves it out.
import type { Json } from "../declaration.ts";
import { ownValue } from "../values/merge-values.ts";

const byName = ["name"];
const keysOfList: Readonly<Record<string, readonly string[]>> = {
  containers: byName,
  initContainers: byName,
  ephemeralContainers: byName,
  env: byName,
  volumes: byName,
  imagePullSecrets: byName,
  secrets: byName,
  resourceClaims: byName,
  webhooks: byName,
  schedulingGates: byName,
  readinessGates: ["conditionType"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  conditions: ["type"],
};

/** The keys of a list in this field of a built-in kind; undefined where it has none. */
export function knownKeys(field: string, first: Json | undefined): readonly string[] | undefined {
  if (field === "ports")
    return ownValue(first, "containerPort") === undefined
      ? ["port", "protocol"]
      : ["containerPort", "protocol"];
  return Object.hasOwn(keysOfList, field) ? keysOfList[field] : undefined;
}

/** The key's value in an item; undefined where there is none and no default is known. */
export function keyValue(item: Json, key: string): Json | undefined {
  return ownValue(item, key) ?? (key === "protocol" ? "TCP" : undefined);
}
