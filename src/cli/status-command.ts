// `headway status` and `headway why`: how releases stand and what is to blame, from a kubeconfig alone.
import { Option, type Command } from "commander";
import { chainToRoot, findRoots } from "../core/root-cause.ts";
import { didYouMean } from "../core/diagnostic.ts";
import { splitReleaseId, type ReleaseId } from "../core/ids.ts";
import type { ShownState } from "../core/event.ts";
import type { ReleaseStatus } from "../core/stack-status.ts";
import { failureOf } from "../core/stack-status.ts";
import { agentWord, type AgentWord } from "../core/stack-sync/agent-word.ts";
import { readReleases, readStatus } from "../engine/read-status.ts";
import type { StackReading } from "../engine/read-status.ts";
import { leftAlone, rootOfRecord } from "../views/failure-block.ts";
import type { RootCause } from "../views/failure-block.ts";
import { renderStatus } from "../views/status-view.ts";
import type { StatusFormat, StatusRow } from "../views/status-view.ts";
import { chooseStyle } from "../views/style.ts";
import { safeText } from "../views/terminal-text.ts";
import { renderWhy } from "../views/why-view.ts";
import type { WhyInput } from "../views/why-view.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import type { LabelSelector } from "../core/label-selector.ts";
import { clusterOptions, outputOption, selectorOption, stackOption } from "./options.ts";
import type { ClusterFlags } from "./options.ts";
import { findMatching } from "./select-releases.ts";
import { pickStacks } from "./select-stacks.ts";
import type { Connection, World } from "./world.ts";

type ReadFlags = ClusterFlags & {
  readonly output: StatusFormat;
  readonly namespace?: string;
  readonly stack?: string;
  readonly selector?: LabelSelector;
};

export function registerStatusCommands(program: Command, world: World): void {
  const add = (command: Command): Command => {
    for (const option of clusterOptions()) command.addOption(option);
    return command
      .addOption(outputOption(["table", "wide", "json", "yaml", "name"]))
      .addOption(selectorOption())
      .option("-n, --namespace <name>", "only releases of this namespace")
      .addOption(
        new Option("-A, --all-namespaces", "releases of all namespaces (the default)").conflicts("namespace"),
      )
      .addOption(stackOption());
  };
  add(
    program.command("status").description("show how each release stands; exit code 4 where one is not Ready"),
  ).action(async (flags: ReadFlags) => {
    process.exitCode = await showStatus(world, flags);
  });
  add(
    program
      .command("why")
      .description("explain why a release is not Ready, or name every root cause")
      .argument("[release]", "NS/NAME; all root causes where absent"),
  ).action(async (release: string | undefined, flags: ReadFlags) => {
    process.exitCode = await showWhy(world, release, flags);
  });
}

async function showStatus(world: World, flags: ReadFlags): Promise<number> {
  const words: AgentWord[] = [];
  const readings = await read(world, flags, async (connection) => {
    words.push(...(await readAgentWords(connection)));
  });
  if (typeof readings === "number") return readings;
  const selected = select(world, readings, flags);
  if (typeof selected === "number") return selected;
  const releases = readings.flatMap((reading) =>
    reading.releases.filter(({ release }) => selected?.has(release) ?? true),
  );
  const nowMs = world.clock.nowMs();
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  const stacks = new Set(readings.map(({ name }) => name));
  const stackSyncs = words.filter(({ stack }) => stack !== undefined && stacks.has(stack));
  world.stdout.write(
    renderStatus(
      releases.map((release) => rowOf(release, nowMs)),
      {
        format: flags.output,
        stackSyncs,
        nowMs,
        style,
        ...(world.stdout.isTerminal ? { columns: world.stdout.size().columns } : {}),
      },
    ),
  );
  if (flags.output === "table" || flags.output === "wide")
    for (const { namespace, name, ready, reason, message } of stackSyncs)
      world.stderr.write(
        `kept by StackSync ${namespace}/${name}, Ready ${ready} (${reason}): ${safeText(message)}\n`,
      );
  if (releases.length === 0 && flags.output === "table")
    world.stderr.write(
      `no releases of Headway in ${flags.namespace === undefined ? "this cluster" : `the namespace ${flags.namespace}`}\n`,
    );
  const fine: ReadonlySet<ShownState> = new Set(["Ready", "Suspended", "Frozen"]);
  return releases.every((release) => fine.has(release.state)) ? exitCodes.done : exitCodes.notHealthy;
}

/** Explains one release, or all roots; the exit code. */
export async function showWhy(world: World, name: string | undefined, flags: ReadFlags): Promise<number> {
  if (name !== undefined && flags.selector !== undefined) {
    world.stderr.write("error: a release and a selector were both given\n  try: leave one of them out\n");
    return exitCodes.invalid;
  }
  const readings = await read(world, flags);
  if (typeof readings === "number") return readings;
  const nowMs = world.clock.nowMs();
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  const waves = Math.max(0, ...readings.map((reading) => reading.waves ?? 0));
  const selected = select(world, readings, flags);
  if (typeof selected === "number") return selected;
  const input = name === undefined ? allRoots(readings, selected) : whyRelease(readings, name);
  if (input === undefined) {
    const known = readings.flatMap((reading) => reading.releases.map(({ release }) => release));
    world.stderr.write(
      `error: there is no release "${name ?? ""}" of Headway here\n  try: one of ${known.join(", ") || "none"}\n`,
    );
    return exitCodes.invalid;
  }
  world.stdout.write(
    renderWhy(input, { format: flags.output, nowMs, style, ...(waves === 0 ? {} : { waves }) }),
  );
  return exitCodes.done;
}

/** The releases that the selector matches; all where undefined. The labels are those of each stack's last run. */
function select(
  world: World,
  readings: readonly StackReading[],
  { selector }: ReadFlags,
): ReadonlySet<ReleaseId> | undefined | number {
  const releases = readings.flatMap((reading) =>
    reading.releases.map(({ release, labels }) => ({ id: release, labels })),
  );
  return selector === undefined || releases.length === 0
    ? undefined
    : findMatching(world, releases, selector);
}

/** What agents say of their StackSyncs; none where there are none, or whoever asks may not read them. */
async function readAgentWords(connection: Connection): Promise<readonly AgentWord[]> {
  const listed = await connection.stackSyncs.list();
  if (!listed.ok || listed.value.length === 0) return [];
  const heard = await connection.agentHeardMsAgo();
  return heard.ok ? listed.value.map((found) => agentWord(found, heard.value)) : [];
}

/** `also` is what is read besides, from the same connection. */
async function read(
  world: World,
  flags: ReadFlags,
  also: (connection: Connection) => Promise<void> = () => Promise.resolve(),
): Promise<readonly StackReading[] | number> {
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const [readings] = await Promise.all([
      readStatus({ ...connection.value, clock: world.clock }, flags.stack),
      also(connection.value),
    ]);
    if (!readings.ok) return reportFailure(world, readings.failure);
    const { namespace, stack } = flags;
    if (stack !== undefined && readings.value.length === 0)
      return await refuseStack(world, connection.value, stack);
    if (namespace === undefined) return readings.value;
    const used = new Set(
      readings.value.flatMap(({ releases }) =>
        releases.map(({ release }) => splitReleaseId(release).namespace),
      ),
    );
    if (!used.has(namespace) && (await isUnknown(connection.value, namespace))) {
      world.stderr.write(`error: there is no namespace "${namespace}" in this cluster\n`);
      world.stderr.write(`  try: ${namespacesToTry(namespace, [...used])}\n`);
      return exitCodes.invalid;
    }
    return readings.value.map((reading) => ({
      ...reading,
      releases: reading.releases.filter(({ release }) => splitReleaseId(release).namespace === namespace),
    }));
  } finally {
    connection.value.close();
  }
}

/** Names the stacks that there are; the exit code. One that has come meanwhile has no releases yet. */
async function refuseStack(
  world: World,
  connection: Connection,
  stack: string,
): Promise<readonly StackReading[] | number> {
  const there = await readReleases(connection);
  if (!there.ok) return reportFailure(world, there.failure);
  const picked = pickStacks(world, there.value, { stack });
  return typeof picked === "number" ? picked : [];
}

/** False where that can't be said: not everybody may list namespaces. */
async function isUnknown({ objects }: Connection, namespace: string): Promise<boolean> {
  const there = await objects.namespaces();
  return there.ok && !there.value.active.has(namespace) && !there.value.terminating.has(namespace);
}

const mostNamespaces = 10;

function namespacesToTry(namespace: string, used: readonly string[]): string {
  if (used.length === 0) return "headway status alone: no namespace has releases of Headway";
  const meant = didYouMean(namespace, used);
  if (meant !== undefined) return `did you mean ${meant}?`;
  const more = used.length - mostNamespaces;
  const shown = used.toSorted().slice(0, mostNamespaces).join(", ");
  return `the namespaces with releases: ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

function rowOf(status: ReleaseStatus, nowMs: number): StatusRow {
  return {
    release: status.release,
    state: status.state,
    observedAt: new Date(nowMs).toISOString(),
    ...(status.wave === undefined ? {} : { wave: status.wave }),
    ...(status.chart === undefined ? {} : { chart: status.chart }),
    ...(status.version === undefined ? {} : { version: status.version }),
    ...(status.revision === undefined ? {} : { revision: status.revision }),
    ...(status.failure === undefined ? {} : { since: status.failure.at }),
    ...(status.detail === undefined ? {} : { message: status.detail }),
    ...(status.freeze === undefined ? {} : { freeze: status.freeze }),
    ...(status.suspension === undefined ? {} : { suspension: status.suspension }),
    ...(Object.keys(status.labels).length === 0 ? {} : { labels: status.labels }),
  };
}

function rootCause(status: ReleaseStatus, blocks: readonly ReleaseId[]): RootCause {
  if (status.failure !== undefined)
    return rootOfRecord(status.release, status.state, status.failure, blocks, status.wave);
  const { health } = status;
  const troubles =
    health === undefined || health.kind === "ready"
      ? []
      : health.kind === "failed"
        ? health.troubles
        : health.waitingFor;
  return {
    release: status.release,
    state: status.state,
    failure: failureOf(status),
    blocks,
    ...(status.state === "Degraded" ? { done: leftAlone } : {}),
    ...(troubles.length === 0 ? {} : { evidence: { troubles, events: [], logs: [] } }),
    ...(status.wave === undefined ? {} : { wave: status.wave }),
    ...(status.declaredAt === undefined ? {} : { declaredAt: status.declaredAt }),
  };
}

/** Every root, or those that are or block one of the releases asked for. */
function allRoots(readings: readonly StackReading[], asked: ReadonlySet<ReleaseId> | undefined): WhyInput {
  return {
    kind: "roots",
    roots: readings.flatMap((reading) => {
      const byId = new Map(reading.releases.map((status) => [status.release, status]));
      return findRoots(byId).flatMap(({ release, blocks }) => {
        const status = byId.get(release);
        const isAsked = asked === undefined || [release, ...blocks].some((id) => asked.has(id));
        return status === undefined || !isAsked ? [] : [rootCause(status, blocks)];
      });
    }),
  };
}

function whyRelease(readings: readonly StackReading[], name: string): WhyInput | undefined {
  for (const reading of readings) {
    const byId = new Map(reading.releases.map((status) => [status.release, status]));
    const found = reading.releases.filter(
      ({ release }) => release === name || (!name.includes("/") && release.endsWith(`/${name}`)),
    );
    const [status] = found;
    if (status === undefined || found.length > 1) continue;
    const chain = chainToRoot(status.release, byId);
    const end = chain.at(-1);
    const blocks = findRoots(byId).find(({ release }) => release === end)?.blocks;
    const root = end === undefined || blocks === undefined ? undefined : byId.get(end);
    return {
      kind: "release",
      release: status.release,
      state: status.state,
      chain: chain.flatMap((release) => {
        const link = byId.get(release);
        return link === undefined
          ? []
          : [{ release, state: link.state, ...(link.detail === undefined ? {} : { detail: link.detail }) }];
      }),
      ...(status.detail === undefined ? {} : { detail: status.detail }),
      ...(status.failure === undefined ? {} : { since: status.failure.at }),
      ...(root === undefined ? {} : { root: rootCause(root, blocks ?? []) }),
    };
  }
  return undefined;
}
