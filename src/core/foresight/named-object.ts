// How a person names an object in a declaration, in `provides` and `foresight.ignore`: KIND/NAME, KIND/NAMESPACE/NAME, and
// the names that CRDs and APIServices have.
import type { Target } from "./need.ts";

/** An object by name; `*` in the name stands for any text. */
export type NamedObject = {
  readonly kind: "object";
  readonly objectKind: string;
  /** The one that is written, else that of the declaration; kinds without namespaces are met all the same. */
  readonly namespace: string;
  readonly name: string;
};

/** A kind, or with an empty plural any kind of a group, that a declaration says it brings. */
export type NamedApi = { readonly kind: "api"; readonly group: string; readonly plural: string };

/** Reads `Secret/orders-db`, `Secret/data/orders-db`, `CustomResourceDefinition/topics.example.com`; undefined for others. */
export function readNamedObject(text: string, ownNamespace: string): NamedObject | NamedApi | undefined {
  const parts = text.split("/");
  const [objectKind = "", ...names] = parts;
  const name = names.at(-1) ?? "";
  const namespace = names.length === 2 ? (names[0] ?? "") : ownNamespace;
  if (!/^[A-Z][A-Za-z0-9]*$/.test(objectKind) || names.length < 1 || names.length > 2) return undefined;
  if (
    !/^[a-z0-9*](?:[a-z0-9.:*-]*[a-z0-9*])?$/.test(name) ||
    !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(namespace)
  )
    return undefined;
  const dot = name.indexOf(".");
  if (objectKind === "CustomResourceDefinition" && dot > 0)
    return { kind: "api", plural: name.slice(0, dot), group: name.slice(dot + 1) };
  if (objectKind === "APIService" && dot > 0) return { kind: "api", plural: "", group: name.slice(dot + 1) };
  return { kind: "object", objectKind, namespace, name };
}

/** The target as `provides` and `foresight.ignore` name it; of a kind's plural the likeliest. */
export function nameOf(target: Target): string {
  if (target.kind === "api")
    return target.objectKind === undefined
      ? `APIService/v1.${target.group}`
      : `CustomResourceDefinition/${pluralsOf(target.objectKind)[0] ?? ""}.${target.group}`;
  return target.namespace === undefined
    ? `${target.objectKind}/${target.name}`
    : `${target.objectKind}/${target.namespace}/${target.name}`;
}

/** True where the target is what the person means. */
export function isNamedBy(target: Extract<Target, { kind: "object" }>, named: NamedObject): boolean {
  return (
    target.objectKind === named.objectKind &&
    (target.namespace === undefined || target.namespace === named.namespace) &&
    matches(named.name, target.name)
  );
}

/** True where the needed kind, or group, is the one that is named. */
export function isNamedApi(target: Extract<Target, { kind: "api" }>, named: NamedApi): boolean {
  if (target.group !== named.group) return false;
  return named.plural === "" || pluralsOf(target.objectKind ?? "").includes(named.plural);
}

/** What a kind's resource may be called. */
export function pluralsOf(kind: string): readonly string[] {
  const lower = kind.toLowerCase();
  return [`${lower}s`, `${lower}es`, lower.replace(/y$/, "ies"), lower];
}

/** True where `*` in the pattern may stand for some text, so that it is the name. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
