// How one commit stands to another: what a ref that moved has done to history.

/**
 * How a later commit stands to an earlier one. `ahead`: the earlier one is among its ancestors. `behind`: it is itself an
 * ancestor, so the ref was moved back. `diverged`: both have commits that the other has not. `unrelated`: they share no
 * history. `unknown`: one is not in the cache, or their common history lies deeper than what was fetched.
 */
export type CommitRelation = "same" | "ahead" | "behind" | "diverged" | "unrelated" | "unknown";

/**
 * The relation of two different commits, by their best common ancestor where they have one; `isWhole` tells whether all
 * of their history is known.
 */
export function relateCommits(
  from: string,
  to: string,
  common: string | undefined,
  isWhole: boolean,
): CommitRelation {
  if (from === to) return "same";
  if (common === from) return "ahead";
  if (common === to) return "behind";
  if (common !== undefined) return "diverged";
  return isWhole ? "unrelated" : "unknown";
}
