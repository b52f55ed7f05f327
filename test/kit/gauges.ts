// A custom resource for tests whose status nobody writes but the test: a chart with its CRD, and one that makes objects.
import type { TestStack } from "./test-stack.ts";
import { oneFileChart } from "./more-charts.ts";

/** A chart `gauges` whose crds/ brings the kind Gauge of `GROUP/v1`, and a chart `gauge` with one object of it. */
export function gaugeCharts(group: string): Readonly<Record<string, string>> {
  return {
    ...oneFileChart(
      "gauge",
      `apiVersion: ${group}/v1
kind: Gauge
metadata: { name: {{ .Release.Name }} }
spec: { level: {{ .Values.level }} }
`,
      "level: 1\n",
    ),
    "charts/gauge/crds/gauges.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gauges.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: Gauge, plural: gauges, singular: gauge }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {} }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, x-kubernetes-preserve-unknown-fields: true }
            status: { type: object, x-kubernetes-preserve-unknown-fields: true }
`,
  };
}

/** Writes a gauge's status, as its controller would; waits until the object is there. */
export async function setGauge(
  stack: TestStack,
  group: string,
  name: string,
  status: Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = `/apis/${group}/v1/namespaces/${stack.namespace}/gauges/${name}/status`;
  for (let attempt = 0; attempt < 300; attempt++) {
    const reply = await stack.cluster.kube(path, {
      method: "PATCH",
      body: { status },
      contentType: "application/merge-patch+json",
    });
    if (reply.status < 300) return;
    if (reply.status !== 404) throw new Error(`PATCH ${path}: ${reply.status} ${reply.text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${path} was not there for 30 s`);
}
