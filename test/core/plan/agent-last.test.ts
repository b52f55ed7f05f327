import { describe, expect, it } from "vitest";
import { withAgentLast } from "../../../src/core/plan/agent-last.ts";
import type { Step } from "../../../src/core/plan/plan.ts";
import { fleet, id, type ReleaseFacts } from "../../kit/fleet.ts";

const agent: ReleaseFacts = { chart: { name: "headway", hasCrds: true } };

function lines(text: string, facts: Readonly<Record<string, ReleaseFacts>>): readonly string[] {
  return withAgentLast(fleet(text, facts).plan.steps).map(
    ({ release, after, wave }: Step) => `${wave} ${release} <- ${after.join(" ")}`,
  );
}

describe("the agent's own release", () => {
  it("waits for everything that acts in the run, whatever it depends on, in a wave of its own", () => {
    expect(lines("agent\nweb <- db\ncache", { agent })).toEqual([
      "1 shop/cache <- ",
      "1 shop/db <- ",
      "2 shop/web <- shop/db",
      "3 shop/agent <- shop/cache shop/db shop/web",
    ]);
  });

  it("does not wait for what is left as it is, so that one bad release does not keep it from being mended", () => {
    expect(lines("agent\ndb\nweb", { agent, web: { kind: "keep", standing: "quarantined" } })).toEqual([
      "1 shop/db <- ",
      "1 shop/web <- ",
      "2 shop/agent <- shop/db",
    ]);
  });

  it("goes before what depends on it, and changes nothing where there is nothing to do for it", () => {
    expect(lines("dash <- agent\ndb", { agent })).toEqual([
      "1 shop/db <- ",
      "2 shop/agent <- shop/db",
      "2 shop/dash <- shop/agent",
    ]);
    const { steps } = fleet("agent\ndb", { agent: { ...agent, kind: "keep" } }).plan;
    expect(withAgentLast(steps)).toEqual(steps);
  });

  it("makes no circle of two agents", () => {
    const steps = withAgentLast(fleet("one\ntwo\ndb", { one: agent, two: agent }).plan.steps);
    const seen = new Set<string>();
    for (const { release, after } of steps) {
      expect(after.every((needed) => seen.has(needed))).toBe(true);
      seen.add(release);
    }
    expect(steps.at(-1)?.after).toContain(id("db"));
  });
});
