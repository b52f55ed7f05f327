// Keeps an eye on the objects of releases that are settling: asks the watched world, has the pure rules judge, and hands
// on each verdict that differs. It decides nothing and polls nothing.
import { assessGone } from "../core/health/gone.ts";
import type { ReleaseHealth } from "../core/health/health.ts";
import { existenceSuffices } from "../core/health/object-health.ts";
import { assessRelease } from "../core/health/release-health.ts";
import type { ReleaseId } from "../core/ids.ts";
import { objectKey, refOf } from "../core/object.ts";
import type { KubernetesObject, ObjectRef } from "../core/object.ts";
import type { Applied } from "../core/plan.ts";
import type { Clock, KindRef, WatchedWorld } from "./ports.ts";

/** What a watch asks: are these healthy, what is wrong so far while helm still works, or are they gone. */
export type Question = "healthy" | "wrong-so-far" | "gone";

type Followed = {
  readonly question: Question;
  readonly applied: Applied;
  /** What has to be looked at; what only has to exist was written by helm. */
  readonly objects: readonly KubernetesObject[];
  readonly sinceMs: number;
  /** False until what the world shows is known to be no older than helm's last write. */
  isFresh: boolean;
  /** Coalesces the changes of one turn of the event loop into one verdict. */
  isDue: boolean;
  last: ReleaseHealth | undefined;
};

export type HealthTracker = {
  /** Follows a release; `isFirst` where no object of it existed before, so whatever the world shows is new. */
  follow(release: ReleaseId, question: Question, applied: Applied, isFirst: boolean): void;
  unfollow(release: ReleaseId): void;
  close(): void;
};

/** An object that a watch has not shown for this long is asked for by name. */
const unseenMs = 2_000;

export function trackHealth(
  watched: WatchedWorld,
  clock: Clock,
  observed: (release: ReleaseId, revision: number, health: ReleaseHealth) => void,
): HealthTracker {
  const followed = new Map<ReleaseId, Followed>();
  const releasesOf = new Map<string, Set<ReleaseId>>();
  const releasesIn = new Map<string, Set<ReleaseId>>();

  const assess = (release: ReleaseId, entry: Followed): void => {
    entry.isDue = false;
    if (followed.get(release) !== entry || !entry.isFresh) return;
    const health = judge(entry, watched, clock.nowMs());
    if (entry.last?.kind === "ready" && health.kind === "ready") return;
    entry.last = health;
    if (health.kind === "pending" && health.lookAgainAtMs !== undefined)
      clock.wakeAt(health.lookAgainAtMs, () => {
        due(release);
      });
    observed(release, entry.applied.revision, health);
  };
  const due = (release: ReleaseId): void => {
    const entry = followed.get(release);
    if (entry === undefined || entry.isDue) return;
    entry.isDue = true;
    setImmediate(() => {
      assess(release, entry);
    });
  };

  watched.onChange((ref) => {
    for (const release of releasesOf.get(objectKey(ref)) ?? []) due(release);
    // A pod or a ReplicaSet matters to the releases of its namespace that are not ready yet.
    if (ref.kind === "Pod" || ref.kind === "ReplicaSet" || ref.kind === "Job")
      for (const release of releasesIn.get(ref.namespace ?? "") ?? []) due(release);
  });

  const fetchUnseen = async (entry: Followed, release: ReleaseId): Promise<void> => {
    const unseen = entry.objects.map(refOf).filter((ref) => watched.world.get(ref) === undefined);
    if (followed.get(release) !== entry || unseen.length === 0) return;
    await watched.fetch(unseen);
    due(release);
  };

  return {
    follow: (release, question, applied, isFirst) => {
      unindex(release, followed, releasesOf, releasesIn);
      const objects =
        question === "gone"
          ? applied.objects
          : applied.objects.filter((object) => !existenceSuffices(object.apiVersion, object.kind));
      const entry: Followed = {
        question,
        applied,
        objects,
        sinceMs: clock.nowMs(),
        isFresh: false,
        isDue: false,
        last: undefined,
      };
      followed.set(release, entry);
      for (const object of objects) index(releasesOf, objectKey(refOf(object)), release);
      for (const hook of applied.hooks ?? []) index(releasesOf, objectKey(hook), release);
      for (const namespace of namespacesOf(applied)) index(releasesIn, namespace, release);
      const begin = async (): Promise<void> => {
        await watched.follow({ kinds: kindsOf(objects), namespaces: [...namespacesOf(applied)] });
        // After an upgrade the world may still show the generation before it, and that looks ready.
        if (!isFirst && question === "healthy") await watched.fetch(objects.map(refOf));
        entry.isFresh = true;
        assess(release, entry);
        if (question !== "wrong-so-far")
          clock.wakeAt(clock.nowMs() + unseenMs, () => void fetchUnseen(entry, release));
      };
      void begin();
    },
    unfollow: (release) => {
      unindex(release, followed, releasesOf, releasesIn);
    },
    close: () => {
      followed.clear();
      watched.close();
    },
  };
}

function judge(entry: Followed, watched: WatchedWorld, nowMs: number): ReleaseHealth {
  const { world } = watched;
  switch (entry.question) {
    case "gone":
      return assessGone(entry.objects, world);
    case "healthy":
      return assessRelease(entry.objects, world, { nowMs, seenSinceMs: entry.sinceMs, allApplied: true });
    case "wrong-so-far": {
      const hooks = (entry.applied.hooks ?? []).flatMap((hook) => world.get(hook) ?? []);
      const objects = entry.objects.filter((object) => world.get(refOf(object)) !== undefined);
      return assessRelease([...hooks, ...objects], world, { nowMs, seenSinceMs: entry.sinceMs });
    }
  }
}

function kindsOf(objects: readonly KubernetesObject[]): readonly KindRef[] {
  const kinds = new Map(
    objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  return [...kinds.values()];
}

function namespacesOf(applied: Applied): ReadonlySet<string> {
  return new Set(
    [
      ...applied.objects.map((object) => object.metadata.namespace),
      ...(applied.hooks ?? []).map((hook) => hook.namespace),
    ].filter((namespace) => namespace !== undefined),
  );
}

function index(map: Map<string, Set<ReleaseId>>, key: string, release: ReleaseId): void {
  const releases = map.get(key);
  if (releases === undefined) map.set(key, new Set([release]));
  else releases.add(release);
}

function unindex(
  release: ReleaseId,
  followed: Map<ReleaseId, Followed>,
  releasesOf: Map<string, Set<ReleaseId>>,
  releasesIn: Map<string, Set<ReleaseId>>,
): void {
  const entry = followed.get(release);
  if (entry === undefined) return;
  followed.delete(release);
  const keys: readonly ObjectRef[] = [...entry.objects.map(refOf), ...(entry.applied.hooks ?? [])];
  for (const ref of keys) releasesOf.get(objectKey(ref))?.delete(release);
  for (const namespace of namespacesOf(entry.applied)) releasesIn.get(namespace)?.delete(release);
}
