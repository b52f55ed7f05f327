// The agent's log: one JSON line per event and per thing that the agent has to say, for whatever collects logs. Nothing in
// it is acted on by a terminal that prints it. The only file that loads pino.
import { pino } from "pino";
import type { Event } from "../core/event.ts";
import type { Run } from "../core/run/run.ts";
import { tell } from "./event-words.ts";
import { safeText } from "./terminal-text.ts";
import { rfc3339 } from "./time-words.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a line says beside its message; absent where undefined. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type LogView = {
  /** A view of one stack's runs; `stack` is what its lines carry. */
  viewOf(stack: string): (event: Event, run: Run) => void;
  /** A line that is no event of a run. */
  log(level: LogLevel, message: string, fields?: LogFields): void;
};

/** Writes lines as they come; `level` is the lowest that is written. */
export function makeLogView(options: {
  write(text: string): void;
  readonly nowMs: () => number;
  readonly level?: LogLevel;
}): LogView {
  const logger = pino(
    {
      level: options.level ?? "info",
      base: null,
      // The time is that of what happened.
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (text) => {
        options.write(text);
      },
    },
  );
  const line = (level: LogLevel, atMs: number, message: string, fields: LogFields): void => {
    logger[level]({ time: rfc3339(atMs), ...harmless(fields) }, safeText(message));
  };
  return {
    viewOf: (stack) => (event, run) => {
      const { kind, run: runId } = event;
      const release = "release" in event ? event.release : undefined;
      const message = tell(event, run)?.text ?? kind;
      line(levelOf(event), event.atMs, message, { stack, run: runId, release, kind, ...detailsOf(event) });
    },
    log: (level, message, fields = {}) => {
      line(level, options.nowMs(), message, fields);
    },
  };
}

function harmless(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === "string" ? safeText(value) : value]),
  );
}

function levelOf(event: Event): LogLevel {
  switch (event.kind) {
    case "release-failed":
    case "rollback-failed":
      return "error";
    case "run-finished":
      return event.outcome.kind === "done" ? "info" : "error";
    case "apply-delayed":
    case "take-back-started":
    case "rollback-started":
    case "warning":
    case "interrupted":
      return "warn";
    // What comes often, and is said again by what follows it.
    case "step-held":
    case "health-changed":
    case "release-skipped":
    case "stability-awaited":
      return "debug";
    case "run-started":
    case "namespace-created":
    case "wave-finished":
    case "crds-applied":
    case "record-recovered":
    case "apply-started":
    case "apply-finished":
    case "workloads-restarted":
    case "test-started":
    case "test-finished":
    case "release-ready":
    case "rollback-finished":
    case "uninstall-started":
    case "uninstall-finished":
    case "release-cancelled":
      return "info";
  }
}

/** What somebody filters or counts by. Everything else of an event is in the message and in the journal. */
function detailsOf(event: Event): LogFields {
  switch (event.kind) {
    case "run-started":
      return { releases: event.releases.length, waves: event.waves };
    case "run-finished":
      return {
        outcome: event.outcome.kind,
        exitCode: event.outcome.exitCode,
        durationMs: event.durationMs,
        roots: event.outcome.roots.map(({ release }) => release).join(", "),
      };
    case "apply-started":
      return { action: event.action, attempt: event.attempt };
    case "apply-finished":
    case "release-ready":
      return { revision: event.revision, durationMs: event.durationMs };
    case "rollback-started":
      return { toRevision: event.toRevision, dueTo: event.dueTo };
    case "rollback-finished":
      return { toRevision: event.toRevision, revision: event.revision, durationMs: event.durationMs };
    case "uninstall-started":
      return { dueTo: event.dueTo };
    case "uninstall-finished":
    case "test-finished":
      return { durationMs: event.durationMs };
    case "release-failed":
      return { cause: event.failure.kind, then: event.then };
    case "rollback-failed":
      return { cause: event.failure.kind };
    case "apply-delayed":
      return { cause: event.failure.kind, retryAt: rfc3339(event.retryAtMs) };
    case "wave-finished":
      return { wave: event.wave };
    case "namespace-created":
      return { namespace: event.namespace };
    case "step-held":
      return { hold: event.hold.kind };
    case "health-changed":
      return { health: event.health.kind };
    case "take-back-started":
      return { dueTo: event.dueTo };
    case "crds-applied":
    case "record-recovered":
    case "workloads-restarted":
    case "stability-awaited":
    case "test-started":
    case "release-skipped":
    case "release-cancelled":
    case "warning":
    case "interrupted":
      return {};
  }
}
