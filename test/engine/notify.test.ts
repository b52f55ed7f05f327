// Who is told of runs, when, and how often it is tried.
import { describe, expect, it } from "vitest";
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import type { CommitStatus, RunMessage } from "../../src/core/run-message.ts";
import { startNotifier, type Notifier, type Told } from "../../src/engine/notify.ts";
import { id } from "../kit/fleet.ts";
import { settled, virtualClock, type VirtualClock } from "../kit/virtual-clock.ts";

const unreachable = failed({ kind: "unreachable", message: "no answer" });
const forbidden = failed({ kind: "forbidden", message: "answered 401" });
const never = new Promise<Result<void>>(() => undefined);

type Town = {
  readonly clock: VirtualClock;
  readonly notifier: Notifier;
  readonly heard: string[];
  readonly told: Told[];
};

/** `answers` are what each attempt gets, one after the other; afterwards all are taken. */
function town(answers: readonly (Result<void> | Promise<Result<void>>)[] = []): Town {
  const clock = virtualClock(0);
  const left = [...answers];
  const heard: string[] = [];
  const told: Told[] = [];
  const hear = (words: string): Promise<Result<void>> => {
    heard.push(words);
    return Promise.resolve(left.shift() ?? succeeded(undefined));
  };
  const notifier = startNotifier({
    clock,
    statuses: [{ provider: "github", set: (commit, { state }) => hear(`${commit} ${state}`) }],
    receivers: [{ provider: "slack", send: ({ run }) => hear(run) }],
    onTold: (one) => told.push(one),
  });
  return { clock, notifier, heard, told };
}

function status(state: CommitStatus["state"]): CommitStatus {
  return { state, context: "headway/prod/shop", description: "" };
}

function message(run: string, change: Partial<RunMessage> = {}): RunMessage {
  return {
    stack: "shop",
    cluster: "prod",
    run,
    outcome: "done",
    exitCode: 0,
    durationMs: 1,
    endedAtMs: 0,
    counts: {},
    summary: "",
    roots: [],
    didSomething: true,
    ...change,
  };
}

describe("a notifier", () => {
  it("tells each receiver in order", async () => {
    const { notifier, heard, told } = town();
    notifier.status("c1", status("pending"));
    notifier.message(message("r1"));
    notifier.message(message("r2"));
    await settled();
    expect(heard).toEqual(["c1 pending", "r1", "r2"]);
    expect(told).toEqual([{ provider: "github" }, { provider: "slack" }, { provider: "slack" }]);
  });

  it("tries again what could not be reached, later and later, and gives up after a while", async () => {
    const { clock, notifier, heard, told } = town(Array.from({ length: 5 }, () => unreachable));
    notifier.message(message("r1"));
    await clock.pass(900);
    expect(heard).toHaveLength(1);
    await clock.pass(200);
    expect(heard).toHaveLength(2);
    await clock.pass(10 * 60_000);
    expect(heard).toHaveLength(5);
    expect(told).toEqual([{ provider: "slack", failure: unreachable.failure }]);
    notifier.message(message("r2"));
    await settled();
    expect(told.at(-1)).toEqual({ provider: "slack" });
    expect(clock.pending()).toBe(0);
  });

  it("does not try again what was refused", async () => {
    const { clock, notifier, heard, told } = town([forbidden]);
    notifier.message(message("r1"));
    await clock.pass(10 * 60_000);
    expect(heard).toEqual(["r1"]);
    expect(told).toEqual([{ provider: "slack", failure: forbidden.failure }]);
  });

  it("never tells an older status after a newer one of the same commit", async () => {
    const { clock, notifier, heard } = town([unreachable]);
    notifier.status("c1", status("pending"));
    await settled();
    notifier.status("c1", status("failure"));
    notifier.status("c1", status("success"));
    notifier.status("c2", status("pending"));
    await clock.pass(60_000);
    expect(heard).toEqual(["c1 pending", "c1 success", "c2 pending"]);
  });

  it("keeps a bounded number of messages for a receiver that hangs, the newest", async () => {
    let answer: (result: Result<void>) => void = () => undefined;
    const hanging = new Promise<Result<void>>((resolve) => (answer = resolve));
    const { notifier, heard } = town([hanging]);
    for (let run = 0; run <= 200; run++) notifier.message(message(`r${run}`));
    answer(succeeded(undefined));
    await settled();
    await settled();
    expect(heard).toHaveLength(51);
    expect(heard[0]).toBe("r0");
    expect(heard.at(-1)).toBe("r200");
  });

  it("tells of a run that only looked where somebody else is to blame than before", async () => {
    const { notifier, heard } = town();
    const looked = (run: string, outcome: RunMessage["outcome"], ...names: string[]): void => {
      const roots = names.map(
        (name) => ({ release: id(name), state: "Failed", cause: "", blocks: 0 }) as const,
      );
      notifier.message(message(run, { outcome, roots, didSomething: false }));
    };
    looked("r1", "done");
    looked("r2", "failed", "db");
    looked("r3", "failed", "db");
    looked("r4", "failed", "db", "web");
    looked("r5", "failed", "web", "db");
    looked("r6", "done");
    looked("r7", "done");
    notifier.message(message("r8"));
    await settled();
    expect(heard).toEqual(["r2", "r4", "r6", "r8"]);
  });

  it("leaves out what is gone on with, and a commit that fails for the same release again", async () => {
    const { notifier, heard } = town();
    const ran = (run: string, commit: string, outcome: RunMessage["outcome"], name = "db"): void => {
      const roots = [{ release: id(name), state: "Failed", cause: "", blocks: 0 }] as const;
      notifier.message(message(run, { commit, outcome, roots: outcome === "done" ? [] : roots }));
    };
    ran("r1", "c1", "interrupted");
    ran("r2", "c1", "failed");
    ran("r3", "c1", "failed");
    ran("r4", "c1", "failed", "web");
    ran("r5", "c2", "failed", "web");
    ran("r6", "c2", "done");
    ran("r7", "c2", "done");
    await settled();
    expect(heard).toEqual(["r2", "r4", "r5", "r6", "r7"]);
  });

  it("waits for what is under way when it is closed, and gives up what takes too long", async () => {
    const { clock, notifier, heard, told } = town([unreachable, unreachable]);
    notifier.message(message("r1"));
    notifier.message(message("r2"));
    await settled();
    const closed = notifier.close(3_000);
    await clock.pass(3_000);
    await closed;
    await settled();
    expect(heard).toEqual(["r1", "r1"]);
    expect(told).toEqual([{ provider: "slack", failure: unreachable.failure }]);
    expect(clock.pending()).toBe(0);
  });

  it("does not hold up its closing for a receiver that never answers", async () => {
    const { clock, notifier } = town([never]);
    notifier.message(message("r1"));
    const closed = notifier.close(3_000);
    await clock.pass(3_000);
    await closed;
  });
});
