import { describe, expect, test } from "vitest";
import { describeTrouble, explainWaiting, rootCauseOf } from "../../../src/core/health/describe-trouble.ts";
import type { Trouble } from "../../../src/core/health/health.ts";

const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "orders" };
const waiting: Trouble = { object, reason: "0/2 ready" };
const image: Trouble = { object, pod: "orders-abc", container: "app", reason: "ImagePullBackOff" };

describe("a trouble in words", () => {
  test.each<readonly [string, Trouble]>([
    ["0/2 ready (Deployment shop/orders)", waiting],
    [
      "ImagePullBackOff (Deployment shop/orders, Pod orders-abc, container app): no such tag",
      { ...image, message: "no such tag" },
    ],
    [
      "CrashLoopBackOff, exit code 1, 4 restarts (Deployment shop/orders, Pod orders-abc, container app)",
      { ...image, reason: "CrashLoopBackOff", exitCode: 1, restarts: 4 },
    ],
    [
      "Error, exit code 0, 1 restart (Deployment shop/orders)",
      { object, reason: "Error", exitCode: 0, restarts: 1 },
    ],
    ["Evicted (Pod shop/p)", { object: { ...object, kind: "Pod", name: "p" }, pod: "p", reason: "Evicted" }],
    [
      "not established (CustomResourceDefinition x)",
      {
        object: { apiVersion: "v1", kind: "CustomResourceDefinition", name: "x" },
        reason: "not established",
      },
    ],
  ])("reads %j", (words, trouble) => {
    expect(describeTrouble(trouble)).toBe(words);
  });

  test("stays on one line of bounded length", () => {
    const line = describeTrouble({ ...waiting, message: `panic:\n\tat main ${"x".repeat(100_000)}` });
    expect(line).toMatch(/: panic: at main x+…$/);
    expect(line.length).toBeLessThan(260);
  });
});

describe("what a release waits for", () => {
  const pending = (waitingFor: readonly Trouble[], total = 1): string =>
    explainWaiting({ kind: "pending", waitingFor, suspects: [], ready: 0, total });

  test("is its worst object and that object's worst pod", () => {
    expect(pending([waiting, image])).toBe("Deployment orders 0/2 ready: Pod orders-abc: ImagePullBackOff");
  });

  test("counts the others", () => {
    expect(pending([{ object, reason: "not found" }, image], 3)).toBe(
      "Deployment orders not found: Pod orders-abc: ImagePullBackOff (and 2 more)",
    );
  });

  test("doesn't take another object's pod for the cause", () => {
    expect(pending([{ object: { ...object, name: "carts" }, reason: "1/2 ready" }, image])).toBe(
      "Deployment carts 1/2 ready",
    );
  });

  test("stands behind a colon where it is the API's word", () => {
    expect(
      explainWaiting({
        kind: "failed",
        troubles: [{ object, reason: "ProgressDeadlineExceeded" }],
        ready: 0,
        total: 1,
      }),
    ).toBe("Deployment orders: ProgressDeadlineExceeded");
  });

  test("names a bare pod once", () => {
    const bare = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "p" };
    expect(
      pending([
        { object: bare, reason: "Pending" },
        { object: bare, pod: "p", reason: "ErrImagePull" },
      ]),
    ).toBe("Pod p: Pending: ErrImagePull");
  });

  test("is nothing for a ready one", () => {
    expect(explainWaiting({ kind: "ready" })).toBe("");
  });
});

describe("the root cause", () => {
  test("is the worst pod of the worst object", () => {
    expect(rootCauseOf([waiting, image])).toBe(image);
  });

  test("is the object itself where its pods say nothing", () => {
    const late = { object, reason: "ProgressDeadlineExceeded" };
    expect(rootCauseOf([late, { ...image, reason: "starting" }])).toBe(late);
    expect(rootCauseOf([late])).toBe(late);
  });

  test("of no trouble is none", () => {
    expect(rootCauseOf([])).toBeUndefined();
  });
});
