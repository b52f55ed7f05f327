// The state of each release for people and for programs. What the state is has been decided by whoever made the rows.
import type { ShownState } from "../core/event.ts";
import type { ReleaseStatus } from "../core/stack-status.ts";
import type { AgentWord } from "../core/stack-sync/agent-word.ts";
import { splitReleaseId, type ReleaseId } from "../core/ids.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { glyphSpan, renderLines, type Span, type Style } from "./style.ts";
import { tableLines } from "./table.ts";
import { formatAge } from "./time-words.ts";

/** One release as `headway status` shows it. Instants are RFC 3339. */
export type StatusRow = {
  readonly release: ReleaseId;
  /** Absent where the declarations are not at hand. */
  readonly wave?: number;
  readonly state: ShownState;
  /** The chart's name and version in force. */
  readonly chart?: string;
  readonly version?: string;
  readonly revision?: number;
  /** Since when it is in this state, as far as is known. */
  readonly since?: string;
  readonly message?: string;
  /** Who wants it left alone, and until when. */
  readonly suspension?: ReleaseStatus["suspension"];
  readonly freeze?: ReleaseStatus["freeze"];
  readonly labels?: Readonly<Record<string, string>>;
  readonly observedAt: string;
};

export type StatusFormat = "table" | "wide" | "json" | "yaml" | "name";

/** Rows by wave, then by name. `columns` is the terminal's width, to which tables are cut; `wide` never is. */
export function renderStatus(
  rows: readonly StatusRow[],
  options: {
    readonly format: StatusFormat;
    readonly nowMs: number;
    readonly style: Style;
    readonly columns?: number;
    /** What agents say of the stacks that are shown. */
    readonly stackSyncs?: readonly AgentWord[];
  },
): string {
  const sorted = rows.toSorted(
    (a, b) => (a.wave ?? Infinity) - (b.wave ?? Infinity) || compareText(a.release, b.release),
  );
  const { style, nowMs } = options;
  switch (options.format) {
    case "table":
      return renderLines(statusTable(sorted, nowMs, style, false), style, options.columns);
    case "wide":
      return renderLines(statusTable(sorted, nowMs, style, true), style);
    case "json":
      return jsonText(statusDocument(sorted, options.stackSyncs));
    case "yaml":
      return yamlText(statusDocument(sorted, options.stackSyncs));
    case "name":
      return sorted.map((row) => `${row.release}\n`).join("");
  }
}

const HEADINGS = ["NAMESPACE", "NAME", "WAVE", "STATE", "CHART", "REVISION", "AGE", "MESSAGE"];

function statusTable(rows: readonly StatusRow[], nowMs: number, style: Style, wide: boolean) {
  if (rows.length === 0) return [["No releases found."]];
  return tableLines(
    wide ? [...HEADINGS.slice(0, -1), "LABELS", "OBSERVED", "MESSAGE"] : HEADINGS,
    rows.map((row): readonly Span[] => {
      const { namespace, name } = splitReleaseId(row.release);
      const glyph = glyphSpan(row.state, style);
      const state = typeof glyph === "string" ? glyph : { ...glyph, text: `${glyph.text} ${row.state}` };
      return [
        namespace,
        name,
        row.wave?.toString() ?? "-",
        state,
        chartWords(row),
        row.revision?.toString() ?? "-",
        row.since === undefined ? "-" : formatAge(Date.parse(row.since), nowMs),
        ...(wide ? [labelWords(row), row.observedAt] : []),
        row.message ?? "",
      ];
    }),
  );
}

function chartWords(row: StatusRow): string {
  return [row.chart, row.version].filter((part) => part !== undefined).join(" ") || "-";
}

function labelWords({ labels = {} }: StatusRow): string {
  return (
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(",") || "-"
  );
}

function statusDocument(rows: readonly StatusRow[], stackSyncs: readonly AgentWord[] = []): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "ReleaseStatusList",
    items: rows.map((row) => ({ ...splitReleaseId(row.release), ...row })),
    ...(stackSyncs.length === 0 ? {} : { stackSyncs }),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
