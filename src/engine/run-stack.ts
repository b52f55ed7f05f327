// From a stack that has been read to a run that has ended: lock, observe, plan, consent, run, put on record. The same for
// one upgrade and for an empty cluster; what differs is the plan.
import { failed, succeeded } from "../core/failure.ts";
import type { Failure, Result } from "../core/failure.ts";
import type { Declaration, OnStackFailure } from "../core/declaration.ts";
import type { Graph } from "../core/graph.ts";
import type { StackRules } from "../core/health/rules.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Staying } from "../core/plan/make-destroy-plan.ts";
import { lookedAt, type DriftWish } from "../core/plan/plan-drift.ts";
import { makePlan } from "../core/plan/make-plan.ts";
import type { PinnedRelease } from "../core/pin.ts";
import type { Plan, Step } from "../core/plan/plan.ts";
import type { Run } from "../core/run/run.ts";
import type { StackState } from "../core/observation.ts";
import { inForce, suspendedSince } from "../core/stack-wishes.ts";
import { prepareCarryOut } from "./carry-out.ts";
import { checkActors } from "./check-actors.ts";
import { checkCluster } from "./check-cluster.ts";
import { executePlan } from "./execute-plan.ts";
import { keepJournal, type RunAbout } from "./keep-journal.ts";
import { pause } from "./pause.ts";
import type { RunningPlan, View } from "./execute-plan.ts";
import { lockedFiles } from "./locked-files.ts";
import { nameConflicts } from "./name-conflicts.ts";
import { planDestroy, planPruning, type PruneOptions } from "./plan-undeclared.ts";
import { putOnRecord } from "./put-on-record.ts";
import { freezePlanned, planRollback } from "./plan-rollback.ts";
import type { RollbackWish } from "../core/plan/rollback-targets.ts";
import { observeStack } from "./observe-stack.ts";
import type { ObservedStack } from "./observe-stack.ts";
import type { Holder } from "../core/holder.ts";
import type {
  Charts,
  Clock,
  HeldLock,
  Journal,
  Locks,
  Objects,
  Records,
  Releases,
  States,
  ValuesObjects,
} from "./ports.ts";
import { readPins } from "./read-values.ts";

/** A stack that was read without errors, its charts pinned. */
export type ReadyStack = {
  readonly name: string;
  /** The value of headway.dev/stack on its records. */
  readonly label: string;
  /** The one cluster that it is for, where it says so. */
  readonly clusterUid?: string;
  readonly order: "dependencies" | "waves";
  readonly onFailure?: OnStackFailure;
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly rules: StackRules;
};

export type ClusterPorts = {
  readonly records: Records;
  readonly objects: Objects;
  readonly values: ValuesObjects;
  readonly states: States;
  readonly clock: Clock;
};

export type PlanOptions = {
  readonly only?: ReadonlySet<ReleaseId>;
  readonly retry: boolean;
  readonly adopt: boolean;
  readonly destroy: boolean;
  /** Every release through helm though nothing changed; `restart`: its pods anew, too. */
  readonly redeploy?: { readonly restart: boolean };
  /** Back to earlier revisions, and nothing else. */
  readonly rollback?: RollbackWish;
  /** What a destroy leaves where it is. */
  readonly stays?: Staying;
  /** What becomes of releases that are no longer declared. */
  readonly prune: PruneOptions;
  /** Look for drift, and what to do about it. */
  readonly drift?: DriftWish;
};

export type PlannedStack = { readonly plan: Plan; readonly observed: ObservedStack };

/** Observes and plans; changes nothing. */
export async function planStack(
  ports: ClusterPorts,
  stack: ReadyStack,
  options: PlanOptions,
): Promise<Result<PlannedStack>> {
  const checked = await checkCluster(ports.objects, stack);
  // Without the lock nobody knows what was cut; most likely everything in the middle was.
  return checked.ok ? observeAndPlan(ports, { ...stack, cutRunWroteUntilMs: Infinity }, options) : checked;
}

async function observeAndPlan(
  ports: ClusterPorts,
  stack: ReadyStack & Pick<HeldLock, "cutRunWroteUntilMs">,
  options: PlanOptions,
): Promise<Result<PlannedStack>> {
  const planned = await makeItsPlan(ports, stack, options);
  if (!planned.ok) return planned;
  const checked = await checkActors(ports.objects, planned.value.plan);
  return checked.ok ? planned : checked;
}

async function makeItsPlan(
  ports: ClusterPorts,
  stack: ReadyStack & Pick<HeldLock, "cutRunWroteUntilMs">,
  options: PlanOptions,
): Promise<Result<PlannedStack>> {
  const [observed, pins] = await Promise.all([
    observeStack(ports, stack, options.drift === undefined ? [] : lookedAt(stack.declarations, options.only)),
    options.destroy ? succeeded(stack.pins) : readPins(ports.values, stack.pins),
  ]);
  if (!observed.ok) return observed;
  if (!pins.ok) return pins;
  const input = {
    stack: stack.name,
    stackLabel: stack.label,
    declarations: stack.declarations,
    graph: stack.graph,
    observations: observed.value.observations,
  };
  if (options.rollback !== undefined) {
    const back = { ...input, pins: pins.value };
    const plan = await planRollback(ports, back, observed.value, options.rollback);
    if (!plan.ok) return plan;
    const whole = await planPruning(ports.objects, plan.value, observed.value, options);
    return succeeded({ plan: whole, observed: observed.value });
  }
  if (options.destroy)
    return succeeded({ plan: planDestroy(input, observed.value, options), observed: observed.value });
  const plan = makePlan({
    ...input,
    order: stack.order,
    ...(stack.onFailure === undefined ? {} : { onFailure: stack.onFailure }),
    pins: pins.value,
    state: observed.value.state,
    namespaces: observed.value.namespaces,
    retry: options.retry,
    adopt: options.adopt,
    ...(options.redeploy === undefined ? {} : { redeploy: options.redeploy }),
    ...(options.drift === undefined ? {} : { drift: { wish: options.drift, found: observed.value.drift } }),
    ...(options.only === undefined ? {} : { only: options.only }),
  });
  const whole = await planPruning(ports.objects, plan, observed.value, options);
  const named = await nameConflicts(ports.objects, whole, observed.value.observations);
  return succeeded({ plan: named, observed: observed.value });
}

export type RunPorts = ClusterPorts & {
  readonly releases: Releases;
  readonly charts: Charts;
  readonly locks: Locks;
  readonly journal: Journal;
};

export type RunRequest = {
  readonly stack: ReadyStack;
  readonly options: PlanOptions;
  readonly runId: string;
  readonly holder: Holder;
  readonly about: RunAbout;
  /** Told what is wrong beside the run and changes nothing of it. */
  readonly warn: (message: string) => void;
  /** Shown the plan before anything changes; a failure it gives ends the run before it began. */
  readonly consent: (planned: PlannedStack) => Promise<Failure | undefined>;
  readonly views: readonly View[];
  /** Stops the run in good order, wherever it is. */
  readonly stop: AbortSignal;
  /** Nothing new starts, no helm is cut: for a newer commit's run, or (with the reason "suspended") because somebody wants none. */
  readonly supersede?: AbortSignal;
  /** How long another helm's record, and its objects, have to stand still before it counts as dead. */
  readonly unlockAfterMs: number;
};

/** Longer than helm may take to end after its own deadline: the grace of SIGTERM and some. */
const helmGraceMs = 60_000;
/** How long a run that is stopped while it takes the lock may still wait for that, to give it back. */
const releasePatienceMs = 2_000;
const never = new AbortController().signal;

/** Runs a stack's plan under its lock; the run as it ended, or why it did not begin. */
export async function runStack(ports: RunPorts, request: RunRequest): Promise<Result<Run>> {
  // The lock already is something written.
  const checked = await unlessStopped(request.stop, checkCluster(ports.objects, request.stack));
  if (!checked.ok) return checked;
  const horizonMs =
    Math.max(0, ...request.stack.declarations.map(({ timeoutMs }) => timeoutMs)) + helmGraceMs;
  const acquiring = ports.locks.acquire(request.stack.name, request.holder, horizonMs);
  const lock = await unlessStopped(request.stop, acquiring);
  if (!lock.ok) {
    // It may have been taken in this very moment.
    const released = acquiring.then((taken) => (taken.ok ? taken.value.release() : undefined));
    if (request.stop.aborted) await Promise.race([released, pause(ports.clock, releasePatienceMs, never)]);
    return lock;
  }
  try {
    return await runLocked(ports, request, lock.value);
  } finally {
    // After a bug helms may still be at work, and the lock says that they are.
    await ports.releases.stopAll();
    await lock.value.release();
  }
}

/** The work's end, or at once a failure where the run is to stop: nothing of it has begun yet. */
export async function unlessStopped<T>(stop: AbortSignal, work: Promise<Result<T>>): Promise<Result<T>> {
  const stopped = Promise.withResolvers<Result<T>>();
  const onStop = (): void => {
    stopped.resolve(failed({ kind: "interrupted", message: "asked to stop before anything was changed" }));
  };
  if (stop.aborted) onStop();
  stop.addEventListener("abort", onStop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    stop.removeEventListener("abort", onStop);
    work.catch(() => undefined);
  }
}

const lockLost: Failure = {
  kind: "locked",
  message: "the stack's lock was lost before the run had begun; nothing was changed",
  next: "See that the cluster answers and that no other run holds the stack, then run the command again.",
};

async function runLocked(ports: RunPorts, request: RunRequest, lock: HeldLock): Promise<Result<Run>> {
  let running: RunningPlan | undefined;
  const lost = new AbortController();
  lock.onLost(() => {
    lost.abort();
    running?.stop("lease-lost");
  });
  const { stop } = request;
  const { cutRunWroteUntilMs } = lock;
  const heir = cutRunWroteUntilMs === undefined ? {} : { cutRunWroteUntilMs };
  const planned = await unlessStopped(
    stop,
    observeAndPlan(ports, { ...request.stack, ...heir }, request.options),
  );
  if (!planned.ok) return planned;
  const { plan, observed } = planned.value;
  const locked = lockedFiles(plan);
  if (locked !== undefined) return failed(locked);
  const consent = request
    .consent(planned.value)
    .then((refusal) => (refusal === undefined ? succeeded(undefined) : failed(refusal)));
  const agreed = await unlessStopped(stop, consent);
  if (!agreed.ok) return agreed;
  const watched = ports.objects.watch();
  const hasWork = plan.steps.some((step) => step.kind !== "keep");
  try {
    if (hasWork) {
      const prepared = plan.steps.some(needsHelm)
        ? ports.releases.prepare()
        : Promise.resolve(succeeded(undefined));
      const followed = watched.follow(firstNeeds(plan));
      // Before the first write: a helm that is missing or does not fit is no failure of any release.
      for (const need of [prepared, followed]) {
        const met = await unlessStopped(stop, need);
        if (!met.ok) return met;
      }
    }
    // A person may have thought for long about the plan.
    if (lost.signal.aborted) return failed(lockLost);
    const frozen = await unlessStopped(stop, freezePlanned(ports.states, plan));
    if (!frozen.ok) return frozen;
    const hands = prepareCarryOut({
      ...ports,
      plan,
      watched,
      state: observed.state,
      fingerprints: observed.fingerprints,
      rules: request.stack.rules,
      unlockAfterMs: request.unlockAfterMs,
      lost: lost.signal,
    });
    const journal = keepJournal({
      journal: ports.journal,
      clock: ports.clock,
      about: request.about,
      runId: request.runId,
      holder: request.holder.identity,
      plan,
      observed,
      warn: request.warn,
    });
    if (hasWork) journal.begin();
    running = executePlan({
      plan,
      runId: request.runId,
      clock: ports.clock,
      views: [...request.views, journal.view],
      carryOut: hands.carryOut,
    });
    const runs = running;
    const onStop = (): void => {
      runs.stop("interrupted");
    };
    if (stop.aborted) onStop();
    stop.addEventListener("abort", onStop, { once: true });
    const onSuperseded = (): void => {
      runs.stop(request.supersede?.reason === "suspended" ? "suspended" : "newer-commit");
    };
    if (request.supersede?.aborted === true) onSuperseded();
    request.supersede?.addEventListener("abort", onSuperseded, { once: true });
    const unwatch = hasWork
      ? heedSuspensions(ports.states, request.stack.name, observed.state, ports.clock, runs)
      : undefined;
    const run = await runs.ended;
    unwatch?.();
    stop.removeEventListener("abort", onStop);
    request.supersede?.removeEventListener("abort", onSuperseded);
    await hands.settle();
    await putOnRecord({
      run,
      hasWork,
      hands,
      journal,
      nowMs: ports.clock.nowMs(),
      observed,
      graph: request.stack.graph,
    });
    return succeeded(run);
  } finally {
    watched.close();
  }
}

/**
 * Stops the run once somebody suspends the whole stack, and leaves releases alone that are suspended by name; it was planned
 * with what was said before.
 */
function heedSuspensions(
  states: States,
  stack: string,
  planned: StackState,
  clock: Clock,
  running: RunningPlan,
): () => void {
  return states.watch(stack, () => {
    void states.read(stack).then((read) => {
      if (!read.ok) return;
      const { stack: isWhole, releases } = suspendedSince(planned, inForce(read.value, clock.nowMs()));
      if (isWhole) running.stop("suspended");
      for (const [release, said] of releases) running.suspend(release, said);
    });
  });
}

function needsHelm(step: Step): boolean {
  return step.kind !== "keep" && step.kind !== "verify";
}

// Watches that nearly every chart needs are in place before the first helm starts, so that nothing is missed.
function firstNeeds(plan: Plan) {
  const active = plan.steps.filter((step) => step.kind !== "keep");
  return {
    kinds: [
      { apiVersion: "apps/v1", kind: "Deployment" },
      { apiVersion: "apps/v1", kind: "StatefulSet" },
      { apiVersion: "v1", kind: "Service" },
    ],
    namespaces: [...new Set(active.map((step) => step.namespace))],
  };
}
