import { describe, expect, test } from "vitest";
import { parseUntil } from "../../src/core/until.ts";

const nowMs = Date.parse("2026-09-01T10:00:00Z");

describe("until when", () => {
  test.each([
    ["2026-09-01T18:00:00Z", "2026-09-01T18:00:00.000Z"],
    ["2026-09-01T18:00:00.5+02:00", "2026-09-01T16:00:00.500Z"],
    ["90m", "2026-09-01T11:30:00.000Z"],
    ["72h", "2026-09-04T10:00:00.000Z"],
  ])("%s is an instant", (text, at) => {
    expect(parseUntil(text, nowMs)).toEqual({ ok: true, at });
  });

  test.each([
    ["tomorrow", "is neither"],
    ["2026-09-01", "is neither"],
    ["2026-09-01T18:00:00", "is neither"],
    ["2026-13-01T18:00:00Z", "is neither"],
    ["3d", "is neither"],
    ["", "is neither"],
    ["2026-09-01T10:00:00Z", "is over already"],
    ["0", "is over already"],
    ["2062-09-01T18:00:00Z", "is more than a year away"],
    ["9000h", "is neither"],
  ])("%s is refused", (text, problem) => {
    const parsed = parseUntil(text, nowMs);
    expect(parsed.ok ? parsed.at : parsed.problem).toContain(problem);
  });
});
