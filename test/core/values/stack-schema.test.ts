// The editor schema of a stack: right declarations pass, and a chart's own mistakes are seen where the chart is named.
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import type { ChartValues } from "../../../src/core/values/chart-values.ts";
import type { Json } from "../../../src/core/declaration.ts";
import type { JsonMap } from "../../../src/core/values/merge-values.ts";
import { stackSchema } from "../../../src/core/values/stack-schema.ts";

const base = JSON.parse(
  readFileSync(new URL("../../../schemas/helmrelease.schema.json", import.meta.url), "utf8"),
) as JsonMap;

function chart(name: string, schema?: Json, more: Partial<ChartValues> = {}): ChartValues {
  return {
    name,
    version: "1.0.0",
    isLibrary: false,
    templates: [],
    texts: [],
    defaults: {},
    ...(schema === undefined ? {} : { schema: JSON.stringify(schema) }),
    dependencies: [],
    subcharts: [],
    ...more,
  };
}

function errorsOf(schema: JsonMap, written: string, values: Json): readonly string[] {
  return errorsOfDocument(schema, {
    apiVersion: "headway.dev/v1",
    kind: "HelmRelease",
    metadata: { name: "orders" },
    spec: { chart: written, values },
  });
}

function errorsOfDocument(schema: JsonMap, document: Json): readonly string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  const validate = ajv.compile(schema);
  validate(document);
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== "if" && keyword !== "anyOf")
    .map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

const web = { name: "web", namespace: "shop" };

const app = chart("app", {
  $schema: "http://json-schema.org/draft-07/schema#",
  required: ["name"],
  definitions: { port: { type: "integer", minimum: 1 } },
  properties: { name: { type: "string" }, port: { $ref: "#/definitions/port" } },
  additionalProperties: false,
});

describe("the schema of a stack", () => {
  const schema = stackSchema(base, [
    { ...web, written: "./app", chart: app },
    { ...web, written: "catalog/web", chart: chart("web", { properties: { port: { type: "string" } } }) },
    { ...web, written: "./plain", chart: chart("plain") },
  ]);

  it.each([
    ["./app", { port: 8080 }],
    ["./app", {}],
    ["./app", { name: null, port: null }],
    ["catalog/web", { port: "http", anything: 1 }],
    ["./plain", { port: [] }],
    ["./other", { port: [] }],
  ] as const)("takes values that fit the chart %s, in part: %j", (written, values) => {
    expect(errorsOf(schema, written, values as Json)).toEqual([]);
  });

  it.each([
    ["./app", { port: "x" }, "/spec/values/port type"],
    ["./app", { prot: 1 }, "/spec/values additionalProperties"],
    ["catalog/web", { port: 1 }, "/spec/values/port type"],
  ] as const)("refuses what does not fit the chart %s: %j", (written, values, error) => {
    expect(errorsOf(schema, written, values)).toContain(error);
  });

  it("still is the schema of HelmRelease", () => {
    expect(errorsOf(schema, "./app", [])).toContain("/spec/values type");
    expect(schema["properties"]).toEqual(base["properties"]);
  });

  it("knows a subchart's values by the name that it is called by", () => {
    const sub = chart("sub", { properties: { port: { type: "integer" } } });
    const dependency = { name: "sub", version: "", alias: "db", condition: "", tags: [], imports: [] };
    const parent = chart("parent", undefined, { subcharts: [sub], dependencies: [dependency] });
    const whole = stackSchema(base, [{ ...web, written: "./parent", chart: parent }]);
    expect(errorsOf(whole, "./parent", { db: { port: "x" } })).toContain("/spec/values/db/port type");
    expect(errorsOf(whole, "./parent", { sub: { port: "x" } })).toEqual([]);
  });

  it("takes what either chart takes where one name means two", () => {
    const whole = stackSchema(base, [
      { ...web, written: "./chart", chart: chart("a", { properties: { x: { type: "integer" } } }) },
      { ...web, written: "./chart", chart: chart("b", { properties: { x: { type: "string" } } }) },
    ]);
    expect(errorsOf(whole, "./chart", { x: 1 })).toEqual([]);
    expect(errorsOf(whole, "./chart", { x: "1" })).toEqual([]);
    expect(errorsOf(whole, "./chart", { x: true })).not.toEqual([]);
  });

  it("keeps apart what charts define under one name", () => {
    const of = (type: string) => ({
      $id: "https://schemas.example/values.json",
      definitions: { port: { type } },
      properties: {
        port: { $ref: "#/definitions/port" },
        named: { $ref: "https://schemas.example/values.json#/definitions/port" },
        same: { $ref: "#/properties/port" },
      },
    });
    const whole = stackSchema(base, [
      { ...web, written: "./a", chart: chart("app", of("integer")) },
      { ...web, written: "./b", chart: chart("app", of("string")) },
    ]);
    for (const name of ["port", "named", "same"]) {
      expect(errorsOf(whole, "./a", { [name]: 1 })).toEqual([]);
      expect(errorsOf(whole, "./a", { [name]: "x" })).toContain(`/spec/values/${name} type`);
      expect(errorsOf(whole, "./b", { [name]: "x" })).toEqual([]);
      expect(errorsOf(whole, "./b", { [name]: 1 })).toContain(`/spec/values/${name} type`);
      expect(errorsOf(whole, "./b", { [name]: null })).toEqual([]);
    }
  });

  it("takes null wherever a value may stand, and else what the chart says", () => {
    const whole = stackSchema(base, [
      {
        ...web,
        written: "./app",
        chart: chart("app", {
          properties: {
            level: { enum: ["info", "debug"] },
            mode: { const: "fast" },
            size: { type: ["integer", "string"], minimum: 2 },
            either: { oneOf: [{ type: "integer" }, { type: "boolean" }] },
            both: { allOf: [{ type: "integer" }, { minimum: 2 }] },
            labels: { type: "object", additionalProperties: { type: "string" } },
          },
        }),
      },
    ]);
    const right = { level: "info", mode: "fast", size: 2, either: true, both: 3, labels: { a: "x" } };
    const wrong = { level: "loud", mode: "slow", size: 1, either: "x", both: 1, labels: { a: 1 } };
    expect(errorsOf(whole, "./app", right)).toEqual([]);
    for (const [name, value] of Object.entries(wrong)) {
      expect(errorsOf(whole, "./app", { [name]: null }), name).toEqual([]);
      expect(errorsOf(whole, "./app", { [name]: value }), name).not.toEqual([]);
    }
    expect(errorsOf(whole, "./app", { labels: { a: null } })).toEqual([]);
  });

  it("can be compiled whatever a chart's references lead to", () => {
    const schema = {
      if: { required: ["x"] },
      properties: { a: { $ref: "#/if" }, b: { $ref: "#/none" }, c: { $ref: "#" }, $ref: { type: "string" } },
    };
    const whole = stackSchema(base, [{ ...web, written: "./app", chart: chart("app", schema) }]);
    expect(errorsOf(whole, "./app", { a: 1, b: 1, c: { a: 1 } })).toEqual([]);
    expect(errorsOf(whole, "./app", { c: { $ref: 1 } })).toContain("/spec/values/c/$ref type");
  });

  it("knows the release that a patch without a chart is a part of", () => {
    const whole = stackSchema(base, [{ ...web, written: "./app", chart: app }], { patches: true });
    const patch = (metadata: Json, values: Json) => ({
      apiVersion: "headway.dev/v1",
      kind: "HelmRelease",
      metadata,
      spec: { values },
    });
    expect(errorsOfDocument(whole, patch({ name: "web" }, { port: 1 }))).toEqual([]);
    expect(errorsOfDocument(whole, patch({ name: "web" }, { port: "x" }))).toContain(
      "/spec/values/port type",
    );
    expect(errorsOfDocument(whole, patch(web, { port: "x" }))).toContain("/spec/values/port type");
    expect(errorsOfDocument(whole, patch({ ...web, namespace: "other" }, { port: "x" }))).toEqual([]);
    expect(errorsOfDocument(whole, patch({ name: "api" }, { port: "x" }))).toEqual([]);
  });

  it("holds no reference to elsewhere", () => {
    const away = chart("away", { properties: { x: { $ref: "https://schemas.example/x.json" } } });
    expect(JSON.stringify(stackSchema(base, [{ ...web, written: "./away", chart: away }]))).not.toContain(
      "schemas.example",
    );
  });
});
