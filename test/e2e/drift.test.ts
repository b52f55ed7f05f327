// Drift on a real API server, with real helm: what people change by hand is found, field by field, shown without secrets, and
// taken back; what is as it was applied is left in peace.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../../src/sandbox/programs.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { eventsOf, headway } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

/** What a chart writes in another form than the API server, or leaves to its defaults. */
const chart = oneFileChart(
  "odd",
  `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { mode: prod, size: "1000m" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-more, annotations: { helm.sh/resource-policy: keep } }
data: { a: "1" }
---
apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }} }
data: { user: {{ b64enc "app" }} }
stringData: { password: hunter22 }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: {{ .Release.Name }}, labels: { app.kubernetes.io/managed-by: somebody } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: {{ .Release.Name }} }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get, list] }]
---
apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { app: {{ .Release.Name }} }
  ports: [{ name: http, port: 80, targetPort: http }, { name: dns, port: 53, protocol: UDP }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: { tier: web }
spec:
  {{- if .Values.replicas }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  minReadySeconds: 0
  paused: false
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      creationTimestamp: null
      labels: { app: {{ .Release.Name }} }
      annotations: {}
    spec:
      serviceAccountName: ""
      nodeSelector: {}
      tolerations: []
      volumes:
        - { name: scratch, emptyDir: { sizeLimit: 1024Mi } }
        - { name: secret, secret: { secretName: {{ .Release.Name }}, defaultMode: 0440 } }
      containers:
        - name: app
          image: registry.example/app:1.0.0
          args: [serve, --fast]
          ports: [{ name: http, containerPort: 80 }]
          env:
            - { name: MODE, value: prod }
            - { name: EMPTY, value: "" }
            - { name: API_TOKEN, value: abcdef }
            - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
          volumeMounts: [{ name: scratch, mountPath: /tmp }]
          resources: { limits: { cpu: 1000m, memory: 1024Mi }, requests: { cpu: 0.5 } }
          livenessProbe: { httpGet: { path: /, port: http }, timeoutSeconds: 1 }
`,
  "replicas: 2\n",
);

const odd = { chart: "../charts/odd" };

const openOddStack = (spec: Readonly<Record<string, unknown>> = {}) =>
  openTestStack([{ name: "web", spec: { ...odd, ...spec } }], { files: chart });

type Field = {
  readonly path: string;
  readonly manifest?: unknown;
  readonly live?: unknown;
  readonly manager?: string;
};
type Item = {
  readonly release: string;
  readonly verdict: string;
  readonly drift?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly state: string;
    readonly fields: readonly Field[];
  }[];
};

/** What `plan --drift -o json` says, a line for each field, in the order of the manifest. */
async function driftOf(
  stack: TestStack,
): Promise<{ readonly code: number; readonly lines: readonly string[]; readonly text: string }> {
  const end = await stack.run("plan", ["--drift", "--detailed-exitcode", "-o", "json"]);
  const plan: unknown = JSON.parse(end.stdout);
  expect(complaints(strictValidator("plan"), plan)).toEqual([]);
  const lines = (plan as { readonly items: readonly Item[] }).items.flatMap(({ drift = [] }) =>
    drift.flatMap(({ kind, name, state, fields }) =>
      state === "missing"
        ? [`${kind} ${name} missing`]
        : fields.map(
            ({ path, manifest, live, manager }) =>
              `${kind} ${name} ${path} ${JSON.stringify(manifest)} → ${JSON.stringify(live)}${manager === undefined ? "" : ` by ${manager}`}`,
          ),
    ),
  );
  return { code: end.code, lines, text: end.stdout };
}

/** Edits as somebody with kubectl makes them; merges alone, but for lists of containers. */
async function edit(
  stack: TestStack,
  path: string,
  body: unknown,
  contentType: string,
  api = "apps/v1",
): Promise<void> {
  const root = api === "v1" ? "/api/v1" : `/apis/${api}`;
  const reply = await stack.cluster.kube(
    `${root}/namespaces/${stack.namespace}/${path}?fieldManager=kubectl-edit`,
    { method: "PATCH", body, contentType },
  );
  if (reply.status >= 300) throw new Error(`PATCH ${path}: ${reply.status} ${reply.text}`);
}

async function breakEverything(stack: TestStack): Promise<void> {
  const merge = "application/merge-patch+json";
  await edit(
    stack,
    "deployments/web",
    [
      { op: "replace", path: "/spec/replicas", value: 1 },
      { op: "remove", path: "/metadata/labels/tier" },
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "registry.example/app:hacked" },
      { op: "replace", path: "/spec/template/spec/containers/0/args", value: ["serve"] },
      { op: "replace", path: "/spec/template/spec/containers/0/env/2/value", value: "stolen" },
      { op: "remove", path: "/spec/template/spec/containers/0/env/0" },
      {
        op: "add",
        path: "/spec/template/spec/containers/-",
        value: { name: "debug", image: "registry.example/debug" },
      },
      { op: "add", path: "/spec/revisionHistoryLimit", value: 3 },
    ],
    "application/json-patch+json",
  );
  await edit(stack, "configmaps/web", { data: { mode: "debug", extra: "x" } }, merge, "v1");
  await edit(
    stack,
    "secrets/web",
    { data: { password: Buffer.from("letmein99").toString("base64") } },
    merge,
    "v1",
  );
  await edit(
    stack,
    "roles/web",
    { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
    merge,
    "rbac.authorization.k8s.io/v1",
  );
}

async function deleteMore(stack: TestStack): Promise<void> {
  await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/configmaps/web-more`, { method: "DELETE" });
}

const container = '.spec.template.spec.containers[name="app"]';

describe("drift of a release", () => {
  it("is nothing where nobody has changed anything, whatever form the chart writes it in", async () => {
    const stack = await openOddStack();
    expect((await stack.apply()).code).toBe(0);
    expect(await driftOf(stack)).toMatchObject({ code: 0, lines: [] });
  });

  it("is nothing in the example stack: defaulted objects of many kinds, custom resources and hooks", async () => {
    // Its namespaces have fixed names, so that it needs a cluster of its own.
    const started = await startSandbox({ name: `drift-${process.pid}` });
    if (!started.ok) throw new Error(started.failure.message);
    onTestFinished(() => started.value.stop());
    const { kubeconfig } = started.value;
    const folder = fileURLToPath(new URL("../../examples/shop", import.meta.url));
    const end = await headway(["apply", folder, "--yes", "--progress", "plain"], { kubeconfig });
    expect(end.code, end.all).toBe(0);
    const plan = await headway(["plan", folder, "--drift", "--detailed-exitcode"], { kubeconfig });
    expect(plan.code, plan.all).toBe(0);
    expect(plan.stdout).toContain("Plan: 19 unchanged");
  }, 240_000);

  it("is found field by field with its manager, warned of, corrected in order, and gone then", async () => {
    const stack = await openTestStack(
      [
        { name: "web", spec: { ...odd, fieldConflicts: "fail" } },
        { name: "edge", dependsOn: ["web"] },
      ],
      { files: chart },
    );
    expect((await stack.apply()).code).toBe(0);
    await breakEverything(stack);

    const found = await driftOf(stack);
    expect(found.code).toBe(2);
    expect(found.lines).toEqual([
      'Secret web .data.password "***" → "***" by kubectl-edit',
      'ConfigMap web .data.mode "prod" → "debug" by kubectl-edit',
      'Role web .rules[0].apiGroups[0] "" → "*" by kubectl-edit',
      'Role web .rules[0].resources[0] "pods" → "*" by kubectl-edit',
      'Role web .rules[0].verbs ["get","list"] → ["*"] by kubectl-edit',
      'Deployment web .metadata.labels.tier "web" → undefined',
      "Deployment web .spec.replicas 2 → 1 by kubectl-edit",
      `Deployment web ${container}.image "registry.example/app:1.0.0" → "registry.example/app:hacked" by kubectl-edit`,
      `Deployment web ${container}.args ["serve","--fast"] → ["serve"] by kubectl-edit`,
      `Deployment web ${container}.env[name="MODE"] {"name":"MODE","value":"prod"} → undefined`,
      `Deployment web ${container}.env[name="API_TOKEN"].value "***" → "***" by kubectl-edit`,
    ]);
    const table = await stack.run("plan", ["--drift"]);
    expect(table.stdout).toContain(`Deployment ${stack.namespace}/web .spec.replicas: 2 → 1  (kubectl-edit)`);
    for (const text of [found.text, table.all]) expect(text).not.toMatch(/hunter22|letmein99|stolen|abcdef/);
    expect((await stack.run("plan", ["--detailed-exitcode"])).code).toBe(0);

    const warned = await stack.run("apply", ["--yes", "--progress", "json"]);
    expect(warned.code, warned.all).toBe(0);
    expect(eventsOf(warned.stdout).filter(({ kind }) => kind === "warning")).toHaveLength(1);
    expect(warned.all).toContain("not as helm applied it");
    expect(warned.all).not.toMatch(/hunter22|letmein99|stolen|abcdef/);
    expect(historyOf(await stack.revisions("web"))).toBe("1:deployed");
    expect((await stack.apply("--drift", "ignore")).all).not.toContain("not as helm applied it");

    await deleteMore(stack);
    expect((await driftOf(stack)).lines).toContain("ConfigMap web-more missing");
    const corrected = await stack.run("apply", ["--yes", "--progress", "json", "--drift", "correct"]);
    expect(corrected.code, corrected.all).toBe(0);
    const events = eventsOf(corrected.stdout);
    const validate = strictValidator("events");
    for (const event of events) expect(complaints(validate, event), JSON.stringify(event)).toEqual([]);
    expect(historyOf(await stack.revisions("web"))).toBe("1:superseded 2:deployed");
    expect(historyOf(await stack.revisions("edge"))).toBe("1:deployed");
    const after = await driftOf(stack);
    expect(after).toMatchObject({ code: 0, lines: [] });
    const deployment = await stack.object("deployments/web");
    expect(JSON.stringify(deployment)).toMatch(/app:1\.0\.0/);
    // What the manifest does not set is nobody's business.
    expect(JSON.stringify(deployment)).toMatch(/registry\.example\/debug/);
    expect((await stack.object("configmaps/web-more", "v1"))?.data).toEqual({ a: "1" });
    expect((await stack.object("secrets/web", "v1"))?.data?.["password"]).toBe(
      Buffer.from("hunter22").toString("base64"),
    );
    expect((await stack.apply("--drift", "correct")).all).toMatch(/2 unchanged/);
  }, 240_000);

  it("is taken back from a release that helm applies client-side, too", async () => {
    const stack = await openOddStack();
    await helmByHand(
      stack,
      "install",
      "web",
      join(stack.folder, "charts/odd"),
      "--create-namespace",
      "--server-side=false",
    );
    expect((await stack.apply()).code).toBe(0);
    expect(await driftOf(stack)).toMatchObject({ code: 0, lines: [] });
    await breakEverything(stack);
    const found = await driftOf(stack);
    expect(found.lines).toHaveLength(11);
    const corrected = await stack.apply("--drift", "correct");
    expect(corrected.code, corrected.all).toBe(0);
    expect(await driftOf(stack)).toMatchObject({ code: 0, lines: [] });
  });

  it("leaves out what the declaration ignores and what the chart does not set, and obeys its mode", async () => {
    const ignore = [
      { paths: ["/spec/replicas"], target: { kind: "Deployment", name: "web" } },
      { paths: [""], target: { kind: "ConfigMap", name: "web-more" } },
    ];
    const stack = await openOddStack({ driftDetection: { mode: "enabled", ignore } });
    expect((await stack.apply()).code).toBe(0);
    await edit(stack, "deployments/web", { spec: { replicas: 1 } }, "application/merge-patch+json");
    await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/configmaps/web-more`, {
      method: "DELETE",
    });
    expect(await driftOf(stack)).toMatchObject({ code: 0, lines: [] });
    await edit(stack, "configmaps/web", { data: { mode: "debug" } }, "application/merge-patch+json", "v1");
    // As declared: without a flag.
    expect((await stack.run("plan", ["--drift"])).stdout).toMatch(/1 to upgrade/);
    expect((await stack.apply("--dry-run")).stdout).toMatch(/1 to upgrade/);
    expect((await stack.apply()).code).toBe(0);
    expect((await stack.object("configmaps/web", "v1"))?.data?.["mode"]).toBe("prod");

    const suspended = { driftDetection: { mode: "enabled" }, suspend: true };
    stack.declare([{ name: "web", spec: { ...odd, ...suspended } }], { files: chart });
    await edit(stack, "configmaps/web", { data: { mode: "debug" } }, "application/merge-patch+json", "v1");
    expect((await stack.apply("--drift", "correct")).code).toBe(0);
    expect((await driftOf(stack)).lines).toEqual([
      'ConfigMap web .data.mode "prod" → "debug" by kubectl-edit',
    ]);
    expect((await stack.object("configmaps/web", "v1"))?.data?.["mode"]).toBe("debug");
  });
});

/** Runs helm by hand, as somebody did before Headway came. */
async function helmByHand(stack: TestStack, ...argv: readonly string[]): Promise<void> {
  const found = await findProgram("helm");
  if (!found.ok) throw new Error(found.failure.message);
  const home = mkdtempSync(join(tmpdir(), "headway-by-hand-"));
  onTestFinished(() => {
    rmSync(home, { recursive: true, force: true });
  });
  await execa(found.value.path, [...argv, "--namespace", stack.namespace], {
    env: {
      KUBECONFIG: stack.cluster.kubeconfig,
      HELM_CACHE_HOME: home,
      HELM_CONFIG_HOME: home,
      HELM_DATA_HOME: home,
    },
  });
}
