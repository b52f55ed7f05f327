// Proof of a failure, taken while it is still there: events and last log lines of what is in trouble. Bounded in time
// and size; whatever can't be read in time is left out.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, listAt, numberAt, textAt } from "../../core/json.ts";
import type { Evidence, ReleaseHealth, Trouble } from "../../core/health/health.ts";
import type { ObjectRef } from "../../core/object.ts";
import type { Api } from "./request.ts";

const limits = {
  timeMs: 2_500,
  troubles: 12,
  objects: 12,
  events: 20,
  containers: 6,
  lines: 20,
  messageCharacters: 400,
  logCharacters: 8_000,
};

type Log = Evidence["logs"][number];
type ShownEvent = Evidence["events"][number];

/** Never fails. `namespace` is the release's, where pods are whose trouble names no other. */
export async function captureEvidence(
  api: Api,
  troubles: readonly Trouble[],
  namespace: string,
  health: ReleaseHealth | undefined,
): Promise<Evidence> {
  const all = [...troubles, ...troublesOf(health)];
  const seen = uniqueBy(all, (trouble) =>
    [
      trouble.object.kind,
      trouble.object.namespace,
      trouble.object.name,
      trouble.pod,
      trouble.container,
      trouble.reason,
    ].join("|"),
  );
  const events: ShownEvent[] = [];
  const logs: Log[] = [];
  const reading = Promise.allSettled([
    ...objectsOf(seen, namespace).map(async (ref) => {
      events.push(...(await readEvents(api, ref)));
    }),
    ...uniqueBy(seen, (trouble) => `${trouble.pod ?? ""}|${trouble.container ?? ""}`)
      .filter((trouble) => trouble.pod !== undefined)
      .slice(0, limits.containers)
      .map(async (trouble) => {
        logs.push(...(await readLogs(api, trouble, trouble.object.namespace ?? namespace)));
      }),
  ]);
  const timer = new AbortController();
  await Promise.race([reading, sleep(limits.timeMs, undefined, { signal: timer.signal })]);
  timer.abort();
  return {
    troubles: seen.slice(0, limits.troubles).map(shorten),
    events: uniqueBy(events.toSorted(byTime), (event) => JSON.stringify(event)).slice(-limits.events),
    logs: withinBudget(logs),
  };
}

function troublesOf(health: ReleaseHealth | undefined): readonly Trouble[] {
  switch (health?.kind) {
    case undefined:
    case "ready":
      return [];
    case "pending":
      return [...health.suspects, ...health.waitingFor];
    case "failed":
      return health.troubles;
  }
}

function shorten(trouble: Trouble): Trouble {
  const { object, pod, container, reason, message, exitCode, restarts } = trouble;
  return {
    object,
    reason,
    ...(pod === undefined ? {} : { pod }),
    ...(container === undefined ? {} : { container }),
    ...(message === undefined ? {} : { message: clean(message).slice(0, limits.messageCharacters) }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(restarts === undefined ? {} : { restarts }),
  };
}

function objectsOf(troubles: readonly Trouble[], namespace: string): readonly ObjectRef[] {
  const refs = troubles.flatMap(({ object, pod }) => [
    object,
    ...(pod === undefined || (object.kind === "Pod" && object.name === pod)
      ? []
      : [{ apiVersion: "v1", kind: "Pod", name: pod, namespace: object.namespace ?? namespace }]),
    // What keeps a Deployment from making pods at all, a quota for instance, is said of its ReplicaSet.
    ...(object.kind === "Deployment" && pod === undefined ? [{ ...object, kind: "ReplicaSet" }] : []),
  ]);
  return uniqueBy(refs, (ref) => `${ref.kind}|${ref.namespace ?? ""}|${ref.name}`).slice(0, limits.objects);
}

async function readEvents(api: Api, ref: ObjectRef): Promise<readonly ShownEvent[]> {
  // A ReplicaSet stands for those of the Deployment with its name, which have a hash behind it.
  const isFamily = ref.kind === "ReplicaSet";
  const selector = [
    `involvedObject.kind=${ref.kind}`,
    ...(isFamily ? [] : [`involvedObject.name=${ref.name}`]),
  ].join(",");
  const answer = await api.json({
    doing: "Reading events",
    path: `/api/v1/namespaces/${encodeURIComponent(ref.namespace ?? "default")}/events`,
    query: { fieldSelector: selector, limit: "200" },
    timeoutMs: limits.timeMs,
    tries: 0,
  });
  if (!answer.ok) return [];
  return listAt(answer.value, "items").flatMap((event) => {
    const name = textAt(event, "involvedObject", "name") ?? "";
    if (name !== ref.name && !(isFamily && name.startsWith(`${ref.name}-`))) return [];
    return [
      {
        object: { ...ref, name },
        reason: clean(textAt(event, "reason") ?? "").slice(0, 100),
        message: clean(textAt(event, "message") ?? "").slice(0, limits.messageCharacters),
        count: numberAt(event, "series", "count") ?? numberAt(event, "count") ?? 1,
        at:
          textAt(event, "series", "lastObservedTime") ??
          textAt(event, "lastTimestamp") ??
          textAt(event, "eventTime") ??
          textAt(event, "metadata", "creationTimestamp") ??
          "",
      },
    ];
  });
}

function byTime(a: ShownEvent, b: ShownEvent): number {
  return Date.parse(a.at) - Date.parse(b.at) || 0;
}

type Wanted = { readonly container: string; readonly previous: boolean };

async function readLogs(api: Api, trouble: Trouble, namespace: string): Promise<readonly Log[]> {
  const pod = trouble.pod ?? "";
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
  const wanted =
    trouble.container === undefined
      ? await troubledContainers(api, path)
      : bothRuns(trouble.container, trouble.restarts);
  const logs = await Promise.all(
    wanted.map(async ({ container, previous }): Promise<readonly Log[]> => {
      const answer = await api.text({
        doing: "Reading logs",
        path: `${path}/log`,
        query: {
          container,
          tailLines: String(limits.lines),
          limitBytes: "65536",
          ...(previous ? { previous: "true" } : {}),
        },
        accept: "*/*",
        timeoutMs: limits.timeMs,
        tries: 0,
      });
      if (!answer.ok) return [];
      const lines = answer.value
        .split("\n")
        .filter((line) => line !== "")
        .slice(-limits.lines);
      return lines.length === 0
        ? []
        : [
            {
              pod,
              namespace,
              container,
              previous,
              lines: lines.map((line) => clean(line).slice(0, limits.messageCharacters)),
            },
          ];
    }),
  );
  return logs.flat();
}

function bothRuns(container: string, restarts: number | undefined): readonly Wanted[] {
  return [...((restarts ?? 0) > 0 ? [{ container, previous: true }] : []), { container, previous: false }];
}

async function troubledContainers(api: Api, path: string): Promise<readonly Wanted[]> {
  const answer = await api.json({ doing: "Reading a pod", path, timeoutMs: limits.timeMs, tries: 0 });
  if (!answer.ok) return [];
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
    listAt(answer.value, "status", list),
  );
  return statuses
    .filter((status) => isRecord(status) && status.ready !== true)
    .slice(0, 2)
    .flatMap((status) => bothRuns(textAt(status, "name") ?? "", numberAt(status, "restartCount")));
}

/** The last lines of each, all together within the budget. */
function withinBudget(logs: readonly Log[]): readonly Log[] {
  const share = Math.floor(limits.logCharacters / Math.max(1, logs.length));
  return logs.map((log) => {
    let left = share;
    const lines = log.lines.toReversed().filter((line) => (left -= line.length + 1) >= 0);
    return { ...log, lines: lines.toReversed() };
  });
}

/** Control characters of a log would command the terminal it is shown on. */
function clean(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
}
