// How long a refusal that may pass is waited out.
import type { Failure } from "../failure.ts";

/** A kind that nobody brings is no passing trouble: after this long its absence is the failure. */
const missingKindMs = 20_000;

/** In milliseconds from the beginning, of the `allMs` that there are. */
export function patienceWith({ kind }: Failure, allMs: number): number {
  return kind === "missing-kind" ? Math.min(missingKindMs, allMs) : allMs;
}
