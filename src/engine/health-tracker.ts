// Keeps an eye on the objects of releases that are settling: asks the watched world, has the pure rules judge, and hands
// on each verdict that differs. It decides nothing and polls nothing.
import { assessGone } from "../core/health/gone.ts";
import type { ReleaseHealth } from "../core/health/health.ts";
import { existenceSuffices } from "../core/health/object-health.ts";
import { assessRelease } from "../core/health/release-health.ts";
import type { ObjectRules, StackRules } from "../core/health/rules.ts";
import type { World } from "../core/health/world.ts";
import type { ReleaseId } from "../core/ids.ts";
import { objectKey, refOf } from "../core/object.ts";
import type { KubernetesObject, ObjectRef } from "../core/object.ts";
import type { Applied } from "../core/plan/plan.ts";
import { pause } from "./pause.ts";
import type { Clock, KindRef, WatchedWorld } from "./ports.ts";

/** What a watch asks: are these healthy, what is wrong so far while helm still works, or are they gone. */
export type Question = "healthy" | "wrong-so-far" | "gone";

type Followed = {
  readonly question: Question;
  readonly applied: Applied;
  readonly rules: ObjectRules | undefined;
  /** What has to be looked at; what only has to exist was written by helm. */
  readonly objects: readonly KubernetesObject[];
  readonly sinceMs: number;
  /** False until what the world shows is known to be no older than helm's last write. */
  isFresh: boolean;
  /** Coalesces the changes of one turn of the event loop into one verdict. */
  isDue: boolean;
  last: ReleaseHealth | undefined;
  /** What is not judged yet, because it stands as an earlier operation left it. */
  leftOver: ReadonlySet<string> | undefined;
  /** The next time at which a grace runs out; one timer each. */
  lookAgainAtMs: number;
  /** Calls timers off. */
  readonly over: AbortController;
};

export type HealthTracker = {
  /** Follows a release; `isFirst` where no object of it existed before, so whatever the world shows is new. */
  follow(release: ReleaseId, question: Question, applied: Applied, isFirst: boolean): void;
  unfollow(release: ReleaseId): void;
  close(): void;
};

/** An object that a watch has not shown for this long is asked for by name; a watch that failed is asked for again. */
const unseenMs = 2_000;

/** Hooks that helm runs for an install or an upgrade; those for tests, deletes and rollbacks say nothing about one. */
const operationHooks: ReadonlySet<string> = new Set([
  "pre-install",
  "post-install",
  "pre-upgrade",
  "post-upgrade",
  "pre-rollback",
  "post-rollback",
]);

export function trackHealth(
  watched: WatchedWorld,
  clock: Clock,
  stackRules: StackRules,
  observed: (release: ReleaseId, applied: Applied, health: ReleaseHealth) => void,
): HealthTracker {
  const followed = new Map<ReleaseId, Followed>();
  const releasesOf = new Map<string, Set<ReleaseId>>();
  const releasesIn = new Map<string, Set<ReleaseId>>();
  const isFollowed = (release: ReleaseId, entry: Followed): boolean => followed.get(release) === entry;

  const assess = (release: ReleaseId, entry: Followed): void => {
    entry.isDue = false;
    if (!isFollowed(release, entry) || !entry.isFresh) return;
    const nowMs = clock.nowMs();
    const health = judge(entry, watched.world, nowMs);
    if (entry.last?.kind === "ready" && health.kind === "ready") return;
    entry.last = health;
    if (health.kind === "pending" && health.lookAgainAtMs !== undefined)
      lookAgain(release, entry, health.lookAgainAtMs, nowMs);
    observed(release, entry.applied, health);
  };
  const lookAgain = (release: ReleaseId, entry: Followed, atMs: number, nowMs: number): void => {
    if (entry.lookAgainAtMs > nowMs && entry.lookAgainAtMs <= atMs) return;
    entry.lookAgainAtMs = atMs;
    void pause(clock, atMs - nowMs, entry.over.signal).then((waited) => {
      if (waited) due(release);
    });
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

  const begin = async (release: ReleaseId, entry: Followed, isFirst: boolean): Promise<void> => {
    const needs = { kinds: kindsOf(entry.objects), namespaces: [...namespacesOf(entry.applied)] };
    for (;;) {
      const watching = await watched.follow(needs);
      if (!isFollowed(release, entry)) return;
      if (watching.ok) break;
      // What can't be watched is not judged: the release's own deadline goes on.
      if (!(await pause(clock, unseenMs, entry.over.signal))) return;
    }
    // After an upgrade the world may still show the generation before it, and that looks ready.
    if (!isFirst && entry.question === "healthy") await watched.fetch(entry.objects.map(refOf));
    if (entry.question === "wrong-so-far") entry.leftOver = leftOverIn(entry, watched.world, clock.nowMs());
    entry.isFresh = true;
    assess(release, entry);
    if (entry.question !== "healthy" || !(await pause(clock, unseenMs, entry.over.signal))) return;
    const unseen = entry.objects.map(refOf).filter((ref) => watched.world.get(ref) === undefined);
    if (unseen.length === 0) return;
    await watched.fetch(unseen);
    due(release);
  };

  return {
    follow: (release, question, applied, isFirst) => {
      unindex(release, followed, releasesOf, releasesIn);
      const rules = stackRules.healthOf(release);
      const objects =
        question === "gone"
          ? applied.objects
          : applied.objects.filter((object) => !existenceSuffices(object.apiVersion, object.kind));
      const entry: Followed = {
        question,
        applied,
        rules,
        objects,
        sinceMs: clock.nowMs(),
        isFresh: false,
        isDue: false,
        last: undefined,
        leftOver: undefined,
        lookAgainAtMs: 0,
        over: new AbortController(),
      };
      followed.set(release, entry);
      for (const object of objects) index(releasesOf, objectKey(refOf(object)), release);
      for (const hook of applied.hooks ?? []) index(releasesOf, objectKey(hook), release);
      for (const namespace of namespacesOf(applied)) index(releasesIn, namespace, release);
      void begin(release, entry, isFirst);
    },
    unfollow: (release) => {
      unindex(release, followed, releasesOf, releasesIn);
    },
    close: () => {
      for (const release of [...followed.keys()]) unindex(release, followed, releasesOf, releasesIn);
      watched.close();
    },
  };
}

function judge(entry: Followed, world: World, nowMs: number): ReleaseHealth {
  const context = { nowMs, seenSinceMs: entry.sinceMs, ...rulesIn(entry) };
  switch (entry.question) {
    case "gone":
      return assessGone(entry.objects, world);
    case "healthy":
      return assessRelease(entry.objects, world, { ...context, allApplied: true });
    case "wrong-so-far": {
      const there = presentIn(entry, world).filter(
        (object) => entry.leftOver?.has(versionOf(object)) !== true,
      );
      return assessRelease(there, world, context);
    }
  }
}

function rulesIn({ rules }: Followed): { readonly rules?: ObjectRules } {
  return rules === undefined ? {} : { rules };
}

/** Hooks of the operation and objects, as far as they are there. */
function presentIn(entry: Followed, world: World): readonly KubernetesObject[] {
  const hooks = (entry.applied.hooks ?? []).filter((hook) =>
    hook.events.some((event) => operationHooks.has(event)),
  );
  return [...hooks, ...entry.objects.map(refOf)].flatMap((ref) => world.get(ref) ?? []);
}

// A hook's Job that failed long ago stands until helm makes it anew, and an object that the upgrade is to mend has failed
// until helm has written it: neither says anything against the operation under way. While hooks run ahead of an upgrade,
// all objects stand as the revision before has left them.
function leftOverIn(entry: Followed, world: World, nowMs: number): ReadonlySet<string> {
  const context = { nowMs, seenSinceMs: 0, ...rulesIn(entry) };
  const present = presentIn(entry, world);
  const failed = present.filter((object) => assessRelease([object], world, context).kind === "failed");
  const hooks = new Set((entry.applied.hooks ?? []).map(objectKey));
  const heldBack = isHeldBack(entry.applied) ? present.filter((it) => !hooks.has(objectKey(refOf(it)))) : [];
  return new Set([...failed, ...heldBack].map(versionOf));
}

function isHeldBack({ revision, hooks = [] }: Applied): boolean {
  return revision > 1 && hooks.some((hook) => hook.events.includes("pre-upgrade"));
}

/** Differs for an object that was made anew or whose wanted state was changed. */
function versionOf({ metadata }: KubernetesObject): string {
  return `${metadata.uid ?? ""} ${metadata.generation ?? 0}`;
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
  entry.over.abort();
  const keys: readonly ObjectRef[] = [...entry.objects.map(refOf), ...(entry.applied.hooks ?? [])];
  for (const ref of keys) releasesOf.get(objectKey(ref))?.delete(release);
  for (const namespace of namespacesOf(entry.applied)) releasesIn.get(namespace)?.delete(release);
}
