// What helm's errors are taken for. The texts (error-texts.txt) were printed by helm 4.3.1 against a real API server, made
// to happen one by one; those from `render-eof` on are worded as their sources have them.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { classifyHelmError, warningsOf } from "../../../src/adapters/helm/classify.ts";
import type { FailureKind } from "../../../src/core/failure.ts";

const texts = new Map(
  readFileSync(new URL("error-texts.txt", import.meta.url), "utf8")
    .split(/^=== /m)
    .slice(1)
    .map((part): [string, string] => {
      const end = part.indexOf("\n");
      return [part.slice(0, end), part.slice(end + 1)];
    }),
);

function classify(name: string) {
  const text = texts.get(name);
  if (text === undefined) throw new Error(`no text ${name}`);
  return classifyHelmError(text, "helm");
}

const table: readonly (readonly [text: string, kind: FailureKind, message: string])[] = [
  [
    "ownership-other-release",
    "ownership-conflict",
    "ConfigMap shared exists already and belongs to release own1",
  ],
  ["ownership-nobody", "ownership-conflict", "ConfigMap bare exists already and belongs to no Helm release"],
  ["field-conflict", "field-conflict", "Deployment shop/scale: .spec.replicas is managed by kubectl"],
  [
    "field-conflict-two",
    "field-conflict",
    'Deployment shop/scale: .spec.replicas, .spec.template.spec.containers[name="c"].image is managed by kubectl, kubectl-set',
  ],
  [
    "immutable-selector",
    "immutable-field",
    'server-side apply failed for object shop/scale apps/v1, Kind=Deployment: Deployment.apps "scale" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
  ],
  [
    "immutable-job",
    "immutable-field",
    'server-side apply failed for object shop/job batch/v1, Kind=Job: Job.batch "job" is invalid: spec.template.spec: Invalid value: …: field is immutable',
  ],
  [
    "immutable-sts",
    "immutable-field",
    'server-side apply failed for object shop/sts apps/v1, Kind=StatefulSet: StatefulSet.apps "sts" is invalid: spec.serviceName: Invalid value: "b": field is immutable',
  ],
  [
    "immutable-service",
    "immutable-field",
    'server-side apply failed for object shop/svc /v1, Kind=Service: Service "svc" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.77.2"]: may not change once set',
  ],
  [
    "immutable-secret",
    "immutable-field",
    'server-side apply failed for object shop/sec /v1, Kind=Secret: Secret "sec" is invalid: data: Forbidden: field is immutable when `immutable` is set',
  ],
  [
    "immutable-hook",
    "immutable-field",
    'pre-upgrade hooks failed: warning: Hook pre-upgrade left/templates/all.yaml failed: server-side apply failed for object shop/db batch/v1, Kind=Job: Job.batch "db" is invalid: spec.template.spec: Invalid value: {"Volumes":null}: field is immutable',
  ],
  [
    "values-schema",
    "values-schema",
    "values do not fit the chart's schema: schema: at '': missing property 'host'; at '/replicas': got string, want integer",
  ],
  [
    "render-required",
    "render",
    "the chart does not render: execution error at (r1/templates/t.yaml:1:3): host must be set",
  ],
  [
    "render-nil",
    "render",
    'the chart does not render: r2/templates/t.yaml:1:10; executing "r2/templates/t.yaml" at <.Values.a.b.c>: nil pointer evaluating interface {}.b',
  ],
  [
    "render-yaml",
    "render",
    "the chart does not render: YAML parse error on r3/templates/t.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
  ],
  [
    "render-nofunc",
    "render",
    'the chart does not render: parse error at (r4/templates/t.yaml:1): function "nosuch" not defined',
  ],
  [
    "render-parse",
    "render",
    "the chart does not render: parse error at (r5/templates/t.yaml:1): missing value for if",
  ],
  [
    "render-fail",
    "render",
    "the chart does not render: execution error at (r6/templates/t.yaml:1:3): no way",
  ],
  [
    "render-indent",
    "render",
    "the chart does not render: YAML parse error on r7/templates/t.yaml: error converting YAML to JSON: yaml: line 3: did not find expected key",
  ],
  [
    "no-apiversion",
    "rejected",
    "server-side apply failed for object shop/r8 /v1, Kind=ConfigMap: the server could not find the requested resource",
  ],
  [
    "no-kind",
    "rejected",
    'unable to build kubernetes objects from release manifest: unable to decode "": Object \'Kind\' is missing in \'{"apiVersion":"v1","metadata":{"name":"r8"}}\'',
  ],
  [
    "kubeversion",
    "render",
    "the chart does not render: chart requires kubeVersion: >=9.0.0 which is incompatible with Kubernetes v1.37.2",
  ],
  [
    "missing-dep",
    "render",
    "the chart does not render: found in Chart.yaml, but missing in charts/ directory: x",
  ],
  [
    "no-chartyaml",
    "render",
    "the chart does not render: unable to detect chart at /charts/r12/Chart.yaml: open /charts/r12/Chart.yaml: no such file or directory",
  ],
  [
    "bad-values",
    "render",
    "the chart does not render: cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not find expected node content",
  ],
  [
    "rejected-unknown-field",
    "rejected",
    "server-side apply failed for object shop/j1 /v1, Kind=ConfigMap: failed to create typed patch object (shop/j1; /v1, Kind=ConfigMap): .dat: field not declared in schema",
  ],
  [
    "rejected-type",
    "rejected",
    "server-side apply failed for object shop/j2 apps/v1, Kind=Deployment: failed to create typed patch object (shop/j2; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string",
  ],
  [
    "rejected-invalid",
    "rejected",
    'server-side apply failed for object shop/j3 apps/v1, Kind=Deployment: Deployment.apps "j3" is invalid: spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`',
  ],
  [
    "rejected-name",
    "rejected",
    "server-side apply failed for object shop/Bad_Name /v1, Kind=ConfigMap: ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ],
  [
    "rejected-secret",
    "rejected",
    "server-side apply failed for object shop/j5 /v1, Kind=Secret: failed to convert new object (shop/j5; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 7",
  ],
  [
    "rejected-secret-number",
    "rejected",
    "server-side apply failed for object shop/j6 /v1, Kind=Secret: failed to create typed patch object (shop/j6; /v1, Kind=Secret): .data.password: expected string, got &value.valueUnstructured{Value:12345678}",
  ],
  [
    "rejected-noname",
    "rejected",
    'unable to continue with install: could not get information about the resource ConfigMap "" in namespace "x": resource name may not be empty',
  ],
  [
    "rejected-port",
    "rejected",
    'server-side apply failed for object shop/j8 /v1, Kind=Service: Service "j8" is invalid: [spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive]',
  ],
  ["missing-kind", "missing-kind", "the cluster does not know kind Widget (example.com/v1)"],
  ["missing-ns", "missing-namespace", "the namespace nowhere does not exist"],
  ["missing-ns-object", "missing-namespace", "the namespace nowhere does not exist"],
  [
    "terminating-ns",
    "terminating-namespace",
    'create: failed to create: secrets "sh.helm.release.v1.own1.v1" is forbidden: unable to create new content in namespace leaving because it is being terminated',
  ],
  [
    "quota",
    "quota",
    'server-side apply failed for object full/shared /v1, Kind=ConfigMap: configmaps "shared" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
  ],
  [
    "quota-record",
    "quota",
    'create: failed to create: secrets "sh.helm.release.v1.own1.v1" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=0, limited: secrets=0',
  ],
  [
    "too-large",
    "too-large",
    "the release's record does not fit a Secret (1 MiB): the chart with its files and values is too large",
  ],
  [
    "too-large-object",
    "too-large",
    "the release's record does not fit a Secret (1 MiB): the chart with its files and values is too large",
  ],
  [
    "refused",
    "unreachable",
    'kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  [
    "nohost",
    "unreachable",
    'kubernetes cluster unreachable: Get "https://no-such-host.invalid:1/version": dial tcp: lookup no-such-host.invalid on 192.0.2.53:53: no such host',
  ],
  [
    "too-many",
    "unreachable",
    "create: failed to create: the server has received too many requests and has asked us to try again later (post secrets)",
  ],
  [
    "internal-error",
    "unreachable",
    "server-side apply failed for object shop/db apps/v1, Kind=Deployment: Internal error occurred: resource quota evaluation timed out",
  ],
  [
    "internal-error-plain",
    "unreachable",
    'create: failed to create: an error on the server ("oops") has prevented the request from succeeding (post secrets)',
  ],
  [
    "lost-answer",
    "unreachable",
    'create: failed to create: Post "https://127.0.0.1:34279/api/v1/namespaces/shop/secrets": EOF',
  ],
  [
    "forbidden",
    "forbidden",
    'query: failed to query with labels: secrets is forbidden: User "system:serviceaccount:shop:weak" cannot list resource "secrets" in API group "" in the namespace "shop"',
  ],
  [
    "unauthorized",
    "forbidden",
    "kubernetes cluster unreachable: the server has asked for the client to provide credentials",
  ],
  [
    "hook-failed",
    "hook-failed",
    "pre-install hook failed: resource Job/shop/hook not ready. status: Failed, message: Job Failed. failed: 1/1",
  ],
  [
    "hook-timeout",
    "hook-failed",
    "pre-install hook failed: resource Job/shop/hook2 not ready. status: InProgress, message: Job in progress; context deadline exceeded",
  ],
  [
    "wait-timeout",
    "timeout",
    "resource Deployment/shop/waits not ready. status: InProgress, message: Available: 0/1; context deadline exceeded",
  ],
  ["locked", "locked", "another helm operation is in progress on this release, or was cut in the middle"],
  ["locked2", "locked", "another helm operation is in progress on this release, or was cut in the middle"],
  [
    "policy-denied",
    "webhook-denied",
    "server-side apply failed for object shop/evil /v1, Kind=ConfigMap: configmaps \"evil\" is forbidden: ValidatingAdmissionPolicy 'no-evil.example' with binding 'no-evil.example' denied request: evil is not allowed",
  ],
  [
    "webhook-down",
    "webhook-down",
    'server-side apply failed for object shop/wh /v1, Kind=Service: Internal error occurred: failed calling webhook "down.shop.example": failed to call webhook: Post "https://127.0.0.1:9/x?timeout=2s": dial tcp 127.0.0.1:9: connect: connection refused',
  ],
  [
    "webhook-noservice",
    "webhook-down",
    'server-side apply failed for object shop/wh2 /v1, Kind=ServiceAccount: Internal error occurred: failed calling webhook "svc.shop.example": failed to call webhook: Post "https://nosvc.shop.svc:443/x?timeout=2s": service "nosvc" not found',
  ],
  [
    "psa-forbidden",
    "webhook-denied",
    'server-side apply failed for object strict/pod /v1, Kind=Pod: pods "pod" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true), allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  ["rollback-missing", "unknown", "release has no 99 version"],
  ["uninstall-missing", "unknown", "uninstall: Release not loaded: nosuch: release: not found"],
  [
    "render-eof",
    "render",
    "the chart does not render: parse error at (eof/templates/t.yaml:3): unexpected EOF",
  ],
  [
    "webhook-refuses",
    "webhook-denied",
    'server-side apply failed for object shop/evil /v1, Kind=ConfigMap: admission webhook "policy.example.com" denied the request: no evil here',
  ],
  [
    "rbac-escalation",
    "forbidden",
    'server-side apply failed for object /v1, Kind=ClusterRole: clusterroles.rbac.authorization.k8s.io "wide" is forbidden: user "weak" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held',
  ],
  [
    "cut-connection",
    "unreachable",
    'server-side apply failed for object shop/api apps/v1, Kind=Deployment: Patch "https://192.0.2.1:6443/apis/apps/v1/namespaces/shop/deployments/api?fieldManager=helm": read tcp 192.0.2.9:1->192.0.2.1:6443: read: connection reset by peer',
  ],
  ["cut-answer", "unreachable", 'Patch "https://192.0.2.1:6443/api/v1/namespaces/shop/secrets/x": EOF'],
  ["leaderless-etcd", "unreachable", "etcdserver: leader changed"],
];

describe("the kind of a helm error", () => {
  it.each(table)("%s is %s", (name, kind, message) => {
    const failure = classify(name);
    expect(failure.kind).toBe(kind);
    expect(failure.message).toBe(`helm: ${message}`);
  });

  it("has a row for every text", () => {
    expect(table.map(([name]) => name)).toEqual([...texts.keys()]);
  });

  it("is unknown where helm said nothing", () => {
    expect(classifyHelmError("", "helm").message).toBe("helm: helm failed and said nothing");
  });

  it("comes with a next step wherever there is one", () => {
    for (const [name, kind] of table)
      if (kind !== "timeout") expect(classify(name).next, name).toMatch(/\w+.*\.$/);
  });
});

describe("what a helm error names", () => {
  it("is each field that is in conflict and all who hold them", () => {
    expect(classify("field-conflict-two")).toMatchObject({
      object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "scale" },
      fields: [".spec.replicas", '.spec.template.spec.containers[name="c"].image'],
      holder: "kubectl, kubectl-set",
    });
  });

  it.each([
    ["immutable-selector", "Deployment", "scale", "spec.selector"],
    ["immutable-job", "Job", "job", "spec.template.spec"],
    ["immutable-hook", "Job", "db", "spec.template.spec"],
    ["immutable-sts", "StatefulSet", "sts", "spec.serviceName"],
    ["immutable-service", "Service", "svc", "spec.clusterIPs[0]"],
    ["immutable-secret", "Secret", "sec", "data"],
  ])("is the field that can't change: %s", (name, kind, object, field) => {
    expect(classify(name)).toMatchObject({ object: { kind, name: object }, fields: [field] });
  });

  it("is an object by the names that its manifest has", () => {
    expect(classify("rejected-secret").object).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      namespace: "shop",
      name: "j5",
    });
  });

  it("is the release that an object belongs to, or none", () => {
    expect(classify("ownership-other-release").holder).toBe("own1");
    expect(classify("ownership-nobody").holder).toBeUndefined();
  });

  it("is the policy or webhook that refused", () => {
    expect(classify("policy-denied").holder).toBe("no-evil.example");
    expect(classify("psa-forbidden").holder).toBe('PodSecurity "restricted:latest"');
    expect(classify("webhook-refuses").holder).toBe("policy.example.com");
    expect(classify("webhook-down").holder).toBe("down.shop.example");
  });
});

describe("a long helm error", () => {
  it("is read in no time, however long its words are", () => {
    const text = `Error: UPGRADE FAILED: Secret "x" is invalid: data: Invalid value: "${"QUJD".repeat(500_000)}": no`;
    const failure = classifyHelmError(text, "helm");
    expect(failure.kind).toBe("rejected");
    expect(failure.message.length).toBeLessThan(17_000);
  });

  it("loses the object that the API server echoes", () => {
    expect(classify("immutable-job").message).not.toContain("Containers");
  });
});

describe("warnings", () => {
  it("are what stands beside a result, without the log's dress", () => {
    expect(
      warningsOf(
        [
          "W1123 07:30:00.000000   12345 warnings.go:110] extensions/v1beta1 Ingress is deprecated",
          'level=WARN msg="a hook was not deleted"',
          'level=INFO msg="nothing to see"',
        ].join("\n"),
      ),
    ).toEqual(["extensions/v1beta1 Ingress is deprecated", "a hook was not deleted"]);
  });
});
