// The picture of the objects that snapshots and watches share. Several watches may show one object: it is there as long
// as one of them shows it, and the newest version of it counts.
import type { World } from "../../core/health/world.ts";
import { objectKey, refOf, type KubernetesObject, type ObjectRef } from "../../core/object.ts";
import type { Discovery } from "./discovery.ts";

/** Whoever shows objects to the store: one watch, or the one for single reads. */
export type Source = { readonly name: string };

export type WorldStore = {
  readonly world: World;
  /** True where the object was not known so, or was known otherwise. */
  put(object: KubernetesObject, source: Source): boolean;
  /** The source no longer shows it. True where nobody else does, so that it is gone. */
  drop(ref: ObjectRef, source: Source): boolean;
  /** Everything that the source shows and `keep` does not hold is dropped; gives back what is gone. */
  dropOthers(source: Source, keep: ReadonlySet<string>): readonly KubernetesObject[];
  get(ref: ObjectRef): KubernetesObject | undefined;
};

/** Objects read one by one: what a watch deletes is gone for it too. */
export const singleReads: Source = { name: "single reads" };

type Entry = { object: KubernetesObject; readonly sources: Set<Source> };

export function makeWorldStore(discovery: Discovery): WorldStore {
  const entries = new Map<string, Entry>();
  const shownBy = new Map<Source, Set<string>>();
  const controlled = new Map<string, Set<string>>();
  const index = (key: string, object: KubernetesObject, present: boolean) => {
    const owner = controllerOf(object);
    if (owner === undefined) return;
    const keys = controlled.get(owner) ?? new Set<string>();
    if (present) keys.add(key);
    else keys.delete(key);
    if (keys.size === 0) controlled.delete(owner);
    else controlled.set(owner, keys);
  };
  const remove = (key: string, source: Source): KubernetesObject | undefined => {
    const entry = entries.get(key);
    shownBy.get(source)?.delete(key);
    if (entry === undefined) return undefined;
    entry.sources.delete(source);
    if (source !== singleReads && entry.sources.delete(singleReads)) shownBy.get(singleReads)?.delete(key);
    if (entry.sources.size > 0) return undefined;
    entries.delete(key);
    index(key, entry.object, false);
    return entry.object;
  };
  const get = (ref: ObjectRef) => entries.get(objectKey(ref))?.object;
  return {
    world: {
      get,
      controlledBy: (uid, kind) =>
        [...(controlled.get(uid) ?? [])].flatMap((key) => {
          const object = entries.get(key)?.object;
          return object?.kind === kind ? [object] : [];
        }),
      kindFacts: (apiVersion, kind) => discovery.known(apiVersion, kind),
    },
    get,
    put(object, source) {
      const key = objectKey(refOf(object));
      const shown = shownBy.get(source) ?? new Set<string>();
      shownBy.set(source, shown.add(key));
      const entry = entries.get(key);
      if (entry === undefined) {
        entries.set(key, { object, sources: new Set([source]) });
        index(key, object, true);
        return true;
      }
      entry.sources.add(source);
      if (!isNewer(object, entry.object)) return false;
      index(key, entry.object, false);
      entry.object = object;
      index(key, object, true);
      return true;
    },
    drop: (ref, source) => remove(objectKey(ref), source) !== undefined,
    dropOthers: (source, keep) =>
      [...(shownBy.get(source) ?? [])].flatMap((key) => (keep.has(key) ? [] : (remove(key, source) ?? []))),
  };
}

export function controllerOf(object: KubernetesObject): string | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
}

/** Versions are decimal numbers that grow; of one version the whole object is better than its metadata. */
function isNewer(candidate: KubernetesObject, known: KubernetesObject): boolean {
  const a = candidate.metadata.resourceVersion ?? "";
  const b = known.metadata.resourceVersion ?? "";
  if (a === b) return isWhole(candidate) && !isWhole(known);
  return a.length !== b.length ? a.length > b.length : a > b;
}

function isWhole(object: KubernetesObject): boolean {
  return object.spec !== undefined || object.status !== undefined;
}
