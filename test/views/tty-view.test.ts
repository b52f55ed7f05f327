import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Run, StepState } from "../../src/core/run/run.ts";
import type { Terminal } from "../../src/views/progress.ts";
import { renderLine, renderLines } from "../../src/views/style.ts";
import { displayWidth } from "../../src/views/terminal-text.ts";
import { frameLines } from "../../src/views/tty-frame.ts";
import { makeTtyView } from "../../src/views/tty-view.ts";
import { applyStep, everyEvent, failedRun, handClock, id, runOf, START_MS, states } from "./hand-made-run.ts";

const style = { colour: false, unicode: true };

function wrap(line: string, columns: number): readonly string[] {
  const count = Math.max(1, Math.ceil(line.length / columns));
  return Array.from({ length: count }, (_, index) => line.slice(index * columns, (index + 1) * columns));
}

/** A terminal that knows what the view may use: text, line ends, cursor up, clear below, the cursor's visibility. */
function screenOf(columns: number, rows: number) {
  const size = { columns, rows };
  const lines: string[] = [""];
  let row = 0;
  let cursorShown = true;
  let writes = 0;
  let resized = (): void => undefined;
  const act = (token: string): void => {
    const up = /^\u001b\[(\d+)A$/.exec(token);
    if (up !== null) {
      const target = row - Number(up[1]);
      // What has scrolled out of the window can't be reached.
      if (target < lines.length - size.rows) throw new Error("the cursor was moved above the window");
      row = target;
    } else if (token === "\u001b[J") {
      lines.length = row + 1;
      lines[row] = "";
    } else if (token === "\u001b[?25l" || token === "\u001b[?25h") cursorShown = token.endsWith("h");
    else if (token === "\n") {
      row += 1;
      if (row === lines.length) lines.push("");
    } else if (token !== "\r") {
      if (token.startsWith("\u001b")) throw new Error(`unknown sequence ${JSON.stringify(token)}`);
      lines[row] = (lines[row] ?? "") + token;
    }
  };
  const terminal: Terminal = {
    isTerminal: true,
    size: () => size,
    onResize: (listener) => {
      resized = listener;
      return () => (resized = () => undefined);
    },
    write: (text) => {
      writes += 1;
      for (const token of text.match(/\u001b\[[?0-9]*[a-zA-Z]|[\r\n]|[^\r\n\u001b]+/g) ?? []) act(token);
    },
  };
  return {
    terminal,
    lines: () => lines,
    writes: () => writes,
    cursorShown: () => cursorShown,
    resize(newColumns: number, newRows: number) {
      // Rows that are too long for the new width are wrapped, as terminals do, and the cursor stays where it was.
      const wrapped = lines.map((line) => wrap(line, newColumns));
      row = wrapped.slice(0, row + 1).flat().length - 1;
      lines.splice(0, lines.length, ...wrapped.flat());
      size.columns = newColumns;
      size.rows = newRows;
      resized();
    },
  };
}

const midRun = (): Run =>
  runOf([
    [applyStep("install", "postgres"), states.ready],
    [applyStep("upgrade", "orders", { wave: 2, after: ["postgres"] }), states.settling],
    [applyStep("install", "issuers", { wave: 2 }), states.applying],
    [applyStep("install", "web", { wave: 3, after: ["orders"] }), states.waiting("orders")],
    [applyStep("install", "mail", { wave: 4, after: ["web"] }), states.waiting("web")],
  ]);

describe("the live frame", () => {
  test("shows how far the run is, what is under way with its trouble, and what waits", () => {
    expect(renderLines(frameLines(midRun(), START_MS + 102_000, 20, style), style)).toMatchInlineSnapshot(`
      "Run shop  wave 2/4  1/5 ready  01:42
        ▲ shop/orders   waiting for readiness 3/4  01:41
            Deployment orders: ImagePullBackOff
        ● shop/issuers  installing  01:41
        ◌ shop/web      waiting for shop/orders
        ◌ shop/mail     waiting for shop/web
      "
    `);
  });

  test("says how long a release still has to stay ready", () => {
    const stable = applyStep("upgrade", "orders", { declaration: { stableForMs: 90_000 } });
    const since = { ...states.settling, health: { kind: "ready" as const }, stableSinceMs: START_MS + 5_000 };
    const lines = frameLines(runOf([[stable, since]]), START_MS + 17_300, 20, style);
    expect(renderLines(lines, style)).toMatchInlineSnapshot(`
      "Run shop  wave 1/1  0/1 ready  00:17
        ● shop/orders  ready, 1m18s left of stableFor 1m30s  00:16
      "
    `);
  });

  test("counts what does not fit", () => {
    expect(renderLines(frameLines(midRun(), START_MS, 4, style), style)).toMatchInlineSnapshot(`
      "Run shop  wave 2/4  1/5 ready  00:00
        ▲ shop/orders   waiting for readiness 3/4  00:00
        ● shop/issuers  installing  00:00
        … 2 more waiting
      "
    `);
    expect(renderLine(frameLines(midRun(), START_MS, 2, style)[1] ?? [], style)).toBe(
      "  … 2 more under way, 2 more waiting",
    );
  });

  test("counts failures in its header", () => {
    const header = frameLines(failedRun().run, START_MS, 1, style)[0] ?? [];
    expect(renderLine(header, style)).toBe("Run shop  wave 4/4  1/4 ready  1 rolled back  2 blocked  00:00");
  });

  const anyState: fc.Arbitrary<StepState> = fc.constantFrom(
    states.ready,
    states.settling,
    states.applying,
    states.rolledBack,
    states.kept,
    states.waiting("a", "b"),
    states.skipped("a"),
  );
  const anyName = fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/),
    fc.constantFrom("数据库", "🚀🚀", "é\u0301"),
  );

  test("never has more rows than it may, nor a row wider than the terminal, and loses no step", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyName, anyState, fc.integer({ min: 1, max: 6 })), { maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 120 }),
        fc.boolean(),
        (facts, maxRows, columns, unicode) => {
          const look = { colour: false, unicode };
          const run = runOf(
            facts.map(([name, state, wave]) => [applyStep("install", name, { wave }), state]),
          );
          const frame = frameLines(run, START_MS, maxRows, look);
          expect(frame.length).toBeLessThanOrEqual(maxRows);
          for (const line of frame)
            expect(displayWidth(renderLine(line, look, columns))).toBeLessThanOrEqual(columns);
          if (maxRows < 2) return;
          const open = [...run.steps.values()].filter(({ state }) =>
            ["settling", "applying", "holding"].includes(state.kind),
          );
          const text = renderLines(frame, { colour: false, unicode: true });
          const hidden = [...text.matchAll(/(\d+) more (?:under way|waiting)/g)].reduce(
            (sum, [, n]) => sum + Number(n),
            0,
          );
          const shown = frame.slice(1).filter((line) => renderLine(line, style).match(/^ {2}[^ …]/)).length;
          expect(shown + hidden).toBe(open.length);
        },
      ),
    );
  });
});

describe("the live view", () => {
  test("scrolls up what is finished, repaints what is not, and leaves nothing of the frame behind", () => {
    const screen = screenOf(100, 10);
    const clock = handClock();
    const view = makeTtyView({ terminal: screen.terminal, style, clock });
    const { run, outcome } = failedRun();
    view.show(
      {
        kind: "apply-started",
        atMs: START_MS,
        run: "r7",
        release: id("orders"),
        action: "upgrade",
        attempt: 1,
      },
      midRun(),
    );
    expect(screen.cursorShown()).toBe(false);
    expect(screen.lines()[0]).toBe("Run shop  wave 2/4  1/5 ready  00:00");
    clock.advance(3_000);
    expect(screen.lines()[0]).toBe("Run shop  wave 2/4  1/5 ready  00:03");
    view.show(
      {
        kind: "release-ready",
        atMs: START_MS,
        run: "r7",
        release: id("postgres"),
        revision: 1,
        durationMs: 9_000,
      },
      midRun(),
    );
    clock.advance(200);
    expect(screen.lines().slice(0, 2)).toEqual([
      "✓ shop/postgres ready in 9s (revision 1)  wave 1/4",
      "Run shop  wave 2/4  1/5 ready  00:03",
    ]);
    view.show({ kind: "run-finished", atMs: START_MS, run: "r7", outcome, durationMs: 377_000 }, run);
    expect(screen.lines().slice(0, 4)).toEqual([
      "✓ shop/postgres ready in 9s (revision 1)  wave 1/4",
      "↶ run r7 failed in 6m17s: 1 rolled back, 2 blocked, 1 ready",
      "",
      "↶ shop/orders  rolled back: its health checks failed  wave 2/4",
    ]);
    expect(screen.lines().join("\n")).not.toContain("Run shop");
    expect(screen.cursorShown()).toBe(true);
    expect(clock.pending()).toBe(0);
  });

  test("paints at most ten times a second, however many events come", () => {
    const screen = screenOf(100, 10);
    const clock = handClock();
    const view = makeTtyView({ terminal: screen.terminal, style, clock });
    for (let i = 0; i < 1_000; i++) {
      view.show(
        {
          kind: "release-ready",
          atMs: clock.nowMs(),
          run: "r7",
          release: id(`r${i}`),
          revision: 1,
          durationMs: 1,
        },
        midRun(),
      );
      clock.advance(1);
    }
    clock.advance(100);
    expect(screen.writes()).toBeLessThanOrEqual(12);
    const told = screen.lines().filter((line) => line.startsWith("✓"));
    expect(told).toHaveLength(1_000);
    expect(new Set(told).size).toBe(1_000);
    view.close();
  });

  test("gives the cursor back when it is closed in the middle, and says what is said later", () => {
    const screen = screenOf(100, 10);
    const view = makeTtyView({ terminal: screen.terminal, style, clock: handClock() });
    view.show(
      {
        kind: "apply-started",
        atMs: START_MS,
        run: "r7",
        release: id("orders"),
        action: "upgrade",
        attempt: 1,
      },
      midRun(),
    );
    view.close();
    view.close();
    view.say("stopped");
    expect(screen.cursorShown()).toBe(true);
    expect(screen.lines()).toEqual(["stopped", ""]);
  });

  test("follows a window that grows, and stays inside one that shrinks", () => {
    const screen = screenOf(100, 4);
    const clock = handClock();
    const view = makeTtyView({ terminal: screen.terminal, style, clock });
    view.show(
      {
        kind: "apply-started",
        atMs: START_MS,
        run: "r7",
        release: id("orders"),
        action: "upgrade",
        attempt: 1,
      },
      midRun(),
    );
    expect(screen.lines().filter((line) => line !== "")).toHaveLength(3);
    screen.resize(100, 12);
    clock.advance(100);
    expect(screen.lines().filter((line) => line !== "")).toHaveLength(6);
    screen.resize(30, 16);
    clock.advance(100);
    expect(screen.lines().filter((line) => line.startsWith("Run shop"))).toHaveLength(1);
    const last = screen.lines().slice(-7);
    expect(last.every((line) => displayWidth(line) < 30)).toBe(true);
    expect(last.join("\n")).toContain("…");
    screen.resize(30, 3);
    clock.advance(100);
    expect(screen.lines().slice(-3)).toEqual([
      "Run shop  wave 2/4  1/5 read…",
      "  … 2 more under way, 2 more…",
      "",
    ]);
    view.close();
  });

  test("writes every event of a run without a row that is as wide as the terminal", () => {
    const { run, outcome } = failedRun();
    for (const columns of [2, 20, 79]) {
      const screen = screenOf(columns, 6);
      const clock = handClock();
      const view = makeTtyView({ terminal: screen.terminal, style, clock });
      const events = everyEvent(outcome).filter((event) => event.kind !== "run-finished");
      for (const event of events) {
        view.show(event, run);
        clock.advance(150);
      }
      for (const line of screen.lines()) expect(displayWidth(line)).toBeLessThan(columns);
      view.close();
    }
  });
});
