// Charts in folders of a repository: what is pinned, what is refused and where the finding points.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { openCharts } from "../../../src/adapters/charts/chart-pins.ts";
import type { ChartWish } from "../../../src/core/charts/lock.ts";
import type { Diagnostic } from "../../../src/core/diagnostic.ts";
import type { PinnedChart } from "../../../src/core/pin.ts";
import { packChart, runHelm, temporaryFolder, writeTree, type Tree } from "../../kit/chart-trees.ts";

const head = (name: string, version = "1.0.0", more = ""): string =>
  `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`;

const needs = (name: string, version: string, repository: string): string =>
  `dependencies:\n  - name: ${name}\n    version: "${version}"\n    repository: "${repository}"\n`;

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  chart: {{ .Chart.Name }}-{{ .Chart.Version }}\n`;

function wish(path: string, version?: string): ChartWish {
  return {
    chart: { kind: "path", path, written: `./${path}` },
    chartRange: { file: "releases/app.yaml", line: 6, column: 10 },
    ...(version === undefined
      ? {}
      : { version, versionRange: { file: "releases/app.yaml", line: 7, column: 12 } }),
  };
}

function repository(tree: Tree): string {
  const root = temporaryFolder();
  writeTree(root, tree);
  return root;
}

async function pin(root: string, path = "app", version?: string): Promise<PinnedChart> {
  const result = await openCharts({ repositoryRoot: root, cacheDir: `${root}/.cache` }).resolve(
    wish(path, version),
  );
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

async function refuse(root: string, path = "app", version?: string): Promise<readonly Diagnostic[]> {
  const result = await openCharts({ repositoryRoot: root, cacheDir: `${root}/.cache` }).inspect(
    wish(path, version),
  );
  if (!result.ok) throw new Error(result.failure.message);
  expect(result.value.value).toBeUndefined();
  return result.value.diagnostics;
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort();

describe("a chart is pinned", () => {
  test("by its metadata, its digest and a private copy that later edits do not reach", async () => {
    const root = repository({
      "app/Chart.yaml": head("app", "1.4.0", 'appVersion: "2.0"\nkubeVersion: ">=1.30.0-0"\n'),
      "app/values.yaml": "replicas: 1\n",
    });
    const chart = await pin(root);
    expect(chart).toMatchObject({
      name: "app",
      version: "1.4.0",
      appVersion: "2.0",
      kubeVersion: ">=1.30.0-0",
    });
    expect(chart.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(chart.folder).toBe(`${root}/.cache/charts/${chart.digest}`);
    writeFileSync(`${root}/app/values.yaml`, "replicas: 2\n");
    expect(readFileSync(`${chart.folder}/values.yaml`, "utf8")).toBe("replicas: 1\n");
  });

  test("with a digest that follows contents and names, not times, modes or ignored files", async () => {
    const root = repository({
      "app/Chart.yaml": head("app"),
      "app/.helmignore": "*.md\n",
      "app/files/run.sh": "echo\n",
    });
    const { digest } = await pin(root);
    chmodSync(`${root}/app/files/run.sh`, 0o755);
    utimesSync(`${root}/app/files/run.sh`, 1, 1);
    writeFileSync(`${root}/app/NOTES.md`, "ignored");
    expect((await pin(root)).digest).toBe(digest);
    writeFileSync(`${root}/app/files/run.sh`, "echo 2\n");
    expect((await pin(root)).digest).not.toBe(digest);
  });

  test("with a digest that tells apart files whose names and contents join to the same text", async () => {
    const one = repository({ "app/Chart.yaml": head("app"), "app/a": "b", "app/c": "d" });
    const two = repository({ "app/Chart.yaml": head("app"), "app/a": "bc", "app/d": "" });
    expect((await pin(one)).digest).not.toBe((await pin(two)).digest);
  });

  test("once per path, however many ask", async () => {
    const root = repository({ "app/Chart.yaml": head("app") });
    const charts = openCharts({ repositoryRoot: root, cacheDir: `${root}/.cache` });
    const first = await charts.resolve(wish("app"));
    writeTree(root, { "app/Chart.yaml": head("app", "2.0.0") });
    const others = await Promise.all(["app", "./app", "x/../app"].map((path) => charts.resolve(wish(path))));
    for (const other of others) expect(other).toEqual(first);
  });

  test("into a copy that is made again where it was damaged, and left alone where it was not", async () => {
    const root = repository({ "app/Chart.yaml": head("app"), "app/values.yaml": "a: 1\n" });
    const { folder } = await pin(root);
    writeFileSync(`${folder}/values.yaml`, "a: 2\n");
    writeFileSync(`${folder}/left-over`, "");
    await pin(root);
    expect(filesBelow(folder)).toEqual(["Chart.yaml", "values.yaml"]);
    expect(readFileSync(`${folder}/values.yaml`, "utf8")).toBe("a: 1\n");
    expect(readdirSync(`${root}/.cache/charts`)).toHaveLength(1);
  });

  test("from two openings at once into one copy", async () => {
    const root = repository({ "app/Chart.yaml": head("app") });
    const [one, two] = await Promise.all([pin(root), pin(root)]);
    expect(one).toEqual(two);
    expect(readdirSync(`${root}/.cache/charts`)).toEqual([one.digest]);
  });

  test("where links stay inside the repository", async () => {
    const root = repository({
      "app/Chart.yaml": head("app"),
      "app/files/shared.conf": { link: "../../shared/x.conf" },
      "app/files/folder": { link: "../../shared" },
      "shared/x.conf": "x",
    });
    expect(filesBelow((await pin(root)).folder)).toEqual([
      "Chart.yaml",
      "files/folder/x.conf",
      "files/shared.conf",
    ]);
  });

  test("as an old chart too: apiVersion v1 with a requirements.yaml", async () => {
    const root = repository({
      "app/Chart.yaml": "apiVersion: v1\nname: app\nversion: 1.0.0\n",
      "app/requirements.yaml": needs("base", "1.x", "file://../base"),
      "base/Chart.yaml": head("base"),
    });
    expect(filesBelow((await pin(root)).folder)).toContain("charts/base/Chart.yaml");
  });
});

describe("dependencies", () => {
  const chain: Tree = {
    "app/Chart.yaml": head("app", "1.0.0", needs("web", "^1.0", "file://../web")),
    "app/.helmignore": "*.txt\n",
    "app/templates/a.yaml": configMap("app"),
    "web/Chart.yaml": head("web", "1.2.0", needs("lib", ">=0.1.0, <1.0.0", "file://../lib")),
    "web/templates/a.yaml": configMap("web"),
    "web/files/kept.txt": "the parent's .helmignore is not for its dependencies",
    "lib/Chart.yaml": head("lib", "0.1.0", "type: library\n"),
    "lib/templates/_a.tpl": `{{- define "lib.x" }}{{ end }}`,
  };

  test("by file:// are put into the private copy, theirs too, and nothing is written in place", async () => {
    const root = repository(chain);
    const before = filesBelow(root);
    const { folder } = await pin(root);
    expect(filesBelow(folder)).toEqual([
      "Chart.yaml",
      "charts/web/Chart.yaml",
      "charts/web/charts/lib/Chart.yaml",
      "charts/web/charts/lib/templates/_a.tpl",
      "charts/web/files/kept.txt",
      "charts/web/templates/a.yaml",
      "templates/a.yaml",
    ]);
    expect(filesBelow(root).filter((path) => !path.startsWith(".cache/"))).toEqual(before);
    expect(await runHelm("template", "app", folder)).toContain("chart: web-1.2.0");
  });

  test("change the digest of what depends on them", async () => {
    const root = repository(chain);
    const { digest } = await pin(root);
    writeTree(root, { "lib/templates/_a.tpl": "changed" });
    expect((await pin(root)).digest).not.toBe(digest);
  });

  test("vendored as a folder or an archive are used as they are", async () => {
    const root = repository({
      "app/Chart.yaml": head(
        "app",
        "1.0.0",
        needs("db", "1.x", "https://charts.example.com") +
          `  - { name: web, version: "*", repository: "oci://registry.example.com/charts", alias: front }\n`,
      ),
      "app/charts/db/Chart.yaml": head("db", "1.9.0"),
      "app/charts/db/templates/a.yaml": configMap("db"),
      "app/charts/web-3.0.0.tgz": packChart("web", {
        "Chart.yaml": head("web", "3.0.0"),
        "templates/a.yaml": configMap("web"),
      }),
    });
    const rendered = await runHelm("template", "app", (await pin(root)).folder);
    expect(rendered).toContain("chart: db-1.9.0");
    expect(rendered).toContain("chart: front-3.0.0");
  });

  test("vendored in a version that no longer fits are replaced by the folder they come from", async () => {
    const root = repository({
      "app/Chart.yaml": head("app", "1.0.0", needs("db", "^2.0", "file://../db")),
      "app/charts/db-1.0.0.tgz": packChart("db", { "Chart.yaml": head("db", "1.0.0") }),
      "db/Chart.yaml": head("db", "2.0.1"),
    });
    expect(filesBelow((await pin(root)).folder)).toEqual(["Chart.yaml", "charts/db/Chart.yaml"]);
  });

  test.each([
    ["a remote repository", needs("db", "1.x", "https://charts.example.com"), "chart-dependency-missing"],
    ["no repository", needs("db", "1.x", ""), "chart-dependency-missing"],
    ["a folder that is not there", needs("db", "1.x", "file://../nowhere"), "chart-dependency-missing"],
    ["a folder outside", needs("db", "1.x", "file:///"), "chart-dependency-outside"],
    ["another name", needs("db", "1.x", "file://../other"), "chart-dependency-name"],
    ["another version", needs("other", "2.x", "file://../other"), "chart-dependency-version"],
    ["no readable range", needs("other", "newest", "file://../other"), "chart-dependency-version"],
    ["itself", needs("app", "1.x", "file://../app"), "chart-dependency-cycle"],
  ])("with %s are refused at their line", async (_what, dependencies, code) => {
    const root = repository({
      "app/Chart.yaml": head("app", "1.0.0", dependencies),
      "other/Chart.yaml": head("other"),
    });
    const [diagnostic, ...others] = await refuse(root);
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({
      severity: "error",
      code,
      range: { file: "app/Chart.yaml", line: 5, column: 11 },
    });
    expect(diagnostic?.suggestion).toBeTruthy();
  });

  test("that go round in a circle are refused with the whole way", async () => {
    const root = repository({
      "app/Chart.yaml": head("app", "1.0.0", needs("a", "*", "file://../a")),
      "a/Chart.yaml": head("a", "1.0.0", needs("b", "*", "file://../b")),
      "b/Chart.yaml": head("b", "1.0.0", needs("a", "*", "file://../a")),
    });
    expect((await refuse(root))[0]?.message).toContain("a → b → a");
  });
});

describe("a chart is refused", () => {
  test.each<[string, Tree, string, Partial<Diagnostic>]>([
    ["is not there", {}, "chart-missing", { range: { file: "releases/app.yaml", line: 6, column: 10 } }],
    ["is a file", { app: "x" }, "chart-missing", {}],
    ["has no Chart.yaml", { "app/values.yaml": "" }, "chart-yaml-missing", {}],
    ["has a Chart.yaml that is not YAML", { "app/Chart.yaml": "name: [\n" }, "chart-yaml-invalid", {}],
    ["has no name", { "app/Chart.yaml": "apiVersion: v2\nversion: 1.0.0\n" }, "chart-yaml-invalid", {}],
    ["has a name with a slash", { "app/Chart.yaml": head("a/b") }, "chart-yaml-invalid", {}],
    ["has no version", { "app/Chart.yaml": "apiVersion: v2\nname: app\n" }, "chart-yaml-invalid", {}],
    [
      "has a version that is none",
      { "app/Chart.yaml": head("app", "newest") },
      "chart-yaml-invalid",
      { range: { file: "app/Chart.yaml", line: 3, column: 10 } },
    ],
    [
      "is of an unknown API",
      { "app/Chart.yaml": "apiVersion: v9\nname: a\nversion: 1.0.0\n" },
      "chart-yaml-invalid",
      {},
    ],
    ["is a library", { "app/Chart.yaml": head("app", "1.0.0", "type: library\n") }, "chart-library", {}],
    [
      "has a bad .helmignore",
      { "app/Chart.yaml": head("app"), "app/.helmignore": "a\nb/**\n" },
      "chart-helmignore",
      {
        range: { file: "app/.helmignore", line: 2, column: 1 },
      },
    ],
    [
      "has a link out of the repository",
      { "app/Chart.yaml": head("app"), "app/x": { link: "/etc/hostname" } },
      "chart-link",
      {},
    ],
    [
      "has a link to nowhere",
      { "app/Chart.yaml": head("app"), "app/x": { link: "nowhere" } },
      "chart-link",
      {},
    ],
    ["has a link to itself", { "app/Chart.yaml": head("app"), "app/x": { link: "x" } }, "chart-link", {}],
    ["has a link back up", { "app/Chart.yaml": head("app"), "app/x/y": { link: "../" } }, "chart-link", {}],
    [
      "has files that fill a record of Helm's",
      { "app/Chart.yaml": head("app"), "app/model.bin": randomBytes(900_000) },
      "chart-record-too-large",
      {},
    ],
    [
      "has a huge file",
      { "app/Chart.yaml": head("app"), "app/x": Buffer.alloc(5 * 1024 * 1024 + 1) },
      "chart-too-large",
      {},
    ],
  ])("that %s", async (_what, tree, code, more) => {
    const diagnostics = await refuse(repository(tree));
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: "error", code, ...more });
    expect(diagnostics[0]?.suggestion).toBeTruthy();
  });

  test("that lies outside the repository, by its path or by a link", async () => {
    const root = repository({
      "repository/linked": { link: "../app" },
      "app/Chart.yaml": head("app"),
    });
    expect((await refuse(`${root}/repository`, "../app"))[0]?.code).toBe("chart-outside");
    expect((await refuse(`${root}/repository`, "linked"))[0]?.code).toBe("chart-outside");
  });

  test("that holds a named pipe, without waiting for a writer", async () => {
    const root = repository({ "app/Chart.yaml": head("app") });
    execFileSync("mkfifo", [`${root}/app/pipe`]);
    expect((await refuse(root))[0]?.code).toBe("chart-irregular-file");
  });

  test("with everything that is wrong in its Chart.yaml at once", async () => {
    const root = repository({ "app/Chart.yaml": "apiVersion: v9\nname: app\nversion: x\ntype: game\n" });
    expect((await refuse(root)).map((diagnostic) => diagnostic.range?.line)).toEqual([1, 3, 4]);
  });

  test("in words that a failure carries, with the place and the next step", async () => {
    const root = repository({ "app/Chart.yaml": head("app", "newest") });
    const result = await openCharts({ repositoryRoot: root, cacheDir: `${root}/.cache` }).resolve(
      wish("app"),
    );
    expect(result).toMatchObject({
      ok: false,
      failure: {
        kind: "render",
        message: "reading the chart ./app: newest is not a version that Helm can read (app/Chart.yaml:3)",
        next: "write a semantic version, for example 1.4.0",
      },
    });
  });

  test("when its version is not the one asked for, and for one asker only", async () => {
    const root = repository({ "app/Chart.yaml": head("app", "1.4.0") });
    expect((await pin(root, "app", "^1.2")).version).toBe("1.4.0");
    expect(await refuse(root, "app", "^2")).toMatchObject([
      { code: "chart-version-mismatch", range: { file: "releases/app.yaml", line: 7, column: 12 } },
    ]);
  });

  test("as a failure of the world where the cache can't be written", async () => {
    const root = repository({ "app/Chart.yaml": head("app"), cache: "a file" });
    const result = await openCharts({ repositoryRoot: root, cacheDir: `${root}/cache` }).inspect(wish("app"));
    expect(result).toMatchObject({ ok: false, failure: { kind: "unknown" } });
  });

  test("with nothing left behind", async () => {
    const root = repository({ "app/Chart.yaml": head("app", "newest") });
    await refuse(root);
    expect(existsSync(`${root}/.cache`)).toBe(false);
  });
});
