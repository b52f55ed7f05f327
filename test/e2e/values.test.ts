// Values reach a chart in the cluster exactly as helm itself reads the same text.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runHelm } from "../kit/chart-trees.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { openTestStack } from "../kit/test-stack.ts";

const traps = `on: off
switch: on
yes_: yes
octal: 017
zeros: 00012
hex: 0x1F
sexagesimal: 12:30:45
big: 9007199254740993
bigger: 18446744073709551615
float: 1.0
exponent: 1e3
nothing: ~
empty:
date: 2026-01-02
text: "017"
long: |
  two
  lines
list: [on, 0o17, 1_000]
constructor: here
"a.b/c": d
nested: { inner: n, 1: "key" }
`;

const dump = oneFileChart(
  "dump",
  `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data:
  values.json: {{ toJson .Values | quote }}
`,
);

const text = `${traps}__proto__: { polluted: yes }\n`;

describe("values with YAML traps", () => {
  it("are in the cluster what helm template makes of the same text", async () => {
    const stack = await openTestStack([], { files: dump });
    writeFileSync(
      join(stack.folder, "dump.yaml"),
      `apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: dump }
spec:
  chart: ./charts/dump
  values:
${text.replace(/^(?=.)/gm, "    ")}`,
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    const written = (await stack.object("configmaps/dump", "v1"))?.data?.["values.json"] ?? "";
    const oracle = join(stack.folder, "oracle.txt");
    writeFileSync(oracle, text);
    const rendered = await runHelm("template", "dump", join(stack.folder, "charts/dump"), "-f", oracle);
    const line = /values\.json: (".*")$/m.exec(rendered)?.[1] ?? "";
    expect(written).toBe(JSON.parse(line));
    expect(written).toContain('"__proto__":{"polluted":true}');
    expect((await stack.apply()).all).toMatch(/1 unchanged/);
  });
});
