// Watches a stack's health between runs and rings when a release stands otherwise than it was taken to. What that means is
// the next look's matter; here nothing is decided and nothing written.
import type { Declaration } from "../core/declaration.ts";
import type { Failure } from "../core/failure.ts";
import { assessRelease } from "../core/health/release-health.ts";
import type { ObjectRules, StackRules } from "../core/health/rules.ts";
import { watchedKinds, watchedObjects } from "../core/health/watched-objects.ts";
import type { ReleaseId } from "../core/ids.ts";
import { objectKey, refOf, type KubernetesObject } from "../core/object.ts";
import { releaseKey } from "../core/observe.ts";
import { newestPayloads } from "./observe-stack.ts";
import { pause } from "./pause.ts";
import type { Clock, Objects, Records, WatchedWorld } from "./ports.ts";

export type HealthWatch = { close(): void };

/** A release counts as changed once it has stood otherwise for so long without a break: rollouts and restarts pass. */
const steadyMs = 5_000;

type Watching = {
  readonly objects: readonly KubernetesObject[];
  readonly rules: ObjectRules | undefined;
  isTakenForReady: boolean;
  /** Calls off what waits for a change to last. */
  turning?: AbortController | undefined;
};

/**
 * Begins at once, with one LIST of the stack's payloads and one watch per kind. `taken` is how a release was found last:
 * true for ready, undefined where the first sight tells. Without rights to watch it says so once and does nothing.
 */
export function watchHealth(
  ports: {
    readonly records: Pick<Records, "deployedPayloads">;
    readonly objects: Pick<Objects, "watch">;
    readonly clock: Clock;
  },
  stack: {
    readonly label: string;
    readonly declarations: readonly Declaration[];
    readonly rules: StackRules;
  },
  taken: (release: ReleaseId) => boolean | undefined,
  tell: {
    onChange(release: ReleaseId): void;
    /** Somebody has changed what an object is meant to be. */
    onMoved(): void;
    onRefused(failure: Failure): void;
  },
): HealthWatch {
  const over = new AbortController();
  const watched = ports.objects.watch();
  const releases = new Map<ReleaseId, Watching>();
  const ownerOf = new Map<string, ReleaseId>();
  const generations = new Map<string, number>();
  const isOver = (): boolean => over.signal.aborted;
  let isSynced = false;

  const consider = (release: ReleaseId, one: Watching): void => {
    if (isReady(one, watched, ports.clock) === one.isTakenForReady) {
      one.turning?.abort();
      one.turning = undefined;
      return;
    }
    if (one.turning !== undefined) return;
    const turning = new AbortController();
    one.turning = turning;
    void pause(ports.clock, steadyMs, AbortSignal.any([turning.signal, over.signal])).then((lasted) => {
      if (!lasted) return;
      one.turning = undefined;
      // A grace may have run out with nothing to be seen of it.
      if (isReady(one, watched, ports.clock) === one.isTakenForReady) return;
      one.isTakenForReady = !one.isTakenForReady;
      tell.onChange(release);
    });
  };
  watched.onChange((ref) => {
    const key = objectKey(ref);
    const release = ownerOf.get(key);
    const one = release === undefined ? undefined : releases.get(release);
    if (!isSynced || release === undefined || one === undefined) return;
    const generation = watched.world.get(ref)?.metadata.generation;
    if (generation !== undefined && generation !== generations.get(key)) {
      generations.set(key, generation);
      tell.onMoved();
    }
    consider(release, one);
  });

  const begin = async (): Promise<void> => {
    const payloads = await ports.records.deployedPayloads(stack.label);
    if (!payloads.ok) {
      tell.onRefused(payloads.failure);
      return;
    }
    const known = newestPayloads(payloads.value);
    const { world } = watched;
    const kindFacts: typeof world.kindFacts = (apiVersion, kind) => world.kindFacts(apiVersion, kind);
    const outlines = stack.declarations.flatMap((declaration) => {
      const rules = stack.rules.healthOf(declaration.id);
      const objects = known.get(releaseKey(declaration))?.objects ?? [];
      return [{ id: declaration.id, rules, objects: watchedObjects(objects, rules, kindFacts) }];
    });
    const kinds = watchedKinds(outlines.flatMap(({ objects }) => objects));
    if (kinds.length === 0 || isOver()) return;
    const following = await watched.follow({ kinds, namespaces: [] });
    if (isOver()) return;
    if (!following.ok) {
      tell.onRefused(following.failure);
      return;
    }
    for (const { id, rules, objects } of outlines) {
      // What a watch by Helm's label does not show would look gone for ever.
      const shown = objects.filter((object) => watched.world.get(refOf(object)) !== undefined);
      if (shown.length === 0) continue;
      const one: Watching = { objects: shown, rules, isTakenForReady: true };
      one.isTakenForReady = taken(id) ?? isReady(one, watched, ports.clock);
      releases.set(id, one);
      for (const ref of shown.map(refOf)) {
        ownerOf.set(objectKey(ref), id);
        generations.set(objectKey(ref), watched.world.get(ref)?.metadata.generation ?? 0);
      }
    }
    isSynced = true;
    for (const [id, one] of releases) consider(id, one);
  };
  void begin().catch((bug: unknown) => {
    tell.onRefused({ kind: "unknown", message: `a bug in headway: ${String(bug)}` });
  });
  return {
    close: () => {
      over.abort();
      watched.close();
    },
  };
}

function isReady({ objects, rules }: Watching, { world }: WatchedWorld, clock: Clock): boolean {
  const context = { nowMs: clock.nowMs(), seenSinceMs: 0, ...(rules === undefined ? {} : { rules }) };
  return assessRelease(objects, world, context).kind === "ready";
}
