// The plan as a function of declarations, pins and one observation: which step each release needs, and why. Nothing here
// knows how a step is carried out.
import type { Declaration, Json, OnStackFailure } from "../declaration.ts";
import type { DriftedObject } from "../drift/drift.ts";
import { quarantineKey, secretsDigest } from "../fingerprint.ts";
import type { Graph } from "../graph.ts";
import type { ReleaseId } from "../ids.ts";
import { releaseKey } from "../observe.ts";
import { mergeLayers } from "../values/merge-values.ts";
import type { Freeze, Observation, ReleaseState, StackState, TakenBack } from "../observation.ts";
import type { PinnedRelease } from "../pin.ts";
import { recordInTheWay, staleDeployed, type Intent, type RecordInTheWay } from "../recovery.ts";
import { withAgentLast } from "./agent-last.ts";
import { asItIs } from "./as-it-is.ts";
import { hideSecrets, isCorrected, withDrift, type DriftWish } from "./plan-drift.ts";
import { notUndoneBy } from "./not-undone.ts";
import type { ApplyBase, Plan, Reason, Step } from "./plan.ts";
import { describeValuesObject } from "../values/values-objects.ts";
import type { Path } from "../yaml/yaml-tree.ts";
import { compareValues, secretPaths } from "../values/value-changes.ts";

export type PlanInput = {
  readonly stack: string;
  readonly stackLabel: string;
  readonly order: "dependencies" | "waves";
  readonly onFailure?: OnStackFailure;
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
  /** Without what is over. */
  readonly state: StackState;
  /** Namespaces that exist and are not being deleted. */
  readonly namespaces: ReadonlySet<string>;
  /** Releases to act on; all when undefined. */
  readonly only?: ReadonlySet<ReleaseId>;
  /** Try quarantined releases again. */
  readonly retry: boolean;
  /** Take releases over from another owner. */
  readonly adopt: boolean;
  /** Put every release through helm though nothing changed; `restart`: make its pods anew, too. */
  readonly redeploy?: { readonly restart: boolean };
  /** What was found where somebody looked, and what is wanted then. */
  readonly drift?: {
    readonly wish: DriftWish;
    readonly found: ReadonlyMap<ReleaseId, readonly DriftedObject[]>;
  };
};

/** Makes the plan. Every declared release gets exactly one step; all of `pins` and `observations` must be there. */
export function makePlan(input: PlanInput): Plan {
  const byId = new Map(input.declarations.map((declaration) => [declaration.id, declaration]));
  const after = input.order === "waves" ? waveEdges(input.graph) : input.graph.after;
  const depth = chainDepths(input.graph.order, after);
  const inOrder = input.graph.order.flatMap((id): readonly Step[] => {
    const declaration = byId.get(id);
    const pin = input.pins.get(id);
    if (declaration === undefined || pin === undefined) return [];
    const base = {
      release: id,
      releaseName: declaration.releaseName,
      namespace: declaration.namespace,
      after: after.get(id) ?? [],
      dependencies: input.graph.after.get(id) ?? [],
      wave: input.graph.wave.get(id) ?? 1,
    };
    const decision = decide(input, declaration, pin, depth.get(id) ?? 0);
    return [{ ...base, ...withResumption(input, id, withDrift(decision, driftFound(input, id))) }];
  });
  const steps = withAgentLast(inOrder);
  return {
    stack: input.stack,
    stackLabel: input.stackLabel,
    order: input.order,
    ...(input.onFailure === undefined ? {} : { onFailure: input.onFailure }),
    steps,
    waves: steps.reduce((waves, { wave }) => Math.max(waves, wave), input.graph.waves),
    namespaces: missingNamespaces(input, steps),
  };
}

type Decision =
  Omit<Extract<Step, { kind: "keep" }>, keyof Base> | DecisionOf<Exclude<Step["kind"], "keep" | "uninstall">>;
type DecisionOf<K extends Step["kind"]> = K extends Step["kind"]
  ? Omit<Extract<Step, { kind: K }>, keyof Base> & Reasons
  : never;
type Reasons = Pick<Step, "reasons">;
type Base = Pick<Step, "release" | "releaseName" | "namespace" | "after" | "dependencies" | "wave">;

function decide(
  input: PlanInput,
  declaration: Declaration,
  pin: PinnedRelease,
  priority: number,
): Decision & Reasons {
  const observation = input.observations.get(declaration.id) ?? { kind: "absent" };
  const there = asItIs(observation);
  const keep = (standing: Extract<Step, { kind: "keep" }>["standing"], ...reasons: Reasons["reasons"]) =>
    ({ ...there, kind: "keep", declaration, pin, standing, reasons }) as const;

  if (input.only !== undefined && !input.only.has(declaration.id))
    return keep(there.standing, { kind: "not-selected" });
  const suspended = reasonToSuspend(input, declaration);
  if (suspended !== undefined) return keep(there.standing, suspended);
  const refusal = refuseOwner(input, observation, pin, declaration);
  if (refusal !== undefined) return keep("refused", refusal);
  const freeze = input.state.releases.get(declaration.id)?.freeze;
  // Where nothing is there any more, there is nothing to stay at.
  if (freeze !== undefined && observation.kind !== "absent" && isStillFrozen(freeze, declaration))
    return keep(there.standing, { kind: "frozen", freeze });

  if (pin.unreadable !== undefined) return keep("refused", { kind: "refused", failure: pin.unreadable });

  const state = input.state.releases.get(declaration.id);
  const base = {
    ...applyBase(observation, pin, keyOf(input, pin), priority),
    ...limitsOf(input, observation, pin),
  };
  const debt = input.retry ? undefined : state?.takenBack;
  if (debt !== undefined && stillCounts(input, debt, pin))
    return whileTakenBack(input, observation, base, debt, keep);
  const quarantine = input.retry ? undefined : state?.quarantine;
  // A first install that failed has nothing to go back to, and is tried again as ever.
  const mayGoBack = base.rollbackTo !== undefined && declaration.onFailure !== "keep";
  const blamedSince = input.retry || !mayGoBack ? undefined : sinceWhenBlamed(input, declaration.id);
  const since = quarantine?.key === base.quarantineKey ? quarantine.since : blamedSince;
  if (since !== undefined)
    return whileQuarantined(
      observation,
      { ...base, isBlamed: blamedSince !== undefined },
      since,
      state,
      keep,
    );

  const awaited: readonly Reason[] =
    pin.missing.length === 0
      ? []
      : [{ kind: "values-awaited", objects: pin.missing.map(describeValuesObject) }];
  // What is installed for the first time has nothing to restart.
  if (observation.kind === "absent")
    return { ...base, kind: "install", reasons: [{ kind: "not-installed" }, ...awaited] };
  return withRestart(input, decideThere(input, observation, base, state, awaited, keep));
}

function isStillFrozen(freeze: Freeze, declaration: Declaration): boolean {
  return freeze.declaration === undefined || freeze.declaration === declaration.digest;
}

function reasonToSuspend({ state }: PlanInput, declaration: Declaration): Reason | undefined {
  const said = state.releases.get(declaration.id)?.suspension;
  if (said !== undefined) return { kind: "suspended", said };
  if (declaration.suspend) return { kind: "suspended" };
  return state.suspension === undefined
    ? undefined
    : { kind: "suspended", said: state.suspension, wholeStack: true };
}

function intentOf(observation: Observation, pin: PinnedRelease): Intent {
  if (observation.kind !== "deployed" || observation.fingerprint !== pin.fingerprint) return "apply-changed";
  return observation.verified ? "leave-unchanged" : "verify";
}

function leftOver({ status, revision }: RecordInTheWay): Reason {
  return { kind: "left-over", status, revision };
}

function decideThere(
  input: PlanInput,
  observation: Exclude<Observation, { kind: "absent" }>,
  base: ApplyBase,
  state: ReleaseState | undefined,
  awaited: readonly Reason[],
  keep: Keep,
): Decision & Reasons {
  const locked = recordInTheWay(observation, intentOf(observation, base.pin));
  if (locked !== undefined)
    return { ...base, kind: "recover", then: "upgrade", locked, reasons: [leftOver(locked), ...awaited] };
  switch (observation.kind) {
    case "locked":
    case "failed":
    case "unsettled":
      return {
        ...base,
        kind: base.firstInstall ? "install" : "upgrade",
        reasons: [askedOrFailed(observation.revision, state), ...awaited],
      };
    case "deployed":
      return input.redeploy === undefined
        ? decideDeployed(input, observation, base, state, keep)
        : redeploy(observation, base);
  }
}

type Keep = (
  standing: Extract<Step, { kind: "keep" }>["standing"],
  ...reasons: Reasons["reasons"]
) => Decision & Reasons;

function decideDeployed(
  input: PlanInput,
  observation: Extract<Observation, { kind: "deployed" }>,
  base: ApplyBase,
  state: ReleaseState | undefined,
  keep: Keep,
): Decision & Reasons {
  const { payload, revision } = observation;
  const { declaration, fingerprint } = base.pin;
  const drift = driftFound(input, declaration.id);
  const takesFields = isCorrected(input.drift?.wish, declaration.driftDetection, drift);
  if (observation.fingerprint !== fingerprint) {
    const changes = changeReasons(observation, base.pin);
    const asked = state?.retry;
    return {
      ...base,
      ...(takesFields ? { takesFields } : {}),
      kind: "upgrade",
      reasons: asked === undefined ? changes : [{ kind: "retry-asked", said: asked }, ...changes],
    };
  }
  // Helm applies the same once more, and takes back what others hold now.
  if (takesFields)
    return {
      ...withoutBadTarget(observation, base),
      takesFields,
      kind: "upgrade",
      reasons: [{ kind: "drifted", objects: drift }],
    };
  if (!observation.verified) {
    if (state?.lastFailure !== undefined && observation.health.kind !== "ready")
      return {
        ...base,
        kind: base.firstInstall ? "install" : "upgrade",
        reasons: [input.retry ? { kind: "retry-asked" } : askedOrFailed(revision, state)],
      };
    if (payload === undefined)
      return { ...base, kind: "upgrade", reasons: [{ kind: "fingerprint-unknown" }] };
    return { ...base, kind: "verify", revision, payload, reasons: [{ kind: "not-verified", revision }] };
  }
  // Nothing to change but whose it is: marking it verified writes this stack's name on it.
  if (observation.owner.kind === "another" && payload !== undefined)
    return {
      ...base,
      kind: "verify",
      revision,
      payload,
      reasons: [{ kind: "adopt", chart: payload.chart.name }],
    };
  switch (observation.health.kind) {
    case "ready":
      return keep("healthy", { kind: "unchanged" });
    case "pending":
      return keep("degraded", { kind: "degraded", troubles: observation.health.waitingFor });
    case "failed":
      return keep("degraded", { kind: "degraded", troubles: observation.health.troubles });
    case "unknown":
      return keep("unknown", { kind: "degraded", troubles: [] });
  }
}

function redeploy(
  observation: Extract<Observation, { kind: "deployed" }>,
  base: ApplyBase,
): Decision & Reasons {
  const isSame = observation.fingerprint === base.pin.fingerprint;
  return {
    ...(isSame ? withoutBadTarget(observation, base) : base),
    kind: "upgrade",
    reasons: [{ kind: "redeploy-asked" }, ...(isSame ? [] : changeReasons(observation, base.pin))],
  };
}

/** What is in trouble as it is would be no better for going back to just that. */
function withoutBadTarget(
  observation: Extract<Observation, { kind: "deployed" }>,
  base: ApplyBase,
): ApplyBase {
  const { rollbackTo, ...others } = base;
  return rollbackTo === observation.revision && observation.health.kind !== "ready" ? others : base;
}

/** What has drifted of a release, without its secrets. */
function driftFound({ drift, pins, observations }: PlanInput, release: ReleaseId): readonly DriftedObject[] {
  const found = drift?.found.get(release) ?? [];
  const observation = observations.get(release);
  const payload = observation !== undefined && "payload" in observation ? observation.payload : undefined;
  return found.length === 0 ? found : hideSecrets(found, pins.get(release)?.values ?? [], payload);
}

function withRestart({ redeploy }: PlanInput, decision: Decision & Reasons): Decision & Reasons {
  // What is not put through helm is left alone here, too.
  if (redeploy?.restart !== true || decision.kind === "keep" || decision.kind === "verify") return decision;
  return { ...decision, restarts: true, reasons: [...decision.reasons, { kind: "restart-asked" }] };
}

// A run that was cut between the record of a failure and the end of its rollback owes that rollback; and what heals
// late counts as healthy.
function whileQuarantined(
  observation: Observation,
  { isBlamed, ...base }: ApplyBase & { readonly isBlamed: boolean },
  since: string,
  state: ReleaseState | undefined,
  keep: Keep,
): Decision & Reasons {
  const { failure, evidence } = state?.lastFailure ?? {};
  const reason: Reason = {
    kind: "quarantined",
    since,
    cause: failure?.message ?? "it failed",
    ...(evidence === undefined ? {} : { evidence }),
  };
  const owesRollback = base.pin.declaration.onFailure !== "keep" && base.rollbackTo !== undefined;
  const locked = recordInTheWay(observation, "roll-back");
  switch (observation.kind) {
    case "deployed": {
      const isTheFailedOne = observation.fingerprint === base.pin.fingerprint && !observation.verified;
      const isOwed = owesRollback && state?.lastFailure?.outcome !== "rollback-failed";
      // What it stood on goes back: it may not stay, not even where it is well by now.
      if (isTheFailedOne && isOwed && isBlamed)
        return { ...base, kind: "recover", then: "roll-back", reasons: [reason] };
      const mayHeal = observation.health.kind === "ready" || isOwed;
      return isTheFailedOne && mayHeal && observation.payload !== undefined
        ? {
            ...base,
            kind: "verify",
            revision: observation.revision,
            payload: observation.payload,
            reasons: [reason],
          }
        : keep("quarantined", reason);
    }
    case "locked":
      // Where nothing is owed, the lock can wait for what ends the quarantine.
      if (!owesRollback || state?.lastFailure?.outcome === "rollback-failed" || locked?.ours !== true)
        return keep("quarantined", reason);
      return { ...base, kind: "recover", locked, then: "roll-back", reasons: [leftOver(locked), reason] };
    case "failed":
      return owesRollback &&
        state?.lastFailure?.outcome !== "rollback-failed" &&
        state?.lastFailure?.outcome !== "never-applied"
        ? {
            ...base,
            kind: "recover",
            then: "roll-back",
            ...(locked === undefined ? {} : { locked }),
            reasons: [reason],
          }
        : keep("quarantined", reason);
    case "absent":
    case "unsettled":
      return locked === undefined
        ? { ...base, kind: "install", reasons: [{ kind: "not-installed" }] }
        : { ...base, kind: "recover", then: "upgrade", locked, reasons: [leftOver(locked)] };
  }
}

/** What a quarantine of this pin lasts for. */
function keyOf(input: PlanInput, pin: PinnedRelease): string {
  const dependencies = input.graph.after.get(pin.declaration.id) ?? [];
  return quarantineKey(
    pin,
    dependencies.flatMap((id) => input.pins.get(id) ?? []),
  );
}

/** True until the release itself, or the one whose failure took it back, changes. */
function stillCounts(input: PlanInput, debt: TakenBack, pin: PinnedRelease): boolean {
  const failed = input.pins.get(debt.dueTo);
  return debt.key === keyOf(input, pin) && failed !== undefined && keyOf(input, failed) === debt.dueToKey;
}

/** Since when others go back because of this release; it has failed then, also where the run was killed before it put that down. */
function sinceWhenBlamed(input: PlanInput, id: ReleaseId): string | undefined {
  for (const [release, { takenBack }] of input.state.releases) {
    const pin = input.pins.get(release);
    if (takenBack?.dueTo === id && pin !== undefined && stillCounts(input, takenBack, pin))
      return takenBack.since;
  }
  return undefined;
}

function isPaid(debt: TakenBack, observation: Observation): boolean {
  return (
    observation.kind === "absent" ||
    observation.kind === "unsettled" ||
    debt.to === observation.revision ||
    (observation.kind === "deployed" && observation.fingerprint !== debt.fingerprint) ||
    (observation.kind === "locked" &&
      observation.isForeign === true &&
      !mayBeItsPayment(debt, observation.status))
  );
}

/** Whose helm an uninstall or a rollback was can't always be told: one that may have been to pay the debt is seen to its end. */
function mayBeItsPayment(
  { to }: TakenBack,
  status: Extract<Observation, { kind: "locked" }>["status"],
): boolean {
  return status === (to === "nothing" ? "uninstalling" : "pending-rollback");
}

/** True where the way back of this release has failed, or of something that stands on it: nothing goes from under that. */
function isGivenUp(input: PlanInput, release: ReleaseId): boolean {
  const behind = new Set([release]);
  for (const other of input.graph.order)
    if (input.graph.after.get(other)?.some((dependency) => behind.has(dependency)) === true)
      behind.add(other);
  return behind.values().some((one) => {
    const { takenBack, lastFailure } = input.state.releases.get(one) ?? {};
    const pin = input.pins.get(one);
    if (takenBack === undefined || pin === undefined || lastFailure?.outcome !== "rollback-failed")
      return false;
    const observation = input.observations.get(one) ?? { kind: "absent" };
    const isWell = observation.kind === "deployed" && observation.health.kind === "ready";
    return stillCounts(input, takenBack, pin) && !(isPaid(takenBack, observation) && isWell);
  });
}

// A run that was cut before it had taken everything back owes what is left of that.
function whileTakenBack(
  input: PlanInput,
  observation: Observation,
  base: ApplyBase,
  debt: TakenBack,
  keep: Keep,
): Decision & Reasons {
  const reason: Reason = { kind: "taken-back", since: debt.since, dueTo: debt.dueTo };
  if (isPaid(debt, observation) || isGivenUp(input, base.pin.declaration.id))
    return keep("quarantined", reason);
  const locked = recordInTheWay(observation, debt.to === "nothing" ? "uninstall" : "roll-back");
  return {
    ...base,
    kind: "recover",
    then: "take-back",
    takenBack: debt,
    ...(locked === undefined ? {} : { locked }),
    reasons: [reason],
  };
}

/** What of this release could not be undone, where something may undo it. */
function limitsOf(
  { onFailure }: PlanInput,
  observation: Observation,
  pin: PinnedRelease,
): Pick<ApplyBase, "notUndone"> {
  const mayGoBack =
    observation.kind === "absent"
      ? pin.declaration.onFailure === "uninstall" || onFailure?.startsWith("rollback") === true
      : pin.declaration.onFailure !== "keep" && observation.lastGood !== undefined;
  if (!mayGoBack) return {};
  const payload = "payload" in observation ? observation.payload : undefined;
  const notUndone = notUndoneBy(pin, observation.kind === "absent" ? undefined : (payload?.objects ?? []));
  return notUndone.length === 0 ? {} : { notUndone };
}

function applyBase(observation: Observation, pin: PinnedRelease, key: string, priority: number): ApplyBase {
  const adoptedHealthy =
    observation.kind === "deployed" &&
    observation.owner.kind === "nobody" &&
    observation.health.kind === "ready";
  const rollbackTo =
    observation.kind === "absent" ? undefined : adoptedHealthy ? observation.revision : observation.lastGood;
  const payload = "payload" in observation ? observation.payload : undefined;
  const stale = staleDeployed(observation, "apply-changed");
  return {
    pin,
    asItIs: asItIs(observation),
    fromRevision: observation.kind === "absent" ? 0 : observation.revision,
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    firstInstall: rollbackTo === undefined,
    // Helm 4 applies a new release server-side, and an older one as its last revision was.
    applyMethod: payload?.applyMethod ?? "server-side",
    quarantineKey: key,
    ...("lastGoodFingerprint" in observation && observation.lastGoodFingerprint === pin.fingerprint
      ? { proven: true as const }
      : {}),
    priority,
    ...(stale.length === 0 ? {} : { stale }),
  };
}

function changeReasons(
  observation: Extract<Observation, { kind: "deployed" }>,
  pin: PinnedRelease,
): Reasons["reasons"] {
  const { payload } = observation;
  const reasons: Reason[] = [];
  if (observation.owner.kind === "nobody") reasons.push({ kind: "adopt", chart: pin.chart.name });
  if (pin.missing.length > 0)
    reasons.push({ kind: "values-awaited", objects: pin.missing.map(describeValuesObject) });
  if (payload !== undefined) {
    if (payload.chart.version !== pin.chart.version || payload.chart.name !== pin.chart.name)
      reasons.push({
        kind: "chart-changed",
        from: `${payload.chart.name} ${payload.chart.version}`,
        to: `${pin.chart.name} ${pin.chart.version}`,
      });
    if (pin.missing.length === 0) reasons.push(...valuesReasons(payload.config, observation.secrets, pin));
  }
  const [first, ...more] = reasons;
  if (first !== undefined) return [first, ...more];
  if (observation.fingerprint === undefined) return [{ kind: "fingerprint-unknown" }];
  return payload === undefined
    ? [{ kind: "options-changed" }]
    : [
        {
          kind: "chart-changed",
          from: `${payload.chart.name} ${payload.chart.version}`,
          to: "the same version with other content",
        },
      ];
}

// What is missing or locked can't be compared; the rest can.
function valuesReasons(
  config: Json | undefined,
  secrets: string | undefined,
  { values }: PinnedRelease,
): readonly Reason[] {
  const locked = values.filter((layer) => layer.locked !== undefined);
  const files = [...new Set(locked.flatMap(({ locked: file }) => file?.path ?? []))];
  const isLocked = secretPaths(locked);
  // Which leaves were secret is known only where the same ones still are.
  const isAsBefore = secrets === undefined || secrets === secretsDigest(values);
  const isSecret = secretPaths(values);
  const sidesToHide = (path: Path) => (isSecret(path) ? "both" : isAsBefore ? undefined : "before");
  const changes = compareValues(config, mergeLayers(values), sidesToHide, isLocked);
  return [
    ...(changes.length > 0 ? [{ kind: "values-changed", changes } as const] : []),
    ...(files.length > 0 ? [{ kind: "values-locked", files } as const] : []),
  ];
}

function refuseOwner(
  input: PlanInput,
  observation: Observation,
  pin: PinnedRelease,
  declaration: Declaration,
): Reason | undefined {
  if (observation.kind === "absent") return undefined;
  const name = releaseKey(declaration);
  if (observation.owner.kind === "another" && !input.adopt)
    return {
      kind: "refused",
      failure: {
        kind: "ownership-conflict",
        message: `the release ${name} belongs to ${observation.owner.name}`,
        holder: observation.owner.name,
        next: "Take it over with --adopt once its present owner has let go of it, or choose another releaseName.",
      },
    };
  const chart = "payload" in observation ? observation.payload.chart.name : undefined;
  if (observation.owner.kind === "nobody" && !input.adopt && observation.unreadable === true)
    return {
      kind: "refused",
      failure: {
        kind: "ownership-conflict",
        message: `a release ${name} exists that Headway did not make, and its record can't be read, so that its chart is not known`,
        next: "Choose another releaseName, or replace it on purpose with --adopt.",
      },
    };
  if (observation.owner.kind === "nobody" && !input.adopt && chart !== undefined && chart !== pin.chart.name)
    return {
      kind: "refused",
      failure: {
        kind: "ownership-conflict",
        message: `a release ${name} of another chart (${chart}) exists that Headway did not make`,
        holder: `chart ${chart}`,
        next: "Choose another releaseName, or replace it on purpose with --adopt.",
      },
    };
  return undefined;
}

/** Why it is only now that something is done. */
function withResumption(
  { state, redeploy }: PlanInput,
  id: ReleaseId,
  decision: Decision & Reasons,
): Decision & Reasons {
  if (redeploy !== undefined || (decision.kind !== "install" && decision.kind !== "upgrade")) return decision;
  const said = state.releases.get(id)?.resumed;
  const reason: Reason | undefined =
    said !== undefined
      ? { kind: "resumed", said }
      : state.resumed !== undefined
        ? { kind: "resumed", said: state.resumed, wholeStack: true }
        : undefined;
  return reason === undefined ? decision : { ...decision, reasons: [reason, ...decision.reasons] };
}

function askedOrFailed(revision: number, state: ReleaseState | undefined): Reason {
  if (state?.retry !== undefined) return { kind: "retry-asked", said: state.retry };
  const cause = state?.lastFailure?.failure.message;
  return { kind: "last-attempt-failed", revision, ...(cause === undefined ? {} : { cause }) };
}

// All earlier waves, not just the one before: a wave in which nothing is to be done is healthy at once. Releases of one
// wave share one list.
function waveEdges(graph: Graph): ReadonlyMap<ReleaseId, readonly ReleaseId[]> {
  const waves = Map.groupBy(graph.order, (id) => graph.wave.get(id) ?? 1);
  const earlier: (readonly ReleaseId[])[] = [[], []];
  for (let wave = 2; wave <= graph.waves; wave++)
    earlier[wave] = [...(earlier[wave - 1] ?? []), ...(waves.get(wave - 1) ?? [])];
  return new Map(graph.order.map((id) => [id, earlier[graph.wave.get(id) ?? 1] ?? []]));
}

/** The length of the longest chain of dependents behind each release. */
function chainDepths(
  order: readonly ReleaseId[],
  after: ReadonlyMap<ReleaseId, readonly ReleaseId[]>,
): ReadonlyMap<ReleaseId, number> {
  const depth = new Map<ReleaseId, number>();
  for (const id of order.toReversed())
    for (const dependency of after.get(id) ?? [])
      depth.set(dependency, Math.max(depth.get(dependency) ?? 0, (depth.get(id) ?? 0) + 1));
  return depth;
}

function missingNamespaces(input: PlanInput, steps: readonly Step[]): readonly string[] {
  const brought = new Set(
    [...input.pins.values()].flatMap((pin) =>
      pin.chart.namespaces === "computed" ? [] : pin.chart.namespaces,
    ),
  );
  const wanted = steps.flatMap((step) =>
    step.kind !== "keep" &&
    step.kind !== "uninstall" &&
    step.pin.declaration.createNamespace &&
    !input.namespaces.has(step.namespace) &&
    !brought.has(step.namespace)
      ? [step.namespace]
      : [],
  );
  return [...new Set(wanted)].toSorted();
}
