// The watched world: one shared watch per kind, and pods, Jobs and ReplicaSets of the namespaces that are asked for.
import { succeeded, type Result } from "../../core/failure.ts";
import { refOf, type KubernetesObject, type ObjectRef } from "../../core/object.ts";
import type { KindRef, WatchedWorld } from "../../engine/ports.ts";
import type { Discovery } from "./discovery.ts";
import { watchKind, type KindWatch, type WatchSettings } from "./kind-watch.ts";
import type { Api } from "./request.ts";
import { helmsLabel, isMetadataEnough, podKinds, readOne } from "./snapshot.ts";
import { controllerOf, makeWorldStore } from "./world-store.ts";

/** With more namespaces than this, pods are watched in all at once: a connection each would cost more. */
const mostNamespaces = 8;
/** How often the API is asked again for a kind that it does not serve yet. */
const askAgainMs = 2_000;

type Follower = {
  follow(needs: Parameters<WatchedWorld["follow"]>[0]): Promise<Result<void>>;
  close(): void;
};

export function watchWorld(api: Api, discovery: Discovery, settings: WatchSettings): WatchedWorld {
  const store = makeWorldStore(discovery);
  const listeners: ((ref: ObjectRef, owner: string | undefined) => void)[] = [];
  const announce = (object: KubernetesObject) => {
    const owner = controllerOf(object);
    for (const listener of listeners) listener(refOf(object), owner);
  };
  const follower = makeFollower(discovery, (scope) => watchKind(api, store, scope, settings, announce));
  return {
    world: store.world,
    follow: (needs) => follower.follow(needs),
    async fetch(refs) {
      await Promise.all(
        refs.map(async (ref) => {
          const served = await discovery.find(ref.apiVersion, ref.kind);
          if (!served.ok || served.value === undefined) return;
          const before = store.get(ref);
          await readOne(api, store, served.value, ref);
          const after = store.get(ref);
          if (before !== after) announce(after ?? before ?? unreachable());
        }),
      );
    },
    onChange(listener) {
      listeners.push(listener);
    },
    close() {
      follower.close();
    },
  };
}

function unreachable(): never {
  throw new Error("an object that changed was there before or after");
}

function makeFollower(
  discovery: Discovery,
  start: (scope: Parameters<typeof watchKind>[2]) => KindWatch,
): Follower {
  const watches = new Map<string, KindWatch>();
  const namespaces = new Set<string>();
  const missing = new Map<string, NodeJS.Timeout>();
  const over = new AbortController();
  const isOver = () => over.signal.aborted;
  let everywhere = false;

  const startOnce = (key: string, scope: Parameters<typeof watchKind>[2]): Promise<Result<void>> => {
    let watch = watches.get(key);
    if (watch === undefined) watches.set(key, (watch = start(scope)));
    return watch.ready();
  };
  /** Everywhere, or in these namespaces alone where that is forbidden. */
  const startWherever = async (
    key: string,
    scope: Parameters<typeof watchKind>[2],
    within: ReadonlySet<string>,
  ): Promise<Result<void>> => {
    const whole = await startOnce(key, scope);
    if (whole.ok || whole.failure.kind !== "forbidden" || within.size === 0 || !scope.served.namespaced)
      return whole;
    // It stays in the map: what was refused once is not asked for again and again.
    watches.get(key)?.close();
    const parts = await Promise.all(
      [...within].map((namespace) => startOnce(`${key}|${namespace}`, { ...scope, namespace })),
    );
    return parts.find((part) => !part.ok) ?? succeeded(undefined);
  };
  const followKind = async (
    { apiVersion, kind }: KindRef,
    within: ReadonlySet<string>,
  ): Promise<Result<void>> => {
    const found = await discovery.find(apiVersion, kind);
    if (!found.ok) return found;
    const served = found.value;
    if (isOver()) return succeeded(undefined);
    if (served !== undefined)
      return await startWherever(
        `${apiVersion}|${kind}`,
        { served, labelSelector: helmsLabel, metadataOnly: isMetadataEnough(served) },
        within,
      );
    // Something of the stack may bring the kind: nobody has to wait for that here.
    const key = `${apiVersion}|${kind}`;
    if (!missing.has(key)) {
      const timer = setTimeout(() => {
        missing.delete(key);
        void followKind({ apiVersion, kind }, within);
      }, askAgainMs);
      missing.set(key, timer.unref());
    }
    return succeeded(undefined);
  };
  const followPods = async (wanted: readonly string[]): Promise<readonly Result<void>[]> => {
    for (const namespace of wanted) namespaces.add(namespace);
    const wasEverywhere = everywhere;
    everywhere ||= namespaces.size > mostNamespaces;
    const scopes = everywhere ? [undefined] : wanted;
    const results = await Promise.all(
      podKinds.flatMap(({ apiVersion, kind, metadataOnly }) => {
        const served = discovery.known(apiVersion, kind);
        if (served === undefined) return [];
        return scopes.map((namespace) =>
          startOnce(`pods|${kind}|${namespace ?? ""}`, {
            served,
            metadataOnly,
            ...(namespace === undefined ? {} : { namespace }),
          }),
        );
      }),
    );
    if (everywhere && !wasEverywhere && results.every((result) => result.ok)) closeNarrow(watches);
    return results;
  };
  return {
    async follow(needs) {
      const loaded = await discovery.load();
      if (!loaded.ok || isOver()) return loaded;
      const within = new Set([...namespaces, ...needs.namespaces]);
      const results = await Promise.all([
        ...needs.kinds.map((kind) => followKind(kind, within)),
        ...(needs.namespaces.length > 0 ? [followPods(needs.namespaces)] : []),
      ]);
      const refused = results.flat().find((result) => !result.ok);
      return refused ?? succeeded(undefined);
    },
    close() {
      over.abort();
      for (const timer of missing.values()) clearTimeout(timer);
      for (const watch of watches.values()) watch.close();
    },
  };
}

/** The watch of all namespaces shows what these showed. */
function closeNarrow(watches: Map<string, KindWatch>): void {
  for (const [key, watch] of watches) {
    if (!key.startsWith("pods|") || key.endsWith("|")) continue;
    watch.close();
    watches.delete(key);
  }
}
