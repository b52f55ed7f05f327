// StackSyncs in the API server: listed, watched, and the agent's word on each: its status, Events, and the annotation that
// asks for a look.
import { fieldAt, isRecord } from "../../core/json.ts";
import { seedLabel, seedLabelValue } from "../../core/bootstrap/stack-sync-object.ts";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { readSeed, type Seed } from "../../core/stack-sync/seed.ts";
import { readStackSync, reconcileAnnotation, type StackSync } from "../../core/stack-sync/stack-sync.ts";
import type { SyncEvent, SyncStatus } from "../../core/stack-sync/sync-status.ts";
import type { FoundStackSync, StackSyncs } from "../../engine/agent-ports.ts";
import { listAll } from "./list.ts";
import type { Api } from "./request.ts";
import { watchObject } from "./watch-object.ts";

/** What a status was written by, should somebody ask who holds a field. */
const fieldManager = "headway-agent";
const apiVersion = "headway.dev/v1";

/** Those of all namespaces, or of one; `reporter` is who tells the Events: the agent's pod. */
export function makeStackSyncs(api: Api, namespace: string | undefined, reporter: string): StackSyncs {
  const listOf = async (place?: string): ReturnType<StackSyncs["list"]> => {
    const listed = await listAll(api, { doing: "Listing the StackSyncs", path: syncPath(place) });
    if (!listed.ok) return failed(listed.failure);
    return succeeded(listed.value.items.flatMap((item) => found(item)));
  };
  return {
    list: () => listOf(namespace),
    listAll: () => listOf(),
    async read(key) {
      const [syncNamespace = "", name = ""] = key.split("/");
      const answer = await api.json({
        doing: `Reading the StackSync ${key}`,
        path: syncPath(syncNamespace, name),
      });
      if (answer.ok) return succeeded(found(answer.value)[0]);
      return answer.status === 404 ? succeeded(undefined) : failed(answer.failure);
    },
    watch(onChange) {
      const stop = new AbortController();
      void watchObject(
        api,
        { doing: "Watching the StackSyncs", path: syncPath(namespace) },
        onChange,
        stop.signal,
      );
      return () => {
        stop.abort();
      };
    },
    async putStatus(sync, status) {
      const answer = await api.json({
        doing: `Writing the status of the StackSync ${sync.key}`,
        method: "PATCH",
        path: `${syncPath(sync.namespace, sync.name)}/status`,
        query: { fieldManager, force: "true" },
        contentType: "application/apply-patch+yaml",
        body: {
          apiVersion,
          kind: "StackSync",
          // Of this very object: one of the same name that was made since has its own loop.
          metadata: { name: sync.name, namespace: sync.namespace, uid: sync.uid },
          status,
        },
      });
      return answer.ok ? succeeded(undefined) : failed(answer.failure);
    },
    tell: (sync, event) => tellEvent(api, sync, event, reporter),
    async requestReconcile(key, at) {
      const [syncNamespace = "", name = ""] = key.split("/");
      const answer = await api.json({
        doing: `Asking for a look at the StackSync ${key}`,
        method: "PATCH",
        path: syncPath(syncNamespace, name),
        contentType: "application/merge-patch+json",
        body: { metadata: { annotations: { [reconcileAnnotation]: at } } },
      });
      return answer.ok ? succeeded(undefined) : failed(answer.failure);
    },
    async setSuspend({ key, namespace: syncNamespace, name, uid }, suspend) {
      const answer = await api.json({
        doing: `${suspend ? "Suspending" : "Resuming"} the StackSync ${key}`,
        method: "PATCH",
        path: syncPath(syncNamespace, name),
        contentType: "application/merge-patch+json",
        body: { metadata: { uid }, spec: { suspend } },
      });
      return answer.ok ? succeeded(undefined) : failed(answer.failure);
    },
  };
}

/** The ConfigMaps in this namespace that hold a StackSync. */
export async function listSeeds(api: Api, namespace: string): Promise<Result<readonly Seed[]>> {
  const listed = await listAll(api, {
    doing: "Listing the ConfigMaps that hold StackSyncs",
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`,
    labelSelector: `${seedLabel}=${seedLabelValue}`,
  });
  return listed.ok ? succeeded(listed.value.items.map(readSeed)) : failed(listed.failure);
}

function syncPath(namespace?: string, name?: string): string {
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const folder = `/apis/${apiVersion}${scope}/stacksyncs`;
  return name === undefined ? folder : `${folder}/${encodeURIComponent(name)}`;
}

function found(object: unknown): readonly FoundStackSync[] {
  // Items of a list carry no kind of their own.
  const whole = isRecord(object) ? { ...object, apiVersion, kind: "StackSync" } : object;
  const sync = readStackSync(whole);
  if (sync === undefined) return [];
  const status = readStatus(fieldAt(object, "status"));
  return [{ sync, ...(status === undefined ? {} : { status }) }];
}

/** What an earlier agent wrote, as far as it is of use; nothing decides by it what happens in the cluster. */
function readStatus(status: unknown): SyncStatus | undefined {
  return isRecord(status) && Array.isArray(status["conditions"])
    ? // Written by syncStatus, and only compared and shown.
      (status as unknown as SyncStatus)
    : undefined;
}

const longestNote = 1_000;

async function tellEvent(api: Api, sync: StackSync, event: SyncEvent, reporter: string): Promise<void> {
  const now = new Date(api.nowMs()).toISOString().replace("Z", "000Z");
  await api.json({
    doing: `Telling of the StackSync ${sync.key}`,
    method: "POST",
    path: `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(sync.namespace)}/events`,
    body: {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { generateName: `${sync.name.slice(0, 200)}-`, namespace: sync.namespace },
      eventTime: now,
      type: event.type,
      reason: event.reason,
      note: event.message.slice(0, longestNote),
      action: "Reconcile",
      reportingController: "headway.dev/agent",
      reportingInstance: reporter.slice(0, 128),
      regarding: { apiVersion, kind: "StackSync", namespace: sync.namespace, name: sync.name, uid: sync.uid },
    },
  });
}
