// A person's rollback: what each release is to be again is read from Helm's records, and everything that is in the way is told
// at once. Which revision that is, and in which order they go, is core/plan's.
import { failed, succeeded } from "../core/failure.ts";
import type { Failure, Result } from "../core/failure.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Observation, ReleasePayload } from "../core/observation.ts";
import { withoutThoseOf } from "../core/plan/irreplaceable.ts";
import { freezesOf, makeRollbackPlan, type RollbackPlanInput } from "../core/plan/make-rollback-plan.ts";
import type { Plan } from "../core/plan/plan.ts";
import { chooseTargets, type RollbackWish } from "../core/plan/rollback-targets.ts";
import { freeze } from "../core/stack-wishes.ts";
import type { ObservedStack } from "./observe-stack.ts";
import { guardObjects } from "./guard-losses.ts";
import type { Objects, Records, States } from "./ports.ts";

type Input = Omit<RollbackPlanInput, "records" | "said" | "targets">;
type Ports = { readonly records: Records; readonly objects: Pick<Objects, "losses"> };
type Refusal = { readonly release: ReleaseId; readonly why: string; readonly loses?: true };

/** The plan of a rollback, and what stays as it is although it was meant; fails where a release can't go back. */
export async function planRollback(
  ports: Ports,
  input: Input,
  observed: ObservedStack,
  wish: RollbackWish,
): Promise<Result<Plan>> {
  const chosen = chooseTargets(wish, { ...input, ...observed });
  const refusals: Refusal[] = [...chosen.refusals];
  const targets = new Map<ReleaseId, ReleasePayload>();
  const reading = input.declarations.flatMap(({ id, namespace, releaseName }) => {
    const revision = chosen.targets.get(id);
    if (revision === undefined) return [];
    const payload = ports.records.payload(namespace, releaseName, revision);
    return [payload.then((read) => ({ id, revision, read }))];
  });
  for (const { id, revision, read } of await Promise.all(reading)) {
    if (!read.ok) return read;
    const target = read.value;
    if (target === undefined) refusals.push({ release: id, why: `revision ${revision} can't be read` });
    else {
      targets.set(id, target);
      const lost = await wouldLose(ports, input.observations.get(id), target);
      if (lost !== undefined) refusals.push({ release: id, why: lost, loses: true });
    }
  }
  if (refusals.length > 0) return failed(noWayBack(refusals));
  const plan = makeRollbackPlan({ ...input, records: observed.records, said: wish.said, targets });
  return succeeded({ ...plan, staying: chosen.staying });
}

/** What helm would delete on the way and nobody could bring back; it is looked for again before helm runs. */
async function wouldLose(
  ports: Ports,
  observation: Observation | undefined,
  target: ReleasePayload,
): Promise<string | undefined> {
  const now = observation !== undefined && "payload" in observation ? observation.payload : undefined;
  return now === undefined
    ? undefined
    : (await guardObjects(ports, withoutThoseOf(now.objects, target.objects)))?.message;
}

function noWayBack(refusals: readonly Refusal[]): Failure {
  const list = refusals.map(({ release, why }) => `${release}: ${why}`).join("; ");
  return refusals.some(({ loses }) => loses === true)
    ? {
        kind: "would-lose",
        message: `nothing was changed: ${list}`,
        next: "If that is meant, roll these back with helm; else name the others alone.",
      }
    : {
        kind: "no-way-back",
        message: `nothing was changed: ${list}`,
        next: "Name a revision that helm keeps (helm history), or the releases without these.",
      };
}

/** Puts on record that these stay where they go, before any of them is touched; nothing is begun where that fails. */
export async function freezePlanned(states: States, plan: Plan): Promise<Result<unknown>> {
  const freezes = freezesOf(plan);
  return freezes.size === 0
    ? succeeded(undefined)
    : states.update(plan.stack, (state) => freeze(state, freezes));
}
