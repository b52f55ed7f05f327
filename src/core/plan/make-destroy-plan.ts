// The plan that takes a stack away: one uninstall for each release that is there, dependents first; and which releases stay
// where only a part of it is to go.
import type { Declaration } from "../declaration.ts";
import type { Graph } from "../graph.ts";
import type { ReleaseId } from "../ids.ts";
import type { Observation } from "../observation.ts";
import type { Failure } from "../failure.ts";
import { recordInTheWay, recoveryTable, storageOf } from "../recovery.ts";
import { asItIs } from "./as-it-is.ts";
import { accountOf } from "./actor.ts";
import type { Plan, Reason, Step } from "./plan.ts";

export type DestroyInput = {
  readonly stack: string;
  readonly stackLabel: string;
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
  /** What stays, and why; see `chooseStaying`. */
  readonly stays?: Staying;
};

type StayReason = Extract<Reason, { kind: "kept" | "not-selected" }>;

export type Staying = ReadonlyMap<ReleaseId, StayReason>;

/** What a person said of a part of a stack to be taken away. */
export type DestroyRequest = {
  /** All where undefined. */
  readonly selected?: ReadonlySet<ReleaseId>;
  /** Whether all that depends on the selected goes too. */
  readonly withDependents: boolean;
  readonly keep: ReadonlySet<ReleaseId>;
  /** Kept as well, because their declarations say so. */
  readonly protect: ReadonlySet<ReleaseId>;
};

/**
 * What stays: the kept with all that they depend on, and what was not selected. `stranded` are those of the latter that
 * depend on something that would go: nothing may be taken away under them.
 */
export function chooseStaying(
  graph: Pick<Graph, "order" | "after">,
  { selected, withDependents, keep, protect }: DestroyRequest,
): {
  readonly stays: Staying;
  readonly stranded: readonly { readonly release: ReleaseId; readonly dependsOn: readonly ReleaseId[] }[];
} {
  const after = (id: ReleaseId): readonly ReleaseId[] => graph.after.get(id) ?? [];
  const going = new Set(selected ?? graph.order);
  // Dependencies come first in the order, so that one pass finds what depends on a dependent too.
  if (withDependents)
    for (const id of graph.order) if (after(id).some((dependency) => going.has(dependency))) going.add(id);
  const chosen = new Map<ReleaseId, StayReason>([
    ...[...protect].map((id) => [id, { kind: "kept", isProtected: true }] as const),
    ...[...keep].map((id) => [id, { kind: "kept" }] as const),
  ]);
  const stays = new Map(withNeeded(graph, chosen, new Map()));
  for (const id of graph.order) if (!going.has(id) && !stays.has(id)) stays.set(id, { kind: "not-selected" });
  const stranded = graph.order.flatMap((release) => {
    const dependsOn = after(release).filter((dependency) => !stays.has(dependency));
    return stays.has(release) && dependsOn.length > 0 ? [{ release, dependsOn }] : [];
  });
  return { stays, stranded };
}

/**
 * What stays, with all that the kept among it depend on. `needed` names releases that stay because of something outside of
 * the declarations, and what that is.
 */
export function withNeeded(
  graph: Pick<Graph, "order" | "after">,
  stays: Staying,
  needed: ReadonlyMap<ReleaseId, ReleaseId>,
): Staying {
  const all = new Map(stays);
  const keep = (id: ReleaseId, dependent: ReleaseId): void => {
    if (!all.has(id)) all.set(id, { kind: "kept", dependent });
  };
  // Dependents come first, so that one pass finds what a dependency depends on too.
  for (const id of graph.order.toReversed()) {
    const outside = needed.get(id);
    if (outside !== undefined) keep(id, outside);
    const reason = all.get(id);
    if (reason?.kind === "kept")
      for (const dependency of graph.after.get(id) ?? []) keep(dependency, reason.dependent ?? id);
  }
  return all;
}

const unreadable: Failure = {
  kind: "unknown",
  message: "its record can't be read, so it is not known what would go, and it stays",
  next: "Run headway apply first, which writes a record that can be read; then headway destroy.",
};

/**
 * Reverses the graph: a release goes when all that depend on it are gone. What is to stay stays; so does one that belongs
 * to nobody or to another stack, and what that depends on.
 */
export function makeDestroyPlan(input: DestroyInput): Plan {
  const byId = new Map(input.declarations.map((declaration) => [declaration.id, declaration]));
  const dependentsOf = new Map<ReleaseId, ReleaseId[]>();
  for (const [id, dependencies] of input.graph.after)
    for (const dependency of dependencies)
      dependentsOf.set(dependency, [...(dependentsOf.get(dependency) ?? []), id]);
  const steps = input.graph.order.toReversed().flatMap((id): readonly Step[] => {
    const declaration = byId.get(id);
    const observation = input.observations.get(id) ?? { kind: "absent" };
    if (declaration === undefined) return [];
    const base = {
      release: id,
      releaseName: declaration.releaseName,
      namespace: declaration.namespace,
      after: dependentsOf.get(id) ?? [],
      dependencies: input.graph.after.get(id) ?? [],
      wave: input.graph.waves + 1 - (input.graph.wave.get(id) ?? 1),
    };
    // Nothing there: as good as gone.
    if (observation.kind === "absent")
      return [
        { ...base, kind: "keep", declaration, standing: "healthy", reasons: [{ kind: "not-installed" }] },
      ];
    const stays = input.stays?.get(id);
    if (stays !== undefined) {
      const payload = "payload" in observation ? { payload: observation.payload } : {};
      const { standing } = asItIs(observation);
      return [{ ...base, after: [], kind: "keep", declaration, standing, reasons: [stays], ...payload }];
    }
    if (observation.owner.kind !== "this-stack") {
      const owner =
        observation.owner.kind === "nobody" ? "nobody (Headway did not make it)" : observation.owner.name;
      const failure = {
        kind: "ownership-conflict" as const,
        message: `the release belongs to ${owner} and stays`,
        next: "Uninstall it with its owner's tool, or take it over first with headway apply --adopt.",
      };
      return [
        { ...base, kind: "keep", declaration, standing: "refused", reasons: [{ kind: "refused", failure }] },
      ];
    }
    if (recoveryTable[storageOf(observation)].uninstall === "refuse")
      return [
        {
          ...base,
          kind: "keep",
          declaration,
          standing: "refused",
          reasons: [{ kind: "refused", failure: unreadable }],
        },
      ];
    const payload = "payload" in observation ? observation.payload : undefined;
    const held = recordInTheWay(observation, "uninstall");
    const actor = accountOf(id, declaration);
    return [
      {
        ...base,
        kind: "uninstall",
        revision: observation.revision,
        timeoutMs: declaration.timeoutMs,
        reasons: [{ kind: "destroy" }],
        ...(payload === undefined ? {} : { payload }),
        ...(held === undefined ? {} : { held }),
        ...(actor === undefined ? {} : { actor }),
      },
    ];
  });
  return {
    stack: input.stack,
    stackLabel: input.stackLabel,
    order: "dependencies",
    steps,
    waves: input.graph.waves,
    namespaces: [],
  };
}
