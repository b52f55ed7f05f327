// The API server goes away in the middle of a run: the run goes on when it is back, and nothing is undone because of it.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf, openTestStack } from "../kit/test-stack.ts";
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
});
