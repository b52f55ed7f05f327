// A stack is taken away in reverse order, each release gone before the next, and what holds data is named first.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { oneFileChart, storeChart } from "../kit/more-charts.ts";
import type { AuditEvent } from "../kit/sandbox.ts";
import { eventually } from "../kit/sandbox.ts";
import { now, openTestStack, type TestStack, writesSince } from "../kit/test-stack.ts";

const destroy = (stack: TestStack, ...flags: readonly string[]) =>
  stack.run("destroy", ["--progress", "plain", ...flags]);

function deletions(stack: TestStack, since: string, resource: string): readonly AuditEvent[] {
  return stack.cluster
    .readAudit(since)
    .filter(
      ({ verb, objectRef }) =>
        verb === "delete" &&
        objectRef?.resource === resource &&
        objectRef.namespace === stack.namespace &&
        objectRef.subresource === undefined,
    );
}

describe("destroy", () => {
  it("uninstalls dependents first, each gone before what it stands on", async () => {
    const stack = await openTestStack([
      { name: "db" },
      { name: "api", dependsOn: ["db"] },
      { name: "web", dependsOn: ["api"] },
    ]);
    expect((await stack.apply()).code).toBe(0);
    const since = now();
    const end = await destroy(stack, "--yes");
    expect(end.code, end.all).toBe(0);
    const deployments = deletions(stack, since, "deployments").filter(
      ({ user }) => user.username === "admin",
    );
    expect(deployments.map(({ objectRef }) => objectRef?.name)).toEqual(["web", "api", "db"]);
    for (const name of ["web", "api", "db"]) {
      expect(await stack.revisions(name)).toEqual([]);
      expect(await stack.object(`deployments/${name}`)).toBeUndefined();
    }
    expect((await stack.cli("status", "--stack", stack.name)).all).toMatch(/no releases/);
    const again = await destroy(stack, "--yes");
    expect(again.code, again.all).toBe(0);
    expect((await stack.apply()).code).toBe(0);
  });

  it("waits for an object that a finalizer holds before it goes on", async () => {
    const held = oneFileChart(
      "held",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}, finalizers: [example.com/hold] }\n",
    );
    const stack = await openTestStack(
      [{ name: "db" }, { name: "api", dependsOn: ["db"], spec: { chart: "../charts/held" } }],
      { files: held },
    );
    expect((await stack.apply()).code).toBe(0);
    const running = destroy(stack, "--yes");
    const marked = await eventually(async () => {
      const object = await stack.object("configmaps/api", "v1");
      return object?.metadata.deletionTimestamp === undefined ? undefined : object;
    });
    expect(marked.metadata.name).toBe("api");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await stack.object("deployments/db")).toBeDefined();
    await stack.patch("configmaps/api", { metadata: { finalizers: null } }, "v1");
    const end = await running;
    expect(end.code, end.all).toBe(0);
    expect(await stack.object("deployments/db")).toBeUndefined();
  });

  it("names what goes and what stays, and leaves the claims of a StatefulSet", async () => {
    const stack = await openTestStack([{ name: "store", spec: { chart: "../charts/store" } }], {
      files: storeChart,
    });
    expect((await stack.apply()).code).toBe(0);
    const end = await destroy(stack, "--yes");
    expect(end.code, end.all).toBe(0);
    for (const claim of ["files-store-0", "files-store-1"]) {
      expect(end.all).toContain(`stays  PersistentVolumeClaim ${stack.namespace}/${claim}`);
      expect(await stack.object(`persistentvolumeclaims/${claim}`, "v1")).toBeDefined();
    }
    expect(end.all).toContain(`stays  Namespace ${stack.namespace}`);
  });

  it("names CRDs that go with how many objects", async () => {
    const group = (name: string): string => `${name}.example.com`;
    const stack = await openTestStack([]);
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: topics.${group(stack.name)} }
spec:
  group: ${group(stack.name)}
  names: { kind: Topic, plural: topics, singular: topic }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object } }
`;
    const topic = (name: string): string =>
      `apiVersion: ${group(stack.name)}/v1\nkind: Topic\nmetadata: { name: ${name} }\n`;
    stack.declare(
      [
        { name: "operator", spec: { chart: "../charts/operator" } },
        { name: "topics", spec: { chart: "../charts/topics" }, dependsOn: ["operator"] },
      ],
      {
        files: {
          ...oneFileChart("operator", crd),
          ...oneFileChart("topics", `${topic("a")}---\n${topic("b")}---\n${topic("c")}`),
        },
      },
    );
    expect((await stack.apply()).code).toBe(0);
    const end = await destroy(stack, "--yes");
    expect(end.code, end.all).toBe(0);
    expect(end.all).toContain(
      `goes   CustomResourceDefinition topics.${group(stack.name)}, and with it 3 objects`,
    );
  });

  it("changes nothing without consent, under --dry-run, or without a headway.yaml", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    const since = now();
    const unasked = await destroy(stack);
    expect(unasked.code, unasked.all).toBe(8);
    const dry = await stack.run("destroy", ["--dry-run"]);
    expect(dry.code, dry.all).toBe(0);
    expect(dry.stdout).toMatch(/db .*uninstall/);
    rmSync(join(stack.folder, "headway.yaml"));
    const bare = await destroy(stack, "--yes");
    expect(bare.code, bare.all).toBe(3);
    expect(bare.stderr).toContain("headway.yaml");
    expect(writesSince(stack, since)).toEqual([]);
  });

  it("leaves what is kept with all that it depends on, and says why", async () => {
    const stack = await openTestStack([
      { name: "db" },
      { name: "api", dependsOn: ["db"], labels: { tier: "back" } },
      { name: "web", dependsOn: ["api"], labels: { tier: "front" } },
    ]);
    const id = (name: string): string => `${stack.namespace}/${name}`;
    expect((await stack.apply()).code).toBe(0);
    const since = now();
    const wrong = await destroy(stack, "--keep", "apo", "--yes");
    expect(wrong.code, wrong.all).toBe(3);
    expect(wrong.stderr).toContain(`did you mean ${id("api")}?`);
    const under = await destroy(stack, "-l", "tier=back", "--yes");
    expect(under.code, under.all).toBe(3);
    expect(under.stderr).toContain(`${id("web")} would stay, and it depends on ${id("api")}`);
    const dry = await stack.run("destroy", ["--dry-run", "--keep", "api"]);
    expect(dry.stdout).toMatch(/= \S+\/db .*kept .*api, which is kept, depends on it/);
    expect(dry.stdout).toMatch(/1 to uninstall, 2 kept/);
    expect(writesSince(stack, since)).toEqual([]);

    const end = await destroy(stack, "--keep", "api", "--yes");
    expect(end.code, end.all).toBe(0);
    expect(end.all).toContain(`stays  ${id("api")}: asked to keep it`);
    expect(end.all).toContain(`stays  ${id("db")}: ${id("api")}, which is kept, depends on it`);
    expect(end.all).toContain("1/1 removed");
    for (const [name, there] of [
      ["web", 0],
      ["api", 1],
      ["db", 1],
    ] as const)
      expect(await stack.revisions(name)).toHaveLength(there);
    const status = await stack.cli("status", "--stack", stack.name, "-o", "name");
    expect(status.code, status.all).toBe(0);
    expect(status.stdout).toBe(`${id("db")}\n${id("api")}`);

    expect((await stack.apply()).code).toBe(0);
    const selected = await destroy(stack, "-l", "tier=back", "--with-dependents", "--yes");
    expect(selected.code, selected.all).toBe(0);
    expect(await stack.revisions("web")).toEqual([]);
    expect(await stack.revisions("api")).toEqual([]);
    expect(await stack.revisions("db")).toHaveLength(1);
  });

  it("leaves a release of another stack where it is", async () => {
    const theirs = await openTestStack([{ name: "db" }]);
    expect((await theirs.apply()).code).toBe(0);
    const mine = await openTestStack([{ name: "db" }, { name: "api" }], { namespace: theirs.namespace });
    expect((await mine.apply()).code).toBe(7);
    const end = await destroy(mine, "--yes");
    expect(end.code, end.all).toBe(7);
    expect(await mine.revisions("db")).toHaveLength(1);
    expect(await mine.revisions("api")).toEqual([]);
  });
});
