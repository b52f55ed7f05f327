// Missing dependencies with the built program and a real helm: found before the cluster is, at their place, and put right.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { headway as runHeadway, type CliEnd } from "../kit/cli.ts";
import { fieldAt, listAt } from "../../src/core/json.ts";
import { openTestStack } from "../kit/test-stack.ts";
import { writeStack } from "../kit/stack-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Without the lines that say how far a slow machine has come. */
async function headway(argv: readonly string[]): Promise<CliEnd> {
  const end = await runHeadway(argv);
  return { ...end, stderr: end.stderr.replace(/^looking for missing dependencies: .*(?:\n|$)/gm, "") };
}

/** The example stack in a repository of its own, and one of its declarations with something changed. */
async function example(
  name: string,
  change: (text: string) => string,
): Promise<{ readonly folder: string; readonly before: string; readonly text: () => string }> {
  const copy = mkdtempSync(join(tmpdir(), "headway-example-"));
  onTestFinished(() => {
    rmSync(copy, { recursive: true, force: true });
  });
  for (const part of ["examples", "charts-index"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  await execa("git", ["init", "--quiet", copy]);
  const folder = join(copy, "examples", "shop");
  const file = join(folder, "releases", `${name}.yaml`);
  const before = readFileSync(file, "utf8");
  writeFileSync(file, change(before));
  return { folder, before, text: () => readFileSync(file, "utf8") };
}

describe("foresight on the example", () => {
  test("has nothing to say of it as it is, nor once it is rendered already", async () => {
    const { folder } = await example("orders", (text) => text);
    expect(await headway(["validate", folder])).toMatchObject({ code: 0, stderr: "" });
    expect(await headway(["validate", folder])).toMatchObject({ code: 0, stderr: "" });
  });

  test("finds a dependency that was removed, with file and line, and --fix restores it", async () => {
    const { folder, before, text } = await example("search", (whole) =>
      whole.replace(/^ {2}dependsOn: .*\n/m, ""),
    );
    const end = await headway(["validate", folder]);
    expect(end.code).toBe(0);
    expect(end.stderr.split("\n")).toEqual([
      "releases/search.yaml:4:9 warning shop/search uses catalog.shop.svc (key CATALOG_URL, ConfigMap search) but does not depend on shop/catalog",
      "    releases/catalog.yaml:4:9 shop/catalog is declared here",
      "    → add `dependsOn: [catalog]` to its spec, or run headway validate --fix",
      "1 warning in 1 file",
    ]);
    const listed: unknown = JSON.parse((await headway(["validate", folder, "-o", "json"])).stdout);
    expect(listAt(listed, "items").map((item) => [fieldAt(item, "code"), fieldAt(item, "about")])).toEqual([
      [
        "missing-dependency",
        { release: "shop/search", dependency: "shop/catalog", object: "Service/shop/catalog" },
      ],
    ]);
    expect(await headway(["validate", folder, "--no-foresight"])).toMatchObject({ code: 0, stderr: "" });
    const fixed = await headway(["validate", folder, "--fix"]);
    expect([fixed.code, fixed.stderr]).toEqual([0, "releases/search.yaml:9\n+   dependsOn: [catalog]"]);
    expect(text()).toBe(before);
  });

  test("finds a host that nothing provides, and makes it an error where the stack says so", async () => {
    const { folder } = await example("payments", (whole) =>
      whole.replace(/^ {4}secrets:\n.*\n/m, "    config: { EXTRA_HOST: ledger }\n"),
    );
    const headwayFile = join(folder, "headway.yaml");
    writeFileSync(
      headwayFile,
      readFileSync(headwayFile, "utf8").replace(/^spec:\n/m, "spec:\n  foresight: enforce\n"),
    );
    const end = await headway(["validate", folder]);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(
      "releases/payments.yaml:4:9 error nothing provides Service shop/ledger, which shop/payments needs (key EXTRA_HOST, ConfigMap payments)",
    );
  });
});

const needy = {
  "charts/needy/Chart.yaml": "apiVersion: v2\nname: needy\nversion: 1.0.0\n",
  "charts/needy/values.yaml": "secret: needy\nfail: ''\n",
  "charts/needy/templates/pod.yaml": `{{ with .Values.fail }}{{ fail . }}{{ end }}
{{ if .Capabilities.APIVersions.Has "things.example/v1/Thing" }}
apiVersion: things.example/v1
kind: Thing
metadata: { name: {{ .Release.Name }} }
{{ end }}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec:
      containers:
        - { name: app, image: "registry.example/app:1", envFrom: [{ secretRef: { name: {{ .Values.secret }} } }] }
`,
  "charts/things/Chart.yaml": "apiVersion: v2\nname: things\nversion: 1.0.0\n",
  "charts/things/crds/things.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.things.example }
spec:
  group: things.example
  scope: Namespaced
  names: { kind: Thing, plural: things, singular: thing }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`,
};

describe("foresight on charts that ask and refuse", () => {
  test("renders for a cluster that has the stack's CRDs, and tells which chart does not render", async () => {
    const folder = writeStack({
      name: "shop",
      namespace: "shop",
      files: needy,
      releases: [
        { name: "things", spec: { chart: "../charts/things" } },
        { name: "web", spec: { chart: "../charts/needy", provides: ["Secret/needy"] } },
        {
          name: "api",
          spec: {
            chart: "../charts/needy",
            dependsOn: ["things"],
            values: { fail: "say what api is for" },
          },
        },
      ],
    });
    const end = await headway(["validate", folder]);
    expect(end.stderr).toContain("say what api is for");
    // Once, at the place of the values; not a second time as helm says it.
    expect(end.stderr).not.toContain("helm template api");
    expect(end.stderr).toContain(
      "shop/web uses the kind Thing (things.example) (apiVersion, Thing web) but does not depend on shop/things",
    );
    // The values have a finding of their own, at their place, where the templates say why.
    expect(end.stderr).toContain("the chart refuses them");
  });
});

describe("headway plan", () => {
  test("believes the cluster: what somebody made there is not missing", async () => {
    const stack = await openTestStack(
      [{ name: "web", spec: { chart: "../charts/needy", values: { secret: "made-by-hand" } } }],
      { files: needy },
    );
    const missing = `nothing provides Secret ${stack.namespace}/made-by-hand, which ${stack.namespace}/web needs (envFrom, Deployment web)`;
    expect((await stack.run("plan")).stderr).toContain(missing);
    const plan: unknown = JSON.parse((await stack.run("plan", ["-o", "json"])).stdout);
    expect(listAt(plan, "findings").map((one) => fieldAt(one, "message"))).toEqual([missing]);
    expect((await stack.run("plan", ["-o", "markdown"])).stdout).toContain(
      "**warning** nothing provides Secret",
    );
    await stack.cluster.kube("/api/v1/namespaces", {
      method: "POST",
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name: stack.namespace } },
    });
    await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/secrets`, {
      method: "POST",
      body: { apiVersion: "v1", kind: "Secret", metadata: { name: "made-by-hand" }, stringData: { a: "b" } },
    });
    expect(await stack.run("plan")).toMatchObject({ code: 0, stderr: "" });
  });
});
