// Lets an ordered StatefulSet go on whose pods of an earlier revision will never be ready: each such pod is deleted once,
// so that the controller makes it anew from the template that is in force.
import type { ReleaseHealth } from "../health/health.ts";
import type { ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { order, tell } from "./draft.ts";

/**
 * Orders the deletion of stuck pods that were not deleted yet; the uids of all that were. `any` where whatever is not
 * ready is of a revision that is known to be bad; else only what looks terminal goes.
 */
export function freeStuckPods(
  draft: Draft,
  step: ApplyStep,
  freed: ReadonlySet<string> | undefined,
  health: ReleaseHealth,
  which: "any" | "terminal",
): ReadonlySet<string> | undefined {
  if (health.kind !== "pending" || health.stuck === undefined) return freed;
  const pods = health.stuck.filter(
    (pod) => freed?.has(pod.uid) !== true && (which === "any" || pod.looksTerminal),
  );
  if (pods.length === 0) return freed;
  order(draft, { kind: "delete-pods", release: step.release, pods });
  const names = pods.map(({ object }) => object.name).join(", ");
  tell(draft, {
    kind: "warning",
    release: step.release,
    message: `deleted pod ${names} of an earlier revision: it was not ready, and its StatefulSet waits for it before it replaces it`,
  });
  return new Set([...(freed ?? []), ...pods.map(({ uid }) => uid)]);
}

/** True where the revision before this attempt was never healthy, so that its pods need not be waited for. */
export function wasBadBefore(step: ApplyStep): boolean {
  return step.kind !== "verify" && (step.firstInstall || step.fromRevision !== step.rollbackTo);
}
