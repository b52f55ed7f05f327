// Small runs made by hand for the views' tests: a stack in words, any state per release, and one event of each kind.
import type { Declaration } from "../../src/core/declaration.ts";
import type { Event, Outcome } from "../../src/core/event.ts";
import type { Failure } from "../../src/core/failure.ts";
import type { Evidence, ReleaseHealth, Suspect, Trouble } from "../../src/core/health/health.ts";
import { releaseId, type ReleaseId } from "../../src/core/ids.ts";
import type { ApplyBase, Plan, Reason, Step } from "../../src/core/plan/plan.ts";
import type { Run, StepState } from "../../src/core/run/run.ts";
import type { ViewClock } from "../../src/views/progress.ts";
import { layersOf } from "../kit/values.ts";

export const START_MS = Date.UTC(2026, 8, 1, 10, 2, 11);

export function id(text: string): ReleaseId {
  const [namespace = "shop", name = text] = text.includes("/") ? text.split("/") : ["shop", text];
  return releaseId(namespace, name);
}

export function declarationOf(release: ReleaseId, values: Declaration["values"] = []): Declaration {
  const [namespace = "", name = ""] = release.split("/");
  const range = { file: `releases/${name}.yaml`, line: 3, column: 1 };
  return {
    id: release,
    name,
    namespace,
    releaseName: name,
    chart: { kind: "path", path: `charts/${name}`, written: `./charts/${name}` },
    chartRange: range,
    dependsOn: [],
    values,
    createNamespace: true,
    timeoutMs: 300_000,
    failFast: { imagePullMs: 60_000, configMs: 30_000, crashLoop: { restarts: 3, forMs: 60_000 } },
    onFailure: "rollback",
    retries: 0,
    waitWith: "auto",
    crds: "create",
    health: [],
    stableForMs: 0,
    test: false,
    labels: {},
    fieldConflicts: "take",
    driftDetection: { ignore: [] },
    provides: [],
    foresightIgnore: [],
    suspend: false,
    protect: false,
    maxHistory: 10,
    digest: "d",
    range,
  };
}

export type StepFacts = {
  readonly wave?: number;
  readonly after?: readonly string[];
  readonly reasons?: readonly [Reason, ...Reason[]];
  readonly version?: string;
  readonly values?: Declaration["values"];
  readonly declaration?: Partial<Declaration>;
};

function stepBase(release: ReleaseId, facts: StepFacts) {
  const [namespace = "", releaseName = ""] = release.split("/");
  return {
    release,
    namespace,
    releaseName,
    wave: facts.wave ?? 1,
    after: (facts.after ?? []).map(id),
    dependencies: [],
  };
}

export function applyStep(kind: "install" | "upgrade", name: string, facts: StepFacts = {}): Step {
  const release = id(name);
  const base: ApplyBase = {
    pin: {
      declaration: { ...declarationOf(release, facts.values), ...facts.declaration },
      chart: {
        name: release.split("/")[1] ?? "",
        version: facts.version ?? "1.4.0",
        digest: "d",
        folder: "/charts",
        hasCrds: false,
        hasSchema: false,
        hooks: [],
        namespaces: [],
      },
      values: layersOf({ values: facts.values ?? [] }),
      missing: [],
      valuesDigest: "v",
      fingerprint: "f",
    },
    asItIs: kind === "install" ? { standing: "unknown" } : { standing: "healthy", revision: 17 },
    fromRevision: kind === "install" ? 0 : 17,
    firstInstall: kind === "install",
    priority: 0,
    applyMethod: "server-side",
    quarantineKey: "q",
  };
  return {
    ...stepBase(release, facts),
    kind,
    reasons: facts.reasons ?? [{ kind: "not-installed" }],
    ...base,
  };
}

export function keepStep(
  name: string,
  standing: Extract<Step, { kind: "keep" }>["standing"],
  facts: StepFacts = {},
): Step {
  const release = id(name);
  return {
    ...stepBase(release, facts),
    kind: "keep",
    standing,
    declaration: declarationOf(release),
    reasons: facts.reasons ?? [{ kind: "unchanged" }],
  };
}

export function uninstallStep(name: string, facts: StepFacts = {}): Step {
  return {
    ...stepBase(id(name), facts),
    kind: "uninstall",
    revision: 3,
    timeoutMs: 60_000,
    reasons: facts.reasons ?? [{ kind: "destroy" }],
  };
}

export function planOf(steps: readonly Step[]): Plan {
  return {
    stack: "shop",
    stackLabel: "shop",
    order: "dependencies",
    steps,
    waves: Math.max(0, ...steps.map((step) => step.wave)),
    namespaces: [],
  };
}

export function runOf(pairs: readonly (readonly [Step, StepState])[]): Run {
  const clock = { sinceMs: START_MS, spent: {} };
  const steps = new Map(pairs.map(([step, state]) => [step.release, { step, state, clock }]));
  const dependentsOf = new Map<ReleaseId, ReleaseId[]>();
  for (const [step] of pairs)
    for (const dependency of step.after)
      dependentsOf.set(dependency, [...(dependentsOf.get(dependency) ?? []), step.release]);
  return {
    id: "r7",
    plan: planOf(pairs.map(([step]) => step)),
    startedAtMs: START_MS,
    steps,
    dependentsOf,
    namespaces: new Map(),
    wavesFinished: 0,
    takingBack: new Map(),
  };
}

export const imageTrouble: Trouble = {
  object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "orders" },
  pod: "orders-5d4-x7k2p",
  container: "app",
  reason: "ImagePullBackOff",
  message: 'image "shop/orders:1.4.0" not found',
};

export const imageSuspect: Suspect = { ...imageTrouble, key: "orders|app", family: "image-pull" };

export const unhealthy: Failure = { kind: "unhealthy", message: "shop/orders did not become healthy" };

export const proof: Evidence = {
  troubles: [imageTrouble],
  events: [
    {
      object: imageTrouble.object,
      reason: "Failed",
      message: "Failed to pull image",
      count: 3,
      at: "2026-09-01T10:02:40Z",
    },
  ],
  logs: [
    {
      pod: "orders-5d4-x7k2p",
      namespace: "shop",
      container: "init",
      previous: true,
      lines: ["\u001b[31mno such table\u001b[0m: orders", "bye"],
    },
  ],
};

export const pendingHealth: ReleaseHealth = {
  kind: "pending",
  waitingFor: [imageTrouble],
  suspects: [imageSuspect],
  ready: 3,
  total: 4,
};

const attempt = {
  attempt: 1,
  startedAtMs: START_MS + 1_000,
  deadlineMs: START_MS + 301_000,
  suspectsSinceMs: new Map(),
};

/** States by short names. */
export const states = {
  waiting: (...on: string[]): StepState => ({
    kind: "holding",
    hold: { kind: "dependency", on: on.map(id) },
  }),
  applying: { kind: "applying", ...attempt } satisfies StepState,
  settling: {
    kind: "settling",
    applied: { revision: 18, objects: [] },
    health: pendingHealth,
    ...attempt,
  } satisfies StepState,
  ready: { kind: "healthy", revision: 3 } satisfies StepState,
  rolledBack: { kind: "rolled-back", toRevision: 17, failure: unhealthy } satisfies StepState,
  kept: { kind: "failed", failure: unhealthy, standing: "kept" } satisfies StepState,
  skipped: (...by: string[]): StepState => ({ kind: "skipped", blockedBy: by.map(id) }),
};

/** postgres is ready, orders was rolled back, web and its mail are blocked by it. */
export function failedRun(): { readonly run: Run; readonly outcome: Outcome } {
  const run = runOf([
    [applyStep("install", "postgres"), states.ready],
    [
      applyStep("upgrade", "orders", {
        wave: 2,
        after: ["postgres"],
        reasons: [{ kind: "chart-changed", from: "1.3.9", to: "1.4.0" }],
      }),
      states.rolledBack,
    ],
    [applyStep("install", "web", { wave: 3, after: ["orders"] }), states.skipped("orders")],
    [applyStep("install", "mail", { wave: 4, after: ["web"] }), states.skipped("orders")],
  ]);
  return {
    run,
    outcome: {
      kind: "rolled-back",
      counts: { Ready: 1, RolledBack: 1, Blocked: 2 },
      roots: [{ release: id("orders"), cause: "ImagePullBackOff", blocks: 2 }],
      exitCode: 5,
    },
  };
}

/** One event of each kind; a kind without one does not compile. */
export function everyEvent(outcome: Outcome): readonly Event[] {
  const at = { atMs: START_MS + 5_000, run: "r7" };
  const orders = { ...at, release: id("orders") };
  const events: { readonly [K in Event["kind"]]: Extract<Event, { kind: K }> } = {
    "run-started": {
      ...at,
      kind: "run-started",
      stack: "shop",
      waves: 4,
      actions: { install: 3, upgrade: 1 },
      releases: [
        {
          release: id("orders"),
          wave: 2,
          action: "upgrade",
          reason: {
            kind: "values-changed",
            changes: [{ path: "db.password", before: "hunter2", after: "hunter3" }],
          },
          after: [id("postgres")],
        },
      ],
    },
    "take-back-started": {
      ...at,
      kind: "take-back-started",
      dueTo: id("orders"),
      releases: [id("web"), id("postgres")],
    },
    "namespace-created": { ...at, kind: "namespace-created", namespace: "shop" },
    "step-held": { ...orders, kind: "step-held", hold: { kind: "dependency", on: [id("postgres")] } },
    "record-recovered": { ...orders, kind: "record-recovered", revision: 17, status: "pending-upgrade" },
    "crds-applied": { ...orders, kind: "crds-applied", names: ["orders.shop.example"] },
    "apply-started": { ...orders, kind: "apply-started", action: "upgrade", attempt: 1 },
    "apply-delayed": {
      ...orders,
      kind: "apply-delayed",
      failure: { kind: "webhook-down", message: "applying shop/orders: connection refused", next: "wait" },
      retryAtMs: START_MS + 9_000,
    },
    "apply-finished": { ...orders, kind: "apply-finished", revision: 18, durationMs: 1_234 },
    "workloads-restarted": {
      ...orders,
      kind: "workloads-restarted",
      objects: [{ apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "orders" }],
    },
    "health-changed": { ...orders, kind: "health-changed", health: pendingHealth },
    "stability-awaited": { ...orders, kind: "stability-awaited", forMs: 30_000 },
    "test-started": { ...orders, kind: "test-started" },
    "test-finished": { ...orders, kind: "test-finished", tests: 2, durationMs: 4_000 },
    "release-ready": {
      ...at,
      release: id("postgres"),
      kind: "release-ready",
      revision: 1,
      durationMs: 31_000,
    },
    "wave-finished": { ...at, kind: "wave-finished", wave: 1, ready: 1, releases: 1 },
    "release-failed": {
      ...orders,
      kind: "release-failed",
      failure: unhealthy,
      evidence: proof,
      then: "rollback",
    },
    "rollback-started": { ...orders, kind: "rollback-started", toRevision: 17 },
    "rollback-finished": {
      ...orders,
      kind: "rollback-finished",
      toRevision: 17,
      revision: 19,
      durationMs: 2_000,
    },
    "rollback-failed": {
      ...orders,
      kind: "rollback-failed",
      failure: { kind: "rollback-failed", message: "rolling back: no" },
    },
    "uninstall-started": { ...orders, kind: "uninstall-started" },
    "uninstall-finished": { ...orders, kind: "uninstall-finished", durationMs: 3_000 },
    "release-skipped": { ...at, release: id("web"), kind: "release-skipped", blockedBy: [id("orders")] },
    "release-cancelled": { ...at, release: id("mail"), kind: "release-cancelled" },
    warning: { ...orders, kind: "warning", message: "field spec.replicas taken over from kubectl" },
    interrupted: { ...at, kind: "interrupted", why: "Ctrl-C" },
    "run-finished": { ...at, kind: "run-finished", outcome, durationMs: 377_000 },
  };
  return Object.values(events);
}

/** A clock that moves only when told, and calls back what is due on the way. */
export function handClock(): ViewClock & { advance(ms: number): void; pending(): number } {
  let nowMs = START_MS;
  let next = 0;
  const wakes = new Map<number, { readonly atMs: number; readonly callBack: () => void }>();
  const due = (untilMs: number) =>
    [...wakes].filter(([, wake]) => wake.atMs <= untilMs).toSorted((a, b) => a[1].atMs - b[1].atMs)[0];
  return {
    nowMs: () => nowMs,
    wakeAt(atMs, callBack) {
      const key = next++;
      wakes.set(key, { atMs, callBack });
      return () => wakes.delete(key);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let wake = due(untilMs); wake !== undefined; wake = due(untilMs)) {
        wakes.delete(wake[0]);
        nowMs = Math.max(nowMs, wake[1].atMs);
        wake[1].callBack();
      }
      nowMs = untilMs;
    },
    pending: () => wakes.size,
  };
}
