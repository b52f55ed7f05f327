// A stack that the agent keeps: declared in a git server of its own, named by a StackSync, with the agent as a process.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import type { SyncStatus } from "../../src/core/stack-sync/sync-status.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { startHeadway } from "../kit/cli.ts";
import { basicAuthorization, openGitServer, type GitServer } from "../kit/git-server.ts";
import { createNamespace, eventually, type TestCluster } from "../kit/sandbox.ts";
import { openTestStack, type TestStack } from "../kit/test-stack.ts";
import type { ReleaseSketch, StackSketch } from "../kit/stack-folder.ts";

export type AgentLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export type AgentProcess = {
  readonly port: number;
  readonly lines: readonly AgentLine[];
  kill(signal: "SIGTERM" | "SIGKILL"): Promise<number | undefined>;
  /** Sends a signal that does not end it. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
};

export type AgentStack = {
  readonly stack: TestStack;
  readonly git: GitServer;
  /** Where the StackSync is, and the agent's own objects. */
  readonly agentNamespace: string;
  /** Declares these, commits, and gives the commit. */
  push(releases: readonly ReleaseSketch[], more?: Partial<Omit<StackSketch, "name" | "releases">>): string;
  /** Creates or changes the StackSync. */
  sync(spec?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Creates a Secret in the StackSync's namespace. */
  secret(name: string, content: Readonly<Record<string, string>>): Promise<void>;
  annotate(annotations: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
  status(): Promise<SyncStatus | undefined>;
  /** Waits until it is so. */
  until(isSo: (status: SyncStatus) => boolean): Promise<SyncStatus>;
  events(): Promise<readonly string[]>;
  /** As the kubeconfig's user, unless told. */
  start(argv?: readonly string[], kubeconfig?: string): Promise<AgentProcess>;
  /** The agent of an image: these words start it in there, where its cache is /cache. */
  startWithin(words: readonly string[]): Promise<AgentProcess>;
  /** Lets an account of the agent's namespace do what a ClusterRole says; the account is made where it is not there. */
  allow(account: string, role: string): Promise<void>;
};

const login = { username: "reader", password: "not-for-logs-4711" };

/** A git server with a login, a namespace for the agent, and the CustomResourceDefinition. */
export async function openAgentStack(
  releases: readonly ReleaseSketch[],
  more: Partial<Omit<StackSketch, "name" | "releases">> = {},
): Promise<AgentStack> {
  const stack = await openTestStack(releases, more);
  const { cluster } = stack;
  const git = await openGitServer();
  git.accepted = [basicAuthorization(login.username, login.password)];
  onTestFinished(() => git.close());
  await installDefinition(cluster);
  const agentNamespace = await createNamespace(cluster, "agent");
  onTestFinished(async () => {
    await cluster.kube(`/api/v1/namespaces/${agentNamespace}`, { method: "DELETE" });
  });
  const secret: AgentStack["secret"] = (name, content) =>
    write(cluster, `/api/v1/namespaces/${agentNamespace}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      stringData: content,
    });
  await secret("git", login);
  await secret("hook", { token: "hook-token-of-tests" });
  const path = `/apis/headway.dev/v1/namespaces/${agentNamespace}/stacksyncs`;
  const push: AgentStack["push"] = (next, nextMore) => {
    stack.declare(next, nextMore);
    git.git("rm", "-r", "-q", "--ignore-unmatch", "releases");
    return git.commit(filesBelow(stack.folder));
  };
  push(releases, more);
  const status: AgentStack["status"] = async () => {
    const reply = await cluster.kube(`${path}/it`);
    return (reply.body as { readonly status?: SyncStatus }).status;
  };
  return {
    stack,
    git,
    agentNamespace,
    push,
    sync: async (spec = {}) => {
      const source = { url: git.url, interval: "5s", secretRef: { name: "git" } };
      await apply(cluster, `${path}/it`, {
        apiVersion: "headway.dev/v1",
        kind: "StackSync",
        metadata: { name: "it", namespace: agentNamespace },
        spec: { source, webhook: { secretRef: { name: "hook" } }, ...spec },
      });
    },
    secret,
    annotate: async (annotations) => {
      await cluster.kube(`${path}/it`, {
        method: "PATCH",
        contentType: "application/merge-patch+json",
        body: { metadata: { annotations } },
      });
    },
    remove: async () => {
      await cluster.kube(`${path}/it`, { method: "DELETE" });
    },
    status,
    until: async (isSo) => {
      let last: SyncStatus | undefined;
      try {
        return await eventually(async () => {
          last = await status();
          return last !== undefined && isSo(last) && last;
        }, 90_000);
      } catch (error) {
        throw new Error(`the status stayed ${JSON.stringify(last, undefined, 1)}`, { cause: error });
      }
    },
    events: async () => {
      const reply = await cluster.kube(`/apis/events.k8s.io/v1/namespaces/${agentNamespace}/events`);
      const { items } = reply.body as {
        readonly items: readonly {
          readonly reason: string;
          readonly type: string;
          readonly eventTime: string;
        }[];
      };
      return items
        .toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1))
        .map(({ type, reason }) => `${type} ${reason}`);
    },
    allow: async (account, role) => {
      await apply(cluster, `/api/v1/namespaces/${agentNamespace}/serviceaccounts/${account}`, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: account, namespace: agentNamespace },
      });
      const name = `${agentNamespace}-${account}-${role}`;
      const bindings = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`;
      await apply(cluster, bindings, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: agentNamespace }],
      });
      onTestFinished(async () => {
        await cluster.kube(bindings, { method: "DELETE" });
      });
    },
    start: (argv = [], kubeconfig = cluster.kubeconfig) => startAgent(kubeconfig, agentNamespace, argv),
    startWithin: ([file = "", ...words]) =>
      follow(execa(file, [...words, ...argumentsOf(agentNamespace, "/cache")], { reject: false })),
  };
}

/** The conditions in one line: `Ready=False(RolledBack)`. */
export function conditionsOf(status: SyncStatus | undefined): string {
  return (status?.conditions ?? [])
    .map(({ type, status: holds, reason }) => `${type}=${holds}(${reason})`)
    .join(" ");
}

export function isReadyAt(commit: string): (status: SyncStatus) => boolean {
  return (status) => status.lastHealthyCommit === commit && conditionsOf(status) === "Ready=True(Healthy)";
}

/** The agent as a process, keeping the StackSyncs of this namespace. */
export function startAgent(
  kubeconfig: string,
  namespace: string,
  argv: readonly string[] = [],
): Promise<AgentProcess> {
  return follow(startHeadway([...argumentsOf(namespace, temporaryFolder()), ...argv], { kubeconfig }));
}

function argumentsOf(namespace: string, cache: string): readonly string[] {
  return [
    "agent",
    ...["--watch-namespace", namespace, "--system-namespace", namespace, "--cache-folder", cache],
    ...["--address", "127.0.0.1", "--port", "0", "--allow-http"],
  ];
}

type Started = PromiseLike<{ readonly exitCode?: number }> & {
  readonly stdout: Readable;
  kill(signal: NodeJS.Signals): boolean;
};

async function follow(child: Started): Promise<AgentProcess> {
  const lines: AgentLine[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push(JSON.parse(part) as AgentLine);
  });
  let isOver = false;
  void child.then(() => (isOver = true));
  const kill: AgentProcess["kill"] = async (signal) => {
    child.kill(signal);
    return (await child).exitCode;
  };
  onTestFinished(async () => {
    if (!isOver) await kill("SIGTERM");
  });
  const up = await eventually(() => {
    if (isOver) throw new Error("the agent ended at once");
    return Promise.resolve(lines.find(({ msg }) => msg === "the agent is up"));
  });
  const signal: AgentProcess["signal"] = (name) => {
    child.kill(name);
  };
  return { port: Number(up["port"]), lines, kill, signal };
}

async function installDefinition(cluster: TestCluster): Promise<void> {
  const text = readFileSync(
    join(import.meta.dirname, "../../deploy/chart/crds/stacksyncs.headway.dev.yaml"),
    "utf8",
  );
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/stacksyncs.headway.dev";
  await apply(cluster, path, parse(text));
  await eventually(async () => (await cluster.kube("/apis/headway.dev/v1/stacksyncs")).status === 200);
}

async function write(cluster: TestCluster, path: string, body: unknown): Promise<void> {
  const reply = await cluster.kube(path, { method: "POST", body });
  if (reply.status >= 300) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
}

async function apply(cluster: TestCluster, path: string, body: unknown): Promise<void> {
  const reply = await cluster.kube(`${path}?fieldManager=tests&force=true`, {
    method: "PATCH",
    contentType: "application/apply-patch+yaml",
    body,
  });
  if (reply.status >= 300) throw new Error(`PATCH ${path}: ${reply.status} ${reply.text}`);
}

function filesBelow(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

/** A kubeconfig with a token of this account. */
export async function kubeconfigOf(
  cluster: TestCluster,
  namespace: string,
  account: string,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const token = await eventually(async () => {
    const reply = await cluster.kube(path, {
      method: "POST",
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: 3_600 },
      },
    });
    return (reply.body as { readonly status?: { readonly token?: string } }).status?.token;
  });
  const { users, ...rest } = parse(readFileSync(cluster.kubeconfig, "utf8")) as {
    readonly users: readonly { readonly name: string }[];
  };
  const file = join(temporaryFolder(), "kubeconfig");
  writeFileSync(file, stringify({ ...rest, users: [{ name: users[0]?.name, user: { token } }] }), {
    mode: 0o600,
  });
  return file;
}
