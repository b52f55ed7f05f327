// One run at a time for a stack: who else is refused and told by whom, and what becomes of a lock whose holder is gone.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startHeadway } from "../kit/cli.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";
import { killAfter, openCrashStack } from "./crash-kit.ts";
import { told } from "./process-kit.ts";

const slow = { annotations: { "sim.headway.dev/ready-after": "6s" } };
const leases = "/apis/coordination.k8s.io/v1/namespaces/headway-system/leases";

type Lease = {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
};

async function leaseOf(stack: TestStack): Promise<Lease> {
  return (await stack.cluster.kube(`${leases}/headway-${stack.name}`)).body as Lease;
}

/** Makes the lease another host's; both times are from now. */
async function giveLeaseTo(
  stack: TestStack,
  host: string,
  { leaseSeconds, helmMs }: { readonly leaseSeconds: number; readonly helmMs: number },
): Promise<void> {
  const { metadata } = await leaseOf(stack);
  const holder = {
    identity: `${host}_1_x`,
    host,
    bootId: "b/p",
    pid: 4711,
    startTime: "1",
    runFolder: "/tmp/x",
  };
  const now = new Date().toISOString().replace("Z", "000Z");
  const reply = await stack.cluster.kube(`${leases}/headway-${stack.name}`, {
    method: "PUT",
    body: {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name: `headway-${stack.name}`,
        resourceVersion: metadata.resourceVersion,
        annotations: {
          "headway.dev/holder": JSON.stringify(holder),
          "headway.dev/helm-deadline": new Date(Date.now() + helmMs).toISOString(),
        },
      },
      spec: {
        holderIdentity: holder.identity,
        leaseDurationSeconds: leaseSeconds,
        acquireTime: now,
        renewTime: now,
      },
    },
  });
  expect(reply.status, reply.text).toBe(200);
}

describe("the lock of a stack", () => {
  it("lets one of two runs work, and tells the other who does", async () => {
    const stack = await openTestStack([{ name: "db", values: slow }]);
    const first = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await told(first, "apply-finished", "db");
    const second = await stack.apply();
    expect(second.code, second.all).toBe(7);
    expect(second.stderr).toContain(`${hostname()}, process ${first.pid ?? 0}, since 20`);
    expect(second.stderr).toMatch(/try: /);
    const destroyed = await stack.run("destroy", ["--yes"]);
    expect(destroyed.code).toBe(7);
    expect(await first).toMatchObject({ exitCode: 0 });
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
  });

  it("does not keep anybody from looking", async () => {
    const stack = await openTestStack([{ name: "db", values: slow }]);
    const first = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await told(first, "apply-finished", "db");
    expect((await stack.run("plan")).code).toBe(0);
    await first;
  });

  it("holds two runs that start in the same moment apart", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const ends = await Promise.all([stack.apply(), stack.apply(), stack.apply()]);
    const codes = ends.map(({ code }) => code);
    // One that came when another had ended finds nothing to do.
    expect(
      codes.every((code) => code === 0 || code === 7),
      codes.join(" "),
    ).toBe(true);
    expect(codes).toContain(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
  });

  it("is taken over at once when its holder was killed on this host", async () => {
    const stack = await openCrashStack([{ name: "db", values: slow }]);
    const first = stack.start("apply");
    await told(first, "apply-finished", "db");
    await killAfter(stack, first, 0);
    const left = await leaseOf(stack);
    expect(left.spec["holderIdentity"]).not.toBe("");
    const helmDeadline = Date.parse(left.metadata.annotations?.["headway.dev/helm-deadline"] ?? "");
    const second = stack.start("apply");
    await told(second, "run-started");
    // Without the proof it would have had to wait until then.
    expect(Date.now()).toBeLessThan(helmDeadline - 60_000);
    expect((await second).exitCode).toBe(0);
  });

  it("of another host is respected until its time and helm's have run out, then taken", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    expect((await stack.apply()).code).toBe(0);
    await giveLeaseTo(stack, "elsewhere", { leaseSeconds: 1, helmMs: 6_000 });
    const until = Date.now() + 6_000;
    const refused = await stack.apply();
    expect(refused.code, refused.all).toBe(7);
    expect(refused.stderr).toContain("elsewhere, process 4711");
    await sleep(Math.max(0, until + 1_500 - Date.now()));
    const taken = await stack.apply();
    expect(taken.code, taken.all).toBe(0);
  });

  it("that is lost to somebody else stops the run in good order", async () => {
    const stack = await openTestStack([
      { name: "db", values: { annotations: { "sim.headway.dev/ready-after": "25s" } } },
      { name: "api", dependsOn: ["db"] },
    ]);
    const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
      kubeconfig: stack.cluster.kubeconfig,
    });
    await told(run, "apply-finished", "db");
    await giveLeaseTo(stack, "elsewhere", { leaseSeconds: 600, helmMs: 600_000 });
    const end = await run;
    expect(end.exitCode, end.all).toBe(7);
    expect(end.all).toContain("lock was lost");
    expect((await leaseOf(stack)).spec["holderIdentity"]).toBe("elsewhere_1_x");
    expect(await stack.revisions("api")).toEqual([]);
    await stack.cluster.kube(`${leases}/headway-${stack.name}`, { method: "DELETE" });
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");
  });
});
