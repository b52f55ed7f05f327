// What the progress views ask of a run: how far it is, what is under way, and what that waits for.
import type { ShownState } from "../core/event.ts";
import type { ReleaseId } from "../core/ids.ts";
import { declarationOf, type Step } from "../core/plan/plan.ts";
import { hasEnded, type Run, type StepState } from "../core/run/run.ts";
import { shownState, type Shown } from "../core/shown-state.ts";
import { formatDuration } from "./time-words.ts";
import { explainWaiting } from "../core/health/describe-trouble.ts";

/** A step that has not ended, with what a person wants to know of it. */
export type OpenStep = {
  readonly release: ReleaseId;
  readonly wave: number;
  readonly state: ShownState;
  /** What it does, or why it does not. */
  readonly words: string;
  /** Since when it is at it; absent where nothing has started. */
  readonly sinceMs?: number;
  /** The worst thing it waits for. */
  readonly waitsFor?: string;
  /** True where what it waits for looks as if it would not come by itself. */
  readonly suspect: boolean;
  readonly underWay: boolean;
};

/** Steps that have not ended: those with trouble first, then those under way, then those held; each by wave. */
export function openSteps(run: Run, nowMs: number): readonly OpenStep[] {
  const open = [...run.steps.values()].filter(({ state }) => !hasEnded(state));
  return open
    .map(({ step, state }) => openStep(step, state, nowMs))
    .toSorted((a, b) => rank(a) - rank(b) || a.wave - b.wave || (a.sinceMs ?? 0) - (b.sinceMs ?? 0));
}

function openStep(step: Step, state: StepState, nowMs: number): OpenStep {
  const shown = shownState(step, state);
  const underWay = state.kind !== "holding" && !(state.kind === "preparing" && state.doing === "queue");
  const health = "health" in state ? state.health : undefined;
  const waitsFor = health === undefined ? "" : explainWaiting(health);
  const sinceMs = "startedAtMs" in state ? state.startedAtMs : undefined;
  return {
    release: step.release,
    wave: step.wave,
    state: shown.state,
    words:
      stabilityWords(step, state, nowMs) ??
      (underWay && shown.state !== "Waiting" ? (shown.detail ?? "") : heldWords(shown)),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(waitsFor === "" ? {} : { waitsFor }),
    suspect:
      health !== undefined &&
      (health.kind === "failed" || (health.kind === "pending" && health.suspects.length > 0)),
    underWay,
  };
}

/** `ready, 18s left of stableFor 30s`, where a release has to stay ready for a while. */
function stabilityWords(step: Step, state: StepState, nowMs: number): string | undefined {
  if (state.kind !== "settling" || state.stableSinceMs === undefined) return undefined;
  const forMs = declarationOf(step)?.stableForMs ?? 0;
  const leftMs = Math.ceil((state.stableSinceMs + forMs - nowMs) / 1000) * 1000;
  return `ready, ${formatDuration(leftMs)} left of stableFor ${formatDuration(forMs)}`;
}

function heldWords({ state, detail = "" }: Shown): string {
  return state === "Pending" ? detail : `${state.toLowerCase()} ${detail}`;
}

function rank(step: OpenStep): number {
  return step.suspect ? 0 : step.underWay ? 1 : step.state === "Blocked" ? 3 : 2;
}

/** `security/kyverno: waiting for readiness 3/4 (Deployment …: ImagePullBackOff), 2m10s`. */
export function describeOpenStep(step: OpenStep, nowMs: number): string {
  const waits = step.waitsFor === undefined ? "" : ` (${step.waitsFor})`;
  const since = step.sinceMs === undefined ? "" : `, ${formatDuration(nowMs - step.sinceMs)}`;
  return `${step.release}: ${step.words}${waits}${since}`;
}

/** The version that a step brings, `from → to` where it changes; undefined for steps with no pin. */
export function versionWords(step: Step): string | undefined {
  if (step.kind === "keep" || step.kind === "uninstall") return undefined;
  const change = step.reasons.find((reason) => reason.kind === "chart-changed");
  return change === undefined ? step.pin.chart.version : `${change.from} → ${change.to}`;
}

/** `31 ready, 1 rolled back, 19 blocked`, in the order of the states' table. */
export function countWords(counts: Readonly<Partial<Record<ShownState, number>>>): string {
  return STATE_WORDS.filter(([state]) => (counts[state] ?? 0) > 0)
    .map(([state, word]) => `${counts[state] ?? 0} ${word}`)
    .join(", ");
}

const STATE_WORDS: readonly (readonly [ShownState, string])[] = [
  ["Failed", "failed"],
  ["RolledBack", "rolled back"],
  ["Quarantined", "quarantined"],
  ["Degraded", "degraded"],
  ["Blocked", "blocked"],
  ["Cancelled", "cancelled"],
  ["Unknown", "unknown"],
  ["Pending", "pending"],
  ["Waiting", "waiting"],
  ["Running", "running"],
  ["Removing", "removing"],
  ["Suspended", "suspended"],
  ["Drifted", "drifted"],
  ["Frozen", "frozen"],
  ["Ready", "ready"],
  ["Removed", "removed"],
];
