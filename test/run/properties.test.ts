// What holds for every run: random stacks, random ends of what is ordered, facts in random order, twice or late.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Failure, FailureKind } from "../../src/core/failure.ts";
import type { ReleaseHealth } from "../../src/core/health/health.ts";
import type { ReleaseId } from "../../src/core/ids.ts";
import type { Applied, Step } from "../../src/core/plan/plan.ts";
import { advance, startRun } from "../../src/core/run/advance.ts";
import type { Effect, Fact, Run, StepState } from "../../src/core/run/run.ts";
import { broken, noEvidence, startMs, suspicion, waiting } from "../kit/conversation.ts";
import { deployment, fleet, type Fleet, type ReleaseFacts } from "../kit/fleet.ts";

/** How each part of one release's way ends, decided beforehand: the order of facts can't change it. */
type Fate = {
  readonly preparation: "ok" | "refused" | "transient";
  readonly helm: "ok" | "refused" | "stored" | "transient" | "killed";
  readonly health: "ready" | "failed" | "suspect" | "never" | "slow";
  readonly rollback: "ok" | "failed" | "unhealthy";
  readonly isSeenEarly: boolean;
  readonly condition: "met" | "late" | "refused" | "never";
  readonly test: "passed" | "none" | "failed" | "transient" | "hangs" | "stuck";
};

const fate: fc.Arbitrary<Fate> = fc.record({
  preparation: fc.constantFrom("ok", "ok", "ok", "refused", "transient"),
  helm: fc.constantFrom("ok", "ok", "ok", "ok", "refused", "stored", "transient", "killed"),
  health: fc.constantFrom("ready", "ready", "ready", "failed", "suspect", "never", "slow"),
  rollback: fc.constantFrom("ok", "ok", "failed", "unhealthy"),
  isSeenEarly: fc.boolean(),
  condition: fc.constantFrom("met", "met", "late", "refused", "never"),
  test: fc.constantFrom("passed", "passed", "none", "failed", "transient", "hangs", "stuck"),
});

const facts: fc.Arbitrary<ReleaseFacts> = fc
  .record({
    kind: fc.constantFrom<Step["kind"]>(
      "upgrade",
      "upgrade",
      "upgrade",
      "install",
      "verify",
      "recover",
      "keep",
    ),
    standing: fc.constantFrom("healthy", "healthy", "degraded", "quarantined", "unknown"),
    then: fc.constantFrom("upgrade", "roll-back"),
    isLocked: fc.boolean(),
    hasCrds: fc.boolean(),
    onFailure: fc.constantFrom("rollback", "keep", "uninstall"),
    retries: fc.constantFrom(0, 0, 1, 2),
    stableForMs: fc.constantFrom(0, 0, 5_000, 30_000),
    test: fc.boolean(),
    hasCondition: fc.boolean(),
  } as const)
  .map(
    ({
      kind,
      standing,
      then,
      isLocked,
      hasCrds,
      onFailure,
      retries,
      stableForMs,
      test: tested,
      hasCondition,
    }) => ({
      kind,
      standing,
      then,
      from: kind === "install" ? 0 : 2,
      lastGood: kind === "install" ? "none" : 1,
      chart: { hasCrds },
      declaration: { onFailure, retries, timeoutMs: 90_000, stableForMs, test: tested },
      ...(hasCondition ? { readyExpr: "dep.revision > 0" } : {}),
      ...(isLocked
        ? { locked: { revision: 2, status: "pending-upgrade", resourceVersion: "5", ours: true } }
        : {}),
    }),
  );

type Scenario = { readonly fleet: Fleet; readonly fates: ReadonlyMap<ReleaseId, Fate> };

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    members: fc.array(fc.record({ facts, fate, behind: fc.array(fc.nat(), { maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 30,
    }),
    order: fc.constantFrom("dependencies", "dependencies", "waves"),
    hasNamespace: fc.boolean(),
  } as const)
  .map(({ members, order, hasNamespace }) => {
    const text = members.map(({ behind }, index) => {
      const names = index === 0 ? [] : [...new Set(behind.map((one) => `r${one % index}`))];
      return `r${index} <- ${names.join(", ")}`;
    });
    const factsOf = Object.fromEntries(members.map((member, index) => [`r${index}`, member.facts]));
    const made = fleet(text.join("\n"), factsOf, { order, namespaces: hasNamespace ? ["shop"] : [] });
    const fates = new Map(members.map((member, index) => [`shop/r${index}` as ReleaseId, member.fate]));
    return { fleet: made, fates };
  });

type News = Fact extends infer F ? (F extends Fact ? Omit<F, "atMs"> : never) : never;

/** Answers every order as the fates say, one at a time, in the order that `choose` gives. */
function play(
  { fleet: stack, fates }: Scenario,
  choose: (count: number) => number,
  watchers: {
    readonly onOrder?: (order: Effect, run: Run) => void;
    readonly onStep?: (before: Run, after: Run, news: News) => void;
    /** News that come by themselves before the answer of this turn. */
    readonly intrude?: (turn: number, told: readonly News[]) => readonly News[];
  } = {},
): Run {
  let run = startRun(stack.plan, "run-1", startMs);
  let nowMs = startMs;
  const wakes = new Set<number>();
  // Answers of one release come in their order; those of different releases in any.
  const answers = new Map<string, News[]>();
  const told: News[] = [];
  const revisions = new Map<ReleaseId, number>(
    stack.plan.steps.map((step) => [step.release, "fromRevision" in step ? step.fromRevision : 1]),
  );
  const answer = (key: string, ...news: readonly News[]): void => {
    answers.set(key, [...(answers.get(key) ?? []), ...news]);
  };
  const applied = (release: ReleaseId): Applied => {
    const revision = (revisions.get(release) ?? 0) + 1;
    revisions.set(release, revision);
    return { revision, objects: [deployment("x")] };
  };
  const take = (news: News): void => {
    const before = run;
    const advanced = advance(run, { ...news, atMs: nowMs });
    run = advanced.run;
    told.push(news);
    watchers.onStep?.(before, run, news);
    for (const order of advanced.effects) {
      watchers.onOrder?.(order, before);
      if (order.kind === "wake") wakes.add(order.atMs);
      else reply(order, fates, answer, applied, run);
    }
  };
  take({ kind: "run-begun" });
  for (let turn = 0; run.outcome === undefined && turn < 20_000; turn++) {
    for (const news of watchers.intrude?.(turn, told) ?? []) take(news);
    const keys = [...answers.keys()].filter((key) => (answers.get(key)?.length ?? 0) > 0);
    if (keys.length > 0) {
      const key = keys[choose(keys.length)] ?? "";
      const [next, ...rest] = answers.get(key) ?? [];
      answers.set(key, rest);
      if (next !== undefined) take(next);
    } else if (wakes.size > 0) {
      nowMs = Math.max(nowMs, Math.min(...wakes));
      for (const atMs of wakes) if (atMs <= nowMs) wakes.delete(atMs);
      take({ kind: "woken" });
    } else break;
  }
  return run;
}

function reply(
  order: Exclude<Effect, { kind: "wake" }>,
  fates: ReadonlyMap<ReleaseId, Fate>,
  answer: (key: string, ...news: readonly News[]) => void,
  applied: (release: ReleaseId) => Applied,
  run: Run,
): void {
  if (order.kind === "ensure-namespace") {
    answer("namespaces", { kind: "namespace-ensured", namespace: order.namespace, created: true });
    return;
  }
  if (order.kind === "record-take-back") {
    answer("take-back", {
      kind: "take-back-recorded",
      releases: order.entries.map(({ release }) => release),
    });
    return;
  }
  const { release } = order;
  const lot = fates.get(release);
  if (lot === undefined) return;
  const fail = (kind: FailureKind): Failure => ({ kind, message: `${kind} of ${release}` });
  switch (order.kind) {
    case "await-conditions": {
      const unmet = [{ on: release, why: "readyExpr is not true yet" }];
      if (lot.condition === "refused")
        answer(release, { kind: "preparation-refused", release, failure: fail("unreachable") });
      if (lot.condition === "late" || lot.condition === "never")
        answer(release, { kind: "conditions-awaited", release, unmet });
      if (lot.condition === "met" || lot.condition === "late")
        answer(release, { kind: "conditions-met", release });
      return;
    }
    case "read-values":
      // No release of these stacks has values from objects.
      return;
    case "run-tests":
      if (lot.test === "stuck")
        answer(release, { kind: "tests-observed", release, health: suspicion("x", "config") });
      // Helm waits for those until it is stopped.
      if (lot.test === "stuck" || lot.test === "hangs") return;
      answer(
        release,
        lot.test === "passed" || lot.test === "none"
          ? { kind: "tests-passed", release, ran: lot.test === "none" ? 0 : 1 }
          : {
              kind: "tests-failed",
              release,
              failure: fail(lot.test === "failed" ? "unhealthy" : "unreachable"),
            },
      );
      return;
    case "recover-record":
    case "apply-crds":
      answer(
        release,
        lot.preparation !== "ok"
          ? {
              kind: "preparation-refused",
              release,
              failure: fail(lot.preparation === "refused" ? "rejected" : "unreachable"),
            }
          : order.kind === "apply-crds"
            ? { kind: "crds-applied", release, names: [] }
            : { kind: "record-recovered", release, revision: 2, status: "pending-upgrade" },
      );
      return;
    case "upgrade": {
      answer(release, { kind: "helm-started", release });
      const stored = applied(release);
      const seen: News = { kind: "record-seen", release, applied: { ...stored, hooks: [] } };
      if (lot.isSeenEarly) answer(release, seen);
      if (lot.helm === "ok") answer(release, { kind: "helm-finished", release, applied: stored });
      else
        answer(release, {
          kind: "helm-failed",
          release,
          failure: fail(
            lot.helm === "transient" ? "unreachable" : lot.helm === "killed" ? "killed" : "rejected",
          ),
          ...(lot.helm === "stored" ? { applied: stored } : {}),
        });
      return;
    }
    case "roll-back":
      answer(
        release,
        lot.rollback === "failed"
          ? { kind: "helm-failed", release, failure: fail("hook-failed") }
          : { kind: "helm-finished", release, applied: applied(release) },
      );
      return;
    case "uninstall":
      answer(release, {
        kind: "helm-finished",
        release,
        applied: { revision: 1, objects: [deployment("x")] },
      });
      return;
    case "stop-helm":
      // Helm's own end stands in line already, but for tests that have none.
      if (run.steps.get(release)?.state.kind === "testing" && (lot.test === "stuck" || lot.test === "hangs"))
        answer(release, { kind: "tests-failed", release, failure: fail("interrupted") });
      return;
    case "watch-health": {
      const { revision } = order.applied;
      const state = run.steps.get(release)?.state;
      const isBack = state?.kind === "rolling-back";
      const healths: readonly ReleaseHealth[] = isBack
        ? [lot.rollback === "unhealthy" ? broken("x") : { kind: "ready" }]
        : state?.kind === "settling"
          ? healthsOf(lot.health)
          : [];
      answer(
        release,
        ...healths.map((health): News => ({ kind: "health-observed", release, revision, health })),
      );
      return;
    }
    case "watch-gone":
      answer(release, { kind: "health-observed", release, revision: 1, health: { kind: "ready" } });
      return;
    case "capture-evidence":
      answer(release, { kind: "evidence-captured", release, evidence: noEvidence });
      return;
    case "record-failure":
      answer(release, { kind: "failure-recorded", release });
      return;
    case "unwatch":
    case "delete-pods":
    case "clean-up-tests":
    case "clear-failure":
    case "mark-verified":
  }
}

function healthsOf(how: Fate["health"]): readonly ReleaseHealth[] {
  switch (how) {
    case "ready":
      return [{ kind: "ready" }];
    case "slow":
      return [waiting("x"), waiting("x"), { kind: "ready" }];
    case "failed":
      return [waiting("x"), broken("x")];
    case "suspect":
      return [suspicion("x", "config")];
    case "never":
      return [];
  }
}

const ends: ReadonlySet<StepState["kind"]> = new Set([
  "healthy",
  "rolled-back",
  "failed",
  "skipped",
  "cancelled",
  "removed",
]);

/** A choice that looks random and is the same for one seed. */
function chooser(seed: number): (count: number) => number {
  let state = seed | 1;
  return (count) => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return (state >>> 8) % count;
  };
}

const seed = fc.integer({ min: 1, max: 1_000_000 });

describe("every run", () => {
  test("ends, with each release in one state that is an end, and says so once", () => {
    fc.assert(
      fc.property(scenario, seed, (scene, order) => {
        const run = play(scene, chooser(order));
        expect(run.outcome).toBeDefined();
        expect([...run.steps.keys()].toSorted()).toEqual(
          scene.fleet.declarations.map(({ id }) => id).toSorted(),
        );
        for (const { state } of run.steps.values()) expect(ends).toContain(state.kind);
        const count = Object.values(run.outcome?.counts ?? {}).reduce((sum, one) => sum + one, 0);
        expect(count).toBe(run.steps.size);
      }),
    );
  });

  test("starts no release before all that it stands behind are healthy", () => {
    fc.assert(
      fc.property(scenario, seed, (scene, order) => {
        play(scene, chooser(order), {
          onStep: (before, after) => {
            for (const [release, { step, state }] of after.steps) {
              const was = before.steps.get(release)?.state;
              if (was?.kind !== "holding" || state.kind === "holding" || ends.has(state.kind)) continue;
              for (const dependency of step.after)
                expect(after.steps.get(dependency)?.state.kind).toBe("healthy");
            }
          },
        });
      }),
    );
  });

  test("has at most one helm at work on a release", () => {
    fc.assert(
      fc.property(scenario, seed, (scene, order) => {
        const atWork = new Set<ReleaseId>();
        play(scene, chooser(order), {
          onStep: (_before, _after, news) => {
            if (news.kind === "helm-finished" || news.kind === "helm-failed") atWork.delete(news.release);
          },
          onOrder: (effect) => {
            if (effect.kind !== "upgrade" && effect.kind !== "roll-back" && effect.kind !== "uninstall")
              return;
            expect(atWork).not.toContain(effect.release);
            atWork.add(effect.release);
          },
        });
        expect([...atWork]).toEqual([]);
      }),
    );
  });

  test("undoes nothing before the failure was proved and recorded", () => {
    fc.assert(
      fc.property(scenario, seed, (scene, order) => {
        const proved = new Set<ReleaseId>();
        const recorded = new Set<ReleaseId>();
        play(scene, chooser(order), {
          onStep: (_before, _after, news) => {
            if (news.kind === "evidence-captured") proved.add(news.release);
            if (news.kind === "failure-recorded") recorded.add(news.release);
          },
          onOrder: (effect, run) => {
            if (effect.kind === "record-failure")
              expect(proved.has(effect.release) || owes(run, effect.release)).toBe(true);
            if (effect.kind === "roll-back" && !owes(run, effect.release))
              expect(recorded).toContain(effect.release);
            if (effect.kind === "uninstall") expect(recorded).toContain(effect.release);
          },
        });
      }),
    );
  });

  test("ends the same in whatever order independent facts arrive", () => {
    // A failed rollback stops the run, so what has started by then does depend on time.
    const calm = scenario.filter(({ fates }) =>
      [...fates.values()].every(({ rollback }) => rollback === "ok"),
    );
    fc.assert(
      fc.property(calm, seed, seed, (scene, one, another) => {
        const first = play(scene, chooser(one));
        const second = play(scene, chooser(another));
        expect(endsOf(second)).toEqual(endsOf(first));
        expect(second.outcome?.exitCode).toBe(first.outcome?.exitCode);
      }),
    );
  });

  test("is not led astray by facts that come twice or late", () => {
    const isHarmless = (news: News): boolean =>
      news.kind !== "helm-finished" && news.kind !== "helm-failed" && news.kind !== "run-begun";
    fc.assert(
      fc.property(scenario, seed, seed, (scene, order, noise) => {
        const pick = chooser(noise);
        const run = play(scene, chooser(order), {
          intrude: (_turn, told) => {
            const old = told[pick(told.length)];
            return old !== undefined && isHarmless(old) && !isOfHealth(old) ? [old] : [];
          },
        });
        const plain = play(scene, chooser(order));
        expect(run.outcome).toBeDefined();
        if ([...scene.fates.values()].every(({ rollback }) => rollback === "ok"))
          expect(endsOf(run)).toEqual(endsOf(plain));
      }),
    );
  });

  test("starts nothing once it was told to stop, and ends all the same", () => {
    fc.assert(
      fc.property(
        scenario,
        seed,
        fc.nat(200),
        fc.constantFrom("interrupted", "lease-lost"),
        (scene, order, when, why) => {
          const asked = { isStop: false };
          const run = play(scene, chooser(order), {
            intrude: (turn) => {
              if (turn !== when) return [];
              asked.isStop = true;
              return [{ kind: "stop-asked", why }];
            },
            onOrder: (effect) => {
              if (asked.isStop)
                expect(["upgrade", "roll-back", "uninstall", "apply-crds", "recover-record"]).not.toContain(
                  effect.kind,
                );
            },
          });
          expect(run.outcome).toBeDefined();
          if (asked.isStop && run.stopping?.why === why)
            expect(run.outcome?.exitCode).toBe(why === "interrupted" ? 130 : 7);
        },
      ),
    );
  });
});

describe("any fact in any state", () => {
  const release = fc.nat(31).map((index) => `shop/r${index}` as ReleaseId);
  const kind = fc.constantFrom<FailureKind>(
    "unreachable",
    "rejected",
    "interrupted",
    "locked",
    "killed",
    "missing-kind",
  );
  const aFailure = kind.map((one): Failure => ({ kind: one, message: one }));
  const anApplied = fc
    .nat(4)
    .map((revision): Applied => ({ revision, objects: revision === 0 ? [] : [deployment("x")] }));
  const health = fc.constantFrom<ReleaseHealth>(
    { kind: "ready" },
    waiting("x"),
    broken("x"),
    suspicion("x", "config"),
    suspicion("x", "crash-loop"),
  );
  const fact: fc.Arbitrary<News> = fc.oneof(
    fc.record({
      kind: fc.constant("record-recovered"),
      release,
      revision: fc.nat(4),
      status: fc.constant("failed"),
    } as const),
    fc.record({ kind: fc.constant("crds-applied"), release, names: fc.constant([]) } as const),
    fc.record({ kind: fc.constant("preparation-refused"), release, failure: aFailure } as const),
    fc.record({ kind: fc.constant("helm-started"), release } as const),
    fc.record({ kind: fc.constant("conditions-met"), release } as const),
    fc.record({
      kind: fc.constant("conditions-awaited"),
      release,
      unmet: release.map((on) => [{ on, why: "not true" }]),
    } as const),
    fc.record({ kind: fc.constant("tests-observed"), release, health } as const),
    fc.record({ kind: fc.constant("tests-passed"), release, ran: fc.nat(2) } as const),
    fc.record({ kind: fc.constant("tests-failed"), release, failure: aFailure } as const),
    fc.record({ kind: fc.constant("tests-failed"), release, failure: aFailure, health } as const),
    fc.record({ kind: fc.constant("record-seen"), release, applied: anApplied } as const),
    fc.record({ kind: fc.constant("helm-finished"), release, applied: anApplied } as const),
    fc.record({ kind: fc.constant("helm-failed"), release, failure: aFailure } as const),
    fc.record({ kind: fc.constant("helm-failed"), release, failure: aFailure, applied: anApplied } as const),
    fc.record({ kind: fc.constant("health-observed"), release, revision: fc.nat(4), health } as const),
    fc.record({
      kind: fc.constant("evidence-captured"),
      release,
      evidence: fc.constant(noEvidence),
    } as const),
    fc.record({ kind: fc.constant("failure-recorded"), release } as const),
    fc.record({ kind: fc.constant("warned"), release, message: fc.constant("careful") } as const),
    fc.constant<News>({ kind: "namespace-ensured", namespace: "shop", created: true }),
    fc.record({
      kind: fc.constant("namespace-refused"),
      namespace: fc.constant("shop"),
      failure: aFailure,
    } as const),
    fc.constant<News>({ kind: "woken" }),
    { arbitrary: fc.constant<News>({ kind: "stop-asked", why: "interrupted" }), weight: 1 },
  );

  test("is taken without a throw, moves releases it does not concern only by their holds, and never reopens an end", () => {
    fc.assert(
      fc.property(
        scenario,
        fc.array(fc.tuple(fact, fc.nat(20_000)), { maxLength: 120 }),
        ({ fleet: stack }, stream) => {
          let nowMs = startMs;
          let run = advance(startRun(stack.plan, "run-1", startMs), { kind: "run-begun", atMs: nowMs }).run;
          for (const [news, passedMs] of stream) {
            nowMs += passedMs;
            const before = run;
            const advanced = advance(run, { ...news, atMs: nowMs });
            run = advanced.run;
            const finished = advanced.events.filter((event) => event.kind === "run-finished");
            expect(finished).toHaveLength(before.outcome === undefined && run.outcome !== undefined ? 1 : 0);
            for (const [name, { state }] of before.steps) {
              const now = run.steps.get(name)?.state;
              if (state.kind === "failed") expect(["failed", "healthy"]).toContain(now?.kind);
              else if (ends.has(state.kind)) expect(now).toEqual(state);
            }
          }
        },
      ),
    );
  });
});

function isOfHealth(news: News): boolean {
  return news.kind === "health-observed" || news.kind === "preparation-refused";
}

function owes(run: Run, release: ReleaseId): boolean {
  const step = run.steps.get(release)?.step;
  return step?.kind === "recover" && step.then === "roll-back";
}

function endsOf(run: Run): ReadonlyMap<ReleaseId, string> {
  return new Map(
    [...run.steps].map(([release, { state }]) => [
      release,
      state.kind === "failed" ? `failed, ${state.standing}` : state.kind,
    ]),
  );
}
