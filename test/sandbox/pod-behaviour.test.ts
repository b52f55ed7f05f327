import { expect, test } from "vitest";
import { sharedSandbox } from "../kit/sandbox.ts";

test("a cluster answers", async () => {
  const cluster = await sharedSandbox();
  expect((await cluster.kube("/readyz")).text).toBe("ok");
  expect(cluster.readAudit().length).toBeGreaterThan(10);
});
