// Drift in a run: what is only looked at is warned of once, and shown for what it is.
import { describe, expect, test } from "vitest";
import type { DriftedObject } from "../../src/core/drift/drift.ts";
import { start } from "../kit/conversation.ts";
import { fleet } from "../kit/fleet.ts";

const objects: readonly DriftedObject[] = [
  { object: { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "db" }, kind: "missing" },
  {
    object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "db" },
    kind: "changed",
    fields: [{ path: ".spec.replicas", pointer: "/spec/replicas", written: 2, live: 5, manager: "kubectl" }],
  },
];
const drifted = [{ kind: "drifted", objects }] as const;
const words = "ConfigMap shop/db is gone, Deployment shop/db .spec.replicas (held by kubectl)";

describe("a release that has drifted", () => {
  test("and is left alone is warned of, holds nobody back, and the run is done", () => {
    const run = start(fleet("api <- db", { db: { kind: "keep", reasons: drifted } }))
      .expects("upgrade api")
      .shows("db", `Drifted: ${words}`)
      .when("helm started api", "helm finished api", "api healthy")
      .ends(0, "done");
    const warnings = run.allEvents().filter(({ kind }) => kind === "warning");
    expect(warnings).toMatchObject([{ release: "shop/db", message: `not as helm applied it: ${words}` }]);
  });

  test("and is corrected is an upgrade like any other, without a warning", () => {
    start(fleet("api <- db", { db: { reasons: drifted }, api: { kind: "keep" } }))
      .expects("upgrade db")
      .tells("run-started")
      .when("helm started db")
      .shows("db", "Running: upgrading");
  });
});
