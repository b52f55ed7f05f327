// The state object on a real API server: what is written is read again, and nobody's writing is lost.
import { describe, expect, it } from "vitest";
import { makeStates } from "../../../src/adapters/cluster/states.ts";
import type { ReleaseId } from "../../../src/core/ids.ts";
import type { FailureRecord, StackState } from "../../../src/core/observation.ts";
import type { Result } from "../../../src/core/failure.ts";
import { putFailure, resume, suspend } from "../../../src/core/stack-wishes.ts";
import type { States } from "../../../src/engine/ports.ts";
import { createNamespace, freshNamespace, sharedSandbox } from "../../kit/sandbox.ts";
import { connectedApi, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";

/** Puts the whole in place of whatever is there. */
const write = (states: States, stack: string, state: StackState): Promise<Result<StackState>> =>
  states.update(stack, () => state);

function quarantined(key: string): StackState {
  const quarantine = { key, fingerprint: "f", since: "2026-01-02T03:04:05Z" };
  return { releases: new Map([["shop/web" as ReleaseId, { quarantine }]]) };
}

const failureOfA: FailureRecord = {
  at: "2026-01-02T03:04:05Z",
  run: "r1",
  action: "upgrade",
  failure: { kind: "unhealthy", message: "it crashed" },
  evidence: { troubles: [], events: [], logs: [] },
  outcome: "kept",
};

describe("the state of a stack", () => {
  it("is empty at first, and read as it was written, in a namespace made for it", async () => {
    const cluster = await sharedSandbox();
    const states = makeStates(await connectedApi(cluster.kubeconfig), freshNamespace());
    expect(valueOf(await states.read("shop")).releases.size).toBe(0);
    valueOf(await write(states, "shop", quarantined("one")));
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("one"));
    valueOf(await write(states, "shop", quarantined("two")));
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("two"));
    expect(valueOf(await states.read("other")).releases.size).toBe(0);
  });

  it("ends as the last of many writes at once", async () => {
    const cluster = await sharedSandbox();
    const states = makeStates(await connectedApi(cluster.kubeconfig), await createNamespace(cluster));
    const keys = ["a", "b", "c", "d", "e"];
    for (const result of await Promise.all(keys.map((key) => write(states, "shop", quarantined(key)))))
      valueOf(result);
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("e"));
  });

  it("keeps what two have written at the same time", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const mine = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    const theirs = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    const web = "shop/web" as ReleaseId;
    valueOf(await write(mine, "shop", quarantined("mine")));
    valueOf(await theirs.read("shop"));
    const said = { by: "anna", at: "2026-01-02T03:04:05Z" };
    valueOf(await theirs.update("shop", (state) => suspend(state, new Set([web]), said)));
    // Knows nothing of that yet, and writes many times at once with somebody who does the same.
    const names = ["a", "b", "c", "d", "e"].map((name) => `shop/${name}` as ReleaseId);
    const results = await Promise.all(
      names.flatMap((name) => [
        mine.update("shop", (state) => putFailure(state, name, { lastFailure: failureOfA })),
        theirs.update("shop", (state) => suspend(state, new Set([name]), said)),
      ]),
    );
    for (const result of results) valueOf(result);
    const state = valueOf(await theirs.read("shop"));
    expect(state.releases.get(web)).toEqual({
      suspension: said,
      quarantine: quarantined("mine").releases.get(web)?.quarantine,
    });
    for (const name of names)
      expect(state.releases.get(name)).toEqual({ suspension: said, lastFailure: failureOfA });
    valueOf(await mine.update("shop", (before) => resume(before, new Set(names), said)));
    expect(valueOf(await theirs.read("shop")).releases.get(web)?.suspension).toEqual(said);
  });

  it("goes on from a write whose answer was lost", async () => {
    const cluster = await sharedSandbox();
    const proxy = await startFaultyProxy(cluster);
    const states = makeStates(await connectedApi(proxy.kubeconfig, 1_000), await createNamespace(cluster));
    valueOf(await write(states, "shop", quarantined("one")));
    proxy.fault = ({ method }) => {
      if (method === "PUT")
        setImmediate(() => {
          proxy.cut();
        });
      return undefined;
    };
    const lost = await write(states, "shop", quarantined("two"));
    proxy.fault = () => undefined;
    if (!lost.ok) expect(lost.failure.kind).toBe("unreachable");
    valueOf(await write(states, "shop", quarantined("two")));
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("two"));
  });

  it("fits its Secret whatever failures there are, and keeps every quarantine", async () => {
    const cluster = await sharedSandbox();
    const states = makeStates(await connectedApi(cluster.kubeconfig), await createNamespace(cluster));
    const lines = ["x".repeat(10_000)];
    const logs = [{ pod: "web-1", namespace: "shop", container: "web", previous: false, lines }];
    const loud = { ...failureOfA, evidence: { troubles: [], events: [], logs } };
    const { quarantine } = quarantined("k").releases.get("shop/web" as ReleaseId) ?? {};
    const names = Array.from({ length: 300 }, (_, index) => `shop/r${index}` as ReleaseId);
    const release = { lastFailure: loud, ...(quarantine === undefined ? {} : { quarantine }) };
    valueOf(await write(states, "shop", { releases: new Map(names.map((name) => [name, release])) }));
    const read = valueOf(await states.read("shop"));
    expect([...read.releases.values()].every((one) => one.quarantine?.key === "k")).toBe(true);
    expect(read.releases.size).toBe(300);
    const kept = [...read.releases.values()].filter(
      (one) => (one.lastFailure?.evidence.logs.length ?? 0) > 0,
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(300);
  });

  it("says so where quarantines alone are more than a Secret holds, and stays what it was", async () => {
    const cluster = await sharedSandbox();
    const states = makeStates(await connectedApi(cluster.kubeconfig), await createNamespace(cluster));
    valueOf(await write(states, "shop", quarantined("one")));
    const huge = quarantined("k".repeat(1_200_000));
    expect(failureOf(await write(states, "shop", huge)).message).toContain(
      "Writing the state of the stack shop",
    );
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("one"));
  });

  it("that somebody deletes in the middle of a run is written anew", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const states = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    valueOf(await write(states, "shop", quarantined("one")));
    const path = `/api/v1/namespaces/${namespace}/secrets/headway-state-shop`;
    expect((await cluster.kube(path, { method: "DELETE" })).status).toBe(200);
    valueOf(await write(states, "shop", quarantined("two")));
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("two"));
  });

  it("that can't be read is refused with what to do, and never written over", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await cluster.kube(path, {
      method: "POST",
      body: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "headway-state-shop" },
        stringData: { state: "{}" },
      },
    });
    const states = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    const failure = failureOf(await states.read("shop"));
    expect(failure.next).toContain(`kubectl -n ${namespace} delete secret headway-state-shop`);
    const other = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    expect((await write(other, "shop", quarantined("x"))).ok).toBe(false);
    expect((await write(states, "shop", quarantined("x"))).ok).toBe(false);
    const { body } = await cluster.kube(`${path}/headway-state-shop`);
    expect(body).toMatchObject({ data: { state: Buffer.from("{}").toString("base64") } });
  });
});
