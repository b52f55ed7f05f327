import { describe, expect, test } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { makeJsonView } from "../../src/views/json-view.ts";
import { makePlainView } from "../../src/views/plain-view.ts";
import { makeProgressView, type ProgressMode } from "../../src/views/progress-view.ts";
import { makeQuietView } from "../../src/views/quiet-view.ts";
import {
  applyStep,
  everyEvent,
  failedRun,
  handClock,
  id,
  imageTrouble,
  proof,
  runOf,
  START_MS,
  states,
  uninstallStep,
  unhealthy,
} from "./hand-made-run.ts";
import { complaints, strictValidator } from "./strict-schema.ts";

const style = { colour: false, unicode: true };

function plain(clock = handClock(), ascii = false) {
  let text = "";
  const view = makePlainView({
    write: (more) => (text += more),
    style: { colour: false, unicode: !ascii },
    clock,
    timeZone: "UTC",
  });
  return { view, clock, text: () => text };
}

describe("the plain view", () => {
  test("tells each change in one line, and the cause of a failure last", () => {
    const { run, outcome } = failedRun();
    const { view, text } = plain();
    const kinds = new Set([
      "run-started",
      "apply-started",
      "release-ready",
      "wave-finished",
      "release-failed",
    ]);
    kinds.add("rollback-finished").add("release-skipped").add("run-finished");
    for (const event of everyEvent(outcome)) if (kinds.has(event.kind)) view.show(event, run);
    expect(text()).toMatchInlineSnapshot(`
      "10:02:16 ● run r7 of stack shop started: 1 release in 4 waves (3 to install, 1 to upgrade)
      10:02:16 wave 2/4 ● shop/orders upgrade 1.3.9 → 1.4.0
      10:02:16 wave 1/4 ✓ shop/postgres ready in 31s (revision 1)  1/4 ready
      10:02:16 ✓ wave 1/4 finished: 1 of 1 ready
      10:02:16 wave 2/4 ✕ shop/orders FAILED: its health checks failed: ImagePullBackOff (Deployment shop/orders, Pod orders-5d4-x7k2p, container app): image "shop/orders:1.4.0" not found; rolling back
      10:02:16 wave 2/4 ↶ shop/orders rolled back to revision 17 in 2s (now revision 19)
      10:02:16 wave 3/4 ✕ shop/web blocked by shop/orders
      10:02:16 ↶ run r7 failed in 6m17s: 1 rolled back, 2 blocked, 1 ready

      ↶ shop/orders  rolled back: its health checks failed  wave 2/4
          cause  ImagePullBackOff (Deployment shop/orders, Pod orders-5d4-x7k2p, container app): image "shop/orders:1.4.0" not found
                 shop/orders did not become healthy
          where  Deployment shop/orders, Pod orders-5d4-x7k2p, container app
          events Failed (×3): Failed to pull image
          logs   last lines of pod shop/orders-5d4-x7k2p, container init, its run before
                 │ no such table: orders
                 │ bye
          from   releases/orders.yaml:3
          done   rolled back to revision 17
          next   correct the cause in the declaration, then apply again
                 headway why shop/orders
          blocks +2 blocked: shop/web, shop/mail
      "
    `);
  });

  test("names what it waits for before ten seconds of silence have passed, and again", () => {
    const { view, clock, text } = plain();
    const run = runOf([
      [applyStep("upgrade", "orders"), states.settling],
      [applyStep("install", "web", { wave: 2, after: ["orders"] }), states.waiting("orders")],
    ]);
    view.show(
      {
        kind: "apply-started",
        atMs: START_MS,
        run: "r7",
        release: id("orders"),
        action: "upgrade",
        attempt: 1,
      },
      run,
    );
    clock.advance(9_999);
    const first = text().split("\n")[1];
    expect(first).toBe(
      "10:02:20 wave 1/2 … 0/2 ready; shop/orders: waiting for readiness 3/4 (Deployment orders: ImagePullBackOff), 8s; 1 held back",
    );
    clock.advance(30_000);
    expect(
      text()
        .split("\n")
        .filter((line) => line.includes("…")).length,
    ).toBeGreaterThanOrEqual(4);
    view.close();
    const before = text();
    clock.advance(60_000);
    expect(text()).toBe(before);
  });

  test("says what is held when nothing is under way", () => {
    const { view, clock, text } = plain();
    const run = runOf([
      [applyStep("install", "web"), { kind: "holding", hold: { kind: "lock", holder: "ci-7" } }],
    ]);
    view.show(
      {
        kind: "step-held",
        atMs: START_MS,
        run: "r7",
        release: id("web"),
        hold: { kind: "lock", holder: "ci-7" },
      },
      run,
    );
    clock.advance(9_999);
    expect(text()).toContain("◌ shop/web waiting for the lock that ci-7 holds");
    expect(text()).toContain("0/1 ready; shop/web: waiting for the lock that ci-7 holds");
    view.close();
  });

  test("repeats what was said last while there is no run yet", () => {
    const { view, clock, text } = plain();
    view.say("reading the cluster");
    clock.advance(9_999);
    expect(text()).toBe("reading the cluster\n10:02:20 … still: reading the cluster\n");
    view.close();
    expect(clock.pending()).toBe(0);
  });

  test("does not repeat a skip after the hold that told it, nor health that says the same", () => {
    const { view, text } = plain();
    const { run } = failedRun();
    const at = { atMs: START_MS, run: "r7" };
    view.show(
      { ...at, kind: "step-held", release: id("web"), hold: { kind: "blocked", by: [id("orders")] } },
      run,
    );
    view.show({ ...at, kind: "release-skipped", release: id("web"), blockedBy: [id("orders")] }, run);
    const health = { kind: "failed", troubles: [imageTrouble], ready: 0, total: 1 } as const;
    view.show({ ...at, kind: "health-changed", release: id("orders"), health }, run);
    view.show(
      { ...at, kind: "health-changed", release: id("orders"), health: { ...health, ready: 1, total: 2 } },
      run,
    );
    expect(text().trimEnd().split("\n")).toHaveLength(2);
    view.close();
  });

  test("counts what is removed in a run that only uninstalls", () => {
    const { view, text } = plain();
    const run = runOf([
      [uninstallStep("web"), { kind: "removed" }],
      [
        uninstallStep("orders", { wave: 2 }),
        { kind: "uninstalling", doing: "helm", startedAtMs: START_MS, deadlineMs: START_MS },
      ],
    ]);
    view.show(
      { kind: "uninstall-finished", atMs: START_MS, run: "r7", release: id("web"), durationMs: 1_000 },
      run,
    );
    expect(text()).toContain("✓ shop/web removed in 1s  1/2 removed");
    view.close();
  });

  test("is ASCII alone where the locale is not UTF-8", () => {
    const { view, text } = plain(handClock(), true);
    const { run, outcome } = failedRun();
    for (const event of everyEvent(outcome)) view.show(event, run);
    expect(text()).toContain("< shop/orders  rolled back");
    expect(text().match(/[^\u0000-\u007e]/g)).toBeNull();
    view.close();
  });

  test("lets no terminal sequence through, whoever wrote it", () => {
    const { view, text } = plain();
    const { run, outcome } = failedRun();
    const evil = "\u001b]0;owned\u0007\u009b2J\u202e";
    const event: Event = {
      kind: "release-failed",
      atMs: START_MS,
      run: "r7",
      release: id("orders"),
      failure: { ...unhealthy, message: evil },
      evidence: {
        troubles: [{ ...imageTrouble, message: evil, reason: evil }],
        events: [{ object: imageTrouble.object, reason: evil, message: evil, count: 1, at: "" }],
        logs: [{ pod: evil, namespace: evil, container: evil, previous: false, lines: [evil] }],
      },
      then: "rollback",
    };
    view.show(event, run);
    view.show({ kind: "run-finished", atMs: START_MS, run: "r7", outcome, durationMs: 1 }, run);
    expect(text()).toContain("\\x1b]0;owned\\x07\\x9b2J\\u202e");
    expect(text()).not.toMatch(/[\u001b\u0007\u009b\u202e]/);
  });
});

describe("the event stream", () => {
  function record(): readonly string[] {
    const { run, outcome } = failedRun();
    let text = "";
    const view = makeJsonView({
      write: (more) => (text += more),
      say: () => undefined,
      style,
      clock: handClock(),
    });
    for (const event of everyEvent(outcome)) view.show(event, run);
    const holds = [
      { kind: "blocked", by: [id("orders")] },
      { kind: "namespace", namespace: "shop" },
      { kind: "slot" },
      { kind: "lock", holder: "ci-7" },
    ] as const;
    for (const hold of holds)
      view.show({ kind: "step-held", atMs: START_MS, run: "r7", release: id("web"), hold }, run);
    for (const health of [
      { kind: "ready" },
      { kind: "failed", troubles: proof.troubles, ready: 0, total: 1 },
    ] as const)
      view.show({ kind: "health-changed", atMs: START_MS, run: "r7", release: id("web"), health }, run);
    return text.trimEnd().split("\n");
  }

  test("begins with the name of its format", () => {
    expect(record()[0]).toBe(
      '{"kind":"stream-started","schema":"headway.dev/events/v1","at":"2026-09-01T10:02:11.000Z"}',
    );
  });

  test("has for every kind of event a record that its schema describes to the last field", () => {
    const validate = strictValidator("events");
    for (const line of record()) expect(complaints(validate, JSON.parse(line)), line).toEqual([]);
  });

  test("names the wave of every release that it tells of", () => {
    const lines = record().map(
      (line) => JSON.parse(line) as { release?: string; wave?: number; waves?: number },
    );
    const ofReleases = lines.filter((line) => line.release !== undefined);
    expect(ofReleases.length).toBeGreaterThan(15);
    expect(ofReleases.filter((line) => line.wave === undefined || line.waves !== 4)).toEqual([]);
  });

  test("holds no value of a release", () => {
    expect(record().join("\n")).not.toContain("hunter");
  });

  test("its schema refuses a record with a field missing or of another type", () => {
    const validate = strictValidator("events");
    const base = { at: "2026-09-01T10:02:11.000Z", run: "r7", release: "shop/orders", wave: 1, waves: 2 };
    expect(validate({ kind: "release-ready", ...base, revision: 1, durationMs: 5 })).toBe(true);
    expect(validate({ kind: "release-ready", ...base, revision: "1", durationMs: 5 })).toBe(false);
    expect(validate({ kind: "release-ready", ...base, revision: 1 })).toBe(false);
    expect(validate({ kind: "no-such-kind", ...base })).toBe(false);
  });
});

describe("the quiet view", () => {
  test("says nothing of a run that is done, and the causes of one that is not", () => {
    const { run, outcome } = failedRun();
    let text = "";
    const view = makeQuietView({ write: (more) => (text += more), style });
    view.say("hello");
    for (const event of everyEvent({ ...outcome, kind: "done", roots: [] })) view.show(event, run);
    expect(text).toBe("");
    view.show({ kind: "run-finished", atMs: START_MS, run: "r7", outcome, durationMs: 1_000 }, run);
    expect(text).toContain("run r7 failed in 1s");
    expect(text).toContain("cause  ImagePullBackOff (Deployment shop/orders");
  });
});

describe("the choice of the view", () => {
  function outputs(
    mode: ProgressMode,
    isTerminal: boolean,
    env: Record<string, string> = { LANG: "C.UTF-8" },
  ) {
    const out = { stdout: "", stderr: "" };
    const view = makeProgressView({
      mode,
      stdout: { write: (text) => (out.stdout += text) },
      stderr: {
        write: (text) => (out.stderr += text),
        isTerminal,
        size: () => ({ columns: 100, rows: 24 }),
        onResize: () => () => undefined,
      },
      env,
      clock: handClock(),
      timeZone: "UTC",
    });
    view.say("talk");
    view.close();
    return out;
  }

  test("is the live view on a terminal and plain lines elsewhere", () => {
    expect(outputs("auto", true).stderr).toContain("\u001b[?25h");
    expect(outputs("auto", false).stderr).toBe("talk\n");
    expect(outputs("auto", true, { TERM: "dumb" }).stderr).toBe("talk\n");
  });

  test("keeps standard output for events", () => {
    for (const mode of ["auto", "tty", "plain", "quiet"] as const)
      expect(outputs(mode, true).stdout).toBe("");
    const json = outputs("json", true);
    expect(json.stdout).toMatch(/^\{"kind":"stream-started"/);
    expect(json.stderr).toBe("talk\n");
  });
});
