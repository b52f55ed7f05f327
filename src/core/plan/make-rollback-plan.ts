// The plan that puts releases back to earlier revisions because a person asked: dependents first, so that nothing ever runs
// beside a dependency that is older than what it was last seen healthy with.
import type { Declaration } from "../declaration.ts";
import { fingerprintFor } from "../fingerprint.ts";
import type { Graph } from "../graph.ts";
import type { ReleaseId } from "../ids.ts";
import type { Freeze, Observation, ReleasePayload, ReleaseRecord, Said } from "../observation.ts";
import { releaseKey } from "../observe.ts";
import type { PinnedRelease } from "../pin.ts";
import { recordInTheWay } from "../recovery.ts";
import { compareValues } from "../values/value-changes.ts";
import { asItIs } from "./as-it-is.ts";
import type { Plan, Reason, Step } from "./plan.ts";

export type RollbackPlanInput = {
  readonly stack: string;
  readonly stackLabel: string;
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly observations: ReadonlyMap<ReleaseId, Observation>;
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  readonly said: Said;
  /** What each release that goes back is to be again. */
  readonly targets: ReadonlyMap<ReleaseId, ReleasePayload>;
};

/** A step for each release of the stack; those that do not go back are kept, and nobody waits for them. */
export function makeRollbackPlan(input: RollbackPlanInput): Plan {
  const byId = new Map(input.declarations.map((declaration) => [declaration.id, declaration]));
  const behind = dependentsThatGo(input);
  const waves = new Map<ReleaseId, number>();
  const steps = input.graph.order.toReversed().flatMap((id): readonly Step[] => {
    const declaration = byId.get(id);
    const pin = input.pins.get(id);
    if (declaration === undefined || pin === undefined) return [];
    const after = behind.get(id) ?? [];
    const wave = 1 + Math.max(0, ...after.map((dependent) => waves.get(dependent) ?? 0));
    waves.set(id, wave);
    const { releaseName, namespace } = declaration;
    const dependencies = input.graph.after.get(id) ?? [];
    const base = { release: id, releaseName, namespace, after, dependencies, wave };
    const observation = input.observations.get(id) ?? { kind: "absent" };
    const target = input.targets.get(id);
    return target === undefined || observation.kind === "absent"
      ? [{ ...base, after: [], wave: 1, ...keep(declaration, observation) }]
      : [{ ...base, ...goBack(input, declaration, pin, observation, target) }];
  });
  return {
    stack: input.stack,
    stackLabel: input.stackLabel,
    order: "dependencies",
    steps,
    waves: Math.max(1, ...steps.map(({ wave }) => wave)),
    namespaces: [],
  };
}

/** What goes back to where, to be put on record before anything is touched. */
export function freezesOf({ steps }: Plan): ReadonlyMap<ReleaseId, Freeze> {
  return new Map(
    steps.flatMap((step) => (step.kind === "roll-back" ? [[step.release, step.freeze] as const] : [])),
  );
}

type Bare<K extends Step["kind"]> = Omit<
  Extract<Step, { kind: K }>,
  "release" | "releaseName" | "namespace" | "after" | "dependencies" | "wave"
>;

function keep(declaration: Declaration, observation: Observation): Bare<"keep"> {
  return {
    ...asItIs(observation),
    kind: "keep",
    declaration,
    reasons: [{ kind: "not-selected" }],
  };
}

function goBack(
  input: RollbackPlanInput,
  declaration: Declaration,
  remembered: PinnedRelease,
  observation: Exclude<Observation, { kind: "absent" }>,
  target: ReleasePayload,
): Bare<"roll-back"> {
  const payload = "payload" in observation ? observation.payload : undefined;
  const records = input.records.get(releaseKey(declaration)) ?? [];
  const record = records.find(({ revision }) => revision === target.revision);
  const fingerprint = record && fingerprintFor(record.revision, record.fingerprintLabel);
  const locked = recordInTheWay(observation, "roll-back");
  const { name, version } = target.chart;
  return {
    kind: "roll-back",
    rollbackTo: target.revision,
    freeze: {
      ...input.said,
      toRevision: target.revision,
      ...(declaration.digest === "" ? {} : { declaration: declaration.digest }),
    },
    pin: {
      ...remembered,
      chart: { ...remembered.chart, name, version },
      fingerprint: fingerprint ?? "",
    },
    asItIs: asItIs(observation),
    fromRevision: observation.revision,
    firstInstall: false,
    priority: 0,
    applyMethod: target.applyMethod,
    quarantineKey: "",
    reasons: [
      { kind: "rollback-asked", toRevision: target.revision, said: input.said },
      ...changes(payload, target, records),
    ],
    ...(locked === undefined ? {} : { locked }),
  };
}

// Which leaves were secret is not known from here: where some were, no value is shown.
function changes(
  from: ReleasePayload | undefined,
  to: ReleasePayload,
  records: readonly ReleaseRecord[],
): readonly Reason[] {
  if (from === undefined) return [];
  const words = ({ chart }: ReleasePayload): string => `${chart.name} ${chart.version}`;
  const hide = records.some(({ secretsLabel }) => secretsLabel !== undefined) ? "both" : undefined;
  const values = compareValues(from.config, to.config, () => hide);
  return [
    ...(words(from) === words(to)
      ? []
      : [{ kind: "chart-changed", from: words(from), to: words(to) } as const]),
    ...(values.length === 0 ? [] : [{ kind: "values-changed", changes: values } as const]),
  ];
}

/** For each release the nearest of those that depend on it, over whatever lies between, that go back too. */
function dependentsThatGo({
  graph,
  targets,
}: Pick<RollbackPlanInput, "graph" | "targets">): ReadonlyMap<ReleaseId, readonly ReleaseId[]> {
  const nearest = new Map<ReleaseId, Set<ReleaseId>>();
  // Dependents come first, so that what stands behind each of them is known by then.
  for (const id of graph.order.toReversed())
    for (const dependency of graph.after.get(id) ?? []) {
      const found = nearest.get(dependency) ?? new Set();
      if (targets.has(id)) found.add(id);
      else for (const further of nearest.get(id) ?? []) found.add(further);
      nearest.set(dependency, found);
    }
  return new Map([...nearest].map(([id, dependents]) => [id, [...dependents].toSorted()]));
}
