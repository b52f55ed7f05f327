import { describe, expect, test } from "vitest";
import { makeDestroyPlan } from "../../src/core/make-destroy-plan.ts";
import type { Observation } from "../../src/core/observation.ts";
import { start } from "../kit/conversation.ts";
import { fleet, id, payloadOf, type Fleet } from "../kit/fleet.ts";

/** The plan that takes a stack away; releases that are not named are there and the stack's own. */
function destroying(text: string, observed: Readonly<Record<string, Observation>> = {}): Fleet {
  const stack = fleet(text);
  const observations = new Map(
    [...stack.pins].map(([release, pin]): [typeof release, Observation] => [
      release,
      observed[release.replace("shop/", "")] ?? {
        kind: "deployed",
        revision: 1,
        verified: true,
        owner: { kind: "this-stack" },
        health: { kind: "ready" },
        payload: payloadOf(pin, 1),
      },
    ]),
  );
  const { declarations, graph } = stack;
  return {
    ...stack,
    plan: makeDestroyPlan({ stack: "shop", stackLabel: "shop.0123abcd", declarations, graph, observations }),
  };
}

const gone = (name: string): readonly string[] => [`helm finished ${name}`, `${name} gone`];

describe("destroying", () => {
  test("goes against the order, each release gone before the next is touched", () => {
    start(destroying("api <- db\nweb <- api"))
      .expects("uninstall web")
      .shows("db", "Waiting: for shop/api")
      .when("helm finished web")
      .expects("watch-gone web")
      .shows("web", "Removing: waiting for its objects to be gone")
      .when("web pending")
      .tells("health-changed web")
      .expects()
      .when("web gone")
      .expects("uninstall api")
      .tells("uninstall-finished web", "wave-finished 1: 1/1")
      .when(...gone("api"))
      .when(...gone("db"))
      .shows("db", "Removed")
      .ends(0, "done");
  });

  test("waits for all dependents", () => {
    start(destroying("api <- db\nworker <- db"))
      .expects("uninstall worker", "uninstall api")
      .when(...gone("api"))
      .shows("db", "Waiting: for shop/worker")
      .when(...gone("worker"))
      .expects("watch-gone worker", "uninstall db");
  });

  test("passes over what is not there", () => {
    start(destroying("api <- db", { api: { kind: "absent" } }))
      .expects("uninstall db")
      .shows("api", "Removed");
  });

  test("leaves what belongs to others, and what that stands on", () => {
    const owner = { kind: "another", name: "the stack blog" } as const;
    const foreign: Observation = {
      kind: "deployed",
      revision: 3,
      verified: false,
      owner,
      health: { kind: "ready" },
    };
    start(destroying("api <- db\nother", { api: foreign }))
      .expects("uninstall other")
      .shows("api", "Failed: the release belongs to the stack blog and stays")
      .shows("db", "Blocked: by shop/api")
      .when(...gone("other"))
      .ends(7, "needs-person");
    start(destroying("api", { api: { ...foreign, owner: { kind: "nobody" } } })).shows(
      "api",
      "Failed: the release belongs to nobody (Headway did not make it) and stays",
    );
  });

  test("takes away what failed, hangs or is unknown as well", () => {
    const owner = { kind: "this-stack" } as const;
    const failed: Observation = { kind: "failed", revision: 2, owner };
    const locked: Observation = {
      kind: "locked",
      revision: 2,
      status: "uninstalling",
      resourceVersion: "1",
      owner,
    };
    start(destroying("a\nb", { a: failed, b: locked })).expects("uninstall b", "uninstall a");
  });

  test("ends a branch where objects do not go, and names them", () => {
    start(destroying("api <- db\nother"))
      .when("helm finished api", "api pending")
      .after("5m")
      .tells("release-failed api: keep")
      .shows("api", "Failed: its objects are not gone after 300 s: Deployment api 0/1 ready")
      .shows("db", "Blocked: by shop/api")
      .goesOn()
      .when(...gone("other"))
      .ends(4, "failed");
  });

  test.each([
    ["hook-failed", 4, "failed"],
    ["unreachable", 6, "unreachable"],
    ["forbidden", 6, "unreachable"],
  ] as const)("ends with its exit code where helm fails: %s", (cause, code, kind) => {
    start(destroying("api <- db"))
      .when(`helm failed api: ${cause}`)
      .shows("db", "Blocked: by shop/api")
      .ends(code, kind);
  });

  test("of a release whose objects are not known is done with helm", () => {
    const owner = { kind: "this-stack" } as const;
    start(destroying("db", { db: { kind: "unsettled", revision: 1, status: "superseded", owner } }))
      .whenFact({ kind: "helm-finished", release: id("db"), applied: { revision: 0, objects: [] } })
      .expects()
      .ends(0, "done");
  });

  test("puts dependents into the first wave", () => {
    const { plan } = destroying("api <- db\nweb <- api");
    expect(plan.steps.map(({ release, wave }) => [release, wave])).toEqual([
      ["shop/web", 1],
      ["shop/api", 2],
      ["shop/db", 3],
    ]);
  });
});

describe("the exit code", () => {
  const keep = { kind: "keep" } as const;
  const refused = {
    ...keep,
    standing: "refused",
    reasons: [{ kind: "refused", failure: { kind: "ownership-conflict", message: "not ours" } }],
  } as const;
  const quarantined = {
    ...keep,
    standing: "quarantined",
    reasons: [{ kind: "quarantined", since: "", cause: "it crashed" }],
  } as const;
  const degraded = { ...keep, standing: "degraded", reasons: [{ kind: "degraded", troubles: [] }] } as const;

  test("is of what weighs most: a person, then the cluster, then what was undone, then what was kept", () => {
    const unreachable = [
      "helm started x",
      "helm failed x: unreachable",
      "evidence of x",
      "failure of x recorded",
    ];
    const x = { declaration: { timeoutMs: 500 } };
    start(fleet("d\nq", { d: degraded, q: quarantined })).ends(5, "rolled-back");
    start(fleet("d\nq\nx", { d: degraded, q: quarantined, x }))
      .when(...unreachable)
      .ends(6, "unreachable");
    start(fleet("d\nq\nr\nx", { d: degraded, q: quarantined, r: refused, x }))
      .when(...unreachable)
      .ends(7, "needs-person");
  });
});
