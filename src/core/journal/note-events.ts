// What a run's record keeps of its events, gathered while the run goes on: those that matter afterwards, in words, the
// revisions that were written, and the evidence of failures.
import { evidenceOf, type Event } from "../event.ts";
import type { Evidence } from "../health/health.ts";
import type { ReleaseId } from "../ids.ts";
import { shorten } from "../redact.ts";
import type { Run, StepState } from "../run/run.ts";
import { causeOf } from "../shown-state.ts";
import type { RecordedEvent, WrittenRevision } from "./run-record.ts";

const mostEvents = 200;
const mostNames = 5;

export type RunNotes = {
  readonly events: readonly RecordedEvent[];
  /** True where there were more events than are kept. */
  readonly isCut: boolean;
  /** In the order in which they were written. */
  readonly wrote: ReadonlyMap<ReleaseId, readonly WrittenRevision[]>;
  /** Of the last failure of each. */
  readonly evidence: ReadonlyMap<ReleaseId, Evidence>;
};

export const noNotes: RunNotes = { events: [], isCut: false, wrote: new Map(), evidence: new Map() };

/** The notes with one event more; `run` is as it is after that. */
export function noteEvent(notes: RunNotes, event: Event, run: Run): RunNotes {
  const noted = withEvidence(withRevisions(notes, event, run), event);
  const message = wordsOf(event);
  if (message === undefined || isRepeated(notes, event, message)) return noted;
  if (notes.events.length >= mostEvents) return { ...noted, isCut: true };
  const recorded: RecordedEvent = {
    at: new Date(event.atMs).toISOString(),
    kind: event.kind,
    ...("release" in event ? { release: event.release } : {}),
    message: shorten(message),
  };
  return { ...noted, events: [...notes.events, recorded] };
}

// A cause that does not go is met again every few seconds.
function isRepeated({ events }: RunNotes, event: Event, message: string): boolean {
  if (event.kind !== "apply-delayed") return false;
  const before = events.findLast(({ release }) => release === event.release);
  return before?.kind === event.kind && before.message === shorten(message);
}

/** Undefined for what only matters while it goes on. */
function wordsOf(event: Event): string | undefined {
  switch (event.kind) {
    case "namespace-created":
      return `namespace ${event.namespace} created`;
    case "crds-applied":
      return event.names.length === 0 ? undefined : `CRDs applied: ${few(event.names)}`;
    case "record-recovered":
      return `revision ${event.revision}, left ${event.status} by a helm that was cut, was recovered`;
    case "apply-delayed":
      return `has to wait: ${event.failure.message}`;
    case "workloads-restarted":
      return `pods made anew: ${few(event.objects.map(({ kind, name }) => `${kind} ${name}`))}`;
    case "release-failed":
      return `${causeOf(event.failure)}; then ${event.then}`;
    case "take-back-started":
      return `${few(event.releases)} go back, because ${event.dueTo} failed`;
    case "rollback-started":
      return `rolling back to revision ${event.toRevision}${event.dueTo === undefined ? "" : `, because ${event.dueTo} failed`}`;
    case "rollback-finished":
      return `back at revision ${event.toRevision}, as revision ${event.revision}`;
    case "rollback-failed":
      return causeOf(event.failure);
    case "uninstall-finished":
      return "uninstalled";
    case "release-skipped":
      return event.blockedBy.length === 0 ? "left out" : `blocked by ${few(event.blockedBy)}`;
    case "release-cancelled":
      return "cut short, or not begun";
    case "warning":
      return event.message;
    case "interrupted":
      return `the run was stopped: ${event.why}`;
    case "run-started":
    case "wave-finished":
    case "step-held":
    case "apply-started":
    case "apply-finished":
    case "health-changed":
    case "stability-awaited":
    case "test-started":
    case "test-finished":
    case "release-ready":
    case "uninstall-started":
    case "run-finished":
      return undefined;
  }
}

function few(names: readonly string[]): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function withRevisions(notes: RunNotes, event: Event, run: Run): RunNotes {
  if (event.kind === "apply-finished")
    return withRevision(notes, event.release, event.revision, run, "failed");
  if (event.kind === "release-ready")
    return withRevision(notes, event.release, event.revision, run, "verified");
  if (event.kind === "release-failed") {
    const revision = failedRevision(run.steps.get(event.release)?.state);
    return revision === undefined ? notes : withRevision(notes, event.release, revision, run, "failed");
  }
  if (event.kind === "rollback-finished") {
    const { revision, toRevision: repeats } = event;
    return put(notes, event.release, { revision, action: "rollback", repeats, outcome: "verified" });
  }
  if (event.kind === "rollback-failed" && event.revision !== undefined)
    return put(notes, event.release, { revision: event.revision, action: "rollback", outcome: "failed" });
  return notes;
}

/** Where helm had stored a revision before it failed. */
function failedRevision(state: StepState | undefined): number | undefined {
  if (state?.kind === "failing" || state?.kind === "failed") return state.applied?.revision;
  return state?.kind === "backing-off" ? state.leftBehind?.revision : undefined;
}

// What was only looked at was not written by this run.
function withRevision(
  notes: RunNotes,
  release: ReleaseId,
  revision: number,
  run: Run,
  outcome: WrittenRevision["outcome"],
): RunNotes {
  const step = run.steps.get(release)?.step;
  if (step === undefined || !("fromRevision" in step) || revision <= step.fromRevision) return notes;
  const before = notes.wrote.get(release)?.find((one) => one.revision === revision);
  return put(notes, release, {
    revision,
    action: before?.action ?? (step.kind === "install" ? "install" : "upgrade"),
    ...(before?.repeats === undefined ? {} : { repeats: before.repeats }),
    outcome,
  });
}

function put(notes: RunNotes, release: ReleaseId, written: WrittenRevision): RunNotes {
  const others = (notes.wrote.get(release) ?? []).filter(({ revision }) => revision !== written.revision);
  return { ...notes, wrote: new Map(notes.wrote).set(release, [...others, written]) };
}

function withEvidence(notes: RunNotes, event: Event): RunNotes {
  const evidence = evidenceOf(event);
  return evidence === undefined || !("release" in event)
    ? notes
    : { ...notes, evidence: new Map(notes.evidence).set(event.release, evidence) };
}
