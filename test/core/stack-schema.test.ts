// The editor schema of a stack: right declarations pass, and a chart's own mistakes are seen where the chart is named.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { ChartValues } from "../../src/core/chart-values.ts";
import type { Json } from "../../src/core/declaration.ts";
import type { JsonMap } from "../../src/core/merge-values.ts";
import { stackSchema } from "../../src/core/stack-schema.ts";

const base = JSON.parse(
  readFileSync(new URL("../../schemas/helmrelease.schema.json", import.meta.url), "utf8"),
) as JsonMap;

function chart(name: string, schema?: Json, more: Partial<ChartValues> = {}): ChartValues {
  return {
    name,
    version: "1.0.0",
    defaults: {},
    ...(schema === undefined ? {} : { schema: JSON.stringify(schema) }),
    dependencies: [],
    subcharts: [],
    ...more,
  };
}

function errorsOf(schema: JsonMap, written: string, values: Json): readonly string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, logger: false });
  // This is the compiler of another draft; what is used here is the same in both.
  const validate = ajv.compile(
    Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema")),
  );
  validate({
    apiVersion: "headway.dev/v1",
    kind: "HelmRelease",
    metadata: { name: "orders" },
    spec: { chart: written, values },
  });
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== "if" && keyword !== "anyOf")
    .map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

const app = chart("app", {
  $schema: "http://json-schema.org/draft-07/schema#",
  required: ["name"],
  definitions: { port: { type: "integer", minimum: 1 } },
  properties: { name: { type: "string" }, port: { $ref: "#/definitions/port" } },
  additionalProperties: false,
});

describe("the schema of a stack", () => {
  const schema = stackSchema(base, [
    { written: "./app", chart: app },
    { written: "catalog/web", chart: chart("web", { properties: { port: { type: "string" } } }) },
    { written: "./plain", chart: chart("plain") },
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
    const whole = stackSchema(base, [{ written: "./parent", chart: parent }]);
    expect(errorsOf(whole, "./parent", { db: { port: "x" } })).toContain("/spec/values/db/port type");
    expect(errorsOf(whole, "./parent", { sub: { port: "x" } })).toEqual([]);
  });

  it("takes what either chart takes where one name means two", () => {
    const whole = stackSchema(base, [
      { written: "./chart", chart: chart("a", { properties: { x: { type: "integer" } } }) },
      { written: "./chart", chart: chart("b", { properties: { x: { type: "string" } } }) },
    ]);
    expect(errorsOf(whole, "./chart", { x: 1 })).toEqual([]);
    expect(errorsOf(whole, "./chart", { x: "1" })).toEqual([]);
    expect(errorsOf(whole, "./chart", { x: true })).not.toEqual([]);
  });

  it("holds no reference to elsewhere", () => {
    const away = chart("away", { properties: { x: { $ref: "https://schemas.example/x.json" } } });
    expect(JSON.stringify(stackSchema(base, [{ written: "./away", chart: away }]))).not.toContain(
      "schemas.example",
    );
  });
});
