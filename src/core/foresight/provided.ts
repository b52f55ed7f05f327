// Everything that the releases of a stack bring, found by what is needed: objects of their manifests, kinds of their CRDs,
// what their declarations say they provide, and what their resources make.
import type { ReleaseId } from "../ids.ts";
import { fieldAt, listAt, textAt } from "../json.ts";
import type { ObjectRef } from "../object.ts";
import { groupOf } from "../object.ts";
import {
  claimsOf,
  groupsMadeByOperator,
  isMadeByOwnHands,
  madeByResource,
  runsSomething,
} from "./made-at-run-time.ts";
import { isNamedBy, pluralsOf, type NamedObject } from "./named-object.ts";
import type { Target } from "./need.ts";
import type { PlacedObject, RenderedRelease } from "./rendered.ts";

/** Who brings something; `object` where it stands in a manifest. */
export type Provider = { readonly release: ReleaseId; readonly object?: PlacedObject["object"] };

export type Provided = {
  /** Who brings it, surest way first; nobody for what no release brings. */
  providersOf(target: Target): readonly Provider[];
  /** True where one of the stack's own releases may make it while it runs: no reason to say that nobody does. */
  mayBeMade(target: Target): boolean;
  /** The object itself, where it stands in a manifest. */
  serviceAt(namespace: string, name: string): PlacedObject["object"] | undefined;
  /** Namespaces that the stack uses. */
  readonly namespaces: ReadonlySet<string>;
  /** `NAMESPACE/NAME` or `NAME` of every object of a kind. */
  namesOf(kind: string): readonly string[];
};

type ObjectTarget = Extract<Target, { kind: "object" }>;

type Placed = { readonly release: RenderedRelease; readonly objects: readonly PlacedObject[] };

/** Looks through all releases once. */
export function findProvided(stack: readonly Placed[]): Provided {
  const objects = new Map<string, Provider[]>();
  const apis = new Map<string, Provider[]>();
  const made = new Map<string, Provider[]>();
  const families = new Map<string, { readonly name: string; readonly provider: Provider }[]>();
  const declared: { readonly said: NamedObject; readonly provider: Provider }[] = [];
  const names = new Map<string, Set<string>>();
  const namespaces = new Set<string>();
  for (const { release, objects: placed } of stack) {
    const provider: Provider = { release: release.declaration.id };
    namespaces.add(release.declaration.namespace);
    for (const one of placed) {
      const { ref, object } = one;
      if (ref.namespace !== undefined) namespaces.add(ref.namespace);
      if (ref.kind === "Namespace") namespaces.add(ref.name);
      push(objects, keyOf(ref.kind, ref.namespace, ref.name), { ...provider, object });
      remember(names, ref);
      for (const api of apisOf(one)) push(apis, api, provider);
      for (const { objectKind, namespace, name } of madeByResource(one))
        push(made, keyOf(objectKind, namespace, name), provider);
      for (const claim of claimsOf(one))
        push(made, keyOf("PersistentVolumeClaim", ref.namespace, claim), provider);
      if (runsSomething(one)) push(families, ref.namespace ?? "", { name: ref.name, provider });
    }
    for (const group of groupsMadeByOperator(placed)) push(apis, `operator|${group}`, provider);
    for (const said of release.declaration.provides) {
      if (said.kind === "api") push(apis, `${said.group}|${said.plural}`, provider);
      else declared.push({ said, provider });
    }
  }
  const exact = (target: ObjectTarget): readonly Provider[] => {
    const found = [target.namespace, ...(target.namespace === undefined ? [] : [undefined])]
      .flatMap((namespace) => objects.get(keyOf(target.objectKind, namespace, target.name)) ?? [])
      .filter(
        ({ object }) =>
          object === undefined ||
          target.group === undefined ||
          isSameGroup(groupOf(object.apiVersion), target.group),
      );
    return found.length > 0
      ? found
      : declared.filter(({ said }) => isNamedBy(target, said)).map(({ provider }) => provider);
  };
  const fromOperators = (target: ObjectTarget): readonly Provider[] => [
    ...(made.get(keyOf(target.objectKind, target.namespace, target.name)) ?? []),
    ...(familyKinds.has(target.objectKind)
      ? (families.get(target.namespace ?? "") ?? [])
          .filter(({ name }) => target.name === name || target.name.startsWith(`${name}-`))
          .map(({ provider }) => provider)
      : []),
  ];
  return {
    namespaces,
    providersOf(target) {
      if (target.kind === "api") return apiProviders(apis, target);
      const found = exact(target);
      return found.length > 0 ? found : fromOperators(target);
    },
    mayBeMade: (target) =>
      target.kind === "object" &&
      (target.objectKind === "Secret" || target.objectKind === "ConfigMap") &&
      stack.some(({ objects: placed }) =>
        isMadeByOwnHands(placed, { ...target, namespace: target.namespace ?? "" }),
      ),
    serviceAt: (namespace, name) =>
      objects.get(keyOf("Service", namespace, name))?.find(({ object }) => object !== undefined)?.object,
    namesOf: (kind) => [...(names.get(kind) ?? [])],
  };
}

/** Kinds that operators make for what they run. */
const familyKinds: ReadonlySet<string> = new Set([
  "Secret",
  "ConfigMap",
  "Service",
  "ServiceAccount",
  "PersistentVolumeClaim",
]);

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}|${namespace ?? ""}|${name}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function remember(names: Map<string, Set<string>>, ref: ObjectRef): void {
  const known = names.get(ref.kind) ?? new Set();
  known.add(ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`);
  names.set(ref.kind, known);
}

/** An Ingress was once of the group extensions, and so were workloads. */
function isSameGroup(a: string, b: string): boolean {
  return a === b || a === "extensions" || b === "extensions";
}

/** `group|Kind` and `group|plural` of a CRD, `group|` of an APIService. */
function apisOf({ object, ref }: PlacedObject): readonly string[] {
  if (ref.kind === "CustomResourceDefinition") {
    const group = textAt(object.spec, "group") ?? "";
    const kind = textAt(object.spec, "names", "kind") ?? "";
    return [`${group}|${kind}`, `${group}|`];
  }
  if (ref.kind === "APIService" && fieldAt(object.spec, "service") !== undefined)
    return [`${textAt(object.spec, "group") ?? ""}|`];
  return [];
}

function apiProviders(
  apis: ReadonlyMap<string, readonly Provider[]>,
  { group, objectKind }: Extract<Target, { kind: "api" }>,
): readonly Provider[] {
  if (objectKind === undefined) return apis.get(`${group}|`) ?? [];
  const sure = [objectKind, ...pluralsOf(objectKind)].flatMap((name) => apis.get(`${group}|${name}`) ?? []);
  return sure.length > 0 ? sure : (apis.get(`operator|${group}`) ?? []);
}

/** Ports of a Service that can be asked for, or undefined where any may work. */
export function portsOf(service: PlacedObject["object"]): readonly (number | string)[] | undefined {
  const ports = listAt(service, "spec", "ports");
  // A headless Service's name leads to the pods themselves, an ExternalName to another host.
  if (ports.length === 0 || textAt(service, "spec", "type") === "ExternalName") return undefined;
  const numbers = ports.flatMap((port) => [fieldAt(port, "port"), fieldAt(port, "name")]);
  const targets =
    textAt(service, "spec", "clusterIP") === "None" ? ports.map((port) => fieldAt(port, "targetPort")) : [];
  return [...numbers, ...targets].filter((port) => typeof port === "number" || typeof port === "string");
}
