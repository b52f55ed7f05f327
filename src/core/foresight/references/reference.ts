// One reference as it stands in an object: whose namespace and which release it is of is added by find-needs.ts.
import type { Force, Target } from "../need.ts";

export type Reference = {
  readonly target: Target;
  /** Where it stands, as in `env DB_URL`. */
  readonly where: string;
  readonly force: Force;
  readonly written?: string;
};

/** A reference to an object of the core group or another built-in one, in a namespace or in none. */
export function referTo(
  objectKind: string,
  namespace: string | undefined,
  name: string,
  where: string,
  force: Force,
  part: { readonly key?: string; readonly port?: number | string } = {},
): Reference {
  return {
    where,
    force,
    target: {
      kind: "object",
      group: groupsOfKinds.get(objectKind) ?? "",
      objectKind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...part,
    },
  };
}

const groupsOfKinds: ReadonlyMap<string, string> = new Map([
  ["StorageClass", "storage.k8s.io"],
  ["CSIDriver", "storage.k8s.io"],
  ["PriorityClass", "scheduling.k8s.io"],
  ["IngressClass", "networking.k8s.io"],
  ["RuntimeClass", "node.k8s.io"],
  ["Role", "rbac.authorization.k8s.io"],
  ["ClusterRole", "rbac.authorization.k8s.io"],
]);
