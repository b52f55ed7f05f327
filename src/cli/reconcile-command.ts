// `headway reconcile`: has the agent look at a StackSync's repository now, and waits until it has.
import type { Command } from "commander";
import type { SyncStatus } from "../core/stack-sync/sync-status.ts";
import type { FoundStackSync } from "../engine/agent-ports.ts";
import { didYouMean } from "../core/diagnostic.ts";
import { safeText } from "../views/terminal-text.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { clusterOptions, type ClusterFlags } from "./options.ts";
import type { Connection, World } from "./world.ts";

type ReconcileFlags = ClusterFlags & { readonly wait: boolean; readonly namespace?: string };

export function registerReconcileCommand(program: Command, world: World): void {
  const command = program
    .command("reconcile")
    .description("have the agent look at a stack's repository now")
    .argument("[stacksync]", "NAMESPACE/NAME, or NAME where only one has it; the only one by default")
    .option("--no-wait", "do not wait until the agent has");
  for (const option of clusterOptions()) command.addOption(option);
  command.action(async (name: string | undefined, flags: ReconcileFlags) => {
    process.exitCode = await reconcile(world, name, flags);
  });
}

async function reconcile(world: World, name: string | undefined, flags: ReconcileFlags): Promise<number> {
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const listed = await connection.value.stackSyncs.list();
    if (!listed.ok) return reportFailure(world, listed.failure);
    const chosen = choose(listed.value, name);
    if (typeof chosen === "string") {
      world.stderr.write(chosen);
      return exitCodes.invalid;
    }
    const at = new Date(world.clock.nowMs()).toISOString();
    const asked = await connection.value.stackSyncs.requestReconcile(chosen.sync.key, at);
    if (!asked.ok) return reportFailure(world, asked.failure);
    world.stderr.write(`asked the agent to look at ${chosen.sync.key}\n`);
    return flags.wait ? await waitFor(world, connection.value, chosen.sync.key, at) : exitCodes.done;
  } finally {
    connection.value.close();
  }
}

/** The one that is meant, or what is wrong with the wish. */
function choose(all: readonly FoundStackSync[], name: string | undefined): FoundStackSync | string {
  const fitting = all.filter(
    ({ sync }) => name === undefined || sync.key === name || (!name.includes("/") && sync.name === name),
  );
  const [first] = fitting;
  if (first !== undefined && fitting.length === 1) return first;
  const names = all.map(({ sync }) => sync.key);
  if (all.length === 0)
    return "error: there is no StackSync in this cluster\n  try: headway bootstrap, or create one\n";
  if (fitting.length > 1)
    return `error: ${fitting.length} StackSyncs are meant\n  try: name one of ${fitting.map(({ sync }) => sync.key).join(", ")}\n`;
  const near = didYouMean(name ?? "", names);
  return `error: there is no StackSync ${safeText(name ?? "")}\n  try: ${near ?? names.join(", ")}\n`;
}

/** How long an agent that is there needs at most to take the wish in. */
const patienceMs = 120_000;
const heartbeatMs = 10_000;

async function waitFor(world: World, connection: Connection, key: string, at: string): Promise<number> {
  const changed = Promise.withResolvers<undefined>();
  let wake = changed;
  const unwatch = connection.stackSyncs.watch(() => {
    wake.resolve(undefined);
  });
  const endMs = world.clock.nowMs() + patienceMs;
  try {
    for (;;) {
      wake = Promise.withResolvers<undefined>();
      const listed = await connection.stackSyncs.list();
      const status = listed.ok ? listed.value.find(({ sync }) => sync.key === key)?.status : undefined;
      const isDone =
        status?.lastHandledReconcileAt === at &&
        !status.conditions.some(({ type, status: holds }) => type === "Reconciling" && holds === "True");
      if (isDone) return tellEnd(world, key, status);
      const handled = status?.lastHandledReconcileAt === at;
      if (!handled && world.clock.nowMs() > endMs) {
        world.stderr.write(
          `error: no agent has taken it in\n  try: see whether the agent runs: kubectl get pods -A -l app.kubernetes.io/name=headway\n`,
        );
        return exitCodes.needsPerson;
      }
      const off = world.clock.wakeAt(world.clock.nowMs() + heartbeatMs, () => {
        world.stderr.write(`… still waiting${status?.wave === undefined ? "" : `: wave ${status.wave}`}\n`);
        wake.resolve(undefined);
      });
      await wake.promise;
      off();
    }
  } finally {
    unwatch();
  }
}

function tellEnd(world: World, key: string, status: SyncStatus): number {
  const ready = status.conditions.find(({ type }) => type === "Ready");
  world.stdout.write(`${key} ${ready?.reason ?? "Unknown"}: ${safeText(ready?.message ?? "")}\n`);
  if (ready?.status === "True" || ready?.reason === "Suspended") return exitCodes.done;
  return exitCodeOfReason(ready?.reason);
}

const codes: Readonly<Record<string, number>> = {
  RolledBack: exitCodes.undone,
  SourceFailed: exitCodes.unreachable,
  ClusterUnreachable: exitCodes.unreachable,
  NeedsPerson: exitCodes.needsPerson,
  MuchIsGone: exitCodes.needsPerson,
  PruneNeedsConsent: exitCodes.needsPerson,
  HistoryRewritten: exitCodes.needsPerson,
  KeptByAnother: exitCodes.needsPerson,
  InvalidDeclarations: exitCodes.invalid,
  InvalidSpec: exitCodes.invalid,
};

/** What a StackSync's Ready condition means as an exit code, by its reason. */
export function exitCodeOfReason(reason = ""): number {
  return codes[reason] ?? exitCodes.notHealthy;
}
