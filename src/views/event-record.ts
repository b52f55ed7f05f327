// Each event as a flat JSON record after schemas/events.schema.json. Only what a reader can use stands in it; values of
// releases never do.
import type { Event } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import type { Evidence, ReleaseHealth, Trouble } from "../core/health/health.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Run } from "../core/run/run.ts";
import { shownHold } from "../core/shown-state.ts";
import { reasonWords } from "./reason-words.ts";
import { declaredAt } from "../core/plan/plan.ts";
import { rfc3339 } from "./time-words.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** The record of an event: kind, at and run; release and wave where it concerns a release; then what the kind has. */
export function eventRecord(event: Event, run: Run): JsonRecord {
  const base = { kind: event.kind, at: rfc3339(event.atMs), run: event.run };
  switch (event.kind) {
    case "run-started":
      return {
        ...base,
        stack: event.stack,
        waves: event.waves,
        actions: event.actions,
        releases: event.releases.map((planned) => ({
          release: planned.release,
          wave: planned.wave,
          action: planned.action,
          reason: planned.reason.kind,
          message: reasonWords(planned.reason),
          after: planned.after,
        })),
      };
    case "namespace-created":
      return { ...base, namespace: event.namespace };
    case "wave-finished":
      return {
        ...base,
        wave: event.wave,
        waves: run.plan.waves,
        ready: event.ready,
        releases: event.releases,
      };
    case "interrupted":
      return { ...base, why: event.why };
    case "take-back-started":
      return { ...base, dueTo: event.dueTo, releases: event.releases };
    case "run-finished":
      return {
        ...base,
        outcome: event.outcome.kind,
        exitCode: event.outcome.exitCode,
        durationMs: event.durationMs,
        counts: event.outcome.counts,
        roots: event.outcome.roots,
      };
    case "step-held":
    case "crds-applied":
    case "record-recovered":
    case "apply-started":
    case "apply-finished":
    case "apply-delayed":
    case "workloads-restarted":
    case "health-changed":
    case "stability-awaited":
    case "test-started":
    case "test-finished":
    case "release-ready":
    case "release-failed":
    case "rollback-started":
    case "rollback-finished":
    case "rollback-failed":
    case "uninstall-started":
    case "uninstall-finished":
    case "release-skipped":
    case "release-cancelled":
    case "warning": {
      const wave = run.steps.get(event.release)?.step.wave;
      const where = {
        release: event.release,
        ...(wave === undefined ? {} : { wave, waves: run.plan.waves }),
      };
      return { ...base, ...where, ...releaseFields(event, run) };
    }
  }
}

function releaseFields(event: Extract<Event, { release: ReleaseId }>, run: Run): JsonRecord {
  switch (event.kind) {
    case "step-held":
      return holdFields(event);
    case "crds-applied":
      return { names: event.names };
    case "record-recovered":
      return { revision: event.revision, status: event.status };
    case "apply-started":
      return { action: event.action, attempt: event.attempt, ...chartFields(event.release, run) };
    case "apply-finished":
    case "release-ready":
      return { revision: event.revision, durationMs: event.durationMs };
    case "stability-awaited":
      return { forMs: event.forMs };
    case "test-started":
      return {};
    case "test-finished":
      return { tests: event.tests, durationMs: event.durationMs };
    case "apply-delayed":
      return { failure: failureRecord(event.failure), retryAt: rfc3339(event.retryAtMs) };
    case "workloads-restarted":
      return { objects: event.objects };
    case "health-changed":
      return healthFields(event.health);
    case "release-failed": {
      const step = run.steps.get(event.release)?.step;
      const at = step === undefined ? undefined : declaredAt(step);
      return {
        failure: failureRecord(event.failure),
        ...evidenceFields(event.evidence),
        then: event.then,
        ...(at === undefined ? {} : { declaredAt: at }),
      };
    }
    case "rollback-started":
      return {
        toRevision: event.toRevision,
        ...(event.dueTo === undefined ? {} : { dueTo: event.dueTo }),
      };
    case "rollback-finished":
      return { toRevision: event.toRevision, revision: event.revision, durationMs: event.durationMs };
    case "rollback-failed":
      return {
        failure: failureRecord(event.failure),
        ...(event.evidence === undefined ? {} : evidenceFields(event.evidence)),
        ...(event.revision === undefined ? {} : { revision: event.revision }),
      };
    case "uninstall-finished":
      return { durationMs: event.durationMs };
    case "release-skipped":
      return { blockedBy: event.blockedBy };
    case "uninstall-started":
      return event.dueTo === undefined ? {} : { dueTo: event.dueTo };
    case "release-cancelled":
      return {};
    case "warning":
      return { message: event.message };
  }
}

function holdFields(event: Extract<Event, { kind: "step-held" }>): JsonRecord {
  const { hold } = event;
  const shown = shownHold(hold);
  const words = { hold: hold.kind, state: shown.state, message: shown.detail };
  switch (hold.kind) {
    case "dependency":
      return { ...words, on: hold.on };
    case "blocked":
      return { ...words, by: hold.by };
    case "namespace":
      return { ...words, namespace: hold.namespace };
    case "condition":
      return { ...words, unmet: hold.unmet };
    case "values":
      return {
        ...words,
        objects: hold.missing.map(({ kind, namespace, name, key }) => ({ kind, namespace, name, key })),
      };
    case "lock":
      return { ...words, holder: hold.holder };
    case "suspended":
    case "slot":
      return words;
  }
}

function chartFields(release: ReleaseId, run: Run): JsonRecord {
  const step = run.steps.get(release)?.step;
  if (step === undefined || step.kind === "keep" || step.kind === "uninstall") return {};
  const change = step.reasons.find((reason) => reason.kind === "chart-changed");
  return {
    chart: step.pin.chart.name,
    version: step.pin.chart.version,
    ...(change === undefined ? {} : { fromVersion: change.from }),
  };
}

function healthFields(health: ReleaseHealth): JsonRecord {
  switch (health.kind) {
    case "ready":
      return { health: health.kind };
    case "pending":
      return {
        health: health.kind,
        ready: health.ready,
        total: health.total,
        waitingFor: health.waitingFor.map(troubleRecord),
        suspects: health.suspects.map(troubleRecord),
      };
    case "failed":
      return {
        health: health.kind,
        ready: health.ready,
        total: health.total,
        troubles: health.troubles.map(troubleRecord),
      };
  }
}

/** A failure as every machine-readable output writes it. */
export function failureRecord(failure: Failure): JsonRecord {
  return {
    kind: failure.kind,
    message: failure.message,
    ...(failure.next === undefined ? {} : { next: failure.next }),
    ...(failure.object === undefined ? {} : { object: failure.object }),
    ...(failure.fields === undefined ? {} : { fields: failure.fields }),
    ...(failure.holder === undefined ? {} : { holder: failure.holder }),
  };
}

/** What is for a reader; how Headway counts the tolerance of a suspect is not. */
function troubleRecord(trouble: Trouble): JsonRecord {
  const { object, pod, container, reason, message, exitCode, restarts } = trouble;
  return { object, pod, container, reason, message, exitCode, restarts };
}

/** What was seen of a failure, as every machine-readable output writes it. */
export function evidenceFields(evidence: Evidence): JsonRecord {
  return { troubles: evidence.troubles.map(troubleRecord), events: evidence.events, logs: evidence.logs };
}
