// What invariants and stories look at: the world, what is true in it, the runs so far; and what a stack asks for, read from its
// declarations alone.
import type { Declaration } from "../../src/core/declaration.ts";
import { verifiedLabelValue } from "../../src/core/fingerprint.ts";
import type { ReleaseId } from "../../src/core/ids.ts";
import type { Fates } from "./controllers.ts";
import type { GoingBack } from "./going-back.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import type { HelmProcess } from "./helm-process.ts";
import type { SimulatedStack } from "./stacks.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

export type Scene = {
  readonly world: World;
  readonly truth: Truth;
  readonly goingBack: GoingBack;
  readonly runs: readonly HeadwayProcess[];
  readonly fates: Fates;
  /** When pods last broke though nobody had written anything. */
  readonly podsBroke: { atMs: number };
};

/** A helm of Headway's with the run that started it. */
export function ownHelm({
  by,
}: Write): { readonly helm: HelmProcess; readonly run: HeadwayProcess } | undefined {
  if (by.kind !== "helm" || by.process.owner === undefined) return undefined;
  return { helm: by.process, run: by.process.owner };
}

/** A release by the identity of its declaration. */
export function idOf(release: string): ReleaseId {
  // Releases are named as their declarations are here.
  return release as ReleaseId;
}

/** How a release is declared in a stack; undefined where it is not. */
export function declarationOf(stack: SimulatedStack, release: string): Declaration | undefined {
  return stack.fleet.declarations.find(({ id }) => id === release);
}

/** What a release depends on by its declaration. */
export function dependenciesOf(stack: SimulatedStack, release: string): readonly ReleaseId[] {
  return declarationOf(stack, release)?.dependsOn.map(({ id }) => id) ?? [];
}

/** All that a release's start has to wait for: with waves, every release of the waves before its own. */
export function waitsFor(stack: SimulatedStack, release: string): readonly ReleaseId[] {
  const { graph } = stack.fleet;
  if (stack.order === "dependencies") return graph.after.get(idOf(release)) ?? [];
  const own = graph.wave.get(idOf(release)) ?? 1;
  return graph.order.filter((id) => (graph.wave.get(id) ?? 1) < own);
}

/** True where no revision of it was ever verified. */
export function isFailedFirstInstall({ server }: World, release: string): boolean {
  return server
    .history(release)
    .every(({ record }) => record.verifiedLabel !== verifiedLabelValue(record.revision));
}

/** Equal as long as nothing has changed that a quarantine lasts for. */
export function keyOf(stack: SimulatedStack, release: string): string | undefined {
  const pin = stack.fleet.pins.get(idOf(release));
  if (pin === undefined) return undefined;
  const others = dependenciesOf(stack, release).map((id) => stack.fleet.pins.get(id)?.fingerprint);
  return JSON.stringify([pin.declaration.digest, pin.fingerprint, others]);
}

/** All that depends on a release by its declaration, near or far. */
export function standsOn(stack: SimulatedStack, release: string): readonly ReleaseId[] {
  const behind = new Set([idOf(release)]);
  for (const id of stack.fleet.graph.order)
    if (dependenciesOf(stack, id).some((one) => behind.has(one))) behind.add(id);
  behind.delete(idOf(release));
  return [...behind];
}

/** The newest of a release's records that was verified before a run and could be gone back to now. */
export function newestGoodBefore({ world, goingBack }: Scene, run: HeadwayProcess, release: string) {
  const { verified } = goingBack.before(run, release);
  return world.server
    .history(release)
    .find(
      ({ record: { status, revision } }) =>
        verified.has(revision) && (status === "deployed" || status === "superseded"),
    );
}
