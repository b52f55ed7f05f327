// The agent's own release, where the stack holds it, goes last and alone: its pods are replaced under the run that does it,
// and nothing else is to be cut by that.
import { isAgentChart } from "../bootstrap/agent-release.ts";
import type { ReleaseId } from "../ids.ts";
import type { Step } from "./plan.ts";

/** The steps, in their new order: what acts on the agent waits for all that acts and does not wait for it. */
export function withAgentLast(steps: readonly Step[]): readonly Step[] {
  return steps
    .filter((step) => step.kind !== "keep" && "pin" in step && isAgentChart(step.pin.chart))
    .reduce((ordered, { release }) => putLast(ordered, release), steps);
}

function putLast(steps: readonly Step[], agent: ReleaseId): readonly Step[] {
  const behind = new Set([agent]);
  for (const { release, after } of steps) if (after.some((one) => behind.has(one))) behind.add(release);
  const before = steps.filter(({ release }) => !behind.has(release));
  const acting = before.filter(({ kind }) => kind !== "keep");
  const moved = steps
    .filter(({ release }) => behind.has(release))
    .map((step) =>
      step.release !== agent
        ? step
        : {
            ...step,
            after: [...new Set([...step.after, ...acting.map(({ release }) => release)])],
            wave: acting.reduce((wave, other) => Math.max(wave, other.wave + 1), step.wave),
          },
    );
  return [...before, ...moved];
}
