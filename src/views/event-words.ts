// Each event in one line of words, for the views that people read. When and where the line appears is the view's.
import type { Event, Outcome, ShownState } from "../core/event.ts";
import type { ReleaseId } from "../core/ids.ts";
import { describeRef } from "../core/object.ts";
import type { Run } from "../core/run/run.ts";
import { causeOf, shownHold } from "../core/shown-state.ts";
import { headline, titleOf } from "./failure-words.ts";
import { stateWord } from "./failure-block.ts";
import { countWords, versionWords } from "./run-words.ts";
import { formatDuration } from "./time-words.ts";
import { describeTrouble, rootCauseOf } from "../core/health/describe-trouble.ts";
import { counted } from "./counted.ts";

/** One event in words. */
export type Told = {
  /** The state whose glyph stands before it. */
  readonly state: ShownState;
  readonly release?: ReleaseId;
  readonly text: string;
  /** True for what stays worth reading: the live view scrolls these up, and shows the others only while they last. */
  readonly lasting: boolean;
};

/** The event in words; undefined for those that say nothing which another line does not say. */
export function tell(event: Event, run: Run): Told | undefined {
  switch (event.kind) {
    case "run-started":
      return lasting("Running", runStartedWords(event));
    case "run-finished":
      return lasting(outcomeState(event.outcome), runFinishedWords(event));
    case "wave-finished":
      return lasting(
        event.ready === event.releases ? "Ready" : "Degraded",
        `wave ${event.wave}/${run.plan.waves} finished: ${event.ready} of ${event.releases} ${endedAs(run, event.wave)}`,
      );
    case "take-back-started":
      return lasting(
        "RolledBack",
        `taking back what this run has changed, because ${event.dueTo} failed: ${event.releases.join(", ")}`,
      );
    case "namespace-created":
      return passing("Running", `namespace ${event.namespace} created`);
    case "interrupted":
      return lasting("Cancelled", `interrupted: ${event.why}; starting nothing new`);
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
      const told = tellOfRelease(event, run);
      return told === undefined ? undefined : { ...told, release: event.release };
    }
  }
}

function tellOfRelease(event: Extract<Event, { release: ReleaseId }>, run: Run): Told | undefined {
  switch (event.kind) {
    case "step-held": {
      // Waiting for a dependency or a slot is the ordinary case: the heartbeat and the live view name it.
      if (event.hold.kind === "dependency" || event.hold.kind === "slot") return undefined;
      const shown = shownHold(event.hold);
      return passing(shown.state, `${stateWord(shown.state)} ${shown.detail ?? ""}`);
    }
    case "crds-applied":
      return event.names.length === 0
        ? undefined
        : passing("Running", `CRDs applied: ${event.names.join(", ")}`);
    case "record-recovered":
      return lasting("Running", `left-over ${event.status} record of revision ${event.revision} recovered`);
    case "apply-started":
      return passing("Running", applyStartedWords(event, run));
    case "apply-finished":
      return passing(
        "Running",
        `revision ${event.revision} applied in ${formatDuration(event.durationMs)}, waiting for readiness`,
      );
    case "apply-delayed":
      return lasting(
        "Waiting",
        `${titleOf(event.failure.kind)}, next attempt in ${formatDuration(event.retryAtMs - event.atMs)}: ${causeOf(event.failure)}`,
      );
    case "workloads-restarted":
      return passing("Running", `making the pods of ${event.objects.map(describeRef).join(", ")} anew`);
    case "health-changed":
      return healthWords(event);
    case "stability-awaited":
      return passing("Running", `ready, has to stay so for ${formatDuration(event.forMs)}`);
    case "test-started":
      return passing("Running", "running its tests");
    case "test-finished":
      return lasting(
        "Running",
        `${counted(event.tests, "test")} passed in ${formatDuration(event.durationMs)}`,
      );
    case "release-ready":
      return lasting("Ready", `ready in ${formatDuration(event.durationMs)} (revision ${event.revision})`);
    case "release-failed":
      return lasting(
        "Failed",
        `FAILED: ${titleOf(event.failure.kind)}: ${firstLine(headline(event.failure, event.evidence))}; ${thenWords(event.then)}`,
      );
    case "rollback-started":
      return passing("Running", `rolling back to revision ${event.toRevision}${becauseOf(event.dueTo)}`);
    case "rollback-finished":
      return lasting(
        "RolledBack",
        `rolled back to revision ${event.toRevision} in ${formatDuration(event.durationMs)} (now revision ${event.revision})`,
      );
    case "rollback-failed":
      return lasting("Failed", `ROLLBACK FAILED: ${causeOf(event.failure)}`);
    case "uninstall-started":
      return passing("Removing", `uninstalling${becauseOf(event.dueTo)}`);
    case "uninstall-finished":
      return lasting("Removed", `removed in ${formatDuration(event.durationMs)}`);
    case "release-skipped":
      return passing("Blocked", `blocked by ${event.blockedBy.join(", ")}`);
    case "release-cancelled":
      return passing("Cancelled", "cancelled");
    case "warning":
      return lasting("Degraded", `warning: ${event.message}`);
  }
}

function becauseOf(dueTo: ReleaseId | undefined): string {
  return dueTo === undefined ? "" : `, because ${dueTo} failed`;
}

function healthWords(event: Extract<Event, { kind: "health-changed" }>): Told | undefined {
  const { health } = event;
  switch (health.kind) {
    case "ready":
      return undefined;
    case "pending": {
      const suspect = health.suspects[0];
      return suspect === undefined ? undefined : passing("Degraded", describeTrouble(suspect));
    }
    case "failed": {
      const trouble = rootCauseOf(health.troubles);
      return trouble === undefined ? undefined : passing("Degraded", describeTrouble(trouble));
    }
  }
}

function applyStartedWords(event: Extract<Event, { kind: "apply-started" }>, run: Run): string {
  const step = run.steps.get(event.release)?.step;
  const version = step === undefined ? undefined : versionWords(step);
  const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : "";
  return `${event.action}${version === undefined ? "" : ` ${version}`}${attempt}`;
}

function runStartedWords(event: Extract<Event, { kind: "run-started" }>): string {
  const actions = Object.entries(event.actions)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action.replace("-", " ")}`);
  const size = `${counted(event.releases.length, "release")} in ${counted(event.waves, "wave")}`;
  return `run ${event.run} of stack ${event.stack} started: ${size}${actions.length === 0 ? "" : ` (${actions.join(", ")})`}`;
}

function runFinishedWords(event: Extract<Event, { kind: "run-finished" }>): string {
  const counts = countWords(event.outcome.counts);
  return `run ${event.run} ${outcomeWord(event.outcome)} in ${formatDuration(event.durationMs)}${counts === "" ? "" : `: ${counts}`}`;
}

function outcomeWord(outcome: Outcome): string {
  switch (outcome.kind) {
    case "done":
      return "done";
    case "failed":
    case "rolled-back":
      return "failed";
    case "unreachable":
      return "failed, the cluster was unreachable,";
    case "needs-person":
      return "stopped, a person has to look,";
    case "interrupted":
      return "interrupted";
  }
}

function outcomeState(outcome: Outcome): ShownState {
  switch (outcome.kind) {
    case "done":
      return "Ready";
    case "failed":
    case "unreachable":
    case "needs-person":
      return "Failed";
    case "rolled-back":
      return "RolledBack";
    case "interrupted":
      return "Cancelled";
  }
}

function thenWords(then: Extract<Event, { kind: "release-failed" }>["then"]): string {
  switch (then) {
    case "rollback":
      return "rolling back";
    case "retry":
      return "trying again";
    case "keep":
      return "kept as it is";
    case "uninstall":
      return "uninstalling it";
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function lasting(state: ShownState, text: string): Told {
  return { state, text, lasting: true };
}

function passing(state: ShownState, text: string): Told {
  return { state, text, lasting: false };
}

/** What the releases of a wave are that ended well. */
function endedAs(run: Run, wave: number): string {
  const members = [...run.steps.values()].filter(({ step }) => step.wave === wave);
  const removed = members.filter(({ step }) => step.kind === "uninstall").length;
  return removed === 0 ? "ready" : removed === members.length ? "removed" : "ready or removed";
}
