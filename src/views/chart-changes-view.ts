// What `headway lock` and `headway index` have changed, for people and for programs; and which charts are out of date.
import type { IndexChanges, IndexedChart } from "../core/charts/chart-index.ts";
import type { LockChange } from "../core/charts/make-lock.ts";
import type { NewerChart } from "../core/charts/newer-versions.ts";
import { jsonText } from "./data-output.ts";
import { renderLines, type Line, type Style, type Tone } from "./style.ts";
import { tableLines } from "./table.ts";
import { counted } from "./counted.ts";

type Entry = NonNullable<LockChange["after"]>;

/** The table of `headway lock`: one line per change, and what it comes to. */
export function renderLockChanges(changes: readonly LockChange[], file: string, style: Style): string {
  if (changes.length === 0) return renderLines([[`${file} is up to date`]], style);
  const width = Math.max(...changes.map(({ release }) => release.length));
  const lines = changes.map((change): Line => {
    const [sign, tone] = signs[change.kind];
    return [{ text: `${sign} `, tone }, `${change.release.padEnd(width)}  ${changeWords(change)}`];
  });
  return renderLines([...lines, [countWords(changes.map(({ kind }) => kind))]], style);
}

const signs: Readonly<Record<LockChange["kind"], readonly [string, Tone]>> = {
  added: ["+", "good"],
  removed: ["-", "bad"],
  changed: ["~", "warn"],
};

function changeWords({ before, after }: LockChange): string {
  const chart = after?.chart ?? before?.chart;
  const name = chart === undefined ? "" : `${chart} `;
  if (before === undefined || after === undefined)
    return `${name}${(after ?? before)?.version ?? ""} ${shortDigest((after ?? before)?.digest)}`;
  const moved = before.chart !== after.chart && before.chart !== undefined ? ` (was ${before.chart})` : "";
  const versions = before.version === after.version ? after.version : `${before.version} → ${after.version}`;
  const content =
    before.digest === after.digest ? "" : ` ${shortDigest(before.digest)} → ${shortDigest(after.digest)}`;
  return `${name}${versions}${content}${moved}`;
}

/** Enough of a digest to tell two apart: `sha256:0123456789ab`. */
function shortDigest(digest: string | undefined): string {
  return digest === undefined ? "" : digest.slice(0, digest.indexOf(":") + 13);
}

function countWords(kinds: readonly LockChange["kind"][]): string {
  return (["added", "changed", "removed"] as const)
    .flatMap((kind) => {
      const count = kinds.filter((one) => one === kind).length;
      return count === 0 ? [] : [`${count} ${kind}`];
    })
    .join(", ");
}

/** schemas/lock-changes.schema.json. */
export function lockChangesJson(stack: string, changes: readonly LockChange[], written: boolean): string {
  const entry = (one: Entry | undefined): unknown =>
    one === undefined
      ? undefined
      : { chart: one.chart, version: one.version, digest: one.digest, url: one.url };
  return jsonText({
    apiVersion: "headway.dev/v1",
    kind: "LockChanges",
    metadata: { name: stack },
    upToDate: changes.length === 0,
    written,
    items: changes.map(({ kind, release, before, after }) => ({
      change: kind,
      release,
      before: entry(before),
      after: entry(after),
    })),
  });
}

/** What became of one index file. */
export type RefreshedIndex = {
  readonly alias: string;
  /** As people see it. */
  readonly file: string;
  readonly charts: readonly IndexedChart[];
  readonly changes: IndexChanges;
  readonly vendored?: { readonly added: readonly string[]; readonly removed: readonly string[] };
};

const mostLines = 20;

/** What `headway index` has changed: per repository the versions that came and went, at most twenty of each. */
export function renderRefreshed(indexes: readonly RefreshedIndex[], style: Style): string {
  return renderLines(
    indexes.flatMap((index) => indexLines(index)),
    style,
  );
}

function indexLines({ alias, file, charts, changes, vendored }: RefreshedIndex): readonly Line[] {
  const names = new Set(charts.map(({ name }) => name)).size;
  const isSame = changes.added.length + changes.removed.length + changes.changed.length === 0;
  const nameOf = ({ name, version }: IndexedChart): string => `${name} ${version}`;
  return [
    [
      { text: alias, tone: "strong" },
      `: ${counted(names, "chart")} in ${counted(charts.length, "version")}, ${isSame ? "nothing new" : `written to ${file}`}`,
    ],
    ...some(changes.added.map((one): Line => [{ text: "  + ", tone: "good" }, nameOf(one)])),
    ...some(
      changes.changed.map((one): Line => [
        { text: "  ! ", tone: "bad" },
        `${nameOf(one.after)} was published again: ${one.before.digest === one.after.digest ? one.after.url : `${shortDigest(one.before.digest)} → ${shortDigest(one.after.digest)}`}`,
      ]),
    ),
    ...some(changes.removed.map((one): Line => [{ text: "  - ", tone: "bad" }, nameOf(one)])),
    ...some((vendored?.added ?? []).map((path): Line => [{ text: "  + ", tone: "good" }, path])),
    ...some((vendored?.removed ?? []).map((path): Line => [{ text: "  - ", tone: "bad" }, path])),
  ];
}

function some(lines: readonly Line[]): readonly Line[] {
  const more = lines.length - mostLines;
  return more > 0 ? [...lines.slice(0, mostLines), [{ text: `    … ${more} more`, tone: "dim" }]] : lines;
}

/** schemas/index-changes.schema.json. */
export function refreshedJson(stack: string, indexes: readonly RefreshedIndex[]): string {
  const version = ({ name, version, digest, url }: IndexedChart): unknown => ({ name, version, digest, url });
  return jsonText({
    apiVersion: "headway.dev/v1",
    kind: "IndexChanges",
    metadata: { name: stack },
    items: indexes.map(({ alias, file, charts, changes, vendored }) => ({
      repository: alias,
      file,
      versions: charts.length,
      added: changes.added.map(version),
      removed: changes.removed.map(version),
      changed: changes.changed.map(({ before, after }) => ({
        before: version(before),
        after: version(after),
      })),
      vendored,
    })),
  });
}

/** A release that a newer chart could be had for. */
export type OutdatedRelease = { readonly release: string } & NewerChart;

export function renderOutdated(releases: readonly OutdatedRelease[], style: Style): string {
  if (releases.length === 0)
    return renderLines([["every release uses the newest version that is indexed"]], style);
  const rows = releases.map(({ release, chart, version, fits, newest }) => [
    release,
    chart,
    version,
    fits ?? "-",
    newest ?? "-",
  ]);
  return renderLines(tableLines(["RELEASE", "CHART", "VERSION", "FITS", "NEWEST"], rows), style);
}

/** schemas/outdated.schema.json. */
export function outdatedJson(stack: string, releases: readonly OutdatedRelease[]): string {
  return jsonText({
    apiVersion: "headway.dev/v1",
    kind: "OutdatedList",
    metadata: { name: stack },
    items: releases,
  });
}
