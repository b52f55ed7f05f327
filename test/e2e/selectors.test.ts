// Releases picked by their labels: -l on every command that takes it, and what is said where it picks nothing.
import { describe, expect, it } from "vitest";
import { headway } from "../kit/cli.ts";
import { eventually } from "../kit/sandbox.ts";
import { openTestStack, type TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const shop = [
  { name: "db", labels: { tier: "data" } },
  { name: "api", dependsOn: ["db"], labels: { team: "payments", tier: "back" } },
  { name: "web", dependsOn: ["api"], labels: { team: "shop", tier: "front" } },
  { name: "mail" },
] as const;

type Item = { readonly release: string; readonly verdict?: string; readonly labels?: object };

function itemsOf(stdout: string): readonly Item[] {
  return (JSON.parse(stdout) as { readonly items: readonly Item[] }).items;
}

const graph = async (stack: TestStack, ...flags: readonly string[]): Promise<readonly string[]> => {
  const end = await stack.run("graph", ["-o", "json", ...flags], { kubeconfig: "/nowhere" });
  expect(end.code, end.all).toBe(0);
  expect(complaints(strictValidator("graph"), JSON.parse(end.stdout))).toEqual([]);
  return itemsOf(end.stdout).map(({ release }) => release.replace(`${stack.namespace}/`, ""));
};

describe("a selector", () => {
  it("picks what graph shows, with dependencies where asked", async () => {
    const stack = await openTestStack(shop);
    expect(await graph(stack, "-l", "team")).toEqual(["api", "web"]);
    expect(await graph(stack, "--selector", "tier in (front,data)")).toEqual(["db", "web"]);
    expect(await graph(stack, "-l", "!tier")).toEqual(["mail"]);
    expect(await graph(stack, "-l", "team=shop", "--with-dependencies")).toEqual(["db", "api", "web"]);
    expect(await graph(stack, "--only", "api")).toEqual(["api"]);
    const text = await stack.run("graph", ["-l", "team=shop"]);
    expect(text.stdout).toContain(`← ${stack.namespace}/api`);
    expect(text.stdout).toContain("1 of 4 releases, 3 waves");
    const dot = await stack.run("graph", ["-l", "team", "-o", "dot"]);
    expect(dot.stdout).toContain(`"${stack.namespace}/api" -> "${stack.namespace}/web"`);
    expect(dot.stdout).not.toContain("/db");
    const labels = itemsOf((await stack.run("graph", ["-o", "json"])).stdout).map((item) => item.labels);
    expect(labels).toEqual([shop[0].labels, undefined, shop[1].labels, shop[2].labels]);
  });

  it("picks what plan and apply act on, and what status and why tell of", async () => {
    const stack = await openTestStack(shop);
    const plan = itemsOf((await stack.run("plan", ["-l", "team=payments", "-o", "json"])).stdout);
    expect(plan.filter(({ verdict }) => verdict === "install").map(({ release }) => release)).toEqual([
      `${stack.namespace}/api`,
    ]);
    const end = await stack.apply("-l", "team=payments", "--with-dependencies");
    expect(end.code, end.all).toBe(0);
    expect(await Promise.all(["db", "api", "web", "mail"].map((one) => stack.revisions(one)))).toMatchObject([
      [{ revision: 1 }],
      [{ revision: 1 }],
      [],
      [],
    ]);
    expect((await stack.apply()).code).toBe(0);

    const read = (command: string, ...flags: readonly string[]) =>
      stack.cli(command, "--stack", stack.name, ...flags);
    const status = await read("status", "-l", "tier notin (front)", "-o", "json");
    expect(status.code, status.all).toBe(0);
    expect(complaints(strictValidator("status"), JSON.parse(status.stdout))).toEqual([]);
    expect(itemsOf(status.stdout).map(({ release }) => release)).toEqual(
      ["db", "mail", "api"].map((name) => `${stack.namespace}/${name}`),
    );
    expect(itemsOf(status.stdout)[2]?.labels).toEqual(shop[1].labels);
    expect((await read("status", "-o", "wide")).stdout).toContain("team=payments,tier=back");
    const nobody = await read("status", "-l", "team=payment");
    expect(nobody.code, nobody.all).toBe(3);
    expect(nobody.stderr).toContain("team=payments (1), team=shop (1)");

    const fails = { metadata: { annotations: { "sim.headway.dev/fail": "CrashLoopBackOff" } } };
    await stack.patch("deployments/db", {
      spec: { template: fails, strategy: { type: "Recreate", rollingUpdate: null } },
    });
    const roots = async (selector: string): Promise<readonly string[]> => {
      const why = await read("why", "-l", selector, "-o", "json");
      const { items } = JSON.parse(why.stdout) as {
        readonly items: readonly { readonly root: { readonly release: string } }[];
      };
      return items.map(({ root }) => root.release);
    };
    await eventually(async () => (await roots("tier=data")).includes(`${stack.namespace}/db`));
    expect(await roots("tier=front")).toEqual([]);
    expect((await read("why", `${stack.namespace}/api`, "-l", "team")).code).toBe(3);
  });

  it("is read anew when labels change and nothing else does", async () => {
    const stack = await openTestStack([{ name: "db", labels: { team: "a" } }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "db", labels: { team: "b" } }]);
    expect((await stack.apply()).code).toBe(0);
    expect(await stack.revisions("db")).toHaveLength(1);
    expect((await stack.cli("status", "--stack", stack.name, "-l", "team=b")).code).toBe(0);
  });

  it("that is wrong, picks nothing or meets --only is a mistake of usage, told before a cluster is asked", async () => {
    const stack = await openTestStack(shop);
    const told = async (command: string, ...flags: readonly string[]): Promise<string> => {
      const end = await stack.run(command, flags, { kubeconfig: "/nowhere" });
      expect(end.code, end.all).toBe(3);
      return end.stderr;
    };
    for (const command of ["graph", "plan", "apply"]) {
      expect(await told(command, "-l", "team=")).toContain(
        "the labels there are: team=payments (1), team=shop (1), tier=back (1)",
      );
      expect(await told(command, "-l", "team in payments")).toContain(
        'At character 9: expected "(", found "payments"',
      );
      expect(await told(command, "-l", "")).toContain("it is empty");
      expect(await told(command, "-l", "team", "-l", "tier")).toContain("given twice");
      expect(await told(command, "-l", "team", "--only", "api")).toContain("cannot be used with");
    }
    stack.declare([{ name: "db" }]);
    expect(await told("plan", "-l", "team")).toContain("add metadata.labels");
  });
});

describe("an option that only says more of another one", () => {
  it.each([
    ["graph --with-dependencies", "--with-dependencies was given alone"],
    ["plan --with-dependencies", "try: name releases with --only or -l, or leave it out"],
    ["apply --yes --with-dependencies", "--with-dependencies was given alone"],
    ["destroy --yes --with-dependents", "--with-dependents was given alone"],
    ["index --outdated --vendor", "'--vendor' cannot be used with option '--outdated'"],
    ["status -A -n shop", "'-A, --all-namespaces' cannot be used with option '-n, --namespace <name>'"],
  ])("is a mistake in `%s`, found before anything is read", async (line, words) => {
    const end = await headway(line.split(" "), { kubeconfig: "/nowhere" });
    expect(end.code, end.all).toBe(3);
    expect(end.stdout).toBe("");
    expect(end.stderr).toContain(words);
  });
});
