// Releases that a stack owns and no longer declares are named, and go when that is asked for: last, in order, and never
// where something would be lost.
import { describe, expect, it } from "vitest";
import { oneFileChart } from "../kit/more-charts.ts";
import { startAtTerminal } from "../kit/cli.ts";
import { eventually } from "../kit/sandbox.ts";
import { now, openTestStack, type TestStack } from "../kit/test-stack.ts";

const names = ["web", "api", "db"];

function shop() {
  return openTestStack([
    { name: "db" },
    { name: "api", dependsOn: ["db"] },
    { name: "web", dependsOn: ["api"] },
    { name: "home" },
  ]);
}

async function installed(stack: TestStack): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of [...names, "home"]) if ((await stack.revisions(name)).length > 0) found.push(name);
  return found;
}

function uninstalls(stack: TestStack, since: string): readonly (string | undefined)[] {
  return stack.cluster
    .readAudit(since)
    .filter(
      ({ verb, objectRef, user }) =>
        verb === "delete" &&
        objectRef?.resource === "deployments" &&
        objectRef.namespace === stack.namespace &&
        user.username === "admin",
    )
    .map(({ objectRef }) => objectRef?.name);
}

describe("a release that is no longer declared", () => {
  it("is named once where a person is asked", async () => {
    const stack = await openTestStack([{ name: "home" }, { name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "home", values: { tag: "2.0.0" } }]);
    const run = startAtTerminal(["apply", stack.folder], stack.cluster.kubeconfig);
    await eventually(() => Promise.resolve(run.shown().includes("[y/N]")), 20_000);
    expect(run.shown().match(/is no longer declared/g)).toHaveLength(1);
    run.type("n\n");
    expect(await run.ended, run.shown()).toBe(8);
  });

  it("is named and stays, until --prune takes it away in the reverse of the order it had", async () => {
    const stack = await shop();
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "home" }]);

    const plan = await stack.run("plan", []);
    expect(plan.code, plan.all).toBe(0);
    for (const name of names)
      expect(plan.stdout).toContain(`${stack.namespace}/${name} is no longer declared; it stays: --prune`);
    // Twice: what is remembered of their order outlives runs that leave them.
    for (let run = 0; run < 2; run++) {
      const kept = await stack.apply();
      expect(kept.code, kept.all).toBe(0);
      expect(kept.all).toContain("is no longer declared; it stays");
    }
    expect(await installed(stack)).toEqual([...names, "home"]);
    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.code, status.all).toBe(0);
    expect(status.stdout).toMatch(/api .*Ready.*no longer declared: apply --prune uninstalls it/);

    const since = now();
    const pruned = await stack.apply("--prune");
    expect(pruned.code, pruned.all).toBe(0);
    expect(pruned.all).toContain("Plan: 3 to uninstall, 1 unchanged");
    expect(pruned.all).toMatch(/finished: 1 of 1 removed/);
    expect(uninstalls(stack, since)).toEqual(names);
    expect(await installed(stack)).toEqual(["home"]);
    expect((await stack.cli("status", "--stack", stack.name)).stdout).not.toContain("api");
    expect((await stack.run("plan", ["--prune"])).stdout).not.toContain("declared");
  });

  it("goes by itself where headway.yaml says so, at most three at a time", async () => {
    const stack = await shop();
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "home" }], {
      stackSpec: { defaults: defaultsOf(stack), prune: true, maxPrune: 2 },
    });
    const refused = await stack.apply();
    expect(refused.code, refused.all).toBe(8);
    expect(refused.all).toContain("3 releases at once are more than maxPrune (2): --yes-prune agrees to it");
    expect(await installed(stack)).toEqual([...names, "home"]);
    expect((await stack.apply("--no-prune")).code).toBe(0);
    expect(await installed(stack)).toEqual([...names, "home"]);
    const part = await stack.apply("--only", "home");
    expect(part.code, part.all).toBe(0);
    expect(part.all).toContain("only a part of the stack was asked for");
    expect((await stack.apply("--yes-prune")).code).toBe(0);
    expect(await installed(stack)).toEqual(["home"]);
  });

  it("stays while anything that is declared is not healthy", async () => {
    const stack = await shop();
    expect((await stack.apply()).code).toBe(0);
    stack.declare([
      {
        name: "home",
        values: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } },
        spec: { failFast: { imagePull: "1s" } },
      },
    ]);
    const end = await stack.apply("--prune");
    expect(end.code, end.all).toBe(5);
    expect(await installed(stack)).toEqual([...names, "home"]);
  });

  it("stays where it is protected, and so does what it depended on; destroy leaves both", async () => {
    const stack = await openTestStack([
      { name: "db" },
      { name: "api", dependsOn: ["db"], spec: { protect: true } },
      { name: "web" },
      { name: "home" },
    ]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "home" }]);
    const pruned = await stack.apply("--prune");
    expect(pruned.code, pruned.all).toBe(0);
    expect(pruned.all).toMatch(/api is no longer declared; it stays, because it is protected/);
    expect(pruned.all).toMatch(
      /db is no longer declared; it stays, because .*api, which stays, depended on it/,
    );
    expect(await installed(stack)).toEqual(["api", "db", "home"]);
    const destroyed = await stack.run("destroy", ["--yes", "--progress", "plain"]);
    expect(destroyed.code, destroyed.all).toBe(0);
    expect(await installed(stack)).toEqual(["api", "db"]);
    const all = await stack.run("destroy", ["--yes", "--progress", "plain", "--include-protected"]);
    expect(all.code, all.all).toBe(0);
    expect(await installed(stack)).toEqual([]);
  });

  it("stays, and a person is asked for, where a claim would go with it", async () => {
    const claim = oneFileChart(
      "claim",
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: {{ .Release.Name }} }\n" +
        "spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n",
    );
    const stack = await openTestStack(
      [{ name: "db", spec: { chart: "../charts/claim" } }, { name: "api" }, { name: "home" }],
      { files: claim },
    );
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "home" }]);
    const end = await stack.apply("--prune");
    expect(end.code, end.all).toBe(7);
    expect(end.all).toContain("with it would go PersistentVolumeClaim db");
    expect(await installed(stack)).toEqual(["db", "home"]);
  });
});

describe("a protected release", () => {
  it("is left by destroy with all that it depends on", async () => {
    const stack = await openTestStack([
      { name: "db" },
      { name: "api", dependsOn: ["db"], spec: { protect: true } },
      { name: "web", dependsOn: ["api"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const end = await stack.run("destroy", ["--yes", "--progress", "plain"]);
    expect(end.code, end.all).toBe(0);
    expect(end.all).toContain("it is protected: --include-protected includes it");
    expect(await installed(stack)).toEqual(["api", "db"]);
  });
});

function defaultsOf(stack: TestStack) {
  return { namespace: stack.namespace, timeout: "60s" };
}
