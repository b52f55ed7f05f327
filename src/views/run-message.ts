// The end of a run as a message for people who did not watch it: which releases are to blame, in the words of every other
// surface, and how much each of them holds up.
import type { Event } from "../core/event.ts";
import type { Evidence } from "../core/health/health.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { RunAbout, RunMessage } from "../core/run-message.ts";
import type { Run } from "../core/run/run.ts";
import { rootsOfRun } from "./failure-block.ts";
import { headline } from "./failure-words.ts";
import { countWords } from "./run-words.ts";
import { safeText } from "./terminal-text.ts";
import { formatDuration } from "./time-words.ts";

/** A view of one run that gives `tell` one message at its end. */
export function makeRunMessageView(
  about: RunAbout,
  tell: (message: RunMessage) => void,
): (event: Event, run: Run) => void {
  const evidence = new Map<ReleaseId, Evidence>();
  return (event, run) => {
    if (event.kind === "release-failed") evidence.set(event.release, event.evidence);
    if (event.kind === "run-finished") tell(messageOf(about, event, run, evidence));
  };
}

function messageOf(
  about: RunAbout,
  { atMs, run: runId, outcome, durationMs }: Extract<Event, { kind: "run-finished" }>,
  run: Run,
  evidence: ReadonlyMap<ReleaseId, Evidence>,
): RunMessage {
  const counts = countWords(outcome.counts);
  return {
    ...about,
    run: runId,
    outcome: outcome.kind,
    exitCode: outcome.exitCode,
    durationMs,
    endedAtMs: atMs,
    counts: outcome.counts,
    summary: `${counts === "" ? "nothing to do" : counts} in ${formatDuration(durationMs)}`,
    didSomething: run.plan.steps.some(({ kind }) => kind !== "keep"),
    roots: rootsOfRun(run, outcome, evidence).map((root) => ({
      release: root.release,
      state: root.state,
      cause: safeText((headline(root.failure, root.evidence).split("\n", 1)[0] ?? "").trim()),
      blocks: root.blocks.length,
      ...(root.declaredAt === undefined ? {} : { declaredAt: root.declaredAt }),
    })),
  };
}
