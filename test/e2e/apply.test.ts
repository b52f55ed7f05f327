// A stack from nothing to Ready and again: what apply, plan and their options do, through the built command line.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { eventsOf, headway } from "../kit/cli.ts";
import { firstWriteOf, historyOf, now, openTestStack, readyWriteOf, writesSince } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const slow = { annotations: { "sim.headway.dev/ready-after": "700ms" } };

describe("apply on an empty cluster", () => {
  it("deploys in dependency order and changes nothing the second time", async () => {
    const stack = await openTestStack([
      { name: "db", values: slow },
      { name: "cache", values: slow },
      { name: "api", dependsOn: ["db", "cache"], values: slow },
      { name: "web", dependsOn: ["api"] },
    ]);
    const since = now();
    const first = await stack.apply();
    expect(first.code, first.all).toBe(0);
    for (const [dependent, dependencies] of [
      ["api", ["db", "cache"]],
      ["web", ["api"]],
    ] as const)
      for (const dependency of dependencies)
        expect(firstWriteOf(stack, dependent, since) > readyWriteOf(stack, dependency, since)).toBe(true);
    for (const release of ["db", "cache", "api", "web"]) {
      const [revision, ...more] = await stack.revisions(release);
      expect(more).toEqual([]);
      expect(revision).toMatchObject({ status: "deployed" });
      expect(revision?.labels).toMatchObject({ "headway.dev/verified": "r1" });
    }

    const later = now();
    const second = await stack.apply();
    expect(second.code, second.all).toBe(0);
    expect(writesSince(stack, later)).toEqual([]);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });

  it("holds a whole wave back for the slowest of the wave before under order: waves", async () => {
    const stack = await openTestStack(
      [
        { name: "slow", values: { annotations: { "sim.headway.dev/ready-after": "2s" } } },
        { name: "quick" },
        { name: "after-quick", dependsOn: ["quick"] },
        { name: "after-slow", dependsOn: ["slow"] },
      ],
      { stackSpec: { order: "waves" } },
    );
    const since = now();
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(firstWriteOf(stack, "after-quick", since) > readyWriteOf(stack, "slow", since)).toBe(true);
    expect(end.all).toMatch(/wave 2\/2/);
  });

  it("does not hold it back without", async () => {
    const stack = await openTestStack([
      { name: "slow", values: { annotations: { "sim.headway.dev/ready-after": "3s" } } },
      { name: "quick" },
      { name: "after-quick", dependsOn: ["quick"] },
    ]);
    const since = now();
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(firstWriteOf(stack, "after-quick", since) < readyWriteOf(stack, "slow", since)).toBe(true);
  });

  it("writes a stream of events that its schema knows", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const end = await stack.run("apply", ["--yes", "--progress", "json"]);
    expect(end.code, end.all).toBe(0);
    const events = eventsOf(end.stdout);
    expect(end.stdout.trim().split("\n")).toHaveLength(events.length);
    const validate = strictValidator("events");
    for (const event of events) expect(complaints(validate, event), JSON.stringify(event)).toEqual([]);
    expect(events[0]).toMatchObject({ kind: "stream-started", schema: "headway.dev/events/v1" });
    expect(events.map((event) => event["kind"])).toEqual(
      expect.arrayContaining(["run-started", "apply-started", "apply-finished", "release-ready"]),
    );
    expect(events.at(-1)).toMatchObject({ kind: "run-finished", outcome: "done", exitCode: 0 });
  });

  it("can be told to be quiet", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const end = await stack.run("apply", ["--yes", "--progress", "quiet"]);
    expect(end).toMatchObject({ code: 0, stdout: "" });
  });

  it("reads the folder it stands in, with or without a headway.yaml", async () => {
    const stack = await openTestStack([]);
    stack.declare([{ name: "db", namespace: stack.namespace }]);
    rmSync(join(stack.folder, "headway.yaml"));
    const end = await headway(["apply", "--yes", "--progress", "plain"], {
      kubeconfig: stack.cluster.kubeconfig,
      cwd: stack.folder,
    });
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
  });
});

describe("what apply is told to leave alone", () => {
  it("acts on --only these, and with --with-dependencies on what they stand on", async () => {
    const stack = await openTestStack([
      { name: "db" },
      { name: "api", dependsOn: ["db"] },
      { name: "web", dependsOn: ["api"] },
    ]);
    const alone = await stack.apply("--only", `${stack.namespace}/api`);
    // Its dependency is checked, and is not there.
    expect(alone.code, alone.all).toBe(4);
    expect(await stack.revisions("api")).toEqual([]);
    const both = await stack.apply("--only", `${stack.namespace}/api`, "--with-dependencies");
    expect(both.code, both.all).toBe(0);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    expect(await stack.revisions("web")).toEqual([]);
    const web = await stack.apply("--only", "web");
    expect(web.code, web.all).toBe(0);
    expect(historyOf(await stack.revisions("web"))).toBe("1:deployed");
  });

  it("says which release --only may have meant", async () => {
    const stack = await openTestStack([{ name: "orders" }]);
    const end = await stack.apply("--only", `${stack.namespace}/order`);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(`did you mean ${stack.namespace}/orders?`);
  });

  it("changes nothing under --dry-run", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const since = now();
    const end = await stack.apply("--dry-run");
    expect(end.code, end.all).toBe(0);
    expect(end.stdout).toMatch(/install.*db/s);
    expect(writesSince(stack, since)).toEqual([]);
    expect((await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}`)).status).toBe(404);
  });

  it("changes nothing without consent", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const since = now();
    const end = await stack.run("apply", ["--progress", "plain"]);
    expect(end.code, end.all).toBe(8);
    expect(end.all).toContain(stack.name);
    expect(end.all).toContain(stack.cluster.server);
    expect(end.all).toContain("--yes");
    expect(writesSince(stack, since)).toEqual([]);
  });

  it("needs no consent where nothing would change", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    expect((await stack.run("apply", ["--progress", "plain"])).code).toBe(0);
  });
});

describe("plan", () => {
  it("tells what would change and why, in every form, and changes nothing", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const since = now();
    expect((await stack.run("plan")).code).toBe(0);
    const pending = await stack.run("plan", ["--detailed-exitcode", "-o", "json"]);
    expect(pending.code, pending.all).toBe(2);
    expect(complaints(strictValidator("plan"), JSON.parse(pending.stdout))).toEqual([]);
    expect(parse((await stack.run("plan", ["-o", "yaml"])).stdout)).toEqual(JSON.parse(pending.stdout));
    expect(writesSince(stack, since)).toEqual([]);

    expect((await stack.apply()).code).toBe(0);
    expect((await stack.run("plan", ["--detailed-exitcode"])).code).toBe(0);
    stack.declare([
      { name: "db", values: { tag: "2.0.0" } },
      { name: "api", dependsOn: ["db"] },
    ]);
    const changed = await stack.run("plan", ["--detailed-exitcode", "-o", "markdown"]);
    expect(changed.code, changed.all).toBe(2);
    expect(changed.stdout).toContain("tag");
    expect(changed.stdout).toMatch(/\|.*\|/);
    const names = await stack.run("plan", ["-o", "name"]);
    expect(names.stdout).toContain(`${stack.namespace}/db`);
  });
});
