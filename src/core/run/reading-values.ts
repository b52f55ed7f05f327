// Values from objects of the cluster, read once more when a release's turn comes: what was found is its pin from then on.
// Waiting for what is absent is waiting.ts.
import { quarantineKey } from "../fingerprint.ts";
import type { PinnedRelease } from "../pin.ts";
import type { ApplyStep, Step } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { prepareCrds } from "./preparing.ts";
import type { StepState } from "./run.ts";
import { goOn } from "./waiting.ts";

type Preparing = Extract<StepState, { kind: "preparing" }>;

/** Goes on with the final pin. */
export function valuesRead(draft: Draft, step: ApplyStep, state: StepState, pin: PinnedRelease): void {
  if (state.kind !== "preparing" || state.doing !== "values") return;
  goOn(draft, repin(draft, step, state, pin), { attempt: state.attempt, stage: "values" }, prepareCrds);
}

/** The step with its final pin; what a quarantine of it, or of who depends on it, would last for changes with that. */
function repin(draft: Draft, step: ApplyStep, state: Preparing, pin: PinnedRelease): ApplyStep {
  const repinned: ApplyStep = { ...step, pin };
  const own = draft.steps.get(step.release);
  if (own !== undefined) draft.steps.set(step.release, { ...own, step: repinned, state });
  for (const [release, entry] of [...draft.steps])
    if (
      "quarantineKey" in entry.step &&
      (release === step.release || entry.step.dependencies.includes(step.release))
    )
      draft.steps.set(release, { ...entry, step: withKey(draft, entry.step) });
  const entry = draft.steps.get(step.release)?.step;
  return entry !== undefined && "quarantineKey" in entry ? entry : repinned;
}

function withKey(draft: Draft, step: ApplyStep): ApplyStep {
  const pins = step.dependencies.flatMap((release) => pinOf(draft.steps.get(release)?.step) ?? []);
  return { ...step, quarantineKey: quarantineKey(step.pin, pins) };
}

function pinOf(step: Step | undefined): PinnedRelease | undefined {
  return step !== undefined && "pin" in step ? step.pin : undefined;
}
