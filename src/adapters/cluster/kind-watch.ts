// One watch: keeps the objects of one kind (and scope) in the store as the API server has them, through lost
// connections, expired versions, silence, and servers without streaming lists.
import { setTimeout as sleep } from "node:timers/promises";
import { fieldAt, numberAt, textAt } from "../../core/json.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { objectKey, refOf, type KubernetesObject } from "../../core/object.ts";
import { collectionPath, type ServedKind } from "./discovery.ts";
import { asObject, listAll, metadataOf } from "./list.ts";
import { refusalOf, type Refusal } from "./refusal.ts";
import type { Api } from "./request.ts";
import type { StreamEnd } from "./stream.ts";
import type { Source, WorldStore } from "./world-store.ts";

/** What is watched: one kind, everywhere or in one namespace. */
export type WatchScope = {
  readonly served: ServedKind;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly metadataOnly: boolean;
};

/** Times in milliseconds, and what is known of the server; shared by the watches of one connection. */
export type WatchSettings = {
  /** How long the server lets one watch request live; it sends a bookmark 2 s before the end. */
  readonly requestMs: number;
  /** The longest silence before a watch is taken for dead; more than `requestMs`. */
  readonly silenceMs: number;
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
  /** How long the first state may take before who waits for it is told of the trouble. */
  readonly patienceMs: number;
  /** Set to false once the server has refused a streaming list. */
  streamingLists: boolean;
};

export const ordinaryWatchSettings = (): WatchSettings => ({
  requestMs: 50_000,
  silenceMs: 56_000,
  shortestPauseMs: 200,
  longestPauseMs: 10_000,
  patienceMs: 10_000,
  streamingLists: true,
});

export type KindWatch = {
  /** Resolves when the first state is in the store, or to why it has not come. */
  ready(): Promise<Result<void>>;
  close(): void;
};

export type Announce = (object: KubernetesObject) => void;

/** A watch that has lasted this long was a good one: the next pause is short again. */
const goodAfterMs = 5_000;

/** Starts to watch and goes on until it is closed. */
export function watchKind(
  api: Api,
  store: WorldStore,
  scope: WatchScope,
  settings: WatchSettings,
  announce: Announce,
): KindWatch {
  const source: Source = { name: `${scope.served.resource} ${scope.namespace ?? "everywhere"}` };
  const stop = new AbortController();
  const isOver = () => stop.signal.aborted;
  const first = Promise.withResolvers<Result<void>>();
  let synced = false;
  const startedAtMs = performance.now();
  const keeper: Keeper = {
    version: undefined,
    put(object) {
      if (store.put(object, source)) announce(object);
    },
    drop(object) {
      if (store.drop(refOf(object), source)) announce(object);
    },
    settle(keys, version) {
      keeper.version = version;
      for (const gone of store.dropOthers(source, keys)) announce(gone);
      synced = true;
      first.resolve(succeeded(undefined));
    },
  };
  const run = async () => {
    for (let failures = 0; !isOver();) {
      const beganAtMs = performance.now();
      const end = await watchOnce(api, scope, settings, keeper, stop.signal);
      if (isOver()) break;
      const lasted = performance.now() - beganAtMs;
      const step = afterEnd(end, lasted, settings, keeper);
      if (step.kind === "at-once") {
        failures = 0;
        continue;
      }
      failures = lasted > goodAfterMs ? 1 : failures + 1;
      if (step.failure !== undefined && (step.final || performance.now() - startedAtMs > settings.patienceMs))
        first.resolve(failed(step.failure));
      await pause(step.final ? settings.longestPauseMs : pauseMs(failures, settings), stop.signal);
    }
    first.resolve(succeeded(undefined));
  };
  void run();
  return {
    ready: () => (synced ? Promise.resolve(succeeded(undefined)) : first.promise),
    close: () => {
      stop.abort();
      store.dropOthers(source, new Set());
    },
  };
}

/** What one round does with what it sees. `version` is where the next watch goes on; undefined asks for everything. */
type Keeper = {
  version: string | undefined;
  put(object: KubernetesObject): void;
  drop(object: KubernetesObject): void;
  settle(keys: ReadonlySet<string>, version: string): void;
};

type NextStep =
  | { readonly kind: "at-once" }
  | {
      readonly kind: "pause";
      readonly failure?: Failure;
      /** Waiting alone does not help. */ readonly final: boolean;
    };

function afterEnd(end: StreamEnd, lastedMs: number, settings: WatchSettings, keeper: Keeper): NextStep {
  // A server that closes its watches at once must not be asked in a tight loop.
  if (end.ok) return lastedMs > 1_000 ? { kind: "at-once" } : { kind: "pause", final: false };
  if (end.status === 410) {
    keeper.version = undefined;
    return lastedMs > 1_000 ? { kind: "at-once" } : { kind: "pause", final: false };
  }
  if (keeper.version === undefined && settings.streamingLists && isRefusedParameter(end)) {
    settings.streamingLists = false;
    return { kind: "at-once" };
  }
  // The kind's CRD is gone, and its objects with it.
  if (end.status === 404) {
    keeper.settle(new Set(), "");
    keeper.version = undefined;
    return { kind: "pause", final: true };
  }
  return { kind: "pause", failure: end.failure, final: end.failure.kind === "forbidden" };
}

/** Servers before 1.27, and those whose streaming lists are switched off, refuse the parameters of one. */
function isRefusedParameter(end: Refusal): boolean {
  return end.status === 400 || end.status === 422 || end.status === 405 || end.status === 406;
}

function pauseMs(failures: number, settings: WatchSettings): number {
  const full = Math.min(settings.longestPauseMs, settings.shortestPauseMs * 2 ** Math.min(failures - 1, 10));
  return full * (0.5 + Math.random() / 2);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // The only way to fail is to be called off.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** One request (a list before it where streaming lists are refused) until it ends. */
async function watchOnce(
  api: Api,
  scope: WatchScope,
  settings: WatchSettings,
  keeper: Keeper,
  signal: AbortSignal,
): Promise<StreamEnd> {
  if (keeper.version === undefined && !settings.streamingLists) {
    const refusal = await listFirst(api, scope, keeper);
    if (refusal !== undefined || signal.aborted) return refusal ?? { ok: true };
  }
  const reader = makeReader(scope, keeper);
  const stream = api.lines(
    {
      doing: `Watching the ${scope.served.resource}`,
      path: collectionPath(scope.served, scope.namespace),
      ...(scope.metadataOnly ? { accept: metadataOf.one } : {}),
      query: {
        watch: "true",
        allowWatchBookmarks: "true",
        timeoutSeconds: String(Math.max(1, Math.round(settings.requestMs / 1_000))),
        labelSelector: scope.labelSelector,
        ...(keeper.version === undefined
          ? { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" }
          : { resourceVersion: keeper.version }),
      },
    },
    settings.silenceMs,
    (line) => {
      if (signal.aborted || reader.refusal() !== undefined) return;
      reader.read(line);
      if (reader.refusal() !== undefined) stream.close();
    },
  );
  const close = () => {
    stream.close();
  };
  signal.addEventListener("abort", close);
  const end = await stream.ended;
  signal.removeEventListener("abort", close);
  return reader.refusal() ?? end;
}

async function listFirst(api: Api, scope: WatchScope, keeper: Keeper): Promise<Refusal | undefined> {
  const { served, namespace, labelSelector, metadataOnly } = scope;
  const listed = await listAll(api, {
    doing: `Listing the ${served.resource}`,
    path: collectionPath(served, namespace),
    metadataOnly,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  if (!listed.ok) return listed;
  const keys = new Set<string>();
  for (const item of listed.value.items) {
    const object = asObject(item, served.apiVersion, served.kind);
    if (object === undefined) continue;
    keys.add(objectKey(refOf(object)));
    keeper.put(object);
  }
  keeper.settle(keys, listed.value.resourceVersion);
  return undefined;
}

type Reader = { read(line: string): void; refusal(): Refusal | undefined };

/** Reads the lines of one watch. Until the bookmark that ends the initial events, they make up the first state. */
function makeReader({ served }: WatchScope, keeper: Keeper): Reader {
  let refusal: Refusal | undefined;
  const keys = keeper.version === undefined ? new Set<string>() : undefined;
  let initial = keys;
  const doing = `Watching the ${served.resource}`;
  const read = (event: unknown) => {
    const type = textAt(event, "type");
    const raw = fieldAt(event, "object");
    const version = textAt(raw, "metadata", "resourceVersion");
    if (type === "ERROR") {
      refusal = refusalOf(doing, numberAt(raw, "code") ?? 500, raw);
    } else if (type === "BOOKMARK") {
      if (version === undefined) return;
      if (initial === undefined) keeper.version = version;
      else if (textAt(raw, "metadata", "annotations", "k8s.io/initial-events-end") === "true") {
        keeper.settle(initial, version);
        initial = undefined;
      }
    } else {
      const object = asObject(raw, served.apiVersion, served.kind);
      if (object === undefined) return;
      if (type === "DELETED") keeper.drop(object);
      else keeper.put(object);
      if (initial === undefined) keeper.version = version ?? keeper.version;
      else if (type === "DELETED") initial.delete(objectKey(refOf(object)));
      else initial.add(objectKey(refOf(object)));
    }
  };
  return {
    refusal: () => refusal,
    read(line) {
      try {
        read(JSON.parse(line));
      } catch {
        refusal = refusalOf(doing, 500, undefined);
      }
    },
  };
}
