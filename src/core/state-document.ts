// The text of a stack's state object (schemas/state.schema.json): writing it within its bounds, and reading it without
// trust. Where it is kept is an adapter's matter.
import type { ShownState } from "./event.ts";
import type { Evidence } from "./health/health.ts";
import type { ReleaseId } from "./ids.ts";
import { fieldAt, isRecord, numberAt, textAt } from "./json.ts";
import type {
  FailureRecord,
  Freeze,
  Keeper,
  LastRun,
  LastStanding,
  ReleaseState,
  Said,
  StackState,
  Suspension,
  TakenBack,
} from "./observation.ts";

/** The schema that the text names; another major version is not read. */
export const stateSchema = "headway.dev/state/v1";

/** Every word there is: a view has a sign for each of these and for no other. */
const shownStates: Readonly<Record<ShownState, true>> = {
  Pending: true,
  Waiting: true,
  Blocked: true,
  Running: true,
  Ready: true,
  Degraded: true,
  Drifted: true,
  Suspended: true,
  Failed: true,
  RolledBack: true,
  Quarantined: true,
  Frozen: true,
  Removing: true,
  Removed: true,
  Cancelled: true,
  Unknown: true,
};

/** True for a word that is shown for a state; a later version may know others. */
export function isShownState(word: string | undefined): word is ShownState {
  return word !== undefined && Object.hasOwn(shownStates, word);
}

const noEvidence: Evidence = { troubles: [], events: [], logs: [] };

/**
 * The state as JSON of at most `maxBytes`: where it is longer, the evidence of the oldest failures is left out first,
 * then these failures, then health rules, then the last run. What decides (quarantines, what a person said) always stays.
 */
export function writeStateDocument(stack: string, state: StackState, maxBytes: number): string {
  const releases = new Map([...state.releases].filter(([, release]) => Object.keys(release).length > 0));
  const oldestFirst = [...releases]
    .flatMap(([id, release]) =>
      release.lastFailure === undefined ? [] : [{ id, at: release.lastFailure.at }],
    )
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || 0);
  const cuts = [withoutEvidence, withoutFailure].flatMap((shorten) =>
    oldestFirst.map(({ id }) => ({ id, shorten })),
  );
  const afterCuts = (count: number): string => {
    const shortened = new Map(releases);
    for (const { id, shorten } of cuts.slice(0, count)) shortened.set(id, shorten(shortened.get(id) ?? {}));
    return serialise(stack, { ...state, releases: shortened });
  };
  const fits = (text: string) => Buffer.byteLength(text) <= maxBytes;
  const whole = afterCuts(0);
  if (fits(whole)) return whole;
  const text = afterCuts(fewest(cuts.length, (count) => fits(afterCuts(count))));
  if (fits(text)) return text;
  const { lastRun, ...decides } = state;
  const bare = { ...decides, releases: new Map([...releases].map(([id, one]) => [id, withoutFailure(one)])) };
  const short =
    lastRun === undefined ? undefined : serialise(stack, { ...bare, lastRun: withoutRules(lastRun) });
  return short !== undefined && fits(short) ? short : serialise(stack, bare);
}

/** The least number up to `most` that is enough, if any is; by halves, as each trial writes the whole document. */
function fewest(most: number, isEnough: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function serialise(stack: string, { releases, lastRun, suspension, resumed, keeper }: StackState): string {
  return JSON.stringify({
    schema: stateSchema,
    stack,
    releases: Object.fromEntries(releases),
    ...(suspension === undefined ? {} : { suspension }),
    ...(resumed === undefined ? {} : { resumed }),
    ...(keeper === undefined ? {} : { keeper }),
    ...(lastRun === undefined
      ? {}
      : { lastRun: { ...lastRun, releases: Object.fromEntries(lastRun.releases) } }),
  });
}

function withoutEvidence(release: ReleaseState): ReleaseState {
  return release.lastFailure === undefined
    ? release
    : { ...release, lastFailure: { ...release.lastFailure, evidence: noEvidence } };
}

function withoutFailure(release: ReleaseState): ReleaseState {
  const { lastFailure, ...others } = release;
  return lastFailure === undefined ? release : others;
}

function withoutRules(lastRun: LastRun): LastRun {
  return {
    ...lastRun,
    releases: new Map(
      [...lastRun.releases].map(([id, standing]): [ReleaseId, LastStanding] => [
        id,
        standing.health === undefined ? standing : { ...standing, health: "unknown" },
      ]),
    ),
  };
}

/** The stack that such a text is of; undefined where it is none. */
export function stackOfStateDocument(text: string): string | undefined {
  const document = parseJson(text);
  return textAt(document, "schema") === stateSchema ? textAt(document, "stack") : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads such a text; undefined where it is not one, in whole or in any of its releases. */
export function readStateDocument(text: string): StackState | undefined {
  const document = parseJson(text);
  const releases = fieldAt(document, "releases");
  if (textAt(document, "schema") !== stateSchema || !isRecord(releases)) return undefined;
  const read = new Map<ReleaseId, ReleaseState>();
  for (const [id, release] of Object.entries(releases)) {
    if (!isReleaseState(release) || !id.includes("/")) return undefined;
    read.set(id as ReleaseId, release);
  }
  const suspension = fieldAt(document, "suspension");
  if (suspension !== undefined && !isSuspension(suspension)) return undefined;
  const keeper = fieldAt(document, "keeper");
  if (keeper !== undefined && !isKeeper(keeper)) return undefined;
  const resumed = fieldAt(document, "resumed");
  const lastRun = readLastRun(fieldAt(document, "lastRun"));
  return {
    releases: read,
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(suspension === undefined ? {} : { suspension }),
    ...(keeper === undefined ? {} : { keeper }),
    // Nothing is decided by it.
    ...(isSaid(resumed) ? { resumed } : {}),
  };
}

// Nothing is decided by it, so what does not look like one is as good as none.
function readLastRun(value: unknown): LastRun | undefined {
  const releases = fieldAt(value, "releases");
  if (!isLastRunHead(value) || !isRecord(releases)) return undefined;
  const read = new Map<ReleaseId, LastStanding>();
  for (const [id, standing] of Object.entries(releases)) {
    if (!isStanding(standing) || !id.includes("/")) return undefined;
    read.set(id as ReleaseId, standing);
  }
  const { id, number, startedAt, finishedAt, exitCode, waves } = value;
  return {
    id,
    ...(number === undefined ? {} : { number }),
    startedAt,
    finishedAt,
    exitCode,
    waves,
    releases: read,
  };
}

function isLastRunHead(value: unknown): value is Omit<LastRun, "releases"> {
  return (
    hasTexts(value, "id", "startedAt", "finishedAt") &&
    numberAt(value, "exitCode") !== undefined &&
    numberAt(value, "waves") !== undefined &&
    (fieldAt(value, "number") === undefined || Number.isSafeInteger(fieldAt(value, "number")))
  );
}

function isStanding(value: unknown): value is LastStanding {
  const after = fieldAt(value, "after");
  const labels = fieldAt(value, "labels");
  return (
    hasTexts(value, "state", "releaseName") &&
    isShownState(textAt(value, "state")) &&
    numberAt(value, "wave") !== undefined &&
    Array.isArray(after) &&
    after.every((release) => typeof release === "string") &&
    (labels === undefined ||
      (isRecord(labels) && Object.values(labels).every((label) => typeof label === "string"))) &&
    ["detail", "chart", "version", "declaredAt", "declaration", "serviceAccountName"].every(
      (field) => fieldAt(value, field) === undefined || textAt(value, field) !== undefined,
    ) &&
    areRules(fieldAt(value, "health")) &&
    (fieldAt(value, "timeoutMs") === undefined || numberAt(value, "timeoutMs") !== undefined) &&
    ["protect", "suspend", "undeclared"].every(
      (field) => fieldAt(value, field) === undefined || fieldAt(value, field) === true,
    )
  );
}

function areRules(value: unknown): boolean {
  return (
    value === undefined ||
    value === "unknown" ||
    (Array.isArray(value) &&
      value.every(
        (rule) =>
          hasTexts(rule, "apiVersion", "kind") &&
          ["ready", "failed"].every((side) => fieldAt(rule, side) === undefined || hasTexts(rule, side)),
      ))
  );
}

function isReleaseState(value: unknown): value is ReleaseState {
  if (!isRecord(value)) return false;
  const { quarantine, lastFailure, takenBack, suspension, freeze, retry, resumed } = value;
  return (
    (quarantine === undefined || hasTexts(quarantine, "key", "fingerprint", "since")) &&
    (lastFailure === undefined || isFailureRecord(lastFailure)) &&
    (takenBack === undefined || isTakenBack(takenBack)) &&
    (suspension === undefined || isSuspension(suspension)) &&
    (freeze === undefined || isFreeze(freeze)) &&
    (retry === undefined || isSaid(retry)) &&
    (resumed === undefined || isSaid(resumed))
  );
}

function isSaid(value: unknown): value is Said {
  return (
    hasTexts(value, "by", "at") &&
    (fieldAt(value, "reason") === undefined || hasTexts(value, "reason")) &&
    isInstant(value, "at")
  );
}

function isFreeze(value: unknown): value is Freeze {
  return (
    isSaid(value) &&
    numberAt(value, "toRevision") !== undefined &&
    (fieldAt(value, "declaration") === undefined || hasTexts(value, "declaration"))
  );
}

function isSuspension(value: unknown): value is Suspension {
  return isSaid(value) && (fieldAt(value, "until") === undefined || isInstant(value, "until"));
}

function isKeeper(value: unknown): value is Keeper {
  return hasTexts(value, "stackSync", "uid", "since");
}

function isInstant(value: unknown, field: string): boolean {
  return !Number.isNaN(Date.parse(textAt(value, field) ?? ""));
}

function isTakenBack(value: unknown): value is TakenBack {
  return (
    hasTexts(value, "key", "fingerprint", "since", "dueTo", "dueToKey") &&
    (textAt(value, "to") === "nothing" || numberAt(value, "to") !== undefined)
  );
}

function isFailureRecord(value: unknown): value is FailureRecord {
  return (
    hasTexts(value, "at", "run", "action", "outcome") &&
    hasTexts(fieldAt(value, "failure"), "kind", "message") &&
    ["troubles", "events", "logs"].every((list) => areRecords(fieldAt(value, "evidence", list))) &&
    ["revision", "rolledBackTo"].every(
      (field) => fieldAt(value, field) === undefined || numberAt(value, field) !== undefined,
    )
  );
}

function hasTexts(value: unknown, ...fields: readonly string[]): boolean {
  return fields.every((field) => textAt(value, field) !== undefined);
}

function areRecords(value: unknown): boolean {
  return Array.isArray(value) && value.every(isRecord);
}
