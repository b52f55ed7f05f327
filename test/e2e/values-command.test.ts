// What can be said of values without a cluster: the merged values, where they were written, and if they fit the charts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { headway } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { encrypt, makeAgeKey, sopsProgram } from "../kit/sops.ts";
import { writeStack } from "../kit/stack-folder.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const chart = {
  ...oneFileChart("shop", "seen: {{ .Values.port }}\n", "port: 80\nlevel: info\nlist: [1]\n"),
  "charts/shop/charts/queue/Chart.yaml": "apiVersion: v2\nname: queue\nversion: 1.0.0\n",
  "charts/shop/charts/queue/values.schema.json": JSON.stringify({
    properties: { size: { type: "integer" }, key: { type: "string", maxLength: 5 } },
  }),
  "charts/shop/values.schema.json": JSON.stringify({
    properties: { port: { type: "integer" }, level: { enum: ["info", "debug"] } },
  }),
};

function write(
  files: Readonly<Record<string, string>>,
  spec: object,
  values: Readonly<Record<string, unknown>>,
): string {
  return writeStack({
    name: "shop",
    namespace: "shop",
    stackSpec: { values: { from: { stack: 1 }, port: 1 } },
    releases: [{ name: "web", spec: { chart: "../charts/shop", ...spec }, values }],
    files: { ...chart, ...files },
  });
}

const spec = {
  valuesFiles: ["../values/a.yaml"],
  valuesFrom: [{ kind: "Secret", name: "db", valuesKey: "password", targetPath: "db.password" }],
};
const files = { "values/a.yaml": "port: 8080\nfrom:\n  file: 2\nlist: [2, 3]\n" };

describe("headway values", () => {
  it("prints the merged values as YAML and JSON, with a mark for what only the cluster has", async () => {
    const folder = write(files, spec, { level: null });
    const end = await headway(["values", "shop/web", folder, "-o", "json"]);
    expect(end.code, end.all).toBe(0);
    const wanted = {
      from: { stack: 1, file: 2 },
      port: 8080,
      list: [2, 3],
      db: { password: "«from Secret shop/db, key password»" },
      level: null,
    };
    expect(JSON.parse(end.stdout)).toEqual(wanted);
    expect(end.stderr).toContain("not read: Secret shop/db, key password");
    const all = await headway(["values", "web", folder, "--all"]);
    expect(all.stdout).toContain("port: 8080");
    // A null takes the chart's default away.
    expect(all.stdout).not.toContain("level");
  });

  it("says of each leaf where it was written, as a table and after its schema", async () => {
    const folder = write(files, spec, { level: "debug" });
    const table = await headway(["values", "shop/web", folder, "--origins"]);
    expect(table.code, table.all).toBe(0);
    expect(table.stdout).toMatch(/^port +values\/a\.yaml:1 +8080$/m);
    expect(table.stdout).toMatch(/^from\.file +values\/a\.yaml:3 +2$/m);
    expect(table.stdout).toMatch(/^from\.stack +headway\.yaml:\d+ +1$/m);
    expect(table.stdout).toMatch(/^list\[1\] +values\/a\.yaml:4 +3$/m);
    expect(table.stdout).toMatch(/^level +releases\/shop-web\.yaml:\d+ +"debug"$/m);
    const json = await headway(["values", "shop/web", folder, "--origins", "--all", "-o", "json"]);
    const document: unknown = JSON.parse(json.stdout);
    expect(complaints(strictValidator("values"), document)).toEqual([]);
    expect(json.stdout).toContain('"releases/shop-web.yaml"');
  });

  it("masks what is encrypted unless it is asked to show it", async () => {
    const key = await makeAgeKey();
    const env = { HEADWAY_SOPS: await sopsProgram(), SOPS_AGE_KEY: key.secret };
    const folder = write(
      {
        // A chart's globals are its subcharts' too.
        "values/a.yaml": await encrypt("token: tulip-harbour\nglobal: { more: tulip-harbour }\n", [
          key.recipient,
        ]),
      },
      spec,
      {},
    );
    for (const flags of [[], ["--all"], ["--origins"], ["--origins", "-o", "json"], ["-o", "json"]]) {
      const end = await headway(["values", "shop/web", folder, ...flags], { env });
      expect(end.code, end.all).toBe(0);
      expect(end.all).toContain("«secret»");
      expect(end.all).not.toContain("tulip-harbour");
    }
    const shown = await headway(["values", "shop/web", folder, "--show-secrets"], { env });
    expect(shown.stdout).toContain("tulip-harbour");
    const locked = await headway(["values", "shop/web", folder], { env: { ...env, SOPS_AGE_KEY: "" } });
    expect(locked.stdout).toContain("«encrypted»");
  });

  it("shows values that do not fit the chart too, with what is wrong of them: exit 3", async () => {
    const end = await headway(["values", "shop/web", write(files, spec, { level: "loud" }), "--origins"]);
    expect(end.code, end.all).toBe(3);
    expect(end.stdout).toMatch(/^level +releases\/shop-web\.yaml:\d+ +"loud"$/m);
    expect(end.stderr).toContain("level: must be one of");
  });

  it("names the release that was meant", async () => {
    const end = await headway(["values", "shop/wbe", write(files, spec, {})]);
    expect(end.code).toBe(3);
    expect(end.all).toContain("did you mean shop/web?");
  });
});

describe("headway validate", () => {
  it("tells what is wrong of an encrypted value at its line, and nothing of what it is", async () => {
    const key = await makeAgeKey();
    const env = { HEADWAY_SOPS: await sopsProgram(), SOPS_AGE_KEY: key.secret };
    const text = await encrypt("level: tulip\nqueue:\n  size: tulip\n  key: tulip-harbour\n", [
      key.recipient,
    ]);
    const folder = write({ "values/a.yaml": text }, spec, {});
    const end = await headway(["validate", folder], { env });
    expect(end.code, end.all).toBe(3);
    expect(end.all).toMatch(/^values\/a\.yaml:1:\d+ error values of shop\/web: level: must be one of/m);
    expect(end.all).toMatch(/^values\/a\.yaml:3:\d+ error .* queue\.size: must be of type integer$/m);
    expect(end.all).toMatch(/^values\/a\.yaml:4:\d+ error .* queue\.key: must NOT have more than 5/m);
    expect(end.all).not.toContain("tulip");
    const locked = await headway(["validate", folder], { env: { ...env, SOPS_AGE_KEY: "" } });
    expect(locked.code, locked.all).toBe(0);
  });

  it("checks values against the chart's schema, at file and line", async () => {
    const folder = write({ "values/a.yaml": "from: {}\nport: many\n" }, spec, { level: "loud" });
    const end = await headway(["validate", folder]);
    expect(end.code).toBe(3);
    expect(end.all).toContain("values/a.yaml:2");
    expect(end.all).toContain("port: must be of type integer");
    expect(end.all).toMatch(/releases\/shop-web\.yaml:\d+/);
    expect(end.all).toContain('level: must be one of "info", "debug"');
    const fine = await headway(["validate", write(files, spec, { level: "info" })]);
    expect(fine.code, fine.all).toBe(0);
  });

  it("tells a values file that is not there, at the line that names it", async () => {
    const folder = write({ "values/prod.yaml": "{}\n" }, { valuesFiles: ["../values/prd.yaml"] }, {});
    const end = await headway(["validate", folder]);
    expect(end.code).toBe(3);
    expect(end.all).toMatch(/releases\/shop-web\.yaml:\d+/);
    expect(end.all).toContain("did you mean ../values/prod.yaml?");
    expect(readFileSync(join(folder, "values/prod.yaml"), "utf8")).toBe("{}\n");
  });
});
