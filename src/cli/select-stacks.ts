// Turns --stack into the stacks of a cluster that are meant, where no folder says which one.
import { didYouMean } from "../core/diagnostic.ts";
import type { StackReleases } from "../engine/read-status.ts";
import { exitCodes } from "./exit.ts";
import type { World } from "./world.ts";

/** All stacks, or the one named; where `one` is set there has to be just one. Says what is wrong, and gives the exit code. */
export function pickStacks(
  world: World,
  stacks: readonly StackReleases[],
  { stack, one = false }: { readonly stack?: string; readonly one?: boolean },
): readonly StackReleases[] | number {
  const names = stacks.map(({ name }) => name);
  const picked = stack === undefined ? stacks : stacks.filter(({ name }) => name === stack);
  const refuse = (problem: string, next: string): number => {
    world.stderr.write(`error: ${problem}\n  try: ${next}\n`);
    return exitCodes.invalid;
  };
  if (stack !== undefined && picked.length === 0) {
    const meant = didYouMean(stack, names);
    const there = names.length === 0 ? "there is none yet: headway apply" : `one of ${names.join(", ")}`;
    return refuse(
      `there is no stack "${stack}" in this cluster`,
      meant === undefined ? there : `did you mean ${meant}?`,
    );
  }
  if (!one || picked.length === 1) return picked;
  return picked.length === 0
    ? refuse("there is no stack of Headway in this cluster", "headway apply")
    : refuse("there are several stacks in this cluster", `--stack with one of ${names.join(", ")}`);
}
