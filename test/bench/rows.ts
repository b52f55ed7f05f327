// The table that a benchmark ends with: what was measured, what it is compared to, and whether the target is met.

/** One line of the table. `ratio` is measured ÷ compared; the target is met where it is at most `target`. */
export type Row = {
  readonly scenario: string;
  readonly measured: string;
  readonly comparedTo: string;
  readonly ratio: number;
  readonly target: number;
  readonly isMet: boolean;
};

/** A quantity and what it may be at most, as a multiple of what it is compared to. */
export function rowOf(line: {
  readonly scenario: string;
  readonly measured: number;
  readonly comparedTo: number;
  readonly target: number;
  /** `s` and `ms` take milliseconds. */
  readonly unit: "s" | "ms" | "";
  readonly comparedToWhat: string;
}): Row {
  const { scenario, measured, comparedTo, target, unit } = line;
  const ratio = comparedTo === 0 ? (measured === 0 ? 0 : Infinity) : measured / comparedTo;
  return {
    scenario,
    measured: quantity(measured, unit),
    comparedTo: `${quantity(comparedTo, unit)} ${line.comparedToWhat}`,
    ratio,
    target,
    isMet: ratio <= target,
  };
}

function quantity(value: number, unit: "s" | "ms" | ""): string {
  switch (unit) {
    case "s":
      return `${(value / 1000).toFixed(2)} s`;
    case "ms":
      return `${value.toFixed(1)} ms`;
    case "":
      return String(value);
  }
}

/** The table as text, a line per row. */
export function renderRows(rows: readonly Row[]): string {
  const head = ["scenario", "measured", "compared to", "ratio", "target", "met?"];
  const cells = rows.map((row) => [
    row.scenario,
    row.measured,
    row.comparedTo,
    row.ratio.toFixed(3),
    `≤ ${row.target}`,
    row.isMet ? "yes" : "NO",
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [head, widths.map((width) => "─".repeat(width)), ...cells].map(line).join("\n");
}

/** The value that `share` of the sorted values do not exceed (nearest rank); NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value; NaN for none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
