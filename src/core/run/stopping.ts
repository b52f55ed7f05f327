// What a wish to stop, or the loss of the lock, means to each release: helm is stopped in good order, the proof and the
// record of a failure are still written, nothing new starts. Where the stack was suspended, what has begun goes on.
import type { Draft } from "./draft.ts";
import { cancel, isStopAsked, order, tell } from "./draft.ts";
import type { StopWish } from "./run.ts";

const words: Readonly<Record<StopWish, string>> = {
  interrupted: "asked to stop",
  "lease-lost": "the stack's lock was lost",
  suspended: "the stack was suspended",
};

/** Stops the run; a second wish changes nothing, unless it is to stop at once. */
export function stopRun(draft: Draft, why: StopWish): void {
  if (isStopAsked(draft) || (why === "suspended" && draft.run.stopping !== undefined)) return;
  draft.run = { ...draft.run, stopping: { why } };
  tell(draft, { kind: "interrupted", why: words[why] });
  for (const { step, state } of [...draft.steps.values()]) {
    if (why === "suspended" && state.kind !== "holding" && state.kind !== "preparing") continue;
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
