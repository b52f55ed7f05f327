// Ctrl-C at any time: helm is stopped in good order, the run ends with 130, and the next plain run converges.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startFaultyProxy } from "../adapters/cluster/faulty-proxy.ts";
import { headwayProgram, startAtTerminal, startHeadway } from "../kit/cli.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf, openTestStack } from "../kit/test-stack.ts";
import { processesBelow } from "../crash/crash-stack.ts";
import { atMoments, expectAllDeployed, killAfter, openCrashStack, releasesAt } from "./crash-kit.ts";
import { letGo, stallChart, told } from "./process-kit.ts";

const stall = { chart: "../charts/stall" };
const ready = (after: string) => ({ annotations: { "sim.headway.dev/ready-after": after } });

async function leaseHolder(cluster: Awaited<ReturnType<typeof openTestStack>>["cluster"], stack: string) {
  const reply = await cluster.kube(
    `/apis/coordination.k8s.io/v1/namespaces/headway-system/leases/headway-${stack}`,
  );
  return (reply.body as { readonly spec?: { readonly holderIdentity?: string } }).spec?.holderIdentity ?? "";
}

describe("Ctrl-C", () => {
  it("while helm runs stops helm, which puts its record in order", async () => {
    const stack = await openTestStack([{ name: "db", spec: stall, values: { stall: "pre-install" } }], {
      files: stallChart,
    });
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await told(run, "apply-started", "db");
    await eventually(async () => historyOf(await stack.revisions("db")) === "1:pending-install");
    run.kill("SIGINT");
    // Impatience changes nothing.
    for (let again = 0; again < 3; again++) {
      await sleep(20);
      run.kill("SIGINT");
    }
    const end = await run;
    expect(end.exitCode, end.all).toBe(130);
    expect(historyOf(await stack.revisions("db"))).toBe("1:failed");
    expect(await leaseHolder(stack.cluster, stack.name)).toBe("");
    stack.declare([{ name: "db", spec: stall }]);
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect((await stack.revisions("db")).at(-1)).toMatchObject({ revision: 2, status: "deployed" });
  });

  it("in a terminal reaches the whole group, and helm is still stopped by Headway alone", async () => {
    const stack = await openCrashStack([{ name: "db", spec: stall, values: { stall: "pre-install" } }]);
    stack.declare([{ name: "db", spec: stall, values: { stall: "pre-install" } }], { files: stallChart });
    const run = spawn(
      process.execPath,
      [headwayProgram, "apply", stack.folder, "--yes", "--progress", "plain"],
      {
        detached: true,
        stdio: "ignore",
        env: { ...process.env, KUBECONFIG: stack.cluster.kubeconfig, TMPDIR: stack.temporary },
      },
    );
    await eventually(async () => historyOf(await stack.revisions("db")) === "1:pending-install");
    process.kill(-(run.pid ?? 0), "SIGINT");
    const [code] = (await once(run, "exit")) as [number | null];
    expect(code).toBe(130);
    expect(processesBelow(stack.temporary)).toEqual([]);
    expect(historyOf(await stack.revisions("db"))).toBe("1:failed");
  });

  it("while a release settles leaves it to the next run to verify", async () => {
    const stack = await openTestStack([
      { name: "db", values: ready("4s") },
      { name: "api", dependsOn: ["db"] },
    ]);
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await told(run, "apply-finished", "db");
    run.kill("SIGINT");
    expect((await run).exitCode).toBe(130);
    expect(await stack.revisions("api")).toEqual([]);
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });

  it("while a release is rolled back leaves the rollback to the next run, which does it", async () => {
    const spec = { ...stall, failFast: { crashLoop: { restarts: 1, for: "1s" } } };
    const stack = await openTestStack([{ name: "db", spec, values: { stall: "pre-rollback" } }], {
      files: stallChart,
    });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([
      {
        name: "db",
        spec,
        values: { tag: "2", annotations: { "sim.headway.dev/fail": "CrashLoopBackOff" } },
      },
    ]);
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await told(run, "rollback-started", "db");
    await eventually(async () => historyOf(await stack.revisions("db")).endsWith("3:pending-rollback"));
    run.kill("SIGINT");
    const end = await run;
    expect(end.exitCode, end.all).toBe(130);
    expect(historyOf(await stack.revisions("db"))).not.toMatch(/pending/);
    const next = startHeadway(["apply", stack.folder, "--yes"], { kubeconfig: stack.cluster.kubeconfig });
    await letGo(stack, "db-pre-rollback", next);
    const rolledBack = await next;
    expect(rolledBack.exitCode, rolledBack.all).toBe(5);
    const revisions = await stack.revisions("db");
    expect(revisions.at(-1)?.status, historyOf(revisions)).toBe("deployed");
    expect(JSON.stringify((await stack.object("deployments/db"))?.spec)).toContain("app:1.0.0");
  });

  it("before the first answer of the cluster ends at once and frees the stack", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const proxy = await startFaultyProxy(stack.cluster);
    proxy.fault = ({ url }) => (url.pathname === "/api/v1/secrets" ? { kind: "hang" } : undefined);
    const run = startHeadway(["apply", stack.folder, "--yes"], { kubeconfig: proxy.kubeconfig });
    await eventually(() =>
      Promise.resolve(proxy.asked.some(({ url }) => url.pathname === "/api/v1/secrets")),
    );
    expect(await leaseHolder(stack.cluster, stack.name)).not.toBe("");
    const askedAt = performance.now();
    run.kill("SIGINT");
    const end = await run;
    expect(end.exitCode, end.all).toBe(130);
    expect(performance.now() - askedAt).toBeLessThan(10_000);
    expect(await leaseHolder(stack.cluster, stack.name)).toBe("");
  });

  it("while the cluster does not answer at all ends at once", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const proxy = await startFaultyProxy(stack.cluster);
    proxy.fault = () => ({ kind: "hang" });
    const run = startHeadway(["apply", stack.folder, "--yes"], { kubeconfig: proxy.kubeconfig });
    await eventually(() => Promise.resolve(proxy.asked.length > 0));
    const askedAt = performance.now();
    run.kill("SIGINT");
    const end = await run;
    expect(end.exitCode, end.all).toBe(130);
    expect(performance.now() - askedAt).toBeLessThan(10_000);
  });

  it("at the question changes nothing and frees the stack", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const run = startAtTerminal(["apply", stack.folder], stack.cluster.kubeconfig);
    await eventually(() => Promise.resolve(run.shown().includes("[y/N]")), 20_000);
    run.type("\u0003");
    expect(await run.ended, run.shown()).toBe(130);
    expect(await stack.revisions("db")).toEqual([]);
    expect(await leaseHolder(stack.cluster, stack.name)).toBe("");
  });

  it("as a signal at the question does the same", async () => {
    const stack = await openCrashStack([{ name: "db" }]);
    const run = startAtTerminal(["apply", stack.folder], stack.cluster.kubeconfig, {
      TMPDIR: stack.temporary,
    });
    await eventually(() => Promise.resolve(run.shown().includes("[y/N]")), 20_000);
    const holder = await leaseHolder(stack.cluster, stack.name);
    process.kill(Number(/_(\d+)_/.exec(holder)?.[1]), "SIGTERM");
    expect(await run.ended, run.shown()).toBe(130);
    expect(await leaseHolder(stack.cluster, stack.name)).toBe("");
  });

  it("at any moment leaves no record in the middle, and the next run converges", async () => {
    await atMoments("Ctrl-C", 6, 7_000, async (delayMs) => {
      const stack = await openCrashStack(releasesAt("1"));
      const run = stack.start("apply");
      // Before its first word it may not be able to take a signal yet.
      await Promise.race([once(run.stdout, "data"), run]);
      const early = setTimeout(() => run.kill("SIGINT"), delayMs);
      const end = await run;
      clearTimeout(early);
      expect([0, 130], end.all).toContain(end.exitCode);
      expect(processesBelow(stack.temporary)).toEqual([]);
      const next = await stack.finish("apply");
      expect(next.code, next.all).toBe(0);
      await expectAllDeployed(stack, "1");
    });
  }, 300_000);

  it("followed by kill -9 while helm is being stopped still converges", async () => {
    const stack = await openCrashStack([{ name: "db", spec: stall, values: { stall: "pre-install" } }]);
    stack.declare([{ name: "db", spec: stall, values: { stall: "pre-install" } }], { files: stallChart });
    const run = stack.start("apply");
    await eventually(async () => historyOf(await stack.revisions("db")) === "1:pending-install");
    run.kill("SIGINT");
    await killAfter(stack, run, 5);
    stack.declare([{ name: "db", spec: stall }]);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(0);
    expect((await stack.revisions("db")).at(-1)?.status).toBe("deployed");
  });
});
