import { describe, test } from "vitest";
import { start } from "../kit/conversation.ts";
import { fleet, type ReleaseFacts } from "../kit/fleet.ts";

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
      .expects("record-failure api: rollback-failed")
      .notesNothing("roll-back db to 1")
      .shows("db", "Blocked: by shop/api")
      .ends(7, "needs-person");
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
