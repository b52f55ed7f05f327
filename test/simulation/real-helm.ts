// The real helm, run by Headway's own adapter through a proxy that notes what it writes, in order and in the words of
// helm-writes.ts.
import { join } from "node:path";
import { openHelm } from "../../src/adapters/helm/helm-cli.ts";
import { findProgram } from "../../src/sandbox/programs.ts";
import { processesIn, upgradeOrder } from "../adapters/helm/fake-helm.ts";
import { startFaultyProxy, type PassedWrite } from "../adapters/cluster/faulty-proxy.ts";
import { temporaryFolder, writeTree } from "../kit/chart-trees.ts";
import { createNamespace, sharedSandbox } from "../kit/sandbox.ts";
import { maxHistory, type HelmRun, type Operation } from "./helm-writes.ts";

/** What `render` of stacks.ts makes, as a chart. */
const chart = {
  "Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
  "templates/all.yaml": `{{- if eq (mod .Values.version 2) 1 }}
apiVersion: v1
kind: ConfigMap
metadata: { name: db }
data: { version: {{ .Values.version | quote }} }
---
{{- end }}
apiVersion: apps/v1
kind: Deployment
metadata: { name: db }
spec:
  replicas: {{ if .Values.isRefused }}-1{{ else }}1{{ end }}
  selector: { matchLabels: { app: db } }
  template:
    metadata:
      labels: { app: db }
      {{- if .Values.hangs }}
      annotations: { sim.headway.dev/ready-after: 1h }
      {{- end }}
    spec:
      containers: [{ name: db, image: "registry.example/db:{{ .Values.version }}" }]
{{- range .Values.hooks }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: db-{{ . }}
  annotations: { helm.sh/hook: {{ if eq . "pre-upgrade" }}"pre-install,pre-upgrade"{{ else }}{{ . | quote }}{{ end }} }
spec:
  backoffLimit: 0
  template:
    metadata:
      {{- if eq . $.Values.failingHook }}
      annotations: { sim.headway.dev/fail: exit-1 }
      {{- end }}
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: "registry.example/job:1" }]
{{- end }}
`,
};

/** A release `db` in a namespace of its own. */
export async function realHelm(): Promise<HelmRun> {
  const proxy = await startFaultyProxy(await sharedSandbox(), { tls: true });
  const namespace = await createNamespace(await sharedSandbox(), "order");
  const root = temporaryFolder();
  const folder = join(root, "chart");
  writeTree(folder, chart);
  const runFolder = join(root, "run");
  const releases = openHelm({
    runFolder,
    kubeconfig: proxy.kubeconfig,
    decode: () => undefined,
    concurrency: 1,
    findProgram: async () => {
      const found = await findProgram("helm");
      return found.ok ? { ok: true, value: found.value.path } : found;
    },
  });
  const named = { namespace, releaseName: "db", actor: undefined };
  const limits = { maxHistory, timeoutMs: 60_000, forceConflicts: true, onStarted: () => undefined };
  const start = (operation: Operation): Promise<{ readonly ok: boolean }> => {
    switch (operation.kind) {
      case "upgrade": {
        const { version, hooks = [], failingHook = "", goes = "well" } = operation;
        const values = {
          version,
          hooks,
          failingHook,
          isRefused: goes === "refused",
          hangs: goes === "hangs",
        };
        const order = upgradeOrder({
          ...named,
          ...limits,
          values: [JSON.stringify(values)],
          wait: goes === "hangs" ? "everything" : "hooks-only",
        });
        return releases.upgrade({ ...order, chart: { ...order.chart, folder, name: "db" } });
      }
      case "rollback":
        return releases.rollBack({ ...named, ...limits, toRevision: operation.to });
      case "uninstall":
        return releases.uninstall({ ...named, ...limits });
    }
  };
  return async (operation) => {
    const writes: string[] = [];
    proxy.onWrite = (write) => {
      const words = inWords(write);
      if (words === undefined) return;
      writes.push(words);
      if (writes.length === operation.killedAfter)
        for (const pid of processesIn(runFolder)) process.kill(pid, "SIGKILL");
      if (operation.stoppedAfter === writes.length) releases.stop(namespace, "db");
    };
    const end = await start(operation);
    return { writes, isDone: end.ok };
  };
}

const kinds: Readonly<Record<string, string>> = {
  configmaps: "ConfigMap",
  deployments: "Deployment",
  jobs: "Job",
};

/** In the words of helm-writes.ts; undefined for what changed nothing. */
function inWords({ method, path, body, status }: PassedWrite): string | undefined {
  if (status >= 300) return undefined;
  const parts = new URL(path, "http://proxy").pathname.split("/");
  const isNew = method === "POST";
  const resource = parts.at(isNew ? -1 : -2) ?? "";
  const name = isNew ? /sh\.helm\.release\.v1\.db\.v\d+/.exec(body)?.[0] : parts.at(-1);
  const record = /^sh\.helm\.release\.v1\.db\.(v\d+)$/.exec(name ?? "")?.[1]?.replace("v", "r");
  if (record === undefined) {
    const object = `${kinds[resource] ?? resource} ${name ?? nameIn(body)}`;
    return method === "DELETE" ? `delete ${object}` : `write ${object}`;
  }
  if (method === "DELETE") return `delete record ${record}`;
  return `${isNew ? "create" : "update"} record ${record} ${statusIn(body)}`;
}

/** Helm sends its records as protobuf: a label's value stands behind its name and the bytes that say how long it is. */
function statusIn(body: string): string {
  return /status\W+([a-z]+(?:-[a-z]+)?)/.exec(body)?.[1] ?? "of no status";
}

function nameIn(body: string): string {
  return /"metadata":\{[^}]*?"name":"([^"]+)"/.exec(body)?.[1] ?? "without a name";
}
