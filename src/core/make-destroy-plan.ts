// The plan that takes a stack away: one uninstall for each release that is there, dependents first.
import type { Declaration } from "./declaration.ts";
import type { Graph } from "./graph.ts";
import type { ReleaseId } from "./ids.ts";
import type { Observation } from "./observation.ts";
import type { Plan, Step } from "./plan.ts";

export type DestroyInput = {
  readonly stack: string;
  readonly stackLabel: string;
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
};

/**
 * Reverses the graph: a release goes when all that depend on it are gone. One that belongs to nobody or to another stack
 * stays, and so does what it depends on.
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
      wave: input.graph.waves + 1 - (input.graph.wave.get(id) ?? 1),
    };
    // Nothing there: as good as gone.
    if (observation.kind === "absent")
      return [
        { ...base, kind: "keep", declaration, standing: "healthy", reasons: [{ kind: "not-installed" }] },
      ];
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
    const payload = "payload" in observation ? observation.payload : undefined;
    return [
      {
        ...base,
        kind: "uninstall",
        revision: observation.revision,
        timeoutMs: declaration.timeoutMs,
        reasons: [{ kind: "destroy" }],
        ...(payload === undefined ? {} : { payload }),
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
