// The recovery table, row by row: what is stored, whose it may be, what is wanted, and the step that comes of it.
import { describe, expect, test } from "vitest";
import { fingerprintLabelValue, quarantineKey, verifiedLabelValue } from "../../src/core/fingerprint.ts";
import { noRules } from "../../src/core/health/rules.ts";
import type { RecordStatus, ReleaseRecord, ReleaseState } from "../../src/core/observation.ts";
import { groupRecords, observeReleases } from "../../src/core/observe.ts";
import { makeDestroyPlan } from "../../src/core/plan/make-destroy-plan.ts";
import { makePlan } from "../../src/core/plan/make-plan.ts";
import type { Step } from "../../src/core/plan/plan.ts";
import {
  isUninstalledUnseen,
  recoveryTable,
  storageOf,
  type Intent,
  type Storage,
} from "../../src/core/recovery.ts";
import { noEvidence } from "../kit/conversation.ts";
import { deployment, fleet, id, payloadOf } from "../kit/fleet.ts";
import { worldOf } from "./health/world-of.ts";

const stackLabel = "shop.0123abcd";
const stack = fleet("db");
const changed = fleet("db", { db: { values: { replicas: 2 } } });
const pin = stack.pins.get(id("db"));
if (pin === undefined) throw new Error("no release");

const cutRunWroteUntilMs = 1_000;

type Holder = "ours" | "another's";

/** One revision as a run of this stack left it; `another's` is as a person's helm leaves it on the same release. */
function record(revision: number, status: RecordStatus, holder: Holder = "ours"): ReleaseRecord {
  const fingerprint = pin?.fingerprint ?? "";
  return {
    namespace: "shop",
    releaseName: "db",
    revision,
    status,
    stackLabel,
    fingerprintLabel: fingerprintLabelValue(holder === "ours" ? revision : revision - 1, fingerprint),
    verifiedLabel: verifiedLabelValue(revision),
    resourceVersion: `rv${revision}`,
    changedAtMs: holder === "ours" ? 500 : 2_000,
  };
}

/** What is stored, by the storage's name: newest first. */
const stored: Readonly<Record<Storage, (holder: Holder) => readonly ReleaseRecord[]>> = {
  absent: () => [],
  deployed: () => [record(4, "deployed"), record(2, "superseded")],
  "two-deployed": () => [record(2, "deployed"), record(1, "deployed")],
  failed: () => [record(2, "failed"), record(1, "failed")],
  "failed-over-deployed": () => [record(2, "failed"), record(1, "deployed")],
  superseded: () => [record(2, "superseded"), record(1, "superseded")],
  uninstalled: () => [record(2, "uninstalled"), record(1, "superseded")],
  "uninstalled-unseen": () => [record(10, "uninstalled"), record(9, "superseded")],
  "pending-install": (holder) => [record(1, "pending-install", holder)],
  "pending-upgrade": (holder) => [record(2, "pending-upgrade", holder), record(1, "deployed")],
  "pending-rollback": (holder) => [record(2, "pending-rollback", holder), record(1, "superseded")],
  uninstalling: (holder) => [record(1, "uninstalling", holder)],
  unknown: () => [record(2, "unknown"), record(1, "deployed")],
  unreadable: () => [record(2, "deployed"), record(1, "superseded")],
};

const storages = Object.keys(stored) as Storage[];

function observe(storage: Storage, holder: Holder = "ours") {
  const records = stored[storage](holder);
  const newest = records[0]?.revision ?? 0;
  const isUnreadable = storage === "unreadable";
  return observeReleases({
    stackLabel,
    cutRunWroteUntilMs,
    declarations: stack.declarations,
    records: groupRecords(records),
    payloads: new Map(isUnreadable || pin === undefined ? [] : [["shop/db", payloadOf(pin, newest)]]),
    unreadable: new Set(isUnreadable ? ["shop/db"] : []),
    world: worldOf([
      {
        ...deployment("db"),
        metadata: { name: "db", namespace: "shop", generation: 1 },
        spec: { replicas: 1 },
        status: {
          observedGeneration: 1,
          replicas: 1,
          updatedReplicas: 1,
          readyReplicas: 1,
          availableReplicas: 1,
        },
      },
    ]),
    nowMs: 10_000,
    rules: noRules,
  });
}

function stepFor(storage: Storage, intent: Intent, holder: Holder = "ours"): Step | undefined {
  const observations = observe(storage, holder);
  const wanted = intent === "apply-changed" ? changed : stack;
  const input = {
    stack: "shop",
    stackLabel,
    declarations: wanted.declarations,
    graph: wanted.graph,
    observations,
  };
  if (intent === "uninstall") return makeDestroyPlan(input).steps[0];
  return makePlan({
    ...input,
    order: "dependencies",
    pins: wanted.pins,
    state: { releases: new Map(intent === "roll-back" ? [[id("db"), owesRollback]] : []) },
    namespaces: new Set(["shop"]),
    retry: false,
    adopt: false,
  }).steps[0];
}

const owesRollback: ReleaseState = {
  quarantine: {
    key: quarantineKey(pin, []),
    fingerprint: pin.fingerprint,
    since: "2026-09-01T10:00:00.000Z",
  },
  lastFailure: {
    at: "2026-09-01T10:00:00.000Z",
    run: "run-0",
    action: "upgrade",
    failure: { kind: "unhealthy", message: "it crashed" },
    evidence: noEvidence,
    outcome: "rolled-back",
  },
};

function inWords(step: Step | undefined): string {
  if (step === undefined) return "no step";
  switch (step.kind) {
    case "recover": {
      const { locked } = step;
      const mark =
        locked === undefined
          ? ""
          : ` ${locked.ours ? "mark" : "outwait"} ${locked.status} r${locked.revision} ${locked.resourceVersion},`;
      return `recover:${mark} then ${step.then}${superseding(step)}`;
    }
    case "uninstall":
      return step.held === undefined
        ? "uninstall"
        : `uninstall: outwait ${step.held.status} r${step.held.revision}`;
    case "keep":
      return `keep ${step.standing}`;
    case "verify":
      return "verify";
    case "install":
    case "upgrade":
    case "roll-back":
      return `${step.kind}${superseding(step)}`;
  }
}

function superseding(step: Exclude<Step, { kind: "keep" | "uninstall" }>): string {
  return step.stale === undefined
    ? ""
    : `, superseding ${step.stale.map(({ revision }) => `r${revision}`).join(" ")}`;
}

describe("what Helm has stored", () => {
  test.each(storages)("as %s is told apart from everything else", (storage) => {
    const observation = observe(storage).get(id("db"));
    expect(observation && storageOf(observation)).toBe(storage);
  });

  test("and is uninstalled is not seen by helm where another record's name is last", () => {
    const history = (...revisions: readonly number[]) =>
      revisions.map((revision) => record(revision, "superseded"));
    const unseen = (revision: number, ...older: readonly number[]) =>
      isUninstalledUnseen(record(revision, "uninstalled"), [
        record(revision, "uninstalled"),
        ...history(...older),
      ]);
    expect(unseen(2, 1)).toBe(false);
    expect(unseen(9, 8)).toBe(false);
    expect(unseen(10, 9)).toBe(true);
    expect(unseen(10)).toBe(false);
    expect(unseen(20, 19, 11)).toBe(false);
    expect(unseen(100, 99)).toBe(true);
  });
});

// One line for each row: unchanged | changed | a rollback is owed | uninstall.
const ours: Readonly<Record<Storage, string>> = {
  absent: "install | install | install | keep healthy",
  deployed: "keep healthy | upgrade | keep quarantined | uninstall",
  "two-deployed": "keep healthy | upgrade, superseding r1 | keep quarantined | uninstall",
  failed: "install | install | keep quarantined | uninstall",
  "failed-over-deployed": "upgrade | upgrade | recover: then roll-back | uninstall",
  superseded: "upgrade | upgrade | install | uninstall",
  uninstalled: "upgrade | upgrade | install | uninstall",
  "uninstalled-unseen":
    "recover: mark uninstalled-unseen r10 rv10, then upgrade | recover: mark uninstalled-unseen r10 rv10, then upgrade | recover: mark uninstalled-unseen r10 rv10, then upgrade | uninstall",
  "pending-install":
    "recover: mark pending-install r1 rv1, then upgrade | recover: mark pending-install r1 rv1, then upgrade | keep quarantined | uninstall",
  "pending-upgrade":
    "recover: mark pending-upgrade r2 rv2, then upgrade | recover: mark pending-upgrade r2 rv2, then upgrade | recover: mark pending-upgrade r2 rv2, then roll-back | uninstall",
  "pending-rollback":
    "recover: mark pending-rollback r2 rv2, then upgrade | recover: mark pending-rollback r2 rv2, then upgrade | recover: mark pending-rollback r2 rv2, then roll-back | uninstall",
  uninstalling:
    "recover: mark uninstalling r1 rv1, then upgrade | recover: mark uninstalling r1 rv1, then upgrade | keep quarantined | uninstall",
  unknown:
    "recover: outwait unknown r2 rv2, then upgrade | recover: outwait unknown r2 rv2, then upgrade | keep quarantined | uninstall: outwait unknown r2",
  unreadable:
    "recover: mark unreadable r2 rv2, then upgrade | recover: mark unreadable r2 rv2, then upgrade | keep quarantined | keep refused",
};

describe("with every helm of ours gone", () => {
  test.each(storages)("%s is recovered", (storage) => {
    const intents = ["leave-unchanged", "apply-changed", "roll-back", "uninstall"] as const;
    expect(intents.map((intent) => inWords(stepFor(storage, intent))).join(" | ")).toBe(ours[storage]);
  });
});

describe("with another helm perhaps at work", () => {
  test.each<Storage>(["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"])(
    "%s is waited for, whatever is wanted, and never broken for a rollback",
    (storage) => {
      const first = stored[storage]("another's")[0]?.revision ?? 0;
      const wait = `recover: outwait ${storage} r${first} rv${first}, then upgrade`;
      expect(inWords(stepFor(storage, "leave-unchanged", "another's"))).toBe(wait);
      expect(inWords(stepFor(storage, "apply-changed", "another's"))).toBe(wait);
      expect(inWords(stepFor(storage, "roll-back", "another's"))).toBe("keep quarantined");
      expect(inWords(stepFor(storage, "uninstall", "another's"))).toBe(
        `uninstall: outwait ${storage} r${first}`,
      );
    },
  );
});

test("the table has a row for each storage, and no cell that deletes", () => {
  expect(Object.keys(recoveryTable).toSorted()).toEqual(storages.toSorted());
});
