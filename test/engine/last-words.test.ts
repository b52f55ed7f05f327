// What is kept of a failed hook's container for when its pod is gone.
import { expect, it } from "vitest";
import type { ReleaseId } from "../../src/core/ids.ts";
import { keepLastWords } from "../../src/engine/last-words.ts";

it("keeps the pod, its exit code and its log of a hook that is gone when evidence is taken", async () => {
  const release = "shop/db" as ReleaseId;
  const object = { apiVersion: "batch/v1", kind: "Job", namespace: "shop", name: "migrate" };
  const trouble = {
    object,
    pod: "migrate-x",
    container: "migrate",
    reason: "Error",
    message: "",
    exitCode: 1,
  };
  const logs = [
    { pod: "migrate-x", namespace: "shop", container: "migrate", previous: false, lines: ["fatal"] },
  ];
  const words = keepLastWords({
    evidence: async (troubles) => await Promise.resolve({ troubles, events: [], logs }),
  });
  words.listen(release, { kind: "failed", troubles: [trouble], ready: 0, total: 1 });
  expect(await words.complete(release, { troubles: [], events: [], logs: [] })).toEqual({
    troubles: [trouble],
    events: [],
    logs,
  });
  const other = { object, reason: "hook-failed", message: "seen later" };
  expect((await words.complete(release, { troubles: [other], events: [], logs: [] })).troubles).toEqual([
    other,
  ]);
});
