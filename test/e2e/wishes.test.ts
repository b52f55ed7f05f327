// What persons want beside what is declared: suspend, resume and retry, from a kubeconfig alone, on a real cluster.
import { describe, expect, it } from "vitest";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf, openTestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const next = { tag: "2.0.0" };
const quick = { timeout: "20s", failFast: { imagePull: "1s" } };

describe("a release that a person suspended", () => {
  it("is left alone with its change, and what depends on it goes on", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const db = `${stack.namespace}/db`;
    expect((await stack.apply()).code).toBe(0);
    const told = await stack.cli("suspend", db, "--reason", "migration by hand");
    expect(told.code, told.all).toBe(0);
    expect(told.stdout).toBe(`${db} is suspended until it is resumed`);

    stack.declare([
      { name: "db", values: next },
      { name: "api", dependsOn: ["db"], values: next },
    ]);
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/db.*suspended by \S+@\S+ since \S+: migration by hand/);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:deployed");

    const status = await stack.cli("status", "--stack", stack.name, "-o", "json");
    expect(status.code, status.all).toBe(0);
    const list = JSON.parse(status.stdout) as { readonly items: readonly { readonly release: string }[] };
    expect(complaints(strictValidator("status"), list)).toEqual([]);
    expect(list.items.find(({ release }) => release === db)).toMatchObject({
      state: "Suspended",
      suspension: { reason: "migration by hand" },
    });
    expect((await stack.cli("why", db)).stdout).toContain("migration by hand");

    const resumed = await stack.cli("resume", "db", "--stack", stack.name, "--reason", "it is migrated");
    expect(resumed.stdout).toBe(`${db} is resumed`);
    const words = /resumed by \S+@\S+ since \S+: it is migrated/;
    expect((await stack.cli("status", "--stack", stack.name)).stdout).toMatch(words);
    expect((await stack.run("plan")).stdout).toMatch(words);
    expect((await stack.apply()).code).toBe(0);
    expect((await stack.cli("status", "--stack", stack.name)).stdout).not.toMatch(words);
    const history = await stack.cli("history", db);
    expect(history.stdout, history.all).toMatch(/resumed: by \S+@\S+: it is migrated/);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
  }, 300_000);

  it("is so only until the time that was said", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    expect((await stack.cli("suspend", `${stack.namespace}/db`, "--until", "3s")).code).toBe(0);
    stack.declare([{ name: "db", values: next }]);
    await eventually(async () => {
      expect((await stack.apply()).code).toBe(0);
      return historyOf(await stack.revisions("db")) === "1:superseded 2:deployed";
    });
  });
});

describe("a release that a person suspends while a run is under way", () => {
  it("does not start any more, and what depends on it goes on while it is healthy as it is", async () => {
    const [db, api, web] = [
      { name: "db" },
      { name: "api", dependsOn: ["db"] },
      { name: "web", dependsOn: ["api"] },
    ];
    const stack = await openTestStack([db, api, web]);
    expect((await stack.apply()).code).toBe(0);
    const slow = { ...next, annotations: { "sim.headway.dev/ready-after": "20s" } };
    stack.declare([
      { ...db, values: slow },
      { ...api, values: next },
      { ...web, values: next },
    ]);
    const running = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await eventually(async () => historyOf(await stack.revisions("db")) === "1:superseded 2:deployed");
    const told = await stack.cli("suspend", `${stack.namespace}/api`, "--reason", "incident");
    expect(told.code, told.all).toBe(0);
    const end = await running;
    expect(end.exitCode, end.all).toBe(0);
    const held = eventsOf(end.stdout).find(({ hold }) => hold === "suspended");
    expect(held).toMatchObject({ release: `${stack.namespace}/api`, state: "Suspended" });
    expect(complaints(strictValidator("events"), held)).toEqual([]);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    for (const name of ["db", "web"])
      expect(historyOf(await stack.revisions(name))).toBe("1:superseded 2:deployed");

    expect((await stack.cli("resume", `${stack.namespace}/api`)).code).toBe(0);
    expect((await stack.apply()).code).toBe(0);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:deployed");
  }, 300_000);
});

describe("a stack that a person suspended", () => {
  it("is left alone as a whole, and a run that is under way stops before its next step", async () => {
    const slow = { annotations: { "sim.headway.dev/ready-after": "6s" } };
    const stack = await openTestStack([
      { name: "db", values: slow },
      { name: "api", dependsOn: ["db"] },
    ]);
    const running = startHeadway(["apply", stack.folder, "--yes", "--progress", "plain"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await eventually(async () => historyOf(await stack.revisions("db")) === "1:deployed");
    const told = await stack.cli("suspend", "--all", "--stack", stack.name, "--reason", "incident");
    expect(told.code, told.all).toBe(0);
    const end = await running;
    expect(end.exitCode, end.all).toBe(130);
    expect(end.all).toContain("the stack was suspended");
    // What had begun came to its end.
    expect((await stack.revisions("db"))[0]?.labels["headway.dev/verified"]).toBe("r1");
    expect(await stack.revisions("api")).toEqual([]);

    const kept = await stack.apply();
    expect(kept.code, kept.all).toBe(0);
    expect(await stack.revisions("api")).toEqual([]);
    expect((await stack.cli("resume", "--all", "--stack", stack.name)).stdout).toBe(
      `the stack ${stack.name} is resumed`,
    );
    expect((await stack.apply()).code).toBe(0);
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
  });
});

describe("a quarantine that a person lifts", () => {
  it("is tried again by the next apply", async () => {
    const stack = await openTestStack([{ name: "api", spec: quick }]);
    expect((await stack.apply()).code).toBe(0);
    const pulling = { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
    stack.declare([{ name: "api", spec: quick, values: pulling }]);
    expect((await stack.apply()).code).toBe(5);
    expect((await stack.apply()).code).toBe(5);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:superseded 3:deployed");
    const told = await stack.cli("retry", `${stack.namespace}/api`, "--reason", "registry is back");
    expect(told.stdout).toBe(`${stack.namespace}/api is tried again by the next apply`);
    expect((await stack.cli("status", "--stack", stack.name)).stdout).toMatch(/Pending.*registry is back/);
    expect((await stack.apply()).code).toBe(5);
    expect((await stack.revisions("api")).length).toBe(5);
    // That failure is a new one.
    expect((await stack.cli("status", "--stack", stack.name)).stdout).toMatch(/RolledBack/);
  });
});

describe("a wish that can't be understood", () => {
  it("is refused with what was meant, and changes nothing", async () => {
    const stack = await openTestStack([{ name: "postgres" }]);
    expect((await stack.apply()).code).toBe(0);
    const refusals = [
      [["suspend", `${stack.namespace}/postgers`], `did you mean ${stack.namespace}/postgres?`],
      [["suspend", "nothing-like-it"], "see headway status"],
      [["retry"], "name releases (NS/NAME)"],
      [["suspend"], "or --all for the whole stack"],
      [["suspend", "postgres", "--all"], "releases and --all were both given"],
      [["suspend", "--all", "--stack", `${stack.name}x`], `did you mean ${stack.name}?`],
      [["suspend", `${stack.namespace}/postgres`, "--until", "yesterday"], "is neither a time"],
      [["suspend", `${stack.namespace}/postgres`, "--until", "2020-01-01T00:00:00Z"], "is over already"],
    ] as const;
    for (const [argv, words] of refusals) {
      const end = await stack.cli(...argv);
      expect(end.code, end.all).toBe(3);
      expect(end.stderr).toContain(words);
    }
    expect((await stack.cli("status", "--stack", stack.name)).stdout).toContain("Ready");
  });
});
