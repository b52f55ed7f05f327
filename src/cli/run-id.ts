// How a run is called.
import { randomBytes } from "node:crypto";

/** Sorts by time, and two runs of one second differ. */
export function newRunId(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, "").toLowerCase()}-${randomBytes(2).toString("hex")}`;
}
