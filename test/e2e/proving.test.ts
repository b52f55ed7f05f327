// What a release has to prove before its dependents start, through the built command line: it stays ready (stableFor), the
// chart's tests pass, and conditions on dependencies hold.
import { describe, expect, it } from "vitest";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";

/**
 * A chart whose test is a pod; `.Values.fail` and `.Values.logs` say how it ends, `restart: Always` that it does not. Its
 * delete policy leaves it in helm's way, where it was not deleted after a success.
 */
const testedChart = oneFileChart(
  "tested",
  `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { tag: {{ .Values.tag | quote }} }
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: hook-succeeded
    sim.headway.dev/ready-after: {{ .Values.lasts }}
    {{- with .Values.fail }}
    sim.headway.dev/fail: {{ . }}
    {{- end }}
    sim.headway.dev/logs: {{ .Values.logs | quote }}
spec:
  restartPolicy: {{ .Values.restart }}
  containers: [{ name: probe, image: "registry.example/probe:1" }]
`,
  'tag: "1"\nfail: ""\nlogs: ""\nrestart: Never\nlasts: 0s\n',
);
const tested = { chart: "../charts/tested", test: true, timeout: "30s" };

/** A run whose JSON events are looked at while they come. */
function applying(stack: TestStack) {
  const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
    kubeconfig: stack.cluster.kubeconfig,
  });
  let text = "";
  const listeners: ((kind: unknown) => void)[] = [];
  run.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const { kind } of eventsOf(lines.join("\n"))) for (const listener of listeners) listener(kind);
  });
  return { run, onEvent: (listener: (kind: unknown) => void) => void listeners.push(listener) };
}

async function deletePods(stack: TestStack): Promise<void> {
  await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/pods?labelSelector=app%3Ddb`, {
    method: "DELETE",
  });
}

type Told = Readonly<Record<string, unknown>>;
const atMs = (event: Told | undefined): number => Date.parse(String(event?.["at"]));

describe("stableFor", () => {
  const slow = { annotations: { "sim.headway.dev/ready-after": "500ms" } };
  const stableFor = (seconds: number, more: object = {}) => ({
    name: "db",
    spec: { stableFor: `${seconds}s`, ...more },
    values: slow,
  });

  it("counts from the last break, and dependents wait for it", async () => {
    const stack = await openTestStack([stableFor(3), { name: "api", dependsOn: ["db"] }]);
    const { run, onEvent } = applying(stack);
    let breaks = 0;
    onEvent((kind) => {
      if (kind === "stability-awaited" && breaks++ === 0) void deletePods(stack);
    });
    const end = await run;
    expect(end.exitCode, end.all).toBe(0);
    const events = eventsOf(end.stdout);
    const awaited = events.filter(({ kind }) => kind === "stability-awaited");
    expect(awaited.length, end.stdout).toBeGreaterThanOrEqual(2);
    const of = (name: string, kind: string): Told | undefined =>
      events.find((event) => event["kind"] === kind && event["release"] === `${stack.namespace}/${name}`);
    const readyMs = atMs(of("db", "release-ready"));
    expect(readyMs - atMs(awaited.at(-1))).toBeGreaterThanOrEqual(3_000);
    expect(atMs(of("api", "apply-started"))).toBeGreaterThanOrEqual(readyMs);
  });

  it("is waited for as a whole by the run after one that was killed meanwhile, without helm", async () => {
    const stack = await openTestStack([stableFor(3)]);
    const { run, onEvent } = applying(stack);
    onEvent((kind) => {
      if (kind === "stability-awaited") run.kill("SIGKILL");
    });
    expect((await run).signal).toBe("SIGKILL");
    const [before] = await stack.revisions("db");
    expect(before).toMatchObject({ revision: 1, status: "deployed" });
    expect(before?.labels["headway.dev/verified"]).toBeUndefined();
    const again = await applying(stack).run;
    expect(again.exitCode, again.all).toBe(0);
    const events = eventsOf(again.stdout);
    const ready = events.find(({ kind }) => kind === "release-ready");
    expect(
      atMs(ready) - atMs(events.find(({ kind }) => kind === "stability-awaited")),
    ).toBeGreaterThanOrEqual(3_000);
    const revisions = await stack.revisions("db");
    expect(historyOf(revisions)).toBe("1:deployed");
    expect(revisions[0]?.labels["headway.dev/verified"]).toBe("r1");
  });

  it("that is never reached within the timeout rolls an upgrade back, and why says what was missing", async () => {
    const stack = await openTestStack([{ name: "db", values: slow }]);
    expect((await stack.apply()).code).toBe(0);
    const restless = stableFor(4, { timeout: "10s" });
    stack.declare([{ ...restless, values: { ...slow, tag: "2" } }]);
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/then stable for 4s/);
    const { run, onEvent } = applying(stack);
    onEvent((kind) => {
      if (kind === "stability-awaited") void deletePods(stack);
    });
    const end = await run;
    expect(end.exitCode, end.all).toBe(5);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    const why = await stack.cli("why", `${stack.namespace}/db`);
    expect(why.stdout).toMatch(/not (?:stable|ready) after 10 s: .*(?:for 4 s without a break|0\/1 ready)/);
  });
});

describe("test: true", () => {
  it("verifies a release only after its tests have passed", async () => {
    const stack = await openTestStack(
      [
        { name: "db", spec: tested },
        { name: "api", dependsOn: ["db"] },
      ],
      {
        files: testedChart,
      },
    );
    const end = await applying(stack).run;
    expect(end.exitCode, end.all).toBe(0);
    const kinds = eventsOf(end.stdout)
      .filter(({ release }) => release === `${stack.namespace}/db`)
      .map(({ kind }) => kind);
    expect(kinds).toEqual([
      ...(kinds.includes("step-held") ? ["step-held"] : []),
      "apply-started",
      "apply-finished",
      "test-started",
      "test-finished",
      "release-ready",
    ]);
    const [revision] = await stack.revisions("db");
    expect(revision?.labels["headway.dev/verified"]).toBe("r1");
    await eventually(async () => (await stack.object("pods/db-test", "v1")) === undefined);
    // Nothing to do is nothing to test.
    const again = await stack.apply();
    expect(again.code, again.all).toBe(0);
    expect(again.all).not.toMatch(/tests? passed|running its tests/);
  });

  it("rolls back an upgrade whose test fails, with the pod, its exit code and its last words", async () => {
    const stack = await openTestStack([{ name: "db", spec: tested }], { files: testedChart });
    expect((await stack.apply()).code).toBe(0);
    stack.declare(
      [
        {
          name: "db",
          spec: tested,
          values: { tag: "2", fail: "exit-1", logs: "select 1\nfatal: no such table" },
        },
      ],
      { files: testedChart },
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    const why = await stack.cli("why", `${stack.namespace}/db`);
    expect(why.stdout).toMatch(/a test of the release failed/);
    expect(why.stdout).toMatch(/db-test/);
    expect(why.stdout).toMatch(/exit code 1/);
    expect(why.stdout).toContain("fatal: no such table");
    // Its pod stays for a person to look at, until the next test.
    expect(await stack.object("pods/db-test", "v1")).toBeDefined();
    // It is quarantined like any other failure of what is declared.
    expect((await stack.apply()).code).toBe(5);
  });

  it("ends one that never ends at the timeout, names its pod, shows its log, and stops it", async () => {
    const stack = await openTestStack(
      [
        {
          name: "db",
          spec: { ...tested, timeout: "20s" },
          values: { restart: "Always", logs: "still waiting" },
        },
      ],
      { files: testedChart },
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    const why = await stack.cli("why", `${stack.namespace}/db`);
    expect(why.stdout).toMatch(/its tests were not done after 20 s: Pod db-test still runs/);
    expect(why.stdout).toContain("still waiting");
    await eventually(async () => (await stack.object("pods/db-test", "v1")) === undefined);
    expect((await stack.revisions("db"))[0]?.labels["headway.dev/verified"]).toBeUndefined();
  });

  it("is run again, past what is left of it, after a run that was killed meanwhile", async () => {
    const stack = await openTestStack([{ name: "db", spec: tested, values: { lasts: "4s" } }], {
      files: testedChart,
    });
    const { run } = applying(stack);
    await eventually(() => stack.object("pods/db-test", "v1"));
    run.kill("SIGKILL");
    expect((await run).signal).toBe("SIGKILL");
    const left = await stack.object("pods/db-test", "v1");
    expect(left).toBeDefined();
    const again = await applying(stack).run;
    expect(again.exitCode, again.all).toBe(0);
    const kinds = eventsOf(again.stdout).map(({ kind }) => kind);
    expect(kinds).toContain("test-finished");
    expect(kinds).not.toContain("apply-finished");
    const revisions = await stack.revisions("db");
    expect(historyOf(revisions)).toBe("1:deployed");
    expect(revisions[0]?.labels["headway.dev/verified"]).toBe("r1");
  });

  it("fails as early as elsewhere where its image can't be had, and is stopped with a run that is stopped", async () => {
    const spec = { ...tested, timeout: "5m", failFast: { imagePull: "1s" } };
    const stack = await openTestStack([{ name: "db", spec, values: { fail: "ImagePullBackOff" } }], {
      files: testedChart,
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/a test of the release failed: .*(?:ErrImagePull|ImagePullBackOff)/);
    stack.declare([{ name: "db", spec, values: { restart: "Always", tag: "2" } }], { files: testedChart });
    const { run, onEvent } = applying(stack);
    onEvent((kind) => {
      if (kind === "test-started")
        void eventually(() => stack.object("pods/db-test", "v1")).then(() => run.kill("SIGINT"));
    });
    expect((await run).exitCode).toBe(130);
    await eventually(async () => (await stack.object("pods/db-test", "v1")) === undefined);
  });

  it("of a Job shows the log of its pod", async () => {
    const files = oneFileChart(
      "jobbed",
      `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-test
  annotations: { helm.sh/hook: test, helm.sh/hook-delete-policy: "hook-succeeded,hook-failed" }
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations: { sim.headway.dev/fail: exit-1, sim.headway.dev/logs: "no answer on port 80" }
    spec:
      restartPolicy: Never
      containers: [{ name: probe, image: "registry.example/probe:1" }]
`,
    );
    const stack = await openTestStack([{ name: "db", spec: { ...tested, chart: "../charts/jobbed" } }], {
      files,
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/a test of the release failed: .*db-test/);
    expect(end.all).toContain("no answer on port 80");
  });

  it("says once that a chart has no tests", async () => {
    const stack = await openTestStack([{ name: "db", spec: { test: true } }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(end.all.match(/its chart has no tests/g)).toHaveLength(1);
  });
});

describe("readyExpr", () => {
  const conditional = (timeout: string) => [
    { name: "db" },
    {
      name: "api",
      spec: {
        timeout,
        dependsOn: [
          {
            name: "db",
            readyExpr:
              "dep.objects.exists(o, o.kind == 'Deployment' && o.metadata.?annotations['open'].orValue('') == 'yes') && dep.chart.name == 'app' && self.name == 'api'",
          },
        ],
      },
    },
  ];

  it("holds a release until an object of its healthy dependency fulfils it", async () => {
    const stack = await openTestStack(conditional("30s"));
    const { run: apply } = applying(stack);
    await eventually(() => stack.object("deployments/db"));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await stack.revisions("api")).toEqual([]);
    await stack.patch("deployments/db", { metadata: { annotations: { open: "yes" } } });
    const end = await apply;
    expect(end.exitCode, end.all).toBe(0);
    const held = eventsOf(end.stdout).find(({ kind, hold }) => kind === "step-held" && hold === "condition");
    expect(held).toMatchObject({
      state: "Waiting",
      message: `for ${stack.namespace}/db: readyExpr is not true yet`,
      unmet: [{ on: `${stack.namespace}/db`, why: "readyExpr is not true yet" }],
    });
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });

  it("that never holds leaves the release alone, blocks what is behind it, and exits with 4", async () => {
    const stack = await openTestStack([...conditional("3s"), { name: "web", dependsOn: ["api"] }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/waiting for \S+\/db: readyExpr is not true yet/);
    expect(end.all).toMatch(/it was not started: after 3 s/);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(await stack.revisions("api")).toEqual([]);
    expect(await stack.revisions("web")).toEqual([]);
    // The root comes first, whoever is asked about.
    const why = await stack.cli("why", `${stack.namespace}/web`);
    expect(why.stdout.split("\n")[0]).toMatch(/web is blocked.* Root cause: \S+\/api \(failed\)/);
    expect(why.stdout).toMatch(/it was not started: after 3 s still \S+\/db: readyExpr is not true yet/);
    const roots = await stack.cli("why", "--stack", stack.name);
    expect(roots.stdout).toMatch(/^1 root cause, 1 blocked\n/);
  });

  it("that does not hold any more keeps an upgrade from starting, and status says so", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api" }]);
    expect((await stack.apply()).code).toBe(0);
    const [db, api] = conditional("3s");
    stack.declare([
      { name: "db", ...db },
      { name: "api", ...api, values: { tag: "2" } },
    ]);
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/api .* if readyExpr of \S+\/db holds/);
    expect((await stack.apply()).code).toBe(4);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.code).toBe(4);
    expect(status.stdout).toMatch(/api\s.*Failed/);
    expect(status.stdout).toMatch(/db\s.*Ready/);
    // Met again, it starts, and is Ready.
    await stack.patch("deployments/db", { metadata: { annotations: { open: "yes" } } });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect((await stack.cli("status", "--stack", stack.name)).code).toBe(0);
  });

  it("that can't be compiled is told by validate with its place", async () => {
    const stack = await openTestStack([
      { name: "db" },
      { name: "api", spec: { dependsOn: [{ name: "db", readyExpr: "dpe.revision > 1" }] } },
    ]);
    const end = await stack.run("validate");
    expect(end.code).toBe(3);
    expect(end.stderr).toMatch(/releases\/\S+api\.yaml:\d+:\d+ error readyExpr: there is no variable dpe/);
    expect(end.stderr).toMatch(/did you mean dep\?/);
  });
});
