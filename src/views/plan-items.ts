// A plan as plain data that may be shown: reasons in words, values masked, counts. Tables and documents are made of it.
import type { Json } from "../core/declaration.ts";
import type { Action } from "../core/event.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { NewerChart } from "../core/charts/newer-versions.ts";
import { declaredAt, driftOf, valuesOf, type Plan, type Reason, type Step } from "../core/plan/plan.ts";
import { showDrift, type ShownDrift } from "./drift-view.ts";
import { reasonWords } from "./reason-words.ts";
import { maskChanges, type ShownChange } from "./secret-values.ts";

/** What a step comes to in a summary: its action, or why nothing is done although something is to be said. */
export type PlanVerdict =
  | Exclude<Action, "keep">
  | "unchanged"
  | "not-selected"
  | "kept"
  | "suspended"
  | "drifted"
  | "frozen"
  | "degraded"
  | "quarantined"
  | "refused"
  | "unknown";

export type PlanItem = {
  readonly release: ReleaseId;
  readonly namespace: string;
  readonly releaseName: string;
  readonly wave: number;
  readonly action: Action;
  readonly verdict: PlanVerdict;
  readonly sign: "+" | "~" | "<" | "=" | "!" | "-";
  readonly chart?: { readonly name: string; readonly version?: string; readonly from?: string };
  /** Versions of its chart that the index files have beyond the one declared and locked. */
  readonly newer?: NewerChart;
  readonly reasons: readonly { readonly kind: Reason["kind"]; readonly message: string }[];
  readonly changes: readonly ShownChange[];
  /** Objects that are no longer as helm applied them; absent where none are, or nobody looked. */
  readonly drift?: readonly ShownDrift[];
  readonly after: readonly ReleaseId[];
  /** How long it has to stay ready before it counts as healthy; absent where it has not. */
  readonly stableForMs?: number;
  /** True where the chart's tests have to pass, too. */
  readonly test?: true;
  /** Dependencies of which a `readyExpr` has to be true besides their health. */
  readonly conditions?: readonly ReleaseId[];
  /** What a rollback of it would not undo, in words. */
  readonly notUndone?: readonly string[];
  readonly declaredAt?: string;
};

/** What is newer than the charts of a plan's releases, as far as index files on this machine say. */
export type NewerCharts = ReadonlyMap<ReleaseId, NewerChart>;

/** One item per step, in the plan's order within each wave. */
export function planItems(plan: Plan, newer: NewerCharts = new Map()): readonly PlanItem[] {
  return plan.steps
    .map((step) => {
      const found = newer.get(step.release);
      return found === undefined ? planItem(step) : { ...planItem(step), newer: found };
    })
    .toSorted((a, b) => a.wave - b.wave);
}

function planItem(step: Step): PlanItem {
  const chart = chartOf(step);
  const at = declaredAt(step);
  const verdict = verdictOf(step);
  return {
    release: step.release,
    namespace: step.namespace,
    releaseName: step.releaseName,
    wave: step.wave,
    action: step.kind,
    verdict,
    sign: signOf(verdict),
    ...(chart === undefined ? {} : { chart }),
    reasons: step.reasons.map((reason) => ({ kind: reason.kind, message: reasonWords(reason) })),
    changes: step.reasons.flatMap((reason) =>
      reason.kind === "values-changed"
        ? maskChanges(reason.changes, (path) => declaredValue(step, path))
        : [],
    ),
    ...driftItem(step),
    after: step.after,
    ...proofsOf(step),
    ...("notUndone" in step ? { notUndone: step.notUndone } : {}),
    ...(at === undefined ? {} : { declaredAt: at }),
  };
}

function driftItem(step: Step): Pick<PlanItem, "drift"> {
  const drift = driftOf(step);
  return drift.length === 0 ? {} : { drift: drift.map(showDrift) };
}

/** What it waits for, and what it has to prove, beside health. */
function proofsOf(step: Step): Pick<PlanItem, "stableForMs" | "test" | "conditions"> {
  if (step.kind === "keep" || step.kind === "uninstall") return {};
  const { stableForMs, test, dependsOn } = step.pin.declaration;
  const conditions = dependsOn.filter(({ readyExpr }) => readyExpr !== undefined).map(({ id }) => id);
  return {
    ...(stableForMs === 0 ? {} : { stableForMs }),
    ...(test ? { test } : {}),
    // What is only verified has started already.
    ...(conditions.length === 0 || step.kind === "verify" ? {} : { conditions }),
  };
}

function chartOf(step: Step): PlanItem["chart"] {
  switch (step.kind) {
    case "verify":
    case "install":
    case "upgrade":
    case "recover":
    case "roll-back": {
      const change = step.reasons.find((reason) => reason.kind === "chart-changed");
      const { name, version } = step.pin.chart;
      return { name, version, ...(change === undefined ? {} : { from: change.from }) };
    }
    case "keep":
    case "uninstall":
      return step.payload === undefined
        ? undefined
        : { name: step.payload.chart.name, version: step.payload.chart.version };
  }
}

function verdictOf(step: Step): PlanVerdict {
  if (step.kind !== "keep") return step.kind;
  const kinds = new Set(step.reasons.map((reason) => reason.kind));
  if (kinds.has("kept")) return "kept";
  switch (step.standing) {
    case "degraded":
    case "quarantined":
    case "refused":
      return step.standing;
    case "healthy":
    case "unknown":
      if (kinds.has("suspended")) return "suspended";
      if (kinds.has("frozen")) return "frozen";
      if (kinds.has("not-selected")) return "not-selected";
      if (kinds.has("drifted")) return "drifted";
      return step.standing === "healthy" ? "unchanged" : "unknown";
  }
}

function signOf(verdict: PlanVerdict): PlanItem["sign"] {
  switch (verdict) {
    case "install":
      return "+";
    case "upgrade":
      return "~";
    case "uninstall":
      return "-";
    case "roll-back":
      return "<";
    case "recover":
    case "drifted":
    case "degraded":
    case "quarantined":
    case "refused":
    case "unknown":
      return "!";
    case "verify":
    case "unchanged":
    case "not-selected":
    case "kept":
    case "suspended":
    case "frozen":
      return "=";
  }
}

const SUMMARY: readonly (readonly [PlanVerdict, string])[] = [
  ["install", "to install"],
  ["upgrade", "to upgrade"],
  ["recover", "to recover"],
  ["roll-back", "to roll back"],
  ["uninstall", "to uninstall"],
  ["verify", "to verify"],
  ["drifted", "drifted"],
  ["degraded", "degraded"],
  ["quarantined", "quarantined"],
  ["refused", "refused"],
  ["unknown", "unknown"],
  ["suspended", "suspended"],
  ["frozen", "frozen"],
  ["kept", "kept"],
  ["not-selected", "not selected"],
  ["unchanged", "unchanged"],
];

/** `Plan: 1 to install, 2 to upgrade, 1 to verify, 9 unchanged`. */
export function planSummary(items: readonly PlanItem[]): string {
  const counts = countVerdicts(items);
  const parts = SUMMARY.filter(([verdict]) => (counts[verdict] ?? 0) > 0).map(
    ([verdict, words]) => `${counts[verdict] ?? 0} ${words}`,
  );
  return `Plan: ${parts.length === 0 ? "no releases" : parts.join(", ")}`;
}

export function countVerdicts(items: readonly PlanItem[]): Readonly<Partial<Record<PlanVerdict, number>>> {
  const counts: Partial<Record<PlanVerdict, number>> = {};
  for (const { verdict } of items) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

/** The value that the declaration's strongest layer has at a path as value-changes.ts writes it. */
function declaredValue(step: Step, path: string): Json | undefined {
  const layers = valuesOf(step);
  for (const layer of layers.toReversed()) {
    const found = valueAt(layer.tree, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueAt(tree: Json, path: string): Json | undefined {
  let value: Json | undefined = tree;
  for (const [, quoted, plain] of path.matchAll(/"([^"]*)"|([^.[\]"]+)/g)) {
    const key: string = quoted ?? plain ?? "";
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, Json>>)[key];
  }
  return value;
}
