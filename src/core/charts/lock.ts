// headway.lock: the exact chart of every release, beside headway.yaml. Its text, and what it says of a declaration; making
// a new one is make-lock.ts.
import type { ChartDigest } from "./chart-index.ts";
import { satisfiesRange } from "./chart-version.ts";
import type { Declaration } from "../declaration.ts";
import type { Checked, Diagnostic, SourceRange } from "../diagnostic.ts";
import { parseDocuments } from "../yaml/document.ts";
import { validateLock } from "../generated/validators.js";
import type { ReleaseId } from "../ids.ts";
import { nameOf, pathOf } from "../declarations/schema-words.ts";
import { largestFileBytes } from "../declarations/stack-files.ts";
import type { StackFile } from "../declarations/sort-documents.ts";
import { readTree, type Path } from "../yaml/yaml-tree.ts";

/** The name of the lock, beside headway.yaml. */
export const lockFileName = "headway.lock";

/** One exact chart. `url` is where a server has it, where no declaration says so. */
export type ExactChart = { readonly version: string; readonly digest: ChartDigest; readonly url?: string };

/** What a release uses; `chart` is what its declaration says. */
export type LockedChart = ExactChart & { readonly chart: string };

export type Lock = {
  readonly releases: ReadonlyMap<ReleaseId, LockedChart>;
  /** What charts in folders use of headway.yaml's repositories, by dependencyKey. */
  readonly dependencies: ReadonlyMap<string, ExactChart>;
};

/** A lock with the places of what it says; undefined value: it can't be used. */
export type ReadLock = Lock & { readonly placeOf: (path: Path) => SourceRange };

/** What a dependency of a folder chart is known by in the lock. */
export function dependencyKey(alias: string, name: string, range: string): string {
  return `${alias}/${name} ${range === "" ? "*" : range}`;
}

const header = `# The exact chart of every release. Written by \`headway lock\`; commit it, and don't edit it.
apiVersion: headway.dev/v1
kind: Lock
releases:`;

/** The whole file: version and digest on lines of their own, so that a promotion is two lines in git. */
export function lockText({ releases, dependencies }: Lock): string {
  const entries = (map: ReadonlyMap<string, ExactChart & { readonly chart?: string }>): string =>
    map.size === 0
      ? " {}\n"
      : `\n${[...map]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, entry]) => entryText(key, entry))
          .join("")}`;
  return `${header}${entries(releases)}${dependencies.size === 0 ? "" : `dependencies:${entries(dependencies)}`}`;
}

function entryText(
  key: string,
  { chart, version, digest, url }: ExactChart & { readonly chart?: string },
): string {
  const lines = [
    ...(chart === undefined ? [] : [`    chart: ${quoteIfNeeded(chart)}`]),
    `    version: ${quoteIfNeeded(version)}`,
    `    digest: ${digest}`,
    ...(url === undefined ? [] : [`    url: ${quoteIfNeeded(withoutVersion(url, version))}`]),
  ];
  return `  ${quoteIfNeeded(key)}:\n${lines.join("\n")}\n`;
}

/** A text that begins with a letter or a dot, has no blanks and is no word of YAML's needs no quotes. */
function quoteIfNeeded(text: string): string {
  const isPlain =
    /^(?:[a-z]|\.{1,2}\/)[-a-z0-9./]*\/[-a-z0-9./_]*$/i.test(text) ||
    /^[a-z]+:\/\/[-\w./:%+~=&?{}]*[\w}]$/.test(text);
  const isVersion = /^v?[0-9]+\.[0-9]+\.[0-9]+[-+.0-9A-Za-z]*$/.test(text);
  return isPlain || isVersion ? text : JSON.stringify(text);
}

/** Addresses mostly differ between versions by the version alone; short ones could stand in them by chance. */
function withoutVersion(url: string, version: string): string {
  return version.length < 5 ? url : url.replaceAll(version, "{version}");
}

/** Reads headway.lock; the value is undefined where it can't be used. */
export function readLock(file: StackFile): Checked<ReadLock | undefined> {
  const start: SourceRange = { file: file.path, line: 1, column: 1 };
  const refuse = (message: string, range: SourceRange): Checked<undefined> => {
    const diagnostic: Diagnostic = {
      severity: "error",
      code: "bad-lock",
      message,
      suggestion: "take the last version from git, or remove it and run `headway lock`",
      range,
    };
    return { value: undefined, diagnostics: [diagnostic] };
  };
  if (file.problem !== undefined || file.text.length > largestFileBytes)
    return refuse(`${file.path} can't be read: ${file.problem ?? "too-large"}`, start);
  const [document, second] = parseDocuments(file.path, file.text);
  if (document === undefined || second !== undefined)
    return refuse(`${file.path} is not one YAML document`, start);
  const tree = readTree(document);
  const [error] = [...document.errors, ...tree.errors];
  if (error !== undefined) return refuse(error.message, error.range ?? start);
  const value: unknown = tree.value;
  if (!validateLock(value)) {
    const [broken] = validateLock.errors ?? [];
    const path = pathOf(broken?.instancePath ?? "", tree);
    const name = path.length === 0 ? "the lock" : nameOf(path);
    return refuse(`${name} ${broken?.message ?? "is not valid"}`, tree.valueRange(path));
  }
  const entries = <T extends { readonly version: string; readonly digest: string; readonly url?: string }>(
    written: Readonly<Record<string, T>>,
  ): readonly (readonly [string, T & ExactChart])[] =>
    Object.entries(written).map(([key, entry]) => [
      key,
      {
        ...entry,
        // The schema has checked its form.
        digest: entry.digest as ChartDigest,
        ...(entry.url === undefined ? {} : { url: entry.url.replaceAll("{version}", entry.version) }),
      },
    ]);
  return {
    value: {
      releases: new Map(entries(value.releases).map(([key, entry]) => [key as ReleaseId, entry])),
      dependencies: new Map(entries(value.dependencies ?? {})),
      placeOf: tree.keyRange,
    },
    diagnostics: [],
  };
}

/** What a declaration says of its chart. */
export type ChartWish = Pick<Declaration, "chart" | "chartRange" | "version" | "versionRange"> & {
  readonly id?: ReleaseId;
};

/** Why the lock's entry no longer stands for what is declared; undefined where it does. */
export function whyStale(wish: ChartWish, entry: LockedChart): string | undefined {
  if (entry.chart !== wish.chart.written)
    return `${lockFileName} has the chart ${entry.chart}, but ${wish.chart.written} is declared`;
  if (wish.version !== undefined && satisfiesRange(entry.version, wish.version) === false)
    return `${lockFileName} has version ${entry.version}, which ${wish.version} does not allow`;
  return undefined;
}

/** Releases that are in the lock and not in the stack. */
export function findOrphans(
  lock: ReadLock,
  declared: readonly { readonly id: ReleaseId }[],
): readonly Diagnostic[] {
  const known = new Set(declared.map(({ id }) => id));
  return [...lock.releases.keys()]
    .filter((id) => !known.has(id))
    .map((id) => ({
      severity: "warning",
      code: "lock-orphan",
      message: `${id} is in ${lockFileName}, but no release of the stack`,
      suggestion: "run `headway lock` to take it out",
      range: lock.placeOf(["releases", id]),
    }));
}
