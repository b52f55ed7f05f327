// Every command that offers JSON is held to a schema, strictly; and commands that need no cluster load nothing of it.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Command } from "commander";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeProgram } from "../../src/cli/program.ts";
import type { World } from "../../src/cli/world.ts";
import { headway } from "../kit/cli.ts";
import { openTestStack, type TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

type Run = { readonly schema: string; readonly argv: (stack: TestStack) => readonly string[] };

/** How each command is asked for JSON, and the schema of what it prints. A new one that offers JSON belongs here. */
const runs: Readonly<Record<string, readonly Run[]>> = {
  validate: [{ schema: "diagnostics", argv: ({ folder }) => ["validate", folder] }],
  graph: [{ schema: "graph", argv: ({ folder }) => ["graph", folder] }],
  values: [
    {
      schema: "values",
      argv: ({ folder, namespace }) => ["values", `${namespace}/db`, folder, "--origins", "--all"],
    },
  ],
  plan: [{ schema: "plan", argv: ({ folder }) => ["plan", folder] }],
  status: [{ schema: "status", argv: ({ name }) => ["status", "--stack", name] }],
  why: [
    { schema: "why", argv: ({ name }) => ["why", "--stack", name] },
    { schema: "why", argv: ({ namespace }) => ["why", `${namespace}/api`] },
  ],
  history: [
    { schema: "history", argv: ({ name }) => ["history", "--stack", name] },
    { schema: "history", argv: ({ name }) => ["history", "run:1", "--stack", name] },
    { schema: "history", argv: ({ namespace }) => ["history", `${namespace}/db`] },
  ],
  index: [
    { schema: "index-changes", argv: ({ folder }) => ["index", folder] },
    { schema: "outdated", argv: ({ folder }) => ["index", folder, "--outdated"] },
  ],
  lock: [{ schema: "lock-changes", argv: ({ folder }) => ["lock", folder] }],
  doctor: [
    { schema: "doctor", argv: ({ folder }) => ["doctor", folder] },
    { schema: "recovery", argv: ({ folder }) => ["doctor", folder, "--recovery"] },
  ],
  version: [{ schema: "version", argv: () => ["version"] }],
  "sandbox status": [{ schema: "sandbox", argv: () => ["sandbox", "status", "--name", "there-is-none"] }],
};

function offeringJson(command: Command, path: readonly string[] = []): readonly string[] {
  const offers = command.options.some(
    ({ long, argChoices }) => long === "--output" && argChoices?.includes("json") === true,
  );
  return [
    ...(offers ? [path.join(" ")] : []),
    ...command.commands.flatMap((inner) => offeringJson(inner, [...path, inner.name()])),
  ];
}

describe("JSON", () => {
  it("has a schema for every command that offers it", async () => {
    // Registering commands asks nothing of the world but its version.
    const program = await makeProgram({ version: "0.0.0" } as unknown as World);
    expect(offeringJson(program).toSorted()).toEqual(Object.keys(runs).toSorted());
  });

  it("is what its schema says, to the last field", async () => {
    const fails = { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
    const stack = await openTestStack([
      {
        name: "db",
        labels: { tier: "data" },
        spec: { timeout: "20s", failFast: { imagePull: "1s" } },
        values: fails,
      },
      { name: "api", dependsOn: ["db"] },
    ]);
    expect((await stack.apply()).code).toBe(4);
    for (const [command, list] of Object.entries(runs))
      for (const { schema, argv } of list) {
        const end = await stack.cli(...argv(stack), "-o", "json");
        expect([0, 4], `${command}: ${end.all}`).toContain(end.code);
        const document = JSON.parse(end.stdout) as { readonly apiVersion: string; readonly kind: string };
        expect(complaints(strictValidator(schema), document), command).toEqual([]);
        expect(document.apiVersion, command).toBe("headway.dev/v1");
        expect(document.kind, command).toMatch(/^[A-Z]/);
      }
  });

  it("of validate holds every mistake with its place, and nothing else is said", async () => {
    const stack = await openTestStack([
      { name: "db", dependsOn: ["nobody"] },
      { name: "api", spec: { chrat: "x" } },
    ]);
    const end = await stack.run("validate", ["-o", "json"]);
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toBe("");
    const document = JSON.parse(end.stdout) as {
      readonly valid: boolean;
      readonly items: readonly { readonly code: string; readonly range?: { readonly file: string } }[];
    };
    expect(complaints(strictValidator("diagnostics"), document)).toEqual([]);
    expect(document.valid).toBe(false);
    expect(document.items.find(({ code }) => code === "unknown-dependency")?.range?.file).toMatch(
      /-db\.yaml$/,
    );
    expect(document.items.length).toBeGreaterThan(1);
  });
});

describe("schema", () => {
  it("lists every schema there is and prints each by name or kind", async () => {
    const names = readdirSync(join(root, "schemas")).map((file) => file.replace(".schema.json", ""));
    const list = await headway(["schema", "-o", "name"]);
    expect(list.stdout.split("\n")).toEqual(names.toSorted());
    const table = await headway(["schema"]);
    expect(table.stdout).toMatch(/^plan +Plan +What `headway plan/m);
    for (const asked of ["helmrelease", "HelmRelease", "ReleaseStatusList", "events"]) {
      const end = await headway(["schema", asked]);
      expect(end.code, end.all).toBe(0);
      expect(JSON.parse(end.stdout)).toMatchObject({ $schema: expect.any(String) as string });
    }
    const wrong = await headway(["schema", "helmrelase"]);
    expect(wrong.code, wrong.all).toBe(3);
    expect(wrong.stderr).toContain("did you mean helmrelease?");
    expect(wrong.stdout).toBe("");
  });
});

describe("a command that needs no cluster", () => {
  it.each([["version"], ["schema"], ["validate"], ["graph"]])(
    "%s loads no library of it",
    async (command) => {
      const stack = await openTestStack([{ name: "db" }]);
      const folder = mkdtempSync(join(tmpdir(), "headway-imports-"));
      onTestFinished(() => {
        rmSync(folder, { recursive: true, force: true });
      });
      const hook = join(folder, "tell-imports.mjs");
      writeFileSync(
        hook,
        `import { registerHooks } from "node:module";
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    process.stderr.write("loads " + found.url + "\\n");
    return found;
  },
});
`,
      );
      const flags = command === "validate" ? ["--no-foresight"] : [];
      const withFolder = command === "validate" || command === "graph" ? [stack.folder, ...flags] : [];
      const end = await execa(
        process.execPath,
        ["--import", pathToFileURL(hook).href, join(root, "src/headway.ts"), command, ...withFolder],
        { reject: false },
      );
      expect(end.exitCode, end.stderr).toBe(0);
      const loaded = end.stderr.split("\n").filter((line) => line.startsWith("loads "));
      expect(loaded.join("\n")).toContain("/commander/");
      expect(loaded.filter((line) => /client-node|adapters\/(?:cluster|helm)\//.test(line))).toEqual([]);
    },
  );
});
