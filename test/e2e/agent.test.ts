// The agent as a process against a real git server and API server: what is pushed is what runs, in order; what fails goes
// back; what is wrong is said and changes nothing.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { eventually } from "../kit/sandbox.ts";
import { firstWriteOf, historyOf, now, readyWriteOf } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, openAgentStack } from "./agent-kit.ts";

const ready = { annotations: { "sim.headway.dev/ready-after": "1s" } };
const fails = { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
const failFast = { failFast: { imagePull: "1s" } };

describe("a stack in git", () => {
  it("is deployed in order, rolled back where a push is bad, and healthy again with the next", async () => {
    const good = [
      { name: "db", values: ready },
      { name: "api", dependsOn: ["db"], spec: failFast },
    ];
    const kept = await openAgentStack(good);
    const first = kept.push(good);
    const since = now();
    await kept.sync();
    const agent = await kept.start();
    const deployed = await kept.until(isReadyAt(first));
    expect(deployed.ready).toBe("2/2");
    expect(deployed.lastRecoverySeconds).toBeGreaterThanOrEqual(1);
    expect(firstWriteOf(kept.stack, "api", since) > readyWriteOf(kept.stack, "db", since)).toBe(true);

    const bad = kept.push([
      { name: "db", values: ready },
      { ...good[1], name: "api", values: fails },
    ]);
    const red = await kept.until(({ conditions }) =>
      conditions.some(({ reason }) => reason === "RolledBack"),
    );
    expect(red.lastAttemptedCommit).toBe(bad);
    expect(red.lastHealthyCommit).toBe(first);
    expect(red.conditions[0]?.message).toMatch(/^[^ ]+\/api: .*image.*commit/i);
    expect(red.unready?.map(({ release, state }) => `${release} ${state}`)).toEqual([
      `${kept.stack.namespace}/api RolledBack`,
    ]);
    expect(historyOf(await kept.stack.revisions("api"))).toBe("1:superseded 2:superseded 3:deployed");

    const fixed = kept.push([
      { name: "db", values: ready },
      { ...good[1], name: "api", values: { tag: "2" } },
    ]);
    await kept.until(isReadyAt(fixed));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    expect(await kept.events()).toEqual(
      expect.arrayContaining(["Normal Recovering", "Normal Healthy", "Warning RolledBack"]),
    );
    expect(JSON.stringify(agent.lines)).not.toContain("not-for-logs-4711");
    expect(await agent.kill("SIGTERM")).toBe(0);
  });

  it("that is wrong changes nothing, is told with its place, and the last good commit is kept true", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const good = kept.push([{ name: "db" }]);
    await kept.sync();
    await kept.start();
    await kept.until(isReadyAt(good));
    kept.push([{ name: "db", dependsOn: ["nobody"] }]);
    const told = await kept.until(
      (status) =>
        conditionsOf(status) === "Ready=False(InvalidDeclarations) Stalled=True(InvalidDeclarations)",
    );
    expect(told.conditions[0]?.message).toMatch(/releases\/\S+\.yaml:\d+:\d+ .*nobody/);
    expect(told.lastHealthyCommit).toBe(good);
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    // A look at the last good one does not make the newest one good.
    const asked = await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`);
    expect(asked.code, asked.all).toBe(3);
    expect(conditionsOf(await kept.status())).toContain("Ready=False(InvalidDeclarations)");
    const mended = kept.push([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    await kept.until(isReadyAt(mended));
  });

  it("of which much is suddenly gone is left alone until a person agrees", async () => {
    const names = ["a", "b", "c", "d"].map((name) => ({ name }));
    const kept = await openAgentStack(names, { stackSpec: { prune: true, maxPrune: 5 } });
    const whole = kept.push(names);
    await kept.sync();
    await kept.start();
    await kept.until(isReadyAt(whole));
    const little = kept.push([{ name: "a" }]);
    const asked = await kept.until(({ conditions }) =>
      conditions.some(({ reason }) => reason === "MuchIsGone"),
    );
    expect(asked.conditions[0]?.message).toContain(`headway.dev/accept-commit=${little}`);
    expect(historyOf(await kept.stack.revisions("d"))).toBe("1:deployed");
    await kept.annotate({ "headway.dev/accept-commit": little });
    await kept.until(isReadyAt(little));
    expect(historyOf(await kept.stack.revisions("d"))).toBe("");
    expect(historyOf(await kept.stack.revisions("a"))).toBe("1:deployed");
  });
});

describe("a StackSync", () => {
  it("is looked at by a webhook and by `headway reconcile`, suspended, and deleted without a release going", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const source = { url: kept.git.url, interval: "1h", secretRef: { name: "git" } };
    const first = kept.push([{ name: "db" }]);
    await kept.sync({ source });
    const agent = await kept.start();
    await kept.until(isReadyAt(first));

    const second = kept.push([{ name: "db", values: { tag: "2" } }]);
    const body = JSON.stringify({ ref: "refs/heads/main", repository: { clone_url: kept.git.url } });
    const signature = createHmac("sha256", "hook-token-of-tests").update(body).digest("hex");
    const hook = (signed: string) =>
      fetch(`http://127.0.0.1:${agent.port}/hooks/github/it`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-github-event": "push",
          "x-github-delivery": signed.slice(0, 8),
          "x-hub-signature-256": `sha256=${signed}`,
        },
        body,
      });
    expect((await hook("0".repeat(64))).status).toBeGreaterThanOrEqual(400);
    expect((await hook(signature)).status).toBe(202);
    await kept.until(isReadyAt(second));

    const third = kept.push([{ name: "db", values: { tag: "3" } }]);
    const asked = await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`);
    expect(asked.code, asked.all).toBe(0);
    expect(asked.stdout).toContain(third.slice(0, 7));

    await kept.sync({ source, suspend: true });
    await kept.until((status) => conditionsOf(status) === "Ready=Unknown(Suspended)");
    kept.push([{ name: "db", values: { tag: "4" } }]);
    await kept.sync({ source, suspend: true, webhook: { secretRef: { name: "absent" } } });
    await kept.remove();
    await eventually(() =>
      Promise.resolve(agent.lines.some(({ msg }) => msg === "the StackSync is gone; its releases stay")),
    );
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    // Nobody is to be alerted of what is kept no more.
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
      return (
        !metrics.includes(`stack="${kept.stack.name}"`) && !/^headway_git_last_success\S* \d/m.test(metrics)
      );
    });
  });

  it("with a nonsense interval stops only itself, and says why", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    await kept.sync({ source: { url: kept.git.url, interval: "-1s" } });
    await kept.start();
    const told = await kept.until((status) => status.conditions.length > 0);
    expect(conditionsOf(told)).toBe("Ready=False(InvalidSpec) Stalled=True(InvalidSpec)");
    await kept.sync();
    await kept.until((status) => conditionsOf(status) === "Ready=True(Healthy)");
  });

  it("with a ServiceAccount changes releases as that account, and no further than it may", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    await kept.allow("deployer", "view");
    const since = now();
    await kept.sync({ serviceAccountName: "deployer" });
    await kept.start();
    const refused = await kept.until(({ conditions }) =>
      conditions.some(({ type, message }) => type === "Ready" && message.includes("deployer")),
    );
    expect(refused.conditions[0]?.status).not.toBe("True");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("");
    await kept.allow("deployer", "cluster-admin");
    const asked = await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`);
    expect(asked.code, asked.all).toBe(0);
    const account = `system:serviceaccount:${kept.agentNamespace}:deployer`;
    const writers = kept.stack.cluster
      .readAudit(since)
      .filter(
        ({ verb, objectRef }) =>
          ["create", "patch", "update"].includes(verb) &&
          objectRef?.namespace === kept.stack.namespace &&
          ["deployments", "secrets", "services"].includes(objectRef.resource ?? ""),
      )
      .filter(({ user }) => user.username === "admin")
      .map(({ impersonatedUser }) => impersonatedUser?.username);
    expect(new Set(writers)).toEqual(new Set([account]));
  });
});

describe("an agent that is killed in the middle of a run", () => {
  it("is succeeded by the replica that waited, which finishes the stack in order", async () => {
    const releases = [
      { name: "db", values: ready },
      { name: "api", dependsOn: ["db"], values: ready },
      { name: "web", dependsOn: ["api"], values: ready },
    ];
    const kept = await openAgentStack(releases);
    const commit = kept.push(releases);
    const since = now();
    const leader = await kept.start();
    await eventually(() => Promise.resolve(leader.lines.some(({ msg }) => msg === "leading")));
    const replica = await kept.start();
    await eventually(() =>
      Promise.resolve(replica.lines.some(({ msg }) => msg.startsWith("waiting for the leadership"))),
    );
    await kept.sync();
    await eventually(() =>
      Promise.resolve(
        leader.lines.some(
          ({ kind, release }) => kind === "apply-started" && String(release).endsWith("/api"),
        ),
      ),
    );
    await leader.kill("SIGKILL");
    const whole = await kept.until(isReadyAt(commit));
    expect(whole.ready).toBe("3/3");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    expect((await kept.stack.revisions("web")).filter(({ status }) => status === "deployed")).toHaveLength(1);
    const order = ["db", "api", "web"];
    for (const [index, name] of order.entries())
      if (index > 0)
        expect(
          firstWriteOf(kept.stack, name, since) > readyWriteOf(kept.stack, order[index - 1] ?? "", since),
        ).toBe(true);
  });
});
