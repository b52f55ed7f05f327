// A new lock out of an old one: which entries stay, what is taken over from another stack's lock, and what is different.
// What an unlocked release resolves to comes from outside.
import { satisfiesRange } from "./chart-version.ts";
import type { Declaration } from "../declaration.ts";
import type { Checked, Diagnostic } from "../diagnostic.ts";
import { splitReleaseId, type ReleaseId } from "../ids.ts";
import { lockFileName, whyStale, type ExactChart, type Lock, type LockedChart } from "./lock.ts";

/** One difference between two locks; `release` is a dependency's key where it is about one. */
export type LockChange = {
  readonly kind: "added" | "removed" | "changed";
  readonly release: string;
  readonly before?: ExactChart & { readonly chart?: string };
  readonly after?: ExactChart & { readonly chart?: string };
};

/** Releases first, dependencies after them, each in the order of their names. */
export function compareLocks(before: Lock | undefined, after: Lock): readonly LockChange[] {
  return [
    ...compareEntries(before?.releases ?? new Map<string, LockedChart>(), after.releases),
    ...compareEntries(before?.dependencies ?? new Map<string, ExactChart>(), after.dependencies),
  ];
}

function compareEntries(
  before: ReadonlyMap<string, ExactChart & { readonly chart?: string }>,
  after: ReadonlyMap<string, ExactChart & { readonly chart?: string }>,
): readonly LockChange[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return keys.flatMap((release): readonly LockChange[] => {
    const [old, fresh] = [before.get(release), after.get(release)];
    if (old === undefined) return fresh === undefined ? [] : [{ kind: "added", release, after: fresh }];
    if (fresh === undefined) return [{ kind: "removed", release, before: old }];
    const isSame =
      old.chart === fresh.chart &&
      old.version === fresh.version &&
      old.digest === fresh.digest &&
      old.url === fresh.url;
    return isSame ? [] : [{ kind: "changed", release, before: old, after: fresh }];
  });
}

/** The entry that a release may keep; undefined where it has none, or one that no longer fits its declaration. */
export function keptEntry(declaration: Declaration, lock: Lock | undefined): LockedChart | undefined {
  const entry = lock?.releases.get(declaration.id);
  return entry === undefined || whyStale(declaration, entry) !== undefined ? undefined : entry;
}

/** What promotion takes over: by NAMESPACE/NAME, else by the name where it is the only one of that name there. */
export function findPromoted(id: ReleaseId, other: Lock): LockedChart | undefined {
  const exact = other.releases.get(id);
  if (exact !== undefined) return exact;
  const { name } = splitReleaseId(id);
  const [only, ...more] = [...other.releases].filter(([one]) => splitReleaseId(one).name === name);
  return more.length === 0 ? only?.[1] : undefined;
}

/**
 * Another stack's entry as this declaration's, or why it can't be. `current` is what a chart in the repository is now:
 * that can't be another one than it is. `from` is what people call the other stack.
 */
export function promote(
  declaration: Declaration,
  entry: LockedChart,
  from: string,
  current: ExactChart | undefined,
): Checked<LockedChart | undefined> {
  const { id, chart, version } = declaration;
  const refuse = (message: string, suggestion: string, range: Diagnostic["range"]): Checked<undefined> => ({
    value: undefined,
    diagnostics: [
      {
        severity: "error",
        code: "promotion",
        message,
        suggestion,
        ...(range === undefined ? {} : { range }),
      },
    ],
  });
  if (chart.kind !== "path" && entry.chart !== chart.written)
    return refuse(
      `${id}: ${from} uses the chart ${entry.chart}, and ${chart.written} is declared here`,
      "declare the same chart in both",
      declaration.chartRange,
    );
  if (version !== undefined && satisfiesRange(entry.version, version) !== true)
    return refuse(
      `${id}: ${from} uses version ${entry.version}, which ${version} does not allow here`,
      "widen the range here, or promote an older version",
      declaration.versionRange ?? declaration.chartRange,
    );
  if (current !== undefined && current.digest !== entry.digest)
    return refuse(
      `${id}: ${from} has ${entry.version} ${entry.digest} in its ${lockFileName}, and ${chart.written} is ${current.version} ${current.digest} here`,
      "bring the chart's folder to the state that the other stack was locked at, or run `headway lock` there first",
      declaration.chartRange,
    );
  const { digest, url } = entry;
  return {
    value: {
      chart: chart.written,
      version: entry.version,
      digest,
      ...(url === undefined ? {} : { url }),
    },
    diagnostics: [],
  };
}
