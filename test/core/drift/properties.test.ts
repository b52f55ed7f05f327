// Properties of the comparison: an object is not different from what the API server makes of it, and no change of a field
// that the manifest sets goes unseen.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/declaration.ts";
import { compareObject } from "../../../src/core/drift/compare-object.ts";
import { isSameScalar } from "../../../src/core/drift/same-value.ts";

type JsonMap = Readonly<Record<string, Json>>;

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const text = fc.string({ minLength: 1, maxLength: 8 });
const cpu = fc.integer({ min: 1, max: 4000 });

const container = fc.record({
  name,
  image: fc.stringMatching(/^[a-z]{1,5}:[0-9]\.[0-9]$/),
  cpu,
  memoryMi: fc.integer({ min: 1, max: 4096 }),
  env: fc.uniqueArray(fc.record({ name, value: text }), { selector: (one) => one.name, maxLength: 3 }),
  ports: fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 3 }),
  args: fc.array(text, { maxLength: 3 }),
});

const workload = fc.record({
  replicas: fc.integer({ min: 0, max: 9 }),
  labels: fc.dictionary(name, fc.stringMatching(/^[a-z0-9]{1,5}$/), { maxKeys: 3 }),
  containers: fc.uniqueArray(container, { selector: (one) => one.name, minLength: 1, maxLength: 3 }),
});

type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

/** As a chart writes it: short, quantities in whatever form, null and empty values here and there. */
function written({ replicas, labels, containers }: Workload): JsonMap {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels, annotations: {} },
    spec: {
      replicas,
      strategy: { type: "Recreate", rollingUpdate: null },
      template: {
        metadata: { creationTimestamp: null, labels },
        spec: {
          nodeSelector: {},
          tolerations: [],
          serviceAccountName: "",
          containers: containers.map((one) => ({
            name: one.name,
            image: one.image,
            args: one.args,
            env: one.env,
            ports: one.ports.map((containerPort) => ({ containerPort })),
            resources: { limits: { cpu: `${one.cpu}m`, memory: `${one.memoryMi * 1024}Ki` } },
          })),
        },
      },
    },
  };
}

/** As the API server gives it: what says nothing is dropped, defaults are there, quantities in its own form, others' items. */
function served({ replicas, labels, containers }: Workload): JsonMap {
  const kept = (key: string, list: readonly Json[]): JsonMap => (list.length === 0 ? {} : { [key]: list });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "shop",
      uid: "u",
      resourceVersion: "7",
      labels: { ...labels, "injected.example.com/by": "a webhook" },
      annotations: { "deployment.kubernetes.io/revision": "3" },
    },
    spec: {
      replicas,
      progressDeadlineSeconds: 600,
      strategy: { type: "Recreate" },
      template: {
        metadata: { ...(Object.keys(labels).length === 0 ? {} : { labels }) },
        spec: {
          dnsPolicy: "ClusterFirst",
          containers: [
            { name: "injected-proxy", image: "proxy:1.0" },
            ...containers.toReversed().map((one) => ({
              name: one.name,
              image: one.image,
              imagePullPolicy: "IfNotPresent",
              ...kept("args", one.args),
              ...kept("env", [...one.env, { name: "INJECTED", value: "x" }]),
              ...kept(
                "ports",
                one.ports.map((containerPort) => ({ containerPort, protocol: "TCP" })),
              ),
              resources: {
                limits: {
                  cpu: one.cpu % 1000 === 0 ? String(one.cpu / 1000) : `${one.cpu}m`,
                  memory: one.memoryMi % 1024 === 0 ? `${one.memoryMi / 1024}Gi` : `${one.memoryMi}Mi`,
                },
              },
            })),
          ],
        },
      },
    },
    status: { replicas },
  };
}

const nothingIgnored = (): boolean => false;

describe("an object as the API server makes it", () => {
  it("is no different from its manifest", () => {
    fc.assert(
      fc.property(workload, (one) => {
        expect(compareObject(written(one), served(one), nothingIgnored)).toEqual([]);
      }),
    );
  });

  it("differs in just the field that somebody changed", () => {
    fc.assert(
      fc.property(workload, fc.integer({ min: 10, max: 99 }), (one, replicas) => {
        const [first, ...rest] = one.containers;
        if (first === undefined) return;
        const changed = {
          ...one,
          replicas,
          containers: [{ ...first, cpu: first.cpu + 1, image: "other:9" }, ...rest],
        };
        const paths = compareObject(written(one), served(changed), nothingIgnored).map(({ path }) => path);
        const item = `.spec.template.spec.containers[name=${JSON.stringify(first.name)}]`;
        expect(paths.toSorted()).toEqual(
          [".spec.replicas", `${item}.image`, `${item}.resources.limits.cpu`].toSorted(),
        );
      }),
    );
  });

  it("is never looked at below a pointer that is ignored", () => {
    fc.assert(
      fc.property(workload, workload, (one, other) => {
        const found = compareObject(
          written(one),
          served(other),
          (pointer) => pointer === "/spec" || pointer.startsWith("/metadata"),
        );
        expect(found).toEqual([]);
      }),
    );
  });

  it("never makes the comparison throw, whatever it looks like", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (manifest, live) => {
        const object = {
          metadata: { managedFields: [{ manager: "helm", fieldsV1: live }] },
          spec: live,
        } as unknown;
        compareObject({ ...(manifest as JsonMap), spec: live as Json }, object as JsonMap, nothingIgnored);
      }),
    );
  });
});

describe("scalars", () => {
  it.each([
    ["1000m", "1"],
    [1, "1000m"],
    ["0.5", "500m"],
    ["1024Mi", "1Gi"],
    ["1e3", "1k"],
    ["60s", "1m0s"],
    ["1h", "60m"],
    [80, "80"],
    [true, "true"],
  ])("%s means the same as %s", (a, b) => {
    expect(isSameScalar(a, b)).toBe(true);
  });

  it.each([
    ["1", "2"],
    ["1G", "1Gi"],
    ["1m", "1M"],
    ["5s", "5"],
    ["", "0"],
    ["a", "b"],
    ["v1", "1"],
  ])("%s does not mean the same as %s", (a, b) => {
    expect(isSameScalar(a, b)).toBe(false);
  });
});
