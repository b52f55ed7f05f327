// Gathers one observation of a stack with as few requests as there are kinds of things to ask for; making sense of it is
// core/observe.ts.
import { succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import type { Declaration } from "../core/declaration.ts";
import type { DriftedObject } from "../core/drift/drift.ts";
import { findDrift } from "../core/drift/find-drift.ts";
import { fingerprintFor } from "../core/fingerprint.ts";
import type { StackRules } from "../core/health/rules.ts";
import type { World } from "../core/health/world.ts";
import type { ReleaseId } from "../core/ids.ts";
import { refOf } from "../core/object.ts";
import { groupRecords, observeReleases, releaseKey } from "../core/observe.ts";
import type { Observation, ReleasePayload, ReleaseRecord, StackState } from "../core/observation.ts";
import { findOwned, type OwnedRelease } from "../core/plan/prune.ts";
import { isInFlight, mayBeHeldByAnother, type Heir } from "../core/recovery.ts";
import { inForce } from "../core/stack-wishes.ts";
import type { Clock, Objects, Records, States } from "./ports.ts";

export type ObservedStack = {
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
  /** Without suspensions that are over. */
  readonly state: StackState;
  readonly namespaces: ReadonlySet<string>;
  /** Releases with the stack's label that are not declared. */
  readonly owned: readonly OwnedRelease[];
  /** Newest first, by `NAMESPACE/RELEASENAME`; of all releases in the cluster. */
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  /** `NAMESPACE/RELEASENAME@REVISION` → the fingerprint it was made with. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** What differs from what helm applied, of the releases that were to be looked at. */
  readonly drift: ReadonlyMap<ReleaseId, readonly DriftedObject[]>;
};

/**
 * Observes the declared releases, and the drift of some of them: that costs no request more, but whole objects in the
 * answers. Fails only where the cluster can't be read; nothing is changed.
 */
export async function observeStack(
  ports: {
    readonly records: Records;
    readonly objects: Objects;
    readonly states: States;
    readonly clock: Clock;
  },
  stack: {
    readonly name: string;
    readonly label: string;
    readonly declarations: readonly Declaration[];
    readonly rules: StackRules;
    /** See core/recovery.ts. */
    readonly cutRunWroteUntilMs?: number;
  },
  driftOf: readonly Declaration[] = [],
): Promise<Result<ObservedStack>> {
  const within = [...new Set(stack.declarations.map(({ namespace }) => namespace))];
  const [listed, payloads, state, namespaces] = await Promise.all([
    ports.records.list(within),
    ports.records.deployedPayloads(stack.label, within),
    ports.states.read(stack.name),
    ports.objects.namespaces(within),
  ]);
  if (!listed.ok) return listed;
  if (!payloads.ok) return payloads;
  if (!state.ok) return state;
  if (!namespaces.ok) return namespaces;
  const records = groupRecords(listed.value);
  const known = newestPayloads(payloads.value);
  const undeclared = findOwned(stack.declarations, stack.label, records);
  const missing = await readMissingPayloads(ports.records, stack.declarations, records, known);
  if (!missing.ok) return missing;
  const heir: Heir = {
    stackLabel: stack.label,
    ...(stack.cutRunWroteUntilMs === undefined ? {} : { cutRunWroteUntilMs: stack.cutRunWroteUntilMs }),
  };
  const owned = await readOwned(ports.records, undeclared, known, heir);
  if (!owned.ok) return owned;
  const world = await pictureOf(ports.objects, stack.declarations, records, known, driftOf.length > 0);
  if (!world.ok) return world;
  const observe = (picture: World): ReadonlyMap<ReleaseId, Observation> =>
    observeReleases({
      ...heir,
      declarations: stack.declarations,
      records,
      payloads: known,
      unreadable: missing.value,
      world: picture,
      nowMs: ports.clock.nowMs(),
      rules: stack.rules,
    });
  const observations = await explainUnhealthy(
    ports.objects,
    observe(world.value),
    observe,
    known,
    stack.declarations,
  );
  if (!observations.ok) return observations;
  return succeeded({
    observations: observations.value,
    state: inForce(state.value, ports.clock.nowMs()),
    namespaces: namespaces.value.active,
    owned: owned.value,
    records,
    fingerprints: fingerprintsOf(listed.value),
    drift: driftIn(driftOf, observations.value, world.value),
  });
}

// A revision that helm has not completed says nothing of what should be there.
function driftIn(
  declarations: readonly Declaration[],
  observations: ReadonlyMap<ReleaseId, Observation>,
  world: World,
): ReadonlyMap<ReleaseId, readonly DriftedObject[]> {
  return new Map(
    declarations.flatMap(({ id, driftDetection }) => {
      const observation = observations.get(id);
      if (observation?.kind !== "deployed" || observation.payload?.revision !== observation.revision)
        return [];
      const found = findDrift(observation.payload, world, driftDetection.ignore);
      return found.length === 0 ? [] : [[id, found] as const];
    }),
  );
}

/** By release; of several revisions that count as deployed, which helm has been seen to leave, the newest. */
export function newestPayloads(payloads: readonly ReleasePayload[]): Map<string, ReleasePayload> {
  const newest = new Map<string, ReleasePayload>();
  for (const payload of payloads) {
    const key = releaseKey(payload);
    const known = newest.get(key);
    if (known === undefined || known.revision < payload.revision) newest.set(key, payload);
  }
  return newest;
}

// What the one LIST of this stack's deployed revisions does not hold: releases that Headway did not make, and those whose
// newest revision is not deployed. Few, or none. Resolves to the releases whose newest one can't be decoded.
async function readMissingPayloads(
  records: Records,
  declarations: readonly Declaration[],
  byRelease: ReadonlyMap<string, readonly ReleaseRecord[]>,
  known: Map<string, ReleasePayload>,
): Promise<Result<ReadonlySet<string>>> {
  const wanted = declarations.flatMap((declaration) => {
    const key = releaseKey(declaration);
    const newest = byRelease.get(key)?.[0];
    return newest === undefined || known.get(key)?.revision === newest.revision ? [] : [newest];
  });
  const read = await Promise.all(
    wanted.map(async (record) => ({
      record,
      payload: await records.payload(record.namespace, record.releaseName, record.revision),
    })),
  );
  const unreadable = new Set<string>();
  for (const { record, payload } of read) {
    const key = releaseKey(record);
    if (!payload.ok) return payload;
    if (payload.value === undefined) unreadable.add(key);
    // Of a release that is still deployed in an older revision, that is the one in force.
    else if (record.status === "deployed" || !known.has(key)) known.set(key, payload.value);
  }
  return succeeded(unreadable);
}

// An uninstall takes what the newest revision says, whether that is deployed or not.
async function readOwned(
  records: Records,
  undeclared: readonly ReleaseRecord[],
  known: ReadonlyMap<string, ReleasePayload>,
  heir: Heir,
): Promise<Result<readonly OwnedRelease[]>> {
  const owned: OwnedRelease[] = [];
  for (const record of undeclared) {
    const { namespace, releaseName, revision, resourceVersion, status } = record;
    const deployed = known.get(releaseKey(record));
    const payload =
      deployed?.revision === revision
        ? succeeded(deployed)
        : await records.payload(namespace, releaseName, revision);
    if (!payload.ok) return payload;
    const isHeld = isInFlight(status) && mayBeHeldByAnother(record, heir);
    owned.push({
      namespace,
      releaseName,
      revision,
      ...(payload.value === undefined ? {} : { payload: payload.value }),
      ...(isHeld ? { held: { revision, resourceVersion, status, ours: false } } : {}),
    });
  }
  return succeeded(owned);
}

async function pictureOf(
  objects: Objects,
  declarations: readonly Declaration[],
  records: ReadonlyMap<string, readonly ReleaseRecord[]>,
  payloads: ReadonlyMap<string, ReleasePayload>,
  isWhole: boolean,
): Promise<Result<World>> {
  const refs = declarations.flatMap((declaration) => {
    const key = releaseKey(declaration);
    const newest = records.get(key)?.[0];
    const payload = payloads.get(key);
    return newest?.status === "deployed" && payload?.revision === newest.revision
      ? payload.objects.map(refOf)
      : [];
  });
  return objects.snapshot(refs, [], isWhole ? "whole" : "as-needed");
}

// Pods are only asked for where something is not healthy, and only in those namespaces.
async function explainUnhealthy(
  objects: Objects,
  observations: ReadonlyMap<ReleaseId, Observation>,
  observe: (world: World) => ReadonlyMap<ReleaseId, Observation>,
  payloads: ReadonlyMap<string, ReleasePayload>,
  declarations: readonly Declaration[],
): Promise<Result<ReadonlyMap<ReleaseId, Observation>>> {
  const namespaces = new Set<string>();
  for (const declaration of declarations) {
    const observation = observations.get(declaration.id);
    if (
      observation?.kind !== "deployed" ||
      observation.health.kind === "ready" ||
      observation.health.kind === "unknown"
    )
      continue;
    for (const object of payloads.get(releaseKey(declaration))?.objects ?? [])
      if (object.metadata.namespace !== undefined) namespaces.add(object.metadata.namespace);
  }
  if (namespaces.size === 0) return succeeded(observations);
  const refs = declarations.flatMap((declaration) => {
    const payload = payloads.get(releaseKey(declaration));
    return observations.get(declaration.id)?.kind === "deployed" ? (payload?.objects.map(refOf) ?? []) : [];
  });
  const world = await objects.snapshot(refs, [...namespaces]);
  return world.ok ? succeeded(observe(world.value)) : world;
}

function fingerprintsOf(records: readonly ReleaseRecord[]): ReadonlyMap<string, string> {
  const fingerprints = new Map<string, string>();
  for (const record of records) {
    const fingerprint = fingerprintFor(record.revision, record.fingerprintLabel);
    if (fingerprint !== undefined) fingerprints.set(`${releaseKey(record)}@${record.revision}`, fingerprint);
  }
  return fingerprints;
}
