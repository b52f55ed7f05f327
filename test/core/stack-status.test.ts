import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import { groupRecords } from "../../src/core/observe.ts";
import type {
  FailureRecord,
  LastRun,
  LastStanding,
  RecordStatus,
  ReleaseRecord,
  ReleaseState,
} from "../../src/core/observation.ts";
import { failureOf, stackStatus, type ReleaseStatus } from "../../src/core/stack-status.ts";
import { noEvidence } from "../kit/conversation.ts";
import { fleet, id, payloadOf } from "../kit/fleet.ts";
import { objectIn, worldOf } from "./health/world-of.ts";

const stack = fleet("api <- db");
const stackLabel = "shop.0123abcd";

const deployment = (name: string, isReady: boolean): KubernetesObject =>
  objectIn(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, generation: 1 }
spec: { replicas: 1 }
status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: ${isReady ? 1 : 0}, availableReplicas: ${isReady ? 1 : 0} }
`);

function record(name: string, status: RecordStatus, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    namespace: "shop",
    releaseName: name,
    revision: 2,
    status,
    stackLabel,
    resourceVersion: "1",
    ...more,
  };
}

const verified = { verifiedLabel: "r2" };

const failure = (outcome: FailureRecord["outcome"]): FailureRecord => ({
  at: "2026-09-01T10:00:00.000Z",
  run: "run-0",
  action: "upgrade",
  failure: { kind: "unhealthy", message: "it crashed" },
  evidence: noEvidence,
  outcome,
});

const quarantine = { key: "k", fingerprint: "f", since: "2026-09-01T10:00:00.000Z" };

const standing = (name: string, more: Partial<LastStanding> = {}): LastStanding => ({
  state: "Ready",
  wave: 1,
  after: name === "api" ? [id("db")] : [],
  releaseName: name,
  chart: name,
  version: "1.0.0",
  declaredAt: `releases/${name}.yaml:3`,
  ...more,
});

const said = { by: "anna", at: "2026-09-01T10:00:00Z", reason: "migration" };
const nowMs = 1_000_000;

type Facts = {
  readonly records?: readonly ReleaseRecord[];
  readonly unreadable?: boolean;
  readonly isReady?: boolean;
  readonly states?: Readonly<Record<string, ReleaseState>>;
  readonly standings?: Readonly<Record<string, LastStanding>>;
};

function status({ records = [], unreadable = false, isReady = true, states = {}, standings }: Facts) {
  const lastRun: LastRun | undefined =
    standings === undefined
      ? undefined
      : {
          id: "run-0",
          startedAt: "",
          finishedAt: "",
          exitCode: 0,
          waves: 2,
          releases: new Map(Object.entries(standings).map(([name, one]) => [id(name), one])),
        };
  const releases = stackStatus({
    stackLabel,
    records: groupRecords(records),
    payloads: new Map(
      unreadable ? [] : [...stack.pins].map(([release, pin]) => [release, payloadOf(pin, 2)]),
    ),
    state: {
      releases: new Map(Object.entries(states).map(([name, one]) => [id(name), one])),
      ...(lastRun === undefined ? {} : { lastRun }),
    },
    world: worldOf([deployment("db", isReady), deployment("api", true)]),
    nowMs,
  });
  return new Map<string, ReleaseStatus>(releases.map((one) => [one.release, one]));
}

const shown = (facts: Facts, name = "db"): string | undefined => {
  const one = status(facts).get(id(name));
  return one === undefined ? undefined : one.detail === undefined ? one.state : `${one.state}: ${one.detail}`;
};

describe("a release shows as", () => {
  const rows: readonly (readonly [string, Facts])[] = [
    ["Ready", { records: [record("db", "deployed", verified)] }],
    ["Degraded: Deployment db 0/1 ready", { records: [record("db", "deployed", verified)], isReady: false }],
    ["Unknown: healthy, but not verified yet: run apply", { records: [record("db", "deployed")] }],
    [
      "Unknown: healthy, but not verified yet: run apply",
      { records: [record("db", "deployed", { verifiedLabel: "r1" })] },
    ],
    ["Running: Deployment db 0/1 ready", { records: [record("db", "deployed")], isReady: false }],
    [
      "Unknown: its record can't be read",
      { records: [record("db", "deployed", verified)], unreadable: true },
    ],
    ["Running: pending-upgrade", { records: [record("db", "pending-upgrade")] }],
    ["Failed: revision 2 failed", { records: [record("db", "failed")] }],
    [
      "Failed: it crashed",
      {
        records: [record("db", "deployed")],
        isReady: false,
        states: { db: { lastFailure: failure("kept") } },
      },
    ],
    [
      "Quarantined: it crashed",
      {
        records: [record("db", "deployed")],
        isReady: false,
        states: { db: { lastFailure: failure("kept"), quarantine } },
      },
    ],
    [
      "Ready",
      {
        records: [record("db", "deployed", verified)],
        states: { db: { lastFailure: failure("rolled-back") } },
      },
    ],
    [
      "RolledBack: it crashed",
      {
        records: [record("db", "deployed", verified)],
        states: { db: { lastFailure: failure("rolled-back"), quarantine } },
      },
    ],
    [
      "Quarantined: it crashed",
      {
        records: [record("db", "deployed", verified)],
        states: { db: { lastFailure: failure("never-applied"), quarantine } },
      },
    ],
    [
      "Failed: it crashed",
      {
        records: [record("db", "deployed", verified)],
        states: { db: { lastFailure: failure("never-applied") } },
      },
    ],
    [
      "Failed: it crashed",
      {
        states: { db: { lastFailure: failure("never-applied") } },
        standings: { db: standing("db", { state: "Failed" }) },
      },
    ],
    [
      "Suspended",
      {
        records: [record("db", "deployed", verified)],
        standings: { db: standing("db", { state: "Suspended", suspend: true }) },
      },
    ],
    // As a run left it that somebody has resumed since.
    [
      "Ready",
      {
        records: [record("db", "deployed", verified)],
        standings: { db: standing("db", { state: "Suspended" }) },
      },
    ],
    [
      "Suspended: suspended by anna since 2026-09-01T10:00:00Z: migration",
      { records: [record("db", "deployed", verified)], states: { db: { suspension: said } } },
    ],
    [
      "Ready: resumed by anna since 2026-09-01T10:00:00Z: migration",
      { records: [record("db", "deployed", verified)], states: { db: { resumed: said } } },
    ],
    [
      "Suspended: not installed; suspended by anna since 2026-09-01T10:00:00Z: migration",
      { standings: { db: standing("db") }, states: { db: { suspension: said } } },
    ],
    [
      "Degraded: Deployment db 0/1 ready; suspended by anna since 2026-09-01T10:00:00Z: migration",
      {
        records: [record("db", "deployed", verified)],
        isReady: false,
        states: { db: { suspension: said } },
      },
    ],
    [
      "Ready",
      {
        records: [record("db", "deployed", verified)],
        states: { db: { suspension: { ...said, until: new Date(nowMs).toISOString() } } },
      },
    ],
    [
      "Pending: asked to be tried again by anna since 2026-09-01T10:00:00Z: migration: run apply",
      {
        records: [record("db", "deployed", verified)],
        states: { db: { lastFailure: failure("rolled-back"), retry: said } },
      },
    ],
    ["Unknown: it is not installed any more", { standings: { db: standing("db") } }],
    [
      "Pending: nothing it depends on blocks it: run apply",
      { standings: { db: standing("db", { state: "Blocked", detail: "by shop/x" }) } },
    ],
  ];
  test.each(rows)("%s", (wanted, facts) => {
    expect(shown(facts)).toBe(wanted);
  });
});

describe("a stack's status", () => {
  test("names what the stack owns and what its last run declared, and nothing else", () => {
    const records = [
      record("db", "deployed", verified),
      record("other", "deployed", { stackLabel: "blog.1" }),
    ];
    expect([...status({ records, standings: { api: standing("api") } }).keys()].toSorted()).toEqual([
      "shop/api",
      "shop/db",
    ]);
  });

  test("says nothing of what was taken away on purpose", () => {
    expect(status({ standings: { db: standing("db", { state: "Removed" }) } }).size).toBe(0);
  });

  test("knows a release by its declared name though Helm calls it otherwise", () => {
    const found = status({
      records: [record("postgres", "deployed", verified)],
      standings: { db: standing("db", { releaseName: "postgres" }) },
    });
    expect([...found.keys()]).toEqual(["shop/db"]);
    expect(found.get(id("db"))).toMatchObject({ wave: 1, declaredAt: "releases/db.yaml:3", revision: 2 });
  });

  test("tells whom a blocked release waits for, as long as that is still in the way", () => {
    const standings = {
      db: standing("db"),
      api: standing("api", { state: "Blocked", detail: "by shop/db" }),
    };
    const records = [record("db", "deployed", verified), record("api", "deployed", verified)];
    expect(shown({ records, standings, isReady: false }, "api")).toBe("Blocked: by shop/db");
    expect(shown({ records, standings }, "api")).toBe("Ready");
  });

  test("has words for what is wrong", () => {
    const failed = status({
      records: [record("db", "failed")],
      states: { db: { lastFailure: failure("kept") } },
    }).get(id("db"));
    if (failed === undefined) throw new Error("no release");
    expect(failureOf(failed).message).toBe("it crashed");
    const degraded = status({ records: [record("db", "deployed", verified)], isReady: false }).get(id("db"));
    if (degraded === undefined) throw new Error("no release");
    expect(failureOf(degraded)).toEqual({ kind: "unhealthy", message: "Deployment db 0/1 ready" });
  });
});
