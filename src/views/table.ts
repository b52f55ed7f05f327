// Columns of text under headings, as wide as their widest cell.
import type { Line, Span } from "./style.ts";
import { displayWidth, safeText } from "./terminal-text.ts";

const GAP = "  ";

/** Rows of a table; every cell but the last of a row is padded to its column. */
export function tableLines(headings: readonly string[], rows: readonly (readonly Span[])[]): readonly Line[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => cellWidth(row[column] ?? ""))));
  return all.map((row) =>
    row.flatMap((cell, column): Span[] => {
      if (column === row.length - 1) return [cell];
      return [cell, " ".repeat((widths[column] ?? 0) - cellWidth(cell)) + GAP];
    }),
  );
}

function cellWidth(cell: Span): number {
  return displayWidth(safeText(typeof cell === "string" ? cell : cell.text));
}
