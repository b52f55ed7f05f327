// A stack's files from real folders and real git repositories.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readStackFolder } from "../../src/adapters/stack-source/read-folder.ts";
import type { StackFolder } from "../../src/engine/ports.ts";
import { sourceIdentity } from "../../src/core/declarations/source-identity.ts";
import { temporaryFolder, writeTree, type Tree } from "../kit/chart-trees.ts";

/** No kustomization is in these folders. */
const neverBuild = (): never => {
  throw new Error("kustomize was asked for");
};

async function read(folder: string, packageRoot?: string): Promise<StackFolder> {
  const { value, diagnostics } = await readStackFolder(folder, {
    ...(packageRoot === undefined ? {} : { packageRoot }),
    buildOverlay: neverBuild,
  });
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return value;
}

async function pathsIn(tree: Tree): Promise<readonly string[]> {
  const folder = temporaryFolder();
  writeTree(folder, tree);
  return (await read(folder)).files.map(({ path, problem }) =>
    problem === undefined ? path : `${path}: ${problem}`,
  );
}

function git(folder: string, ...args: readonly string[]): void {
  execFileSync("git", ["-C", folder, ...args], { stdio: "pipe" });
}

const patterns = (...list: readonly string[]): string =>
  `apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: s }\nspec: { releases: ${JSON.stringify(list)} }\n`;

describe("the files of a stack", () => {
  it("are every YAML file below it, in a fixed order, without charts, hidden folders and node_modules", async () => {
    expect(
      await pathsIn({
        "b.yaml": "",
        "a.yml": "",
        "sub/deep/c.YAML": "",
        "sub/readme.md": "",
        "headway.yaml": "",
        "charts/orders/Chart.yaml": "",
        "charts/orders/templates/x.yaml": "",
        "charts/orders/charts/sub/values.yaml": "",
        "charts/index.yaml": "",
        ".github/workflow.yaml": "",
        ".hidden.yaml": "",
        "node_modules/x/a.yaml": "",
        "values.yaml": "",
      }),
    ).toEqual(["a.yml", "b.yaml", "charts/index.yaml", "headway.yaml", "sub/deep/c.YAML", "values.yaml"]);
  });

  it("are those that spec.releases names, and headway.yaml", async () => {
    expect(
      await pathsIn({
        "headway.yaml": patterns("releases/**/*.yaml", "./extra/{one,two}.yml", ".hidden/?.yaml"),
        "releases/a.yaml": "",
        "releases/x/y/b.yaml": "",
        "releases/x/chart/Chart.yaml": "",
        "releases/x/chart/values.yaml": "",
        "releases/.secret/c.yaml": "",
        "releases/d.txt": "",
        "extra/one.yml": "",
        "extra/three.yml": "",
        "other.yaml": "",
        ".hidden/h.yaml": "",
        ".hidden/long.yaml": "",
      }),
    ).toEqual([".hidden/h.yaml", "extra/one.yml", "headway.yaml", "releases/a.yaml", "releases/x/y/b.yaml"]);
  });

  it("may be links that stay inside, each file is read once, and loops end", async () => {
    expect(
      await pathsIn({
        "real/a.yaml": "",
        "linked.yaml": { link: "hidden/b.txt" },
        "hidden/b.txt": "",
        "again.yaml": { link: "real/a.yaml" },
        "loop/up": { link: ".." },
        folder: { link: ".store" },
        ".store/c.yaml": "",
        self: { link: "self" },
      }),
    ).toEqual(["folder/c.yaml", "linked.yaml", "real/a.yaml"]);
  });

  it("may not be links that leave the repository or lead nowhere", async () => {
    const elsewhere = temporaryFolder();
    writeTree(elsewhere, { "a.yaml": "secret", "plain.txt": "" });
    expect(
      await pathsIn({
        "file.yaml": { link: join(elsewhere, "a.yaml") },
        folder: { link: elsewhere },
        "gone.yaml": { link: "nowhere" },
        "text.txt": { link: join(elsewhere, "plain.txt") },
        "headway.yaml": { link: join(elsewhere, "a.yaml") },
      }),
    ).toEqual([
      "file.yaml: outside-repository",
      "folder: outside-repository",
      "gone.yaml: unreadable",
      "headway.yaml: outside-repository",
    ]);
  });

  it("are read up to their cap, as UTF-8, and never block", async () => {
    const folder = temporaryFolder();
    writeTree(folder, {
      "bom.yaml": "\uFEFFa: é",
      "large.yaml": `# ${"x".repeat(2_000_000)}`,
      "full.yaml": "x".repeat(1_048_576),
      "latin1.yaml": Buffer.from([0x61, 0x3a, 0x20, 0xe9]),
    });
    execFileSync("mkfifo", [join(folder, "pipe.yaml"), join(folder, "pipe")]);
    writeTree(folder, { "headway.yaml": { link: "pipe" } });
    const { files } = await read(folder);
    expect(files.map(({ path, problem, text }) => [path, problem, text.length])).toEqual([
      ["bom.yaml", undefined, 5],
      ["full.yaml", undefined, 1_048_576],
      ["headway.yaml", "unreadable", 0],
      ["large.yaml", "too-large", 1_048_577],
      ["latin1.yaml", "not-utf8", 4],
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("that can't be read are named", async () => {
    const folder = temporaryFolder();
    writeTree(folder, { "a.yaml": "", "closed/b.yaml": "" });
    chmodSync(join(folder, "a.yaml"), 0);
    chmodSync(join(folder, "closed"), 0);
    const { files } = await read(folder);
    chmodSync(join(folder, "closed"), 0o755);
    expect(files.map(({ path, problem }) => [path, problem])).toEqual([
      ["a.yaml", "unreadable"],
      ["closed", "unreadable"],
    ]);
  });
});

describe("a stack's folder", () => {
  it("stands for itself outside of git", async () => {
    const folder = temporaryFolder();
    writeTree(folder, { "shop/a.yaml": "" });
    expect(await read(join(folder, "shop"))).toMatchObject({
      folderName: "shop",
      stackRoot: join(folder, "shop"),
      repositoryRoot: join(folder, "shop"),
      stackPath: "",
      source: `local:${join(folder, "shop")}`,
    });
  });

  it("belongs to the package that brings it, where that is no repository", async () => {
    const folder = temporaryFolder();
    writeTree(folder, { "examples/shop/a.yaml": "" });
    expect(await read(join(folder, "examples/shop"), folder)).toMatchObject({
      repositoryRoot: folder,
      stackPath: "examples/shop",
      source: `local:${join(folder, "examples/shop")}`,
    });
  });

  it("has its repository's remote and its path as source, whichever way it is reached", async () => {
    const folder = temporaryFolder();
    const repository = join(folder, "repo");
    writeTree(folder, { "repo/clusters/prod/a.yaml": "", link: { link: "repo/clusters/prod" } });
    git(folder, "init", "-q", "repo");
    expect(await read(join(repository, "clusters/prod"))).toMatchObject({
      source: `local:${join(repository, "clusters/prod")}`,
      repositoryRoot: repository,
    });
    git(repository, "remote", "add", "upstream", "https://example.org/other/repo");
    git(repository, "remote", "add", "origin", "https://ana:token@GitHub.com/acme/fleet.git");
    const wanted = {
      folderName: "prod",
      stackRoot: join(repository, "clusters/prod"),
      repositoryRoot: repository,
      stackPath: "clusters/prod",
      source: "github.com/acme/fleet/clusters/prod",
    };
    expect(await read(join(repository, "clusters/prod"))).toMatchObject(wanted);
    expect(await read(join(folder, "link"))).toMatchObject(wanted);
    expect(await read(repository)).toMatchObject({ stackPath: "", source: "github.com/acme/fleet" });
  });

  it("is told where it can't be read", async () => {
    const folder = temporaryFolder();
    writeTree(folder, { "headway.yaml": "", "broken/a.yaml": "" });
    mkdirSync(join(folder, "broken/.git"));
    const codes = async (path: string): Promise<readonly string[]> =>
      (await readStackFolder(path, { buildOverlay: neverBuild })).diagnostics.map(
        ({ code, suggestion }) => `${code}: ${suggestion ?? ""}`,
      );
    expect(await codes(join(folder, "nowhere"))).toEqual([
      "no-folder: name the folder that holds the declarations",
    ]);
    expect(await codes(join(folder, "headway.yaml"))).toEqual([`not-a-folder: name its folder: ${folder}`]);
    expect(await codes(join(folder, "broken"))).toEqual([expect.stringMatching(/^git-failed: /)]);
  });
});

describe("a remote's identity", () => {
  it.each([
    ["https://github.com/acme/fleet.git", "github.com/acme/fleet/a"],
    ["https://user:pa:ss@github.com/acme/fleet", "github.com/acme/fleet/a"],
    ["git@github.com:acme/fleet.git", "github.com/acme/fleet/a"],
    ["ssh://git@github.com:22/acme/fleet.git", "github.com/acme/fleet/a"],
    ["git+ssh://git@github.com/acme/fleet/", "github.com/acme/fleet/a"],
    ["https://gitlab.example:8443/group/sub/repo.git/", "gitlab.example/group/sub/repo/a"],
    ["git@[::1]:acme/fleet.git", "[::1]/acme/fleet/a"],
    ["github.com:acme/fleet", "github.com/acme/fleet/a"],
    ["file:///srv/git/fleet.git", "local:/srv/git/fleet/a"],
    ["/srv/git/fleet.git", "local:/srv/git/fleet/a"],
    ["../fleet.git", "local:/repo/../fleet/a"],
  ])("of %s is %s", (remote, wanted) => {
    expect(sourceIdentity(remote, "/repo", "a")).toBe(wanted);
  });
});
