import { describe, expect, test } from "vitest";
import { momentOf, type WantedMoment } from "../../../src/core/journal/moment.ts";
import type { RunRecord } from "../../../src/core/journal/run-record.ts";
import { id } from "../../kit/fleet.ts";
import { begunRecord, rolledBackAtEnd, upgradedAtEnd } from "../../kit/run-records.ts";

const record = (number: number, more: Partial<RunRecord> = {}): RunRecord => ({
  ...begunRecord,
  number,
  releases: new Map([
    [id("db"), upgradedAtEnd],
    [id("web"), rolledBackAtEnd],
  ]),
  ...more,
});
const left = { ...upgradedAtEnd, revision: 9, before: 9, wrote: [] };
const unchanged = record(8, {
  releases: new Map([[id("db"), left]]),
  commit: { sha: "fedcba9876543210", dirty: false },
});
const records = [unchanged, record(7)];

function revisionsAt(wanted: WantedMoment, of: readonly RunRecord[] = records): unknown {
  const moment = momentOf(of, wanted);
  return "problem" in moment ? moment.problem : Object.fromEntries(moment.revisions);
}

describe("a moment of a stack's past", () => {
  test("is the end of a run", () => {
    expect(revisionsAt({ kind: "run", number: 7 })).toEqual({ "shop/db": 4, "shop/web": 5 });
    expect(revisionsAt({ kind: "run", number: 3 })).toMatch(/no run 3/);
  });
  test("is the last run of a commit, by the first digits of it", () => {
    expect(revisionsAt({ kind: "commit", sha: "0123456" })).toEqual({ "shop/db": 4, "shop/web": 5 });
    expect(revisionsAt({ kind: "commit", sha: "aaaaaaa" })).toMatch(/no run on record/);
  });
  test("is what was before the last run that wrote a revision", () => {
    expect(revisionsAt({ kind: "before-last" })).toEqual({ "shop/db": 3, "shop/web": 3 });
    expect(revisionsAt({ kind: "before-last" }, [unchanged])).toMatch(/has changed anything/);
  });
  test("is not guessed where a record had no room for it", () => {
    expect(revisionsAt({ kind: "run", number: 7 }, [record(7, { cut: ["releases"] })])).toMatch(/no room/);
  });
});
