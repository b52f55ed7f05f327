import { describe, expect, test } from "vitest";
import { start } from "../kit/conversation.ts";
import { fleet } from "../kit/fleet.ts";

const upgraded = (name: string): readonly string[] => [
  `helm started ${name}`,
  `helm finished ${name}`,
  `${name} healthy`,
];

describe("a chain", () => {
  test("goes release by release, each started by the health of the one before it", () => {
    start(fleet("api <- db\nweb <- api"))
      .expects("upgrade db")
      .shows("api", "Waiting: for shop/db")
      .when("helm started db")
      .expects()
      .tells("apply-started db: upgrade, attempt 1")
      .shows("db", "Running: upgrading")
      .when("helm finished db")
      .expects("watch-health db")
      .tells("apply-finished db")
      .when("db pending")
      .expects()
      .shows("db", "Running: waiting for readiness 0/1")
      .when("db healthy")
      .expects("upgrade api")
      .notes("unwatch db", "mark-verified db r2", "clear-failure db")
      .tells("release-ready db", "wave-finished 1: 1/1")
      .shows("db", "Ready")
      .shows("web", "Waiting: for shop/api")
      .when(...upgraded("api"))
      .expects("watch-health api", "upgrade web")
      .goesOn()
      .when(...upgraded("web"))
      .tells("release-ready web", "wave-finished 3: 1/1", "run-finished: 0")
      .ends(0, "done");
  });

  test("tells once of a health that stays the same", () => {
    start(fleet("db"))
      .when("helm started db", "helm finished db", "db pending")
      .tells("health-changed db")
      .when("db pending", "db pending")
      .tells()
      .when("db suspect config")
      .tells("health-changed db");
  });
});

describe("releases that do not depend on each other", () => {
  test("start at once and wait for all of theirs only", () => {
    start(fleet("api <- db, cache\nweb <- cache"))
      .expects("upgrade cache", "upgrade db")
      .shows("api", "Waiting: for shop/cache, shop/db")
      .when(...upgraded("cache"))
      .expects("watch-health cache", "upgrade web")
      .tells("step-held api: dependency")
      .shows("api", "Waiting: for shop/db")
      .when(...upgraded("db"))
      .expects("watch-health db", "upgrade api");
  });

  test("that have nothing to do let their dependents start at once", () => {
    start(fleet("api <- db\nweb <- api", { db: { kind: "keep" }, api: { kind: "keep" } }))
      .expects("upgrade web")
      .shows("db", "Ready");
  });
});

describe("by waves", () => {
  test("nothing of a wave starts before all of the one before it is healthy", () => {
    start(fleet("api <- db\nworker <- queue\nextra <- worker", {}, { order: "waves" }))
      .expects("upgrade db", "upgrade queue")
      .when(...upgraded("db"))
      .expects("watch-health db")
      .shows("api", "Waiting: for shop/queue")
      .when(...upgraded("queue"))
      .expects("watch-health queue", "upgrade api", "upgrade worker")
      .tells("wave-finished 1: 2/2");
  });

  test("a failure holds all later waves", () => {
    start(fleet("api <- db\nqueue", { queue: { kind: "install" } }, { order: "waves" }))
      .when("helm started queue", "helm failed queue: render", "evidence of queue")
      .expects("capture-evidence queue", "record-failure queue: never-applied")
      .when("failure of queue recorded")
      .shows("api", "Blocked: by shop/queue")
      .when(...upgraded("db"))
      .tells("release-ready db", "wave-finished 1: 1/2", "release-skipped api", "run-finished: 4")
      .ends(4, "failed");
  });
});

describe("a failed release", () => {
  const failed = () =>
    start(fleet("api <- db\nweb <- api\nother\nlast <- other, web", { db: { kind: "install" } }))
      .expects("upgrade db", "upgrade other")
      .when("helm started db", "helm failed db: render", "evidence of db", "failure of db recorded");

  test("blocks everything behind it, however far, and says so at once", () => {
    failed()
      .tells("step-held api: blocked", "step-held web: blocked", "step-held last: blocked")
      .shows("api", "Blocked: by shop/db")
      .shows("web", "Blocked: by shop/db")
      .shows("last", "Blocked: by shop/db")
      .shows("other", "Pending: queued for helm")
      .goesOn();
  });

  test("does not keep other branches from finishing", () => {
    const talk = failed()
      .when(...upgraded("other"))
      .shows("other", "Ready")
      .shows("last", "Blocked: by shop/db")
      .ends(4, "failed");
    const outcome = talk.run().outcome;
    expect(outcome?.roots).toEqual([{ release: "shop/db", cause: "the render message", blocks: 3 }]);
    expect(outcome?.counts).toEqual({ Ready: 1, Failed: 1, Blocked: 3 });
  });
});

describe("a release that is only looked at", () => {
  test.each([
    [
      "degraded",
      [{ kind: "degraded", troubles: [] }],
      "Degraded: it was healthy and is no longer",
      4,
      "failed",
    ],
    [
      "quarantined",
      [{ kind: "quarantined", since: "", cause: "it crashed" }],
      "Quarantined: it crashed",
      5,
      "rolled-back",
    ],
    [
      "refused",
      [{ kind: "refused", failure: { kind: "ownership-conflict", message: "not ours" } }],
      "Failed: not ours",
      7,
      "needs-person",
    ],
  ] as const)("and is %s blocks its dependents", (standing, reasons, shown, exitCode, kind) => {
    start(fleet("api <- db", { db: { kind: "keep", standing, reasons: [...reasons] } }))
      .shows("db", shown)
      .shows("api", "Blocked: by shop/db")
      .ends(exitCode, kind);
  });

  test("and whose standing nobody knows blocks its dependents, and alone is no failure", () => {
    const unknown = { kind: "keep", standing: "unknown", reasons: [{ kind: "not-selected" }] } as const;
    start(fleet("api <- db", { db: unknown }))
      .shows("api", "Blocked: by shop/db")
      .ends(4, "failed");
    start(fleet("db", { db: unknown })).ends(0, "done");
  });

  test("and whose record can't be read is not passed over in silence", () => {
    const unreadable = {
      kind: "keep",
      standing: "unknown",
      reasons: [{ kind: "degraded", troubles: [] }],
    } as const;
    start(fleet("db", { db: unreadable })).ends(4, "failed");
  });

  test("and was not selected is no failure of this run, but blocks whoever needs it", () => {
    const broken = { kind: "keep", standing: "degraded", reasons: [{ kind: "not-selected" }] } as const;
    start(fleet("db\nother", { db: broken, other: { kind: "keep" } })).ends(0, "done");
    start(fleet("api <- db", { db: broken }))
      .shows("api", "Blocked: by shop/db")
      .ends(4, "failed");
  });

  test("and is suspended counts while it is healthy", () => {
    const suspended = (standing: "healthy" | "degraded") =>
      ({ kind: "keep", standing, reasons: [{ kind: "suspended" }] }) as const;
    start(fleet("api <- db", { db: suspended("healthy") }))
      .expects("upgrade api")
      .shows("db", "Suspended: healthy");
    start(fleet("api <- db", { db: suspended("degraded") })).ends(4, "failed");
  });

  test("ends a run of nothing else before anything is asked for", () => {
    start(fleet("api <- db", { db: { kind: "keep" }, api: { kind: "keep" } }))
      .expects()
      .tells("run-started", "run-finished: 0")
      .ends(0, "done");
  });
});

describe("a degraded release", () => {
  const degraded = {
    kind: "keep",
    standing: "degraded",
    reasons: [{ kind: "degraded", troubles: [] }],
  } as const;

  test("that heals while others are worked on frees its dependents", () => {
    start(fleet("api <- db\nother", { db: degraded }))
      .expects("watch-health db", "upgrade other")
      .shows("api", "Blocked: by shop/db")
      .when("db healthy")
      .expects("upgrade api")
      .notesNothing("mark-verified db r1")
      .shows("db", "Ready");
  });

  test("that nobody waits for is not followed", () => {
    start(fleet("db\nother", { db: degraded })).expects("upgrade other");
  });

  test("is followed as it is now, not as a helm at work would be", () => {
    const hooks = [
      { name: "migrate", kind: "Job", apiVersion: "batch/v1", namespace: "shop", events: ["pre-upgrade"] },
    ];
    const talk = start(fleet("api <- db\nother", { db: { ...degraded, hooks } }));
    const watch = talk.allOrders().find((order) => order.kind === "watch-health");
    expect(watch?.kind === "watch-health" && watch.applied.hooks).toBeUndefined();
  });
});

describe("namespaces", () => {
  test("hold the releases in them until they are there", () => {
    start(fleet("db\ndata/store", {}, { namespaces: ["shop"] }))
      .expects("ensure-namespace shop", "upgrade data/store")
      .shows("db", "Waiting: for namespace shop")
      .when("namespace shop created")
      .expects("upgrade db")
      .tells("namespace-created");
  });

  test("that were there after all are not told of", () => {
    start(fleet("db", {}, { namespaces: ["shop"] }))
      .when("namespace shop ensured")
      .tells()
      .expects("upgrade db");
  });

  test("that are refused fail the releases in them, with nothing to undo or to quarantine", () => {
    start(fleet("api <- db", { db: { declaration: { retries: 3 } } }, { namespaces: ["shop"] }))
      .when("namespace shop refused: forbidden")
      .expects("capture-evidence db")
      .shows("db", "Running: failing: the forbidden message")
      .when("evidence of db")
      .expects("record-failure db: never-applied")
      .when("failure of db recorded")
      .shows("api", "Blocked: by shop/db")
      .ends(6, "unreachable");
  });

  test("that are refused after their release was blocked change nothing", () => {
    start(
      fleet(
        "data/api <- db",
        { db: { kind: "keep", standing: "degraded", reasons: [{ kind: "degraded", troubles: [] }] } },
        { namespaces: ["data"] },
      ),
    )
      .expects("ensure-namespace data", "watch-health db")
      .goesOn()
      .when("namespace data refused: forbidden")
      .ends(4, "failed");
  });

  test("do not hold a release that still waits for another", () => {
    start(fleet("data/api <- db", {}, { namespaces: ["data"] }))
      .when("namespace data created")
      .expects()
      .shows("data/api", "Waiting: for shop/db")
      .when(...upgraded("db"))
      .expects("watch-health db", "upgrade data/api");
  });
});
