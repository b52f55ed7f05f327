// What a run leaves behind for people when it has ended: in the state object how each release stood, and its record in the
// journal.
import type { Graph } from "../core/graph.ts";
import { lastRunOf, standsAs } from "../core/last-run.ts";
import type { Run } from "../core/run/run.ts";
import type { Hands } from "./carry-out.ts";
import type { RunJournal } from "./keep-journal.ts";
import type { ObservedStack } from "./observe-stack.ts";

/** Writes both where there is news; what can't be written is a warning. */
export async function putOnRecord(ended: {
  readonly run: Run;
  readonly hasWork: boolean;
  readonly hands: Hands;
  readonly journal: RunJournal;
  readonly nowMs: number;
  readonly observed: ObservedStack;
  readonly graph: Graph;
}): Promise<void> {
  const { run, journal } = ended;
  const { lastRun: before } = ended.observed.state;
  const lastRun = lastRunOf(run, ended.nowMs, ended.graph, before);
  // A run that has found everything as the one before had left it is not worth a request.
  if (!ended.hasWork && standsAs(lastRun, before)) return;
  const number = (await journal.number()) ?? before?.number;
  // A record is this run's own, also where the stack is another's by now; the state is not.
  const isOurs = run.stopping?.why !== "lease-lost";
  await Promise.all([
    journal.finish(run),
    isOurs ? ended.hands.recordRun({ ...lastRun, ...(number === undefined ? {} : { number }) }) : undefined,
  ]);
}
