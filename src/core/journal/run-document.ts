// The text of a run's record (schemas/run.schema.json): writing it within its bounds, and reading it without trust. Where
// it is kept is an adapter's matter.
import type { Outcome } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { Evidence } from "../health/health.ts";
import type { ReleaseId } from "../ids.ts";
import { fieldAt, fieldOf, isRecord, listAt, numberAt, textAt } from "../json.ts";
import { isShownState } from "../state-document.ts";
import type { PlannedStep, RecordCut, RecordedEvent, ReleaseAtEnd, RunRecord } from "./run-record.ts";

/** The schema that the text names; another major version is not read. */
export const runSchema = "headway.dev/run/v1";

const fewestEvents = 20;
const mostRoots = 100;

type Cut = {
  readonly name: RecordCut;
  readonly shorten?: (record: RunRecord) => RunRecord;
  /** Fields of releases that go. */
  readonly without?: readonly (keyof ReleaseAtEnd)[];
};

/** In the order in which things are left out where there is no room. */
const cuts: readonly Cut[] = [
  { name: "evidence", without: ["evidence"] },
  { name: "events", shorten: (record) => ({ ...record, events: record.events.slice(0, fewestEvents) }) },
  { name: "plan", shorten: (record) => ({ ...record, plan: [] }) },
  { name: "details", shorten: withFewRoots, without: ["detail", "durations", "failure", "declaredAt"] },
  { name: "releases", shorten: (record) => ({ ...record, releases: new Map() }) },
];

/**
 * The record as JSON of at most `maxBytes`, with a mark for each thing that was left out: first evidence, then events, the
 * plan, what is said of releases, and last what a rollback to this run would need.
 */
export function writeRunDocument(record: RunRecord, maxBytes: number): string {
  let shorter = record;
  const without = new Set<string>();
  let text = serialise(shorter, without);
  for (const { name, shorten, without: fields = [] } of cuts) {
    if (Buffer.byteLength(text) <= maxBytes) return text;
    shorter = {
      ...(shorten?.(shorter) ?? shorter),
      cut: [...(shorter.cut ?? []).filter((earlier) => earlier !== name), name],
    };
    for (const field of fields) without.add(field);
    text = serialise(shorter, without);
  }
  return text;
}

function withFewRoots(record: RunRecord): RunRecord {
  const { outcome } = record;
  return outcome === undefined
    ? record
    : { ...record, outcome: { ...outcome, roots: outcome.roots.slice(0, mostRoots) } };
}

function serialise(record: RunRecord, without: ReadonlySet<string>): string {
  const releases = [...record.releases].map(([id, release]) => [
    id,
    Object.fromEntries(Object.entries(release).filter(([field]) => !without.has(field))),
  ]);
  return JSON.stringify({ schema: runSchema, ...record, releases: Object.fromEntries(releases) as unknown });
}

/**
 * Reads such a text; undefined where it is not one. What a rollback would go by is believed whole or not at all; of the
 * rest, which only people read, what does not look right is left out.
 */
export function readRunDocument(text: string): RunRecord | undefined {
  const document = parseJson(text);
  const releases = fieldAt(document, "releases");
  if (!isRunHead(document) || !isRecord(releases)) return undefined;
  const read = new Map<ReleaseId, ReleaseAtEnd>();
  for (const [id, value] of Object.entries(releases)) {
    const release = readRelease(value);
    if (release === undefined || !id.includes("/")) return undefined;
    read.set(id as ReleaseId, release);
  }
  const { number, id, stack, source, version, holder, startedAt } = document;
  const sha = textAt(document, "commit", "sha");
  const finishedAt = textAt(document, "finishedAt");
  const outcome = fieldAt(document, "outcome");
  const recoverySeconds = numberAt(document, "recoverySeconds");
  const cut = cuts.map(({ name }) => name).filter((name) => listAt(document, "cut").includes(name));
  return {
    number,
    id,
    stack,
    source,
    version,
    holder,
    startedAt,
    ...(sha === undefined ? {} : { commit: { sha, dirty: fieldAt(document, "commit", "dirty") === true } }),
    actor: textsOf(fieldAt(document, "actor"), "user", "host", "kubernetesUser"),
    trigger: {
      command: textAt(document, "trigger", "command") ?? "",
      ...textsOf(fieldAt(document, "trigger"), "detail", "reason"),
    },
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(recoverySeconds === undefined ? {} : { recoverySeconds }),
    plan: listAt(document, "plan").filter(isPlannedStep),
    events: listAt(document, "events").filter(isEvent),
    ...(isOutcome(outcome) ? { outcome } : {}),
    releases: read,
    ...(cut.length === 0 ? {} : { cut }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type RunHead = Pick<RunRecord, "number" | "id" | "stack" | "source" | "version" | "holder" | "startedAt">;

function isRunHead(value: unknown): value is RunHead {
  return (
    textAt(value, "schema") === runSchema &&
    isRevision(fieldAt(value, "number")) &&
    hasTexts(value, "id", "stack", "source", "version", "holder", "startedAt") &&
    !Number.isNaN(Date.parse(textAt(value, "startedAt") ?? "")) &&
    !Number.isNaN(Date.parse(textAt(value, "finishedAt") ?? "1970-01-01"))
  );
}

/** A state that only a later version has a word for is not known here. */
function readRelease(value: unknown): ReleaseAtEnd | undefined {
  if (!isReleaseAtEnd(value)) return undefined;
  const { state, failure, evidence, durations, ...rest } = value;
  return {
    ...rest,
    state: isShownState(state) ? state : "Unknown",
    ...(isFailure(failure) ? { failure } : {}),
    ...(isEvidence(evidence) ? { evidence } : {}),
    ...(isRecord(durations) && Object.values(durations).every((ms) => typeof ms === "number")
      ? { durations }
      : {}),
  };
}

function isReleaseAtEnd(value: unknown): value is ReleaseAtEnd {
  const wrote = fieldAt(value, "wrote");
  const blockedBy = fieldAt(value, "blockedBy");
  return (
    hasTexts(value, "releaseName", "state", "action") &&
    numberAt(value, "wave") !== undefined &&
    typeof fieldAt(value, "verified") === "boolean" &&
    ["before", "revision"].every((field) => isAbsentOr(fieldAt(value, field), isRevision)) &&
    ["fingerprint", "detail", "declaredAt"].every((field) => isAbsentOr(fieldAt(value, field), isText)) &&
    isAbsentOr(fieldAt(value, "chart"), (chart) => hasTexts(chart, "name", "version")) &&
    isAbsentOr(blockedBy, (list) => Array.isArray(list) && list.every(isText)) &&
    isAbsentOr(wrote, (list) => Array.isArray(list) && list.every(isWritten))
  );
}

function isWritten(value: unknown): boolean {
  return (
    isRevision(fieldOf(value, "revision")) &&
    isAbsentOr(fieldOf(value, "repeats"), isRevision) &&
    ["install", "upgrade", "rollback"].includes(textAt(value, "action") ?? "") &&
    ["verified", "failed"].includes(textAt(value, "outcome") ?? "")
  );
}

function isPlannedStep(value: unknown): value is PlannedStep {
  return (
    hasTexts(value, "release", "action", "reason") &&
    numberAt(value, "wave") !== undefined &&
    isAbsentOr(fieldOf(value, "detail"), isText)
  );
}

function isEvent(value: unknown): value is RecordedEvent {
  return hasTexts(value, "at", "kind", "message") && isAbsentOr(fieldOf(value, "release"), isText);
}

function isOutcome(value: unknown): value is Outcome {
  const counts = fieldOf(value, "counts");
  return (
    hasTexts(value, "kind") &&
    numberAt(value, "exitCode") !== undefined &&
    isRecord(counts) &&
    Object.entries(counts).every(([state, count]) => isShownState(state) && typeof count === "number") &&
    Array.isArray(fieldOf(value, "roots")) &&
    listAt(value, "roots").every(
      (root) => hasTexts(root, "release", "cause") && numberAt(root, "blocks") !== undefined,
    )
  );
}

function isFailure(value: unknown): value is Failure {
  return hasTexts(value, "kind", "message") && isAbsentOr(fieldOf(value, "next"), isText);
}

function isEvidence(value: unknown): value is Evidence {
  return ["troubles", "events", "logs"].every((list) => {
    const found = fieldOf(value, list);
    return Array.isArray(found) && found.every(isRecord);
  });
}

function isRevision(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isAbsentOr(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value);
}

function hasTexts(value: unknown, ...fields: readonly string[]): boolean {
  return fields.every((field) => textAt(value, field) !== undefined);
}

function textsOf<Field extends string>(
  value: unknown,
  ...fields: readonly Field[]
): Partial<Record<Field, string>> {
  const found: Partial<Record<Field, string>> = {};
  for (const field of fields) {
    const text = textAt(value, field);
    if (text !== undefined) found[field] = text;
  }
  return found;
}
