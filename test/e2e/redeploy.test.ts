// `headway redeploy`: every release through helm again, in order, though nothing has changed. In which order is read from
// the API server's audit log, and which pods are new from the pods.
import { describe, expect, it } from "vitest";
import { fieldAt } from "../../src/core/json.ts";
import { eventsOf } from "../kit/cli.ts";
import { oneFileChart, storeChart } from "../kit/more-charts.ts";
import { eventually } from "../kit/sandbox.ts";
import { firstWriteOf, historyOf, now, openTestStack, readyWriteOf } from "../kit/test-stack.ts";
import type { TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";
import { killAfter, openCrashStack } from "./crash-kit.ts";
import { told } from "./process-kit.ts";

const slow = { annotations: { "sim.headway.dev/ready-after": "700ms" } };
const chain = [
  { name: "db", values: slow },
  { name: "api", dependsOn: ["db"], values: slow },
  { name: "web", dependsOn: ["api"] },
];

const redeploy = (stack: TestStack, ...flags: readonly string[]) =>
  stack.run("redeploy", ["--yes", "--progress", "plain", ...flags]);

type Pod = {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
};

/** Uids of the pods that are there to stay, of one app or of all. */
async function podsOf(stack: TestStack, app?: string): Promise<readonly string[]> {
  const reply = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/pods`);
  return (reply.body as { readonly items: readonly Pod[] }).items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => app === undefined || metadata.labels?.["app"] === app)
    .map(({ metadata }) => metadata.uid)
    .toSorted();
}

async function historiesOf(stack: TestStack): Promise<Readonly<Record<string, string>>> {
  const pairs = chain.map(async ({ name }) => [name, historyOf(await stack.revisions(name))] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

async function stampOf(stack: TestStack, path: string): Promise<string | undefined> {
  const template = (await stack.object(path))?.spec?.["template"] as
    { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } } | undefined;
  return template?.metadata.annotations?.["kubectl.kubernetes.io/restartedAt"];
}

describe("redeploy", () => {
  it("puts every release through helm in dependency order and leaves unchanged pods alone", async () => {
    const stack = await openTestStack(chain);
    expect((await stack.apply()).code).toBe(0);
    const before = await podsOf(stack);
    const end = await stack.run("redeploy", ["--yes", "--progress", "json"]);
    expect(end.code, end.all).toBe(0);
    expect(await historiesOf(stack)).toEqual({
      db: "1:superseded 2:deployed",
      api: "1:superseded 2:deployed",
      web: "1:superseded 2:deployed",
    });
    for (const { name } of chain)
      expect((await stack.revisions(name)).at(-1)?.labels["headway.dev/verified"], name).toBe("r2");
    expect(await podsOf(stack)).toEqual(before);
    const events = eventsOf(end.stdout);
    const validate = strictValidator("events");
    for (const event of events) expect(complaints(validate, event), JSON.stringify(event)).toEqual([]);
    const told = events
      .filter(({ kind }) => kind === "apply-started" || kind === "release-ready")
      .map(({ kind, release }) => `${String(kind)} ${String(release).split("/")[1] ?? ""}`);
    expect(told).toEqual([
      "apply-started db",
      "release-ready db",
      "apply-started api",
      "release-ready api",
      "apply-started web",
      "release-ready web",
    ]);
    // What an apply finds then is nothing to do.
    expect((await stack.run("plan", ["--detailed-exitcode"])).code).toBe(0);
  });

  it("with --restart makes the pods anew, each release once what it depends on is whole again", async () => {
    const stack = await openTestStack(chain);
    expect((await stack.apply()).code).toBe(0);
    const before = await podsOf(stack);
    const since = now();
    const end = await stack.run("redeploy", ["--yes", "--restart", "--progress", "json"]);
    expect(end.code, end.all).toBe(0);
    const after = await podsOf(stack);
    expect(after).toHaveLength(before.length);
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
    expect(firstWriteOf(stack, "api", since) > wholeAgainOf(stack, "db", since)).toBe(true);
    expect(firstWriteOf(stack, "web", since) > wholeAgainOf(stack, "api", since)).toBe(true);
    const events = eventsOf(end.stdout);
    const validate = strictValidator("events");
    for (const event of events) expect(complaints(validate, event), JSON.stringify(event)).toEqual([]);
    expect(events.find(({ kind }) => kind === "workloads-restarted")).toMatchObject({
      release: `${stack.namespace}/db`,
      objects: [{ kind: "Deployment", name: "db" }],
    });
  });

  it("with --restart leaves what helm's next upgrade neither conflicts with nor takes back", async () => {
    const stack = await openTestStack(chain.slice(0, 1));
    expect((await stack.apply()).code).toBe(0);
    // Somebody's own restart by kubectl comes before, and is succeeded.
    await stack.patch("deployments/db", {
      spec: {
        template: {
          metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "2020-01-01T00:00:00Z" } },
        },
      },
    });
    expect((await redeploy(stack, "--restart")).code).toBe(0);
    const stamp = await stampOf(stack, "deployments/db");
    expect(stamp).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(stamp).not.toBe("2020-01-01T00:00:00Z");
    const unchanged = await stack.run("plan", ["--detailed-exitcode"]);
    expect(unchanged.code, unchanged.all).toBe(0);
    stack.declare([{ name: "db", values: { ...slow, replicas: 2 } }]);
    const plan = await stack.run("plan", ["-o", "json"]);
    expect(plan.stdout).not.toContain("field-conflicts");
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(await stampOf(stack, "deployments/db")).toBe(stamp);
    expect(await podsOf(stack)).toHaveLength(2);
  });

  it("with --restart rolls StatefulSets too, and says which workloads a restart does not reach", async () => {
    const deployment = (name: string, more: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 1
  ${more}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: "registry.example/app:1" }] }
`;
    const stack = await openTestStack(
      [
        { name: "store", spec: { chart: "../charts/store" } },
        { name: "halted", spec: { chart: "../charts/halted" } },
      ],
      {
        files: {
          ...storeChart,
          ...oneFileChart("halted", deployment("halted", "paused: {{ ne (int .Release.Revision) 1 }}")),
        },
      },
    );
    expect((await stack.apply()).code).toBe(0);
    const [store, halted] = [await podsOf(stack, "store"), await podsOf(stack, "halted")];
    const end = await redeploy(stack, "--restart");
    expect(end.code, end.all).toBe(0);
    expect((await podsOf(stack, "store")).filter((uid) => store.includes(uid))).toEqual([]);
    expect(await podsOf(stack, "halted")).toEqual(halted);
    expect(end.all).toMatch(/Deployment \S+\/halted is paused: its pods were not restarted/);
  });

  it("acts on the releases that are asked for, with all that depends on them where asked", async () => {
    const stack = await openTestStack(chain.map((one) => ({ ...one, labels: { part: one.name } })));
    expect((await stack.apply()).code).toBe(0);
    expect((await redeploy(stack, "-l", "part=db")).code).toBe(0);
    expect((await redeploy(stack, "--only", "api", "--with-dependents")).code).toBe(0);
    expect(await historiesOf(stack)).toEqual({
      db: "1:superseded 2:deployed",
      api: "1:superseded 2:deployed",
      web: "1:superseded 2:deployed",
    });
    const unknown = await redeploy(stack, "--only", "wep");
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain(`did you mean ${stack.namespace}/web?`);
  });

  it("leaves suspended releases alone, and installs what is not there", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([
      { name: "db", spec: { suspend: true } },
      { name: "api", dependsOn: ["db"] },
    ]);
    const end = await redeploy(stack, "--restart");
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    expect(await stampOf(stack, "deployments/api")).toBeUndefined();
  });

  it("changes nothing under --dry-run, nor without consent", async () => {
    const stack = await openTestStack(chain);
    expect((await stack.apply()).code).toBe(0);
    const dry = await stack.run("redeploy", ["--dry-run", "--restart"]);
    expect(dry.code, dry.all).toBe(0);
    expect(dry.stdout).toMatch(/db .*asked to redeploy; asked to make its pods anew/);
    const asked = await stack.run("redeploy", ["--progress", "plain"]);
    expect(asked.code, asked.all).toBe(8);
    expect(asked.all).toContain("--yes");
    expect(await historiesOf(stack)).toEqual({ db: "1:deployed", api: "1:deployed", web: "1:deployed" });
  });
});

describe("a redeploy that fails", () => {
  // Its pods fail by what is not the declaration's, as those of an image would that is gone from its registry.
  const moody = oneFileChart(
    "moody",
    `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: 1
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations:
        {{- if eq (int .Release.Revision) 2 }}
        sim.headway.dev/fail: ImagePullBackOff
        {{- end }}
        chart: moody
    spec:
      containers: [{ name: app, image: "registry.example/app:1" }]
`,
  );
  const spec = { chart: "../charts/moody", timeout: "60s", failFast: { imagePull: "1s" } };

  it("is rolled back, its dependents are not touched, and nothing is quarantined", async () => {
    const stack = await openTestStack([{ name: "db", spec }, ...chain.slice(1)], { files: moody });
    expect((await stack.apply()).code).toBe(0);
    const before = await podsOf(stack);
    const end = await redeploy(stack, "--restart");
    expect(end.code, end.all).toBe(5);
    expect(end.all).toContain("ImagePullBackOff");
    expect(await historiesOf(stack)).toEqual({
      db: "1:superseded 2:superseded 3:deployed",
      api: "1:deployed",
      web: "1:deployed",
    });
    // The restart went back as well: what ran before runs on.
    expect(await podsOf(stack)).toEqual(before);
    expect(await stampOf(stack, "deployments/db")).toBeUndefined();
    const again = await stack.apply();
    expect(again.code, again.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
  });

  it("gets its old pods back where the new ones of a restart can't come up", async () => {
    const stack = await openTestStack([
      { name: "db", values: { replicas: 2 }, spec: { timeout: "20s" } },
      { name: "api", dependsOn: ["db"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const before = await podsOf(stack);
    await fillUp(stack, before.length);
    const end = await redeploy(stack, "--restart");
    expect(end.code, end.all).toBe(5);
    expect(end.all).toContain("exceeded quota");
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    expect(await podsOf(stack)).toEqual(before);
    expect(await stampOf(stack, "deployments/db")).toBeUndefined();
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });
});

describe("a redeploy that is killed", () => {
  it("is not gone on with: apply verifies what was in the middle and does no more", async () => {
    const stack = await openCrashStack([
      { name: "db" },
      {
        name: "api",
        dependsOn: ["db"],
        values: { annotations: { "sim.headway.dev/ready-after": "3s" } },
      },
      { name: "web", dependsOn: ["api"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const first = stack.start("redeploy", "--restart");
    await told(first, "workloads-restarted", "api");
    expect(await killAfter(stack, first, 0)).toBe(true);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(0);
    expect(await historiesOf(stack)).toEqual({
      db: "1:superseded 2:deployed",
      api: "1:superseded 2:deployed",
      web: "1:deployed",
    });
    for (const [name, revision] of [
      ["db", "r2"],
      ["api", "r2"],
      ["web", "r1"],
    ] as const)
      expect((await stack.revisions(name)).at(-1)?.labels["headway.dev/verified"], name).toBe(revision);
    const started = eventsOf(next.stdout).filter(({ kind }) => kind === "apply-started");
    expect(started).toMatchObject([{ release: `${stack.namespace}/api`, action: "verify" }]);

    const whole = await stack.finish("redeploy");
    expect(whole.code, whole.all).toBe(0);
    expect(await historiesOf(stack)).toEqual({
      db: "1:superseded 2:superseded 3:deployed",
      api: "1:superseded 2:superseded 3:deployed",
      web: "1:superseded 2:deployed",
    });
  });

  it("between a restart that fails and its rollback is rolled back by the next apply, restart included", async () => {
    const stack = await openCrashStack([
      { name: "db", values: { replicas: 2 }, spec: { timeout: "20s" } },
      { name: "api", dependsOn: ["db"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const before = await podsOf(stack);
    await fillUp(stack, before.length);
    const first = stack.start("redeploy", "--restart");
    await told(first, "workloads-restarted", "db");
    expect(await killAfter(stack, first, 0)).toBe(true);
    const next = await stack.finish("apply");
    expect(next.code, next.all).toBe(5);
    expect(await podsOf(stack)).toEqual(before);
    expect(await stampOf(stack, "deployments/db")).toBeUndefined();
    // The same had been healthy before: it was never the declaration's fault.
    const again = await stack.finish("apply");
    expect(again.code, again.all).toBe(0);
  });
});

/** Leaves the namespace no room for one pod more. */
async function fillUp(stack: TestStack, pods: number): Promise<void> {
  const made = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/resourcequotas`, {
    method: "POST",
    body: {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "full" },
      spec: { hard: { pods: String(pods) } },
    },
  });
  expect(made.status).toBe(201);
  await eventually(async () => {
    const quota = await stack.object("resourcequotas/full", "v1");
    return fieldAt(quota, "status", "used", "pods") === String(pods);
  });
}

/** When the API server took the restart of this Deployment. */
function restartOf(stack: TestStack, deployment: string, since: string): string {
  const event = stack.cluster
    .readAudit(since)
    .find(
      ({ objectRef, requestURI }) =>
        objectRef?.namespace === stack.namespace &&
        objectRef.name === deployment &&
        requestURI.includes("fieldManager=headway-restart"),
    );
  if (event === undefined) throw new Error(`the audit log has no restart of ${deployment}`);
  return event.requestReceivedTimestamp;
}

/** When the status write came that made it whole after its restart. */
function wholeAgainOf(stack: TestStack, deployment: string, since: string): string {
  return readyWriteOf(stack, deployment, restartOf(stack, deployment, since));
}
