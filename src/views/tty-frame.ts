// The part of the live view that is repainted, as rows for one moment and one size. Drawing it over the last one is
// tty-view.ts.
import { hasEnded, type Run } from "../core/run/run.ts";
import type { ShownState } from "../core/event.ts";
import { progressOf } from "../core/run/progress.ts";
import { openSteps, type OpenStep } from "./run-words.ts";
import { shownState } from "../core/shown-state.ts";
import { glyphSpan, type Line, type Span, type Style } from "./style.ts";
import { displayWidth } from "./terminal-text.ts";
import { formatElapsed } from "./time-words.ts";

/**
 * At most `maxRows` rows, header first. Steps in trouble and under way stand before those that wait; what does not fit
 * is counted in a last row.
 */
export function frameLines(run: Run, nowMs: number, maxRows: number, style: Style): readonly Line[] {
  if (maxRows < 1) return [];
  const open = openSteps(run, nowMs);
  const underWay = open.filter((step) => step.underWay);
  const held = open.filter((step) => !step.underWay);
  return [headerLine(run, nowMs), ...bodyLines(underWay, held, nowMs, maxRows - 1, style)];
}

function headerLine(run: Run, nowMs: number): Line {
  const { wave, waves, done, total, word } = progressOf(run);
  const troubled = troubleCounts(run);
  return [
    { text: `Run ${run.plan.stack}`, tone: "strong" },
    `  wave ${wave}/${waves}  ${done}/${total} ${word}`,
    ...(troubled === "" ? [] : [{ text: `  ${troubled}`, tone: "bad" as const }]),
    `  ${formatElapsed(nowMs - run.startedAtMs)}`,
    ...(run.stopping === undefined
      ? []
      : [{ text: `  stopping: ${run.stopping.why}`, tone: "warn" as const }]),
  ];
}

function troubleCounts(run: Run): string {
  const counts = new Map<ShownState, number>();
  for (const { step, state } of run.steps.values()) {
    if (!hasEnded(state)) continue;
    const shown = shownState(step, state).state;
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  const failed =
    (counts.get("Failed") ?? 0) + (counts.get("Quarantined") ?? 0) + (counts.get("Degraded") ?? 0);
  const parts: readonly (readonly [number, string])[] = [
    [failed, "failed"],
    [counts.get("RolledBack") ?? 0, "rolled back"],
    [counts.get("Blocked") ?? 0, "blocked"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join("  ");
}

function bodyLines(
  underWay: readonly OpenStep[],
  held: readonly OpenStep[],
  nowMs: number,
  room: number,
  style: Style,
): readonly Line[] {
  const steps = [...underWay, ...held];
  if (steps.length === 0 || room < 1) return [];
  const width = Math.min(40, Math.max(...steps.slice(0, room).map((step) => displayWidth(step.release))));
  const fits = steps.length <= room;
  const shown = fits ? steps : steps.slice(0, room - 1);
  let spare = room - shown.length - (fits ? 0 : 1);
  const lines = shown.flatMap((step): Line[] => {
    const row = stepLine(step, width, nowMs, style);
    if (step.waitsFor === undefined || !step.underWay || spare < 1) return [row];
    spare -= 1;
    return [row, ["      ", { text: step.waitsFor, tone: step.suspect ? "warn" : "dim" }]];
  });
  return fits ? lines : [...lines, overflowLine(underWay.length, held.length, shown.length)];
}

function stepLine(step: OpenStep, width: number, nowMs: number, style: Style): Line {
  const elapsed: readonly Span[] =
    step.sinceMs === undefined ? [] : [{ text: `  ${formatElapsed(nowMs - step.sinceMs)}`, tone: "dim" }];
  const gap = " ".repeat(Math.max(0, width - displayWidth(step.release)) + 2);
  return [
    "  ",
    glyphSpan(step.suspect ? "Degraded" : step.state, style),
    ` ${step.release}${gap}${step.words}`,
    ...elapsed,
  ];
}

function overflowLine(underWay: number, held: number, shown: number): Line {
  const hiddenUnderWay = Math.max(0, underWay - shown);
  const hiddenHeld = held - Math.max(0, shown - underWay);
  const parts = [
    ...(hiddenUnderWay > 0 ? [`${hiddenUnderWay} more under way`] : []),
    ...(hiddenHeld > 0 ? [`${hiddenHeld} more waiting`] : []),
  ];
  return [{ text: `  … ${parts.join(", ")}`, tone: "dim" }];
}
