// The programs of the control plane, their flags and the files they read. Running them is supervisor.ts.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { clusterStages } from "./cluster-stages.ts";
import type { SandboxPorts } from "./instance.ts";
import { podStages } from "./pod-stages.ts";

/** The programs of a sandbox, in the order they are started. */
export const COMPONENTS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;

/** One program of the control plane. */
export type Component = (typeof COMPONENTS)[number];

/** Who may ask the API server for anything; each has a name of its own, so that the audit log tells them apart. */
const CLIENTS = [
  "admin",
  "sandbox",
  "system:kube-controller-manager",
  "system:kube-scheduler",
  "kwok",
] as const;
type Client = (typeof CLIENTS)[number];

/** Bearer token per client. */
export type Tokens = Readonly<Record<Client, string>>;

/** Where one sandbox keeps what. */
export type Layout = {
  readonly dir: string;
  readonly logs: string;
  readonly etcdData: string;
  readonly certificates: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly auditPolicy: string;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  readonly stages: string;
};

/** The paths of the sandbox in `dir`. */
export function layoutOf(dir: string): Layout {
  return {
    dir,
    logs: join(dir, "logs"),
    etcdData: join(dir, "etcd"),
    certificates: join(dir, "certificates"),
    kubeconfig: join(dir, "kubeconfig"),
    auditLog: join(dir, "audit.log"),
    auditPolicy: join(dir, "audit-policy.yaml"),
    tokens: join(dir, "tokens.csv"),
    serviceAccountKey: join(dir, "service-account.key"),
    stages: join(dir, "stages.yaml"),
  };
}

/** The log file of a component. */
export function logOf(layout: Layout, component: Component | "supervisor"): string {
  return join(layout.logs, `${component}.log`);
}

/** The certificate that the API server makes for itself at its first start, with its authority's behind it. */
export function certificateOf(layout: Layout): { readonly certificate: string; readonly key: string } {
  return {
    certificate: join(layout.certificates, "apiserver.crt"),
    key: join(layout.certificates, "apiserver.key"),
  };
}

// Which write made a workload ready must be readable afterwards: statuses are kept with their bodies, Secrets never are.
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    {
      level: "RequestResponse",
      verbs: ["update", "patch"],
      resources: [
        { group: "apps", resources: ["deployments/status", "statefulsets/status", "daemonsets/status"] },
        { group: "batch", resources: ["jobs/status"] },
      ],
    },
    { level: "Request", verbs: ["update", "patch"], resources: [{ group: "", resources: ["pods/status"] }] },
    { level: "Metadata" },
  ],
};

/** Writes everything the programs read at their start, and makes the folders; returns the tokens. */
export function writeControlPlaneFiles(layout: Layout): Tokens {
  for (const folder of [layout.logs, layout.certificates])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (path: string, text: string): void => {
    writeFileSync(path, text, { mode: 0o600 });
  };
  const token = (): string => randomBytes(24).toString("hex");
  const tokens: Tokens = {
    admin: token(),
    sandbox: token(),
    "system:kube-controller-manager": token(),
    "system:kube-scheduler": token(),
    kwok: token(),
  };
  write(
    layout.tokens,
    CLIENTS.map((client) => `${tokens[client]},${client},${client},system:masters\n`).join(""),
  );
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  write(layout.serviceAccountKey, privateKey.export({ type: "sec1", format: "pem" }).toString());
  write(layout.auditPolicy, stringify(AUDIT_POLICY));
  write(layout.stages, [...podStages, ...clusterStages].map((it) => stringify(it)).join("---\n"));
  return tokens;
}

/** Writes the kubeconfigs once the authority of the server's certificate is known. */
export function writeKubeconfigs(
  layout: Layout,
  sandbox: { readonly name: string; readonly server: string; readonly ca: string; readonly tokens: Tokens },
): void {
  for (const client of CLIENTS) {
    writeFileSync(kubeconfigOf(layout, client), kubeconfigText(sandbox, client), { mode: 0o600 });
  }
}

function kubeconfigOf(layout: Layout, client: Client): string {
  return client === "admin"
    ? layout.kubeconfig
    : join(layout.dir, `${client.replace("system:", "")}.kubeconfig`);
}

function kubeconfigText(
  sandbox: { readonly name: string; readonly server: string; readonly ca: string; readonly tokens: Tokens },
  client: Client,
): string {
  const cluster = `headway-sandbox-${sandbox.name}`;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": cluster,
    contexts: [{ name: cluster, context: { cluster, user: client } }],
    clusters: [
      {
        name: cluster,
        cluster: {
          server: sandbox.server,
          "certificate-authority-data": Buffer.from(sandbox.ca).toString("base64"),
        },
      },
    ],
    users: [{ name: client, user: { token: sandbox.tokens[client] } }],
  });
}

// Real clusters run these two at 20 requests a second; here they would set the pace of a hundred releases.
const UNHURRIED = ["--kube-api-qps=1000", "--kube-api-burst=2000"];

/** The flags of one component. */
export function argumentsOf(component: Component, layout: Layout, ports: SandboxPorts): readonly string[] {
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  switch (component) {
    case "etcd":
      return [
        "--name=sandbox",
        `--data-dir=${layout.etcdData}`,
        "--unsafe-no-fsync",
        `--listen-client-urls=${etcd}`,
        `--advertise-client-urls=${etcd}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=sandbox=${peer}`,
        "--quota-backend-bytes=4294967296",
        "--auto-compaction-retention=5m",
      ];
    case "kube-apiserver":
      return [
        `--etcd-servers=${etcd}`,
        `--cert-dir=${layout.certificates}`,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        `--secure-port=${ports.apiServer}`,
        `--service-account-key-file=${layout.serviceAccountKey}`,
        `--service-account-signing-key-file=${layout.serviceAccountKey}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        `--token-auth-file=${layout.tokens}`,
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/12",
        "--kubelet-preferred-address-types=InternalIP",
        `--audit-policy-file=${layout.auditPolicy}`,
        `--audit-log-path=${layout.auditLog}`,
        // Rotation would take lines away from those who read the log afterwards.
        "--audit-log-maxsize=4000",
        "--profiling=false",
      ];
    case "kube-controller-manager":
      return [
        `--kubeconfig=${kubeconfigOf(layout, "system:kube-controller-manager")}`,
        `--service-account-private-key-file=${layout.serviceAccountKey}`,
        `--root-ca-file=${certificateOf(layout).certificate}`,
        "--use-service-account-credentials",
        "--leader-elect=false",
        "--secure-port=0",
        // A machine that slept or was busy must not look like dead nodes.
        "--node-monitor-grace-period=1h",
        ...UNHURRIED,
      ];
    case "kube-scheduler":
      return [
        `--kubeconfig=${kubeconfigOf(layout, "system:kube-scheduler")}`,
        "--leader-elect=false",
        "--secure-port=0",
        ...UNHURRIED,
      ];
    case "kwok":
      return [
        // No --node-port: kwok would listen on every address. The nodes are made with the supervisor's port instead.
        `--kubeconfig=${kubeconfigOf(layout, "kwok")}`,
        `--config=${layout.stages}`,
        "--manage-all-nodes=true",
        "--node-ip=127.0.0.1",
        "--node-lease-duration-seconds=40",
        "--cidr=10.244.0.0/16",
      ];
  }
}
