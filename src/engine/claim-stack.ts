// Who keeps a stack: an agent's StackSync makes it its own before each run, and commands see whose it is. What that rests on
// is core/stack-sync/keeper.ts.
import { failed, succeeded, type Result } from "../core/failure.ts";
import type { StackState } from "../core/observation.ts";
import { claimStack, keeperAmong, rivalOf, type ToldStackSync } from "../core/stack-sync/keeper.ts";
import type { StackSync } from "../core/stack-sync/stack-sync.ts";
import type { StackSyncs } from "./agent-ports.ts";
import type { Clock, States } from "./ports.ts";

/**
 * Makes the StackSync the stack's keeper; in words why it can't be that, undefined where it is. A failure where that can't
 * be told.
 */
export async function claimFor(
  world: { readonly syncs: StackSyncs; readonly states: States; readonly clock: Clock },
  sync: StackSync,
  stack: string,
): Promise<Result<string | undefined>> {
  const [state, found] = await Promise.all([world.states.read(stack), listWhatMayBeSeen(world.syncs)]);
  if (!state.ok) return state;
  if (!found.ok) return found;
  const { keeper } = state.value;
  const seen = await withClaiming(world.syncs, found.value, state.value);
  if (!seen.ok) return seen;
  const rival = rivalOf(sync, seen.value, stack, keeper);
  if (rival !== undefined) return succeeded(isKeptBy(stack, rival.key));
  if (keeper?.uid === sync.uid) return succeeded(undefined);
  const at = new Date(world.clock.nowMs()).toISOString();
  const written = await world.states.update(stack, (before) => claimStack(before, sync, keeper, at));
  if (!written.ok) return written;
  const { keeper: now } = written.value;
  return succeeded(now?.uid === sync.uid ? undefined : isKeptBy(stack, now?.stackSync ?? "another"));
}

/** `the stack shop is kept by the StackSync …`, and what to do about it. */
export function isKeptBy(stack: string, key: string): string {
  return `the stack ${stack} is kept by the StackSync ${key}; delete that one, or give the stack here another name`;
}

/** Those of all namespaces, or at least of those that this agent keeps. */
async function listWhatMayBeSeen(syncs: StackSyncs): Promise<Result<readonly ToldStackSync[]>> {
  const all = await syncs.listAll();
  return all.ok || all.failure.kind !== "forbidden" ? all : await syncs.list();
}

/** With the one that has claimed the stack, which may be where only it can be read. */
async function withClaiming(
  syncs: StackSyncs,
  found: readonly ToldStackSync[],
  { keeper }: StackState,
): Promise<Result<readonly ToldStackSync[]>> {
  if (keeper === undefined || found.some(({ sync }) => sync.uid === keeper.uid)) return succeeded(found);
  const claiming = await syncs.read(keeper.stackSync);
  if (!claiming.ok) return claiming;
  return succeeded(claiming.value === undefined ? found : [...found, claiming.value]);
}

/** The StackSync that keeps a stack. Where StackSyncs may not be listed, the one that has claimed it counts as there. */
export type StackKeeper =
  | { readonly kind: "none" }
  | { readonly kind: "seen"; readonly sync: StackSync }
  | { readonly kind: "claimed"; readonly key: string };

/** Whose a stack is, for a command. */
export async function findKeeper(
  connection: { readonly stackSyncs: StackSyncs; readonly states: States },
  stack: string,
): Promise<Result<StackKeeper>> {
  const [state, found] = await Promise.all([connection.states.read(stack), connection.stackSyncs.listAll()]);
  if (!state.ok) return state;
  const { keeper } = state.value;
  if (found.ok) {
    const sync = keeperAmong(found.value, stack, keeper);
    return succeeded(sync === undefined ? { kind: "none" } : { kind: "seen", sync });
  }
  const { kind } = found.failure;
  if (kind === "missing-kind" || (kind === "forbidden" && keeper === undefined))
    return succeeded({ kind: "none" });
  return kind === "forbidden" && keeper !== undefined
    ? succeeded({ kind: "claimed", key: keeper.stackSync })
    : failed(found.failure);
}
