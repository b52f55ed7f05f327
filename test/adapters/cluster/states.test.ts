// The state object on a real API server: what is written is read again, and nobody's writing is lost.
import { describe, expect, it } from "vitest";
import { makeStates } from "../../../src/adapters/cluster/states.ts";
import type { ReleaseId } from "../../../src/core/ids.ts";
import type { StackState } from "../../../src/core/observation.ts";
import { createNamespace, freshNamespace, sharedSandbox } from "../../kit/sandbox.ts";
import { connectedApi, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";

function quarantined(key: string): StackState {
  const quarantine = { key, fingerprint: "f", since: "2026-01-02T03:04:05Z" };
  return { releases: new Map([["shop/web" as ReleaseId, { quarantine }]]) };
}

describe("the state of a stack", () => {
  it("is empty at first, and read as it was written, in a namespace made for it", async () => {
    const cluster = await sharedSandbox();
    const states = makeStates(await connectedApi(cluster.kubeconfig), freshNamespace());
    expect(valueOf(await states.read("shop")).releases.size).toBe(0);
    valueOf(await states.write("shop", quarantined("one")));
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("one"));
    valueOf(await states.write("shop", quarantined("two")));
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("two"));
    expect(valueOf(await states.read("other")).releases.size).toBe(0);
  });

  it("ends as the last of many writes at once", async () => {
    const cluster = await sharedSandbox();
    const states = makeStates(await connectedApi(cluster.kubeconfig), await createNamespace(cluster));
    const keys = ["a", "b", "c", "d", "e"];
    for (const result of await Promise.all(keys.map((key) => states.write("shop", quarantined(key)))))
      valueOf(result);
    expect(valueOf(await states.read("shop"))).toEqual(quarantined("e"));
  });

  it("is not written over what somebody else has written since", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const mine = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    const theirs = makeStates(await connectedApi(cluster.kubeconfig), namespace);
    valueOf(await mine.write("shop", quarantined("mine")));
    valueOf(await theirs.write("shop", quarantined("theirs")));
    expect(failureOf(await mine.write("shop", quarantined("mine again"))).kind).toBe("locked");
    expect(valueOf(await theirs.read("shop"))).toEqual(quarantined("theirs"));
  });

  it("goes on from a write whose answer was lost", async () => {
    const cluster = await sharedSandbox();
    const proxy = await startFaultyProxy(cluster);
    const states = makeStates(await connectedApi(proxy.kubeconfig, 1_000), await createNamespace(cluster));
    valueOf(await states.write("shop", quarantined("one")));
    proxy.fault = ({ method }) => {
      if (method === "PUT")
        setImmediate(() => {
          proxy.cut();
        });
      return undefined;
    };
    const lost = await states.write("shop", quarantined("two"));
    proxy.fault = () => undefined;
    if (!lost.ok) expect(lost.failure.kind).toBe("unreachable");
    valueOf(await states.write("shop", quarantined("two")));
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
    expect((await other.write("shop", quarantined("x"))).ok).toBe(false);
    expect((await states.write("shop", quarantined("x"))).ok).toBe(false);
    const { body } = await cluster.kube(`${path}/headway-state-shop`);
    expect(body).toMatchObject({ data: { state: Buffer.from("{}").toString("base64") } });
  });
});
