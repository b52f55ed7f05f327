// Go durations, as declarations write them.
import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/core/duration.ts";

describe("a duration", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["1.5s", 1500],
    [".5m", 30_000],
    ["1.s", 1000],
    ["1500us", 2],
    ["1µs", 1],
    ["24h", 86_400_000],
    ["1m1m", 120_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, ms });
  });

  it.each([
    ["", "is empty"],
    ["-5m", "is negative"],
    ["300", "has no unit"],
    ["1.5", "has no unit"],
    ["5 m", "is not a duration"],
    ["5d", "is not a duration"],
    ["m", "is not a duration"],
    ["+5m", "is not a duration"],
    ["5m ", "is not a duration"],
    ["5M", "is not a duration"],
    ["24h1ns", "is longer than 24h"],
    ["9".repeat(30) + "h", "is longer than 24h"],
    ["1h".repeat(1000), "is not a duration"],
  ])("is not %j: it %s", (text, problem) => {
    expect(parseDuration(text)).toEqual({ ok: false, problem });
  });
});
