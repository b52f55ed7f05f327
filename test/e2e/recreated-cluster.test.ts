// The day the cluster is lost: three environments with charts of a folder, a chart server and a registry, locked and
// vendored; then the servers are gone, and a new cluster is brought to the same state from what is in git.
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import type { CliEnd } from "../kit/cli.ts";
import { openEnvironments, type Desk, type Environments } from "../kit/environments.ts";
import { deployedRecords } from "../kit/helm-records.ts";
import { testCluster } from "../kit/sandbox.ts";

let system: Environments;
const sandboxes: Sandbox[] = [];

beforeAll(async () => {
  system = await openEnvironments();
}, 600_000);

afterAll(async () => {
  for (const sandbox of sandboxes) await sandbox.stop();
  await system.close();
}, 120_000);

async function newCluster(): Promise<Sandbox> {
  // One name: what is re-created is the same cluster to everybody who knows it.
  const started = await startSandbox({ name: `production-${process.pid}` });
  if (!started.ok) throw new Error(started.failure.message);
  sandboxes.push(started.value);
  return started.value;
}

async function done(
  desk: Desk,
  environment: string,
  argv: readonly string[],
  kubeconfig?: string,
): Promise<CliEnd> {
  const end = await desk.headway(environment, argv, kubeconfig);
  expect(end.code, `headway ${argv.join(" ")}:\n${end.all}`).toBe(0);
  return end;
}

async function commit(message: string): Promise<void> {
  await system.desk.git("add", "--all");
  await system.desk.git("commit", "--quiet", "--message", message);
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

describe("one repository for three environments", { timeout: 300_000 }, () => {
  it("indexes, vendors and locks charts of a folder, a chart server and a registry", async () => {
    const { desk } = system;
    await desk.git("init", "--quiet", "--initial-branch", "main");
    await desk.git("remote", "add", "origin", "https://git.example.com/shop/system.git");
    for (const name of ["dev", "staging", "prod"]) {
      await done(desk, name, ["index"]);
      await done(desk, name, ["lock"]);
      await done(desk, name, ["index", "--vendor"]);
      await done(desk, name, ["validate"]);
    }
    await commit("all environments, indexed, locked and vendored");
    const files = await desk.git("ls-files", "examples/environments/overlays/prod");
    expect(files.split("\n").map((path) => path.replace("examples/environments/overlays/prod/", ""))).toEqual(
      [
        "charts-index/platform.yaml",
        "charts-index/platform/baseline-1.0.2.tgz",
        "charts-index/platform/gateway-2.0.5.tgz",
        "charts-index/platform/metrics-1.6.0.tgz",
        "charts-index/upstream.yaml",
        "charts-index/upstream/postgres-1.9.0.tgz",
        "charts-index/upstream/redis-1.2.4.tgz",
        "headway.lock",
        "kustomization.yaml",
        "metrics.yaml",
        "sizes.yaml",
      ],
    );
  });

  it("promotes what staging has proven to production: two lines in git", async () => {
    const { desk } = system;
    const archive = await system.publish("redis", "1.2.9");
    await done(desk, "staging", ["index"]);
    await done(desk, "staging", ["lock", "--update", "data/redis"]);
    await done(desk, "staging", ["index", "--vendor"]);
    await commit("redis 1.2.9 on staging");
    expect((await done(desk, "prod", ["lock", "--from", "../staging"])).stdout).toMatch(
      /^~ data\/redis +upstream\/redis 1\.2\.4 → 1\.2\.9/,
    );
    const diff = await desk.git("diff", "--unified=0");
    const changed = diff.split("\n").filter((line) => /^[-+](?![-+])/.test(line));
    expect(changed.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "- version: 1.2.4",
      expect.stringMatching(/^- digest: sha256:[0-9a-f]{64}$/),
      "+ version: 1.2.9",
      `+ digest: ${sha256(archive)}`,
    ]);
    await done(desk, "prod", ["index", "--vendor"]);
    await commit("redis 1.2.9 on production");
  });

  it("brings a lost cluster back byte for byte, with every chart server gone", async () => {
    const before = await newCluster();
    await done(system.desk, "prod", ["apply", "--yes"], before.kubeconfig);
    const lost = await deployedRecords(testCluster(before));
    expect([...lost.keys()]).toEqual([
      "data/postgres",
      "data/redis",
      "platform/baseline",
      "platform/gateway",
      "platform/metrics",
      "shop/accounts",
      "shop/cart",
      "shop/catalog",
    ]);
    await before.stop();
    await system.stopServers();

    const elsewhere = await system.cloneElsewhere("elsewhere");
    const after = await newCluster();
    await done(elsewhere, "prod", ["apply", "--yes"], after.kubeconfig);
    const found = await deployedRecords(testCluster(after));
    for (const [id, record] of lost) expect(found.get(id), id).toBe(record);
    expect(found.size).toBe(lost.size);
    expect((await done(elsewhere, "prod", ["plan", "--detailed-exitcode"], after.kubeconfig)).code).toBe(0);
  });

  it("refuses a vendored archive that was tampered with, with both digests, before anything is touched", async () => {
    const elsewhere = await system.cloneElsewhere("tampered");
    const archive = await system.publish("redis", "1.2.9-changed");
    const right = /redis:\n.*\n +version: 1\.2\.9\n +digest: (sha256:\w+)/.exec(
      await elsewhere.git("show", "HEAD:examples/environments/overlays/prod/headway.lock"),
    )?.[1];
    writeFileSync(join(elsewhere.overlay("prod"), "charts-index/upstream/redis-1.2.9.tgz"), archive);
    const cluster = sandboxes.at(-1);
    if (cluster === undefined) throw new Error("the cluster was not re-created");
    const before = await deployedRecords(testCluster(cluster));
    const end = await elsewhere.headway("prod", ["apply", "--yes"], cluster.kubeconfig);
    expect(end.code, end.all).toBe(3);
    expect(end.stderr).toContain("charts-index/upstream/redis-1.2.9.tgz");
    expect(end.stderr).toContain(sha256(archive));
    expect(end.stderr).toContain(right);
    expect(await deployedRecords(testCluster(cluster))).toEqual(before);
  });

  it("can't do without what was vendored: the server that is missed is named", async () => {
    const elsewhere = await system.cloneElsewhere("not-vendored");
    rmSync(join(elsewhere.overlay("prod"), "charts-index/upstream"), { recursive: true });
    const end = await elsewhere.headway("prod", ["plan"], sandboxes.at(-1)?.kubeconfig);
    expect(end.code, end.all).toBe(6);
    expect(end.stderr).toMatch(
      /Fetching the chart https:\/\/127\.0\.0\.1:\d+\/(?:postgres|redis)-[\d.]+\.tgz/,
    );
  });
});
