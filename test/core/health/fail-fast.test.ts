import { describe, expect, test } from "vitest";
import type { FailFast } from "../../../src/core/declaration.ts";
import { condemn, trackSuspects } from "../../../src/core/health/fail-fast.ts";
import type { Suspect } from "../../../src/core/health/health.ts";

const failFast: FailFast = {
  imagePullMs: 60_000,
  configMs: 30_000,
  crashLoop: { restarts: 3, forMs: 60_000 },
};

function suspect(family: Suspect["family"], more: Partial<Suspect> = {}): Suspect {
  const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "orders" };
  return {
    object,
    pod: "p",
    container: "app",
    reason: "Bad",
    family,
    key: `orders|p|app|${family}`,
    ...more,
  };
}

/** Looks at the suspects at each time and tells what is condemned at the last look. */
function after(...looks: readonly (readonly [atMs: number, ...suspects: Suspect[]])[]): {
  readonly failed: readonly string[];
  readonly nextAtMs?: number;
} {
  let since: ReadonlyMap<string, number> = new Map();
  let verdict: ReturnType<typeof condemn> = { failed: [] };
  for (const [atMs, ...suspects] of looks) {
    since = trackSuspects(since, suspects, atMs);
    verdict = condemn(
      { kind: "pending", waitingFor: [], suspects, ready: 0, total: 1 },
      since,
      failFast,
      atMs,
    );
  }
  return { ...verdict, failed: verdict.failed.map(({ family }) => family) };
}

describe("a tolerance", () => {
  test.each([
    ["image-pull", 60_000],
    ["config", 30_000],
    ["missing", 10_000],
  ] as const)("of %s runs out after %d ms", (family, ms) => {
    expect(after([1_000, suspect(family)])).toEqual({ failed: [], nextAtMs: 1_000 + ms });
    expect(after([1_000, suspect(family)], [1_000 + ms - 1, suspect(family)])).toEqual({
      failed: [],
      nextAtMs: 1_000 + ms,
    });
    expect(after([1_000, suspect(family)], [1_000 + ms, suspect(family)])).toEqual({ failed: [family] });
  });

  test("counts on while the API changes its word for the same trouble", () => {
    const pull = suspect("image-pull", { reason: "ErrImagePull" });
    const backOff = suspect("image-pull", { reason: "ImagePullBackOff" });
    expect(after([0, pull], [30_000, backOff], [60_000, pull]).failed).toEqual(["image-pull"]);
  });

  test("begins anew when an image was pulled in between", () => {
    expect(after([0, suspect("image-pull")], [30_000], [60_000, suspect("image-pull")])).toEqual({
      failed: [],
      nextAtMs: 120_000,
    });
  });

  test("of a crash loop needs both the restarts and the time", () => {
    const loop = (restarts: number): Suspect => suspect("crash-loop", { restarts });
    expect(after([0, loop(1)], [120_000, loop(2)])).toEqual({ failed: [] });
    expect(after([0, loop(1)], [30_000, loop(3)])).toEqual({ failed: [], nextAtMs: 60_000 });
    expect(after([0, loop(1)], [60_000, loop(3)])).toEqual({ failed: ["crash-loop"] });
  });

  test("of a crash loop counts on while the container runs between two crashes", () => {
    const loop = suspect("crash-loop", { restarts: 4 });
    expect(after([0, loop], [40_000], [61_000, loop]).failed).toEqual(["crash-loop"]);
  });

  test("of a crash loop condemns nothing while the container runs", () => {
    const loop = suspect("crash-loop", { restarts: 4 });
    expect(after([0, loop], [100_000])).toEqual({ failed: [] });
  });

  test("of a crash loop begins anew after it ran for two minutes", () => {
    const loop = suspect("crash-loop", { restarts: 4 });
    expect(after([0, loop], [40_000], [160_000], [161_000, loop])).toEqual({ failed: [], nextAtMs: 221_000 });
  });

  test("of a loop that came back counts the two minutes from its next pause", () => {
    const loop = suspect("crash-loop", { restarts: 4 });
    expect(after([0, loop], [10_000], [50_000, loop], [60_000], [170_000], [171_000, loop]).failed).toEqual([
      "crash-loop",
    ]);
  });

  test("of one pod is not another's", () => {
    const other = suspect("image-pull", { key: "orders|q|app|image-pull" });
    expect(after([0, suspect("image-pull")], [60_000, other]).failed).toEqual([]);
  });
});

describe("the clocks", () => {
  test("are the same value while nothing changes", () => {
    const suspects = [suspect("image-pull"), suspect("crash-loop")];
    const first = trackSuspects(new Map(), suspects, 1);
    expect(trackSuspects(first, suspects, 2)).toBe(first);
  });

  test("leave nothing behind when the suspects are gone", () => {
    const first = trackSuspects(new Map(), [suspect("image-pull"), suspect("crash-loop")], 0);
    const paused = trackSuspects(first, [], 1_000);
    expect(trackSuspects(paused, [], 121_000).size).toBe(0);
  });
});
