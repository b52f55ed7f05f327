// What doctor makes of what it found, and which exit code follows.
import { describe, expect, it } from "vitest";
import {
  exitCodeOfChecks,
  judgeCache,
  judgeClock,
  judgeCluster,
  judgeProgram,
  judgeRights,
  sortChecks,
  wantedRights,
  type Check,
  type Right,
} from "../../src/core/doctor.ts";

const cluster = {
  server: "https://k:6443",
  context: "c",
  version: "v1.37.2",
  latencyMs: 3,
  aheadMs: 0,
};
const absent = { kind: "absent", fits: ">=4.1.4 <5.0.0", host: "get.helm.sh", passedOver: [] } as const;
const gibibyte = 1024 ** 3;

describe("a check", () => {
  it.each([
    ["a new cluster", judgeCluster(cluster), "ok"],
    ["a managed cluster's version", judgeCluster({ ...cluster, version: "v1.30.4-eks-a1b2c3" }), "ok"],
    ["a cluster without server-side apply", judgeCluster({ ...cluster, version: "v1.21.14" }), "error"],
    ["a slow cluster", judgeCluster({ ...cluster, latencyMs: 1_500 }), "warning"],
    ["a cluster of an unknown version", judgeCluster({ ...cluster, version: "unknown" }), "ok"],
    ["clocks that agree", judgeClock(cluster), "ok"],
    ["clocks some seconds apart", judgeClock({ ...cluster, aheadMs: 5_000 }), "ok"],
    ["a clock behind", judgeClock({ ...cluster, aheadMs: -90_000 }), "warning"],
    ["a clock ahead", judgeClock({ ...cluster, aheadMs: 90_000 }), "warning"],
    ["room", judgeCache("/c", gibibyte, true), "ok"],
    ["room nobody can tell of", judgeCache("/c", undefined, true), "ok"],
    ["little room", judgeCache("/c", 100 * 1024 ** 2, true), "warning"],
    ["no room", judgeCache("/c", 1024, true), "error"],
    ["a folder that can't be written", judgeCache("/c", gibibyte, false), "error"],
    [
      "a program",
      judgeProgram("helm", { kind: "found", path: "/h", version: "v4.3.1", from: "path" }, true),
      "ok",
    ],
    ["a needed program to be got", judgeProgram("helm", absent, true), "warning"],
    ["a program that nobody needs", judgeProgram("sops", absent, false), "ok"],
    [
      "a named program that does not fit",
      judgeProgram("helm", { kind: "unfit", path: "/h", fits: ">=4" }, false),
      "error",
    ],
  ] as const)("of %s", (_what, check, verdict) => {
    expect(check.verdict).toBe(verdict);
    if (verdict === "ok") expect(check.meaning).toBeUndefined();
    else expect([check.meaning, check.next]).not.toContain(undefined);
  });

  it("names programs on PATH that do not fit", () => {
    const passedOver = [{ path: "/usr/bin/helm", version: "v3.22.0" }, { path: "/opt/helm" }];
    expect(judgeProgram("helm", { ...absent, passedOver }, true).found).toBe(
      "not here; v3.22.0 at /usr/bin/helm does not fit; no version at /opt/helm does not fit",
    );
  });

  it("tells on which side a clock is", () => {
    expect(judgeClock({ ...cluster, aheadMs: 61_000 }).found).toBe("the cluster's is 61 s ahead");
    expect(judgeClock({ ...cluster, aheadMs: -61_000 }).found).toBe("the cluster's is 61 s behind");
  });
});

describe("rights", () => {
  const rights = wantedRights("sys", ["shop", "data"]);
  const without = (...missing: readonly string[]) =>
    judgeRights(rights, ({ verb, resource, namespace = "*" }: Right) =>
      missing.includes(`${verb} ${resource} ${namespace}`) ? false : true,
    );

  it("are asked for in the stack's namespaces and in Headway's own", () => {
    expect(new Set(rights.map(({ namespace }) => namespace))).toEqual(
      new Set([undefined, "sys", "shop", "data"]),
    );
  });

  it("are an error where what Headway can't do without is missing, and a warning where it can", () => {
    expect(without().verdict).toBe("ok");
    expect(without("create namespaces *")).toMatchObject({
      verdict: "warning",
      found: "may not create namespaces",
    });
    expect(without("create namespaces *", "patch secrets data")).toMatchObject({
      verdict: "error",
      found: "may not patch secrets in data, create namespaces",
    });
    expect(judgeRights(rights, () => undefined).verdict).toBe("warning");
  });
});

describe("the exit code", () => {
  const check = (name: string, verdict: Check["verdict"]): Check => ({ check: name, verdict, found: "" });
  it.each([
    [[check("helm", "ok"), check("kustomize", "warning")], 0],
    [[check("helm", "error")], 3],
    [[check("stack", "error"), check("cluster", "ok")], 3],
    [[check("helm", "error"), check("cluster", "error")], 6],
    [[check("rights", "error")], 6],
  ] as const)("%#", (checks, code) => {
    expect(exitCodeOfChecks(checks)).toBe(code);
  });

  it("does not depend on the order in which checks end", () => {
    const names = ["rights", "helm", "node"];
    expect(sortChecks(names.map((name) => check(name, "ok"))).map((one) => one.check)).toEqual([
      "node",
      "helm",
      "rights",
    ]);
  });
});
