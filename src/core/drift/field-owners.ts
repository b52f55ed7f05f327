// Who holds which field of an object, and what kind of list stands at one, both as managedFields tell it (field sets of
// sigs.k8s.io/structured-merge-diff). A field that helm still holds was written by nobody since helm: where it differs, the
// API server or a webhook has changed it on its way in.
import type { Json } from "../declaration.ts";
import { fieldAt, isRecord, textAt, type JsonRecord } from "../json.ts";
import { isSameScalar } from "./same-value.ts";

/** One manager's set at some place; `all` where it holds the place with everything below. */
type Owner = {
  readonly manager: string;
  readonly isHelm: boolean;
  readonly subresource?: string;
  readonly set: JsonRecord | "all";
};

/** The managers that hold something at one place of an object. */
export type Owners = readonly Owner[];

/** What the field sets say of a list; undefined where they say nothing. */
export type ListKind =
  | { readonly kind: "atomic" }
  | { readonly kind: "set" }
  | { readonly kind: "keyed"; readonly keys: readonly string[] };

/** Managers that write for a helm release: helm itself, and Flux, whose releases can be taken over. */
const helms: ReadonlySet<string> = new Set(["helm", "helm-controller"]);

/** The owners of a whole object, whose status is nobody's business. */
export function ownersOf(live: unknown): Owners {
  const entries = fieldAt(live, "metadata", "managedFields");
  if (!Array.isArray(entries)) return [];
  return (entries as readonly unknown[]).flatMap((entry): readonly Owner[] => {
    const set = fieldAt(entry, "fieldsV1");
    const subresource = textAt(entry, "subresource");
    if (!isRecord(set) || subresource === "status") return [];
    const manager = textAt(entry, "manager") ?? "unknown";
    return [
      {
        manager,
        isHelm: helms.has(manager) && subresource === undefined,
        ...(subresource === undefined ? {} : { subresource }),
        set,
      },
    ];
  });
}

/** True where helm has applied the object server-side, so that the server has checked every field by its schema. */
export function isServerSideApplied(live: unknown): boolean {
  const entries = fieldAt(live, "metadata", "managedFields");
  return (
    Array.isArray(entries) &&
    (entries as readonly unknown[]).some(
      (entry) => helms.has(textAt(entry, "manager") ?? "") && textAt(entry, "operation") === "Apply",
    )
  );
}

export function ownersOfField(owners: Owners, name: string): Owners {
  return below(owners, (set) => fieldAt(set, `f:${name}`));
}

/** The owners of the item of a keyed list that has these values for the keys. */
export function ownersOfItem(owners: Owners, keys: ReadonlyMap<string, Json>): Owners {
  return below(owners, (set) => {
    const found = Object.keys(set).find((name) => {
      const item = readKey(name);
      return (
        item !== undefined &&
        Object.entries(item).every(([key, value]) => {
          const wanted = keys.get(key);
          return wanted !== undefined && isSameScalar(wanted, value);
        })
      );
    });
    return found === undefined ? undefined : set[found];
  });
}

/** The owners of one value of a list that is a set. */
export function ownersOfValue(owners: Owners, value: Json): Owners {
  return below(owners, (set) => fieldAt(set, `v:${JSON.stringify(value)}`));
}

function below(owners: Owners, find: (set: JsonRecord) => unknown): Owners {
  return owners.flatMap((owner): readonly Owner[] => {
    if (owner.set === "all") return [owner];
    const found = find(owner.set);
    if (!isRecord(found)) return [];
    return [{ ...owner, set: Object.keys(found).length === 0 ? "all" : found }];
  });
}

/** True where helm is among those who hold the place, or something below it. */
export function isHelms(owners: Owners): boolean {
  return owners.some(({ isHelm }) => isHelm);
}

/** True where helm holds the place with everything below. */
export function isWhollyHelms(owners: Owners): boolean {
  return owners.some(({ isHelm, set }) => isHelm && set === "all");
}

/** The name of one who holds the place and is not helm. */
export function otherManager(owners: Owners): string | undefined {
  return owners.find(({ isHelm }) => !isHelm)?.manager;
}

/** True where an autoscaler holds the place: the only one of the controllers that writes through `scale`. */
export function isAutoscalers(owners: Owners): boolean {
  return owners.some(
    ({ manager, subresource }) => subresource === "scale" && manager === "kube-controller-manager",
  );
}

export function listKindOf(owners: Owners): ListKind | undefined {
  for (const { set } of owners) {
    if (set === "all") continue;
    for (const name of Object.keys(set)) {
      if (name.startsWith("v:")) return { kind: "set" };
      const item = readKey(name);
      if (item !== undefined) return { kind: "keyed", keys: Object.keys(item) };
    }
  }
  // A set with nothing but the list itself is left where all items have gone to somebody else.
  return owners.some(({ set }) => set === "all") ? { kind: "atomic" } : undefined;
}

function readKey(name: string): Readonly<Record<string, Json>> | undefined {
  if (!name.startsWith("k:")) return undefined;
  try {
    const parsed: unknown = JSON.parse(name.slice(2));
    // What JSON.parse gives is Json.
    return isRecord(parsed) ? (parsed as Readonly<Record<string, Json>>) : undefined;
  } catch {
    return undefined;
  }
}
