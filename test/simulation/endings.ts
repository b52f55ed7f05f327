// How every story has to end once no more faults come.
import { fingerprintFor, verifiedLabelValue } from "../../src/core/fingerprint.ts";
import { idOf, type Scene } from "./scene.ts";
import { deploymentKey, namespace, type SimulatedStack } from "./stacks.ts";

/** What a seed has to end with, by name. */
export const endings = {
  live: "Every run ends, and a few plain runs after the last fault everything is as declared.",
  nothingLost:
    "Each declared release has one deployed revision, verified and healthy, with the declared pin.",
  debtsPaid: "What was to go back with its stack is back, or a person was asked.",
  idempotent: "Where everything is as declared, a run writes nothing.",
  allGone: "A destroy that was let finish leaves no record and no object of the stack.",
  noCrash: "The engine never throws.",
} as const;

/** What is still as a run has made it that had to take it back; undefined where nothing is. */
export function whatIsOwed(
  { world, truth, goingBack, runs }: Scene,
  stack: SimulatedStack,
): string | undefined {
  const { releases } = world.server.readState();
  const last = runs.at(-1);
  // Nothing goes back any more once one could not.
  if (
    last === undefined ||
    [...releases.values()].some(({ lastFailure }) => lastFailure?.outcome === "rollback-failed")
  )
    return undefined;
  for (const { name } of stack.releases) {
    const release = `${namespace}/${name}`;
    const debt = goingBack.debtOf(release, last);
    const [newest] = world.server.history(release);
    if (debt === undefined || newest === undefined) continue;
    if (truth.isTouchedSince(release, debt.owedBy.startedAtMs)) continue;
    const { revision, status, fingerprintLabel } = newest.record;
    const isBack = status === "deployed" && fingerprintFor(revision, fingerprintLabel) !== debt.fingerprint;
    if (debt.to === "nothing" || !isBack)
      return `${release} r${revision} is ${status}, and was to go back to ${debt.to} because ${debt.dueTo} failed`;
  }
  return undefined;
}

/** How a declared release is not as it has to be; undefined where it is. */
export function whatIsMissing(
  { world, truth }: Scene,
  stack: SimulatedStack,
  name: string,
): string | undefined {
  const release = `${namespace}/${name}`;
  const [newest, ...older] = world.server.history(release);
  if (newest === undefined) return `${release} is not there`;
  const { revision, status } = newest.record;
  if (status !== "deployed") return `${release} r${revision} is ${status}`;
  // Helm only logs it where it can't write that the former one is superseded.
  if (world.traffic.failed === 0 && older.some(({ record }) => record.status === "deployed"))
    return `${release} has two deployed revisions`;
  if (
    fingerprintFor(revision, newest.record.fingerprintLabel) !==
    stack.fleet.pins.get(idOf(release))?.fingerprint
  )
    return `${release} r${revision} has not the declared pin`;
  if (newest.record.verifiedLabel !== verifiedLabelValue(revision))
    return `${release} r${revision} is not verified`;
  if (!truth.isHealthy(release)) return `${release} is not healthy`;
  return world.server.object(deploymentKey(release)) === undefined
    ? `${deploymentKey(release)} is lost`
    : undefined;
}
