// Releases that the stack owns and no document declares any more: which of them go, in the reverse order of the
// dependencies they had, and why the others stay. Added to a plan; finding them among Helm's records is here too.
import type { Declaration } from "../declaration.ts";
import { releaseId, type ReleaseId } from "../ids.ts";
import type { LastStanding, ReleasePayload, ReleaseRecord } from "../observation.ts";
import { releaseKey } from "../observe.ts";
import type { RecordInTheWay } from "../recovery.ts";
import { accountOf } from "./actor.ts";
import { irreplaceable, type CountedDefinitions } from "./irreplaceable.ts";
import type { Plan, Step } from "./plan.ts";

/** A release with this stack's label that no document declares. */
export type OwnedRelease = {
  readonly namespace: string;
  readonly releaseName: string;
  readonly revision: number;
  /** Of this very revision; absent where it can't be read. */
  readonly payload?: ReleasePayload;
  /** Its record, where a helm that may live holds it. */
  readonly held?: RecordInTheWay;
};

/** Why one of them stays where it is. */
export type StayReason =
  | { readonly kind: "prune-off" }
  | { readonly kind: "not-selected" }
  | { readonly kind: "protected" }
  /** A person wants it left alone. */
  | { readonly kind: "suspended" }
  /** No run has put on record what it was declared as, so it may be protected. */
  | { readonly kind: "unremembered" }
  /** Something that stays depends on it. */
  | { readonly kind: "needed"; readonly by: ReleaseId }
  | { readonly kind: "over-limit"; readonly count: number; readonly max: number }
  /** What would go with it can't be brought back, or is not known. */
  | { readonly kind: "would-lose"; readonly objects: readonly string[] }
  | { readonly kind: "unreadable" }
  /** A declared release has its name. */
  | { readonly kind: "name-taken" };

/** Such a release with what becomes of it. */
export type Undeclared = OwnedRelease & {
  readonly release: ReleaseId;
  /** What it depended on when it was last declared. */
  readonly after: readonly ReleaseId[];
  readonly protect: boolean;
  /** As whom it was to be changed. */
  readonly actor?: string;
  /** Absent where it goes. */
  readonly stays?: StayReason;
};

/** True where more would be pruned than may be without a person's word for it: nothing of it is. */
export function isOverLimit({ undeclared = [] }: Plan): boolean {
  return undeclared.some(({ stays }) => stays?.kind === "over-limit");
}

/** Why it stays, in words. */
export function describeStay(reason: StayReason): string {
  switch (reason.kind) {
    case "prune-off":
      return "it stays: --prune, or prune: true in headway.yaml, uninstalls it";
    case "not-selected":
      return "it stays, because only a part of the stack was asked for";
    case "protected":
      return "it stays, because it is protected: --include-protected includes it";
    case "suspended":
      return "it stays, because it is suspended: headway resume ends that";
    case "unremembered":
      return "it stays, because it is not known whether it is protected: --include-protected includes it";
    case "needed":
      return `it stays, because ${reason.by}, which stays, depended on it`;
    case "over-limit":
      return `it stays, because ${reason.count} releases at once are more than maxPrune (${reason.max}): --yes-prune agrees to it`;
    case "would-lose":
      return `it stays, because with it would go ${reason.objects.join(", ")}; if that is meant, uninstall it with helm`;
    case "unreadable":
      return "it stays, because its record can't be read, and what would go with it is not known";
    case "name-taken":
      return "it stays, because another release has its name now; if it is not needed any more, uninstall it with helm";
  }
}

/** True where a person has to look: pruning was asked for, and is not safe. */
export function needsPerson(reason: StayReason): boolean {
  return reason.kind === "would-lose" || reason.kind === "unreadable";
}

export type PruneInput = {
  readonly owned: readonly OwnedRelease[];
  /** How releases stood when the last run ended: the dependencies they had, and whether they are protected. */
  readonly remembered: ReadonlyMap<ReleaseId, LastStanding>;
  readonly definitions: CountedDefinitions;
  readonly prune: boolean;
  /** True where only a part of the stack is meant: then nothing is pruned. */
  readonly isPart: boolean;
  /** Undefined for no limit. */
  readonly maxPrune?: number;
  readonly includeProtected: boolean;
  readonly isSuspended: (release: ReleaseId) => boolean;
  /** True where what is lost was named to a person who agrees to it. */
  readonly mayLose: boolean;
};

/** Every release with the stack's label that none of the declarations is about, and that is not uninstalled already. */
export function findOwned(
  declarations: readonly Declaration[],
  stackLabel: string,
  records: ReadonlyMap<string, readonly ReleaseRecord[]>,
): readonly ReleaseRecord[] {
  const declared = new Set(declarations.map(releaseKey));
  return [...records].flatMap(([key, [newest]]) =>
    newest?.stackLabel === stackLabel && newest.status !== "uninstalled" && !declared.has(key)
      ? [newest]
      : [],
  );
}

/** What becomes of each, dependents before what they depended on. */
export function judgeUndeclared(declared: ReadonlySet<ReleaseId>, input: PruneInput): readonly Undeclared[] {
  const order = dependentsFirst(input.owned.map((owned) => identify(owned, declared, input)));
  const judged = new Map(order.map((one) => [one.release, one]));
  // One that stays keeps what it depended on.
  for (const one of order) {
    const current = judged.get(one.release) ?? one;
    if (current.stays === undefined) continue;
    for (const id of one.after) {
      const dependency = judged.get(id);
      if (dependency !== undefined && dependency.stays === undefined)
        judged.set(id, { ...dependency, stays: { kind: "needed", by: one.release } });
    }
  }
  const all = order.map((one) => judged.get(one.release) ?? one);
  const going = all.filter((one) => one.stays === undefined);
  if (input.maxPrune === undefined || going.length <= input.maxPrune) return all;
  const stays = { kind: "over-limit", count: going.length, max: input.maxPrune } as const;
  return all.map((one) => (one.stays === undefined ? { ...one, stays } : one));
}

function identify(owned: OwnedRelease, declared: ReadonlySet<ReleaseId>, input: PruneInput): Undeclared {
  const { namespace, releaseName } = owned;
  const found = [...input.remembered].find(
    ([id, standing]) => id.startsWith(`${namespace}/`) && standing.releaseName === releaseName,
  );
  const release = found?.[0] ?? releaseId(namespace, releaseName);
  const actor = accountOf(release, found?.[1] ?? {});
  const stays = reasonToStay({ ...owned, release }, declared.has(release), found?.[1], input);
  return {
    ...owned,
    release,
    after: found?.[1].after ?? [],
    protect: found?.[1].protect ?? false,
    ...(actor === undefined ? {} : { actor }),
    ...(stays === undefined ? {} : { stays }),
  };
}

function reasonToStay(
  { payload, release }: OwnedRelease & Pick<Undeclared, "release">,
  isNameTaken: boolean,
  remembered: LastStanding | undefined,
  input: PruneInput,
): StayReason | undefined {
  if (!input.prune) return { kind: "prune-off" };
  if (input.isPart) return { kind: "not-selected" };
  if (isNameTaken) return { kind: "name-taken" };
  if (input.isSuspended(release)) return { kind: "suspended" };
  if (!input.includeProtected) {
    if (remembered === undefined) return { kind: "unremembered" };
    if (remembered.protect === true) return { kind: "protected" };
  }
  if (payload === undefined) return { kind: "unreadable" };
  if (input.mayLose) return undefined;
  const objects = irreplaceable(payload.objects, input.definitions);
  return objects.length > 0 ? { kind: "would-lose", objects } : undefined;
}

/** In an order in which each stands before what it depended on. What would be a circle is cut where it closes. */
function dependentsFirst(all: readonly Undeclared[]): readonly Undeclared[] {
  const byId = new Map(all.map((one) => [one.release, one]));
  const order: Undeclared[] = [];
  const seen = new Set<ReleaseId>();
  const visit = (one: Undeclared, above: ReadonlySet<ReleaseId>): void => {
    if (seen.has(one.release)) return;
    seen.add(one.release);
    const here = new Set(above).add(one.release);
    const after = one.after.filter((id) => !here.has(id));
    for (const id of after) {
      const dependency = byId.get(id);
      if (dependency !== undefined) visit(dependency, here);
    }
    order.unshift({ ...one, after });
  };
  for (const one of all.toSorted((a, b) => (a.release < b.release ? -1 : 1))) visit(one, new Set());
  return order;
}

/**
 * The plan with an uninstall for each undeclared release that goes, behind everything else: of a run that does not make
 * all that is declared healthy nothing is taken away. What stays is named.
 */
export function withPruning(plan: Plan, undeclared: readonly Undeclared[]): Plan {
  if (undeclared.length === 0) return plan;
  // Where nothing is there and nothing is done, nothing can need what goes.
  const first = plan.steps.flatMap((step) =>
    step.kind === "keep" && step.standing === "unknown" ? [] : [step.release],
  );
  const { steps, waves } = uninstalls(undeclared, first, plan.waves);
  return { ...plan, undeclared, steps: [...plan.steps, ...steps], waves };
}

/** The plan of a destroy with the undeclared releases too: each goes before what it depended on, declared or not. */
export function withUndeclaredDestroyed(plan: Plan, undeclared: readonly Undeclared[]): Plan {
  if (undeclared.length === 0) return plan;
  const { steps, waves } = uninstalls(undeclared, [], 0);
  const behind = (id: ReleaseId): readonly ReleaseId[] =>
    undeclared.flatMap((one) => (one.stays === undefined && one.after.includes(id) ? [one.release] : []));
  const declared = plan.steps.map((step) => ({
    ...step,
    wave: step.wave + waves,
    after: step.kind === "uninstall" ? [...step.after, ...behind(step.release)] : step.after,
  }));
  return { ...plan, undeclared, steps: [...steps, ...declared], waves: plan.waves + waves };
}

/** Those that do not stay, each behind `first` and behind what depended on it, in waves after `wavesBefore`. */
function uninstalls(
  undeclared: readonly Undeclared[],
  first: readonly ReleaseId[],
  wavesBefore: number,
): { readonly steps: readonly Step[]; readonly waves: number } {
  const going = undeclared.filter((one) => one.stays === undefined);
  const wave = new Map<ReleaseId, number>();
  const steps = going.map(
    ({ release, releaseName, namespace, after, revision, payload, held, actor }): Step => {
      const dependents = going.filter((other) => other.after.includes(release)).map((other) => other.release);
      const own = 1 + Math.max(wavesBefore, ...dependents.map((dependent) => wave.get(dependent) ?? 0));
      wave.set(release, own);
      return {
        kind: "uninstall",
        release,
        releaseName,
        namespace,
        after: [...first, ...dependents],
        dependencies: after,
        wave: own,
        reasons: [{ kind: "undeclared" }],
        revision,
        timeoutMs: uninstallTimeoutMs,
        ...(payload === undefined ? {} : { payload }),
        ...(held === undefined ? {} : { held }),
        ...(actor === undefined ? {} : { actor }),
      };
    },
  );
  return { steps, waves: Math.max(wavesBefore, ...wave.values()) };
}

/** What was declared of a timeout is gone with the declaration. */
const uninstallTimeoutMs = 300_000;
