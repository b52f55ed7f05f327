// The steps of `headway bootstrap`, each of which changes nothing where it has been done before: so one that was cut is simply
// run again.
import { describeKitObject, type KitObject } from "../core/bootstrap/kit.ts";
import {
  gitSecretName,
  seedOf,
  stackSyncObject,
  type SyncWish,
} from "../core/bootstrap/stack-sync-object.ts";
import type { Result } from "../core/failure.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { JsonRecord } from "../core/json.ts";
import { readSeed } from "../core/stack-sync/seed.ts";
import { checkCluster } from "../engine/check-cluster.ts";
import type { StackToPlan } from "../engine/load-stack.ts";
import { unlockByCluster } from "../engine/load-values.ts";
import { putKit } from "../engine/put-kit.ts";
import { counted } from "../views/counted.ts";
import { safeText } from "../views/terminal-text.ts";
import { runPlanned, type RunnablePlan } from "./apply-command.ts";
import type { BootstrapFlags } from "./bootstrap-command.ts";
import { exportObjects } from "./bootstrap-export.ts";
import { credentialObjects, prepare, type Bootstrapping } from "./bootstrap-prepare.ts";
import { awaitAgent, waitWhileLocked } from "./bootstrap-waits.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { aboutRun } from "./run-about.ts";
import type { Connection, World } from "./world.ts";

/** The exit code. */
export async function bootstrap(plain: World, dir: string, flags: BootstrapFlags): Promise<number> {
  const prepared = await prepare(plain, dir, flags);
  if (typeof prepared === "number") return prepared;
  const { world, target } = prepared;
  for (const warning of target.warnings) world.stderr.write(`warning: ${warning}\n`);
  if (flags.export === true) return exportObjects(prepared);
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    return await carryOut(prepared, connection.value);
  } finally {
    connection.value.close();
  }
}

async function carryOut(prepared: Bootstrapping, connection: Connection): Promise<number> {
  const { world, flags, stack, inputs, target, systemNamespace } = prepared;
  const checked = await checkCluster(connection.objects, stack.ready);
  if (!checked.ok) return reportFailure(world, checked.failure);
  const secret = await knownSecret(prepared, connection);
  if (typeof secret === "number") return secret;
  const asked = await askConsent(prepared, connection);
  if (asked !== undefined) return asked;
  const stop = new AbortController();
  const quiet = world.onStopSignal(() => {
    stop.abort();
  });
  try {
    const given = [...new Set([systemNamespace, ...inputs.kit.map(({ namespace }) => namespace)])];
    const put = await putKit({ ...connection, clock: world.clock }, inputs.kit, given);
    if (!put.ok) return reportFailure(world, put.failure);
    if (inputs.kit.length > 0) say(world, `kit: ${counted(inputs.kit.length, "object")} applied`);
    const ended = await runFirstPhase(prepared, connection, stop.signal);
    if (ended !== exitCodes.done) return ended;
    const installed = await runAgent(prepared, connection, stop.signal);
    if (installed !== exitCodes.done) return installed;
    const sync = { ...target.sync, ...(secret.name === undefined ? {} : { secretName: secret.name }) };
    const handed = await handOver(connection, credentialObjects(prepared), sync);
    if (!handed.ok) return reportFailure(world, handed.failure);
    say(world, `the StackSync ${sync.namespace}/${sync.name} follows ${sync.url}`);
    return flags.wait ? await awaitAgent(prepared, connection, stop.signal) : exitCodes.done;
  } finally {
    quiet();
  }
}

/** The StackSync, and the ConfigMap that it stands in where there is one: else the agent would make it from that again. */
async function handOver(
  connection: Connection,
  secrets: readonly JsonRecord[],
  sync: SyncWish,
): Promise<Result<void>> {
  const seeds = await connection.seeds.list();
  if (!seeds.ok) return seeds;
  const key = `${sync.namespace}/${sync.name}`;
  const object = stackSyncObject(sync);
  const configMap = seedOf(object, sync.name, sync.namespace);
  const isSeeded = seeds.value.some((seed) => seed.kind === "seed" && seed.key === key);
  const planted = readSeed(configMap);
  const objects = isSeeded && planted.kind === "seed" ? [configMap, planted.object] : [object];
  return connection.putObjects([...secrets, ...objects], { trial: false });
}

/** The Secret that the StackSync is to name: one that an earlier bootstrap has left counts. */
async function knownSecret(
  { world, target, stack }: Bootstrapping,
  connection: Connection,
): Promise<{ readonly name?: string } | number> {
  if (target.sync.secretName !== undefined) return { name: target.sync.secretName };
  const name = gitSecretName(stack.ready.name);
  const found = await connection.readSystemSecret(name);
  if (!found.ok) return reportFailure(world, found.failure);
  if (found.value !== undefined) return { name };
  if (!target.needsSecret) return {};
  world.stderr.write(
    `error: ${safeText(target.sync.url)} is read by SSH, and there is no key for it\n  try: --ssh-key FILE --known-hosts FILE, or a Secret ${name} with identity and known_hosts in the kit\n`,
  );
  return exitCodes.invalid;
}

async function askConsent(prepared: Bootstrapping, connection: Connection): Promise<number | undefined> {
  const { world, flags, stack } = prepared;
  const where = connection.context === "" ? "in the cluster" : `context ${connection.context}`;
  say(world, `bootstrap of stack ${stack.ready.name} · ${where} · ${connection.server}`);
  for (const line of summary(prepared)) say(world, line);
  if (flags.yes === true) return undefined;
  if (!world.stdinIsTerminal || !world.stderr.isTerminal) {
    say(world, "nothing was changed: there is no terminal to ask on\n  try: add --yes");
    return exitCodes.noConsent;
  }
  const answer = await world.ask("Bootstrap this cluster? [y/N] ");
  if (answer !== undefined && /^y(?:es)?$/i.test(answer)) return undefined;
  say(world, "nothing was changed");
  return answer === undefined ? exitCodes.interrupted : exitCodes.noConsent;
}

const mostNamed = 8;

function summary({ inputs, first, agent, target: { sync } }: Bootstrapping): readonly string[] {
  const names = (all: readonly string[]): string =>
    all.length <= mostNamed
      ? all.join(", ")
      : `${all.slice(0, mostNamed).join(", ")} and ${all.length - mostNamed} more`;
  const { id } = agent.pin.declaration;
  return [
    inputs.kit.length === 0
      ? []
      : `  kit          ${names(inputs.kit.map((one: KitObject) => describeKitObject(one)))}`,
    first.size === 0 ? "  first phase  none" : `  first phase  ${names([...first])}`,
    `  agent        ${id}, chart ${agent.pin.chart.name} ${agent.pin.chart.version}${agent.kind === "declared" ? ", as the stack declares it" : ""}`,
    `  stack sync   ${sync.namespace}/${sync.name}: ${sync.url}${sync.path === "" ? "" : `, folder ${sync.path}`}`,
  ]
    .flat()
    .map(safeText);
}

async function runFirstPhase(
  prepared: Bootstrapping,
  connection: Connection,
  stop: AbortSignal,
): Promise<number> {
  const { stack, first, world } = prepared;
  if (first.size === 0) return exitCodes.done;
  const code = await run(prepared, connection, stack, first, stop);
  if (code !== exitCodes.done)
    say(world, "the agent was not installed: the stack's first phase has to be ready before it");
  return code;
}

/** Alone in the plan, or with what it depends on where the stack declares it. */
async function runAgent(prepared: Bootstrapping, connection: Connection, stop: AbortSignal): Promise<number> {
  const { agent, stack } = prepared;
  if (agent.kind === "own") return run(prepared, connection, agent.stack, undefined, stop);
  const { id } = agent.pin.declaration;
  const only = new Set([id]);
  // A set grows while it is walked.
  for (const one of only) for (const needed of stack.ready.graph.after.get(one) ?? []) only.add(needed);
  return run(prepared, connection, stack, only, stop);
}

async function run(
  { world, flags, target, stack: whole }: Bootstrapping,
  connection: Connection,
  stack: StackToPlan,
  only: ReadonlySet<ReleaseId> | undefined,
  stop: AbortSignal,
): Promise<number> {
  const ready = await unlockByCluster(connection, stack.files, stack.ready);
  if (!ready.ok) return reportFailure(world, ready.failure);
  const folder = stack === whole ? { ...stack.loaded.folder, source: target.source } : stack.loaded.folder;
  const runnable: RunnablePlan = {
    ready: ready.value,
    charts: stack.charts,
    about: (holder) => aboutRun(world, folder, holder, { command: "bootstrap" }),
    whenLocked: waitWhileLocked(world, flags.timeout, stop),
  };
  return runPlanned(
    world,
    connection,
    runnable,
    {
      retry: false,
      adopt: false,
      destroy: false,
      prune: { prune: false, includeProtected: false },
      ...(only === undefined ? {} : { only }),
    },
    { ...flags, yes: true },
  );
}

function say(world: World, text: string): void {
  world.stderr.write(`${text}\n`);
}
