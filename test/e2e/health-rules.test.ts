// Health beyond the built-in rules, through the built command line: what a declaration says of custom resources.
import { describe, expect, it, onTestFinished } from "vitest";
import { startHeadway } from "../kit/cli.ts";
import { gaugeCharts, setGauge } from "../kit/gauges.ts";
import { eventually, freshNamespace, sharedSandbox } from "../kit/sandbox.ts";
import { historyOf, openTestStack } from "../kit/test-stack.ts";

/** A group whose CRD goes with the test. */
async function freshGroup(): Promise<string> {
  const group = `${freshNamespace("g")}.example.com`;
  const cluster = await sharedSandbox();
  onTestFinished(async () => {
    await cluster.kube(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gauges.${group}`, {
      method: "DELETE",
    });
  });
  return group;
}

/** A gauge is ready once its controller has reached the level asked for; it says so when it can't. */
function gauge(group: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    chart: "../charts/gauge",
    timeout: "30s",
    health: [
      {
        apiVersion: `${group}/v1`,
        kind: "Gauge",
        ready: "status.level == spec.level",
        failed: "has(status.stuckAt) && status.stuckAt == spec.level",
      },
    ],
    ...more,
  };
}

describe("a health rule", () => {
  it("holds a release, and who depends on it, until a custom resource fulfils it", async () => {
    const group = await freshGroup();
    const stack = await openTestStack(
      [
        { name: "fuel", spec: gauge(group) },
        { name: "engine", dependsOn: ["fuel"] },
      ],
      { files: gaugeCharts(group) },
    );
    const apply = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await setGauge(stack, group, "fuel", { level: 0, conditions: [{ type: "Ready", status: "True" }] });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    // Its condition says Ready, the declaration knows better.
    expect(await stack.revisions("engine")).toEqual([]);
    await setGauge(stack, group, "fuel", { level: 1 });
    const end = await apply;
    expect(end.exitCode, end.all).toBe(0);
    expect(end.stdout).toMatch(/health rule: (?:no such field status\.level|not true yet)/);
    expect(historyOf(await stack.revisions("engine"))).toBe("1:deployed");
    // What is kept is judged by the rule too.
    await setGauge(stack, group, "fuel", { level: 7 });
    const again = await stack.apply();
    expect(again.code, again.all).toBe(4);
    expect(again.all).toMatch(/health rule: not true yet/);
  });

  it("fails an upgrade at once, and its rollback is judged by the rule as well", async () => {
    const group = await freshGroup();
    const files = gaugeCharts(group);
    const stack = await openTestStack([{ name: "fuel", spec: gauge(group) }], { files });
    const flags = ["apply", stack.folder, "--yes", "--progress", "plain"];
    const first = startHeadway(flags, { kubeconfig: stack.cluster.kubeconfig });
    await setGauge(stack, group, "fuel", { level: 1 });
    expect((await first).exitCode).toBe(0);
    stack.declare([{ name: "fuel", spec: gauge(group), values: { level: 2 } }], { files });
    await setGauge(stack, group, "fuel", { stuckAt: 2 });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/Gauge fuel health rule: failed/);
    expect(historyOf(await stack.revisions("fuel"))).toBe("1:superseded 2:superseded 3:deployed");
    const why = await stack.cli("why", `${stack.namespace}/fuel`);
    expect(why.stdout).toMatch(/health rule: failed/);
  });

  it("judges a rollback without git too, and where nobody remembers it that is said", async () => {
    const group = await freshGroup();
    const files = gaugeCharts(group);
    const stack = await openTestStack([{ name: "fuel", spec: gauge(group) }], { files });
    const fuel = `${stack.namespace}/fuel`;
    const inBackground = (...argv: readonly string[]) =>
      startHeadway([...argv, "--yes", "--progress", "plain"], { kubeconfig: stack.cluster.kubeconfig });
    for (const level of [1, 2]) {
      stack.declare([{ name: "fuel", spec: gauge(group), values: { level } }], { files });
      const apply = inBackground("apply", stack.folder);
      await setGauge(stack, group, "fuel", { level });
      expect((await apply).exitCode).toBe(0);
    }
    const back = inBackground("rollback", fuel, "--to", "previous");
    await eventually(async () => historyOf(await stack.revisions("fuel")).endsWith("3:deployed"));
    // By itself a gauge without conditions is as good as any.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await stack.revisions("fuel")).at(-1)?.labels["headway.dev/verified"]).not.toBe("r3");
    await setGauge(stack, group, "fuel", { level: 1 });
    const end = await back;
    expect(end.exitCode, end.all).toBe(0);
    expect(end.all).not.toContain("nobody remembers");

    const state = `/api/v1/namespaces/headway-system/secrets/headway-state-${stack.name}`;
    await stack.cluster.kube(state, { method: "DELETE" });
    const dry = await stack.cli("rollback", fuel, "--to", "revision:1", "--dry-run");
    expect(dry.code, dry.all).toBe(0);
    expect(dry.stderr).toContain(`nobody remembers the health rules of ${fuel}`);
  }, 300_000);

  it("that can't be compiled is told by validate with its place", async () => {
    const stack = await openTestStack([
      {
        name: "fuel",
        spec: { health: [{ apiVersion: "a.example.com/v1", kind: "Gauge", ready: "stauts.level > 1" }] },
      },
    ]);
    const end = await stack.run("validate");
    expect(end.code).toBe(3);
    expect(end.stderr).toMatch(/releases\/\S+fuel\.yaml:\d+:\d+ error ready: there is no variable stauts/);
    expect(end.stderr).toMatch(/did you mean status\?/);
  });
});
