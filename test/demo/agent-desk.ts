// A desk beside a cluster that an agent keeps: the example shop in a git server, what bootstrap exports for the cluster, and the
// agent as a process with the token of its chart's ServiceAccount, because the sandbox's pods run nothing.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse, parseAllDocuments, stringify } from "yaml";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { headwayProgram, startHeadway } from "../kit/cli.ts";
import { basicAuthorization, openGitServer, type GitServer } from "../kit/git-server.ts";
import { applyAsKubectl, type KubeDocument } from "../kit/kubectl.ts";
import { eventually, testCluster, type TestCluster } from "../kit/sandbox.ts";
import { mustShow, say, sayIndented } from "./shop-desk.ts";

const root = join(import.meta.dirname, "../..");
const login = { username: "reader", password: "a-password-that-is-shown-nowhere" };
const system = "headway-system";
const syncPath = `/apis/headway.dev/v1/namespaces/${system}/stacksyncs/shop`;

type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
};
type Status = {
  readonly conditions?: readonly Condition[];
  readonly ready?: string;
  readonly lastHealthyCommit?: string;
  readonly lastRecoverySeconds?: number;
};

export type Edit = { readonly from: string; readonly to: string };

export type AgentDesk = {
  readonly git: GitServer;
  cluster(): TestCluster;
  /** Another cluster in place of the one before, with nothing on it. */
  wipe(): Promise<void>;
  /** Applies what was exported, and starts the agent that its Deployment would run. */
  applyExported(): Promise<void>;
  startAgent(): Promise<void>;
  stopAgent(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  headway(command: string, show: readonly RegExp[], code?: number): Promise<string>;
  /** Replaces texts in a file of the stack, which must be there, commits and pushes; the commit. */
  push(message: string, file: string, ...edits: readonly Edit[]): string;
  /** Waits until the StackSync stands so, and shows it as kubectl does. */
  until(words: string, isSo: (ready: Condition, status: Status) => boolean): Promise<Status>;
  close(): Promise<void>;
};

export async function openAgentDesk(): Promise<AgentDesk> {
  const folder = mkdtempSync(join(tmpdir(), "headway-agent-demo-"));
  const git = await openGitServer();
  git.accepted = [basicAuthorization(login.username, login.password)];
  for (const part of ["examples/shop", "charts-index"])
    cpSync(join(root, part), join(git.work, part), { recursive: true });
  git.git("remote", "add", "origin", git.url);
  git.commit({}, { message: "the shop" });
  const stack = join(git.work, "examples/shop");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, login.password, { mode: 0o600 });
  let sandbox: Sandbox | undefined;
  let agent: ChildProcess | undefined;
  let exported: readonly KubeDocument[] = [];
  const cluster = (): TestCluster => {
    if (sandbox === undefined) throw new Error("there is no cluster");
    return testCluster(sandbox);
  };
  const status = async (): Promise<Status | undefined> =>
    ((await cluster().kube(syncPath)).body as { readonly status?: Status } | undefined)?.status;
  const run = (argv: readonly string[]) =>
    startHeadway(argv, { cwd: stack, ...(sandbox === undefined ? {} : { kubeconfig: sandbox.kubeconfig }) });

  const desk: AgentDesk = {
    git,
    cluster,
    wipe: async () => {
      await desk.stopAgent("SIGKILL");
      await sandbox?.stop();
      const started = await startSandbox({ name: `agent-demo-${process.pid}-${Date.now() % 1000}` });
      if (!started.ok) throw new Error(started.failure.message);
      sandbox = started.value;
    },
    applyExported: async () => {
      if (exported.length === 0) {
        const words =
          "bootstrap --export --with-secrets --allow-http --interval 5s --username reader --password-file";
        say(`$ headway ${words} FILE > agent.yaml`);
        const end = await run([...words.split(" "), passwordFile]);
        if (end.exitCode !== 0) throw new Error(end.all);
        exported = parseAllDocuments(end.stdout).map((document) => document.toJS() as KubeDocument);
      }
      say("$ kubectl apply -f agent.yaml");
      await applyAsKubectl(cluster(), exported);
      sayIndented(exported.map(({ kind, metadata }) => `${kind} ${metadata.name} applied`).join("\n"));
    },
    startAgent: async () => {
      const kubeconfig = await kubeconfigOf(cluster(), folder);
      const argv = [
        "agent",
        "--system-namespace",
        system,
        "--cache-folder",
        join(folder, "cache"),
        "--allow-http",
      ];
      const child = spawn(
        process.execPath,
        [headwayProgram, ...argv, "--address", "127.0.0.1", "--port", "0"],
        {
          env: { ...process.env, KUBECONFIG: kubeconfig },
          stdio: ["ignore", "pipe", "ignore"],
        },
      );
      agent = child;
      let isUp = false;
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.includes("the agent is up")) isUp = true;
      });
      await eventually(() => Promise.resolve(isUp), 60_000);
    },
    stopAgent: async (signal = "SIGTERM") => {
      const child = agent;
      agent = undefined;
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
    headway: async (command, show, code = 0) => {
      say(`$ headway ${command}`);
      const end = await run(command.split(" "));
      sayIndented(end.all);
      if (end.exitCode !== code) throw new Error(`headway ${command} ended with ${String(end.exitCode)}`);
      mustShow(`headway ${command}`, end.all, show);
      return end.all;
    },
    push: (message, file, ...edits) => {
      const path = join(stack, file);
      let text = readFileSync(path, "utf8");
      for (const { from, to } of edits) {
        if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
        text = text.replace(from, to);
      }
      writeFileSync(path, text);
      const commit = git.commit({}, { message });
      say(`$ git commit --all --message '${message}' && git push`);
      for (const { from, to } of edits) sayIndented(`${file}: ${from.trim()} → ${to.trim()}`);
      return commit;
    },
    until: async (words, isSo) => {
      let last: Status | undefined;
      try {
        last = await eventually(async () => {
          const now = await status();
          const ready = now?.conditions?.find(({ type }) => type === "Ready");
          last = now;
          return now !== undefined && ready !== undefined && isSo(ready, now) ? now : undefined;
        }, 240_000);
      } catch (error) {
        throw new Error(`${words}: the status stayed ${JSON.stringify(last, undefined, 1)}`, {
          cause: error,
        });
      }
      const ready = last.conditions?.find(({ type }) => type === "Ready");
      say("$ kubectl -n headway-system get stack shop");
      sayIndented(
        `READY ${ready?.status ?? ""} (${ready?.reason ?? ""})  RELEASES ${last.ready ?? ""}  COMMIT ${(last.lastHealthyCommit ?? "").slice(0, 7)}\n${ready?.message ?? ""}`,
      );
      return last;
    },
    close: async () => {
      await desk.stopAgent("SIGKILL");
      await sandbox?.stop();
      await git.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return desk;
}

/** A kubeconfig with a token of the ServiceAccount that the exported objects bring. */
async function kubeconfigOf(cluster: TestCluster, folder: string): Promise<string> {
  const path = `/api/v1/namespaces/${system}/serviceaccounts/headway/token`;
  const body = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 3_600 },
  };
  const token = await eventually(async () => {
    const reply = await cluster.kube(path, { method: "POST", body });
    return (reply.body as { readonly status?: { readonly token?: string } }).status?.token;
  });
  const { users, ...rest } = parse(readFileSync(cluster.kubeconfig, "utf8")) as {
    readonly users: readonly { readonly name: string }[];
  };
  const file = join(folder, "kubeconfig");
  writeFileSync(file, stringify({ ...rest, users: [{ name: users[0]?.name, user: { token } }] }), {
    mode: 0o600,
  });
  return file;
}
