import { describe, expect, test } from "vitest";
import { noEvidence, start } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

const one = (facts: ReleaseFacts = {}) => start(fleet("api <- db", { db: facts }));
const settled = (facts: ReleaseFacts = {}) => one(facts).when("helm started db", "helm finished db");

describe("a rollback that a deadline cuts", () => {
  test("is told with the refusal before it", () => {
    settled({ declaration: { timeoutMs: 5_000 } })
      .when("db failing", "evidence of db", "failure of db recorded", "helm failed db: unreachable")
      .after("2s")
      .when("helm failed db: timeout")
      .shows(
        "db",
        "Failed: and its rollback too: the rollback to revision 1 failed: timed out after 2 s; last: the unreachable message; it had failed because Deployment db: ProgressDeadlineExceeded",
      );
  });
});

describe("a failed upgrade", () => {
  test("is proved, then recorded, then undone, each before the next", () => {
    const talk = settled()
      .when("db failing")
      .expects("capture-evidence db")
      .tells("health-changed db")
      .when("evidence of db")
      .expects("record-failure db: rolled-back, quarantined")
      .tells("release-failed db: rollback")
      .when("failure of db recorded")
      .expects("roll-back db to 1")
      .tells("rollback-started db")
      .shows("db", "Running: rolling back to revision 1: Deployment db: ProgressDeadlineExceeded")
      .when("helm finished db")
      .expects("watch-health db")
      .when("db pending")
      .tells("health-changed db")
      .when("db healthy")
      .expects()
      .notes("unwatch db", "mark-verified db r3 as r1")
      .notesNothing("clear-failure db")
      .tells("rollback-finished db", "release-skipped api", "run-finished: 5")
      .shows("db", "RolledBack: to revision 1: Deployment db: ProgressDeadlineExceeded")
      .shows("api", "Blocked: by shop/db")
      .ends(5, "rolled-back");
    const record = talk.allOrders().find((order) => order.kind === "record-failure");
    expect(record?.kind === "record-failure" && record.record).toMatchObject({
      action: "upgrade",
      revision: 2,
      rolledBackTo: 1,
      failure: { kind: "unhealthy" },
      declaredAt: "releases/db.yaml:3",
    });
  });

  test("is undone and not quarantined where the same was healthy before", () => {
    settled({ proven: true })
      .when("db failing", "evidence of db")
      .expects("capture-evidence db", "record-failure db: rolled-back")
      .when("failure of db recorded", "helm finished db", "db healthy")
      .ends(5, "rolled-back");
  });

  test("by helm's word is undone in the same order where a part was stored", () => {
    one()
      .when("helm started db", "helm failed db: hook-failed, stored")
      .expects("capture-evidence db")
      .when("evidence of db", "failure of db recorded")
      .expects("record-failure db: rolled-back, quarantined", "roll-back db to 1");
  });

  test("that helm refused before it stored anything is quarantined, with nothing to undo", () => {
    one()
      .when("helm started db", "helm failed db: values-schema", "evidence of db")
      .expects("capture-evidence db", "record-failure db: never-applied, quarantined")
      .when("failure of db recorded")
      .expects()
      .shows("db", "Quarantined: the values-schema message")
      .ends(5, "rolled-back");
  });

  test.each([
    ["killed, stored", "kept", 4, "failed"],
    ["locked", "never-applied", 4, "failed"],
    ["program", "never-applied", 4, "failed"],
    ["interrupted", "never-applied", 4, "failed"],
    ["forbidden", "never-applied", 6, "unreachable"],
  ] as const)(
    "whose helm was %s says nothing about the declaration: kept, to be tried again",
    (how, outcome, code, kind) => {
      one({ declaration: { retries: 2 } })
        .when("helm started db", `helm failed db: ${how}`, "evidence of db")
        .expects("capture-evidence db", `record-failure db: ${outcome}`)
        .when("failure of db recorded")
        .expects()
        .ends(code, kind);
    },
  );

  test("for want of a right that had stored a part is undone, and may be tried again", () => {
    one()
      .when("helm started db", "helm failed db: forbidden, stored", "evidence of db")
      .expects("capture-evidence db", "record-failure db: rolled-back")
      .when("failure of db recorded")
      .expects("roll-back db to 1");
  });

  test("with onFailure keep stays as it is, quarantined", () => {
    settled({ declaration: { onFailure: "keep" } })
      .when("db failing", "evidence of db")
      .expects("capture-evidence db", "record-failure db: kept, quarantined")
      .when("failure of db recorded")
      .expects()
      .ends(5, "rolled-back");
  });

  test("is never uninstalled", () => {
    settled({ declaration: { onFailure: "uninstall" } })
      .when("db failing", "evidence of db", "failure of db recorded")
      .expects("capture-evidence db", "record-failure db: rolled-back, quarantined", "roll-back db to 1");
  });
});

describe("a failed first install", () => {
  test("is kept and not quarantined", () => {
    settled({ kind: "install" })
      .when("db failing", "evidence of db")
      .expects("capture-evidence db", "record-failure db: kept")
      .when("failure of db recorded")
      .expects()
      .shows("db", "Failed: Deployment db: ProgressDeadlineExceeded")
      .ends(4, "failed");
  });

  test("is uninstalled where the declaration says so", () => {
    settled({ kind: "install", declaration: { onFailure: "uninstall" } })
      .when("db failing", "evidence of db")
      .expects("capture-evidence db", "record-failure db: uninstalled")
      .when("failure of db recorded")
      .expects("uninstall db")
      .tells("uninstall-started db")
      .shows("db", "Removing: uninstalling the failed install")
      .when("helm finished db")
      .expects("watch-gone db")
      .when("db gone")
      .tells("uninstall-finished db", "run-finished: 5")
      .shows("db", "Failed: uninstalled: Deployment db: ProgressDeadlineExceeded")
      .shows("api", "Blocked: by shop/db")
      .ends(5, "rolled-back");
  });

  test("is kept where its uninstall fails too", () => {
    settled({ kind: "install", declaration: { onFailure: "uninstall" } })
      .when("db failing", "evidence of db", "failure of db recorded", "helm failed db: unknown")
      .tells("release-failed db: uninstall", "release-failed db: keep")
      .shows(
        "db",
        "Failed: its uninstall failed: the unknown message; it was to go because Deployment db: ProgressDeadlineExceeded",
      )
      .ends(4, "failed");
  });

  test("has nothing to uninstall where helm stored nothing", () => {
    one({ kind: "install", declaration: { onFailure: "uninstall" } })
      .when("helm started db", "helm failed db: render", "evidence of db", "failure of db recorded")
      .expects("capture-evidence db", "record-failure db: never-applied")
      .ends(4, "failed");
  });
});

describe("a stack that stops at a failure", () => {
  test("lets what is under way come to its end, and starts nothing more", () => {
    start(fleet("api <- db\nother\nlate <- other", { db: {} }, { onFailure: "stop" }))
      .when("helm started db", "helm started other", "helm failed db: rejected")
      .when("evidence of db", "failure of db recorded")
      .when("helm finished other", "other healthy")
      .shows("other", "Ready")
      .shows("late", "Blocked: by shop/db")
      .ends(5, "rolled-back");
  });

  test("goes on where a release is only tried again", () => {
    const again = { declaration: { retries: 1 } };
    start(fleet("api <- db\nother\nlate <- other", { db: again }, { onFailure: "stop" }))
      .when("helm started db", "helm started other", "helm finished db", "db failing")
      .when("evidence of db", "helm finished other", "other healthy")
      .expects("watch-health other", "upgrade late");
  });
});

describe("a rollback", () => {
  const rolling = (text = "api <- db", facts: Record<string, ReleaseFacts> = {}) =>
    start(fleet(text, facts)).when(
      "helm started db",
      "helm finished db",
      "db failing",
      "evidence of db",
      "failure of db recorded",
    );

  test("that fails is not repeated: a person is asked, and nothing else starts", () => {
    rolling("api <- db\nother\nlate <- other\nlast <- late")
      .when("helm failed db: hook-failed")
      .expects("record-failure db: rollback-failed, quarantined")
      .tells("rollback-failed db")
      .goesOn()
      .when("helm started other", "helm finished other", "other healthy")
      .expects("watch-health other")
      .tells("release-ready other", "release-skipped late", "release-skipped last", "run-finished: 7")
      .shows("other", "Ready")
      .shows("late", "Blocked: by shop/db")
      .ends(7, "needs-person");
  });

  test("whose helm is killed is begun anew once, and then left to the next run, which still owes it", () => {
    rolling()
      .when("helm failed db: killed")
      .goesOn()
      .after("2s")
      .expects("roll-back db to 1")
      .when("helm failed db: killed")
      .tells("rollback-failed db", "release-skipped api", "run-finished: 4")
      .shows(
        "db",
        "Failed: the rollback to revision 1 was cut: the killed message; it was due because Deployment db: ProgressDeadlineExceeded",
      )
      .ends(4, "failed");
    rolling()
      .when("helm failed db: killed")
      .after("2s")
      .when("helm finished db", "db healthy")
      .ends(5, "rolled-back");
  });

  test("that fails lets no further attempt of another release start", () => {
    rolling("db\nother")
      .when("helm started other", "helm failed other: unreachable")
      .when("helm failed db: hook-failed")
      .after("1s")
      .expects("capture-evidence other")
      .when("evidence of other", "failure of other recorded")
      .ends(7, "needs-person");
  });

  test("that is not healthy in time has failed", () => {
    rolling()
      .when("helm finished db", "db pending")
      .after("5m")
      .expects("record-failure db: rollback-failed, quarantined")
      .ends(7, "needs-person");
  });

  test("has the whole time once helm is done, however long that took", () => {
    rolling()
      .after("6m")
      .expects()
      .when("helm finished db")
      .after("4m")
      .goesOn()
      .after("1m")
      .ends(7, "needs-person");
  });

  test("tolerates suspects as long as an upgrade does", () => {
    rolling()
      .when("helm finished db", "db suspect config")
      .after("29s")
      .goesOn()
      .after("1s")
      .ends(7, "needs-person");
  });

  test.each(["unreachable", "interrupted"])("is tried again where helm was %s", (cause) => {
    rolling()
      .when(`helm failed db: ${cause}`)
      .expects()
      .tells("apply-delayed db")
      .after("2s")
      .expects("roll-back db to 1")
      .when("helm finished db", "db healthy")
      .ends(5, "rolled-back");
  });

  test("is not over by what was seen of the failed revision", () => {
    rolling()
      .when("helm finished db")
      .whenFact({ kind: "health-observed", release: id("db"), revision: 2, health: { kind: "ready" } })
      .goesOn()
      .when("db healthy")
      .ends(5, "rolled-back");
  });
});

describe("what heals late", () => {
  const others = "api <- db\nother";

  test("after a failed first install frees its dependents", () => {
    start(fleet(others, { db: { kind: "install" } }))
      .when("helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded")
      .shows("api", "Blocked: by shop/db")
      .when("db pending")
      .shows("db", "Failed: Deployment db: ProgressDeadlineExceeded")
      .when("db healthy")
      .expects("upgrade api")
      .notes("mark-verified db r1", "clear-failure db")
      .tells("release-ready db");
  });

  test("after a kept failed upgrade frees its dependents and ends its quarantine", () => {
    start(fleet(others, { db: { declaration: { onFailure: "keep" } } }))
      .when("helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded")
      .when("db healthy")
      .expects("upgrade api")
      .notes("mark-verified db r2", "clear-failure db");
  });

  test("is nothing that helm had not completed: a failed hook heals with no object", () => {
    const talk = start(fleet(others, { db: { kind: "install" } }))
      .when("helm started db", "record of db seen", "helm failed db: hook-failed, stored")
      .notes("unwatch db")
      .when("evidence of db", "failure of db recorded");
    talk
      .whenFact({ kind: "health-observed", release: id("db"), revision: 1, health: { kind: "ready" } })
      .expects()
      .shows("db", "Failed: the hook-failed message");
  });

  test("is nothing that was rolled back", () => {
    start(fleet(others))
      .when("helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded")
      .when("helm finished db", "db healthy")
      .when("db healthy")
      .expects()
      .shows("db", "RolledBack: to revision 1: Deployment db: ProgressDeadlineExceeded");
  });
});

describe("a deadline that ran out while the cluster was away", () => {
  const late = () =>
    start(fleet("api <- db\nother", { db: { declaration: { timeoutMs: 60_000 } } }))
      .when("helm started db", "helm finished db", "db pending")
      .after("60s")
      .expects("capture-evidence db");
  const unreachable = { kind: "unreachable", message: "the cluster does not answer" } as const;

  test("undoes nothing and quarantines nothing: nobody knows how the release is", () => {
    late()
      .whenFact({ kind: "evidence-captured", release: id("db"), evidence: noEvidence, unreachable })
      .expects("record-failure db: kept")
      .tells("release-failed db: keep")
      .when("failure of db recorded", "helm started other", "helm finished other", "other healthy")
      .ends(6, "unreachable");
  });

  test("is forgiven where a last look shows that all is well", () => {
    late()
      .when("db healthy")
      .expects("upgrade api")
      .tells("release-ready db")
      .when("evidence of db")
      .expects();
  });

  test("is not forgiven by what is seen of another revision, or once it is recorded", () => {
    const ready = { kind: "ready" } as const;
    const talk = late();
    talk.whenFact({ kind: "health-observed", release: id("db"), revision: 1, health: ready });
    talk
      .expects()
      .when("evidence of db", "db healthy")
      .expects("record-failure db: rolled-back, quarantined");
  });

  test("and that says something of a failure seen before says nothing against that", () => {
    start(fleet("db"))
      .when("helm started db", "helm finished db", "db failing")
      .whenFact({ kind: "evidence-captured", release: id("db"), evidence: noEvidence, unreachable })
      .expects("record-failure db: rolled-back, quarantined");
  });
});
