// `headway rollback` on real helm and a real API server: from a kubeconfig alone, in order, and frozen there.
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventsOf } from "../kit/cli.ts";
import { jobChart } from "../kit/more-charts.ts";
import { historyOf, now, openTestStack, writesSince, type TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const version = (tag: string) => ({ values: { tag } });

async function imageOf(stack: TestStack, name: string): Promise<string> {
  const deployment = await stack.object(`deployments/${name}`);
  return /app:[0-9.]+/.exec(JSON.stringify(deployment?.spec))?.[0] ?? "";
}

async function twoVersions(): Promise<TestStack> {
  const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
  expect((await stack.apply()).code).toBe(0);
  stack.declare([
    { name: "db", ...version("2.0.0") },
    { name: "api", dependsOn: ["db"], ...version("2.0.0") },
  ]);
  expect((await stack.apply()).code).toBe(0);
  return stack;
}

describe("a rollback to what was there before", () => {
  it("of two releases goes from dependents to what they depend on, without git, and freezes them", async () => {
    const stack = await twoVersions();
    const [db, api] = [`${stack.namespace}/db`, `${stack.namespace}/api`];
    const asked = await stack.cli("rollback", db, api, "--to", "previous");
    expect(asked.code, asked.all).toBe(8);
    const dry = await stack.cli("rollback", db, "--to", "previous", "--dry-run");
    expect(dry.code, dry.all).toBe(0);
    expect(dry.stdout).toMatch(/back to revision 1, asked for by/);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");

    rmSync(stack.folder, { recursive: true });
    const end = await stack.cli(
      ...["rollback", db, api, "--to", "previous", "--yes", "--progress", "json", "--reason", "too slow"],
    );
    expect(end.code, end.all).toBe(0);
    const events = eventsOf(end.stdout);
    const told = events.flatMap(({ kind, release }) =>
      kind === "rollback-started" || kind === "rollback-finished" ? [`${kind} ${String(release)}`] : [],
    );
    expect(told).toEqual([
      `rollback-started ${api}`,
      `rollback-finished ${api}`,
      `rollback-started ${db}`,
      `rollback-finished ${db}`,
    ]);
    for (const event of events.slice(1)) expect(complaints(strictValidator("events"), event)).toEqual([]);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    expect(await imageOf(stack, "db")).toBe("app:1.0.0");
    const status = await stack.cli("status", "--stack", stack.name, "-o", "json");
    expect(status.code, status.all).toBe(0);
    const list = JSON.parse(status.stdout) as { readonly items: readonly { readonly release: string }[] };
    expect(complaints(strictValidator("status"), list)).toEqual([]);
    expect(list.items.find(({ release }) => release === db)).toMatchObject({
      state: "Frozen",
      freeze: { toRevision: 1, reason: "too slow" },
    });
  });

  it("stays through applies until its declaration changes", async () => {
    const stack = await twoVersions();
    const api = `${stack.namespace}/api`;
    expect((await stack.cli("rollback", api, "--to", "previous", "--yes")).code).toBe(0);
    const since = now();
    const kept = await stack.apply();
    expect(kept.code, kept.all).toBe(0);
    expect(writesSince(stack, since)).toEqual([]);
    expect((await stack.run("plan")).stdout).toMatch(/frozen at what revision 1 was/);
    stack.declare([
      { name: "db", ...version("2.0.0") },
      { name: "api", dependsOn: ["db"], ...version("3.0.0") },
    ]);
    expect((await stack.apply()).code).toBe(0);
    expect(await imageOf(stack, "api")).toBe("app:3.0.0");
  });

  it("ends when it is resumed", async () => {
    const stack = await twoVersions();
    const api = `${stack.namespace}/api`;
    expect((await stack.cli("rollback", api, "--to", "previous", "--yes")).code).toBe(0);
    expect((await stack.cli("resume", api)).stdout).toBe(`${api} is resumed`);
    expect((await stack.apply()).code).toBe(0);
    expect(await imageOf(stack, "api")).toBe("app:2.0.0");
  });
});

describe("a rollback that fails", () => {
  it("is explained as a failed apply is: by a hook's Job, pod, exit code and log, wherever one looks", async () => {
    // Nothing runs that hook but a rollback to where it stands.
    const hook = {
      hook: "pre-rollback",
      deletePolicy: "before-hook-creation,hook-failed",
      annotations: {
        "sim.headway.dev/fail": "exit-1",
        "sim.headway.dev/logs": "migrating\nfatal: column exists",
      },
    };
    const sketch = { name: "migrate", spec: { chart: "../charts/job", timeout: "60s" } };
    const stack = await openTestStack([{ ...sketch, values: hook }], { files: jobChart });
    const first = await stack.apply();
    expect(first.code, first.all).toBe(0);
    stack.declare([{ ...sketch, ...version("2.0.0") }]);
    expect((await stack.apply()).code).toBe(0);

    const migrate = `${stack.namespace}/migrate`;
    const end = await stack.cli("rollback", migrate, "--to", "previous", "--yes", "--progress", "plain");
    expect(end.code, end.all).toBe(7);
    expect(end.all).toContain("migrate-1-0-0");
    expect(end.all).toContain("fatal: column exists");
    expect(end.all).not.toContain("timed out");

    const evidence = {
      troubles: expect.arrayContaining([
        expect.objectContaining({ pod: expect.stringMatching(/^migrate-1-0-0-/) as string, exitCode: 1 }),
      ]) as unknown,
      logs: [{ lines: ["migrating", "fatal: column exists"], container: "migrate" }],
    };
    const json = ["--stack", stack.name, "-o", "json"] as const;
    const why = JSON.parse((await stack.cli("why", migrate, ...json)).stdout) as {
      readonly items: readonly { readonly root: Record<string, unknown> }[];
    };
    expect(why.items[0]?.root).toMatchObject({ state: "Failed", ...evidence });
    const run = JSON.parse((await stack.cli("history", "run:3", ...json)).stdout) as {
      readonly items: readonly { readonly releases: readonly Record<string, unknown>[] }[];
    };
    expect(run.items[0]?.releases[0]).toMatchObject({ evidence });
  });
});

describe("a rollback to a revision by its number", () => {
  it("goes there, and further back than the one before", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const db = `${stack.namespace}/db`;
    for (const tag of ["1.0.0", "2.0.0", "3.0.0"]) {
      stack.declare([{ name: "db", ...version(tag) }]);
      expect((await stack.apply()).code).toBe(0);
    }
    const end = await stack.cli("rollback", db, "--to", "revision:1", "--yes");
    expect(end.code, end.all).toBe(0);
    expect(await imageOf(stack, "db")).toBe("app:1.0.0");
    const last = (await stack.revisions("db")).at(-1);
    expect(last?.labels["headway.dev/verified"]).toBe("r4");
  });

  it("is refused, with nothing changed, where there is no such revision, or no earlier one", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const db = `${stack.namespace}/db`;
    expect((await stack.apply()).code).toBe(0);
    const since = now();
    const refusals = [
      [[db, "--to", "revision:7"], "helm does not keep revision 7"],
      [[db, "--to", "revision:1"], "it is at revision 1"],
      [[db, "--to", "previous"], "helm keeps no earlier revision of it that was verified healthy"],
      [[db, "--to", "yesterday"], "Use previous"],
      [["nothing-like-it", "--to", "previous"], "see headway status"],
    ] as const;
    for (const [argv, words] of refusals) {
      const end = await stack.cli("rollback", ...argv, "--yes");
      expect(end.code, end.all).toBe(3);
      expect(end.stderr).toContain(words);
    }
    expect(writesSince(stack, since)).toEqual([]);
  });
});

describe("a rollback of the whole stack", () => {
  it("goes to what was before the last run, and to the end of a run by its number", async () => {
    const stack = await twoVersions();
    const on = ["--stack", stack.name, "--yes"];
    const back = await stack.cli("rollback", "--to", "previous", ...on);
    expect(back.code, back.all).toBe(0);
    expect([await imageOf(stack, "db"), await imageOf(stack, "api")]).toEqual(["app:1.0.0", "app:1.0.0"]);
    const runs = await stack.cli("history", "--stack", stack.name);
    expect(runs.stdout, runs.all).toMatch(/rollback/);
    const forth = await stack.cli("rollback", "--to", "run:2", ...on);
    expect(forth.code, forth.all).toBe(0);
    expect([await imageOf(stack, "db"), await imageOf(stack, "api")]).toEqual(["app:2.0.0", "app:2.0.0"]);
    const never = await stack.cli("rollback", "--to", "run:99", ...on);
    expect(never.code, never.all).toBe(3);
    expect(never.stderr).toMatch(/no run 99/);
  }, 300_000);
});
