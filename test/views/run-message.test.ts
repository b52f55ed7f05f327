// What the world is told of a run's end: one message with root causes alone, and a status that fits beside a commit.
import { describe, expect, it } from "vitest";
import { commitStatus, statusOf, type RunMessage } from "../../src/core/run-message.ts";
import { makeRunMessageView } from "../../src/views/run-message.ts";
import { START_MS, everyEvent, failedRun, id } from "./hand-made-run.ts";

const about = { stack: "shop", cluster: "prod", commit: "4b77d10".padEnd(40, "0") };

function told(change: (message: RunMessage) => Partial<RunMessage> = () => ({})): RunMessage {
  const messages: RunMessage[] = [];
  const { run, outcome } = failedRun();
  const show = makeRunMessageView(about, (message) => messages.push(message));
  for (const event of everyEvent(outcome)) show(event, run);
  expect(messages).toHaveLength(1);
  const [message] = messages;
  if (message === undefined) throw new Error("no message");
  return { ...message, ...change(message) };
}

describe("the message of a run", () => {
  it("names the roots in the words of every other surface, and counts what waits for them", () => {
    expect(told()).toMatchObject({
      stack: "shop",
      cluster: "prod",
      run: "r7",
      outcome: "rolled-back",
      exitCode: 5,
      endedAtMs: START_MS + 5_000,
      roots: [
        {
          release: "shop/orders",
          state: "RolledBack",
          cause: expect.stringContaining('image "shop/orders:1.4.0" not found') as string,
          blocks: 2,
          declaredAt: "releases/orders.yaml:3",
        },
      ],
    });
    expect(told().summary).toMatch(/^1 rolled back, 2 blocked, 1 ready in \S+$/);
    expect(JSON.stringify(told())).not.toMatch(/hunter|shop\/web|\\u001b/);
  });
});

describe("the status of a commit", () => {
  const root = { release: id("orders"), state: "Failed", cause: "c".repeat(300), blocks: 2 } as const;

  it("is the root cause, named by cluster and stack", () => {
    expect(statusOf(told(), "https://headway.example.com/runs/7")).toEqual({
      state: "failure",
      context: "headway/prod/shop",
      description: expect.stringMatching(/^shop\/orders: ImagePullBackOff .* \(\+2 blocked\)$/) as string,
      targetUrl: "https://headway.example.com/runs/7",
    });
  });

  it("is green with the count of releases, and open where the run was interrupted", () => {
    expect(statusOf(told(() => ({ outcome: "done", roots: [], summary: "4 ready in 42s" })))).toMatchObject({
      state: "success",
      description: "4 ready in 42s",
    });
    expect(statusOf(told(() => ({ outcome: "interrupted" })))).toMatchObject({ state: "pending" });
    expect(statusOf(told(() => ({ outcome: "unreachable", roots: [] })))).toMatchObject({ state: "failure" });
  });

  it("fits into 140 characters, and cuts the cause before what stands behind it", () => {
    const { description } = statusOf(told(() => ({ roots: [root, { ...root, blocks: 1 }] })));
    expect(Array.from(description)).toHaveLength(140);
    expect(description).toMatch(/^shop\/orders: c+… \(\+1 more failed, \+3 blocked\)$/);
    expect(Array.from(commitStatus(about, "pending", "🙂".repeat(200)).description)).toHaveLength(140);
  });
});
