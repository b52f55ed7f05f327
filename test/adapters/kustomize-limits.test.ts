// What an overlay may not reach, in every place where a kustomization can ask for it: addresses, programs, links and paths
// that leave the repository. Each is refused at its line, before kustomize is started.
import { failed } from "../../src/core/failure.ts";
import { describe, expect, it } from "vitest";
import { temporaryFolder, writeTree, type Tree } from "../kit/chart-trees.ts";
import { readOverlay } from "../kit/overlay.ts";

const release =
  "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: api, namespace: shop }\nspec: { chart: ../app }\n";

/** Lines of what is told, without suggestions; kustomize is never asked for. */
async function refusals(tree: Tree): Promise<readonly string[]> {
  let isAskedFor = false;
  const { told, stack } = await readOverlay(tree, "prod", {
    findProgram: () => {
      isAskedFor = true;
      return Promise.resolve(failed({ kind: "program", message: "kustomize was asked for" }));
    },
  });
  expect(stack).toBeUndefined();
  expect(isAskedFor, told).toBe(false);
  return told.split("\n").filter((line) => /^\S+:\d+:\d+ /.test(line));
}

const address = "https://example.org/thing";

/** A kustomization that asks for `%` in every way there is. */
const asking = `resources:
  - %
bases:
  - %
components:
  - %
crds:
  - %
configurations:
  - %
openapi:
  path: %
patches:
  - path: %
patchesStrategicMerge:
  - %
patchesJson6902:
  - path: %
    target: { kind: HelmRelease, name: api, version: v1 }
replacements:
  - path: %
generators:
  - %
transformers:
  - %
validators:
  - %
configMapGenerator:
  - name: a
    files: [key=%]
    envs: [%]
    env: %
secretGenerator:
  - name: b
    files:
      - %
`;

function linesOf(what: string): readonly number[] {
  return asking.split("\n").flatMap((line, index) =>
    line
      .split(what)
      .slice(1)
      .map(() => index + 1),
  );
}

describe("an overlay can't reach", () => {
  it("an address, wherever a kustomization may name one", async () => {
    const found = await refusals({ "prod/kustomization.yaml": asking.replaceAll("%", address) });
    expect(found.map((line) => line.replace(/:\d+ error/, " error"))).toEqual(
      linesOf("%").map((line) => `kustomization.yaml:${line} error ${address} is not in this repository`),
    );
  });

  it("an address that a base asks for, which is told in the base", async () => {
    const found = await refusals({
      "prod/kustomization.yaml": "resources: [../base]\n",
      "base/kustomization.yaml": "resources:\n  - ../common\n",
      "common/kustomization.yaml": "components:\n  - github.com/acme/parts?ref=main\n",
    });
    expect(found).toEqual([
      "../common/kustomization.yaml:2:5 error github.com/acme/parts?ref=main is not in this repository",
    ]);
  });

  it.each([
    ["an absolute path", "/etc/hostname", "/etc/hostname leaves the repository"],
    ["a path above the repository", "../../x.yaml", "../../x.yaml leaves the repository"],
    ["a link to a file elsewhere", "file-link.yaml", "file-link.yaml is a link that leaves the repository"],
    ["a folder behind a link", "folder-link", "folder-link is a link that leaves the repository"],
    [
      "a file behind a linked folder",
      "folder-link/x.yaml",
      "folder-link/x.yaml is a link that leaves the repository",
    ],
  ])("%s, wherever a kustomization may name it", async (_what, written, words) => {
    const elsewhere = temporaryFolder();
    writeTree(elsewhere, { "x.yaml": release, "kustomization.yaml": "resources: [x.yaml]\n" });
    const found = await refusals({
      "prod/kustomization.yaml": asking.replaceAll("%", written),
      "prod/file-link.yaml": { link: `${elsewhere}/x.yaml` },
      "prod/folder-link": { link: elsewhere },
    });
    expect(found.map((line) => line.replace(/:\d+ error/, " error"))).toEqual(
      linesOf("%").map((line) => `kustomization.yaml:${line} error ${words}`),
    );
  });

  it.each([
    ["a program", "apiVersion: v1\nkind: Maker\nmetadata: { name: x }\n", "Maker"],
    [
      "a container in place of a plugin of kustomize's",
      "apiVersion: builtin\nkind: PrefixTransformer\nmetadata:\n  name: x\n  annotations: { config.kubernetes.io/function: 'container: { image: x }' }\n",
      "PrefixTransformer",
    ],
    [
      "helm by way of a generator",
      "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: { name: x }\nname: x\n",
      "HelmChartInflationGenerator",
    ],
  ])("%s, in a file, in a folder, or written in place", async (_what, plugin, kind) => {
    const found = await refusals({
      "prod/kustomization.yaml": `generators: [p.yaml]\nvalidators: [../plugins]\ntransformers:\n  - |\n${plugin.replace(/^(?=.)/gm, "    ")}`,
      "prod/p.yaml": plugin,
      "plugins/kustomization.yaml": "resources: [q.yaml]\n",
      "plugins/q.yaml": plugin,
    });
    const told = `error the plugin ${kind} is not supported: it is not built into kustomize`;
    expect(found.map((line) => line.replace(/:\d+ error/, " error"))).toEqual([
      `../plugins/q.yaml:2 ${told}`,
      `kustomization.yaml:6 ${told}`,
      `p.yaml:2 ${told}`,
    ]);
  });

  it("helm, by the kustomization's own fields", async () => {
    const found = await refusals({
      "prod/kustomization.yaml":
        "resources: [../base]\nhelmCharts:\n  - { name: x, repo: https://example.org }\nhelmGlobals: { chartHome: x }\nhelmChartInflationGenerator: []\n",
      "base/kustomization.yaml": "helmCharts: [{ name: y }]\n",
    });
    expect(found).toEqual([
      "../base/kustomization.yaml:1:1 error helmCharts is not supported: kustomize would start helm for it",
      "kustomization.yaml:2:1 error helmCharts is not supported: kustomize would start helm for it",
      "kustomization.yaml:4:1 error helmGlobals is not supported: kustomize would start helm for it",
      "kustomization.yaml:5:1 error helmChartInflationGenerator is not supported: kustomize would start helm for it",
    ]);
  });
});
