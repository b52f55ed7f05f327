// One writer for each stack: what an agent keeps, no command changes beside it, and no second StackSync keeps too.
import { cpSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SyncStatus } from "../../src/core/stack-sync/sync-status.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, openAgentStack, type AgentStack } from "./agent-kit.ts";

describe("a stack that an agent keeps", () => {
  it("is changed by no command without --override --reason, which suspends its StackSync first", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const { stack, agentNamespace } = kept;
    const first = kept.push([{ name: "db" }]);
    await kept.sync();
    await kept.start();
    await kept.until(isReadyAt(first));

    // A person's clone of the same repository, with a change that is not pushed.
    const clone = kept.git.work;
    kept.git.git("remote", "add", "origin", kept.git.url);
    stack.declare([{ name: "db", values: { tag: "2" } }]);
    cpSync(stack.folder, clone, { recursive: true });
    const here = (command: string, ...flags: readonly string[]) =>
      stack.cli(command, clone, "--system-namespace", agentNamespace, ...flags);
    const planned = await here("plan");
    expect(planned.code, planned.all).toBe(0);
    expect(planned.stderr).toContain(`an agent keeps this stack (StackSync ${agentNamespace}/it)`);
    for (const command of ["apply", "destroy"]) {
      const refused = await here(command, "--yes");
      expect(refused.code, refused.all).toBe(7);
      expect(refused.stderr).toContain(`StackSync ${agentNamespace}/it`);
      expect(refused.stderr).toContain("push the change to git");
    }
    // One that looks for locks and states in another namespace sees it all the same.
    expect((await stack.cli("apply", clone, "--yes")).code).toBe(7);
    expect((await here("apply", "--yes", "--override")).code).toBe(3);
    // Who does not agree to the plan has not touched the agent's either.
    const override = ["--override", "--reason", "incident 4711"];
    const undecided = await here("apply", ...override);
    expect(undecided.code, undecided.all).toBe(8);
    await kept.until(isReadyAt(first));
    expect(historyOf(await stack.revisions("db"))).toBe("1:deployed");

    const forced = await here("apply", "--yes", ...override);
    expect(forced.code, forced.all).toBe(0);
    expect(forced.stderr).toContain(`kubectl -n ${agentNamespace} patch stacksync it`);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:deployed");
    const suspended = await kept.until((status) => conditionsOf(status) === "Ready=Unknown(Suspended)");
    expect(suspended.lastHealthyCommit).toBe(first);
    const system = ["--system-namespace", agentNamespace];
    const runs = await stack.cli("history", "run:2", "--stack", stack.name, ...system);
    expect(runs.stdout, runs.all).toMatch(/apply.*--override/);
    expect(runs.stdout).toContain("incident 4711");
  }, 600_000);

  it("is still rolled back from a kubeconfig alone, and the agent leaves that as it is", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const system = ["--system-namespace", kept.agentNamespace];
    await kept.sync();
    await kept.start();
    for (const tag of ["1", "2"]) await kept.until(isReadyAt(kept.push([{ name: "db", values: { tag } }])));
    const db = `${kept.stack.namespace}/db`;
    const back = await kept.stack.cli("rollback", db, "--to", "previous", "--yes", ...system);
    expect(back.code, back.all).toBe(0);
    expect(back.stderr).toContain(`StackSync ${kept.agentNamespace}/it`);
    const history = historyOf(await kept.stack.revisions("db"));
    const asked = await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`);
    expect(asked.code, asked.all).toBe(0);
    expect(historyOf(await kept.stack.revisions("db"))).toBe(history);
  }, 600_000);
});

describe("a second StackSync on a stack", () => {
  it("refuses and names the first, and goes on by itself when that is gone", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const first = kept.push([{ name: "db" }]);
    await kept.sync();
    const agent = await kept.start();
    await kept.until(isReadyAt(first));
    await secondSync(kept);
    const refused = await untilSecond(kept, ({ conditions }) =>
      conditions.some(({ reason }) => reason === "KeptByAnother"),
    );
    expect(conditionsOf(refused)).toBe("Ready=False(KeptByAnother) Stalled=True(KeptByAnother)");
    expect(refused.conditions[0]?.message).toContain(`${kept.agentNamespace}/it`);
    expect(refused.stack).toBeUndefined();
    const asked = await kept.stack.cli("reconcile", `${kept.agentNamespace}/second`);
    expect(asked.code, asked.all).toBe(7);
    await kept.remove();
    await eventually(() =>
      Promise.resolve(agent.lines.some(({ msg }) => msg === "the StackSync is gone; its releases stay")),
    );
    const taken = await untilSecond(kept, (status) => conditionsOf(status) === "Ready=True(Healthy)");
    expect(taken.stack).toBe(kept.stack.name);
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
  }, 600_000);
});

function secondPath({ agentNamespace }: AgentStack): string {
  return `/apis/headway.dev/v1/namespaces/${agentNamespace}/stacksyncs`;
}

async function secondSync(kept: AgentStack): Promise<void> {
  const reply = await kept.stack.cluster.kube(secondPath(kept), {
    method: "POST",
    body: {
      apiVersion: "headway.dev/v1",
      kind: "StackSync",
      metadata: { name: "second", namespace: kept.agentNamespace },
      spec: { source: { url: kept.git.url, interval: "5s", secretRef: { name: "git" } } },
    },
  });
  expect(reply.status, reply.text).toBe(201);
}

async function untilSecond(kept: AgentStack, isSo: (status: SyncStatus) => boolean): Promise<SyncStatus> {
  return await eventually(async () => {
    const reply = await kept.stack.cluster.kube(`${secondPath(kept)}/second`);
    const { status } = reply.body as { readonly status?: SyncStatus };
    return status !== undefined && isSo(status) && status;
  }, 90_000);
}
