// The effects that run helm: which order the adapter is given, which revision came of it, and what helm's record tells
// while helm is still at work.
import { failed, isTransient, succeeded } from "../core/failure.ts";
import type { Failure, Result } from "../core/failure.ts";
import {
  fingerprintLabel,
  fingerprintLabelValue,
  secretsDigest,
  secretsLabel,
  secretsLabelValue,
  stackLabel,
} from "../core/fingerprint.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { ReleasePayload } from "../core/observation.ts";
import { actorOf } from "../core/plan/actor.ts";
import type { Applied, ApplyStep, Step } from "../core/plan/plan.ts";
import { redact } from "../core/redact.ts";
import type { Effect } from "../core/run/run.ts";
import { cleanFailure, secretsOf } from "./clean-news.ts";
import type { News } from "./execute-plan.ts";
import {
  clearCutRecord,
  mayBeCut,
  readPatienceMs,
  readPayload,
  readStored,
  supersedeStale,
  whyStillThere,
} from "./left-records.ts";
import { waitForForeignHelm, type ForeignHelmInput } from "./foreign-helm.ts";
import { pause } from "./pause.ts";
import type { Releases } from "./ports.ts";
import { guardObjects, guardRollback, type GuardInput } from "./guard-losses.ts";
import { restartPods, undoRestarts, type RestartInput } from "./restart-pods.ts";

/** `stackLabel` is the value of headway.dev/stack for new records. */
export type HelmInput = Omit<RestartInput, "objects"> &
  Omit<ForeignHelmInput, "objects"> & {
    readonly objects: (RestartInput & GuardInput & ForeignHelmInput)["objects"];
    readonly releases: Releases;
    /** Aborted when the run is over. */
    readonly over: AbortSignal;
  };

type Tell = (news: News) => void;
type EffectOf<K extends Effect["kind"]> = Extract<Effect, { readonly kind: K }>;

/** How often a record of a helm that still runs is looked for, where its hooks have to be followed. */
const recordLookMs = 300;

export type HelmOperations = {
  upgrade(effect: EffectOf<"upgrade">, tell: Tell): Promise<void>;
  rollBack(effect: EffectOf<"roll-back">, tell: Tell): Promise<void>;
  uninstall(effect: EffectOf<"uninstall">, tell: Tell): Promise<void>;
  /** Stops the release's helm; where records are still being put in order for one, it is not started any more. */
  stop(step: Step): void;
  /** Somebody else's helm has moved the release: this is its newest revision now. */
  noteRevision(release: ReleaseId, revision: number): void;
};

/** Keeps count of each release's revisions over all that the run does to it. */
export function helmOperations(input: HelmInput): HelmOperations {
  const newest = new Map<ReleaseId, number>();
  /** Releases whose last helm was cut, with the revision that it may have begun. */
  const cut = new Map<ReleaseId, number>();
  /** Releases of whose revisions one at most counts as deployed. */
  const tidy = new Set<ReleaseId>();
  const latest = new Map<ReleaseId, AbortController>();
  const begin = (release: ReleaseId): HelmInput => {
    const stopped = new AbortController();
    latest.set(release, stopped);
    return { ...input, releases: unlessStopped(input.releases, stopped.signal) };
  };
  const nextOf = (step: ApplyStep): number => (newest.get(step.release) ?? step.fromRevision) + 1;
  const note = (step: ApplyStep, revision: number, ended: Ended): void => {
    if (ended.revision !== undefined) newest.set(step.release, ended.revision);
    if (ended.isCut) cut.set(step.release, revision);
  };
  const clear = async (step: ApplyStep): Promise<Result<void>> => {
    const revision = cut.get(step.release);
    if (revision === undefined) return succeeded(undefined);
    const cleared = await clearCutRecord(input, step, revision);
    if (!cleared.ok) return cleared;
    cut.delete(step.release);
    if (cleared.value !== undefined) newest.set(step.release, cleared.value);
    return succeeded(undefined);
  };
  // Where it can't be cleared now, the next helm of this run tries again, or the next run does.
  const operate = async (
    step: ApplyStep,
    tell: Tell,
    work: (begun: HelmInput, revision: number) => Promise<Ended>,
  ): Promise<void> => {
    const begun = begin(step.release);
    const cleared = await clear(step);
    if (!cleared.ok) {
      tell({ kind: "helm-failed", release: step.release, failure: cleared.failure });
      return;
    }
    const revision = nextOf(step);
    const ended = await work(begun, revision);
    note(step, revision, ended);
    if (ended.isCut) await clear(step);
    tell(ended.news);
  };
  return {
    noteRevision: (release, revision) => {
      newest.set(release, revision);
    },
    upgrade: (effect, tell) =>
      operate(effect.step, tell, async (begun, revision) => {
        const { step, release } = effect;
        const superseded = tidy.has(release)
          ? succeeded(undefined)
          : await supersedeStale(begun, step, (message) => {
              tell({ kind: "warned", release, message });
            });
        if (!superseded.ok)
          return { isCut: false, news: { kind: "helm-failed", release, failure: superseded.failure } };
        tidy.add(release);
        return await upgrade(begun, effect, revision, tell);
      }),
    rollBack: (effect, tell) =>
      operate(effect.step, tell, (begun, revision) => rollBack(begun, effect, revision, tell)),
    uninstall: (effect, tell) => {
      const { step } = effect;
      const revision =
        step.kind === "uninstall" ? step.revision : "fromRevision" in step ? nextOf(step) - 1 : undefined;
      return uninstall(begin(effect.release), effect, revision, tell);
    },
    stop: ({ release, namespace, releaseName }) => {
      latest.get(release)?.abort();
      input.releases.stop(namespace, releaseName);
    },
  };
}

// The adapter stops what it was given. What is still read or put in order before that would start its helm all the same,
// perhaps without the lock.
function unlessStopped(releases: Releases, stopped: AbortSignal): Releases {
  const refusal = ({ releaseName }: { readonly releaseName: string }) =>
    Promise.resolve(
      failed({ kind: "interrupted", message: `helm on ${releaseName}: stopped before it started` }),
    );
  return {
    ...releases,
    upgrade: (order) => (stopped.aborted ? refusal(order) : releases.upgrade(order)),
    rollBack: (order) => (stopped.aborted ? refusal(order) : releases.rollBack(order)),
    uninstall: (order) => (stopped.aborted ? refusal(order) : releases.uninstall(order)),
  };
}

/** How helm ended; it is told when the record that it left is in order. */
type Ended = {
  /** The one that helm stored, well or not; absent where it stored none. */
  readonly revision?: number;
  /** True where helm may have left a record in the middle of an operation. */
  readonly isCut: boolean;
  readonly news: News;
};

async function upgrade(
  input: HelmInput,
  effect: EffectOf<"upgrade">,
  revision: number,
  tell: Tell,
): Promise<Ended> {
  const { release, step } = effect;
  const { declaration, chart, fingerprint, values } = step.pin;
  const waitsForEverything =
    declaration.waitWith === "helm" ||
    (declaration.waitWith === "auto" &&
      chart.hooks.some((hook) => hook === "post-install" || hook === "post-upgrade"));
  const secret = secretsDigest(values);
  const lookout = new AbortController();
  const result = await input.releases.upgrade({
    actor: actorOf(step),
    namespace: step.namespace,
    releaseName: step.releaseName,
    chart,
    values: values.map((layer) => layer.text),
    labels: {
      [fingerprintLabel]: fingerprintLabelValue(revision, fingerprint),
      [stackLabel]: input.stackLabel,
      ...(secret === undefined ? {} : { [secretsLabel]: secretsLabelValue(revision, secret) }),
    },
    maxHistory: roomFor(step, revision),
    timeoutMs: effect.timeoutMs,
    wait: waitsForEverything ? "everything" : "hooks-only",
    forceConflicts:
      step.applyMethod === "server-side" &&
      (declaration.fieldConflicts === "take" || step.takesFields === true),
    serverSide: step.applyMethod === "server-side",
    priority: step.priority,
    onStarted: () => {
      tell({ kind: "helm-started", release });
      if (waitsForEverything || chart.hooks.length > 0)
        void lookForRecord(input, step, revision, waitsForEverything, lookout.signal, tell);
    },
  });
  lookout.abort();
  // Where another helm holds the release, the record of that number is not ours.
  const isAnothers = !result.ok && result.failure.kind === "locked";
  const stored = result.ok ? result.value.payload : undefined;
  const read =
    stored !== undefined || isAnothers
      ? succeeded(stored)
      : await readStored(input, step, revision, patienceAfter(result));
  const payload = read.ok ? read.value : undefined;
  const secrets = secretsOf(step, payload);
  const isDone = result.ok || hasDoneItsWork(result.failure, payload);
  if (isDone && payload !== undefined) {
    for (const message of result.ok ? result.value.warnings : [])
      tell({ kind: "warned", release, message: redact(message, secrets) });
    const failure = step.restarts === true ? await restartPods(input, step, payload, tell) : undefined;
    // Nothing is wrong with what helm applied, so there is nothing to undo.
    return failure === undefined
      ? finished(release, payload)
      : { ...revisionOf(payload), isCut: false, news: { kind: "helm-failed", release, failure } };
  }
  const failure = result.ok ? notFound(read, `helm ended well, but revision ${revision}`) : result.failure;
  const news: News = {
    kind: "helm-failed",
    release,
    failure: cleanFailure(failure, secrets),
    ...(payload === undefined ? {} : { applied: appliedOf(payload) }),
  };
  // What it has stored is not known either where it can't be read.
  return { ...revisionOf(payload), isCut: !isAnothers && (!read.ok || mayBeCut(failure, payload)), news };
}

// A helm that was cut behind its last write, or lost the answer to it, has done its work: the record says so, and not the
// exit code.
function hasDoneItsWork({ kind }: Failure, payload: ReleasePayload | undefined): boolean {
  const isCut = kind === "killed" || kind === "unreachable" || kind === "timeout";
  return isCut && payload?.status === "deployed";
}

function finished(release: ReleaseId, payload: ReleasePayload): Ended {
  return {
    revision: payload.revision,
    isCut: false,
    news: { kind: "helm-finished", release, applied: appliedOf(payload) },
  };
}

// What helm has stored decides what has to be undone. Where nothing will be undone, nobody waits for it.
function patienceAfter(result: Result<unknown>): number {
  const isWaitedOut = !result.ok && (isTransient(result.failure) || result.failure.kind === "interrupted");
  return isWaitedOut ? 0 : readPatienceMs;
}

// Helm makes room before it stores a revision, and only what is deployed is safe from that: further attempts must not push
// out the revision that they would go back to.
function roomFor({ pin, rollbackTo }: ApplyStep, revision: number): number {
  const { maxHistory } = pin.declaration;
  return rollbackTo === undefined ? maxHistory : Math.max(maxHistory, revision - rollbackTo + 1);
}

function revisionOf(payload: ReleasePayload | undefined): { readonly revision?: number } {
  return payload === undefined ? {} : { revision: payload.revision };
}

function notFound(read: Result<ReleasePayload | undefined>, what: string): Failure {
  return read.ok
    ? { kind: "unknown", message: `${what} of the release was not found`, next: "Run again." }
    : read.failure;
}

// While helm waits for hooks, only the record tells what it waits for: a failed hook Job would else cost the whole
// timeout (helm #31690).
async function lookForRecord(
  input: HelmInput,
  step: ApplyStep,
  revision: number,
  waitsForEverything: boolean,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  while (await pause(input.clock, recordLookMs, signal)) {
    const payload = await readPayload(input, step, revision);
    if (signal.aborted) return;
    if (payload === undefined) continue;
    tell({
      kind: "record-seen",
      release: step.release,
      applied: { revision, objects: waitsForEverything ? payload.objects : [], hooks: payload.hooks },
    });
    return;
  }
}

async function rollBack(
  input: HelmInput,
  effect: EffectOf<"roll-back">,
  revision: number,
  tell: Tell,
): Promise<Ended> {
  const { release, step } = effect;
  const refused = (failure: Failure): Ended => ({
    isCut: false,
    news: { kind: "helm-failed", release, failure },
  });
  const [current, target] = await Promise.all([
    input.records.payload(step.namespace, step.releaseName, revision - 1),
    input.records.payload(step.namespace, step.releaseName, effect.toRevision),
  ]);
  if (!current.ok) return refused(current.failure);
  if (!target.ok) return refused(target.failure);
  const refusal =
    (await guardRollback(input, current.value, target.value)) ??
    (await undoRestarts(input, step, effect.toRevision, target.value, tell));
  if (refusal !== undefined) return refused(refusal);
  const lookout = new AbortController();
  const result = await input.releases.rollBack({
    actor: actorOf(step),
    namespace: step.namespace,
    releaseName: step.releaseName,
    toRevision: effect.toRevision,
    maxHistory: roomFor(step, revision),
    timeoutMs: effect.timeoutMs,
    // A rollback always takes its fields back.
    forceConflicts: step.applyMethod === "server-side",
    onStarted: () => {
      if (target.value !== undefined && target.value.hooks.length > 0)
        void lookForRecord(input, step, revision, false, lookout.signal, tell);
    },
  });
  lookout.abort();
  const read = await readStored(input, step, revision, patienceAfter(result));
  const payload = read.ok ? read.value : undefined;
  if (payload !== undefined && (result.ok || hasDoneItsWork(result.failure, payload)))
    return finished(release, payload);
  const failure = result.ok ? notFound(read, `helm rolled back, but revision ${revision}`) : result.failure;
  return {
    ...revisionOf(payload),
    isCut: !read.ok || mayBeCut(failure, payload),
    news: { kind: "helm-failed", release, failure: cleanFailure(failure, secretsOf(step, payload)) },
  };
}

async function uninstall(
  input: HelmInput,
  effect: EffectOf<"uninstall">,
  revision: number | undefined,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const held = await outwaitHolder(input, effect, tell);
  if (!held.ok) {
    tell({ kind: "helm-failed", release, failure: held.failure });
    return;
  }
  const known = step.kind === "uninstall" && held.value === undefined ? step.payload : undefined;
  const newest = held.value ?? revision;
  const payload = known ?? (newest === undefined ? undefined : await readPayload(input, step, newest));
  // A person agreed to what an uninstall step takes along, or the plan has looked.
  const refusal =
    step.kind === "uninstall" || payload === undefined
      ? undefined
      : await guardObjects(input, payload.objects);
  if (refusal !== undefined) {
    tell({ kind: "helm-failed", release, failure: refusal });
    return;
  }
  const result = await input.releases.uninstall({
    actor: actorOf(step),
    namespace: step.namespace,
    releaseName: step.releaseName,
    timeoutMs: effect.timeoutMs,
    onStarted: () => undefined,
  });
  const failure = result.ok ? await whyStillThere(input, step, payload?.revision) : result.failure;
  if (failure === undefined)
    tell({
      kind: "helm-finished",
      release,
      applied: payload === undefined ? { revision: 0, objects: [] } : appliedOf(payload),
    });
  else tell({ kind: "helm-failed", release, failure: cleanFailure(failure, secretsOf(step, payload)) });
}

// Resolves to the newest revision once the helm that held the release is gone; undefined where none held it.
async function outwaitHolder(
  input: HelmInput,
  { release, step }: EffectOf<"uninstall">,
  tell: Tell,
): Promise<Result<number | undefined>> {
  if (step.kind !== "uninstall" || step.held === undefined) return succeeded(undefined);
  const say = (message: string): void => {
    tell({ kind: "warned", release, message });
  };
  return waitForForeignHelm(input, { ...step, held: step.held, actor: actorOf(step) }, say, input.over);
}

function appliedOf(payload: ReleasePayload): Applied {
  return { revision: payload.revision, objects: payload.objects };
}
