// What nobody writes into a manifest, because an operator or a hook makes it: judged by the shape of the resources and of
// the jobs that ask for it. A wrong guess here hides a finding; it never makes one.
import { fieldAt, fieldOf, isRecord, listAt, textAt } from "../json.ts";
import { groupOf, isBuiltInGroup } from "../object.ts";
import { isProduced } from "./references/custom-references.ts";
import { containersOf } from "./references/pod-references.ts";
import { podSpecsOf, type PlacedObject } from "./rendered.ts";

/** Objects that something makes. `family` stands for names that begin with it and a dash, too. */
export type MadeObject = {
  readonly objectKind: string;
  readonly namespace: string;
  readonly name: string;
};

/** What an object of this kind is likely to make under names that can be told from it. */
export function madeByResource({ object, ref }: PlacedObject): readonly MadeObject[] {
  const { namespace } = ref;
  if (namespace === undefined) return [];
  const make = (objectKind: string, name: unknown): readonly MadeObject[] =>
    typeof name === "string" && name !== "" ? [{ objectKind, namespace, name }] : [];
  if (isBuiltInGroup(groupOf(ref.apiVersion))) {
    // Whoever asks an issuer for a certificate gets it in the Secret that it names.
    const isIssued = Object.keys(object.metadata.annotations ?? {}).some((key) =>
      /issuer|tls-acme/.test(key),
    );
    return ref.kind === "Ingress" && isIssued
      ? listAt(object, "spec", "tls").flatMap((one) => make("Secret", textAt(one, "secretName")))
      : [];
  }
  const { spec } = object;
  const named = [
    textAt(spec, "secretName"),
    textAt(spec, "target", "name"),
    textAt(spec, "destination", "name"),
    textAt(spec, "template", "metadata", "name"),
    ...producedNames(spec),
  ];
  const bearsName = /(?:Secret|User|Credentials?|Certificate|Binding|Claim)$/.test(ref.kind);
  return [
    ...named.flatMap((name) => make("Secret", name)),
    ...(bearsName ? make("Secret", ref.name) : []),
    ...gatewaySecrets(object).flatMap((name) => make("Secret", name)),
    ...make("Service", `${ref.kind.toLowerCase()}-operated`),
  ];
}

function gatewaySecrets(object: PlacedObject["object"]): readonly (string | undefined)[] {
  const isIssued = Object.keys(object.metadata.annotations ?? {}).some((key) => /issuer/.test(key));
  if (!isIssued) return [];
  return listAt(object, "spec", "listeners").flatMap((listener) =>
    listAt(listener, "tls", "certificateRefs").map((one) => textAt(one, "name")),
  );
}

function producedNames(value: unknown, depth = 0): readonly string[] {
  if (depth > 8 || typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = isProduced(key) ? textAt(inner, "name") : undefined;
    return [...(name === undefined ? [] : [name]), ...producedNames(inner, depth + 1)];
  });
}

/**
 * True for a custom resource that stands for something that runs: its operator makes Services, Secrets and the like under
 * names that begin with its own.
 */
export function runsSomething({ object, ref }: PlacedObject): boolean {
  if (ref.namespace === undefined || isBuiltInGroup(groupOf(ref.apiVersion))) return false;
  return hasRunningFields(object.spec, 0);
}

const runningFields =
  /^(?:replicas|instances|numberOfInstances|members|nodeSets|nodePools|size|clusterSize|storage|volume|volumeSpec|persistence|volumeClaimTemplates?|podTemplate|resources)$/;

function hasRunningFields(value: unknown, depth: number): boolean {
  if (depth > 2 || !isRecord(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) => runningFields.test(key) || hasRunningFields(inner, depth + 1),
  );
}

/** True where one of these objects may make the Secret or ConfigMap `name`: a job that is told of it, a role for it. */
export function isMadeByOwnHands(
  objects: readonly PlacedObject[],
  { objectKind, namespace, name }: MadeObject,
): boolean {
  const resource = `${objectKind.toLowerCase()}s`;
  return objects.some((placed) => {
    const { object, ref } = placed;
    if (ref.kind === "Role" || ref.kind === "ClusterRole")
      return (
        (ref.namespace === undefined || ref.namespace === namespace) &&
        listAt(object, "rules").some(
          (rule) =>
            listAt(rule, "resources").includes(resource) &&
            listAt(rule, "resourceNames").includes(name) &&
            ["create", "update", "patch", "*"].some((verb) => listAt(rule, "verbs").includes(verb)),
        )
      );
    return podSpecsOf(object).some((spec) => containersOf(spec).some((one) => isToldOf(one, name)));
  });
}

/** The name as a word of the command line or as a variable's value. */
function isToldOf(container: unknown, name: string): boolean {
  const words = [...listAt(container, "command"), ...listAt(container, "args")].filter(
    (word) => typeof word === "string",
  );
  const values = listAt(container, "env").map((variable) => textAt(variable, "value"));
  return (
    words.some((word) => word.split(/[\s=,:;"'/]+/).includes(name)) ||
    values.some((value) => value?.split(/[\s=,:;"'/]+/).includes(name) === true)
  );
}

/** API groups whose kinds these objects may bring at run time: roles that may make CRDs, and what else they are for. */
export function groupsMadeByOperator(objects: readonly PlacedObject[]): ReadonlySet<string> {
  const rules = objects
    .filter(({ ref }) => ref.kind === "ClusterRole")
    .flatMap(({ object }) => listAt(object, "rules"));
  const mayMake = rules.some(
    (rule) =>
      listAt(rule, "resources").includes("customresourcedefinitions") &&
      ["create", "*"].some((verb) => listAt(rule, "verbs").includes(verb)),
  );
  if (!mayMake) return new Set();
  return new Set(
    rules
      .flatMap((rule) => listAt(rule, "apiGroups"))
      .filter((group) => typeof group === "string")
      .filter((group) => group !== "*" && !isBuiltInGroup(group)),
  );
}

/** Names of the claims that a StatefulSet makes, up to its replicas. */
export function claimsOf({ object, ref }: PlacedObject): readonly string[] {
  if (ref.kind !== "StatefulSet") return [];
  const replicas = fieldAt(object, "spec", "replicas");
  const count = Math.min(typeof replicas === "number" ? replicas : 1, 100);
  return listAt(object, "spec", "volumeClaimTemplates").flatMap((template) => {
    const name = textAt(fieldOf(template, "metadata"), "name");
    return name === undefined
      ? []
      : Array.from({ length: count }, (_, index) => `${name}-${ref.name}-${index}`);
  });
}
