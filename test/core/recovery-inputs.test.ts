import { describe, expect, it } from "vitest";
import { readKit } from "../../src/core/bootstrap/kit.ts";
import type { ValuesObject } from "../../src/core/declaration.ts";
import type { KubernetesObject } from "../../src/core/object.ts";
import { exitCodeOfInputs, findRecoveryInputs, type RecoveryFacts } from "../../src/core/recovery-inputs.ts";
import { fleet, id } from "../kit/fleet.ts";

const range = { file: "releases/api.yaml", line: 7, column: 3 };

function from(name: string, more: Partial<ValuesObject> = {}) {
  const object: ValuesObject = {
    kind: "Secret",
    namespace: "shop",
    name,
    key: "values.yaml",
    optional: false,
    range,
    ...more,
  };
  return { kind: "object", object } as const;
}

function facts(values: readonly ReturnType<typeof from>[], more: Partial<RecoveryFacts> = {}): RecoveryFacts {
  const { declarations, graph } = fleet("api <- db\ncache", { api: { declaration: { values } } });
  return {
    stack: "shop",
    systemNamespace: "headway-system",
    transport: "ssh",
    encrypted: [],
    charts: [],
    declarations,
    graph,
    rendered: new Map(),
    ...more,
  };
}

function lines(of: RecoveryFacts): readonly string[] {
  return findRecoveryInputs(of).map(
    ({ verdict, kind, name, origin }) =>
      `${verdict} ${kind} ${name}${origin === undefined ? "" : ` ← ${origin}`}`,
  );
}

function kitOf(...names: readonly string[]) {
  const text = names
    .map((name) => {
      const [namespace = "", bare = "", key = "a"] = name.split("/");
      return `---\napiVersion: v1\nkind: Secret\nmetadata: { name: ${bare}, namespace: ${namespace} }\nstringData: { ${key}: x }\n`;
    })
    .join("");
  return { file: "kit.yaml", objects: readKit("kit.yaml", text, "headway-system").value };
}

function secret(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "shop" } };
}

describe("what a recovery needs besides git", () => {
  it("is a key for the repository, where that is read by SSH and nothing brings one", () => {
    const without = facts([]);
    expect(lines(without)).toEqual(["missing git-credentials Secret headway-system/shop-git"]);
    expect(exitCodeOfInputs(findRecoveryInputs(without))).toBe(3);
    const withKit = facts([], { kit: kitOf("headway-system/shop-git") });
    expect(lines(withKit)).toEqual([
      "declared git-credentials Secret headway-system/shop-git ← the kit kit.yaml",
    ]);
    expect(exitCodeOfInputs(findRecoveryInputs(withKit))).toBe(0);
    expect(lines(facts([], { transport: "https" }))[0]).toMatch(/^note git-credentials/);
  });

  it("is what the StackSync of a cluster names, where one was asked", () => {
    const named = [
      { kind: "git-credentials", namespace: "agents", name: "deploy" },
      { kind: "webhook-token", namespace: "agents", name: "hook" },
    ] as const;
    expect(lines(facts([], { named, kit: kitOf("agents/deploy") }))).toEqual([
      "declared git-credentials Secret agents/deploy ← the kit kit.yaml",
      "missing webhook-token Secret agents/hook",
    ]);
    expect(lines(facts([], { named: [] }))).toEqual([]);
  });

  it("is every object that values come from, unless the kit or a chart of the stack brings it", () => {
    const values = [
      from("in-kit"),
      from("other-key-in-kit"),
      from("of-chart"),
      from("of-nobody"),
      from("optional", { optional: true }),
    ];
    const found = facts(values, {
      named: [],
      kit: kitOf("shop/in-kit/values.yaml", "shop/other-key-in-kit/else"),
      rendered: new Map([[id("db"), [secret("of-chart")]]]),
    });
    expect(lines(found)).toEqual([
      "declared values-object Secret shop/in-kit, key values.yaml ← the kit kit.yaml",
      "declared values-object Secret shop/of-chart, key values.yaml ← the release shop/db",
      "missing values-object Secret shop/of-nobody, key values.yaml",
      "note values-object Secret shop/optional, key values.yaml",
      "missing values-object Secret shop/other-key-in-kit, key values.yaml",
    ]);
  });

  it("says where a release does not wait for the one that brings its Secret", () => {
    const found = findRecoveryInputs(
      facts([from("of-chart")], { named: [], rendered: new Map([[id("cache"), [secret("of-chart")]]]) }),
    );
    expect(found[0]).toMatchObject({
      verdict: "declared",
      origin: "the release shop/cache",
      next: "Add shop/cache to its dependsOn.",
      declaredAt: "releases/api.yaml:7:3",
    });
  });

  it("is the age key, the credentials of servers that are still needed, and what is neither locked nor vendored", () => {
    const chart = {
      release: id("db"),
      chart: "bitnami/postgres 1.2.3",
      range,
      isLocked: true,
      isVendored: true,
    };
    const found = facts([], {
      named: [],
      encrypted: [{ path: "values/db.yaml", release: id("db") }],
      charts: [
        { ...chart, secretRef: "not-needed" },
        { ...chart, isVendored: false, isLocked: false, chart: "oci://r/x 2.0.0", secretRef: "registry" },
      ],
      kit: kitOf("headway-system/headway-sops-age/age.agekey"),
    });
    expect(lines(found)).toEqual([
      "declared age-key Secret headway-system/headway-sops-age ← the kit kit.yaml",
      "missing chart-credentials Secret headway-system/registry",
      "note chart-version oci://r/x 2.0.0",
      "note chart-server oci://r/x 2.0.0",
    ]);
    const wrongKey = facts([], { ...found, charts: [], kit: kitOf("headway-system/headway-sops-age/other") });
    expect(lines(wrongKey)).toEqual(["missing age-key Secret headway-system/headway-sops-age"]);
  });

  it("is data: claims come back empty, and what can't be rendered is said to be unknown", () => {
    const claim = (name: string, storage: string) => ({
      metadata: { name },
      spec: { resources: { requests: { storage } } },
    });
    const found = facts([], {
      named: [],
      clusterUid: "u-1",
      rendered: new Map<ReturnType<typeof id>, readonly KubernetesObject[] | string>([
        [
          id("db"),
          [
            {
              apiVersion: "apps/v1",
              kind: "StatefulSet",
              metadata: { name: "db", namespace: "shop" },
              spec: { replicas: 3, volumeClaimTemplates: [claim("data", "8Gi")] },
            },
            {
              apiVersion: "v1",
              kind: "PersistentVolumeClaim",
              metadata: { name: "dump", namespace: "shop" },
              spec: { resources: { requests: { storage: "1Gi" } } },
            },
          ],
        ],
        [id("api"), "a value is required"],
      ]),
    });
    expect(lines(found)).toEqual([
      "note cluster-uid u-1",
      "note volume PersistentVolumeClaim shop/dump (1Gi)",
      "note volume StatefulSet shop/db, claim data (8Gi each, 3 of them)",
      "note release shop/api",
    ]);
    expect(exitCodeOfInputs(findRecoveryInputs(found))).toBe(0);
  });
});
