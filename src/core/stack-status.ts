// How every release of a stack stands, from the cluster alone: its records, the health of its objects, and what the state
// object remembers of the last run. Pure; who shows it is a view.
import type { ShownState } from "./event.ts";
import type { Failure } from "./failure.ts";
import { verifiedLabelValue } from "./fingerprint.ts";
import type { ReleaseHealth } from "./health/health.ts";
import { explainWaiting } from "./health/describe-trouble.ts";
import { assessRelease } from "./health/release-health.ts";
import type { World } from "./health/world.ts";
import { releaseId } from "./ids.ts";
import type { ReleaseId } from "./ids.ts";
import { releaseKey } from "./observe.ts";
import { describeFreeze, describeSaid, inForce } from "./stack-wishes.ts";
import { chainToRoot, isRootState } from "./root-cause.ts";
import { describeTakenBack } from "./run/taking-back.ts";
import type {
  FailureRecord,
  Freeze,
  LastStanding,
  ReleasePayload,
  ReleaseRecord,
  ReleaseState,
  StackState,
  Suspension,
  TakenBack,
} from "./observation.ts";

export type ReleaseStatus = {
  readonly release: ReleaseId;
  readonly state: ShownState;
  readonly detail?: string;
  readonly wave?: number;
  readonly after: readonly ReleaseId[];
  readonly chart?: string;
  readonly version?: string;
  readonly revision?: number;
  readonly failure?: FailureRecord;
  /** The failed release that took this one back with its stack. */
  readonly dueTo?: ReleaseId;
  readonly health?: ReleaseHealth;
  readonly declaredAt?: string;
  /** A person's wish, for this release or for the whole stack. */
  readonly suspension?: Suspension & { readonly wholeStack?: true };
  readonly freeze?: Freeze;
  /** As the last run knew them. */
  readonly labels: Readonly<Record<string, string>>;
};

type StackKnown = {
  readonly stackLabel: string;
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  readonly state: StackState;
};

/** Every release that the stack owns or that its last run declared, by Helm's key; but none that was taken away on purpose. */
export function releasesOfStack({ stackLabel, records, state }: StackKnown): ReadonlyMap<string, ReleaseId> {
  const standings = state.lastRun?.releases ?? new Map<ReleaseId, LastStanding>();
  const idOf = new Map<string, ReleaseId>();
  for (const [id, standing] of standings) {
    const key = releaseKey({ namespace: id.slice(0, id.indexOf("/")), releaseName: standing.releaseName });
    if (records.has(key) || standing.state !== "Removed") idOf.set(key, id);
  }
  for (const [key, [newest]] of records)
    if (newest?.stackLabel === stackLabel && !idOf.has(key))
      idOf.set(key, releaseId(newest.namespace, newest.releaseName));
  return idOf;
}

/** How each of them stands. */
export function stackStatus(
  input: StackKnown & {
    readonly payloads: ReadonlyMap<string, ReleasePayload>;
    readonly world: World;
    readonly nowMs: number;
  },
): readonly ReleaseStatus[] {
  const standings = input.state.lastRun?.releases ?? new Map<ReleaseId, LastStanding>();
  const context = { ...input, state: inForce(input.state, input.nowMs) };
  const statuses = [...releasesOfStack(input)].map(([key, id]) =>
    statusOf(id, input.records.get(key) ?? [], input.payloads.get(key), standings.get(id), context),
  );
  return withBlocked(statuses, standings);
}

// Whether a change is held up is known to the last run alone: what runs may be healthy. It holds for as long as a root of
// it is still there.
function withBlocked(
  statuses: readonly ReleaseStatus[],
  standings: ReadonlyMap<ReleaseId, LastStanding>,
): readonly ReleaseStatus[] {
  const wasBlocked = (status: ReleaseStatus): boolean =>
    standings.get(status.release)?.state === "Blocked" && !isRootState(status.state);
  const asItWas = new Map(
    statuses.map((status) => [
      status.release,
      wasBlocked(status) ? { ...status, state: "Blocked" as const } : status,
    ]),
  );
  return statuses.map((status) => {
    if (!wasBlocked(status)) return status;
    const root = chainToRoot(status.release, asItWas).at(-1) ?? status.release;
    if (root !== status.release) return { ...status, state: "Blocked", detail: `by ${root}` };
    return status.state === "Blocked"
      ? { ...status, state: "Pending", detail: "nothing it depends on blocks it: run apply" }
      : status;
  });
}

function statusOf(
  release: ReleaseId,
  records: readonly ReleaseRecord[],
  payload: ReleasePayload | undefined,
  standing: LastStanding | undefined,
  input: { readonly state: StackState; readonly world: World; readonly nowMs: number },
): ReleaseStatus {
  const remembered = input.state.releases.get(release);
  const failure = failureNow(remembered);
  const chart = payload?.chart.name ?? standing?.chart;
  const version = payload?.chart.version ?? standing?.version;
  const [newest] = records;
  const health =
    newest?.status === "deployed" && payload?.revision === newest.revision
      ? assessRelease(payload.objects, input.world, { nowMs: input.nowMs, seenSinceMs: 0 })
      : undefined;
  const suspension = suspensionOf(remembered, input.state);
  const debt = debtNow(remembered);
  const wished = withWishes(
    debt !== undefined && failure === undefined
      ? { state: "RolledBack", detail: describeTakenBack(debt) }
      : judge(
          newest,
          health,
          failure,
          failure !== undefined && remembered?.quarantine !== undefined,
          standing,
        ),
    remembered,
    suspension,
    newest !== undefined,
  );
  const judged = withResumption(wished, remembered);
  const isLeft = standing?.undeclared === true && judged.detail === undefined;
  return {
    release,
    ...judged,
    ...(isLeft ? { detail: "no longer declared: apply --prune uninstalls it" } : {}),
    after: standing?.after ?? [],
    labels: standing?.labels ?? {},
    ...(standing === undefined ? {} : { wave: standing.wave }),
    ...(chart === undefined ? {} : { chart }),
    ...(version === undefined ? {} : { version }),
    ...(newest === undefined ? {} : { revision: newest.revision }),
    ...(failure === undefined ? {} : { failure }),
    ...(debt === undefined || failure !== undefined ? {} : { dueTo: debt.dueTo }),
    ...(health === undefined ? {} : { health }),
    ...(suspension === undefined ? {} : { suspension }),
    ...(remembered?.freeze === undefined ? {} : { freeze: remembered.freeze }),
    ...(standing?.declaredAt === undefined ? {} : { declaredAt: standing.declaredAt }),
  };
}

type Judged = { readonly state: ShownState; readonly detail?: string };

function judge(
  newest: ReleaseRecord | undefined,
  health: ReleaseHealth | undefined,
  failure: FailureRecord | undefined,
  isQuarantined: boolean,
  standing: LastStanding | undefined,
): Judged {
  if (newest === undefined) {
    if (failure !== undefined) return { state: "Failed", detail: failure.failure.message };
    return standing === undefined || standing.state === "Ready" || standing.state === "Suspended"
      ? { state: "Unknown", detail: "it is not installed any more" }
      : { state: standing.state, ...(standing.detail === undefined ? {} : { detail: standing.detail }) };
  }
  const isVerified = newest.verifiedLabel === verifiedLabelValue(newest.revision);
  // What runs may be healthy, and is not what was declared: an upgrade that never started is still owed.
  const isOwed = failure?.outcome === "never-applied";
  if (failure !== undefined && (isQuarantined || !isVerified || isOwed))
    return {
      state:
        failure.outcome === "rolled-back" && isVerified
          ? "RolledBack"
          : isQuarantined
            ? "Quarantined"
            : "Failed",
      detail: failure.failure.message,
    };
  if (newest.status !== "deployed")
    return newest.status === "failed"
      ? { state: "Failed", detail: `revision ${newest.revision} failed` }
      : { state: "Running", detail: newest.status };
  if (health === undefined) return { state: "Unknown", detail: "its record can't be read" };
  if (health.kind === "ready") {
    if (standing?.suspend === true) return { state: "Suspended" };
    return isVerified
      ? { state: "Ready" }
      : { state: "Unknown", detail: "healthy, but not verified yet: run apply" };
  }
  return isVerified
    ? { state: "Degraded", detail: explainWaiting(health) }
    : { state: "Running", detail: explainWaiting(health) };
}

/** A person who puts a release back has done with what failed before. */
function failureNow(remembered: ReleaseState | undefined): FailureRecord | undefined {
  const { lastFailure } = remembered ?? {};
  return lastFailure !== undefined && isBeforeFreeze(remembered, lastFailure.at) ? undefined : lastFailure;
}

function debtNow(remembered: ReleaseState | undefined): TakenBack | undefined {
  const { takenBack } = remembered ?? {};
  return takenBack !== undefined && isBeforeFreeze(remembered, takenBack.since) ? undefined : takenBack;
}

function isBeforeFreeze(remembered: ReleaseState | undefined, at: string): boolean {
  return remembered?.freeze !== undefined && Date.parse(at) <= Date.parse(remembered.freeze.at);
}

function suspensionOf(
  remembered: ReleaseState | undefined,
  state: StackState,
): ReleaseStatus["suspension"] | undefined {
  if (remembered?.suspension !== undefined) return remembered.suspension;
  return state.suspension === undefined ? undefined : { ...state.suspension, wholeStack: true };
}

// What is wrong with a release stays what is shown of it: a wish only says why nobody does anything about it.
function withWishes(
  judged: Judged,
  remembered: ReleaseState | undefined,
  suspension: ReleaseStatus["suspension"] | undefined,
  isInstalled: boolean,
): Judged {
  const freeze = isInstalled ? remembered?.freeze : undefined;
  const notes = [
    ...(freeze === undefined ? [] : [`frozen ${describeFreeze(freeze)}`]),
    ...(remembered?.retry === undefined || failureNow(remembered) === undefined
      ? []
      : [`asked to be tried again ${describeSaid(remembered.retry)}`]),
    ...(suspension === undefined
      ? []
      : [
          `${suspension.wholeStack === true ? "the whole stack is suspended" : "suspended"} ${describeSaid(suspension)}`,
        ]),
  ];
  if (notes.length === 0) return judged;
  const words = notes.join("; ");
  if (judged.state === "Ready" && freeze !== undefined && suspension === undefined)
    return { state: "Frozen", detail: words };
  if (judged.state !== "Ready" && isInstalled)
    return { ...judged, detail: judged.detail === undefined ? words : `${judged.detail}; ${words}` };
  if (suspension === undefined) return { state: "Pending", detail: `${words}: run apply` };
  return { state: "Suspended", detail: isInstalled ? words : `not installed; ${words}` };
}

// It changes nothing of how the release stands; until a run has looked at it, it says why that may change.
function withResumption(judged: Judged, { resumed }: ReleaseState = {}): Judged {
  if (resumed === undefined) return judged;
  const words = `resumed ${describeSaid(resumed)}`;
  return { ...judged, detail: judged.detail === undefined ? words : `${judged.detail}; ${words}` };
}

/** What is wrong with a release that is not Ready, as a failure with words. */
export function failureOf(status: ReleaseStatus): Failure {
  if (status.failure !== undefined) return status.failure.failure;
  return { kind: "unhealthy", message: status.detail ?? "it is not ready" };
}
