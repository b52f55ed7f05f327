import { describe, expect, test } from "vitest";
import { start, type Conversation } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

/** The steps that bring an upgraded or installed release to health. */
const up = (name: string): readonly string[] => [
  `helm started ${name}`,
  `helm finished ${name}`,
  `${name} healthy`,
];
const fails = (name: string): readonly string[] => [
  `helm started ${name}`,
  `helm finished ${name}`,
  `${name} failing`,
  `evidence of ${name}`,
];
const back = (name: string): readonly string[] => [`helm finished ${name}`, `${name} healthy`];

function stack(
  text: string,
  facts: Readonly<Record<string, ReleaseFacts>> = {},
  onFailure: "rollbackRelated" | "rollbackStack" = "rollbackStack",
): Conversation {
  return start(fleet(text, facts, { onFailure }));
}

describe("a stack that goes back as a whole", () => {
  test("undoes what the run has changed, dependents first, each healthy before the next", () => {
    stack("api <- db\nweb <- api")
      .when(...up("db"), ...up("api"))
      .when(...fails("web"))
      .tells("take-back-started")
      .expects(
        "watch-health web",
        "capture-evidence web",
        "record-take-back db to 1, api to 1",
        "record-failure web: rolled-back, quarantined",
      )
      .when("take-back of db, api recorded")
      // The failed one is still in place.
      .expects()
      .when("failure of web recorded")
      .expects("roll-back web to 1")
      .when(...back("web"))
      .expects("watch-health web", "roll-back api to 1")
      .shows("api", "Running: rolling back to revision 1: shop/web failed")
      .when("helm finished api")
      .expects("watch-health api")
      .when("api healthy")
      .expects("roll-back db to 1")
      .notes("mark-verified api r3 as r1")
      .goesOn()
      .when(...back("db"))
      .shows("db", "RolledBack: to revision 1, because shop/web failed")
      .ends(5, "rolled-back");
  });

  test("is put on record before anything goes back", () => {
    stack("api <- db")
      .when(...up("db"), ...fails("api"), "failure of api recorded", ...back("api"))
      .goesOn()
      .notesNothing("roll-back db to 1")
      .when("take-back of db recorded")
      .expects("roll-back db to 1");
  });

  test("uninstalls what this run has installed, and keeps a failed first install", () => {
    const install = { kind: "install" } as const;
    stack("api <- db", { db: install, api: install })
      .when(...up("db"), ...fails("api"), "failure of api recorded", "take-back of db recorded")
      .expects(
        "watch-health db",
        "upgrade api",
        "watch-health api",
        "capture-evidence api",
        "record-take-back db to nothing",
        "record-failure api: kept",
        "uninstall db",
      )
      .when("helm finished db", "db gone")
      .shows("db", "RolledBack: uninstalled again, because shop/api failed")
      .shows("api", "Failed: Deployment api: ProgressDeadlineExceeded")
      .ends(5, "rolled-back");
  });

  test("lets what is under way come to its end, and then takes it back", () => {
    stack("api\nweb")
      .when("helm started web", ...fails("api"), "take-back of web recorded", "failure of api recorded")
      .when(...back("api"))
      .expects("watch-health api")
      .goesOn()
      .when("helm finished web", "web healthy")
      .expects("watch-health web", "roll-back web to 1")
      .notesNothing("clear-failure web")
      .when(...back("web"))
      .ends(5, "rolled-back");
  });

  test("starts nothing more, and says whose failure is in the way", () => {
    stack("api\nweb <- slow")
      .when(...fails("api"))
      .when(...up("slow"), "take-back of slow recorded")
      .shows("web", "Blocked: by shop/api")
      .when("failure of api recorded", ...back("api"), ...back("slow"))
      .ends(5, "rolled-back");
  });

  test("leaves what had no verified revision before, and says so", () => {
    stack("api <- db", { db: { lastGood: "none", from: 3 } })
      .when(...up("db"), ...fails("api"))
      .tells("release-failed api: rollback", "warning db")
      .when("failure of api recorded", ...back("api"))
      .shows("db", "Ready")
      .ends(5, "rolled-back");
  });

  test("leaves what was healthy with the same before, and says nothing of it", () => {
    const talk = stack("api <- db", { db: { proven: true } })
      .when(...up("db"), ...fails("api"))
      .when("failure of api recorded", ...back("api"))
      .shows("db", "Ready")
      .ends(5, "rolled-back");
    expect(talk.allEvents().filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  test("goes back for no cause that may go by itself", () => {
    const talk = stack("api <- db", { api: { declaration: { timeoutMs: 5_000 } } })
      .when(...up("db"), "helm started api", "helm failed api: unreachable")
      .after("6s");
    talk.notesNothing("record-take-back db to 1");
    expect(talk.run().takingBack.size).toBe(0);
  });

  test("leaves alone what was as declared before", () => {
    stack("api <- db", { db: { kind: "keep" } })
      .when(...fails("api"), "failure of api recorded", ...back("api"))
      .shows("db", "Ready")
      .ends(5, "rolled-back");
  });

  test("stops for a person where one can't go back, and leaves the rest as it is", () => {
    stack("api <- db\nweb <- api")
      .when(...up("db"), ...up("api"), ...fails("web"))
      .when("take-back of db, api recorded", "failure of web recorded", ...back("web"))
      .when("helm failed api: would-lose")
      .expects("capture-evidence api")
      .when("evidence of api")
      .expects("record-failure api: rollback-failed, quarantined")
      .shows("db", "Ready")
      .ends(7, "needs-person");
  });

  test("leaves the rest to the next run where the helm of one was killed time and again", () => {
    stack("api <- db\nweb <- api")
      .when(...up("db"), ...up("api"), ...fails("web"))
      .when("take-back of db, api recorded", "failure of web recorded", ...back("web"))
      .when("helm failed api: killed")
      .after("2s")
      .expects("roll-back api to 1")
      .when("helm failed api: killed")
      .notesNothing("roll-back db to 1")
      .shows("db", "Ready")
      .ends(5, "rolled-back");
  });

  test("takes nothing back once the run was told to stop", () => {
    stack("api <- db")
      .when(...up("db"), ...fails("api"), "take-back of db recorded", "failure of api recorded")
      .when("interrupted", "helm failed api: interrupted")
      .notesNothing("roll-back db to 1")
      .ends(130, "interrupted");
  });

  test("tries nothing another time, and lets each go back as its own policy says", () => {
    stack("api\nweb", { web: { declaration: { retries: 1 } } })
      .when("helm started web", "helm finished web", "web failing")
      .expects("watch-health web", "capture-evidence web")
      .when(...fails("api"), "take-back of web recorded", "evidence of web")
      .tells("release-failed web: rollback")
      .notesNothing("upgrade web")
      .when("failure of web recorded")
      .expects("roll-back web to 1");
  });

  test("does not begin another attempt that was due already", () => {
    stack("api\nweb", { web: { declaration: { retries: 1 } } })
      .when(...fails("web"))
      .tells("release-failed web: retry")
      .when(...fails("api"), "take-back of web recorded")
      .after("1s")
      .notesNothing("upgrade web")
      .expects("capture-evidence web")
      .when("evidence of web")
      .tells("release-failed web: rollback");
  });

  test("leaves what has failed by itself to its own policy, whether it failed before or after", () => {
    const keep: ReleaseFacts = { declaration: { onFailure: "keep" } };
    stack("api\nweb", { api: keep, web: keep })
      .when("helm started web", "helm finished web", ...fails("api"))
      .expects(
        "watch-health web",
        "watch-health api",
        "capture-evidence api",
        "record-take-back web to 1",
        "record-failure api: kept, quarantined",
      )
      .when("web failing", "evidence of web")
      .notesNothing("record-take-back api to 1")
      .expects("capture-evidence web", "record-failure web: kept, quarantined, no more to take back")
      .when("take-back of web recorded", "failure of api recorded", "failure of web recorded")
      .ends(5, "rolled-back");
  });

  test("leaves what heals late, and comes to its end", () => {
    stack("api\nweb\nslow", { web: { declaration: { onFailure: "keep" } } })
      .when(...fails("web"), "take-back of api, slow recorded", "failure of web recorded")
      .when(...fails("api"), "failure of api recorded")
      .when("web healthy")
      .when(...back("api"), ...up("slow"), ...back("slow"))
      .shows("web", "Ready")
      .ends(5, "rolled-back");
  });

  test("is not undone a second time by a second failure", () => {
    stack("api\nweb\ndb")
      .when(...up("db"), ...fails("api"), "take-back of web, db recorded", "failure of api recorded")
      .when(...back("api"))
      .when(...fails("web"))
      .notesNothing("record-take-back db to 1")
      .when("failure of web recorded", ...back("web"), ...back("db"))
      .shows("db", "RolledBack: to revision 1, because shop/api failed")
      .ends(5, "rolled-back");
  });
});

describe("a stack that takes back what is related", () => {
  test("undoes what is up- and downstream, and what else stands on that; the rest goes on", () => {
    stack("api <- db\nreport <- db\nweb <- api\nmail <- smtp", {}, "rollbackRelated")
      .when(...up("db"), ...up("report"), ...fails("api"))
      .shows("web", "Blocked: by shop/api")
      .when("take-back of db, report recorded", "failure of api recorded")
      .expects("roll-back report to 1", "roll-back api to 1")
      .when(...up("smtp"))
      .expects("watch-health smtp", "upgrade mail")
      .when(...back("api"), ...back("report"))
      .expects("watch-health api", "watch-health report", "roll-back db to 1")
      .when(...back("db"))
      .goesOn()
      .when(...up("mail"))
      .shows("mail", "Ready")
      .ends(5, "rolled-back");
  });
});

describe("a run that finds what an earlier one still owed", () => {
  const debt = (to: number | "nothing"): ReleaseFacts => ({
    kind: "recover",
    then: "take-back",
    from: 2,
    lastGood: 2,
    takenBack: {
      key: "k",
      fingerprint: "f",
      since: "2026-09-01T10:00:00Z",
      to,
      dueTo: id("web"),
      dueToKey: "w",
    },
  });
  const failed: ReleaseFacts = {
    kind: "keep",
    standing: "quarantined",
    reasons: [{ kind: "quarantined", since: "2026-09-01T10:00:00Z", cause: "no" }],
  };

  test("pays it, dependents first", () => {
    stack("api <- db\nweb <- api", { db: debt(1), api: debt("nothing"), web: failed })
      .expects("uninstall api")
      .shows("db", "Waiting: for shop/api")
      .when("helm finished api", "api gone")
      .expects("watch-gone api", "roll-back db to 1")
      .when(...back("db"))
      .shows("db", "RolledBack: to revision 1, because shop/web failed")
      .ends(5, "rolled-back");
  });

  test("rolls back first the one whose failure it was, where that was cut", () => {
    const takenBack: ReleaseFacts = {
      ...debt(1),
      reasons: [{ kind: "taken-back", since: "2026-09-01T10:00:00Z", dueTo: id("api") }],
    };
    const cut: ReleaseFacts = { kind: "recover", then: "roll-back", from: 2, lastGood: 1 };
    stack("api <- db", { db: takenBack, api: cut })
      .expects("roll-back api to 1")
      .shows("db", "Waiting: for shop/api")
      .when(...back("api"))
      .expects("watch-health api", "roll-back db to 1")
      .when(...back("db"))
      .ends(5, "rolled-back");
  });

  test("rolls it back though what it depends on has gone back already", () => {
    const paid: ReleaseFacts = {
      kind: "keep",
      standing: "quarantined",
      reasons: [{ kind: "taken-back", since: "2026-09-01T10:00:00Z", dueTo: id("api") }],
    };
    const cut: ReleaseFacts = { kind: "recover", then: "roll-back", from: 2, lastGood: 1 };
    stack("api <- db", { db: paid, api: cut })
      .expects("roll-back api to 1")
      .when(...back("api"))
      .ends(5, "rolled-back");
  });

  test("puts a left-over record in order first", () => {
    const locked = { revision: 2, status: "pending-upgrade", resourceVersion: "1", ours: true };
    stack("db", { db: { ...debt(1), locked } })
      .expects("recover-record db")
      .when("record of db recovered")
      .expects("roll-back db to 1");
  });
});
