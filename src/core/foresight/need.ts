// What an object needs of others, and how that is called. Finding needs is references/, judging them is foresee.ts.
import type { ReleaseId } from "../ids.ts";
import { describeRef, type ObjectRef } from "../object.ts";

/** What has to be there. */
export type Target =
  | {
      readonly kind: "object";
      /** The API group; undefined where the reference does not say it. */
      readonly group?: string;
      readonly objectKind: string;
      /** Undefined for cluster-scoped objects. */
      readonly namespace?: string;
      readonly name: string;
      /** A key of a Secret's or ConfigMap's data. */
      readonly key?: string;
      /** A port of a Service, by number or name. */
      readonly port?: number | string;
    }
  /** A kind that the API server has to know, or any kind of a group. */
  | { readonly kind: "api"; readonly group: string; readonly objectKind?: string };

/**
 * How sure it is that the need is one. `required`: Kubernetes refuses or never starts the object without it. `named`: its
 * configuration names it, in words that can mean nothing else. `mentioned`: it is meant if there is such a thing.
 */
export type Force = "required" | "named" | "mentioned";

export type Need = {
  readonly release: ReleaseId;
  /** The object that has the need; the release itself where no object of it does. */
  readonly user: ObjectRef;
  /** Where in the user, as in `env DB_URL`. */
  readonly where: string;
  /** The address as it is written, without user and password; absent where it is no address. */
  readonly written?: string;
  readonly target: Target;
  readonly force: Force;
};

/** `Secret shop/orders-db`, `the kind ServiceMonitor (monitoring.coreos.com)`, `the API custom.metrics.k8s.io`. */
export function describeTarget(target: Target): string {
  if (target.kind === "api")
    return target.objectKind === undefined
      ? `the API ${target.group}`
      : `the kind ${target.objectKind} (${target.group})`;
  const { group, objectKind, name, namespace } = target;
  return describeRef({
    apiVersion: group ?? "",
    kind: objectKind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  });
}

/** `env DB_URL, Deployment orders`. */
export function describePlace({ where, user }: Need): string {
  return `${where}, ${user.kind} ${user.name}`;
}

/** Equal for needs of the same thing; keys and ports are parts of the thing. */
export function targetKey(target: Target): string {
  return target.kind === "api"
    ? `api|${target.group}|${target.objectKind ?? ""}`
    : `${target.objectKind}|${target.namespace ?? ""}|${target.name}`;
}
