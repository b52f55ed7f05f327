import { describe, expect, it } from "vitest";
import { agentWord } from "../../../src/core/stack-sync/agent-word.ts";
import { readStackSync } from "../../../src/core/stack-sync/stack-sync.ts";
import { syncStatus } from "../../../src/core/stack-sync/sync-status.ts";

function word(heardMsAgo: number | undefined, isTold = true): string {
  const sync = readStackSync({
    apiVersion: "headway.dev/v1",
    kind: "StackSync",
    metadata: { namespace: "ops", name: "it" },
    spec: { source: { url: "https://git.example/shop.git", interval: "1m" } },
  });
  if (sync === undefined) throw new Error("no StackSync");
  const picture = { generation: 1, isSuspended: true, activity: { kind: "idle" }, stack: "shop" } as const;
  const { ready, reason } = agentWord(
    { sync, ...(isTold ? { status: syncStatus(picture, undefined, 0) } : {}) },
    heardMsAgo,
  );
  return `${ready} ${reason}`;
}

describe("what an agent said of a StackSync", () => {
  it("counts while the agent was heard of within three of its intervals", () => {
    expect(word(180_000)).toBe("Unknown Suspended");
    expect(word(180_001)).toBe("Unknown AgentGone");
    expect(word(undefined)).toBe("Unknown AgentGone");
    expect(word(1_000, false)).toBe("Unknown Progressing");
  });
});
