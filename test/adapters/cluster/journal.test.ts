// The journal on a real API server: numbers that only go up, records that are read again, a bounded number of them, and
// nothing that belongs to somebody else ever deleted.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { makeJournal, ordinaryJournalLimits } from "../../../src/adapters/cluster/journal.ts";
import type { ReleaseId } from "../../../src/core/ids.ts";
import type { RunRecord } from "../../../src/core/journal/run-record.ts";
import type { Journal } from "../../../src/engine/ports.ts";
import { rolledBackAtEnd, runRecord } from "../../kit/run-records.ts";
import { createNamespace, freshNamespace, sharedSandbox, type TestCluster } from "../../kit/sandbox.ts";
import { connectedApi, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";

/** A whole run: begun and finished; its number. */
async function record(journal: Journal, special: Partial<RunRecord> = {}, above = 0): Promise<number> {
  const number = valueOf(await journal.begin(runRecord(special), above));
  valueOf(await journal.finish(runRecord({ ...special, number })));
  return number;
}

async function put(cluster: TestCluster, namespace: string, body: object): Promise<void> {
  const reply = await cluster.kube(`/api/v1/namespaces/${namespace}/secrets`, { method: "POST", body });
  expect(reply.status, reply.text).toBe(201);
}

const numbersOf = async (journal: Journal, stack = "shop"): Promise<readonly number[]> =>
  valueOf(await journal.list(stack)).map(({ number }) => number);

describe("the journal", () => {
  it("numbers runs per stack, keeps them as they were, and makes its namespace", async () => {
    const cluster = await sharedSandbox();
    const journal = makeJournal(await connectedApi(cluster.kubeconfig), freshNamespace());
    expect(valueOf(await journal.list())).toEqual([]);
    expect(await record(journal)).toBe(1);
    expect(await record(journal)).toBe(2);
    expect(await record(journal, { stack: "shop-1" })).toBe(1);
    const odd = "Ein Stapel: größer als 63 Zeichen, und in keiner Weise ein Name für Kubernetes";
    expect(await record(journal, { stack: odd })).toBe(1);
    expect(valueOf(await journal.list("shop"))).toEqual([
      { stack: "shop", number: 2, record: runRecord({ number: 2 }) },
      { stack: "shop", number: 1, record: runRecord({ number: 1 }) },
    ]);
    expect(await numbersOf(journal, "shop-1")).toEqual([1]);
    expect(await numbersOf(journal, odd)).toEqual([1]);
    expect(valueOf(await journal.list())).toHaveLength(4);
  });

  it("never gives a number twice: not where records are gone, and not where one is taken", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const journal = makeJournal(await connectedApi(cluster.kubeconfig), namespace);
    // The state object remembers the number of the last run.
    expect(await record(journal, {}, 41)).toBe(42);
    expect(await record(journal, {}, 7)).toBe(43);
    await put(cluster, namespace, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "headway-run-shop-44" },
    });
    expect(await record(journal, {}, 43)).toBe(45);
  });

  it("keeps the newest runs of a stack, and deletes nothing that is not a record of its own", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const api = await connectedApi(cluster.kubeconfig);
    const journal = makeJournal(api, namespace, { ...ordinaryJournalLimits, runs: 3 });
    const labels = {
      "app.kubernetes.io/managed-by": "headway",
      "app.kubernetes.io/component": "run",
      "headway.dev/stack-name": "shop",
    };
    // A person's, although it has the labels; and one with the type but under another name.
    await put(cluster, namespace, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "headway-run-shop-0", labels },
    });
    await put(cluster, namespace, {
      apiVersion: "v1",
      kind: "Secret",
      type: "headway.dev/run",
      metadata: { name: "mine", labels, annotations: { "headway.dev/stack-name": "shop" } },
    });
    await record(journal, { stack: "other" });
    for (let run = 1; run <= 5; run++) expect(await record(journal)).toBe(run);
    expect(await numbersOf(journal)).toEqual([5, 4, 3]);
    expect(await numbersOf(journal, "other")).toEqual([1]);
    for (const name of ["headway-run-shop-0", "mine"])
      expect((await cluster.kube(`/api/v1/namespaces/${namespace}/secrets/${name}`)).status).toBe(200);
  });

  it("holds a run of thousands of loud releases in a part of what a Secret may hold", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const journal = makeJournal(await connectedApi(cluster.kubeconfig), namespace);
    const noise = (index: number) =>
      Array.from({ length: 40 }, (_, line) => `${index * line} ${Math.sin(index * 40 + line)}`);
    const releases = new Map(
      Array.from({ length: 3_000 }, (_, index) => {
        const logs = [{ pod: "p", namespace: "shop", container: "c", previous: false, lines: noise(index) }];
        const release = { ...rolledBackAtEnd, evidence: { troubles: [], events: [], logs } };
        return [`shop/r${index}` as ReleaseId, release] as const;
      }),
    );
    const number = await record(journal, { releases });
    const reply = await cluster.kube(`/api/v1/namespaces/${namespace}/secrets/headway-run-shop-${number}`);
    const { data } = reply.body as { readonly data: { readonly run: string } };
    expect(Buffer.from(data.run, "base64").length).toBeLessThanOrEqual(ordinaryJournalLimits.packedBytes);
    const [entry] = valueOf(await journal.list("shop"));
    expect(entry?.record?.cut).toContain("evidence");
    expect(entry?.record?.releases.size).toBe(3_000);
  });

  it("tells of a record that can't be read, and reads the others", async () => {
    const cluster = await sharedSandbox();
    const namespace = await createNamespace(cluster);
    const journal = makeJournal(await connectedApi(cluster.kubeconfig), namespace);
    for (let run = 1; run <= 4; run++) await record(journal);
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024)).toString("base64");
    const broken = { 1: "no gzip at all", 2: bomb, 3: gzipSync("{}").toString("base64") };
    for (const [number, run] of Object.entries(broken)) {
      const reply = await cluster.kube(`/api/v1/namespaces/${namespace}/secrets/headway-run-shop-${number}`, {
        method: "PATCH",
        contentType: "application/merge-patch+json",
        body: { data: { run: /^[A-Za-z0-9+/=]+$/.test(run) ? run : Buffer.from(run).toString("base64") } },
      });
      expect(reply.status, reply.text).toBe(200);
    }
    const entries = valueOf(await journal.list("shop"));
    expect(entries.map((entry) => [entry.number, entry.record !== undefined])).toEqual([
      [4, true],
      [3, false],
      [2, false],
      [1, false],
    ]);
    expect(await record(journal)).toBe(5);
  });

  it("says so where it is forbidden or full, and takes an answer that was lost for what it was", async () => {
    const cluster = await sharedSandbox();
    const proxy = await startFaultyProxy(cluster);
    const namespace = await createNamespace(cluster);
    const journal = makeJournal(await connectedApi(proxy.kubeconfig, 2_000), namespace);
    const refuse = (method: string, message: string) => {
      proxy.fault = (asked) =>
        asked.method === method
          ? { kind: "answer", status: 403, body: { kind: "Status", reason: "Forbidden", message } }
          : undefined;
    };
    refuse("POST", 'secrets "x" is forbidden: exceeded quota: few, requested: count/secrets=1');
    expect(failureOf(await journal.begin(runRecord(), 0)).kind).toBe("quota");
    refuse("GET", 'secrets is forbidden: User "eve" cannot list resource "secrets"');
    expect(failureOf(await journal.begin(runRecord(), 0)).kind).toBe("forbidden");
    expect(failureOf(await journal.list("shop")).kind).toBe("forbidden");
    refuse("PUT", 'secrets is forbidden: User "eve" cannot update resource "secrets"');
    expect(failureOf(await journal.finish(runRecord())).message).toContain(
      "record of run 7 of the stack shop",
    );

    // The first POST arrives, and its answer does not.
    let cuts = 0;
    proxy.fault = ({ method }) => {
      if (method === "POST" && cuts++ === 0)
        setTimeout(() => {
          proxy.cut();
        }, 300);
      return undefined;
    };
    const begun = await journal.begin(runRecord(), 0);
    proxy.fault = () => undefined;
    expect(await numbersOf(journal)).toEqual([1]);
    if (begun.ok) expect(begun.value).toBe(1);
  });

  it("knows whom the API server takes it for", async () => {
    const cluster = await sharedSandbox();
    const journal = makeJournal(await connectedApi(cluster.kubeconfig), freshNamespace());
    expect(await journal.user()).toBe("admin");
  });
});
