// Durations and times of day in words. No clock is read here.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4s`, `31s`, `1m42s`, `2h5m`, `3d4h`: at most two units. */
export function formatDuration(ms: number): string {
  if (ms < 0) return formatDuration(0);
  if (ms < 9_950) return `${(Math.round(ms / 100) / 10).toString()}s`;
  const rounded = Math.round(ms / SECOND) * SECOND;
  if (rounded < MINUTE) return `${rounded / SECOND}s`;
  if (rounded < HOUR) return twoUnits(rounded, MINUTE, "m", SECOND, "s");
  if (rounded < DAY) return twoUnits(rounded, HOUR, "h", MINUTE, "m");
  return twoUnits(rounded, DAY, "d", HOUR, "h");
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${largeName}${rest === 0 ? "" : `${rest}${smallName}`}`;
}

/** `01:42`, `1:02:03`: a running stopwatch. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** `12m`, `3h`, `2d`: how long ago, in one unit, as kubectl shows ages. */
export function formatAge(sinceMs: number, nowMs: number): string {
  const ms = Math.max(0, nowMs - sinceMs);
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < 2 * HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

/** HH:MM:SS of an instant in a time zone (IANA name; the machine's own where undefined). */
export function makeClockTime(timeZone?: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return (atMs) => format.format(atMs);
}

/** RFC 3339 with milliseconds, UTC: how every machine-readable output writes an instant. */
export function rfc3339(atMs: number): string {
  return new Date(atMs).toISOString();
}

function two(value: number): string {
  return value.toString().padStart(2, "0");
}
