// The agent's own chart, installed by real helm into a namespace that enforces the restricted profile, and the agent as a
// process with what the chart's ServiceAccount may do.
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { apply, type TestCluster } from "../kit/sandbox.ts";
import { historyOf } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, kubeconfigOf, openAgentStack } from "./agent-kit.ts";
import { realHelm } from "./process-kit.ts";

const chart = join(import.meta.dirname, "../../deploy/chart");

describe("the agent's chart", () => {
  it("passes helm lint, and refuses values that it does not know", async () => {
    const helm = await realHelm();
    await execa(helm, ["lint", "--strict", chart]);
    const wrong = await execa(helm, ["template", "x", chart, "--set", "rbac.mode=everything"], {
      reject: false,
    });
    expect(wrong.stderr).toContain("/rbac/mode");
  });

  it("runs under the restricted profile, and its account keeps stacks by impersonation alone", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const { cluster } = kept.stack;
    const { agentNamespace } = kept;
    await cluster.kube(`/api/v1/namespaces/${agentNamespace}`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
    });
    await installChart(cluster, agentNamespace, "rbac.mode=impersonating", "replicas=2");
    onTestFinished(async () => {
      for (const kind of ["clusterroles", "clusterrolebindings"])
        await cluster.kube(`/apis/rbac.authorization.k8s.io/v1/${kind}/${agentNamespace}-headway`, {
          method: "DELETE",
        });
    });

    const kubeconfig = await kubeconfigOf(cluster, agentNamespace, "headway");
    await kept.sync();
    const agent = await kept.start([], kubeconfig);
    // Without an account to act as, it may change nothing.
    const refused = await kept.until(({ conditions }) =>
      conditions.some(({ type, message }) => type === "Ready" && message.includes("forbidden")),
    );
    expect(conditionsOf(refused)).not.toContain("Ready=True");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("");
    await kept.allow("deployer", "cluster-admin");
    await kept.sync({ serviceAccountName: "deployer" });
    await kept.until((status) => conditionsOf(status) === "Ready=True(Healthy)");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    const metrics = await (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
    expect(metrics).toContain(`headway_stack_releases{stack="${kept.stack.name}",state="Ready"} 1`);
    expect(metrics).toMatch(/^headway_leader 1$/m);
    expect((await fetch(`http://127.0.0.1:${agent.port}/readyz`)).status).toBe(200);
  });
});

describe("an agent without any right in the cluster", () => {
  it("keeps a stack within its namespaces: installs, follows, upgrades and rolls back", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const { cluster, namespace } = kept.stack;
    await apply(cluster, "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    await installChart(
      cluster,
      kept.agentNamespace,
      "rbac.mode=namespaced",
      `rbac.namespaces={${namespace}}`,
    );
    const first = kept.push([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    await kept.sync();
    await kept.start([], await kubeconfigOf(cluster, kept.agentNamespace, "headway"));
    await kept.until(isReadyAt(first));
    // Seen by a watch of that namespace alone: nothing here becomes healthy.
    kept.push([
      {
        name: "db",
        values: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } },
        spec: { failFast: { imagePull: "1s" } },
      },
      { name: "api", dependsOn: ["db"] },
    ]);
    await kept.until(({ conditions }) => conditions.some(({ reason }) => reason === "RolledBack"));
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
  }, 300_000);
});

async function installChart(
  cluster: TestCluster,
  namespace: string,
  ...values: readonly string[]
): Promise<void> {
  const argv = ["upgrade", "--install", "headway", chart, "--namespace", namespace];
  await execa(
    await realHelm(),
    [...argv, "--wait", "--timeout", "2m", ...values.flatMap((value) => ["--set", value])],
    { env: { KUBECONFIG: cluster.kubeconfig } },
  );
}
