// What a wish to stop, or the loss of the lock, means to each release: helm is stopped in good order, the proof and the
// record of a failure are still written, nothing new starts. Where the stack was suspended, what has begun goes on; where
// there is a newer commit, helms at work go on, and what only settles is left to its run.
import type { Draft } from "./draft.ts";
import { cancel, isStopAsked, order, tell } from "./draft.ts";
import type { StepState, StopWish } from "./run.ts";

const words: Readonly<Record<StopWish, string>> = {
  interrupted: "asked to stop",
  "lease-lost": "the stack's lock was lost",
  suspended: "the stack was suspended",
  "newer-commit": "a newer commit takes over",
};

/** Whether a wish that cuts nothing ends the step all the same, because nothing is being written for it. */
function isLeftBy(why: StopWish, { kind }: StepState): boolean {
  if (kind === "holding" || kind === "preparing") return true;
  return why === "newer-commit" && (kind === "settling" || kind === "backing-off");
}

/** Stops the run; a second wish changes nothing, unless it is to stop at once. */
export function stopRun(draft: Draft, why: StopWish): void {
  const isSoft = why === "suspended" || why === "newer-commit";
  if (isStopAsked(draft) || (isSoft && draft.run.stopping !== undefined)) return;
  draft.run = { ...draft.run, stopping: { why } };
  tell(draft, { kind: "interrupted", why: words[why] });
  for (const { step, state } of [...draft.steps.values()]) {
    if (isSoft && !isLeftBy(why, state)) continue;
    switch (state.kind) {
      case "holding":
      case "settling":
      case "backing-off":
        cancel(draft, step.release);
        break;
      case "preparing":
        if (state.doing === "queue") order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "testing":
        if (state.retryAtMs === undefined) order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "applying":
        order(draft, { kind: "stop-helm", release: step.release });
        break;
      case "rolling-back":
        if (state.failing?.stopsHelm === false) break;
        if (state.applied === undefined && state.retryAtMs === undefined)
          order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "uninstalling":
        if (state.doing === "helm") order(draft, { kind: "stop-helm", release: step.release });
        else cancel(draft, step.release);
        break;
      case "failing":
      case "healthy":
      case "rolled-back":
      case "taken-back":
      case "failed":
      case "skipped":
      case "cancelled":
      case "removed":
        break;
    }
  }
}
