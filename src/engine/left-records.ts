// What a helm of this run left in its records: read patiently where the API server is away, and put in order where helm
// was cut in the middle. Running helm is helm-operations.ts; what an earlier run left is the plan's business.
import { succeeded } from "../core/failure.ts";
import type { Failure, Result } from "../core/failure.ts";
import { fingerprintFor } from "../core/fingerprint.ts";
import type { ReleasePayload } from "../core/observation.ts";
import { groupRecords, releaseKey } from "../core/observe.ts";
import { actorOf } from "../core/plan/actor.ts";
import type { ApplyStep, Step } from "../core/plan/plan.ts";
import { pause } from "./pause.ts";
import type { Clock, Records } from "./ports.ts";

export type RecordsInput = {
  readonly stackLabel: string;
  readonly records: Records;
  readonly clock: Clock;
  /** Aborted once the stack's lock is lost: records are the next holder's then. */
  readonly lost: AbortSignal;
};

/** What `helm history` says of a record that Headway has marked failed. */
export const cutDescription = "Marked failed by Headway: the helm operation was cut off";

/** How long the record that a helm has left is asked for where the API server does not answer. */
export const readPatienceMs = 30_000;
const readPauseMs = 2_000;

/**
 * True where helm may have left a record in the middle: one whose connection or life was cut can't have put it in order,
 * and what it had sent last may still arrive.
 */
export function mayBeCut({ kind }: Failure, payload: ReleasePayload | undefined): boolean {
  return (
    payload?.status.startsWith("pending-") === true ||
    kind === "unreachable" ||
    kind === "killed" ||
    kind === "timeout"
  );
}

/**
 * Marks failed what a helm of this run left in the middle of an operation: helm would refuse to go on. That helm is gone,
 * but the record may be somebody else's by now. Returns the newest revision, however it ended.
 */
export async function clearCutRecord(
  input: RecordsInput,
  step: ApplyStep,
  revision: number,
): Promise<Result<number | undefined>> {
  const listed = await input.records.list([step.namespace]);
  if (!listed.ok) return listed;
  const newest = groupRecords(listed.value).get(releaseKey(step))?.[0];
  if (newest === undefined || input.lost.aborted) return succeeded(undefined);
  const isOurs =
    newest.stackLabel === input.stackLabel &&
    (newest.status === "pending-rollback"
      ? newest.revision === revision
      : fingerprintFor(newest.revision, newest.fingerprintLabel) === step.pin.fingerprint);
  if (!newest.status.startsWith("pending-") || !isOurs) return succeeded(newest.revision);
  const marked = await input.records.mark(newest, "failed", cutDescription, actorOf(step));
  return marked.ok ? succeeded(newest.revision) : marked;
}

/** Marks older revisions superseded that still count as deployed, so that one alone does after the next helm. */
export async function supersedeStale(
  input: RecordsInput,
  step: ApplyStep,
  tell: (message: string) => void,
): Promise<Result<void>> {
  for (const { revision, resourceVersion } of step.stale ?? []) {
    if (input.lost.aborted) break;
    const record = { namespace: step.namespace, releaseName: step.releaseName, revision, resourceVersion };
    const marked = await input.records.mark(
      record,
      "superseded",
      "Marked superseded by Headway: a newer revision is deployed",
      actorOf(step),
    );
    if (!marked.ok) return marked;
    tell(`revision ${revision} still counted as deployed beside a newer one; it is marked superseded`);
  }
  return succeeded(undefined);
}

/** One revision's payload; asked for again for a while where the API server does not answer. */
export async function readStored(
  input: RecordsInput,
  step: Pick<Step, "namespace" | "releaseName">,
  revision: number,
  patienceMs: number,
): Promise<Result<ReleasePayload | undefined>> {
  const untilMs = input.clock.nowMs() + patienceMs;
  for (;;) {
    const read = await input.records.payload(step.namespace, step.releaseName, revision);
    if (read.ok || read.failure.kind !== "unreachable" || input.clock.nowMs() >= untilMs) return read;
    if (!(await pause(input.clock, readPauseMs, input.lost))) return read;
  }
}

/** One revision's payload; undefined where it is not there or can't be read. */
export async function readPayload(
  input: RecordsInput,
  step: Pick<Step, "namespace" | "releaseName">,
  revision: number,
): Promise<ReleasePayload | undefined> {
  const payload = await input.records.payload(step.namespace, step.releaseName, revision);
  return payload.ok ? payload.value : undefined;
}

/**
 * Why an uninstall that ended well has not removed the release. With --ignore-not-found, helm takes a history that it
 * could not read for one that is not there (4.3.1, uninstall.go).
 */
export async function whyStillThere(
  input: RecordsInput,
  step: Pick<Step, "namespace" | "releaseName">,
  revision: number | undefined,
): Promise<Failure | undefined> {
  if (revision === undefined) return undefined;
  const left = await readStored(input, step, revision, readPatienceMs);
  if (!left.ok) return left.failure;
  return left.value === undefined
    ? undefined
    : {
        kind: "unreachable",
        message: `helm uninstall ${step.releaseName} ended well, but the release is still there: helm could not read it`,
      };
}
