// What can be wrong with a chart on disk, with its place as an absolute path. Turning it into a diagnostic that names
// files as the person does is chart-folder.ts.

/** A finding about a chart; `path` is absolute, lines and columns count from 1. */
export type ChartProblem = {
  readonly code: string;
  readonly message: string;
  readonly suggestion: string;
  readonly place?: { readonly path: string; readonly line: number; readonly column: number };
};

/** Either what was asked for or what is wrong with it. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly [ChartProblem, ...ChartProblem[]] };

export function found<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function wrong(...problems: readonly [ChartProblem, ...ChartProblem[]]): Read<never> {
  return { ok: false, problems };
}
