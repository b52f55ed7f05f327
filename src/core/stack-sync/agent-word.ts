// What an agent said last of a StackSync, and whether that is still to be believed: an agent that is gone takes nothing back.
import { ordinaryIntervalMs, type StackSync } from "./stack-sync.ts";
import { isStaleSince, type Condition, type SyncStatus } from "./sync-status.ts";

/** How a StackSync is shown to whoever reads it from outside. */
export type AgentWord = {
  readonly namespace: string;
  readonly name: string;
  /** The stack that it keeps; absent where that was never read. */
  readonly stack?: string;
  readonly ready: Condition["status"];
  readonly reason: string;
  readonly message: string;
};

/**
 * Its condition, or Unknown where no agent was heard of for three of its intervals. `heardMsAgo` is how long ago the agent
 * that leads was; undefined where none ever was.
 */
export function agentWord(
  { sync, status }: { readonly sync: StackSync; readonly status?: SyncStatus },
  heardMsAgo: number | undefined,
): AgentWord {
  const { namespace, name, spec } = sync;
  const about = { namespace, name, ...(status?.stack === undefined ? {} : { stack: status.stack }) };
  const intervalMs = spec.ok ? spec.value.source.intervalMs : ordinaryIntervalMs;
  if (heardMsAgo === undefined || isStaleSince(-heardMsAgo, 0, intervalMs)) {
    const since = heardMsAgo === undefined ? "ever" : `for ${Math.round(heardMsAgo / 1_000)}s`;
    return {
      ...about,
      ready: "Unknown",
      reason: "AgentGone",
      message: `no agent was heard of ${since}; nobody looks at git or keeps the stack`,
    };
  }
  const said = status?.conditions.find(({ type }) => type === "Ready");
  return {
    ...about,
    ready: said?.status ?? "Unknown",
    reason: said?.reason ?? "Progressing",
    message: said?.message ?? "no agent has looked at it yet",
  };
}
