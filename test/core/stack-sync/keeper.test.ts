import { describe, expect, it } from "vitest";
import type { StackState } from "../../../src/core/observation.ts";
import { claimStack, keeperAmong, rivalOf, type ToldStackSync } from "../../../src/core/stack-sync/keeper.ts";
import { syncStatus } from "../../../src/core/stack-sync/sync-status.ts";

function sync(name: string, createdAtMs: number, stack?: string): ToldStackSync {
  const told = { generation: 1, isSuspended: false, activity: { kind: "idle" } } as const;
  return {
    sync: {
      key: `agent/${name}`,
      namespace: "agent",
      name,
      uid: `uid of ${name}`,
      generation: 1,
      createdAtMs,
      spec: { ok: false, problems: [] },
    },
    ...(stack === undefined ? {} : { status: syncStatus({ ...told, stack }, undefined, 0) }),
  };
}

const claimBy = (name: string) => ({
  stackSync: `agent/${name}`,
  uid: `uid of ${name}`,
  since: "2026-09-01T10:00:00Z",
});
const empty: StackState = { releases: new Map() };

describe("the StackSync that keeps a stack", () => {
  it("is the one that has claimed it, also while it is told of nothing yet", () => {
    const found = [sync("old", 1, "shop"), sync("it", 2)];
    expect(keeperAmong(found, "shop", claimBy("it"))?.name).toBe("it");
  });

  it("is nobody where the one that had claimed it is gone, was made anew, or keeps another stack now", () => {
    expect(keeperAmong([], "shop", claimBy("it"))).toBeUndefined();
    const anew = { ...sync("it", 5), sync: { ...sync("it", 5).sync, uid: "another" } };
    expect(keeperAmong([anew], "shop", claimBy("it"))).toBeUndefined();
    expect(keeperAmong([sync("it", 2, "bank")], "shop", claimBy("it"))).toBeUndefined();
  });

  it("is seen by its status where its agent has a state object of its own", () => {
    expect(keeperAmong([sync("it", 2, "shop")], "shop", undefined)?.name).toBe("it");
  });
});

describe("a StackSync that wants a stack", () => {
  const it2 = sync("it", 2).sync;

  it("may not have it while another one keeps it, even one that was made later", () => {
    expect(rivalOf(it2, [sync("it", 2), sync("other", 3, "shop")], "shop", undefined)?.name).toBe("other");
    expect(rivalOf(it2, [sync("it", 2), sync("other", 3)], "shop", claimBy("other"))?.name).toBe("other");
  });

  it("has it once that one is gone", () => {
    expect(rivalOf(it2, [sync("it", 2)], "shop", claimBy("other"))).toBeUndefined();
  });

  it("of two whose agents began in the same moment has it only if it was made first", () => {
    const both = [sync("it", 2, "shop"), sync("other", 3, "shop")];
    expect(rivalOf(it2, both, "shop", claimBy("it"))).toBeUndefined();
    expect(rivalOf(sync("other", 3).sync, both, "shop", claimBy("other"))?.name).toBe("it");
  });

  it("claims it only as long as the state says what was seen", () => {
    const at = "2026-09-01T11:00:00Z";
    const mine = claimStack(empty, it2, undefined, at);
    expect(mine.keeper).toEqual({ stackSync: "agent/it", uid: "uid of it", since: at });
    // Another one was quicker.
    const others = { ...empty, keeper: claimBy("other") };
    expect(claimStack(others, it2, undefined, at)).toBe(others);
    expect(claimStack(others, it2, claimBy("other"), at).keeper?.uid).toBe("uid of it");
    // A write that is made again comes to the same.
    expect(claimStack(mine, it2, undefined, "2026-09-01T12:00:00Z")).toBe(mine);
  });
});
