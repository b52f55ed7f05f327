// A commit's files in a private folder: regular ones alone, within bounds, never a checkout; and a stack read from it.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readStackFolder } from "../../../src/adapters/stack-source/read-folder.ts";
import { failureOf } from "../../kit/chart-server-fixture.ts";
import { useGitServer, valueOf } from "./git-fixture.ts";

const { server, wish, remote, open } = await useGitServer();

const neverBuild = (): never => {
  throw new Error("kustomize was asked for");
};

describe("an exported commit", () => {
  it("is its regular files, for their owner alone, until it is released", async () => {
    const { source } = await open();
    const binary = Buffer.from([0, 255, 10, 13, 10, 0]);
    const sha = server.commit({
      "headway.yaml": "x\r\n",
      "deep/er/b.bin": binary,
      empty: "",
      "ünï/ a b.yaml": "y",
    });
    valueOf(await source.fetch(wish()));
    const { root, leftOut, release } = valueOf(await source.export(remote(), sha));
    expect(readFileSync(join(root, "headway.yaml"), "utf8")).toBe("x\r\n");
    expect(readFileSync(join(root, "deep/er/b.bin"))).toEqual(binary);
    expect(readFileSync(join(root, "empty"))).toHaveLength(0);
    expect(readFileSync(join(root, "ünï/ a b.yaml"), "utf8")).toBe("y");
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, "deep/er/b.bin")).mode & 0o777).toBe(0o600);
    expect(leftOut).toEqual({ links: [], submodules: [] });
    await release();
    await release();
    expect(existsSync(root)).toBe(false);
  });

  it("holds no link and no submodule, runs no filter and no hook, and says what it left out", async () => {
    const { source, cacheDir } = await open();
    const canary = join(cacheDir, "canary");
    const links = {
      "values.yaml": "/etc/passwd",
      "up.yaml": "../../secret.yaml",
      charts: "/",
      a: "b",
      b: "a",
    };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(server.work, name));
    mkdirSync(join(server.work, "hooks"));
    writeFileSync(join(server.work, "hooks/post-checkout"), `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 });
    server.git("update-index", "--add", "--cacheinfo", `160000,${"3".repeat(40)},vendor/sub`);
    const sha = server.commit({
      ".gitattributes": "*.yaml filter=evil\n",
      ".gitmodules": '[submodule "sub"]\n\tpath = vendor/sub\n\turl = https://git.example/sub\n',
      "stack.yaml": "a: 1\n",
    });
    // The work folder holds no such submodule, so `git add` has taken it away again.
    server.git("update-index", "--add", "--cacheinfo", `160000,${"3".repeat(40)},vendor/sub`);
    server.git("commit", "--quiet", "-m", "a submodule");
    server.git("push", "--quiet", "--force", server.repository, "HEAD:refs/heads/main");
    const tip = server.git("rev-parse", "HEAD").trim();
    expect(tip).not.toBe(sha);
    valueOf(await source.fetch(wish()));
    const { root, leftOut, release } = valueOf(await source.export(remote(), tip));
    expect(leftOut).toEqual({
      links: Object.keys(links)
        .toSorted()
        .map((path) => ({ path, leadsTo: "elsewhere" })),
      submodules: ["vendor/sub"],
    });
    for (const name of [...Object.keys(links), "vendor"]) expect(existsSync(join(root, name))).toBe(false);
    expect(readFileSync(join(root, "stack.yaml"), "utf8")).toBe("a: 1\n");
    expect(existsSync(canary)).toBe(false);
    for (const entry of readdirSync(root, { recursive: true, encoding: "utf8" }))
      expect(lstatSync(join(root, entry)).isSymbolicLink()).toBe(false);
    await release();
    server.git("rm", "--quiet", "-r", "--cached", ".");
    execFileSync("rm", ["-rf", ...Object.keys(links), "hooks", ".gitmodules", ".gitattributes"], {
      cwd: server.work,
    });
  });

  it("is refused as a whole where it is more than is taken, or has names that mean another file elsewhere", async () => {
    const { source } = await open({ limits: { mostEntries: 10, mostBytes: 5000, largestFileBytes: 1000 } });
    const few = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`n${n}`, `${n}`]));
    const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [few, "git-too-large"],
      [
        Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`n${n}`, `${n}`.repeat(900)])),
        "git-too-large",
      ],
      [{ "a\\..\\b": "x" }, "git-invalid"],
      [{ "a\u001bb": "x" }, "git-invalid"],
    ];
    for (const [index, [files, kind]] of cases.entries()) {
      server.git("checkout", "--quiet", "--orphan", `case-${index}`);
      server.git("rm", "--quiet", "-rf", "--ignore-unmatch", ".");
      const sha = server.commit(files, { branch: "cases" });
      valueOf(await source.fetch(wish({ ref: { kind: "branch", name: "cases" } })));
      const failure = failureOf(await source.export(remote(), sha));
      expect(failure.kind).toBe(kind);
      expect(failure.next).toMatch(/repository/);
      expect(failure.message).not.toMatch(/\p{Cc}/u);
      server.git("rm", "--quiet", "-rf", ".");
    }
  });

  it("has a hole in place of a file that is too large, so that it is seen to be so and is not missing", async () => {
    const { source } = await open({ limits: { largestFileBytes: 1_100_000 } });
    const sha = server.commit({ "large.yaml": "x".repeat(1_200_000), "a.yaml": "a" }, { branch: "large" });
    valueOf(await source.fetch(wish({ ref: { kind: "branch", name: "large" } })));
    const { root, release } = valueOf(await source.export(remote(), sha));
    expect(statSync(join(root, "large.yaml")).size).toBe(1_100_001);
    expect(statSync(join(root, "large.yaml")).blocks).toBe(0);
    const { value } = await readStackFolder(root, {
      buildOverlay: neverBuild,
      repository: { root, remote: server.url, commit: sha, links: [] },
    });
    expect(value?.files.find(({ path }) => path === "large.yaml")?.problem).toBe("too-large");
    await release();
    server.git("rm", "--quiet", "large.yaml");
  });
});

describe("a stack in an exported commit", () => {
  it("is read as in a checkout: its source by remote and path, its commit, and no git is asked", async () => {
    const { source } = await open();
    server.commit({ "stacks/shop/headway.yaml": "a: 1\n", "stacks/shop/r/b.yaml": "b: 1\n" });
    symlinkSync("stacks/shop/r/b.yaml", join(server.work, "linked.yaml"));
    symlinkSync("../shop/r", join(server.work, "stacks/shop/more"));
    symlinkSync("nowhere", join(server.work, "stacks/shop/README"));
    const sha = server.commit({});
    valueOf(await source.fetch(wish()));
    const { root, leftOut, release } = valueOf(await source.export(remote(), sha));
    const { value, diagnostics } = await readStackFolder(join(root, "stacks/shop"), {
      buildOverlay: neverBuild,
      repository: { root, remote: "git@git.example:acme/platform.git", commit: sha, links: leftOut.links },
    });
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      source: "git.example/acme/platform/stacks/shop",
      commit: sha,
      repositoryRoot: root,
      stackPath: "stacks/shop",
      folderName: "shop",
    });
    expect(value?.files.map(({ path, problem }) => [path, problem])).toEqual([
      ["headway.yaml", undefined],
      // A folder of declarations that is not there is no folder without any.
      ["more", "left-out"],
      ["r/b.yaml", undefined],
    ]);
    const whole = await readStackFolder(root, {
      buildOverlay: neverBuild,
      repository: { root, remote: server.url, commit: sha, links: leftOut.links },
    });
    expect(whole.value?.files.find(({ path }) => path === "linked.yaml")?.problem).toBe("left-out");
    await release();
  });
});
