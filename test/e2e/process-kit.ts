// What tests of processes and connections need beside a stack: a chart whose hooks hold helm up, a helm that misbehaves, a
// connection that can be cut, and waiting for a run's own words.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { findProgram } from "../../src/sandbox/programs.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { eventsOf, type startHeadway } from "../kit/cli.ts";
import { eventually, type TestCluster } from "../kit/sandbox.ts";
import { appChart } from "../kit/stack-folder.ts";
import type { TestStack } from "../kit/test-stack.ts";

/** A chart `stall`: `app` with a Job before each operation; the one that `.Values.stall` names never ends by itself. */
export const stallChart: Readonly<Record<string, string>> = {
  "charts/stall/Chart.yaml": "apiVersion: v2\nname: stall\nversion: 1.0.0\n",
  "charts/stall/values.yaml": `${appChart["charts/app/values.yaml"] ?? ""}stall: ""\n`,
  "charts/stall/templates/app.yaml": appChart["charts/app/templates/app.yaml"] ?? "",
  // Named literally: a computed hook counts as every hook, and helm would wait for everything.
  "charts/stall/templates/jobs.yaml": ["pre-install", "pre-upgrade", "pre-rollback", "pre-delete"]
    .map(
      (hook) => `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${hook}
  annotations: { helm.sh/hook: ${hook}, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  suspend: {{ eq .Values.stall "${hook}" }}
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: "registry.example/job:1" }]
`,
    )
    .join("---\n"),
};

/** Resolves when a run (with --progress json) has told of this; fails when it ends before. */
export async function told(
  child: ReturnType<typeof startHeadway>,
  kind: string,
  release?: string,
): Promise<void> {
  let text = "";
  let isOver = false;
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  void child.then(() => (isOver = true));
  await eventually(() => {
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const found = eventsOf(whole).some(
      (event) =>
        event["kind"] === kind && (release === undefined || String(event["release"]).endsWith(`/${release}`)),
    );
    if (!found && isOver) throw new Error(`the run ended before it told of ${kind}: ${text}`);
    return Promise.resolve(found);
  }, 60_000);
}

/** Lets a Job that holds helm up go on, as often as helm makes it anew, until the run ends. */
export async function letGo(stack: TestStack, job: string, run: PromiseLike<unknown>): Promise<void> {
  let isOver = false;
  void run.then(() => (isOver = true));
  while (!isOver) {
    await stack.patch(`jobs/${job}`, { spec: { suspend: false } }, "batch/v1").catch(() => undefined);
    await sleep(200);
  }
}

export async function realHelm(): Promise<string> {
  const found = await findProgram("helm");
  if (!found.ok) throw new Error(found.failure.message);
  return found.value.path;
}

/** A program for HEADWAY_HELM: the real helm, but for what `body` (shell; the operation is $1) does before it. */
export async function wrappedHelm(body: string): Promise<string> {
  const program = join(temporaryFolder(), "helm");
  writeFileSync(program, `#!/bin/sh\nhelm='${await realHelm()}'\n${body}\nexec "$helm" "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}

export type Line = {
  /** For runs that are to go through it. */
  readonly kubeconfig: string;
  /** Cuts what is open and refuses what comes. */
  cut(): void;
  mend(): Promise<void>;
};

/** A TCP line to the API server that can be cut. */
export async function openLine(cluster: TestCluster): Promise<Line> {
  const target = new URL(cluster.server);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const open = (port: number) => {
    const server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      keep(near);
      keep(far);
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
    return new Promise<typeof server>((resolve) =>
      server.listen(port, "127.0.0.1", () => {
        resolve(server);
      }),
    );
  };
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(temporaryFolder(), "kubeconfig");
  const config = parse(readFileSync(cluster.kubeconfig, "utf8")) as {
    readonly clusters: readonly { readonly cluster: { server: string } }[];
  };
  for (const each of config.clusters) each.cluster.server = `https://127.0.0.1:${port}`;
  writeFileSync(kubeconfig, stringify(config));
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  return {
    kubeconfig,
    cut,
    mend: async () => {
      server = await open(port);
    },
  };
}
