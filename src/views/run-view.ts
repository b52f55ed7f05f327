// One run of the journal in full: who and what, each release it had something to do with by phase, what happened, and the
// root causes with their evidence.
import type { RunPhase } from "../core/run/phase-times.ts";
import type { ReleaseAtEnd, RunRecord } from "../core/journal/run-record.ts";
import { durationOf, type RunResult } from "../core/journal/run-result.ts";
import { splitReleaseId, type ReleaseId } from "../core/ids.ts";
import { counted } from "./counted.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { evidenceFields, failureRecord } from "./event-record.ts";
import { failureLines, type RootCause } from "./failure-block.ts";
import {
  actorWords,
  commandWords,
  commitWords,
  resultSpan,
  runFields,
  type HistoryOptions,
} from "./history-view.ts";
import { glyphSpan, renderLines, type Line, type Span, type Style } from "./style.ts";
import { tableLines } from "./table.ts";
import { formatAge, formatDuration } from "./time-words.ts";

/** The run for people or for programs; `name` prints the releases that it had something to do with. */
export function renderRun(record: RunRecord, result: RunResult, options: HistoryOptions): string {
  const { style, nowMs } = options;
  switch (options.format) {
    case "table":
      return renderLines(runLines(record, result, nowMs, style, false), style, options.columns);
    case "wide":
      return renderLines(runLines(record, result, nowMs, style, true), style);
    case "json":
      return jsonText(runDetails(record, result));
    case "yaml":
      return yamlText(runDetails(record, result));
    case "name":
      return touched(record)
        .map(([release]) => `${release}\n`)
        .join("");
  }
}

function runLines(
  record: RunRecord,
  result: RunResult,
  nowMs: number,
  style: Style,
  wide: boolean,
): readonly Line[] {
  const duration = durationOf(record);
  const code = record.outcome === undefined ? "" : `, exit code ${record.outcome.exitCode}`;
  const took = duration === undefined ? "" : `, took ${formatDuration(duration)}`;
  const age = formatAge(Date.parse(record.startedAt), nowMs);
  const others = record.releases.size - touched(record).length;
  return [
    [
      { text: `run ${record.number}`, tone: "strong" },
      ` of ${record.stack}: `,
      resultSpan(result, style),
      code,
    ],
    ...field("started", `${record.startedAt} (${age} ago)${took}`),
    ...field("command", commandWords(record, true)),
    ...(record.trigger.reason === undefined ? [] : field("reason", record.trigger.reason)),
    ...field("who", actorWords(record.actor, true)),
    ...field(
      "commit",
      `${commitWords(record, true)}${record.commit?.dirty === true ? " (and changes)" : ""}`,
    ),
    ...field("source", record.source),
    ...(record.recoverySeconds === undefined
      ? []
      : field(
          "recovery",
          `the stack was whole again after ${formatDuration(record.recoverySeconds * 1_000)}`,
        )),
    ...(record.cut === undefined ? [] : field("cut", `no room was left for: ${record.cut.join(", ")}`)),
    [""],
    ...releaseTable(record, style, wide),
    ...(others > 0 ? [[""], [`${counted(others, "release")} left as they were`]] : []),
    ...eventLines(record),
    ...failureLines(rootsOf(record), wavesOf(record), style),
  ];
}

function field(name: string, text: string): readonly Line[] {
  return [[{ text: `  ${name.padEnd(8)}`, tone: "dim" }, text]];
}

type Entry = readonly [ReleaseId, ReleaseAtEnd];

/** What the run had something to do with, by wave. */
function touched(record: RunRecord): readonly Entry[] {
  const planned = new Set(record.plan.map(({ release }) => release));
  return [...record.releases]
    .filter(([id, release]) => planned.has(id) || release.action !== "keep" || release.failure !== undefined)
    .toSorted(([a, one], [b, other]) => one.wave - other.wave || (a < b ? -1 : 1));
}

/** Phases that a person looks for, and what counts as them. */
const columns: readonly { readonly heading: string; readonly phases: readonly RunPhase[] }[] = [
  { heading: "WAITED", phases: ["waiting"] },
  { heading: "PREPARED", phases: ["preparing", "queued", "retrying"] },
  { heading: "HELM", phases: ["helm", "uninstalling"] },
  { heading: "SETTLED", phases: ["settling"] },
  { heading: "TESTED", phases: ["testing"] },
  { heading: "ROLLED BACK", phases: ["failing", "rolling-back"] },
];

function releaseTable(record: RunRecord, style: Style, wide: boolean): readonly Line[] {
  const entries = touched(record);
  if (entries.length === 0) return [[nothingWords(record)]];
  const shown = columns.filter(
    ({ phases }) => wide || entries.some(([, { durations }]) => phases.some((phase) => durations?.[phase])),
  );
  return tableLines(
    [
      "NAMESPACE",
      "NAME",
      "ACTION",
      "STATE",
      "REVISION",
      "CHART",
      ...shown.map(({ heading }) => heading),
      "REASON",
    ],
    entries.map(([id, release]): readonly Span[] => {
      const { namespace, name } = splitReleaseId(id);
      const glyph = glyphSpan(release.state, style);
      const planned = record.plan.find((step) => step.release === id);
      const { chart, before, revision } = release;
      return [
        namespace,
        name,
        release.action,
        typeof glyph === "string" ? glyph : { ...glyph, text: `${glyph.text} ${release.state}` },
        before === revision || before === undefined ? `${revision ?? "-"}` : `${before} → ${revision ?? "-"}`,
        chart === undefined ? "-" : `${chart.name} ${chart.version}`,
        ...shown.map(({ phases }) => phaseWords(release, phases)),
        planned === undefined
          ? "-"
          : planned.detail === undefined
            ? planned.reason
            : `${planned.reason}: ${planned.detail}`,
      ];
    }),
  );
}

function nothingWords(record: RunRecord): string {
  if (record.finishedAt === undefined)
    return `It was to change ${counted(record.plan.length, "release")}; how it ended is not on record.`;
  return record.cut?.includes("releases") === true
    ? "Its releases had no room in the record."
    : "It changed nothing.";
}

function phaseWords({ durations }: ReleaseAtEnd, phases: readonly RunPhase[]): string {
  const spent = phases.reduce((sum, phase) => sum + (durations?.[phase] ?? 0), 0);
  return spent === 0 ? "-" : formatDuration(spent);
}

function eventLines(record: RunRecord): readonly Line[] {
  if (record.events.length === 0) return [];
  return [
    [""],
    ...record.events.map(({ at, kind, release, message }): Line => [
      { text: `${at.slice(11, 19)} `, tone: "dim" },
      ...(release === undefined ? [] : [`${release} `]),
      `${kind}: ${message}`,
    ]),
  ];
}

function wavesOf({ releases }: RunRecord): number {
  return Math.max(0, ...[...releases.values()].map(({ wave }) => wave));
}

function rootsOf(record: RunRecord): readonly RootCause[] {
  return (record.outcome?.roots ?? []).flatMap(({ release, cause }): RootCause[] => {
    const end = record.releases.get(release);
    if (end === undefined) return [];
    const { evidence, declaredAt, failure = { kind: "unknown", message: cause } as const } = end;
    const back = end.wrote?.findLast(
      ({ action, outcome }) => action === "rollback" && outcome === "verified",
    );
    const blocks = [...record.releases].flatMap(([id, { blockedBy }]) =>
      blockedBy?.includes(release) === true ? [id] : [],
    );
    return [
      {
        release,
        state: end.state,
        wave: end.wave,
        failure,
        blocks,
        ...(evidence === undefined ? {} : { evidence }),
        ...(declaredAt === undefined ? {} : { declaredAt }),
        ...(back?.repeats === undefined ? {} : { done: `rolled back to revision ${back.repeats}` }),
      },
    ];
  });
}

function runDetails(record: RunRecord, result: RunResult): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "RunList",
    items: [
      {
        ...runFields(record, result),
        plan: record.plan,
        events: record.events,
        releases: [...record.releases].map(([release, { failure, evidence, ...end }]) => ({
          release,
          ...splitReleaseId(release),
          ...end,
          ...(failure === undefined ? {} : { failure: failureRecord(failure) }),
          ...(evidence === undefined ? {} : { evidence: evidenceFields(evidence) }),
        })),
      },
    ],
  };
}
