// From a stack that has been read to a run that has ended: lock, observe, plan, consent, run, put on record. The same for
// one upgrade and for an empty cluster; what differs is the plan.
import { isDeepStrictEqual } from "node:util";
import { failed, succeeded } from "../core/failure.ts";
import type { Failure, Result } from "../core/failure.ts";
import type { Declaration } from "../core/declaration.ts";
import type { Graph } from "../core/graph.ts";
import type { ReleaseId } from "../core/ids.ts";
import { makeDestroyPlan } from "../core/make-destroy-plan.ts";
import { makePlan } from "../core/make-plan.ts";
import type { LastRun, LastStanding } from "../core/observation.ts";
import type { PinnedRelease } from "../core/pin.ts";
import type { Plan } from "../core/plan.ts";
import type { Run } from "../core/run/run.ts";
import { shownState } from "../core/shown-state.ts";
import { prepareCarryOut } from "./carry-out.ts";
import { executePlan } from "./execute-plan.ts";
import type { RunningPlan, View } from "./execute-plan.ts";
import { observeStack } from "./observe-stack.ts";
import type { ObservedStack } from "./observe-stack.ts";
import type { Charts, Clock, HeldLock, Holder, Locks, Objects, Records, Releases, States } from "./ports.ts";

/** A stack that was read without errors, its charts pinned. */
export type ReadyStack = {
  readonly name: string;
  /** The value of headway.dev/stack on its records. */
  readonly label: string;
  readonly order: "dependencies" | "waves";
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
};

export type ClusterPorts = {
  readonly records: Records;
  readonly objects: Objects;
  readonly states: States;
  readonly clock: Clock;
};

export type PlanOptions = {
  readonly only?: ReadonlySet<ReleaseId>;
  readonly retry: boolean;
  readonly adopt: boolean;
  readonly destroy: boolean;
};

export type PlannedStack = { readonly plan: Plan; readonly observed: ObservedStack };

/** Observes and plans; changes nothing. */
export async function planStack(
  ports: ClusterPorts,
  stack: ReadyStack,
  options: PlanOptions,
): Promise<Result<PlannedStack>> {
  const observed = await observeStack(ports, stack);
  if (!observed.ok) return observed;
  const input = {
    stack: stack.name,
    stackLabel: stack.label,
    declarations: stack.declarations,
    graph: stack.graph,
    observations: observed.value.observations,
  };
  const plan = options.destroy
    ? makeDestroyPlan(input)
    : makePlan({
        ...input,
        order: stack.order,
        pins: stack.pins,
        states: observed.value.state.releases,
        namespaces: observed.value.namespaces,
        retry: options.retry,
        adopt: options.adopt,
        ...(options.only === undefined ? {} : { only: options.only }),
      });
  return succeeded({ plan, observed: observed.value });
}

export type RunPorts = ClusterPorts & {
  readonly releases: Releases;
  readonly charts: Charts;
  readonly locks: Locks;
};

export type RunRequest = {
  readonly stack: ReadyStack;
  readonly options: PlanOptions;
  readonly runId: string;
  readonly holder: Holder;
  /** Shown the plan before anything changes; a failure it gives ends the run before it began. */
  readonly consent: (planned: PlannedStack) => Promise<Failure | undefined>;
  readonly views: readonly View[];
  /** Handed the running plan, so that a signal can stop it. */
  readonly onStarted: (running: RunningPlan) => void;
};

/** Longer than helm may take to end after its own deadline: the grace of SIGTERM and some. */
const helmGraceMs = 60_000;

/** Runs a stack's plan under its lock; the run as it ended, or why it did not begin. */
export async function runStack(ports: RunPorts, request: RunRequest): Promise<Result<Run>> {
  const horizonMs =
    Math.max(0, ...request.stack.declarations.map(({ timeoutMs }) => timeoutMs)) + helmGraceMs;
  const lock = await ports.locks.acquire(request.stack.name, request.holder, horizonMs);
  if (!lock.ok) return lock;
  try {
    return await runLocked(ports, request, lock.value);
  } finally {
    await lock.value.release();
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
  const planned = await planStack(ports, request.stack, request.options);
  if (!planned.ok) return planned;
  const { plan, observed } = planned.value;
  const refusal = await request.consent(planned.value);
  if (refusal !== undefined) return failed(refusal);
  const watched = ports.objects.watch();
  const hasWork = plan.steps.some((step) => step.kind !== "keep");
  try {
    if (hasWork) {
      const followed = await watched.follow(firstNeeds(plan));
      if (!followed.ok) return followed;
    }
    // A person may have thought for long about the plan.
    if (lost.signal.aborted) return failed(lockLost);
    const hands = prepareCarryOut({
      ...ports,
      plan,
      watched,
      state: observed.state,
      fingerprints: observed.fingerprints,
    });
    running = executePlan({
      plan,
      runId: request.runId,
      clock: ports.clock,
      views: request.views,
      carryOut: hands.carryOut,
    });
    request.onStarted(running);
    const run = await running.ended;
    await hands.settle();
    const lastRun = lastRunOf(run, ports.clock.nowMs());
    const isNews = hasWork || !standsAs(lastRun, observed.state.lastRun);
    if (isNews && run.stopping?.why !== "lease-lost") await hands.recordRun(lastRun);
    return succeeded(run);
  } finally {
    watched.close();
  }
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

/** True where a run found everything as the one before had left it, so that nothing has to be put on record. */
function standsAs(run: LastRun, before: LastRun | undefined): boolean {
  return (
    before?.releases.size === run.releases.size &&
    [...run.releases].every(([id, standing]) => isDeepStrictEqual(standing, before.releases.get(id)))
  );
}

function lastRunOf(run: Run, nowMs: number): LastRun {
  const releases = [...run.steps.values()].map(({ step, state }): [ReleaseId, LastStanding] => {
    const shown = shownState(step, state);
    const declaration =
      step.kind === "keep" ? step.declaration : "pin" in step ? step.pin.declaration : undefined;
    const chart = "pin" in step ? step.pin.chart : step.kind === "keep" ? step.payload?.chart : undefined;
    return [
      step.release,
      {
        state: shown.state,
        ...(shown.detail === undefined ? {} : { detail: shown.detail }),
        wave: step.wave,
        after: step.after,
        releaseName: step.releaseName,
        ...(chart === undefined ? {} : { chart: chart.name, version: chart.version }),
        ...(declaration === undefined
          ? {}
          : { declaredAt: `${declaration.range.file}:${declaration.range.line}` }),
      },
    ];
  });
  return {
    id: run.id,
    startedAt: new Date(run.startedAtMs).toISOString(),
    finishedAt: new Date(nowMs).toISOString(),
    exitCode: run.outcome?.exitCode ?? 1,
    waves: run.plan.waves,
    releases: new Map(releases),
  };
}
