// The text of the state object: what is written is read again, fits its bounds and its schema, and is not believed blindly.
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReleaseId } from "../../src/core/ids.ts";
import type { FailureRecord, ReleaseState, StackState } from "../../src/core/observation.ts";
import { readStateDocument, writeStateDocument } from "../../src/core/state-document.ts";

const id = (name: string) => `shop/${name}` as ReleaseId;
const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" };

function failureAt(at: string, line = "boom"): FailureRecord {
  return {
    at,
    run: "r1",
    action: "upgrade",
    revision: 4,
    fingerprint: "abc",
    failure: { kind: "unhealthy", message: "Deployment shop/web: 0/1 ready", object },
    evidence: {
      troubles: [
        { object, pod: "web-1", container: "web", reason: "CrashLoopBackOff", exitCode: 1, restarts: 3 },
      ],
      events: [{ object, reason: "BackOff", message: "back-off", count: 2, at }],
      logs: [{ pod: "web-1", namespace: "shop", container: "web", previous: true, lines: [line] }],
    },
    outcome: "rolled-back",
    rolledBackTo: 3,
    declaredAt: "releases/web.yaml:3",
  };
}

const said = { by: "anna@laptop", at: "2026-01-02T03:04:05Z", reason: "migrated" };
const quarantine = { key: "k", fingerprint: "abc", since: "2026-01-02T03:04:05Z" };
const keeper = { stackSync: "agent/shop", uid: "4711", since: "2026-01-02T03:04:05Z" };
const stateOf = (releases: readonly (readonly [string, ReleaseState])[]): StackState => ({
  releases: new Map(releases.map(([name, state]) => [id(name), state])),
});

describe("the state document", () => {
  it("is read as it was written", () => {
    const state = stateOf([
      ["web", { quarantine, lastFailure: failureAt("2026-01-02T03:04:05Z") }],
      ["db", { quarantine }],
      ["api", { resumed: said }],
    ]);
    expect(readStateDocument(writeStateDocument("shop", state, 100_000))).toEqual(state);
    const resumed = { ...state, resumed: said, keeper };
    expect(readStateDocument(writeStateDocument("shop", resumed, 100_000))).toEqual(resumed);
  });

  it("fits its schema", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../schemas/state.schema.json", import.meta.url), "utf8"),
    ) as object;
    const validate = new Ajv({ formats: { "date-time": true } }).compile(schema);
    const web = { quarantine, lastFailure: failureAt("2026-01-02T03:04:05Z"), resumed: said };
    const text = writeStateDocument("shop", { ...stateOf([["web", web]]), resumed: said, keeper }, 100_000);
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(JSON.parse(text) as object), releases: { "shop/web": { quarantine: {} } } })).toBe(
      false,
    );
  });

  it("gives up the oldest evidence first and never a quarantine", () => {
    const old = failureAt("2026-01-01T00:00:00Z", "o".repeat(3_000));
    const young = failureAt("2026-02-01T00:00:00Z", "y".repeat(3_000));
    const state = stateOf([
      ["young", { quarantine, lastFailure: young }],
      ["old", { quarantine, lastFailure: old }],
    ]);
    const text = writeStateDocument("shop", state, 6_000);
    const read = readStateDocument(text);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(6_000);
    expect(read?.releases.get(id("young"))?.lastFailure).toEqual(young);
    expect(read?.releases.get(id("old"))?.lastFailure).toMatchObject({
      failure: old.failure,
      evidence: { logs: [] },
    });
    const tiny = readStateDocument(writeStateDocument("shop", state, 10));
    expect([...(tiny?.releases.values() ?? [])]).toEqual([{ quarantine }, { quarantine }]);
  });

  it("leaves out releases of which there is nothing to remember", () => {
    expect(writeStateDocument("shop", stateOf([["web", {}]]), 1_000)).not.toContain("shop/web");
  });

  it.each([
    ["no JSON", "{"],
    ["another schema", '{"schema":"headway.dev/state/v2","releases":{}}'],
    ["no releases", '{"schema":"headway.dev/state/v1"}'],
    [
      "a quarantine without its key",
      '{"schema":"headway.dev/state/v1","releases":{"a/b":{"quarantine":{"since":"x"}}}}',
    ],
    [
      "a failure without words",
      '{"schema":"headway.dev/state/v1","releases":{"a/b":{"lastFailure":{"at":"x"}}}}',
    ],
    ["a release without a namespace", '{"schema":"headway.dev/state/v1","releases":{"b":{}}}'],
  ])("is not believed with %s", (_why, text) => {
    expect(readStateDocument(text)).toBeUndefined();
  });

  it("is read from any text without throwing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readStateDocument(JSON.stringify({ schema: "headway.dev/state/v1", releases: { "a/b": value } }));
        readStateDocument(JSON.stringify(value));
      }),
    );
  });
});
