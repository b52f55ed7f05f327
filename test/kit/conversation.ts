// Drives the run machine as a conversation: what it asks for, what is answered, how time passes. Orders, facts and states
// are short texts, so that a test reads as a story; bookkeeping that nothing waits for is asked for apart.
import { expect } from "vitest";
import type { Event, Outcome } from "../../src/core/event.ts";
import { parseDuration } from "../../src/core/duration.ts";
import type { Failure, FailureKind } from "../../src/core/failure.ts";
import type { Evidence, ReleaseHealth, Suspect, Trouble } from "../../src/core/health/health.ts";
import type { ReleaseId } from "../../src/core/ids.ts";
import type { PinnedRelease } from "../../src/core/pin.ts";
import type { Applied } from "../../src/core/plan/plan.ts";
import { advance, startRun } from "../../src/core/run/advance.ts";
import type { Effect, Fact, Run, StepState } from "../../src/core/run/run.ts";
import { shownState } from "../../src/core/shown-state.ts";
import { objectsOf } from "../../src/core/values/values-objects.ts";
import { deployment, id, type Fleet } from "./fleet.ts";

export const startMs = Date.UTC(2026, 8, 1, 10, 0, 0);

export const noEvidence: Evidence = { troubles: [], events: [], logs: [] };

type WithoutTime<F> = F extends Fact ? Omit<F, "atMs"> : never;

export type Conversation = {
  /** Exactly these orders were given since the last answer or passage of time. */
  expects(...orders: readonly string[]): Conversation;
  /** These orders that nothing waits for are among those given since then: `mark-verified db r2`, `unwatch db`. */
  notes(...orders: readonly string[]): Conversation;
  notesNothing(order: string): Conversation;
  /** These events, in this order, are among those told since then; none were where none is named. */
  tells(...events: readonly string[]): Conversation;
  /** Answers, one by one: `helm finished db`. */
  when(...answers: readonly string[]): Conversation;
  whenFact(fact: WithoutTime<Fact>): Conversation;
  /** Lets time pass; the wake-ups that were asked for come when they are due. */
  after(duration: string): Conversation;
  /** What every surface shows for a release: `Waiting for shop/db`. */
  shows(name: string, shown: string): Conversation;
  /** The run has ended so. */
  ends(exitCode: number, kind: Outcome["kind"]): Conversation;
  goesOn(): Conversation;
  state(name: string): StepState;
  readonly run: () => Run;
  readonly allEvents: () => readonly Event[];
  readonly allOrders: () => readonly Effect[];
};

export function start(fleet: Fleet): Conversation {
  let run = startRun(fleet.plan, "run-1", startMs);
  let nowMs = startMs;
  const wakes: number[] = [];
  const orders: Effect[] = [];
  const events: Event[] = [];
  let lately: { orders: Effect[]; events: Event[] } = { orders: [], events: [] };
  const revisions = new Map(
    fleet.plan.steps.map((step) => [step.release, "fromRevision" in step ? step.fromRevision : 1]),
  );
  const watched = new Map<ReleaseId, Applied>();

  const take = (fact: WithoutTime<Fact>): void => {
    const advanced = advance(run, { ...fact, atMs: nowMs });
    run = advanced.run;
    for (const effect of advanced.effects) {
      if (effect.kind === "wake") wakes.push(effect.atMs);
      if (effect.kind === "watch-health" || effect.kind === "watch-gone")
        watched.set(effect.release, effect.applied);
    }
    orders.push(...advanced.effects);
    events.push(...advanced.events);
    lately.orders.push(...advanced.effects);
    lately.events.push(...advanced.events);
  };
  const forget = (): void => {
    lately = { orders: [], events: [] };
  };
  const context = {
    next: (release: ReleaseId): Applied => {
      const revision = (revisions.get(release) ?? 0) + 1;
      revisions.set(release, revision);
      return { revision, objects: [deployment(release.split("/")[1] ?? "")] };
    },
    seen: (release: ReleaseId): Applied => ({
      revision: (revisions.get(release) ?? 0) + 1,
      objects: [],
      hooks: [],
    }),
    watched: (release: ReleaseId): number => watched.get(release)?.revision ?? 0,
    pin: (release: ReleaseId): PinnedRelease => {
      const step = run.steps.get(release)?.step;
      if (step === undefined || !("pin" in step)) throw new Error("no pin");
      return step.pin;
    },
  };

  const talk: Conversation = {
    expects: (...wanted) => {
      expect(lately.orders.filter(isWork).map(describeOrder)).toEqual(wanted);
      return talk;
    },
    notes: (...wanted) => {
      expect(lately.orders.filter((order) => !isWork(order)).map(describeOrder)).toEqual(
        expect.arrayContaining([...wanted]),
      );
      return talk;
    },
    notesNothing: (order) => {
      expect(lately.orders.map(describeOrder)).not.toContain(order);
      return talk;
    },
    tells: (...wanted) => {
      const told = lately.events.map(describeEvent);
      expect(wanted.length === 0 ? told : told.filter((event) => wanted.includes(event))).toEqual(wanted);
      return talk;
    },
    when: (...answers) => {
      forget();
      for (const answer of answers) take(readAnswer(answer, context));
      return talk;
    },
    whenFact: (fact) => {
      forget();
      take(fact);
      return talk;
    },
    after: (duration) => {
      forget();
      const untilMs = nowMs + durationMs(duration);
      for (;;) {
        wakes.sort((a, b) => a - b);
        const [next] = wakes;
        if (next === undefined || next > untilMs) break;
        while (wakes[0] === next) wakes.shift();
        nowMs = Math.max(nowMs, next);
        take({ kind: "woken" });
      }
      nowMs = untilMs;
      return talk;
    },
    shows: (name, shown) => {
      expect(describeState(run, name)).toBe(shown);
      return talk;
    },
    ends: (exitCode, kind) => {
      expect({ exitCode: run.outcome?.exitCode, kind: run.outcome?.kind }).toEqual({ exitCode, kind });
      expect(events.filter((event) => event.kind === "run-finished")).toHaveLength(1);
      return talk;
    },
    goesOn: () => {
      expect(run.outcome).toBeUndefined();
      return talk;
    },
    state: (name) => stateOf(run, name),
    run: () => run,
    allEvents: () => events,
    allOrders: () => orders,
  };
  take({ kind: "run-begun" });
  return talk;
}

/** Orders whose end is waited for, or that look at something; the rest is bookkeeping. */
function isWork(order: Effect): boolean {
  return (
    order.kind !== "wake" &&
    order.kind !== "unwatch" &&
    order.kind !== "delete-pods" &&
    order.kind !== "mark-verified" &&
    order.kind !== "clear-failure" &&
    order.kind !== "clean-up-tests"
  );
}

/** `upgrade db`, `roll-back db to 1`, `record-failure db: kept, quarantined`. */
export function describeOrder(order: Effect): string {
  switch (order.kind) {
    case "wake":
      return `wake after ${(order.atMs - startMs) / 1000}s`;
    case "ensure-namespace":
      return `ensure-namespace ${order.namespace}`;
    case "roll-back":
      return `roll-back ${nameOf(order.release)} to ${order.toRevision}`;
    case "record-take-back":
      return `record-take-back ${order.entries.map(({ release, to }) => `${nameOf(release)} to ${to}`).join(", ")}`;
    case "record-failure":
      return `record-failure ${nameOf(order.release)}: ${order.record.outcome}${
        order.quarantineKey === undefined ? "" : ", quarantined"
      }${order.endsTakeBack === true ? ", no more to take back" : ""}`;
    case "mark-verified":
      return `mark-verified ${nameOf(order.release)} r${order.revision}${
        typeof order.fingerprint === "string" ? "" : ` as r${order.fingerprint.ofRevision}`
      }`;
    case "recover-record":
    case "await-conditions":
    case "read-values":
    case "run-tests":
    case "apply-crds":
    case "upgrade":
    case "stop-helm":
    case "uninstall":
    case "watch-health":
    case "watch-gone":
    case "unwatch":
    case "capture-evidence":
    case "clear-failure":
      return `${order.kind} ${nameOf(order.release)}`;
    case "clean-up-tests":
      return `clean-up-tests ${nameOf(order.release)}: ${order.all ? "all" : "what still runs"}`;
    case "delete-pods":
      return `delete-pods ${order.pods.map(({ object }) => object.name).join(", ")}`;
  }
}

/** `release-ready db`, `step-held api: blocked`, `wave-finished 2: 3/4`. */
export function describeEvent(event: Event): string {
  const name = "release" in event ? ` ${nameOf(event.release)}` : "";
  if (event.kind === "step-held") return `step-held${name}: ${event.hold.kind}`;
  if (event.kind === "release-failed") return `release-failed${name}: ${event.then}`;
  if (event.kind === "wave-finished") return `wave-finished ${event.wave}: ${event.ready}/${event.releases}`;
  if (event.kind === "apply-started")
    return `apply-started${name}: ${event.action}, attempt ${event.attempt}`;
  if (event.kind === "run-finished") return `run-finished: ${event.outcome.exitCode}`;
  return `${event.kind}${name}`;
}

function describeState(run: Run, name: string): string {
  const entry = run.steps.get(id(name));
  if (entry === undefined) throw new Error(`no release ${name}`);
  const { state, detail } = shownState(entry.step, entry.state);
  return detail === undefined ? state : `${state}: ${detail}`;
}

function stateOf(run: Run, name: string): StepState {
  const entry = run.steps.get(id(name));
  if (entry === undefined) throw new Error(`no release ${name}`);
  return entry.state;
}

function nameOf(release: ReleaseId): string {
  return release.startsWith("shop/") ? release.slice("shop/".length) : release;
}

function durationMs(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.problem}`);
  return parsed.ms;
}

export function failure(kind: FailureKind): Failure {
  return { kind, message: `the ${kind} message` };
}

export function trouble(name: string, reason = "0/1 ready"): Trouble {
  return {
    object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name },
    reason,
  };
}

/** Pending with one suspect: `crash-loop` has been restarted often enough to count. */
export function suspicion(name: string, family: Suspect["family"]): ReleaseHealth {
  const suspect: Suspect = {
    ...trouble(name, "CrashLoopBackOff"),
    pod: `${name}-0`,
    key: `${name}-0|app|${family}`,
    family,
    restarts: 5,
  };
  return { kind: "pending", waitingFor: [trouble(name), suspect], suspects: [suspect], ready: 0, total: 1 };
}

export const waiting = (name: string): Extract<ReleaseHealth, { kind: "pending" }> => ({
  kind: "pending",
  waitingFor: [trouble(name)],
  suspects: [],
  ready: 0,
  total: 1,
});

export const broken = (name: string): ReleaseHealth => ({
  kind: "failed",
  troubles: [trouble(name, "ProgressDeadlineExceeded")],
  ready: 0,
  total: 1,
});

type AnswerContext = {
  readonly next: (release: ReleaseId) => Applied;
  readonly seen: (release: ReleaseId) => Applied;
  readonly watched: (release: ReleaseId) => number;
  readonly pin: (release: ReleaseId) => PinnedRelease;
};

const answers: readonly (readonly [
  RegExp,
  (match: readonly string[], context: AnswerContext) => WithoutTime<Fact>,
])[] = [
  [/^interrupted$/, () => ({ kind: "stop-asked", why: "interrupted" })],
  [/^stack suspended$/, () => ({ kind: "stop-asked", why: "suspended" })],
  [/^newer commit$/, () => ({ kind: "stop-asked", why: "newer-commit" })],
  [
    /^(\S+) suspended$/,
    ([, name = ""]) => ({
      kind: "release-suspended",
      release: id(name),
      said: { by: "anna", at: "2026-09-01T10:00:00.000Z", reason: "migration" },
    }),
  ],
  [/^lease lost$/, () => ({ kind: "stop-asked", why: "lease-lost" })],
  [
    /^namespace (\S+) (ensured|created)$/,
    ([, namespace = "", how]) => ({ kind: "namespace-ensured", namespace, created: how === "created" }),
  ],
  [
    /^namespace (\S+) refused: (\S+)$/,
    ([, namespace = "", kind]) => ({
      kind: "namespace-refused",
      namespace,
      failure: failure(kind as FailureKind),
    }),
  ],
  [
    /^record of (\S+) recovered$/,
    ([, name = ""]) => ({
      kind: "record-recovered",
      release: id(name),
      revision: 2,
      status: "pending-upgrade",
    }),
  ],
  [
    /^record of (\S+) seen$/,
    ([, name = ""], { seen }) => ({ kind: "record-seen", release: id(name), applied: seen(id(name)) }),
  ],
  [
    /^take-back of (.+) recorded$/,
    ([, names = ""]) => ({ kind: "take-back-recorded", releases: names.split(", ").map(id) }),
  ],
  [/^failure of (\S+) recorded$/, ([, name = ""]) => ({ kind: "failure-recorded", release: id(name) })],
  [
    /^evidence of (\S+)$/,
    ([, name = ""]) => ({ kind: "evidence-captured", release: id(name), evidence: noEvidence }),
  ],
  [
    /^conditions of (\S+) awaited: (\S+) (.+)$/,
    ([, name = "", on = "", why = ""]) => ({
      kind: "conditions-awaited",
      release: id(name),
      unmet: [{ on: id(on), why }],
    }),
  ],
  [/^conditions of (\S+) met$/, ([, name = ""]) => ({ kind: "conditions-met", release: id(name) })],
  [
    /^tests of (\S+) passed: (\d+)$/,
    ([, name = "", ran]) => ({ kind: "tests-passed", release: id(name), ran: Number(ran) }),
  ],
  [
    /^tests of (\S+) failed: (\S+)$/,
    ([, name = "", kind]) => ({
      kind: "tests-failed",
      release: id(name),
      failure: failure(kind as FailureKind),
    }),
  ],
  [
    /^tests of (\S+) (fail|hang|run)$/,
    ([, name = "", how]) => ({
      kind: "tests-observed",
      release: id(name),
      health:
        how === "fail"
          ? broken(`${name}-test`)
          : how === "hang"
            ? suspicion(`${name}-test`, "image-pull")
            : waiting(`${name}-test`),
    }),
  ],
  [
    /^values of (\S+) awaited$/,
    ([, name = ""], { pin }) => ({
      kind: "values-awaited",
      release: id(name),
      missing: objectsOf(pin(id(name)).declaration),
    }),
  ],
  [
    /^values of (\S+) read$/,
    ([, name = ""], { pin }) => ({
      kind: "values-read",
      release: id(name),
      pin: { ...pin(id(name)), missing: [], fingerprint: `final ${name}` },
    }),
  ],
  [
    /^crds of (\S+)$/,
    ([, name = ""]) => ({ kind: "crds-applied", release: id(name), names: ["things.example.com"] }),
  ],
  [
    /^preparation of (\S+) refused: (\S+)$/,
    ([, name = "", kind]) => ({
      kind: "preparation-refused",
      release: id(name),
      failure: failure(kind as FailureKind),
    }),
  ],
  [/^helm started (\S+)$/, ([, name = ""]) => ({ kind: "helm-started", release: id(name) })],
  [
    /^helm finished (\S+)$/,
    ([, name = ""], { next }) => ({ kind: "helm-finished", release: id(name), applied: next(id(name)) }),
  ],
  [
    /^helm failed (\S+): (\S+), stored$/,
    ([, name = "", kind], { next }) => ({
      kind: "helm-failed",
      release: id(name),
      failure: failure(kind as FailureKind),
      applied: next(id(name)),
    }),
  ],
  [
    /^helm failed (\S+): (\S+)$/,
    ([, name = "", kind]) => ({
      kind: "helm-failed",
      release: id(name),
      failure: failure(kind as FailureKind),
    }),
  ],
  [
    /^(\S+) (healthy|gone|pending|failing|suspect \S+)$/,
    ([, name = "", how = ""], { watched }) => ({
      kind: "health-observed",
      release: id(name),
      revision: watched(id(name)),
      health: healthIn(name, how),
    }),
  ],
];

function healthIn(name: string, how: string): ReleaseHealth {
  if (how === "healthy" || how === "gone") return { kind: "ready" };
  if (how === "pending") return waiting(name);
  if (how === "failing") return broken(name);
  return suspicion(name, how.replace("suspect ", "") as Suspect["family"]);
}

function readAnswer(text: string, context: AnswerContext): WithoutTime<Fact> {
  for (const [pattern, read] of answers) {
    const match = pattern.exec(text);
    if (match !== null) return read([...match], context);
  }
  throw new Error(`an answer that nobody understands: ${text}`);
}
