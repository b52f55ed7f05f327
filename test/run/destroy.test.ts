import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseStaying, makeDestroyPlan } from "../../src/core/plan/make-destroy-plan.ts";
import type { Observation } from "../../src/core/observation.ts";
import { start } from "../kit/conversation.ts";
import { fleet, id, payloadOf, type Fleet } from "../kit/fleet.ts";

/** A part of the stack, by bare names. */
type Asked = {
  readonly selected?: readonly string[];
  readonly keep?: readonly string[];
  readonly protect?: readonly string[];
  readonly withDependents?: boolean;
};

function staying(
  graph: Fleet["graph"],
  { selected, keep = [], protect = [], withDependents = false }: Asked,
) {
  return chooseStaying(graph, {
    withDependents,
    keep: new Set(keep.map(id)),
    protect: new Set(protect.map(id)),
    ...(selected === undefined ? {} : { selected: new Set(selected.map(id)) }),
  });
}

/** The plan that takes a stack away; releases that are not named are there and the stack's own. */
function destroying(
  text: string,
  observed: Readonly<Record<string, Observation>> = {},
  asked: Asked = {},
): Fleet {
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
    plan: makeDestroyPlan({
      stack: "shop",
      stackLabel: "shop.0123abcd",
      declarations,
      graph,
      observations,
      stays: staying(graph, asked).stays,
    }),
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

  test("begins anew once where a helm is killed", () => {
    start(destroying("api <- db"))
      .expects("uninstall api")
      .when("helm failed api: killed")
      .expects("uninstall api")
      .tells("apply-delayed api")
      .when(...gone("api"))
      .expects("watch-gone api", "uninstall db")
      .when("helm failed db: killed", "helm failed db: killed")
      .ends(4, "failed");
  });

  test("waits out an API server that is away", () => {
    start(destroying("api <- db"))
      .expects("uninstall api")
      .when("helm failed api: unreachable")
      .tells("apply-delayed api")
      .after("2s")
      .expects("uninstall api")
      .when(...gone("api"))
      .expects("watch-gone api", "uninstall db");
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
    ["forbidden", 6, "unreachable"],
  ] as const)("ends with its exit code where helm fails: %s", (cause, code, kind) => {
    start(destroying("api <- db"))
      .when(`helm failed api: ${cause}`)
      .shows("db", "Blocked: by shop/api")
      .ends(code, kind);
  });

  test("ends with 6 where the API server is away for longer than the release has time", () => {
    start(destroying("api <- db"))
      .when("helm failed api: unreachable")
      .after("5m")
      .when("helm failed api: unreachable")
      .shows("db", "Blocked: by shop/api")
      .ends(6, "unreachable");
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

describe("destroying a part", () => {
  const shop = "api <- db\nweb <- api\nmail <- db\nlone";

  const whatStays = (asked: Asked, text = shop): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...staying(fleet(text).graph, asked).stays].map(([release, reason]) => [
        release.replace("shop/", ""),
        reason.kind === "kept" ? (reason.dependent ?? "asked") : reason.kind,
      ]),
    );
  const stranded = (asked: Asked): readonly string[] =>
    staying(fleet(shop).graph, asked).stranded.map(
      ({ release, dependsOn }) => `${release} on ${dependsOn.join(", ")}`,
    );

  test("keeps what was asked for and all that it depends on, and takes the rest in reverse order", () => {
    expect(whatStays({ keep: ["api"] })).toEqual({ api: "asked", db: "shop/api" });
    expect(whatStays({ keep: ["web", "db"] })).toEqual({ web: "asked", api: "shop/web", db: "asked" });
    start(destroying(shop, {}, { keep: ["api"] }))
      .expects("uninstall web", "uninstall mail", "uninstall lone")
      .shows("api", "Ready")
      .shows("db", "Ready")
      .when(...gone("web"), ...gone("lone"), ...gone("mail"))
      .ends(0, "done");
  });

  test("takes what was selected, and with dependents what stands on it", () => {
    expect(whatStays({ selected: ["web", "lone"] })).toEqual({
      db: "not-selected",
      api: "not-selected",
      mail: "not-selected",
    });
    expect(stranded({ selected: ["web", "lone"] })).toEqual([]);
    expect(whatStays({ selected: ["api"], withDependents: true })).toEqual({
      db: "not-selected",
      mail: "not-selected",
      lone: "not-selected",
    });
    start(destroying(shop, {}, { selected: ["api"], withDependents: true }))
      .expects("uninstall web")
      .when(...gone("web"))
      .expects("watch-gone web", "uninstall api");
  });

  test("names what would be left without what it depends on", () => {
    expect(stranded({ selected: ["db", "api"] })).toEqual(["shop/mail on shop/db", "shop/web on shop/api"]);
    expect(stranded({ selected: ["db", "api"], keep: ["api"] })).toEqual([]);
    expect(stranded({ selected: ["db"], withDependents: true, keep: ["mail"] })).toEqual([]);
  });

  test("is no failure where what stays is broken or not there", () => {
    const broken: Observation = { kind: "failed", revision: 2, owner: { kind: "this-stack" } };
    start(destroying(shop, { db: broken, web: { kind: "absent" } }, { keep: ["api"], selected: ["mail"] }))
      .expects("uninstall mail")
      .shows("db", "Degraded: it is not healthy")
      .when(...gone("mail"))
      .ends(0, "done");
  });

  test("never strands what is kept, and strands nothing with dependents, in any stack", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 12 });
    const some = fc.subarray(names);
    fc.assert(
      fc.property(edges, some, some, fc.boolean(), (pairs, selected, keep, withDependents) => {
        const lines = names.map((name, index) => {
          const below = pairs.flatMap(([a, b]) =>
            Math.max(a, b) === index && a !== b ? [Math.min(a, b)] : [],
          );
          return `${name} <- ${[...new Set(below)].map((one) => names[one] ?? "").join(", ")}`;
        });
        const { graph } = fleet(lines.join("\n"));
        const { stays, stranded: left } = staying(graph, { selected, keep, withDependents });
        for (const name of keep) expect(stays.get(id(name))).toEqual({ kind: "kept" });
        for (const [release, reason] of stays)
          if (reason.kind === "kept")
            for (const dependency of graph.after.get(release) ?? [])
              expect(stays.get(dependency)?.kind).toBe("kept");
        if (withDependents) expect(left).toEqual([]);
        for (const { release } of left) expect(stays.get(release)?.kind).toBe("not-selected");
        if (!withDependents)
          for (const name of selected)
            if (stays.get(id(name)) !== undefined) expect(stays.get(id(name))?.kind).toBe("kept");
      }),
    );
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
