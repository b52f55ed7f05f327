// Durations as people write them (Go's syntax, as in Helm and Kubernetes). How they are shown is the views' matter.

/** The longest duration that a declaration may hold: 24 hours, in milliseconds. */
export const longestDurationMs = 86_400_000;

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** What a duration's text means in milliseconds, or in words why it means nothing. */
export type ParsedDuration =
  { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly problem: string };

/** Reads a Go duration (`90s`, `1h30m`, `500ms`, `0`) of at most 24 hours, or `longestMs`; a negative one is refused. */
export function parseDuration(text: string, longestMs = longestDurationMs): ParsedDuration {
  if (text === "0") return { ok: true, ms: 0 };
  if (/^\s*-/.test(text)) return { ok: false, problem: "is negative" };
  if (/^[0-9]+(?:\.[0-9]*)?$/.test(text)) return { ok: false, problem: "has no unit" };
  if (text.length > 40) return { ok: false, problem: "is not a duration" };
  const part = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/y;
  let ms = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return { ok: false, problem: "is not a duration" };
    ms += Number(match[1]) * (unitMs[match[2] ?? ""] ?? Number.NaN);
  }
  if (text === "") return { ok: false, problem: "is empty" };
  if (ms > longestMs) return { ok: false, problem: `is longer than ${longestMs / 3_600_000}h` };
  return { ok: true, ms: Math.max(0, Math.ceil(ms - 1e-9)) };
}
