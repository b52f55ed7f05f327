// The read commands: status and why in every form against their schemas, completion, version, graph.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { headway, headwayProgram } from "../kit/cli.ts";
import { sharedSandbox } from "../kit/sandbox.ts";
import { openTestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const broken = {
  spec: { timeout: "20s", failFast: { imagePull: "1s" } },
  values: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } },
};

describe("status and why", () => {
  it("tell the same in every form, as their schemas say", async () => {
    const stack = await openTestStack([
      { name: "db", ...broken },
      { name: "api", dependsOn: ["db"] },
      { name: "web", dependsOn: ["api"] },
      { name: "mail" },
    ]);
    expect((await stack.apply()).code).toBe(4);
    const id = (name: string): string => `${stack.namespace}/${name}`;
    const read = (command: string, ...flags: readonly string[]) =>
      stack.cli(command, "--stack", stack.name, ...flags);

    const json = await read("status", "-o", "json");
    expect(json.code, json.all).toBe(4);
    const list = JSON.parse(json.stdout) as {
      readonly items: readonly { readonly release: string; readonly state: string }[];
    };
    expect(complaints(strictValidator("status"), list)).toEqual([]);
    expect(Object.fromEntries(list.items.map(({ release, state }) => [release, state]))).toEqual({
      [id("db")]: "Failed",
      [id("api")]: "Blocked",
      [id("web")]: "Blocked",
      [id("mail")]: "Ready",
    });
    const yaml = parse((await read("status", "-o", "yaml")).stdout) as typeof list;
    expect(yaml.items.map((item) => item.release)).toEqual(list.items.map((item) => item.release));
    const names = (await read("status", "-o", "name")).stdout.trim().split("\n");
    expect(names.toSorted()).toEqual(["api", "db", "mail", "web"].map(id));
    for (const format of ["table", "wide"])
      expect((await read("status", "-o", format)).stdout).toMatch(/api .*Blocked/);
    const elsewhere = await read("status", "-n", "kube-system", "-o", "json");
    expect(elsewhere.code, elsewhere.all).toBe(0);
    expect((JSON.parse(elsewhere.stdout) as typeof list).items).toEqual([]);
    expect((await read("status", "-n", "kube-system")).stderr).toContain(
      "no releases of Headway in the namespace kube-system",
    );

    for (const target of [[], [id("web")], [id("mail")]]) {
      const why = await stack.cli("why", ...target, "--stack", stack.name, "-o", "json");
      expect(why.code, why.all).toBe(0);
      expect(complaints(strictValidator("why"), JSON.parse(why.stdout))).toEqual([]);
    }
    const chain = JSON.parse((await stack.cli("why", id("web"), "-o", "json")).stdout) as {
      readonly items: readonly {
        readonly chain: readonly { readonly release: string }[];
        readonly root: { readonly release: string; readonly state: string };
      }[];
    };
    expect(chain.items[0]?.chain.map(({ release }) => release)).toEqual([id("web"), id("api"), id("db")]);
    expect(chain.items[0]?.root).toMatchObject({ release: id("db"), state: "Failed" });
    expect((await stack.cli("why", id("mail"))).stdout).toMatch(/ready/);
    const unknown = await stack.cli("why", `${stack.namespace}/nobody`);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain(id("db"));
  });

  it("say that a namespace does not exist: nothing there to be healthy is no success", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    for (const command of ["status", "why"]) {
      const typo = await stack.cli(command, "--stack", stack.name, "-n", `${stack.namespace}x`);
      expect(typo.code, typo.all).toBe(3);
      expect(typo.stdout).toBe("");
      expect(typo.stderr).toContain(`there is no namespace "${stack.namespace}x"`);
      expect(typo.stderr).toContain(`did you mean ${stack.namespace}?`);
    }
  });

  it("say that a stack does not exist, and which one may have been meant", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    for (const argv of [["status"], ["status", "-o", "json"], ["why"]]) {
      const typo = await stack.cli(...argv, "--stack", `${stack.name}x`);
      expect(typo.code, typo.all).toBe(3);
      expect(typo.stdout).toBe("");
      expect(typo.stderr).toContain(`there is no stack "${stack.name}x"`);
      expect(typo.stderr).toContain(`did you mean ${stack.name}?`);
    }
  });

  it("need no folder and are 0 where all is Ready", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    const status = await headway(["status", "-n", stack.namespace], {
      kubeconfig: stack.cluster.kubeconfig,
      cwd: "/",
    });
    expect(status.code, status.all).toBe(0);
  });
});

describe("commands that need no cluster", () => {
  it.each(["bash", "zsh", "fish"])("print a completion script for %s", async (shell) => {
    const end = await headway(["completion", shell]);
    expect(end.code).toBe(0);
    for (const word of ["apply", "destroy", "status", "sandbox"]) expect(end.stdout).toContain(word);
  });

  it("complete in a real bash: commands, options, their values, and releases of the folder", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const script = join(stack.folder, "completion.bash");
    writeFileSync(script, (await headway(["completion", "bash"])).stdout);
    // The script asks the program that is being completed.
    const program = `headway() { "${process.execPath}" "${headwayProgram}" "$@"; }`;
    const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { stdout, stderr } = await execa(
        "bash",
        [
          "--norc",
          "-euc",
          `${program}; source "$1"; shift; COMP_WORDS=(headway "$@"); COMP_CWORD=$(($#)); _headway; printf '%s\n' "\${COMPREPLY[@]}"`,
          "bash",
          script,
          ...words,
        ],
        { cwd: stack.folder },
      );
      expect(stderr).toBe("");
      return stdout.split("\n");
    };
    const ids = [`${stack.namespace}/api`, `${stack.namespace}/db`];
    expect(await complete("app")).toEqual(["apply"]);
    expect(await complete("apply", "--dry")).toEqual(["--dry-run"]);
    expect(await complete("sandbox", "u")).toEqual(["up"]);
    expect(await complete("plan", "-o", "ma")).toEqual(["markdown"]);
    expect(await complete("apply", "--order", "")).toEqual(["dependencies", "waves"]);
    expect(await complete("values", "")).toEqual(ids);
    expect(await complete("history", "")).toEqual(ids);
    expect(await complete("plan", "--only", "")).toEqual(ids);
    expect(await complete("plan", "--only", ids[0] ?? "", "")).toEqual([ids[1]]);
    expect(await complete("plan", "--only", ids[0] ?? "", "--with-depende")).toEqual(["--with-dependencies"]);
    expect(await complete("destroy", "--keep", `${stack.namespace}/d`)).toEqual([ids[1]]);
    expect(await complete("plan", "--kubeconfig", "headway.ya")).toEqual(["headway.yaml"]);
  });

  it("give a completion script the releases of a folder, and nothing where it can't be read", async () => {
    const stack = await openTestStack([{ name: "db", dependsOn: ["nobody"] }]);
    const names = await headway(["complete-releases", "--", "plan", `${stack.folder}/`, "--only"], {
      cwd: "/",
    });
    expect(names).toMatchObject({ code: 0, stdout: `${stack.namespace}/db`, stderr: "" });
    const none = await headway(["complete-releases", "--", "plan", "/nowhere/", "--help"], { cwd: "/" });
    expect(none).toMatchObject({ code: 0, all: "" });
    expect((await headway(["--help"])).stdout).not.toContain("complete-releases");
  });

  it("tell versions", async () => {
    const text = await headway(["version"]);
    expect(text.stdout).toMatch(/^headway \d+\.\d+\.\d+ \(Node 24\./);
    const json = JSON.parse((await headway(["version", "-o", "json"])).stdout) as object;
    expect(json).toMatchObject({
      headway: expect.stringMatching(/^\d/) as string,
      node: process.versions.node,
    });
    expect((await headway(["--help"])).stdout).toContain("apply");
    expect((await headway(["--version"])).code).toBe(0);
  });

  it("draw the graph", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const graph = (format: string) =>
      headway(["graph", stack.folder, "-o", format], { kubeconfig: "/nowhere" });
    expect((await graph("dot")).stdout).toMatch(/^digraph/);
    expect((await graph("mermaid")).stdout).toMatch(/^(graph|flowchart)/m);
    expect((await graph("text")).stdout).toContain(`${stack.namespace}/api`);
    expect(complaints(strictValidator("graph"), JSON.parse((await graph("json")).stdout))).toEqual([]);
  });

  it("say that there is nothing where there is nothing", async () => {
    const { kubeconfig } = await sharedSandbox();
    const end = await headway(["status", "-n", "kube-public"], { kubeconfig });
    expect(end.code, end.all).toBe(0);
    expect(end.all).toMatch(/no releases/);
  });
});
