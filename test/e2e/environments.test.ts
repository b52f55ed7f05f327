// The built program on overlays: three environments of one base, from the packaged example and from folders made here.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { headway } from "../kit/cli.ts";
import { freshNamespace, sharedSandbox } from "../kit/sandbox.ts";
import { appChart } from "../kit/stack-folder.ts";

const example = fileURLToPath(new URL("../../examples/environments", import.meta.url));
const overlay = (name: string): string => join(example, "overlays", name);

function repositoryOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-environments-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [path, text] of Object.entries({ ...appChart, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  execFileSync("git", ["init", "-q", folder]);
  return folder;
}

const release = (name: string, spec: string): string =>
  `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n  ${spec}\n`;

describe("environments", () => {
  it.each([
    ["dev", "shop-dev: 6 releases in 4 waves are valid"],
    ["staging", "shop-staging: 7 releases in 5 waves are valid"],
    ["prod", "shop-prod: 8 releases in 5 waves are valid"],
  ])("of the example: %s is a stack", async (name, words) => {
    const end = await headway(["validate", overlay(name)], { kubeconfig: "/nowhere" });
    expect([end.code, end.stdout.trim()], end.all).toEqual([0, words]);
    expect(end.stderr.replace(/^looking for missing dependencies: .*(?:\n|$)/gm, "")).toBe("");
  });

  it("of the example are beside the whole shop, which is valid too", async () => {
    const end = await headway(["validate", join(example, "../shop")], { kubeconfig: "/nowhere" });
    expect([end.code, end.stdout.trim(), end.stderr]).toEqual([
      0,
      "shop: 19 releases in 9 waves are valid",
      "",
    ]);
  });

  it("have graphs of their own", async () => {
    const end = await headway(["graph", overlay("prod")], { kubeconfig: "/nowhere" });
    expect(end.code, end.all).toBe(0);
    for (const id of ["platform/metrics", "platform/gateway", "shop/cart"]) expect(end.stdout).toContain(id);
    expect(end.stdout).toContain("upstream/postgres ~1.9.0");
    const dev = await headway(["graph", overlay("dev")], { kubeconfig: "/nowhere" });
    expect(dev.stdout).not.toMatch(/platform\/metrics|platform\/gateway/);
    expect(dev.stdout).toContain("upstream/postgres ^1.9");
  });

  it("are named where the folder above them was", async () => {
    const end = await headway(["validate", example], { kubeconfig: "/nowhere" });
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toContain("overlays/dev, overlays/prod, overlays/staging");
  });

  it("are locked one by one, beside their kustomization, also where the Stack is the base's", async () => {
    const folder = repositoryOf({
      "base/kustomization.yaml": "resources: [headway.yaml, a.yaml]\n",
      "base/headway.yaml": "apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: shop }\n",
      "base/a.yaml": release("a", "chart: ../charts/app"),
      "prod/kustomization.yaml": "namespace: shop\nresources: [../base]\n",
      "dev/kustomization.yaml": "namespace: shop\nresources: [../base]\n",
    });
    // The last argument is a folder by what is in it, though it could be a release's name.
    const end = await headway(["lock", "--update", "shop/a", "prod"], { cwd: folder });
    expect(end.code, end.all).toBe(0);
    expect(readFileSync(join(folder, "prod/headway.lock"), "utf8")).toContain("shop/a:");
    expect(existsSync(join(folder, "dev/headway.lock"))).toBe(false);
    const unnamed = repositoryOf({
      "prod/kustomization.yaml": "namespace: shop\nresources: [a.yaml]\n",
      "prod/a.yaml": release("a", "chart: ../charts/app"),
    });
    const refused = await headway(["lock", join(unnamed, "prod")]);
    expect(refused.code, refused.all).toBe(3);
    expect(refused.stderr).toContain("a lock needs a stack with a name");
  });

  it("name the patch's line, before anything is asked of a cluster", async () => {
    const folder = repositoryOf({
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": release("a", "chart: ../charts/app"),
      "prod/kustomization.yaml": "namespace: shop\nresources: [../base]\npatches: [{ path: a.yaml }]\n",
      "prod/a.yaml": release("a", "retrys: 1"),
    });
    for (const command of ["validate", "graph", "plan"]) {
      const end = await headway([command, join(folder, "prod")], { kubeconfig: "/nowhere" });
      expect(end.code, end.all).toBe(3);
      expect(end.stderr).toMatch(/^a\.yaml:6:3 error spec\.retrys/m);
      expect(end.all).not.toContain("headway-kustomize-");
    }
  });

  it("are planned with the overlay's values, and with the chart beside the file that names it", async () => {
    const { kubeconfig } = await sharedSandbox();
    const namespace = freshNamespace();
    const folder = repositoryOf({
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": release("a", "chart: ../charts/app\n  values: { replicas: 1 }"),
      "overlays/prod/kustomization.yaml": `namespace: ${namespace}\nresources: [../../base, b.yaml]\npatches: [{ path: a.yaml }]\n`,
      "overlays/prod/a.yaml": release("a", "values: { replicas: 2 }"),
      "overlays/prod/b.yaml": release("b", "chart: ../../charts/app\n  dependsOn: [a]"),
    });
    const end = await headway(["plan", join(folder, "overlays/prod"), "-o", "name"], { kubeconfig });
    expect(end.code, end.all).toBe(0);
    expect(end.stdout).toContain(`${namespace}/a`);
    expect(end.stdout).toContain(`${namespace}/b`);
  });

  it.each<readonly [string, string, string, string]>([
    [
      "a wrong type in a patch",
      "",
      "spec:\n  retries: many",
      "a.yaml:6:12 error spec.retries must be a whole number, but it is text",
    ],
    [
      "an unknown dependency in a patch",
      "",
      "spec:\n  dependsOn: [bb]",
      "a.yaml:6:15 error shop/a depends on shop/bb, which this stack does not declare",
    ],
    [
      "a version in a patch that the chart has not",
      "",
      "spec:\n  version: ^2.0",
      "a.yaml:6:12 error the chart app at ../charts/app has version 1.0.0, but ^2.0 is asked for",
    ],
    [
      "a value in a patch that the chart's schema refuses",
      "",
      "spec:\n  values:\n    config: many",
      "a.yaml:7:13 error values of shop/a: config: must be of type object",
    ],
    [
      "a value in the base that the chart's schema refuses, beside one that a patch sets",
      "  values:\n    replicas: few\n",
      "spec:\n  values:\n    config: { x: z }",
      "../base/a.yaml:8:15 error values of shop/a: replicas: must be of type integer",
    ],
    [
      "a release that a patch deletes and another one needs",
      "",
      "$patch: delete",
      "../base/b.yaml:7:15 error shop/b depends on shop/a, which a patch deletes\n    a.yaml:5:1 deleted here",
    ],
    [
      "a cycle of which a patch is the last part",
      "",
      "spec:\n  dependsOn: [b]",
      "a.yaml:6:15 error dependency cycle: shop/a → shop/b → shop/a\n    ../base/b.yaml:7:15 shop/b depends on shop/a",
    ],
    [
      "a patch of a name that is not there",
      "",
      "metadata: { name: aa }",
      "a.yaml:3:19 error this patch fits nothing: there is no HelmRelease aa without a namespace",
    ],
  ])("are told of %s at the line that is to blame", async (_what, more, patch, told) => {
    const schema = { properties: { replicas: { type: "integer" }, config: { type: "object" } } };
    const head = "apiVersion: headway.dev/v1\nkind: HelmRelease\n";
    const folder = repositoryOf({
      "charts/app/values.schema.json": JSON.stringify(schema),
      "base/kustomization.yaml": "resources: [a.yaml, b.yaml]\n",
      "base/a.yaml": `${release("a", "chart: ../charts/app")}${more}`,
      "base/b.yaml": release("b", "chart: ../charts/app\n  dependsOn: [a]"),
      "prod/kustomization.yaml": "namespace: shop\nresources: [../base]\npatches: [{ path: a.yaml }]\n",
      "prod/a.yaml": patch.startsWith("metadata")
        ? `${head}${patch}\n`
        : `${head}metadata:\n  name: a\n${patch}\n`,
    });
    const end = await headway(["validate", join(folder, "prod")], { env: { LANG: "C.UTF-8" } });
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toContain(told);
    expect(end.stderr).toContain("1 error in 1 file");
  });

  it("need kustomize: without it nothing is touched, and the next step is told", async () => {
    const end = await headway(["validate", overlay("dev")], {
      env: { HEADWAY_KUSTOMIZE: "/nowhere/kustomize" },
    });
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toContain("/nowhere/kustomize");
    expect(end.stderr).toContain("→ Name the program's own file");
    const plain = repositoryOf({
      "a.yaml": release("a", "chart: ./charts/app").replace("name: a", "name: a\n  namespace: x"),
    });
    const other = await headway(["validate", plain], { env: { HEADWAY_KUSTOMIZE: "/nowhere/kustomize" } });
    expect(other.code, other.all).toBe(0);
  });

  it("need a kustomize that is not too old, and read nothing of git's own", async () => {
    const folder = repositoryOf({
      "prod/kustomization.yaml": "resources:\n  - ../.git/config\n",
      "old/kustomize": "#!/bin/sh\necho v4.5.7\n",
    });
    const refused = await headway(["validate", join(folder, "prod")]);
    expect(refused.code, refused.all).toBe(3);
    expect(refused.stderr).toContain("kustomization.yaml:2:5 error ../.git/config is");
    chmodSync(join(folder, "old/kustomize"), 0o755);
    const named = { HEADWAY_KUSTOMIZE: join(folder, "old/kustomize") };
    const old = await headway(["validate", overlay("dev")], { env: named });
    expect(old.code, old.all).toBe(3);
    expect(old.stderr).toMatch(/names .*old\/kustomize, which is v4\.5\.7; kustomize >=5\S* <6\S* is needed/);
  });
});
