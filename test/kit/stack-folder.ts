// Makes stacks to run: a folder with headway.yaml, releases and one small chart that can be told how its pods behave.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";

export type ReleaseSketch = {
  readonly name: string;
  readonly namespace?: string;
  readonly dependsOn?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** More of spec; values are merged over what `app` is given. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly values?: Readonly<Record<string, unknown>>;
};

export type StackSketch = {
  readonly name: string;
  readonly namespace: string;
  readonly releases: readonly ReleaseSketch[];
  readonly stackSpec?: Readonly<Record<string, unknown>>;
  /** Further files by path, charts for example. */
  readonly files?: Readonly<Record<string, string>>;
};

/** A chart `app`: a Deployment of `replicas` (1), a ConfigMap, a Service; `annotations` go to its pods. */
export const appChart: Readonly<Record<string, string>> = {
  "charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
  "charts/app/values.yaml": "replicas: 1\nannotations: {}\ntag: 1.0.0\nconfig: {}\n",
  "charts/app/templates/app.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data: {{ toJson .Values.config }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector: { app: {{ .Release.Name }} }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations: {{ toJson .Values.annotations }}
    spec:
      containers: [{ name: app, image: "registry.example/app:{{ .Values.tag }}" }]
`,
};

/** Writes the stack into a folder that is removed after the test; returns the folder. Call again to change it. */
export function writeStack(sketch: StackSketch, folder?: string): string {
  const target = folder ?? mkdtempSync(join(tmpdir(), "headway-stack-"));
  if (folder === undefined)
    onTestFinished(() => {
      rmSync(target, { recursive: true, force: true });
    });
  rmSync(join(target, "releases"), { recursive: true, force: true });
  const files: Record<string, string> = {
    ...appChart,
    ...sketch.files,
    "headway.yaml": stringify({
      apiVersion: "headway.dev/v1",
      kind: "Stack",
      metadata: { name: sketch.name },
      spec: { defaults: { namespace: sketch.namespace, timeout: "60s" }, ...sketch.stackSpec },
    }),
  };
  for (const release of sketch.releases)
    files[`releases/${release.namespace ?? sketch.namespace}-${release.name}.yaml`] = stringify({
      apiVersion: "headway.dev/v1",
      kind: "HelmRelease",
      metadata: {
        name: release.name,
        ...(release.namespace === undefined ? {} : { namespace: release.namespace }),
        ...(release.labels === undefined ? {} : { labels: release.labels }),
      },
      spec: {
        chart: "../charts/app",
        ...(release.dependsOn === undefined ? {} : { dependsOn: release.dependsOn }),
        ...(release.values === undefined ? {} : { values: release.values }),
        ...release.spec,
      },
    });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  }
  return target;
}
