// Lists of objects, page by page, as whole objects or as metadata alone.
import { withoutSecretValues } from "../../core/drift/secret-digest.ts";
import { isRecord, listAt, textAt } from "../../core/json.ts";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import type { KubernetesObject } from "../../core/object.ts";
import type { Api } from "./request.ts";
import type { Refusal } from "./refusal.ts";

/** Accept headers for objects without spec, status and data. */
export const metadataOf = {
  one: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  list: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
};

export type ListOrder = {
  readonly doing: string;
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
  /** Objects in a page; 500 unless told. */
  readonly limit?: number;
};

export type Listed = { readonly items: readonly unknown[]; readonly resourceVersion: string };

const mostRestarts = 3;

/** Every object, in pages. A list whose continuation has expired (410) is begun again. */
export async function listAll(
  api: Api,
  order: ListOrder,
): Promise<{ readonly ok: true; readonly value: Listed } | Refusal> {
  for (let restarts = 0; ; restarts++) {
    const listed = await listOnce(api, order);
    if (listed.ok || listed.status !== 410 || restarts >= mostRestarts) return listed;
  }
}

/**
 * The objects of all namespaces; where that is forbidden, those of `within`, one list for each. An account whose rights are
 * bound to some namespaces sees what is there so.
 */
export async function listWithin(
  api: Api,
  { pathOf, ...order }: Omit<ListOrder, "path"> & { readonly pathOf: (namespace?: string) => string },
  within: readonly string[] = [],
): Promise<{ readonly ok: true; readonly value: Listed } | Refusal> {
  const whole = await listAll(api, { ...order, path: pathOf() });
  if (whole.ok || whole.failure.kind !== "forbidden" || within.length === 0) return whole;
  const parts = await Promise.all(
    [...new Set(within)].map((namespace) => listAll(api, { ...order, path: pathOf(namespace) })),
  );
  const items: unknown[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    for (const item of part.value.items) items.push(item);
  }
  // Of several lists there is no one version to watch from.
  return { ok: true, value: { items, resourceVersion: "" } };
}

async function listOnce(
  api: Api,
  order: ListOrder,
): Promise<{ readonly ok: true; readonly value: Listed } | Refusal> {
  const items: unknown[] = [];
  let resourceVersion = "";
  for (let token: string | undefined; ;) {
    const page = await api.json({
      doing: order.doing,
      path: order.path,
      ...(order.metadataOnly === true ? { accept: metadataOf.list } : {}),
      query: {
        labelSelector: order.labelSelector,
        fieldSelector: order.fieldSelector,
        limit: String(order.limit ?? 500),
        continue: token,
      },
    });
    if (!page.ok) return page;
    for (const item of listAt(page.value, "items")) items.push(item);
    resourceVersion = textAt(page.value, "metadata", "resourceVersion") ?? resourceVersion;
    token = textAt(page.value, "metadata", "continue") || undefined;
    if (token === undefined) return { ok: true, value: { items, resourceVersion } };
  }
}

/**
 * One object of the API as Headway keeps it: items of lists do not name their kind and metadata names another, so the
 * kind asked for is written over it; managedFields, often half of an object, are dropped. Undefined for what is none.
 */
export function asObject(value: unknown, apiVersion: string, kind: string): KubernetesObject | undefined {
  if (!isRecord(value) || !isRecord(value.metadata) || typeof value.metadata.name !== "string")
    return undefined;
  const metadata = { ...value.metadata };
  delete metadata.managedFields;
  const { spec, status } = value;
  // The fields that Headway reads of metadata are the API server's own, which checks their types.
  return {
    apiVersion,
    kind,
    metadata: metadata as KubernetesObject["metadata"],
    ...(isRecord(spec) ? { spec: spec as NonNullable<KubernetesObject["spec"]> } : {}),
    ...(isRecord(status) ? { status: status as NonNullable<KubernetesObject["status"]> } : {}),
  };
}

/**
 * One object with everything that the API gives of it, managedFields included, its kind written over it; of a Secret,
 * digests stand for what it holds.
 */
export function asWholeObject(
  value: unknown,
  apiVersion: string,
  kind: string,
): KubernetesObject | undefined {
  const object = asObject(value, apiVersion, kind);
  if (object === undefined || !isRecord(value)) return undefined;
  const whole = kind === "Secret" && apiVersion === "v1" ? withoutSecretValues(value) : value;
  // What was checked is checked for both.
  return { ...(whole as KubernetesObject), apiVersion, kind };
}

/** The objects of a list, as `read` makes them; of `within` alone where not all may be listed. */
export async function listObjects(
  api: Api,
  order: Parameters<typeof listWithin>[1],
  read: (item: unknown) => KubernetesObject | undefined,
  within: readonly string[] = [],
): Promise<Result<readonly KubernetesObject[]> & { readonly status?: number }> {
  const listed = await listWithin(api, order, within);
  if (!listed.ok)
    return { ...failed(listed.failure), ...(listed.status === undefined ? {} : { status: listed.status }) };
  return succeeded(listed.value.items.flatMap((item) => read(item) ?? []));
}
