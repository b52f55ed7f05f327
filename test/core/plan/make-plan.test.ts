import { describe, expect, test } from "vitest";
import type { FailureRecord, Observation, ReleaseState } from "../../../src/core/observation.ts";
import { makePlan, type PlanInput } from "../../../src/core/plan/make-plan.ts";
import type { DriftedObject } from "../../../src/core/drift/drift.ts";
import type { DriftWish } from "../../../src/core/plan/plan-drift.ts";
import { driftOf, type Reason, type Step } from "../../../src/core/plan/plan.ts";
import { pinRelease, quarantineKey } from "../../../src/core/fingerprint.ts";
import type { ReleaseId } from "../../../src/core/ids.ts";
import { broken, noEvidence, waiting } from "../../kit/conversation.ts";
import { fleet, id, payloadOf, type Fleet, type ReleaseFacts } from "../../kit/fleet.ts";

const stack = fleet("api <- db", { db: { values: { replicas: 2 } } });

function pinOf(name: string, of: Fleet = stack) {
  const pin = of.pins.get(id(name));
  if (pin === undefined) throw new Error(`no release ${name}`);
  return pin;
}

const db = pinOf("db");
const ours = { kind: "this-stack" } as const;
const nobody = { kind: "nobody" } as const;
const another = { kind: "another", name: "the stack blog" } as const;
const ready = { kind: "ready" } as const;

type Deployed = Extract<Observation, { kind: "deployed" }>;

/** Revision 3, verified and healthy, at this very pin. */
function deployed(more: Partial<Deployed> = {}): Deployed {
  return {
    kind: "deployed",
    revision: 3,
    fingerprint: db.fingerprint,
    verified: true,
    lastGood: 3,
    owner: ours,
    payload: payloadOf(db, 3),
    health: ready,
    ...more,
  };
}

function unverified(more: Partial<Deployed> = {}): Deployed {
  return deployed({ verified: false, lastGood: 2, ...more });
}

const failed: Observation = { kind: "failed", revision: 3, deployed: 2, lastGood: 2, owner: ours };
const locked: Observation = {
  kind: "locked",
  revision: 3,
  status: "pending-upgrade",
  resourceVersion: "9",
  deployed: 2,
  lastGood: 2,
  owner: ours,
};
const lockedFirst: Observation = {
  kind: "locked",
  revision: 1,
  status: "pending-install",
  resourceVersion: "9",
  owner: ours,
};
const unsettled: Observation = { kind: "unsettled", revision: 3, status: "uninstalled", owner: ours };

const record = (outcome: FailureRecord["outcome"]): FailureRecord => ({
  at: "2026-09-01T10:00:00.000Z",
  run: "run-0",
  action: "upgrade",
  failure: { kind: "unhealthy", message: "it crashed" },
  evidence: noEvidence,
  outcome,
});

const hasFailed: ReleaseState = { lastFailure: record("kept") };

function quarantined(outcome: FailureRecord["outcome"] = "rolled-back"): ReleaseState {
  return {
    lastFailure: record(outcome),
    quarantine: {
      key: quarantineKey(db, []),
      fingerprint: db.fingerprint,
      since: "2026-09-01T10:00:00.000Z",
    },
  };
}

function planWith(more: Partial<PlanInput> = {}, of: Fleet = stack) {
  return makePlan({
    stack: "shop",
    stackLabel: "shop.0123abcd",
    order: "dependencies",
    declarations: of.declarations,
    graph: of.graph,
    pins: of.pins,
    observations: new Map(of.declarations.map((one) => [one.id, { kind: "absent" }])),
    state: { releases: new Map() },
    namespaces: new Set(["shop"]),
    retry: false,
    adopt: false,
    ...more,
  });
}

function stepFor(
  observation: Observation,
  state?: ReleaseState,
  more: Partial<PlanInput> = {},
  of: Fleet = stack,
): Step {
  const plan = planWith(
    {
      observations: new Map<ReleaseId, Observation>([[id("db"), observation]]),
      state: { releases: state === undefined ? new Map() : new Map([[id("db"), state]]) },
      ...more,
    },
    of,
  );
  const step = plan.steps.find((one) => one.release === id("db"));
  if (step === undefined) throw new Error("no step");
  return step;
}

/** `upgrade: chart-changed, values-changed`; of what is kept, how it stands too. */
function inWords(step: Step): string {
  const kind =
    step.kind === "keep"
      ? `keep ${step.standing}`
      : step.kind === "recover"
        ? `recover, then ${step.then}`
        : step.kind;
  return `${kind}: ${step.reasons.map((reason) => reason.kind).join(", ")}`;
}

/** The first reason of a kind, with what it says. */
function reason<K extends Reason["kind"]>(step: Step, kind: K): Extract<Reason, { kind: K }> | undefined {
  return step.reasons.find((one): one is Extract<Reason, { kind: K }> => one.kind === kind);
}

const older = { ...payloadOf(db, 3), chart: { name: "db", version: "0.9.0" } };

describe("what a release needs", () => {
  const rows: readonly (readonly [string, Observation, ReleaseState | undefined, string])[] = [
    ["nothing there", { kind: "absent" }, undefined, "install: not-installed"],
    ["nothing there after a failed first install", { kind: "absent" }, hasFailed, "install: not-installed"],
    ["unchanged and healthy", deployed(), undefined, "keep healthy: unchanged"],
    ["verified, unhealthy now", deployed({ health: broken("db") }), undefined, "keep degraded: degraded"],
    ["verified, not ready now", deployed({ health: waiting("db") }), undefined, "keep degraded: degraded"],
    [
      "verified, its health unknown",
      deployed({ health: { kind: "unknown" } }),
      undefined,
      "keep unknown: degraded",
    ],
    [
      "another chart version",
      deployed({ fingerprint: "old", payload: older }),
      undefined,
      "upgrade: chart-changed",
    ],
    [
      "other values",
      deployed({ fingerprint: "old", payload: payloadOf(db, 3, { config: { replicas: 1 } }) }),
      undefined,
      "upgrade: values-changed",
    ],
    [
      "another chart version and other values",
      deployed({ fingerprint: "old", payload: { ...older, config: {} } }),
      undefined,
      "upgrade: chart-changed, values-changed",
    ],
    [
      "the same chart version with other content",
      deployed({ fingerprint: "old" }),
      undefined,
      "upgrade: chart-changed",
    ],
    [
      "no fingerprint that counts",
      without(deployed(), "fingerprint"),
      undefined,
      "upgrade: fingerprint-unknown",
    ],
    [
      "changed and unhealthy",
      deployed({ fingerprint: "old", payload: older, health: broken("db") }),
      undefined,
      "upgrade: chart-changed",
    ],
    [
      "a change whose record can't be read",
      without(deployed({ fingerprint: "old" }), "payload"),
      undefined,
      "upgrade: options-changed",
    ],
    ["deployed and not verified", unverified(), undefined, "verify: not-verified"],
    [
      "not verified and not ready yet",
      unverified({ health: waiting("db") }),
      undefined,
      "verify: not-verified",
    ],
    [
      "not verified, its record unreadable",
      without(unverified(), "payload"),
      undefined,
      "upgrade: fingerprint-unknown",
    ],
    [
      "kept after a failure, still unhealthy",
      unverified({ health: broken("db") }),
      hasFailed,
      "upgrade: last-attempt-failed",
    ],
    ["kept after a failure, healthy by now", unverified(), hasFailed, "verify: not-verified"],
    ["failed by helm's word", failed, undefined, "upgrade: last-attempt-failed"],
    [
      "a first install failed by helm's word",
      { kind: "failed", revision: 1, owner: ours },
      undefined,
      "install: last-attempt-failed",
    ],
    ["left in the middle", locked, undefined, "recover, then upgrade: left-over"],
    ["left in the middle of its first install", lockedFirst, undefined, "recover, then upgrade: left-over"],
    [
      "left in the middle of an uninstall",
      { ...locked, status: "uninstalling" },
      undefined,
      "recover, then upgrade: left-over",
    ],
    ["nothing known to be in force", unsettled, undefined, "install: last-attempt-failed"],
  ];
  test.each(rows)("%s", (_name, observation, state, wanted) => {
    expect(inWords(stepFor(observation, state))).toBe(wanted);
  });

  test("is said with what changed", () => {
    const observation = deployed({ fingerprint: "old", payload: { ...older, config: { replicas: 1 } } });
    const step = stepFor(observation);
    expect(reason(step, "chart-changed")).toEqual({
      kind: "chart-changed",
      from: "db 0.9.0",
      to: "db 1.0.0",
    });
    expect(reason(step, "values-changed")?.changes).toEqual([{ path: "replicas", before: 1, after: 2 }]);
  });

  test("is said with the cause of the last failure", () => {
    expect(reason(stepFor(failed, hasFailed), "last-attempt-failed")).toEqual({
      kind: "last-attempt-failed",
      revision: 3,
      cause: "it crashed",
    });
  });

  test("is no change of values where there were none and are none", () => {
    const bare = fleet("db");
    const pin = pinOf("db", bare);
    const observation = deployed({ fingerprint: "old", payload: payloadOf(pin, 3, { config: {} }) });
    expect(inWords(stepFor(observation, undefined, {}, bare))).toBe("upgrade: chart-changed");
  });
});

describe("a quarantined fingerprint", () => {
  const rows: readonly (readonly [string, Observation, ReleaseState, string])[] = [
    [
      "rolled back",
      deployed({ fingerprint: "old", revision: 4, lastGood: 4 }),
      quarantined(),
      "keep quarantined: quarantined",
    ],
    [
      "rolled back, but the mark was cut",
      unverified({ fingerprint: "old", revision: 4 }),
      quarantined(),
      "keep quarantined: quarantined",
    ],
    [
      "not yet rolled back: the run was cut",
      unverified({ health: broken("db") }),
      quarantined(),
      "verify: quarantined",
    ],
    ["healed before it was rolled back", unverified(), quarantined(), "verify: quarantined"],
    [
      "its rollback failed, unhealthy",
      unverified({ health: broken("db") }),
      quarantined("rollback-failed"),
      "keep quarantined: quarantined",
    ],
    [
      "its rollback failed, healthy by now",
      unverified(),
      quarantined("rollback-failed"),
      "verify: quarantined",
    ],
    [
      "failed by helm's word: the rollback is owed",
      failed,
      quarantined(),
      "recover, then roll-back: quarantined",
    ],
    ["failed, never applied", failed, quarantined("never-applied"), "keep quarantined: quarantined"],
    ["failed, its rollback too", failed, quarantined("rollback-failed"), "keep quarantined: quarantined"],
    [
      "in the hands of somebody else's helm",
      { ...locked, isForeign: true },
      quarantined(),
      "keep quarantined: quarantined",
    ],
    [
      "cut, and its rollback had failed",
      locked,
      quarantined("rollback-failed"),
      "keep quarantined: quarantined",
    ],
    [
      "cut in its rollback",
      { ...locked, status: "pending-rollback" },
      quarantined(),
      "recover, then roll-back: left-over, quarantined",
    ],
    ["gone", { kind: "absent" }, quarantined(), "install: not-installed"],
    ["nothing known to be in force", unsettled, quarantined(), "install: not-installed"],
  ];
  test.each(rows)("%s", (_name, observation, state, wanted) => {
    expect(inWords(stepFor(observation, state))).toBe(wanted);
  });

  test("is left where onFailure says keep", () => {
    const kept = fleet("api <- db", { db: { declaration: { onFailure: "keep" } } });
    const pin = pinOf("db", kept);
    const state: ReleaseState = {
      ...quarantined("kept"),
      quarantine: { key: quarantineKey(pin, []), fingerprint: pin.fingerprint, since: "" },
    };
    const at = { fingerprint: pin.fingerprint, payload: payloadOf(pin, 3) };
    const words = (observation: Observation) => inWords(stepFor(observation, state, {}, kept));
    expect(words(unverified({ ...at, health: broken("db") }))).toBe("keep quarantined: quarantined");
    expect(words(unverified(at))).toBe("verify: quarantined");
    expect(words(failed)).toBe("keep quarantined: quarantined");
    expect(words(locked)).toBe("keep quarantined: quarantined");
  });

  test("says since when and why", () => {
    expect(reason(stepFor(deployed({ fingerprint: "old" }), quarantined()), "quarantined")).toEqual({
      kind: "quarantined",
      since: "2026-09-01T10:00:00.000Z",
      cause: "it crashed",
      evidence: { troubles: [], events: [], logs: [] },
    });
  });

  test("is tried again with --retry", () => {
    const retry = { retry: true };
    const rolledBack = deployed({ fingerprint: "old", payload: older });
    expect(inWords(stepFor(rolledBack, quarantined(), retry))).toBe("upgrade: chart-changed");
    expect(inWords(stepFor(unverified({ health: broken("db") }), quarantined(), retry))).toBe(
      "upgrade: retry-asked",
    );
    expect(inWords(stepFor(failed, quarantined(), retry))).toBe("upgrade: last-attempt-failed");
  });

  const changes: readonly (readonly [string, ReleaseFacts])[] = [
    ["its declaration", { values: { replicas: 2 }, declaration: { digest: "another" } }],
    ["its values", { values: { replicas: 3 } }],
    ["its chart", { values: { replicas: 2 }, chart: { digest: "another" } }],
  ];
  test.each(changes)("is tried again once %s has changed", (_name, facts) => {
    const changed = fleet("api <- db", { db: facts });
    expect(stepFor(failed, quarantined(), {}, changed).kind).toBe("upgrade");
  });

  test("is tried again once a person has lifted that, who is named", () => {
    const said = { by: "anna@laptop", at: "2026-09-01T10:00:00Z" };
    const { quarantine, ...lifted } = { ...quarantined(), retry: said };
    expect(quarantine).toBeDefined();
    const rolledBack = deployed({ fingerprint: "old", revision: 4 });
    const step = stepFor(rolledBack, lifted);
    expect(inWords(step)).toBe("upgrade: retry-asked, chart-changed");
    expect(step.reasons[0]).toEqual({ kind: "retry-asked", said });
    expect(stepFor(failed, lifted).reasons).toEqual([{ kind: "retry-asked", said }]);
  });

  test("says who has resumed a release, or the stack, where something is done now", () => {
    const said = { by: "anna@laptop", at: "2026-09-01T10:00:00Z", reason: "migrated" };
    const old = deployed({ fingerprint: "old", payload: older });
    expect(stepFor(old, { resumed: said }).reasons[0]).toEqual({ kind: "resumed", said });
    expect(inWords(stepFor(old, { resumed: said }))).toBe("upgrade: resumed, chart-changed");
    expect(inWords(stepFor(deployed(), { resumed: said }))).toBe("keep healthy: unchanged");
    const whole = planWith({
      observations: new Map<ReleaseId, Observation>([[id("db"), old]]),
      state: { releases: new Map(), resumed: said },
    }).steps.find(({ release }) => release === id("db"));
    expect(whole?.reasons[0]).toEqual({ kind: "resumed", said, wholeStack: true });
  });

  test("is tried again once a dependency's pin has changed", () => {
    const api = pinOf("api");
    const state: ReleaseState = {
      ...quarantined(),
      quarantine: { key: quarantineKey(api, [db]), fingerprint: api.fingerprint, since: "" },
    };
    const step = (of: Fleet) =>
      planWith(
        {
          observations: new Map<ReleaseId, Observation>([[id("api"), { ...failed }]]),
          state: { releases: new Map([[id("api"), state]]) },
        },
        of,
      ).steps.find(({ release }) => release === id("api"));
    expect(step(stack)?.reasons[0].kind).toBe("quarantined");
    const changed = fleet("api <- db", { db: { values: { replicas: 5 } } });
    expect(step(changed)?.reasons[0].kind).toBe("last-attempt-failed");
  });
});

describe("redeploy", () => {
  const redeploy = { redeploy: { restart: false } };
  const rows: readonly (readonly [string, Observation, ReleaseState | undefined, string])[] = [
    ["unchanged", deployed(), undefined, "upgrade: redeploy-asked"],
    [
      "changed",
      deployed({ fingerprint: "old", payload: older }),
      undefined,
      "upgrade: redeploy-asked, chart-changed",
    ],
    ["never verified", unverified(), undefined, "upgrade: redeploy-asked"],
    ["unhealthy by now", deployed({ health: broken("db") }), undefined, "upgrade: redeploy-asked"],
    ["failed", failed, hasFailed, "upgrade: last-attempt-failed"],
    ["left in the middle", locked, undefined, "recover, then upgrade: left-over"],
    ["absent", { kind: "absent" }, undefined, "install: not-installed"],
    [
      "quarantined",
      deployed({ fingerprint: "old", revision: 4 }),
      quarantined(),
      "keep quarantined: quarantined",
    ],
    ["another's", deployed({ owner: another }), undefined, "keep refused: refused"],
  ];
  test.each(rows)("of a release that is %s", (_name, observation, state, wanted) => {
    expect(inWords(stepFor(observation, state, redeploy))).toBe(wanted);
  });

  test("leaves what is suspended or not chosen", () => {
    const asleep = fleet("db", { db: { declaration: { suspend: true } } });
    expect(inWords(stepFor(deployed(), undefined, redeploy, asleep))).toBe("keep healthy: suspended");
    const only = { ...redeploy, only: new Set([id("api")]) };
    expect(inWords(stepFor(deployed(), undefined, only))).toBe("keep healthy: not-selected");
  });

  test("restarts where asked what has pods already", () => {
    const restart = { redeploy: { restart: true } };
    for (const there of [deployed(), failed, locked]) {
      const step = stepFor(there, undefined, restart);
      expect(step).toMatchObject({ restarts: true });
      expect(step.reasons.at(-1)).toEqual({ kind: "restart-asked" });
    }
    expect(stepFor({ kind: "absent" }, undefined, restart)).not.toHaveProperty("restarts");
    expect(stepFor(deployed(), undefined, redeploy)).not.toHaveProperty("restarts");
    const rolledBack = deployed({ fingerprint: "old", revision: 4 });
    expect(stepFor(rolledBack, quarantined(), restart)).not.toHaveProperty("restarts");
  });

  test("goes back to what was healthy, and to nothing where the same was in trouble already", () => {
    expect(stepFor(deployed(), undefined, redeploy)).toMatchObject({ rollbackTo: 3, firstInstall: false });
    const broke = stepFor(deployed({ health: broken("db") }), undefined, redeploy);
    expect(broke).toMatchObject({ firstInstall: false });
    expect(broke).not.toHaveProperty("rollbackTo");
    const changed = deployed({ fingerprint: "old", health: broken("db") });
    expect(stepFor(changed, undefined, redeploy)).toMatchObject({ rollbackTo: 3 });
  });
});

describe("a step knows that the same was healthy before", () => {
  const proven = db.fingerprint;
  test("by the revision that it would go back to", () => {
    const redeploy = { redeploy: { restart: false } };
    const same = deployed({ lastGoodFingerprint: proven });
    expect(stepFor(same, undefined, redeploy)).toMatchObject({ proven: true });
    expect(stepFor(unverified({ lastGoodFingerprint: proven }))).toMatchObject({
      kind: "verify",
      proven: true,
    });
    expect(stepFor({ ...failed, lastGoodFingerprint: proven })).toMatchObject({ proven: true });
    expect(stepFor({ ...failed, lastGoodFingerprint: "old" })).not.toHaveProperty("proven");
    expect(stepFor(failed)).not.toHaveProperty("proven");
  });
});

describe("what a failed upgrade goes back to", () => {
  const rows: readonly (readonly [string, Observation, number | undefined])[] = [
    ["the verified revision in force", deployed({ fingerprint: "old" }), 3],
    ["the verified one before an unverified one", unverified({ fingerprint: "old" }), 2],
    ["the verified one before a failed one", failed, 2],
    ["the verified one before a cut one", locked, 2],
    ["nothing, where none was ever verified", { kind: "failed", revision: 1, owner: ours }, undefined],
    ["nothing, where there is nothing", { kind: "absent" }, undefined],
    ["an adopted revision that is healthy", adopted(), 3],
    ["nothing, where the adopted revision is not healthy", adopted({ health: broken("db") }), undefined],
  ];
  test.each(rows)("is %s", (_name, observation, wanted) => {
    const step = stepFor(observation);
    if (step.kind === "keep" || step.kind === "uninstall") throw new Error("nothing to do");
    expect(step.rollbackTo).toBe(wanted);
    expect(step.firstInstall).toBe(wanted === undefined);
    expect(step.fromRevision).toBe(observation.kind === "absent" ? 0 : observation.revision);
  });

  test("is applied as it was: server-side, or client-side where Helm 3 did it", () => {
    const clientSide = payloadOf(db, 3, { applyMethod: "client-side" });
    expect(stepFor(deployed({ fingerprint: "old", payload: clientSide }))).toMatchObject({
      applyMethod: "client-side",
    });
    expect(stepFor({ kind: "absent" })).toMatchObject({ applyMethod: "server-side" });
  });

  test("is found behind a left-over record with what it takes to mark it", () => {
    expect(stepFor(locked)).toMatchObject({
      locked: { revision: 3, status: "pending-upgrade", resourceVersion: "9", ours: true },
    });
    expect(stepFor({ ...locked, owner: nobody })).toMatchObject({ locked: { ours: false } });
    expect(stepFor({ ...locked, isForeign: true })).toMatchObject({ locked: { ours: false } });
  });
});

describe("whose release it is", () => {
  test("is not asked of one that nobody made: it is adopted", () => {
    const step = stepFor(adopted());
    expect(inWords(step)).toBe("upgrade: adopt");
    expect(inWords(stepFor(adopted({ payload: { ...older, config: {} } })))).toBe(
      "upgrade: adopt, chart-changed, values-changed",
    );
  });

  test("matters where nobody made it, but from another chart", () => {
    const foreign = adopted({ payload: payloadOf(db, 3, { chart: { name: "mysql", version: "1.0.0" } }) });
    const step = stepFor(foreign);
    expect(inWords(step)).toBe("keep refused: refused");
    expect(reason(step, "refused")?.failure).toMatchObject({
      kind: "ownership-conflict",
      message: "a release shop/db of another chart (mysql) exists that Headway did not make",
    });
    expect(stepFor(foreign, undefined, { adopt: true }).kind).toBe("upgrade");
  });

  test.each<[string, Observation]>([
    ["deployed", deployed({ owner: another })],
    ["failed", { ...failed, owner: another }],
    ["locked", { ...locked, owner: another }],
    ["unsettled", { ...unsettled, owner: another }],
  ])("matters where another owns it, whatever it holds: %s", (_name, observation) => {
    const step = stepFor(observation, quarantined());
    expect(inWords(step)).toBe("keep refused: refused");
    expect(reason(step, "refused")?.failure.holder).toBe("the stack blog");
    expect(inWords(stepFor(observation, undefined, { adopt: true }))).not.toContain("refused");
  });
});

describe("a release that is taken over as it is", () => {
  test("is verified and marked, with nothing to go back to but itself", () => {
    const step = stepFor(deployed({ owner: another }), undefined, { adopt: true });
    expect(inWords(step)).toBe("verify: adopt");
    expect(step).toMatchObject({ revision: 3, rollbackTo: 3 });
  });
});

describe("a release that is left alone", () => {
  const suspended = fleet("api <- db", { db: { declaration: { suspend: true }, values: { replicas: 2 } } });

  test.each<[Observation, string]>([
    [{ kind: "absent" }, "unknown"],
    [deployed({ fingerprint: "old" }), "healthy"],
    [deployed({ health: broken("db") }), "degraded"],
    [unverified(), "healthy"],
    [failed, "degraded"],
    [locked, "degraded"],
    [unsettled, "degraded"],
  ])("stands as it is there: %#", (observation, standing) => {
    expect(inWords(stepFor(observation, undefined, {}, suspended))).toBe(`keep ${standing}: suspended`);
    expect(inWords(stepFor(observation, undefined, { only: new Set([id("api")]) }))).toBe(
      `keep ${standing}: not-selected`,
    );
  });

  test("because a person said so, of it or of the whole stack, whatever is declared", () => {
    const said = { by: "anna@laptop", at: "2026-09-01T10:00:00Z" };
    const changed = deployed({ fingerprint: "old" });
    const step = stepFor(changed, { ...quarantined(), suspension: said });
    expect(inWords(step)).toBe("keep healthy: suspended");
    expect(step.reasons).toEqual([{ kind: "suspended", said }]);
    const whole = stepFor(changed, undefined, { state: { releases: new Map(), suspension: said } });
    expect(whole.reasons).toEqual([{ kind: "suspended", said, wholeStack: true }]);
    expect(inWords(whole)).toBe("keep healthy: suspended");
    expect(inWords(stepFor(changed, { suspension: said }, { redeploy: { restart: false } }))).toBe(
      "keep healthy: suspended",
    );
  });

  test("is not asked whose it is", () => {
    expect(inWords(stepFor(deployed({ owner: another }), undefined, {}, suspended))).toBe(
      "keep healthy: suspended",
    );
  });

  test("carries what can be followed", () => {
    expect(stepFor(deployed({ health: broken("db") }))).toMatchObject({
      revision: 3,
      payload: { revision: 3 },
    });
  });
});

describe("the plan", () => {
  test("has one step for each release, in an order in which each stands behind all that it waits for", () => {
    const wide = fleet("web <- api, cache\napi <- db\nextra");
    const { steps, waves } = planWith({}, wide);
    expect(steps.map(({ release, wave, after }) => `${wave} ${release} <- ${after.join(", ")}`)).toEqual([
      "1 shop/cache <- ",
      "1 shop/db <- ",
      "1 shop/extra <- ",
      "2 shop/api <- shop/db",
      "3 shop/web <- shop/api, shop/cache",
    ]);
    expect(waves).toBe(3);
  });

  test("by waves has every release wait for all earlier waves, also over one in which nothing is to be done", () => {
    const wide = fleet("web <- api\napi <- db\nextra");
    const api = pinOf("api", wide);
    const observations = new Map<ReleaseId, Observation>([
      [id("api"), deployed({ fingerprint: api.fingerprint, payload: payloadOf(api, 3) })],
    ]);
    const { steps } = planWith({ order: "waves", observations }, wide);
    const after = Object.fromEntries(steps.map((step) => [step.release, step.after]));
    expect(after["shop/db"]).toEqual([]);
    expect(after["shop/api"]).toEqual(["shop/db", "shop/extra"]);
    expect(after["shop/web"]).toEqual(["shop/db", "shop/extra", "shop/api"]);
  });

  test("puts the release with the longest chain behind it first", () => {
    const { steps } = planWith({}, fleet("c <- b\nb <- a\nd <- a\ne"));
    const priority = Object.fromEntries(
      steps.map((step) => [step.release, "priority" in step ? step.priority : undefined]),
    );
    expect(priority).toEqual({ "shop/a": 2, "shop/b": 1, "shop/c": 0, "shop/d": 0, "shop/e": 0 });
  });

  test("makes the namespaces that are absent, needed, wanted and brought by no release", () => {
    const spread = fleet("data/db\nops/tool\nnets/proxy\nsys/base\nidle/old", {
      "ops/tool": { declaration: { createNamespace: false } },
      "sys/base": { chart: { namespaces: ["nets"] } },
      "idle/old": { declaration: { suspend: true } },
    });
    expect(planWith({}, spread).namespaces).toEqual(["data", "sys"]);
    expect(planWith({ namespaces: new Set(["data", "sys"]) }, spread).namespaces).toEqual([]);
    expect(planWith({ only: new Set([id("data/db")]) }, spread).namespaces).toEqual(["data"]);
  });

  test("makes the namespaces where a chart's own names are computed", () => {
    const computed = fleet("data/db", { "data/db": { chart: { namespaces: "computed" } } });
    expect(planWith({}, computed).namespaces).toEqual(["data"]);
  });
});

describe("the fingerprint", () => {
  test("changes with the chart, the values and the CRD policy, and with nothing else", () => {
    const { declaration, chart } = db;
    const same = db.fingerprint;
    const [layer] = db.values;
    if (layer === undefined) throw new Error("no values");
    const of = (more: Partial<typeof declaration>, chartMore: Partial<typeof chart> = {}) =>
      pinRelease({ ...declaration, ...more }, { ...chart, ...chartMore }).fingerprint;
    expect(of({}, { digest: "another" })).not.toBe(same);
    expect(of({ values: [{ kind: "layer", layer: { ...layer, text: "replicas: 3\n" } }] })).not.toBe(same);
    expect(of({ crds: "upgrade" })).not.toBe(same);
    expect(of({ timeoutMs: 1, retries: 9, digest: "another" }, { folder: "/elsewhere" })).toBe(same);
  });
});

/** A release that nobody marked, made from the same chart. */
function adopted(more: Partial<Deployed> = {}): Observation {
  return without(deployed({ verified: false, owner: nobody, ...more }), "lastGood", "fingerprint");
}

function without(
  observation: Deployed,
  ...fields: readonly ("lastGood" | "fingerprint" | "payload")[]
): Observation {
  const kept = Object.entries(observation).filter(([name]) => !fields.some((field) => field === name));
  return Object.fromEntries(kept) as Observation;
}

describe("drift", () => {
  const objects: readonly DriftedObject[] = [
    {
      object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "db" },
      kind: "changed",
      fields: [
        { path: ".spec.replicas", pointer: "/spec/replicas", written: 2, live: 5, manager: "kubectl" },
      ],
    },
  ];
  const found = new Map([[id("db"), objects]]);
  const wish = (asked: DriftWish): Partial<PlanInput> => ({ drift: { wish: asked, found } });
  const withMode = (mode: "enabled" | "warn") =>
    fleet("api <- db", {
      db: { values: { replicas: 2 }, declaration: { driftDetection: { mode, ignore: [] } } },
    });

  test("is shown and left alone unless correction is asked for", () => {
    const step = stepFor(deployed(), undefined, wish("warn"));
    expect([step.kind, step.reasons]).toEqual(["keep", [{ kind: "drifted", objects }]]);
    expect(stepFor(deployed(), undefined, wish("as-declared")).kind).toBe("keep");
  });

  test("is corrected by an upgrade that takes fields back, even where nothing is verified or healthy", () => {
    for (const observation of [deployed(), unverified(), deployed({ health: waiting("db") })]) {
      const step = stepFor(observation, undefined, wish("correct"));
      expect(step).toMatchObject({ kind: "upgrade", takesFields: true, reasons: [{ kind: "drifted" }] });
    }
    // What is in trouble as it is would be no better for going back to just that.
    expect(stepFor(deployed(), undefined, wish("correct"))).toHaveProperty("rollbackTo", 3);
    expect(stepFor(deployed({ health: waiting("db") }), undefined, wish("correct"))).not.toHaveProperty(
      "rollbackTo",
    );
  });

  test("is corrected as declared, and never where the declaration says warn", () => {
    const enabled = stepFor(deployed(), undefined, wish("as-declared"), withMode("enabled"));
    expect(enabled.kind).toBe("upgrade");
    expect(stepFor(deployed(), undefined, wish("warn"), withMode("enabled")).kind).toBe("keep");
    expect(stepFor(deployed(), undefined, wish("correct"), withMode("warn")).kind).toBe("keep");
  });

  test("of a suspended or quarantined release is shown and never corrected", () => {
    const suspended = fleet("api <- db", { db: { values: { replicas: 2 }, declaration: { suspend: true } } });
    const step = stepFor(deployed(), undefined, wish("correct"), suspended);
    expect([step.kind, step.reasons.map(({ kind }) => kind)]).toEqual(["keep", ["suspended", "drifted"]]);
    const held = stepFor(deployed({ fingerprint: "other" }), quarantined(), wish("correct"));
    expect([held.kind, held.reasons.map(({ kind }) => kind)]).toEqual(["keep", ["quarantined", "drifted"]]);
  });

  test("goes with an upgrade that has another reason, which takes the fields too where correction is asked for", () => {
    const changed = deployed({ fingerprint: "other" });
    expect(stepFor(changed, undefined, wish("correct"))).toMatchObject({
      kind: "upgrade",
      takesFields: true,
    });
    expect(stepFor(changed, undefined, wish("warn"))).not.toHaveProperty("takesFields");
  });

  test("that helm would leave as it is is no reason for an upgrade", () => {
    const left = objects.map((one) => ({ ...one, isLeftByHelm: true as const }));
    const step = stepFor(deployed(), undefined, {
      drift: { wish: "correct", found: new Map([[id("db"), left]]) },
    });
    expect(step.kind).toBe("keep");
  });

  test("holds no value in which a secret of the release stands", () => {
    const secret = fleet("api <- db", { db: { values: { db: { password: "hunter22" } } } });
    const pin = pinOf("db", secret);
    const leaky: readonly DriftedObject[] = [
      {
        object: { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "db" },
        kind: "changed",
        fields: [
          {
            path: ".data.url",
            pointer: "/data/url",
            written: "pg://app:hunter22@db",
            live: "pg://app:new@db",
          },
          { path: ".data.mode", pointer: "/data/mode", written: "a", live: "b" },
        ],
      },
    ];
    const observation = deployed({ fingerprint: pin.fingerprint, payload: payloadOf(pin, 3) });
    const step = stepFor(
      observation,
      undefined,
      { drift: { wish: "warn", found: new Map([[id("db"), leaky]]) } },
      secret,
    );
    expect(JSON.stringify(step.reasons)).not.toMatch(/hunter22|app:new/);
    expect(driftOf(step)).toMatchObject([
      {
        fields: [
          { path: ".data.url", isSecret: true },
          { written: "a", live: "b" },
        ],
      },
    ]);
  });
});
