// The life of one helm process: floods, hangs, kills, and the death of Headway itself.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startHelm } from "../../../src/adapters/helm/run-helm.ts";
import { eventually } from "../../kit/sandbox.ts";
import { fakeHelm, processesIn, upgradeOrder, type FakeHelm } from "./fake-helm.ts";

const runHelmModule = fileURLToPath(new URL("../../../src/adapters/helm/run-helm.ts", import.meta.url));
const megabyte = 1024 * 1024;

function start(fake: FakeHelm, deadlineMs = 60_000, graceMs = 300) {
  return startHelm({ program: fake.program, runFolder: fake.runFolder, graceMs }, ["x"], deadlineMs);
}

const hasStarted = (fake: FakeHelm) => eventually(() => Promise.resolve(fake.starts().length > 0), 5_000);
const allGone = (fake: FakeHelm) =>
  eventually(() => Promise.resolve(processesIn(fake.runFolder).length === 0), 5_000);

describe("a helm that floods", () => {
  it("with 300 MB on each stream takes little memory and ends as it ends", async () => {
    const fake = await fakeHelm(
      "head -c 300000000 /dev/zero | tr '\\0' x; head -c 300000000 /dev/zero | tr '\\0' y >&2; echo >&2; echo 'Error: the end' >&2; exit 1",
    );
    const before = process.memoryUsage.rss();
    const end = await start(fake).ended;
    expect(end).toMatchObject({ kind: "exited", exitCode: 1, stdout: undefined });
    expect(end.stderr.length).toBeLessThanOrEqual(64 * 1024);
    expect(end.stderr).toContain("Error: the end");
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * megabyte);
  });

  it("starts what is kept of its words with a whole line", async () => {
    const fake = await fakeHelm(
      "i=0; while [ $i -lt 3000 ]; do echo 'token abcdefghijklmnopqrstuvwxyz' >&2; i=$((i+1)); done; exit 1",
    );
    const end = await start(fake).ended;
    expect(new Set(end.stderr.trimEnd().split("\n"))).toEqual(new Set(["token abcdefghijklmnopqrstuvwxyz"]));
  });
});

describe("a helm that hangs", () => {
  it("is asked to stop at its deadline, and may say why", async () => {
    const fake = await fakeHelm("trap 'echo asked >&2; exit 1' TERM; sleep 60 & wait $!");
    const end = await start(fake, 300, 10_000).ended;
    expect(end).toMatchObject({ kind: "timed-out", exitCode: 1 });
    expect(end.stderr).toBe("asked\n");
    await allGone(fake);
  });

  it("is killed where it does not listen, with all that it started", async () => {
    const fake = await fakeHelm("trap '' TERM; sleep 60 & while :; do sleep 1; done");
    const end = await start(fake, 300).ended;
    expect(end.kind).toBe("timed-out");
    await allGone(fake);
  });

  it("that is stopped when it has just ended holds nothing up", async () => {
    const fake = await fakeHelm("exit 0");
    const running = start(fake, 60_000, 60_000);
    await running.ended;
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    running.stop();
    expect(timers()).toBe(before);
  });

  it("does not hang at once where the deadline is months away", async () => {
    const fake = await fakeHelm("sleep 0.2; exit 0");
    expect(await start(fake, 90 * 24 * 3_600_000).ended).toMatchObject({ kind: "exited", exitCode: 0 });
  });

  it("leaves the room to others when what it started still holds its streams", async () => {
    const fake = await fakeHelm("sleep 60 & exit 0");
    expect(await start(fake).ended).toMatchObject({ kind: "exited", exitCode: 0 });
    await allGone(fake);
  });
});

describe("a helm that is stopped", () => {
  it("gets SIGTERM and time for its own good order", async () => {
    const fake = await fakeHelm("trap 'sleep 0.2; echo order >&2; exit 1' TERM; sleep 60 & wait $!");
    const helm = start(fake, 60_000, 10_000);
    await hasStarted(fake);
    helm.stop();
    expect(await helm.ended).toMatchObject({ kind: "stopped", exitCode: 1, stderr: "order\n" });
    await allGone(fake);
  });

  it("is stopped however early the word comes", async () => {
    const fake = await fakeHelm("sleep 60 & wait $!");
    for (let delayMs = 0; delayMs < 20; delayMs++) {
      const helm = start(fake);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      helm.stop();
      expect((await helm.ended).kind).toBe("stopped");
    }
    await allGone(fake);
  });

  it("does not hear of a Ctrl-C in the terminal: that is Headway's to answer", async () => {
    const fake = await fakeHelm("sleep 0.3; exit 0");
    const helm = start(fake);
    await hasStarted(fake);
    for (const pid of processesIn(fake.runFolder)) process.kill(pid, "SIGINT");
    expect(await helm.ended).toMatchObject({ kind: "exited", exitCode: 0 });
  });
});

describe("a helm that is killed", () => {
  it("by somebody else is told apart from one that failed", async () => {
    const fake = await fakeHelm("kill -9 $$");
    const upgraded = await fake.open().upgrade(upgradeOrder());
    expect(upgraded).toMatchObject({ ok: false, failure: { kind: "killed" } });
  });

  it("together with its supervisor leaves nothing behind", async () => {
    const fake = await fakeHelm("sleep 60 & wait $!");
    const helm = start(fake);
    await hasStarted(fake);
    const [supervisor] = processesIn(fake.runFolder).toSorted((a, b) => a - b);
    process.kill(supervisor ?? 0, "SIGKILL");
    expect((await helm.ended).kind).toBe("killed");
    await allGone(fake);
  });

  it("does not outlive a Headway that is killed", async () => {
    const fake = await fakeHelm("trap '' TERM; while :; do sleep 0.1; done");
    const source = `import { startHelm } from ${JSON.stringify(runHelmModule)};
      startHelm(${JSON.stringify({ program: fake.program, runFolder: fake.runFolder })}, ["x"], 60000);`;
    const headway = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: "inherit" });
    await hasStarted(fake);
    expect(processesIn(fake.runFolder).length).toBeGreaterThan(1);
    headway.kill("SIGKILL");
    await once(headway, "exit");
    await allGone(fake);
  });
});
