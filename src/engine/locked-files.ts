// What a plan would have helm read although no key fits it.
import type { Failure } from "../core/failure.ts";
import { valuesOf, type Plan } from "../core/plan/plan.ts";

/** That helm would need the content of files that no key fits; undefined where it needs none. */
export function lockedFiles(plan: Plan): Failure | undefined {
  const locked = new Map(
    plan.steps
      .filter((step) => step.kind !== "verify")
      .flatMap((step) => (step.kind === "keep" ? [] : valuesOf(step)))
      .flatMap(({ locked: file }) => (file === undefined ? [] : [[file.path, file.recipients] as const])),
  );
  if (locked.size === 0) return undefined;
  const files = [...locked].map(([path, recipients]) => `${path} (encrypted for ${recipients.join(", ")})`);
  return {
    kind: "values-unreadable",
    message: `nothing was changed: no key fits ${files.join("; ")}`,
    next: "Give an age key of one of these recipients: SOPS_AGE_KEY_FILE, SOPS_AGE_KEY, or the Secret headway-sops-age (key age.agekey) in the system namespace.",
  };
}
