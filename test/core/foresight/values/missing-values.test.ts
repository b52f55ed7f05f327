// Values that a chart needs and does not get: helm's own refusal is the oracle for what it would refuse, in both directions.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readChartValues } from "../../../../src/adapters/charts/chart-values.ts";
import { readStack } from "../../../../src/core/declarations/read-declarations.ts";
import type { Diagnostic } from "../../../../src/core/diagnostic.ts";
import { pinRelease } from "../../../../src/core/fingerprint.ts";
import { findMissingValues } from "../../../../src/core/foresight/values/find-missing-values.ts";
import { readTemplates, type KnownTemplates } from "../../../../src/core/foresight/values/read-templates.ts";
import { runHelm, temporaryFolder, writeTree } from "../../../kit/chart-trees.ts";

type Sketch = {
  readonly defaults?: string;
  readonly helpers?: string;
  /** Further lines of the declaration's spec. */
  readonly more?: string;
  /** Templates and values.yaml of a subchart, and the condition that switches it. */
  readonly sub?: { readonly template: string; readonly defaults?: string; readonly condition?: string };
};

function writeChart(template: string, given: string, { defaults = "{}", helpers = "", sub }: Sketch): string {
  const folder = temporaryFolder();
  const dependency = { name: "sub", version: "1.0.0", repository: "", condition: sub?.condition ?? "" };
  writeTree(folder, {
    "app/Chart.yaml": JSON.stringify({
      apiVersion: "v2",
      name: "app",
      version: "1.0.0",
      ...(sub === undefined ? {} : { dependencies: [dependency] }),
    }),
    "app/values.yaml": `${defaults}\n`,
    "app/templates/_helpers.tpl": helpers,
    "app/templates/app.yaml": template,
    "values.yaml": given,
    ...(sub === undefined
      ? {}
      : {
          "app/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
          "app/charts/sub/values.yaml": `${sub.defaults ?? "{}"}\n`,
          "app/charts/sub/templates/sub.yaml": sub.template,
        }),
  });
  return folder;
}

function find(folder: string, given: string, more = ""): readonly Diagnostic[] {
  const lines = given.split("\n").map((line) => `    ${line}`);
  const text = `apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: orders, namespace: shop }
spec:
  chart: ./app
${more}  values:
${lines.join("\n")}
`;
  const { value, diagnostics } = readStack({
    files: [{ path: "orders.yaml", text }],
    folderName: "s",
    stackPath: "",
  });
  expect(diagnostics).toEqual([]);
  const [declaration] = value.declarations;
  if (declaration === undefined) throw new Error("no declaration");
  const chart = readChartValues(join(folder, "app"));
  const pinned = { name: "app", version: "1.0.0", digest: "d", folder: "", hasCrds: false, hasSchema: false };
  const pin = pinRelease(declaration, { ...pinned, hooks: [], namespaces: [] });
  const known: KnownTemplates = new Map();
  return findMissingValues(pin, chart, readTemplates(chart, [], known), known);
}

async function helmRefuses(folder: string): Promise<boolean> {
  const files = ["-f", join(folder, "values.yaml")];
  try {
    await runHelm("template", "orders", join(folder, "app"), "--namespace", "shop", ...files);
    return false;
  } catch {
    return true;
  }
}

const cm = "kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\ndata:\n  x: ";

/** A template behind `x:`, values, and the codes that are expected; helm says whether they are right. */
type Row = readonly [template: string, given: string, codes: readonly string[], sketch?: Sketch];

const rows: readonly Row[] = [
  ['{{ required "say a" .Values.a }}', "b: 1", ["values-required"]],
  ['{{ required "say a" .Values.a }}', 'a: ""', ["values-required"]],
  ['{{ required "say a" .Values.a }}', "a: x", []],
  ['{{ .Values.a | required "say a" | quote }}', "a: null", ["values-required"], { defaults: "a: x" }],
  ['{{ if .Values.ha }}{{ required "say a" .Values.a }}{{ end }}', "ha: false", []],
  ['{{ if .Values.ha }}{{ required "say a" .Values.a }}{{ end }}', "ha: true", ["values-required"]],
  ["{{ if and .Values.ha .Values.b.c }}{{ end }}", "ha: false", []],
  ["{{ if and .Values.ha .Values.b.c }}{{ end }}", "ha: true", ["values-nil"]],
  ["{{ if or .Values.ha .Values.b.c }}{{ end }}", "ha: true", []],
  ["{{ .Values.a.b }}", "c: 1", ["values-nil"]],
  ["{{ .Values.a.b.c }}", "a: { d: 1 }", ["values-nil"]],
  ["{{ (.Values.a).b }}", "c: 1", []],
  ["{{ ((.Values.a).b).c }}", "c: 1", []],
  ["{{ (.Values.a).b.c }}", "c: 1", []],
  ["{{ (.Values.a).b.c }}", "a: { d: 1 }", ["values-nil"]],
  ["{{ $a := .Values.a }}{{ $a.b.c }}", "c: 1", []],
  ["{{ with .Values.a }}{{ .b.c }}{{ end }}", "c: 1", []],
  ["{{ with .Values.a }}{{ .b.c }}{{ end }}", "a: { d: 1 }", ["values-nil"]],
  ["{{ range .Values.a }}{{ .b.c }}{{ end }}", "a: [{ b: { c: 1 } }, { d: 1 }]", ["values-nil"]],
  ["{{ range .Values.a }}{{ .b.c }}{{ end }}", "a: []", []],
  ["{{ range $k, $v := .Values.a }}{{ $v.b.c }}{{ end }}", "a: { x: { b: { c: 1 } } }", []],
  ["{{ .Values.a.b }}", "a: text", ["values-type"]],
  ["{{ default .Values.b.c .Values.a }}", "a: x", ["values-nil"]],
  ['{{ .Values.a | default "x" | trunc 3 }}', "b: 1", []],
  ["{{ .Values.a | trunc 3 }}", "b: 1", ["values-nil"]],
  ["{{ .Values.a | upper }}", "a: 1", ["values-type"]],
  ["{{ .Values.a | toString | upper }}", "a: 1", []],
  ["{{ .Values.a | quote | upper }}", "b: 1", []],
  ["{{ .Values.a | b64enc }}", "b: 1", ["values-nil"]],
  ['{{ hasKey .Values.a "b" }}', "c: 1", ["values-nil"]],
  ['{{ hasKey .Values "b" }}', "c: 1", []],
  ['{{ (get .Values "a").b }}', "c: 1", ["values-type"]],
  ['{{ index .Values "a" "b" }}', "c: 1", ["values-nil"]],
  ['{{ index .Values.a "b" }}', "a: {}", ["values-empty"]],
  ["{{ index .Values.a 2 }}", "a: [1]", ["values-type"]],
  ['{{ dig "a" "b" "none" .Values.c }}', "c: {}", []],
  ["{{ len .Values.a }}", "b: 1", ["values-nil"]],
  ['{{ if eq .Values.mode "ha" }}{{ fail "no ha" }}{{ end }}', "mode: ha", ["values-refused"]],
  ['{{ if ne .Values.mode "ha" }}{{ fail "ha only" }}{{ end }}', "mode: ha", []],
  ['{{ if not (has .Values.mode (list "a" "b")) }}{{ fail "one of a and b" }}{{ end }}', "mode: a", []],
  ['{{ if gt (int .Values.num) 3 }}{{ fail "at most 3" }}{{ end }}', "num: 4", ["values-refused"]],
  ['{{ if kindIs "map" .Values.a }}{{ fail "no map" }}{{ end }}', "a: { b: 1 }", ["values-refused"]],
  ['{{ if .Capabilities.APIVersions.Has "x/v1" }}{{ required "say a" .Values.a }}{{ end }}', "b: 1", []],
  ['{{ if lookup "v1" "Secret" "a" "b" }}{{ .Values.a.b }}{{ end }}', "b: 1", []],
  [
    '{{ include "need" . }}',
    "b: 1",
    ["values-required"],
    { helpers: '{{ define "need" }}{{ required "say a" .Values.a }}{{ end }}' },
  ],
  ['{{ include "name" .Values.a }}', "b: 1", [], { helpers: '{{ define "name" }}{{ .b.c }}{{ end }}' }],
  [
    '{{ include "name" (dict "a" .Values.a) }}',
    "b: 1",
    ["values-nil"],
    { helpers: '{{ define "name" }}{{ .a.c }}{{ end }}' },
  ],
  [
    '{{ if eq (include "mode" .) "ha" }}{{ fail "no" }}{{ end }}',
    "mode: ha",
    ["values-refused"],
    { helpers: '{{ define "mode" -}}\n{{ .Values.mode }}\n{{- end }}' },
  ],
  ["{{ $m := merge (dict) .Values.a .Values.b }}{{ $m.x.w }}", "a: {}\nb: { x: { w: 1 } }", []],
  ['{{ $_ := set .Values "a" (dict "b" 1) }}{{ .Values.a.b }}', "c: 1", []],
  ['{{ $x := "" }}{{ range .Values.l }}{{ $x = . }}{{ end }}{{ required "one" $x }}', "l: [a]", []],
  [
    '{{ $x := "" }}{{ range .Values.l }}{{ $x = . }}{{ end }}{{ required "one" $x }}',
    "l: []",
    ["values-required"],
  ],
  ['{{ tpl "{{ .Values.a }}" . }}', "a: 1", []],
  ['{{ printf "%s-%s" .Release.Name .Values.a }}', "b: 1", ["values-empty"]],
  ["1", "sub: { ha: false }", [], { sub: { template: `${cm}{{ .Values.a.b }}`, condition: "sub.ha" } }],
  [
    "1",
    "sub: { ha: true }",
    ["values-nil"],
    { sub: { template: `${cm}{{ .Values.a.b }}`, condition: "sub.ha" } },
  ],
  ["1", "sub: { a: { b: 1 } }", [], { sub: { template: `${cm}{{ .Values.a.b }}` } }],
  ["1", "global: { a: { b: 1 } }", [], { sub: { template: `${cm}{{ .Values.global.a.b }}` } }],
];

/** What helm refuses; it says nothing of what it prints. */
const refusals = new Set(["values-required", "values-refused", "values-nil", "values-type"]);

describe("what helm would refuse", () => {
  for (const [template, given, codes, sketch = {}] of rows)
    it(`${template} with ${given}`, async () => {
      const folder = writeChart(`${cm}${template}\n`, given, sketch);
      const found = find(folder, given, sketch.more).map(({ code }) => code);
      expect(found).toEqual(codes);
      expect(await helmRefuses(folder)).toBe(codes.some((code) => refusals.has(code)));
    });
});

describe("what would be missing where it is printed", () => {
  const told = (template: string, given: string, sketch: Sketch = {}): readonly string[] =>
    find(writeChart(template, given, sketch), given, sketch.more).map(
      ({ code, message }) => `${code} ${message}`,
    );

  it("is a value without a default that nobody gives", () => {
    expect(told("a: {{ .Values.host }}", "b: 1")).toEqual([
      "values-empty values of shop/orders: host is not given and has no default, so app/templates/app.yaml:1 prints nothing",
    ]);
    expect(told("a: {{ .Values.db.host | quote }}", "db: { port: 1 }")).toHaveLength(1);
    expect(
      told("a: {{ .Values.db.host | quote }}", "db: { prt: 1 }", { defaults: "db: { port: 1 }" }),
    ).toHaveLength(1);
  });

  it("is none where the chart's author says so, or in what people list", () => {
    expect(told("a: {{ .Values.host }}", "b: 1", { defaults: "host:" })).toEqual([]);
    expect(told("a: {{ .Values.host }}", "b: 1", { defaults: 'host: ""' })).toEqual([]);
    expect(told("{{ range .Values.ports }}a: {{ .protocol }}{{ end }}", "ports: [{ port: 1 }]")).toEqual([]);
    expect(
      told("{{ range $k, $v := .Values.ports }}a: {{ $v.protocol }}{{ end }}", "ports: { web: { port: 1 } }"),
    ).toEqual([]);
    expect(told("{{ if .Values.host }}a: {{ .Values.host }}{{ end }}", "b: 1")).toEqual([]);
  });

  it("is an image without a name or a tag, and an address without a host, whatever the default", () => {
    const defaults = 'image: { name: "", tag: "" }\nhost: ""';
    const image = '      image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"\n';
    expect(told(image, "image: { name: a }", { defaults })).toEqual([
      "values-empty values of shop/orders: image.tag is not given and has no default, so app/templates/app.yaml:1 prints nothing for the image",
    ]);
    expect(told(image, "image: { name: a, tag: v1 }", { defaults })).toEqual([]);
    expect(told('url: "http://{{ .Values.host }}:80/"', "a: 1", { defaults })).toHaveLength(1);
    expect(told("host: {{ .Values.host | quote }}", "a: 1", { defaults })).toEqual([]);
  });

  it("is not known where a Secret may still bring it", () => {
    const template = '{{ required "say a" .Values.a }}{{ .Values.b.c }}';
    const more = "  valuesFrom: [{ kind: Secret, name: s }]\n";
    expect(told(template, "x: 1", { more })).toEqual([]);
    const one = "  valuesFrom: [{ kind: Secret, name: s, valuesKey: k, targetPath: a }]\n";
    expect(told(template, "x: 1", { more: one }).map((text) => text.split(" ")[0])).toEqual(["values-nil"]);
  });

  it("is told at the nearest place in the declaration, without secrets", () => {
    const folder = writeChart('{{ fail (printf "bad %s" .Values.password) }}', "", {});
    const [refused] = find(folder, "password: tr0ub4dor&3");
    expect(refused).toMatchObject({ code: "values-refused", severity: "warning" });
    expect(refused?.message).toContain("bad ***");
    const nested = writeChart('{{ required "x" .Values.db.password }}', "", {});
    expect(find(nested, "db:\n  host: a")).toMatchObject([
      { suggestion: "set db.password in the values of the release", range: { line: 8 } },
    ]);
  });
});
