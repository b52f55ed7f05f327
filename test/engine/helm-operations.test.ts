// What the engine does around a helm, where its end is not all that matters.
import { expect, test } from "vitest";
import { succeeded, type Result } from "../../src/core/failure.ts";
import type { ReleasePayload } from "../../src/core/observation.ts";
import type { ApplyStep } from "../../src/core/plan/plan.ts";
import type { News } from "../../src/engine/execute-plan.ts";
import { helmOperations } from "../../src/engine/helm-operations.ts";
import { startMs } from "../kit/conversation.ts";
import { fleet, id, payloadOf } from "../kit/fleet.ts";
import { puppetCluster } from "../kit/puppet-cluster.ts";
import { stackLabel } from "../kit/story.ts";
import { virtualClock } from "../kit/virtual-clock.ts";

function stepOfDb(): { readonly step: ApplyStep; readonly payload: ReleasePayload } {
  const { plan, pins } = fleet("db", { db: { kind: "install" } });
  const step = plan.steps[0];
  const pin = pins.get(id("db"));
  if (step?.kind !== "install" || pin === undefined) throw new Error("no install of db");
  return { step, payload: payloadOf(pin, 1) };
}

test("a helm is not started any more when it is stopped while something is read for it", async () => {
  const clock = virtualClock(startMs);
  const cluster = puppetCluster(clock);
  const { step, payload } = stepOfDb();
  const read = Promise.withResolvers<Result<ReleasePayload | undefined>>();
  const told: News[] = [];
  const operations = helmOperations({
    ...cluster,
    clock,
    stackLabel,
    unlockAfterMs: 60_000,
    over: new AbortController().signal,
    lost: new AbortController().signal,
    records: { ...cluster.records, payload: () => read.promise },
  });
  const ended = operations.uninstall(
    { kind: "uninstall", release: step.release, step, timeoutMs: 60_000 },
    (news) => void told.push(news),
  );
  operations.stop(step);
  read.resolve(succeeded(payload));
  await ended;
  expect(told).toMatchObject([{ kind: "helm-failed", failure: { kind: "interrupted" } }]);
  expect(cluster.log.filter((line) => line.startsWith("uninstall"))).toEqual([]);
});
