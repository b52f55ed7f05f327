// Which releases are applied from outside before an agent can run in the cluster.
import type { Stack } from "../declaration.ts";
import type { Graph } from "../graph.ts";
import type { ReleaseId } from "../ids.ts";

/** Those of the first phase that has any, with all that they depend on; none where the stack has no phases. */
export function firstPhase(
  { phases, declarations }: Pick<Stack, "phases" | "declarations">,
  { after }: Pick<Graph, "after">,
): ReadonlySet<ReleaseId> {
  const first = phases.find((phase) => declarations.some((declaration) => declaration.phase === phase));
  const all = new Set(
    first === undefined ? [] : declarations.filter(({ phase }) => phase === first).map(({ id }) => id),
  );
  // A set grows while it is walked: each one added is walked in turn.
  for (const id of all) for (const needed of after.get(id) ?? []) all.add(needed);
  return all;
}
