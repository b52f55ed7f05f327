import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { agentValues, readImage } from "../../../src/core/bootstrap/agent-release.ts";
import { exportText, ownedByHelm } from "../../../src/core/bootstrap/exported-objects.ts";
import { firstPhase } from "../../../src/core/bootstrap/first-phase.ts";
import {
  readRef,
  seedAnnotation,
  seedOf,
  stackSyncObject,
} from "../../../src/core/bootstrap/stack-sync-object.ts";
import { readStackSync } from "../../../src/core/stack-sync/stack-sync.ts";
import { dueSeeds, readSeed } from "../../../src/core/stack-sync/seed.ts";
import { resolveGraph } from "../../../src/core/graph.ts";
import { fleet, id } from "../../kit/fleet.ts";

const wish = {
  name: "shop",
  namespace: "headway-system",
  url: "https://git.example.com/shop.git",
  ref: { kind: "branch", name: "on" },
  path: "clusters/prod",
  interval: "30s",
  secretName: "shop-git",
} as const;

describe("what a cluster is handed over with", () => {
  it("is a StackSync that the agent reads as it was meant", () => {
    const read = readStackSync({
      ...stackSyncObject(wish),
      metadata: { name: "shop", namespace: "headway-system", uid: "u", generation: 1 },
    });
    expect(read?.spec).toEqual({
      ok: true,
      value: {
        suspend: false,
        notify: [],
        source: {
          url: "https://git.example.com/shop.git",
          ref: { kind: "branch", name: "on" },
          path: "clusters/prod",
          intervalMs: 30_000,
          secretName: "shop-git",
          rewind: "allow",
        },
      },
    });
  });

  it("survives the way through a ConfigMap, and is made again only where that says something else", () => {
    const seed = readSeed(seedOf(stackSyncObject(wish), "shop", "headway-system"));
    if (seed.kind !== "seed") throw new Error(seed.message);
    expect(seed.object).toMatchObject({ spec: stackSyncObject(wish)["spec"] });
    const planted = readStackSync(seed.object);
    if (planted === undefined) throw new Error("no StackSync");
    expect(dueSeeds([seed], [])).toEqual([seed]);
    expect(dueSeeds([seed], [planted])).toEqual([]);
    expect(dueSeeds([{ ...seed, digest: "other" }], [planted])).toHaveLength(1);
    expect(Object.keys(planted)).toContain("seedDigest");
    expect(JSON.stringify(seed.object)).toContain(seedAnnotation);
  });

  it("takes no seed of another namespace, and none that holds something else", () => {
    const stray = seedOf(stackSyncObject({ ...wish, namespace: "elsewhere" }), "shop", "headway-system");
    expect(readSeed(stray)).toMatchObject({ kind: "problem" });
    expect(
      readSeed({ metadata: { name: "x", namespace: "y" }, data: { "stacksync.yaml": "kind: Secret" } }),
    ).toEqual({
      kind: "problem",
      message: "the ConfigMap y/x is no seed of a StackSync: it holds something else",
    });
  });

  it.each([
    ["main", { kind: "branch", name: "main" }],
    ["refs/heads/main", { kind: "branch", name: "main" }],
    ["refs/tags/v1", { kind: "tag", name: "v1" }],
    ["a".repeat(40), { kind: "commit", sha: "a".repeat(40) }],
    ["--upload-pack=x", "is not a name that git allows"],
  ])("reads the ref %s", (text, ref) => {
    expect(readRef(text)).toEqual(ref);
  });

  it.each([
    ["ghcr.io/x/headway", { repository: "ghcr.io/x/headway" }],
    ["localhost:5000/headway:1.2", { repository: "localhost:5000/headway", tag: "1.2" }],
    [`r/h:1@sha256:${"a".repeat(64)}`, { repository: "r/h", tag: "1", digest: `sha256:${"a".repeat(64)}` }],
    ["a b", "names no repository of images"],
    ["r/h@sha256:12", "has a digest that is no sha256:…"],
  ])("reads the image %s", (text, image) => {
    expect(readImage(text)).toEqual(image);
  });

  it("puts an image into values without losing the rest", () => {
    expect(
      agentValues({ values: { image: { pullPolicy: "Never" }, replicas: 2 }, image: { repository: "r" } }),
    ).toEqual({ image: { pullPolicy: "Never", repository: "r" }, replicas: 2 });
  });
});

describe("an export", () => {
  it("has definitions and namespaces before all else, and texts that old YAML takes for something else in quotes", () => {
    const object = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });
    const text = exportText([
      object("Deployment", "on"),
      object("ConfigMap", "b"),
      object("Namespace", "n"),
      object("CustomResourceDefinition", "c"),
      object("ServiceAccount", "a"),
    ]);
    expect(parseAllDocuments(text).map((document) => String(document.get("kind")))).toEqual([
      "CustomResourceDefinition",
      "Namespace",
      "ServiceAccount",
      "ConfigMap",
      "Deployment",
    ]);
    expect(text).toContain('name: "on"');
  });

  it("marks objects as helm does", () => {
    const owned = ownedByHelm(
      { kind: "Service", metadata: { name: "s", labels: { a: "b" } } },
      { releaseName: "headway", namespace: "system" },
    );
    expect(owned["metadata"]).toEqual({
      name: "s",
      labels: { a: "b", "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        "meta.helm.sh/release-name": "headway",
        "meta.helm.sh/release-namespace": "system",
      },
    });
  });
});

describe("the first phase", () => {
  const { declarations } = fleet("web <- db\ndns <- cni\n", {
    dns: { declaration: { phase: "network" } },
    web: { declaration: { phase: "apps" } },
    db: { declaration: { phase: "apps" } },
  });

  it("is what has the first phase that any release has, with all that it depends on", () => {
    const stack = { declarations, phases: ["none", "network", "apps"] };
    expect([...firstPhase(stack, resolveGraph(stack).value)]).toEqual([id("dns"), id("cni")]);
  });

  it("is nothing where the stack has no phases", () => {
    expect(
      firstPhase({ declarations, phases: [] }, resolveGraph({ declarations, phases: [] }).value).size,
    ).toBe(0);
  });
});
