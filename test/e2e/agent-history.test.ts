// A branch that was moved by force, in a real repository: back, and to history that has nothing to do with it.
import { describe, expect, it } from "vitest";
import { historyOf } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, openAgentStack, type AgentStack } from "./agent-kit.ts";

const tagged = (tag: string) => [{ name: "db", values: { tag } }];
const stopped = "Ready=False(HistoryRewritten) Stalled=True(HistoryRewritten)";

function force(kept: AgentStack, commit: string): void {
  kept.git.git("push", "--quiet", "--force", kept.git.repository, `${commit}:refs/heads/main`);
}

describe("a branch that is moved back", () => {
  it("takes the cluster back with it by default, because git is the truth", async () => {
    const kept = await openAgentStack(tagged("1"));
    await kept.sync();
    await kept.start();
    const first = kept.push(tagged("1"));
    await kept.until(isReadyAt(first));
    await kept.until(isReadyAt(kept.push(tagged("2"))));
    force(kept, first);
    await kept.until(isReadyAt(first));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
  }, 600_000);

  it("waits for a person where that is wished, and goes on by itself once it is ahead again", async () => {
    const kept = await openAgentStack(tagged("1"));
    const source = { url: kept.git.url, interval: "5s", secretRef: { name: "git" }, rewind: "refuse" };
    await kept.sync({ source });
    const agent = await kept.start();
    const first = kept.push(tagged("1"));
    await kept.until(isReadyAt(first));
    const second = kept.push(tagged("2"));
    await kept.until(isReadyAt(second));
    force(kept, first);
    const asked = await kept.until((status) => conditionsOf(status) === stopped);
    expect(asked.conditions[0]?.message).toContain("was moved back");
    expect(asked.conditions[0]?.message).toContain(`headway.dev/accept-commit=${first}`);
    expect((await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`)).code).toBe(7);
    // Neither a new process nor its empty cache takes the old commit for a new one.
    await agent.kill("SIGKILL");
    await kept.start();
    expect((await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`)).code).toBe(7);
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:superseded 2:deployed");

    force(kept, second);
    await kept.until(isReadyAt(second));
    force(kept, first);
    await kept.until((status) => conditionsOf(status) === stopped);
    await kept.annotate({ "headway.dev/accept-commit": first });
    await kept.until(isReadyAt(first));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
  }, 600_000);
});

describe("a branch that is moved to unrelated history", () => {
  it("waits for a person whatever is wished, and the last good commit is kept true", async () => {
    const kept = await openAgentStack(tagged("1"));
    await kept.sync();
    await kept.start();
    const first = kept.push(tagged("1"));
    await kept.until(isReadyAt(first));
    kept.git.git("checkout", "--quiet", "--orphan", "elsewhere");
    kept.git.git("rm", "-r", "-q", "--cached", ".");
    const other = kept.push(tagged("2"));
    const asked = await kept.until((status) => conditionsOf(status) === stopped);
    expect(asked.conditions[0]?.message).toContain("no history in common");
    expect(asked.lastHealthyCommit).toBe(first);
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    await kept.annotate({ "headway.dev/accept-commit": other });
    await kept.until(isReadyAt(other));
  }, 600_000);
});
