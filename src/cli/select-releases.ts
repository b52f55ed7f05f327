// Turns release names of the command line into releases of the stack.
import { didYouMean } from "../core/diagnostic.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { ReadyStack } from "../engine/run-stack.ts";
import { exitCodes } from "./exit.ts";
import type { World } from "./world.ts";

/**
 * The releases named, with all that they depend on where asked; undefined where none is named. A bare NAME will do where
 * it is the only one of that name. Says what is unknown and gives the exit code.
 */
export function selectReleases(
  world: World,
  stack: Pick<ReadyStack, "declarations" | "graph">,
  names: readonly string[] | undefined,
  withDependencies: boolean,
): ReadonlySet<ReleaseId> | undefined | number {
  if (names === undefined || names.length === 0) return undefined;
  const ids = stack.declarations.map((declaration) => declaration.id);
  const chosen = new Set<ReleaseId>();
  let unknown = 0;
  for (const name of names) {
    const found = ids.filter((id) => id === name || (!name.includes("/") && id.endsWith(`/${name}`)));
    const [only] = found;
    if (only !== undefined && found.length === 1) chosen.add(only);
    else {
      unknown += 1;
      const meant = didYouMean(name, ids);
      const hint =
        found.length > 1
          ? `it is one of ${found.join(", ")}`
          : meant === undefined
            ? "see headway graph"
            : `did you mean ${meant}?`;
      world.stderr.write(`error: there is no single release "${name}" in this stack\n  try: ${hint}\n`);
    }
  }
  if (unknown > 0) return exitCodes.invalid;
  // A set grows while it is walked: each dependency added is walked in turn.
  if (withDependencies)
    for (const id of chosen) for (const dependency of stack.graph.after.get(id) ?? []) chosen.add(dependency);
  return chosen;
}
