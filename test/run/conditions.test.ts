// Conditions on dependencies (readyExpr): a hold of its own, bounded by the timeout, after which nothing is undone.
import { describe, expect, test } from "vitest";
import { start } from "../kit/conversation.ts";
import { fleet, id, type ReleaseFacts } from "../kit/fleet.ts";

const conditional: ReleaseFacts = {
  readyExpr: "dep.objects.size() > 0",
  declaration: { timeoutMs: 60_000 },
};
const upgraded = (name: string): readonly string[] => [
  `helm started ${name}`,
  `helm finished ${name}`,
  `${name} healthy`,
];

describe("a release with a condition on its dependency", () => {
  test("starts once that is healthy and the condition is met", () => {
    const talk = start(fleet("api <- db", { api: conditional }))
      .expects("upgrade db")
      .when(...upgraded("db"))
      .expects("watch-health db", "await-conditions api")
      .shows("api", "Running: looking at what it depends on")
      .when("conditions of api awaited: db readyExpr is not true yet")
      .tells("step-held api: condition")
      .shows("api", "Waiting: for shop/db: readyExpr is not true yet")
      .when("conditions of api awaited: db readyExpr is not true yet")
      .tells()
      .after("30s")
      .goesOn()
      .when("conditions of api met")
      .expects("upgrade api")
      .when(...upgraded("api"))
      .ends(0, "done");
    const [order] = talk.allOrders().filter((one) => one.kind === "await-conditions");
    expect(order?.revisions).toEqual(new Map([[id("db"), 2]]));
  });

  test("has its whole time for helm, however long it waited", () => {
    const talk = start(fleet("api <- db", { api: conditional, db: { kind: "keep" } }))
      .expects("await-conditions api")
      .when("conditions of api awaited: db readyExpr is not true yet")
      .after("50s")
      .when("conditions of api met")
      .expects("upgrade api");
    const [order] = talk.allOrders().filter((one) => one.kind === "upgrade");
    expect(order).toMatchObject({ timeoutMs: 60_000 });
  });

  test("is given up after its timeout: nothing is rolled back or quarantined, its dependents are blocked", () => {
    start(fleet("api <- db\nweb <- api", { api: conditional, db: { kind: "keep" } }))
      .when("conditions of api awaited: db readyExpr is not true yet")
      .after("60s")
      .expects("capture-evidence api")
      .notes("unwatch api")
      .when("evidence of api")
      .tells("release-failed api: keep")
      .expects("record-failure api: never-applied")
      .when("failure of api recorded")
      .shows("api", "Failed: it was not started: after 60 s still shop/db: readyExpr is not true yet")
      .shows("web", "Blocked: by shop/api")
      .ends(4, "failed");
  });

  test("waits out a cluster that does not answer", () => {
    start(fleet("api <- db", { api: conditional, db: { kind: "keep" } }))
      .when("preparation of api refused: unreachable")
      .tells("apply-delayed api")
      .after("1s")
      .expects("await-conditions api")
      .when("conditions of api met")
      .expects("upgrade api");
  });

  test("needs none where it is kept", () => {
    start(fleet("api <- db", { api: { ...conditional, kind: "keep" }, db: { kind: "keep" } }))
      .expects()
      .ends(0, "done");
  });

  test("comes before CRDs and values, and after what a cut run left", () => {
    start(
      fleet("api <- db", {
        api: {
          ...conditional,
          kind: "recover",
          chart: { hasCrds: true },
          locked: { revision: 2, status: "pending-upgrade", resourceVersion: "5", ours: true },
        },
        db: { kind: "keep" },
      }),
    )
      .expects("recover-record api")
      .when("record of api recovered")
      .expects("await-conditions api")
      .when("conditions of api met")
      .expects("apply-crds api");
  });

  test("is cancelled with the run", () => {
    start(fleet("api <- db", { api: conditional, db: { kind: "keep" } }))
      .when("conditions of api awaited: db readyExpr is not true yet")
      .when("interrupted")
      .notes("unwatch api")
      .when("conditions of api met")
      .expects()
      .ends(130, "interrupted");
  });
});
