// Who is told of what the agent does: Slack, a signed webhook, GitHub and GitLab, each a real server that checks what it gets.
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemObjectName } from "../../src/adapters/cluster/system-objects.ts";
import { eventually } from "../kit/sandbox.ts";
import { hookToken, openToldServers, slackKey, statusToken, type ToldServers } from "../kit/told-servers.ts";
import { historyOf } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, openAgentStack, type AgentStack } from "./agent-kit.ts";

const fails = { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
const failFast = { failFast: { imagePull: "1s" } };

async function tell(kept: AgentStack, servers: ToldServers): Promise<void> {
  await kept.secret("slack", { url: `${servers.url}/services/${slackKey}` });
  await kept.secret("told", { token: hookToken });
  await kept.secret("statuses", { token: statusToken });
}

/** The repository under an owner's name, as the servers that have commit statuses know it. */
function ownedUrl({ git }: AgentStack): string {
  const folder = dirname(git.repository);
  mkdirSync(join(folder, "acme"));
  symlinkSync(git.repository, join(folder, "acme", "stack.git"));
  return git.url.replace("/stack.git", "/acme/stack.git");
}

async function metric(port: number, series: string): Promise<number> {
  // Whoever asks too often is told to wait.
  const text = await eventually(async () => {
    const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
    return reply.status === 200 && (await reply.text());
  });
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

// Four commits, whose runs begin 15 s apart: a slow machine needs more than the time of an ordinary test.
describe("a run", () => {
  it("is told once to Slack and a webhook, and its commit is pending, then green or red with the root cause", async () => {
    const servers = await openToldServers();
    const good = [{ name: "db" }, { name: "api", dependsOn: ["db"], spec: failFast }];
    const kept = await openAgentStack(good);
    await tell(kept, servers);
    const source = { url: ownedUrl(kept), interval: "5s", secretRef: { name: "git" } };
    const first = kept.push(good);
    await kept.sync({
      source,
      notify: [
        { slack: { secretRef: { name: "slack" } } },
        { webhook: { url: `${servers.url}/hook`, secretRef: { name: "told" } } },
      ],
      commitStatus: {
        provider: "github",
        apiUrl: `${servers.url}/api/v3`,
        secretRef: { name: "statuses" },
      },
    });
    const agent = await kept.start(["--cluster-name", "prod"]);
    await kept.until(isReadyAt(first));
    const bad = kept.push([{ name: "db", values: fails, spec: failFast }, good[1] ?? { name: "api" }]);
    await kept.until(({ conditions }) => conditions.some(({ reason }) => reason === "RolledBack"));
    const broken = kept.push([{ name: "db", dependsOn: ["nobody"] }]);
    await kept.until((status) => conditionsOf(status).includes("InvalidDeclarations"));
    const fixed = kept.push([{ name: "db", values: { tag: "2" } }, good[1] ?? { name: "api" }]);
    await kept.until(isReadyAt(fixed));
    const context = `headway/prod/${kept.stack.name}`;
    const statusesOf = (sha: string): readonly string[] =>
      servers.taken.filter((line) => line.includes(` ${sha.slice(0, 7)} headway/`));
    await eventually(() => Promise.resolve(statusesOf(fixed).at(-1)?.startsWith("success") === true));
    const open = (sha: string) =>
      expect.stringContaining(`pending ${sha.slice(0, 7)} ${context}: run `) as string;
    expect(statusesOf(first)).toEqual([open(first), expect.stringMatching(/^success .*: 2 ready in /)]);
    expect(statusesOf(bad)).toEqual([
      open(bad),
      expect.stringMatching(/^failure \S+ \S+: \S+\/db: .*image/i),
    ]);
    expect(statusesOf(broken)).toEqual([
      expect.stringMatching(/^failure .*: releases\/\S+\.yaml:\d+:\d+ .*nobody/),
    ]);
    expect(statusesOf(fixed)).toEqual([open(fixed), expect.stringMatching(/^success /)]);
    await eventually(() =>
      Promise.resolve(servers.taken.filter((line) => line.startsWith("hook")).length === 3),
    );
    const it = `hook headway.run.finished prod/${kept.stack.name}`;
    expect(servers.taken.filter((line) => line.startsWith("hook"))).toEqual([
      `${it} done`,
      `${it} rolled-back`,
      `${it} done`,
    ]);
    const messages = servers.taken.filter((line) => line.startsWith("slack"));
    expect(messages).toHaveLength(3);
    expect(messages[1]).toContain(`• *${kept.stack.namespace}/db* RolledBack:`);
    expect(servers.refused).toEqual([]);
    expect(await metric(agent.port, 'headway_notifications_total{provider="slack",result="sent"}')).toBe(3);
    expect(JSON.stringify(agent.lines)).not.toMatch(/not-for-logs/);
    expect(await agent.kill("SIGTERM")).toBe(0);
  }, 300_000);
});

describe("a release that breaks after its run", () => {
  it("is seen at once, told with its cause and left alone, and so is that it healed", async () => {
    const servers = await openToldServers();
    const releases = [{ name: "db" }, { name: "api", dependsOn: ["db"] }];
    const kept = await openAgentStack(releases);
    await tell(kept, servers);
    const commit = kept.push(releases);
    await kept.sync({
      source: { url: ownedUrl(kept), interval: "1h", secretRef: { name: "git" } },
      notify: [{ slack: { secretRef: { name: "slack" } } }],
      commitStatus: {
        provider: "github",
        apiUrl: `${servers.url}/api/v3`,
        secretRef: { name: "statuses" },
      },
    });
    await kept.start();
    await kept.until(isReadyAt(commit));
    const podsFail = (fail: string | null) =>
      kept.stack.patch("deployments/db", {
        spec: { template: { metadata: { annotations: { "sim.headway.dev/fail": fail } } } },
      });
    await podsFail("ImagePullBackOff");
    // Well before the next periodic look.
    const broken = await kept.until(({ conditions }) =>
      conditions.some(({ reason }) => reason === "ReleasesNotReady"),
    );
    expect(broken.unready?.map(({ release, state }) => `${release} ${state}`)).toEqual([
      `${kept.stack.namespace}/db Degraded`,
    ]);
    await podsFail(null);
    await kept.until(isReadyAt(commit));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    await eventually(() =>
      Promise.resolve(servers.taken.filter((line) => line.startsWith("slack")).length === 3),
    );
    expect(servers.taken.filter((line) => line.startsWith("slack"))[1]).toContain("db* Degraded: ");
    expect(servers.taken.flatMap((line) => /^(\S+) \S+ headway\//.exec(line)?.[1] ?? [])).toEqual([
      "pending",
      "success",
      "failure",
      "success",
    ]);
  });
});

describe("a state that is older than three intervals", () => {
  it("is Unknown: to the agent while git is away, and to `headway status` once the agent is gone", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const commit = kept.push([{ name: "db" }]);
    await kept.sync();
    const agent = await kept.start();
    await kept.until(isReadyAt(commit));
    const states = (state: string): Promise<number> =>
      metric(agent.port, `headway_stack_releases{stack="${kept.stack.name}",state="${state}"}`);
    expect(await states("Ready")).toBe(1);
    const metrics = await (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
    expect(metrics).toMatch(/^headway_build_info\{.*helm="4\.\d+\.\d+"\} 1$/m);
    const letIn = kept.git.accepted;
    kept.git.accepted = [];
    const lost = await kept.until((status) => conditionsOf(status) === "Ready=Unknown(SourceFailed)");
    expect(lost.releases).toEqual({ Unknown: 1 });
    expect([await states("Ready"), await states("Unknown")]).toEqual([0, 1]);
    kept.git.accepted = letIn;
    await kept.until(isReadyAt(commit));
    expect([await states("Ready"), await states("Unknown")]).toEqual([1, 0]);

    const status = () =>
      kept.stack.cli("status", "--stack", kept.stack.name, "--system-namespace", kept.agentNamespace);
    expect((await status()).stderr).toContain(`kept by StackSync ${kept.agentNamespace}/it, Ready True`);
    await agent.kill("SIGKILL");
    await eventually(async () => (await status()).stderr.includes("Ready Unknown (AgentGone)"));
    expect((await kept.status())?.conditions[0]?.status).toBe("True");
  });
});

describe("a look that is awaited while somebody else holds the stack's lock", () => {
  it("is told not to have begun, and the stack is what it was once that is over", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const commit = kept.push([{ name: "db" }]);
    await kept.sync();
    await kept.start();
    await kept.until(isReadyAt(commit));
    const name = systemObjectName("headway", kept.stack.name);
    const heldBy = async (holderIdentity: string): Promise<void> => {
      const at = new Date().toISOString().replace("Z", "000Z");
      const reply = await kept.stack.cluster.kube(
        `/apis/coordination.k8s.io/v1/namespaces/${kept.agentNamespace}/leases/${name}`,
        {
          method: "PATCH",
          contentType: "application/merge-patch+json",
          body: { spec: { holderIdentity, leaseDurationSeconds: 600, acquireTime: at, renewTime: at } },
        },
      );
      expect(reply.status, reply.text).toBe(200);
    };
    await heldBy("somebody");
    const asked = await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`);
    expect(asked.code, asked.all).toBe(4);
    expect(asked.stdout).toMatch(/NotBegun: .*another Headway run holds it \(somebody\)/);
    await heldBy("");
    await kept.until(isReadyAt(commit));
  });
});

describe("a receiver", () => {
  it("that is down or is set up wrongly holds up no run, is tried again, and is seen in the metrics", async () => {
    const servers = await openToldServers();
    servers.downFor(2);
    const kept = await openAgentStack([{ name: "db" }]);
    await tell(kept, servers);
    const source = { url: ownedUrl(kept), interval: "5s", secretRef: { name: "git" } };
    const first = kept.push([{ name: "db" }]);
    await kept.sync({
      source,
      notify: [
        { slack: { secretRef: { name: "absent" } } },
        { webhook: { url: `${servers.url}/hook`, secretRef: { name: "told" } } },
        { webhook: { url: "http://ops.example.com/in", secretRef: { name: "told" } } },
      ],
      commitStatus: {
        provider: "gitlab",
        apiUrl: `${servers.url}/api/v4`,
        secretRef: { name: "statuses" },
      },
    });
    const agent = await kept.start();
    await kept.until(isReadyAt(first));
    const series = (provider: string, result: string): Promise<number> =>
      metric(agent.port, `headway_notifications_total{provider="${provider}",result="${result}"}`);
    await eventually(async () => (await series("webhook", "sent")) === 1);
    expect(servers.refused).toEqual(["503 /hook: down for maintenance", "503 /hook: down for maintenance"]);
    expect(await series("slack", "failed")).toBe(1);
    expect(await series("webhook", "failed")).toBe(1);
    const warned = agent.lines.filter(({ level }) => level === "warn").map(({ msg }) => msg);
    expect(warned).toContainEqual(
      expect.stringMatching(/^slack was not told: .*names the Secret absent, and there is none/),
    );
    expect(warned).toContainEqual(expect.stringMatching(/^webhook was not told: .*without encryption/));
    await eventually(() =>
      Promise.resolve(servers.taken.some((line) => line.startsWith(`success ${first.slice(0, 7)}`))),
    );
    expect(servers.taken.filter((line) => line.includes("headway/cluster/"))).toEqual([
      expect.stringMatching(/^pending /),
      expect.stringMatching(/^success /),
    ]);
  });
});
