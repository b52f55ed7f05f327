// Overlays through the real kustomize: what a stack becomes, and every mistake at the place where a person made it.
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { failed } from "../../src/core/failure.ts";
import { temporaryFolder, writeTree, type Tree } from "../kit/chart-trees.ts";
import { findKustomize, readOverlay } from "../kit/overlay.ts";

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
      {
        ...base,
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
      },
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

  it("knows where a release was written also when its name has changed", async () => {
    const read = await readOverlay(
      {
        "base/kustomization.yaml": "namespace: x\nnamePrefix: p-\nresources: [a.yaml, b.yaml]\n",
        "base/a.yaml": release("a", "chart: ./a\nretries: many"),
        "base/b.yaml": `{ apiVersion: headway.dev/v1, kind: HelmRelease, metadata: { name: b }, spec: { timeout: 1 } }`,
      },
      "base",
    );
    expect(read.told).toMatchInlineSnapshot(`
      "a.yaml:7:12 error spec.retries must be a whole number, but it is text
      b.yaml:1:73 error spec.chart is missing
          → name the chart's folder: \`chart: ./chart\`
      b.yaml:1:90 error spec.timeout must be text, but it is the number 1
          → write a unit, as in 1s
      3 errors in 2 files"
    `);
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
    expect(api?.range).toMatchObject({ file: "../base/releases.yaml", line: 13, column: 9 });
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
    expect(read.told).toMatchInlineSnapshot(`
      "../tls/tls.yaml:3:10 error spec.timeout: "fast" is not a duration
          → write it as in 90s, 5m or 1h30m
      1 error in 1 file"
    `);
  });

  it("has the headway.yaml beside it where no resource is a Stack", async () => {
    const own = "apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: mine }\n";
    const tree = { ...base, "base/kustomization.yaml": "resources: [releases.yaml]\nnamespace: x\n" };
    const overlay = { "prod/kustomization.yaml": "resources: [../base]\n", "prod/headway.yaml": own };
    expect((await readOverlay({ ...tree, ...overlay }, "prod")).stack?.name).toBe("mine");
    expect(await told(prod("", { "prod/headway.yaml": own }))).toMatchInlineSnapshot(`
      "headway.yaml:2:7 error a stack has one Stack document
          ../base/headway.yaml:2:7 the first one
          → keep one: a resource of the kustomization, or headway.yaml beside it
      1 error in 1 file"
    `);
    const patterns = `${own}spec: { releases: ["*.yaml"] }\n`;
    expect(await told({ ...tree, ...overlay, "prod/headway.yaml": patterns })).toMatchInlineSnapshot(`
      "headway.yaml:4:20 error spec.releases has no effect where a kustomization says what is read
          → list the files under resources of the kustomization, and remove spec.releases
      1 error in 1 file"
    `);
  });

  it("reads nothing but what its kustomizations ask for, and leaves no copy behind", async () => {
    const copies = temporaryFolder();
    vi.stubEnv("TMPDIR", copies);
    onTestFinished(() => void vi.unstubAllEnvs());
    const read = await readOverlay(
      prod("", { "prod/not-listed.yaml": release("x", "nonsense: true") }),
      "prod",
      {
        findProgram: async () => {
          const found = await findKustomize();
          if (!found.ok) return found;
          const program = `${copies}/kustomize`;
          writeTree(copies, {
            kustomize: `#!/bin/sh\n/usr/bin/find ${copies} -printf '%M %P\\n' >${copies}/seen\nexec ${found.value} "$@"\n`,
          });
          chmodSync(program, 0o755);
          return { ok: true, value: program };
        },
      },
    );
    expect(read.told).toBe("");
    const seen = readFileSync(`${copies}/seen`, "utf8")
      .split("\n")
      .filter((line) => line.includes("headway-kustomize-"))
      .map((line) => line.replace(/headway-kustomize-\w+/, "COPY"))
      .toSorted();
    expect(seen).toEqual([
      "-rw------- COPY/files/base/headway.yaml",
      "-rw------- COPY/files/base/kustomization.yaml",
      "-rw------- COPY/files/base/releases.yaml",
      "-rw------- COPY/files/prod/kustomization.yaml",
      "drwx------ COPY",
      "drwx------ COPY/files",
      "drwx------ COPY/files/base",
      "drwx------ COPY/files/prod",
    ]);
    expect(readdirSync(copies).filter((name) => name.startsWith("headway-kustomize-"))).toEqual([]);
  });

  it("warns of words that Helm reads as booleans and kustomize as text", async () => {
    const read = await readOverlay(
      prod("patches: [{ path: p.yaml }]\n", {
        "prod/p.yaml": release("api", "values: { metrics: no, debug: 'off', tls: true }"),
      }),
      "prod",
    );
    expect(read.told).toMatchInlineSnapshot(`
      "p.yaml:6:22 warning kustomize makes the text "no" of this, where Helm alone would read false
          → write false, or "no" in quotes if the text is meant
      1 warning in 1 file"
    `);
  });

  it("may ask for origin annotations itself, which never show", async () => {
    const read = await readOverlay(
      prod("buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\n"),
      "prod",
    );
    expect(read.told).toBe("");
    const labels = read.stack?.declarations[0]?.labels ?? {};
    expect(Object.keys(labels)).toEqual(["app.kubernetes.io/managed-by"]);
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
    ).toMatchInlineSnapshot(`
      "api.yaml:6:3 error spec.dependOn is not a field of a HelmRelease
          → did you mean dependsOn?
      1 error in 1 file"
    `);
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
    ).toMatchInlineSnapshot(`
      "kustomization.yaml:9:18 error spec.retries must be a whole number, but it is text
      1 error in 1 file"
    `);
  });

  it("a broken document of a base", async () => {
    expect(await told({ ...prod(""), "base/releases.yaml": release("a", "chart: [") }))
      .toMatchInlineSnapshot(`
      "../base/releases.yaml:7:1 error a bracket is not closed, or its content is not indented
          → close it with ] or }
      1 error in 1 file"
    `);
  });

  it("broken YAML in a patch, and in a kustomization, at once", async () => {
    expect(
      await told(
        prod("patches: [{ path: api.yaml }]\ncomponents: [../tls]\n", {
          "prod/api.yaml": "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: api\n",
          "tls/kustomization.yaml": "patches: [\n",
        }),
      ),
    ).toMatchInlineSnapshot(`
      "../tls/kustomization.yaml:2:1 error a bracket is not closed, or its content is not indented
          → close it with ] or }
      api.yaml:4:1 error a bracket is not closed, or its content is not indented
          → close it with ] or }
      2 errors in 2 files"
    `);
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
    ).toMatchInlineSnapshot(`
      "../c/kustomization.yaml:2:5 error kustomizations ask for each other: . → ../b → ../c → .
          kustomization.yaml:1:13 asks for ../b
          ../b/kustomization.yaml:2:5 asks for ../c
          → remove one of these references
      1 error in 1 file"
    `);
    expect(
      await told(
        { "kustomization.yaml": "resources: []", "a/b/kustomization.yaml": "resources: [../..]\n" },
        "a/b",
      ),
    ).toMatchInlineSnapshot(`
      "kustomization.yaml:1:13 error ../.. holds ., which asks for it: . → ../..
          → move what both need to a folder of its own, beside them
      1 error in 1 file"
    `);
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
    ).toMatchInlineSnapshot(`
      "kustomization.yaml:2:19 error there is no apy.yaml
          → did you mean api.yaml?
      kustomization.yaml:4:5 error there is no ../nothing
          → paths are relative to this file
      kustomization.yaml:5:5 error ../empty holds no kustomization
          → list its files one by one, or add a kustomization.yaml
      kustomization.yaml:8:13 error there is no conf.txt
          → paths are relative to this file
      kustomization.yaml:8:27 error ../../out.txt leaves the repository
          → what a kustomization asks for has to be in the same git repository (without one: in the stack's folder)
      kustomization.yaml:8:42 error /etc/passwd leaves the repository
          → what a kustomization asks for has to be in the same git repository (without one: in the stack's folder)
      kustomization.yaml:9:12 error link.yaml is a link that leaves the repository
          → replace the link by what it leads to
      kustomization.yaml:10:24 error there is no r.yaml
          → paths are relative to this file
      kustomization.yaml:11:16 error there is no t.yaml
          → paths are relative to this file
      9 errors in 1 file"
    `);
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
    ).toMatchInlineSnapshot(`
      "exec.yaml:2:7 error the plugin Runner is not supported: it is not built into kustomize
          → only plugins of \`apiVersion: builtin\` are run, and none that starts a program
      kustomization.yaml:2:1 error helmCharts is not supported: kustomize would start helm for it
          → charts are deployed by HelmReleases; write one for it
      2 errors in 2 files"
    `);
  });

  it("a patch that fits nothing", async () => {
    expect(await told(prod("patches: [{ path: p.yaml }]\n", { "prod/p.yaml": release("apy", "retries: 1") })))
      .toMatchInlineSnapshot(`
      "p.yaml:4:9 error this patch fits nothing: there is no HelmRelease apy without a namespace
          → did you mean api?
      1 error in 1 file"
    `);
    expect(
      await told(
        prod("patches: [{ path: p.yaml }]\n", {
          "prod/p.yaml": release("api", "retries: 1", "\n  namespace: shop"),
        }),
      ),
    ).toMatchInlineSnapshot(`
      "p.yaml:4:9 error this patch fits nothing: there is no HelmRelease api of namespace shop
          ../base/releases.yaml:13:3 declared here
          → a patch has to name the namespace exactly as the resource does at this point, or leave it out as the resource does
      1 error in 1 file"
    `);
    expect(
      await told(
        prod("patches:\n  - path: p.yaml\n    target: { kind: HelmRelease, name: apy }\n", {
          "prod/p.yaml": "- op: add\n  path: /spec/retries\n  value: 1\n",
        }),
      ),
    ).toMatchInlineSnapshot(`
      "kustomization.yaml:4:13 warning this patch changes nothing: there is no HelmRelease apy
          → a target names kind, name and namespace as the resource has them; remove the patch, or put its target right
      1 warning in 1 file"
    `);
  });

  it("a patch that can't be read or applied", async () => {
    const patch = (text: string): Promise<string> =>
      told(
        prod("patches:\n  - path: p.yaml\n    target: { kind: HelmRelease, name: api }\n", {
          "prod/p.yaml": text,
        }),
      );
    expect(await patch("[{ op: add, path: /spec/retries, value: 1 }]\n")).toMatchInlineSnapshot(`
      "p.yaml:1:1 error kustomize can't read this patch
          → it takes a text that begins with [ for JSON; write the operations as \`- op: replace\`, one below the other
      1 error in 1 file"
    `);
    expect(await patch("hello: world\n")).toMatchInlineSnapshot(`
      "p.yaml:1:1 error kustomize can't read this patch
          → a patch is a document with apiVersion, kind and metadata.name, or a list of operations such as \`- op: replace\`
      1 error in 1 file"
    `);
    expect(await patch("- { op: replace, path: /spec/nope/x, value: 1 }\n")).toMatchInlineSnapshot(`
      "p.yaml:1:24 error this operation does not apply: there is no /spec/nope/x in the document
          → \`add\` the map around it first, or write a patch in the form of the declaration
      1 error in 1 file"
    `);
    expect(await patch("- { op: addd, path: /spec/x, value: 1 }\n")).toMatchInlineSnapshot(`
      "p.yaml:1:9 error addd is not one of the operations of a JSON patch
          → the operations are add, remove, replace, move, copy and test
      1 error in 1 file"
    `);
    expect(await patch("- { op: test, path: /spec/chart, value: 1 }\n")).toMatchInlineSnapshot(`
      "p.yaml:1:21 error the test of /spec/chart failed
      1 error in 1 file"
    `);
    expect(await patch("- { op: remove, path: /spec/nope }\n")).toMatchInlineSnapshot(`
      "p.yaml:1:23 error this operation does not apply: there is no /spec/nope in the document
          → \`add\` the map around it first, or write a patch in the form of the declaration
      1 error in 1 file"
    `);
  });

  it("what a kustomization can't hold", async () => {
    expect(await told(prod("nameprefix: x\nnamspace: y\n"))).toMatchInlineSnapshot(`
      "kustomization.yaml:3:1 error kustomize does not know the field namspace here
          → did you mean namespace?
      1 error in 1 file"
    `);
    expect(await told(prod("namespace: 5\n"))).toMatchInlineSnapshot(`
      "kustomization.yaml:2:1 error namespace has to be a text, not a number
      1 error in 1 file"
    `);
    expect(await told({ "prod/kustomization.yaml": "- a\n" })).toMatchInlineSnapshot(`
      "kustomization.yaml:1:1 error a kustomization is a map
      1 error in 1 file"
    `);
    expect(await told({ "prod/kustomization.yaml": "resources: []\n", "prod/kustomization.yml": "" }))
      .toMatchInlineSnapshot(`
      "kustomization.yaml:1:1 error . holds both kustomization.yaml and kustomization.yml
          → keep one of them
      1 error in 1 file"
    `);
    expect(await told({ "prod/kustomization.yaml": "" })).toMatchInlineSnapshot(`
      "kustomization.yaml:1:1 error kustomize can't build this: kustomization.yaml is empty
      1 error in 1 file"
    `);
  });

  it("a release that comes in twice", async () => {
    expect(await told({ ...base, "prod/kustomization.yaml": "resources: [../base, ../base]\n" }))
      .toMatchInlineSnapshot(`
        "kustomization.yaml:1:22 error Stack shop comes in twice
            → list its file, or the base that brings it, once
        1 error in 1 file"
      `);
    expect(
      await told({
        ...base,
        "prod/kustomization.yaml": "resources: [../base, api.yaml]\n",
        "prod/api.yaml": release("api", "chart: ./x"),
      }),
    ).toMatchInlineSnapshot(`
      "api.yaml:4:9 error HelmRelease api comes in twice
          ../base/releases.yaml:13:9 the first one
          → remove one of them, or give it another name or namespace
      1 error in 1 file"
    `);
  });

  it("anything else in kustomize's words, without the contents of what it read", async () => {
    const words = await told(
      prod("patches: [{ path: p.yaml }]\n", {
        "prod/p.yaml": release("api", "values: { password: hunter2, x: .inf }"),
      }),
    );
    expect(words).not.toContain("hunter2");
    expect(words).toMatchInlineSnapshot(`
      "p.yaml:6:35 error .inf has no form in JSON, so Helm refuses it
          → put it in quotes if it is meant as text
      1 error in 1 file"
    `);
    const replaced = await told(
      prod(
        "replacements:\n- source: { kind: HelmRelease, name: q }\n  targets: [{ select: { kind: HelmRelease }, fieldPaths: [spec.version] }]\n",
      ),
    );
    expect(replaced).toMatchInlineSnapshot(`
      "kustomization.yaml:1:1 error kustomize can't build this: nothing selected by HelmRelease.[noVer].[noGrp]/q.[noNs]
      1 error in 1 file"
    `);
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
