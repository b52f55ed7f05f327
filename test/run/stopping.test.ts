import { describe, expect, test } from "vitest";
import { start, type Conversation } from "../kit/conversation.ts";
import { fleet, type ReleaseFacts } from "../kit/fleet.ts";

const crds: ReleaseFacts = { chart: { hasCrds: true } };
const locked = { revision: 2, status: "pending-upgrade", resourceVersion: "7", ours: false };
const first: ReleaseFacts = { kind: "install", declaration: { onFailure: "uninstall" } };

type Scene = {
  readonly state: string;
  readonly facts?: ReleaseFacts;
  readonly before?: readonly string[];
  /** What is ordered on Ctrl-C, and what then ends it. */
  readonly orders?: readonly string[];
  readonly answers?: readonly string[];
};

const scenes: readonly Scene[] = [
  { state: "queued for helm", orders: ["stop-helm db"], answers: ["helm failed db: interrupted"] },
  {
    state: "queued for helm that starts all the same",
    orders: ["stop-helm db"],
    answers: ["helm started db", "helm failed db: interrupted"],
  },
  { state: "applying CRDs", facts: crds },
  { state: "recovering a record", facts: { kind: "recover", from: 2, lastGood: 1, locked } },
  {
    state: "applying",
    before: ["helm started db"],
    orders: ["stop-helm db"],
    answers: ["helm failed db: interrupted, stored"],
  },
  {
    state: "applying with a helm that ends well all the same",
    before: ["helm started db"],
    orders: ["stop-helm db"],
    answers: ["helm finished db"],
  },
  {
    state: "applying with proof against it on the way",
    before: ["helm started db", "record of db seen", "db failing"],
    orders: ["stop-helm db"],
    answers: ["evidence of db", "helm failed db: interrupted, stored"],
  },
  { state: "settling", before: ["helm started db", "helm finished db", "db pending"] },
  { state: "verifying", facts: { kind: "verify" } },
  { state: "backing off", before: ["helm started db", "helm failed db: unreachable"] },
  {
    state: "failing, evidence on its way",
    before: ["helm started db", "helm finished db", "db failing"],
    answers: ["evidence of db", "failure of db recorded"],
  },
  {
    state: "failing, with an attempt left",
    facts: { declaration: { retries: 3 } },
    before: ["helm started db", "helm finished db", "db failing"],
    answers: ["evidence of db", "failure of db recorded"],
  },
  {
    state: "failing, record on its way",
    before: ["helm started db", "helm finished db", "db failing", "evidence of db"],
    answers: ["failure of db recorded"],
  },
  {
    state: "rolling back",
    before: ["helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded"],
    orders: ["stop-helm db"],
    answers: ["helm failed db: interrupted"],
  },
  {
    state: "rolling back with a helm that finds no cluster",
    before: ["helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded"],
    orders: ["stop-helm db"],
    answers: ["helm failed db: unreachable"],
  },
  {
    state: "rolling back with a helm that ends well all the same",
    before: ["helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded"],
    orders: ["stop-helm db"],
    answers: ["helm finished db"],
  },
  {
    state: "waiting to roll back again",
    before: [
      "helm started db",
      "helm finished db",
      "db failing",
      "evidence of db",
      "failure of db recorded",
      "helm failed db: unreachable",
    ],
  },
  {
    state: "rolled back and settling",
    before: [
      "helm started db",
      "helm finished db",
      "db failing",
      "evidence of db",
      "failure of db recorded",
      "helm finished db",
    ],
  },
  {
    state: "uninstalling a failed install",
    facts: first,
    before: ["helm started db", "helm finished db", "db failing", "evidence of db", "failure of db recorded"],
    orders: ["stop-helm db"],
    answers: ["helm failed db: interrupted"],
  },
  {
    state: "uninstalling with a helm that ends well all the same",
    facts: { kind: "uninstall" },
    orders: ["stop-helm db"],
    answers: ["helm finished db"],
  },
  { state: "waiting for objects to be gone", facts: { kind: "uninstall" }, before: ["helm finished db"] },
];

function play({ facts, before = [] }: Scene, why: string): Conversation {
  const talk = start(fleet("api <- db", { db: facts ?? {} }));
  if (before.length > 0) talk.when(...before);
  return talk.when(why);
}

describe("Ctrl-C", () => {
  test.each(scenes)("while a release is $state ends in good order, and nothing new starts", (scene) => {
    const { orders = [], answers = [] } = scene;
    const talk = play(scene, "interrupted")
      .expects(...orders)
      .tells("interrupted", "release-cancelled api", ...(answers.length === 0 ? ["run-finished: 130"] : []))
      .shows("api", "Cancelled");
    if (answers.length > 0) talk.goesOn();
    const sinceThen = talk.allOrders().length;
    for (const answer of answers) talk.when(answer);
    talk.shows("db", "Cancelled").ends(130, "interrupted").after("10m").expects();
    const starts = ["upgrade", "roll-back", "uninstall", "apply-crds", "recover-record", "ensure-namespace"];
    expect(
      talk
        .allOrders()
        .slice(sinceThen)
        .filter((order) => starts.includes(order.kind)),
    ).toEqual([]);
  });

  test("before a namespace is there does not wait for it", () => {
    start(fleet("db", {}, { namespaces: ["shop"] }))
      .when("interrupted")
      .ends(130, "interrupted");
  });

  test("a second time changes nothing", () => {
    start(fleet("db")).when("interrupted").expects("stop-helm db").when("interrupted").expects().tells();
  });

  test("puts a failure on record that it met, and leaves the rollback to the next run", () => {
    start(fleet("db"))
      .when("helm started db", "helm finished db", "db failing", "interrupted")
      .when("evidence of db")
      .expects("record-failure db: rolled-back, quarantined")
      .when("failure of db recorded")
      .expects()
      .tells("release-cancelled db", "run-finished: 130");
  });

  test("after everything has ended changes nothing", () => {
    start(fleet("db"))
      .when("helm started db", "helm finished db", "db healthy")
      .ends(0, "done")
      .when("interrupted")
      .tells()
      .ends(0, "done");
  });

  test("leaves what was ready ready", () => {
    start(fleet("api <- db"))
      .when(
        "helm started db",
        "helm finished db",
        "db healthy",
        "interrupted",
        "helm failed api: interrupted",
      )
      .shows("db", "Ready")
      .shows("api", "Cancelled")
      .ends(130, "interrupted");
  });
});

describe("the loss of the lock", () => {
  test("stops helm and ends with a person asked", () => {
    start(fleet("api <- db"))
      .when("helm started db", "lease lost")
      .expects("stop-helm db")
      .tells("interrupted", "release-cancelled api")
      .when("helm failed db: interrupted, stored")
      .ends(7, "needs-person");
  });

  test("writes nothing any more, whatever had failed", () => {
    start(fleet("db"))
      .when("helm started db", "helm finished db", "db failing", "lease lost")
      .when("evidence of db")
      .expects()
      .tells("release-failed db: rollback", "release-cancelled db", "run-finished: 7")
      .ends(7, "needs-person");
  });

  test("writes nothing of a rollback that failed after it", () => {
    start(fleet("db"))
      .when(
        "helm started db",
        "helm finished db",
        "db failing",
        "evidence of db",
        "failure of db recorded",
        "lease lost",
      )
      .when("helm failed db: hook-failed")
      .expects()
      .tells("rollback-failed db", "run-finished: 7");
  });

  test("after Ctrl-C is the same stop", () => {
    start(fleet("db"))
      .when("interrupted", "lease lost")
      .tells("interrupted")
      .when("helm failed db: interrupted")
      .ends(130, "interrupted");
  });
});

describe("a stack that is suspended in the middle of a run", () => {
  test("starts nothing more, and what has begun goes on to its end", () => {
    const talk = start(fleet("api <- db\nweb <- api\ncache"))
      .when("helm started db", "helm finished db")
      .when("stack suspended")
      .expects("stop-helm cache")
      .tells("interrupted", "release-cancelled api", "release-cancelled web")
      .goesOn();
    talk.when("helm failed cache: interrupted").tells("release-cancelled cache").goesOn();
    talk
      .when("db healthy")
      .expects()
      .notes("mark-verified db r2")
      .shows("db", "Ready")
      .shows("api", "Cancelled")
      .shows("cache", "Cancelled")
      .ends(130, "interrupted");
  });

  test("still rolls back what fails, and does not try it again", () => {
    start(fleet("api <- db", { db: { declaration: { retries: 3 } } }))
      .when("helm started db", "helm finished db")
      .when("stack suspended")
      .when("db failing")
      .when("evidence of db")
      .when("failure of db recorded")
      .expects("roll-back db to 1")
      .when("helm finished db")
      .when("db healthy")
      .shows("api", "Cancelled")
      .ends(5, "rolled-back");
  });

  test("can still be stopped at once", () => {
    start(fleet("api <- db"))
      .when("helm started db")
      .when("stack suspended")
      .when("interrupted")
      .expects("stop-helm db")
      .when("helm failed db: interrupted, stored")
      .ends(130, "interrupted");
  });
});

describe("a newer commit in the middle of a run", () => {
  test("cuts no helm, and leaves what settles to its own run", () => {
    start(fleet("api <- db\ncache"))
      .when("helm started db", "helm finished db", "helm started cache")
      .when("newer commit")
      .expects()
      .tells("interrupted", "release-cancelled db", "release-cancelled api")
      .goesOn()
      .when("helm finished cache")
      .expects()
      .notes("unwatch cache")
      .shows("cache", "Cancelled")
      .ends(130, "interrupted");
  });

  test("does not come before a rollback that has begun", () => {
    start(fleet("db"))
      .when("helm started db", "helm finished db", "db failing", "evidence of db")
      .when("failure of db recorded")
      .expects("roll-back db to 1")
      .when("newer commit")
      .expects()
      .when("helm finished db", "db healthy")
      .ends(5, "rolled-back");
  });
});
