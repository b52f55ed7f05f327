// Declarations from text: what is read, and every kind of mistake as the person sees it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  readReleasePatterns,
  readStack,
  type ReadStack,
} from "../../../src/core/declarations/read-declarations.ts";
import type { StackFile } from "../../../src/core/declarations/sort-documents.ts";
import { renderDiagnostics } from "../../../src/views/diagnostics-view.ts";
import { layersOf } from "../../kit/values.ts";

type Files = Readonly<Record<string, string | Omit<StackFile, "path">>>;

function read(
  files: Files,
  stackPath = "clusters/prod",
): { readonly stack: ReadStack; readonly told: string } {
  const list = Object.entries(files).map(([path, content]) =>
    typeof content === "string" ? { path, text: content } : { path, ...content },
  );
  const stackFile = list.find(({ path }) => path === "headway.yaml");
  const { value, diagnostics } = readStack({
    files: list,
    ...(stackFile === undefined ? {} : { stackFile }),
    folderName: "My_Shop",
    stackPath,
  });
  return { stack: value, told: renderDiagnostics(diagnostics, { colour: false, unicode: true }).trimEnd() };
}

/** One release with these lines in its spec, beside a headway.yaml that gives it a namespace. */
function release(spec: string, metadata = "name: orders"): string {
  const lines = spec === "" ? " {}" : `\n${spec.replace(/^/gm, "  ")}`;
  return `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { ${metadata} }\nspec:${lines}\n`;
}

function stack(spec: string): string {
  return `apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: shop }\nspec:\n${spec.replace(/^/gm, "  ")}\n`;
}

const home = stack("phases: [platform, apps]\ndefaults: { namespace: shop }");

/** What is told of one file, with its name left out. */
function told(text: string, more: Files = {}): string {
  return read({ "headway.yaml": home, ...more, "a.yaml": text }).told.replaceAll("a.yaml:", "");
}

describe("labels", () => {
  it("are read as written, and refused where no selector could name them", () => {
    const good = read({
      "headway.yaml": home,
      "a.yaml": release("chart: ./c", "name: a, labels: { team: pay }"),
    });
    expect(good.told).toBe("");
    expect(good.stack.declarations[0]?.labels).toEqual({ team: "pay" });
    expect(told(release("chart: ./c", "name: a, labels: { team: -pay, _x: y, 'a/b/c': z }")))
      .toMatchInlineSnapshot(`
      "3:38 error metadata.labels: "-pay" is not made of letters, digits, "-", "_" and ".", with a letter or digit at both ends
          → write it as a label of Kubernetes, as in team: payments or example.com/team: payments
      3:44 error metadata.labels: "_x" is not made of letters, digits, "-", "_" and ".", with a letter or digit at both ends
          → write it as a label of Kubernetes, as in team: payments or example.com/team: payments
      3:48 error metadata.labels._x must be text, but it is true or false
          → put it in quotes: "y"
      3:51 error metadata.labels: "b/c" is not made of letters, digits, "-", "_" and ".", with a letter or digit at both ends
          → write it as a label of Kubernetes, as in team: payments or example.com/team: payments
      4 errors in 1 file"
    `);
  });
});

describe("a declaration", () => {
  it("gets the contract's defaults where it says nothing", () => {
    const { stack: found, told: words } = read({
      "headway.yaml": home,
      "apps/a.yaml": release("chart: ./chart"),
    });
    expect(words).toBe("");
    expect(found).toMatchObject({
      name: "shop",
      order: "dependencies",
      phases: ["platform", "apps"],
      ignoredDocuments: 0,
    });
    expect(found.declarations).toHaveLength(1);
    expect(found.declarations[0]).toMatchObject({
      id: "shop/orders",
      releaseName: "orders",
      chart: { kind: "path", path: "clusters/prod/apps/chart", written: "./chart" },
      dependsOn: [],
      values: [],
      createNamespace: true,
      timeoutMs: 300_000,
      failFast: { imagePullMs: 60_000, configMs: 30_000, crashLoop: { restarts: 3, forMs: 60_000 } },
      onFailure: "rollback",
      retries: 0,
      waitWith: "auto",
      crds: "create",
      fieldConflicts: "take",
      suspend: false,
      maxHistory: 10,
      range: { file: "apps/a.yaml", line: 3, column: 19 },
    });
  });

  it("is read with every field, over the stack's defaults", () => {
    const { stack: found, told: words } = read({
      "headway.yaml": stack(
        "order: waves\nphases: [apps]\ndefaults:\n  namespace: shop\n  timeout: 10m\n  retries: 1\n  failFast: { imagePull: 2m, crashLoop: { restarts: 5 } }",
      ),
      "a.yaml": release(
        `chart: ../../charts/orders
version: ^1.4.0
dependsOn: [postgres, messaging/rabbitmq]
phase: apps
values: { replicas: 2, on: off }
releaseName: orders-blue
createNamespace: false
timeout: 1h30m
failFast: { imagePull: 500ms, crashLoop: { for: 90s } }
onFailure: keep
retries: 2
waitWith: helm
crds: skip
fieldConflicts: fail
suspend: true
maxHistory: 3`,
        "name: orders, namespace: blue, labels: { team: a }",
      ),
    });
    expect(words).toBe("");
    expect(found.order).toBe("waves");
    expect(found.declarations[0]).toMatchObject({
      id: "blue/orders",
      namespace: "blue",
      releaseName: "orders-blue",
      chart: { path: "charts/orders", written: "../../charts/orders" },
      version: "^1.4.0",
      dependsOn: [{ id: "blue/postgres" }, { id: "messaging/rabbitmq", range: { line: 7, column: 25 } }],
      phase: "apps",
      values: [
        { kind: "layer", layer: { text: '{"replicas": 2, on: off}\n', tree: { replicas: 2, true: false } } },
      ],
      createNamespace: false,
      timeoutMs: 5_400_000,
      failFast: { imagePullMs: 500, configMs: 30_000, crashLoop: { restarts: 5, forMs: 90_000 } },
      onFailure: "keep",
      retries: 2,
      waitWith: "helm",
      crds: "skip",
      fieldConflicts: "fail",
      suspend: true,
      maxHistory: 3,
    });
  });

  it("has a digest of its meaning: layout, comments and written defaults do not change it, everything else does", () => {
    const digest = (spec: string): string | undefined =>
      read({ "headway.yaml": home, "a.yaml": release(spec) }).stack.declarations[0]?.digest;
    const plain = digest("chart: ./c\ndependsOn: [a, b]\nvalues: { a: 1, b: [x] }");
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(
      digest(
        "# why\nvalues:\n  b:\n    - 'x'\n  a: 0x1\ndependsOn: [b, shop/a]\nchart: ././c\ntimeout: 300s",
      ),
    ).not.toBe(undefined);
    expect(
      digest(
        "# why\nvalues:\n  b:\n    - 'x'\n  a: 0x1\ndependsOn: [b, shop/a]\nchart: ././c\ntimeout: 300s",
      ),
    ).toBe(plain);
    const others = [
      "chart: ./d\ndependsOn: [a, b]\nvalues: { a: 1, b: [x] }",
      "chart: ./c\ndependsOn: [a]\nvalues: { a: 1, b: [x] }",
      "chart: ./c\ndependsOn: [a, b]\nvalues: { a: '1', b: [x] }",
      "chart: ./c\ndependsOn: [a, b]\nvalues: { a: 1, b: [x] }\ntimeout: 301s",
      "chart: ./c\ndependsOn: [a, b]\nvalues: { a: 1, b: [x] }\nonFailure: keep",
      "chart: ./c\ndependsOn: [a, b]\nvalues: { a: 1, b: [x] }\nversion: '1'",
      "chart: ./c\ndependsOn: [a, b]\nvalues: { a: 1, b: [x], __proto__: { c: 1 } }",
    ].map(digest);
    expect(new Set([plain, ...others]).size).toBe(others.length + 1);
  });

  it("may stand anywhere: several documents in a file, empty ones between, CRLF and a byte order mark", () => {
    const text = `\uFEFF---\n# nothing\n---\n${release("chart: ./a", "name: one")}---\n\n---\n${release("chart: ./b", "name: two")}...\n`;
    const { stack: found, told: words } = read({
      "headway.yaml": home,
      "x/y/a.yml": text.replaceAll("\n", "\r\n"),
    });
    expect(words).toBe("");
    expect(
      found.declarations.map(({ id, chart }) => `${id} ${chart.kind === "path" ? chart.path : ""}`),
    ).toEqual(["shop/one clusters/prod/x/y/a", "shop/two clusters/prod/x/y/b"]);
    expect(found.ignoredDocuments).toBe(0);
  });

  it("may take its values from an anchor, and a key named __proto__ is data", () => {
    const { stack: found, told: words } = read({
      "headway.yaml": home,
      "a.yaml": release(
        "chart: ./a\nvalues: { base: &b { x: 1 }, __proto__: { polluted: true }, use: { <<: *b } }",
      ),
    });
    expect(words).toBe("");
    const tree = layersOf(found.declarations[0])[0]?.tree;
    expect(JSON.stringify(tree)).toBe('{"base":{"x":1},"__proto__":{"polluted":true},"use":{"x":1}}');
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
  });

  it("has no values where they are left empty", () => {
    for (const values of ["values:", "values: {}", "values: ~"])
      expect(read({ "headway.yaml": home, "a.yaml": release(`chart: ./a\n${values}`) })).toMatchObject({
        told: "",
        stack: { declarations: [{ values: [] }] },
      });
  });
});

describe("a stack", () => {
  it("is named after its folder where there is no headway.yaml, and may do without one", () => {
    const { stack: found, told: words } = read({ "a.yaml": release("chart: ./a", "name: a, namespace: ns") });
    expect(words).toBe("");
    expect(found).toMatchObject({ name: "my-shop", phases: [], order: "dependencies" });
  });

  it("skips other YAML with a count, and StackSyncs and values files without one", () => {
    const { stack: found, told: words } = read({
      "headway.yaml": home,
      "a.yaml": `${release("chart: ./a")}---\napiVersion: v1\nkind: ConfigMap\n---\napiVersion: headway.dev/v1\nkind: StackSync\nspec: { anything: true }\n`,
      "flux.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: a }\n",
      "list.yaml": "- 1\n---\n- 2\n",
      "broken.yaml": "kind: x\na: [\n",
      "values-prod.yaml": "a: 1\n",
      "big.yaml": { text: "kind: CustomResourceDefinition", problem: "too-large" },
    });
    expect(words).toBe("");
    expect(found).toMatchObject({ ignoredDocuments: 6, declarations: [{ id: "shop/orders" }] });
  });

  it("reads a declaration even from a file that is named like values", () => {
    const { stack: found } = read({ "headway.yaml": home, "values-service.yaml": release("chart: ./a") });
    expect(found.declarations).toHaveLength(1);
  });

  it("gives its patterns to whoever looks for the files", () => {
    const file = (text: string): StackFile => ({ path: "headway.yaml", text });
    expect(readReleasePatterns(file(stack("releases: ['releases/**/*.yaml']")))).toEqual([
      "releases/**/*.yaml",
    ]);
    expect(readReleasePatterns(file(home))).toBe(undefined);
    expect(readReleasePatterns(file("a: ["))).toBe(undefined);
  });

  it("keeps the names of broken releases, so that who depends on them is not called wrong", () => {
    const { stack: found } = read({
      "headway.yaml": home,
      "a.yaml": `${release("chart: 1", "name: one")}---\n${release("chart: ./a\nvalues: {a: [", "name: two")}`,
      "b.yaml": release("chart: ./a", "name: three"),
    });
    expect(found.broken).toEqual(["shop/two", "shop/one"]);
    expect(found.declarations.map(({ id }) => id)).toEqual(["shop/three"]);
  });

  it("uses the sound fields of a broken headway.yaml, so that one mistake does not make a hundred", () => {
    const { told: words } = read({
      "headway.yaml": stack(
        "order: sideways\nphases: [platform, 7]\ndefaults: { namespace: Shop, timeout: 5 }",
      ),
      "a.yaml": release("chart: ./a\nphase: data"),
    });
    expect(words).toMatchInlineSnapshot(`
      "headway.yaml:5:10 error spec.order must be one of dependencies, waves; it is "sideways"
      headway.yaml:6:22 error spec.phases[1] must be text, but it is the number 7
          → put it in quotes: "7"
      headway.yaml:7:26 error spec.defaults.namespace: "Shop" is not a valid name (lower-case letters, digits and -, with a letter or digit at both ends)
          → shop would be one
      headway.yaml:7:41 error spec.defaults.timeout must be text, but it is the number 5
          → write a unit, as in 5s
      4 errors in 1 file"
    `);
  });
});

describe("broken YAML is told with its place and a way out:", () => {
  it.each([
    ["a tab", release("chart: ./a\n\tversion: '1'")],
    ["an open bracket", release("chart: ./a\nvalues: {a: [1, 2}")],
    ["an open quote", release("chart: './a\nversion: 1.0.0")],
    ["two keys on a line", release("chart: ./a: b")],
    ["wrong indentation", release("values:\n   a: 1\n  b: 2\nchart: ./a")],
    ["a line without a colon", release("chart: ./a\nversion")],
    ["a character that can't begin a text", release("chart: ./a\nversion: @1")],
    ["an unknown escape", release('chart: ./a\nversion: "\\q"')],
    ["an unknown anchor", release("chart: ./a\nvalues: { base: &base 1, b: *bas }")],
    ["an alias in its own anchor", release("chart: ./a\nvalues: &v { a: *v }")],
    ["a key used twice", release("chart: ./a\nversion: '1'\nchart: ./b")],
    ["a key used twice in values, in two ways of writing", release("chart: ./a\nvalues: { on: 1, yes: 2 }")],
    ["a list in a map", release("chart: ./a\n- b")],
    ["a null key", release("chart: ./a\nvalues: { ~: 1 }")],
    ["a key that is a list", release("chart: ./a\nvalues: { [a]: 1 }")],
    ["infinity", release("chart: ./a\nvalues: { a: .inf }")],
    ["a tag that does not fit", release("chart: ./a\nvalues: { a: !!int x }")],
    ["a merge of something else", release("chart: ./a\nvalues: { <<: 1 }")],
    ["a control character", release("chart: ./a\nversion: \u0007")],
    ["a line separator", release("chart: ./a\nversion: 'a\u2028b'")],
    ["a byte order mark inside", release("chart: ./a\nversion: '\uFEFF1'")],
    ["only the first document", `a: [\n---\n${release("chart: ./a\nphase: nope")}`],
    ["a bomb", release(bomb())],
    ["deep nesting", release(`chart: ./a\nvalues: { a: ${"[".repeat(300)}${"]".repeat(300)} }`)],
    ["very deep nesting", release(`chart: ./a\nvalues: { a: ${"[".repeat(100_000)}`)],
    ["half a character", release('chart: ./a\nvalues: { a: "\\ud800" }')],
  ])("%s", (_, text) => {
    expect(told(text)).toMatchSnapshot();
  });

  it("a file that is too large, not text, unreadable or elsewhere", () => {
    const problem = (one: NonNullable<StackFile["problem"]>): Omit<StackFile, "path"> => ({
      text: one === "too-large" || one === "not-utf8" ? "apiVersion: headway.dev/v1" : "",
      problem: one,
    });
    const { told: words } = read({
      "headway.yaml": home,
      "a.yaml": release("chart: ./a"),
      "large.yaml": problem("too-large"),
      "latin1.yaml": problem("not-utf8"),
      "link.yaml": problem("outside-repository"),
      "secret.yaml": problem("unreadable"),
    });
    expect(words).toMatchInlineSnapshot(`
      "large.yaml:1:1 error the file is larger than 1 MiB
          → split it into several files
      latin1.yaml:1:1 error the file is not UTF-8 text
          → save it as UTF-8
      link.yaml:1:1 error this is a link that leaves the repository
          → replace the link by what it leads to, or name the files to read in spec.releases of headway.yaml
      secret.yaml:1:1 error the file can't be read
          → check its permissions, or if it is a link that leads nowhere
      4 errors in 4 files"
    `);
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) =>
      `  l${level}: &l${level} [${Array.from({ length: 9 }, () => (level === 0 ? "x" : `*l${level - 1}`)).join(", ")}]`,
  );
  return `chart: ./a\nvalues:\n${levels.join("\n")}`;
}

describe("a mistake in a declaration is told in words:", () => {
  it.each([
    ["no chart", release("")],
    ["no spec and no name", "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: {}\n"],
    ["an unknown field", release("chart: ./a\ndependOn: [b]\nfoo: 1")],
    [
      "a field in the wrong place",
      "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: a }\nchart: ./a\nspec: { chart: ./a, namespace: b }\n",
    ],
    [
      "wrong types",
      release(
        "chart: ./a\nversion: 1.10\nretries: many\nsuspend: 'yes'\ndependsOn: b\nvalues: [1]\nphase:\nfailFast: 5",
      ),
    ],
    [
      "numbers out of bounds",
      release("chart: ./a\nretries: -1\nmaxHistory: 1\nfailFast: { crashLoop: { restarts: 1.5 } }"),
    ],
    [
      "unknown choices",
      release("chart: ./a\nonFailure: rolback\nwaitWith: kubectl\ncrds: Create\nfieldConflicts: 1"),
    ],
    [
      "bad durations",
      release(
        "chart: ./a\ntimeout: 5 minutes\nfailFast: { imagePull: -1s, config: 30, crashLoop: { for: '90' } }",
      ),
    ],
    ["durations out of bounds", release("chart: ./a\ntimeout: 25h\nfailFast: { imagePull: 100h }")],
    ["a timeout of nothing", release("chart: ./a\ntimeout: 0s")],
    ["bad names", release(`chart: ./a\nreleaseName: ${"x".repeat(54)}`, "name: Orders_API, namespace: a.b")],
    ["names that YAML takes for something else", release("chart: ./a\nreleaseName: 007", "name: on")],
    ["an unknown phase", release("chart: ./a\nphase: app")],
    ["bad references", release("chart: ./a\ndependsOn: [a/b/c, 'B', '', 5, x/, ok]")],
    ["a chart outside of the repository", release("chart: ../../../charts/a")],
    ["a chart of a repository that is not declared", release("chart: bitnami/nginx")],
    ["an absolute chart", release("chart: /charts/a")],
    ["a chart's bare name", release("chart: orders")],
    ["a chart with backslashes", release("chart: .\\charts\\a")],
    ["a chart with backslashes further on", release("chart: ./charts\\a")],
    ["another version of the format", release("chart: ./a").replace("headway.dev/v1", "headway.dev/v2")],
    ["a misspelt version", release("chart: ./a").replace("headway.dev/v1", "headwai.dev/v1")],
    ["no apiVersion", release("chart: ./a").replace("apiVersion: headway.dev/v1\n", "")],
    ["a misspelt kind", release("chart: ./a").replace("HelmRelease", "HelmRelese")],
    ["another kind", release("chart: ./a").replace("HelmRelease", "Job")],
    ["no kind", release("chart: ./a").replace("kind: HelmRelease\n", "")],
    ["escape sequences in what is shown", release('chart: ./a\nphase: "\\e[2J\\e]0;x\\a"')],
  ])("%s", (_, text) => {
    expect(told(text)).toMatchSnapshot();
  });

  it("no namespace anywhere", () => {
    const { told: words } = read({ "a.yaml": release("chart: ./a") });
    expect(words).toMatchInlineSnapshot(`
      "a.yaml:3:13 error orders has no namespace
          → add metadata.namespace, or spec.defaults.namespace in headway.yaml
      1 error in 1 file"
    `);
  });

  it("two declarations of one release, and two releases of one name in Helm", () => {
    const { told: words } = read({
      "headway.yaml": home,
      "a.yaml": release("chart: ./a"),
      "b.yaml": `${release("chart: ./b")}---\n${release("chart: ./c\nreleaseName: orders", "name: other")}`,
    });
    expect(words).toMatchInlineSnapshot(`
      "b.yaml:3:19 error shop/orders is declared twice
          a.yaml:3:19 first declared here
          → remove one, or give it another name or namespace
      b.yaml:9:19 error shop/other and shop/orders are both the Helm release shop/orders
          a.yaml:3:19 shop/orders is declared here
          → give one of them another spec.releaseName
      2 errors in 1 file"
    `);
  });
});

describe("a mistake in headway.yaml is told in words:", () => {
  it.each([
    [
      "fields that this version does not have",
      stack("repositories: {}\nvalues: {}\nonFailure: stop\nprune: true\nmaxPrune: 1\ncluster: {}"),
    ],
    ["unknown fields", stack("phase: [a]\ndefaults: { namespce: a, chart: ./a, test: true }")],
    ["bad phases", stack("phases: [a, b, a, 'c d']")],
    ["bad patterns", stack("releases: ['../x/*.yaml', 'nothing/*.yaml', '/etc/*.yaml']")],
    ["no Stack in it", release("chart: ./a", "name: a, namespace: b")],
    ["two Stacks in it", `${home}---\n${home}`],
    ["no name", "apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: A }\n"],
    ["broken YAML", "apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: a\n"],
    ["nothing in it", ""],
    ["a default out of bounds", stack("defaults: { namespace: shop, timeout: 48h }")],
  ])("%s", (_, text) => {
    const { told: words } = read({
      "headway.yaml": text,
      "a.yaml": release("chart: ./a", "name: z, namespace: z"),
    });
    expect(words).toMatchSnapshot();
  });

  it("a Stack in another file", () => {
    expect(read({ "headway.yaml": home, "dev/headway.yaml": home, "a.yaml": release("chart: ./a") }).told)
      .toMatchInlineSnapshot(`
      "dev/headway.yaml:2:7 error a Stack is read only from headway.yaml at the stack's root
          headway.yaml:2:7 the Stack of this folder
          → if dev is a stack of its own, name that folder; else move this to headway.yaml
      1 error in 1 file"
    `);
    expect(read({ "stack.yaml": `${home}---\n${release("chart: ./a", "name: a, namespace: b")}` }).told)
      .toMatchInlineSnapshot(`
      "stack.yaml:2:7 error a Stack is read only from headway.yaml at the stack's root
          → move it to headway.yaml
      1 error in 1 file"
    `);
  });

  it("patterns that match something else", () => {
    const { told: words } = read({
      "headway.yaml": stack("releases: ['*.yaml']\ndefaults: { namespace: shop }"),
      "a.yaml": `${release("chart: ./a")}---\napiVersion: v1\nkind: ConfigMap\n`,
      "b.yaml": "a: 1\n",
      "c.yaml": "a: [\n",
      "values.yaml": "a: 1\n",
    });
    expect(words).toMatchInlineSnapshot(`
      "a.yaml:7:13 error spec.releases of headway.yaml names this file, but it holds a ConfigMap of "v1"
          → narrow the pattern, or move the document to another file
      b.yaml:1:1 error spec.releases of headway.yaml names this file, but it holds something else
          → narrow the pattern, or move the document to another file
      c.yaml:2:1 error a bracket is not closed, or its content is not indented
          → close it with ] or }
      values.yaml:1:1 error spec.releases of headway.yaml names this file, but it holds something else
          → narrow the pattern, or move the document to another file
      4 errors in 4 files"
    `);
  });

  it("nothing to deploy", () => {
    expect(read({ "headway.yaml": home }).told).toMatchInlineSnapshot(`
      "headway.yaml:2:7 warning no HelmRelease is declared here
          → a declaration is a YAML document with \`apiVersion: headway.dev/v1\` and \`kind: HelmRelease\`
      1 warning in 1 file"
    `);
    expect(read({ "x.yaml": "a: 1" }).told).toMatchInlineSnapshot(`
      "error no HelmRelease is declared here
          → a declaration is a YAML document with \`apiVersion: headway.dev/v1\` and \`kind: HelmRelease\`
      1 error"
    `);
  });

  it("declarations that are meant for kustomize, with the overlays that can be named", () => {
    const { stack: found, told: words } = read({
      "base/headway.yaml": home,
      "base/kustomization.yaml": "resources: [headway.yaml, releases/a.yaml]\n",
      "base/releases/a.yaml": release("chart: ./a"),
      "overlays/dev/kustomization.yaml": "resources: [../../base]\npatches: [{ path: a.yaml }]\n",
      "overlays/dev/a.yaml": release("values: { replicas: 1 }"),
      "overlays/prod/Kustomization": "resources: [../../base]\ncomponents: [../../parts/tls]\n",
      "parts/tls/kustomization.yml": "kind: Component\n",
    });
    expect(found.declarations).toEqual([]);
    expect(words).toMatchInlineSnapshot(`
      "base/kustomization.yaml:1:1 error declarations here are made by kustomize, and it was not this folder that was named
          → name the overlay's folder: overlays/dev, overlays/prod
      1 error in 1 file"
    `);
  });

  it("no kustomization that has no declarations near it, and none that spec.releases passes by", () => {
    const a = release("chart: ./a");
    expect(read({ "headway.yaml": home, "a.yaml": a, "k8s/kustomization.yaml": "" }).told).toBe("");
    const named = stack("releases: [a.yaml]\ndefaults: { namespace: shop }");
    expect(read({ "headway.yaml": named, "a.yaml": a, "kustomization.yaml": "" }).told).toBe("");
  });
});

describe("whatever a file holds", () => {
  const piece = fc.constantFrom(
    ..."apiVersion: headway.dev/v1 | kind: HelmRelease | metadata: | spec: | chart: ./a | - | [ | ] | { | } | : | , | & | *a | &a | ! | !!int | | > | ' | \" | # | % | @ | ` | --- | ... | ? | << | ~ | \\ | 1 | x | é".split(
      " | ",
    ),
    "\n",
    "\n  ",
    "\n\n",
    "\t",
    " ",
    "\r",
    "\0",
  );

  it("reading it never throws, and an error is told wherever a mentioned declaration is not read", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
          fc.string(),
        ),
        (text) => {
          const { stack: found, told: words } = read({
            "headway.yaml": home,
            "a.yaml": `headway.dev/\n${text}`,
          });
          expect(found.declarations.length > 0 || words !== "").toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
