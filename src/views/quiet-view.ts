// The view of `--progress quiet`: nothing but what failed.
import type { ReleaseId } from "../core/ids.ts";
import type { Evidence } from "../core/health/health.ts";
import { tell } from "./event-words.ts";
import { failureLines, keepEvidence, rootsOfRun } from "./failure-block.ts";
import type { ProgressView } from "./progress.ts";
import { glyphSpan, renderLines, type Style } from "./style.ts";

export function makeQuietView(options: { write(text: string): void; readonly style: Style }): ProgressView {
  const { style } = options;
  const evidence = new Map<ReleaseId, Evidence>();
  return {
    show(event, run) {
      keepEvidence(evidence, event);
      if (event.kind !== "run-finished" || event.outcome.kind === "done") return;
      const told = tell(event, run);
      if (told !== undefined)
        options.write(renderLines([[glyphSpan(told.state, style), ` ${told.text}`]], style));
      const roots = rootsOfRun(run, event.outcome, evidence);
      options.write(renderLines(failureLines(roots, run.plan.waves, style), style));
    },
    say() {
      return;
    },
    close() {
      return;
    },
  };
}
