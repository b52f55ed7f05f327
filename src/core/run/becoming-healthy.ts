// The one way for a release to count as healthy: told, marked verified, its failure forgotten.
import type { Step } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { order, setState, tell } from "./draft.ts";
import { isOwed } from "./taking-back.ts";

/** The release is as it should be, at this revision. */
export function becomeHealthy(draft: Draft, step: Step, revision: number, startedAtMs: number): void {
  setState(draft, step.release, { kind: "healthy", revision });
  tell(draft, {
    kind: "release-ready",
    release: step.release,
    revision,
    durationMs: draft.atMs - startedAtMs,
  });
  order(draft, { kind: "unwatch", release: step.release });
  if (step.kind === "keep" || step.kind === "uninstall") return;
  order(draft, {
    kind: "mark-verified",
    release: step.release,
    step,
    revision,
    fingerprint: step.pin.fingerprint,
  });
  // What is about to go back has its debt on record by now.
  if (!isOwed(draft, step.release)) order(draft, { kind: "clear-failure", release: step.release });
}

/** True where a release that has healed by itself would still have something to prove: the next run sees to it. */
export function hasToBeProven(step: Step): boolean {
  if (step.kind === "keep" || step.kind === "uninstall") return false;
  const { stableForMs, test } = step.pin.declaration;
  return stableForMs > 0 || test;
}
