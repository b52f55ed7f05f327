// Has the workloads of a release make their pods anew once helm is done with it, and takes that back before a rollback: the
// pods that ran before would else not come back.
import { isTransient } from "../core/failure.ts";
import type { Failure } from "../core/failure.ts";
import type { ReleasePayload } from "../core/observation.ts";
import type { KubernetesObject } from "../core/object.ts";
import { actorOf } from "../core/plan/actor.ts";
import type { ApplyStep } from "../core/plan/plan.ts";
import {
  restartableOf,
  restartFields,
  undoneRestartFields,
  whyNotRestarted,
  type RestartFields,
} from "../core/workload-restart.ts";
import type { News } from "./execute-plan.ts";
import type { RecordsInput } from "./left-records.ts";
import type { Objects } from "./ports.ts";

export type RestartInput = RecordsInput & { readonly objects: Pick<Objects, "restart"> };

/** Restarts what the revision holds; why that could not be done. */
export async function restartPods(
  input: RestartInput,
  step: ApplyStep,
  { revision, objects }: ReleasePayload,
  tell: (news: News) => void,
): Promise<Failure | undefined> {
  const { release, rollbackTo } = step;
  const workloads = restartableOf(objects);
  // The next holder of the lock may be at work on them.
  if (workloads.length === 0 || input.lost.aborted) return undefined;
  const at = new Date(input.clock.nowMs()).toISOString().replace(/\.\d+Z$/, "Z");
  const fieldsFor = (live: KubernetesObject): RestartFields | undefined => {
    const why = whyNotRestarted(live);
    if (why !== undefined) tell({ kind: "warned", release, message: why });
    return why === undefined ? restartFields(live, { revision, lastGood: rollbackTo ?? 0, at }) : undefined;
  };
  const restarted = await input.objects.restart(workloads, fieldsFor, actorOf(step));
  if (!restarted.ok) return restarted.failure;
  if (restarted.value.length > 0) tell({ kind: "workloads-restarted", release, objects: restarted.value });
  return undefined;
}

/** Takes back what restarts after `toRevision`, whose payload this is, did; a failure only where it may pass. */
export async function undoRestarts(
  input: RestartInput,
  step: ApplyStep,
  toRevision: number,
  payload: ReleasePayload | undefined,
  tell: (news: News) => void,
): Promise<Failure | undefined> {
  const workloads = restartableOf(payload?.objects ?? []);
  if (workloads.length === 0 || input.lost.aborted) return undefined;
  const undone = await input.objects.restart(
    workloads,
    (live) => undoneRestartFields(live, toRevision),
    actorOf(step),
  );
  if (undone.ok) return undefined;
  if (isTransient(undone.failure)) return undone.failure;
  tell({
    kind: "warned",
    release: step.release,
    message: `its restart could not be taken back: ${undone.failure.message}`,
  });
  return undefined;
}
