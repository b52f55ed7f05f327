// One connection to a cluster and everything of the engine's ports that stands on it.
import { failed, succeeded, type Result } from "../../core/failure.ts";
import type { Right } from "../../core/doctor.ts";
import { textAt } from "../../core/json.ts";
import type { Capabilities } from "../../core/foresight/capabilities.ts";
import type { Holder } from "../../core/holder.ts";
import type { ReleasePayload } from "../../core/observation.ts";
import { readReleasePayload } from "../../core/release-payload.ts";
import type { Leadership, Seeds, StackSyncs } from "../../engine/agent-ports.ts";
import type {
  Journal,
  Locks,
  Objects,
  PutObjects,
  ReadSystemSecret,
  Records,
  States,
  ValuesObjects,
  WatchedWorld,
} from "../../engine/ports.ts";
import { makeActing, type Acting } from "./acting.ts";
import { readCapabilities } from "./capabilities.ts";
import { applyCrds } from "./crds.ts";
import { makeCredentials } from "./credentials.ts";
import { makeDiscovery, type Discovery } from "./discovery.ts";
import { captureEvidence } from "./evidence.ts";
import { ordinaryWatchSettings } from "./kind-watch.ts";
import { makeJournal } from "./journal.ts";
import { loadAccess, type Access } from "./kubeconfig.ts";
import { leadershipSettings, makeLeadership } from "./leadership.ts";
import { findLosses } from "./losses.ts";
import { makeLocks, type IsGone, type LeaseLocks } from "./locks.ts";
import { readManagedFields } from "./managed-fields.ts";
import { ensureNamespace, listNamespaces, readClusterUid } from "./namespaces.ts";
import { deletePods } from "./pods.ts";
import { probeCluster, type Probe } from "./probe.ts";
import { makePutObjects } from "./put-objects.ts";
import { makeRecords } from "./records.ts";
import { makeApi, type Api } from "./request.ts";
import { restartWorkloads } from "./restart.ts";
import { takeSnapshot } from "./snapshot.ts";
import { readSecretValues } from "./secret-values.ts";
import { listSeeds, makeStackSyncs } from "./stack-syncs.ts";
import { makeStates } from "./states.ts";
import { makeValuesObjects } from "./values-objects.ts";
import { watchWorld } from "./watch.ts";

export type Cluster = {
  /** URL of the API server. */
  readonly server: string;
  readonly context: string;
  /** `v1.37.2`; one request. */
  kubernetesVersion(): Promise<Result<string>>;
  /** What charts may ask of it, APIs that every cluster has left out; no request beside one where discovery was read. */
  capabilities(): Promise<Result<Capabilities>>;
  /** Whether it can be worked with, within `deadlineMs`. */
  probe(rights: readonly Right[], deadlineMs: number): Promise<Result<Probe>>;
  readonly records: Records;
  readonly objects: Objects;
  readonly values: ValuesObjects;
  readonly states: States;
  readonly journal: Journal;
  readonly readSystemSecret: ReadSystemSecret;
  readonly putObjects: PutObjects;
  /** `isGone` says of an earlier holder whether it and its helm are proven dead. */
  locks(isGone: IsGone): Locks;
  /** Of all namespaces or of one; `reporter` tells the Events. */
  stackSyncs(namespace: string | undefined, reporter: string): StackSyncs;
  /** StackSyncs that stand in ConfigMaps of the system namespace. */
  readonly seeds: Seeds;
  /** Among the replicas of the agent that is installed in the system namespace. */
  leadership(isGone: IsGone, self: Holder, onRefused: (message: string) => void): Leadership;
  /** How long ago the agent that leads was last heard of, in milliseconds; undefined where none ever was. */
  agentHeardMsAgo(): Promise<Result<number | undefined>>;
  /** A Secret of any namespace. */
  readSecret(namespace: string, name: string): Promise<Result<ReadonlyMap<string, Buffer> | undefined>>;
  /** A release as helm stores or prints it; undefined where that is none. */
  decode(release: unknown): ReleasePayload | undefined;
  readonly discovery: Discovery;
  /** Requests sent so far, watches included. */
  countRequests(): number;
  /** Ends every watch and connection. */
  close(): void;
};

export type ConnectOptions = {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Act as this user: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly actAs?: string;
  /** Where state objects and leases live; `headway-system` unless told. */
  readonly systemNamespace?: string;
  /** 30,000 unless told. */
  readonly requestTimeoutMs?: number;
};

const leaderLock = "leader";

/** Finds the cluster and its credentials; the first request is made by whoever asks something. */
export async function connectCluster(options: ConnectOptions): Promise<Result<Cluster>> {
  const loaded = await loadAccess(options);
  if (!loaded.ok) return loaded;
  const access = options.actAs === undefined ? loaded.value : actingAs(loaded.value, options.actAs);
  const { server } = access.cluster;
  const open = (by: Access): Api => makeApi(server, makeCredentials(by), options.requestTimeoutMs ?? 30_000);
  const api = open(access);
  const acting = makeActing(api, (user) => open(actingAs(access, user)), options.actAs);
  const systemNamespace = options.systemNamespace ?? "headway-system";
  const watches = new Set<WatchedWorld>();
  const leaderLocks = (isGone: IsGone): LeaseLocks =>
    makeLocks(api, systemNamespace, isGone, leadershipSettings, "headway-agent");
  const discovery = makeDiscovery(api, () => performance.now());
  const decode: Cluster["decode"] = (release) =>
    readReleasePayload(release, (apiVersion, kind) => discovery.known(apiVersion, kind));
  return succeeded({
    server,
    context: access.context,
    async kubernetesVersion() {
      const answer = await api.json({ doing: "Asking for the cluster's version", path: "/version" });
      return answer.ok ? succeeded(textAt(answer.value, "gitVersion") ?? "unknown") : failed(answer.failure);
    },
    capabilities: () => readCapabilities(api, discovery),
    probe: (rights, deadlineMs) => probeCluster(api, rights, deadlineMs),
    records: makeRecords(acting.apiOf, discovery, decode),
    decode,
    objects: makeObjects(acting, discovery, watches),
    values: makeValuesObjects(acting.apiOf),
    states: makeStates(api, systemNamespace),
    journal: makeJournal(api, systemNamespace),
    readSystemSecret: (name) => readSecretValues(api, systemNamespace, name),
    putObjects: makePutObjects(api),
    seeds: {
      list: () => listSeeds(api, systemNamespace),
      plant: (object) => makePutObjects(api)([object], { trial: false }),
    },
    locks: (isGone) => makeLocks(api, systemNamespace, isGone),
    stackSyncs: (namespace, reporter) => makeStackSyncs(api, namespace, reporter),
    leadership(isGone, self, onRefused) {
      return makeLeadership(leaderLocks(isGone), leaderLock, self, onRefused);
    },
    agentHeardMsAgo: () => leaderLocks(() => Promise.resolve("unknown")).heardMsAgo(leaderLock),
    readSecret: (namespace, name) => readSecretValues(api, namespace, name),
    discovery,
    countRequests: () => api.count(),
    close: () => {
      for (const watch of watches) watch.close();
      acting.close();
      api.close();
    },
  });
}

/** As another user; the API server adds the groups of a service account by itself. */
function actingAs(access: Access, user: string): Access {
  return { ...access, user: { ...access.user, impersonateUser: user }, impersonatedGroups: [] };
}

function makeObjects({ apiOf, mayActAs }: Acting, discovery: Discovery, watches: Set<WatchedWorld>): Objects {
  const api = apiOf(undefined);
  const watchSettings = ordinaryWatchSettings();
  return {
    snapshot: (refs, podsIn, depth) => takeSnapshot(api, discovery, refs, podsIn, depth),
    watch() {
      const world = watchWorld(api, discovery, watchSettings);
      const watch: WatchedWorld = {
        ...world,
        close: () => {
          watches.delete(watch);
          world.close();
        },
      };
      watches.add(watch);
      return watch;
    },
    namespaces: (within) => listNamespaces(api, within),
    clusterUid: () => readClusterUid(api),
    mayActAs,
    ensureNamespace: (namespace, deadlineMs, actor) => ensureNamespace(apiOf(actor), namespace, deadlineMs),
    applyCrds: (texts, mode, deadlineMs, actor) =>
      applyCrds(apiOf(actor), discovery, texts, mode, deadlineMs),
    managedFields: (refs) => readManagedFields(api, discovery, refs),
    deletePods: (pods, actor) => deletePods(apiOf(actor), pods),
    restart: (refs, fieldsFor, actor) => restartWorkloads(apiOf(actor), discovery, refs, fieldsFor),
    losses: (namespaces) => findLosses(api, discovery, namespaces),
    evidence: (troubles, namespace, health) => captureEvidence(api, troubles, namespace, health),
  };
}
