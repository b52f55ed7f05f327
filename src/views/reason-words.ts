// Why a step is what it is, in words. Values never stand in them: changes are shown, masked, by value-changes.ts.
import { describeForeignFields } from "../core/field-managers.ts";
import { countDrift, type DriftedObject } from "../core/drift/drift.ts";
import type { Reason } from "../core/plan/plan.ts";
import { describeTakenBack } from "../core/run/taking-back.ts";
import { causeOf } from "../core/shown-state.ts";
import { describeFreeze, describeSaid } from "../core/stack-wishes.ts";
import { describeTrouble } from "../core/health/describe-trouble.ts";
import { counted } from "./counted.ts";

/** The reason as part of a sentence, with no value in it. */
export function reasonWords(reason: Reason): string {
  switch (reason.kind) {
    case "unchanged":
      return "unchanged";
    case "not-installed":
      return "not installed";
    case "adopt":
      return `adopt: installed outside Headway from chart ${reason.chart}`;
    case "chart-changed":
      return reason.from === reason.to ? "chart content changed" : `chart ${reason.from} → ${reason.to}`;
    case "values-changed":
      return `${counted(reason.changes.length, "value")} changed`;
    case "values-locked":
      return `values can't be compared: no key for ${reason.files.join(", ")}`;
    case "values-awaited":
      return `will wait for what is not there: ${reason.objects.join("; ")}`;
    case "options-changed":
      return "options changed";
    case "fingerprint-unknown":
      return "what was applied last is not known";
    case "not-verified":
      return `revision ${reason.revision} was deployed, but its health never verified`;
    case "last-attempt-failed":
      return `revision ${reason.revision} failed${reason.cause === undefined ? "" : `: ${reason.cause}`}`;
    case "left-over":
      return `revision ${reason.revision} was left ${reason.status} by a helm that was cut`;
    case "drifted":
      return driftWords(reason.objects);
    case "degraded":
      return reason.troubles.length === 0 ? "not healthy" : reason.troubles.map(describeTrouble).join("; ");
    case "quarantined":
      return `failed before (${reason.since}): ${reason.cause}`;
    case "taken-back":
      return `${describeTakenBack(reason)} (${reason.since})`;
    case "suspended":
      if (reason.said === undefined) return "suspended";
      return `${reason.wholeStack === true ? "the whole stack is suspended" : "suspended"} ${describeSaid(reason.said)}`;
    case "frozen":
      return `frozen ${describeFreeze(reason.freeze)}; headway resume ends that`;
    case "rollback-asked":
      return `back to revision ${reason.toRevision}, asked for ${describeSaid(reason.said)}`;
    case "not-selected":
      return "not selected";
    case "kept":
      if (reason.isProtected === true) return "it is protected: --include-protected includes it";
      return reason.dependent === undefined
        ? "asked to keep it"
        : `${reason.dependent}, which is kept, depends on it`;
    case "refused":
      return causeOf(reason.failure) + (reason.failure.next === undefined ? "" : `; ${reason.failure.next}`);
    case "retry-asked":
      return `asked to try again${reason.said === undefined ? "" : ` ${describeSaid(reason.said)}`}`;
    case "resumed":
      return `${reason.wholeStack === true ? "the whole stack was resumed" : "resumed"} ${describeSaid(reason.said)}`;
    case "redeploy-asked":
      return "asked to redeploy";
    case "restart-asked":
      return "asked to make its pods anew";
    case "field-conflicts":
      return describeForeignFields(reason.fields, reason.takes);
    case "destroy":
      return "destroy";
    case "undeclared":
      return "no longer declared";
  }
}

/** `drifted: 2 fields, 1 object gone`. */
function driftWords(drift: readonly DriftedObject[]): string {
  const gone = drift.filter(({ kind }) => kind === "missing").length;
  const fields = countDrift(drift) - gone;
  const parts = [
    ...(fields === 0 ? [] : [counted(fields, "field")]),
    ...(gone === 0 ? [] : [`${counted(gone, "object")} gone`]),
  ];
  return `drifted: ${parts.join(", ")}`;
}
