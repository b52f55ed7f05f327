// An agent as a process that keeps a stack from a git server: what the agent's scenarios stand on.
import { spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { openGitServer, type GitServer } from "../kit/git-server.ts";
import { eventually, type TestCluster } from "../kit/sandbox.ts";

const root = join(import.meta.dirname, "../..");
const namespace = "headway-system";
const hookToken = "hook-token-of-the-benchmark";
const syncPath = `/apis/headway.dev/v1/namespaces/${namespace}/stacksyncs`;

/** A line of the agent's log. */
export type AgentLine = Readonly<Record<string, unknown>> & { readonly msg: string; readonly atMs: number };

export type Agent = {
  readonly pid: number;
  readonly port: number;
  readonly lines: readonly AgentLine[];
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
};

export type SyncStatus = {
  readonly ready?: string;
  readonly lastHealthyCommit?: string;
  readonly lastRecoverySeconds?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
};

export type AgentWorld = {
  readonly git: GitServer;
  /** Commits a folder as the whole repository, and gives the commit. */
  readonly push: (folder: string) => string;
  /** Makes what is outside git: the definition, the namespace, Secrets and the StackSync. */
  readonly install: (source?: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly start: () => Promise<Agent>;
  /** Waits until the stack is whole at this commit. */
  readonly healthyAt: (commit: string, timeoutMs?: number) => Promise<SyncStatus>;
  /** Tells the agent of a push as GitHub does; milliseconds of wall clock at which that was sent. */
  readonly hook: (agent: Agent) => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Opens a git server for a cluster; agents are started from the built `program`. */
export async function openAgentWorld(
  cluster: TestCluster,
  program: string,
  scratch: string,
  env: NodeJS.ProcessEnv,
): Promise<AgentWorld> {
  const git = await openGitServer();
  const agents: ChildProcess[] = [];
  let deliveries = 0;
  const status = async (): Promise<SyncStatus | undefined> =>
    ((await cluster.kube(`${syncPath}/it`)).body as { readonly status?: SyncStatus }).status;
  return {
    git,
    push: (folder) => {
      for (const name of readdirSync(git.work).filter((entry) => entry !== ".git"))
        rmSync(join(git.work, name), { recursive: true });
      cpSync(folder, git.work, { recursive: true });
      return git.commit({});
    },
    install: (source = {}) => install(cluster, git, source),
    start: async () => {
      const cache = join(scratch, `agent-cache-${agents.length}`);
      const argv = ["--system-namespace", namespace, "--cache-folder", cache, "--allow-http"];
      const child = spawn(
        process.execPath,
        [program, "agent", ...argv, "--address", "127.0.0.1", "--port", "0"],
        { env: { ...env, KUBECONFIG: cluster.kubeconfig }, stdio: ["ignore", "pipe", "inherit"] },
      );
      agents.push(child);
      return await follow(child);
    },
    healthyAt: async (commit, timeoutMs = 300_000) =>
      await eventually(async () => {
        const now = await status();
        const isReady = now?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
        return now?.lastHealthyCommit === commit && isReady === true ? now : undefined;
      }, timeoutMs),
    hook: async ({ port }) => {
      const body = JSON.stringify({ ref: "refs/heads/main", repository: { clone_url: git.url } });
      const signature = createHmac("sha256", hookToken).update(body).digest("hex");
      deliveries += 1;
      const sentAtMs = performance.timeOrigin + performance.now();
      const reply = await fetch(`http://127.0.0.1:${port}/hooks/github/${namespace}/it`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-github-event": "push",
          "x-github-delivery": `delivery-${deliveries}`,
          "x-hub-signature-256": `sha256=${signature}`,
        },
        body,
      });
      if (reply.status !== 202) throw new Error(`the webhook was answered with ${reply.status}`);
      return sentAtMs;
    },
    close: async () => {
      for (const child of agents) child.kill("SIGKILL");
      await git.close();
    },
  };
}

async function follow(child: ChildProcess): Promise<Agent> {
  const lines: AgentLine[] = [];
  if (child.stdout === null) throw new Error("the agent's log can't be read");
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push({ ...(JSON.parse(line) as AgentLine), atMs: performance.timeOrigin + performance.now() });
  });
  const up = await eventually(
    () => Promise.resolve(lines.find(({ msg }) => msg === "the agent is up")),
    30_000,
  );
  return {
    pid: child.pid ?? 0,
    port: Number(up["port"]),
    lines,
    end: async (signal) => {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

async function install(
  cluster: TestCluster,
  git: GitServer,
  source: Readonly<Record<string, unknown>>,
): Promise<void> {
  const definition = parse(
    readFileSync(join(root, "deploy/chart/crds/stacksyncs.headway.dev.yaml"), "utf8"),
  ) as { readonly metadata: { readonly name: string } };
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const objects = [
    [`${definitions}/${definition.metadata.name}`, definition],
    [
      `/api/v1/namespaces/${namespace}`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ],
    [
      `/api/v1/namespaces/${namespace}/secrets/hook`,
      { apiVersion: "v1", kind: "Secret", metadata: { name: "hook" }, stringData: { token: hookToken } },
    ],
    [
      `${syncPath}/it`,
      {
        apiVersion: "headway.dev/v1",
        kind: "StackSync",
        metadata: { name: "it" },
        spec: { source: { url: git.url, ...source }, webhook: { secretRef: { name: "hook" } } },
      },
    ],
  ] as const;
  for (const [path, body] of objects)
    await eventually(async () => {
      const reply = await cluster.kube(`${path}?fieldManager=bench&force=true`, {
        method: "PATCH",
        contentType: "application/apply-patch+yaml",
        body,
      });
      return reply.status < 300;
    }, 30_000);
}

/** A folder with the example shop and its charts, as a repository holds it; the stack is in examples/shop. */
export function shopRepository(scratch: string): string {
  const folder = join(scratch, "shop-repository");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "examples"), { recursive: true });
  for (const part of ["examples/shop", "charts-index"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  return folder;
}
