import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import {
  restartableOf,
  restartFields,
  undoneRestartFields,
  whyNotRestarted,
} from "../../src/core/workload-restart.ts";

const stamp = "kubectl.kubernetes.io/restartedAt";

function workload(
  kind: string,
  more: {
    readonly notes?: Readonly<Record<string, string>>;
    readonly stamp?: string;
    readonly spec?: KubernetesObject["spec"];
  } = {},
): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: {
      name: "db",
      namespace: "shop",
      ...(more.notes === undefined ? {} : { annotations: more.notes }),
    },
    spec: {
      template: { metadata: more.stamp === undefined ? {} : { annotations: { [stamp]: more.stamp } } },
      ...more.spec,
    },
  };
}

const template = (at: string) => ({ template: { metadata: { annotations: { [stamp]: at } } } });

describe("a restart", () => {
  test("is for Deployments, StatefulSets and DaemonSets of the group apps", () => {
    const objects = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"].map((kind) =>
      workload(kind),
    );
    const another = { ...workload("Deployment"), apiVersion: "example.dev/v1" };
    expect(restartableOf([...objects, another]).map(({ kind }) => kind)).toEqual([
      "Deployment",
      "StatefulSet",
      "DaemonSet",
    ]);
  });

  test("stamps the pod template, and notes for which revision and what stood there", () => {
    const restart = { revision: 7, lastGood: 6, at: "now" };
    expect(restartFields(workload("Deployment"), restart)).toEqual({
      metadata: { annotations: { "headway.dev/restarted-by": "r7" } },
      spec: template("now"),
    });
    expect(restartFields(workload("Deployment", { stamp: "earlier" }), restart)).toEqual({
      metadata: {
        annotations: { "headway.dev/restarted-by": "r7", "headway.dev/restarted-before": "earlier" },
      },
      spec: template("now"),
    });
  });

  test("after one that was never proven goes back to what that one had found", () => {
    const cut = workload("Deployment", {
      notes: { "headway.dev/restarted-by": "r7", "headway.dev/restarted-before": "long ago" },
      stamp: "the cut one",
    });
    expect(restartFields(cut, { revision: 8, lastGood: 6, at: "now" }).metadata?.annotations).toEqual({
      "headway.dev/restarted-by": "r8",
      "headway.dev/restarted-before": "long ago",
    });
    expect(restartFields(cut, { revision: 8, lastGood: 7, at: "now" }).metadata?.annotations).toEqual({
      "headway.dev/restarted-by": "r8",
      "headway.dev/restarted-before": "the cut one",
    });
  });

  test("does not reach what is paused or changes pods only when they are deleted", () => {
    expect(whyNotRestarted(workload("Deployment"))).toBeUndefined();
    expect(whyNotRestarted(workload("Deployment", { spec: { paused: true } }))).toBe(
      "Deployment shop/db is paused: its pods were not restarted",
    );
    expect(
      whyNotRestarted(workload("DaemonSet", { spec: { updateStrategy: { type: "OnDelete" } } })),
    ).toMatch(/OnDelete/);
  });
});

describe("a restart is taken back", () => {
  const restarted = (before?: string) =>
    workload("Deployment", {
      notes: {
        "headway.dev/restarted-by": "r7",
        ...(before === undefined ? {} : { "headway.dev/restarted-before": before }),
      },
      stamp: "now",
    });

  test("where it belongs to a later revision than the one that is gone back to", () => {
    expect(undoneRestartFields(restarted("earlier"), 6)).toEqual({ spec: template("earlier") });
    // Owning nothing any more takes the stamp away.
    expect(undoneRestartFields(restarted(), 6)).toEqual({});
  });

  test("and not where it was proven, is somebody else's, or the note is not ours", () => {
    expect(undoneRestartFields(restarted("earlier"), 7)).toBeUndefined();
    expect(undoneRestartFields(workload("Deployment", { stamp: "now" }), 0)).toBeUndefined();
    const odd = workload("Deployment", { notes: { "headway.dev/restarted-by": "seven" } });
    expect(undoneRestartFields(odd, 0)).toBeUndefined();
  });
});
