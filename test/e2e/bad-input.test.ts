// Declarations and folders that can't be used: every finding at its place, exit code 3, nothing touched.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { headway, type CliEnd } from "../kit/cli.ts";
import { freshNamespace, sharedSandbox } from "../kit/sandbox.ts";
import { appChart } from "../kit/stack-folder.ts";

const head = (name: string): string =>
  `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: ${name}, namespace: shop }\n`;
const release = (name: string, spec = ""): string =>
  `${head(name)}spec:\n  chart: ../charts/app\n${spec === "" ? "" : `  ${spec}\n`}`;

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-bad-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [path, text] of Object.entries({ ...appChart, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** `validate`, with no cluster in reach, and `apply`, with one: both must say the same. */
async function bothSay(folder: string): Promise<CliEnd> {
  const validated = await headway(["validate", folder], { kubeconfig: "/nowhere" });
  const applied = await headway(["apply", folder, "--yes", "--progress", "plain"], {
    kubeconfig: "/nowhere",
  });
  expect([validated.code, applied.code], validated.all + applied.all).toEqual([3, 3]);
  expect(applied.stderr).toBe(validated.stderr);
  return validated;
}

describe("declarations that can't be read", () => {
  it.each([
    ["a mapping that is not closed", `${head("a")}spec: { chart: ../charts/app\n`, /a\.yaml:\d+:\d+/],
    ["a tab for indentation", `${head("a")}spec:\n\tchart: ../charts/app\n`, /a\.yaml:5:\d+/],
    ["an alias to nowhere", `${head("a")}spec: { chart: *nowhere }\n`, /nowhere/],
    ["a key twice", `${head("a")}spec:\n  chart: ../charts/app\n  chart: ../charts/app\n`, /a\.yaml:6:3/],
    ["an unknown field", release("a", "dependOn: [b]"), /did you mean.*dependsOn/s],
    ["a field of another type", release("a", "timeout: [5m]"), /a\.yaml:6:\d+.*timeout/],
    ["a word that is none of a choice", release("a", "onFailure: rollbck"), /did you mean.*rollback/s],
    ["a duration that is none", release("a", "timeout: 5 minutes"), /timeout/],
    ["a kind that is unknown", head("a").replace("HelmRelease", "HelmRelaese"), /HelmRelaese/],
    ["another version of the API", head("a").replace("dev/v1", "dev/v9"), /headway\.dev\/v9/],
    [
      "no name",
      "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: {}\nspec: { chart: ../charts/app }\n",
      /name/,
    ],
    ["a chart that is not there", release("a").replace("charts/app", "charts/gone"), /charts\/gone/],
    ["a chart outside", release("a").replace("../charts/app", "../../../../etc"), /outside|leaves/],
    ["a version that the chart does not have", release("a", "version: ^2.0.0"), /1\.0\.0/],
    ["a dependency that does not exist", release("a", "dependsOn: [b]"), /a\.yaml:6:\d+.*b/],
  ])("with %s are named at their place", async (_what, text, words) => {
    const end = await bothSay(folderOf({ "releases/a.yaml": text }));
    expect(end.stderr).toMatch(words);
    expect(end.stderr).toMatch(/releases\/a\.yaml:\d+:\d+/);
  });

  it("are all told at once", async () => {
    const end = await bothSay(
      folderOf({
        "releases/a.yaml": release("a", "timeuot: 5m"),
        "releases/b.yaml": release("b", "dependsOn: [cc]"),
        "releases/c.yaml": release("c", "retries: many"),
      }),
    );
    for (const file of ["a", "b", "c"]) expect(end.stderr).toContain(`releases/${file}.yaml:`);
  });

  it("are refused where two documents declare one release, or one Helm release, with both places", async () => {
    const twice = await bothSay(
      folderOf({ "releases/a.yaml": `${release("a")}---\n${release("b")}`, "releases/z.yaml": release("a") }),
    );
    expect(twice.stderr).toMatch(/releases\/a\.yaml:\d+/);
    expect(twice.stderr).toMatch(/releases\/z\.yaml:\d+/);
    const sameKey = await bothSay(
      folderOf({ "releases/a.yaml": release("a"), "releases/b.yaml": release("b", "releaseName: a") }),
    );
    expect(sameKey.stderr).toMatch(/releases\/b\.yaml:\d+/);
  });

  it.each([1, 2, 20])("with a cycle of %i show the whole of it", async (length) => {
    const names = Array.from({ length }, (_, index) => `r${index}`);
    const files = Object.fromEntries(
      names.map((name, index) => [
        `releases/${name}.yaml`,
        release(name, `dependsOn: [${names[(index + 1) % length] ?? ""}]`),
      ]),
    );
    const end = await bothSay(folderOf(files));
    for (const name of names) expect(end.stderr).toContain(`shop/${name}`);
    expect(end.stderr).toMatch(/releases\/r\d+\.yaml:6:\d+/);
  });

  it("say in which namespace a dependency of that name is", async () => {
    const end = await bothSay(
      folderOf({
        "releases/a.yaml": release("a", "dependsOn: [db]"),
        "releases/db.yaml": release("db").replace("shop", "data"),
      }),
    );
    expect(end.stderr).toContain("data/db");
  });
});

describe("a folder", () => {
  it("that is not there, or is a file, is named", async () => {
    const folder = folderOf({});
    for (const dir of [join(folder, "nowhere"), join(folder, "charts/app/Chart.yaml")]) {
      const end = await bothSay(dir);
      expect(end.stderr).toContain(dir);
    }
  });

  it("without a declaration is no stack", async () => {
    const end = await headway(["validate", folderOf({})]);
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toMatch(/HelmRelease|declar/);
  });

  it("may be called anything", async () => {
    const { kubeconfig, kube } = await sharedSandbox();
    const namespace = freshNamespace();
    const folder = join(folderOf({}), "My Stück (2)");
    mkdirSync(join(folder, "charts/app/templates"), { recursive: true });
    for (const [path, text] of Object.entries(appChart)) writeFileSync(join(folder, path), text);
    writeFileSync(
      join(folder, "a.yaml"),
      release("a").replace("../charts", "./charts").replace("namespace: shop", `namespace: ${namespace}`),
    );
    onTestFinished(async () => {
      await kube(`/api/v1/namespaces/${namespace}`, { method: "DELETE" });
    });
    const first = await headway(["apply", folder, "--yes", "--progress", "plain"], { kubeconfig });
    expect(first.code, first.all).toBe(0);
    const second = await headway(["apply", folder, "--yes", "--progress", "plain"], { kubeconfig });
    expect(second.all).toMatch(/1 unchanged/);
  });
});

describe("a command line that can't be used", () => {
  it.each([
    [["aply"], /did you mean.*apply|apply/is],
    [["apply", "--nonsense"], /nonsense/],
    [["apply", "--order", "sideways"], /sideways/],
    [["apply", "--concurrency", "0"], /concurrency/],
    [["graph", "-o", "xml"], /xml/],
    [["status", "-o", "xml"], /xml/],
    [["apply", "one", "two"], /arguments/],
  ])("%j ends with 3 and says what is wrong", async (argv, words) => {
    const end = await headway(argv);
    expect(end.code, end.all).toBe(3);
    expect(end.stdout).toBe("");
    expect(end.stderr).toMatch(words);
  });
});
