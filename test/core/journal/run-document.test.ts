// The text of a run's record: what is written is read again, it fits its bounds, and it is not believed blindly.
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReleaseId } from "../../../src/core/ids.ts";
import { readRunDocument, writeRunDocument } from "../../../src/core/journal/run-document.ts";
import { begunRecord, rolledBackAtEnd, runRecord, upgradedAtEnd } from "../../kit/run-records.ts";

const roomy = 1_000_000;
const schema = JSON.parse(readFileSync("schemas/run.schema.json", "utf8")) as object;
const fits = new Ajv({ strict: false, validateFormats: false }).compile(schema);

describe("a run's record", () => {
  it("is read as it was written, as its schema says", () => {
    const text = writeRunDocument(runRecord(), roomy);
    expect(fits(JSON.parse(text)), JSON.stringify(fits.errors)).toBe(true);
    expect(readRunDocument(text)).toEqual(runRecord());
  });

  it("is read too where the run has only begun", () => {
    const text = writeRunDocument(begunRecord, roomy);
    expect(fits(JSON.parse(text)), JSON.stringify(fits.errors)).toBe(true);
    expect(readRunDocument(text)).toEqual(begunRecord);
  });

  it("of a huge run keeps what a rollback goes by, and says what it had no room for", () => {
    const lines = ["x".repeat(10_000)];
    const log = { pod: "web-1", namespace: "shop", container: "web", previous: false, lines };
    const loud = { ...rolledBackAtEnd, evidence: { troubles: [], events: [], logs: [log] } };
    const releases = new Map(
      Array.from({ length: 200 }, (_, index) => [`shop/r${index}` as ReleaseId, loud] as const),
    );
    const read = readRunDocument(writeRunDocument(runRecord({ releases }), 150_000));
    expect(read?.cut).toEqual(["evidence"]);
    expect(read?.releases.size).toBe(200);
    expect(read?.releases.get("shop/r7" as ReleaseId)).toMatchObject({
      revision: 5,
      fingerprint: "earlier",
      verified: true,
      failure: { message: "no such image" },
    });
    const tiny = readRunDocument(writeRunDocument(runRecord({ releases }), 1_000));
    expect(tiny?.cut).toEqual(["evidence", "events", "plan", "details", "releases"]);
    expect(tiny?.releases.size).toBe(0);
    expect(tiny?.outcome).toMatchObject({ exitCode: 5 });
  });

  it("never comes back longer than its bound while that leaves room for its head", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 2_000, max: 60_000 }),
        (count, bound) => {
          const releases = new Map(
            Array.from(
              { length: count },
              (_, index) => [`shop/r${index}` as ReleaseId, rolledBackAtEnd] as const,
            ),
          );
          const text = writeRunDocument(runRecord({ releases }), bound);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bound);
          expect(readRunDocument(text)?.number).toBe(7);
        },
      ),
      { numRuns: 40 },
    );
  });

  const changed = (change: object) =>
    JSON.stringify({ ...(JSON.parse(writeRunDocument(runRecord(), roomy)) as object), ...change });
  const withRelease = (wrong: object) => changed({ releases: { "shop/db": { ...upgradedAtEnd, ...wrong } } });

  it.each([
    ["no JSON", "{"],
    ["another schema", changed({ schema: "headway.dev/run/v2" })],
    ["no number", changed({ number: "7" })],
    ["a time that is none", changed({ startedAt: "yesterday" })],
    ["a release that has no slash in its name", changed({ releases: { db: upgradedAtEnd } })],
    ["a revision that is none", withRelease({ revision: -1 })],
    ["a verdict that is no yes or no", withRelease({ verified: "yes" })],
    ["a chart without a version", withRelease({ chart: { name: "app" } })],
  ])("with %s is not believed in anything", (_what, text) => {
    expect(readRunDocument(text)).toBeUndefined();
  });

  it.each([
    ["an event that is none", changed({ events: [1] }), { events: [] }],
    ["an outcome that is none", changed({ outcome: { kind: 1 } }), { number: 7 }],
    ["a commit that is none", changed({ commit: "main" }), { number: 7 }],
  ])("with %s is read without it", (_what, text, read) => {
    expect(readRunDocument(text)).toMatchObject(read);
  });

  it("of a later version may know a state that has no word here", () => {
    const read = readRunDocument(withRelease({ state: "Levitating" }));
    expect(read?.releases.get("shop/db" as ReleaseId)?.state).toBe("Unknown");
  });
});
