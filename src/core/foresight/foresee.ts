// Foresight: what would fail in the cluster because something is missing, told from rendered objects and declarations
// alone. Each need of each release is met by the release itself, by one that it waits for, by the cluster, or by nobody.
// Rendering, and asking the cluster, are the caller's matter.
import { didYouMean } from "../diagnostic.ts";
import type { Declaration, ForesightIgnore } from "../declaration.ts";
import type { Graph } from "../graph.ts";
import type { ReleaseId } from "../ids.ts";
import { isRecord, fieldOf, listAt, numberAt, textAt } from "../json.ts";
import { isBuiltInGroup } from "../object.ts";
import { admissionRulesOf } from "./admission.ts";
import { isAlwaysThere } from "./always-there.ts";
import { findNeeds } from "./find-needs.ts";
import type { Finding } from "./finding.ts";
import { isNamedApi, isNamedBy } from "./named-object.ts";
import { targetKey, type Force, type Need, type Target } from "./need.ts";
import { findProvided, portsOf, type Provided, type Provider } from "./provided.ts";
import { placedObjects, podSpecsOf, scopesOf, type PlacedObject, type RenderedRelease } from "./rendered.ts";
import { containersOf } from "./references/pod-references.ts";
import { makeWaiting, type Waiting } from "./waiting.ts";

export type ForesightInput = {
  readonly releases: readonly RenderedRelease[];
  /** Releases that could not be rendered: they may bring anything that belongs in their namespaces. */
  readonly unknown: readonly Declaration[];
  readonly graph: Pick<Graph, "order" | "after" | "dependencies">;
  /** True to name dependencies that no manifest asks for, too. */
  readonly unneeded?: boolean;
};

/**
 * Everything that is missing, in the order of the releases. Deterministic, and without a cycle in what it advises. What a
 * cluster may have by itself is among it: cluster-objects.ts says which.
 */
export function foresee({ releases, unknown, graph, unneeded = false }: ForesightInput): readonly Finding[] {
  const scopes = scopesOf(releases);
  const stack = releases.map((release) => ({ release, objects: placedObjects(release, scopes) }));
  const provided = findProvided(stack);
  const admission = admissionRulesOf(stack.flatMap(({ objects }) => objects));
  const waiting = makeWaiting(graph);
  const missing: Edge[] = [];
  const findings: Finding[] = [];
  const objectsOf = new Map(stack.map(({ release, objects }) => [release.declaration.id, objects]));
  for (const { release, objects } of stack) {
    const { declaration } = release;
    const needs = findNeeds(release, objects, { provided, scopes, admission })
      .toSorted((a, b) => forces.indexOf(a.force) - forces.indexOf(b.force))
      .filter((need) => !isIgnored(need.target, declaration.foresightIgnore));
    const judged = needs.map((need) => ({ need, providers: providersFor(need, provided, releases) }));
    findings.push(...unprovided(judged, { provided, unknown }), ...wrongParts(judged, objectsOf));
    missing.push(...missingEdges(judged, declaration, waiting));
    if (unneeded) findings.push(...unneededOf(judged, declaration, unknown));
  }
  return [...findings, ...adviseEdges(missing, waiting, graph)];
}

const forces: readonly Force[] = ["required", "named", "mentioned"];

type Judged = { readonly need: Need; readonly providers: readonly Provider[] };

type Edge = { readonly need: Need; readonly providers: readonly ReleaseId[] };

/** A namespace is made by the first release that lives in it, where no manifest has it. */
function providersFor(
  need: Need,
  provided: Provided,
  releases: readonly RenderedRelease[],
): readonly Provider[] {
  const found = provided.providersOf(need.target);
  const { target } = need;
  if (found.length > 0 || target.kind === "api" || target.objectKind !== "Namespace") return found;
  return releases
    .filter(({ declaration }) => declaration.createNamespace && declaration.namespace === target.name)
    .map(({ declaration }) => ({ release: declaration.id }));
}

function isIgnored(target: Target, ignored: readonly ForesightIgnore[]): boolean {
  return ignored.some(({ what }) => {
    if (what.kind === "release" || what.kind === "value") return false;
    if (what.kind === "api") return target.kind === "api" && isNamedApi(target, what);
    return target.kind === "object" && isNamedBy(target, what);
  });
}

/** Needs that nobody meets, one finding for each thing. */
function unprovided(
  judged: readonly Judged[],
  { provided, unknown }: { readonly provided: Provided; readonly unknown: readonly Declaration[] },
): readonly Finding[] {
  const missing = judged.filter(
    ({ need, providers }) =>
      providers.length === 0 &&
      need.force !== "mentioned" &&
      !isAlwaysThere(need.target) &&
      !mayBeOfUnknown(need.target, unknown) &&
      !isOfUnknownKind(need.target, provided) &&
      !provided.mayBeMade(need.target),
  );
  return [...Map.groupBy(missing, ({ need }) => targetKey(need.target)).values()].flatMap((same) => {
    const [first, ...more] = same.map(({ need }) => need);
    if (first === undefined) return [];
    const near = nearName(first.target, provided);
    return [
      { kind: "nothing-provides" as const, needs: [first, ...more], ...(near === undefined ? {} : { near }) },
    ];
  });
}

function mayBeOfUnknown(target: Target, unknown: readonly Declaration[]): boolean {
  return unknown.some(
    (declaration) =>
      target.kind === "api" || target.namespace === undefined || target.namespace === declaration.namespace,
  );
}

/** That the kind itself is missing says it all. */
function isOfUnknownKind(target: Target, provided: Provided): boolean {
  if (target.kind === "api") return false;
  const { group, objectKind } = target;
  if (group === undefined || isBuiltInGroup(group)) return false;
  return provided.providersOf({ kind: "api", group, objectKind }).length === 0;
}

/** The same name in another namespace, or a name alike. */
function nearName(target: Target, provided: Provided): string | undefined {
  if (target.kind === "api") return undefined;
  const { namespace, name } = target;
  const known = provided.namesOf(target.objectKind);
  if (namespace === undefined)
    return didYouMean(
      name,
      known.filter((one) => !one.includes("/")),
    );
  const elsewhere = known.find((one) => one.endsWith(`/${name}`));
  if (elsewhere !== undefined) return elsewhere;
  const prefix = `${namespace}/`;
  return didYouMean(
    name,
    known.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)),
  );
}

/** Services that lack the port, Secrets and ConfigMaps that lack the key, one finding for each. */
function wrongParts(
  judged: readonly Judged[],
  objectsOf: ReadonlyMap<ReleaseId, readonly PlacedObject[]>,
): readonly Finding[] {
  const found = judged.flatMap(({ need, providers }): readonly Finding[] => {
    const { target } = need;
    if (target.kind === "api" || providers.some(({ object }) => object === undefined)) return [];
    const [provider] = providers;
    if (provider?.object === undefined) return [];
    const objects = providers.flatMap(({ object }) => object ?? []);
    const { port, key } = target;
    if (port !== undefined && target.objectKind === "Service") {
      const ports = wrongPort(port, objects, objectsOf.get(provider.release) ?? []);
      return ports === undefined
        ? []
        : [{ kind: "no-such-port", needs: [need], provider: provider.release, ports }];
    }
    const keys = key === undefined ? undefined : keysOf(objects);
    if (key === undefined || keys === undefined || keys.includes(key)) return [];
    const near = didYouMean(key, keys);
    return [
      {
        kind: "no-such-key",
        needs: [need],
        provider: provider.release,
        ...(near === undefined ? {} : { near }),
      },
    ];
  });
  return [
    ...new Map(
      found.map((one) => [one.kind === "unneeded-dependency" ? "" : partKey(one.needs[0].target), one]),
    ).values(),
  ];
}

function partKey(target: Target): string {
  return target.kind === "api"
    ? targetKey(target)
    : `${targetKey(target)}|${target.port ?? ""}|${target.key ?? ""}`;
}

/** The ports that there are, where the one that is asked for is none of them. */
function wrongPort(
  port: number | string,
  services: readonly PlacedObject["object"][],
  neighbours: readonly PlacedObject[],
): readonly (number | string)[] | undefined {
  const known = services.map(portsOf);
  const ports = known.flatMap((one) => one ?? []);
  if (known.includes(undefined) || ports.includes(port)) return undefined;
  const isHeadless = services.some((service) => textAt(service, "spec", "clusterIP") === "None");
  const isOpen = neighbours.some(({ object }) =>
    podSpecsOf(object).some((spec) =>
      containersOf(spec).some((one) =>
        listAt(one, "ports").some((open) => numberAt(open, "containerPort") === port),
      ),
    ),
  );
  return isHeadless && isOpen
    ? undefined
    : listAt(services[0], "spec", "ports").flatMap((one) => numberAt(one, "port") ?? []);
}

/** Keys of what is written; undefined where it is filled in later. */
function keysOf(objects: readonly PlacedObject["object"][]): readonly string[] | undefined {
  const keys = objects.flatMap((object) =>
    ["data", "stringData", "binaryData"].flatMap((field) => {
      const data = fieldOf(object, field);
      return isRecord(data) ? Object.keys(data) : [];
    }),
  );
  return keys.length === 0 ? undefined : keys;
}

/** Needs that only releases meet which this one does not wait for. */
function missingEdges(
  judged: readonly Judged[],
  declaration: Declaration,
  waiting: Waiting,
): readonly Edge[] {
  const ignored = new Set(
    declaration.foresightIgnore.flatMap(({ what }) => (what.kind === "release" ? what.id : [])),
  );
  return judged.flatMap(({ need, providers }) => {
    const ids = [...new Set(providers.map(({ release }) => release))];
    const isMet = ids.some(
      (id) => id === need.release || ignored.has(id) || waiting.waitsFor(need.release, id),
    );
    return ids.length === 0 || isMet ? [] : [{ need, providers: ids }];
  });
}

/**
 * The edges to add, surest first, each only as long as it closes no cycle: two releases may name each other, and what is
 * merely named is not worth a cycle. What one that is added brings along is not asked for again.
 */
function adviseEdges(
  edges: readonly Edge[],
  waiting: Waiting,
  { after }: Pick<Graph, "after">,
): readonly Finding[] {
  const advised = new Map<string, { readonly provider: ReleaseId; readonly needs: [Need, ...Need[]] }>();
  const later = new Map<string, { readonly provider: ReleaseId; readonly needs: [Need, ...Need[]] }>();
  for (const { need, providers } of edges.toSorted(
    (a, b) => forces.indexOf(a.need.force) - forces.indexOf(b.need.force),
  )) {
    const known = providers.find((id) => advised.has(`${need.release} ${id}`));
    if (known !== undefined) {
      advised.get(`${need.release} ${known}`)?.needs.push(need);
      continue;
    }
    if (providers.some((id) => waiting.waitsFor(need.release, id))) continue;
    const provider = providers.find((id) => waiting.add(need.release, id));
    const [first] = providers;
    if (provider !== undefined) advised.set(`${need.release} ${provider}`, { provider, needs: [need] });
    else if (need.force === "required" && first !== undefined) {
      const key = `${need.release} ${first}`;
      const seen = later.get(key);
      if (seen === undefined) later.set(key, { provider: first, needs: [need] });
      else seen.needs.push(need);
    }
  }
  const others = (id: ReleaseId, provider: ReleaseId): readonly ReleaseId[] => [
    ...(after.get(id) ?? []),
    ...[...advised.values()].flatMap((one) =>
      one.needs[0].release === id && one.provider !== provider ? one.provider : [],
    ),
  ];
  const isAlone = ({
    provider,
    needs,
  }: {
    readonly provider: ReleaseId;
    readonly needs: readonly [Need, ...Need[]];
  }) => !others(needs[0].release, provider).some((other) => waiting.waitsFor(other, provider));
  return [
    ...[...advised.values()].filter(isAlone).map((one) => ({ kind: "missing-dependency" as const, ...one })),
    ...[...later.values()].map((one) => ({ kind: "needs-later-release" as const, ...one })),
  ];
}

function unneededOf(
  judged: readonly Judged[],
  declaration: Declaration,
  unknown: readonly Declaration[],
): readonly Finding[] {
  const needed = new Set(
    judged
      .map(({ providers }) => providers.map(({ release }) => release))
      .filter((ids) => !ids.includes(declaration.id))
      .flat(),
  );
  return declaration.dependsOn
    .filter(({ id }) => !needed.has(id) && !unknown.some((one) => one.id === id))
    .map((reference) => ({ kind: "unneeded-dependency", release: declaration.id, reference }));
}
