// The exit codes of the contract, and how a failure that ends a command is told.
import type { SourceRange } from "../core/diagnostic.ts";
import type { Failure } from "../core/failure.ts";
import { nextStep, titleOf } from "../views/failure-words.ts";
import { safeText } from "../views/terminal-text.ts";
import type { World } from "./world.ts";

export const exitCodes = {
  done: 0,
  unexpected: 1,
  changesPending: 2,
  invalid: 3,
  notHealthy: 4,
  undone: 5,
  unreachable: 6,
  needsPerson: 7,
  noConsent: 8,
  interrupted: 130,
} as const;

/** Tells a failure on stderr, with the places it is about, and gives the exit code for it. */
export function reportFailure(world: World, failure: Failure, places: readonly SourceRange[] = []): number {
  world.stderr.write(`error: ${titleOf(failure.kind)}: ${safeText(failure.message)}\n`);
  const [first, ...others] = places;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` and at ${others.length} more`;
    world.stderr.write(`  declared at ${safeText(first.file)}:${first.line}:${first.column}${more}\n`);
  }
  world.stderr.write(`  try: ${safeText(nextStep(failure))}\n`);
  return exitCodeOf(failure);
}

/** Tells each of these failures once, however many places it is about, and gives the greatest exit code. */
export function reportFailures(
  world: World,
  failures: readonly { readonly failure: Failure; readonly range?: SourceRange }[],
): number {
  const byMessage = Map.groupBy(failures, ({ failure }) => failure.message);
  const codes = [...byMessage.values()].flatMap((same) =>
    same.slice(0, 1).map(({ failure }) =>
      reportFailure(
        world,
        failure,
        same.flatMap(({ range }) => range ?? []),
      ),
    ),
  );
  return Math.max(exitCodes.unexpected, ...codes);
}

function exitCodeOf(failure: Failure): number {
  switch (failure.kind) {
    case "unreachable":
    case "forbidden":
      return exitCodes.unreachable;
    case "locked":
    case "would-lose":
    case "state-unreadable":
    case "other-cluster":
      return exitCodes.needsPerson;
    case "interrupted":
      return exitCodes.interrupted;
    case "program":
    // What a declaration points to is not what it should be.
    case "chart-missing":
    case "chart-digest":
    case "chart-archive":
    case "chart-index":
    case "git-invalid":
    case "git-missing":
    case "git-signature":
    case "git-too-large":
    case "values-unreadable":
    // What was asked for can't be had.
    case "no-way-back":
      return exitCodes.invalid;
    case "rejected":
    case "ownership-conflict":
    case "field-conflict":
    case "immutable-field":
    case "values-schema":
    case "values-missing":
    case "render":
    case "quota":
    case "webhook-denied":
    case "webhook-down":
    case "missing-kind":
    case "missing-namespace":
    case "terminating-namespace":
    case "hook-failed":
    case "too-large":
    case "timeout":
    case "unhealthy":
    case "rollback-failed":
    case "killed":
    case "unknown":
      return exitCodes.unexpected;
  }
}
