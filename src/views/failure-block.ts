// The last thing a person reads of a failed run, and what `why` shows of a root cause: release, cause, where, logs,
// declaration, what was done, what to do. Who is a root and what it blocks is decided elsewhere.
import { evidenceOf, type Event, type Outcome, type ShownState } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import { describeTrouble, rootCauseOf } from "../core/health/describe-trouble.ts";
import type { Evidence, Trouble } from "../core/health/health.ts";
import type { ReleaseId } from "../core/ids.ts";
import { describeRef } from "../core/object.ts";
import type { FailureRecord } from "../core/observation.ts";
import type { Run, StepState } from "../core/run/run.ts";
import { shownState } from "../core/shown-state.ts";
import { headline, nextStep, titleOf, whyCommand } from "./failure-words.ts";
import { declaredAt, type Step } from "../core/plan/plan.ts";
import { glyphSpan, type Line, type Span, type Style } from "./style.ts";

/** One root cause with everything that is known of it. */
export type RootCause = {
  readonly release: ReleaseId;
  readonly state: ShownState;
  readonly wave?: number;
  readonly failure: Failure;
  readonly evidence?: Evidence;
  /** `file:line`. */
  readonly declaredAt?: string;
  /** What was done about it, in words. */
  readonly done?: string;
  /** Releases that wait for it to be fixed. */
  readonly blocks: readonly ReleaseId[];
};

/** The roots of a run that has ended, in the outcome's order. `evidence` is what the run's events told. */
export function rootsOfRun(
  run: Run,
  outcome: Outcome,
  evidence: ReadonlyMap<ReleaseId, Evidence>,
): readonly RootCause[] {
  return outcome.roots.flatMap(({ release }): RootCause[] => {
    const entry = run.steps.get(release);
    if (entry === undefined) return [];
    const { step, state } = entry;
    const proof = evidence.get(release) ?? knownBefore(step);
    const at = declaredAt(step);
    const done = doneWords(state);
    return [
      {
        release,
        state: shownState(step, state).state,
        wave: step.wave,
        failure: failureOf(state) ?? { kind: "unknown", message: "no cause was recorded" },
        ...(proof === undefined ? {} : { evidence: proof }),
        ...(at === undefined ? {} : { declaredAt: at }),
        ...(done === undefined ? {} : { done }),
        blocks: blockedBy(run, release),
      },
    ];
  });
}

/** What was known of a release before the run: of one that degraded, and of one whose change failed in an earlier run. */
function knownBefore({ reasons }: Step): Evidence | undefined {
  for (const reason of reasons) {
    if (reason.kind === "degraded") return { troubles: reason.troubles, events: [], logs: [] };
    if (reason.kind === "quarantined") return reason.evidence;
  }
  return undefined;
}

/** Adds what an event tells of a failure's evidence to what the run's events told before. */
export function keepEvidence(evidence: Map<ReleaseId, Evidence>, event: Event): void {
  const told = evidenceOf(event);
  if (told !== undefined && "release" in event) evidence.set(event.release, told);
}

/** The root cause that a stack's state object remembers. */
export function rootOfRecord(
  release: ReleaseId,
  state: ShownState,
  record: FailureRecord,
  blocks: readonly ReleaseId[],
  wave?: number,
): RootCause {
  return {
    release,
    state,
    ...(wave === undefined ? {} : { wave }),
    failure: record.failure,
    evidence: record.evidence,
    ...(record.declaredAt === undefined ? {} : { declaredAt: record.declaredAt }),
    done: recordedWords(record),
    blocks,
  };
}

function failureOf(state: StepState): Failure | undefined {
  return "failure" in state ? state.failure : undefined;
}

/** Releases that were skipped because of this one, directly or through others. */
function blockedBy(run: Run, root: ReleaseId): readonly ReleaseId[] {
  const seen = new Set<ReleaseId>();
  const next = [root];
  for (let release = next.pop(); release !== undefined; release = next.pop())
    for (const dependent of run.dependentsOf.get(release) ?? []) {
      const state = run.steps.get(dependent)?.state;
      const blocked =
        state?.kind === "skipped" || (state?.kind === "holding" && state.hold.kind === "blocked");
      if (!blocked || seen.has(dependent)) continue;
      seen.add(dependent);
      next.push(dependent);
    }
  return [...run.steps.keys()].filter((release) => seen.has(release));
}

/** What is done about a release that was healthy and, with nothing changed, is not. */
export const leftAlone = "left alone: nothing of it has changed";

function doneWords(state: StepState): string | undefined {
  if (state.kind === "rolled-back") return `rolled back to revision ${state.toRevision}`;
  if (state.kind !== "failed") return undefined;
  switch (state.standing) {
    case "kept":
      return "kept as it is; the next run tries again";
    case "uninstalled":
      return "the failed first install was uninstalled";
    case "rollback-failed":
      return "the rollback failed too; a person has to look";
    case "quarantined":
      return "not tried again until its declaration changes";
    case "degraded":
      return leftAlone;
    case "refused":
      return "not applied";
    case "transient":
      return "no rollback: the cause may go by itself; the next run tries again";
  }
}

function recordedWords(record: FailureRecord): string {
  switch (record.outcome) {
    case "kept":
      return "kept as it is; the next run tries again";
    case "rolled-back":
      return record.rolledBackTo === undefined
        ? "rolled back"
        : `rolled back to revision ${record.rolledBackTo}`;
    case "uninstalled":
      return "the failed first install was uninstalled";
    case "rollback-failed":
      return "the rollback failed too; a person has to look";
    case "never-applied":
      return "not applied";
  }
}

const MOST_TROUBLES = 4;
const MOST_EVENTS = 3;
const MOST_LOG_LINES = 10;
const MOST_BLOCKED = 6;
const MOST_MESSAGE_LINES = 8;

/** All roots, each as a block with an empty line before it. */
export function failureLines(roots: readonly RootCause[], waves: number, style: Style): readonly Line[] {
  return roots.flatMap((root) => [[""], ...rootLines(root, waves, style)]);
}

/** One root: the cause is its first line, what it blocks its last. */
export function rootLines(
  root: RootCause,
  waves: number | undefined,
  style: Style,
  /** Whether to name the command that shows this very block. */
  withCommand = true,
): readonly Line[] {
  const wave = root.wave === undefined ? "" : `  wave ${root.wave}${waves === undefined ? "" : `/${waves}`}`;
  return [
    [
      glyphSpan(root.state, style),
      " ",
      { text: root.release, tone: "strong" },
      `  ${stateWord(root.state)}: ${titleOf(root.failure.kind)}`,
      { text: wave, tone: "dim" },
    ],
    ...field("cause", causeLines(root)),
    ...field("where", whereLines(root)),
    ...field("events", eventLines(root.evidence)),
    ...logLines(root.evidence),
    ...field("from", root.declaredAt === undefined ? [] : [root.declaredAt]),
    ...field("done", root.done === undefined ? [] : [root.done]),
    ...field("next", [nextStep(root.failure), ...(withCommand ? [whyCommand(root.release)] : [])]),
    ...field("blocks", blockLines(root.blocks)),
  ];
}

function causeLines(root: RootCause): readonly string[] {
  const head = headline(root.failure, root.evidence);
  const lines = isSummedUp(root)
    ? [head]
    : [...(head === root.failure.message ? [] : [head]), ...messageOf(root)];
  const { fields, holder } = root.failure;
  return [
    ...capped(lines, MOST_MESSAGE_LINES, "lines"),
    ...(fields === undefined || fields.length === 0 ? [] : [`fields: ${fields.join(", ")}`]),
    ...(holder === undefined ? [] : [`held by: ${holder}`]),
  ];
}

function messageOf({ failure }: RootCause): readonly string[] {
  return failure.message.split("\n").filter((line) => line.trim() !== "");
}

/** True where the message says of the worst trouble only what its own line says better. */
function isSummedUp({ failure, evidence }: RootCause): boolean {
  const worst = rootCauseOf(evidence?.troubles ?? []);
  const said = failure.message.replace(/ \(and \d+ more\)$/, "");
  // `KIND NAME: REASON`, and nothing before it, such as that it was a test that failed.
  const isObjectFirst = /^\S+ [^\s:]+: /.test(said);
  return failure.kind === "unhealthy" && worst !== undefined && isObjectFirst && said.endsWith(worst.reason);
}

function whereLines(root: RootCause): readonly string[] {
  const troubles = root.evidence?.troubles ?? [];
  const worst = rootCauseOf(troubles);
  if (worst !== undefined) {
    const others = troubles.filter((trouble) => trouble !== worst).map(describeTrouble);
    return [whereOf(worst), ...capped(others, MOST_TROUBLES - 1, "objects")];
  }
  const object = root.failure.object;
  return object === undefined ? [] : [describeRef(object)];
}

/** `Deployment shop/orders, Pod orders-5d4-x7k2p, container app`. */
function whereOf({ object, pod, container }: Trouble): string {
  return [
    describeRef(object),
    ...(pod === undefined || object.kind === "Pod" ? [] : [`Pod ${pod}`]),
    ...(container === undefined || container === "" ? [] : [`container ${container}`]),
  ].join(", ");
}

function eventLines(evidence: Evidence | undefined): readonly string[] {
  return (evidence?.events ?? []).slice(-MOST_EVENTS).map((event) => {
    const times = event.count > 1 ? ` (×${event.count})` : "";
    return `${event.reason}${times}: ${event.message}`;
  });
}

function logLines(evidence: Evidence | undefined): readonly Line[] {
  return (evidence?.logs ?? []).flatMap((log): Line[] => {
    const lines = log.lines.slice(-MOST_LOG_LINES);
    if (lines.length === 0) return [];
    const which = `last lines of pod ${log.namespace}/${log.pod}, container ${log.container}`;
    const run = log.previous ? ", its run before" : "";
    return [
      ...field("logs", [which + run]),
      ...lines.map((line): Line => [INDENT, { text: "│ ", tone: "dim" }, line]),
    ];
  });
}

function blockLines(blocks: readonly ReleaseId[]): readonly string[] {
  if (blocks.length === 0) return [];
  const more = blocks.length > MOST_BLOCKED ? " …" : "";
  return [`+${blocks.length} blocked: ${blocks.slice(0, MOST_BLOCKED).join(", ")}${more}`];
}

const INDENT = " ".repeat(11);

function field(name: string, lines: readonly string[]): readonly Line[] {
  return lines.map((line, index): Span[] =>
    index === 0 ? [{ text: `    ${name.padEnd(7)}`, tone: "dim" }, line] : [INDENT, line],
  );
}

function capped(lines: readonly string[], most: number, what: string): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `… ${lines.length - most} more ${what}`];
}

/** The state as it reads in a sentence. */
export function stateWord(state: ShownState): string {
  return state === "RolledBack" ? "rolled back" : state.toLowerCase();
}
