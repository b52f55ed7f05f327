// The last run in the state object: kept for people, dropped where it can't be believed, never in the way of what decides.
import { describe, expect, it } from "vitest";
import type { ReleaseId } from "../../src/core/ids.ts";
import type { LastRun } from "../../src/core/observation.ts";
import { readStateDocument, writeStateDocument } from "../../src/core/state-document.ts";

const lastRun: LastRun = {
  id: "20260102t030405-abcd",
  startedAt: "2026-01-02T03:04:05.000Z",
  finishedAt: "2026-01-02T03:05:05.000Z",
  exitCode: 5,
  waves: 2,
  releases: new Map([
    [
      "shop/api" as ReleaseId,
      {
        state: "Blocked",
        detail: "by shop/db",
        wave: 2,
        after: ["shop/db" as ReleaseId],
        releaseName: "api",
        chart: "app",
        version: "1.0.0",
        declaredAt: "releases/api.yaml:1",
        protect: true,
        undeclared: true,
        labels: { team: "payments" },
        health: [{ apiVersion: "a.example.com/v1", kind: "Gauge", ready: "status.level == spec.level" }],
      },
    ],
  ]),
};
const quarantine = { key: "k", fingerprint: "f", since: "2026-01-02T03:04:05Z" };
const releases = new Map([["shop/db" as ReleaseId, { quarantine }]]);

describe("the last run in a state document", () => {
  it("is read as it was written", () => {
    const state = { releases, lastRun };
    expect(readStateDocument(writeStateDocument("shop", state, 100_000))).toEqual(state);
  });

  it("gives up its health rules first, and says so, where there is no room", () => {
    const whole = writeStateDocument("shop", { releases, lastRun }, 100_000);
    const read = readStateDocument(writeStateDocument("shop", { releases, lastRun }, whole.length - 1));
    const api = lastRun.releases.get("shop/api" as ReleaseId);
    expect(read?.lastRun?.releases.get("shop/api" as ReleaseId)).toEqual({ ...api, health: "unknown" });
  });

  it("goes before a quarantine does, where there is no room", () => {
    expect(readStateDocument(writeStateDocument("shop", { releases, lastRun }, 10))).toEqual({ releases });
  });

  it.each([
    ["a state that no view knows", { state: "Exploded" }],
    ["a dependency that is no text", { after: [1] }],
    ["no wave", { wave: "second" }],
    ["a protection that is no yes", { protect: "yes" }],
    ["a label that is no text", { labels: { team: 1 } }],
    ["a health rule of no kind", { health: [{ apiVersion: "v1", ready: "true" }] }],
  ])("counts as none with %s, and the quarantines stay", (_what, wrong) => {
    const text = JSON.parse(writeStateDocument("shop", { releases, lastRun }, 100_000)) as {
      lastRun: { releases: Record<string, object> };
    };
    text.lastRun.releases["shop/api"] = { ...text.lastRun.releases["shop/api"], ...wrong };
    expect(readStateDocument(JSON.stringify(text))).toEqual({ releases });
  });
});
