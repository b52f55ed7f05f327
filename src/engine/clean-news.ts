// Keeps a release's secrets out of what is told of it: failures, health, evidence. What counts as secret is
// core/redact.ts.
import type { Failure } from "../core/failure.ts";
import type { Evidence, ReleaseHealth, Trouble } from "../core/health/health.ts";
import { valuesOf, type Applied, type Step } from "../core/plan/plan.ts";
import { redact, secretTexts, shorten } from "../core/redact.ts";

/** The texts to keep out of words about a release: of its values, and of the Secrets it applied. */
export function secretsOf(step: Step, applied: Pick<Applied, "objects"> | undefined): ReadonlySet<string> {
  return secretTexts(valuesOf(step), applied?.objects ?? []);
}

export function cleanFailure(failure: Failure, secrets: ReadonlySet<string>): Failure {
  return {
    ...failure,
    // In this order: of a secret that was cut in two, neither half would be known for one.
    message: shorten(redact(failure.message, secrets)),
    ...(failure.next === undefined ? {} : { next: redact(failure.next, secrets) }),
  };
}

export function cleanHealth(health: ReleaseHealth, secrets: ReadonlySet<string>): ReleaseHealth {
  switch (health.kind) {
    case "ready":
      return health;
    case "failed":
      return { ...health, troubles: cleanTroubles(health.troubles, secrets) };
    case "pending":
      return {
        ...health,
        waitingFor: cleanTroubles(health.waitingFor, secrets),
        suspects: cleanTroubles(health.suspects, secrets),
      };
  }
}

export function cleanEvidence(evidence: Evidence, secrets: ReadonlySet<string>): Evidence {
  return {
    troubles: cleanTroubles(evidence.troubles, secrets),
    events: evidence.events.map((event) => ({ ...event, message: redact(event.message, secrets) })),
    logs: evidence.logs.map((log) => ({ ...log, lines: log.lines.map((line) => redact(line, secrets)) })),
  };
}

function cleanTroubles<T extends Trouble>(
  troubles: readonly T[],
  secrets: ReadonlySet<string>,
): readonly T[] {
  return troubles.map((trouble) =>
    trouble.message === undefined ? trouble : { ...trouble, message: redact(trouble.message, secrets) },
  );
}
