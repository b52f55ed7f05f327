// The end of a story: no more faults come, and plain runs have to bring everything to what is declared, or take it away.
import { endings, whatIsMissing, whatIsOwed } from "./endings.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import { isGood, namespace, stackOf, type DeclaredRelease, type SimulatedStack } from "./stacks.ts";
import { begin, finish, pass, plain, type Telling } from "./telling.ts";
import { isChange, type Write } from "./writes.ts";

/** So many plain runs after the last fault are enough. */
const plainRuns = 4;

/** The same with another version of each release that is bad, or held for it: one that is good. */
export function mended(telling: Telling, stack: SimulatedStack): SimulatedStack {
  const { fates } = telling.scene;
  const releases = stack.releases.map((release) => {
    let better = isFit(telling, release) ? release : { ...release, version: release.version + 1 };
    while (!isGood(fates, better)) better = { ...better, version: better.version + 1 };
    return better;
  });
  return stackOf(releases, stack);
}

/** True where nothing speaks against a declared version: neither its fate nor a quarantine, nor that it was taken back. */
function isFit({ scene }: Telling, release: DeclaredRelease): boolean {
  const held = [...scene.world.server.readState().releases].some(
    ([id, { quarantine, takenBack }]) =>
      id === `${namespace}/${release.name}` && (quarantine !== undefined || takenBack !== undefined),
  );
  return !held && isGood(scene.fates, release);
}

/** Plain runs until one finds nothing to do. */
export async function settle(telling: Telling, stack: SimulatedStack): Promise<void> {
  const { scene, broken } = telling;
  const isAllFit = (): boolean => stack.releases.every((release) => isFit(telling, release));
  const missing = (): readonly string[] =>
    stack.releases.flatMap(({ name }) =>
      mustBeThere(telling, stack, name) ? (whatIsMissing(scene, stack, name) ?? []) : [],
    );
  let changes: readonly string[] = ["nothing was run yet"];
  let isSettled = false;
  for (let count = 0; count <= plainRuns && changes.length > 0; count++) {
    changes = await changesOfRun(telling, stack);
    if (telling.isBroken()) return;
    if (isSettled && changes.length > 0)
      broken("idempotent", endings.idempotent, `a run of a settled stack did: ${changes.join(", ")}`);
    isSettled = isAllFit() && exitCodeOf(telling.runs.at(-1)) === 0 && missing().length === 0;
    await pass(telling, 1_000);
  }
  const exitCode = exitCodeOf(telling.runs.at(-1));
  if (changes.length > 0)
    broken("live", endings.live, `plain run ${plainRuns + 1} still did: ${changes.join(", ")}`);
  else if (isAllFit() && exitCode !== 0)
    broken("live", endings.live, `the last run ended with ${exitCode ?? "a refusal"}`);
  const owed = whatIsOwed(scene, stack);
  if (owed !== undefined) broken("debtsPaid", endings.debtsPaid, owed);
  if (missing().length > 0) broken("nothingLost", endings.nothingLost, missing().join("; "));
}

/** True where nothing speaks against a release and all that it waits for. */
function mustBeThere(telling: Telling, stack: SimulatedStack, name: string): boolean {
  const isAllFit = stack.releases.every((release) => isFit(telling, release));
  if (isAllFit || stack.onFailure !== "continue" || stack.order === "waves") return isAllFit;
  const release = stack.releases.find((one) => one.name === name);
  if (release === undefined || !isFit(telling, release)) return false;
  return release.after.every((one) => mustBeThere(telling, stack, one));
}

/**
 * What a plain run does. A bad release is left out: a first install that failed is tried again by each run, and what is
 * left undone is put on record each time.
 */
async function changesOfRun(telling: Telling, stack: SimulatedStack): Promise<readonly string[]> {
  const { world } = telling.scene;
  const changes: Write[] = [];
  const count = (write: Write): void => {
    if (isChange(write)) changes.push(write);
  };
  world.onWrite.push(count);
  await finish(telling, begin(telling, stack, plain));
  world.onWrite.splice(world.onWrite.indexOf(count), 1);
  const isAllFit = stack.releases.every((release) => isFit(telling, release));
  return changes.flatMap((write) => {
    if (write.kind === "state-written") return isAllFit ? [write.kind] : [];
    const name = "release" in write ? write.release.slice(namespace.length + 1) : undefined;
    const matters = name === undefined || mustBeThere(telling, stack, name);
    return matters ? [`${write.kind}${name === undefined ? "" : ` ${name}`}`] : [];
  });
}

function exitCodeOf(run: HeadwayProcess | undefined): number | undefined {
  const end = run?.end();
  return end?.ok === true ? end.value.outcome?.exitCode : undefined;
}

/** Plain destroys until nothing is left of what is declared. */
export async function takeAway(telling: Telling, stack: SimulatedStack): Promise<void> {
  const { scene, broken } = telling;
  const { server } = scene.world;
  // Helm leaves what only an earlier revision had: the destroy that finds it waits for it in vain, and the next one goes on.
  for (let count = 0; count < 5; count++) {
    if (!(await finish(telling, begin(telling, stack, { ...plain, destroy: true })))) return;
    await pass(telling, 1_000);
  }
  const left = stack.releases.flatMap(({ name }) =>
    server.history(`${namespace}/${name}`).map(({ record }) => record),
  );
  // What a person has installed by hand belongs to nobody, and what is declared no more may be protected: they stay, with
  // all that they depend on.
  const declared = new Set(stack.releases.map(({ name }) => name));
  if (
    server
      .records()
      .some(({ record }) => record.stackLabel === undefined || !declared.has(record.releaseName))
  )
    return;
  const what = left.map(({ releaseName, revision, status }) => `${releaseName} r${revision} ${status}`);
  if (left.length > 0) broken("allGone", endings.allGone, `left over: ${what.join(", ")}`);
}
