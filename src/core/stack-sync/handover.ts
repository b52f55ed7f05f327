// Whether an agent has taken a StackSync over, by what its status says: for whoever has just made it.
import type { StackSync } from "./stack-sync.ts";
import type { SyncStatus } from "./sync-status.ts";

export type Handover =
  /** No agent has said anything yet, or it is still reading. */
  | { readonly kind: "waiting"; readonly message: string }
  /** What it lacks may come by itself: a repository that can't be read, charts that are not served. */
  | { readonly kind: "hindered"; readonly reason: string; readonly message: string }
  /** It looked, and goes on by itself; how the stack stands is another matter. */
  | { readonly kind: "taken-over"; readonly reason: string; readonly message: string }
  /** It looked, and does nothing before a person has changed something. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string };

const hindrances: ReadonlySet<string> = new Set(["SourceFailed", "ChartsUnavailable", "NotBegun"]);
const refusals: ReadonlySet<string> = new Set([
  "InvalidSpec",
  "InvalidDeclarations",
  "MuchIsGone",
  "NeedsPerson",
]);

/** How it stands with this generation of the StackSync. */
export function handoverOf({ generation }: StackSync, status: SyncStatus | undefined): Handover {
  const ready = status?.conditions.find(({ type }) => type === "Ready");
  if (status === undefined || ready === undefined || status.observedGeneration !== generation)
    return { kind: "waiting", message: "no agent has looked at it yet" };
  const { reason, message } = ready;
  if (hindrances.has(reason)) return { kind: "hindered", reason, message };
  if (refusals.has(reason)) return { kind: "refused", reason, message };
  if (reason === "Suspended" || status.lastAttemptedCommit !== undefined)
    return { kind: "taken-over", reason, message };
  return { kind: "waiting", message };
}
