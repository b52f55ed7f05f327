// What fails in other ways than a Deployment's pods: Jobs, hooks, StatefulSets, and what stands still or was broken by hand.
import { describe, expect, it } from "vitest";
import { eventually } from "../kit/sandbox.ts";
import { jobChart, oneFileChart, storeChart } from "../kit/more-charts.ts";
import { appChart } from "../kit/stack-folder.ts";
import { historyOf, now, openTestStack, writesSince } from "../kit/test-stack.ts";

const failed = {
  annotations: {
    "sim.headway.dev/fail": "exit-1",
    "sim.headway.dev/logs": "migrating\nfatal: column exists",
  },
};
const job = { chart: "../charts/job", timeout: "40s" };

describe("a Job that fails", () => {
  it("as an object of the chart rolls the upgrade back at once, with its log", async () => {
    const stack = await openTestStack([{ name: "migrate", spec: job }], { files: jobChart });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "migrate", spec: job, values: { tag: "2.0.0", ...failed } }]);
    const started = Date.now();
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(Date.now() - started).toBeLessThan(30_000);
    const why = await stack.cli("why", `${stack.namespace}/migrate`);
    expect(why.stdout).toMatch(/BackoffLimitExceeded|exit code 1/);
    expect(why.stdout).toContain("fatal: column exists");
  });

  it.each(["pre-upgrade", "post-upgrade"])(
    "as a %s hook ends helm long before its timeout, with its log",
    async (hook) => {
      const values = (tag: string) => ({ tag, hook, deletePolicy: "before-hook-creation,hook-failed" });
      const stack = await openTestStack([{ name: "migrate", spec: job, values: values("1.0.0") }], {
        files: jobChart,
      });
      expect((await stack.apply()).code).toBe(0);
      stack.declare([{ name: "migrate", spec: job, values: { ...values("2.0.0"), ...failed } }]);
      const started = Date.now();
      const end = await stack.apply();
      expect(end.code, end.all).toBe(5);
      expect(Date.now() - started).toBeLessThan(30_000);
      const why = await stack.cli("why", `${stack.namespace}/migrate`);
      expect(why.stdout).toContain("migrate-2-0-0");
      expect(why.stdout).toContain("fatal: column exists");
      const newest = (await stack.revisions("migrate")).at(-1);
      expect(newest).toMatchObject({ status: "deployed" });
    },
  );

  it("as a hook that is gone, by its delete policy or later, is explained all the same, by why and by the journal", async () => {
    const hook = "pre-install";
    const deletePolicy = "before-hook-creation,hook-succeeded,hook-failed";
    const values = { hook, deletePolicy, ...failed };
    const stack = await openTestStack([{ name: "migrate", spec: job, values }], { files: jobChart });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    // Helm deletes it where it sees the failure before it is stopped for it; where it was stopped first, this does.
    const jobs = `/apis/batch/v1/namespaces/${stack.namespace}/jobs`;
    await stack.cluster.kube(`${jobs}/migrate-1-0-0?propagationPolicy=Background`, { method: "DELETE" });
    await eventually(async () => {
      const pods = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/pods`);
      return (pods.body as { readonly items: readonly unknown[] }).items.length === 0;
    }, 60_000);
    const json = ["--stack", stack.name, "-o", "json"] as const;
    const why = JSON.parse((await stack.cli("why", `${stack.namespace}/migrate`, ...json)).stdout) as {
      readonly items: readonly { readonly root: Record<string, unknown> }[];
    };
    const evidence = {
      troubles: expect.arrayContaining([
        expect.objectContaining({ pod: expect.stringMatching(/^migrate-1-0-0-/) as string, exitCode: 1 }),
      ]) as unknown,
      logs: [{ lines: ["migrating", "fatal: column exists"], container: "migrate" }],
    };
    expect(why.items[0]?.root).toMatchObject(evidence);
    const run = JSON.parse((await stack.cli("history", "run:1", ...json)).stdout) as {
      readonly items: readonly { readonly releases: readonly Record<string, unknown>[] }[];
    };
    expect(run.items[0]?.releases[0]).toMatchObject({ evidence });
  });

  it("as a post-install hook leaves a failed first install that the next run tries again", async () => {
    const values = { hook: "post-install", ...failed };
    const stack = await openTestStack([{ name: "migrate", spec: job, values }], { files: jobChart });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toContain("fatal: column exists");
    stack.declare([{ name: "migrate", spec: job, values: { hook: "post-install" } }]);
    const second = await stack.apply();
    expect(second.code, second.all).toBe(0);
    expect((await stack.apply()).code).toBe(0);
  });
});

describe("a hook that hangs", () => {
  it("is ended at the timeout and named, and the upgrade is rolled back", async () => {
    const spec = { ...job, timeout: "8s" };
    const values = (tag: string) => ({ tag, hook: "pre-upgrade", deletePolicy: "before-hook-creation" });
    const hanging = { annotations: { "sim.headway.dev/fail": "never-ready" } };
    const stack = await openTestStack([{ name: "migrate", spec, values: values("1.0.0") }], {
      files: jobChart,
    });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "migrate", spec, values: { ...values("2.0.0"), ...hanging } }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/0\/1 completed \(Job \S+\/migrate-2-0-0\)/);
    expect(historyOf(await stack.revisions("migrate"))).toBe("1:superseded 2:failed 3:deployed");
    const config = await stack.object("configmaps/migrate", "v1");
    expect(config?.data).toEqual({ tag: "1.0.0" });
  });
});

/** `app` with a Job before each upgrade and one behind it: helm itself waits for everything. */
const hookedChart = oneFileChart(
  "hooked",
  [appChart["charts/app/templates/app.yaml"] ?? "", ...["pre-upgrade", "post-upgrade"].map(hookJob)].join(
    "---\n",
  ),
  appChart["charts/app/values.yaml"],
);

function hookJob(hook: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-${hook}, annotations: { helm.sh/hook: ${hook} } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: job, image: "registry.example/job:1" }] } } }
`;
}

describe("a Deployment whose image does not exist, in a chart with hooks before and behind an upgrade", () => {
  it("ends helm long before its timeout, with its cause", async () => {
    const spec = { chart: "../charts/hooked", timeout: "60s", failFast: { imagePull: "1s" } };
    const stack = await openTestStack([{ name: "api", spec }], { files: hookedChart });
    expect((await stack.apply()).code).toBe(0);
    const values = { tag: "2.0.0", annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
    stack.declare([{ name: "api", spec, values }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/api FAILED: its health checks failed: ImagePullBackOff/);
    expect(historyOf(await stack.revisions("api"))).toMatch(/3:deployed$/);
  });
});

describe("a StatefulSet whose upgrade fails", () => {
  it("is really healthy after its rollback, though Kubernetes keeps the broken pod", async () => {
    const spec = {
      chart: "../charts/store",
      timeout: "20s",
      failFast: { imagePull: "1s", config: "1s", crashLoop: { restarts: 2, for: "1s" } },
    };
    const stack = await openTestStack([{ name: "store", spec }], { files: storeChart });
    const first = await stack.apply();
    expect(first.code, first.all).toBe(0);
    const values = { tag: "2.0.0", annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
    stack.declare([{ name: "store", spec, values }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(historyOf(await stack.revisions("store"))).toBe("1:superseded 2:superseded 3:deployed");
    const set = await stack.object("statefulsets/store");
    expect(set?.status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
    const claims = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/persistentvolumeclaims`);
    expect((claims.body as { items: unknown[] }).items).toHaveLength(2);
  });

  it("goes on when a first install that never became ready is put right", async () => {
    const spec = { chart: "../charts/store", timeout: "3s" };
    const stack = await openTestStack(
      [{ name: "store", spec, values: { annotations: { "sim.headway.dev/fail": "never-ready" } } }],
      { files: storeChart },
    );
    expect((await stack.apply()).code).toBe(4);
    stack.declare([{ name: "store", spec: { ...spec, timeout: "20s" }, values: { tag: "2.0.0" } }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(end.all).toContain("deleted pod store-0 of an earlier revision");
  });
});

describe("a verified release that is unhealthy now", () => {
  it("is Degraded: left alone, named, and its dependents' changes wait", async () => {
    const api = (tag: string) => ({ name: "api", dependsOn: ["db"], values: { tag } });
    const stack = await openTestStack([{ name: "db" }, api("1.0.0")]);
    expect((await stack.apply()).code).toBe(0);
    await stack.patch("deployments/db", {
      spec: { template: { metadata: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } } } },
    });
    await eventually(async () => {
      const pods = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/pods`);
      return pods.text.includes("ImagePullBackOff");
    });
    stack.declare([{ name: "db" }, api("2.0.0")]);
    const since = now();
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/degraded/i);
    expect(end.all).toMatch(/ImagePullBackOff/);
    expect(writesSince(stack, since).filter((write) => !/headway-(state|run)-/.test(write))).toEqual([]);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.code).toBe(4);
    expect(status.stdout).toMatch(/db .*Degraded/);
    expect(status.stdout).toMatch(/api .*Blocked/);
    expect((await stack.cli("why", `${stack.namespace}/api`)).stdout).toMatch(/ImagePullBackOff/);
  });
});

describe("a suspended dependency", () => {
  const suspended = (values = {}) => ({ name: "db", spec: { suspend: true }, values });

  it("counts as ready while it is healthy, and is not touched", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([suspended({ tag: "2.0.0" }), { name: "api", dependsOn: ["db"] }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    expect((await stack.cli("status", "--stack", stack.name)).stdout).toMatch(/db .*Suspended/);
  });

  it("holds its dependents back where it was never installed", async () => {
    const stack = await openTestStack([suspended(), { name: "api", dependsOn: ["db"] }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(await stack.revisions("db")).toEqual([]);
    expect(await stack.revisions("api")).toEqual([]);
    expect(end.all).toMatch(/db/);
  });
});
