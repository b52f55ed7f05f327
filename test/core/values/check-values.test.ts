// Values against values.schema.json: helm's own refusal is the oracle for what is refused, lines are ours.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readChartValues } from "../../../src/adapters/charts/chart-values.ts";
import { checkValues, type KnownSchemas } from "../../../src/core/values/check-values.ts";
import type { Diagnostic } from "../../../src/core/diagnostic.ts";
import { pinRelease } from "../../../src/core/fingerprint.ts";
import type { PinnedChart } from "../../../src/core/pin.ts";
import { readStack } from "../../../src/core/declarations/read-declarations.ts";
import { readValuesText } from "../../../src/core/values/read-values-file.ts";
import { readValuesSchema } from "../../../src/core/values/values-schema.ts";
import { runHelm, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";

const pinned: PinnedChart = {
  name: "app",
  version: "1.0.0",
  digest: "d",
  folder: "",
  hasCrds: false,
  hasSchema: false,
  hooks: [],
  namespaces: [],
};

type Sketch = {
  readonly schema: unknown;
  readonly defaults?: string;
  /** Lines of spec.values. */
  readonly values?: string;
  readonly more?: string;
  readonly sub?: { readonly schema: unknown; readonly defaults?: string; readonly condition?: string };
};

function writeChart({ schema, defaults = "{}\n", sub }: Sketch): string {
  const folder = temporaryFolder();
  const entry = { name: "sub", version: "1.0.0", repository: "", condition: sub?.condition ?? "" };
  writeTree(folder, {
    "app/Chart.yaml": JSON.stringify({
      apiVersion: "v2",
      name: "app",
      version: "1.0.0",
      ...(sub === undefined ? {} : { dependencies: [entry] }),
    }),
    "app/values.yaml": defaults,
    "app/values.schema.json": typeof schema === "string" ? schema : JSON.stringify(schema),
    ...(sub === undefined
      ? {}
      : {
          "app/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
          "app/charts/sub/values.yaml": sub.defaults ?? "{}\n",
          "app/charts/sub/values.schema.json": JSON.stringify(sub.schema),
        }),
  });
  return folder;
}

function check(sketch: Sketch, folder = writeChart(sketch)): readonly Diagnostic[] {
  const lines = (sketch.values ?? "{}").split("\n").map((line) => `    ${line}`);
  const text = `apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: orders, namespace: shop }
spec:
  chart: ./app
${sketch.more ?? ""}  values:
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
  return checkValues(pinRelease(declaration, pinned), readChartValues(join(folder, "app")), new Map());
}

async function helmRefuses(sketch: Sketch, folder: string): Promise<boolean> {
  writeTree(folder, { "values.yaml": sketch.values ?? "{}" });
  try {
    await runHelm("template", "orders", join(folder, "app"), "-f", join(folder, "values.yaml"));
    return false;
  } catch {
    return true;
  }
}

const draft7 = "http://json-schema.org/draft-07/schema#";
const draft4 = "http://json-schema.org/draft-04/schema#";
const draft2019 = "https://json-schema.org/draft/2019-09/schema";
const draft2020 = "https://json-schema.org/draft/2020-12/schema";
const ports = { type: "object", properties: { port: { type: "integer", minimum: 1 } } };

const rows: readonly (readonly [string, Sketch, readonly string[]])[] = [
  ["a wrong type", { schema: ports, values: "port: many" }, ["7 port: must be of type integer"]],
  ["a bound", { schema: ports, values: "port: 0" }, ["7 port: must be >= 1"]],
  ["a right one", { schema: ports, values: "port: 8080" }, []],
  [
    "a default that is not right",
    { schema: ports, defaults: "port: many\n" },
    ["5 port: must be of type integer (a default of the chart)"],
  ],
  ["a default that is mended", { schema: ports, defaults: "port: many\n", values: "port: 1" }, []],
  ["what is missing", { schema: { required: ["a"] }, values: "b: 1" }, ["7 a is missing"]],
  [
    "what null takes away",
    { schema: { required: ["a"] }, defaults: "a: 1\n", values: "a: null" },
    ["7 a is missing: null takes the chart's default away"],
  ],
  [
    "what null takes away in a map",
    {
      schema: { properties: { d: { required: ["a"] } } },
      defaults: "d: { a: 1 }\n",
      values: "d:\n  a: null",
    },
    ["8 d.a is missing: null takes the chart's default away"],
  ],
  [
    "what a subchart misses",
    { schema: {}, sub: { schema: { required: ["password"] } }, values: "b: 1\nsub: { host: h }" },
    ["8 sub.password is missing"],
  ],
  [
    "a default beside what is written",
    {
      schema: { properties: { d: { properties: { a: { type: "string" } } } } },
      defaults: "d: { a: 1 }\n",
      values: "d: { b: 1 }",
    },
    ["7 d.a: must be of type string (a default of the chart)"],
  ],
  [
    "a name that is not known",
    {
      schema: { properties: { a: { properties: { x: {} }, additionalProperties: false } } },
      values: "a:\n  x: 1\n  z: 2",
    },
    ['9 a: "z" is not one of the chart\'s values'],
  ],
  [
    "a list's item",
    { schema: { properties: { a: { items: { type: "string" } } } }, values: "a:\n  - one\n  - 2" },
    ["9 a[1]: must be of type string"],
  ],
  [
    "a choice",
    { schema: { properties: { a: { enum: ["x", "z"] } } }, values: "a: q" },
    ['7 a: must be one of "x", "z"'],
  ],
  [
    "a pattern",
    { schema: { properties: { a: { pattern: "^v[0-9]+$" } } }, values: "a: w1" },
    ['7 a: must match pattern "^v[0-9]+$"'],
  ],
  [
    "forms",
    { schema: { properties: { a: { anyOf: [{ type: "string" }, { type: "integer" }] } } }, values: "a: [1]" },
    ["7 a: fits none of the forms that the schema allows"],
  ],
  [
    "forms behind references",
    {
      schema: {
        $defs: { s: { type: "string" }, i: { type: "integer" } },
        properties: { a: { anyOf: [{ $ref: "#/$defs/s" }, { $ref: "#/$defs/i" }] } },
      },
      values: "a: [1]",
    },
    ["7 a: fits none of the forms that the schema allows"],
  ],
  [
    "draft 4's bounds",
    {
      schema: { $schema: draft4, properties: { a: { minimum: 1, exclusiveMinimum: true } } },
      values: "a: 1",
    },
    ["7 a: must be > 1"],
  ],
  [
    "draft 7's definitions",
    {
      schema: {
        $schema: draft7,
        definitions: { p: ports },
        properties: { a: { $ref: "#/definitions/p", type: "string" } },
      },
      values: "a: { port: x }",
    },
    ["7 a.port: must be of type integer"],
  ],
  [
    "2019's dependent names",
    { schema: { $schema: draft2019, dependentRequired: { a: ["b"] } }, values: "a: 1" },
    ["7 the values: must have property b when property a is present"],
  ],
  [
    "2020's tuples",
    {
      schema: { $schema: draft2020, properties: { a: { prefixItems: [{ type: "string" }] } } },
      values: "a: [1]",
    },
    ["7 a[0]: must be of type string"],
  ],
  [
    "if and then",
    {
      schema: {
        if: { properties: { on: { const: true } }, required: ["tls"] },
        then: { required: ["cert"] },
      },
      values: "tls: 1",
    },
    ["7 cert is missing"],
  ],
  [
    "an item twice",
    { schema: { properties: { a: { uniqueItems: true } } }, values: "a: [{ x: 1, z: 2 }, { z: 2, x: 1 }]" },
    ["7 a: must not hold an item twice"],
  ],
  [
    "a subchart's values",
    { schema: {}, sub: { schema: ports }, values: "sub:\n  port: x" },
    ["8 sub.port: must be of type integer"],
  ],
  [
    "a subchart's globals",
    {
      schema: {},
      sub: { schema: { properties: { global: { properties: { g: { type: "string" } } } } } },
      values: "global:\n  g: 1",
    },
    ["8 sub.global.g: must be of type string"],
  ],
  [
    "a subchart that is off",
    {
      schema: {},
      sub: { schema: ports, condition: "sub.enabled" },
      values: "sub: { port: x, enabled: false }",
    },
    [],
  ],
  [
    "a subchart that is no map",
    { schema: {}, sub: { schema: {} }, values: "sub: 1" },
    ["7 sub: must be a map, because a subchart is called so"],
  ],
  ["a schema that refuses all", { schema: "false" }, ["5 the values: the chart takes no values"]],
  [
    "one pattern beside others",
    {
      schema: { properties: { a: { pattern: "^a$" }, b: { pattern: "^b$" }, c: { pattern: "^c$" } } },
      values: "a: a\nb: a\nc: c",
    },
    ['8 b: must match pattern "^b$"'],
  ],
  [
    "a pattern that only other engines have",
    { schema: { properties: { a: { pattern: "^(?!x)" } } }, values: "a: w" },
    ["5 the values.schema.json of chart app was not used: it can't be compiled"],
  ],
];

/** `8 port: must be …`, without the words around. */
function told({ range, message }: Diagnostic): string {
  return `${range?.line ?? 0} ${message.replace("values of shop/orders: ", "").replace(/(can't be compiled).*/s, "$1")}`;
}

describe("values that do not fit a chart's schema", () => {
  it.each(rows)("are refused at their line, where helm refuses them: %s", async (_, sketch, wanted) => {
    const folder = writeChart(sketch);
    expect(check(sketch, folder).map(told)).toEqual(wanted);
    expect(await helmRefuses(sketch, folder)).toBe(wanted.length > 0);
  });

  it("are told at the line of the file that they come from, with the release", () => {
    const sketch = { schema: ports };
    const folder = writeChart(sketch);
    const layer = readValuesText("values/a.yaml", "values/a.yaml", "# words\nport: x\n").value;
    const declared = {
      ...declarationOf(),
      values: layer === undefined ? [] : [{ kind: "layer" as const, layer }],
    };
    const found = checkValues(pinRelease(declared, pinned), readChartValues(join(folder, "app")), new Map());
    expect(found).toMatchObject([
      {
        severity: "error",
        range: { file: "values/a.yaml", line: 2 },
        related: [{ message: "for shop/orders", range: { file: "orders.yaml" } }],
      },
    ]);
  });

  function declarationOf() {
    const text =
      "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: orders, namespace: shop }\nspec: { chart: ./app }\n";
    const [declaration] = readStack({
      files: [{ path: "orders.yaml", text }],
      folderName: "s",
      stackPath: "",
    }).value.declarations;
    if (declaration === undefined) throw new Error("no declaration");
    return declaration;
  }

  it("are not judged where only a key would tell what they are", () => {
    const sketch = {
      schema: { properties: { a: { type: "integer" }, b: { type: "integer" } }, required: ["c"] },
    };
    const folder = writeChart(sketch);
    const encrypted = "a: ENC[AES256_GCM,data:x,type:int]\nsops: { age: [{ recipient: age1 }], mac: m }\n";
    const layer = readValuesText("a.yaml", "a.yaml", encrypted).value;
    const declared = {
      ...declarationOf(),
      values: layer === undefined ? [] : [{ kind: "layer" as const, layer }],
    };
    const found = checkValues(pinRelease(declared, pinned), readChartValues(join(folder, "app")), new Map());
    expect(found.map(({ message }) => message)).toEqual(["values of shop/orders: c is missing"]);
  });

  it("are not judged where a subchart's globals come from an object of the cluster", () => {
    const schema = { properties: { global: { properties: { token: { maxLength: 3 } } } } };
    const more = "  valuesFrom: [{ kind: Secret, name: s, valuesKey: k, targetPath: global.token }]\n";
    expect(check({ schema: {}, sub: { schema }, more })).toEqual([]);
  });

  it("are not judged where an object of the cluster may say otherwise", () => {
    const schema = {
      properties: { a: { type: "integer" }, db: { required: ["password"] }, z: { type: "integer" } },
      required: ["a"],
    };
    const path = "  valuesFrom: [{ kind: Secret, name: s, valuesKey: k, targetPath: db.password }]\n";
    expect(check({ schema, values: "a: 1\ndb: { host: h }", more: path })).toEqual([]);
    const whole = "  valuesFrom: [{ kind: Secret, name: s }]\n";
    // What stands above it is sure, what could still come is not.
    expect(check({ schema, values: "z: x", more: whole }).map(told)).toEqual([
      "8 z: must be of type integer",
    ]);
  });
});

describe("a schema", () => {
  it("is never fetched from elsewhere: what it refers to counts as anything, with a warning", () => {
    const schema = { properties: { a: { $ref: "https://schemas.example/a.json" }, b: { type: "string" } } };
    expect(
      check({ schema, values: "a: 1\nb: 2" }).map(({ severity, code }) => `${severity} ${code}`),
    ).toEqual(["warning values-schema-skipped", "error values-schema"]);
  });

  it.each(["file:///etc/passwd", "values.schema.json#/x", "urn:x:y"])("is not read from %s", (reference) => {
    const read = readValuesSchema(JSON.stringify({ properties: { a: { $ref: reference } } }));
    expect(read).toMatchObject({ unread: [reference] });
  });

  it("may refer to itself by its own name", () => {
    const id = "https://schemas.example/a.json";
    const read = readValuesSchema(
      JSON.stringify({
        $id: id,
        $defs: { n: { type: "integer" } },
        properties: { a: { $ref: `${id}#/$defs/n` } },
      }),
    );
    if (typeof read === "string") throw new Error(read);
    expect(read.unread).toEqual([]);
    expect(read.check({ a: "x" })).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{", "it is not JSON"],
    ["a list", "[]", "it is not a JSON object"],
    ["too deep", `${'{"not":'.repeat(400)}{}${"}".repeat(400)}`, "it nests more than 150 deep"],
    [
      "too much",
      JSON.stringify({ allOf: Array.from({ length: 60_000 }, () => ({})) }),
      "it has more than 50000 parts",
    ],
    ["a reference to nothing", '{"$ref":"#/$defs/none"}', /can't be compiled/],
  ])("that can't be used is told so: %s", (_, text, problem) => {
    const read = readValuesSchema(text);
    expect(read).toEqual(typeof problem === "string" ? problem : expect.stringMatching(problem));
  });

  it("that doubles its work with every reference is given up", () => {
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `d${index}`,
        index === 39 ? {} : { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
      ]),
    );
    const read = readValuesSchema(JSON.stringify({ $defs: doubled, $ref: "#/$defs/d0" }));
    if (typeof read === "string") throw new Error(read);
    expect(read.check({})).toBeUndefined();
  });

  it("with a pattern that others take exponential time for comes to an end", () => {
    const read = readValuesSchema(JSON.stringify({ properties: { a: { pattern: "^(a+)+$" } } }));
    if (typeof read === "string") throw new Error(read);
    expect(read.check({ a: `${"a".repeat(50_000)}!` })).toHaveLength(1);
  });

  it("with names like keywords is understood", () => {
    const read = readValuesSchema(
      JSON.stringify({
        properties: { $ref: { type: "string" }, enum: { type: "integer" }, id: { type: "string" } },
      }),
    );
    if (typeof read === "string") throw new Error(read);
    expect(read.check({ $ref: 1, enum: "x", id: 1 })).toHaveLength(3);
  });

  it("is compiled once for all releases of a chart", () => {
    const sketch = {
      schema: {
        definitions: { p: ports },
        properties: { a: { $ref: "#/definitions/p" }, list: { items: ports } },
      },
    };
    const chart = readChartValues(join(writeChart(sketch), "app"));
    const pin = pinRelease(declarationOf2(), pinned);
    const known: KnownSchemas = new Map();
    const charts = Array.from({ length: 12 }, (_, index) => ({
      ...chart,
      schema: `${chart.schema ?? ""}${" ".repeat(index)}`,
    }));
    for (let index = 0; index < 200; index++) checkValues(pin, charts[index % 12] ?? chart, known);
    expect(known.size).toBe(12);
  });
});

function declarationOf2() {
  const text =
    "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: o, namespace: s }\nspec: { chart: ./app, values: { a: { port: 1 }, list: [{ port: 2 }] } }\n";
  const [declaration] = readStack({ files: [{ path: "o.yaml", text }], folderName: "s", stackPath: "" }).value
    .declarations;
  if (declaration === undefined) throw new Error("no declaration");
  return declaration;
}
