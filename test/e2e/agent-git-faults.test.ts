// What may happen to a repository that an agent follows: the last good commit is kept true, and what is there again is
// followed again.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { eventually } from "../kit/sandbox.ts";
import { historyOf } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, openAgentStack } from "./agent-kit.ts";
import { realHelm } from "./process-kit.ts";

const tag = (value: string) => [{ name: "db", values: { tag: value } }];
const sourceFailed = (status: Parameters<typeof conditionsOf>[0]): boolean =>
  conditionsOf(status).includes("SourceFailed");

// Each waits for several runs of the agent.
describe("a repository", { timeout: 240_000 }, () => {
  it("that is down is told, its last good commit is kept true, and a rollback needs no git", async () => {
    const kept = await openAgentStack(tag("1"));
    const first = kept.push(tag("1"));
    await kept.sync();
    const agent = await kept.start();
    await kept.until(isReadyAt(first));
    const second = kept.push(tag("2"));
    await kept.until(isReadyAt(second));

    kept.git.setMode({ kind: "down" });
    const down = await kept.until(sourceFailed);
    expect(down.lastHealthyCommit).toBe(second);
    // What somebody takes away comes back from the commit that is here.
    await execa(await realHelm(), ["uninstall", "db", "--namespace", kept.stack.namespace], {
      env: { KUBECONFIG: kept.stack.cluster.kubeconfig },
    });
    await kept.stack.cli("reconcile", `${kept.agentNamespace}/it`);
    await eventually(async () => historyOf(await kept.stack.revisions("db")) === "1:deployed", 90_000);

    kept.git.setMode({ kind: "normal" });
    await kept.until(isReadyAt(second));
    expect(agent.lines.filter(({ msg }) => msg === "leading")).toHaveLength(1);
  });

  it("whose branch is not there, or is deleted, is told with the branch's name, and nothing is taken away", async () => {
    const kept = await openAgentStack(tag("1"));
    const first = kept.push(tag("1"));
    const secretRef = { name: "git" };
    await kept.sync({ source: { url: kept.git.url, interval: "5s", secretRef, ref: { branch: "mian" } } });
    await kept.start();
    const wrong = await kept.until(sourceFailed);
    expect(wrong.conditions[0]?.message).toContain("mian");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("");

    await kept.sync();
    await kept.until(isReadyAt(first));
    kept.git.git("push", "--quiet", kept.git.repository, "HEAD:refs/heads/stable");
    await kept.sync({ source: { url: kept.git.url, interval: "5s", secretRef, ref: { branch: "stable" } } });
    await kept.until(isReadyAt(first));
    kept.git.git("push", "--quiet", kept.git.repository, ":refs/heads/stable");
    const deleted = await kept.until(sourceFailed);
    expect(deleted.conditions[0]?.message).toContain("stable");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    const again = kept.push(tag("2"));
    kept.git.git("push", "--quiet", kept.git.repository, "HEAD:refs/heads/stable");
    await kept.until(isReadyAt(again));
  });

  it("is followed where a tag is moved, and left alone where a commit is named", async () => {
    const kept = await openAgentStack(tag("1"));
    const secretRef = { name: "git" };
    const release = (): void => {
      kept.git.git("tag", "--force", "release");
      kept.git.git("push", "--quiet", "--force", "--tags", kept.git.repository);
    };
    const first = kept.push(tag("1"));
    release();
    const source = { url: kept.git.url, interval: "5s", secretRef };
    await kept.sync({ source: { ...source, ref: { tag: "release" } } });
    await kept.start();
    await kept.until(isReadyAt(first));
    const second = kept.push(tag("2"));
    release();
    await kept.until(isReadyAt(second));
    await kept.sync({ source: { ...source, ref: { commit: first } } });
    await kept.until(isReadyAt(first));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
  });

  it("of which only signed commits count is followed to the last one that is, and says what is not", async () => {
    const kept = await openAgentStack(tag("1"));
    const key = join(temporaryFolder(), "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", key]);
    await kept.secret("signers", { "ada.pub": readFileSync(`${key}.pub`, "utf8") });
    kept.git.git("config", "gpg.format", "ssh");
    kept.git.git("config", "user.signingKey", `${key}.pub`);
    kept.git.git("config", "commit.gpgSign", "true");
    const signed = kept.push(tag("1"));
    const source = {
      url: kept.git.url,
      interval: "5s",
      secretRef: { name: "git" },
      verify: { secretRef: { name: "signers" } },
    };
    await kept.sync({ source });
    await kept.start();
    await kept.until(isReadyAt(signed));
    kept.git.git("config", "commit.gpgSign", "false");
    const unsigned = kept.push(tag("2"));
    const refused = await kept.until(({ conditions }) => conditions[0]?.message.includes("sign") === true);
    expect(refused.conditions[0]?.message).toContain(unsigned.slice(0, 7));
    expect(refused.lastHealthyCommit).toBe(signed);
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    kept.git.git("config", "commit.gpgSign", "true");
    const mended = kept.push(tag("3"));
    await kept.until(isReadyAt(mended));
  });
});
