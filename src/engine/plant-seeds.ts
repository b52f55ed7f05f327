// StackSyncs that are declared in ConfigMaps: made where they are not there. Nothing is ever deleted for the lack of one.
import { dueSeeds } from "../core/stack-sync/seed.ts";
import type { AgentWorld, FoundStackSync } from "./agent-ports.ts";

/** True where a StackSync was made or changed, so that they have to be listed anew. */
export async function plantSeeds(
  { seeds, log }: Pick<AgentWorld, "seeds" | "log">,
  found: readonly FoundStackSync[],
): Promise<boolean> {
  const listed = await seeds.list();
  if (!listed.ok) {
    log.warn("the ConfigMaps with StackSyncs can't be listed", { failure: listed.failure });
    return false;
  }
  for (const seed of listed.value) if (seed.kind === "problem") log.warn(seed.message, {});
  let hasPlanted = false;
  for (const { key, object } of dueSeeds(
    listed.value,
    found.map(({ sync }) => sync),
  )) {
    const planted = await seeds.plant(object);
    if (planted.ok) log.info("made the StackSync that a ConfigMap declares", { stackSync: key });
    else log.warn("the StackSync could not be made", { stackSync: key, failure: planted.failure });
    hasPlanted ||= planted.ok;
  }
  return hasPlanted;
}
