// Carries out the effects of a run through the ports and reports how each ended. It translates orders and keeps the state
// object; what runs helm is helm-operations.ts, and what an end means is the run machine's business.
import type { Failure } from "../core/failure.ts";
import type { StackRules } from "../core/health/rules.ts";
import { splitReleaseId } from "../core/ids.ts";
import type { ReleaseId } from "../core/ids.ts";
import { refOf } from "../core/object.ts";
import type { LastRun, ReleaseState, StackState } from "../core/observation.ts";
import { actorOf, makerOf } from "../core/plan/actor.ts";
import type { Applied, Plan, Step } from "../core/plan/plan.ts";
import type { Effect } from "../core/run/run.ts";
import { forgetFailure, putFailure, putTakenBack, rememberRun } from "../core/stack-wishes.ts";
import { awaitConditions } from "./await-conditions.ts";
import { cleanEvidence, cleanHealth, secretsOf } from "./clean-news.ts";
import type { News } from "./execute-plan.ts";
import { waitForForeignHelm } from "./foreign-helm.ts";
import { trackHealth } from "./health-tracker.ts";
import { keepLastWords } from "./last-words.ts";
import type { LastWords } from "./last-words.ts";
import { cutDescription } from "./left-records.ts";
import { helmOperations } from "./helm-operations.ts";
import type { HelmOperations } from "./helm-operations.ts";
import { markVerified } from "./mark-verified.ts";
import type {
  Charts,
  Clock,
  Objects,
  Records,
  Releases,
  States,
  ValuesObjects,
  WatchedWorld,
} from "./ports.ts";
import { readValues } from "./read-values.ts";
import { makeTestRunner } from "./run-tests.ts";

export type CarryOutInput = {
  readonly plan: Plan;
  readonly releases: Releases;
  readonly records: Records;
  readonly objects: Objects;
  readonly values: ValuesObjects;
  readonly watched: WatchedWorld;
  readonly charts: Charts;
  readonly states: States;
  readonly clock: Clock;
  /** The state object as observed. */
  readonly state: StackState;
  /** Raw fingerprint labels of revisions, for a rollback's copy: `NAMESPACE/RELEASENAME@REVISION` → fingerprint. */
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly rules: StackRules;
  /** How long another helm's record, and its objects, have to stand still before it counts as dead. */
  readonly unlockAfterMs: number;
  /** Aborted once the stack's lock is lost. */
  readonly lost: AbortSignal;
};

type Tell = (news: News) => void;

export type Hands = {
  /** Begins one effect; how it ended is told later. */
  readonly carryOut: (effect: Exclude<Effect, { kind: "wake" }>, tell: Tell) => void;
  /** Puts how the run ended on record; for people and `status`, never read to decide. */
  readonly recordRun: (run: LastRun) => Promise<void>;
  /** Ends what is still under way, and waits for what is written beside the run: verified marks, the state object. */
  readonly settle: () => Promise<void>;
};

export function prepareCarryOut(input: CarryOutInput): Hands {
  const stepOf = new Map(input.plan.steps.map((step) => [step.release, step]));
  const state = keepState(input);
  const lastWords = keepLastWords(input.objects);
  const valuesReader = readValues(input.values);
  const conditions = awaitConditions(input);
  const tests = makeTestRunner(input, lastWords);
  const writes = new Set<Promise<unknown>>();
  const over = new AbortController();
  // Once the lock is lost, a record that another helm holds is the next holder's to judge.
  const waitsNoMore = AbortSignal.any([over.signal, input.lost]);
  const helm = helmOperations({ ...input, stackLabel: input.plan.stackLabel, over: waitsNoMore });
  let tellNow: Tell = () => undefined;
  const secrets = new WeakMap<Applied, ReadonlySet<string>>();
  const tracker = trackHealth(input.watched, input.clock, input.rules, (release, applied, health) => {
    const step = stepOf.get(release);
    if (step === undefined) return;
    if (applied.hooks !== undefined) lastWords.listen(release, health);
    // A container's last words come with its health.
    const texts =
      secrets.get(applied) ?? (health.kind === "ready" ? new Set<string>() : secretsOf(step, applied));
    if (health.kind !== "ready") secrets.set(applied, texts);
    tellNow({
      kind: "health-observed",
      release,
      revision: applied.revision,
      health: cleanHealth(health, texts),
    });
  });
  const besides = (work: Promise<unknown>): void => {
    writes.add(work);
    void work.finally(() => writes.delete(work));
  };

  const carryOut = (effect: Exclude<Effect, { kind: "wake" }>, tell: Tell): void => {
    tellNow = tell;
    // The pin of a step may have become final since the plan.
    if ("step" in effect) stepOf.set(effect.release, effect.step);
    switch (effect.kind) {
      case "ensure-namespace":
        void ensureNamespace(input, effect, tell);
        return;
      case "recover-record":
        void recoverRecord(input, helm, effect, waitsNoMore, tell);
        return;
      case "await-conditions":
        conditions.wait(effect, tell);
        return;
      case "read-values":
        valuesReader.read(effect, tell);
        return;
      case "run-tests":
        void tests.run(effect, tell);
        return;
      case "clean-up-tests":
        besides(tests.cleanUp(effect, tell));
        return;
      case "apply-crds":
        void applyCrds(input, effect, tell);
        return;
      case "upgrade":
        void helm.upgrade(effect, tell);
        return;
      case "roll-back":
        void helm.rollBack(effect, tell);
        return;
      case "uninstall":
        void helm.uninstall(effect, tell);
        return;
      case "stop-helm": {
        const step = stepOf.get(effect.release);
        tests.stop(effect.release);
        if (step !== undefined) helm.stop(step);
        return;
      }
      case "watch-health": {
        const question = effect.applied.hooks === undefined ? "healthy" : "wrong-so-far";
        tracker.follow(
          effect.release,
          question,
          effect.applied,
          isFirst(stepOf.get(effect.release), effect.applied),
        );
        return;
      }
      case "watch-gone":
        tracker.follow(effect.release, "gone", effect.applied, false);
        return;
      case "unwatch":
        tracker.unfollow(effect.release);
        valuesReader.stop(effect.release);
        conditions.stop(effect.release);
        return;
      case "delete-pods":
        void deletePods(input, stepOf.get(effect.release), effect, tell);
        return;
      case "capture-evidence":
        void captureEvidence(input, lastWords, effect, tell);
        return;
      case "record-failure":
        besides(recordFailure(state, stepOf.get(effect.release), effect, tell));
        return;
      case "record-take-back":
        besides(recordTakeBack(state, effect, tell));
        return;
      case "clear-failure":
        if (state.of(effect.release) !== undefined)
          besides(state.change((before) => forgetFailure(before, effect.release)));
        return;
      case "mark-verified":
        besides(markVerified(input, effect, over.signal, tell));
    }
  };

  return {
    carryOut,
    recordRun: state.writeRun,
    settle: async () => {
      over.abort();
      tracker.close();
      valuesReader.close();
      conditions.close();
      tests.close();
      while (writes.size > 0) await Promise.allSettled([...writes]);
    },
  };
}

/** True where no object of the release existed before this revision. */
function isFirst(step: Step | undefined, applied: Applied): boolean {
  return step !== undefined && "fromRevision" in step && step.fromRevision === 0 && applied.revision === 1;
}

type Change = (state: StackState) => StackState;

type KeptState = {
  of(release: ReleaseId): ReleaseState | undefined;
  /** What went wrong where the state could not be written. */
  change(change: Change): Promise<Failure | undefined>;
  readonly writeRun: (run: LastRun) => Promise<void>;
};

/** The state object: one write at a time, in order; what others write in the meantime stays. */
function keepState(input: Pick<CarryOutInput, "plan" | "state" | "states">): KeptState {
  // As it will be, should nobody else change it.
  let { state } = input;
  // A write that was refused is made with the next one.
  let unwritten: readonly Change[] = [];
  let lastWrite: Promise<unknown> = Promise.resolve();
  const change: KeptState["change"] = (make) => {
    state = make(state);
    const write = lastWrite.then(async () => {
      unwritten = [...unwritten, make];
      const all = unwritten;
      const written = await input.states.update(input.plan.stack, (before) =>
        all.reduce((changed, one) => one(changed), before),
      );
      if (written.ok) unwritten = [];
      return written.ok ? undefined : written.failure;
    });
    lastWrite = write;
    return write;
  };
  return {
    of: (release) => state.releases.get(release),
    change,
    writeRun: async (lastRun) => {
      await change((before) => rememberRun(before, lastRun));
    },
  };
}

async function recordFailure(
  state: KeptState,
  step: Step | undefined,
  effect: Extract<Effect, { kind: "record-failure" }>,
  tell: Tell,
): Promise<void> {
  const { release, record, endsTakeBack, quarantineKey, fingerprint } = effect;
  const { quarantine: before, takenBack: debt } = state.of(release) ?? {};
  // A failure that speaks neither for nor against the declaration leaves a quarantine of it as it is.
  const isOfThisPin = before !== undefined && isOf(step, before);
  const quarantine =
    quarantineKey !== undefined
      ? { key: quarantineKey, fingerprint: fingerprint ?? "", since: record.at }
      : isOfThisPin
        ? before
        : undefined;
  const found = {
    lastFailure: record,
    ...(quarantine === undefined ? {} : { quarantine }),
    ...(debt === undefined || endsTakeBack === true || !isOf(step, debt) ? {} : { takenBack: debt }),
  };
  const staysFrozen = step?.kind === "roll-back";
  const failure = await state.change((before) => putFailure(before, release, found, staysFrozen));
  if (failure !== undefined)
    tell({ kind: "warned", release, message: `the failure could not be put on record: ${failure.message}` });
  tell({ kind: "failure-recorded", release });
}

/** True where the key is that of the step's declaration as it is now. */
function isOf(step: Step | undefined, { key }: { readonly key: string }): boolean {
  return step !== undefined && "quarantineKey" in step && key === step.quarantineKey;
}

async function recordTakeBack(
  state: KeptState,
  { entries }: Extract<Effect, { kind: "record-take-back" }>,
  tell: Tell,
): Promise<void> {
  const failure = await state.change((before) => putTakenBack(before, entries));
  const [first] = entries;
  if (failure !== undefined && first !== undefined)
    tell({
      kind: "warned",
      release: first.release,
      message: `what is taken back could not be put on record: ${failure.message}`,
    });
  tell({ kind: "take-back-recorded", releases: entries.map(({ release }) => release) });
}

async function ensureNamespace(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "ensure-namespace" }>,
  tell: Tell,
): Promise<void> {
  const { namespace } = effect;
  const ensured = await input.objects.ensureNamespace(
    namespace,
    effect.deadlineMs,
    makerOf(namespace, input.plan.steps),
  );
  if (ensured.ok) tell({ kind: "namespace-ensured", namespace, created: ensured.value.created });
  else tell({ kind: "namespace-refused", namespace, failure: ensured.failure });
}

async function recoverRecord(
  input: CarryOutInput,
  helm: HelmOperations,
  effect: Extract<Effect, { kind: "recover-record" }>,
  over: AbortSignal,
  tell: Tell,
): Promise<void> {
  const { step, release } = effect;
  const { locked } = step;
  if (locked === undefined) return;
  const { revision, resourceVersion, status } = locked;
  if (locked.ours) {
    const record = { ...step, revision, resourceVersion };
    const marked = await input.records.mark(record, "failed", cutDescription, actorOf(step));
    if (marked.ok) tell({ kind: "record-recovered", release, revision, status });
    else tell({ kind: "preparation-refused", release, failure: marked.failure });
    return;
  }
  const say = (message: string): void => {
    tell({ kind: "warned", release, message });
  };
  const { timeoutMs } = step.pin.declaration;
  const waited = await waitForForeignHelm(
    input,
    { ...step, held: locked, timeoutMs, actor: actorOf(step) },
    say,
    over,
  );
  if (!waited.ok) {
    tell({ kind: "preparation-refused", release, failure: waited.failure });
    return;
  }
  helm.noteRevision(release, waited.value);
  tell({ kind: "record-recovered", release, revision: waited.value, status });
}

async function applyCrds(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "apply-crds" }>,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const mode = step.pin.declaration.crds === "upgrade" ? "upgrade" : "create";
  const texts = await input.charts.readCrds(step.pin.chart);
  const applied = await input.objects.applyCrds(texts, mode, effect.deadlineMs, actorOf(step));
  if (applied.ok) tell({ kind: "crds-applied", release, names: applied.value });
  else tell({ kind: "preparation-refused", release, failure: applied.failure });
}

async function deletePods(
  input: CarryOutInput,
  step: Step | undefined,
  effect: Extract<Effect, { kind: "delete-pods" }>,
  tell: Tell,
): Promise<void> {
  const deleted = await input.objects.deletePods(effect.pods, step === undefined ? undefined : actorOf(step));
  if (!deleted.ok) tell({ kind: "warned", release: effect.release, message: deleted.failure.message });
}

async function captureEvidence(
  input: CarryOutInput,
  lastWords: LastWords,
  effect: Extract<Effect, { kind: "capture-evidence" }>,
  tell: Tell,
): Promise<void> {
  const { health, release, step } = effect;
  const troubles =
    health === undefined || health.kind === "ready"
      ? effect.failure.object === undefined
        ? []
        : [{ object: effect.failure.object, reason: effect.failure.kind, message: effect.failure.message }]
      : health.kind === "failed"
        ? health.troubles
        : health.waitingFor;
  const unreachable = effect.failure.kind === "timeout" ? await lookAgain(input, effect) : undefined;
  const { namespace } = splitReleaseId(release);
  const seen =
    unreachable === undefined
      ? await input.objects.evidence(troubles, namespace, health)
      : { troubles, events: [], logs: [] };
  const evidence = await lastWords.complete(release, seen);
  tell({
    kind: "evidence-captured",
    release,
    ...(unreachable === undefined ? {} : { unreachable }),
    evidence: cleanEvidence(evidence, secretsOf(step, effect.applied)),
  });
}

// A watch that was cut off shows too little until it is back: before time alone condemns a release, its objects are read
// once more. Returns why that could not be done.
async function lookAgain(
  input: CarryOutInput,
  { step, applied }: Extract<Effect, { kind: "capture-evidence" }>,
): Promise<Failure | undefined> {
  const asked = await input.records.payload(step.namespace, step.releaseName, applied?.revision ?? 1);
  if (!asked.ok) return asked.failure.kind === "unreachable" ? asked.failure : undefined;
  if (applied !== undefined) await input.watched.fetch(applied.objects.map(refOf));
  return undefined;
}
