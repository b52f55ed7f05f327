// Overlays through the real kustomize: what a stack becomes, and every mistake at the place where a person made it.
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { failed } from "../../src/core/failure.ts";
import { temporaryFolder, writeTree, type Tree } from "../kit/chart-trees.ts";
import { readOverlay } from "../kit/overlay.ts";

function release(name: string, spec: string, metadata = ""): string {
  return `apiVersion: headway.dev/v1
kind: HelmRelease
metadata:
  name: ${name}${metadata}
spec:
${spec.replace(/^/gm, "  ")}
`;
}

const base: Tree = {
  "base/kustomization.yaml": "resources:\n  - headway.yaml\n  - releases.yaml\n",
  "base/headway.yaml":
    "apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: shop }\nspec: { defaults: { namespace: shop } }\n",
  "base/releases.yaml": `# two in one file
${release("db", "chart: ../charts/db\nversion: ^1.0.0")}---
${release("api", "chart: ../charts/api\ndependsOn: [db]\nvalues:\n  replicas: 1\n  image:\n    tag: 1.0.0\n  hosts: [a, b]")}`,
};

/** An overlay `prod` over the base above. */
function prod(kustomization: string, more: Tree = {}): Tree {
  return { ...base, "prod/kustomization.yaml": `resources: [../base]\n${kustomization}`, ...more };
}

async function told(tree: Tree, dir = "prod"): Promise<string> {
  return (await readOverlay(tree, dir)).told;
}

function valuesOf(read: Awaited<ReturnType<typeof readOverlay>>, id: string): unknown {
  const found = read.stack?.declarations.find((one) => one.id === id);
  return found?.values.flatMap((source) => (source.kind === "layer" ? [source.layer.tree] : []));
}

describe("an overlay", () => {
  it("is the stack: its patches change values, versions and dependencies, add and remove releases", async () => {
    const read = await readOverlay(
      prod("", {
        "prod/kustomization.yaml": `resources:
  - ../base
  - cache.yaml
  - old.yaml
patches:
  - path: api.yaml
  - target: { kind: HelmRelease, name: db }
    patch: |-
      - op: replace
        path: /spec/version
        value: ^2.0.0
  - patch: |-
      apiVersion: headway.dev/v1
      kind: HelmRelease
      metadata: { name: old }
      $patch: delete
`,
        "prod/cache.yaml": release("cache", "chart: ./cache"),
        "prod/old.yaml": release("old", "chart: ./old"),
        "prod/api.yaml": release(
          "api",
          "dependsOn: [db, cache]\nvalues:\n  replicas: 3\n  image: { pull: Always }\n  hosts: [c]",
        ),
      }),
      "prod",
    );
    expect(read.told).toBe("");
    expect(read.stack).toMatchObject({ name: "shop", hasDocument: true });
    expect(read.stack?.declarations.map(({ id, version }) => [id, version])).toEqual([
      ["shop/api", undefined],
      ["shop/cache", undefined],
      ["shop/db", "^2.0.0"],
    ]);
    const [api, cache, db] = read.stack?.declarations ?? [];
    expect(api?.dependsOn.map(({ id }) => id)).toEqual(["shop/db", "shop/cache"]);
    expect(valuesOf(read, "shop/api")).toEqual([
      { replicas: 3, image: { tag: "1.0.0", pull: "Always" }, hosts: ["c"] },
    ]);
    // Paths are those of the file that says them.
    expect([api?.chart, cache?.chart, db?.chart]).toMatchObject([
      { path: "charts/api" },
      { path: "prod/cache" },
      { path: "charts/db" },
    ]);
  });

  it("sets namespaces, labels and prefixes, and leaves dependsOn as it is", async () => {
    const read = await readOverlay(
      prod("namespace: live\nnamePrefix: p-\nlabels: [{ pairs: { team: web } }]\n"),
      "prod",
    );
    expect(read.told).toBe("");
    expect(read.stack?.name).toBe("p-shop");
    expect(
      read.stack?.declarations.map(({ id, labels, dependsOn }) => [id, labels, dependsOn[0]?.id]),
    ).toEqual([
      ["live/p-api", { team: "web" }, "live/db"],
      ["live/p-db", { team: "web" }, undefined],
    ]);
  });

  it("renames dependsOn too where a configuration of kustomize says that it holds names", async () => {
    const read = await readOverlay(
      prod("namePrefix: p-\nconfigurations: [names.yaml]\n", {
        "prod/names.yaml":
          "nameReference:\n- kind: HelmRelease\n  fieldSpecs: [{ kind: HelmRelease, path: spec/dependsOn }]\n",
      }),
      "prod",
    );
    expect(read.told).toBe("");
    expect(read.stack?.declarations[0]?.dependsOn[0]?.id).toBe("shop/p-db");
  });

  it("knows each value's place: in the last patch that says it, else in the base", async () => {
    const tree = prod(
      `patches:
  - path: api.yaml
  - target: { kind: HelmRelease, name: db }
    patch: |-
      - op: replace
        path: /spec/version
        value: ^2.0.0
      - op: add
        path: /spec/dependsOn
        value: [api]
`,
      { "prod/api.yaml": release("api", "values:\n  replicas: 3\n  image: { pull: Always }") },
    );
    const { stack, told: words } = await readOverlay({ ...tree }, "prod");
    expect(words).toBe("");
    const [api, db] = stack?.declarations ?? [];
    const layer = api?.values[0];
    const rangeOf = layer?.kind === "layer" ? layer.layer.rangeOf : undefined;
    const place = (path: readonly string[]): string => {
      const range = rangeOf?.(path);
      return `${range?.file ?? ""}:${range?.line ?? 0}:${range?.column ?? 0}`;
    };
    expect({
      replicas: place(["replicas"]),
      pull: place(["image", "pull"]),
      tag: place(["image", "tag"]),
      image: place(["image"]),
      hosts: place(["hosts", "1"]),
      gone: place(["image", "nothing"]),
    }).toEqual({
      replicas: "api.yaml:7:15",
      pull: "api.yaml:8:20",
      tag: "../base/releases.yaml:20:12",
      image: "../base/releases.yaml:20:7",
      hosts: "../base/releases.yaml:21:16",
      gone: "../base/releases.yaml:20:7",
    });
    expect(api?.range).toMatchObject({ file: "../base/releases.yaml", line: 12, column: 9 });
    expect(db?.versionRange).toMatchObject({ file: "kustomization.yaml", line: 8, column: 16 });
    expect(db?.dependsOn[0]?.range).toMatchObject({ file: "kustomization.yaml", line: 11, column: 17 });
  });

  it("may stand on other overlays and take in components", async () => {
    const read = await readOverlay(
      {
        ...base,
        "region/kustomization.yaml":
          "resources: [../base]\ncomponents: [../tls]\npatches: [{ path: api.yaml }]\n",
        "region/api.yaml": release("api", "values: { replicas: 2, region: eu }"),
        "tls/kustomization.yaml":
          "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: { kind: HelmRelease }\n  path: tls.yaml\n",
        "tls/tls.yaml": "- op: add\n  path: /spec/timeout\n  value: fast\n",
        "prod/kustomization.yml": "resources: [../region]\npatches: [{ path: api.yaml }]\n",
        "prod/api.yaml": release("api", "values: { replicas: 5 }"),
      },
      "prod",
    );
    expect(read.told).toMatchInlineSnapshot();
  });

  it("has the headway.yaml beside it where no resource is a Stack", async () => {
    const own = "apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: mine }\n";
    const tree = { ...base, "base/kustomization.yaml": "resources: [releases.yaml]\nnamespace: x\n" };
    const overlay = { "prod/kustomization.yaml": "resources: [../base]\n", "prod/headway.yaml": own };
    expect((await readOverlay({ ...tree, ...overlay }, "prod")).stack?.name).toBe("mine");
    expect(await told(prod("", { "prod/headway.yaml": own }))).toMatchInlineSnapshot();
    const patterns = `${own}spec: { releases: ["*.yaml"] }\n`;
    expect(await told({ ...tree, ...overlay, "prod/headway.yaml": patterns })).toMatchInlineSnapshot();
  });

  it("reads nothing but what its kustomizations ask for, and leaves no copy behind", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("headway-kustomize-"));
    const read = await readOverlay(
      prod("", { "prod/not-listed.yaml": release("x", "nonsense: true") }),
      "prod",
    );
    expect(read.told).toBe("");
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith("headway-kustomize-"));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe("a mistake is told at the place where it was made:", () => {
  it("an unknown field, set by a patch", async () => {
    expect(
      await told(
        prod("patches: [{ path: api.yaml }]\n", {
          "prod/api.yaml": release("api", "dependOn: [db]\nvalues: { replicas: 2 }"),
        }),
      ),
    ).toMatchInlineSnapshot();
  });

  it("an unknown field in a patch that stands in the kustomization", async () => {
    expect(
      await told(
        prod(`patches:
  - patch: |
      apiVersion: headway.dev/v1
      kind: HelmRelease
      metadata:
        name: api
      spec:
        retries: many
`),
      ),
    ).toMatchInlineSnapshot();
  });

  it("a broken document of a base", async () => {
    expect(
      await told({ ...prod(""), "base/releases.yaml": release("a", "chart: [") }),
    ).toMatchInlineSnapshot();
  });

  it("broken YAML in a patch, and in a kustomization, at once", async () => {
    expect(
      await told(
        prod("patches: [{ path: api.yaml }]\ncomponents: [../tls]\n", {
          "prod/api.yaml": "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: api\n",
          "tls/kustomization.yaml": "patches: [\n",
        }),
      ),
    ).toMatchInlineSnapshot();
  });

  it("kustomizations that ask for each other, with the whole way", async () => {
    expect(
      await told(
        {
          "a/kustomization.yaml": "resources: [../b]\n",
          "b/kustomization.yaml": "resources:\n  - ../c\n",
          "c/kustomization.yaml": "resources:\n  - ../a\n",
        },
        "a",
      ),
    ).toMatchInlineSnapshot();
    expect(
      await told(
        { "kustomization.yaml": "resources: []", "a/b/kustomization.yaml": "resources: [../..]\n" },
        "a/b",
      ),
    ).toMatchInlineSnapshot();
  });

  it.each([
    ["https://github.com/acme/fleet//base?ref=v1"],
    ["github.com/acme/fleet/base?ref=v1"],
    ["github.com/acme/fleet/base"],
    ["git@github.com:acme/fleet.git"],
    ["git::https://example.org/x"],
    ["ssh://git@example.org/x"],
    ["https://example.org/release.yaml"],
  ])("the remote resource %s", async (remote) => {
    expect(await told({ "prod/kustomization.yaml": `resources:\n  - ${remote}\n` })).toBe(
      `kustomization.yaml:2:5 error ${remote} is not in this repository
    → copy what it leads to into the repository: Headway reads one commit, and nothing from elsewhere
1 error in 1 file`,
    );
  });

  it("every file that is not there, and what leaves the repository", async () => {
    const elsewhere = temporaryFolder();
    writeTree(elsewhere, { "secret.yaml": release("x", "chart: ./x") });
    expect(
      await told(
        prod(
          `patches: [{ path: apy.yaml }]
components:
  - ../nothing
  - ../empty
configMapGenerator:
  - name: x
    files: [key=conf.txt, ../../out.txt, /etc/passwd]
    envs: [link.yaml]
replacements: [{ path: r.yaml }]
transformers: [t.yaml]
`,
          {
            "prod/api.yaml": "",
            "empty/file.txt": "",
            "prod/link.yaml": { link: `${elsewhere}/secret.yaml` },
          },
        ),
      ),
    ).toMatchInlineSnapshot();
  });

  it("a plugin that is not kustomize's own", async () => {
    expect(
      await told(
        prod(
          "helmCharts: [{ name: x }]\ngenerators: [exec.yaml]\ntransformers:\n  - |\n    apiVersion: builtin\n    kind: PrefixTransformer\n    metadata: { name: x }\n    prefix: x-\n",
          {
            "prod/exec.yaml":
              "apiVersion: v1\nkind: Runner\nmetadata:\n  name: x\n  annotations: { config.kubernetes.io/function: 'exec: { path: ./x }' }\n",
          },
        ),
      ),
    ).toMatchInlineSnapshot();
  });

  it("a patch that fits nothing", async () => {
    expect(
      await told(prod("patches: [{ path: p.yaml }]\n", { "prod/p.yaml": release("apy", "retries: 1") })),
    ).toMatchInlineSnapshot();
    expect(
      await told(
        prod("patches: [{ path: p.yaml }]\n", {
          "prod/p.yaml": release("api", "retries: 1", "\n  namespace: shop"),
        }),
      ),
    ).toMatchInlineSnapshot();
    expect(
      await told(
        prod("patches:\n  - path: p.yaml\n    target: { kind: HelmRelease, name: apy }\n", {
          "prod/p.yaml": "- op: add\n  path: /spec/retries\n  value: 1\n",
        }),
      ),
    ).toMatchInlineSnapshot();
  });

  it("a patch that can't be read or applied", async () => {
    const patch = (text: string): Promise<string> =>
      told(
        prod("patches:\n  - path: p.yaml\n    target: { kind: HelmRelease, name: api }\n", {
          "prod/p.yaml": text,
        }),
      );
    expect(await patch("[{ op: add, path: /spec/retries, value: 1 }]\n")).toMatchInlineSnapshot();
    expect(await patch("hello: world\n")).toMatchInlineSnapshot();
    expect(await patch("- { op: replace, path: /spec/nope/x, value: 1 }\n")).toMatchInlineSnapshot();
    expect(await patch("- { op: addd, path: /spec/x, value: 1 }\n")).toMatchInlineSnapshot();
    expect(await patch("- { op: test, path: /spec/chart, value: 1 }\n")).toMatchInlineSnapshot();
    expect(await patch("- { op: remove, path: /spec/nope }\n")).toMatchInlineSnapshot();
  });

  it("what a kustomization can't hold", async () => {
    expect(await told(prod("nameprefix: x\nnamspace: y\n"))).toMatchInlineSnapshot();
    expect(await told(prod("namespace: 5\n"))).toMatchInlineSnapshot();
    expect(await told({ "prod/kustomization.yaml": "- a\n" })).toMatchInlineSnapshot();
    expect(
      await told({ "prod/kustomization.yaml": "resources: []\n", "prod/kustomization.yml": "" }),
    ).toMatchInlineSnapshot();
    expect(await told({ "prod/kustomization.yaml": "" })).toMatchInlineSnapshot();
  });

  it("a release that comes in twice", async () => {
    expect(
      await told({ ...base, "prod/kustomization.yaml": "resources: [../base, ../base]\n" }),
    ).toMatchInlineSnapshot();
    expect(
      await told({
        ...base,
        "prod/kustomization.yaml": "resources: [../base, api.yaml]\n",
        "prod/api.yaml": release("api", "chart: ./x"),
      }),
    ).toMatchInlineSnapshot();
  });

  it("anything else in kustomize's words, without the contents of what it read", async () => {
    const words = await told(
      prod("patches: [{ path: p.yaml }]\n", {
        "prod/p.yaml": release("api", "values: { password: hunter2, x: .inf }"),
      }),
    );
    expect(words).not.toContain("hunter2");
    expect(words).toMatchInlineSnapshot();
    const replaced = await told(
      prod(
        "replacements:\n- source: { kind: HelmRelease, name: q }\n  targets: [{ select: { kind: HelmRelease }, fieldPaths: [spec.version] }]\n",
      ),
    );
    expect(replaced).toMatchInlineSnapshot();
    for (const text of [words, replaced]) expect(text).not.toContain(tmpdir());
  });
});

describe("kustomize", () => {
  it("is told to be missing, with what to do, where there is none", async () => {
    const read = await readOverlay(prod(""), "prod", {
      findProgram: () =>
        Promise.resolve(
          failed({ kind: "program", message: "kustomize v5 is needed", next: "Put it on PATH." }),
        ),
    });
    expect(read.told).toBe("error kustomize v5 is needed\n    → Put it on PATH.\n1 error");
  });

  it("is given up on after its deadline, and may print only so much", async () => {
    const folder = temporaryFolder();
    const program = `${folder}/kustomize`;
    writeTree(folder, { kustomize: "#!/bin/sh\nexec /bin/sleep 60\n" });
    chmodSync(program, 0o755);
    const options = {
      findProgram: () => Promise.resolve({ ok: true as const, value: program }),
      deadlineMs: 300,
    };
    expect((await readOverlay(prod(""), "prod", options)).told).toContain("it did not end within 0.3 s");
    writeTree(folder, {
      kustomize:
        "#!/bin/sh\nwhile :; do echo 'a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; done\n",
    });
    chmodSync(program, 0o755);
    expect((await readOverlay(prod(""), "prod", { ...options, deadlineMs: 60_000 })).told).toContain(
      "more than 64 MiB",
    );
  });

  it("gets none of the person's environment", async () => {
    const folder = temporaryFolder();
    writeTree(folder, {
      kustomize: `#!/bin/sh\n/usr/bin/env >${folder}/seen\n`,
    });
    chmodSync(`${folder}/kustomize`, 0o755);
    await readOverlay(prod(""), "prod", {
      findProgram: () => Promise.resolve({ ok: true as const, value: `${folder}/kustomize` }),
    });
    const names = readFileSync(`${folder}/seen`, "utf8")
      .split("\n")
      .map((line) => line.split("=")[0] ?? "");
    expect(names.filter((name) => !["", "PWD", "_", "SHLVL", "OLDPWD"].includes(name)).toSorted()).toEqual([
      "HOME",
      "TMPDIR",
      "XDG_CONFIG_HOME",
    ]);
  });
});
