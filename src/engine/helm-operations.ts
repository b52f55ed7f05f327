// The effects that run helm: which order the adapter is given, which revision came of it, and what helm's record tells
// while helm is still at work.
import type { Failure } from "../core/failure.ts";
import { fingerprintLabel, fingerprintLabelValue, stackLabel } from "../core/fingerprint.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Hook, ReleasePayload } from "../core/observation.ts";
import type { Applied, ApplyStep, Step } from "../core/plan.ts";
import { redact } from "../core/redact.ts";
import type { Effect } from "../core/run/run.ts";
import { cleanFailure, secretsOf } from "./clean-news.ts";
import type { News } from "./execute-plan.ts";
import { pause } from "./pause.ts";
import type { Clock, Records, Releases } from "./ports.ts";

export type HelmInput = {
  /** The value of headway.dev/stack for new records. */
  readonly stackLabel: string;
  readonly releases: Releases;
  readonly records: Records;
  readonly clock: Clock;
};

type Tell = (news: News) => void;
type EffectOf<K extends Effect["kind"]> = Extract<Effect, { readonly kind: K }>;

/** How often a record of a helm that still runs is looked for, where its hooks have to be followed. */
const recordLookMs = 300;

export type HelmOperations = {
  upgrade(effect: EffectOf<"upgrade">, tell: Tell): Promise<void>;
  rollBack(effect: EffectOf<"roll-back">, tell: Tell): Promise<void>;
  uninstall(effect: EffectOf<"uninstall">, tell: Tell): Promise<void>;
  /** Somebody else's helm has moved the release: this is its newest revision now. */
  noteRevision(release: ReleaseId, revision: number): void;
};

/** Keeps count of each release's revisions over all that the run does to it. */
export function helmOperations(input: HelmInput): HelmOperations {
  const newest = new Map<ReleaseId, number>();
  const nextOf = (step: ApplyStep): number => (newest.get(step.release) ?? step.fromRevision) + 1;
  return {
    noteRevision: (release, revision) => {
      newest.set(release, revision);
    },
    upgrade: async (effect, tell) => {
      const { step } = effect;
      const ended = await upgrade(input, effect, nextOf(step), tell);
      if (ended !== undefined) newest.set(step.release, ended);
    },
    rollBack: async (effect, tell) => {
      const { step } = effect;
      const ended = await rollBack(input, effect, nextOf(step), tell);
      if (ended !== undefined) newest.set(step.release, ended);
    },
    uninstall: (effect, tell) => {
      const { step } = effect;
      const revision =
        step.kind === "uninstall" ? step.revision : "fromRevision" in step ? nextOf(step) - 1 : undefined;
      return uninstall(input, effect, revision, tell);
    },
  };
}

/** The revision that helm stored, well or not; undefined where it stored none. */
async function upgrade(
  input: HelmInput,
  effect: EffectOf<"upgrade">,
  revision: number,
  tell: Tell,
): Promise<number | undefined> {
  const { release, step } = effect;
  const { declaration, chart, fingerprint } = step.pin;
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
      [stackLabel]: input.stackLabel,
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
  // Where another helm holds the release, the record of that number is not ours.
  const isAnothers = !result.ok && result.failure.kind === "locked";
  const stored = result.ok ? result.value.payload : undefined;
  const payload = stored ?? (isAnothers ? undefined : await readPayload(input, step, revision));
  const secrets = secretsOf(step, payload);
  if (result.ok && payload !== undefined) {
    for (const message of result.value.warnings)
      tell({ kind: "warned", release, message: redact(message, secrets) });
    tell({ kind: "helm-finished", release, applied: appliedOf(payload) });
    return payload.revision;
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
    failure: cleanFailure(failure, secrets),
    ...(payload === undefined ? {} : { applied: appliedOf(payload) }),
  });
  return payload?.revision;
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
    const withObjects = waitsForEverything && !isHeldBack(payload.hooks, revision);
    tell({
      kind: "record-seen",
      release: step.release,
      applied: { revision, objects: withObjects ? payload.objects : [], hooks: payload.hooks },
    });
    return;
  }
}

// While hooks run ahead of an upgrade, what stands is still the revision before it.
function isHeldBack(hooks: readonly Hook[], revision: number): boolean {
  return revision > 1 && hooks.some((hook) => hook.events.includes("pre-upgrade"));
}

async function rollBack(
  input: HelmInput,
  effect: EffectOf<"roll-back">,
  revision: number,
  tell: Tell,
): Promise<number | undefined> {
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
  const payload = await readPayload(input, step, revision);
  const failure: Failure | undefined = !result.ok
    ? result.failure
    : payload === undefined
      ? {
          kind: "unknown",
          message: `helm rolled back, but revision ${revision} was not found`,
          next: "Run again.",
        }
      : undefined;
  if (failure !== undefined)
    tell({ kind: "helm-failed", release, failure: cleanFailure(failure, secretsOf(step, payload)) });
  else if (payload !== undefined) tell({ kind: "helm-finished", release, applied: appliedOf(payload) });
  return payload?.revision;
}

async function uninstall(
  input: HelmInput,
  effect: EffectOf<"uninstall">,
  revision: number | undefined,
  tell: Tell,
): Promise<void> {
  const { release, step } = effect;
  const known = step.kind === "uninstall" ? step.payload : undefined;
  const payload = known ?? (revision === undefined ? undefined : await readPayload(input, step, revision));
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
  else
    tell({ kind: "helm-failed", release, failure: cleanFailure(result.failure, secretsOf(step, payload)) });
}

async function readPayload(
  input: HelmInput,
  step: Pick<Step, "namespace" | "releaseName">,
  revision: number,
): Promise<ReleasePayload | undefined> {
  const payload = await input.records.payload(step.namespace, step.releaseName, revision);
  return payload.ok ? payload.value : undefined;
}

function appliedOf(payload: ReleasePayload): Applied {
  return { revision: payload.revision, objects: payload.objects };
}
