// The event stream of `--progress json`: newline JSON after schemas/events.schema.json. The shape of each record is
// event-record.ts.
import { jsonLine } from "./data-output.ts";
import { eventRecord } from "./event-record.ts";
import type { ProgressView, ViewClock } from "./progress.ts";
import { renderLines, type Style } from "./style.ts";
import { rfc3339 } from "./time-words.ts";

/** The name of the stream's format; what comes later under the same name only adds. */
export const EVENTS_SCHEMA = "headway.dev/events/v1";

/** Writes the first record at once, so that a reader knows the format before anything happens. */
export function makeJsonView(options: {
  write(text: string): void;
  /** Where talk goes, which is not data. */
  say(text: string): void;
  readonly style: Style;
  readonly clock: ViewClock;
}): ProgressView {
  options.write(
    jsonLine({ kind: "stream-started", schema: EVENTS_SCHEMA, at: rfc3339(options.clock.nowMs()) }),
  );
  return {
    show(event, run) {
      options.write(jsonLine(eventRecord(event, run)));
    },
    say(text) {
      options.say(renderLines([[text]], options.style));
    },
    close() {
      return;
    },
  };
}
