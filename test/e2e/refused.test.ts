// What helm or the API server refuses, in words a person can act on: charts, values, objects, fields, kinds, rights.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { findProgram } from "../../src/sandbox/programs.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { headway } from "../kit/cli.ts";
import { accessOf, apply, createNamespace, eventually, type TestCluster } from "../kit/sandbox.ts";
import { historyOf, now, openTestStack, writesSince } from "../kit/test-stack.ts";
import { wrappedHelm } from "./process-kit.ts";

const configMap = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\n${data}\n`;
const own = (name: string) => ({ chart: `../charts/${name}`, timeout: "30s" });

describe("a chart that helm refuses", () => {
  it("because it does not render names template and line, and blocks what stands on it", async () => {
    const stack = await openTestStack(
      [{ name: "broken", spec: own("broken") }, { name: "api", dependsOn: ["broken"] }, { name: "free" }],
      { files: oneFileChart("broken", configMap("data: { a: {{ .Values.missing.deeper }} }")) },
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/does not render/);
    expect(end.all).toMatch(/all\.yaml:4/);
    expect(end.all).toMatch(/blocked/);
    expect(historyOf(await stack.revisions("free"))).toBe("1:deployed");
    expect(await stack.revisions("api")).toEqual([]);
    const why = await stack.cli("why", `${stack.namespace}/broken`);
    expect(why.stdout).toMatch(/does not render/);
  });

  it("because it requires a value says so in the chart's own words", async () => {
    const stack = await openTestStack([{ name: "strict", spec: own("strict") }], {
      files: oneFileChart(
        "strict",
        configMap('data: { a: {{ required "host: name the database" .Values.host | quote }} }'),
      ),
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toContain("host: name the database");
  });

  it("because its values do not fit the schema names the value", async () => {
    const files = {
      ...oneFileChart("schema", configMap("data: { a: b }")),
      "charts/schema/values.schema.json": JSON.stringify({
        type: "object",
        properties: { replicas: { type: "integer" } },
      }),
    };
    const stack = await openTestStack(
      [{ name: "schema", spec: own("schema"), values: { replicas: "many" } }],
      { files },
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(3);
    expect(end.all).toMatch(/schema\.yaml:\d+:\d+ .*replicas/);
    expect(await stack.revisions("schema")).toEqual([]);
  });

  it("as an upgrade leaves the release as it was, is quarantined, and is told again", async () => {
    const chart = (data: string) => oneFileChart("config", configMap(data));
    const stack = await openTestStack([{ name: "config", spec: own("config") }], {
      files: chart("data: { a: b }"),
    });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "config", spec: own("config") }], {
      files: chart("data: { a: {{ .Values.missing.deeper }} }"),
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(historyOf(await stack.revisions("config"))).toBe("1:deployed");
    const again = await stack.apply();
    expect(again.code, again.all).toBe(5);
    stack.declare([{ name: "config", spec: own("config") }], { files: chart("data: { a: c }") });
    expect((await stack.apply()).code).toBe(0);
  });
});

describe("an object that the API server refuses", () => {
  it.each([
    ["an unknown field", "spec: { replicaz: 1 }", /replicaz/],
    ["an invalid value", "spec: { replicas: -1, selector: { matchLabels: { a: b } } }", /replicas|selector/],
    ["a value of the wrong type", 'spec: { replicas: "two" }', /replicas/],
  ])("for %s is named", async (_what, spec, words) => {
    const stack = await openTestStack([{ name: "bad", spec: own("bad") }], {
      files: oneFileChart(
        "bad",
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: {{ .Release.Name }} }\n${spec}\n`,
      ),
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(words);
    expect(end.all).toMatch(/bad/);
  });

  it("in an upgrade, half applied, is taken back", async () => {
    const chart = (tag: string, spec: string) =>
      oneFileChart(
        "half",
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\ndata: { tag: "${tag}" }\n---\n` +
          `apiVersion: v1\nkind: Service\nmetadata: { name: {{ .Release.Name }} }\nspec: ${spec}\n`,
      );
    const stack = await openTestStack([{ name: "half", spec: own("half") }], {
      files: chart("1", "{ ports: [{ port: 80 }] }"),
    });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "half", spec: own("half") }], {
      files: chart("2", "{ ports: [{ port: 99999 }] }"),
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/99999/);
    expect((await stack.object("configmaps/half", "v1"))?.data).toEqual({ tag: "1" });
    expect(historyOf(await stack.revisions("half"))).toMatch(/3:deployed$/);
  });

  it("for a field that can't change says which, and what was there stays", async () => {
    const chart = (label: string) =>
      oneFileChart(
        "fixed",
        `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { of: ${label} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: ${label} } }
  template:
    metadata: { labels: { app: ${label} } }
    spec: { containers: [{ name: app, image: "registry.example/app:1" }] }
`,
      );
    const stack = await openTestStack([{ name: "fixed", spec: own("fixed") }], { files: chart("one") });
    expect((await stack.apply()).code).toBe(0);
    stack.declare([{ name: "fixed", spec: own("fixed") }], { files: chart("two") });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/immutable|can't change/);
    expect(end.all).toMatch(/spec\.selector/);
    // Helm had changed it before it came to the Deployment.
    expect((await stack.object("configmaps/fixed", "v1"))?.data).toEqual({ of: "one" });
    expect(historyOf(await stack.revisions("fixed"))).toBe("1:superseded 2:failed 3:deployed");
    expect((await stack.object("deployments/fixed"))?.status).toMatchObject({ availableReplicas: 1 });
  });

  it("because another release owns it names that release", async () => {
    const files = {
      ...oneFileChart("one", configMap("data: { a: b }").replace("{{ .Release.Name }}", "shared")),
    };
    const stack = await openTestStack(
      [
        { name: "first", spec: own("one") },
        { name: "second", spec: own("one"), dependsOn: ["first"] },
      ],
      { files },
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/shared/);
    expect(end.all).toMatch(/belongs to release first/);
  });
});

describe("a field that somebody else has set", () => {
  const scaled = async (fieldConflicts: string) => {
    const release = (tag: string) => ({
      name: "api",
      spec: { fieldConflicts },
      values: { tag, replicas: 2 },
    });
    const stack = await openTestStack([release("1.0.0")]);
    expect((await stack.apply()).code).toBe(0);
    const reply = await stack.cluster.kube(
      `/apis/apps/v1/namespaces/${stack.namespace}/deployments/api/scale?fieldManager=kubectl`,
      { method: "PATCH", body: { spec: { replicas: 1 } }, contentType: "application/merge-patch+json" },
    );
    expect(reply.status).toBe(200);
    stack.declare([release("2.0.0")]);
    return stack;
  };

  it("is taken back by fieldConflicts: take, with field and manager named", async () => {
    const stack = await scaled("take");
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/takes \.spec\.replicas of Deployment .*\/api back from kubectl/);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect((await stack.object("deployments/api"))?.spec?.["replicas"]).toBe(2);
    expect(end.all).toMatch(/\.spec\.replicas/);
    expect(end.all).toMatch(/kubectl/);
  });

  it("stops the upgrade under fieldConflicts: fail, with the same words", async () => {
    const stack = await scaled("fail");
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/will stop at \.spec\.replicas of Deployment .*\/api, which kubectl has set/);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/\.spec\.replicas/);
    expect(end.all).toMatch(/kubectl/);
    expect(end.all).toMatch(/fieldConflicts: take/);
  });
});

describe("a kind that the cluster does not know yet", () => {
  const group = (stack: string) => `${stack}.example.com`;
  const definition = (name: string) =>
    stringify({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `topics.${group(name)}` },
      spec: {
        group: group(name),
        names: { kind: "Topic", plural: "topics", singular: "topic" },
        scope: "Namespaced",
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    });
  const topics = (name: string) =>
    oneFileChart("topics", `apiVersion: ${group(name)}/v1\nkind: Topic\nmetadata: { name: orders }\n`);
  const dropDefinition = (cluster: TestCluster, name: string) => {
    onTestFinished(async () => {
      await cluster.kube(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/topics.${group(name)}`, {
        method: "DELETE",
      });
    });
  };

  it.each(["crds", "templates"])("is there when a dependency brings it in %s/", async (folder) => {
    const stack = await openTestStack([]);
    dropDefinition(stack.cluster, stack.name);
    stack.declare(
      [
        { name: "operator", spec: own("operator") },
        { name: "topics", spec: own("topics"), dependsOn: ["operator"] },
      ],
      {
        files: {
          ...oneFileChart("operator", configMap("data: { a: b }")),
          ...topics(stack.name),
          [`charts/operator/${folder}/topics.yaml`]: definition(stack.name),
        },
      },
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    const made = await stack.object("topics/orders", `${group(stack.name)}/v1`);
    expect(made?.metadata.name).toBe("orders");
    expect((await stack.apply()).all).toMatch(/2 unchanged/);
  });

  it("and nobody brings is the failure after a while, with what to do", async () => {
    const stack = await openTestStack([]);
    stack.declare([{ name: "topics", spec: { ...own("topics"), timeout: "7s" } }], {
      files: topics(stack.name),
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toMatch(/does not know kind Topic/);
    expect(end.all).toMatch(/dependsOn/);
  });
});

describe("a cause that was known before a deadline cut helm", () => {
  it("is what the run, the record and why tell, and nothing is blamed on the declaration", async () => {
    const stack = await openTestStack([
      { name: "widgets", spec: { chart: "../charts/app", timeout: "30s" } },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const widget = `apiVersion: ${stack.name}.example.com/v1\nkind: Widget\nmetadata: { name: one }\n`;
    stack.declare([{ name: "widgets", spec: { chart: "../charts/app", timeout: "16s" } }], {
      files: { "charts/app/templates/widget.yaml": widget },
    });
    // The second helm hangs before it has said anything, as one does whose API server is slow.
    const program = await wrappedHelm(
      'if [ "$1" = upgrade ]; then [ -e "$0.refused" ] && exec sleep 300; touch "$0.refused"; fi',
    );
    const env = { HEADWAY_HELM: program };
    const end = await stack.run("apply", ["--yes", "--progress", "plain"], { env });
    expect(end.code, end.all).toBe(4);
    const cause = /timed out after 16 s; last: .*does not know kind Widget/;
    expect(end.all).toMatch(cause);
    expect(end.all).toMatch(/dependsOn/);
    expect(historyOf(await stack.revisions("widgets"))).toBe("1:deployed");
    const why = await stack.cli("why", `${stack.namespace}/widgets`);
    expect(why.stdout).toMatch(cause);
    const status = await stack.cli("status", "--stack", stack.name, "-o", "json");
    expect(status.stdout).toMatch(cause);
    // No quarantine: once somebody brings the kind, the same declaration is tried again.
    const again = await stack.run("plan", ["-o", "json"]);
    expect(again.stdout).toContain('"action": "upgrade"');
  });
});

describe("a namespace", () => {
  it("that is being deleted is waited for", async () => {
    const stack = await openTestStack([]);
    const namespace = await createNamespace(stack.cluster);
    await apply(stack.cluster, `/api/v1/namespaces/${namespace}/configmaps`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "held", finalizers: ["example.com/hold"] },
    });
    await stack.cluster.kube(`/api/v1/namespaces/${namespace}`, { method: "DELETE" });
    stack.declare([{ name: "api", namespace }]);
    const running = stack.apply();
    await eventually(async () => {
      const reply = await stack.cluster.kube(`/api/v1/namespaces/${namespace}`);
      return reply.text.includes("Terminating");
    });
    setTimeout(() => {
      void stack.cluster.kube(`/api/v1/namespaces/${namespace}/configmaps/held`, {
        method: "PATCH",
        body: { metadata: { finalizers: null } },
        contentType: "application/merge-patch+json",
      });
    }, 1_500);
    const end = await running;
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await stack.revisions("api", namespace))).toBe("1:deployed");
  });

  it("that does not exist and shall not be made is named", async () => {
    const stack = await openTestStack([{ name: "api", spec: { createNamespace: false } }]);
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).toContain(`namespace ${stack.namespace} does not exist`);
    expect(end.all).toContain("createNamespace");
  });

  it("that a release of the stack brings is not made by Headway", async () => {
    const stack = await openTestStack([]);
    stack.declare(
      [
        { name: "base", namespace: "default", spec: { ...own("base"), releaseName: `base-${stack.name}` } },
        { name: "api", dependsOn: ["default/base"] },
      ],
      {
        files: oneFileChart(
          "base",
          `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${stack.namespace}, labels: { team: shop } }\n`,
        ),
      },
    );
    onTestFinished(async () => {
      await headway(["destroy", stack.folder, "--yes"], { kubeconfig: stack.cluster.kubeconfig });
    });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    const made = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}`);
    expect(made.text).toContain('"team":"shop"');
  });
});

describe("a cluster that does not let Headway in", () => {
  it("for lack of rights ends with 6 and names what is missing", async () => {
    const stack = await openTestStack([{ name: "api" }]);
    const namespace = await createNamespace(stack.cluster);
    await apply(stack.cluster, `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "poor" },
    });
    const reply = await stack.cluster.kube(`/api/v1/namespaces/${namespace}/serviceaccounts/poor/token`, {
      method: "POST",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    });
    const { token } = (reply.body as { readonly status: { readonly token: string } }).status;
    const kubeconfig = join(stack.folder, "poor.kubeconfig");
    const { server, ca } = accessOf(stack.cluster.kubeconfig);
    writeFileSync(kubeconfig, kubeconfigOf(server, ca, token));
    const end = await headway(["apply", stack.folder, "--yes", "--progress", "plain"], { kubeconfig });
    expect(end.code, end.all).toBe(6);
    expect(end.all).toMatch(/forbidden|not allowed/i);
    expect(end.all).toContain(`system:serviceaccount:${namespace}:poor`);
    await stack.cluster.kube(`/api/v1/namespaces/${namespace}`, { method: "DELETE" });
  });

  it("because nobody answers ends with 6, soon", async () => {
    const stack = await openTestStack([{ name: "api" }]);
    const kubeconfig = join(stack.folder, "nobody.kubeconfig");
    writeFileSync(
      kubeconfig,
      kubeconfigOf("https://127.0.0.1:1", accessOf(stack.cluster.kubeconfig).ca, "x"),
    );
    for (const command of ["apply", "plan", "destroy"]) {
      const end = await headway([command, stack.folder, ...(command === "plan" ? [] : ["--yes"])], {
        kubeconfig,
      });
      expect(end.code, end.all).toBe(6);
      expect(end.all).toContain("127.0.0.1:1");
    }
    const status = await headway(["status"], { kubeconfig });
    expect(status.code, status.all).toBe(6);
  });

  it("because there is no kubeconfig, or no such context, says which", async () => {
    const stack = await openTestStack([{ name: "api" }]);
    const missing = await headway(["apply", stack.folder, "--yes"], {
      kubeconfig: join(stack.folder, "none"),
    });
    expect(missing.code, missing.all).toBe(6);
    expect(missing.all).toContain(join(stack.folder, "none"));
    const context = await stack.apply("--context", "nowhere");
    expect(context.code, context.all).toBe(6);
    expect(context.all).toContain("nowhere");
  });
});

describe("the helm program", () => {
  it("is refused with the reason where it is Helm 3", async () => {
    const helm3 = await findProgram("helm3");
    if (!helm3.ok) throw new Error(helm3.failure.message);
    const stack = await openTestStack([{ name: "api" }]);
    const since = now();
    const end = await stack.run("apply", ["--yes", "--progress", "plain"], {
      kubeconfig: stack.cluster.kubeconfig,
      env: { HEADWAY_HELM: helm3.value.path },
    });
    expect(end.code, end.all).toBe(3);
    expect(end.all).toMatch(/Helm v?3\.\d+/);
    expect(end.all).toMatch(/needs Helm 4/);
    expect(await stack.revisions("api")).toEqual([]);
    expect(writesSince(stack, since).filter((write) => write.includes("secrets/sh.helm"))).toEqual([]);
  });

  it("is named where it is not there, or is no helm", async () => {
    const stack = await openTestStack([{ name: "api" }]);
    for (const program of ["/nowhere/helm", "/bin/true"]) {
      const end = await stack.run("apply", ["--yes", "--progress", "plain"], {
        kubeconfig: stack.cluster.kubeconfig,
        env: { HEADWAY_HELM: program },
      });
      expect(end.code, end.all).toBe(3);
      expect(end.all).toContain(program);
      expect(end.all).toContain("HEADWAY_HELM");
    }
  });
});

function kubeconfigOf(server: string, ca: string, token: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "it",
        cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") },
      },
    ],
    users: [{ name: "me", user: { token } }],
    contexts: [{ name: "it", context: { cluster: "it", user: "me" } }],
    "current-context": "it",
  });
}
