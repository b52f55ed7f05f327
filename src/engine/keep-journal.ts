// Keeps the record of one run in the journal: begun beside the run's first steps, finished when it has ended. The run
// waits for it only at its end, and what goes wrong with it is a warning.
import type { Failure } from "../core/failure.ts";
import { cleanFailure, secretsOf } from "./clean-news.ts";
import { noNotes, noteEvent } from "../core/journal/note-events.ts";
import { beginRecord, finishRecord, type RunIntroduction } from "../core/journal/record-of-run.ts";
import type { RunCommit, RunRecord } from "../core/journal/run-record.ts";
import type { Plan, Step } from "../core/plan/plan.ts";
import { redact } from "../core/redact.ts";
import type { Run } from "../core/run/run.ts";
import { recoverySeconds } from "../core/stack-sync/recovery.ts";
import type { View } from "./execute-plan.ts";
import type { ObservedStack } from "./observe-stack.ts";
import type { Clock, Journal } from "./ports.ts";

/** What a run's record says of where it comes from. */
export type RunAbout = Omit<RunIntroduction, "id" | "holder" | "commit"> & {
  /** The commit that the declarations were read from; asked for only where there is something to record. */
  readonly commit: () => Promise<RunCommit | undefined>;
  /** Since when the run recovers the stack, where it does; asked once it has ended. */
  readonly recoveringSinceMs?: () => number | undefined;
};

export type RunJournal = {
  /** Gathers what the record will say. */
  readonly view: View;
  /** Puts on record that the run has begun; returns at once. */
  begin(): void;
  /** The run's number; undefined where it has none, because the journal could not be written. */
  number(): Promise<number | undefined>;
  /** Puts on record how it ended. */
  finish(run: Run): Promise<void>;
};

export function keepJournal(input: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly about: RunAbout;
  readonly runId: string;
  readonly holder: string;
  readonly plan: Plan;
  readonly observed: ObservedStack;
  /** Told why there is no record, or no whole one. */
  readonly warn: (message: string) => void;
}): RunJournal {
  const { journal, clock, observed } = input;
  const startedAtMs = clock.nowMs();
  let notes = noNotes;
  let begun: Promise<RunRecord | Failure> | undefined;

  const beginNow = async (): Promise<RunRecord | Failure> => {
    const { commit: readCommit, actor, source, version, trigger } = input.about;
    const [commit, user] = await Promise.all([readCommit(), journal.user()]);
    const introduction: RunIntroduction = {
      source,
      version,
      trigger,
      id: input.runId,
      holder: input.holder,
      actor: { ...actor, ...(user === undefined ? {} : { kubernetesUser: user }) },
      ...(commit === undefined ? {} : { commit }),
    };
    const record = beginRecord(introduction, input.plan, startedAtMs);
    const number = await journal.begin(record, observed.state.lastRun?.number ?? 0);
    return number.ok ? { ...record, number: number.value } : number.failure;
  };

  const recovered = (run: Run): Pick<RunRecord, "recoverySeconds"> => {
    const sinceMs = input.about.recoveringSinceMs?.();
    return sinceMs === undefined || run.outcome?.kind !== "done"
      ? {}
      : { recoverySeconds: recoverySeconds({ sinceMs, isFromNothing: false }, clock.nowMs()) };
  };

  return {
    view: (event, run) => {
      notes = noteEvent(notes, event, run);
    },
    begin: () => {
      begun ??= beginNow();
    },
    number: async () => {
      const record = await (begun ??= beginNow());
      return isFailure(record) ? undefined : record.number;
    },
    finish: async (run) => {
      let record = await (begun ??= beginNow());
      // What was in the way at the beginning may be gone.
      if (isFailure(record)) record = await beginNow();
      if (isFailure(record)) {
        input.warn(`the journal has no record of this run: ${record.message}`);
        return;
      }
      const ended = finishRecord(record, run, notes, observed, clock.nowMs());
      const whole = withoutSecrets({ ...ended, ...recovered(run) }, run);
      const finished = await journal.finish(whole);
      if (!finished.ok)
        input.warn(`the journal's record of run ${record.number} is not whole: ${finished.failure.message}`);
    },
  };
}

function isFailure(record: RunRecord | Failure): record is Failure {
  return "kind" in record;
}

/** What the events told is clean; what was seen before the run is cleaned here. */
function withoutSecrets(record: RunRecord, run: Run): RunRecord {
  const secretsFor = (step: Step): ReadonlySet<string> =>
    secretsOf(step, "payload" in step ? step.payload : undefined);
  const releases = [...record.releases].map(([id, release]) => {
    const step = run.steps.get(id)?.step;
    if (step === undefined || (release.detail === undefined && release.failure === undefined))
      return [id, release] as const;
    const secrets = secretsFor(step);
    const clean = {
      ...release,
      ...(release.detail === undefined ? {} : { detail: redact(release.detail, secrets) }),
      ...(release.failure === undefined ? {} : { failure: cleanFailure(release.failure, secrets) }),
    };
    return [id, clean] as const;
  });
  const { outcome } = record;
  const roots = outcome?.roots.map((root) => {
    const step = run.steps.get(root.release)?.step;
    return step === undefined ? root : { ...root, cause: redact(root.cause, secretsFor(step)) };
  });
  return {
    ...record,
    releases: new Map(releases),
    ...(outcome === undefined || roots === undefined ? {} : { outcome: { ...outcome, roots } }),
  };
}
