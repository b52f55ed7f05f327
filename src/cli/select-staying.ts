// What a destroy leaves where it is: the command line's --keep, --only and -l as releases that stay, and the refusal to take
// something away under a release that stays.
import type { Declaration } from "../core/declaration.ts";
import type { Graph } from "../core/graph.ts";
import { chooseStaying } from "../core/plan/make-destroy-plan.ts";
import type { Staying } from "../core/plan/make-destroy-plan.ts";
import { exitCodes } from "./exit.ts";
import type { SelectionFlags } from "./options.ts";
import { findNamed, selectReleases } from "./select-releases.ts";
import type { World } from "./world.ts";

export type StayingFlags = SelectionFlags & {
  readonly keep?: readonly string[];
  readonly includeProtected?: boolean;
};

const mostNamed = 10;

/** What stays and why, or the exit code after what is wrong was told: an unknown name, or a release left without what it needs. */
export function selectStaying(
  world: World,
  stack: { readonly declarations: readonly Declaration[]; readonly graph: Graph },
  flags: StayingFlags,
): Staying | number {
  const { withDependents, ...selection } = flags;
  const selected = selectReleases(world, stack, selection);
  const keep = findNamed(world, stack.declarations, flags.keep ?? []);
  if (typeof selected === "number") return selected;
  if (typeof keep === "number") return keep;
  const { stays, stranded } = chooseStaying(stack.graph, {
    withDependents: withDependents ?? false,
    keep,
    protect: new Set(
      stack.declarations.flatMap(({ id, protect }) =>
        protect && flags.includeProtected !== true ? [id] : [],
      ),
    ),
    ...(selected === undefined ? {} : { selected }),
  });
  if (stranded.length === 0) return stays;
  for (const { release, dependsOn } of stranded.slice(0, mostNamed))
    world.stderr.write(`error: ${release} would stay, and it depends on ${dependsOn.join(", ")}\n`);
  if (stranded.length > mostNamed) world.stderr.write(`  and ${stranded.length - mostNamed} more\n`);
  world.stderr.write(
    "  try: --with-dependents takes along what depends on the releases chosen; --keep NS/NAME leaves one of these where it is\n",
  );
  return exitCodes.invalid;
}
