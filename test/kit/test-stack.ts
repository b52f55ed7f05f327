// One stack in namespaces of its own on the shared sandbox: declare it, run commands on it, ask the cluster what came of it.
// Its namespaces are deleted when the test ends.
import { onTestFinished } from "vitest";
import type { AuditEvent, TestCluster } from "./sandbox.ts";
import { freshNamespace, sharedSandbox } from "./sandbox.ts";
import { headway, type CliEnd, type CliOptions } from "./cli.ts";
import { writeStack, type ReleaseSketch, type StackSketch } from "./stack-folder.ts";

export type Revision = {
  readonly revision: number;
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type TestStack = {
  readonly cluster: TestCluster;
  readonly name: string;
  readonly namespace: string;
  readonly folder: string;
  /** Writes the declarations anew; files stay unless they are written again. */
  declare(releases: readonly ReleaseSketch[], more?: Partial<Omit<StackSketch, "name" | "releases">>): void;
  /** `headway COMMAND FOLDER …flags` on the sandbox. */
  run(command: string, flags?: readonly string[], options?: CliOptions): Promise<CliEnd>;
  apply(...flags: readonly string[]): Promise<CliEnd>;
  /** `headway ARGV` on the sandbox, without the folder. */
  cli(...argv: readonly string[]): Promise<CliEnd>;
  /** Helm's records of a release, oldest first. */
  revisions(release: string, namespace?: string): Promise<readonly Revision[]>;
  /** An object below the stack's namespace: `deployments/api`; undefined where it is not there. */
  object(path: string, api?: string): Promise<KubeObject | undefined>;
  /** PATCHes (merge) an object below the stack's namespace as a person with kubectl would. */
  patch(path: string, body: unknown, api?: string): Promise<void>;
};

/** As much of an object as tests look at. */
export type KubeObject = {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
};

/** A stack with a name and a namespace that nobody else uses. */
export async function openTestStack(
  releases: readonly ReleaseSketch[],
  more: Partial<Omit<StackSketch, "name" | "releases">> = {},
): Promise<TestStack> {
  const cluster = await sharedSandbox();
  const name = freshNamespace("s");
  const namespace = more.namespace ?? name;
  const folder = writeStack({ ...more, name, namespace, releases });
  const namespaces = new Set([namespace, ...releases.flatMap((release) => release.namespace ?? [])]);
  onTestFinished(async () => {
    for (const each of namespaces) await cluster.kube(`/api/v1/namespaces/${each}`, { method: "DELETE" });
  });
  const run: TestStack["run"] = (command, flags = [], options = {}) =>
    headway([command, folder, ...flags], { kubeconfig: cluster.kubeconfig, ...options });
  return {
    cluster,
    name,
    namespace,
    folder,
    declare: (next, nextMore = {}) => {
      for (const release of next) if (release.namespace !== undefined) namespaces.add(release.namespace);
      writeStack({ ...more, ...nextMore, name, namespace, releases: next }, folder);
    },
    run,
    apply: (...flags) => run("apply", ["--yes", "--progress", "plain", ...flags]),
    cli: (...argv) => headway(argv, { kubeconfig: cluster.kubeconfig }),
    revisions: (release, where = namespace) => revisionsOf(cluster, where, release),
    object: async (path, api = "apps/v1") => {
      const reply = await cluster.kube(`${rootOf(api)}/namespaces/${namespace}/${path}`);
      return reply.status === 200 ? (reply.body as KubeObject) : undefined;
    },
    patch: async (path, body, api = "apps/v1") => {
      const reply = await cluster.kube(`${rootOf(api)}/namespaces/${namespace}/${path}`, {
        method: "PATCH",
        body,
        contentType: "application/merge-patch+json",
      });
      if (reply.status >= 300) throw new Error(`PATCH ${path}: ${reply.status} ${reply.text}`);
    },
  };
}

function rootOf(api: string): string {
  return api === "v1" ? "/api/v1" : `/apis/${api}`;
}

/** Helm's records of a release, oldest first. */
export async function revisionsOf(
  cluster: TestCluster,
  namespace: string,
  release: string,
): Promise<readonly Revision[]> {
  const selector = encodeURIComponent(`owner=helm,name=${release}`);
  const reply = await cluster.kube(`/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`);
  const { items } = reply.body as {
    readonly items: readonly { readonly metadata: { readonly labels: Record<string, string> } }[];
  };
  return items
    .map(({ metadata: { labels } }) => ({
      revision: Number(labels["version"]),
      status: labels["status"] ?? "",
      labels,
    }))
    .toSorted((a, b) => a.revision - b.revision);
}

/** `1:superseded 2:deployed`. */
export function historyOf(revisions: readonly Revision[]): string {
  return revisions.map(({ revision, status }) => `${revision}:${status}`).join(" ");
}

/** An instant that the audit log's stamps can be compared with. */
export function now(): string {
  return new Date().toISOString();
}

const mutating = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Writes to the stack's namespaces and to Headway's own, by helm and by Headway: not those of controllers. */
export function writesSince(stack: TestStack, since: string): readonly string[] {
  return stack.cluster
    .readAudit(since)
    .filter((event) => mutating.has(event.verb) && event.user.username === "admin")
    .filter((event) => event.objectRef?.resource !== "leases" && isOf(stack, event))
    .map((event) => `${event.verb} ${event.objectRef?.resource ?? ""}/${event.objectRef?.name ?? ""}`);
}

function isOf(stack: TestStack, event: AuditEvent): boolean {
  const { namespace, name } = event.objectRef ?? {};
  return (
    namespace === stack.namespace ||
    name === stack.namespace ||
    (namespace === "headway-system" && name?.includes(stack.name) === true)
  );
}

/** When helm first wrote an object of this name (records apart), as the audit log stamps it. */
export function firstWriteOf(stack: TestStack, release: string, since: string): string {
  const stamps = stack.cluster
    .readAudit(since)
    .filter(
      (event) =>
        mutating.has(event.verb) &&
        event.user.username === "admin" &&
        event.objectRef?.namespace === stack.namespace &&
        event.objectRef.name === release &&
        event.objectRef.resource !== "secrets",
    )
    .map((event) => event.requestReceivedTimestamp);
  const first = stamps.toSorted()[0];
  if (first === undefined) throw new Error(`the audit log has no write to ${release}`);
  return first;
}

/** When the status write came that made this Deployment of `replicas` whole, as the audit log stamps it. */
export function readyWriteOf(stack: TestStack, deployment: string, since: string, replicas = 1): string {
  const events = stack.cluster
    .readAudit(since)
    .filter(
      ({ objectRef }) =>
        objectRef?.resource === "deployments" &&
        objectRef.subresource === "status" &&
        objectRef.namespace === stack.namespace &&
        objectRef.name === deployment,
    );
  const first = events.find((event) => isWhole(event.responseObject, replicas));
  if (first === undefined) throw new Error(`the audit log has no write that made ${deployment} ready`);
  return first.stageTimestamp;
}

function isWhole(object: unknown, replicas: number): boolean {
  const { metadata, status } = object as {
    readonly metadata?: { readonly generation?: number };
    readonly status?: {
      readonly observedGeneration?: number;
      readonly availableReplicas?: number;
      readonly updatedReplicas?: number;
    };
  };
  return (
    status?.observedGeneration === metadata?.generation &&
    status?.availableReplicas === replicas &&
    status.updatedReplicas === replicas
  );
}
