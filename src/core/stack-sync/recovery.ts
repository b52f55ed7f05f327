// Recovery: a stack that is brought up where nothing of it was. Since when, what is to be expected, and how that is said.
import type { Plan } from "../plan/plan.ts";

/** A recovery that goes on; `isFromNothing` where this run found nothing of the stack in the cluster. */
export type Recovery = {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly isFromNothing: boolean;
};

/** Where a run is, and since when. */
export type RunSoFar = {
  readonly wave: number;
  readonly waves: number;
  readonly done: number;
  readonly total: number;
  readonly beganAtMs: number;
};

/**
 * Whether a run that is planned like this recovers the stack: because it was never whole since its StackSync was made, or
 * because nothing of it is there any more.
 */
export function recoveryOf(
  { steps }: Pick<Plan, "steps">,
  known: {
    readonly wasHealthy: boolean;
    readonly createdAtMs: number;
    readonly before: Recovery | undefined;
    readonly nowMs: number;
  },
): Recovery | undefined {
  const bringsUp = steps.some(({ kind }) => kind === "install" || kind === "verify" || kind === "recover");
  const isFromNothing =
    steps.some(({ kind }) => kind === "install") &&
    steps.every((step) => step.kind === "install" || (step.kind === "keep" && step.revision === undefined));
  const sinceMs =
    known.before?.sinceMs ??
    (!known.wasHealthy && bringsUp ? known.createdAtMs : isFromNothing ? known.nowMs : undefined);
  return sinceMs === undefined ? undefined : { sinceMs, isFromNothing };
}

/** How long it took, in whole seconds. */
export function recoverySeconds({ sinceMs }: Recovery, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - sinceMs) / 1_000));
}

/**
 * How long it will take still, in milliseconds, if it goes on as it went so far: by waves and by releases, the longer of the
 * two. Undefined as long as nothing is done that it could be told from.
 */
export function expectedLeftMs(run: RunSoFar, nowMs: number): number | undefined {
  const passedMs = nowMs - run.beganAtMs;
  const ended = run.wave - 1;
  const byWaves = ended > 0 ? (passedMs / ended) * (run.waves - ended) : undefined;
  const byReleases = run.done > 0 ? (passedMs / run.done) * (run.total - run.done) : undefined;
  if (byWaves === undefined && byReleases === undefined) return undefined;
  return Math.max(byWaves ?? 0, byReleases ?? 0);
}

/** `, about 2m left`; rounded, so that it is not taken for more than it is. Empty where nothing is known. */
export function leftWords(run: RunSoFar, nowMs: number): string {
  const leftMs = expectedLeftMs(run, nowMs);
  if (leftMs === undefined) return "";
  const seconds = Math.max(10, Math.ceil(leftMs / 10_000) * 10);
  return `, about ${seconds < 100 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`} left`;
}
