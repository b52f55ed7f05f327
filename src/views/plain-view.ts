// The view for logs and CI: one line per change, a heartbeat that names what is waited for, and the causes last.
import type { Event } from "../core/event.ts";
import type { Evidence } from "../core/health/health.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Run } from "../core/run/run.ts";
import { tell } from "./event-words.ts";
import { failureLines, keepEvidence, rootsOfRun } from "./failure-block.ts";
import type { ProgressView, ViewClock } from "./progress.ts";
import { progressOf } from "../core/run/progress.ts";
import { describeOpenStep, openSteps } from "./run-words.ts";
import { glyphSpan, renderLines, type Line, type Style } from "./style.ts";
import { makeClockTime } from "./time-words.ts";

/** Nothing may be silent for more than 10 s; a timer comes a little late. */
const HEARTBEAT_MS = 9_000;
const MOST_NAMED = 3;

export function makePlainView(options: {
  write(text: string): void;
  readonly style: Style;
  readonly clock: ViewClock;
  readonly timeZone?: string;
}): ProgressView {
  const { style, clock } = options;
  const clockTime = makeClockTime(options.timeZone);
  const evidence = new Map<ReleaseId, Evidence>();
  const lastTold = new Map<ReleaseId, string>();
  let run: Run | undefined;
  let lastSaid: string | undefined;
  let callOff: (() => void) | undefined;
  let closed = false;

  const print = (lines: readonly Line[]): void => {
    options.write(renderLines(lines, style));
    callOff?.();
    callOff = closed ? undefined : clock.wakeAt(clock.nowMs() + HEARTBEAT_MS, beat);
  };
  const beat = (): void => {
    const nowMs = clock.nowMs();
    const text = run === undefined ? `still: ${lastSaid ?? ""}` : waitingWords(run, nowMs);
    print([[{ text: `${clockTime(nowMs)} `, tone: "dim" }, ...wavePrefix(run), `… ${text}`]]);
  };
  const close = (): void => {
    closed = true;
    callOff?.();
    callOff = undefined;
  };

  return {
    show(event, after) {
      run = after;
      keepEvidence(evidence, event);
      if (event.kind === "run-finished") close();
      const line = eventLine(event, after, style, clockTime, lastTold);
      if (line !== undefined) print([line]);
      if (event.kind !== "run-finished") return;
      const roots = rootsOfRun(after, event.outcome, evidence);
      if (roots.length > 0) print(failureLines(roots, after.plan.waves, style));
    },
    say(text) {
      lastSaid = text;
      print([[text]]);
    },
    close,
  };
}

function eventLine(
  event: Event,
  run: Run,
  style: Style,
  clockTime: (atMs: number) => string,
  lastTold: Map<ReleaseId, string>,
): Line | undefined {
  const told = tell(event, run);
  if (told === undefined) return undefined;
  if (told.release !== undefined) {
    // Health that flickers between the same words, and a skip after its hold, are no change to a reader.
    if (lastTold.get(told.release) === told.text) return undefined;
    lastTold.set(told.release, told.text);
  }
  const { done, total, word } = progressOf(run);
  const count =
    event.kind === "release-ready" || event.kind === "uninstall-finished" ? `  ${done}/${total} ${word}` : "";
  return [
    { text: `${clockTime(event.atMs)} `, tone: "dim" },
    ...(told.release === undefined ? [] : wavePrefix(run, told.release)),
    glyphSpan(told.state, style),
    " ",
    ...(told.release === undefined ? [] : [{ text: told.release, tone: "strong" as const }, " "]),
    told.text,
    { text: count, tone: "dim" },
  ];
}

function wavePrefix(run: Run | undefined, release?: ReleaseId): Line {
  if (run === undefined) return [];
  const wave = release === undefined ? progressOf(run).wave : (run.steps.get(release)?.step.wave ?? 0);
  return [{ text: `wave ${wave}/${run.plan.waves} `, tone: "dim" }];
}

/** `31/52 ready; shop/orders: waiting for readiness 3/4 (…), 2m10s; and 2 more; 18 held back`. */
function waitingWords(run: Run, nowMs: number): string {
  const { done, total, word } = progressOf(run);
  const open = openSteps(run, nowMs);
  const underWay = open.filter((step) => step.underWay);
  const held = open.length - underWay.length;
  const named = underWay.length > 0 ? underWay : open;
  const names = named.slice(0, MOST_NAMED).map((step) => describeOpenStep(step, nowMs));
  const more = named.length > MOST_NAMED ? `; and ${named.length - MOST_NAMED} more` : "";
  const rest = underWay.length > 0 && held > 0 ? `; ${held} held back` : "";
  const list = names.length === 0 ? "" : `; ${names.join("; ")}`;
  return `${done}/${total} ${word}${list}${more}${rest}`;
}
