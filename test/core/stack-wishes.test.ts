// What persons want of releases, as changes of the state object: each touches its own part alone, and may be made twice.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FailureRecord, StackState } from "../../src/core/observation.ts";
import {
  forgetFailure,
  inForce,
  liftQuarantine,
  putFailure,
  rememberRun,
  resume,
  suspend,
  suspendedSince,
} from "../../src/core/stack-wishes.ts";
import { noEvidence } from "../kit/conversation.ts";
import { id } from "../kit/fleet.ts";

const said = { by: "anna@laptop", at: "2026-09-01T10:00:00.000Z", reason: "migration" };
const later = { by: "ben@laptop", at: "2026-09-01T11:00:00.000Z", reason: "migrated" };
const db = new Set([id("db")]);
const quarantine = { key: "k", fingerprint: "f", since: "2026-09-01T09:00:00.000Z" };
const lastFailure: FailureRecord = {
  at: "2026-09-01T09:00:00.000Z",
  run: "run-0",
  action: "upgrade",
  failure: { kind: "unhealthy", message: "it crashed" },
  evidence: noEvidence,
  outcome: "rolled-back",
};
const nothing: StackState = { releases: new Map() };
const failed: StackState = { releases: new Map([[id("db"), { quarantine, lastFailure }]]) };
const ofDb = (state: StackState) => state.releases.get(id("db"));

describe("a wish", () => {
  test("to suspend and to resume leaves what is known of failures as it is", () => {
    const suspended = suspend(failed, db, said);
    expect(ofDb(suspended)).toEqual({ quarantine, lastFailure, suspension: said });
    expect(ofDb(resume(suspended, db, later))).toEqual({ quarantine, lastFailure, resumed: later });
  });

  test("about the whole stack is no wish about one release", () => {
    const state = suspend(suspend(nothing, db, said), "stack", said);
    expect(resume(state, "stack", later)).toEqual({ ...suspend(nothing, db, said), resumed: later });
    expect(resume(state, db, later)).toEqual({
      releases: new Map([[id("db"), { resumed: later }]]),
      suspension: said,
    });
  });

  test("to resume is kept with its reason where it ended something, until the next run has ended or another wish", () => {
    expect(resume(failed, db, later)).toEqual(failed);
    expect(resume(failed, "stack", later)).toEqual(failed);
    const resumed = resume(suspend(suspend(nothing, db, said), "stack", said), "stack", later);
    // The answer to the first write was lost.
    expect(resume(resumed, "stack", { ...later, at: "2026-09-01T11:00:01.000Z" })).toEqual(resumed);
    expect(suspend(resumed, "stack", said)).not.toHaveProperty("resumed");
    expect(ofDb(suspend(resume(resumed, db, later), db, said))).toEqual({ suspension: said });
    expect(ofDb(forgetFailure(resume(resumed, db, later), id("db")))).toBeUndefined();
    const run = { id: "run-1", finishedAt: later.at, exitCode: 0, waves: 1, releases: new Map() };
    const before = { ...run, startedAt: "2026-09-01T10:59:59.000Z" };
    expect(rememberRun(resumed, before).resumed).toEqual(later);
    expect(rememberRun(resumed, { ...before, startedAt: later.at })).not.toHaveProperty("resumed");
  });

  test("to suspend is news to a run where it was said after its plan", () => {
    const planned = suspend(failed, db, said);
    const api = new Set([id("api")]);
    expect(suspendedSince(planned, planned)).toEqual({ stack: false, releases: new Map() });
    expect(suspendedSince(planned, suspend(planned, api, later)).releases).toEqual(
      new Map([[id("api"), later]]),
    );
    // Said once more, for another reason.
    expect(suspendedSince(planned, suspend(planned, db, later)).releases).toEqual(
      new Map([[id("db"), later]]),
    );
    expect(suspendedSince(planned, suspend(planned, "stack", later))).toMatchObject({ stack: true });
  });

  test("to retry lifts the quarantine, and leaves the failure to be explained", () => {
    expect(ofDb(liftQuarantine(failed, db, said))).toEqual({ lastFailure, retry: said });
  });

  test("to retry ends no freeze, and frees what the failure took back", () => {
    const frozen = { ...said, toRevision: 1, declaration: "d" };
    const takenBack = { ...quarantine, to: 1, dueTo: id("db"), dueToKey: "k" };
    const state: StackState = {
      releases: new Map([
        [id("db"), { quarantine, lastFailure, freeze: frozen }],
        [id("api"), { takenBack }],
      ]),
    };
    expect(liftQuarantine(state, db, said).releases).toEqual(
      new Map([
        [id("db"), { lastFailure, freeze: frozen, retry: said }],
        [id("api"), { retry: said }],
      ]),
    );
  });

  test("is over once its time has come, and not before", () => {
    const until = "2026-09-01T12:00:00Z";
    const state = suspend(suspend(failed, db, { ...said, until }), "stack", { ...said, until });
    expect(inForce(state, Date.parse(until) - 1)).toEqual(state);
    expect(inForce(state, Date.parse(until))).toEqual(failed);
    expect(inForce(suspend(failed, db, said), Date.parse("2099-01-01T00:00:00Z"))).toEqual(
      suspend(failed, db, said),
    );
  });

  test("outlives what runs write, and a retry does not outlive the next failure", () => {
    const suspended = suspend(liftQuarantine(failed, db, said), db, said);
    expect(ofDb(forgetFailure(suspended, id("db")))).toEqual({ suspension: said });
    expect(ofDb(putFailure(suspended, id("db"), { lastFailure, quarantine }))).toEqual({
      suspension: said,
      lastFailure,
      quarantine,
    });
    expect(forgetFailure(failed, id("db"))).toEqual(nothing);
  });
});

test("whoever writes first, a person's wish and a run's failure are both kept, made once or twice", () => {
  type Change = (state: StackState) => StackState;
  const changes: readonly Change[] = [
    (state) => suspend(state, db, said),
    (state) => putFailure(state, id("db"), { lastFailure, quarantine }),
    (state) => suspend(state, new Set([id("api")]), said),
    (state) => suspend(state, "stack", said),
  ];
  const orders = fc.shuffledSubarray([0, 1, 2, 3, 0, 1, 2, 3], { minLength: 8 });
  fc.assert(
    fc.property(orders, (order) => {
      const state = order.reduce((before, index) => changes[index]?.(before) ?? before, nothing);
      expect(ofDb(state)).toEqual({ suspension: said, lastFailure, quarantine });
      expect(state.releases.get(id("api"))).toEqual({ suspension: said });
      expect(state.suspension).toEqual(said);
    }),
  );
});
