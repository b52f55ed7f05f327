// What the world is told of a run at its end: one message, root causes alone, and the status of the commit. Which words a
// cause has is a view's matter; who is told is the engine's.
import type { Outcome, ShownState } from "./event.ts";
import type { ReleaseId } from "./ids.ts";

/** Who can be told: the metric's `provider`. */
export const NOTIFICATION_PROVIDERS = ["github", "gitlab", "slack", "webhook"] as const;
export type NotificationProvider = (typeof NOTIFICATION_PROVIDERS)[number];

/** Which stack, where, and at which commit. */
export type RunAbout = {
  readonly stack: string;
  /** The cluster's name as its operators say it. */
  readonly cluster: string;
  readonly commit?: string;
};

/** One root cause in words; `blocks` counts the releases that wait for it. */
export type ToldRoot = {
  readonly release: ReleaseId;
  readonly state: ShownState;
  readonly cause: string;
  readonly blocks: number;
  /** `file:line`. */
  readonly declaredAt?: string;
};

/** A run that has ended. All its texts are one line each, and harmless. */
export type RunMessage = RunAbout & {
  readonly run: string;
  readonly outcome: Outcome["kind"];
  readonly exitCode: number;
  readonly durationMs: number;
  /** Milliseconds since the epoch. */
  readonly endedAtMs: number;
  readonly counts: Outcome["counts"];
  /** `1 rolled back, 2 blocked, 1 ready in 1m30s`. */
  readonly summary: string;
  readonly roots: readonly ToldRoot[];
  /** False where the run only looked: nothing was applied, verified or taken away. */
  readonly didSomething: boolean;
};

/**
 * True where people should be told: of every run that did something, and of one that only looked where other releases are
 * to blame than in the last message of that stack. Before the first one, all counts as well. What was interrupted is gone
 * on with by another run, which tells; and a commit that has failed for the same releases again is nothing new.
 */
export function isNews(message: RunMessage, last: RunMessage | undefined): boolean {
  if (message.outcome === "interrupted") return false;
  const blame = toBlame(message);
  if (blame !== (last === undefined ? "" : toBlame(last))) return true;
  return message.didSomething && (blame === "" || message.commit !== last?.commit);
}

/** Who is to blame, as one text to be compared; empty where nobody is. */
export function toBlame({ outcome, roots }: RunMessage): string {
  if (outcome === "done" || outcome === "interrupted") return "";
  return ["trouble", ...roots.map(({ release }) => release).toSorted()].join(" ");
}

/** The status of a commit, as GitHub and GitLab show it beside the commit. */
export type CommitStatus = {
  readonly state: "pending" | "success" | "failure";
  /** `headway/CLUSTER/STACK`: no two clusters write over each other. */
  readonly context: string;
  /** At most 140 characters. */
  readonly description: string;
  readonly targetUrl?: string;
};

const longestDescription = 140;

/** A status in words of one line; what does not fit is cut. */
export function commitStatus(
  { cluster, stack }: RunAbout,
  state: CommitStatus["state"],
  words: string,
  targetUrl?: string,
): CommitStatus {
  const characters = Array.from(words);
  const cut = characters.length > longestDescription;
  return {
    state,
    context: `headway/${cluster}/${stack}`,
    description: cut ? `${characters.slice(0, longestDescription - 1).join("")}…` : words,
    ...(targetUrl === undefined ? {} : { targetUrl }),
  };
}

/** The status that a run's end gives its commit: the first root cause, and how much stands behind it. */
export function statusOf(message: RunMessage, targetUrl?: string): CommitStatus {
  switch (message.outcome) {
    case "done":
      return commitStatus(message, "success", message.summary, targetUrl);
    case "interrupted":
      return commitStatus(message, "pending", "interrupted; the next run goes on", targetUrl);
    case "failed":
    case "rolled-back":
    case "unreachable":
    case "needs-person":
      return commitStatus(message, "failure", causeWords(message), targetUrl);
  }
}

/** `shop/orders: image … not found (+1 more failed, +2 blocked)`; the cause is cut before what stands behind it. */
function causeWords({ roots, summary }: RunMessage): string {
  const [first] = roots;
  if (first === undefined) return summary;
  const blocked = roots.reduce((sum, { blocks }) => sum + blocks, 0);
  const behind = [
    ...(roots.length > 1 ? [`+${roots.length - 1} more failed`] : []),
    ...(blocked > 0 ? [`+${blocked} blocked`] : []),
  ].join(", ");
  const tail = behind === "" ? "" : ` (${behind})`;
  const words = Array.from(`${first.release}: ${first.cause}`);
  const room = longestDescription - tail.length;
  return words.length <= room ? words.join("") + tail : `${words.slice(0, room - 1).join("")}…${tail}`;
}
