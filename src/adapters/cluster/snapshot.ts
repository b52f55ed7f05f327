// A picture of many objects in few requests: one LIST per kind, by Helm's label. Kinds that have no status are read by
// metadata alone, so that no body of a Secret is fetched for it; asked for whole objects, only digests of it are kept.
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { existenceSuffices } from "../../core/health/object-health.ts";
import type { World } from "../../core/health/world.ts";
import { describeRef, objectKey, refOf, type ObjectRef } from "../../core/object.ts";
import { collectionPath, objectPath, type Discovery, type ServedKind } from "./discovery.ts";
import { asObject, asWholeObject, listObjects, metadataOf } from "./list.ts";
import type { Api } from "./request.ts";
import { makeWorldStore, singleReads, type WorldStore } from "./world-store.ts";

/** The label that Helm puts on every object of a main manifest. */
export const helmsLabel = "app.kubernetes.io/managed-by=Helm";

/** Objects of one kind without the label that are worth a request each. */
const mostSingleReads = 20;
/** Namespaces that are listed one by one; with more, one list of all is less work. */
const mostNamespaces = 2;

/** Kinds that are ready once they are there: their names are all there is to know. */
export function isMetadataEnough(served: ServedKind): boolean {
  return existenceSuffices(served.apiVersion, served.kind) || (!served.hasStatus && !served.custom);
}

/** Kinds by which pods are followed; of ReplicaSets only whose they are. */
export const podKinds: readonly {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadataOnly: boolean;
}[] = [
  { apiVersion: "v1", kind: "Pod", metadataOnly: false },
  { apiVersion: "batch/v1", kind: "Job", metadataOnly: false },
  { apiVersion: "apps/v1", kind: "ReplicaSet", metadataOnly: true },
];

export async function takeSnapshot(
  api: Api,
  discovery: Discovery,
  refs: readonly ObjectRef[],
  podsIn: readonly string[],
  depth: "as-needed" | "whole" = "as-needed",
): Promise<Result<World>> {
  const loaded = await discovery.load();
  if (!loaded.ok) return loaded;
  const store = makeWorldStore(discovery);
  const kinds = new Map<string, ObjectRef[]>();
  for (const ref of refs) {
    const key = `${ref.apiVersion}|${ref.kind}`;
    const group = kinds.get(key);
    if (group === undefined) kinds.set(key, [ref]);
    else group.push(ref);
  }
  const outcomes = await Promise.all([
    ...[...kinds.values()].map((group) => readKind(api, discovery, store, group, depth === "whole")),
    ...podKinds.map((kind) => readPodKind(api, discovery, store, kind, podsIn)),
  ]);
  const refusal = outcomes.find((outcome) => outcome !== undefined);
  return refusal === undefined ? succeeded(store.world) : failed(refusal);
}

async function readKind(
  api: Api,
  discovery: Discovery,
  store: WorldStore,
  refs: readonly ObjectRef[],
  isWhole: boolean,
): Promise<Failure | undefined> {
  const [first] = refs;
  if (first === undefined) return undefined;
  const found = await discovery.find(first.apiVersion, first.kind);
  if (!found.ok) return found.failure;
  const served = found.value;
  if (served === undefined) return undefined;
  const wholes = isWhole ? { wholes: new Set(refs.map(objectKey)) } : {};
  const within = refs.flatMap(({ namespace }) => namespace ?? []);
  const refusal = await readList(api, store, served, { labelSelector: helmsLabel, within, ...wholes });
  if (refusal !== undefined) return refusal;
  const missing = refs.filter((ref) => store.get(ref) === undefined);
  if (missing.length > mostSingleReads) return await readList(api, store, served, { within, ...wholes });
  const failures = await Promise.all(missing.map((ref) => readOne(api, store, served, ref, isWhole)));
  return failures.find((failure) => failure !== undefined);
}

async function readPodKind(
  api: Api,
  discovery: Discovery,
  store: WorldStore,
  { apiVersion, kind, metadataOnly }: (typeof podKinds)[number],
  namespaces: readonly string[],
): Promise<Failure | undefined> {
  const served = discovery.known(apiVersion, kind);
  if (served === undefined || namespaces.length === 0) return undefined;
  if (namespaces.length > mostNamespaces)
    return await readList(api, store, served, {
      metadataOnly,
      only: new Set(namespaces),
      within: namespaces,
    });
  const failures = await Promise.all(
    namespaces.map((namespace) => readList(api, store, served, { metadataOnly, namespace })),
  );
  return failures.find((failure) => failure !== undefined);
}

async function readList(
  api: Api,
  store: WorldStore,
  served: ServedKind,
  scope: {
    readonly labelSelector?: string;
    readonly metadataOnly?: boolean;
    readonly namespace?: string;
    readonly only?: ReadonlySet<string>;
    /** What is looked at where not all namespaces may be. */
    readonly within?: readonly string[];
    /** Keys of objects that are wanted whole; the others are of no account then. */
    readonly wholes?: ReadonlySet<string>;
  },
): Promise<Failure | undefined> {
  const { wholes } = scope;
  const listed = await listObjects(
    api,
    {
      doing: `Listing the ${served.resource}`,
      pathOf: (namespace) => collectionPath(served, scope.namespace ?? namespace),
      metadataOnly: scope.metadataOnly ?? (wholes === undefined && isMetadataEnough(served)),
      ...(scope.labelSelector === undefined ? {} : { labelSelector: scope.labelSelector }),
    },
    wholes === undefined
      ? (item) => asObject(item, served.apiVersion, served.kind)
      : (item) => {
          const object = asWholeObject(item, served.apiVersion, served.kind);
          return object !== undefined && wholes.has(objectKey(refOf(object))) ? object : undefined;
        },
    scope.within,
  );
  // A kind whose CRD went away between discovery and now has no objects.
  if (!listed.ok) return listed.status === 404 ? undefined : listed.failure;
  for (const object of listed.value)
    if (scope.only === undefined || scope.only.has(object.metadata.namespace ?? ""))
      store.put(object, singleReads);
  return undefined;
}

/** Reads one object into the store; absent ones are taken out of it. */
export async function readOne(
  api: Api,
  store: WorldStore,
  served: ServedKind,
  ref: ObjectRef,
  isWhole = false,
): Promise<Failure | undefined> {
  const answer = await api.json({
    doing: `Reading ${describeRef(ref)}`,
    path: objectPath(served, ref),
    ...(!isWhole && isMetadataEnough(served) ? { accept: metadataOf.one } : {}),
  });
  if (!answer.ok) {
    if (answer.status !== 404) return answer.failure;
    store.drop(ref, singleReads);
    return undefined;
  }
  const read = isWhole ? asWholeObject : asObject;
  const object = read(answer.value, served.apiVersion, served.kind);
  if (object !== undefined) store.put(object, singleReads);
  return undefined;
}
