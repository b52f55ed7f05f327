// An agent that loses the API server, its own time, or its life in the middle of a run: nothing is rolled back for it, nobody
// writes beside it, and the stack ends as git has it.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventually } from "../kit/sandbox.ts";
import { historyOf, now } from "../kit/test-stack.ts";
import { type AgentProcess, conditionsOf, isReadyAt, kubeconfigOf, openAgentStack } from "./agent-kit.ts";
import { openLine, stallChart } from "./process-kit.ts";

const slow = { annotations: { "sim.headway.dev/ready-after": "4s" } };

async function said(agent: AgentProcess, what: (line: AgentProcess["lines"][number]) => boolean) {
  await eventually(() => Promise.resolve(agent.lines.some(what)), 90_000);
}

describe("an agent in the middle of a run", () => {
  it("that is cut off from the API server for a minute lives on, undoes nothing, and finishes", async () => {
    const releases = [
      { name: "db", values: slow },
      { name: "api", dependsOn: ["db"] },
    ];
    const kept = await openAgentStack(releases);
    const commit = kept.push(releases);
    await kept.sync();
    const line = await openLine(kept.stack.cluster);
    const agent = await kept.start([], line.kubeconfig);
    await said(agent, ({ kind, release }) => kind === "apply-finished" && String(release).endsWith("/db"));
    line.cut();
    await sleep(60_000);
    expect((await fetch(`http://127.0.0.1:${agent.port}/livez`)).status).toBe(200);
    await line.mend();
    await kept.until(isReadyAt(commit));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    expect(historyOf(await kept.stack.revisions("api"))).toBe("1:deployed");
    expect(agent.lines.map(({ kind }) => kind)).not.toContain("rollback-started");
    // Idle, it only waits for it to be back.
    line.cut();
    await sleep(20_000);
    await line.mend();
    const next = kept.push([{ name: "db", values: { ...slow, tag: "2" } }, releases[1] ?? { name: "api" }]);
    await kept.until(isReadyAt(next));
    expect(await agent.kill("SIGTERM")).toBe(0);
  }, 300_000);

  it("that is told to end stops its helm in good order and leaves nothing that the next one has to guess at", async () => {
    const stall = [{ name: "db", spec: { chart: "../charts/stall" }, values: { stall: "pre-install" } }];
    const kept = await openAgentStack(stall, { files: stallChart });
    await kept.sync();
    const first = await kept.start();
    await eventually(async () => historyOf(await kept.stack.revisions("db")) === "1:pending-install");
    const askedAt = Date.now();
    expect(await first.kill("SIGTERM")).toBe(0);
    // The chart gives its pod 60 s.
    expect(Date.now() - askedAt).toBeLessThan(55_000);
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:failed");
    const fixed = kept.push([{ name: "db", spec: { chart: "../charts/stall" } }], { files: stallChart });
    await kept.start();
    await kept.until(isReadyAt(fixed));
  });

  it("that stands still for 40 s and goes on does not write beside the replica that took over", async () => {
    const releases = [
      { name: "db", values: slow },
      { name: "api", dependsOn: ["db"], values: slow },
      { name: "web", dependsOn: ["api"], values: slow },
    ];
    const kept = await openAgentStack(releases);
    const commit = kept.push(releases);
    const since = now();
    const accounts = ["one", "two"];
    for (const account of accounts) await kept.allow(account, "cluster-admin");
    const leader = await kept.start([], await kubeconfigOf(kept.stack.cluster, kept.agentNamespace, "one"));
    await said(leader, ({ msg }) => msg === "leading");
    const replica = await kept.start([], await kubeconfigOf(kept.stack.cluster, kept.agentNamespace, "two"));
    await kept.sync();
    await said(leader, ({ kind, release }) => kind === "apply-started" && String(release).endsWith("/api"));
    leader.signal("SIGSTOP");
    await sleep(40_000);
    leader.signal("SIGCONT");
    await kept.until(isReadyAt(commit));
    expect(conditionsOf(await kept.status())).toBe("Ready=True(Healthy)");

    const writes = kept.stack.cluster
      .readAudit(since)
      .filter(
        ({ verb, objectRef, responseStatus }) =>
          ["create", "patch", "update", "delete"].includes(verb) &&
          objectRef?.namespace === kept.stack.namespace &&
          (responseStatus?.code ?? 500) < 300,
      )
      .map(({ user, stageTimestamp }) => ({ by: user.username.split(":").at(-1) ?? "", at: stageTimestamp }))
      .filter(({ by }) => accounts.includes(by))
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ by }) => by);
    // First the one, then the other, and never the first again.
    const turns = writes.filter((by, index) => by !== writes[index - 1]);
    expect(turns).toEqual(
      replica.lines.some(({ kind }) => kind === "apply-started") ? ["one", "two"] : ["one"],
    );
    for (const name of ["db", "api", "web"])
      expect(
        (await kept.stack.revisions(name)).filter(({ status }) => status === "deployed"),
        name,
      ).toHaveLength(1);
  }, 300_000);
});
