// What has been run, and what became of one release, for people and for programs. How a run ended has been decided by
// whoever made the rows.
import type { RevisionHistory, RevisionOutcome } from "../core/journal/release-history.ts";
import { durationOf, type RunResult } from "../core/journal/run-result.ts";
import type { JournalEntry, RunActor, RunRecord } from "../core/journal/run-record.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { JsonRecord } from "../core/json.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { counted } from "./counted.ts";
import { renderLines, type Line, type Span, type Style, type Tone } from "./style.ts";
import { tableLines } from "./table.ts";
import { formatAge, formatDuration } from "./time-words.ts";

export type HistoryFormat = "table" | "wide" | "json" | "yaml" | "name";

export type HistoryOptions = {
  readonly format: HistoryFormat;
  readonly nowMs: number;
  readonly style: Style;
  /** The terminal's width, to which tables are cut; `wide` never is. */
  readonly columns?: number;
};

/** A run with how it ended. */
export type RunRow = JournalEntry & { readonly result: RunResult };

/** Runs, in the order in which they are given. `name` prints what a rollback takes: `run:12`. */
export function renderRuns(rows: readonly RunRow[], options: HistoryOptions): string {
  const { style, nowMs } = options;
  switch (options.format) {
    case "table":
      return renderLines(runTable(rows, nowMs, style, false), style, options.columns);
    case "wide":
      return renderLines(runTable(rows, nowMs, style, true), style);
    case "json":
      return jsonText(runDocument(rows));
    case "yaml":
      return yamlText(runDocument(rows));
    case "name":
      return rows.map(({ number }) => `run:${number}\n`).join("");
  }
}

const runHeadings = ["RUN", "STACK", "AGE", "WHO", "COMMIT", "COMMAND", "RESULT", "CHANGED", "DURATION"];

function runTable(rows: readonly RunRow[], nowMs: number, style: Style, wide: boolean): readonly Line[] {
  if (rows.length === 0) return [["No runs found."]];
  return tableLines(
    wide ? [...runHeadings, "STARTED", "SOURCE", "ROOT CAUSE"] : [...runHeadings, "RELEASES"],
    rows.map(({ number, stack, record, result }): readonly Span[] => {
      const head = [String(number), stack];
      if (record === undefined)
        return [...head, "-", "-", "-", "-", resultSpan(result, style), "-", "-", "its record can't be read"];
      const duration = durationOf(record);
      return [
        ...head,
        formatAge(Date.parse(record.startedAt), nowMs),
        actorWords(record.actor, wide),
        commitWords(record, wide),
        commandWords(record, wide),
        resultSpan(result, style),
        String(record.plan.length),
        duration === undefined ? "-" : formatDuration(duration),
        ...(wide ? [record.startedAt, record.source, rootWords(record) || "-"] : [countWords(record) || "-"]),
      ];
    }),
  );
}

/** The result with its sign; the words say all that colour does. */
export function resultSpan(result: RunResult, style: Style): Span {
  const { glyphs, tone, word } = results[result];
  return { text: `${glyphs[style.unicode ? 0 : 1]} ${word}`, tone };
}

const results: Readonly<
  Record<
    RunResult,
    { readonly glyphs: readonly [string, string]; readonly tone: Tone; readonly word: string }
  >
> = {
  done: { glyphs: ["✓", "+"], tone: "good", word: "done" },
  failed: { glyphs: ["✕", "x"], tone: "bad", word: "failed" },
  "rolled-back": { glyphs: ["↶", "<"], tone: "warn", word: "rolled back" },
  unreachable: { glyphs: ["✕", "x"], tone: "bad", word: "unreachable" },
  "needs-person": { glyphs: ["▲", "!"], tone: "bad", word: "needs a person" },
  interrupted: { glyphs: ["‖", "="], tone: "warn", word: "interrupted" },
  running: { glyphs: ["●", "*"], tone: "busy", word: "running" },
  unreadable: { glyphs: ["?", "?"], tone: "warn", word: "unreadable" },
};

/** `ada@workshop`; whom the cluster took them for where that is all there is, or where all is asked for. */
export function actorWords({ user, host, kubernetesUser }: RunActor, all: boolean): string {
  const local = [user, host].filter((part) => part !== undefined).join("@");
  if (local === "") return kubernetesUser ?? "-";
  return all && kubernetesUser !== undefined ? `${local} (${kubernetesUser})` : local;
}

/** Twelve characters of it, with `+` where the checkout was not just that. */
export function commitWords({ commit }: Pick<RunRecord, "commit">, all: boolean): string {
  if (commit === undefined) return "-";
  return `${all ? commit.sha : commit.sha.slice(0, 12)}${commit.dirty ? "+" : ""}`;
}

/** `apply`, with what it was told besides where all is asked for. */
export function commandWords({ trigger }: RunRecord, all: boolean): string {
  return all && trigger.detail !== undefined
    ? `${trigger.command} ${trigger.detail}`
    : trigger.command || "-";
}

/** `12 Ready, 1 RolledBack`. */
export function countWords({ outcome }: RunRecord): string {
  return Object.entries(outcome?.counts ?? {})
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}

function rootWords({ outcome }: RunRecord): string {
  const [first, ...others] = outcome?.roots ?? [];
  if (first === undefined) return "";
  const more = others.length === 0 ? "" : ` (and ${counted(others.length, "more root cause")})`;
  return `${first.release}: ${first.cause.split("\n", 1)[0] ?? ""}${more}`;
}

function runDocument(rows: readonly RunRow[]): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "RunList",
    items: rows.map(({ stack, number, record, result }) =>
      record === undefined ? { number, stack, result } : runFields(record, result),
    ),
  };
}

/** A run as every machine-readable output writes it, without its releases, plan and events. */
export function runFields(record: RunRecord, result: RunResult): JsonRecord {
  const { number, id, stack, source, version, actor, holder, trigger, startedAt } = record;
  const { commit, finishedAt, recoverySeconds, outcome, cut } = record;
  const durationMs = durationOf(record);
  return {
    number,
    id,
    stack,
    result,
    source,
    version,
    ...(commit === undefined ? {} : { commit }),
    actor,
    holder,
    trigger,
    startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(recoverySeconds === undefined ? {} : { recoverySeconds }),
    changed: record.plan.length,
    ...(outcome === undefined ? {} : { outcome }),
    ...(cut === undefined ? {} : { cut }),
  };
}

/** The revisions of one release, in the order in which they are given. `name` prints what a rollback takes. */
export function renderRevisions(
  release: ReleaseId,
  rows: readonly RevisionHistory[],
  options: HistoryOptions,
): string {
  const { style, nowMs } = options;
  switch (options.format) {
    case "table":
      return renderLines(revisionTable(rows, nowMs, style, false), style, options.columns);
    case "wide":
      return renderLines(revisionTable(rows, nowMs, style, true), style);
    case "json":
      return jsonText(revisionDocument(release, rows));
    case "yaml":
      return yamlText(revisionDocument(release, rows));
    case "name":
      return rows.map(({ revision }) => `revision:${revision}\n`).join("");
  }
}

const revisionHeadings = ["REVISION", "CHART", "AGE", "RUN", "COMMIT", "WHO", "ACTION", "OUTCOME"];

function revisionTable(rows: readonly RevisionHistory[], nowMs: number, style: Style, wide: boolean) {
  return tableLines(
    [...revisionHeadings, ...(wide ? ["HELM", "WRITTEN"] : []), "CAUSE"],
    rows.map((row): readonly Span[] => [
      String(row.revision),
      [row.chart, row.version].filter((part) => part !== undefined).join(" ") || "-",
      row.at === undefined ? "-" : formatAge(Date.parse(row.at), nowMs),
      row.run === undefined ? "-" : String(row.run.number),
      row.run === undefined ? "-" : commitWords(row.run, wide),
      row.run === undefined ? "-" : actorWords(row.run.actor, wide),
      actionWords(row),
      outcomeSpan(row.outcome, style),
      ...(wide ? [row.status ?? "not kept", row.at ?? "-"] : []),
      row.cause ?? "-",
    ]),
  );
}

function actionWords({ action, repeats }: RevisionHistory): string {
  if (action === undefined) return "-";
  return repeats === undefined ? action : `${action} to ${repeats}`;
}

function outcomeSpan(outcome: RevisionOutcome, style: Style): Span {
  switch (outcome) {
    case "verified":
      return { text: `${style.unicode ? "✓" : "+"} verified`, tone: "good" };
    case "failed":
      return { text: `${style.unicode ? "✕" : "x"} failed`, tone: "bad" };
    case "rolled-back":
      return { text: `${style.unicode ? "↶" : "<"} rolled back`, tone: "warn" };
    case "uninstalled":
      return { text: `${style.unicode ? "✕" : "x"} uninstalled again`, tone: "bad" };
    case "unverified":
      return { text: "? not verified", tone: "warn" };
  }
}

function revisionDocument(release: ReleaseId, rows: readonly RevisionHistory[]): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "RevisionList",
    items: rows.map(({ run, ...row }) => ({
      release,
      ...row,
      ...(run === undefined
        ? {}
        : {
            run: {
              number: run.number,
              id: run.id,
              stack: run.stack,
              actor: run.actor,
              trigger: run.trigger,
              ...(run.commit === undefined ? {} : { commit: run.commit }),
            },
          }),
    })),
  };
}
