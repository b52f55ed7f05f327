// The revisions of a release: Helm's records and the journal, each alone and together.
import { describe, expect, it } from "vitest";
import type { ReleaseId } from "../../../src/core/ids.ts";
import { releaseHistory, type HelmRevision } from "../../../src/core/journal/release-history.ts";
import type { JournalEntry, ReleaseAtEnd } from "../../../src/core/journal/run-record.ts";
import { resultOf } from "../../../src/core/journal/run-result.ts";
import type { RecordStatus } from "../../../src/core/observation.ts";
import { begunRecord, rolledBackAtEnd, runRecord, upgradedAtEnd } from "../../kit/run-records.ts";

const web = "shop/web" as ReleaseId;

function helm(revision: number, status: RecordStatus, verified = false, description?: string): HelmRevision {
  const base = { namespace: "shop", releaseName: "web", revision, status };
  return {
    record: { ...base, resourceVersion: "1", ...(verified ? { verifiedLabel: `r${revision}` } : {}) },
    payload: {
      ...base,
      chart: { name: "app", version: `1.${revision}.0` },
      config: { password: "correct-horse" },
      objects: [],
      hooks: [],
      applyMethod: "server-side",
      deployedAt: `2026-01-0${revision}T00:00:00.000Z`,
      ...(description === undefined ? {} : { description }),
    },
  };
}

function run(number: number, end: Partial<ReleaseAtEnd>): JournalEntry {
  const record = runRecord({ number, releases: new Map([[web, { ...upgradedAtEnd, ...end }]]) });
  return { stack: "shop", number, record };
}

const inShort = (kept: readonly HelmRevision[], journal: readonly JournalEntry[]) =>
  releaseHistory(web, kept, journal).map(
    ({ revision, version = "?", run: by, action = "-", outcome, status = "gone" }) =>
      `${revision} ${version} run ${by?.number ?? "-"} ${action} ${outcome} ${status}`,
  );

describe("the history of a release", () => {
  it("joins what Helm keeps with the runs that wrote it", () => {
    const kept = [helm(3, "superseded", true), helm(4, "failed"), helm(5, "deployed", true)];
    const rows = releaseHistory(web, kept, [
      { stack: "shop", number: 7, record: runRecord({ releases: new Map([[web, rolledBackAtEnd]]) }) },
      run(6, { revision: 3, wrote: [{ revision: 3, action: "upgrade", outcome: "verified" }] }),
    ]);
    expect(rows.map(({ revision, outcome, run: by }) => [revision, outcome, by?.number])).toEqual([
      [5, "verified", 7],
      [4, "rolled-back", 7],
      [3, "verified", 6],
    ]);
    expect(rows[0]).toMatchObject({
      action: "rollback",
      version: "1.5.0",
      at: "2026-01-05T00:00:00.000Z",
      cause: "no such image",
      run: { actor: { user: "ada" } },
    });
  });

  it("is Helm's alone where the journal is lost, without the secrets in Helm's words", () => {
    const rows = releaseHistory(web, [helm(1, "failed", false, "failed: correct-horse is wrong")], []);
    expect(rows).toMatchObject([{ revision: 1, outcome: "failed", cause: "failed: *** is wrong" }]);
    expect(rows[0]?.run).toBeUndefined();
    expect(inShort([helm(2, "deployed"), helm(1, "superseded", true)], [])).toEqual([
      "2 1.2.0 run - - unverified deployed",
      "1 1.1.0 run - - verified superseded",
    ]);
  });

  it("is the journal's where Helm keeps no more, and a record that can't be read is passed over", () => {
    const wrote = [{ revision: 4, action: "upgrade", outcome: "failed" }] as const;
    expect(
      inShort([], [{ stack: "shop", number: 9 }, run(8, { wrote, verified: false, state: "Failed" })]),
    ).toEqual(["4 1.2.0 run 8 upgrade failed gone"]);
  });

  it("trusts Helm's mark where a later run has verified what an earlier one had not", () => {
    const wrote = [{ revision: 4, action: "upgrade", outcome: "failed" }] as const;
    expect(inShort([helm(4, "deployed", true)], [run(8, { wrote })])).toEqual([
      "4 1.4.0 run 8 upgrade verified deployed",
    ]);
  });

  it("keeps lives apart: numbers begin anew where a release was uninstalled", () => {
    const base = { releaseName: "web", wave: 1 } as const;
    const chart = { name: "app", version: "1.2.0" };
    const installed = (number: number): JournalEntry => {
      const wrote = [{ revision: 1, action: "install", outcome: "verified" }] as const;
      const end = {
        ...base,
        state: "Ready",
        action: "install",
        revision: 1,
        chart,
        verified: true,
        wrote,
      } as const;
      return { stack: "shop", number, record: runRecord({ number, releases: new Map([[web, end]]) }) };
    };
    const gone = { ...base, state: "Removed", action: "uninstall", before: 1, verified: false } as const;
    const removed = runRecord({ number: 2, releases: new Map([[web, gone]]) });
    const journal = [installed(3), { stack: "shop", number: 2, record: removed }, installed(1)];
    expect(inShort([helm(1, "deployed", true)], journal)).toEqual([
      "1 1.1.0 run 3 install verified deployed",
      "1 1.2.0 run 1 install verified gone",
    ]);
    expect(inShort([], journal.slice(1))).toEqual(["1 1.2.0 run 1 install verified gone"]);
  });
});

describe("how a run ended", () => {
  const begun: JournalEntry = { stack: "shop", number: 7, record: begunRecord };

  it("is running while it is the newest and holds the lock, and interrupted otherwise", () => {
    const holder = begunRecord.holder;
    expect(resultOf(begun, { isNewest: true, holder })).toBe("running");
    expect(resultOf(begun, { isNewest: true, holder: undefined })).toBe("interrupted");
    expect(resultOf(begun, { isNewest: true, holder: "somebody else" })).toBe("interrupted");
    expect(resultOf(begun, { isNewest: false, holder })).toBe("interrupted");
  });

  it("is what its record says, and not known without one", () => {
    const ended: JournalEntry = { stack: "shop", number: 7, record: runRecord() };
    expect(resultOf(ended, { isNewest: true, holder: undefined })).toBe("rolled-back");
    expect(resultOf({ stack: "shop", number: 7 }, { isNewest: true, holder: "x" })).toBe("unreadable");
  });
});
