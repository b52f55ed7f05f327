// How a release that is left as it is counts in a run: what stands, what is wrong with it, and whether it may heal.
import { describeTrouble, rootCauseOf } from "../health/describe-trouble.ts";
import type { Applied, Reason, Step } from "../plan/plan.ts";
import type { StepState } from "./run.ts";
import { describeTakenBack } from "./taking-back.ts";

/** The state of a step that does nothing. */
export function stateOfKept(step: Extract<Step, { kind: "keep" }>): StepState {
  const [reason] = step.reasons;
  switch (step.standing) {
    case "healthy":
      return { kind: "healthy", revision: step.revision ?? 0 };
    case "unknown":
      return { kind: "skipped", blockedBy: [] };
    case "refused":
      return {
        kind: "failed",
        standing: "refused",
        failure: reason.kind === "refused" ? reason.failure : { kind: "unknown", message: "refused" },
      };
    case "quarantined":
      return {
        kind: "failed",
        standing: "quarantined",
        failure: { kind: "unhealthy", message: describeQuarantine(reason) },
      };
    case "degraded":
      return {
        kind: "failed",
        standing: "degraded",
        failure: { kind: "unhealthy", message: describeDegraded(reason) },
        ...healable(step),
      };
  }
}

function describeQuarantine(reason: Reason): string {
  if (reason.kind === "taken-back") return describeTakenBack(reason);
  return reason.kind === "quarantined" ? reason.cause : "quarantined";
}

function describeDegraded(reason: Reason): string {
  const worst = reason.kind === "degraded" ? rootCauseOf(reason.troubles) : undefined;
  if (worst !== undefined) return describeTrouble(worst);
  return reason.kind === "degraded" ? "it was healthy and is no longer" : "it is not healthy";
}

/** What is followed in case it heals: only a revision that helm had completed, and only where it is the newest. */
function healable(step: Extract<Step, { kind: "keep" }>): { readonly applied?: Applied } {
  const { payload, revision } = step;
  return payload?.status === "deployed" && payload.revision === revision
    ? { applied: { revision, objects: payload.objects } }
    : {};
}
