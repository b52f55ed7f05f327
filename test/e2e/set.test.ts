// `headway set` with the built program: what is written, what is said, and what leaves the file alone.
import { readFileSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { headway } from "../kit/cli.ts";
import { writeStack } from "../kit/stack-folder.ts";

const declaration = `# The orders service. Its own CI sets the tag.
apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: orders }
spec:
  chart: ../charts/app   # the one in this repository
  version: "1.0.0"
  values:
    tag: 1.0.0

    # Two are enough at night.
    replicas: 2
`;

function stack(): { readonly folder: string; readonly file: string; readonly text: () => string } {
  const folder = writeStack({ name: "shop", namespace: "shop", releases: [{ name: "db" }] });
  const file = join(folder, "releases", "orders.yaml");
  writeFileSync(file, declaration);
  return { folder, file, text: () => readFileSync(file, "utf8") };
}

describe("headway set", () => {
  test("changes the fields that are named, keeps the rest to the byte, and shows what it did", async () => {
    const { folder, file, text } = stack();
    chmodSync(file, 0o640);
    const end = await headway(["set", "shop/orders", "values.tag=1.0.1", "timeout=2m", folder]);
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(text()).toBe(declaration.replace("tag: 1.0.0", "tag: 1.0.1") + '  timeout: "2m"\n');
    expect(end.stdout.split("\n")).toEqual([
      "releases/orders.yaml:9",
      "-     tag: 1.0.0",
      "+     tag: 1.0.1",
      "releases/orders.yaml:13",
      '+   timeout: "2m"',
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect((await headway(["set", "orders", "values.tag=1.0.1", folder])).stdout).toContain(
      "is like that already",
    );
  });

  test("writes text where text has to be, and with --string everywhere", async () => {
    const { folder, text } = stack();
    await headway(["set", "shop/orders", "version=1", "values.port=80", folder]);
    expect(text()).toContain('version: "1"\n');
    expect(text()).toContain("port: 80\n");
    await headway(["set", "shop/orders", "--string", "values.port=81", folder]);
    expect(text()).toContain('port: "81"\n');
  });

  test.each([
    ["a field that there is not", ["verison=1.0.0"], "did you mean version?"],
    ["a value of the wrong kind", ["retries=many"], "spec.retries must be a whole number"],
    ["a dependency on nobody", ["dependsOn={nobody}"], "nobody"],
    ["another name", ["metadata.name=other"], "would no longer be the release it is"],
    ["a field of a text", ["values.tag=2.0.0", "chart.name=x"], "spec.chart is no map"],
  ])("refuses %s, and leaves the file alone", async (_name, assignments, message) => {
    const { folder, text } = stack();
    const end = await headway(["set", "shop/orders", ...assignments, folder]);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(message);
    expect(text()).toBe(declaration);
  });

  test("refuses a release that is not there, and an argument without =", async () => {
    const { folder } = stack();
    expect((await headway(["set", "shop/order", "version=1.0.0", folder])).stderr).toContain(
      "did you mean shop/orders?",
    );
    expect(await headway(["set", "shop/orders", "version", folder])).toMatchObject({ code: 3 });
    expect(await headway(["set", "shop/orders", folder])).toMatchObject({ code: 3 });
  });

  test("says that the lock has to follow", async () => {
    const { folder } = stack();
    expect(await headway(["lock", folder])).toMatchObject({ code: 0 });
    const end = await headway(["set", "shop/orders", "version=^2", folder]);
    expect(end).toMatchObject({ code: 0 });
    expect(end.stderr).toContain(
      "headway.lock has version 1.0.0, which ^2 does not allow\n  next: headway lock",
    );
  });

  test("does not show what is named like a secret", async () => {
    const { folder, text } = stack();
    const end = await headway(["set", "shop/orders", "values.password=hunter2", folder]);
    expect(text()).toContain("password: hunter2");
    expect(end.all).not.toContain("hunter2");
  });
});
