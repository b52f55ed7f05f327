// Mistakes in values as a person sees them: warnings at their lines, with the stack valid all the same.
import { describe, expect, it } from "vitest";
import { headway } from "../kit/cli.ts";
import { writeStack } from "../kit/stack-folder.ts";

const files = {
  "charts/web/Chart.yaml": `apiVersion: v2
name: web
version: 1.0.0
dependencies: [{ name: cache, version: 1.0.0, condition: cache.enabled }]
`,
  "charts/web/values.yaml": "replicas: 1\ncache: { enabled: true }\n",
  "charts/web/templates/web.yaml": `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data:
  replicas: {{ .Values.replicas | quote }}
  password: {{ required "a password is needed" .Values.db.password | b64enc }}
`,
  "charts/web/charts/cache/Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n",
  "charts/web/charts/cache/values.yaml": "size: 1Gi\n",
  "charts/web/charts/cache/templates/cache.yaml": `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-cache }
data: { size: {{ .Values.size | quote }} }
`,
};

function write(values: Readonly<Record<string, unknown>>): string {
  return writeStack({
    name: "shop",
    namespace: "shop",
    releases: [{ name: "web", spec: { chart: "../charts/web" }, values }],
    files,
  });
}

describe("headway validate", () => {
  it("warns of misspelt values and of those that are missing, and the stack is valid", async () => {
    const folder = write({ repilcas: 2, db: { passwd: "x" }, cache: { sise: "2Gi" } });
    const end = await headway(["validate", folder]);
    expect(end.code, end.all).toBe(0);
    expect(end.all).toMatch(
      /warning values of shop\/web: repilcas is in no template[^\n]*\n *→ did you mean replicas\?/,
    );
    expect(end.all).toMatch(
      /warning values of shop\/web: cache\.sise is in no template[^\n]*\n *→ did you mean cache\.size\?/,
    );
    expect(end.all).toMatch(
      /db\.password is not given \(web\/templates\/web\.yaml:6: a password is needed\)/,
    );
  });

  it("says nothing of right ones", async () => {
    const end = await headway([
      "validate",
      write({ replicas: 2, db: { password: "x" }, cache: { size: "2Gi" } }),
    ]);
    expect(end.code, end.all).toBe(0);
    expect(end.stderr).toBe("");
  });

  it("gives them to machines by their codes", async () => {
    const end = await headway(["validate", "-o", "json", write({ repilcas: 2, db: { password: "x" } })]);
    expect(JSON.parse(end.stdout)).toMatchObject({
      valid: true,
      items: [{ severity: "warning", code: "values-unknown" }],
    });
  });
});
