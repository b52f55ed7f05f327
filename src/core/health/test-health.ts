// How the tests of a chart stand while helm runs them: what has ended well is ready, and what still runs is waited for by
// its name, which no rule for a release's own objects says of a pod that is Ready.
import { refOf, type KubernetesObject, type ObjectRef } from "../object.ts";
import type { Hook } from "../observation.ts";
import type { ReleaseHealth, Trouble } from "./health.ts";
import { conditionOf, fieldsOf, isBeingDeleted, itemsOf, textOf } from "./read-object.ts";
import { assessRelease } from "./release-health.ts";
import type { World } from "./world.ts";

/** What helm's older charts call a test, too (helm `pkg/release/v1/hook.go`). */
const testEvents: ReadonlySet<string> = new Set(["test", "test-success"]);

/** The hooks that `helm test` runs. */
export function testsOf(hooks: readonly Hook[]): readonly Hook[] {
  return hooks.filter((hook) => hook.events.some((event) => testEvents.has(event)));
}

/** Those of them that run something: Pods and Jobs. */
export function runningHooks(tests: readonly Hook[]): readonly ObjectRef[] {
  return tests
    .filter(
      ({ apiVersion, kind }) =>
        (apiVersion === "v1" && kind === "Pod") || (apiVersion === "batch/v1" && kind === "Job"),
    )
    .map(({ apiVersion, kind, namespace, name }) => ({ apiVersion, kind, namespace, name }));
}

/** The verdict on what is there of `refs`; times are of the observer's clock. */
export function assessTests(refs: readonly ObjectRef[], world: World, nowMs: number): ReleaseHealth {
  const there = refs.flatMap((ref) => world.get(ref) ?? []).filter((object) => !isBeingDeleted(object));
  const health = assessRelease(there, world, { nowMs, seenSinceMs: 0 });
  if (health.kind === "failed") return health;
  const running = there.flatMap((object) => findRunning(object, world));
  if (running.length === 0) return health;
  const busy = new Set(running.map(({ object }) => object.name)).size;
  if (health.kind === "ready")
    return {
      kind: "pending",
      waitingFor: running,
      suspects: [],
      ready: refs.length - busy,
      total: refs.length,
    };
  return { ...health, waitingFor: [...health.waitingFor, ...running] };
}

/** Uids of those that have not ended; of all of them where `all`. */
export function leftOvers(
  refs: readonly ObjectRef[],
  world: World,
  all: boolean,
): readonly { readonly object: ObjectRef; readonly uid: string }[] {
  return refs.flatMap((ref) => {
    const object = world.get(ref);
    const uid = object?.metadata.uid;
    if (object === undefined || uid === undefined || isBeingDeleted(object)) return [];
    return all || !hasEnded(object) ? [{ object: ref, uid }] : [];
  });
}

function hasEnded({ kind, status }: KubernetesObject): boolean {
  const fields = fieldsOf(status);
  if (kind === "Pod") return ["Succeeded", "Failed"].includes(textOf(fields["phase"]));
  return ["Complete", "Failed"].some((type) => conditionOf(fields, type)?.status === "True");
}

/** One container each of its pods that are Ready: nothing else says that they are not done. */
function findRunning(object: KubernetesObject, world: World): readonly Trouble[] {
  const pods = object.kind === "Pod" ? [object] : world.controlledBy(object.metadata.uid ?? "", "Pod");
  return pods.flatMap((pod): readonly Trouble[] => {
    const status = fieldsOf(pod.status);
    const isReady = conditionOf(status, "Ready")?.status === "True";
    if (textOf(status["phase"]) !== "Running" || !isReady || isBeingDeleted(pod)) return [];
    const container = itemsOf(status["containerStatuses"])
      .map(fieldsOf)
      .find(({ state }) => fieldsOf(state)["running"] !== undefined);
    const named = container === undefined ? {} : { container: textOf(container["name"]) };
    return [{ object: refOf(object), pod: pod.metadata.name, ...named, reason: "still runs" }];
  });
}
