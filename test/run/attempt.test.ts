import { describe, expect, test } from "vitest";
import type { ReleaseHealth } from "../../src/core/health/health.ts";
import { broken, start, waiting, type Conversation } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

const one = (facts: ReleaseFacts = {}) => start(fleet("api <- db", { db: facts }));
const brief: ReleaseFacts = { declaration: { timeoutMs: 60_000 } };

describe("CRDs", () => {
  const withCrds: ReleaseFacts = { chart: { hasCrds: true } };

  test("are in place before helm is asked for anything", () => {
    one(withCrds)
      .expects("apply-crds db")
      .shows("db", "Running: applying CRDs")
      .when("crds of db")
      .expects("upgrade db")
      .tells("crds-applied db")
      .shows("db", "Pending: queued for helm");
  });

  test("that nothing changed in are not told of", () => {
    one(withCrds)
      .whenFact({ kind: "crds-applied", release: id("db"), names: [] })
      .tells()
      .expects("upgrade db");
  });

  test("are left alone where the declaration says skip", () => {
    one({ ...withCrds, declaration: { crds: "skip" } }).expects("upgrade db");
  });

  test("are asked for again after a passing refusal, and helm only after them", () => {
    one(withCrds)
      .when("preparation of db refused: unreachable")
      .expects()
      .tells("apply-delayed db")
      .shows("db", "Running: to be tried again: the unreachable message")
      .after("1s")
      .expects("apply-crds db")
      .when("crds of db")
      .expects("upgrade db")
      .when("helm started db")
      .tells("apply-started db: upgrade, attempt 1");
  });

  test("take nothing of helm's own time", () => {
    one({ ...withCrds, ...brief })
      .when("preparation of db refused: unreachable")
      .after("50s")
      .when("crds of db", "helm started db", "helm finished db")
      .after("55s")
      .shows("db", "Running: waiting for readiness")
      .after("5s")
      .expects("capture-evidence db");
  });

  test("that are refused for good fail the release, and no further attempt is made", () => {
    one({ ...withCrds, declaration: { retries: 2 } })
      .when("preparation of db refused: rejected")
      .expects("capture-evidence db")
      .when("evidence of db")
      .expects("record-failure db: never-applied, quarantined")
      .tells("release-failed db: keep")
      .when("failure of db recorded")
      .shows("db", "Quarantined: the rejected message")
      .ends(5, "rolled-back");
  });
});

describe("a left-over record", () => {
  const locked = { revision: 2, status: "pending-upgrade", resourceVersion: "7", ours: true };
  const leftOver: ReleaseFacts = { kind: "recover", from: 2, lastGood: 1, locked };

  test("is out of the way before the release is upgraded", () => {
    one(leftOver)
      .expects("recover-record db")
      .shows("db", "Running: recovering a left-over record")
      .when("record of db recovered")
      .expects("upgrade db")
      .tells("record-recovered db")
      .when("helm started db")
      .tells("apply-started db: recover, attempt 1")
      .when("helm finished db", "db healthy")
      .notes("mark-verified db r3")
      .expects("watch-health db", "upgrade api");
  });

  test("is out of the way before CRDs are applied", () => {
    one({ ...leftOver, chart: { hasCrds: true } })
      .when("record of db recovered")
      .expects("apply-crds db");
  });

  test("is asked for again after a passing refusal", () => {
    one(leftOver)
      .when("preparation of db refused: unreachable")
      .after("1s")
      .expects("recover-record db")
      .when("record of db recovered")
      .expects("upgrade db");
  });

  test("that somebody else has taken up is left to them: nothing rolled back, nothing quarantined", () => {
    one(leftOver)
      .when("preparation of db refused: locked")
      .expects("capture-evidence db")
      .when("evidence of db")
      .expects("record-failure db: never-applied")
      .tells("release-failed db: keep")
      .when("failure of db recorded")
      .expects()
      .ends(4, "failed");
  });

  test("of a cut rollback leads to that rollback, and to the mark of the revision it repeats", () => {
    one({ ...leftOver, then: "roll-back" })
      .when("record of db recovered")
      .expects("roll-back db to 1")
      .tells("record-recovered db", "rollback-started db")
      .when("helm finished db")
      .expects("watch-health db")
      .when("db healthy")
      .notes("mark-verified db r3 as r1")
      .shows("api", "Blocked: by shop/db")
      .ends(5, "rolled-back");
  });

  test("that needs no mending leads to the owed rollback at once", () => {
    one({ kind: "recover", from: 2, lastGood: 1, then: "roll-back" }).expects("roll-back db to 1");
  });

  test("with nothing to go back to is upgraded, whatever was owed", () => {
    one({ ...leftOver, lastGood: "none", then: "roll-back" })
      .when("record of db recovered")
      .expects("upgrade db");
  });

  test("whose upgrade helm refuses is rolled back, because a part of it may stand", () => {
    one(leftOver)
      .when("record of db recovered", "helm started db", "helm failed db: render", "evidence of db")
      .expects("upgrade db", "capture-evidence db", "record-failure db: rolled-back, quarantined")
      .when("failure of db recorded")
      .expects("roll-back db to 1");
  });
});

describe("verifying", () => {
  const unverified: ReleaseFacts = { kind: "verify", from: 2, lastGood: 1 };

  test("watches without helm, and marks what is healthy", () => {
    one(unverified)
      .expects("watch-health db")
      .shows("db", "Running: verifying")
      .when("db healthy")
      .expects("upgrade api")
      .notes("mark-verified db r2");
  });

  test("rolls back what is not, and tries nothing again", () => {
    one({ ...unverified, declaration: { retries: 3 } })
      .when("db failing")
      .expects("capture-evidence db")
      .when("evidence of db")
      .expects("record-failure db: rolled-back, quarantined")
      .when("failure of db recorded")
      .expects("roll-back db to 1");
  });
});

describe("a release taken over as it is", () => {
  test("that is not healthy is not rolled back to itself", () => {
    one({ kind: "verify", from: 2, lastGood: 2 })
      .when("db failing", "evidence of db")
      .expects("capture-evidence db", "record-failure db: kept, quarantined");
  });
});

describe("a passing refusal by helm", () => {
  test("is waited out with growing pauses until the time is up, then kept: nothing undone, nothing quarantined", () => {
    const talk = one({ ...brief, declaration: { timeoutMs: 60_000, retries: 5 } }).when("helm started db");
    const pauses: number[] = [];
    for (let index = 0; index < 20 && talk.state("db").kind === "applying"; index++) {
      talk.when("helm failed db: unreachable");
      const state = talk.state("db");
      if (state.kind !== "backing-off") break;
      const { untilMs, startedAtMs = 0 } = state;
      const at = talk.run();
      expect(at.outcome).toBeUndefined();
      pauses.push((untilMs - startedAtMs) / 1000);
      talk
        .after(`${(pauses.at(-1) ?? 0) - (pauses.at(-2) ?? 0)}s`)
        .expects("upgrade db")
        .when("helm started db");
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 31, 46]);
    talk
      .expects("capture-evidence db")
      .when("evidence of db")
      .expects("record-failure db: never-applied")
      .when("failure of db recorded")
      .expects()
      .shows("api", "Blocked: by shop/db")
      .ends(6, "unreachable");
  });

  test.each(["quota", "webhook-down", "terminating-namespace"])(
    "because of %s ends with exit code 4",
    (cause) => {
      one({ declaration: { timeoutMs: 500 } })
        .when("helm started db", `helm failed db: ${cause}, stored`, "evidence of db")
        .expects("capture-evidence db", "record-failure db: kept")
        .when("failure of db recorded")
        .ends(4, "failed");
    },
  );

  test("is told once as the start of an attempt, and counts as one", () => {
    one({ declaration: { retries: 1 } })
      .when("helm started db", "helm failed db: quota")
      .tells("apply-started db: upgrade, attempt 1", "apply-delayed db")
      .after("1s")
      .when("helm started db")
      .tells()
      .shows("db", "Running: upgrading");
  });

  test("leaves helm only the time that is left", () => {
    const talk = one(brief).when("helm started db", "helm failed db: quota").after("1s");
    const order = talk.allOrders().findLast((effect) => effect.kind === "upgrade");
    expect(order?.kind === "upgrade" && order.timeoutMs).toBe(59_000);
  });

  test("by a missing kind is given 20 seconds for somebody to bring it", () => {
    one()
      .when("helm started db", "helm failed db: missing-kind")
      .after("1s")
      .when("helm started db", "helm failed db: missing-kind")
      .tells("apply-delayed db")
      .after("15s")
      .when("helm started db", "helm failed db: missing-kind")
      .expects("capture-evidence db")
      .when("evidence of db", "failure of db recorded")
      .expects("record-failure db: never-applied")
      .ends(4, "failed");
  });

  test("is what a helm fails by that the deadline cuts before it says anything", () => {
    one({ declaration: { timeoutMs: 7_000 } })
      .when("helm started db", "helm failed db: missing-kind")
      .after("1s")
      .when("helm started db")
      .after("6s")
      .when("helm failed db: timeout", "evidence of db")
      .expects("capture-evidence db", "record-failure db: never-applied")
      .when("failure of db recorded")
      .shows("db", "Failed: timed out after 7 s; last: the missing-kind message")
      .ends(4, "failed");
  });

  test("is forgotten where the helm after it was seen to wait for something else", () => {
    one({ declaration: { timeoutMs: 7_000 } })
      .when("helm started db", "helm failed db: quota")
      .after("1s")
      .when("helm started db", "record of db seen", "db pending")
      .after("6s")
      .when("helm failed db: timeout, stored", "evidence of db", "failure of db recorded")
      .shows("db", "Running: rolling back to revision 1: the timeout message");
  });

  test("is no cause of a further attempt's timeout, nor is a timeout explained without one", () => {
    one({ declaration: { timeoutMs: 7_000, retries: 1 } })
      .when("helm started db", "helm failed db: quota")
      .after("1s")
      .when("helm started db", "helm failed db: hook-failed, stored", "evidence of db")
      .after("1s")
      .when("helm started db")
      .after("7s")
      .when("helm failed db: timeout, stored", "evidence of db", "failure of db recorded")
      .shows("db", "Running: rolling back to revision 1: the timeout message");
  });

  test("after a part was stored is undone once a later helm is refused for good", () => {
    one()
      .when("helm started db", "helm failed db: quota, stored")
      .expects()
      .after("1s")
      .when("helm started db", "helm failed db: render", "evidence of db", "failure of db recorded")
      .expects("capture-evidence db", "record-failure db: rolled-back, quarantined", "roll-back db to 1");
  });
});

describe("further attempts", () => {
  const twice: ReleaseFacts = { declaration: { retries: 1 } };

  test("come after a pause, with evidence taken and nothing recorded or undone", () => {
    one(twice)
      .when("helm started db", "helm finished db", "db failing", "evidence of db")
      .expects("watch-health db", "capture-evidence db")
      .tells("release-failed db: retry")
      .notes("unwatch db")
      .after("1s")
      .expects("upgrade db")
      .when("helm started db")
      .tells("apply-started db: upgrade, attempt 2")
      .shows("db", "Running: upgrading, attempt 2")
      .when("helm finished db", "db healthy")
      .notes("mark-verified db r3")
      .shows("db", "Ready");
  });

  test("are as many as declared, and then the policy holds", () => {
    one(twice)
      .when("helm started db", "helm finished db", "db failing", "evidence of db")
      .after("1s")
      .when("helm started db", "helm finished db", "db failing", "evidence of db")
      .expects("watch-health db", "capture-evidence db", "record-failure db: rolled-back, quarantined")
      .when("failure of db recorded")
      .expects("roll-back db to 1");
  });

  test("have the whole time each", () => {
    one({ declaration: { retries: 1, timeoutMs: 60_000 } })
      .when("helm started db", "helm finished db")
      .after("60s")
      .expects("capture-evidence db")
      .when("evidence of db")
      .after("1s")
      .when("helm started db", "helm finished db")
      .after("59s")
      .expects()
      .after("1s")
      .expects("capture-evidence db");
  });

  test("undo what the first one stored where the second is refused before it stores anything", () => {
    one(twice)
      .when("helm started db", "helm failed db: rejected, stored", "evidence of db")
      .after("1s")
      .when("helm started db", "helm failed db: render", "evidence of db", "failure of db recorded")
      .expects("capture-evidence db", "record-failure db: rolled-back, quarantined", "roll-back db to 1");
  });
});

describe("settling", () => {
  const settling = (facts: ReleaseFacts = {}) => one(facts).when("helm started db", "helm finished db");

  test.each([
    ["image-pull", "60s"],
    ["config", "30s"],
    ["crash-loop", "60s"],
    ["missing", "10s"],
  ])("tolerates a suspect of the family %s for %s", (family, tolerance) => {
    const ms = Number.parseInt(tolerance) * 1000;
    settling()
      .when(`db suspect ${family}`)
      .after(`${ms - 1}ms`)
      .expects()
      .after("1ms")
      .expects("capture-evidence db")
      .shows("db", "Running: failing: Deployment db: CrashLoopBackOff");
  });

  test("counts a tolerance from the first look, however often the same is seen", () => {
    settling()
      .when("db suspect config")
      .after("20s")
      .when("db suspect config")
      .after("10s")
      .expects("capture-evidence db");
  });

  test("forgives a suspect that is gone in time", () => {
    settling()
      .when("db suspect config")
      .after("20s")
      .when("db pending")
      .after("60s")
      .expects()
      .when("db healthy")
      .shows("db", "Ready");
  });

  test("keeps the clock of a loop between two crashes", () => {
    settling()
      .when("db suspect crash-loop")
      .after("40s")
      .when("db pending")
      .after("10s")
      .when("db suspect crash-loop")
      .after("10s")
      .expects("capture-evidence db");
  });

  test("ends when the time is up, naming what was waited for", () => {
    settling(brief)
      .when("db pending")
      .after("60s")
      .expects("capture-evidence db")
      .shows("db", "Running: failing: not ready after 60 s: Deployment db 0/1 ready");
  });

  test("that has seen nothing at all says so", () => {
    settling(brief)
      .after("60s")
      .shows("db", "Running: failing: not ready after 60 s: its objects were not seen");
  });

  test("counts the time from the start of helm", () => {
    one(brief)
      .after("10m")
      .when("helm started db")
      .after("50s")
      .when("helm finished db")
      .after("9s")
      .expects()
      .after("1s")
      .expects("capture-evidence db");
  });

  test("is not ended by what was seen of another revision", () => {
    const talk = settling();
    const release = id("db");
    talk.whenFact({ kind: "health-observed", release, revision: 1, health: { kind: "ready" } }).expects();
    talk.whenFact({ kind: "health-observed", release, revision: 1, health: broken("db") }).expects();
    talk.when("db healthy").expects("upgrade api");
  });
});

describe("while helm is at work", () => {
  const working = (facts: ReleaseFacts = {}) =>
    one(facts).when("helm started db", "record of db seen").expects("watch-health db");

  test("a failed hook is proof enough: evidence, then helm is stopped, then the record", () => {
    working()
      .when("db failing")
      .expects("capture-evidence db")
      .shows("db", "Running: stopping helm: Deployment db: ProgressDeadlineExceeded")
      .when("evidence of db")
      .expects("stop-helm db")
      .when("helm failed db: interrupted, stored")
      .expects("record-failure db: rolled-back, quarantined")
      .tells("release-failed db: rollback")
      .when("failure of db recorded")
      .expects("roll-back db to 1");
  });

  test("what looks healthy so far is no end of anything", () => {
    working().when("db healthy").expects().shows("db", "Running: upgrading").goesOn();
  });

  test("a suspect is tolerated as long as one that settles, and its clock goes on when helm is done", () => {
    working().when("db suspect config").after("30s").expects("capture-evidence db");
    working()
      .when("db suspect config")
      .after("20s")
      .when("helm finished db", "db suspect config")
      .after("10s")
      .expects("capture-evidence db");
  });

  test("a suspect that has healed is not held against it", () => {
    working().when("db suspect config").after("20s").when("db healthy").after("40s").expects();
  });

  test("helm that fails by itself meanwhile needs no second evidence", () => {
    working()
      .when("db failing")
      .expects("capture-evidence db")
      .when("helm failed db: hook-failed, stored")
      .expects()
      .when("evidence of db")
      .expects("record-failure db: rolled-back, quarantined")
      .when("evidence of db")
      .expects();
  });

  test("helm that ends well in spite of it is judged by what it leaves", () => {
    working()
      .when("db failing", "helm finished db")
      .expects("capture-evidence db", "watch-health db")
      .when("evidence of db")
      .expects()
      .when("db healthy")
      .expects("upgrade api");
  });

  test("a record that is seen after helm has ended changes nothing", () => {
    one().when("helm started db", "helm finished db", "record of db seen").expects("watch-health db");
  });

  test("evidence goes by what was seen where helm fails", () => {
    const talk = working().when("db pending", "helm failed db: timeout, stored");
    const order = talk.allOrders().findLast((effect) => effect.kind === "capture-evidence");
    expect(order?.kind === "capture-evidence" && order.health?.kind).toBe("pending");
  });
});

describe("a pod that an ordered StatefulSet waits for in vain", () => {
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "db-0" };
  const stuck = (looksTerminal: boolean): ReleaseHealth => ({
    ...waiting("db"),
    stuck: [{ object: pod, uid: "u1", looksTerminal }],
  });
  const seen = (talk: Conversation, health: ReleaseHealth, revision: number): Conversation =>
    talk.whenFact({ kind: "health-observed", release: id("db"), revision, health });

  test("is deleted once while a release settles, if it looks terminal", () => {
    const talk = one().when("helm started db", "helm finished db");
    seen(talk, stuck(false), 2).notesNothing("delete-pods db-0");
    seen(talk, stuck(true), 2).notes("delete-pods db-0").tells("warning db");
    seen(talk, stuck(true), 2).notesNothing("delete-pods db-0");
  });

  test("is deleted once in a rollback, whatever it looks like", () => {
    const talk = one().when("helm started db", "helm finished db", "db failing", "evidence of db");
    talk.when("failure of db recorded", "helm finished db");
    seen(talk, stuck(false), 3).notes("delete-pods db-0");
    seen(talk, stuck(false), 3).notesNothing("delete-pods db-0");
  });
});
