// Which kinds the API serves and under which paths: read once for a connection, again when a kind is missing that may
// have been made since.
import { fieldAt, isRecord, listAt, textAt } from "../../core/json.ts";
import { succeeded, type Result } from "../../core/failure.ts";
import type { KindFacts } from "../../core/health/world.ts";
import { groupOf, isBuiltInGroup, type ObjectRef } from "../../core/object.ts";
import type { Api } from "./request.ts";
import type { Refusal } from "./refusal.ts";

/** What discovery says of a kind, with the name of its resource in paths. */
export type ServedKind = KindFacts & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
};

export type Discovery = {
  /** As known now; no request. */
  known(apiVersion: string, kind: string): ServedKind | undefined;
  /** Every kind that is known now. */
  all(): Iterable<ServedKind>;
  /** Reads discovery if it has not been, and again if the kind is not in it and the last reading is old enough. */
  find(apiVersion: string, kind: string): Promise<Result<ServedKind | undefined>>;
  /** Reads discovery if it has not been. */
  load(): Promise<Result<void>>;
  /** Makes the next question for a missing kind read discovery again at once. */
  expire(): void;
};

const aggregated = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

/** The least time between two readings for the sake of a missing kind, in milliseconds. */
const patienceMs = 1_000;

type Kinds = ReadonlyMap<string, ServedKind>;

/** `nowMs` is any clock that goes forward. */
export function makeDiscovery(api: Api, nowMs: () => number): Discovery {
  let kinds: Kinds | undefined;
  let readAtMs = 0;
  let reading: Promise<Result<Kinds>> | undefined;
  const read = async (): Promise<Result<Kinds>> => {
    reading ??= readKinds(api).finally(() => {
      reading = undefined;
    });
    const result = await reading;
    if (result.ok) {
      kinds = result.value;
      readAtMs = nowMs();
    }
    return result;
  };
  return {
    known: (apiVersion, kind) => kinds?.get(`${apiVersion}|${kind}`),
    all: () => kinds?.values() ?? [],
    async find(apiVersion, kind) {
      const key = `${apiVersion}|${kind}`;
      const found = kinds?.get(key);
      if (found !== undefined) return succeeded(found);
      if (kinds !== undefined && nowMs() - readAtMs < patienceMs) return succeeded(undefined);
      const result = await read();
      return result.ok ? succeeded(result.value.get(key)) : result;
    },
    async load() {
      if (kinds !== undefined) return succeeded(undefined);
      const result = await read();
      return result.ok ? succeeded(undefined) : result;
    },
    expire() {
      readAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** The path of a kind's collection; `namespace` is left out for all namespaces and for cluster-scoped kinds. */
export function collectionPath(served: ServedKind, namespace?: string): string {
  const root = groupOf(served.apiVersion) === "" ? `/api/${served.apiVersion}` : `/apis/${served.apiVersion}`;
  return namespace === undefined || !served.namespaced
    ? `${root}/${served.resource}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${served.resource}`;
}

/** The path of one object. */
export function objectPath(served: ServedKind, ref: ObjectRef): string {
  return `${collectionPath(served, ref.namespace)}/${encodeURIComponent(ref.name)}`;
}

async function readKinds(api: Api): Promise<Result<Kinds>> {
  const doing = "Asking which kinds the cluster serves";
  const [core, groups] = await Promise.all(
    ["/api", "/apis"].map((path) => api.json({ doing, path, accept: aggregated })),
  );
  const kinds = new Map<string, ServedKind>();
  const classic: string[] = [];
  for (const answer of [core, groups]) {
    if (answer === undefined) continue;
    if (!answer.ok) return answer;
    if (textAt(answer.value, "kind") === "APIGroupDiscoveryList") addAggregated(kinds, answer.value);
    else classic.push(...classicPaths(answer.value));
  }
  const refusal = await addClassic(api, kinds, classic);
  return refusal ?? succeeded(kinds);
}

function addAggregated(kinds: Map<string, ServedKind>, list: unknown): void {
  for (const group of listAt(list, "items")) {
    const name = textAt(group, "metadata", "name") ?? "";
    for (const version of listAt(group, "versions")) {
      const apiVersion = joinVersion(name, textAt(version, "version") ?? "");
      for (const resource of listAt(version, "resources"))
        add(kinds, apiVersion, textAt(resource, "responseKind", "kind"), {
          resource: textAt(resource, "resource"),
          namespaced: textAt(resource, "scope") === "Namespaced",
          hasStatus: listAt(resource, "subresources").some(
            (each) => textAt(each, "subresource") === "status",
          ),
        });
    }
  }
}

/** The paths of the group versions that an unaggregated answer names. */
function classicPaths(answer: unknown): readonly string[] {
  if (textAt(answer, "kind") === "APIVersions")
    return listAt(answer, "versions").flatMap((version) =>
      typeof version === "string" ? `/api/${version}` : [],
    );
  return listAt(answer, "groups").flatMap((group) =>
    listAt(group, "versions").map((version) => `/apis/${textAt(version, "groupVersion") ?? ""}`),
  );
}

/** An aggregated API whose server is down does not answer; its kinds are missing then, the others are not. */
async function addClassic(
  api: Api,
  kinds: Map<string, ServedKind>,
  paths: readonly string[],
): Promise<Refusal | undefined> {
  const doing = "Asking which kinds the cluster serves";
  const answers = await Promise.all(paths.map((path) => api.json({ doing, path, tries: 0 })));
  for (const [index, answer] of answers.entries()) {
    const apiVersion = (paths[index] ?? "").split("/").slice(2).join("/");
    if (!answer.ok) {
      if (isBuiltInGroup(groupOf(apiVersion))) return answer;
      continue;
    }
    const resources = listAt(answer.value, "resources").filter(isRecord);
    const names = new Set(resources.map((resource) => resource.name));
    for (const resource of resources) {
      const name = textAt(resource, "name");
      if (name === undefined || name.includes("/")) continue;
      add(kinds, apiVersion, textAt(resource, "kind"), {
        resource: name,
        namespaced: fieldAt(resource, "namespaced") === true,
        hasStatus: names.has(`${name}/status`),
      });
    }
  }
  return undefined;
}

function add(
  kinds: Map<string, ServedKind>,
  apiVersion: string,
  kind: string | undefined,
  facts: { readonly resource: string | undefined; readonly namespaced: boolean; readonly hasStatus: boolean },
): void {
  const { resource, namespaced, hasStatus } = facts;
  if (kind === undefined || resource === undefined || kinds.has(`${apiVersion}|${kind}`)) return;
  const custom = !isBuiltInGroup(groupOf(apiVersion));
  kinds.set(`${apiVersion}|${kind}`, { apiVersion, kind, resource, namespaced, hasStatus, custom });
}

function joinVersion(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

/** CRDs may not be told from built-in kinds by `k8s.io` alone: gateway.networking.k8s.io is one of CRDs. */
