// Objects that other objects refer to: by fields of Kubernetes' own kinds, and by the shape of custom resources.
import { describe, expect, it } from "vitest";
import { releaseId } from "../../../src/core/ids.ts";
import { data, deployment, foretold, service } from "../../kit/rendered-stack.ts";

const crd = (group: string, kind: string, scope = "Namespaced"): string =>
  `\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: ${kind.toLowerCase()}s.${group} }\nspec: { group: ${group}, scope: ${scope}, names: { kind: ${kind} } }\n`;
const object = (apiVersion: string, kind: string, name: string, rest = ""): string =>
  `\n---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\n${rest}\n`;

describe("a pod", () => {
  it.each([
    ["Secret shop/db", `env: [{ name: A, valueFrom: { secretKeyRef: { name: db, key: password } } }]`, ""],
    ["ConfigMap shop/app", `env: [{ name: A, valueFrom: { configMapKeyRef: { name: app, key: a } } }]`, ""],
    ["Secret shop/db", `envFrom: [{ secretRef: { name: db } }]`, ""],
    ["ConfigMap shop/app", `envFrom: [{ configMapRef: { name: app } }]`, ""],
    ["Secret shop/tls", "", `volumes: [{ name: tls, secret: { secretName: tls } }],`],
    ["ConfigMap shop/app", "", `volumes: [{ name: app, configMap: { name: app } }],`],
    ["Secret shop/tls", "", `volumes: [{ name: all, projected: { sources: [{ secret: { name: tls } }] } }],`],
    [
      "PersistentVolumeClaim shop/files",
      "",
      `volumes: [{ name: f, persistentVolumeClaim: { claimName: files } }],`,
    ],
    ["ServiceAccount shop/web", "", "serviceAccountName: web,"],
    ["PriorityClass shop-critical", "", "priorityClassName: shop-critical,"],
    ["Secret shop/registry", "", "imagePullSecrets: [{ name: registry }],"],
  ])("needs %s", (name, container, pod) => {
    expect(foretold({ web: deployment("web", container, pod) })).toEqual([
      expect.stringContaining(`nothing provides ${name}, which shop/web needs`),
    ]);
  });

  it("needs nothing that is optional, or in every cluster", () => {
    expect(
      foretold({
        web: deployment(
          "web",
          `env: [{ name: A, valueFrom: { secretKeyRef: { name: db, key: p, optional: true } } }], envFrom: [{ configMapRef: { name: x, optional: true } }]`,
          `serviceAccountName: default, priorityClassName: system-node-critical, volumes: [{ name: ca, configMap: { name: kube-root-ca.crt } }, { name: x, secret: { secretName: x, optional: true } }],`,
        ),
      }),
    ).toEqual([]);
  });

  it("finds a misspelt key of a Secret that is there", () => {
    const ask = (key: string): string =>
      deployment("web", `env: [{ name: A, valueFrom: { secretKeyRef: { name: db, key: ${key} } } }]`);
    expect(foretold({ web: data("Secret", "db", { password: "x" }) + ask("password") })).toEqual([]);
    expect(foretold({ web: data("Secret", "db", { password: "x" }) + ask("pasword") })).toEqual([
      "shop/web uses the key pasword (env A, Deployment web), and Secret shop/db of shop/web has none of that name",
    ]);
    expect(foretold({ web: object("v1", "Secret", "db") + ask("filled-in-later") })).toEqual([]);
  });

  it("gets what a Certificate, an ExternalSecret or an operator makes, and its release then waits for them", () => {
    const uses = (name: string): string => deployment("web", `envFrom: [{ secretRef: { name: ${name} } }]`);
    for (const [kind, spec, secret] of [
      ["Certificate", "spec: { secretName: web-tls, issuerRef: { name: ca } }", "web-tls"],
      ["ExternalSecret", "spec: { target: { name: db }, data: [] }", "db"],
      ["ExternalSecret", "spec: { data: [] }", "thing"],
      ["SealedSecret", "spec: { encryptedData: {} }", "thing"],
      ["Cluster", "spec: { instances: 3, storage: { size: 1Gi } }", "thing-app"],
    ] as const) {
      const maker = crd("x.example", kind) + object("x.example/v1", kind, "thing", spec);
      expect(foretold({ web: maker + uses(secret) }), kind).toEqual([]);
      expect(foretold({ maker, web: uses(secret) }), kind).toEqual([
        `shop/web uses Secret shop/${secret} (envFrom, Deployment web) but does not depend on shop/maker`,
      ]);
    }
    const monitor =
      crd("x.example", "Monitor") + object("x.example/v1", "Monitor", "thing", "spec: { endpoints: [] }");
    expect(foretold({ web: monitor + uses("thing-app") })).toHaveLength(1);
  });

  it("gets what a job or a controller of the same release is told to make", () => {
    const job = `\n---\napiVersion: batch/v1\nkind: Job\nmetadata: { name: certgen, annotations: { "helm.sh/hook": pre-install } }\nspec: { template: { spec: { containers: [{ name: a, image: a, args: [create, --secret-name=admission] }] } } }\n`;
    const pod = deployment("web", "", "volumes: [{ name: c, secret: { secretName: admission } }],");
    expect(foretold({ web: job + pod })).toEqual([]);
    expect(foretold({ web: pod })).toHaveLength(1);
  });

  it("believes what a declaration provides, and leaves out what it is told to", () => {
    const web = deployment("web", `envFrom: [{ secretRef: { name: db-app } }]`);
    const named = { kind: "object", objectKind: "Secret", namespace: "shop", name: "db-*" } as const;
    expect(foretold({ web })).toHaveLength(1);
    expect(foretold({ web }, { declarations: { web: { provides: [named] } } })).toEqual([]);
    expect(foretold({ web, db: "" }, { declarations: { db: { provides: [named] } } })).toEqual([
      "shop/web uses Secret shop/db-app (envFrom, Deployment web) but does not depend on shop/db",
    ]);
    expect(
      foretold({ web }, { declarations: { web: { foresightIgnore: [{ what: named, reason: "by hand" }] } } }),
    ).toEqual([]);
    expect(
      foretold(
        { web, db: "" },
        {
          declarations: {
            db: { provides: [named] },
            web: {
              foresightIgnore: [{ what: { kind: "release", id: releaseId("shop", "db") }, reason: "no" }],
            },
          },
        },
      ),
    ).toEqual([]);
  });
});

describe("an object of Kubernetes' own kinds", () => {
  it("needs what it names", () => {
    const ingress = `spec: { ingressClassName: public, tls: [{ secretName: web-tls }], rules: [{ host: a.example, http: { paths: [{ path: /, backend: { service: { name: web, port: { number: 8080 } } } }] } }] }`;
    const words = foretold({
      classes: object("networking.k8s.io/v1", "IngressClass", "public"),
      web: object("networking.k8s.io/v1", "Ingress", "web", ingress) + service("web", [80]),
    });
    expect(words).toEqual([
      "nothing provides Secret shop/web-tls, which shop/web needs (tls, Ingress web)",
      "shop/web uses Service shop/web (rule a.example, Ingress web), and Service shop/web of shop/web has no port 8080",
      "shop/web uses IngressClass public (ingressClassName, Ingress web) but does not depend on shop/classes",
    ]);
  });

  it("says nothing of classes that a cluster's maker installs, unless the name is nearly one of the stack's", () => {
    const claim = (name: string): string =>
      object("v1", "PersistentVolumeClaim", "files", `spec: { storageClassName: ${name} }`);
    const classes = object("storage.k8s.io/v1", "StorageClass", "fast-local");
    expect(foretold({ web: claim("gp3") })).toEqual([]);
    expect(foretold({ "data/classes": classes, web: claim("fast-lokal") })).toEqual([
      "nothing provides StorageClass fast-lokal, which shop/web needs (storageClassName, PersistentVolumeClaim files)",
    ]);
    expect(foretold({ "data/classes": classes, web: claim("fast-local") })).toHaveLength(1);
  });

  it("of a kind whose CRD another release brings needs that release", () => {
    const topic = object("x.example/v1", "Topic", "orders", "spec: {}");
    const operator = crd("x.example", "Topic");
    expect(foretold({ operator, topics: topic })).toEqual([
      "shop/topics uses the kind Topic (x.example) (apiVersion, Topic orders) but does not depend on shop/operator",
    ]);
    expect(foretold({ operator, "topics <- operator": topic })).toEqual([]);
    expect(foretold({ topics: topic })).toEqual([
      "nothing provides the kind Topic (x.example), which shop/topics needs (apiVersion, Topic orders)",
    ]);
  });

  it("scaled by other metrics than the cluster's own needs what serves them", () => {
    const scaler = object(
      "autoscaling/v2",
      "HorizontalPodAutoscaler",
      "web",
      "spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, metrics: [{ type: Pods }, { type: Resource }] }",
    );
    const adapter = object(
      "apiregistration.k8s.io/v1",
      "APIService",
      "v1beta1.custom.metrics.k8s.io",
      "spec: { group: custom.metrics.k8s.io, service: { name: adapter, namespace: shop } }",
    );
    const web = scaler + deployment("web", "");
    expect(foretold({ adapter: adapter + service("adapter", [443]), web })).toEqual([
      "shop/web uses the API custom.metrics.k8s.io (spec.metrics, HorizontalPodAutoscaler web) but does not depend on shop/adapter",
    ]);
    expect(foretold({ web })).toHaveLength(1);
  });

  it("that an admission webhook judges needs the webhook's Service", () => {
    const webhook = (rest: string): string =>
      object(
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        "gate",
        `webhooks: [{ name: gate.x.example, clientConfig: { service: { name: gate, namespace: shop } }, rules: [{ operations: [CREATE], apiGroups: [networking.k8s.io], resources: [ingresses] }] ${rest} }]`,
      ) + service("gate", [443]);
    const web = object("networking.k8s.io/v1", "Ingress", "web", "spec: {}");
    expect(foretold({ gate: webhook(""), web })).toEqual([
      "shop/web uses Service shop/gate (admission webhook gate.x.example, Ingress web) but does not depend on shop/gate",
    ]);
    expect(foretold({ gate: webhook(", failurePolicy: Ignore"), web })).toEqual([]);
    expect(foretold({ gate: webhook(", objectSelector: { matchLabels: { a: b } }"), web })).toEqual([]);
  });
});

describe("a custom resource", () => {
  const issuer =
    crd("certs.example", "ClusterIssuer", "Cluster") +
    crd("certs.example", "Certificate") +
    object("certs.example/v1", "ClusterIssuer", "ca", "spec: {}");

  it("needs what it refers to by kind and name", () => {
    const certificate = (name: string): string =>
      object(
        "certs.example/v1",
        "Certificate",
        "web",
        `spec: { secretName: web-tls, issuerRef: { kind: ClusterIssuer, name: ${name} } }`,
      );
    expect(foretold({ "certs/manager": issuer, "web <- certs/manager": certificate("ca") })).toEqual([]);
    expect(foretold({ "certs/manager": issuer, "web <- certs/manager": certificate("cb") })).toEqual([
      "nothing provides ClusterIssuer cb, which shop/web needs (spec.issuerRef, Certificate web)",
    ]);
  });

  it("may be named by an annotation", () => {
    const ingress = `\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: web, annotations: { certs.example/cluster-issuer: ca } }\nspec: { tls: [{ secretName: web-tls }] }\n`;
    expect(foretold({ "certs/manager": issuer, web: ingress })).toEqual([
      "shop/web uses ClusterIssuer ca (annotation certs.example/cluster-issuer, Ingress web) but does not depend on certs/manager",
    ]);
  });

  it("brings needs of its own: Secrets whose key it reads, addresses, pods", () => {
    const store = object(
      "x.example/v1",
      "Store",
      "main",
      "spec: { server: 'http://vault.vault.svc:8200', auth: { tokenSecretRef: { name: token, key: token } } }",
    );
    expect(
      foretold({ "vault/vault": service("vault", [8200]), web: crd("x.example", "Store") + store }),
    ).toEqual([
      "nothing provides Secret shop/token, which shop/web needs (spec.auth.tokenSecretRef, Store main)",
      "shop/web uses vault.vault.svc:8200 (spec.server, Store main) but does not depend on vault/vault",
    ]);
  });
});
