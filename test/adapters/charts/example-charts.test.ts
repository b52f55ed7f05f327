// The example stack under the real helm: every chart lints and renders with the values that its release declares.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { openCharts } from "../../../src/adapters/charts/chart-pins.ts";
import type { PinnedChart } from "../../../src/core/pin.ts";
import { runHelm } from "../../kit/chart-trees.ts";

const root = resolve(import.meta.dirname, "../../..");
const folder = "examples/shop/releases";

type Release = {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly chart: string;
    readonly version: string;
    readonly phase: string;
    readonly dependsOn?: readonly string[];
    readonly values?: Readonly<Record<string, unknown>>;
  };
};

type Rendered = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly template?: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
};

const releases = readdirSync(join(root, folder))
  .sort()
  // Checked by the schema in the tests of declarations.
  .map((file) => parse(readFileSync(join(root, folder, file), "utf8")) as Release);

const scratch = mkdtempSync(join(tmpdir(), "headway-example-"));
const charts = openCharts({ repositoryRoot: root, cacheDir: scratch });

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

async function pin(release: Release): Promise<PinnedChart> {
  const place = { file: `${folder}/${release.metadata.name}.yaml`, line: 1, column: 1 };
  const result = await charts.resolve({
    chart: { kind: "path", path: posix.join(folder, release.spec.chart), written: release.spec.chart },
    chartRange: place,
    version: release.spec.version,
    versionRange: place,
  });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

async function render(
  release: Release,
  more: Readonly<Record<string, unknown>> = {},
): Promise<readonly Rendered[]> {
  const { name, namespace = "shop" } = release.metadata;
  const values = join(scratch, `${name}.json`);
  writeFileSync(values, JSON.stringify({ ...release.spec.values, ...more }));
  const chart = await pin(release);
  const text = await runHelm("template", name, chart.folder, "--namespace", namespace, "--values", values);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

const cases = releases.map((release) => [release.metadata.name, release] as const);

describe("the example's release", () => {
  test.each(cases)("%s lints without a warning and renders", async (name, release) => {
    const values = join(scratch, `${name}-lint.json`);
    writeFileSync(values, JSON.stringify(release.spec.values ?? {}));
    const { folder: chart } = await pin(release);
    expect(await runHelm("lint", "--strict", chart, "--values", values)).not.toMatch(/\[(?:WARNING|ERROR)\]/);
    const objects = await render(release);
    expect(objects.length).toBeGreaterThan(0);
    const keys = objects.map((object) => `${object.kind}/${object.metadata.name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each(cases)("%s labels each of its objects", async (name, release) => {
    for (const object of await render(release)) {
      expect(object.metadata.labels?.["app.kubernetes.io/name"], object.metadata.name).toBeTruthy();
      expect(object.metadata.labels?.["app.kubernetes.io/instance"], object.metadata.name).toBe(name);
    }
  });

  test.each(cases)("%s hands podAnnotations to the pods of its workloads", async (_name, release) => {
    const podAnnotations = { "sim.headway.dev/fail": "never-ready" };
    const workloads = (await render(release, { podAnnotations })).filter((object) =>
      ["Deployment", "StatefulSet", "DaemonSet"].includes(object.kind),
    );
    for (const workload of workloads)
      expect(workload.spec?.template?.metadata.annotations).toMatchObject(podAnnotations);
    expect(workloads).toHaveLength(["baseline", "topics"].includes(release.metadata.name) ? 0 : 1);
  });
});

test("the example depends on nothing that it does not declare", () => {
  const ids = new Set(releases.map(({ metadata }) => `${metadata.namespace ?? "shop"}/${metadata.name}`));
  expect(ids.size).toBe(releases.length);
  for (const { metadata, spec } of releases) {
    for (const dependency of spec.dependsOn ?? []) {
      const id = dependency.includes("/") ? dependency : `${metadata.namespace ?? "shop"}/${dependency}`;
      expect(ids, `${metadata.name} depends on ${id}`).toContain(id);
    }
  }
});

test("the example shows what a stack can hold", async () => {
  const objects = (await Promise.all(releases.map((release) => render(release)))).flat();
  const kinds = new Set(objects.map((object) => object.kind));
  for (const kind of [
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "RoleBinding",
    "Secret",
    "ServiceAccount",
    "StatefulSet",
    "Topic",
  ])
    expect(kinds).toContain(kind);
  const pins = await Promise.all(releases.map(pin));
  expect(pins.filter((chart) => chart.hasCrds).map((chart) => chart.name)).toEqual(["topic-operator"]);
  expect(new Set(pins.flatMap((chart) => chart.hooks))).toEqual(
    new Set(["post-install", "pre-install", "pre-upgrade", "test"]),
  );
  expect(pins.every((chart) => chart.namespaces.length === 0)).toBe(true);
});

test("the release that the demo breaks has the lines that the demo edits", () => {
  const orders = readFileSync(join(root, folder, "orders.yaml"), "utf8");
  expect(orders).toMatch(/^ {6}tag: 1\.4\.2$/m);
  expect(orders).toMatch(/^ {4}podAnnotations:$/m);
  expect(orders).toMatch(/^ {4}imagePull: 3s$/m);
});

test("every chart of the catalogue is used by the example, or by a chart that is", () => {
  const used = releases.map((release) => posix.basename(release.spec.chart));
  expect(readdirSync(join(root, "charts-index")).sort()).toEqual([...used, "common"].sort());
});
