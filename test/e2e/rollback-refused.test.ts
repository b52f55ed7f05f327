// A way back that the cluster has closed in the meantime: the rollback ends, says what is in its way, and a person is asked; no
// run tries it again and again.
import { describe, expect, it } from "vitest";
import { oneFileChart } from "../kit/more-charts.ts";
import { apply, eventually } from "../kit/sandbox.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";

const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** From now on ConfigMaps of the stack's namespace need a tag that is not 1. */
async function forbidTheFirst({ cluster, name, namespace }: TestStack): Promise<void> {
  await apply(cluster, policies, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["configmaps"],
          },
        ],
      },
      validations: [{ expression: "object.data.tag != '1'", message: "tag 1 is not allowed any more" }],
    },
  });
  await apply(cluster, bindings, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ["Deny"],
      matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
    },
  });
  // It takes a while until the API server goes by it.
  await eventually(async () => {
    const probe = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "probe" }, data: { tag: "1" } };
    const path = `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`;
    return (await cluster.kube(path, { method: "POST", body: probe })).status === 422;
  });
}

const app = (more: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { tag: {{ .Values.tag | quote }} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} }, annotations: {{ toJson .Values.annotations }} }
    spec: { containers: [{ name: app, image: "registry.example/app:{{ .Values.tag }}" }] }
${more}`;

const values = 'tag: "1"\nannotations: {}\n';
const spec = { chart: "../charts/kept", timeout: "60s", failFast: { imagePull: "1s" } };
const broken = { tag: "2", annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };

/** Once more, and nothing has been tried: the same revisions, and a person is still asked for. */
async function staysSo(stack: TestStack, words: RegExp): Promise<void> {
  const revisions = historyOf(await stack.revisions("kept"));
  const next = await stack.apply();
  expect([5, 7], next.all).toContain(next.code);
  expect(historyOf(await stack.revisions("kept"))).toBe(revisions);
  const why = await stack.cli("why", `${stack.namespace}/kept`);
  expect(why.all).toMatch(words);
}

describe("a rollback", () => {
  it("whose objects a policy of a later day refuses ends with 7, names the policy, and is not tried again", async () => {
    const stack = await openTestStack([{ name: "kept", spec }], {
      files: oneFileChart("kept", app(""), values),
    });
    expect((await stack.apply()).code).toBe(0);
    await forbidTheFirst(stack);
    stack.declare([{ name: "kept", spec, values: broken }]);
    const end = await stack.apply();
    for (const path of [bindings, policies])
      await stack.cluster.kube(`${path}/${stack.name}`, { method: "DELETE" });
    expect(end.code, end.all).toBe(7);
    expect(end.all).toMatch(/rollback to revision 1 failed: .*tag 1 is not allowed any more/);
    expect(end.all).toMatch(/ImagePullBackOff/);
    await staysSo(stack, /tag 1 is not allowed any more/);
  });

  it("to objects of a version that is no longer served ends with 7 after a while, and is not tried again", async () => {
    const thing = `{{- if eq .Values.tag "1" }}
---
apiVersion: {{ .Release.Namespace }}.example.com/v1alpha1
kind: Thing
metadata: { name: {{ .Release.Name }} }
{{- end }}
`;
    const stack = await openTestStack([], { files: oneFileChart("kept", app(thing), values) });
    const group = `${stack.namespace}.example.com`;
    const version = (name: string, storage: boolean) => ({
      name,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: "object" } },
    });
    const versions = [version("v1alpha1", false), version("v1", true)];
    await apply(stack.cluster, definitions, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `things.${group}` },
      spec: { group, names: { kind: "Thing", plural: "things" }, scope: "Namespaced", versions },
    });
    const definition = `${definitions}/things.${group}`;
    stack.declare([{ name: "kept", spec }]);
    const first = await stack.apply();
    expect(first.code, first.all).toBe(0);
    // Broken, but not so that it fails before the version is gone.
    stack.declare([{ name: "kept", spec: { ...spec, failFast: { imagePull: "8s" } }, values: broken }]);
    const running = stack.apply();
    await eventually(async () => historyOf(await stack.revisions("kept")) === "1:superseded 2:deployed");
    const gone = await stack.cluster.kube(definition, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { spec: { versions: versions.map((one) => ({ ...one, served: one.name === "v1" })) } },
    });
    expect(gone.status, gone.text).toBe(200);
    const end = await running;
    expect(end.code, end.all).toBe(7);
    expect(end.all).toMatch(/rollback to revision 1 failed: .*Thing/);
    await staysSo(stack, /Thing/);
    await stack.cluster.kube(definition, { method: "DELETE" });
  });
});
