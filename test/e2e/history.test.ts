// The journal through the command line: what was run and what became of a release, from a kubeconfig alone; and that a journal
// which is lost, broken or full takes nothing from a run.
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { startHeadway } from "../kit/cli.ts";
import { createNamespace, eventually } from "../kit/sandbox.ts";
import { historyOf, now, openTestStack, writesSince, type TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const fits = strictValidator("history");

type Run = {
  readonly number: number;
  readonly stack: string;
  readonly result: string;
  readonly commit?: { readonly sha: string; readonly dirty: boolean };
  readonly actor: { readonly user?: string; readonly kubernetesUser?: string };
  readonly trigger: { readonly command: string };
  readonly releases: readonly Readonly<Record<string, unknown>>[];
};

/** `headway history …argv -o json` of the stack, which has to fit its schema. */
async function listed<T>(stack: TestStack, ...argv: readonly string[]): Promise<readonly T[]> {
  const end = await stack.cli("history", ...argv, "--stack", stack.name, "-o", "json");
  expect(end.code, end.all).toBe(0);
  const list = JSON.parse(end.stdout) as { readonly items: readonly T[] };
  expect(complaints(fits, list)).toEqual([]);
  return list.items;
}

const runsOf = (stack: TestStack, ...argv: readonly string[]) => listed<Run>(stack, ...argv);

const spec = { timeout: "20s", failFast: { imagePull: "1s" } };
const broken = { tag: "2.0.0", annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };

describe("history", { timeout: 300_000 }, () => {
  it("tells runs and revisions: who, which commit, why, and what came of it", async () => {
    const stack = await openTestStack([
      { name: "db", spec },
      { name: "api", dependsOn: ["db"] },
    ]);
    const git = async (...argv: readonly string[]): Promise<string> =>
      (
        await execa("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...argv], {
          cwd: stack.folder,
        })
      ).stdout;
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "first");
    const sha = await git("rev-parse", "HEAD");
    expect((await stack.apply()).code).toBe(0);
    const before = now();
    expect((await stack.apply()).code).toBe(0);
    expect(writesSince(stack, before), "an unchanged run leaves nothing").toEqual([]);
    stack.declare([
      { name: "db", spec, values: broken },
      { name: "api", dependsOn: ["db"] },
    ]);
    expect((await stack.apply("--only", `${stack.namespace}/db`)).code).toBe(5);

    const db = `${stack.namespace}/db`;
    expect(await runsOf(stack)).toMatchObject([
      { number: 2, result: "rolled-back", commit: { sha, dirty: true }, changed: 1 },
      {
        number: 1,
        result: "done",
        commit: { sha, dirty: false },
        actor: { kubernetesUser: "admin" },
        trigger: { command: "apply" },
        changed: 2,
      },
    ]);
    const [second] = await runsOf(stack, "run:2");
    expect(second?.releases.find(({ release }) => release === db)).toMatchObject({
      state: "RolledBack",
      before: 1,
      revision: 3,
      chart: { name: "app", version: "1.0.0" },
      verified: true,
      wrote: [
        { revision: 2, action: "upgrade", outcome: "failed" },
        { revision: 3, action: "rollback", repeats: 1, outcome: "verified" },
      ],
      durations: { helm: expect.any(Number) as number, "rolling-back": expect.any(Number) as number },
    });
    const [first] = await runsOf(stack, "run:1");
    const fingerprints = [first, second].map(
      (run) => run?.releases.find(({ release }) => release === db)?.["fingerprint"],
    );
    expect(fingerprints[0]).toMatch(/^[a-z2-7]{32}$/);
    expect(fingerprints[1]).toBe(fingerprints[0]);
    expect(second?.releases.find(({ release }) => release === `${stack.namespace}/api`)).toMatchObject({
      action: "keep",
      revision: 1,
      verified: true,
    });

    expect(await listed(stack, db)).toMatchObject([
      {
        revision: 3,
        outcome: "verified",
        action: "rollback",
        repeats: 1,
        status: "deployed",
        run: { number: 2 },
      },
      { revision: 2, outcome: "rolled-back", action: "upgrade", run: { number: 2, commit: { sha } } },
      { revision: 1, outcome: "verified", action: "install", run: { number: 1 }, cause: "not-installed" },
    ]);
    const table = await stack.cli("history", "--stack", stack.name);
    expect(table.stdout).toMatch(/^2 .*rolled back.*\n1 .*done/m);
    expect((await stack.cli("history", "--stack", stack.name, "-o", "wide")).stdout).toContain(`${db}: `);
    const names = await stack.cli("history", "--stack", stack.name, "-o", "name", "--limit", "1");
    expect(names.stdout).toBe("run:2");
    const details = await stack.cli("history", "run:2", "--stack", stack.name);
    expect(details.stdout).toContain("ImagePullBackOff");
    expect(details.stdout).toContain("rolled back to revision 1");
    expect((await stack.cli("history", db)).stdout).toMatch(/rollback to 1 +✓ verified/);

    for (const [target, words] of [
      ["run:77", "there is no run 77"],
      [`${stack.namespace}/dbx`, `did you mean ${db}?`],
    ] as const) {
      const wrong = await stack.cli("history", target, "--stack", stack.name);
      expect(wrong.code).toBe(3);
      expect(wrong.stderr).toContain(words);
    }
    const elsewhere = await stack.cli("history", "--stack", stack.name, "-n", "kube-system");
    expect(elsewhere.stderr).toContain("no runs on record");
  });

  it("shows a killed run as interrupted, and the next one after it", async () => {
    const stack = await openTestStack([
      { name: "db", values: { annotations: { "sim.headway.dev/fail": "never-ready" } } },
    ]);
    const killed = startHeadway(["apply", stack.folder, "--yes", "--progress", "plain"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await eventually(async () => (await runsOf(stack))[0]?.result === "running");
    await eventually(async () => historyOf(await stack.revisions("db")) === "1:deployed");
    killed.kill("SIGKILL");
    await killed;
    stack.declare([{ name: "db" }]);
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(await runsOf(stack)).toMatchObject([
      { number: 2, result: "done" },
      { number: 1, result: "interrupted" },
    ]);
    expect((await stack.cli("history", "run:1", "--stack", stack.name)).stdout).toContain("is not on record");
  });
});

describe("a journal that is lost, broken or full", { timeout: 300_000 }, () => {
  it("takes nothing from a run, and the numbers go on", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "db", values: { tag: "2.0.0" } }]);
    expect((await stack.apply()).code).toBe(0);
    const secrets = "/api/v1/namespaces/headway-system/secrets";
    // One record is broken, the other one and the state are gone.
    await stack.cluster.kube(`${secrets}/headway-run-${stack.name}-2`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { data: { run: "bm90aGluZw==" } },
    });
    for (const name of [`headway-run-${stack.name}-1`, `headway-state-${stack.name}`])
      expect((await stack.cluster.kube(`${secrets}/${name}`, { method: "DELETE" })).status).toBe(200);
    expect(await runsOf(stack)).toMatchObject([{ number: 2, result: "unreadable" }]);
    expect(await listed(stack, `${stack.namespace}/db`)).toMatchObject([
      { revision: 2, outcome: "verified" },
      { revision: 1, outcome: "verified" },
    ]);
    const unchanged = await stack.apply();
    expect(unchanged.code, unchanged.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
    stack.declare([{ name: "db", spec, values: { ...broken, tag: "3.0.0" } }]);
    const failing = await stack.apply();
    expect(failing.code, failing.all).toBe(5);
    const [newest, ...older] = await runsOf(stack);
    expect(newest).toMatchObject({ result: "rolled-back" });
    expect(newest?.number).toBeGreaterThan(2);
    expect(older.at(-1)).toMatchObject({ number: 2, result: "unreadable" });
  });

  it("is a warning where the namespace has no room for it: the release is healthy and verified", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const system = await createNamespace(stack.cluster, "sys");
    const inSystem = ["--system-namespace", system] as const;
    expect((await stack.apply(...inSystem)).code).toBe(0);
    await fill(stack, system);
    stack.declare([{ name: "db", values: { tag: "2.0.0" } }]);
    const end = await stack.apply(...inSystem);
    expect(end.code, end.all).toBe(0);
    expect(end.stderr).toMatch(/warning: the journal has no record of this run: .*quota/);
    expect((await stack.revisions("db")).at(-1)).toMatchObject({
      status: "deployed",
      labels: { "headway.dev/verified": "r2" },
    });
    const history = await stack.cli("history", ...inSystem, "-o", "name");
    expect(history.stdout).toBe("run:1");
  });
});

describe("a state object that holds nonsense", () => {
  it("keeps a run from forgetting what a person said: exit 7 with what to do, and nothing changes", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    expect((await stack.cli("suspend", `${stack.namespace}/db`, "--reason", "being mended")).code).toBe(0);
    const path = `/api/v1/namespaces/headway-system/secrets/headway-state-${stack.name}`;
    await stack.cluster.kube(path, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { data: { state: "bm90aGluZw==" } },
    });
    stack.declare([{ name: "db", values: { tag: "2.0.0" } }]);
    const since = now();
    const end = await stack.apply();
    expect(end.code, end.all).toBe(7);
    expect(end.stderr).toContain(`kubectl -n headway-system delete secret headway-state-${stack.name}`);
    expect(writesSince(stack, since)).toEqual([]);
    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.code, status.all).toBe(7);
    // What a person then decides: what was said is lost, and the release is as git has it.
    await stack.cluster.kube(path, { method: "DELETE" });
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
  });
});

/** A quota that is used up, as its controller would say; the API server refuses what goes beyond it. */
async function fill(stack: TestStack, namespace: string): Promise<void> {
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const hard = { "count/secrets": "0" };
  const body = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "full" }, spec: { hard } };
  expect((await stack.cluster.kube(quotas, { method: "POST", body })).status).toBe(201);
  await eventually(async () => {
    await stack.cluster.kube(`${quotas}/full/status`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { status: { hard, used: { "count/secrets": "2" } } },
    });
    await sleep(200);
    const probe = { apiVersion: "v1", kind: "Secret", metadata: { name: "probe" } };
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const refused = (await stack.cluster.kube(path, { method: "POST", body: probe })).status === 403;
    if (!refused) await stack.cluster.kube(`${path}/probe`, { method: "DELETE" });
    return refused;
  });
}
