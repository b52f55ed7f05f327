// With onFailure: stop a stack starts nothing more after a failure, and what is under way comes to its end.
import { expect, it } from "vitest";
import { openTestStack } from "../kit/test-stack.ts";

it("a stack that stops at a failure lets a release settle that has begun, and starts none behind it", async () => {
  const defaults = { timeout: "60s", failFast: { imagePull: "1s" } };
  const bad = { name: "bad", values: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } } };
  const slow = { name: "slow", values: { annotations: { "sim.headway.dev/ready-after": "8s" } } };
  const stack = await openTestStack([{ name: "seed" }]);
  const releases = [bad, slow, { name: "next", dependsOn: ["slow"] }];
  const stackSpec = { defaults: { ...defaults, namespace: stack.namespace }, onFailure: "stop" };
  stack.declare(releases, { stackSpec });
  const end = await stack.apply();
  expect(end.code, end.all).toBe(4);
  expect(end.all).toMatch(/slow ready in/);
  expect(await stack.revisions("next")).toEqual([]);
  const status = await stack.cli("status", "--stack", stack.name);
  expect(status.stdout).toMatch(/next .*Pending.*nothing it depends on blocks it: run apply/);
  stack.declare([{ name: "bad" }, slow, { name: "next", dependsOn: ["slow"] }], { stackSpec });
  const again = await stack.apply();
  expect(again.code, again.all).toBe(0);
  expect(await stack.revisions("next")).toHaveLength(1);
});
