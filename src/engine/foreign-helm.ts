// A record that another helm holds, perhaps a person's: waited for as long as anything of it moves, and only when it and
// its objects have stood still for a while by our own clock taken for abandoned.
import { failed, succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import type { World } from "../core/health/world.ts";
import { objectKey, refOf, type ObjectRef } from "../core/object.ts";
import type { ReleasePayload, ReleaseRecord } from "../core/observation.ts";
import { groupRecords, releaseKey } from "../core/observe.ts";
import { isInFlight, type RecordInTheWay } from "../core/recovery.ts";
import { pause } from "./pause.ts";
import type { Actor, Clock, Objects, Records } from "./ports.ts";

const lookEveryMs = 3_000;

export type ForeignHelmInput = {
  readonly records: Records;
  readonly objects: Pick<Objects, "snapshot">;
  readonly clock: Clock;
  /** How long the record and its objects have to stand still. */
  readonly unlockAfterMs: number;
};

export type HeldRelease = {
  readonly namespace: string;
  readonly releaseName: string;
  readonly held: RecordInTheWay;
  readonly actor: Actor;
  /** How long the release's own helm would have; longer without a sign in the record, and what its objects do is no sign of life. */
  readonly timeoutMs: number;
};

/**
 * Waits until the other helm is done, or has given no sign of life for long enough; then its record is marked failed, and
 * that is said. Resolves to the newest revision by then, 0 where no record is left.
 */
export async function waitForForeignHelm(
  input: ForeignHelmInput,
  release: HeldRelease,
  say: (message: string) => void,
  over: AbortSignal,
): Promise<Result<number>> {
  const { clock, records, unlockAfterMs } = input;
  const { held } = release;
  const seconds = Math.round(unlockAfterMs / 1000);
  say(
    `revision ${held.revision} is ${held.status} by a helm that is not known to be dead; taken over when it and its objects have not moved for ${seconds} s`,
  );
  let seen: Seen | undefined;
  for (;;) {
    const looked = await look(input, release, seen);
    if (!looked.ok) return looked;
    const { newest } = looked.value;
    if (newest === undefined || !isInFlight(newest.status)) return succeeded(newest?.revision ?? 0);
    seen = looked.value;
    if (isAbandoned(seen, release, clock.nowMs(), unlockAfterMs)) {
      const marked = await records.mark(
        newest,
        "failed",
        `Marked failed by Headway: ${newest.status} and unchanged for ${seconds} s`,
        release.actor,
      );
      if (marked.ok) {
        say(
          `revision ${newest.revision} was ${newest.status}, and nothing of it has moved for ${seconds} s: its helm counts as dead, and it is marked failed`,
        );
        return succeeded(newest.revision);
      }
      if (marked.failure.kind !== "locked") return marked;
    }
    if (!(await pause(clock, lookEveryMs, over)))
      return failed({ kind: "interrupted", message: "the wait for another helm was called off" });
  }
}

/** What was seen of the release, and since when by our own clock. */
type Seen = {
  readonly newest: ReleaseRecord | undefined;
  readonly payload: ReleasePayload | undefined;
  readonly objects: string;
  readonly hookRuns: boolean;
  readonly recordSinceMs: number;
  readonly allSinceMs: number;
};

function isAbandoned(seen: Seen, { timeoutMs }: HeldRelease, nowMs: number, unlockAfterMs: number): boolean {
  // Objects that never rest, or a hook that never ends, prove no helm alive that has written nothing for so long.
  if (nowMs - seen.recordSinceMs >= Math.max(timeoutMs, unlockAfterMs)) return true;
  return !seen.hookRuns && nowMs - seen.allSinceMs >= unlockAfterMs;
}

async function look(
  { records, objects, clock }: ForeignHelmInput,
  release: HeldRelease,
  before: Seen | undefined,
): Promise<Result<Seen>> {
  const listed = await records.list([release.namespace]);
  if (!listed.ok) return listed;
  const newest = groupRecords(listed.value).get(releaseKey(release))?.[0];
  const isSame =
    before?.newest?.revision === newest?.revision &&
    before?.newest?.resourceVersion === newest?.resourceVersion;
  const read =
    isSame || newest === undefined
      ? succeeded(before?.payload)
      : await records.payload(release.namespace, release.releaseName, newest.revision);
  if (!read.ok) return read;
  const hooks = hookRefs(read.value);
  const world = await objects.snapshot([...(read.value?.objects ?? []).map(refOf), ...hooks], []);
  if (!world.ok) return world;
  const nowMs = clock.nowMs();
  const picture = pictureOf(world.value, [...(read.value?.objects ?? []).map(refOf), ...hooks]);
  return succeeded({
    newest,
    payload: read.value,
    objects: picture,
    hookRuns: hooks.some((hook) => isRunning(world.value, hook)),
    recordSinceMs: before !== undefined && isSame ? before.recordSinceMs : nowMs,
    allSinceMs: before !== undefined && isSame && before.objects === picture ? before.allSinceMs : nowMs,
  });
}

function hookRefs(payload: ReleasePayload | undefined): readonly ObjectRef[] {
  return (payload?.hooks ?? []).map(({ apiVersion, kind, namespace, name }) => ({
    apiVersion,
    kind,
    namespace,
    name,
  }));
}

/** Equal as long as none of these was made, changed or deleted. */
function pictureOf(world: World, refs: readonly ObjectRef[]): string {
  return refs
    .map((ref) => {
      const metadata = world.get(ref)?.metadata;
      return `${objectKey(ref)}=${metadata?.uid ?? ""}:${metadata?.resourceVersion ?? ""}`;
    })
    .toSorted()
    .join("\n");
}

/** True for a Job or a pod of a hook that has begun and has not ended: a helm may well be waiting for it. */
function isRunning(world: World, ref: ObjectRef): boolean {
  const object = world.get(ref);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return false;
  if (ref.kind === "Job") return Number(object.status?.["active"] ?? 0) > 0;
  return ref.kind === "Pod" && object.status?.["phase"] === "Running";
}
