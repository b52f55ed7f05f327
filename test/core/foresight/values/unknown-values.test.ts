// Which values a chart knows: what its templates read in all the ways in which charts are written, and nothing said where
// that can't be told.
import { describe, expect, it } from "vitest";
import type { Json } from "../../../../src/core/declaration.ts";
import { readTemplates } from "../../../../src/core/foresight/values/read-templates.ts";
import { unknownValues } from "../../../../src/core/foresight/values/unknown-values.ts";
import type { ChartValues } from "../../../../src/core/values/chart-values.ts";
import { isMap, pathText } from "../../../../src/core/values/merge-values.ts";
import { parseDocuments } from "../../../../src/core/yaml/document.ts";
import { readTree } from "../../../../src/core/yaml/yaml-tree.ts";

function yaml(text: string): Json {
  const [document] = parseDocuments("values.yaml", text);
  return document === undefined ? {} : readTree(document).value;
}

type Sketch = {
  readonly helpers?: string;
  readonly defaults?: string;
  readonly schema?: Json;
  readonly more?: Partial<ChartValues>;
};

function chartOf(
  template: string,
  { helpers = "", defaults = "{}", schema, more }: Sketch = {},
): ChartValues {
  const values = yaml(defaults);
  return {
    name: "app",
    version: "1.0.0",
    isLibrary: false,
    templates: [
      { path: "templates/_helpers.tpl", text: helpers },
      { path: "templates/app.yaml", text: template },
    ],
    texts: [],
    defaults: isMap(values) ? values : {},
    ...(schema === undefined ? {} : { schema: JSON.stringify(schema) }),
    dependencies: [],
    subcharts: [],
    ...more,
  };
}

/** The paths that the chart does not know. */
function unknown(chart: ChartValues, given: string): readonly string[] {
  const tree = yaml(given);
  const reading = readTemplates(chart, [tree], new Map());
  if (reading.kind === "withheld") return [`withheld: ${reading.why}`];
  return unknownValues(tree, reading.values).map(({ path }) => pathText(path));
}

type Row = readonly [
  name: string,
  template: string,
  given: string,
  expected: readonly string[],
  sketch?: Sketch,
];

const rows: readonly Row[] = [
  [
    "a path",
    "{{ .Values.image.tag }}",
    "image: { tag: a, tga: b, pullPolicy: c }",
    ["image.tga", "image.pullPolicy"],
  ],
  ["a near name", "{{ .Values.replicas }}", "repliacs: 2", ["repliacs"]],
  ["a value at another place", "{{ .Values.service.port }}", "port: 1", ["port"]],
  ["a root in a block", "{{ range .Values.a }}{{ $.Values.b }}{{ end }}", "b: 1\nc: 2", ["c"]],
  ["a whole subtree", "{{ toYaml .Values.a }}", "a: { x: { w: 1 } }\nb: 1", ["b"]],
  ["a subtree by with", "{{- with .Values.a }}\n{{- toYaml . | nindent 4 }}\n{{- end }}", "a: { x: 1 }", []],
  [
    "fields by with",
    "{{ with .Values.a }}{{ .x }}{{ else }}{{ .Values.b }}{{ end }}",
    "a: { x: 1, yy: 2 }\nb: 1",
    ["a.yy"],
  ],
  ["parentheses", "{{ ((.Values.a).b).c }}", "a: { b: { c: 1, dd: 2 } }", ["a.b.dd"]],
  ["a variable", "{{ $v := .Values.a }}{{ $w := $v.b }}{{ $w.c }}", "a: { b: { c: 1, dd: 2 } }", ["a.b.dd"]],
  [
    "a variable assigned later",
    "{{ $v := dict }}{{ if .Values.x }}{{ $v = .Values.a }}{{ end }}{{ $v.b }}",
    "a: { b: 1, cc: 1 }",
    ["a.cc"],
  ],
  [
    "items of a list",
    "{{ range .Values.hosts }}{{ .host }}{{ range .paths }}{{ .path }}{{ end }}{{ end }}",
    "hosts: [{ host: a, paths: [{ path: /, pathTpye: x }], hots: b }]",
    ["hosts[0].paths[0].pathTpye", "hosts[0].hots"],
  ],
  [
    "entries of a map",
    "{{ range $k, $v := .Values.env }}{{ $k }}={{ $v }}{{ end }}",
    "env: { ANY: 1, NAME: 2 }",
    [],
  ],
  [
    "fields of entries",
    "{{ range $name, $one := .Values.jobs }}{{ $one.image }}{{ end }}",
    "jobs: { any: { image: a, iamge: b } }",
    ["jobs.any.iamge"],
  ],
  [
    "index",
    '{{ index .Values "a" "b-c" }}{{ index .Values.list 0 }}',
    "a: { b-c: 1, bb: 2 }\nlist: [1]",
    ["a.bb"],
  ],
  ["an index that is not known", "{{ index .Values .Values.which }}", "which: a\nany: 1", []],
  [
    "get, dig, hasKey, pluck",
    '{{ get .Values.a "x" }}{{ dig "b" "c" "none" .Values.a }}{{ hasKey .Values.a "d" }}{{ pluck "e" .Values.a .Values.f | first }}',
    "a: { x: 1, b: { c: 1, zzz: 1 }, d: 1, e: 1, w: 1 }",
    ["a.b.zzz", "a.w"],
  ],
  [
    "default and coalesce",
    "{{ (default .Values.b .Values.a).x }}{{ (coalesce .Values.a .Values.b).w }}",
    "a: { x: 1, w: 2, zz: 1 }\nb: { x: 1, w: 2, zz: 3 }",
    ["a.zz", "b.zz"],
  ],
  [
    "merge",
    '{{ $m := merge .Values.a (dict "q" 1) .Values.b }}{{ $m.x }}',
    "a: { x: 1, zz: 1 }\nb: { x: 1, zz: 3 }",
    ["a.zz", "b.zz"],
  ],
  [
    "include of everything",
    '{{ include "labels" . }}',
    "labels: { a: 1 }\nlabel: 2",
    ["label"],
    { helpers: '{{ define "labels" }}{{ toYaml .Values.labels }}{{ end }}' },
  ],
  [
    "include with a dict",
    '{{ include "image" (dict "root" $ "image" .Values.sidecar) }}',
    "sidecar: { repo: a, tagg: b }\nregistry: c\nregistri: d",
    ["sidecar.tagg", "registri"],
    { helpers: '{{ define "image" }}{{ .root.Values.registry }}{{ .image.repo }}{{ .image.tag }}{{ end }}' },
  ],
  [
    "include with a list",
    '{{ list $ .Values.a | include "two" }}',
    "a: { x: 1, yy: 2 }\nb: 1\ncc: 1",
    ["a.yy", "cc"],
    {
      helpers:
        '{{ define "two" }}{{ $root := index . 0 }}{{ with index . 1 }}{{ .x }}{{ end }}{{ $root.Values.b }}{{ end }}',
    },
  ],
  [
    "template and block",
    '{{ template "t" .Values.a }}{{ block "u" .Values.b }}{{ .w }}{{ end }}',
    "a: { x: 1, p: 1 }\nb: { w: 1, q: 1 }",
    ["a.p", "b.q"],
    { helpers: '{{ define "t" }}{{ .x }}{{ end }}' },
  ],
  [
    "a rendered value",
    '{{ include "render" (dict "value" .Values.extra "context" $) }}',
    "extra: { any: '{{ .Values.secretName }}' }\nsecretName: a\nother: b",
    ["other"],
    {
      helpers:
        '{{ define "render" }}{{ if typeIs "string" .value }}{{ tpl .value .context }}{{ else }}{{ tpl (.value | toYaml) .context }}{{ end }}{{ end }}',
    },
  ],
  [
    "a rendered default",
    "{{ tpl .Values.name . }}",
    "prefix: a\npostfix: b",
    ["postfix"],
    { defaults: "name: '{{ .Values.prefix }}-x'" },
  ],
  [
    "a rendered file",
    '{{ tpl (.Files.Get "app.conf") . }}',
    "port: 1\nprot: 2",
    ["prot"],
    { more: { texts: [{ path: "app.conf", text: "port={{ .Values.port }}" }] } },
  ],
  [
    "a checksum of a file",
    'x: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}{{ .Values.a }}',
    "a: 1\nb: 1",
    ["b"],
  ],
  [
    "a name put together",
    '{{ include (printf "%s.labels" .Chart.Name) . }}',
    "a: 1\nb: 1",
    ["b"],
    { helpers: '{{ define "app.labels" }}{{ .Values.a }}{{ end }}' },
  ],
  [
    "a name that is not known",
    "{{ include .Values.which . }}",
    "a: 1\nwhich: app.labels\nb: 1",
    ["b"],
    { helpers: '{{ define "app.labels" }}{{ .Values.a }}{{ end }}' },
  ],
  [
    "a path of text",
    '{{ $at := .Values }}{{ range splitList "." "auth.password" }}{{ $at = index $at . }}{{ end }}{{ $at }}',
    "auth: { password: a, passwd: b }",
    ["auth.passwd"],
  ],
  [
    "a loop over names",
    '{{ range list "web" "worker" }}{{ $c := index $.Values . }}{{ $c.replicas }}{{ end }}',
    "web: { replicas: 1, replica: 2 }\nworker: { replicas: 1 }\nwebb: {}",
    ["web.replica", "webb"],
  ],
  [
    "a context that was added to",
    '{{ $_ := set $ "extra" .Values.a }}{{ include "x" $ }}',
    "a: { w: 1, z: 1 }",
    ["a.z"],
    { helpers: '{{ define "x" }}{{ .extra.w }}{{ end }}' },
  ],
  [
    "values that are set",
    '{{ $_ := set .Values "made" (dict "x" 1) }}{{ .Values.a }}',
    "made: { x: 1 }\nb: 1",
    ["b"],
  ],
  ["all values at once", "{{ toJson .Values }}", "anything: { at: all }", []],
  [
    "comments and raw strings",
    '{{/* .Values.a */}}{{- /* x */ -}}{{ `{{ .Values.b }}` }}{{ "}}" }}{{ .Values.c }}',
    "a: 1\nb: 1\nc: 1",
    ["a", "b"],
  ],
  [
    "a switch alone",
    '{{ if and .Values.a (not .Values.b.c) }}x{{ else if eq .Values.d "e" }}y{{ end }}',
    "a: 1\nb: { c: 1, ff: 1 }\nd: 1\ngg: 1",
    ["b.ff", "gg"],
  ],
  [
    "what values.yaml knows",
    "{{ .Values.a.b }}",
    "a: { b: 1, c: 1, dd: 1 }\nopen: { anything: 1 }",
    ["a.dd"],
    { defaults: "a: { c: 1 }\nopen: {}" },
  ],
  [
    "what the schema knows",
    "",
    "a: { b: 1, cc: 1 }\nopen: { x: 1 }",
    ["a.cc"],
    {
      schema: {
        properties: { a: { $ref: "#/$defs/a" }, open: { additionalProperties: { type: "string" } } },
        $defs: { a: { properties: { b: {} } } },
      },
    },
  ],
  [
    "globals",
    "{{ .Values.global.registry }}",
    "global: { registri: b, storageClass: c }",
    ["global.registri"],
  ],
  ["where people keep anchors", "{{ .Values.a }}", "x-common: { b: 1 }\na: 1", []],
  ["what nobody looks into", "{{ if .Values.a }}x{{ end }}", "a: { b: 1 }", []],
  [
    "a template that calls itself",
    '{{ include "deep" .Values.tree }}',
    "tree: { name: a, below: { name: b, below: { name: c } } }\nzz: 1",
    ["zz"],
    { helpers: '{{ define "deep" }}{{ .name }}{{ with .below }}{{ include "deep" . }}{{ end }}{{ end }}' },
  ],
  [
    "a template that can't be read",
    "{{ if .Values.a }}",
    "b: 1",
    ["withheld: templates/app.yaml of chart app can't be read: {{ if }} has no {{ end }}"],
  ],
];

describe("values that a chart does not know", () => {
  for (const [name, template, given, expected, sketch] of rows)
    it(name, () => {
      expect(unknown(chartOf(template, sketch), given).toSorted()).toEqual(expected.toSorted());
    });
});

describe("what may have been meant", () => {
  const chart = chartOf(
    "{{ .Values.replicas }}{{ .Values.service.port }}{{ .Values.image.tag }}{{ .Values.job.tag }}",
  );
  const meant = (given: string): readonly (string | undefined)[] => {
    const reading = readTemplates(chart, [], new Map());
    if (reading.kind === "withheld") throw new Error(reading.why);
    return unknownValues(yaml(given), reading.values).map((one) => one.meant);
  };

  it("is a name that is near, if it is not given too", () => {
    expect(meant("replicsa: 1")).toEqual(["replicas"]);
    expect(meant("replicsa: 1\nreplicas: 1")).toEqual([undefined]);
  });

  it("is the only other place of the same name", () => {
    expect(meant("port: 1\ntag: a")).toEqual(["service.port", undefined]);
  });
});

describe("values of subcharts", () => {
  const database = chartOf("{{ .Values.auth.user }}{{ .Values.global.registry }}", {
    defaults: "port: 5432",
  });
  const whole = (dependency: Partial<ChartValues["dependencies"][number]> = {}): ChartValues =>
    chartOf("{{ .Values.name }}", {
      more: {
        dependencies: [
          { name: "db", version: "1.0.0", alias: "", condition: "", tags: [], imports: [], ...dependency },
        ],
        subcharts: [{ ...database, name: "db" }],
      },
    });

  it("are known below the subchart's name, and its globals above it", () => {
    const given = "db: { auth: { user: a, usr: b }, port: 1 }\nglobal: { regsitry: s }";
    expect(unknown(whole(), given)).toEqual(["db.auth.usr", "global.regsitry"]);
  });

  it("are known below its alias, with its switches", () => {
    const chart = whole({ alias: "orders-db", condition: "features.db,orders-db.enabled", tags: ["data"] });
    const given =
      "orders-db: { enabled: true, auth: { user: a } }\nfeatures: { db: true }\ntags: { data: true }\ndb: {}";
    expect(unknown(chart, given)).toEqual(["db"]);
  });

  it("may be anything where the subchart is not there", () => {
    expect(unknown({ ...whole(), subcharts: [] }, "db: { any: 1 }\nmore: 1")).toEqual(["more"]);
  });

  it("are known where the parent imports them", () => {
    const chart = whole({ imports: ["data", { child: "auth", parent: "login" }] });
    const child = { ...database, name: "db", defaults: { exports: { data: { host: "h" } } } };
    const given = "host: a\nlogin: { user: b }\nhots: c";
    expect(unknown({ ...chart, subcharts: [child] }, given)).toEqual(["hots"]);
  });

  it("are those of the whole chart in the templates of a library", () => {
    const library = {
      ...chartOf("{{ .Values.never }}", { helpers: '{{ define "lib.name" }}{{ .Values.name }}{{ end }}' }),
      name: "lib",
      isLibrary: true,
    };
    const chart = chartOf('{{ include "lib.name" . }}', { more: { subcharts: [library] } });
    expect(unknown(chart, "name: a\nnever: b")).toEqual(["never"]);
  });
});
