// A plan for people and for programs. What may be shown of it is decided in plan-items.ts.
import type { Json } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { driftOf, type Plan } from "../core/plan/plan.ts";
import { describeStay } from "../core/plan/prune.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { diagnosticItem, findingsMarkdown } from "./diagnostics-view.ts";
import { countVerdicts, planItems, planSummary, type NewerCharts, type PlanItem } from "./plan-items.ts";
import { driftLines } from "./drift-view.ts";
import type { ShownChange } from "./secret-values.ts";
import { renderLine, renderLines, type Line, type Style, type Tone } from "./style.ts";
import { cutTo, displayWidth, padTo } from "./terminal-text.ts";
import { formatDuration } from "./time-words.ts";

export type PlanFormat = "table" | "wide" | "json" | "yaml" | "name" | "markdown";

/** The whole plan as text. `table` counts unchanged releases, `wide` lists them and every change of values. */
export function renderPlan(
  plan: Plan,
  options: {
    readonly format: PlanFormat;
    readonly style: Style;
    readonly newer?: NewerCharts;
    /** What foresight has found; people are told of it elsewhere. */
    readonly findings?: readonly Diagnostic[];
  },
): string {
  const { findings = [] } = options;
  const items = planItems(plan, options.newer);
  switch (options.format) {
    case "table":
      return renderLines(planLines(plan, items, false), options.style);
    case "wide":
      return renderLines(planLines(plan, items, true), options.style);
    case "json":
      return jsonText(planDocument(plan, items, findings));
    case "yaml":
      return yamlText(planDocument(plan, items, findings));
    case "name":
      return items.map((item) => `${item.release}\n`).join("");
    case "markdown":
      return planMarkdown(plan, items) + findingsMarkdown(findings);
  }
}

/** True where something is not as it was applied, as far as somebody looked. */
export function hasDrift(plan: Plan): boolean {
  return plan.steps.some((step) => driftOf(step).length > 0);
}

/** True where applying this plan would do anything. */
export function hasChanges(plan: Plan): boolean {
  return plan.steps.some((step) => step.kind !== "keep") || plan.namespaces.length > 0;
}

function planDocument(plan: Plan, items: readonly PlanItem[], findings: readonly Diagnostic[]): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "Plan",
    metadata: { name: plan.stack },
    order: plan.order,
    onFailure: plan.onFailure ?? "continue",
    waves: plan.waves,
    namespaces: plan.namespaces,
    changes: hasChanges(plan),
    counts: countVerdicts(items),
    undeclared: (plan.undeclared ?? []).map(({ protect, stays, payload, ...one }) => ({
      ...one,
      ...(payload === undefined
        ? {}
        : { chart: { name: payload.chart.name, version: payload.chart.version } }),
      protected: protect,
      ...(stays === undefined ? {} : { stays: { kind: stays.kind, message: describeStay(stays) } }),
    })),
    // The sign is how the table draws the verdict.
    items: items.map((item) => ({ ...item, sign: undefined })),
    findings: findings.map(diagnosticItem),
  };
}

/** A line for each release that the stack owns, no longer declares, and leaves where it is. */
export function undeclaredLines(plan: Plan): readonly string[] {
  const staying = (plan.undeclared ?? []).flatMap(({ release, stays }) =>
    stays === undefined ? [] : [`${release} is no longer declared; ${describeStay(stays)}`],
  );
  const more = staying.length - MOST_UNDECLARED;
  return more > 1
    ? [
        ...staying.slice(0, MOST_UNDECLARED),
        `and ${more} more that are no longer declared (-o json lists them)`,
      ]
    : staying;
}

const MOST_UNDECLARED = 10;
const MOST_CHANGES = 12;
const MOST_WAITS = 4;
const MOST_NEWER = 10;
const MOST_VALUE_COLUMNS = 60;

function planLines(plan: Plan, items: readonly PlanItem[], wide: boolean): readonly Line[] {
  const listed = items.filter((item) => wide || !isFolded(item));
  const folded = items.length - listed.length;
  const width = Math.min(48, Math.max(0, ...listed.map((item) => displayWidth(item.release))));
  const waves = [...new Set(listed.map((item) => item.wave))];
  return [
    ...(plan.namespaces.length === 0
      ? []
      : [
          [{ text: "+ ", tone: "good" as const }, `namespaces to create: ${plan.namespaces.join(", ")}`],
          [""],
        ]),
    ...waves.flatMap((wave): readonly Line[] => [
      [{ text: `Wave ${wave}/${plan.waves}`, tone: "strong" }],
      ...listed.filter((item) => item.wave === wave).flatMap((item) => itemLines(item, width, wide)),
    ]),
    ...(folded === 0 || listed.length === 0
      ? []
      : [[{ text: `  = ${folded} more with nothing to do (-o wide lists them)`, tone: "dim" as const }]]),
    ...(listed.length === 0 ? [] : [[""]]),
    ...newerLines(items, wide),
    ...undeclaredLines(plan).map((text): Line => [{ text: "! ", tone: "warn" }, text]),
    ...policyLines(plan),
    [{ text: planSummary(items), tone: "strong" }],
  ];
}

/** What a failure would mean to the others, where that is not the ordinary. */
function policyLines({ onFailure = "continue", steps }: Plan): readonly Line[] {
  if (!steps.some((step) => step.kind !== "keep" && step.kind !== "uninstall")) return [];
  switch (onFailure) {
    case "rollbackStack":
      return [["If one fails, all that this run has changed goes back (onFailure: rollbackStack)"]];
    case "rollbackRelated":
      return [
        [
          "If one fails, what this run has changed up- and downstream of it goes back (onFailure: rollbackRelated)",
        ],
      ];
    case "stop":
      return [["If one fails, nothing else is started (onFailure: stop)"]];
    case "continue":
      return [];
  }
}

/** Of releases that the table folds away, too: what is newer is no change of the plan. */
function newerLines(items: readonly PlanItem[], wide: boolean): readonly Line[] {
  const outdated = items.filter(({ newer }) => newer !== undefined);
  if (outdated.length === 0) return [];
  const shown = wide ? outdated : outdated.slice(0, MOST_NEWER);
  const more = outdated.length - shown.length;
  return [
    [{ text: "Newer charts", tone: "strong" }],
    ...shown.map((item): Line => [`  ${item.release}  ${newerWords(item)}`]),
    ...(more === 0
      ? []
      : [[{ text: `  … ${more} more (headway index --outdated lists them)`, tone: "dim" as const }]]),
    [""],
  ];
}

/** `web/api 1.0.0: 1.2.0 fits the declaration, 2.0.0 is beyond its range`. */
function newerWords({ newer }: PlanItem): string {
  const words = [
    ...(newer?.fits === undefined ? [] : [`${newer.fits} fits the declaration`]),
    ...(newer?.newest === undefined ? [] : [`${newer.newest} is beyond its range`]),
  ];
  return `${newer?.chart ?? ""} ${newer?.version ?? ""}: ${words.join(", ")}`;
}

function isFolded(item: PlanItem): boolean {
  return item.verdict === "unchanged" || item.verdict === "not-selected";
}

const TONES: Readonly<Record<PlanItem["sign"], Tone>> = {
  "+": "good",
  "~": "warn",
  "<": "warn",
  "=": "dim",
  "!": "bad",
  "-": "bad",
};

function itemLines(item: PlanItem, width: number, wide: boolean): readonly Line[] {
  const waits = item.after.length === 0 ? "" : `  after ${someOf(item.after, wide ? Infinity : MOST_WAITS)}`;
  const shown = wide ? item.changes : item.changes.slice(0, MOST_CHANGES);
  const more = item.changes.length - shown.length;
  return [
    [
      { text: `  ${item.sign} `, tone: TONES[item.sign] },
      padTo(item.release, width),
      `  ${padTo(verdictWords(item), 9)}  `,
      [chartWords(item), reasonsWords(item)].filter((words) => words !== "").join("  "),
      { text: waits + proofWords(item), tone: "dim" },
    ],
    ...shown.map((change): Line => [`      ${changeWords(change, wide ? Infinity : MOST_VALUE_COLUMNS)}`]),
    ...(more > 0 ? [[{ text: `      … ${more} more`, tone: "dim" as const }]] : []),
    ...detailsOfDrift(item, wide).map((text): Line => [`      ${text}`]),
    ...(item.notUndone === undefined
      ? []
      : [
          [
            {
              text: `      a rollback would not undo ${item.notUndone.join(", nor ")}`,
              tone: "dim" as const,
            },
          ],
        ]),
  ];
}

function detailsOfDrift({ drift = [] }: PlanItem, wide: boolean): readonly string[] {
  return driftLines(drift, wide ? Infinity : MOST_CHANGES, wide ? Infinity : MOST_VALUE_COLUMNS);
}

/** `  if readyExpr of shop/db holds  then stable for 30s, tests`. */
function proofWords({ stableForMs, test, conditions = [] }: PlanItem): string {
  const proofs = [
    ...(stableForMs === undefined ? [] : [`stable for ${formatDuration(stableForMs)}`]),
    ...(test === undefined ? [] : ["tests"]),
  ];
  const when = conditions.length === 0 ? "" : `  if readyExpr of ${someOf(conditions, MOST_WAITS)} holds`;
  return proofs.length === 0 ? when : `${when}  then ${proofs.join(", ")}`;
}

function verdictWords(item: PlanItem): string {
  return item.verdict.replace("-", " ");
}

function chartWords(item: PlanItem): string {
  if (item.chart === undefined) return "";
  const { name, version, from } = item.chart;
  if (from !== undefined && from !== version) return `${name} ${from} → ${version ?? "?"}`;
  return version === undefined ? name : `${name} ${version}`;
}

/** Reasons that the other columns do not tell already. */
function reasonsWords(item: PlanItem): string {
  return item.reasons
    .filter((reason) => reason.kind !== item.verdict || !isTold(reason))
    .filter((reason) => reason.kind !== "chart-changed" || item.chart?.from === item.chart?.version)
    .map((reason) => reason.message)
    .join("; ");
}

/** True for reasons that say no more than their name. */
function isTold({ kind, message }: PlanItem["reasons"][number]): boolean {
  return kind === "unchanged" || kind === "not-selected" || message === "suspended";
}

function changeWords(change: ShownChange, columns: number): string {
  const note = change.masked && isSame(change.before, change.after) ? "  (changed)" : "";
  const before = change.before === undefined ? "(none)" : valueWords(change.before, columns);
  const after = change.after === undefined ? "(none)" : valueWords(change.after, columns);
  return `${change.path}: ${before} → ${after}${note}`;
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function valueWords(value: Json, columns: number): string {
  return cutTo(typeof value === "string" && value !== "" ? value : JSON.stringify(value), columns, "…");
}

function someOf(names: readonly string[], most: number): string {
  const more = names.length - most;
  return names.slice(0, most).join(", ") + (more > 0 ? ` +${more} more` : "");
}

const PLAIN: Style = { colour: false, unicode: true };

/** For a comment on a change request: a summary, and the rest folded below it. */
function planMarkdown(plan: Plan, items: readonly PlanItem[]): string {
  const listed = items.filter((item) => !isFolded(item));
  const summary = `**${planSummary(items)}** (stack \`${plan.stack}\`)\n`;
  const newer = newerMarkdown(items);
  if (listed.length === 0) return summary + newer;
  const rows = listed.map(
    (item) =>
      `| ${[`${item.wave}/${plan.waves}`, item.release, `${item.sign} ${verdictWords(item)}`, chartWords(item), reasonsWords(item)].map(markdownCell).join(" | ")} |\n`,
  );
  const changes = listed
    .filter((item) => item.changes.length > 0 || item.drift !== undefined)
    .map((item) => {
      const shown = item.changes.slice(0, MOST_CHANGES);
      const more = item.changes.length - shown.length;
      const lines = [
        ...shown.map((change) => changeWords(change, MOST_VALUE_COLUMNS)),
        ...(more > 0 ? [`… ${more} more`] : []),
        ...detailsOfDrift(item, false),
      ];
      return `${[item.release, ...lines.map((line) => `  ${line}`)].map(fenced).join("\n")}\n`;
    });
  const details =
    changes.length === 0
      ? ""
      : `\n<details><summary>Values</summary>\n\n~~~~text\n${changes.join("")}~~~~\n\n</details>\n`;
  return `${summary}\n| wave | release | action | chart | reason |\n| --- | --- | --- | --- | --- |\n${rows.join("")}${details}${newer}`;
}

function newerMarkdown(items: readonly PlanItem[]): string {
  const outdated = items.filter(({ newer }) => newer !== undefined);
  if (outdated.length === 0) return "";
  const lines = outdated.map((item) => `${fenced(`${item.release}  ${newerWords(item)}`)}\n`);
  return `\n<details><summary>Newer charts</summary>\n\n~~~~text\n${lines.join("")}~~~~\n\n</details>\n`;
}

function markdownCell(text: string): string {
  return renderLine([text], PLAIN).replace(/[\\|`<>*_[\]]/g, (character) => `\\${character}`);
}

// A line of a fenced block can't end the block: no line of it begins with the fence.
function fenced(text: string): string {
  return renderLine([text], PLAIN).replaceAll("~~~~", "~ ~ ~ ~");
}
