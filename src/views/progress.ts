// What every view of a run's progress is, and what it needs of the world. Choosing one is progress-view.ts.
import type { Event } from "../core/event.ts";
import type { Run } from "../core/run/run.ts";

/** A view of one run. It only ever shows: losing it changes nothing of what Headway does. */
export type ProgressView = {
  /** Tells an event, with the run as it is after it. */
  show(event: Event, run: Run): void;
  /** Tells a line of talk (what is being read, a question's context), in order with the events. */
  say(text: string): void;
  /** Stops timers and gives the terminal back; safe to call at any time and more than once. */
  close(): void;
};

/** Time for views; the engine's clock fits. */
export type ViewClock = {
  nowMs(): number;
  /** Calls back once, not before `atMs`; the returned function calls it off. */
  wakeAt(atMs: number, callBack: () => void): () => void;
};

export type TerminalSize = { readonly columns: number; readonly rows: number };

/** A stream for people, and what is known of it. */
export type Terminal = {
  write(text: string): void;
  readonly isTerminal: boolean;
  size(): TerminalSize;
  /** Calls back whenever the size has changed; the returned function ends that. */
  onResize(listener: () => void): () => void;
};
