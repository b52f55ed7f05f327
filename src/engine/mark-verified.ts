// The mark on Helm's record that says that a revision was seen healthy: what a later rollback goes back to.
import {
  fingerprintLabel,
  fingerprintLabelValue,
  stackLabel,
  verifiedLabel,
  verifiedLabelValue,
} from "../core/fingerprint.ts";
import { actorOf } from "../core/plan/actor.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Effect } from "../core/run/run.ts";
import type { News } from "./execute-plan.ts";
import { pause } from "./pause.ts";
import type { Clock, Records } from "./ports.ts";

export type MarkInput = {
  readonly plan: Pick<Plan, "stackLabel">;
  readonly records: Records;
  readonly clock: Clock;
  /** Raw fingerprint labels of revisions, for a rollback's copy: `NAMESPACE/RELEASENAME@REVISION` → fingerprint. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Aborted once the stack's lock is lost. */
  readonly lost: AbortSignal;
};

/** How long it waits before it is set again where the API server was away. */
const againAfterMs = 2_000;

/** An API server that is away is waited for as long as the run goes on, and no longer than the release has time. */
export async function markVerified(
  input: MarkInput,
  effect: Extract<Effect, { kind: "mark-verified" }>,
  over: AbortSignal,
  tell: (news: News) => void,
): Promise<void> {
  const { step, revision, fingerprint } = effect;
  const original =
    typeof fingerprint === "string"
      ? fingerprint
      : input.fingerprints.get(`${step.namespace}/${step.releaseName}@${fingerprint.ofRevision}`);
  const labels = {
    [verifiedLabel]: verifiedLabelValue(revision),
    [stackLabel]: input.plan.stackLabel,
    ...(original === undefined ? {} : { [fingerprintLabel]: fingerprintLabelValue(revision, original) }),
  };
  const mark = () => input.records.label(step.namespace, step.releaseName, revision, labels, actorOf(step));
  const untilMs = input.clock.nowMs() + step.pin.declaration.timeoutMs;
  const mayPass = (): boolean => !input.lost.aborted && input.clock.nowMs() < untilMs;
  let labelled = await mark();
  while (!labelled.ok && labelled.failure.kind === "unreachable" && mayPass()) {
    if (!(await pause(input.clock, againAfterMs, AbortSignal.any([over, input.lost])))) break;
    labelled = await mark();
  }
  // Not lost: the next run sees a revision that is not verified and looks again.
  if (!labelled.ok)
    tell({
      kind: "warned",
      release: effect.release,
      message: `revision ${revision} is healthy, but could not be marked verified: ${labelled.failure.message}`,
    });
}
