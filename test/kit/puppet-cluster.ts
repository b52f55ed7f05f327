// A cluster and a helm made of a few maps, for tests of the engine: what helm does to a release, and how its objects fare,
// is scripted per revision. Real ones are in test/adapters and test/e2e; this one can be late, stale or away on demand.
import { failed, succeeded, type Failure, type Result } from "../../src/core/failure.ts";
import type { Evidence } from "../../src/core/health/health.ts";
import { objectKey, refOf, type KubernetesObject, type ObjectRef } from "../../src/core/object.ts";
import type {
  Hook,
  RecordStatus,
  ReleasePayload,
  ReleaseRecord,
  StackState,
} from "../../src/core/observation.ts";
import type {
  Charts,
  Locks,
  Objects,
  Records,
  Releases,
  States,
  UpgradeOrder,
  ValuesObjects,
  WatchedWorld,
} from "../../src/engine/ports.ts";
import { objectName } from "../../src/core/values/values-objects.ts";
import { noEvidence } from "./conversation.ts";
import { puppetJournal, type PuppetJournal } from "./puppet-journal.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How one revision of a release fares. */
export type Lot = {
  /** Helm's refusal; `stored` where it had stored a failed revision by then, `done` where it had done all of its work. */
  readonly helm?: Failure & { readonly stored?: true; readonly done?: true };
  /** How long helm works, 100 ms by default. */
  readonly helmMs?: number;
  /** How long after helm its Deployment is ready; at once by default. */
  readonly readyMs?: number | "never";
  /** Sets the Deployment's Progressing condition to a failure this long after helm. */
  readonly failsMs?: number;
  readonly hooks?: readonly Hook[];
  /** How its test ends; well where absent. */
  readonly test?: Failure;
  readonly objects?: readonly KubernetesObject[];
};

/** `fate("shop/db", 2)`. */
export type Fate = (release: string, revision: number) => Lot;

export type PuppetCluster = {
  readonly releases: Releases;
  readonly records: Records;
  readonly objects: Objects;
  readonly states: States;
  readonly values: ValuesObjects;
  readonly charts: Charts;
  readonly locks: Locks;
  readonly journal: PuppetJournal;
  /** One line for each thing that changed anything, in order. */
  readonly log: readonly string[];
  /** What helm was given, in order. */
  readonly upgrades: readonly UpgradeOrder[];
  readonly recordsOf: (release: string) => readonly ReleaseRecord[];
  /** Puts a record there as if it had always been. */
  readonly seed: (record: ReleaseRecord, payload: ReleasePayload) => void;
  /** Changes an object on the server; watches show it at once, or when asked to. */
  readonly put: (object: KubernetesObject, isShown?: boolean) => void;
  readonly remove: (ref: ObjectRef) => void;
  /** Sets what `Secret shop/db` holds; undefined takes it away. */
  readonly hold: (name: string, content: Readonly<Record<string, string>> | undefined) => void;
  readonly written: readonly StackState[];
  /** What evidence there is to be taken. */
  evidence: Evidence;
  /** While true, every request fails. */
  isAway: boolean;
  loseLock(): void;
};

const unreachable: Failure = { kind: "unreachable", message: "the cluster does not answer" };

export function deploymentAt(
  release: string,
  generation: number,
  how: "ready" | "waiting" | "failed",
): KubernetesObject {
  const [namespace = "", name = ""] = release.split("/");
  const ready = how === "ready" ? 1 : 0;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace,
      uid: `uid of ${release}`,
      generation,
      resourceVersion: String(Math.random()).slice(2),
    },
    spec: { replicas: 1 },
    status: {
      observedGeneration: generation,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions:
        how === "failed"
          ? [
              {
                type: "Progressing",
                status: "False",
                reason: "ProgressDeadlineExceeded",
                message: "too slow",
              },
            ]
          : [],
    },
  };
}

export function puppetCluster(clock: VirtualClock, fate: Fate = () => ({})): PuppetCluster {
  const log: string[] = [];
  const upgrades: UpgradeOrder[] = [];
  const records = new Map<string, ReleaseRecord>();
  const payloads = new Map<string, ReleasePayload>();
  const server = new Map<string, KubernetesObject>();
  const shown = new Map<string, KubernetesObject>();
  const listeners: ((ref: ObjectRef, owner: string | undefined) => void)[] = [];
  const written: StackState[] = [];
  const stateListeners = new Set<() => void>();
  const stops = new Map<string, () => void>();
  const lostListeners: (() => void)[] = [];
  const held = new Map<string, ReadonlyMap<string, string>>();
  const holdListeners = new Set<() => void>();
  const keyOf = (release: string, revision: number): string => `${release}@${revision}`;
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.wakeAt(clock.nowMs() + ms, resolve);
    });
  const answer = <T>(value: T): Promise<Result<T>> =>
    Promise.resolve(cluster.isAway ? failed(unreachable) : succeeded(value));

  const announce = (ref: ObjectRef): void => {
    for (const listener of listeners) listener(ref, undefined);
  };
  const show = (key: string, object: KubernetesObject): void => {
    shown.set(key, object);
    announce(refOf(object));
  };
  const put = (object: KubernetesObject, isShown = true): void => {
    const key = objectKey(refOf(object));
    server.set(key, object);
    if (isShown) show(key, object);
  };
  const recordsOf = (release: string): readonly ReleaseRecord[] =>
    [...records.values()]
      .filter((record) => `${record.namespace}/${record.releaseName}` === release)
      .toSorted((a, b) => b.revision - a.revision);
  const setRecord = (
    release: string,
    revision: number,
    status: RecordStatus,
    labels: Partial<ReleaseRecord>,
  ): void => {
    const [namespace = "", releaseName = ""] = release.split("/");
    const resourceVersion = String(records.size + 1);
    records.set(keyOf(release, revision), {
      namespace,
      releaseName,
      revision,
      status,
      resourceVersion,
      ...labels,
    });
  };
  const write = (
    release: string,
    revision: number,
    status: RecordStatus,
    labels: Partial<ReleaseRecord>,
  ): void => {
    const [namespace = "", releaseName = ""] = release.split("/");
    const lot = fate(release, revision);
    if (status === "deployed")
      for (const older of recordsOf(release))
        if (older.status === "deployed")
          records.set(keyOf(release, older.revision), { ...older, status: "superseded" });
    setRecord(release, revision, status, labels);
    payloads.set(keyOf(release, revision), {
      namespace,
      releaseName,
      revision,
      status,
      chart: { name: releaseName, version: "1.0.0" },
      config: {},
      objects: lot.objects ?? [
        { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: releaseName, namespace } },
      ],
      hooks: lot.hooks ?? [],
      applyMethod: "server-side",
    });
  };
  const fare = (release: string, revision: number): void => {
    const lot = fate(release, revision);
    if (lot.objects !== undefined) return;
    const { readyMs = 0, failsMs } = lot;
    put(deploymentAt(release, revision, readyMs === 0 ? "ready" : "waiting"));
    if (typeof readyMs === "number" && readyMs > 0)
      void wait(readyMs).then(() => {
        put(deploymentAt(release, revision, "ready"));
      });
    if (failsMs !== undefined)
      void wait(failsMs).then(() => {
        put(deploymentAt(release, revision, "failed"));
      });
  };
  /** Helm at work; stopped, it marks what it had begun failed. */
  const work = async (release: string, ms: number): Promise<"done" | "stopped"> => {
    const stopped = new Promise<"stopped">((resolve) => {
      stops.set(release, () => {
        resolve("stopped");
      });
    });
    const end = await Promise.race([wait(ms).then(() => "done" as const), stopped]);
    stops.delete(release);
    return end;
  };
  const operate = async (
    release: string,
    what: string,
    labels: Partial<ReleaseRecord>,
  ): Promise<Result<ReleasePayload | undefined>> => {
    const revision = (recordsOf(release)[0]?.revision ?? 0) + 1;
    const lot = fate(release, revision);
    log.push(`${what} ${release}`);
    const isRefused = lot.helm !== undefined && lot.helm.stored !== true && lot.helm.done !== true;
    if (!isRefused)
      write(release, revision, what === "rollback" ? "pending-rollback" : "pending-upgrade", labels);
    if ((await work(release, lot.helmMs ?? 100)) === "stopped") {
      if (!isRefused) write(release, revision, "failed", labels);
      return failed({ kind: "interrupted", message: "stopped by Headway" });
    }
    if (lot.helm?.done === true) {
      write(release, revision, "deployed", labels);
      fare(release, revision);
      return failed(lot.helm);
    }
    if (lot.helm !== undefined) {
      if (!isRefused) write(release, revision, "failed", labels);
      return failed(lot.helm);
    }
    write(release, revision, "deployed", labels);
    fare(release, revision);
    return succeeded(payloads.get(keyOf(release, revision)));
  };

  const watched: WatchedWorld = {
    world: {
      get: (ref) => shown.get(objectKey(ref)),
      controlledBy: () => [],
      kindFacts: () => undefined,
    },
    follow: () => answer(undefined),
    fetch: (refs) => {
      if (cluster.isAway) return Promise.resolve();
      for (const ref of refs) {
        const object = server.get(objectKey(ref));
        if (object !== undefined && shown.get(objectKey(ref)) !== object) show(objectKey(ref), object);
      }
      return Promise.resolve();
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => undefined,
  };

  const cluster: PuppetCluster = {
    log,
    upgrades,
    recordsOf,
    written,
    evidence: noEvidence,
    isAway: false,
    journal: puppetJournal(),
    put,
    remove: (ref) => {
      server.delete(objectKey(ref));
      if (shown.delete(objectKey(ref))) announce(ref);
    },
    hold: (name, content) => {
      if (content === undefined) held.delete(name);
      else held.set(name, new Map(Object.entries(content)));
      for (const listener of holdListeners) listener();
    },
    values: {
      read: (refs) => answer(new Map(refs.map((ref) => [objectName(ref), held.get(objectName(ref))]))),
      watch: (_refs, onChange) => {
        holdListeners.add(onChange);
        return () => void holdListeners.delete(onChange);
      },
    },
    seed: (record, payload) => {
      const release = `${record.namespace}/${record.releaseName}`;
      records.set(keyOf(release, record.revision), record);
      payloads.set(keyOf(release, record.revision), payload);
    },
    loseLock: () => {
      for (const listener of lostListeners) listener();
    },
    releases: {
      prepare: () => Promise.resolve({ ok: true, value: undefined }),
      upgrade: async (order) => {
        upgrades.push(order);
        order.onStarted();
        const ended = await operate(
          `${order.namespace}/${order.releaseName}`,
          "upgrade",
          labelsIn(order.labels),
        );
        if (!ended.ok) return ended;
        return succeeded({ warnings: [], ...(ended.value === undefined ? {} : { payload: ended.value }) });
      },
      rollBack: async (order) => {
        const release = `${order.namespace}/${order.releaseName}`;
        const target = records.get(keyOf(release, order.toRevision));
        const ended = await operate(release, "rollback", target === undefined ? {} : rawLabelsOf(target));
        return ended.ok ? succeeded(undefined) : ended;
      },
      test: async (order) => {
        const release = `${order.namespace}/${order.releaseName}`;
        log.push(`test ${release}`);
        if ((await work(release, 100)) === "stopped")
          return failed({ kind: "interrupted", message: "stopped by Headway" });
        const { test } = fate(release, recordsOf(release)[0]?.revision ?? 0);
        return test === undefined ? succeeded(undefined) : failed(test);
      },
      uninstall: async (order) => {
        const release = `${order.namespace}/${order.releaseName}`;
        log.push(`uninstall ${release}`);
        if ((await work(release, 100)) === "stopped")
          return failed({ kind: "interrupted", message: "stopped by Headway" });
        for (const { revision } of recordsOf(release)) {
          for (const object of payloads.get(keyOf(release, revision))?.objects ?? [])
            void wait(1_000).then(() => {
              cluster.remove(refOf(object));
            });
          records.delete(keyOf(release, revision));
          payloads.delete(keyOf(release, revision));
        }
        return succeeded(undefined);
      },
      stop: (namespace, releaseName) => stops.get(`${namespace}/${releaseName}`)?.(),
      stopAll: () => Promise.resolve(),
    },
    records: {
      list: () => answer([...records.values()]),
      deployedPayloads: (label) =>
        answer(
          [...records.values()].flatMap((record) =>
            record.status === "deployed" && record.stackLabel === label
              ? (payloads.get(keyOf(`${record.namespace}/${record.releaseName}`, record.revision)) ?? [])
              : [],
          ),
        ),
      revisions: (namespace, releaseName) =>
        answer(recordsOf(`${namespace}/${releaseName}`).map((record) => ({ record }))),
      payload: (namespace, releaseName, revision) =>
        answer(payloads.get(keyOf(`${namespace}/${releaseName}`, revision))),
      label: (namespace, releaseName, revision, labels) => {
        const key = keyOf(`${namespace}/${releaseName}`, revision);
        const record = records.get(key);
        if (record === undefined || cluster.isAway)
          return Promise.resolve(failed({ kind: "unknown", message: "no such record" }));
        records.set(key, { ...record, ...labelsIn(labels) });
        return answer(undefined);
      },
      mark: (record, status) => {
        const key = keyOf(`${record.namespace}/${record.releaseName}`, record.revision);
        const known = records.get(key);
        if (known?.resourceVersion !== record.resourceVersion)
          return Promise.resolve(failed({ kind: "locked", message: "somebody was quicker" }));
        log.push(`mark ${status} ${record.namespace}/${record.releaseName} r${record.revision}`);
        records.set(key, { ...known, status, resourceVersion: `${known.resourceVersion}1` });
        return answer(undefined);
      },
    },
    objects: {
      snapshot: () => answer({ ...watched.world, get: (ref) => server.get(objectKey(ref)) }),
      watch: () => watched,
      namespaces: () => answer({ active: new Set(["shop"]), terminating: new Set() }),
      mayActAs: () => answer(undefined),
      clusterUid: () => answer("00000000-0000-4000-8000-000000000001"),
      ensureNamespace: (namespace) => {
        log.push(`namespace ${namespace}`);
        return answer({ created: true });
      },
      applyCrds: (texts) => {
        log.push(`crds ${texts.join(", ")}`);
        return answer(["things.example.com"]);
      },
      managedFields: () => Promise.resolve(new Map()),
      deletePods: () => answer(undefined),
      restart: (refs, fieldsFor) => {
        const written = refs.filter((ref) => {
          const fields = fieldsFor({
            apiVersion: ref.apiVersion,
            kind: ref.kind,
            metadata: { name: ref.name },
          });
          return fields !== undefined;
        });
        for (const { kind, name } of written) log.push(`restart ${kind} ${name}`);
        return answer(written);
      },
      losses: () => Promise.resolve({ claims: [], definitions: [] }),
      evidence: (troubles) => {
        log.push("evidence");
        return Promise.resolve({ ...cluster.evidence, troubles });
      },
    },
    states: {
      list: () => answer(new Map(written.slice(-1).map((state) => ["shop", state]))),
      read: () => answer(written.at(-1) ?? { releases: new Map() }),
      update: async (_stack, change) => {
        log.push("state");
        await wait(50);
        const state = change(written.at(-1) ?? { releases: new Map() });
        written.push(state);
        for (const listener of stateListeners) listener();
        return answer(state);
      },
      watch: (_stack, onChange) => {
        stateListeners.add(onChange);
        return () => void stateListeners.delete(onChange);
      },
    },
    charts: {
      resolve: () => Promise.resolve(failed({ kind: "unknown", message: "not asked for here" })),
      readCrds: (chart) => Promise.resolve([`crds of ${chart.name}`]),
    },
    locks: {
      holder: () => answer<string | undefined>(undefined),
      acquire: () => {
        log.push("lock");
        return answer({
          onLost: (listener: () => void) => void lostListeners.push(listener),
          release: () => {
            log.push("unlock");
            return Promise.resolve();
          },
        });
      },
    },
  };
  return cluster;
}

function labelsIn(labels: Readonly<Record<string, string>>): Partial<ReleaseRecord> {
  const fingerprint = labels["headway.dev/fingerprint"];
  const verified = labels["headway.dev/verified"];
  const stack = labels["headway.dev/stack"];
  return {
    ...(fingerprint === undefined ? {} : { fingerprintLabel: fingerprint }),
    ...(verified === undefined ? {} : { verifiedLabel: verified }),
    ...(stack === undefined ? {} : { stackLabel: stack }),
  };
}

/** A rollback copies its target's labels as they are. */
function rawLabelsOf(record: ReleaseRecord): Partial<ReleaseRecord> {
  const { fingerprintLabel, verifiedLabel, stackLabel } = record;
  return {
    ...(fingerprintLabel === undefined ? {} : { fingerprintLabel }),
    ...(verifiedLabel === undefined ? {} : { verifiedLabel }),
    ...(stackLabel === undefined ? {} : { stackLabel }),
  };
}
