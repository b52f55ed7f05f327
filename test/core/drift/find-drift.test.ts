// What counts as drift, by examples: a manifest, and the same object as the API gives it, with its managedFields.
import { describe, expect, it } from "vitest";
import type { DriftIgnoreRule } from "../../../src/core/declaration.ts";
import { describeDrift } from "../../../src/core/drift/drift.ts";
import { findDrift } from "../../../src/core/drift/find-drift.ts";
import { withoutSecretValues } from "../../../src/core/drift/secret-digest.ts";
import { readManifest } from "../../../src/core/manifest.ts";
import { objectKey, refOf, type KubernetesObject } from "../../../src/core/object.ts";

type Json = Readonly<Record<string, unknown>>;

type Case = {
  readonly live: Json | undefined;
  readonly rules?: readonly DriftIgnoreRule[];
  readonly applyMethod?: "server-side" | "client-side";
};

/** The drift of one object, a line for each field. */
function driftOf(
  manifest: string,
  { live, rules = [], applyMethod = "server-side" }: Case,
): readonly string[] {
  const objects = readManifest(manifest, (_object, written) => written ?? "shop");
  const first = objects[0];
  if (first === undefined) throw new Error("no object");
  const key = objectKey(refOf(first));
  const seen =
    live === undefined ? undefined : ({ apiVersion: first.apiVersion, kind: first.kind, ...live } as unknown);
  const found = findDrift(
    { objects, applyMethod },
    {
      get: (ref) => (objectKey(ref) === key ? (seen as KubernetesObject | undefined) : undefined),
      controlledBy: () => [],
      kindFacts: (apiVersion) => ({
        namespaced: true,
        hasStatus: true,
        custom: apiVersion.startsWith("example.com"),
      }),
    },
    rules,
  );
  return found.flatMap((one) =>
    one.kind === "missing"
      ? ["missing"]
      : one.fields.map(
          ({ path, written, live: now, isGone, manager }) =>
            `${path} ${JSON.stringify(written)} → ${isGone === true ? "gone" : JSON.stringify(now)}${manager === undefined ? "" : ` (${manager})`}`,
        ),
  );
}

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { app: web, app.kubernetes.io/managed-by: Tiller }
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: registry.example/app:1.0.0
          args: [serve, --fast]
          ports: [{ containerPort: 80 }]
          env:
            - { name: MODE, value: prod }
            - { name: LIMIT, value: "1000m" }
          resources: { limits: { cpu: 1000m, memory: 1024Mi } }
          livenessProbe: { httpGet: { path: /, port: 80 } }
`;

const app = {
  name: "app",
  image: "registry.example/app:1.0.0",
  imagePullPolicy: "IfNotPresent",
  args: ["serve", "--fast"],
  ports: [{ containerPort: 80, protocol: "TCP" }],
  env: [
    { name: "MODE", value: "prod" },
    { name: "LIMIT", value: "1000m" },
  ],
  resources: { limits: { cpu: "1", memory: "1Gi" } },
  livenessProbe: { httpGet: { path: "/", port: 80, scheme: "HTTP" }, periodSeconds: 10 },
};

const applied = { manager: "helm", operation: "Apply", fieldsType: "FieldsV1" };

function liveWeb(
  container: Json = {},
  more: {
    readonly replicas?: number;
    readonly labels?: Json;
    readonly managedFields?: readonly Json[];
    readonly sidecars?: readonly Json[];
  } = {},
): Json {
  return {
    metadata: {
      name: "web",
      namespace: "shop",
      labels: more.labels ?? { app: "web", "app.kubernetes.io/managed-by": "Helm" },
      ...(more.managedFields === undefined ? {} : { managedFields: more.managedFields }),
    },
    spec: {
      replicas: more.replicas ?? 2,
      revisionHistoryLimit: 10,
      template: {
        spec: { containers: [...(more.sidecars ?? []), { ...app, ...container }], restartPolicy: "Always" },
      },
    },
    status: { replicas: 1 },
  };
}

describe("an object that is as helm applied it", () => {
  it("has not drifted for defaults, status, quantities in another form, or a sidecar that was put before it", () => {
    expect(
      driftOf(deployment, { live: liveWeb({}, { sidecars: [{ name: "proxy", image: "proxy" }] }) }),
    ).toEqual([]);
  });

  it("has not drifted for a value that a webhook changed on helm's way in: the field is helm's still", () => {
    const managedFields = [
      {
        ...applied,
        fieldsV1: {
          "f:spec": {
            "f:template": {
              "f:spec": { "f:containers": { 'k:{"name":"app"}': { ".": {}, "f:image": {} } } },
            },
          },
        },
      },
    ];
    expect(driftOf(deployment, { live: liveWeb({ image: "mirror/app:1.0.0" }, { managedFields }) })).toEqual(
      [],
    );
    expect(driftOf(deployment, { live: liveWeb({ image: "mirror/app:1.0.0" }) })).toHaveLength(1);
  });

  it("has not drifted for replicas that an autoscaler sets, although the manifest sets them too", () => {
    const scaledBy = (manager: string) => [
      { manager, operation: "Update", subresource: "scale", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    ];
    const live = (manager: string) => liveWeb({}, { replicas: 7, managedFields: scaledBy(manager) });
    expect(driftOf(deployment, { live: live("kube-controller-manager") })).toEqual([]);
    expect(driftOf(deployment, { live: live("kubectl") })).toEqual([".spec.replicas 2 → 7 (kubectl)"]);
  });

  it("is not missed while it is being deleted, where its kind is not served, or where it is a Job that goes by itself", () => {
    const deleting = {
      metadata: { name: "web", namespace: "shop", deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    expect(driftOf(deployment, { live: deleting })).toEqual([]);
    const job =
      "apiVersion: batch/v1\nkind: Job\nmetadata: { name: once }\nspec: { ttlSecondsAfterFinished: 60 }\n";
    expect(driftOf(job, { live: undefined })).toEqual([]);
    expect(
      driftOf(job.replace("ttlSecondsAfterFinished: 60", "parallelism: 1"), { live: undefined }),
    ).toEqual(["missing"]);
  });
});

describe("drift", () => {
  it("is each field that somebody else has set otherwise, with its path and manager", () => {
    const managedFields = [
      {
        ...applied,
        fieldsV1: {
          "f:spec": {
            "f:template": { "f:spec": { "f:containers": { 'k:{"name":"app"}': { "f:name": {} } } } },
          },
        },
      },
      {
        manager: "kubectl-edit",
        operation: "Update",
        fieldsV1: {
          "f:spec": {
            "f:replicas": {},
            "f:template": {
              "f:spec": {
                "f:containers": {
                  'k:{"name":"app"}': {
                    "f:image": {},
                    "f:args": {},
                    "f:env": { 'k:{"name":"MODE"}': { "f:value": {} } },
                  },
                },
              },
            },
          },
        },
      },
    ];
    const env = [{ name: "MODE", value: "debug" }, app.env[1]];
    const live = liveWeb({ image: "app:2", args: ["serve"], env }, { replicas: 5, managedFields });
    expect(driftOf(deployment, { live })).toEqual([
      ".spec.replicas 2 → 5 (kubectl-edit)",
      '.spec.template.spec.containers[name="app"].image "registry.example/app:1.0.0" → "app:2" (kubectl-edit)',
      '.spec.template.spec.containers[name="app"].args ["serve","--fast"] → ["serve"] (kubectl-edit)',
      '.spec.template.spec.containers[name="app"].env[name="MODE"].value "prod" → "debug" (kubectl-edit)',
    ]);
  });

  it("is a label, an item or a container that is gone; a mark that helm itself writes over is none", () => {
    const live = liveWeb({ env: [app.env[0]], ports: [] }, { labels: {} });
    expect(driftOf(deployment, { live })).toEqual([
      '.metadata.labels.app "web" → gone',
      '.spec.template.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"] {"containerPort":80} → gone',
      '.spec.template.spec.containers[name="app"].env[name="LIMIT"] {"name":"LIMIT","value":"1000m"} → gone',
    ]);
  });

  it("takes free text as it is: a variable's `1000m` is not `1`", () => {
    const env = [app.env[0], { name: "LIMIT", value: "1" }];
    expect(driftOf(deployment, { live: liveWeb({ env }) })).toHaveLength(1);
  });

  it("is a field that is gone, where the API server had refused one that it does not know, and helm holds it no more", () => {
    const live = (managedFields: readonly Json[]) => {
      const others: Partial<typeof app> = { ...app };
      delete others.livenessProbe;
      const whole = liveWeb({}, { managedFields }) as { readonly spec: { readonly template: object } };
      return { ...whole, spec: { ...whole.spec, template: { spec: { containers: [others] } } } };
    };
    const probe = '.spec.template.spec.containers[name="app"].livenessProbe';
    const [gone = ""] = driftOf(deployment, {
      live: live([{ ...applied, fieldsV1: { "f:spec": { "f:paused": {} } } }]),
    });
    expect(gone).toContain(`${probe} {"httpGet"`);
    // Client-side, a misspelt field was never there.
    expect(driftOf(deployment, { live: live([]) })).toEqual([]);
    // Dropped on helm's own way in, as by a feature gate.
    const held = {
      "f:spec": {
        "f:template": {
          "f:spec": { "f:containers": { 'k:{"name":"app"}': { "f:livenessProbe": { "f:httpGet": {} } } } },
        },
      },
    };
    expect(driftOf(deployment, { live: live([{ ...applied, fieldsV1: held }]) })).toEqual([]);
  });

  it("is an object that is not there", () => {
    expect(driftOf(deployment, { live: undefined })).toEqual(["missing"]);
  });

  it("is told in words without a value, a few at a time", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "web" };
    const field = (index: number) => ({
      path: `.data.k${index}`,
      pointer: `/data/k${index}`,
      written: "a",
      live: "b",
    });
    expect(
      describeDrift([
        { object, kind: "missing" },
        {
          object,
          kind: "changed",
          fields: [{ ...field(0), manager: "kubectl" }, ...[1, 2, 3, 4, 5].map(field)],
        },
      ]),
    ).toBe(
      "ConfigMap shop/web is gone, ConfigMap shop/web .data.k0 (held by kubectl), ConfigMap shop/web .data.k1, " +
        "ConfigMap shop/web .data.k2, ConfigMap shop/web .data.k3, and 2 more",
    );
  });
});

describe("Secrets", () => {
  const secret =
    "apiVersion: v1\nkind: Secret\nmetadata: { name: db }\ndata: { user: YXBw }\nstringData: { password: hunter2 }\n";
  const live = (password: string) =>
    withoutSecretValues({
      metadata: { name: "db", namespace: "shop" },
      data: { user: "YXBw", password: Buffer.from(password).toString("base64") },
    });

  it("are compared by what they hold, however it was written; what is empty is somebody else's to fill in", () => {
    expect(driftOf(secret, { live: live("hunter2") })).toEqual([]);
    expect(driftOf(secret.replace("password: hunter2", 'password: ""'), { live: live("filled") })).toEqual(
      [],
    );
  });

  it("show which key differs and nothing of its value", () => {
    expect(driftOf(secret, { live: live("hunter3") })).toEqual([".data.password undefined → undefined"]);
    expect(JSON.stringify(live("hunter3"))).not.toContain(Buffer.from("hunter3").toString("base64"));
  });
});

describe("custom resources", () => {
  const topic =
    "apiVersion: example.com/v1\nkind: Topic\nmetadata: { name: web }\nspec: { parts: 3, rules: [{ a: 1 }, { a: 2 }], unknown: x }\n";

  it("are compared field by field; one that the schema may not know is not missed", () => {
    const spec = { parts: 3, rules: [{ a: 1, b: 0 }, { a: 2 }] };
    expect(driftOf(topic, { live: { metadata: { name: "web" }, spec } })).toEqual([]);
    const other = { parts: 4, rules: [{ a: 1 }] };
    expect(driftOf(topic, { live: { metadata: { name: "web" }, spec: other } })).toEqual([
      ".spec.parts 3 → 4",
      '.spec.rules [{"a":1},{"a":2}] → [{"a":1}]',
    ]);
  });

  it("have lists with keys and sets where managedFields say so", () => {
    const listener = `apiVersion: example.com/v1
kind: Gate
metadata: { name: web }
spec: { listeners: [{ id: a, port: 1 }, { id: b, port: 2 }], hosts: [x, w] }
`;
    const managedFields = [
      {
        manager: "other",
        operation: "Update",
        fieldsV1: {
          "f:spec": { "f:listeners": { 'k:{"id":"z"}': { ".": {} } }, "f:hosts": { 'v:"z"': {} } },
        },
      },
    ];
    const spec = {
      listeners: [
        { id: "z", port: 9 },
        { id: "b", port: 3 },
        { id: "a", port: 1 },
      ],
      hosts: ["z", "w"],
    };
    expect(driftOf(listener, { live: { metadata: { name: "web", managedFields }, spec } })).toEqual([
      '.spec.listeners[id="b"].port 2 → 3',
      '.spec.hosts[="x"] "x" → gone',
    ]);
  });
});

describe("rules of the declaration", () => {
  const live = liveWeb({ image: "app:2" }, { replicas: 5 });

  it("leave out a field with all below it, in the objects that they are about", () => {
    const image = '.spec.template.spec.containers[name="app"].image "registry.example/app:1.0.0" → "app:2"';
    expect(driftOf(deployment, { live, rules: [{ paths: ["/spec/replicas"] }] })).toEqual([image]);
    expect(
      driftOf(deployment, { live, rules: [{ paths: ["/spec"], target: { kind: "StatefulSet" } }] }),
    ).toHaveLength(2);
    const target = { group: "apps", version: "v1", kind: "Deployment", name: "web", namespace: "shop" };
    expect(
      driftOf(deployment, { live, rules: [{ paths: ["/spec/template/spec/containers/0"], target }] }),
    ).toEqual([".spec.replicas 2 → 5"]);
    expect(driftOf(deployment, { live, rules: [{ paths: ["/spec"] }] })).toEqual([]);
  });

  it("leave out whole objects by an empty pointer, missing ones too", () => {
    expect(driftOf(deployment, { live: undefined, rules: [{ paths: [""] }] })).toEqual([]);
  });

  it("escape slashes as JSON pointers do", () => {
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { "a/b": x }\n';
    // A key of data can't have a slash, an annotation can.
    const annotated = manifest
      .replace("name: web", 'name: web, annotations: { "example.com/who": us }')
      .replace("a/b", "ab");
    const seen = { metadata: { name: "web", annotations: { "example.com/who": "them" } }, data: { ab: "x" } };
    expect(driftOf(annotated, { live: seen })).toEqual([
      '.metadata.annotations["example.com/who"] "us" → "them"',
    ]);
    expect(
      driftOf(annotated, { live: seen, rules: [{ paths: ["/metadata/annotations/example.com~1who"] }] }),
    ).toEqual([]);
  });
});
