// What a release has to prove once its objects are ready: that they stay so (stableFor), and the chart's tests.
import { describe, expect, test } from "vitest";
import { noEvidence, start } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

const stable: ReleaseFacts = { declaration: { stableForMs: 30_000, timeoutMs: 120_000 } };
const tested: ReleaseFacts = { declaration: { test: true, timeoutMs: 120_000 } };
const settled = ["helm started db", "helm finished db", "db healthy"] as const;

describe("stableFor", () => {
  test("makes dependents wait until the release has stayed ready for that long", () => {
    start(fleet("api <- db", { db: stable }))
      .when(...settled)
      .expects("watch-health db")
      .tells("stability-awaited db")
      .shows("db", "Running: ready, has to stay so for 30s")
      .after("29s")
      .expects()
      .shows("api", "Waiting: for shop/db")
      .after("1s")
      .tells("release-ready db")
      .expects("upgrade api")
      .notes("mark-verified db r2");
  });

  test("begins anew after a break", () => {
    start(fleet("db", { db: stable }))
      .when(...settled)
      .after("29s")
      .when("db pending")
      .tells("health-changed db")
      .shows("db", "Running: waiting for readiness 0/1")
      .after("5s")
      .when("db healthy")
      .tells("stability-awaited db")
      .after("29s")
      .tells()
      .goesOn()
      .after("1s")
      .tells("release-ready db", "wave-finished 1: 1/1", "run-finished: 0")
      .ends(0, "done");
  });

  test("is bounded by the timeout, which says what was missing", () => {
    const talk = start(fleet("db", { db: stable }))
      .when(...settled)
      .after("20s");
    for (let breaks = 0; breaks < 5; breaks++) talk.when("db pending").when("db healthy").after("20s");
    talk.expects("capture-evidence db");
    talk
      .when("evidence of db")
      .tells("release-failed db: rollback")
      .expects("record-failure db: rolled-back, quarantined");
    const [told] = talk.allEvents().filter((event) => event.kind === "release-failed");
    expect(told?.failure).toMatchObject({
      kind: "timeout",
      message: "not stable after 120 s: it is ready, but has not been for 30 s without a break",
    });
  });

  test("that ends with the timeout counts", () => {
    start(fleet("db", { db: stable }))
      .when("helm started db", "helm finished db")
      .after("90s")
      .when("db healthy")
      .after("30s")
      .ends(0, "done");
  });

  test("fails at once where an object fails meanwhile", () => {
    start(fleet("db", { db: stable }))
      .when(...settled)
      .after("10s")
      .when("db failing")
      .expects("capture-evidence db");
  });

  test("is not asked of a rollback: its revision was verified once", () => {
    start(fleet("db", { db: stable }))
      .when("helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded")
      .notesNothing("run-tests db")
      .when("helm finished db", "db healthy")
      .notes("mark-verified db r3 as r1")
      .ends(5, "rolled-back");
  });

  test("keeps a failed release from counting as healthy just because it is ready for a moment", () => {
    start(fleet("api <- db", { db: { ...stable, kind: "install" } }))
      .when("helm started db", "helm finished db", "db pending")
      .after("120s")
      .when("evidence of db", "failure of db recorded")
      .when("db healthy")
      .ends(4, "failed");
  });
});

describe("the chart's tests", () => {
  test("run once the release is ready, and only then it counts as healthy", () => {
    start(fleet("api <- db", { db: tested }))
      .when(...settled)
      .expects("watch-health db", "run-tests db")
      .tells("test-started db")
      .notesNothing("mark-verified db r2")
      .shows("db", "Running: running its tests")
      .shows("api", "Waiting: for shop/db")
      .when("tests of db passed: 2")
      .tells("test-finished db", "release-ready db")
      .expects("upgrade api")
      .notes("mark-verified db r2");
  });

  test("come after stableFor and have what is left of the timeout", () => {
    const talk = start(
      fleet("db", { db: { declaration: { test: true, stableForMs: 30_000, timeoutMs: 120_000 } } }),
    )
      .when(...settled)
      .after("30s")
      .expects("run-tests db");
    const [order] = talk.allOrders().filter((one) => one.kind === "run-tests");
    // Helm's own timeout is a little longer than what Headway gives it.
    expect(order).toMatchObject({ timeoutMs: 95_000, revision: 2 });
  });

  test("roll an upgrade back and quarantine it where one fails", () => {
    start(fleet("api <- db", { db: tested }))
      .when(...settled, "tests of db failed: unhealthy")
      .expects("watch-health db", "run-tests db", "capture-evidence db")
      .when("evidence of db")
      .tells("release-failed db: rollback")
      .expects("record-failure db: rolled-back, quarantined")
      .when("failure of db recorded")
      .expects("roll-back db to 1")
      .when("helm finished db", "db healthy")
      .expects("watch-health db")
      .ends(5, "rolled-back");
  });

  test("are part of each attempt", () => {
    start(fleet("db", { db: { declaration: { test: true, retries: 1 } } }))
      .when(...settled, "tests of db failed: unhealthy", "evidence of db")
      .tells("release-failed db: retry")
      .after("1s")
      .expects("upgrade db")
      .when(...settled)
      .expects("watch-health db", "run-tests db")
      .when("tests of db passed: 1")
      .ends(0, "done");
  });

  test("keep a failed first install, which does not heal by being ready", () => {
    start(fleet("api <- db", { db: { ...tested, kind: "install" } }))
      .when(...settled, "tests of db failed: unhealthy", "evidence of db", "failure of db recorded")
      .when("db healthy")
      .notesNothing("mark-verified db r1")
      .ends(4, "failed");
  });

  test("are told of once where there are none", () => {
    start(fleet("db", { db: tested }))
      .when(...settled, "tests of db passed: 0")
      .tells("warning db", "release-ready db")
      .ends(0, "done");
  });

  test("run again for a revision that was never verified, as after a crash", () => {
    start(fleet("db", { db: { ...tested, kind: "verify" } }))
      .expects("watch-health db")
      .when("db healthy")
      .expects("run-tests db")
      .when("tests of db passed: 1")
      .notes("mark-verified db r1")
      .ends(0, "done");
  });

  test("that can't be run for a while are run again, and say nothing against the release in the end", () => {
    const talk = start(fleet("db", { db: tested }))
      .when(...settled, "tests of db failed: unreachable")
      .tells("apply-delayed db")
      .after("5s")
      .expects("run-tests db")
      .after("110s")
      .when("tests of db failed: unreachable")
      .expects("capture-evidence db");
    talk
      .when("evidence of db")
      .tells("release-failed db: keep")
      .notesNothing("record-failure db: kept, quarantined")
      .when("failure of db recorded")
      .ends(6, "unreachable");
  });

  test("that do not end are stopped at the timeout, once the evidence is there, and say what still runs", () => {
    const talk = start(fleet("db", { db: tested })).when(...settled, "tests of db run");
    talk
      .after("119s")
      .expects()
      .after("1s")
      .expects("capture-evidence db")
      .when("evidence of db")
      .expects("stop-helm db")
      .when("tests of db failed: interrupted")
      .tells("release-failed db: rollback")
      .notes("clean-up-tests db: what still runs")
      .expects("record-failure db: rolled-back, quarantined");
    const [told] = talk.allEvents().filter((event) => event.kind === "release-failed");
    expect(told?.failure).toMatchObject({
      kind: "timeout",
      message: "its tests were not done after 120 s: Deployment db-test 0/1 ready",
    });
  });

  test("that hang in a state that looks terminal are stopped once that has been tolerated", () => {
    start(fleet("db", { db: tested }))
      .when(...settled, "tests of db hang")
      .tells("health-changed db")
      .after("59s")
      .expects()
      .after("1s")
      .expects("capture-evidence db")
      .when("evidence of db")
      .expects("stop-helm db");
  });

  test("that are seen failing leave their evidence before helm's end takes it away", () => {
    start(fleet("db", { db: tested }))
      .when(...settled, "tests of db fail")
      .expects("watch-health db", "run-tests db", "capture-evidence db")
      .when("tests of db failed: hook-failed")
      .expects()
      .when("evidence of db")
      .tells("release-failed db: rollback")
      .expects("record-failure db: rolled-back, quarantined");
  });

  test("that pass while the release breaks prove nothing: it settles and is tested anew", () => {
    start(fleet("api <- db", { db: tested }))
      .when(...settled, "db pending", "tests of db passed: 1")
      .notesNothing("mark-verified db r2")
      .expects("watch-health db", "run-tests db", "watch-health db")
      .when("db healthy")
      .expects("run-tests db")
      .when("tests of db passed: 1")
      .expects("upgrade api");
  });

  test("are stopped with the run, cleaned up, and the next run runs them again", () => {
    start(fleet("db", { db: tested }))
      .when(...settled)
      .when("interrupted")
      .expects("stop-helm db")
      .when("tests of db failed: interrupted")
      .notesNothing("mark-verified db r2")
      .notes("clean-up-tests db: what still runs")
      .shows("db", "Cancelled")
      .ends(130, "interrupted");
  });

  test("leave their evidence with the failure", () => {
    const talk = start(fleet("db", { db: tested })).when(...settled);
    talk.whenFact({
      kind: "tests-failed",
      release: id("db"),
      failure: { kind: "unhealthy", message: "a test failed" },
      health: {
        kind: "failed",
        troubles: [
          {
            object: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "t" },
            pod: "t",
            reason: "Error",
          },
        ],
        ready: 0,
        total: 1,
      },
    });
    const [order] = talk.allOrders().filter((one) => one.kind === "capture-evidence");
    expect(order).toMatchObject({ health: { troubles: [{ pod: "t" }] } });
    talk.whenFact({ kind: "evidence-captured", release: id("db"), evidence: noEvidence });
  });
});
