// The part of a plan that is about releases that the stack owns and no longer declares: asks the cluster for what has to be
// known before one of them goes, and leaves the judgement to core/prune.ts.
import {
  makeDestroyPlan,
  withNeeded,
  type DestroyInput,
  type Staying,
} from "../core/plan/make-destroy-plan.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Plan } from "../core/plan/plan.ts";
import {
  judgeUndeclared,
  withPruning,
  withUndeclaredDestroyed,
  type PruneInput,
} from "../core/plan/prune.ts";
import type { ObservedStack } from "./observe-stack.ts";
import type { Objects } from "./ports.ts";

export type PruneOptions = Pick<PruneInput, "prune" | "maxPrune" | "includeProtected">;

type Options = {
  readonly prune: PruneOptions;
  readonly only?: ReadonlySet<ReleaseId>;
  readonly stays?: Staying;
};

/** The plan of an apply with what is pruned behind it. CRDs are counted only where one would go. */
export async function planPruning(
  objects: Objects,
  plan: Plan,
  observed: ObservedStack,
  options: Options,
): Promise<Plan> {
  if (observed.owned.length === 0) return plan;
  const bringsCrds = observed.owned.some(({ payload }) =>
    payload?.objects.some(({ kind }) => kind === "CustomResourceDefinition"),
  );
  const { definitions } = options.prune.prune && bringsCrds ? await objects.losses([]) : { definitions: [] };
  const declared = plan.steps.map(({ release }) => release);
  const undeclared = judge(declared, observed, {
    ...options.prune,
    isPart: options.only !== undefined,
    definitions,
    isSuspended: (release) =>
      observed.state.suspension !== undefined ||
      observed.state.releases.get(release)?.suspension !== undefined,
    mayLose: false,
  });
  return withPruning(plan, undeclared);
}

/** The plan that takes a stack away, with what it owns and no longer declares. */
export function planDestroy(input: DestroyInput, observed: ObservedStack, options: Options): Plan {
  const stays = options.stays ?? new Map<ReleaseId, never>();
  const declared = input.declarations.map(({ id }) => id);
  const undeclared = judge(declared, observed, {
    prune: true,
    includeProtected: options.prune.includeProtected,
    isPart: [...stays.values()].some(({ kind }) => kind === "not-selected"),
    definitions: [],
    isSuspended: () => false,
    // A person agrees to all of it, with the losses named.
    mayLose: true,
  });
  const needed = new Map(
    undeclared.flatMap((one) =>
      one.stays === undefined ? [] : one.after.map((id) => [id, one.release] as const),
    ),
  );
  const plan = makeDestroyPlan({ ...input, stays: withNeeded(input.graph, stays, needed) });
  return withUndeclaredDestroyed(plan, undeclared);
}

function judge(
  declared: readonly ReleaseId[],
  { owned, state }: ObservedStack,
  rules: Omit<PruneInput, "owned" | "remembered">,
) {
  const remembered = state.lastRun?.releases ?? new Map<ReleaseId, never>();
  return judgeUndeclared(new Set(declared), { ...rules, owned, remembered });
}
