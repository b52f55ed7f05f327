// The one table from the state of a step to the word, the detail and the glyph that every surface shows for it. How a
// surface lays them out is the surface's own business.
import type { Hold, ShownState, Unmet } from "./event.ts";
import type { Failure } from "./failure.ts";
import { describeDrift } from "./drift/drift.ts";
import { driftOf, type Step } from "./plan/plan.ts";
import { describeFreeze, describeSaid } from "./stack-wishes.ts";
import type { StepState } from "./run/run.ts";
import { describeValuesObject } from "./values/values-objects.ts";

/** A state in one word, and in a few more words on whom it waits, which phase it is in, or what caused it. */
export type Shown = { readonly state: ShownState; readonly detail?: string };

/** What every surface shows for a step in this state. */
export function shownState(step: Step, state: StepState): Shown {
  switch (state.kind) {
    case "holding":
      return shownHold(state.hold);
    case "preparing":
      return shownPreparation(state);
    case "applying":
      if (state.stopping !== undefined)
        return { state: "Running", detail: `stopping helm: ${causeOf(state.stopping.failure)}` };
      return step.kind === "uninstall"
        ? { state: "Removing", detail: "uninstalling" }
        : { state: "Running", detail: applyWords(step, state.attempt) };
    case "settling":
      return step.kind === "uninstall"
        ? { state: "Removing", detail: "waiting for its objects to be gone" }
        : { state: "Running", detail: settlingWords(step, state) };
    case "testing":
      return { state: "Running", detail: "running its tests" };
    case "backing-off":
      return { state: "Running", detail: `to be tried again: ${causeOf(state.failure)}` };
    case "failing":
      return { state: "Running", detail: `failing: ${causeOf(state.failure)}` };
    case "rolling-back":
      return {
        state: "Running",
        detail: `rolling back to revision ${state.toRevision}: ${causeOf(state.failure)}`,
      };
    case "uninstalling":
      return { state: "Removing", detail: uninstallWords(state) };
    case "healthy":
      // A destroy finds nothing to take away.
      if (step.kind === "keep" && step.reasons[0].kind === "not-installed") return { state: "Removed" };
      return isSuspended(step) ? shownSuspension(step, "healthy") : (shownFreeze(step) ?? shownHealthy(step));
    case "rolled-back":
      return { state: "RolledBack", detail: `to revision ${state.toRevision}: ${causeOf(state.failure)}` };
    case "taken-back": {
      const to = state.to === "nothing" ? "uninstalled again" : `to revision ${state.to}`;
      return { state: "RolledBack", detail: `${to}, because ${state.dueTo} failed` };
    }
    case "failed":
      return shownFailure(step, state);
    case "skipped":
      return state.blockedBy.length > 0
        ? { state: "Blocked", detail: `by ${state.blockedBy.join(", ")}` }
        : shownUncounted(step);
    case "cancelled":
      return isSuspended(step) ? shownSuspension(step, "not removed") : { state: "Cancelled" };
    case "removed":
      return { state: "Removed" };
  }
}

/** What is only looked at may be healthy and not be what was applied. */
function shownHealthy(step: Step): Shown {
  const drift = step.kind === "keep" || step.kind === "verify" ? driftOf(step) : [];
  return drift.length === 0 ? { state: "Ready" } : { state: "Drifted", detail: describeDrift(drift) };
}

function shownPreparation({ doing, hold }: Extract<StepState, { kind: "preparing" }>): Shown {
  if (hold !== undefined) return shownHold(hold);
  switch (doing) {
    case "queue":
      return { state: "Pending", detail: "queued for helm" };
    case "conditions":
      return { state: "Running", detail: "looking at what it depends on" };
    case "values":
      return { state: "Running", detail: "reading values" };
    case "crds":
      return { state: "Running", detail: "applying CRDs" };
    case "recover":
      return { state: "Running", detail: "recovering a left-over record" };
  }
}

/** Waiting goes by itself, Blocked needs its root fixed; neither is an error of the step itself. */
export function shownHold(hold: Hold): Shown {
  switch (hold.kind) {
    case "dependency":
      return { state: "Waiting", detail: `for ${hold.on.join(", ")}` };
    case "blocked":
      return { state: "Blocked", detail: `by ${hold.by.join(", ")}` };
    case "namespace":
      return { state: "Waiting", detail: `for namespace ${hold.namespace}` };
    case "condition":
      return { state: "Waiting", detail: `for ${describeUnmet(hold.unmet)}` };
    case "values":
      return { state: "Waiting", detail: `for ${hold.missing.map(describeValuesObject).join("; ")}` };
    case "suspended":
      return { state: "Suspended", detail: `suspended ${describeSaid(hold.said)}` };
    case "slot":
      return { state: "Pending", detail: "queued for helm" };
    case "lock":
      return { state: "Waiting", detail: `for the lock that ${hold.holder} holds` };
  }
}

/** `data/postgres: readyExpr is not true yet`. */
export function describeUnmet(unmet: readonly Unmet[]): string {
  return unmet.map(({ on, why }) => `${on}: ${why}`).join("; ");
}

/** The first line of a failure's message: what a one-line surface can show of it. */
export function causeOf(failure: Failure): string {
  return failure.message.split("\n", 1)[0]?.trim() ?? "";
}

/** What could not be counted on from the start. */
function shownUncounted(step: Step): Shown {
  if (isSuspended(step)) return shownSuspension(step, "not installed");
  return step.reasons[0].kind === "degraded"
    ? { state: "Unknown", detail: "its record can't be read" }
    : { state: "Pending", detail: "not installed, and not part of this run" };
}

function shownFailure(step: Step, state: Extract<StepState, { kind: "failed" }>): Shown {
  const detail = causeOf(state.failure);
  if (isSuspended(step)) return shownSuspension(step, detail);
  switch (state.standing) {
    case "quarantined":
      return { state: "Quarantined", detail };
    case "degraded":
      return { state: "Degraded", detail };
    case "uninstalled":
      return { state: "Failed", detail: `uninstalled: ${detail}` };
    case "rollback-failed":
      return { state: "Failed", detail: `and its rollback too: ${detail}` };
    case "kept":
    case "refused":
    case "transient":
      return { state: "Failed", detail };
  }
}

function applyWords(step: Exclude<Step, { kind: "uninstall" }>, attempt: number): string {
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  switch (step.kind) {
    case "install":
      return `installing${again}`;
    case "upgrade":
      return `upgrading${again}`;
    case "roll-back":
      return "rolling back";
    case "recover":
      return `${step.then === "upgrade" ? "upgrading" : "rolling back"} after a cut run${again}`;
    case "verify":
    case "keep":
      return `verifying${again}`;
  }
}

function settlingWords(step: Step, state: Extract<StepState, { kind: "settling" }>): string {
  const doing = step.kind === "verify" ? "verifying" : "waiting for readiness";
  if (state.stableSinceMs !== undefined && step.kind !== "keep" && step.kind !== "uninstall")
    return `ready, has to stay so for ${step.pin.declaration.stableForMs / 1000}s`;
  if (state.health === undefined || state.health.kind === "ready") return doing;
  return `${doing} ${state.health.ready}/${state.health.total}`;
}

function uninstallWords(state: Extract<StepState, { kind: "uninstalling" }>): string {
  if (state.doing === "wait-gone") return "waiting for its objects to be gone";
  if (state.dueTo !== undefined) return `uninstalling: ${state.dueTo} failed`;
  return state.failure === undefined ? "uninstalling" : "uninstalling the failed install";
}

function isSuspended(step: Step): boolean {
  return step.reasons.some((reason) => reason.kind === "suspended");
}

function shownFreeze(step: Step): Shown | undefined {
  const [reason] = step.reasons;
  if (step.kind === "roll-back") return { state: "Frozen", detail: describeFreeze(step.freeze) };
  return reason.kind === "frozen" ? { state: "Frozen", detail: describeFreeze(reason.freeze) } : undefined;
}

function shownSuspension({ reasons }: Step, standing: string): Shown {
  const reason = reasons.find(({ kind }) => kind === "suspended");
  const said =
    reason?.kind === "suspended" && reason.said !== undefined ? ` ${describeSaid(reason.said)}` : "";
  return { state: "Suspended", detail: said === "" ? standing : `${standing}; suspended${said}` };
}

const GLYPHS: Readonly<Record<ShownState, readonly [unicode: string, ascii: string]>> = {
  Pending: ["◌", "."],
  Waiting: ["◌", "."],
  Blocked: ["✕", "x"],
  Running: ["●", "*"],
  Ready: ["✓", "+"],
  Degraded: ["▲", "!"],
  Drifted: ["▲", "!"],
  Suspended: ["‖", "="],
  Failed: ["✕", "x"],
  RolledBack: ["↶", "<"],
  Quarantined: ["▲", "!"],
  Frozen: ["‖", "="],
  Removing: ["●", "*"],
  Removed: ["✓", "+"],
  Cancelled: ["‖", "="],
  Unknown: ["?", "?"],
};

/** One column wide. It always stands beside words, so that neither colour nor shape is all there is to go by. */
export function glyphOf(state: ShownState, unicode: boolean): string {
  return GLYPHS[state][unicode ? 0 : 1];
}
