// What becomes of a commit that does not follow on the one before it: its ref was moved back, or to other history.
import type { CommitRelation } from "../git/commit-relation.ts";
import { acceptAnnotation, type StackSyncSource } from "./stack-sync.ts";
import type { Refusal } from "./sync-status.ts";

/**
 * Why a person has to agree before `to` takes the place of `from`; undefined where it may. Unrelated history is always asked
 * about, and so is what can't be told where the ref may only go forward.
 */
export function rewriteToAccept(
  relation: CommitRelation,
  { ref, rewind }: Pick<StackSyncSource, "ref" | "rewind">,
  from: string,
  to: string,
): Refusal | undefined {
  // A commit that is named by itself is a person's word already.
  if (ref.kind === "commit") return undefined;
  const words = describe(relation, from);
  if (words === undefined || (rewind === "allow" && relation !== "unrelated")) return undefined;
  const also = relation === "unrelated" ? "" : ", or let it go anywhere with spec.source.rewind: allow";
  return {
    reason: "HistoryRewritten",
    message: `the ${ref.kind} ${ref.name} ${words}; if that is meant, annotate the StackSync with ${acceptAnnotation}=${to}${also}`,
    commit: to,
  };
}

function describe(relation: CommitRelation, from: string): string | undefined {
  const before = from.slice(0, 7);
  switch (relation) {
    case "same":
    case "ahead":
      return undefined;
    case "behind":
      return `was moved back, to a commit before ${before}`;
    case "diverged":
      return `was moved to other history than that of ${before}`;
    case "unrelated":
      return `was moved to a commit that has no history in common with ${before}`;
    case "unknown":
      return `is not known to follow on ${before}: that is not among the newest commits, or no longer in the repository`;
  }
}
