// Where a person's rollback leads: which revision each release goes back to, what is in the way, and in which order they go.
import { describe, expect, test } from "vitest";
import type { Observation, ReleaseRecord, ReleaseState } from "../../../src/core/observation.ts";
import { groupRecords } from "../../../src/core/observe.ts";
import { freezesOf, makeRollbackPlan } from "../../../src/core/plan/make-rollback-plan.ts";
import { chooseTargets, type RollbackWish } from "../../../src/core/plan/rollback-targets.ts";
import { fleet, id, payloadOf, type Fleet } from "../../kit/fleet.ts";

const said = { by: "anna@laptop", at: "2026-09-01T10:00:00.000Z" };

/** `1:A+ 2:B 3:A+`: revision, what it is, and `+` where it was verified; the last one is deployed. */
function recordsOf(name: string, history: string): readonly ReleaseRecord[] {
  const all = history.split(" ").map((one) => /^(\d+):(\w)(\+?)$/.exec(one) ?? []);
  return all.map(([, number = "", what = "", verified], index) => ({
    namespace: "shop",
    releaseName: name,
    revision: Number(number),
    status: index === all.length - 1 ? "deployed" : "superseded",
    fingerprintLabel: `v1.r${number}.${what}`,
    stackLabel: "shop.1",
    resourceVersion: "1",
    ...(verified === "+" ? { verifiedLabel: `r${number}` } : {}),
  }));
}

const there = (revision: number): Observation => ({
  kind: "deployed",
  revision,
  verified: true,
  owner: { kind: "this-stack" },
  health: { kind: "ready" },
  resourceVersion: "1",
});

function choose(
  histories: Readonly<Record<string, string>>,
  wish: Partial<RollbackWish>,
  states: Readonly<Record<string, ReleaseState>> = {},
): Readonly<Record<string, string>> {
  const names = Object.keys(histories);
  const records = names.flatMap((name) => recordsOf(name, histories[name] ?? ""));
  const { targets, refusals, staying } = chooseTargets(
    { said, to: { kind: "previous" }, releases: new Set(names.map(id)), ...wish },
    {
      declarations: names.map((name) => ({ id: id(name), namespace: "shop", releaseName: name })),
      records: groupRecords(records),
      observations: new Map(names.map((name) => [id(name), there(3)])),
      state: { releases: new Map(Object.entries(states).map(([name, one]) => [id(name), one])) },
    },
  );
  const short = (release: string): string => release.replace("shop/", "");
  return Object.fromEntries([
    ...[...targets].map(([release, revision]) => [short(release), `to ${revision}`] as const),
    ...refusals.map(({ release, why }) => [short(release), `no: ${why}`] as const),
    ...staying.map(({ release, why }) => [short(release), `stays: ${why}`] as const),
  ]);
}

describe("previous is", () => {
  test.each([
    ["the newest verified revision before", "1:A+ 2:B+ 3:C+", "to 2"],
    ["not one that was never healthy", "1:A+ 2:B 3:C+", "to 1"],
    ["not the same thing under another number", "1:A+ 2:B+ 3:A+", "to 2"],
    ["what was rolled back to, where what failed is there still", "1:A+ 2:B", "to 1"],
  ])("%s", (_what, history, target) => {
    expect(choose({ db: history }, {})).toEqual({ db: target });
  });

  test("further back each time, not to and fro", () => {
    const freeze = { ...said, toRevision: 2 };
    expect(choose({ db: "1:A+ 2:B+ 3:C+ 4:B+" }, {}, { db: { freeze } })).toEqual({ db: "to 1" });
  });

  test("refused where helm keeps none, of all that were named at once", () => {
    const why = "no: helm keeps no earlier revision of it that was verified healthy";
    expect(choose({ db: "3:C+", api: "1:A 2:B+", web: "1:A+ 2:B+" }, {})).toEqual({
      db: why,
      api: why,
      web: "to 1",
    });
  });
});

describe("a revision by its number", () => {
  const to = (revision: number) => ({ to: { kind: "revision", revision } as const });
  test.each([
    [1, "to 1"],
    [2, "no: revision 2 was never verified healthy (of those it keeps, 1 were)"],
    [3, "no: it is at revision 3"],
    [9, "no: helm does not keep revision 9 (verified: of those it keeps, 1 were)"],
  ])("%s: %s", (revision, answer) => {
    expect(choose({ db: "1:A+ 2:B 3:C+" }, to(revision))).toEqual({ db: answer });
  });
});

describe("a stack at an earlier moment", () => {
  const moment = (revisions: Readonly<Record<string, number>>) => ({
    to: {
      kind: "moment",
      when: "run 12",
      revisions: new Map(Object.entries(revisions).map(([name, revision]) => [id(name), revision])),
    } as const,
  });

  test("leaves what was not there, what is as it was, and what is suspended", () => {
    const wish = { said, ...moment({ db: 1, api: 1, mail: 2, gone: 4 }) };
    const histories = { db: "1:A+ 2:B+", api: "1:A+ 2:B+ 3:A+", mail: "2:A+ 3:B+", late: "1:A+" };
    const chosen = chooseTargets(wish, {
      declarations: Object.keys(histories).map((name) => ({
        id: id(name),
        namespace: "shop",
        releaseName: name,
      })),
      records: groupRecords(Object.entries(histories).flatMap(([name, text]) => recordsOf(name, text))),
      observations: new Map(),
      state: { releases: new Map([[id("mail"), { suspension: said }]]) },
    });
    expect([...chosen.targets]).toEqual([[id("db"), 1]]);
    expect(chosen.refusals).toEqual([]);
    expect(chosen.staying.map(({ release, why }) => `${release}: ${why}`)).toEqual([
      "shop/api: it is as it was then",
      "shop/mail: it is suspended: name it, or resume it first",
      "shop/late: it was not there at run 12, and is not uninstalled",
      "shop/gone: it was there at run 12 and is not any more: apply with a commit that declares it",
    ]);
  });

  test("is refused for what helm does not keep any more", () => {
    expect(choose({ db: "5:B+ 6:C+" }, moment({ db: 1 }))).toEqual({
      db: "no: helm does not keep revision 1 (verified: of those it keeps, 5 were)",
    });
  });
});

describe("the plan of a rollback", () => {
  const planOf = (stack: Fleet, back: readonly string[]) =>
    makeRollbackPlan({
      stack: "shop",
      stackLabel: "shop.1",
      declarations: stack.declarations,
      graph: stack.graph,
      pins: stack.pins,
      observations: new Map(stack.declarations.map((one) => [one.id, there(3)])),
      records: new Map(),
      said,
      targets: new Map(
        back.flatMap((name) => {
          const pin = stack.pins.get(id(name));
          return pin === undefined ? [] : [[id(name), payloadOf(pin, 1)] as const];
        }),
      ),
    });

  test("goes from dependents to what they depend on, over what stays between them", () => {
    const plan = planOf(fleet("web <- api\napi <- db\nmail <- db"), ["db", "web", "mail"]);
    const back = plan.steps.filter((step) => step.kind === "roll-back");
    expect(back.map(({ release, wave, after }) => `${wave} ${release} <- ${after.join(", ")}`)).toEqual([
      "1 shop/web <- ",
      "1 shop/mail <- ",
      "2 shop/db <- shop/mail, shop/web",
    ]);
    expect(plan.steps.filter((step) => step.kind === "keep").map(({ release }) => release)).toEqual([
      "shop/api",
    ]);
    expect(plan.waves).toBe(2);
  });

  test("says what is to be frozen, until which declaration changes", () => {
    expect([...freezesOf(planOf(fleet("db"), ["db"]))]).toEqual([
      [id("db"), { ...said, toRevision: 1, declaration: "digest of shop/db" }],
    ]);
  });
});
