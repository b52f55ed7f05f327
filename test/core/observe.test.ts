import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noRules } from "../../src/core/health/rules.ts";
import { fingerprintLabelValue, verifiedLabelValue } from "../../src/core/fingerprint.ts";
import { groupRecords, observeReleases, releaseKey } from "../../src/core/observe.ts";
import type { Observation, RecordStatus, ReleasePayload, ReleaseRecord } from "../../src/core/observation.ts";
import { fleet, id, payloadOf } from "../kit/fleet.ts";
import { objectIn, worldOf } from "./health/world-of.ts";

const stack = fleet("db");
const [declaration] = stack.declarations;
const pin = stack.pins.get(id("db"));
if (declaration === undefined || pin === undefined) throw new Error("no release");

const stackLabel = "shop.0123abcd";

const readyDeployment = objectIn(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop, generation: 1 }
spec: { replicas: 1 }
status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
`);

/** A record as Headway leaves it: labels for its own revision. */
function record(revision: number, status: RecordStatus, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    namespace: "shop",
    releaseName: "db",
    revision,
    status,
    stackLabel,
    fingerprintLabel: fingerprintLabelValue(revision, `fingerprint${revision}`),
    resourceVersion: String(100 + revision),
    ...more,
  };
}

const good = (revision: number) => ({ verifiedLabel: verifiedLabelValue(revision) });

/** A record without one of the labels. */
function without(from: ReleaseRecord, field: "stackLabel" | "fingerprintLabel"): ReleaseRecord {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== field)) as ReleaseRecord;
}

function observe(
  records: readonly ReleaseRecord[],
  payload?: ReleasePayload,
  objects = [readyDeployment],
  heir: { readonly cutRunWroteUntilMs?: number } = {},
): Observation | undefined {
  return observeReleases({
    ...heir,
    declarations: stack.declarations,
    stackLabel,
    records: groupRecords(records),
    payloads: new Map(payload === undefined ? [] : [["shop/db", payload]]),
    world: worldOf(objects),
    nowMs: 1_000_000,
    rules: noRules,
  }).get(id("db"));
}

const payload = (revision: number): ReleasePayload => payloadOf(pin, revision);

describe("the newest record", () => {
  test("of none is an absent release, whatever others there are", () => {
    expect(observe([])).toEqual({ kind: "absent" });
    expect(
      observe([record(1, "deployed", { namespace: "other" }), record(1, "deployed", { releaseName: "db2" })]),
    ).toEqual({
      kind: "absent",
    });
  });

  test("deployed, labelled for itself and healthy is all that can be wished for", () => {
    expect(observe([record(3, "deployed", good(3)), record(2, "superseded", good(2))], payload(3))).toEqual({
      kind: "deployed",
      revision: 3,
      resourceVersion: "103",
      fingerprint: "fingerprint3",
      verified: true,
      lastGood: 3,
      lastGoodFingerprint: "fingerprint3",
      owner: { kind: "this-stack" },
      payload: payload(3),
      health: { kind: "ready" },
    });
  });

  test.each<[RecordStatus, string]>([
    ["deployed", "deployed"],
    ["failed", "failed"],
    ["pending-install", "locked"],
    ["pending-upgrade", "locked"],
    ["pending-rollback", "locked"],
    ["uninstalling", "locked"],
    ["uninstalled", "unsettled"],
    ["superseded", "unsettled"],
    ["unknown", "locked"],
  ])("that is %s makes the release %s", (status, kind) => {
    const observed = observe([
      record(3, status),
      record(2, "superseded", good(2)),
      record(1, "superseded", good(1)),
    ]);
    expect(observed).toMatchObject({ kind, revision: 3, lastGood: 2 });
    if (kind === "locked") expect(observed).toMatchObject({ status, resourceVersion: "103" });
    if (kind === "unsettled") expect(observed).toMatchObject({ status });
  });

  test("counts by its number, not by its place in the list", () => {
    const records = [9, 10, 1, 2].map((revision) =>
      record(revision, revision === 10 ? "deployed" : "superseded"),
    );
    expect(observe(records)).toMatchObject({ kind: "deployed", revision: 10 });
  });
});

describe("labels", () => {
  test("that were inherited name another revision and count for nothing", () => {
    const inherited = { fingerprintLabel: fingerprintLabelValue(2, "fingerprint2"), ...good(2) };
    const observed = observe([record(3, "deployed", inherited), record(2, "superseded", good(2))]);
    expect(observed).toMatchObject({ kind: "deployed", verified: false, lastGood: 2 });
    expect(observed).not.toHaveProperty("fingerprint");
  });

  test("for revision 1 do not count for revision 11", () => {
    const observed = observe([
      record(11, "deployed", { fingerprintLabel: "v1.r1.abc", verifiedLabel: "r1" }),
    ]);
    expect(observed).toMatchObject({ verified: false });
    expect(observed).not.toHaveProperty("fingerprint");
  });

  test("of another algorithm, or none, leave the fingerprint unknown", () => {
    expect(observe([record(1, "deployed", { fingerprintLabel: "v0.r1.abc" })])).not.toHaveProperty(
      "fingerprint",
    );
    expect(observe([without(record(1, "deployed"), "fingerprintLabel")])).not.toHaveProperty("fingerprint");
  });

  test("tell whose release it is", () => {
    const bare = without(record(1, "deployed"), "stackLabel");
    expect(observe([record(1, "failed")])).toMatchObject({ owner: { kind: "this-stack" } });
    expect(observe([bare])).toMatchObject({ owner: { kind: "nobody" } });
    expect(observe([{ ...bare, foreignOwner: "flux" }])).toMatchObject({
      owner: { kind: "another", name: "flux" },
    });
    expect(observe([record(1, "deployed", { stackLabel: "shop.ffffffff" })])).toMatchObject({
      owner: { kind: "another", name: "the stack shop.ffffffff" },
    });
  });

  test.each<RecordStatus>(["pending-install", "pending-upgrade"])(
    "that name another revision tell of a record that is %s that another helm holds it",
    (status) => {
      const inherited = { fingerprintLabel: fingerprintLabelValue(2, "fingerprint2") };
      expect(observe([record(3, status, inherited)])).toMatchObject({ kind: "locked", isForeign: true });
      expect(observe([record(3, status)])).toMatchObject({ kind: "locked", isForeign: false });
    },
  );
});

describe("a rollback or an uninstall in the middle, which no label tells whose it is,", () => {
  const cutRunWroteUntilMs = 500_000;
  const isForeign = (status: RecordStatus, changedAtMs: number | undefined, heir = {}) => {
    const at = changedAtMs === undefined ? {} : { changedAtMs };
    const observed = observe([record(3, status, at)], undefined, [], heir);
    return observed?.kind === "locked" ? observed.isForeign : "not locked";
  };
  test.each<RecordStatus>(["pending-rollback", "uninstalling"])("as %s", (status) => {
    // Written while the run that was cut may have lived.
    expect(isForeign(status, 499_000, { cutRunWroteUntilMs })).toBe(false);
    // A person came after it.
    expect(isForeign(status, 501_000, { cutRunWroteUntilMs })).toBe(true);
    // No run was cut at all.
    expect(isForeign(status, 499_000)).toBe(true);
    expect(isForeign(status, undefined, { cutRunWroteUntilMs })).toBe(true);
  });

  test("and a status that nobody knows, are somebody else's in doubt", () => {
    expect(isForeign("unknown", 499_000, { cutRunWroteUntilMs })).toBe(true);
  });
});

describe("what can be gone back to", () => {
  const rows: readonly (readonly [string, readonly ReleaseRecord[], number | undefined])[] = [
    [
      "the newest verified one, though it is this one",
      [record(2, "deployed", good(2)), record(1, "superseded", good(1))],
      2,
    ],
    ["one verified before", [record(3, "failed"), record(2, "failed"), record(1, "superseded", good(1))], 1],
    ["the one that is still deployed", [record(3, "pending-upgrade"), record(2, "deployed", good(2))], 2],
    [
      "none that only looks verified",
      [record(2, "failed"), record(1, "superseded", { verifiedLabel: "r7" })],
      undefined,
    ],
    ["none that failed later", [record(2, "deployed"), record(1, "failed", good(1))], undefined],
    ["none that is being uninstalled", [record(1, "uninstalling", good(1))], undefined],
    ["one far back, over a gap", [record(12, "failed"), record(4, "superseded", good(4))], 4],
  ];
  test.each(rows)("is %s", (_name, records, wanted) => {
    expect((observe(records) as { readonly lastGood?: number }).lastGood).toBe(wanted);
  });
});

describe("odd histories", () => {
  test("with two deployed revisions go by the newer one, and its own payload alone tells of health", () => {
    const records = [record(3, "deployed", good(3)), record(2, "deployed", good(2))];
    expect(observe(records, payload(2))).toMatchObject({ revision: 3, health: { kind: "unknown" } });
    expect(observe(records, payload(3))).toMatchObject({ revision: 3, health: { kind: "ready" } });
  });

  test("name an older revision that is still deployed", () => {
    expect(observe([record(3, "failed"), record(2, "deployed")])).toMatchObject({
      kind: "failed",
      deployed: 2,
    });
    expect(observe([record(3, "pending-rollback"), record(2, "deployed")])).toMatchObject({ deployed: 2 });
    expect(observe([record(3, "failed"), record(2, "superseded")])).not.toHaveProperty("deployed");
  });

  test("whose payload can't be read are deployed, their health unknown", () => {
    expect(observe([record(3, "deployed", good(3))])).toMatchObject({
      kind: "deployed",
      health: { kind: "unknown" },
    });
  });

  test("whose objects are gone are not healthy", () => {
    expect(observe([record(3, "deployed")], payload(3), [])).toMatchObject({
      health: { kind: "pending", waitingFor: [{ reason: "not found" }] },
    });
  });
});

test("every history is an observation of its newest record", () => {
  const status = fc.constantFrom<RecordStatus>(
    "unknown",
    "deployed",
    "uninstalled",
    "superseded",
    "failed",
    "uninstalling",
    "pending-install",
    "pending-upgrade",
    "pending-rollback",
  );
  const one = fc
    .record({ revision: fc.integer({ min: 1, max: 20 }), status, verified: fc.integer({ min: 0, max: 20 }) })
    .map(({ revision, status: word, verified }) => record(revision, word, { verifiedLabel: `r${verified}` }));
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ({ revision }) => revision, minLength: 1 }), (records) => {
      const observed = observe(records);
      if (observed === undefined || observed.kind === "absent") throw new Error("it is there");
      expect(observed.revision).toBe(Math.max(...records.map(({ revision }) => revision)));
      if (observed.lastGood === undefined) return;
      const back = records.find(({ revision }) => revision === observed.lastGood);
      expect(["deployed", "superseded"]).toContain(back?.status);
      expect(back?.verifiedLabel).toBe(`r${observed.lastGood}`);
    }),
  );
});

test("a release is known by its namespace and Helm's name of it", () => {
  expect(releaseKey({ namespace: "shop", releaseName: "db" })).toBe("shop/db");
  const renamed = fleet("db", { db: { declaration: { releaseName: "postgres" } } });
  const observations = observeReleases({
    declarations: renamed.declarations,
    stackLabel,
    records: groupRecords([record(1, "deployed", { releaseName: "postgres" })]),
    payloads: new Map(),
    world: worldOf([]),
    nowMs: 0,
    rules: noRules,
  });
  expect(observations.get(id("db"))?.kind).toBe("deployed");
});
