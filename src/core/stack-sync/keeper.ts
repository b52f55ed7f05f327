// Which StackSync keeps a stack: one at a time. Its claim stands in the stack's state object, so that two of one agent can't
// have it at once; agents with state objects of their own see it by what StackSyncs are told of.
import type { Keeper, StackState } from "../observation.ts";
import type { StackSync } from "./stack-sync.ts";
import type { SyncStatus } from "./sync-status.ts";

/** A StackSync with what its agent says of it. */
export type ToldStackSync = { readonly sync: StackSync; readonly status?: SyncStatus };

/** A claim holds while its StackSync is the same object and is not told of another stack; suspended, too. */
function isInForce(keeper: Keeper, stack: string, { sync, status }: ToldStackSync): boolean {
  return sync.uid === keeper.uid && (status?.stack ?? stack) === stack;
}

/** The StackSync that keeps the stack, of all that there are; undefined where none does. */
export function keeperAmong(
  found: readonly ToldStackSync[],
  stack: string,
  claimed: Keeper | undefined,
): StackSync | undefined {
  const claiming = found.find((one) => claimed !== undefined && isInForce(claimed, stack, one));
  return (claiming ?? found.find(({ status }) => status?.stack === stack))?.sync;
}

/**
 * The other StackSync because of which this one may not keep the stack; undefined where it may. Of two that began in the same
 * moment, by two agents, the one that was made first keeps it.
 */
export function rivalOf(
  self: StackSync,
  found: readonly ToldStackSync[],
  stack: string,
  claimed: Keeper | undefined,
): StackSync | undefined {
  const others = found.filter(({ sync }) => sync.uid !== self.uid);
  if (claimed?.uid !== self.uid) return keeperAmong(others, stack, claimed);
  return others.find(({ sync, status }) => status?.stack === stack && isFirst(sync, self))?.sync;
}

function isFirst(one: StackSync, other: StackSync): boolean {
  return one.createdAtMs === other.createdAtMs ? one.key < other.key : one.createdAtMs < other.createdAtMs;
}

/** The state with the StackSync as the stack's keeper, unless another one than `before` has become that meanwhile. */
export function claimStack(
  state: StackState,
  { key, uid }: StackSync,
  before: Keeper | undefined,
  at: string,
): StackState {
  const isAsBefore = state.keeper?.uid === before?.uid;
  return isAsBefore && before?.uid !== uid ? { ...state, keeper: { stackSync: key, uid, since: at } } : state;
}

/** True where its agent does nothing until a person says so. */
export function isSuspended({ spec }: StackSync): boolean {
  return spec.ok && spec.value.suspend;
}
