// The API server goes away in the middle of a run: the run goes on when it is back, and nothing is undone because of it.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { eventually, testCluster } from "../kit/sandbox.ts";
import { writeStack } from "../kit/stack-folder.ts";
import { historyOf, openTestStack, revisionsOf } from "../kit/test-stack.ts";
import { letGo, openLine, stallChart, told } from "./process-kit.ts";

const ready = (after: string) => ({ annotations: { "sim.headway.dev/ready-after": after } });

function kinds(stdout: string): readonly unknown[] {
  return eventsOf(stdout).map((event) => event["kind"]);
}

describe("an API server that is away", () => {
  it("for seven seconds while a release settles is waited for", async () => {
    const stack = await openTestStack([
      { name: "db", values: ready("4s") },
      { name: "api", dependsOn: ["db"] },
    ]);
    const line = await openLine(stack.cluster);
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], line);
    await told(run, "apply-finished", "db");
    line.cut();
    await sleep(7_000);
    await line.mend();
    const end = await run;
    expect(end.exitCode, end.all).toBe(0);
    expect(kinds(end.stdout)).not.toContain("release-failed");
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });

  it("while helm works is waited for: the cut record is cleared and helm run again", async () => {
    const stall = { chart: "../charts/stall" };
    const stack = await openTestStack([{ name: "db", spec: stall }], { files: stallChart });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "db", spec: stall, values: { tag: "2", stall: "pre-upgrade" } }]);
    const line = await openLine(stack.cluster);
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], line);
    await told(run, "apply-started", "db");
    // That helm was started does not say that it has put its record there.
    const atWork = "1:deployed 2:pending-upgrade";
    await eventually(async () => historyOf(await stack.revisions("db")) === atWork);
    line.cut();
    await sleep(5_000);
    await line.mend();
    // Its second try makes the Job anew, and it has to be let go again.
    await letGo(stack, "db-pre-upgrade", run);
    const end = await run;
    expect(end.exitCode, end.all).toBe(0);
    expect(kinds(end.stdout)).not.toContain("rollback-started");
    const history = historyOf(await stack.revisions("db"));
    expect(["1:superseded 2:deployed", "1:superseded 2:failed 3:deployed"]).toContain(history);
  });

  it("beyond the timeout ends the run with exit 6, and nothing is rolled back then or later", async () => {
    const stack = await openTestStack([{ name: "db", spec: { timeout: "8s" } }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "db", values: { tag: "2", ...ready("3s") }, spec: { timeout: "8s" } }]);
    const line = await openLine(stack.cluster);
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], line);
    await told(run, "apply-finished", "db");
    line.cut();
    const end = await run;
    expect(end.exitCode, end.all).toBe(6);
    expect(kinds(end.stdout)).not.toContain("rollback-started");
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
  });

  it("from the beginning is exit 6, with the next step", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const line = await openLine(stack.cluster);
    line.cut();
    const end = await startHeadway(["apply", stack.folder, "--yes"], line);
    expect(end.exitCode, end.all).toBe(6);
    expect(end.stderr).toMatch(/try: /);
  });

  it("because its process stands still, while a release settles and while helm works, is waited for", async () => {
    // Not the shared one, which other tests use.
    const started = await startSandbox({ name: `still-${process.pid}` });
    if (!started.ok) throw new Error(started.failure.message);
    const { kubeconfig, processes, stop } = started.value;
    onTestFinished(stop);
    const server = processes.find(({ name }) => name === "kube-apiserver")?.pid ?? 0;
    const standStill = async (ms: number): Promise<void> => {
      process.kill(server, "SIGSTOP");
      await sleep(ms);
      process.kill(server, "SIGCONT");
    };
    const patient = { timeout: "4m" };
    const folder = writeStack({
      name: "still",
      namespace: "still",
      releases: [
        { name: "db", values: ready("3s"), spec: patient },
        { name: "api", dependsOn: ["db"], spec: patient },
      ],
    });
    const run = startHeadway(["apply", folder, "--yes", "--progress", "json"], { kubeconfig });
    const helmWorks = told(run, "apply-started", "api");
    await told(run, "apply-finished", "db");
    await standStill(5_000);
    await helmWorks;
    await standStill(20_000);
    const end = await run;
    expect(end.exitCode, end.all).toBe(0);
    expect(kinds(end.stdout)).not.toContain("release-failed");
    expect(kinds(end.stdout)).not.toContain("rollback-started");
    const cluster = testCluster(started.value);
    for (const release of ["db", "api"])
      expect(historyOf(await revisionsOf(cluster, "still", release))).toMatch(
        /^(1:deployed|1:(failed|superseded) 2:deployed)$/,
      );
  }, 240_000);
});
