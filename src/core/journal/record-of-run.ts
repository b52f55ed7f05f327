// Makes a run's record: as it begins, from its plan; and as it ends, from how each release stood before and what the run
// has done to it.
import { fingerprintFor, verifiedLabelValue } from "../fingerprint.ts";
import { describeRef } from "../object.ts";
import type { ReleaseId } from "../ids.ts";
import type { Observation, ReleaseRecord, Said } from "../observation.ts";
import { releaseKey } from "../observe.ts";
import { declaredAt, type Plan, type Reason, type Step } from "../plan/plan.ts";
import type { Undeclared } from "../plan/prune.ts";
import { countPhase } from "../run/phase-times.ts";
import type { Run, StepEntry, StepState } from "../run/run.ts";
import { causeOf, shownState } from "../shown-state.ts";
import type { RunNotes } from "./note-events.ts";
import type { PlannedStep, ReleaseAtEnd, RunRecord, WrittenRevision } from "./run-record.ts";

const mostPaths = 3;

/** What is known of a run besides what it does. */
export type RunIntroduction = Pick<
  RunRecord,
  "id" | "source" | "version" | "commit" | "actor" | "holder" | "trigger"
>;

/** The record of a run that begins. */
export function beginRecord(
  about: RunIntroduction,
  plan: Plan,
  startedAtMs: number,
): Omit<RunRecord, "number"> {
  return {
    ...about,
    stack: plan.stack,
    startedAt: new Date(startedAtMs).toISOString(),
    plan: plan.steps.filter((step) => step.kind !== "keep").map(plannedStep),
    events: [],
    releases: new Map(),
  };
}

function plannedStep(step: Step): PlannedStep {
  const detail = detailOf(step.reasons[0]);
  return {
    release: step.release,
    wave: step.wave,
    action: step.kind,
    reason: step.reasons[0].kind,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** No value and no message of a container stands in it. */
function detailOf(reason: Reason): string | undefined {
  switch (reason.kind) {
    case "adopt":
      return reason.chart;
    case "chart-changed":
      return reason.from === reason.to ? reason.to : `${reason.from} → ${reason.to}`;
    case "values-changed": {
      const more = reason.changes.length - mostPaths;
      const paths = reason.changes.slice(0, mostPaths).map(({ path }) => path);
      return `${paths.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    }
    case "values-locked":
      return reason.files.join(", ");
    case "values-awaited":
      return reason.objects.slice(0, mostPaths).join(", ");
    case "drifted":
      return reason.objects
        .slice(0, mostPaths)
        .map(({ object }) => describeRef(object))
        .join(", ");
    case "not-verified":
    case "last-attempt-failed":
      return `revision ${reason.revision}`;
    case "left-over":
      return `revision ${reason.revision}, ${reason.status}`;
    case "degraded":
      return reason.troubles
        .slice(0, 1)
        .map(({ object, reason: word }) => `${word} (${describeRef(object)})`)
        .join("");
    case "taken-back":
      return `because ${reason.dueTo} failed`;
    case "rollback-asked":
      return `to revision ${reason.toRevision}`;
    case "frozen":
      return `at revision ${reason.freeze.toRevision}`;
    case "quarantined":
      return `since ${reason.since}`;
    case "refused":
      return causeOf(reason.failure);
    case "retry-asked":
    case "resumed":
      return reason.said === undefined ? undefined : whoAndWhy(reason.said);
    case "unchanged":
    case "not-installed":
    case "options-changed":
    case "fingerprint-unknown":
    case "suspended":
    case "not-selected":
    case "kept":
    case "redeploy-asked":
    case "restart-asked":
    case "field-conflicts":
    case "destroy":
    case "undeclared":
      return undefined;
  }
}

function whoAndWhy({ by, reason }: Said): string {
  return reason === undefined ? `by ${by}` : `by ${by}: ${reason}`;
}

/** What was there before the run. */
export type BeforeRun = {
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
  /** Newest first, by `NAMESPACE/RELEASENAME`. */
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
};

/** The record of a run that has ended. */
export function finishRecord(
  begun: RunRecord,
  run: Run,
  notes: RunNotes,
  before: BeforeRun,
  nowMs: number,
): RunRecord {
  const steps = [...run.steps.values()].map((entry): [ReleaseId, ReleaseAtEnd] => [
    entry.step.release,
    atEnd(entry, notes, before, nowMs),
  ]);
  const left = (run.plan.undeclared ?? [])
    .filter(({ stays }) => stays !== undefined && stays.kind !== "name-taken")
    .map((one): [ReleaseId, ReleaseAtEnd] => [one.release, leftAsItWas(one, before)]);
  return {
    ...begun,
    finishedAt: new Date(nowMs).toISOString(),
    events: notes.events,
    ...(run.outcome === undefined ? {} : { outcome: run.outcome }),
    releases: new Map([...left, ...steps]),
    ...(notes.isCut ? { cut: ["events"] } : {}),
  };
}

function atEnd(entry: StepEntry, notes: RunNotes, before: BeforeRun, nowMs: number): ReleaseAtEnd {
  const { step, state, clock } = entry;
  const shown = shownState(step, state);
  const written = notes.wrote.get(step.release) ?? [];
  const evidence = notes.evidence.get(step.release);
  const at = declaredAt(step);
  const [newest] = before.records.get(releaseKey(step)) ?? [];
  // A run that is stopped leaves some in the middle of a phase.
  const durations = countPhase(clock, state, { kind: "removed" }, nowMs).spent;
  return {
    releaseName: step.releaseName,
    state: shown.state,
    ...(shown.detail === undefined ? {} : { detail: shown.detail }),
    wave: step.wave,
    action: step.kind,
    ...(newest === undefined ? {} : { before: newest.revision }),
    ...inForce(entry, written, before),
    ...(written.length === 0 ? {} : { wrote: written }),
    ...(step.kind === "keep" || Object.keys(durations).length === 0 ? {} : { durations }),
    ...(state.kind === "skipped" && state.blockedBy.length > 0 ? { blockedBy: state.blockedBy } : {}),
    ...(at === undefined ? {} : { declaredAt: at }),
    ...("failure" in state ? { failure: state.failure } : {}),
    ...("failure" in state && evidence !== undefined ? { evidence } : {}),
  };
}

type InForce = Pick<ReleaseAtEnd, "revision" | "fingerprint" | "chart" | "verified">;

function inForce(entry: StepEntry, written: readonly WrittenRevision[], before: BeforeRun): InForce {
  const { step, state } = entry;
  if (isGone(state)) return { verified: false };
  const last = written.toSorted((a, b) => a.revision - b.revision).at(-1);
  if (last === undefined) return isUncertain(entry) ? { verified: false } : asBefore(entry, before);
  if (last.action === "rollback") return { ...repeated(step, last, before), verified: isBack(state) };
  const pin = "pin" in step ? step.pin : undefined;
  return {
    revision: last.revision,
    ...(pin === undefined
      ? {}
      : { fingerprint: pin.fingerprint, chart: { name: pin.chart.name, version: pin.chart.version } }),
    verified: state.kind === "healthy",
  };
}

function isGone(state: StepState): boolean {
  return (
    state.kind === "removed" ||
    (state.kind === "failed" && state.standing === "uninstalled") ||
    (state.kind === "taken-back" && state.to === "nothing")
  );
}

function isBack(state: StepState): boolean {
  return state.kind === "rolled-back" || state.kind === "taken-back";
}

/** Helm was at work, and nobody has seen what it stored. */
function isUncertain({ step, state }: StepEntry): boolean {
  return (
    (state.kind === "cancelled" && step.kind !== "keep" && step.kind !== "verify") ||
    (state.kind === "failed" && state.standing === "rollback-failed")
  );
}

function repeated(
  step: Step,
  { revision, repeats }: WrittenRevision,
  before: BeforeRun,
): Omit<InForce, "verified"> {
  const record = before.records.get(releaseKey(step))?.find((one) => one.revision === repeats);
  const fingerprint = record && fingerprintFor(record.revision, record.fingerprintLabel);
  const chart = chartOf(step, repeats, before);
  return {
    revision,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(chart === undefined ? {} : { chart }),
  };
}

function asBefore({ step, state }: StepEntry, before: BeforeRun): InForce {
  const [newest] = before.records.get(releaseKey(step)) ?? [];
  if (newest === undefined) return { verified: false };
  const { revision } = newest;
  const fingerprint = fingerprintFor(revision, newest.fingerprintLabel);
  const chart = chartOf(step, revision, before);
  return {
    revision,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(chart === undefined ? {} : { chart }),
    verified:
      newest.verifiedLabel === verifiedLabelValue(revision) ||
      (step.kind === "verify" && state.kind === "healthy"),
  };
}

function chartOf(
  step: Step,
  revision: number | undefined,
  { observations }: BeforeRun,
): ReleaseAtEnd["chart"] {
  const observation = observations.get(step.release);
  const payload = observation !== undefined && "payload" in observation ? observation.payload : undefined;
  if (payload?.revision !== revision || payload === undefined) return undefined;
  return { name: payload.chart.name, version: payload.chart.version };
}

function leftAsItWas(one: Undeclared, before: BeforeRun): ReleaseAtEnd {
  const [newest] = before.records.get(releaseKey(one)) ?? [];
  const fingerprint = newest && fingerprintFor(newest.revision, newest.fingerprintLabel);
  return {
    releaseName: one.releaseName,
    state: "Unknown",
    detail: "no longer declared",
    wave: 1,
    action: "keep",
    before: one.revision,
    revision: one.revision,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(one.payload === undefined
      ? {}
      : { chart: { name: one.payload.chart.name, version: one.payload.chart.version } }),
    verified: newest?.verifiedLabel === verifiedLabelValue(one.revision),
  };
}
