// Carries out the effects of a run through the ports and reports how each ended. It translates orders, keeps count of
// revisions, and keeps secrets out of what comes back; what an end means is the run machine's business.
import type { Failure } from "../core/failure.ts";
import {
  fingerprintLabel,
  fingerprintLabelValue,
  stackLabel,
  verifiedLabel,
  verifiedLabelValue,
} from "../core/fingerprint.ts";
import type { Evidence } from "../core/health/health.ts";
import { splitReleaseId } from "../core/ids.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { LastRun, ReleasePayload, ReleaseState, StackState } from "../core/observation.ts";
import type { Applied, ApplyStep, Plan, Step } from "../core/plan.ts";
import { redact, secretsInObjects, secretsInValues } from "../core/redact.ts";
import type { Effect } from "../core/run/run.ts";
import type { News } from "./execute-plan.ts";
import { trackHealth } from "./health-tracker.ts";
import type { Charts, Clock, Objects, Records, Releases, States, WatchedWorld } from "./ports.ts";
import { waitForForeignHelm } from "./foreign-helm.ts";

export type CarryOutInput = {
  readonly plan: Plan;
  readonly releases: Releases;
  readonly records: Records;
  readonly objects: Objects;
  readonly watched: WatchedWorld;
  readonly charts: Charts;
  readonly states: States;
  readonly clock: Clock;
  /** The state object as observed; written back whole after each change. */
  readonly state: StackState;
  /** Raw fingerprint labels of revisions, for a rollback's copy: `NAMESPACE/RELEASENAME@REVISION` → fingerprint. */
  readonly fingerprints: ReadonlyMap<string, string>;
};

type Tell = (news: News) => void;

/** How often a record of a helm that still runs is looked for, where its hooks have to be followed. */
const recordLookMs = 300;

export function prepareCarryOut(input: CarryOutInput) {
  const state = new Map(input.state.releases);
  let { lastRun } = input.state;
  const revisions = new Map<ReleaseId, number>();
  const pending = new Set<Promise<unknown>>();
  let tellNow: Tell = () => undefined;
  const tracker = trackHealth(input.watched, input.clock, (release, revision, health) => {
    tellNow({ kind: "health-observed", release, revision, health });
  });
  let lastWrite: Promise<unknown> = Promise.resolve();
  const background = (work: Promise<unknown>): void => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  // One write at a time, each of the whole and as it is by then.
  const writeWhole = (): Promise<Failure | undefined> => {
    const write = lastWrite.then(async () => {
      const whole = { releases: new Map(state), ...(lastRun === undefined ? {} : { lastRun }) };
      const written = await input.states.write(input.plan.stack, whole);
      return written.ok ? undefined : written.failure;
    });
    lastWrite = write;
    return write;
  };
  const writeState = (release: ReleaseId, entry: ReleaseState | undefined): Promise<Failure | undefined> => {
    if (entry === undefined) state.delete(release);
    else state.set(release, entry);
    return writeWhole();
  };

  const carryOut = (effect: Exclude<Effect, { kind: "wake" }>, tell: Tell): void => {
    tellNow = tell;
    switch (effect.kind) {
      case "ensure-namespace":
        background(ensureNamespace(input, effect, tell));
        return;
      case "recover-record":
        background(recoverRecord(input, effect, tell));
        return;
      case "apply-crds":
        background(applyCrds(input, effect, tell));
        return;
      case "upgrade":
        background(upgrade(input, revisions, effect, tell));
        return;
      case "roll-back":
        background(rollBack(input, revisions, effect, tell));
        return;
      case "uninstall":
        background(uninstall(input, effect, tell));
        return;
      case "stop-helm": {
        const step = input.plan.steps.find((candidate) => candidate.release === effect.release);
        if (step !== undefined) input.releases.stop(step.namespace, step.releaseName);
        return;
      }
      case "watch-health": {
        const step = input.plan.steps.find((candidate) => candidate.release === effect.release);
        const isFirst =
          step !== undefined &&
          "fromRevision" in step &&
          step.fromRevision === 0 &&
          effect.applied.revision === 1;
        tracker.follow(
          effect.release,
          effect.applied.hooks === undefined ? "healthy" : "wrong-so-far",
          effect.applied,
          isFirst,
        );
        return;
      }
      case "watch-gone":
        tracker.follow(effect.release, "gone", effect.applied, false);
        return;
      case "unwatch":
        tracker.unfollow(effect.release);
        return;
      case "capture-evidence":
        background(captureEvidence(input, effect, tell));
        return;
      case "record-failure":
        background(
          writeState(effect.release, {
            lastFailure: effect.record,
            ...(effect.quarantineKey === undefined
              ? {}
              : {
                  quarantine: {
                    key: effect.quarantineKey,
                    fingerprint: effect.fingerprint ?? "",
                    since: effect.record.at,
                  },
                }),
          }).then((failure) => {
            if (failure !== undefined)
              tell({
                kind: "warned",
                release: effect.release,
                message: `the failure could not be put on record: ${failure.message}`,
              });
            tell({ kind: "failure-recorded", release: effect.release });
          }),
        );
        return;
      case "clear-failure":
        if (state.has(effect.release)) background(writeState(effect.release, undefined));
        return;
      case "mark-verified":
        background(markVerified(input, effect, tell));
    }
  };

  return {
    carryOut,
    /** Puts how the run ended on record; for people and `status`, never read to decide. */
    recordRun: async (run: LastRun): Promise<void> => {
      lastRun = run;
      await writeWhole();
    },
    /** Waits for what is written beside the run: verified marks, the state object. */
    settle: async (): Promise<void> => {
      while (pending.size > 0) await Promise.allSettled([...pending]);
      tracker.close();
    },
  };
}

async function ensureNamespace(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "ensure-namespace" }>,
  tell: Tell,
): Promise<void> {
  const { namespace } = effect;
  const ensured = await input.objects.ensureNamespace(namespace, effect.deadlineMs);
  if (ensured.ok) tell({ kind: "namespace-ensured", namespace, created: ensured.value.created });
  else tell({ kind: "namespace-refused", namespace, failure: ensured.failure });
}

async function recoverRecord(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "recover-record" }>,
  tell: Tell,
): Promise<void> {
  const { step, release } = effect;
  const { locked } = step;
  if (locked === undefined) return;
  const settled = locked.ours
    ? await input.records.markFailed({
        ...step,
        revision: locked.revision,
        resourceVersion: locked.resourceVersion,
      })
    : await waitForForeignHelm(input, { ...step, ...locked }, (message) => {
        tell({ kind: "warned", release, message });
      });
  if (settled.ok)
    tell({ kind: "record-recovered", release, revision: locked.revision, status: locked.status });
  else tell({ kind: "preparation-refused", release, failure: settled.failure });
}

async function applyCrds(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "apply-crds" }>,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const mode = step.pin.declaration.crds === "upgrade" ? "upgrade" : "create";
  const texts = await input.charts.readCrds(step.pin.chart);
  const applied = await input.objects.applyCrds(texts, mode, effect.deadlineMs);
  if (applied.ok) tell({ kind: "crds-applied", release, names: applied.value });
  else tell({ kind: "preparation-refused", release, failure: applied.failure });
}

async function upgrade(
  input: CarryOutInput,
  revisions: Map<ReleaseId, number>,
  effect: Extract<Effect, { kind: "upgrade" }>,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const { declaration, chart, fingerprint } = step.pin;
  const revision = (revisions.get(release) ?? step.fromRevision) + 1;
  const waitsForEverything =
    declaration.waitWith === "helm" ||
    (declaration.waitWith === "auto" &&
      chart.hooks.some((hook) => hook === "post-install" || hook === "post-upgrade"));
  const lookout = new AbortController();
  const result = await input.releases.upgrade({
    namespace: step.namespace,
    releaseName: step.releaseName,
    chart,
    values: declaration.values.map((layer) => layer.text),
    labels: {
      [fingerprintLabel]: fingerprintLabelValue(revision, fingerprint),
      [stackLabel]: input.plan.stackLabel,
    },
    maxHistory: declaration.maxHistory,
    timeoutMs: effect.timeoutMs,
    wait: waitsForEverything ? "everything" : "hooks-only",
    forceConflicts: step.applyMethod === "server-side" && declaration.fieldConflicts === "take",
    serverSide: step.applyMethod === "server-side",
    priority: step.priority,
    onStarted: () => {
      tell({ kind: "helm-started", release });
      if (waitsForEverything || chart.hooks.length > 0)
        void lookForRecord(input, step, revision, waitsForEverything, lookout.signal, tell);
    },
  });
  lookout.abort();
  const stored = result.ok ? result.value.payload : undefined;
  const payload = stored ?? (await readPayload(input, step, revision));
  if (payload !== undefined) revisions.set(release, payload.revision);
  if (result.ok && payload !== undefined) {
    for (const message of result.value.warnings)
      tell({ kind: "warned", release, message: clean(message, step, payload) });
    tell({ kind: "helm-finished", release, applied: appliedOf(payload) });
    return;
  }
  const failure: Failure = result.ok
    ? {
        kind: "unknown",
        message: `helm ended well, but revision ${revision} of the release was not found`,
        next: "Run again.",
      }
    : result.failure;
  tell({
    kind: "helm-failed",
    release,
    failure: cleanFailure(failure, step, payload),
    ...(payload === undefined ? {} : { applied: appliedOf(payload) }),
  });
}

// While helm waits for hooks, only the record tells what it waits for: a failed hook Job would else cost the whole
// timeout (helm #31690).
async function lookForRecord(
  input: CarryOutInput,
  step: ApplyStep,
  revision: number,
  withObjects: boolean,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  for (;;) {
    const waited = await pause(input.clock, recordLookMs, signal);
    if (!waited) return;
    const payload = await readPayload(input, step, revision);
    if (signal.aborted) return;
    if (payload === undefined) continue;
    tell({
      kind: "record-seen",
      release: step.release,
      applied: { revision, objects: withObjects ? payload.objects : [], hooks: payload.hooks },
    });
    return;
  }
}

async function rollBack(
  input: CarryOutInput,
  revisions: Map<ReleaseId, number>,
  effect: Extract<Effect, { kind: "roll-back" }>,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const result = await input.releases.rollBack({
    namespace: step.namespace,
    releaseName: step.releaseName,
    toRevision: effect.toRevision,
    maxHistory: step.pin.declaration.maxHistory,
    timeoutMs: effect.timeoutMs,
    // A rollback always takes its fields back.
    forceConflicts: step.applyMethod === "server-side",
    onStarted: () => undefined,
  });
  if (!result.ok) {
    tell({ kind: "helm-failed", release, failure: cleanFailure(result.failure, step, undefined) });
    return;
  }
  const revision = (revisions.get(release) ?? step.fromRevision) + 1;
  const payload = await readPayload(input, step, revision);
  if (payload === undefined)
    tell({
      kind: "helm-failed",
      release,
      failure: {
        kind: "unknown",
        message: `helm rolled back, but revision ${revision} was not found`,
        next: "Run again.",
      },
    });
  else {
    revisions.set(release, revision);
    tell({ kind: "helm-finished", release, applied: appliedOf(payload) });
  }
}

async function uninstall(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "uninstall" }>,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const payload =
    step.kind === "uninstall"
      ? (step.payload ?? (await readPayload(input, step, step.revision)))
      : "fromRevision" in step
        ? await readPayload(input, step, step.fromRevision + 1)
        : undefined;
  const result = await input.releases.uninstall({
    namespace: step.namespace,
    releaseName: step.releaseName,
    timeoutMs: effect.timeoutMs,
    onStarted: () => undefined,
  });
  if (result.ok)
    tell({
      kind: "helm-finished",
      release,
      applied: payload === undefined ? { revision: 0, objects: [] } : appliedOf(payload),
    });
  else tell({ kind: "helm-failed", release, failure: result.failure });
}

async function captureEvidence(
  input: CarryOutInput,
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
  const { namespace } = splitReleaseId(release);
  const evidence = await input.objects.evidence(troubles, namespace, health);
  tell({ kind: "evidence-captured", release, evidence: cleanEvidence(evidence, step, effect.applied) });
}

async function markVerified(
  input: CarryOutInput,
  effect: Extract<Effect, { kind: "mark-verified" }>,
  tell: Tell,
): Promise<void> {
  const { step, revision, fingerprint } = effect;
  const original =
    typeof fingerprint === "string"
      ? fingerprint
      : input.fingerprints.get(`${step.namespace}/${step.releaseName}@${fingerprint.ofRevision}`);
  const labelled = await input.records.label(step.namespace, step.releaseName, revision, {
    [verifiedLabel]: verifiedLabelValue(revision),
    [stackLabel]: input.plan.stackLabel,
    ...(original === undefined ? {} : { [fingerprintLabel]: fingerprintLabelValue(revision, original) }),
  });
  // Not lost: the next run sees a revision that is not verified and looks again.
  if (!labelled.ok)
    tell({
      kind: "warned",
      release: effect.release,
      message: `revision ${revision} is healthy, but could not be marked verified: ${labelled.failure.message}`,
    });
}

async function readPayload(
  input: CarryOutInput,
  step: Pick<Step, "namespace" | "releaseName">,
  revision: number,
): Promise<ReleasePayload | undefined> {
  const payload = await input.records.payload(step.namespace, step.releaseName, revision);
  return payload.ok ? payload.value : undefined;
}

function appliedOf(payload: ReleasePayload): Applied {
  return { revision: payload.revision, objects: payload.objects };
}

function secretsOf(
  step: Step,
  applied: { readonly objects: Applied["objects"] } | undefined,
): ReadonlySet<string> {
  const declaration =
    step.kind === "keep" ? step.declaration : "pin" in step ? step.pin.declaration : undefined;
  const fromValues = (declaration?.values ?? []).flatMap((layer) => [...secretsInValues(layer.tree)]);
  return new Set([...fromValues, ...secretsInObjects(applied?.objects ?? [])]);
}

function clean(
  text: string,
  step: Step,
  applied: { readonly objects: Applied["objects"] } | undefined,
): string {
  return redact(text, secretsOf(step, applied));
}

function cleanFailure(
  failure: Failure,
  step: Step,
  applied: { readonly objects: Applied["objects"] } | undefined,
): Failure {
  return { ...failure, message: clean(failure.message, step, applied) };
}

function cleanEvidence(evidence: Evidence, step: Step, applied: Applied | undefined): Evidence {
  const secrets = secretsOf(step, applied);
  return {
    troubles: evidence.troubles.map((trouble) =>
      trouble.message === undefined ? trouble : { ...trouble, message: redact(trouble.message, secrets) },
    ),
    events: evidence.events.map((event) => ({ ...event, message: redact(event.message, secrets) })),
    logs: evidence.logs.map((log) => ({ ...log, lines: log.lines.map((line) => redact(line, secrets)) })),
  };
}

/** True after the time, false at once when the signal comes first. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const off = clock.wakeAt(clock.nowMs() + ms, () => {
      resolve(true);
    });
    signal.addEventListener(
      "abort",
      () => {
        off();
        resolve(false);
      },
      { once: true },
    );
  });
}
