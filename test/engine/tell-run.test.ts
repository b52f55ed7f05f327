// What the world is told of one StackSync's commits, from the first run of each to what later looks find.
import { describe, expect, it } from "vitest";
import { succeeded } from "../../src/core/failure.ts";
import type { Event, Outcome } from "../../src/core/event.ts";
import type { Refusal } from "../../src/core/stack-sync/sync-status.ts";
import { readStackSync } from "../../src/core/stack-sync/stack-sync.ts";
import { makeRunTeller } from "../../src/engine/tell-run.ts";
import { makeRunMessageView } from "../../src/views/run-message.ts";
import { settled, virtualClock } from "../kit/virtual-clock.ts";
import { failedRun, id, keepStep, runOf, START_MS } from "../views/hand-made-run.ts";

const pushed = "a".repeat(40);
const fixed = "b".repeat(40);

type Town = {
  /** Has a run begin and end; `how` "looks": it finds nothing to do. */
  readonly run: (commit: string, how: "done" | "fails" | "superseded" | "looks", refusal?: Refusal) => void;
  readonly refuse: (reason: Refusal["reason"], commit: string, message: string) => void;
  /** What was heard since the last time. */
  readonly heard: () => Promise<readonly string[]>;
};

function town(): Town {
  const sync = readStackSync({
    apiVersion: "headway.dev/v1",
    kind: "StackSync",
    metadata: { namespace: "ops", name: "it" },
    spec: { source: { url: "https://git.example/shop.git" } },
  });
  if (sync?.spec.ok !== true) throw new Error("no StackSync");
  const heard: string[] = [];
  const teller = makeRunTeller(
    {
      clock: virtualClock(0),
      clusterName: "prod",
      messageView: makeRunMessageView,
      onTold: () => undefined,
      receiversOf: () => ({
        statuses: [
          {
            provider: "github",
            set: (commit, { state, context, description }) => {
              heard.push(`${commit.charAt(0)} ${context} ${state}: ${description}`);
              return Promise.resolve(succeeded(undefined));
            },
          },
        ],
        receivers: [
          {
            provider: "slack",
            send: ({ outcome, roots }) => {
              heard.push(["slack", outcome, ...roots.map(({ release }) => release)].join(" "));
              return Promise.resolve(succeeded(undefined));
            },
          },
        ],
      }),
    },
    sync,
    sync.spec.value,
  );
  return {
    run: (commit, how, refusal) => {
      const failing = failedRun();
      const healthy: Outcome = { kind: "done", counts: { Ready: 1 }, roots: [], exitCode: 0 };
      const isLook = how === "looks";
      const run =
        how === "fails"
          ? failing.run
          : runOf([[keepStep("db", "healthy"), { kind: "healthy", revision: 1 }]]);
      const outcome: Outcome =
        how === "fails"
          ? failing.outcome
          : how === "superseded"
            ? { ...healthy, kind: "interrupted", exitCode: 130 }
            : healthy;
      const at = { atMs: START_MS, run: "r7" };
      const events: readonly Event[] = [
        {
          ...at,
          kind: "run-started",
          stack: "shop",
          waves: 1,
          actions: {},
          releases: [
            {
              release: id("db"),
              wave: 1,
              action: isLook ? "keep" : "upgrade",
              reason: { kind: "not-installed" },
              after: [],
            },
          ],
        },
        { ...at, kind: "run-finished", outcome, durationMs: 42_000 },
      ];
      const telling = teller.begin("shop", commit);
      for (const event of events) telling.view(event, run);
      telling.end({ isSuperseded: how === "superseded", ...(refusal === undefined ? {} : { refusal }) });
    },
    refuse: (reason, commit, message) => {
      teller.refused("shop", { reason, commit, message });
    },
    heard: async () => {
      await settled();
      return heard.splice(0);
    },
  };
}

const begun = (commit: string): string =>
  `${commit.charAt(0)} headway/prod/shop pending: run r7: 1 of 1 releases have something to do`;

describe("a commit", () => {
  it("is pending while its run is at work, and red with the root cause, then green", async () => {
    const { run, heard } = town();
    run(pushed, "fails");
    expect(await heard()).toEqual([
      begun(pushed),
      "slack rolled-back shop/orders",
      expect.stringMatching(/^a headway\/prod\/shop failure: shop\/orders: .+ \(\+2 blocked\)$/),
    ]);
    run(fixed, "done");
    expect(await heard()).toEqual([
      begun(fixed),
      "slack done",
      "b headway/prod/shop success: 1 ready in 42s",
    ]);
  });

  it("is not told again by looks that find what is known, nor by another attempt that fails alike", async () => {
    const { run, heard } = town();
    run(pushed, "fails");
    await heard();
    run(pushed, "fails");
    expect(await heard()).toEqual([]);
    run(pushed, "done");
    expect((await heard()).join()).toContain("success");
    run(pushed, "looks");
    run(pushed, "done");
    expect((await heard()).filter((line) => !line.startsWith("slack"))).toEqual([]);
  });

  it("that a newer one has overtaken says so, and nobody is sent a message of it", async () => {
    const { run, heard } = town();
    run(pushed, "superseded");
    expect(await heard()).toEqual([
      begun(pushed),
      "a headway/prod/shop pending: a newer commit is applied in its place",
    ]);
  });

  it("that can't be used is red with the first line of why; what may pass leaves it open", async () => {
    const { run, refuse, heard } = town();
    refuse("InvalidDeclarations", pushed, "releases/db.yaml:3:9 nobody is not declared\nmore");
    refuse("InvalidDeclarations", pushed, "releases/db.yaml:3:9 nobody is not declared\nmore");
    refuse("ChartsUnavailable", fixed, "charts.example did not answer");
    expect(await heard()).toEqual([
      "a headway/prod/shop failure: releases/db.yaml:3:9 nobody is not declared",
      "b headway/prod/shop pending: charts.example did not answer",
    ]);
    run(fixed, "done");
    expect((await heard()).at(-1)).toContain("success");
    refuse("ChartsUnavailable", fixed, "charts.example did not answer");
    expect(await heard()).toEqual([]);
  });

  it("of which a person has to agree to a part stays red until that is so", async () => {
    const { run, heard } = town();
    const refusal: Refusal = { reason: "PruneNeedsConsent", commit: pushed, message: "5 would be pruned" };
    run(pushed, "done", refusal);
    expect((await heard()).at(-1)).toBe("a headway/prod/shop failure: 5 would be pruned");
    run(pushed, "looks", refusal);
    expect(await heard()).toEqual([]);
    run(pushed, "done");
    expect((await heard()).at(-1)).toContain("success");
  });
});
