// The ports of engine/ports.ts on a simulated world: each call is one request, which may be refused, lose its answer, or
// meet the death of its Headway. The one that runs helm is supervised-helm.ts.
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import { objectKey, refOf, type KubernetesObject, type ObjectRef } from "../../src/core/object.ts";
import type { ReleasePayload } from "../../src/core/observation.ts";
import type { World as HealthWorld } from "../../src/core/health/world.ts";
import type { HeldLock, Locks, Objects, Records, States, WatchedWorld } from "../../src/engine/ports.ts";
import type { RunPorts } from "../../src/engine/run-stack.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import { puppetJournal } from "../kit/puppet-journal.ts";
import { releasesPort } from "./supervised-helm.ts";
import { isProvenGone, type World } from "./world.ts";
import type { Writer } from "./writes.ts";

type OnLost = (listener: () => void) => void;

export function headwayPorts(world: World, process: HeadwayProcess, onLost: OnLost): RunPorts {
  const by: Writer = { kind: "headway", process };
  const ask = <T>(what: string, land: () => Result<T>): Promise<Result<T>> =>
    world.request(process, what, land);
  return {
    clock: {
      nowMs: () => world.timeline.nowMs(),
      wakeAt: (atMs, ring) =>
        world.timeline.wakeAt(atMs, () => {
          if (process.isAlive()) ring();
        }),
    },
    records: recordsPort(world, by, ask),
    objects: objectsPort(world, by, process, ask),
    states: statesPort(world, by, ask),
    values: { read: () => Promise.resolve(succeeded(new Map())), watch: () => () => undefined },
    charts: {
      resolve: () => Promise.resolve(failed({ kind: "unknown", message: "all are pinned" })),
      readCrds: () => Promise.resolve([]),
    },
    releases: releasesPort(world, process),
    locks: locksPort(world, by, process, onLost, ask),
    // Nothing of a run depends on it.
    journal: puppetJournal(),
  };
}

type Ask = <T>(what: string, land: () => Result<T>) => Promise<Result<T>>;

function recordsPort({ server }: World, by: Writer, ask: Ask): Records {
  return {
    list: () => ask("list records", () => succeeded(server.records().map(({ record }) => record))),
    deployedPayloads: (label) =>
      ask("read deployed payloads", () =>
        succeeded(
          server
            .records()
            .filter(({ record }) => record.status === "deployed" && record.stackLabel === label)
            .map(({ payload }) => payload),
        ),
      ),
    payload: (namespace, releaseName, revision) =>
      ask(`read payload ${releaseName} r${revision}`, () =>
        succeeded<ReleasePayload | undefined>(
          server.history(`${namespace}/${releaseName}`).find(({ record }) => record.revision === revision)
            ?.payload,
        ),
      ),
    revisions: (namespace, releaseName) =>
      ask(`read revisions ${releaseName}`, () => succeeded(server.history(`${namespace}/${releaseName}`))),
    label: (namespace, releaseName, revision, labels) =>
      ask(`label ${releaseName} r${revision}`, () =>
        server.labelRecord(by, `${namespace}/${releaseName}`, revision, labels),
      ),
    mark: ({ namespace, releaseName, revision, resourceVersion }, status) =>
      ask(`mark ${releaseName} r${revision} ${status}`, () =>
        server.markRecord(by, `${namespace}/${releaseName}`, revision, { resourceVersion, status }),
      ),
  };
}

function objectsPort(world: World, by: Writer, process: HeadwayProcess, ask: Ask): Objects {
  const { server } = world;
  return {
    snapshot: (refs) =>
      ask("list objects", () => {
        const found = new Map(
          refs.map(objectKey).flatMap((key): [string, KubernetesObject][] => {
            const object = server.object(key);
            return object === undefined ? [] : [[key, object]];
          }),
        );
        return succeeded(healthWorld((ref) => found.get(objectKey(ref))));
      }),
    watch: () => watchedWorld(world, process, ask),
    namespaces: () =>
      ask("list namespaces", () =>
        succeeded({ active: new Set(server.namespaces), terminating: new Set<string>() }),
      ),
    mayActAs: () => Promise.resolve(succeeded(undefined)),
    clusterUid: () => ask("read the cluster's uid", () => succeeded("uid")),
    ensureNamespace: (namespace) =>
      ask(`ensure namespace ${namespace}`, () =>
        succeeded({ created: server.createNamespace(by, namespace) }),
      ),
    applyCrds: () => ask("apply CRDs", () => succeeded([])),
    managedFields: () => Promise.resolve(new Map()),
    deletePods: () => ask("delete pods", () => succeeded(undefined)),
    restart: () => ask("restart pods", () => succeeded([])),
    losses: () => Promise.resolve({ claims: [], definitions: [] }),
    evidence: async (troubles) => {
      await ask("read events and logs", () => succeeded(undefined));
      return { troubles, events: [], logs: [] };
    },
  };
}

function healthWorld(get: (ref: ObjectRef) => KubernetesObject | undefined): HealthWorld {
  return { get, controlledBy: () => [], kindFacts: () => undefined };
}

/** Watches that show each change a little later, and nothing while the cluster is away. */
function watchedWorld(world: World, process: HeadwayProcess, ask: Ask): WatchedWorld {
  const { server, timeline, chance, trouble } = world;
  const shown = new Map<string, KubernetesObject>();
  const listeners: ((ref: ObjectRef, owner: string | undefined) => void)[] = [];
  let isOpen = true;
  const show = (key: string): void => {
    if (!process.isAlive() || !isOpen || process.isCutOff()) return;
    const now = server.object(key);
    const before = shown.get(key);
    if (now === before) return;
    if (now === undefined) shown.delete(key);
    else shown.set(key, now);
    const one = now ?? before;
    if (one === undefined) return;
    for (const listener of listeners) listener(refOf(one), undefined);
  };
  const showLater = (key: string): void => {
    timeline.after(2 + chance.float() * 60, () => {
      const awayMs = trouble.outageUntilMs - timeline.nowMs();
      if (awayMs > 0)
        timeline.after(awayMs + chance.float() * 2_000, () => {
          show(key);
        });
      else show(key);
    });
  };
  world.onWrite.push((write) => {
    if (isOpen && process.isAlive() && "object" in write) showLater(write.object);
  });
  return {
    world: healthWorld((ref) => shown.get(objectKey(ref))),
    follow: async () => {
      const listed = await ask("watch objects", () => succeeded([...server.objects()]));
      if (!listed.ok) return listed;
      for (const [key] of listed.value) show(key);
      return succeeded(undefined);
    },
    fetch: async (refs) => {
      for (const ref of refs) {
        const got = await ask(`get ${ref.kind} ${ref.name}`, () => succeeded(undefined));
        if (got.ok) show(objectKey(ref));
      }
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      isOpen = false;
    },
  };
}

function statesPort({ server }: World, by: Writer, ask: Ask): States {
  return {
    list: () => ask("list states", () => succeeded(new Map([["shop", server.readState()]]))),
    read: () => ask("read state", () => succeeded(server.readState())),
    update: (stack, change) =>
      ask("write state", () => {
        const next = change(server.readState());
        server.writeState(by, stack, next);
        return succeeded(next);
      }),
    watch: () => () => undefined,
  };
}

/** As adapters/cluster/locks.ts has them. */
const renewEveryMs = 5_000;
const lostAfterMs = 10_000;

function locksPort(world: World, by: Writer, process: HeadwayProcess, onLost: OnLost, ask: Ask): Locks {
  const { server, timeline } = world;
  const take = (): Result<HeldLock> => {
    const held = server.lease();
    const isMine = held === undefined || held.holder === process;
    if (!isMine && !isProvenGone(world, held.holder))
      return failed({ kind: "locked", message: `${held.holder.name} holds the lock` });
    if (!isMine) {
      const heldMs = (held.holder.diedAtMs() ?? timeline.nowMs()) - held.takenAtMs;
      process.inherit(held.takenAtMs + heldMs - (heldMs % renewEveryMs) + lostAfterMs);
    }
    server.setLease(by, { holder: process, takenAtMs: timeline.nowMs() });
    const cutRunWroteUntilMs = process.inheritedUntilMs();
    return succeeded({
      ...(cutRunWroteUntilMs === undefined ? {} : { cutRunWroteUntilMs }),
      onLost,
      release: async () => {
        await ask("release lock", () => {
          if (server.lease()?.holder === process) server.setLease(by, undefined);
          return succeeded(undefined);
        });
      },
    });
  };
  return {
    holder: () => ask("look at the lock", () => succeeded(server.lease()?.holder.name)),
    acquire: () => ask("take lock", take),
  };
}
