// Chooses the view that shows a run's progress, by what was asked for and where it goes.
import { makeJsonView } from "./json-view.ts";
import { makePlainView } from "./plain-view.ts";
import type { ProgressView, Terminal, ViewClock } from "./progress.ts";
import { makeQuietView } from "./quiet-view.ts";
import { chooseStyle, type Environment } from "./style.ts";
import { makeTtyView } from "./tty-view.ts";

export type ProgressMode = "auto" | "tty" | "plain" | "json" | "quiet";

export type ProgressOptions = {
  readonly mode: ProgressMode;
  /** Gets the event stream in mode `json`, nothing otherwise. */
  readonly stdout: { write(text: string): void };
  /** Gets everything else. */
  readonly stderr: Terminal;
  readonly env: Environment;
  readonly clock: ViewClock;
  /** IANA name; the machine's own where absent. */
  readonly timeZone?: string;
};

/** The view for a mode; `auto` is the live view on a terminal that can move its cursor, else plain lines. */
export function makeProgressView(options: ProgressOptions): ProgressView {
  const { stdout, stderr, env, clock } = options;
  const style = chooseStyle({ isTerminal: stderr.isTerminal, env });
  const zone = options.timeZone === undefined ? {} : { timeZone: options.timeZone };
  const write = (text: string): void => {
    stderr.write(text);
  };
  switch (chosenMode(options)) {
    case "tty":
      return makeTtyView({ terminal: stderr, style, clock });
    case "plain":
      return makePlainView({ write, style, clock, ...zone });
    case "json":
      return makeJsonView({
        write: (text) => {
          stdout.write(text);
        },
        say: write,
        style,
        clock,
      });
    case "quiet":
      return makeQuietView({ write, style });
  }
}

function chosenMode({ mode, stderr, env }: ProgressOptions): Exclude<ProgressMode, "auto"> {
  if (mode !== "auto") return mode;
  return stderr.isTerminal && env["TERM"] !== "dumb" ? "tty" : "plain";
}
