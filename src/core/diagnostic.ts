// What a person has to correct, with the place to correct it. The world's refusals are failures (failure.ts), not
// diagnostics.

import type { ReleaseId } from "./ids.ts";

/** A place in a file; lines and columns count from 1, `file` is relative to the folder the person named. */
export type SourceRange = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
};

/** `FILE:LINE:COLUMN`, as editors and terminals open it. */
export function placeOf({ file, line, column }: SourceRange): string {
  return `${file}:${line}:${column}`;
}

/** One finding. `code` is a stable kebab-case word; `suggestion` is the next step in words. */
export type Diagnostic = {
  readonly severity: "error" | "warning" | "hint";
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string;
  readonly range?: SourceRange;
  readonly related?: readonly { readonly message: string; readonly range: SourceRange }[];
  /** What a finding of foresight is about, for machines: the release, the one to depend on, the object that is needed. */
  readonly about?: { readonly release: ReleaseId; readonly dependency?: ReleaseId; readonly object?: string };
};

/** A value and everything found wrong on the way to it: reading never throws and never stops at the first mistake. */
export type Checked<T> = { readonly value: T; readonly diagnostics: readonly Diagnostic[] };

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** Orders findings by file, line and column; those without a place come first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      compareText(a.range?.file ?? "", b.range?.file ?? "") ||
      (a.range?.line ?? 0) - (b.range?.line ?? 0) ||
      (a.range?.column ?? 0) - (b.range?.column ?? 0) ||
      compareText(a.code, b.code),
  );
}

/** The candidate that is nearest to `text` by edit distance, when it is near enough to be what was meant. */
export function didYouMean(text: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const longer = Math.max(text.length, candidate.length);
    const limit = Math.min(longer - 1, Math.max(1, Math.floor(longer / 3)));
    if (Math.abs(candidate.length - text.length) > limit) continue;
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost one. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + cost,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        distance = Math.min(distance, (beforePrevious[j - 2] ?? 0) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
