// Values from files, Secrets and ConfigMaps of a real cluster: merged as helm does, waited for where absent.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventsOf } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { apply, eventually } from "../kit/sandbox.ts";
import { historyOf, now, openTestStack, writesSince, type TestStack } from "../kit/test-stack.ts";

/** A ConfigMap that holds all its values, and a Secret of `made` where that is set. */
const dump = oneFileChart(
  "dump",
  `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data:
  values.json: {{ toJson .Values | quote }}
{{- range $name, $data := .Values.made }}
---
apiVersion: v1
kind: Secret
metadata: { name: {{ $name }} }
stringData: {{ toJson $data }}
{{- end }}
`,
  "made: {}\nlevel: default\n",
);

const spec = { chart: "../charts/dump" };
const password = "correct-horse-battery-staple";

async function valuesOf(stack: TestStack, release: string): Promise<unknown> {
  const text = (await stack.object(`configmaps/${release}`, "v1"))?.data?.["values.json"];
  return text === undefined ? undefined : JSON.parse(text);
}

async function makeObject(
  stack: TestStack,
  kind: "Secret" | "ConfigMap",
  name: string,
  data: Readonly<Record<string, string>>,
): Promise<void> {
  const resource = kind === "Secret" ? "secrets" : "configmaps";
  await apply(stack.cluster, `/api/v1/namespaces/${stack.namespace}/${resource}`, {
    apiVersion: "v1",
    kind,
    metadata: { name },
    ...(kind === "Secret" ? { stringData: data } : { data }),
  });
}

async function makeNamespace(stack: TestStack): Promise<void> {
  await apply(stack.cluster, "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: stack.namespace },
  });
}

const fromSecret = {
  valuesFrom: [{ kind: "Secret", name: "orders-db", valuesKey: "password", targetPath: "db.password" }],
};

describe("values from files and objects", () => {
  it("reach the chart in their order: stack, files, objects, own; and an unchanged release is kept without helm", async () => {
    const stack = await openTestStack(
      [
        {
          name: "orders",
          spec: {
            ...spec,
            valuesFiles: ["../values/base.yaml", "../values/prod.yaml"],
            valuesFrom: [
              { kind: "ConfigMap", name: "settings" },
              { kind: "Secret", name: "orders-db", valuesKey: "password", targetPath: "db.password" },
              { kind: "Secret", name: "not-there", optional: true },
            ],
          },
          values: { d: "own" },
        },
      ],
      {
        stackSpec: { values: { a: "stack", b: "stack", c: "stack", d: "stack", e: "stack" } },
        files: {
          ...dump,
          "values/base.yaml": "b: base\nc: base\nd: base\ne: base\nlist: [1, 2]\n",
          "values/prod.yaml": "c: prod\nd: prod\ne: prod\nlist: [3]\nlevel: null\n",
        },
      },
    );
    await makeNamespace(stack);
    await makeObject(stack, "ConfigMap", "settings", { "values.yaml": "d: object\ne: object\non: off\n" });
    await makeObject(stack, "Secret", "orders-db", { password });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(0);
    expect(end.all).not.toContain(password);
    expect(await valuesOf(stack, "orders")).toEqual({
      a: "stack",
      b: "base",
      c: "prod",
      d: "own",
      e: "object",
      list: [3],
      true: false,
      db: { password },
      made: {},
    });
    const since = now();
    const again = await stack.apply();
    expect(again.all).toMatch(/1 unchanged/);
    expect(writesSince(stack, since)).toEqual([]);

    await stack.patch("secrets/orders-db", { stringData: { password: "another-horse-battery" } }, "v1");
    const plan = await stack.run("plan", ["-o", "json"]);
    expect(plan.all).toContain("db.password");
    for (const secret of [password, "another-horse-battery"]) expect(plan.all).not.toContain(secret);
    expect((await stack.apply()).code).toBe(0);
    expect(await valuesOf(stack, "orders")).toMatchObject({ db: { password: "another-horse-battery" } });
    expect(historyOf(await stack.revisions("orders"))).toBe("1:superseded 2:deployed");
  });

  it("wait for a Secret that another release of the plan makes", async () => {
    const stack = await openTestStack(
      [
        { name: "orders", spec: { ...spec, ...fromSecret } },
        { name: "db", spec, values: { made: { "orders-db": { password } } } },
      ],
      { files: dump },
    );
    const plan = await stack.run("plan");
    expect(plan.code, plan.all).toBe(0);
    expect(plan.all).toContain(
      `will wait for what is not there: Secret ${stack.namespace}/orders-db, key password`,
    );
    const end = await stack.run("apply", ["--yes", "--progress", "json"]);
    expect(end.code, end.all).toBe(0);
    expect(await valuesOf(stack, "orders")).toMatchObject({ db: { password } });
    const holds = eventsOf(end.stdout).filter((event) => event["hold"] === "values");
    expect(holds).toMatchObject([
      {
        kind: "step-held",
        release: `${stack.namespace}/orders`,
        state: "Waiting",
        objects: [{ kind: "Secret", namespace: stack.namespace, name: "orders-db", key: "password" }],
      },
    ]);
    expect(end.all).not.toContain(password);
    expect((await stack.apply()).all).toMatch(/2 unchanged/);
  });

  it("wait for a key that comes later, woken by a watch and not by asking again and again", async () => {
    const stack = await openTestStack([{ name: "orders", spec: { ...spec, ...fromSecret } }], {
      files: dump,
    });
    await makeNamespace(stack);
    await makeObject(stack, "Secret", "orders-db", { other: "x" });
    const since = now();
    const running = stack.apply();
    await eventually(() =>
      Promise.resolve(
        stack.cluster
          .readAudit(since)
          .some(
            ({ verb, requestURI }) => verb === "watch" && requestURI.includes("metadata.name%3Dorders-db"),
          ),
      ),
    );
    await sleep(3_000);
    const readsOf = (): number =>
      stack.cluster
        .readAudit(since)
        .filter(
          ({ verb, objectRef, stage }) =>
            verb === "get" &&
            stage === "ResponseComplete" &&
            objectRef?.name === "orders-db" &&
            objectRef.namespace === stack.namespace,
        ).length;
    // Planned, begun, and the first word of the watch.
    expect(readsOf()).toBeLessThanOrEqual(3);
    const patchedAtMs = Date.now();
    await stack.patch("secrets/orders-db", { stringData: { password } }, "v1");
    const end = await running;
    expect(end.code, end.all).toBe(0);
    expect(Date.now() - patchedAtMs).toBeLessThan(15_000);
    expect(await valuesOf(stack, "orders")).toMatchObject({ db: { password } });
  });

  it("that do not come in time skip the release and block its dependents: exit 4, nothing rolled back or quarantined", async () => {
    const stack = await openTestStack(
      [
        { name: "orders", spec: { ...spec, ...fromSecret, timeout: "4s" } },
        { name: "web", dependsOn: ["orders"], spec },
        { name: "other", spec },
      ],
      { files: dump },
    );
    const end = await stack.run("apply", ["--yes", "--progress", "json"]);
    expect(end.code, end.all).toBe(4);
    const events = eventsOf(end.stdout);
    const ends = events.filter(({ kind }) => kind === "release-failed" || kind === "release-skipped");
    expect(ends).toMatchObject([
      { kind: "release-failed", release: `${stack.namespace}/orders`, failure: { kind: "values-missing" } },
      { kind: "release-skipped", release: `${stack.namespace}/web` },
    ]);
    expect(events.some(({ kind }) => kind === "rollback-started")).toBe(false);
    expect(await stack.revisions("orders")).toEqual([]);
    expect(historyOf(await stack.revisions("other"))).toBe("1:deployed");
    // Tried again as soon as it is there.
    await makeObject(stack, "Secret", "orders-db", { password });
    const again = await stack.apply();
    expect(again.code, again.all).toBe(0);
  });

  it("that are gone from under a deployed release hold it, and leave it as it is", async () => {
    const stack = await openTestStack([{ name: "orders", spec: { ...spec, ...fromSecret, timeout: "3s" } }], {
      files: dump,
    });
    await makeNamespace(stack);
    await makeObject(stack, "Secret", "orders-db", { password });
    expect((await stack.apply()).code).toBe(0);
    await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/secrets/orders-db`, { method: "DELETE" });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(4);
    expect(end.all).not.toContain(password);
    expect(historyOf(await stack.revisions("orders"))).toBe("1:deployed");
    await makeObject(stack, "Secret", "orders-db", { password });
    expect((await stack.apply()).all).toMatch(/1 unchanged/);
  });

  it("whose content is no YAML map are refused by the object's name and key, never by what it holds", async () => {
    const stack = await openTestStack(
      [{ name: "orders", spec: { ...spec, valuesFrom: [{ kind: "Secret", name: "orders-db" }] } }],
      { files: dump },
    );
    await makeNamespace(stack);
    await makeObject(stack, "Secret", "orders-db", { "values.yaml": `${password}: [\n` });
    const end = await stack.apply();
    expect(end.code, end.all).toBe(7);
    expect(end.all).toContain(`Secret ${stack.namespace}/orders-db, key values.yaml`);
    expect(end.all).not.toContain(password);
  });
});
