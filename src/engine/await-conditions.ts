// What must be true of dependencies before a release starts: asked again whenever an object of such a dependency changes.
// Which expressions there are and what they say is core's.
import type { Json } from "../core/declaration.ts";
import type { Unmet } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import type { StackRules } from "../core/health/rules.ts";
import type { ReleaseId } from "../core/ids.ts";
import { objectKey, refOf } from "../core/object.ts";
import type { KubernetesObject, ObjectRef } from "../core/object.ts";
import type { ReleasePayload } from "../core/observation.ts";
import { declarationOf, type Plan, type Step } from "../core/plan/plan.ts";
import type { Effect } from "../core/run/run.ts";
import type { News } from "./execute-plan.ts";
import { pause } from "./pause.ts";
import type { Clock, Records, WatchedWorld } from "./ports.ts";

export type ConditionsInput = {
  readonly plan: Plan;
  readonly records: Pick<Records, "payload">;
  readonly watched: WatchedWorld;
  readonly rules: StackRules;
  readonly clock: Clock;
};

type Order = Extract<Effect, { kind: "await-conditions" }>;
type Tell = (news: News) => void;

/** A dependency with what stands of it: its declaration and chart, and the objects to look at. */
type Dependency = { readonly step: Step; readonly payload: ReleasePayload };

type Wait = {
  readonly order: Order;
  readonly over: AbortController;
  readonly tell: Tell;
  readonly dependencies: ReadonlyMap<ReleaseId, Dependency>;
  /** Keys of the objects that the conditions look at. */
  readonly keys: ReadonlySet<string>;
  /** Coalesces the changes of one turn of the event loop into one look. */
  isDue: boolean;
};

export type ConditionWaits = {
  wait(order: Order, tell: Tell): void;
  stop(release: ReleaseId): void;
  close(): void;
};

/** A watch that failed is asked for again after this long. */
const retryMs = 2_000;

export function awaitConditions(input: ConditionsInput): ConditionWaits {
  const stepOf = new Map(input.plan.steps.map((step) => [step.release, step]));
  const waits = new Map<ReleaseId, Wait>();
  const starting = new Map<ReleaseId, AbortController>();

  const look = (wait: Wait): void => {
    wait.isDue = false;
    if (wait.over.signal.aborted) return;
    const { release } = wait.order;
    const unmet = unmetOf(input, wait);
    if (unmet.length > 0) {
      wait.tell({ kind: "conditions-awaited", release, unmet });
      return;
    }
    stop(release);
    wait.tell({ kind: "conditions-met", release });
  };
  input.watched.onChange((ref) => {
    const key = objectKey(ref);
    for (const wait of waits.values()) {
      if (wait.isDue || !wait.keys.has(key)) continue;
      wait.isDue = true;
      setImmediate(() => {
        look(wait);
      });
    }
  });
  const stop = (release: ReleaseId): void => {
    starting.get(release)?.abort();
    starting.delete(release);
    waits.delete(release);
  };

  const begin = async (order: Order, over: AbortController, tell: Tell): Promise<void> => {
    const { release } = order;
    const conditions = input.rules.conditionsOf(release);
    const dependencies = new Map<ReleaseId, Dependency>();
    for (const id of new Set(conditions.map(({ on }) => on))) {
      const step = stepOf.get(id);
      if (step === undefined) continue;
      const revision = order.revisions.get(id) ?? 0;
      const read = await input.records.payload(step.namespace, step.releaseName, revision);
      if (over.signal.aborted) return;
      if (!read.ok) {
        stop(release);
        tell({ kind: "preparation-refused", release, failure: read.failure });
        return;
      }
      if (read.value !== undefined) dependencies.set(id, { step, payload: read.value });
    }
    const refs = [...dependencies.values()].flatMap(({ payload }) => payload.objects.map(refOf));
    const cannotWatch = (failure: Failure): void => {
      const why = `its objects can't be watched: ${failure.message}`;
      const unmet = [...dependencies.keys()].map((on) => ({ on, why }));
      tell({ kind: "conditions-awaited", release, unmet });
    };
    if (!(await followAll(input, refs, over.signal, cannotWatch))) return;
    const keys = new Set(refs.map(objectKey));
    const wait: Wait = { order, over, tell, dependencies, keys, isDue: false };
    waits.set(release, wait);
    look(wait);
  };

  return {
    wait: (order, tell) => {
      stop(order.release);
      const over = new AbortController();
      starting.set(order.release, over);
      void begin(order, over, tell);
    },
    stop,
    close: () => {
      for (const release of [...starting.keys()]) stop(release);
    },
  };
}

/** Resolves when the world shows these objects and follows them; false where nobody waits any more. */
async function followAll(
  { watched, clock }: ConditionsInput,
  refs: readonly ObjectRef[],
  signal: AbortSignal,
  cannotWatch: (failure: Failure) => void,
): Promise<boolean> {
  const kinds = new Map(refs.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  for (;;) {
    const followed = await watched.follow({ kinds: [...kinds.values()], namespaces: [] });
    if (signal.aborted) return false;
    if (followed.ok) break;
    cannotWatch(followed.failure);
    if (!(await pause(clock, retryMs, signal))) return false;
  }
  // What helm has just written may not have been shown yet.
  await watched.fetch(refs.filter((ref) => watched.world.get(ref) === undefined));
  return !signal.aborted;
}

function unmetOf(input: ConditionsInput, { order, dependencies }: Wait): readonly Unmet[] {
  const { pin } = order.step;
  const self: Json = { ...identityOf(order.step), chart: chartOf(pin.chart), labels: pin.declaration.labels };
  return input.rules.conditionsOf(order.release).flatMap((condition): readonly Unmet[] => {
    const dependency = dependencies.get(condition.on);
    const why =
      dependency === undefined
        ? "its record can't be read"
        : condition.whyNot({ dep: depOf(input, dependency), self });
    return why === undefined ? [] : [{ on: condition.on, why }];
  });
}

/** What an expression sees of a dependency (docs/reference.md names the fields). */
function depOf({ watched }: ConditionsInput, { step, payload }: Dependency): Json {
  const objects: readonly KubernetesObject[] = payload.objects.flatMap(
    (object) => watched.world.get(refOf(object)) ?? [],
  );
  return {
    ...identityOf(step),
    labels: declarationOf(step)?.labels ?? {},
    chart: chartOf(payload.chart),
    revision: payload.revision,
    objects,
  };
}

function identityOf({ release, namespace }: Step): { readonly name: string; readonly namespace: string } {
  return { name: release.slice(release.indexOf("/") + 1), namespace };
}

function chartOf(chart: ReleasePayload["chart"]): Json {
  const { name, version, appVersion } = chart;
  return { name, version, ...(appVersion === undefined ? {} : { appVersion }) };
}
