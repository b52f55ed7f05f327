// Values from Secrets and ConfigMaps: read for the plan, read again when a release's turn comes, and waited for where they
// are absent. What they mean is core/values/values-objects.ts.
import { succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { accountOf, actorOf } from "../core/plan/actor.ts";
import type { Effect } from "../core/run/run.ts";
import { objectsOf, pinWithObjects } from "../core/values/values-objects.ts";
import type { News } from "./execute-plan.ts";
import type { ValuesObjects } from "./ports.ts";

/** The pins with what the cluster holds of their values; nothing is asked where none needs anything. */
export async function readPins(
  values: ValuesObjects,
  pins: ReadonlyMap<ReleaseId, PinnedRelease>,
): Promise<Result<ReadonlyMap<ReleaseId, PinnedRelease>>> {
  const byActor = Map.groupBy(
    [...pins.values()].filter(({ declaration }) => objectsOf(declaration).length > 0),
    ({ declaration }) => accountOf(declaration.id, declaration),
  );
  const whole = new Map(pins);
  const read = await Promise.all(
    [...byActor].map(async ([actor, group]) => {
      const wanted = group.flatMap(({ declaration }) => objectsOf(declaration));
      return { group, found: await values.read(wanted, actor) };
    }),
  );
  for (const { group, found } of read) {
    if (!found.ok) return found;
    for (const pin of group) whole.set(pin.declaration.id, pinWithObjects(pin, found.value));
  }
  return succeeded(whole);
}

type ReadOrder = Extract<Effect, { kind: "read-values" }>;

export type ValuesReader = {
  /** Reads at once; then, while something is absent, whenever the cluster tells of a change. */
  read(effect: ReadOrder, tell: (news: News) => void): void;
  stop(release: ReleaseId): void;
  close(): void;
};

/** At most one wait for each release. */
export function readValues(values: ValuesObjects): ValuesReader {
  const waits = new Map<ReleaseId, AbortController>();
  const stop = (release: ReleaseId): void => {
    waits.get(release)?.abort();
    waits.delete(release);
  };
  return {
    read(effect, tell) {
      stop(effect.release);
      const wait = new AbortController();
      waits.set(effect.release, wait);
      readUntilThere(values, effect, wait, tell);
    },
    stop,
    close: () => {
      for (const release of [...waits.keys()]) stop(release);
    },
  };
}

function readUntilThere(
  values: ValuesObjects,
  { release, step }: ReadOrder,
  wait: AbortController,
  tell: (news: News) => void,
): void {
  const wanted = objectsOf(step.pin.declaration);
  const actor = actorOf(step);
  let isReading = false;
  let isStale = false;
  let stopWatching: (() => void) | undefined;
  const isOver = (): boolean => wait.signal.aborted;
  const end = (news: News): void => {
    wait.abort();
    tell(news);
  };
  const look = async (): Promise<void> => {
    isStale = true;
    if (isReading) return;
    isReading = true;
    while (isStale && !isOver()) {
      isStale = false;
      const found = await values.read(wanted, actor);
      if (isOver()) break;
      const pin = found.ok ? pinWithObjects(step.pin, found.value) : undefined;
      const failure = found.ok ? pin?.unreadable : found.failure;
      if (failure !== undefined) end({ kind: "preparation-refused", release, failure });
      else if (pin?.missing.length === 0) end({ kind: "values-read", release, pin });
      else if (pin !== undefined) {
        tell({ kind: "values-awaited", release, missing: pin.missing });
        if (isOver()) break;
        stopWatching ??= values.watch(wanted, () => void look(), actor);
      }
    }
    isReading = false;
  };
  wait.signal.addEventListener("abort", () => {
    stopWatching?.();
  });
  void look();
}
