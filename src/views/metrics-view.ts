// The agent's metrics for Prometheus: what runs tell by their events, and what the agent says of itself. The only file that
// loads prom-client; every series that names a stack goes away with it.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Event } from "../core/event.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Run } from "../core/run/run.ts";
import { NOTIFICATION_PROVIDERS } from "../core/run-message.ts";
import { WEBHOOK_PROVIDERS } from "../core/webhooks/read-push.ts";
import { listReleases, SHOWN_STATES, type ListedRelease } from "./listed-releases.ts";

/** What of the program the metrics name; helm's version may be told later. */
export type BuildInfo = { readonly version: string; readonly node: string; readonly helm: string };

export type MetricsView = {
  /** A view of one stack's runs; `stack` is the label that its series carry. */
  viewOf(stack: string): (event: Event, run: Run) => void;
  /** The version of the helm that is used, once it is known. */
  setHelmVersion(version: string): void;
  /** How a stack's releases stand, where that is known from something else than a run. */
  setReleases(stack: string, releases: readonly ListedRelease[]): void;
  /** Whether what is known of a stack is to be believed; where it is not, each of its releases is Unknown. */
  setFresh(stack: string, isFresh: boolean): void;
  setLeader(isLeader: boolean): void;
  /** When a stack's repository was last read; undefined where it is not meant to be. */
  setGitSuccess(stack: string, atMs: number | undefined): void;
  setHelmProcesses(count: number): void;
  /** How long it took from an empty cluster to a healthy stack, where that took more than one run. */
  setRecovery(stack: string, seconds: number): void;
  countWebhook(provider: string, result: string): void;
  countNotification(provider: string, result: string): void;
  /** Drops every series of a stack. */
  forget(stack: string): void;
  /** Everything in Prometheus' text format. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
};

/** How runs and phases are spread: from a release that is there at once to a stack that takes an hour. */
const buckets = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

/** Metrics of their own registry; nothing is shared with another one in the same process. */
export function makeMetricsView(build: BuildInfo): MetricsView {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const metric = defineMetrics(registers);
  metric.build.set({ ...build }, 1);
  metric.leader.set(0);
  metric.helm.set(0);
  // A counter that begins at 1 has not increased as far as Prometheus can see.
  for (const provider of WEBHOOK_PROVIDERS)
    for (const result of ["accepted", "refused"]) metric.webhooks.inc({ provider, result }, 0);
  for (const provider of NOTIFICATION_PROVIDERS)
    for (const result of ["sent", "failed"]) metric.notifications.inc({ provider, result }, 0);

  const standing = new Map<string, readonly ListedRelease[]>();
  const running = new Map<string, Run>();
  const gitSuccess = new Map<string, number>();
  const stale = new Set<string>();
  const listed = (): readonly (readonly [string, readonly ListedRelease[]])[] =>
    [...new Set([...standing.keys(), ...running.keys()])].toSorted().map((stack) => {
      const run = running.get(stack);
      const releases = run === undefined ? (standing.get(stack) ?? []) : listReleases(run);
      return [stack, stale.has(stack) ? releases.map((one) => ({ ...one, state: "Unknown" })) : releases];
    });
  collectReleases(registers, listed);
  collectGitSuccess(registers, () => gitSuccess.values());

  return {
    viewOf: (stack) => {
      const count = makeOperationCounter(metric);
      let isRecovery = false;
      return (event, run) => {
        count(event, run);
        if (event.kind === "run-started") isRecovery = isFromNothing(event);
        if (event.kind !== "run-finished") {
          running.set(stack, run);
          return;
        }
        // The run holds every manifest; what is shown between runs is little.
        standing.set(stack, listReleases(run));
        running.delete(stack);
        if (run.plan.steps.every((step) => step.kind === "keep")) return;
        metric.runs.observe({ stack, result: event.outcome.kind }, event.durationMs / 1000);
        if (isRecovery && event.outcome.kind === "done")
          metric.recovery.set({ stack }, event.durationMs / 1000);
      };
    },
    setHelmVersion: (helm) => {
      metric.build.reset();
      metric.build.set({ ...build, helm }, 1);
    },
    setReleases: (stack, releases) => void standing.set(stack, releases),
    setFresh: (stack, isFresh) => {
      if (isFresh) stale.delete(stack);
      else stale.add(stack);
    },
    setLeader: (isLeader) => {
      metric.leader.set(isLeader ? 1 : 0);
    },
    setGitSuccess: (stack, atMs) => {
      if (atMs === undefined) gitSuccess.delete(stack);
      else gitSuccess.set(stack, atMs);
    },
    setHelmProcesses: (count) => {
      metric.helm.set(count);
    },
    setRecovery: (stack, seconds) => {
      metric.recovery.set({ stack }, seconds);
    },
    countWebhook: (provider, result) => {
      metric.webhooks.inc({ provider, result });
    },
    countNotification: (provider, result) => {
      metric.notifications.inc({ provider, result });
    },
    forget: (stack) => {
      standing.delete(stack);
      running.delete(stack);
      gitSuccess.delete(stack);
      stale.delete(stack);
      metric.recovery.remove({ stack });
      for (const result of OUTCOMES) metric.runs.remove({ stack, result });
    },
    read: async () => ({ contentType: register.contentType, text: await register.metrics() }),
  };
}

const OUTCOMES = ["done", "failed", "rolled-back", "unreachable", "needs-person", "interrupted"] as const;

type Metrics = ReturnType<typeof defineMetrics>;

function defineMetrics(registers: Registry[]) {
  return {
    build: new Gauge({
      name: "headway_build_info",
      help: "The program: its version, and those of Node and helm.",
      labelNames: ["version", "node", "helm"],
      registers,
    }),
    leader: new Gauge({
      name: "headway_leader",
      help: "1 where this agent leads, 0 where it stands by.",
      registers,
    }),
    helm: new Gauge({ name: "headway_helm_processes", help: "Helm processes that run now.", registers }),
    operations: new Counter({
      name: "headway_release_operations_total",
      help: "What was done to releases, by how it ended.",
      labelNames: ["action", "result"],
      registers,
    }),
    phases: new Histogram({
      name: "headway_operation_phase_duration_seconds",
      help: "How long releases that a run had to do with were in each phase.",
      labelNames: ["action", "phase"],
      buckets,
      registers,
    }),
    runs: new Histogram({
      name: "headway_run_duration_seconds",
      help: "How long runs took that had something to do.",
      labelNames: ["stack", "result"],
      buckets,
      registers,
    }),
    recovery: new Gauge({
      name: "headway_stack_recovery_seconds",
      help: "How long the last way from an empty cluster to a healthy stack took.",
      labelNames: ["stack"],
      registers,
    }),
    webhooks: new Counter({
      name: "headway_webhook_requests_total",
      help: "Requests to webhooks' paths, by what became of them.",
      labelNames: ["provider", "result"],
      registers,
    }),
    notifications: new Counter({
      name: "headway_notifications_total",
      help: "Notifications and commit statuses, by what became of them.",
      labelNames: ["provider", "result"],
      registers,
    }),
  };
}

/** Two gauges that are made anew at every scrape, so that nothing of what is gone stays. */
function collectReleases(
  registers: Registry[],
  listed: () => readonly (readonly [string, readonly ListedRelease[]])[],
): void {
  new Gauge({
    name: "headway_stack_releases",
    help: "Releases of a stack by the state that every surface shows.",
    labelNames: ["stack", "state"],
    registers,
    collect() {
      this.reset();
      for (const [stack, releases] of listed())
        for (const state of SHOWN_STATES)
          this.set({ stack, state }, releases.filter((release) => release.state === state).length);
    },
  });
  new Gauge({
    name: "headway_release_info",
    help: "1 for each release, with what is known of it.",
    labelNames: ["namespace", "name", "stack", "chart", "version", "wave", "state"],
    registers,
    collect() {
      this.reset();
      for (const [stack, releases] of listed())
        for (const { namespace, name, chart, version, wave, state } of releases)
          this.set({ namespace, name, stack, chart, version, wave, state }, 1);
    },
  });
}

function collectGitSuccess(registers: Registry[], instants: () => Iterable<number>): void {
  new Gauge({
    name: "headway_git_last_success_timestamp_seconds",
    help: "When the repositories were last read; of several stacks, that of the one which waits longest.",
    registers,
    collect() {
      const all = [...instants()];
      // prom-client shows 0 where nothing was set, which would look like a fetch in 1970.
      if (all.length === 0) this.remove();
      else this.set(Math.min(...all) / 1000);
    },
  });
}

/** Counts what one stack's events tell of its releases. */
function makeOperationCounter(metric: Metrics): (event: Event, run: Run) => void {
  const doing = new Map<ReleaseId, string>();
  const ended = (release: ReleaseId, result: "succeeded" | "failed"): void => {
    const action = doing.get(release);
    if (action === undefined) return;
    doing.delete(release);
    metric.operations.inc({ action, result });
  };
  return (event, run) => {
    switch (event.kind) {
      case "apply-started":
        doing.set(event.release, event.action === "roll-back" ? "rollback" : event.action);
        return;
      case "uninstall-started":
        doing.set(event.release, "uninstall");
        return;
      case "rollback-started":
        doing.set(event.release, "rollback");
        return;
      case "release-ready":
      case "rollback-finished":
      case "uninstall-finished":
        ended(event.release, "succeeded");
        return;
      case "release-failed":
      case "rollback-failed":
        ended(event.release, "failed");
        return;
      case "test-finished":
        metric.operations.inc({ action: "test", result: "succeeded" });
        return;
      case "run-finished":
        doing.clear();
        observePhases(metric, run);
        return;
      case "run-started":
      case "namespace-created":
      case "wave-finished":
      case "step-held":
      case "crds-applied":
      case "record-recovered":
      case "apply-finished":
      case "apply-delayed":
      case "workloads-restarted":
      case "health-changed":
      case "stability-awaited":
      case "test-started":
      case "take-back-started":
      case "release-skipped":
      case "release-cancelled":
      case "warning":
      case "interrupted":
        return;
    }
  };
}

function observePhases(metric: Metrics, run: Run): void {
  for (const { step, clock } of run.steps.values()) {
    if (step.kind === "keep") continue;
    const action = step.kind === "roll-back" ? "rollback" : step.kind;
    for (const [phase, spentMs] of Object.entries(clock.spent))
      metric.phases.observe({ action, phase }, spentMs / 1000);
  }
}

/** True where a run begins with nothing at all in the cluster. */
function isFromNothing(event: Extract<Event, { kind: "run-started" }>): boolean {
  return (
    event.releases.length > 0 &&
    event.releases.every(({ action, reason }) => action === "install" && reason.kind === "not-installed")
  );
}
