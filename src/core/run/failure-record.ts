// What is put on record of a failure, for `why` and for the next run's plan.
import type { Failure } from "../failure.ts";
import type { Evidence } from "../health/health.ts";
import type { FailureRecord } from "../observation.ts";
import type { ApplyStep } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { order } from "./draft.ts";

/** Orders the record of a failure; a run that has lost its lock writes nothing any more. */
export function recordFailure(
  draft: Draft,
  step: ApplyStep,
  what: {
    readonly failure: Failure;
    readonly evidence: Evidence;
    readonly outcome: FailureRecord["outcome"];
    /** True where the fingerprint is not to be tried again. */
    readonly quarantine: boolean;
    /** True where it was to go back with its stack, and is left to its own policy now. */
    readonly endsTakeBack?: boolean;
    readonly revision?: number;
  },
): void {
  if (draft.run.stopping?.why === "lease-lost") return;
  const { range } = step.pin.declaration;
  const { failure, evidence, outcome, quarantine, endsTakeBack, revision } = what;
  order(draft, {
    kind: "record-failure",
    release: step.release,
    record: {
      at: new Date(draft.atMs).toISOString(),
      run: draft.run.id,
      action: actionOf(step),
      ...(revision === undefined ? {} : { revision }),
      ...(step.kind === "roll-back" ? {} : { fingerprint: step.pin.fingerprint }),
      failure,
      evidence,
      outcome,
      ...(outcome === "rolled-back" && step.rollbackTo !== undefined
        ? { rolledBackTo: step.rollbackTo }
        : {}),
      declaredAt: `${range.file}:${range.line}`,
    },
    ...(endsTakeBack === true ? { endsTakeBack } : {}),
    ...(quarantine ? { quarantineKey: step.quarantineKey, fingerprint: step.pin.fingerprint } : {}),
  });
}

function actionOf({ kind }: ApplyStep): FailureRecord["action"] {
  if (kind === "roll-back") return "rollback";
  return kind === "recover" ? "upgrade" : kind;
}
