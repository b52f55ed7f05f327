// What persons want of releases beside what is declared, as changes of the state object: suspend, freeze, resume, retry; and what runs
// change of it. Each change comes to the same however often it is made, and touches nothing that another one writes.
import type { ReleaseId } from "./ids.ts";
import type {
  Freeze,
  LastRun,
  ReleaseState,
  Said,
  StackState,
  Suspension,
  TakenBack,
} from "./observation.ts";

/** What a wish is about: some releases, or the whole stack. */
export type Whom = ReadonlySet<ReleaseId> | "stack";

/** Leaves these, or all, alone; a later suspension takes the place of an earlier one. */
export function suspend(state: StackState, whom: Whom, suspension: Suspension): StackState {
  if (whom === "stack") return { ...withoutResumption(state), suspension };
  return changeEach(state, whom, (release) => ({ ...withoutResumption(release), suspension }));
}

/** Keeps each of these where a person puts it back to. */
export function freeze(state: StackState, freezes: ReadonlyMap<ReleaseId, Freeze>): StackState {
  return [...freezes].reduce(
    (changed, [id, one]) =>
      changeEach(changed, new Set([id]), (release) => ({ ...withoutResumption(release), freeze: one })),
    state,
  );
}

/** Ends what keeps these, or the stack as a whole, as they are; who said so is kept where there was anything to end. */
export function resume(state: StackState, whom: Whom, resumed: Said): StackState {
  if (whom === "stack")
    return state.suspension === undefined ? state : { ...withoutSuspension(state), resumed };
  return changeEach(state, whom, (release) => {
    const { suspension, freeze: frozen, ...others } = release;
    return suspension === undefined && frozen === undefined ? release : { ...others, resumed };
  });
}

/** Lifts the quarantines of these, and of what their failures took back, so that the next run tries them again. */
export function liftQuarantine(state: StackState, releases: ReadonlySet<ReleaseId>, retry: Said): StackState {
  const withThem = [...state.releases].flatMap(([id, { takenBack }]) =>
    takenBack !== undefined && releases.has(takenBack.dueTo) ? [id] : [],
  );
  return changeEach(state, releases.union(new Set(withThem)), (release) => {
    const { quarantine, takenBack, ...others } = release;
    return { ...(quarantine === undefined && takenBack === undefined ? release : others), retry };
  });
}

/**
 * What a run has found wrong takes the place of what was known of failures; what a person wants stays. A freeze is over once
 * something else was applied, unless it is just going back.
 */
export function putFailure(
  state: StackState,
  release: ReleaseId,
  failure: Pick<ReleaseState, "lastFailure" | "quarantine" | "takenBack">,
  staysFrozen = false,
): StackState {
  return changeEach(state, new Set([release]), (before) => ({
    ...wishesOf(before),
    ...(staysFrozen && before.freeze !== undefined ? { freeze: before.freeze } : {}),
    ...failure,
  }));
}

/** What goes back with its stack owes that until it has gone back, and is not tried again after. */
export function putTakenBack(
  state: StackState,
  entries: readonly (TakenBack & { readonly release: ReleaseId })[],
): StackState {
  return entries.reduce(
    (after, { release, ...takenBack }) =>
      changeEach(after, new Set([release]), (before) => ({ ...before, takenBack })),
    state,
  );
}

/** A release is as it should be: its failures are over. */
export function forgetFailure(state: StackState, release: ReleaseId): StackState {
  return changeEach(state, new Set([release]), wishesOf);
}

/** What has been suspended since a state was observed; both without suspensions that are over. */
export function suspendedSince(
  before: StackState,
  now: StackState,
): { readonly stack: boolean; readonly releases: ReadonlyMap<ReleaseId, Suspension> } {
  const isNew = (was: Suspension | undefined, found: Suspension | undefined): found is Suspension =>
    found !== undefined && found.at !== was?.at;
  return {
    stack: isNew(before.suspension, now.suspension),
    releases: new Map(
      [...now.releases].flatMap(([id, { suspension }]) =>
        isNew(before.releases.get(id)?.suspension, suspension) ? [[id, suspension] as const] : [],
      ),
    ),
  };
}

/** The state without suspensions that are over by then. */
export function inForce(state: StackState, nowMs: number): StackState {
  const isOver = ({ suspension }: { readonly suspension?: Suspension }): boolean =>
    suspension?.until !== undefined && Date.parse(suspension.until) <= nowMs;
  const over = [...state.releases].flatMap(([id, release]) => (isOver(release) ? [id] : []));
  const releases = over.length === 0 ? state : changeEach(state, new Set(over), withoutSuspension);
  return isOver(state) ? withoutSuspension(releases) : releases;
}

/** How a run ended is remembered; who resumed the stack before it began is not any more. */
export function rememberRun(state: StackState, lastRun: LastRun): StackState {
  const { resumed } = state;
  const isDone = resumed !== undefined && Date.parse(resumed.at) <= Date.parse(lastRun.startedAt);
  return { ...(isDone ? withoutResumption(state) : state), lastRun };
}

/** All that persons have said and that is not over, as one value: another one means that somebody said something, or that a run met it. */
export function wishesIn(state: StackState): unknown {
  const releases = [...state.releases].flatMap(([id, { suspension, freeze: frozen, retry }]) =>
    suspension === undefined && frozen === undefined && retry === undefined
      ? []
      : [{ id, suspension, frozen, retry }],
  );
  return { suspension: state.suspension, releases: releases.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** `by anna@laptop since 2026-09-01T10:00:00Z until …: reason`, as part of a sentence. */
export function describeSaid(said: Suspension): string {
  const until = said.until === undefined ? "" : ` until ${said.until}`;
  return `by ${said.by} since ${said.at}${until}${said.reason === undefined ? "" : `: ${said.reason}`}`;
}

/** `at what revision 3 was, by anna@laptop since …: reason`. */
export function describeFreeze(one: Freeze): string {
  return `at what revision ${one.toRevision} was, ${describeSaid(one)}`;
}

function withoutSuspension<T extends { readonly suspension?: Suspension }>(one: T): Omit<T, "suspension"> {
  const { suspension, ...others } = one;
  return suspension === undefined ? one : others;
}

function withoutResumption<T extends { readonly resumed?: Said }>(one: T): Omit<T, "resumed"> {
  const { resumed, ...others } = one;
  return resumed === undefined ? one : others;
}

/** What no run's end takes away. */
function wishesOf({ suspension }: ReleaseState): ReleaseState {
  return suspension === undefined ? {} : { suspension };
}

// A release of which nothing is left to remember is left out.
function changeEach(
  state: StackState,
  ids: ReadonlySet<ReleaseId>,
  change: (release: ReleaseState) => ReleaseState,
): StackState {
  const releases = new Map(state.releases);
  for (const id of ids) {
    const changed = change(releases.get(id) ?? {});
    if (Object.keys(changed).length === 0) releases.delete(id);
    else releases.set(id, changed);
  }
  return { ...state, releases };
}
