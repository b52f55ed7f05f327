// Drift as it is shown: which fields, what of them may be seen, and how much of it.
import { describe, expect, test } from "vitest";
import type { DriftedField, DriftedObject } from "../../src/core/drift/drift.ts";
import { driftLines, showDrift } from "../../src/views/drift-view.ts";

function deployment(
  fields: readonly (Partial<DriftedField> & { readonly path: string })[],
): Extract<DriftedObject, { kind: "changed" }> {
  return {
    object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" },
    kind: "changed",
    fields: fields.map((field) => ({ pointer: "/x", ...field })),
  };
}

const linesOf = (drift: readonly DriftedObject[], most = 12) => driftLines(drift.map(showDrift), most, 60);

describe("drift", () => {
  test("is shown as manifest and cluster, with the manager", () => {
    expect(
      linesOf([
        { object: { apiVersion: "v1", kind: "Namespace", name: "shop" }, kind: "missing" },
        deployment([
          { path: ".spec.replicas", written: 2, live: 5, manager: "kubectl" },
          { path: ".metadata.labels.tier", written: "web", isGone: true },
        ]),
      ]),
    ).toEqual([
      "Namespace shop is gone",
      "Deployment shop/web .spec.replicas: 2 → 5  (kubectl)",
      "Deployment shop/web .metadata.labels.tier: web → (gone)",
    ]);
  });

  test("says where helm would leave it as it is", () => {
    const [line] = linesOf([
      { ...deployment([{ path: ".spec.a", written: 1, live: 2 }]), isLeftByHelm: true },
    ]);
    expect(line).toMatch(/1 → 2 {2}\(helm leaves it so/);
  });

  test("never shows what is secret: by its kind, its name, its variable's name, or its look", () => {
    const container = '.spec.template.spec.containers[name="token-service"]';
    const lines = linesOf([
      deployment([
        { path: ".data.any", isSecret: true },
        { path: ".spec.adminPassword", written: "one-1", live: "two-2" },
        { path: `${container}.env[name="API_TOKEN"].value`, written: "one-1", live: "two-2" },
        {
          path: `${container}.env[name="DB_PASSWORD"]`,
          written: { name: "DB_PASSWORD", value: "one-1" },
          isGone: true,
        },
        { path: ".data.url", written: "pg://app:one-1@db/x", live: "pg://app:two-2@db/x" },
        { path: `${container}.image`, written: "app:1", live: "app:2" },
      ]),
    ]);
    expect(lines.join("\n")).not.toMatch(/one-1|two-2/);
    expect(lines.at(-1)).toContain("app:1 → app:2");
    expect(lines[0]).toContain("*** → ***  (changed)");
  });

  test("is bounded in lines and in columns", () => {
    const fields = Array.from({ length: 20 }, (_, index) => ({
      path: `.data.k${index}`,
      written: "x".repeat(5000),
      live: "y",
    }));
    const lines = linesOf([deployment(fields)], 3);
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe("… 17 more");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(150);
    const shown = showDrift(deployment(fields.slice(0, 1)));
    expect(JSON.stringify(shown).length).toBeLessThan(1000);
  });
});
