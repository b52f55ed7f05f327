// Rings when somebody says something about a stack beside git (suspend, resume, retry), or when an object changes that
// values come from. What the agent itself writes to the state object is no reason to look.
import type { Declaration } from "../core/declaration.ts";
import type { StackState } from "../core/observation.ts";
import { accountOf } from "../core/plan/actor.ts";
import { wishesIn } from "../core/stack-wishes.ts";
import { objectsOf } from "../core/values/values-objects.ts";
import type { SyncConnection } from "./agent-ports.ts";

export type WishWatch = {
  /** Takes what is said now for known: what comes later rings, also what a run has met meanwhile. */
  note(): Promise<void>;
  /** Looks whether something has come since. */
  look(): Promise<void>;
  close(): void;
};

export function watchWishes(
  connection: Pick<SyncConnection, "states" | "values">,
  stack: string,
  declarations: readonly Declaration[],
  onChange: () => void,
): WishWatch {
  let known: string | undefined;
  const read = async (): Promise<string | undefined> => {
    const state = await connection.states.read(stack);
    return state.ok ? textOf(state.value) : undefined;
  };
  const look = async (): Promise<void> => {
    const now = await read();
    if (now === undefined || known === undefined || now === known) return;
    known = now;
    onChange();
  };
  const unwatchState = connection.states.watch(stack, () => void look());
  const unwatchValues = [
    ...Map.groupBy(declarations, (declaration) => accountOf(declaration.id, declaration)),
  ].flatMap(([actor, group]) => {
    const objects = group.flatMap(objectsOf);
    return objects.length === 0 ? [] : [connection.values.watch(objects, onChange, actor)];
  });
  return {
    note: async () => {
      known = await read();
    },
    look,
    close: () => {
      unwatchState();
      for (const unwatch of unwatchValues) unwatch();
    },
  };
}

function textOf(state: StackState): string {
  return JSON.stringify(wishesIn(state));
}
