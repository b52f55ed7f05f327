// The exit codes of the contract, and how a failure that ends a command is told.
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

/** Tells a failure on stderr and gives the exit code for it. */
export function reportFailure(world: World, failure: Failure): number {
  world.stderr.write(`error: ${titleOf(failure.kind)}: ${safeText(failure.message)}\n`);
  world.stderr.write(`  try: ${safeText(nextStep(failure))}\n`);
  return exitCodeOf(failure);
}

function exitCodeOf(failure: Failure): number {
  switch (failure.kind) {
    case "unreachable":
    case "forbidden":
      return exitCodes.unreachable;
    case "locked":
      return exitCodes.needsPerson;
    case "interrupted":
      return exitCodes.interrupted;
    case "program":
    case "chart-missing":
    case "values-unreadable":
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
    case "chart-digest":
    case "chart-archive":
    case "chart-index":
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
