import { describe, expect, it } from "vitest";
import type { CommitRelation } from "../../../src/core/git/commit-relation.ts";
import { rewriteToAccept } from "../../../src/core/stack-sync/rewritten.ts";
import { readStackSync } from "../../../src/core/stack-sync/stack-sync.ts";

const [from, to] = ["a".repeat(40), "b".repeat(40)];
const main = { kind: "branch", name: "main" } as const;
const relations: readonly CommitRelation[] = ["same", "ahead", "behind", "diverged", "unrelated", "unknown"];

function askedAbout(rewind: "allow" | "refuse", ref: Parameters<typeof rewriteToAccept>[1]["ref"] = main) {
  return relations.filter((relation) => rewriteToAccept(relation, { ref, rewind }, from, to) !== undefined);
}

describe("a ref that was moved", () => {
  it("goes forward unasked, and anywhere in its own history where it may; unrelated history is always asked about", () => {
    expect(askedAbout("allow")).toEqual(["unrelated"]);
  });

  it("may only go forward where it is refused, and a doubt is asked about too", () => {
    expect(askedAbout("refuse")).toEqual(["behind", "diverged", "unrelated", "unknown"]);
  });

  it("is no question where a commit is named by itself", () => {
    expect(askedAbout("refuse", { kind: "commit", sha: to })).toEqual([]);
  });

  it("is told with what to do", () => {
    const source = { ref: main, rewind: "refuse" } as const;
    expect(rewriteToAccept("behind", source, from, to)).toEqual({
      reason: "HistoryRewritten",
      commit: to,
      message: `the branch main was moved back, to a commit before aaaaaaa; if that is meant, annotate the StackSync with headway.dev/accept-commit=${to}, or let it go anywhere with spec.source.rewind: allow`,
    });
  });

  it("may go back by default, but not where commits have to be signed: old ones are signed too", () => {
    const rewindOf = (source: object) => {
      const sync = readStackSync({
        apiVersion: "headway.dev/v1",
        kind: "StackSync",
        metadata: { name: "it", namespace: "agent" },
        spec: { source: { url: "https://git.example.com/shop.git", ...source } },
      });
      return sync?.spec.ok === true ? sync.spec.value.source.rewind : undefined;
    };
    const verify = { secretRef: { name: "keys" } };
    expect(rewindOf({})).toBe("allow");
    expect(rewindOf({ verify })).toBe("refuse");
    expect(rewindOf({ verify, rewind: "allow" })).toBe("allow");
    expect(rewindOf({ rewind: "refuse" })).toBe("refuse");
  });
});
