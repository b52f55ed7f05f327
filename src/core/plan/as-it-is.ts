// How a release stands that is left as it is, by what was observed of it.
import type { Observation } from "../observation.ts";
import type { AsItIs } from "./plan.ts";

/** Whether others may count on it, and what is there of it. */
export function asItIs(observation: Observation): AsItIs {
  if (observation.kind === "absent") return { standing: "unknown" };
  const payload = "payload" in observation ? observation.payload : undefined;
  const isHealthy = observation.kind === "deployed" && observation.health.kind === "ready";
  return {
    standing: isHealthy ? "healthy" : "degraded",
    revision: observation.revision,
    ...(payload === undefined ? {} : { payload }),
  };
}
