import { describe, expect, it } from "vitest";
import { handoverOf } from "../../../src/core/stack-sync/handover.ts";
import type { SyncStatus } from "../../../src/core/stack-sync/sync-status.ts";

const sync = {
  key: "a/b",
  namespace: "a",
  name: "b",
  uid: "u",
  generation: 2,
  createdAtMs: 0,
  spec: { ok: false, problems: [] },
} as const;

function status(reason: string, more: Partial<SyncStatus> = {}): SyncStatus {
  const ready = {
    type: "Ready",
    status: "Unknown",
    reason,
    message: `it is ${reason}`,
    observedGeneration: 2,
    lastTransitionTime: "",
  } as const;
  return { observedGeneration: 2, conditions: [ready], ...more };
}

const attempted = { lastAttemptedCommit: "a".repeat(40) };

describe("handing a StackSync over", () => {
  it.each([
    ["nobody has said anything", undefined, "waiting"],
    [
      "what was said is of an earlier generation",
      status("Healthy", { observedGeneration: 1, ...attempted }),
      "waiting",
    ],
    ["the agent still reads", status("Progressing"), "waiting"],
    ["the repository can't be read", status("SourceFailed", attempted), "hindered"],
    ["a run began", status("Recovering", attempted), "taken-over"],
    ["a run has failed: the agent is there all the same", status("RolledBack", attempted), "taken-over"],
    ["it is suspended", status("Suspended"), "taken-over"],
    ["the declarations are wrong", status("InvalidDeclarations", attempted), "refused"],
  ])("%s", (_, said, kind) => {
    expect(handoverOf(sync, said).kind).toBe(kind);
  });
});
