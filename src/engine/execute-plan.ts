// Runs a plan: feeds facts to the run machine, carries out the effects it asks for, and tells the views. All decisions
// are core's; here is only the loop. How each effect is carried out is carry-out.ts.
import { advance, startRun } from "../core/run/advance.ts";
import type { Event } from "../core/event.ts";
import type { Plan } from "../core/plan.ts";
import type { Effect, Fact, Run } from "../core/run/run.ts";
import type { Clock } from "./ports.ts";

/** Told of each event, with the run as it is after it. */
export type View = (event: Event, run: Run) => void;

type Unstamped<F> = F extends Fact ? Omit<F, "atMs"> : never;
/** A fact without its time; the loop stamps it when it takes it in. */
export type News = Unstamped<Fact>;

export type RunningPlan = {
  readonly ended: Promise<Run>;
  /** Stops the run in good order; what is under way is stopped, nothing new starts. */
  stop(why: "interrupted" | "lease-lost"): void;
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
  let isBusy = false;
  let alarm: { readonly atMs: number; readonly off: () => void } | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<Run>();

  const wakeAt = (atMs: number): void => {
    if (alarm !== undefined && alarm.atMs <= atMs) return;
    alarm?.off();
    const off = clock.wakeAt(atMs, () => {
      alarm = undefined;
      take({ kind: "woken" });
    });
    alarm = { atMs, off };
  };

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

  const step = (news: News): void => {
    const before = run;
    const advanced = advance(run, { ...news, atMs: clock.nowMs() } as Fact);
    run = advanced.run;
    for (const effect of advanced.effects) {
      if (effect.kind === "wake") wakeAt(effect.atMs);
      else input.carryOut(effect, take);
    }
    for (const event of advanced.events) for (const view of input.views) view(event, run);
    if (before.outcome === undefined && run.outcome !== undefined) {
      alarm?.off();
      resolve(run);
    } else if (news.kind === "woken") rearm(run, clock.nowMs(), wakeAt);
  };

  take({ kind: "run-begun" });
  return {
    ended: promise,
    stop: (why) => {
      take({ kind: "stop-asked", why });
    },
  };
}

// There is one alarm, the earliest; when it has rung, the later ones that it stood for are asked for again.
function rearm(run: Run, nowMs: number, wakeAt: (atMs: number) => void): void {
  for (const { state } of run.steps.values()) {
    const atMs =
      state.kind === "settling" || state.kind === "rolling-back" || state.kind === "uninstalling"
        ? state.deadlineMs
        : state.kind === "backing-off"
          ? state.untilMs
          : undefined;
    if (atMs !== undefined && atMs > nowMs) wakeAt(atMs);
  }
}
