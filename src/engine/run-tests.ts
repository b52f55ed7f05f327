// Runs a chart's tests with helm: what an earlier run of them left is out of the way first, what they run is watched, and
// nothing of it is left behind. What an end or a trouble means is the run machine's business.
import { failed, succeeded, type Failure, type Result } from "../core/failure.ts";
import type { ReleaseHealth } from "../core/health/health.ts";
import { assessTests, leftOvers, runningHooks, testsOf } from "../core/health/test-health.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object.ts";
import type { ReleasePayload } from "../core/observation.ts";
import { actorOf } from "../core/plan/actor.ts";
import type { Effect } from "../core/run/run.ts";
import { cleanFailure, cleanHealth, secretsOf } from "./clean-news.ts";
import type { News } from "./execute-plan.ts";
import type { LastWords } from "./last-words.ts";
import type { Actor, Clock, Objects, Records, Releases, WatchedWorld } from "./ports.ts";

export type TestInput = {
  readonly releases: Pick<Releases, "test">;
  readonly records: Pick<Records, "payload">;
  readonly objects: Pick<Objects, "snapshot" | "deletePods">;
  readonly watched: WatchedWorld;
  readonly clock: Clock;
};

export type TestRunner = {
  run(order: RunTests, tell: Tell): Promise<void>;
  /** Calls off what has not come to helm yet. */
  stop(release: ReleaseId): void;
  /** Deletes what the tests have left; never fails. */
  cleanUp(order: Extract<Effect, { kind: "clean-up-tests" }>, tell: Tell): Promise<void>;
  close(): void;
};

type RunTests = Extract<Effect, { kind: "run-tests" }>;
type Tell = (news: News) => void;

/** Tests under way, from the order on. */
type Underway = {
  readonly over: AbortController;
  /** Where changes of pods and Jobs matter, and to whom. */
  namespaces: ReadonlySet<string>;
  changed: () => void;
  /** Coalesces the changes of one turn of the event loop into one look. */
  isDue: boolean;
};

const nothing = (): void => undefined;

export function makeTestRunner(input: TestInput, lastWords: LastWords): TestRunner {
  const underway = new Map<ReleaseId, Underway>();
  input.watched.onChange((ref) => {
    if (ref.kind !== "Pod" && ref.kind !== "Job") return;
    for (const tests of underway.values()) {
      if (tests.isDue || !tests.namespaces.has(ref.namespace ?? "")) continue;
      tests.isDue = true;
      setImmediate(() => {
        tests.isDue = false;
        tests.changed();
      });
    }
  });
  return {
    run: async (order, tell) => {
      const own: Underway = {
        over: new AbortController(),
        namespaces: new Set(),
        changed: nothing,
        isDue: false,
      };
      underway.set(order.release, own);
      const end = await runTests(input, lastWords, order, own, tell);
      own.changed = nothing;
      if (underway.get(order.release) === own) underway.delete(order.release);
      tell(end);
    },
    stop: (release) => {
      underway.get(release)?.over.abort();
    },
    cleanUp: async (order, tell) => {
      const failure = await cleanUp(input, order);
      if (failure === undefined) return;
      const message = `what its tests ran could not be deleted: ${failure.message}`;
      tell({ kind: "warned", release: order.release, message });
    },
    close: () => {
      for (const { over } of underway.values()) over.abort();
    },
  };
}

async function runTests(
  input: TestInput,
  lastWords: LastWords,
  order: RunTests,
  own: Underway,
  tell: Tell,
): Promise<News> {
  const { release, step, timeoutMs } = order;
  const read = await readRecord(input, order);
  if (!read.ok) return { kind: "tests-failed", release, failure: read.failure };
  const secrets = secretsOf(step, read.value);
  const fail = (failure: Failure, health?: ReleaseHealth): News => ({
    kind: "tests-failed",
    release,
    failure: cleanFailure(failure, secrets),
    ...(health === undefined ? {} : { health: cleanHealth(health, secrets) }),
  });
  const tests = testsOf(read.value.hooks);
  if (tests.length === 0) return { kind: "tests-passed", release, ran: 0 };
  const refs = runningHooks(tests);
  own.namespaces = namespacesOf(refs);
  const inTheWay = await clearTheWay(input, refs, actorOf(step), own);
  if (own.over.signal.aborted)
    return fail({ kind: "interrupted", message: "its tests were stopped before they started" });
  if (inTheWay !== undefined) return fail(inTheWay);
  own.changed = () => {
    const health = assessTests(refs, input.watched.world, input.clock.nowMs());
    lastWords.listen(release, health);
    tell({ kind: "tests-observed", release, health: cleanHealth(health, secrets) });
  };
  const { namespace, releaseName } = step;
  const ended = await input.releases.test({
    actor: actorOf(step),
    namespace,
    releaseName,
    timeoutMs,
    onStarted: nothing,
  });
  if (ended.ok) return { kind: "tests-passed", release, ran: tests.length };
  return fail(ended.failure, await lookAt(input, refs));
}

async function readRecord(
  input: Pick<TestInput, "records">,
  { step, revision }: Pick<RunTests, "step" | "revision">,
): Promise<Result<ReleasePayload>> {
  const read = await input.records.payload(step.namespace, step.releaseName, revision);
  if (!read.ok) return read;
  if (read.value !== undefined) return succeeded(read.value);
  return failed({
    kind: "unknown",
    message: `reading the tests of ${step.releaseName}: Helm's record of revision ${revision} is not there or can't be read`,
    next: "Run again: what stands there then is observed anew.",
  });
}

/**
 * Deletes what an earlier run of the tests has left, and waits until it is gone: whether helm would depends on the delete
 * policies that the chart names, and a test would fail because of the one before it.
 */
async function clearTheWay(
  { watched, objects }: TestInput,
  refs: readonly ObjectRef[],
  actor: Actor,
  own: Underway,
): Promise<Failure | undefined> {
  const kinds = refs.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const followed = await watched.follow({ kinds, namespaces: [...namespacesOf(refs)] });
  // Helm still can run them; what is in the way of that it says itself.
  if (!followed.ok) return undefined;
  const isClear = (): boolean => refs.every((ref) => watched.world.get(ref) === undefined);
  if (isClear()) return undefined;
  const deleted = await objects.deletePods(leftOvers(refs, watched.world, true), actor);
  if (!deleted.ok) return deleted.failure;
  const { signal } = own.over;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => {
      resolve();
    });
    own.changed = () => {
      if (isClear()) resolve();
    };
    if (signal.aborted) resolve();
    own.changed();
  });
  own.changed = nothing;
  return undefined;
}

/** How what the tests ran stands, as far as it is still there; undefined where nothing is wrong with it. */
async function lookAt(input: TestInput, refs: readonly ObjectRef[]): Promise<ReleaseHealth | undefined> {
  const world = await input.objects.snapshot(refs, [...namespacesOf(refs)]);
  if (!world.ok) return undefined;
  const health = assessTests(refs, world.value, input.clock.nowMs());
  return health.kind === "ready" ? undefined : health;
}

async function cleanUp(
  input: TestInput,
  order: Extract<Effect, { kind: "clean-up-tests" }>,
): Promise<Failure | undefined> {
  const read = await readRecord(input, order);
  if (!read.ok) return read.failure;
  const refs = runningHooks(testsOf(read.value.hooks));
  if (refs.length === 0) return undefined;
  const world = await input.objects.snapshot(refs, [...namespacesOf(refs)]);
  if (!world.ok) return world.failure;
  const deleted = await input.objects.deletePods(
    leftOvers(refs, world.value, order.all),
    actorOf(order.step),
  );
  return deleted.ok ? undefined : deleted.failure;
}

function namespacesOf(refs: readonly ObjectRef[]): ReadonlySet<string> {
  return new Set(refs.map(({ namespace }) => namespace ?? ""));
}
