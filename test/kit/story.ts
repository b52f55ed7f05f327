// A story on a puppet cluster: stacks are run one after the other while a virtual clock passes, and how each run ended is told
// in short.
import type { Failure, Result } from "../../src/core/failure.ts";
import { compileRules } from "../../src/core/expressions/compile-rules.ts";
import type { Run } from "../../src/core/run/run.ts";
import { shownState } from "../../src/core/shown-state.ts";
import { runStack, type PlanOptions, type ReadyStack } from "../../src/engine/run-stack.ts";
import { describeEvent, startMs } from "./conversation.ts";
import type { Fleet } from "./fleet.ts";
import { puppetCluster, type Fate, type Lot, type PuppetCluster } from "./puppet-cluster.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

export const stackLabel = "shop.0123abcd";

const holder = { identity: "me", host: "here", bootId: "b", pid: 1, startTime: "1", runFolder: "/run" };

type Options = Partial<PlanOptions> & {
  readonly stop?: AbortSignal;
  readonly consent?: () => Promise<Failure | undefined>;
};

export type Story = {
  readonly cluster: PuppetCluster;
  readonly clock: VirtualClock;
  /** Starts a run of a stack; `events` grows while time passes. */
  readonly begin: (
    stack: Fleet,
    options?: Options,
  ) => {
    readonly ended: Promise<Result<Run>>;
    readonly events: readonly string[];
  };
  /** Runs a stack to its end. */
  readonly apply: (stack: Fleet, options?: Options) => Promise<Ended>;
};

/** How a run ended; `shown` by the short names of releases. */
export type Ended = {
  readonly exitCode: number | undefined;
  readonly shown: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly failure?: Failure;
};

/** A cluster in which each revision fares as `lots` say, by `db@2`. */
export function story(lots: Readonly<Record<string, Lot>> = {}): Story {
  const clock = virtualClock(startMs);
  const fate: Fate = (release, revision) => lots[`${release.replace("shop/", "")}@${revision}`] ?? {};
  const cluster = puppetCluster(clock, fate);
  const begin: Story["begin"] = (stack, options = {}) => {
    const events: string[] = [];
    const ready: ReadyStack = {
      name: "shop",
      label: stackLabel,
      order: "dependencies",
      ...(stack.plan.onFailure === undefined ? {} : { onFailure: stack.plan.onFailure }),
      declarations: stack.declarations,
      graph: stack.graph,
      pins: stack.pins,
      rules: compileRules(stack.declarations).value,
    };
    const ended = runStack(
      { ...cluster, clock },
      {
        stack: ready,
        options: {
          retry: false,
          adopt: false,
          destroy: false,
          prune: { prune: false, includeProtected: false },
          ...options,
        },
        runId: "run-1",
        holder,
        about: {
          source: "local:/shop",
          version: "0.0.0",
          actor: { user: "ada" },
          trigger: { command: "apply" },
          commit: () => Promise.resolve({ sha: "0123abc", dirty: false }),
        },
        warn: (message) => void events.push(`warning: ${message}`),
        consent: options.consent ?? (() => Promise.resolve(undefined)),
        views: [(event) => void events.push(describeEvent(event))],
        stop: options.stop ?? new AbortController().signal,
        unlockAfterMs: 60_000,
      },
    );
    return { ended, events };
  };
  const apply: Story["apply"] = async (stack, options) => {
    const { ended, events } = begin(stack, options);
    await clock.pass(20 * 60_000);
    return describeEnd(await ended, events);
  };
  return { cluster, clock, begin, apply };
}

/** How a run ended, in short. */
export function describeEnd(ended: Result<Run>, events: readonly string[]): Ended {
  if (!ended.ok) return { exitCode: undefined, shown: {}, events, failure: ended.failure };
  const shown = [...ended.value.steps.values()].map(({ step, state }) => {
    const { state: word, detail } = shownState(step, state);
    return [step.release.replace("shop/", ""), detail === undefined ? word : `${word}: ${detail}`] as const;
  });
  return { exitCode: ended.value.outcome?.exitCode, shown: Object.fromEntries(shown), events };
}
