// Runs a plan: feeds facts to the run machine, carries out the effects it asks for, and tells the views. All decisions
// are core's; here is only the loop. How each effect is carried out is carry-out.ts.
import { advance, startRun } from "../core/run/advance.ts";
import type { Event } from "../core/event.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Suspension } from "../core/observation.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Effect, Fact, Run, StopWish } from "../core/run/run.ts";
import type { Clock } from "./ports.ts";

/** Told of each event, with the run as it is after it. */
export type View = (event: Event, run: Run) => void;

type Unstamped<F> = F extends Fact ? Omit<F, "atMs"> : never;
/** A fact without its time; the loop stamps it when it takes it in. */
export type News = Unstamped<Fact>;

export type RunningPlan = {
  readonly ended: Promise<Run>;
  /** Stops the run in good order; nothing new starts. */
  stop(why: StopWish): void;
  /** Leaves a release alone where it has not started. */
  suspend(release: ReleaseId, said: Suspension): void;
};

/** Starts the run at once. `carryOut` begins one effect and reports its end as news. */
export function executePlan(input: {
  readonly plan: Plan;
  readonly runId: string;
  readonly clock: Clock;
  readonly views: readonly View[];
  readonly carryOut: (effect: Exclude<Effect, { kind: "wake" }>, tell: (news: News) => void) => void;
}): RunningPlan {
  const { clock } = input;
  let run = startRun(input.plan, input.runId, clock.nowMs());
  const inbox: News[] = [];
  const views = new Set(input.views);
  let isBusy = false;
  const { promise, resolve, reject } = Promise.withResolvers<Run>();

  const take = (news: News): void => {
    inbox.push(news);
    if (isBusy) return;
    isBusy = true;
    try {
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) step(next);
    } catch (bug) {
      reject(bug instanceof Error ? bug : new Error(String(bug)));
    } finally {
      isBusy = false;
    }
  };
  const alarm = setAlarms(clock, () => {
    take({ kind: "woken" });
  });

  // A view only shows: one that breaks is left out, and the run goes on.
  const show = (event: Event): void => {
    for (const view of views)
      try {
        view(event, run);
      } catch {
        views.delete(view);
      }
  };

  const step = (news: News): void => {
    const before = run;
    const advanced = advance(run, { ...news, atMs: clock.nowMs() });
    run = advanced.run;
    for (const effect of advanced.effects) {
      if (effect.kind === "wake") alarm.at(effect.atMs);
      else input.carryOut(effect, take);
    }
    for (const event of advanced.events) show(event);
    if (before.outcome === undefined && run.outcome !== undefined) {
      alarm.off();
      resolve(run);
    }
  };

  take({ kind: "run-begun" });
  return {
    ended: promise,
    stop: (why) => {
      take({ kind: "stop-asked", why });
    },
    suspend: (release, said) => {
      take({ kind: "release-suspended", release, said });
    },
  };
}

/** Any number of wishes to be woken on one timer of the clock: each is kept until its time has come. */
function setAlarms(clock: Clock, ring: () => void): { at(atMs: number): void; off(): void } {
  const wishes = new Set<number>();
  let armed: { readonly atMs: number; readonly off: () => void } | undefined;
  const arm = (): void => {
    const next = wishes.values().reduce((first, atMs) => Math.min(first, atMs), Infinity);
    if (next === Infinity || (armed !== undefined && armed.atMs <= next)) return;
    armed?.off();
    const off = clock.wakeAt(next, () => {
      armed = undefined;
      // A timer may be early by a hair; then what is not due is simply asked for again.
      const nowMs = clock.nowMs();
      const due = [...wishes].filter((atMs) => atMs <= nowMs);
      for (const atMs of due) wishes.delete(atMs);
      arm();
      if (due.length > 0) ring();
    });
    armed = { atMs: next, off };
  };
  return {
    at: (atMs) => {
      wishes.add(atMs);
      arm();
    },
    off: () => {
      wishes.clear();
      armed?.off();
      armed = undefined;
    },
  };
}
