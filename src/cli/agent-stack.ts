// Stacks that an agent keeps: what commands say of them, which refuse, and --override, which suspends the agent's StackSync
// first. Whose a stack is, is engine/claim-stack.ts.
import { Option } from "commander";
import { isSuspended } from "../core/stack-sync/keeper.ts";
import type { StackSync, StackSyncKey } from "../core/stack-sync/stack-sync.ts";
import { failed, succeeded, type Result } from "../core/failure.ts";
import { findKeeper } from "../engine/claim-stack.ts";
import { pause } from "../engine/pause.ts";
import { unlessStopped } from "../engine/run-stack.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { reasonOption } from "./options.ts";
import type { Connection, World } from "./world.ts";

export type OverrideFlags = { readonly override?: boolean; readonly reason?: string };

export function overrideOptions(): readonly Option[] {
  return [
    new Option(
      "--override",
      "although an agent keeps the stack: suspends its StackSync first; needs --reason",
    ),
    reasonOption(),
  ];
}

/** The exit code where --override was given without a reason. */
export function refuseReasonless(world: World, flags: OverrideFlags): number | undefined {
  if (flags.override !== true || flags.reason !== undefined) return undefined;
  world.stderr.write(
    "error: --override needs a reason\n  try: --override --reason TEXT, for everybody who looks\n",
  );
  return exitCodes.invalid;
}

/** Says that an agent keeps the stack, where one does; `then` is what that means for the command. */
export async function tellKeeper(
  world: World,
  connection: Connection,
  stack: string,
  then: string,
): Promise<void> {
  const keeper = await findKeeper(connection, stack);
  if (!keeper.ok || keeper.value.kind === "none") return;
  const { value } = keeper;
  const key = value.kind === "seen" ? value.sync.key : value.key;
  const words = value.kind === "seen" && isSuspended(value.sync) ? ", suspended just now" : `: ${then}`;
  world.stderr.write(`note: an agent keeps this stack (StackSync ${key})${words}\n`);
}

/** The stack as the command's own: `giveBack` where nothing was done with it, `tell` where it was. */
export type OwnStack = { giveBack(): Promise<void>; tell(): void };

const nobodys: OwnStack = { giveBack: () => Promise.resolve(), tell: () => undefined };

/**
 * Makes sure that no agent keeps the stack, or suspends the one that does where that is wished, and waits until its run has
 * ended. The exit code where it may not be touched, which has been told then.
 */
export async function ownStack(
  world: World,
  connection: Connection,
  stack: string,
  flags: OverrideFlags,
): Promise<OwnStack | number> {
  const stop = new AbortController();
  const quiet = world.onStopSignal(() => {
    stop.abort();
  });
  try {
    return await makeOwn(world, connection, stack, flags, stop.signal);
  } finally {
    quiet();
  }
}

async function makeOwn(
  world: World,
  connection: Connection,
  stack: string,
  flags: OverrideFlags,
  stop: AbortSignal,
): Promise<OwnStack | number> {
  const keeper = await unlessStopped(stop, findKeeper(connection, stack));
  if (!keeper.ok) return reportFailure(world, keeper.failure);
  if (keeper.value.kind === "none") return nobodys;
  const { value } = keeper;
  if (flags.override !== true) {
    if (value.kind === "seen" && isSuspended(value.sync)) {
      world.stderr.write(`note: the StackSync ${value.sync.key} keeps this stack, and is suspended\n`);
      return nobodys;
    }
    return refuse(world, stack, value.kind === "seen" ? value.sync.key : value.key);
  }
  const sync = value.kind === "seen" ? succeeded(value.sync) : await readSync(connection, value.key);
  if (!sync.ok) return reportFailure(world, sync.failure);
  if (isSuspended(sync.value)) return nobodys;
  const suspended = await connection.stackSyncs.setSuspend(sync.value, true);
  if (!suspended.ok) return reportFailure(world, suspended.failure);
  world.stderr.write(`suspended the StackSync ${sync.value.key}\n`);
  const own = ownedOf(world, connection, sync.value);
  const isFree = await waitForRun(world, connection, stack, stop);
  if (isFree) return own;
  await own.giveBack();
  return exitCodes.interrupted;
}

function refuse(world: World, stack: string, key: StackSyncKey): number {
  world.stderr.write(
    `error: an agent keeps the stack ${stack} (StackSync ${key}): its next run would undo what is done by hand\n` +
      `  try: push the change to git; or suspend the StackSync (${suspendCommand(key, true)}) and run this again; or --override --reason TEXT, which suspends it first\n`,
  );
  return exitCodes.needsPerson;
}

function suspendCommand(key: StackSyncKey, suspend: boolean): string {
  const [namespace = "", name = ""] = key.split("/");
  return `kubectl -n ${namespace} patch stacksync ${name} --type=merge -p '{"spec":{"suspend":${suspend}}}'`;
}

async function readSync({ stackSyncs }: Connection, key: StackSyncKey): Promise<Result<StackSync>> {
  const read = await stackSyncs.read(key);
  if (!read.ok) return read;
  return read.value === undefined
    ? failed({
        kind: "unknown",
        message: `the StackSync ${key} is gone just now`,
        next: "Run the command again.",
      })
    : succeeded(read.value.sync);
}

function ownedOf(world: World, { stackSyncs }: Connection, sync: StackSync): OwnStack {
  const later = (): void => {
    world.stderr.write(
      `the StackSync ${sync.key} stays suspended\n  to go on from git: ${suspendCommand(sync.key, false)}\n`,
    );
  };
  return {
    giveBack: async () => {
      const resumed = await stackSyncs.setSuspend(sync, false);
      if (resumed.ok) world.stderr.write(`resumed the StackSync ${sync.key}\n`);
      else later();
    },
    tell: later,
  };
}

const lookEveryMs = 500;
const heartbeatMs = 10_000;
/** Beyond this the lock itself says who holds it. */
const patienceMs = 600_000;

/** Its helms come to their end, and nothing new starts. False where a person did not want to wait. */
async function waitForRun(
  world: World,
  { locks }: Connection,
  stack: string,
  stop: AbortSignal,
): Promise<boolean> {
  const startedAtMs = world.clock.nowMs();
  let toldAtMs = startedAtMs;
  while (world.clock.nowMs() - startedAtMs < patienceMs) {
    const holder = await locks.holder(stack);
    if (!holder.ok || holder.value === undefined) return true;
    if (world.clock.nowMs() - toldAtMs >= heartbeatMs) {
      toldAtMs = world.clock.nowMs();
      world.stderr.write("… waiting until what the agent has begun has ended\n");
    }
    if (!(await pause(world.clock, lookEveryMs, stop))) return false;
  }
  return true;
}
