// An upgrade that fails its health checks: evidence, rollback, quarantine, and what ends it; through the built command line.
import { describe, expect, it } from "vitest";
import { eventsOf } from "../kit/cli.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf, now, openTestStack, writesSince } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

/** Tolerances so short that a test need not wait. */
const quick = {
  timeout: "20s",
  failFast: { imagePull: "1s", config: "1s", crashLoop: { restarts: 2, for: "1s" } },
};
const logs = "connecting to db:5432\nfatal: no route to host";

function failing(how: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    annotations: { "sim.headway.dev/fail": how, "sim.headway.dev/logs": logs },
    ...more,
  };
}

describe("an upgrade that fails its health checks", () => {
  it.each([
    ["ImagePullBackOff", /ImagePullBackOff/],
    ["CrashLoopBackOff", /CrashLoopBackOff.*exit code 1/],
    ["CreateContainerConfigError", /CreateContainerConfigError/],
  ])("by %s is rolled back before its timeout, and why names the cause", async (how, words) => {
    const stack = await openTestStack([{ name: "api", spec: quick }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec: quick, values: failing(how) }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/rolled back to revision 1/);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:superseded 3:deployed");
    const why = await stack.cli("why", `${stack.namespace}/api`);
    expect(why.code).toBe(0);
    expect(why.stdout).toMatch(words);
    expect(why.stdout).toMatch(/Deployment .*\/api, Pod api-\S+, container app/);
    expect(why.stdout).toMatch(/rolled back to revision 1/);
    expect(why.stdout).toMatch(/releases\/.*api\.yaml:\d+/);
    if (how === "CrashLoopBackOff") {
      expect(why.stdout).toContain("fatal: no route to host");
      expect(why.stdout).toMatch(/BackOff/);
    }
  });

  it("by never becoming ready is rolled back when its timeout is over", async () => {
    const spec = { ...quick, timeout: "3s" };
    const stack = await openTestStack([{ name: "api", spec }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec, values: failing("never-ready") }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/not ready after 3 s/);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:superseded 3:deployed");
  });

  it("skips its dependents, with changes or without, and lets other branches finish", async () => {
    const stack = await openTestStack([
      { name: "db", spec: quick },
      { name: "api", dependsOn: ["db"] },
      { name: "web", dependsOn: ["api"] },
      { name: "mail" },
      { name: "inbox", dependsOn: ["mail"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const next = { tag: "2.0.0" };
    stack.declare([
      { name: "db", spec: quick, values: failing("ImagePullBackOff") },
      { name: "api", dependsOn: ["db"], values: next },
      { name: "web", dependsOn: ["api"], values: next },
      { name: "mail", values: next },
      { name: "inbox", dependsOn: ["mail"], values: next },
    ]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("web"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("mail"))).toBe("1:superseded 2:deployed");
    expect(historyOf(await stack.revisions("inbox"))).toBe("1:superseded 2:deployed");

    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.code).toBe(4);
    expect(status.stdout).toMatch(/api .*Blocked/);
    const why = await stack.cli("why", `${stack.namespace}/web`);
    const id = (name: string): string => `${stack.namespace}/${name}`;
    expect(why.stdout).toContain(
      `${id("web")} (blocked) → ${id("api")} (blocked) → ${id("db")} (rolled back)`,
    );
    expect(why.stdout).toMatch(/ImagePullBackOff/);
  });

  it("keeps what failed under onFailure: keep, and does not try it again", async () => {
    const spec = { ...quick, onFailure: "keep" };
    const stack = await openTestStack([{ name: "api", spec }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec, values: failing("ImagePullBackOff") }]);
    const end = await stack.apply();
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:deployed");
    const again = await stack.apply();
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:deployed");
    // It is quarantined at once.
    expect([end.code, again.code], end.all + again.all).toEqual([5, 5]);
    expect(end.all).toMatch(/kept as it is/);
  });

  it("is tried as often as retries says before it is rolled back", async () => {
    const spec = { ...quick, retries: 1 };
    const stack = await openTestStack([{ name: "api", spec }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec, values: failing("ImagePullBackOff") }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:superseded 3:superseded 4:deployed");
    expect(end.all).toMatch(/attempt 2/);
  });

  it("survives a pod that is evicted and replaced", async () => {
    const stack = await openTestStack([{ name: "api", spec: quick }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec: { ...quick, timeout: "8s" }, values: failing("Evicted") }]);
    const running = stack.apply();
    // The first pod is evicted; its successors are made from what the template says by then, so heal the template.
    await eventually(async () => {
      const pods = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/pods`);
      return pods.text.includes('"Evicted"');
    });
    await stack.patch("deployments/api", {
      spec: { template: { metadata: { annotations: { "sim.headway.dev/fail": null } } } },
    });
    const end = await running;
    expect(end.code, end.all).toBe(0);
  });
});

describe("the event stream of a run that fails", () => {
  it("tells what its schema knows, from the failure to what was skipped", async () => {
    const stack = await openTestStack([
      { name: "db", spec: quick },
      { name: "api", dependsOn: ["db"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([
      { name: "db", spec: quick, values: failing("CrashLoopBackOff") },
      { name: "api", dependsOn: ["db"], values: { tag: "2.0.0" } },
    ]);
    const end = await stack.run("apply", ["--yes", "--progress", "json"]);
    expect(end.code, end.all).toBe(5);
    const events = eventsOf(end.stdout);
    const validate = strictValidator("events");
    for (const event of events) expect(complaints(validate, event), JSON.stringify(event)).toEqual([]);
    const kinds = events.map((event) => String(event["kind"]));
    const inOrder = [
      "run-started",
      "apply-started",
      "apply-finished",
      "health-changed",
      "release-failed",
      "rollback-started",
      "rollback-finished",
      "release-skipped",
      "run-finished",
    ];
    const places = inOrder.map((kind) => kinds.indexOf(kind));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(JSON.stringify(events.find((event) => event["kind"] === "release-failed"))).toContain(
      "fatal: no route to host",
    );
    expect(events.at(-1)).toMatchObject({ outcome: "rolled-back", exitCode: 5 });
  });
});

describe("a quarantined change", () => {
  it("is not tried again, until --retry", async () => {
    const stack = await openTestStack([{ name: "api", spec: quick }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec: quick, values: failing("ImagePullBackOff") }]);
    expect((await stack.apply()).code).toBe(5);
    const since = now();
    const again = await stack.apply();
    expect(again.code, again.all).toBe(5);
    expect(again.all).toMatch(/quarantined/);
    // What was known when it failed is said again, once.
    expect(again.all.match(/ImagePullBackOff \(Deployment .*, Pod api-.*, container app\)/g)).toHaveLength(1);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:superseded 3:deployed");
    // What Headway writes down for itself is no change of the release.
    expect(writesSince(stack, since).filter((write) => !/headway-(state|run)-/.test(write))).toEqual([]);
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/quarantined/);
    const retried = await stack.apply("--retry");
    expect(retried.code, retried.all).toBe(5);
    expect(historyOf(await stack.revisions("api"))).toBe(
      "1:superseded 2:superseded 3:superseded 4:superseded 5:deployed",
    );
  });

  it("is cleared by correcting the declaration, and by taking the change back", async () => {
    const stack = await openTestStack([{ name: "api", spec: quick }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "api", spec: quick, values: failing("ImagePullBackOff") }]);
    expect((await stack.apply()).code).toBe(5);
    stack.declare([{ name: "api", spec: quick, values: { tag: "2.0.0" } }]);
    expect((await stack.apply()).code).toBe(0);
    expect((await stack.cli("status", "--stack", stack.name)).code).toBe(0);

    stack.declare([{ name: "api", spec: quick, values: failing("ImagePullBackOff", { tag: "3.0.0" }) }]);
    expect((await stack.apply()).code).toBe(5);
    const before = historyOf(await stack.revisions("api"));
    stack.declare([{ name: "api", spec: quick, values: { tag: "2.0.0" } }]);
    const reverted = await stack.apply();
    expect(reverted.code, reverted.all).toBe(0);
    // What runs is what is declared again: nothing had to be applied for it.
    expect(historyOf(await stack.revisions("api"))).toBe(before);
    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.code, status.all).toBe(0);
  });

  it("is tried again when a dependency's pin has changed", async () => {
    const db = (tag: string) => ({ name: "db", values: { tag } });
    const api = {
      name: "api",
      dependsOn: ["db"],
      spec: quick,
    };
    const stack = await openTestStack([db("1.0.0"), api]);
    expect((await stack.apply()).code).toBe(0);
    const broken = { ...api, values: failing("ImagePullBackOff") };
    stack.declare([db("1.0.0"), broken]);
    expect((await stack.apply()).code).toBe(5);
    expect((await stack.apply()).code).toBe(5);
    expect(await stack.revisions("api")).toHaveLength(3);
    stack.declare([db("2.0.0"), broken]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(await stack.revisions("api")).toHaveLength(5);
  });
});

describe("a first install that fails", () => {
  it("is kept, blocks its dependents, and is tried again by the next run", async () => {
    const stack = await openTestStack([
      { name: "db", spec: quick, values: failing("ImagePullBackOff") },
      { name: "api", dependsOn: ["db"] },
    ]);
    const first = await stack.apply();
    expect(first.code, first.all).toBe(4);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(await stack.revisions("api")).toEqual([]);
    expect((await stack.cli("why", `${stack.namespace}/api`)).stdout).toMatch(/blocked.*ImagePullBackOff/s);
    const second = await stack.apply();
    expect(second.code, second.all).toBe(4);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
    stack.declare([
      { name: "db", spec: quick },
      { name: "api", dependsOn: ["db"] },
    ]);
    const third = await stack.apply();
    expect(third.code, third.all).toBe(0);
  });

  it("is uninstalled where onFailure says so", async () => {
    const stack = await openTestStack([
      { name: "db", spec: { ...quick, onFailure: "uninstall" }, values: failing("ImagePullBackOff") },
      { name: "api", dependsOn: ["db"] },
    ]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(await stack.revisions("db")).toEqual([]);
    expect(await stack.object("deployments/db")).toBeUndefined();
    const why = await stack.cli("why", `${stack.namespace}/db`);
    expect(why.stdout).toMatch(/ImagePullBackOff/);
    expect(why.stdout).toMatch(/uninstalled/);
  });

  it("becomes Ready when its objects heal late, and frees its dependents in the same run", async () => {
    const stack = await openTestStack([
      { name: "db", spec: { ...quick, timeout: "2s" }, values: failing("never-ready") },
      { name: "other", values: { annotations: { "sim.headway.dev/ready-after": "7s" } } },
      { name: "api", dependsOn: ["db"] },
    ]);
    const running = stack.apply();
    await eventually(async () => {
      const secret = await stack.cluster.kube("/api/v1/namespaces/headway-system/secrets");
      return secret.text.includes(`headway-state-${stack.name}`);
    });
    await stack.patch("deployments/db", {
      spec: { template: { metadata: { annotations: { "sim.headway.dev/fail": null } } } },
    });
    const end = await running;
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    expect((await stack.revisions("db"))[0]?.labels["headway.dev/verified"]).toBe("r1");
    expect((await stack.cli("status", "--stack", stack.name)).code).toBe(0);
  });

  it("becomes Ready in the next run when its objects have healed in between", async () => {
    const stack = await openTestStack([
      { name: "db", spec: { ...quick, timeout: "2s" }, values: failing("never-ready") },
      { name: "api", dependsOn: ["db"] },
    ]);
    expect((await stack.apply()).code).toBe(4);
    await stack.patch("deployments/db", {
      spec: { template: { metadata: { annotations: { "sim.headway.dev/fail": null } } } },
    });
    await eventually(async () => (await stack.object("deployments/db"))?.status?.["availableReplicas"] === 1);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });
});

describe("a rollback that fails", () => {
  it("ends with 7, starts nothing else, and does not loop", async () => {
    const stack = await openTestStack([{ name: "api", spec: { ...quick, timeout: "6s" } }]);
    expect((await stack.apply()).code).toBe(0);
    // Gone for good: what a rollback has to bring back can't become ready under this quota.
    stack.declare([{ name: "api", spec: { ...quick, timeout: "6s" }, values: failing("ImagePullBackOff") }]);
    const running = stack.apply();
    await eventually(async () => (await stack.revisions("api")).length === 2);
    await stack.cluster.kube(`/apis/apps/v1/namespaces/${stack.namespace}/deployments/api`, {
      method: "DELETE",
    });
    const made = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/resourcequotas`, {
      method: "POST",
      body: {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "no-pods" },
        spec: { hard: { pods: "0" } },
      },
    });
    expect(made.status).toBe(201);
    const end = await running;
    expect(end.code, end.all).toBe(7);
    expect(end.all).toMatch(/rollback to revision 1 failed/);
    const revisions = historyOf(await stack.revisions("api"));
    const again = await stack.apply();
    expect([5, 7], again.all).toContain(again.code);
    expect(historyOf(await stack.revisions("api"))).toBe(revisions);
  });
});
