// A helm that is killed, hangs or floods in the middle of a run, and records that were left in the middle of an operation.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf } from "../kit/test-stack.ts";
import { processesBelow } from "../crash/crash-stack.ts";
import { killAfter, openCrashStack, type CrashStack } from "./crash-kit.ts";
import { letGo, realHelm, stallChart, told, wrappedHelm } from "./process-kit.ts";

const spec = { chart: "../charts/stall" };
const megabyte = 1024 * 1024;

/** One release `db` of the chart whose hooks can hold helm up. */
async function openStalling(values: Readonly<Record<string, unknown>>): Promise<CrashStack> {
  const stack = await openCrashStack([{ name: "db", spec, values }]);
  stack.declare([{ name: "db", spec, values }], { files: stallChart });
  return stack;
}

const becomes = (stack: CrashStack, end: string) =>
  eventually(async () => historyOf(await stack.revisions("db")).endsWith(end));

function pidOfHelm(stack: CrashStack): number {
  const pid = processesBelow(stack.temporary).find((each) =>
    readFileSync(`/proc/${each}/cmdline`, "utf8").split("\0")[0]?.endsWith("/helm"),
  );
  if (pid === undefined) throw new Error("no helm runs");
  return pid;
}

describe("a helm that misbehaves", () => {
  it("and prints 100 MB on both streams neither fills the memory nor changes the end", async () => {
    const stack = await openCrashStack([{ name: "db" }]);
    const program = await wrappedHelm(
      '[ "$1" = upgrade ] && { head -c 100000000 /dev/zero | tr "\\\\0" x; head -c 100000000 /dev/zero | tr "\\\\0" y >&2; }',
    );
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "plain"], {
      kubeconfig: stack.cluster.kubeconfig,
      env: { HEADWAY_HELM: program, TMPDIR: stack.temporary },
    });
    let peak = 0;
    const watch = setInterval(() => {
      try {
        const said = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${run.pid ?? 0}/status`, "utf8"));
        peak = Math.max(peak, Number(said?.[1] ?? 0) * 1024);
      } catch {
        // It has ended.
      }
    }, 50);
    const end = await run;
    clearInterval(watch);
    expect(end.exitCode, end.all).toBe(0);
    expect(end.all).not.toContain("xxxxxxxxxx");
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(400 * megabyte);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
  });

  it("and hangs is killed when its time and its grace are over", async () => {
    const stack = await openCrashStack([{ name: "db", spec: { timeout: "3s" } }]);
    const program = await wrappedHelm('[ "$1" = upgrade ] && { trap "" TERM; while :; do sleep 1; done; }');
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
      env: { HEADWAY_HELM: program, TMPDIR: stack.temporary },
    });
    const end = await run;
    expect(end.exitCode, end.all).toBe(4);
    expect(end.all).toContain("helm was not done after 3 s");
    expect(processesBelow(stack.temporary)).toEqual([]);
    expect((await stack.apply()).code).toBe(0);
  });

  it("because somebody killed it is told so, and its record is put in order within the run", async () => {
    const stack = await openStalling({ stall: "pre-install" });
    const run = stack.start("apply");
    await becomes(stack, "1:pending-install");
    process.kill(pidOfHelm(stack), "SIGKILL");
    const end = await run;
    expect(end.exitCode, end.all).toBe(4);
    const failed = eventsOf(end.stdout).find((event) => event["kind"] === "release-failed");
    expect(failed?.["failure"]).toMatchObject({ kind: "killed" });
    expect(historyOf(await stack.revisions("db"))).toBe("1:failed");
    stack.declare([{ name: "db", spec }]);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(0);
    expect((await stack.revisions("db")).at(-1)).toMatchObject({ revision: 2, status: "deployed" });
  });

  it("because its supervisor was killed does not live on", async () => {
    const stack = await openStalling({ stall: "pre-install" });
    const run = stack.start("apply");
    await becomes(stack, "1:pending-install");
    const helm = pidOfHelm(stack);
    const parent = /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${helm}/status`, "utf8"))?.[1];
    process.kill(Number(parent), "SIGKILL");
    await eventually(() => Promise.resolve(processesBelow(stack.temporary).length === 0));
    expect((await run).exitCode).toBe(4);
  });
});

describe("a record that a killed run left", () => {
  it("as pending-install is recovered without deleting", async () => {
    const stack = await openStalling({ stall: "pre-install" });
    const run = stack.start("apply");
    await becomes(stack, "1:pending-install");
    await killAfter(stack, run, 0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:pending-install");
    stack.declare([{ name: "db", spec }]);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(0);
    expect(eventsOf(next.stdout).map((event) => event["kind"])).toContain("record-recovered");
    expect((await stack.revisions("db")).at(-1)).toMatchObject({ revision: 2, status: "deployed" });
  });

  it("as pending-upgrade is recovered, and the objects stay the same ones", async () => {
    const stack = await openStalling({});
    expect((await stack.finish("apply")).code).toBe(0);
    const before = await stack.object("deployments/db");
    stack.declare([{ name: "db", spec, values: { tag: "2", stall: "pre-upgrade" } }]);
    const run = stack.start("apply");
    await becomes(stack, "2:pending-upgrade");
    await killAfter(stack, run, 0);
    stack.declare([{ name: "db", spec, values: { tag: "2" } }]);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:failed 3:deployed");
    expect((await stack.object("deployments/db"))?.metadata.uid).toBe(before?.metadata.uid);
  });

  it("with a hook's Job that its chart deletes after success alone is recovered once that Job, which is named, is deleted", async () => {
    const hook = oneFileChart(
      "left",
      `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}
  annotations: { helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: hook-succeeded }
spec:
  suspend: {{ .Values.hangs }}
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: "registry.example/job:{{ .Values.tag }}" }]
`,
      'tag: "1"\nhangs: false\n',
    );
    const left = { chart: "../charts/left" };
    const stack = await openCrashStack([{ name: "db" }]);
    stack.declare([{ name: "db", spec: left }], { files: hook });
    expect((await stack.finish("apply")).code).toBe(0);
    stack.declare([{ name: "db", spec: left, values: { tag: "2", hangs: true } }]);
    const run = stack.start("apply");
    await becomes(stack, "2:pending-upgrade");
    await eventually(() => stack.object("jobs/db", "batch/v1"));
    await killAfter(stack, run, 0);
    stack.declare([{ name: "db", spec: left, values: { tag: "3" } }]);
    // Headway does not delete a Job that may be at work, and helm can't change it.
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(5);
    expect(next.all).toMatch(/Job\.batch .*db.* field is immutable.*before-hook-creation/);
    const job = `/apis/batch/v1/namespaces/${stack.namespace}/jobs/db?propagationPolicy=Background`;
    await stack.cluster.kube(job, { method: "DELETE" });
    const last = await stack.finish("apply", "--retry");
    expect(last.code, last.all).toBe(0);
    expect((await stack.revisions("db")).at(-1)).toMatchObject({ status: "deployed" });
  });

  it("as pending-rollback is recovered, and the rollback done that is owed", async () => {
    const failing = { ...spec, failFast: { crashLoop: { restarts: 1, for: "1s" } } };
    const stack = await openCrashStack([{ name: "db" }]);
    stack.declare([{ name: "db", spec: failing, values: { stall: "pre-rollback" } }], { files: stallChart });
    expect((await stack.finish("apply")).code).toBe(0);
    stack.declare([
      {
        name: "db",
        spec: failing,
        values: { tag: "2", annotations: { "sim.headway.dev/fail": "CrashLoopBackOff" } },
      },
    ]);
    const run = stack.start("apply");
    await becomes(stack, "3:pending-rollback");
    await killAfter(stack, run, 0);
    expect(historyOf(await stack.revisions("db"))).toMatch(/3:pending-rollback$/);
    const next = stack.start("apply");
    await letGo(stack, "db-pre-rollback", next);
    const end = await next;
    expect(end.exitCode, end.all).toBe(5);
    const revisions = await stack.revisions("db");
    expect(revisions.at(-1)?.status, historyOf(revisions)).toBe("deployed");
    expect(JSON.stringify((await stack.object("deployments/db"))?.spec)).toContain("app:1.0.0");
    const again = await stack.finish("apply");
    expect(again.code, again.all).toBe(5);
    expect(historyOf(await stack.revisions("db"))).toBe(historyOf(revisions));
  });

  it("as uninstalling is recovered by apply, and the objects stay the same ones", async () => {
    const stack = await openStalling({ stall: "pre-delete" });
    expect((await stack.finish("apply")).code).toBe(0);
    const before = await stack.object("deployments/db");
    const run = stack.start("destroy");
    await becomes(stack, "1:uninstalling");
    await killAfter(stack, run, 0);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(0);
    expect((await stack.revisions("db")).at(-1)).toMatchObject({ revision: 2, status: "deployed" });
    expect((await stack.object("deployments/db"))?.metadata.uid).toBe(before?.metadata.uid);
  });

  it("as uninstalling is finished by destroy", async () => {
    const stack = await openStalling({ stall: "pre-delete" });
    expect((await stack.finish("apply")).code).toBe(0);
    const run = stack.start("destroy");
    await becomes(stack, "1:uninstalling");
    await killAfter(stack, run, 0);
    const next = stack.start("destroy");
    await letGo(stack, "db-pre-delete", next);
    expect((await next).exitCode).toBe(0);
    expect(await stack.revisions("db")).toEqual([]);
    expect(await stack.object("deployments/db")).toBeUndefined();
  });

  it("by a helm that is not Headway's is waited for, and that is said", async () => {
    const stack = await openStalling({});
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: stack.namespace } };
    await stack.cluster.kube("/api/v1/namespaces", { method: "POST", body: namespace });
    const foreign = execa(
      await realHelm(),
      ["upgrade", "--install", "db", `${stack.folder}/charts/stall`, "--namespace", stack.namespace].concat([
        "--set",
        "stall=pre-install",
      ]),
      { env: { KUBECONFIG: stack.cluster.kubeconfig }, reject: false },
    );
    await becomes(stack, "1:pending-install");
    const run = stack.start("apply");
    await told(run, "warning", "db");
    await sleep(500);
    expect(historyOf(await stack.revisions("db"))).toBe("1:pending-install");
    await stack.patch("jobs/db-pre-install", { spec: { suspend: false } }, "batch/v1");
    expect((await foreign).exitCode).toBe(0);
    const end = await run;
    expect(end.exitCode, end.all).toBe(0);
    expect(end.all).toContain("by a helm that is not known to be dead");
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
  });
});
