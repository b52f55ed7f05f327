// A stack that names its cluster is refused on any other one, before anything is written there.
import { expect, it } from "vitest";
import { now, openTestStack } from "../kit/test-stack.ts";

it("a stack for another cluster is neither planned nor applied nor destroyed", async () => {
  const stack = await openTestStack([{ name: "db" }]);
  const kubeSystem = await stack.cluster.kube("/api/v1/namespaces/kube-system");
  const own = (kubeSystem.body as { readonly metadata: { readonly uid: string } }).metadata.uid;
  const other = "00000000-0000-4000-8000-000000000000";
  const defaults = { namespace: stack.namespace, timeout: "60s" };
  stack.declare([{ name: "db" }], { stackSpec: { defaults, cluster: { uid: other } } });
  const since = now();
  for (const [command, flags] of [
    ["plan", []],
    ["apply", ["--yes"]],
    ["redeploy", ["--yes"]],
    ["destroy", ["--yes"]],
  ] as const) {
    const end = await stack.run(command, flags);
    expect(end.code, `${command}: ${end.all}`).toBe(7);
    expect(end.all).toContain(`is for the cluster ${other}, and this is ${own}`);
  }
  const writes = stack.cluster
    .readAudit(since)
    .filter(({ verb, objectRef }) => verb !== "get" && objectRef?.name?.includes(stack.name) === true);
  expect(writes).toEqual([]);
  stack.declare([{ name: "db" }], { stackSpec: { defaults, cluster: { uid: own } } });
  const end = await stack.apply();
  expect(end.code, end.all).toBe(0);
});
