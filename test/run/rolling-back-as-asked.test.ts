import { describe, expect, test } from "vitest";
import { start, trouble } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

/** At revision 3, to go back to 1. */
const back: ReleaseFacts = { kind: "roll-back", from: 3, lastGood: 1 };
/** What stands on the left goes back first. */
const reversed = (more: ReleaseFacts = {}) => fleet("db <- api", { db: { ...back, ...more }, api: back });

describe("a rollback that a person asked for", () => {
  test("goes from dependents to what they depend on, each healthy before the next", () => {
    start(reversed())
      .expects("roll-back api to 1")
      .shows("db", "Waiting: for shop/api")
      .when("helm finished api")
      .expects("watch-health api")
      .when("api healthy")
      .notes("mark-verified api r4 as r1")
      .expects("roll-back db to 1")
      .tells("rollback-finished api", "rollback-started db")
      .when("helm finished db")
      .when("db healthy")
      .shows("db", "Frozen: at what revision 1 was, by anna since 2026-09-01T09:00:00.000Z")
      .ends(0, "done");
  });

  test("that is not healthy in time stops there, on record and without a quarantine", () => {
    start(reversed())
      .when("helm finished api")
      .when("api failing")
      .expects("capture-evidence api")
      .when("evidence of api")
      .expects("record-failure api: rollback-failed")
      .notesNothing("roll-back db to 1")
      .shows("db", "Blocked: by shop/api")
      .ends(7, "needs-person");
  });

  test("that fails tells the evidence of that, and puts it on record", () => {
    const evidence = { troubles: [trouble("api", "CrashLoopBackOff")], events: [], logs: [] };
    const talk = start(reversed())
      .when("helm finished api")
      .when("api failing")
      .whenFact({ kind: "evidence-captured", release: id("api"), evidence });
    expect(talk.allEvents()).toContainEqual(
      expect.objectContaining({ kind: "rollback-failed", release: id("api"), revision: 4, evidence }),
    );
    expect(talk.allOrders().find(({ kind }) => kind === "record-failure")).toMatchObject({
      record: { action: "rollback", outcome: "rollback-failed", evidence },
    });
  });

  test("has evidence of a failed hook before helm, which would wait on, is stopped", () => {
    start(reversed())
      .when("record of api seen")
      .expects("watch-health api")
      .when("api failing")
      .expects("capture-evidence api")
      .when("evidence of api")
      .expects("stop-helm api")
      .when("helm failed api: interrupted")
      .expects("record-failure api: rollback-failed")
      .ends(7, "needs-person");
  });

  test("goes on where helm has ended well all the same", () => {
    start(fleet("db", { db: back }))
      .when("record of db seen", "db failing")
      .when("helm finished db")
      .when("evidence of db", "db healthy")
      .ends(0, "done");
  });

  test("whose time is over and that is seen healthy while evidence is taken has gone well", () => {
    start(fleet("db", { db: back }))
      .when("helm finished db", "db pending")
      .after("5m")
      .expects("capture-evidence db")
      .when("db healthy")
      .notes("mark-verified db r4 as r1")
      .ends(0, "done");
  });

  test("puts its failure on record though the run is told to stop meanwhile", () => {
    start(reversed())
      .when("helm finished api", "api failing")
      .when("interrupted")
      .expects()
      .when("evidence of api")
      .expects("record-failure api: rollback-failed")
      .ends(130, "interrupted");
  });

  test("marks what a dead helm left in the way before it begins", () => {
    const locked = { revision: 4, status: "pending-rollback", resourceVersion: "7", ours: true };
    start(fleet("db", { db: { ...back, locked } }))
      .expects("recover-record db")
      .when("record of db recovered")
      .expects("roll-back db to 1");
  });

  test("waits out what passes by itself", () => {
    start(fleet("db", { db: back }))
      .when("helm failed db: unreachable")
      .expects()
      .after("2s")
      .expects("roll-back db to 1")
      .when("helm finished db")
      .when("db healthy")
      .ends(0, "done");
  });

  test("is stopped like every run", () => {
    start(reversed())
      .when("interrupted")
      .expects("stop-helm api")
      .when("helm failed api: interrupted")
      .shows("db", "Cancelled")
      .ends(130, "interrupted");
  });
});
