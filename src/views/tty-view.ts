// The live view of a run on a terminal: lines worth keeping scroll up, and below them a frame that never has more rows
// than fit is painted over and over. What stands in the frame is tty-frame.ts.
import type { Evidence } from "../core/health/health.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Event } from "../core/event.ts";
import type { Run } from "../core/run/run.ts";
import { tell } from "./event-words.ts";
import { failureLines, keepEvidence, rootsOfRun } from "./failure-block.ts";
import type { ProgressView, Terminal, TerminalSize, ViewClock } from "./progress.ts";
import { glyphSpan, renderLine, renderLines, type Line, type Style } from "./style.ts";
import { displayWidth } from "./terminal-text.ts";
import { frameLines } from "./tty-frame.ts";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const CLEAR_BELOW = "\u001b[J";
/** At most ten repaints a second; and one a second while nothing happens, for the stopwatches. */
const REPAINT_MS = 100;
const TICK_MS = 1_000;

/** What is painted and may have to be painted over: the width of each row, in columns. */
type Painted = readonly number[];

export function makeTtyView(options: {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly clock: ViewClock;
}): ProgressView {
  const { terminal, style, clock } = options;
  const evidence = new Map<ReleaseId, Evidence>();
  let run: Run | undefined;
  /** Lasting lines that are not written yet. */
  let above: readonly Line[] = [];
  let painted: Painted | undefined;
  let lastPaintMs = -Infinity;
  let wake: { readonly atMs: number; readonly callOff: () => void } | undefined;
  let closed = false;

  const paint = (): void => {
    wake?.callOff();
    wake = undefined;
    if (closed) return;
    const nowMs = clock.nowMs();
    const size = boundedSize(terminal.size());
    const rows = (run === undefined ? [] : frameLines(run, nowMs, size.rows - 1, style)).map((line) =>
      renderLine(line, style, size.columns - 1),
    );
    const erase = painted === undefined ? HIDE_CURSOR : eraseSequence(painted, size);
    terminal.write(
      erase + renderLines(above, style, size.columns - 1) + rows.map((row) => `${row}\n`).join(""),
    );
    above = [];
    painted = rows.map((row) => displayWidth(row.replace(/\u001b\[[0-9]*m/g, "")));
    lastPaintMs = nowMs;
    paintAt(nowMs + TICK_MS);
  };
  const paintAt = (atMs: number): void => {
    if (closed || (wake !== undefined && wake.atMs <= atMs)) return;
    wake?.callOff();
    wake = { atMs, callOff: clock.wakeAt(atMs, paint) };
  };
  const paintSoon = (): void => {
    const nextMs = lastPaintMs + REPAINT_MS;
    if (clock.nowMs() >= nextMs) paint();
    else paintAt(nextMs);
  };
  const endResize = terminal.onResize(paintSoon);
  const close = (): void => {
    if (closed) return;
    closed = true;
    wake?.callOff();
    endResize();
    const size = boundedSize(terminal.size());
    const erase = painted === undefined ? "" : eraseSequence(painted, size);
    const rest = renderLines(above, style, size.columns - 1);
    const show = painted === undefined ? "" : SHOW_CURSOR;
    if (erase + rest + show !== "") terminal.write(erase + rest + show);
  };

  return {
    show(event, after) {
      run = after;
      keepEvidence(evidence, event);
      const line = lastingLine(event, after, style);
      if (line !== undefined && !closed) above = [...above, line];
      if (event.kind !== "run-finished") {
        paintSoon();
        return;
      }
      close();
      // Whole lines, not cut: this is what is read, copied and searched for.
      const roots = rootsOfRun(after, event.outcome, evidence);
      terminal.write(renderLines(failureLines(roots, after.plan.waves, style), style));
    },
    say(text) {
      if (closed) {
        terminal.write(renderLines([[text]], style));
        return;
      }
      above = [...above, [text]];
      paint();
    },
    close,
  };
}

function lastingLine(event: Event, run: Run, style: Style): Line | undefined {
  const told = tell(event, run);
  if (told === undefined || !told.lasting) return undefined;
  const { release } = told;
  if (release === undefined) return [glyphSpan(told.state, style), ` ${told.text}`];
  const wave = run.steps.get(release)?.step.wave;
  return [
    glyphSpan(told.state, style),
    " ",
    { text: release, tone: "strong" },
    ` ${told.text}`,
    ...(wave === undefined ? [] : [{ text: `  wave ${wave}/${run.plan.waves}`, tone: "dim" as const }]),
  ];
}

/** A terminal that tells nothing (0 × 0, a pipe) counts as 80 × 24. */
function boundedSize(size: TerminalSize): TerminalSize {
  return { columns: size.columns > 0 ? size.columns : 80, rows: size.rows > 0 ? size.rows : 24 };
}

/**
 * Goes back to the frame's first row and clears from there. Rows that a narrower window has wrapped since count as many
 * rows as they take now; what has left the window at its top can't be painted over any more.
 */
function eraseSequence(painted: Painted, size: TerminalSize): string {
  const taken = painted.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / size.columns)), 0);
  const up = Math.min(taken, size.rows - 1);
  return up === 0 ? `\r${CLEAR_BELOW}` : `\u001b[${up}A\r${CLEAR_BELOW}`;
}
