// What a release has to prove once its objects are ready: that they stay so (stableFor).
import { describe, expect, test } from "vitest";
import { start } from "../kit/conversation.ts";
import { fleet, type ReleaseFacts } from "../kit/fleet.ts";

const stable: ReleaseFacts = { declaration: { stableForMs: 30_000, timeoutMs: 120_000 } };
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
