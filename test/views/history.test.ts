// What `history` prints: tables for people, documents that are all that their schema says.
import { describe, expect, it } from "vitest";
import type { ReleaseId } from "../../src/core/ids.ts";
import { releaseHistory } from "../../src/core/journal/release-history.ts";
import { renderRevisions, renderRuns, type HistoryOptions } from "../../src/views/history-view.ts";
import { renderRun } from "../../src/views/run-view.ts";
import { begunRecord, runRecord } from "../kit/run-records.ts";
import { complaints, strictValidator } from "./strict-schema.ts";

const plain = { colour: false, unicode: true };
const nowMs = Date.parse("2026-01-02T04:04:05.000Z");
const as = (format: HistoryOptions["format"]): HistoryOptions => ({ format, nowMs, style: plain });
const fits = strictValidator("history");

const rows = [
  { stack: "shop", number: 9 as const, result: "unreadable" as const },
  { stack: "shop", number: 8, record: { ...begunRecord, number: 8 }, result: "running" as const },
  { stack: "shop", number: 7, record: runRecord(), result: "rolled-back" as const },
];

describe("the runs", () => {
  it("are a row each", () => {
    expect(renderRuns(rows, as("table"))).toMatchInlineSnapshot(`
      "RUN  STACK  AGE  WHO           COMMIT         COMMAND  RESULT         CHANGED  DURATION  RELEASES
      9    shop   -    -             -              -        ? unreadable   -        -         its record can't be read
      8    shop   60m  ada@workshop  0123456789ab+  apply    ● running      1        -         -
      7    shop   60m  ada@workshop  0123456789ab+  apply    ↶ rolled back  1        1m        1 Ready, 1 RolledBack
      "
    `);
  });

  it("tell root causes and who the cluster took them for, where all is asked for", () => {
    const wide = renderRuns(rows, as("wide"));
    expect(wide).toContain("shop/web: no such image");
    expect(wide).toContain("ada@workshop (ada@example.com)");
  });

  it("are named as a rollback takes them, and are documents that fit their schema", () => {
    expect(renderRuns(rows, as("name"))).toBe("run:9\nrun:8\nrun:7\n");
    expect(complaints(fits, JSON.parse(renderRuns(rows, as("json"))))).toEqual([]);
  });

  it("are none where there are none", () => {
    expect(renderRuns([], as("table"))).toBe("No runs found.\n");
  });
});

describe("one run", () => {
  it("shows its releases by phase, what happened, and the root cause with its evidence", () => {
    expect(renderRun(runRecord(), "rolled-back", as("table"))).toMatchInlineSnapshot(`
      "run 7 of shop: ↶ rolled back, exit code 5
        started 2026-01-02T03:04:05.000Z (60m ago), took 1m
        command apply
        who     ada@workshop (ada@example.com)
        commit  0123456789abcdef0123456789abcdef01234567+ (and changes)
        source  github.com/acme/shop/deploy

      NAMESPACE  NAME  ACTION   STATE         REVISION  CHART      WAITED  HELM  SETTLED  ROLLED BACK  REASON
      shop       db    upgrade  ✓ Ready       3 → 4     app 1.2.0  0s      0.9s  4s       -            chart-changed: 1.1.0 → 1.2.0
      shop       web   upgrade  ↶ RolledBack  3 → 5     -          5s      0.8s  2s       3s           -

      03:04:30 shop/web release-failed: no such image

      ↶ shop/web  rolled back: its health checks failed  wave 2/2
          cause  ImagePullBackOff (Deployment shop/web, Pod web-1, container web)
                 no such image
          where  Deployment shop/web, Pod web-1, container web
          events BackOff (×2): back-off
          logs   last lines of pod shop/web-1, container web
                 │ no such image
          done   rolled back to revision 3
          next   correct the cause in the declaration, then apply again
                 headway why shop/web
      "
    `);
  });

  it("that was killed says what it was to do", () => {
    expect(renderRun(begunRecord, "interrupted", as("table"))).toContain("It was to change 1 release");
  });

  it("is a document that fits its schema", () => {
    for (const record of [runRecord(), begunRecord])
      expect(complaints(fits, JSON.parse(renderRun(record, "rolled-back", as("json"))))).toEqual([]);
  });
});

describe("the revisions of a release", () => {
  const web = "shop/web" as ReleaseId;
  const revisions = releaseHistory(web, [], [{ stack: "shop", number: 7, record: runRecord() }]);

  it("are a row each", () => {
    expect(renderRevisions(web, revisions, as("table"))).toMatchInlineSnapshot(`
      "REVISION  CHART  AGE  RUN  COMMIT         WHO           ACTION         OUTCOME        CAUSE
      5         -      60m  7    0123456789ab+  ada@workshop  rollback to 3  ✓ verified     no such image
      4         -      60m  7    0123456789ab+  ada@workshop  upgrade        ↶ rolled back  -
      "
    `);
  });

  it("are named as a rollback takes them, and are documents that fit their schema", () => {
    expect(renderRevisions(web, revisions, as("name"))).toBe("revision:5\nrevision:4\n");
    expect(complaints(fits, JSON.parse(renderRevisions(web, revisions, as("json"))))).toEqual([]);
  });
});
