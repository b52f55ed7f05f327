// StackSyncs that stand in ConfigMaps of the agent's namespace: the agent makes them from there, and makes them anew where
// the ConfigMap says something else by now. What is written on a StackSync besides is left alone.
import { seedAnnotation, seedDigest, seedKey } from "../bootstrap/stack-sync-object.ts";
import { isRecord, textAt, textsAt, type JsonRecord } from "../json.ts";
import { parseYaml } from "../manifest.ts";
import type { StackSync, StackSyncKey } from "./stack-sync.ts";

export type Seed =
  | {
      readonly kind: "seed";
      readonly key: StackSyncKey;
      readonly digest: string;
      /** The StackSync as it is applied. */
      readonly object: JsonRecord;
    }
  | { readonly kind: "problem"; readonly message: string };

/** What a ConfigMap with the seed's label holds. */
export function readSeed(configMap: unknown): Seed {
  const name = textAt(configMap, "metadata", "name") ?? "";
  const namespace = textAt(configMap, "metadata", "namespace") ?? "";
  const problem = (what: string): Seed => ({
    kind: "problem",
    message: `the ConfigMap ${namespace}/${name} is no seed of a StackSync: ${what}`,
  });
  const text = textAt(configMap, "data", seedKey);
  if (text === undefined) return problem(`it has no key ${seedKey}`);
  const object = parseYaml(text);
  if (textAt(object, "apiVersion") !== "headway.dev/v1" || textAt(object, "kind") !== "StackSync")
    return problem("it holds something else");
  const syncName = textAt(object, "metadata", "name");
  const spec = isRecord(object) ? object["spec"] : undefined;
  if (syncName === undefined || !isRecord(spec)) return problem("the StackSync has no name or no spec");
  // Whoever may write into this namespace rules this agent; of others it says nothing.
  if ((textAt(object, "metadata", "namespace") ?? namespace) !== namespace)
    return problem("the StackSync is of another namespace");
  const digest = seedDigest(text);
  return {
    kind: "seed",
    key: `${namespace}/${syncName}`,
    digest,
    object: {
      apiVersion: "headway.dev/v1",
      kind: "StackSync",
      metadata: {
        name: syncName,
        namespace,
        annotations: { ...textsAt(object, "metadata", "annotations"), [seedAnnotation]: digest },
      },
      spec,
    },
  };
}

/** The seeds whose StackSync is not there, or was made from something else. */
export function dueSeeds(
  seeds: readonly Seed[],
  syncs: readonly StackSync[],
): readonly Extract<Seed, { kind: "seed" }>[] {
  const planted = new Map(syncs.map(({ key, seedDigest: digest }) => [key, digest]));
  return seeds
    .filter((seed) => seed.kind === "seed")
    .filter(({ key, digest }) => planted.get(key) !== digest);
}
