// The agent's log: one JSON line per event, for machines to filter and for terminals that print it.
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { makeLogView, type LogLevel } from "../../src/views/log-view.ts";
import { START_MS, everyEvent, failedRun, id } from "./hand-made-run.ts";

type Line = Readonly<Record<string, unknown>>;

function logged(
  events: readonly Event[],
  level: LogLevel = "debug",
): { readonly lines: readonly Line[]; readonly text: string } {
  let text = "";
  const view = makeLogView({ write: (part) => (text += part), nowMs: () => START_MS, level });
  const show = view.viewOf("shop");
  for (const event of events) show(event, failedRun().run);
  return {
    text,
    lines: text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line),
  };
}

describe("the log", () => {
  it("has one line for each event, with its time, stack, run, release and kind", () => {
    const events = everyEvent(failedRun().outcome);
    const { lines } = logged(events);
    expect(lines.map(({ kind }) => kind)).toEqual(events.map(({ kind }) => kind));
    for (const line of lines)
      expect(line).toMatchObject({
        level: expect.stringMatching(/^(?:debug|info|warn|error)$/) as string,
        time: "2026-09-01T10:02:16.000Z",
        stack: "shop",
        run: "r7",
        msg: expect.stringMatching(/./) as string,
      });
    expect(lines.find(({ kind }) => kind === "release-failed")).toEqual({
      level: "error",
      time: "2026-09-01T10:02:16.000Z",
      stack: "shop",
      run: "r7",
      release: "shop/orders",
      kind: "release-failed",
      cause: "unhealthy",
      then: "rollback",
      msg: expect.stringContaining("shop/orders:1.4.0") as string,
    });
    expect(lines.find(({ kind }) => kind === "run-finished")).toMatchObject({
      level: "error",
      outcome: "rolled-back",
      exitCode: 5,
      roots: "shop/orders",
    });
  });

  it("holds no values, though the plan that it tells of changes them", () => {
    const { text } = logged(everyEvent(failedRun().outcome));
    expect(text).not.toMatch(/hunter/);
  });

  it("leaves out what comes often, unless asked for", () => {
    const events = everyEvent(failedRun().outcome);
    const kinds = (level: LogLevel): readonly unknown[] =>
      logged(events, level).lines.map(({ kind }) => kind);
    expect(kinds("info")).not.toContain("step-held");
    expect(kinds("info")).toContain("release-ready");
    expect(kinds("error")).toEqual(["release-failed", "rollback-failed", "run-finished"]);
  });

  it("gives a terminal nothing to act on, also once its JSON is read", () => {
    const evil = "\u001b]0;title\u0007\u009b2J\u202eevil\nsecond";
    const { lines, text } = logged([
      { kind: "warning", atMs: START_MS, run: "r7", release: id("orders"), message: evil },
      { kind: "namespace-created", atMs: START_MS, run: "r7", namespace: evil },
    ]);
    const words = lines.flatMap((line) => Object.values(line)).join("");
    expect(words).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text.split("\n")).toHaveLength(3);
  });

  it("takes what the agent has to say beside runs", () => {
    let text = "";
    const view = makeLogView({ write: (part) => (text += part), nowMs: () => START_MS });
    view.log("warn", "the repository could not be read", { stack: "shop", attempts: 3, commit: undefined });
    view.log("debug", "not told");
    expect(text).toBe(
      '{"level":"warn","time":"2026-09-01T10:02:11.000Z","stack":"shop","attempts":3,"msg":"the repository could not be read"}\n',
    );
  });
});
