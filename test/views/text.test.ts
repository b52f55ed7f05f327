import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/core/declaration.ts";
import type { ShownState } from "../../src/core/event.ts";
import { glyphOf, shownState } from "../../src/core/shown-state.ts";
import { looksSecret, maskChanges } from "../../src/views/secret-values.ts";
import { chooseStyle, renderLine } from "../../src/views/style.ts";
import { cutTo, displayWidth, safeText } from "../../src/views/terminal-text.ts";
import { formatAge, formatDuration, formatElapsed } from "../../src/views/time-words.ts";
import { applyStep, imageSuspect, keepStep, states, uninstallStep, unhealthy } from "./hand-made-run.ts";

describe("text for a terminal", () => {
  test("holds nothing that a terminal acts on, whatever it was made of", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("\u001b", "[", "2", "J", "\u009b", "\ud800", "m", "\n") }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(safeText(text)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u,
        );
      }),
    );
  });

  test("keeps what is harmless, and drops the colours of logs", () => {
    expect(safeText("grün 数据 🚀 a→b")).toBe("grün 数据 🚀 a→b");
    expect(safeText("\u001b[1;31merror\u001b[0m: x\ty\r\nz")).toBe("error: x y z");
    expect(safeText("\u001b[2Jgone")).toBe("\\x1b[2Jgone");
  });

  test("is measured in columns", () => {
    expect(["abc", "数据", "🚀", "e\u0301", "ﾊ", "한"].map(displayWidth)).toEqual([3, 4, 2, 1, 1, 2]);
    expect(cutTo("数据库", 5, "…")).toBe("数据…");
    expect(cutTo("abc", 3, "…")).toBe("abc");
    expect(cutTo("abcd", 1, "...")).toBe("a");
  });

  test("is never wider than asked for, and whole where it fits", () => {
    const span = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.record({ text: fc.string(), tone: fc.constant("bad" as const) }),
    );
    fc.assert(
      fc.property(fc.array(span), fc.nat(40), fc.boolean(), (line, columns, unicode) => {
        const style = { colour: false, unicode };
        const whole = renderLine(line, style);
        const cut = renderLine(line, style, columns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        if (displayWidth(whole) <= columns) expect(cut).toBe(whole);
        const coloured = renderLine(line, { colour: true, unicode }, columns);
        expect(coloured.replace(/\u001b\[[0-9]+m/g, "")).toBe(cut);
      }),
    );
  });

  test("is coloured where NO_COLOR, FORCE_COLOR, TERM and the stream say so", () => {
    const colour = (isTerminal: boolean, env: Record<string, string>) =>
      chooseStyle({ isTerminal, env }).colour;
    expect([colour(true, {}), colour(false, {}), colour(true, { TERM: "dumb" })]).toEqual([
      true,
      false,
      false,
    ]);
    expect([colour(true, { NO_COLOR: "1" }), colour(true, { NO_COLOR: "" })]).toEqual([false, true]);
    expect([colour(false, { FORCE_COLOR: "1" }), colour(true, { FORCE_COLOR: "0" })]).toEqual([true, false]);
    expect(colour(true, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
  });

  test("is ASCII unless the locale that counts is UTF-8", () => {
    const unicode = (env: Record<string, string>) => chooseStyle({ isTerminal: true, env }).unicode;
    expect(unicode({ LANG: "de_DE.UTF-8" })).toBe(true);
    expect(unicode({ LANG: "de_DE.UTF-8", LC_ALL: "C" })).toBe(false);
    expect(unicode({ LC_ALL: "", LC_CTYPE: "C.utf8" })).toBe(true);
    expect(unicode({})).toBe(false);
  });
});

describe("times in words", () => {
  test("have at most two units", () => {
    const words = [0, 440, 9_949, 9_950, 31_400, 59_600, 102_000, 3_600_000, 7_500_000, 273_600_000].map(
      formatDuration,
    );
    expect(words).toEqual(["0s", "0.4s", "9.9s", "10s", "31s", "1m", "1m42s", "1h", "2h5m", "3d4h"]);
  });

  test("are a stopwatch while running and one unit as an age", () => {
    expect([0, 102_000, 3_723_000].map(formatElapsed)).toEqual(["00:00", "01:42", "1:02:03"]);
    expect([5_000, 119_000, 720_000, 7_200_000, 200_000_000].map((ms) => formatAge(0, ms))).toEqual([
      "5s",
      "119s",
      "12m",
      "2h",
      "2d",
    ]);
  });
});

describe("secret-looking values", () => {
  test("are told by the words of their path", () => {
    const secret = [
      "db.password",
      "auth.adminPasswd",
      "apiKey",
      "tls.key",
      "MASTER_KEY",
      "keys[0].id",
      "oauthToken",
      "privateData",
      'data."a.secret".x',
      "aws.credentials.id",
      "apikey",
    ];
    const open = ["replicas", "keycloak.enabled", "image.tag", "monkeys", "hotkeyed", "keyspace"];
    expect(secret.filter((path) => !looksSecret(path))).toEqual([]);
    expect(open.filter(looksSecret)).toEqual([]);
  });

  const mask = (path: string, before: Json, after: Json = before) =>
    maskChanges([{ path, before, after }], () => undefined)[0];

  test("are masked inside lists and maps, and by the name beside them", () => {
    expect(mask("env[0]", { name: "DB_PASSWORD", value: "x1" })?.after).toEqual({
      name: "DB_PASSWORD",
      value: "***",
    });
    expect(
      mask("a", { tls: { key: "x", cert: "y" }, list: ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.s"] })?.after,
    ).toEqual({
      tls: { key: "***", cert: "y" },
      list: ["***"],
    });
    const pairs = [{ path: "env[0].value", before: "x1", after: "x2" }];
    expect(maskChanges(pairs, (path) => (path === "env[0].name" ? "API_TOKEN" : undefined))).toEqual([
      { path: "env[0].value", before: "***", after: "***", masked: true },
    ]);
    expect(maskChanges(pairs, () => "COLOUR")[0]?.masked).toBe(false);
  });

  test("are masked in the middle of an address, and as a private key anywhere", () => {
    expect(mask("url", "postgres://app:hunter2@db/shop")?.after).toBe("postgres://app:***@db/shop");
    expect(mask("x", "-----BEGIN EC PRIVATE KEY-----\nabc")?.after).toBe("***");
    expect(mask("url", "https://example.com/a@b")?.masked).toBe(false);
  });

  test("leave what only turns a secret on or off readable", () => {
    expect(mask("secrets.enabled", false, true)).toMatchObject({
      before: false,
      after: true,
      masked: false,
    });
    expect(mask("password", 1234)?.after).toBe("***");
  });
});

describe("the state that is shown", () => {
  test("is the same word for one state of a step everywhere", () => {
    const upgrade = applyStep("upgrade", "orders");
    const table: readonly (readonly [Parameters<typeof shownState>, ShownState, string | undefined])[] = [
      [[upgrade, states.waiting("postgres")], "Waiting", "for shop/postgres"],
      [[upgrade, { kind: "holding", hold: { kind: "slot" } }], "Pending", "queued for helm"],
      [[upgrade, states.skipped("postgres")], "Blocked", "by shop/postgres"],
      [[upgrade, states.applying], "Running", "upgrading"],
      [[upgrade, states.settling], "Running", "waiting for readiness 3/4"],
      [[upgrade, states.ready], "Ready", undefined],
      [[upgrade, states.rolledBack], "RolledBack", "to revision 17: shop/orders did not become healthy"],
      [
        [upgrade, { ...states.kept, standing: "quarantined" }],
        "Quarantined",
        "shop/orders did not become healthy",
      ],
      [[upgrade, { ...states.kept, standing: "degraded" }], "Degraded", "shop/orders did not become healthy"],
      [
        [keepStep("a", "healthy", { reasons: [{ kind: "suspended" }] }), states.ready],
        "Suspended",
        "healthy",
      ],
      [[uninstallStep("a"), { kind: "removed" }], "Removed", undefined],
      [
        [upgrade, { kind: "backing-off", attempt: 1, untilMs: 0, failure: unhealthy }],
        "Running",
        "to be tried again: shop/orders did not become healthy",
      ],
    ];
    for (const [[step, state], word, detail] of table) {
      const shown = shownState(step, state);
      expect([shown.state, shown.detail]).toEqual([word, detail]);
    }
    expect(imageSuspect.family).toBe("image-pull");
  });

  test("has a glyph of one column, in ASCII too", () => {
    for (const state of [
      "Ready",
      "Running",
      "Waiting",
      "Suspended",
      "Degraded",
      "Failed",
      "RolledBack",
      "Unknown",
    ] as const) {
      expect(displayWidth(glyphOf(state, true))).toBe(1);
      expect(glyphOf(state, false)).toMatch(/^[\u0021-\u007e]$/);
    }
  });
});
