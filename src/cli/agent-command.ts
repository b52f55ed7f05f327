// `headway agent`: keeps every StackSync of the cluster true, from git, until it is told to stop.
import { InvalidArgumentError, Option, type Command } from "commander";
import { causeOf } from "../core/shown-state.ts";
import type { StackSync, StackSyncKey } from "../core/stack-sync/stack-sync.ts";
import type { AgentLog } from "../engine/agent-ports.ts";
import { runAgent, type Agent } from "../engine/run-agent.ts";
import type { LogView } from "../views/log-view.ts";
import { openAgentServer } from "../web/agent-server.ts";
import type { Hooks } from "../web/hooks.ts";
import type { OpenAgentWorld } from "./agent-world.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { clusterOptions, concurrencyOption, type ClusterFlags } from "./options.ts";
import type { World } from "./world.ts";

type AgentFlags = ClusterFlags & {
  readonly watchNamespace?: string;
  readonly cacheFolder?: string;
  readonly clusterName: string;
  readonly defaultServiceAccount?: string;
  readonly concurrency?: number;
  readonly address: string;
  readonly port: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly allowHttp?: boolean;
};

export function registerAgentCommand(program: Command, world: World): void {
  const command = program
    .command("agent")
    .description("keep every StackSync of the cluster true, from git, until told to stop");
  for (const option of [...clusterOptions(), concurrencyOption()]) command.addOption(option);
  command
    .option("--watch-namespace <name>", "only the StackSyncs of this namespace")
    .option("--cache-folder <folder>", "for clones; can be lost at any time")
    .addOption(
      new Option("--cluster-name <name>", "what commit statuses and notifications call this cluster")
        .default("cluster")
        .argParser(readClusterName),
    )
    .option(
      "--default-service-account <name>",
      "as which account of its own namespace a StackSync acts that names none; else as the agent",
    )
    .option(
      "--allow-http",
      "take http:// too, of repositories and of who is told: for servers on the same machine",
    )
    .option("--address <address>", "where probes, metrics and webhooks are served", "0.0.0.0")
    .addOption(
      new Option("--port <port>", "their port; 0: any that is free").default(8080).argParser(readPort),
    )
    .addOption(
      new Option("--log-level <level>", "the lowest level that is logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    )
    .action(async (flags: AgentFlags) => {
      process.exitCode = await runUntilStopped(world, flags);
    });
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("Use a number from 0 to 65535.");
  return port;
}

function readClusterName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i.test(text))
    throw new InvalidArgumentError("Use up to 63 letters, digits, dots and dashes.");
  return text;
}

async function runUntilStopped(world: World, flags: AgentFlags): Promise<number> {
  const [{ makeLogView }, { makeMetricsView }] = await Promise.all([
    import("../views/log-view.ts"),
    import("../views/metrics-view.ts"),
  ]);
  const lines = makeLogView({
    write: (text) => {
      world.stdout.write(text);
    },
    nowMs: () => world.clock.nowMs(),
    level: flags.logLevel,
  });
  const metrics = makeMetricsView({ version: world.version, node: process.version, helm: "" });
  const log = logOf(lines);
  let helms = 0;
  const result = await world.openAgentWorld({
    flags,
    log,
    allowsPlainHttp: flags.allowHttp ?? false,
    clusterName: flags.clusterName,
    onTold: ({ key }, { provider, failure }) => {
      metrics.countNotification(provider, failure === undefined ? "sent" : "failed");
      if (failure !== undefined) log.warn(`${provider} was not told`, { stackSync: key, failure });
    },
    viewsOf: (stack) => [lines.viewOf(stack), metrics.viewOf(stack)],
    onStatus: (_, { stack, lastRecoverySeconds }) => {
      if (stack !== undefined && lastRecoverySeconds !== undefined)
        metrics.setRecovery(stack, lastRecoverySeconds);
    },
    onFetched: (sync, atMs) => {
      metrics.setGitSuccess(sync.key, atMs);
    },
    onFreshness: (stack, isFresh) => {
      metrics.setFresh(stack, isFresh);
    },
    onEnded: (sync, stack) => {
      metrics.setGitSuccess(sync.key, undefined);
      if (stack !== undefined) metrics.forget(stack);
    },
    onHelm: (change) => {
      helms += change;
      metrics.setHelmProcesses(helms);
    },
    ...(flags.watchNamespace === undefined ? {} : { watchNamespace: flags.watchNamespace }),
    ...(flags.cacheFolder === undefined ? {} : { cacheFolder: flags.cacheFolder }),
    ...(flags.defaultServiceAccount === undefined
      ? {}
      : { defaultServiceAccount: flags.defaultServiceAccount }),
    ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
  });
  if (!result.ok) return reportFailure(world, result.failure);
  const opened = result.value;
  void opened.helmVersion().then(
    (found) => {
      if (found.ok) metrics.setHelmVersion(found.value);
      else log.warn("no helm can be used yet", { failure: found.failure });
    },
    (bug: unknown) => {
      log.warn(`looking for helm: ${String(bug)}`, {});
    },
  );
  const stop = new AbortController();
  world.onStopSignal(() => {
    lines.log("info", "asked to stop");
    stop.abort();
  });
  const hooks = watchHookTargets(opened);
  const agent = runAgent(opened.world, stop.signal);
  let isOver = false;
  void agent.ended.finally(() => (isOver = true));
  const server = await openAgentServer({
    address: flags.address,
    port: flags.port,
    nowMs: () => world.clock.nowMs(),
    health: {
      alive: () => [{ name: "loop", ...(isOver ? { why: "the loop has ended" } : {}) }],
      ready: () => readiness(agent),
    },
    metrics: () => {
      metrics.setLeader(agent.standing().isLeader);
      return metrics.read();
    },
    hooks: hooksOf(opened, agent, flags, hooks.targets, (provider, answer) => {
      metrics.countWebhook(provider, answer);
    }),
    onError: (error) => {
      lines.log("error", `answering a request: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  lines.log("info", "the agent is up", { port: server.port, version: world.version, server: opened.server });
  await agent.ended;
  hooks.close();
  await server.close();
  await opened.close();
  return exitCodes.done;
}

function logOf(lines: LogView): AgentLog {
  const write =
    (level: "info" | "warn"): AgentLog["info"] =>
    (message, { failure, ...about }) => {
      lines.log(level, failure === undefined ? message : `${message}: ${failure.message}`, {
        ...about,
        ...(failure === undefined ? {} : { cause: failure.kind, detail: causeOf(failure) }),
      });
    };
  return { info: write("info"), warn: write("warn") };
}

function readiness(agent: Agent): readonly { readonly name: string; readonly why?: string }[] {
  const { isLeader, listedAtMs } = agent.standing();
  // One that waits for its turn is as ready as it can be.
  return [
    {
      name: "stacksyncs",
      ...(isLeader && listedAtMs === undefined ? { why: "the StackSyncs were never listed" } : {}),
    },
  ];
}

type HookTarget = { readonly token: string; readonly url: string; readonly ref?: string };

/** When whose token was read: a status that is written is no reason to read it again. */
type HookReading = { readonly uid: string; readonly generation: number; readonly atMs: number };

/** A Secret that was changed counts at the first change of any StackSync after so long. */
const tokenAgeMs = 60_000;

/** Of every StackSync with a webhook; a Secret that can't be read for a moment keeps what it was. */
async function readHookTargets(
  opened: OpenAgentWorld,
  syncs: readonly StackSync[],
  targets: Map<StackSyncKey, HookTarget>,
  readings: Map<StackSyncKey, HookReading>,
): Promise<void> {
  const nowMs = opened.world.clock.nowMs();
  const there = new Set(syncs.map(({ key }) => key));
  for (const key of readings.keys())
    if (!there.has(key)) {
      targets.delete(key);
      readings.delete(key);
    }
  await Promise.all(
    syncs.map(async (sync) => {
      const { key, uid, generation } = sync;
      const read = readings.get(key);
      if (read?.uid === uid && read.generation === generation && nowMs < read.atMs + tokenAgeMs) return;
      const token = await opened.readHookToken(sync);
      if (!token.ok || !sync.spec.ok) return;
      readings.set(key, { uid, generation, atMs: nowMs });
      if (token.value === undefined || token.value === "") {
        targets.delete(sync.key);
        return;
      }
      const { url, ref } = sync.spec.value.source;
      targets.set(sync.key, { token: token.value, url, ref: ref.kind === "commit" ? ref.sha : ref.name });
    }),
  );
}

/** Kept by the leader and by those that wait: a delivery may reach any of them. */
function watchHookTargets(opened: OpenAgentWorld): {
  readonly targets: ReadonlyMap<StackSyncKey, HookTarget>;
  close(): void;
} {
  const targets = new Map<StackSyncKey, HookTarget>();
  const readings = new Map<StackSyncKey, HookReading>();
  let reading: Promise<void> | undefined;
  let isStale = false;
  const read = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      const found = await opened.world.syncs.list();
      if (found.ok)
        await readHookTargets(
          opened,
          found.value.map(({ sync }) => sync),
          targets,
          readings,
        );
    }
  };
  const refresh = (): void => {
    isStale = true;
    reading ??= read().finally(() => (reading = undefined));
  };
  refresh();
  return { targets, close: opened.world.syncs.watch(refresh) };
}

function hooksOf(
  opened: OpenAgentWorld,
  agent: Agent,
  flags: AgentFlags,
  targets: ReadonlyMap<StackSyncKey, HookTarget>,
  count: (provider: string, result: string) => void,
): Hooks {
  return {
    namespace: flags.watchNamespace ?? flags.systemNamespace ?? "headway-system",
    find: ({ namespace, name }) => targets.get(`${namespace}/${name}`),
    onHook: ({ namespace, name }) => {
      const key = `${namespace}/${name}`;
      // Whoever leads is told by way of the object.
      if (!agent.poke(key))
        void opened.world.syncs.requestReconcile(key, new Date(opened.world.clock.nowMs()).toISOString());
    },
    onAnswered: ({ provider, result }) => {
      count(provider, result);
    },
  };
}
