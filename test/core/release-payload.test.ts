// Reading Helm's JSON of a release: what it says, and that no JSON can make it throw.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readReleasePayload, readStatus } from "../../src/core/release-payload.ts";

const clusterScoped = new Set(["ClusterRole"]);
const kinds = (_apiVersion: string, kind: string) => ({ namespaced: !clusterScoped.has(kind) });

const release = {
  name: "web",
  namespace: "shop",
  version: 3,
  info: { status: "pending-upgrade", description: "Preparing upgrade" },
  chart: { metadata: { name: "web-chart", version: "1.2.3", appVersion: "9" } },
  config: { replicas: 2 },
  apply_method: "ssa",
  manifest:
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: r\n  namespace: nonsense\n",
  hooks: [
    {
      name: "migrate",
      kind: "Job",
      events: ["pre-upgrade", 7],
      manifest: "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  namespace: jobs\n",
    },
    { kind: "Job" },
  ],
};

describe("a release's payload", () => {
  it("tells chart, values, status and how it was applied", () => {
    expect(readReleasePayload(release, kinds)).toMatchObject({
      namespace: "shop",
      releaseName: "web",
      revision: 3,
      status: "pending-upgrade",
      chart: { name: "web-chart", version: "1.2.3", appVersion: "9" },
      config: { replicas: 2 },
      applyMethod: "server-side",
      description: "Preparing upgrade",
    });
  });

  it("puts objects into the release's namespace unless their kind has none", () => {
    const objects = readReleasePayload(release, kinds)?.objects ?? [];
    expect(objects.map(({ metadata }) => [metadata.name, metadata.namespace])).toEqual([
      ["a", "shop"],
      ["r", undefined],
    ]);
    expect("namespace" in (objects[1]?.metadata ?? {})).toBe(false);
  });

  it("names hooks with the kind and namespace of their manifests", () => {
    expect(readReleasePayload(release, kinds)?.hooks).toEqual([
      { name: "migrate", kind: "Job", apiVersion: "batch/v1", namespace: "jobs", events: ["pre-upgrade"] },
    ]);
  });

  it("counts as applied client-side where Helm 3 wrote it, and as of unknown status where a later Helm did", () => {
    expect(readReleasePayload({ ...release, apply_method: undefined }, kinds)?.applyMethod).toBe(
      "client-side",
    );
    expect(readStatus("deployed")).toBe("deployed");
    expect(readStatus("pondering")).toBe("unknown");
  });

  it("is undefined where name, namespace or revision is no such thing", () => {
    for (const broken of [{ name: "" }, { namespace: 1 }, { version: 0 }, { version: 1.5 }, { version: "3" }])
      expect(readReleasePayload({ ...release, ...broken }, kinds)).toBeUndefined();
  });

  it("is read from any JSON without throwing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(release)), (value, field) => {
        expect(() => JSON.stringify(readReleasePayload({ ...release, [field]: value }, kinds))).not.toThrow();
        expect(() => readReleasePayload(value, kinds)).not.toThrow();
      }),
    );
  });
});
