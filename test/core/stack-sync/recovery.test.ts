import { describe, expect, it } from "vitest";
import {
  expectedLeftMs,
  leftWords,
  recoveryOf,
  type Recovery,
} from "../../../src/core/stack-sync/recovery.ts";
import { fleet, type ReleaseFacts } from "../../kit/fleet.ts";

const nowMs = 1_000_000;

function recovery(
  facts: Readonly<Record<string, ReleaseFacts>>,
  more: { readonly wasHealthy?: boolean; readonly before?: Recovery } = {},
): Recovery | undefined {
  return recoveryOf(fleet("api <- db", facts).plan, {
    wasHealthy: false,
    createdAtMs: 400_000,
    before: undefined,
    nowMs,
    ...more,
  });
}

const install: ReleaseFacts = { kind: "install" };
const keep: ReleaseFacts = { kind: "keep", standing: "healthy", from: 1 };

describe("a recovery", () => {
  it("begins with the StackSync, where that is new and something is to be brought up", () => {
    expect(recovery({ api: install, db: install })).toEqual({ sinceMs: 400_000, isFromNothing: true });
    expect(recovery({ api: install, db: { kind: "upgrade" } })).toEqual({
      sinceMs: 400_000,
      isFromNothing: false,
    });
    // A StackSync for what runs already recovers nothing.
    expect(recovery({ api: keep, db: { kind: "upgrade" } })).toBeUndefined();
  });

  it("begins with the run, where a stack that was whole is gone", () => {
    expect(recovery({ api: install, db: install }, { wasHealthy: true })).toEqual({
      sinceMs: nowMs,
      isFromNothing: true,
    });
    expect(recovery({ api: install, db: { kind: "upgrade" } }, { wasHealthy: true })).toBeUndefined();
  });

  it("goes on over runs until it is over", () => {
    const before = { sinceMs: 700_000, isFromNothing: true };
    expect(recovery({ api: install, db: { kind: "upgrade" } }, { wasHealthy: true, before })).toEqual({
      sinceMs: 700_000,
      isFromNothing: false,
    });
  });

  it("is expected to go on as it went, by waves or by releases, whichever takes longer", () => {
    const run = { beganAtMs: nowMs - 60_000, wave: 3, waves: 6, done: 30, total: 40 };
    expect(expectedLeftMs(run, nowMs)).toBe(120_000);
    expect(expectedLeftMs({ ...run, done: 10 }, nowMs)).toBe(180_000);
    expect(leftWords(run, nowMs)).toBe(", about 2m left");
    expect(leftWords({ ...run, wave: 6, done: 39 }, nowMs)).toBe(", about 20s left");
    expect(leftWords({ ...run, wave: 1, done: 0 }, nowMs)).toBe("");
  });
});
