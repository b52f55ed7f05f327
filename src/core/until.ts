// Until when something holds, as people write it: an instant, or how long from now.
import { parseDuration } from "./duration.ts";

/** The instant meant, as RFC 3339 in UTC, or in words why the text means none. */
export type ParsedUntil =
  { readonly ok: true; readonly at: string } | { readonly ok: false; readonly problem: string };

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** A year and a day: a typo in a date is seen sooner than by what it does. */
const longestMs = 366 * 86_400_000;

/** Reads an RFC 3339 time or a Go duration counted from `nowMs`; one that is past, or further away than a year, is refused. */
export function parseUntil(text: string, nowMs: number): ParsedUntil {
  const atMs = instant.test(text) ? Date.parse(text) : nowMs + durationMs(text);
  if (Number.isNaN(atMs))
    return { ok: false, problem: "is neither a time (2026-09-01T18:00:00Z) nor a duration (90m, 36h)" };
  if (atMs <= nowMs) return { ok: false, problem: "is over already" };
  if (atMs > nowMs + longestMs) return { ok: false, problem: "is more than a year away" };
  return { ok: true, at: new Date(atMs).toISOString() };
}

function durationMs(text: string): number {
  const parsed = parseDuration(text, longestMs);
  return parsed.ok ? parsed.ms : Number.NaN;
}
