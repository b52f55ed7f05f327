// What an earlier run took back with its stack, or still owes, in the plan of the next one.
import { describe, expect, test } from "vitest";
import { pinRelease, quarantineKey } from "../../../src/core/fingerprint.ts";
import type { ReleaseId } from "../../../src/core/ids.ts";
import type { Observation, ReleaseState, TakenBack } from "../../../src/core/observation.ts";
import type { PinnedRelease } from "../../../src/core/pin.ts";
import { makePlan } from "../../../src/core/plan/make-plan.ts";
import type { Step } from "../../../src/core/plan/plan.ts";
import { fleet, id, payloadOf } from "../../kit/fleet.ts";

const stack = fleet("web <- db\nreport <- db");
const pin = (name: string): PinnedRelease => {
  const found = stack.pins.get(id(name));
  if (found === undefined) throw new Error(`no release ${name}`);
  return found;
};
const db = pin("db");
const debt: TakenBack = {
  key: quarantineKey(db, []),
  fingerprint: db.fingerprint,
  since: "2026-09-01T10:00:00.000Z",
  to: 2,
  dueTo: id("web"),
  dueToKey: quarantineKey(pin("web"), [db]),
};
const owner = { kind: "this-stack" } as const;

const deployed = (revision: number, fingerprint: string): Observation => ({
  kind: "deployed",
  revision,
  fingerprint,
  verified: true,
  lastGood: revision,
  owner,
  payload: payloadOf(db, revision),
  health: { kind: "ready" },
});
const notYet = deployed(3, db.fingerprint);

type Other = { readonly observation: Observation; readonly state: ReleaseState };
type More = {
  readonly retry?: boolean;
  readonly pins?: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly report?: Other;
  readonly web?: Other;
};

function stepOfDb(
  observation: Observation,
  state: ReleaseState = { takenBack: debt },
  more: More = {},
): Step {
  return stepOf("db", observation, state, more);
}

function stepOf(name: string, observation: Observation, state: ReleaseState, more: More): Step {
  const plan = makePlan({
    stack: "shop",
    stackLabel: "shop.0123abcd",
    order: "dependencies",
    declarations: stack.declarations,
    graph: stack.graph,
    pins: more.pins ?? stack.pins,
    observations: new Map([
      [id("db"), observation],
      [id("report"), more.report?.observation ?? { kind: "absent" }],
      [id("web"), more.web?.observation ?? { kind: "absent" }],
    ]),
    state: {
      releases: new Map([
        [id("db"), state],
        [id("report"), more.report?.state ?? {}],
        [id("web"), more.web?.state ?? {}],
      ]),
    },
    namespaces: new Set(["shop"]),
    retry: more.retry ?? false,
    adopt: false,
  });
  const step = plan.steps.find(({ release }) => release === id(name));
  if (step === undefined) throw new Error("no step");
  return step;
}

const inWords = (step: Step): string =>
  `${step.kind}${step.kind === "recover" ? ` then ${step.then}` : ""}: ${step.reasons[0].kind}`;

describe("a release that goes back with its stack", () => {
  const locked = { revision: 3, status: "pending-upgrade", resourceVersion: "9", owner } as const;
  const rows: readonly (readonly [string, Observation, string])[] = [
    ["as it was before the run", deployed(4, "old"), "keep: taken-back"],
    ["uninstalled again", { kind: "absent" }, "keep: taken-back"],
    ["not yet gone back", notYet, "recover then take-back: taken-back"],
    ["cut in its upgrade", { kind: "locked", ...locked }, "recover then take-back: taken-back"],
    [
      "in the hands of somebody else's helm",
      { kind: "locked", ...locked, isForeign: true },
      "keep: taken-back",
    ],
    [
      "failed by helm's word",
      { kind: "failed", revision: 3, lastGood: 2, owner },
      "recover then take-back: taken-back",
    ],
  ];
  test.each(rows)("%s", (_name, observation, wanted) => {
    expect(inWords(stepOfDb(observation))).toBe(wanted);
  });

  test("has its left-over record put in order first, and goes where it is written that it goes", () => {
    expect(stepOfDb({ kind: "locked", ...locked })).toMatchObject({
      locked: { revision: 3, resourceVersion: "9", ours: true },
      takenBack: { to: 2, dueTo: "shop/web" },
    });
  });

  const lastFailure = {
    at: debt.since,
    run: "run-0",
    action: "upgrade",
    failure: { kind: "rollback-failed", message: "no" },
    evidence: { troubles: [], events: [], logs: [] },
    outcome: "rollback-failed",
  } as const;

  test("is left to a person once its rollback has failed", () => {
    expect(inWords(stepOfDb(notYet, { takenBack: debt, lastFailure }))).toBe("keep: taken-back");
  });

  test("does not go from under one whose rollback has failed, until that is well", () => {
    const report = pin("report");
    const takenBack = { ...debt, key: quarantineKey(report, [db]), fingerprint: report.fingerprint };
    const state = { takenBack, lastFailure };
    const back = deployed(4, "old");
    const rows = [
      [deployed(3, report.fingerprint), "keep: taken-back"],
      [
        { ...back, health: { kind: "pending", waitingFor: [], suspects: [], ready: 0, total: 1 } },
        "keep: taken-back",
      ],
      [back, "recover then take-back: taken-back"],
    ] as const;
    for (const [observation, wanted] of rows)
      expect(inWords(stepOfDb(notYet, undefined, { report: { observation, state } }))).toBe(wanted);
  });

  test("is tried again when that is asked for", () => {
    expect(inWords(stepOfDb(deployed(4, "old"), undefined, { retry: true }))).toBe("upgrade: chart-changed");
  });

  test.each(["db", "web"])("is tried again when %s changes", (name) => {
    const changed = pinRelease({ ...pin(name).declaration, digest: "another" }, pin(name).chart);
    const pins = new Map([...stack.pins, [id(name), changed]]);
    expect(inWords(stepOfDb(deployed(4, "old"), undefined, { pins }))).not.toContain("taken-back");
  });

  test("is tried again when the one that failed is declared no more", () => {
    const pins = new Map([[id("db"), db]]);
    expect(inWords(stepOfDb(deployed(4, "old"), undefined, { pins }))).not.toContain("taken-back");
  });
});

describe("the release whose failure took others back", () => {
  const web = pin("web");
  const failing: Observation = {
    kind: "deployed",
    revision: 2,
    fingerprint: web.fingerprint,
    verified: false,
    lastGood: 1,
    owner,
    payload: payloadOf(web, 2),
    health: { kind: "ready" },
  };
  const locked: Observation = {
    kind: "locked",
    revision: 3,
    status: "pending-rollback",
    resourceVersion: "9",
    lastGood: 1,
    owner,
  };
  const rows: readonly (readonly [string, Observation, string])[] = [
    ["goes back, though it is well by now", failing, "recover then roll-back: quarantined"],
    ["goes back where its rollback was cut", locked, "recover then roll-back: left-over"],
    [
      "is not tried again once it is back",
      { ...failing, revision: 3, fingerprint: "old", verified: true, lastGood: 3 },
      "keep: quarantined",
    ],
  ];
  test.each(rows)(
    "%s, also where a kill came before its failure was put down",
    (_name, observation, wanted) => {
      const step = stepOf("web", notYet, { takenBack: debt }, { web: { observation, state: {} } });
      expect(inWords(step)).toBe(wanted);
    },
  );

  test("is tried again as ever where it was a first install: there is nothing to go back to", () => {
    const first: Observation = {
      kind: "deployed",
      revision: 1,
      fingerprint: web.fingerprint,
      verified: false,
      owner,
      payload: payloadOf(web, 1),
      health: { kind: "ready" },
    };
    const more = { web: { observation: first, state: {} } };
    expect(inWords(stepOf("web", notYet, { takenBack: debt }, more))).toBe("verify: not-verified");
  });

  test("is tried again when that is asked for", () => {
    const more = { retry: true, web: { observation: failing, state: {} } };
    expect(inWords(stepOf("web", notYet, { takenBack: debt }, more))).not.toContain("quarantined");
  });
});
