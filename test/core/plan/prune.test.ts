// Which releases that are no longer declared go, in which order, and why the others stay.
import { irreplaceable } from "../../../src/core/plan/irreplaceable.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../../src/core/object.ts";
import type { LastStanding, ReleasePayload, ReleaseRecord } from "../../../src/core/observation.ts";
import { groupRecords } from "../../../src/core/observe.ts";
import {
  findOwned,
  judgeUndeclared,
  withPruning,
  withUndeclaredDestroyed,
  type OwnedRelease,
  type PruneInput,
} from "../../../src/core/plan/prune.ts";
import { deployment, fleet, id } from "../../kit/fleet.ts";

function owned(name: string, objects: readonly KubernetesObject[] = [deployment(name)]): OwnedRelease {
  const payload: ReleasePayload = {
    namespace: "shop",
    releaseName: name,
    revision: 2,
    status: "deployed",
    chart: { name, version: "1.0.0" },
    config: {},
    objects,
    hooks: [],
    applyMethod: "server-side",
  };
  return { namespace: "shop", releaseName: name, revision: 2, payload };
}

/** `api <- db`: what the last run knew of dependencies. */
function remembering(edges: Readonly<Record<string, readonly string[]>>, protect: readonly string[] = []) {
  return new Map(
    Object.entries(edges).map(([name, after]) => {
      const standing: LastStanding = {
        state: "Ready",
        wave: 1,
        after: after.map(id),
        releaseName: name,
        ...(protect.includes(name) ? { protect: true } : {}),
      };
      return [id(name), standing] as const;
    }),
  );
}

function judge(names: readonly (string | OwnedRelease)[], more: Partial<PruneInput> = {}) {
  return judgeUndeclared(new Set([id("web")]), {
    owned: names.map((one) => (typeof one === "string" ? owned(one) : one)),
    remembered: remembering(
      Object.fromEntries(names.map((one) => [typeof one === "string" ? one : one.releaseName, []])),
    ),
    definitions: [],
    prune: true,
    isPart: false,
    includeProtected: false,
    isSuspended: () => false,
    mayLose: false,
    ...more,
  });
}

function verdicts(judged: ReturnType<typeof judge>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    judged.map(({ release, stays }) => [release.replace("shop/", ""), stays?.kind ?? "goes"]),
  );
}

const kept = { "helm.sh/resource-policy": "keep" };

function object(
  kind: string,
  name: string,
  annotations?: Readonly<Record<string, string>>,
): KubernetesObject {
  return {
    apiVersion: kind === "CustomResourceDefinition" ? "apiextensions.k8s.io/v1" : "v1",
    kind,
    metadata: { name, namespace: "shop", ...(annotations === undefined ? {} : { annotations }) },
  };
}

function record(name: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    namespace: "shop",
    releaseName: name,
    revision: 1,
    status: "deployed",
    stackLabel: "shop.0123abcd",
    resourceVersion: "1",
    ...more,
  };
}

describe("a release that is no longer declared", () => {
  it("is one with the stack's own label that no declaration is about", () => {
    const { declarations } = fleet("web");
    const records = groupRecords([
      record("web"),
      record("old"),
      record("old", { revision: 2, status: "failed" }),
      record("gone", { status: "uninstalled" }),
      record("theirs", { stackLabel: "blog.0123abcd" }),
      record("theirs-now", { revision: 1 }),
      record("theirs-now", { revision: 2, stackLabel: "blog.0123abcd" }),
      { ...record("nobodys"), stackLabel: undefined } as unknown as ReleaseRecord,
    ]);
    expect(
      findOwned(declarations, "shop.0123abcd", records).map(
        ({ releaseName, revision }) => `${releaseName}@${revision}`,
      ),
    ).toEqual(["old@2"]);
  });

  it("stays unless pruning is asked for, of the whole stack", () => {
    expect(verdicts(judge(["old"], { prune: false }))).toEqual({ old: "prune-off" });
    expect(verdicts(judge(["old"], { isPart: true }))).toEqual({ old: "not-selected" });
    expect(verdicts(judge(["old"]))).toEqual({ old: "goes" });
  });

  it("stays where it is protected, with all that it depended on", () => {
    const remembered = remembering({ old: ["mid"], mid: ["db"], db: [], other: [] }, ["old"]);
    expect(verdicts(judge(["db", "mid", "old", "other"], { remembered }))).toEqual({
      old: "protected",
      mid: "needed",
      db: "needed",
      other: "goes",
    });
    expect(verdicts(judge(["db", "old"], { remembered, includeProtected: true }))).toEqual({
      db: "goes",
      old: "goes",
    });
  });

  it("stays with all the others where there are more than may go at once", () => {
    expect(verdicts(judge(["a", "b", "c"], { maxPrune: 2 }))).toEqual({
      a: "over-limit",
      b: "over-limit",
      c: "over-limit",
    });
    expect(verdicts(judge(["a", "b"], { maxPrune: 2 }))).toEqual({ a: "goes", b: "goes" });
    // What stays anyway does not count.
    const remembered = remembering({ a: [], b: [], c: [] }, ["c"]);
    expect(verdicts(judge(["a", "b", "c"], { maxPrune: 2, remembered }))).toEqual({
      a: "goes",
      b: "goes",
      c: "protected",
    });
  });

  it("stays where something would go with it that nobody gets back, or where that is not known", () => {
    const unreadable: OwnedRelease = { namespace: "shop", releaseName: "blind", revision: 2 };
    expect(verdicts(judge([owned("db", [object("PersistentVolumeClaim", "data")]), unreadable]))).toEqual({
      db: "would-lose",
      blind: "unreadable",
    });
    // A person who destroys has been told of what is known to go.
    expect(
      verdicts(
        judge([owned("db", [object("PersistentVolumeClaim", "data")]), unreadable], { mayLose: true }),
      ),
    ).toEqual({ db: "goes", blind: "unreadable" });
  });

  it("stays where nothing is remembered of it, since it may be protected", () => {
    expect(verdicts(judge(["old"], { remembered: new Map() }))).toEqual({ old: "unremembered" });
    expect(verdicts(judge(["old"], { remembered: new Map(), includeProtected: true }))).toEqual({
      old: "goes",
    });
  });

  it("stays where a declared release has its name", () => {
    const remembered = new Map([
      [id("web"), { state: "Ready", wave: 1, after: [], releaseName: "web-old" } as const],
    ]);
    expect(verdicts(judge(["web-old"], { remembered }))).toEqual({ web: "name-taken" });
  });
});

describe("what nobody gets back", () => {
  it("are claims, namespaces, and CRDs of whose kinds there are objects, or may be", () => {
    const ref = (name: string) => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      namespace: "shop",
      name,
    });
    const objects = [
      object("PersistentVolumeClaim", "data"),
      object("PersistentVolumeClaim", "spared", kept),
      object("Namespace", "jobs"),
      object("CustomResourceDefinition", "unused"),
      object("CustomResourceDefinition", "used"),
      object("CustomResourceDefinition", "uncounted"),
      object("CustomResourceDefinition", "unlisted"),
      object("CustomResourceDefinition", "spared", kept),
      object("ConfigMap", "settings"),
    ];
    expect(
      irreplaceable(objects, [
        { ref: ref("unused"), objects: 0 },
        { ref: ref("used"), objects: 3 },
        { ref: ref("uncounted"), objects: "unknown" },
      ]),
    ).toEqual([
      "PersistentVolumeClaim data",
      "Namespace jobs with everything in it",
      "CustomResourceDefinition used with 3 objects",
      "CustomResourceDefinition uncounted with an unknown number of objects",
      "CustomResourceDefinition unlisted with an unknown number of objects",
    ]);
  });
});

describe("pruning", () => {
  const names = ["a", "b", "c", "d", "e"];
  const anyEdges = fc.dictionary(fc.constantFrom(...names), fc.subarray([...names, "web"]), {
    noNullPrototype: true,
  });

  it("comes behind everything declared, dependents first, whatever is remembered", () => {
    fc.assert(
      fc.property(anyEdges, fc.subarray(names), (edges, gone) => {
        const stack = fleet("web <- db");
        const undeclared = judge(gone, { remembered: remembering(edges), includeProtected: true });
        const plan = withPruning(stack.plan, undeclared);
        const at = new Map(plan.steps.map((step, index) => [step.release, index]));
        for (const [index, step] of plan.steps.entries())
          for (const other of step.after) expect(at.get(other) ?? -1).toBeLessThan(index);
        for (const step of plan.steps.slice(stack.plan.steps.length)) {
          expect(step.kind).toBe("uninstall");
          expect(step.after).toEqual(expect.arrayContaining([id("web"), id("db")]));
          expect(step.wave).toBeGreaterThan(stack.plan.waves);
        }
        expect(plan.waves).toBe(Math.max(...plan.steps.map(({ wave }) => wave)));
        expect(plan.steps.length - stack.plan.steps.length).toBe(gone.length);
      }),
    );
  });

  it("keeps the order that the releases had", () => {
    const undeclared = judge(["api", "db", "queue"], {
      remembered: remembering({ api: ["db", "queue"], db: [], queue: ["db"] }),
    });
    const plan = withPruning(fleet("web").plan, undeclared);
    expect(
      plan.steps.map(({ release, after, wave }) => `${wave} ${release} after ${after.join(" ")}`),
    ).toEqual([
      "1 shop/web after ",
      "2 shop/api after shop/web",
      "3 shop/queue after shop/web shop/api",
      "4 shop/db after shop/web shop/api shop/queue",
    ]);
  });

  it("in a destroy comes before what the releases depended on", () => {
    const undeclared = judge(["old"], { remembered: remembering({ old: ["db"] }) });
    const stack = fleet("web <- db");
    const [web, db] = stack.plan.steps.toReversed();
    if (web === undefined || db === undefined) throw new Error("two releases");
    const uninstall = {
      kind: "uninstall",
      releaseName: "x",
      namespace: "shop",
      revision: 1,
      timeoutMs: 1,
      reasons: [{ kind: "destroy" }],
    } as const;
    const plan = withUndeclaredDestroyed(
      {
        ...stack.plan,
        steps: [
          { ...uninstall, release: web.release, after: [], dependencies: [], wave: 1 },
          { ...uninstall, release: db.release, after: [web.release], dependencies: [], wave: 2 },
        ],
      },
      undeclared,
    );
    expect(plan.steps.map(({ release, after }) => `${release} after ${after.join(" ")}`)).toEqual([
      "shop/old after ",
      "shop/web after ",
      "shop/db after shop/web shop/old",
    ]);
  });
});
