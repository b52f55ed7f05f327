// The schema for editors of a real stack: an editor's validator says of a declaration what helm would say of its values.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { headway } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { writeStack } from "../kit/stack-folder.ts";

const draft7 = "http://json-schema.org/draft-07/schema#";

function chartWith(name: string, schema: object): Readonly<Record<string, string>> {
  return {
    ...oneFileChart(name, "{}\n", "{}\n"),
    [`charts/${name}/values.schema.json`]: JSON.stringify(schema),
  };
}

const files = {
  ...chartWith("web", {
    $schema: draft7,
    $id: "https://schemas.example/values.json",
    required: ["host"],
    definitions: { port: { type: "integer" } },
    properties: { host: { type: "string" }, port: { $ref: "#/definitions/port" } },
  }),
  ...chartWith("api", {
    $id: "https://schemas.example/values.json",
    definitions: { port: { type: "string" } },
    properties: { port: { $ref: "#/definitions/port" } },
  }),
};

function write(values: object): string {
  return writeStack({
    name: "shop",
    namespace: "shop",
    releases: [
      { name: "web", spec: { chart: "../charts/web" }, values: { host: "h", ...values } },
      { name: "api", spec: { chart: "../charts/api" }, values: { port: "http" } },
    ],
    files,
  });
}

function mistakesIn(schemaText: string, chart: string, values: object): readonly string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  const validate = ajv.compile(JSON.parse(schemaText) as object);
  validate({
    apiVersion: "headway.dev/v1",
    kind: "HelmRelease",
    metadata: { name: "web" },
    spec: { chart, values },
  });
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}

describe("headway schema --stack", () => {
  it("is HelmRelease, in which a release's values are what its own chart takes", async () => {
    const end = await headway(["schema", "--stack", write({ port: 1 })]);
    expect(end.code, end.all).toBe(0);
    expect(end.stderr).toBe("");
    expect(mistakesIn(end.stdout, "../charts/web", { port: 80 })).toEqual([]);
    expect(mistakesIn(end.stdout, "../charts/web", { port: "http" })).toContain(
      "/spec/values/port must be integer",
    );
    expect(mistakesIn(end.stdout, "../charts/api", { port: "http" })).toEqual([]);
    expect(mistakesIn(end.stdout, "../charts/api", { port: 80 })).toContain(
      "/spec/values/port must be string",
    );
    expect(JSON.parse(end.stdout)).toMatchObject({ $schema: draft7, title: "HelmRelease" });
  });

  it("is written to a file, also while values are wrong", async () => {
    const folder = write({ port: "http" });
    const out = join(folder, ".headway", "stack.schema.json");
    const end = await headway(["schema", "--stack", "--out", out], { cwd: folder });
    expect(end.code, end.all).toBe(0);
    expect(end.stdout).toBe("");
    expect(end.stderr).toContain("2 releases");
    expect(mistakesIn(readFileSync(out, "utf8"), "../charts/web", { port: "http" })).not.toEqual([]);
    // What an editor is given is no part of the stack.
    expect((await headway(["validate", folder])).all).toContain("port: must be of type integer");
  });

  it("tells what is left out of it: exit 3", async () => {
    const folder = writeStack({
      name: "shop",
      namespace: "shop",
      releases: [
        { name: "web", spec: { chart: "../charts/web" } },
        { name: "api", spec: { chart: "../charts/none" } },
      ],
      files,
    });
    const end = await headway(["schema", "--stack", folder]);
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toContain("../charts/none");
    expect(mistakesIn(end.stdout, "../charts/web", { port: "http" })).not.toEqual([]);
  });
});
