// Health rules as they are kept for a rollback without git: whole or not at all.
import { describe, expect, test } from "vitest";
import type { HealthRule } from "../../src/core/declaration.ts";
import { lastRunOf } from "../../src/core/last-run.ts";
import type { LastRun } from "../../src/core/observation.ts";
import { rulesKept, rulesToKeep } from "../../src/core/remembered-rules.ts";
import { rememberedStack } from "../../src/core/remembered-stack.ts";
import { start } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

const range = { file: "releases/db.yaml", line: 3, column: 1 };
const rule: HealthRule = {
  apiVersion: "a.example.com/v1",
  kind: "Gauge",
  ready: { text: "status.level == spec.level", range },
  range,
};
const long: HealthRule = { ...rule, failed: { text: `"${"x".repeat(5_000)}" == ""`, range } };

function recorded(facts: ReleaseFacts, before?: LastRun): LastRun {
  const stack = fleet("db", { db: facts });
  const run = start(stack).when("interrupted").run();
  return lastRunOf(run, run.startedAtMs + 1_000, stack.graph, before);
}

function remembered(lastRun: LastRun | undefined) {
  const record = {
    namespace: "shop",
    releaseName: "db",
    revision: 1,
    status: "deployed",
    stackLabel: "shop.0123abcd",
    resourceVersion: "1",
  } as const;
  return rememberedStack({
    stackLabel: "shop.0123abcd",
    records: new Map([["shop/db", [record]]]),
    state: { releases: new Map(), ...(lastRun === undefined ? {} : { lastRun }) },
  });
}

describe("the health rules of a release", () => {
  test("are known again as they were written, but for their place", () => {
    expect(rulesKept(rulesToKeep([rule]), range)).toEqual([rule]);
    expect(rulesKept(rulesToKeep([]), range)).toEqual([]);
  });

  test("are not kept in part: too long ones are unknown, as all are where no run is remembered", () => {
    expect(rulesToKeep([rule, long])).toEqual({ health: "unknown" });
    expect(rulesKept({ health: "unknown" }, range)).toBeUndefined();
    expect(remembered(undefined)).toMatchObject({ rulesUnknown: [id("db")], declarations: [{ health: [] }] });
  });

  test("are those of the last run, through rollbacks too, which know no others", () => {
    const run = recorded({ declaration: { health: [rule] } });
    expect(remembered(run).declarations[0]?.health).toMatchObject([{ ready: { text: rule.ready?.text } }]);
    expect(remembered(run).rulesUnknown).toEqual([]);
    const back: ReleaseFacts = { kind: "roll-back", from: 2, lastGood: 1 };
    expect(recorded(back, run).releases.get(id("db"))?.health).toEqual(run.releases.get(id("db"))?.health);
    expect(recorded(back).releases.get(id("db"))?.health).toBe("unknown");
  });
});
