// When a run is over and how it ended: waves that are done, what is skipped because of which root, the exit code.
import type { Outcome, ShownState } from "../event.ts";
import type { ReleaseId } from "../ids.ts";
import { shownState } from "../shown-state.ts";
import type { Step } from "../plan/plan.ts";
import { describeStay, needsPerson } from "../plan/prune.ts";
import type { Draft } from "./draft.ts";
import { setState, tell } from "./draft.ts";
import { hasEnded, type StepState } from "./run.ts";
import { isTakingBack, takenBackBy } from "./taking-back.ts";

/** Tells of finished waves, and ends the run when nothing is under way and nothing can start. */
export function finishRun(draft: Draft): void {
  tellWaves(draft);
  if (draft.run.outcome !== undefined || isBusy(draft) || isTakingBack(draft)) return;
  for (const { step, state } of [...draft.steps.values()])
    if (state.kind === "holding") {
      const failed = takenBackBy(draft, step.release);
      const roots = failed === undefined ? rootsOf(draft, step.release) : [failed];
      const blockedBy = roots.length > 0 ? roots : whatStopped(draft);
      setState(draft, step.release, { kind: "skipped", blockedBy });
      tell(draft, { kind: "release-skipped", release: step.release, blockedBy });
    }
  tellWaves(draft);
  const outcome = outcomeOf(draft);
  draft.run = { ...draft.run, outcome };
  tell(draft, { kind: "run-finished", outcome, durationMs: draft.atMs - draft.run.startedAtMs });
}

function isBusy(draft: Draft): boolean {
  const stopping = draft.run.stopping !== undefined;
  if (!stopping && [...draft.run.namespaces.values()].some((namespace) => namespace.kind === "ensuring"))
    return true;
  for (const { state } of draft.steps.values())
    switch (state.kind) {
      case "preparing":
      case "applying":
      case "settling":
      case "testing":
      case "backing-off":
      case "failing":
      case "rolling-back":
      case "uninstalling":
        return true;
      case "holding":
        // What waits for a dependency is under way only if that is, and that is seen on its own state.
        if (!stopping && state.hold.kind === "namespace") return true;
        break;
      case "healthy":
      case "rolled-back":
      case "taken-back":
      case "failed":
      case "skipped":
      case "cancelled":
      case "removed":
        break;
    }
  return false;
}

function tellWaves(draft: Draft): void {
  let finished = draft.run.wavesFinished;
  while (finished < draft.run.plan.waves) {
    const wave = finished + 1;
    const members = [...draft.steps.values()].filter(({ step }) => step.wave === wave);
    if (!members.every(({ state }) => hasEnded(state))) break;
    finished = wave;
    const ready = members.filter(({ state }) => state.kind === "healthy" || state.kind === "removed").length;
    if (members.some(({ step }) => step.kind !== "keep"))
      tell(draft, { kind: "wave-finished", wave, ready, releases: members.length });
  }
  if (finished !== draft.run.wavesFinished) draft.run = { ...draft.run, wavesFinished: finished };
}

/** The failed releases at the ends of the chains that hold this one. */
function rootsOf(draft: Draft, release: ReleaseId): readonly ReleaseId[] {
  const roots = new Set<ReleaseId>();
  const seen = new Set<ReleaseId>();
  const open: ReleaseId[] = [...(draft.steps.get(release)?.step.after ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const entry = draft.steps.get(next);
    if (entry === undefined || entry.state.kind === "healthy") continue;
    if (
      entry.state.kind === "holding" ||
      (entry.state.kind === "skipped" && entry.state.blockedBy.length > 0)
    )
      open.push(...entry.step.after);
    else roots.add(entry.state.kind === "taken-back" ? entry.state.dueTo : next);
  }
  return [...roots];
}

/** What stopped the run by itself: a failed rollback, or a failure after which the stack wants no more. */
function whatStopped(draft: Draft): readonly ReleaseId[] {
  const isWhy = (step: Step, state: StepState): boolean =>
    draft.run.stopping?.why === "failure"
      ? step.kind !== "keep" && (state.kind === "failed" || state.kind === "rolled-back")
      : state.kind === "failed" && state.standing === "rollback-failed";
  return [...draft.steps.values()].flatMap(({ step, state }) => (isWhy(step, state) ? [step.release] : []));
}

function outcomeOf(draft: Draft): Outcome {
  const counts: Partial<Record<ShownState, number>> = {};
  const blocks = new Map<ReleaseId, number>();
  for (const { step, state } of draft.steps.values()) {
    const shown = shownState(step, state).state;
    counts[shown] = (counts[shown] ?? 0) + 1;
    if (state.kind === "skipped")
      for (const root of state.blockedBy) blocks.set(root, (blocks.get(root) ?? 0) + 1);
  }
  const roots = [...draft.steps.values()].flatMap(({ step, state }) =>
    (state.kind === "failed" && !isToBlameOn(draft, step)) || state.kind === "rolled-back"
      ? [{ release: step.release, cause: state.failure.message, blocks: blocks.get(step.release) ?? 0 }]
      : [],
  );
  return { ...verdict(draft), counts, roots: [...roots, ...undecided(draft)] };
}

/** True for what an earlier run took back because of a release that is a root itself. */
function isToBlameOn(draft: Draft, { reasons: [reason] }: Step): boolean {
  const root = reason.kind === "taken-back" ? draft.steps.get(reason.dueTo)?.state.kind : undefined;
  return root === "failed" || root === "rolled-back";
}

/** What was to be pruned and is not: a person has to look. */
function undecided(draft: Draft): Outcome["roots"] {
  return (draft.run.plan.undeclared ?? []).flatMap(({ release, stays }) =>
    stays !== undefined && needsPerson(stays) ? [{ release, cause: describeStay(stays), blocks: 0 }] : [],
  );
}

// The contract's order: what needs a person before what can't be reached before what was undone before what was kept.
function verdict(draft: Draft): Pick<Outcome, "kind" | "exitCode"> {
  const codes = [...draft.steps.values()].map(({ step, state }) => exitCodeOf(step, state));
  if (undecided(draft).length > 0) codes.push(7);
  if (draft.run.stopping?.why === "interrupted") return { kind: "interrupted", exitCode: 130 };
  if (draft.run.stopping?.why === "lease-lost") return { kind: "needs-person", exitCode: 7 };
  const exitCode = Math.max(0, ...codes);
  switch (exitCode) {
    case 7:
      return { kind: "needs-person", exitCode };
    case 6:
      return { kind: "unreachable", exitCode };
    case 5:
      return { kind: "rolled-back", exitCode };
    case 0:
      return draft.run.stopping?.why === "suspended" || draft.run.stopping?.why === "newer-commit"
        ? { kind: "interrupted", exitCode: 130 }
        : { kind: "done", exitCode };
    default:
      return { kind: "failed", exitCode };
  }
}

function exitCodeOf(step: Step, state: StepState): number {
  if (state.kind === "rolled-back" || state.kind === "taken-back") return 5;
  // Without a root it is one whose standing isn't known: no harm where nobody asked for it.
  if (state.kind === "skipped")
    return state.blockedBy.length > 0 || step.reasons[0].kind === "degraded" ? 4 : 0;
  if (state.kind !== "failed") return 0;
  switch (state.standing) {
    case "rollback-failed":
    case "refused":
      return 7;
    case "quarantined":
    case "uninstalled":
      return 5;
    case "transient":
      return state.failure.kind === "unreachable" ? 6 : 4;
    case "degraded":
      return step.reasons[0].kind === "not-selected" || step.reasons[0].kind === "kept" ? 0 : 4;
    case "kept":
      return state.failure.kind === "forbidden" || state.failure.kind === "unreachable" ? 6 : 4;
  }
}
