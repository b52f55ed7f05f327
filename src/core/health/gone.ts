// When an uninstalled release is gone: the opposite question of release-health.ts, asked of the same objects.
import { isKeptByHelm, refOf, type KubernetesObject } from "../object.ts";
import type { ReleaseHealth, Trouble } from "./health.ts";
import { isBeingDeleted } from "./read-object.ts";
import type { World } from "./world.ts";

/**
 * Ready when none of `expected` is there any more; `ready` counts those that are gone. Objects that Helm keeps
 * (`helm.sh/resource-policy: keep`) are not expected to go and not counted.
 */
export function assessGone(expected: readonly KubernetesObject[], world: World): ReleaseHealth {
  const waitingFor: Trouble[] = [];
  let total = 0;
  for (const object of expected) {
    if (isKeptByHelm(object)) continue;
    total += 1;
    const ref = refOf(object);
    const live = world.get(ref);
    if (live === undefined) continue;
    if (!isBeingDeleted(live)) {
      waitingFor.push({ object: ref, reason: "still there" });
      continue;
    }
    const holders = live.metadata.finalizers ?? [];
    waitingFor.push({
      object: ref,
      reason: "being deleted",
      ...(holders.length === 0 ? {} : { message: `held by ${holders.join(", ")}` }),
    });
  }
  if (waitingFor.length === 0) return { kind: "ready" };
  return { kind: "pending", waitingFor, suspects: [], ready: total - waitingFor.length, total };
}
